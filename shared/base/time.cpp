#include "shared/base/time.h"

#include <algorithm>

#include "shared/base/text.h"

namespace fairway {

namespace {

struct Date {
  int64_t year, month, day;
};

// Days since 1970-01-01 to a civil date (Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms", civil_from_days).
Date civil_from_days(int64_t days) {
  days += 719'468;
  int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  int64_t day_of_era = days - era * 146'097;
  int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted_month + 2) / 5 + 1};
}

std::string two(int64_t number) { return cat({number < 10 ? "0" : "", decimal(number)}); }

std::string date_text(int64_t at_ms) {
  int64_t days = at_ms / day_ms - (at_ms % day_ms < 0 ? 1 : 0);
  Date date = civil_from_days(days);
  return cat({decimal(date.year), "-", two(date.month), "-", two(date.day)});
}

}  // namespace

std::string utc_text(int64_t at_ms) {
  int64_t in_day = ((at_ms % day_ms) + day_ms) % day_ms;
  return cat({date_text(at_ms), "T", two(in_day / hour_ms), ":", two(in_day % hour_ms / minute_ms),
              ":", two(in_day % minute_ms / second_ms), "Z"});
}

std::string span_text(int64_t span_ms) {
  span_ms = std::max<int64_t>(span_ms, 0);  // clocks of two machines differ
  if (span_ms < 10 * second_ms) {
    int64_t tenths = span_ms / 100;
    return cat({decimal(tenths / 10), ".", decimal(tenths % 10), " s"});
  }
  if (span_ms < minute_ms) return cat({decimal(span_ms / second_ms), " s"});
  return cat(
      {decimal(span_ms / minute_ms), " min ", decimal(span_ms % minute_ms / second_ms), " s"});
}

std::string ago_text(int64_t at_ms, int64_t now_ms) {
  int64_t span = now_ms - at_ms;
  if (span < minute_ms) return "just now";
  if (span < hour_ms) return cat({decimal(span / minute_ms), " min ago"});
  if (span < day_ms) return cat({decimal(span / hour_ms), " h ago"});
  if (span < 60 * day_ms) return cat({counted(span / day_ms, "day", "days"), " ago"});
  return date_text(at_ms);
}

}  // namespace fairway

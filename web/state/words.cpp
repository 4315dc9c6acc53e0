#include "web/state/words.h"

#include <algorithm>
#include <array>

#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/base/time.h"

namespace fairway {
namespace {

constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

struct Day {
  int64_t year = 1970;
  int month = 1;
  int day = 1;
};

// Days since 1970 to a date of the Gregorian calendar, by counting eras of 400 years from 1 March.
Day day_of(int64_t at_ms) {
  int64_t days = at_ms / day_ms - (at_ms % day_ms < 0 ? 1 : 0);
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  Day day;
  day.day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  day.month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  day.year = year_of_era + era * 400 + (day.month <= 2 ? 1 : 0);
  return day;
}

std::string short_day(const Day& day) {
  return std::to_string(day.day) + " " +
         std::string(month_names[static_cast<size_t>(day.month - 1)].substr(0, 3));
}

std::string two_digits(int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// 1234 tenths -> "123.4".
std::string tenths(int64_t count) {
  return std::to_string(count / 10) + "." + std::to_string(count % 10);
}

}  // namespace

std::string money_words(int64_t amount_nanos) {
  constexpr int64_t cent_nanos = 10'000'000;
  const bool negative = amount_nanos < 0;
  const int64_t size = negative ? -amount_nanos : amount_nanos;
  const int64_t cents = size / cent_nanos + (size % cent_nanos >= cent_nanos / 2 ? 1 : 0);
  return std::string(negative ? "-$" : "$") + grouped(cents / 100) + "." + two_digits(cents % 100);
}

std::string exact_money_words(int64_t amount_nanos) {
  const int64_t amount = std::max<int64_t>(0, amount_nanos);
  std::string rest = std::to_string(amount % nanos_per_dollar);
  rest.insert(0, 9 - rest.size(), '0');
  while (rest.size() > 2 && rest.back() == '0') rest.pop_back();
  return cat({"$", grouped(amount / nanos_per_dollar), ".", rest});
}

std::string sum_words(int64_t amount_nanos) {
  if (amount_nanos <= 0 || amount_nanos >= nanos_per_cent) return money_words(amount_nanos);
  int64_t unit = 1;
  while (amount_nanos / unit >= 100) unit *= 10;
  return exact_money_words((amount_nanos + unit / 2) / unit * unit);
}

std::string time_ago(int64_t now_ms, int64_t then_ms) {
  const int64_t passed_ms = std::max<int64_t>(0, now_ms - then_ms);
  if (passed_ms < 3 * second_ms) return "just now";
  if (passed_ms < minute_ms) return std::to_string(passed_ms / second_ms) + " s ago";
  if (passed_ms < hour_ms) return std::to_string(passed_ms / minute_ms) + " min ago";
  if (passed_ms < day_ms) return std::to_string(passed_ms / hour_ms) + " h ago";
  if (passed_ms < 7 * day_ms) return counted(passed_ms / day_ms, "day", "days") + " ago";
  if (passed_ms < 28 * day_ms) return counted(passed_ms / (7 * day_ms), "week", "weeks") + " ago";
  const Day then = day_of(then_ms);
  if (then.year == day_of(now_ms).year) return short_day(then);
  return short_day(then) + " " + std::to_string(then.year);
}

std::string day_words(int64_t at_ms) {
  const Day day = day_of(at_ms);
  return short_day(day) + " " + std::to_string(day.year);
}

std::string moment_words(int64_t at_ms) {
  const int64_t minutes = (at_ms % day_ms + day_ms) % day_ms / minute_ms;
  return day_words(at_ms) + ", " + two_digits(minutes / 60) + ":" + two_digits(minutes % 60) +
         " UTC";
}

std::string duration_words(int64_t duration_ms) {
  if (duration_ms >= minute_ms) return elapsed_words(duration_ms);
  return tenths(std::max<int64_t>(0, duration_ms) / 100) + " s";
}

std::string elapsed_words(int64_t duration_ms) {
  const int64_t seconds = std::max<int64_t>(0, duration_ms) / second_ms;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) {
    return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  }
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::string log_clock(int64_t since_start_ms) {
  const int64_t count = std::max<int64_t>(0, since_start_ms) / 100;
  const int64_t in_minute = count % 600;
  return std::to_string(count / 600) + ":" + (in_minute < 100 ? "0" : "") + tenths(in_minute);
}

std::string size_words(int64_t size_bytes) {
  const int64_t size = std::max<int64_t>(0, size_bytes);
  if (size < 1000) return counted(size, "byte", "bytes");
  if (size < 1'000'000) return std::to_string((size + 500) / 1000) + " kB";
  if (size < 1'000'000'000) return tenths((size + 50'000) / 100'000) + " MB";
  return tenths((size + 50'000'000) / 100'000'000) + " GB";
}

std::string month_words(int64_t at_ms) {
  return std::string(month_names[static_cast<size_t>(day_of(at_ms).month - 1)]);
}

bool is_same_month(int64_t one_ms, int64_t other_ms) {
  const Day one = day_of(one_ms);
  const Day other = day_of(other_ms);
  return one.year == other.year && one.month == other.month;
}

std::string initials(std::string_view email) {
  std::string marks;
  bool starts_word = true;
  for (const char letter : email.substr(0, email.find('@'))) {
    const bool is_small = letter >= 'a' && letter <= 'z';
    const bool is_capital = letter >= 'A' && letter <= 'Z';
    if (!is_small && !is_capital) {
      starts_word = true;
      continue;
    }
    if (starts_word && marks.size() < 2) {
      marks.push_back(is_small ? static_cast<char>(letter - 'a' + 'A') : letter);
    }
    starts_word = false;
  }
  return marks.empty() ? "?" : marks;
}

std::string address_words(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  while (!url.empty() && url.back() == '/') url.remove_suffix(1);
  return std::string(url);
}

}  // namespace fairway

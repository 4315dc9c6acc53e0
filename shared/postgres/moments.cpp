#include "shared/postgres/moments.h"

#include <cmath>
#include <cstring>

#include "shared/postgres/real_text.h"

namespace fairway::postgres {
namespace {

constexpr int64_t second_us = 1'000'000;
constexpr int64_t day_us = 86'400 * second_us;
constexpr int64_t year_2000_us = 946'684'800 * second_us;  // since 1970
// 4714-11-24 00:00:00 BC and 294277-01-01 00:00:00: PostgreSQL's first instant, and its first one
// too late.
constexpr int64_t instant_us_min = -211'813'488'000 * second_us;
constexpr int64_t instant_us_end = 9'223'371'331'200 * second_us;
constexpr double julian_day_of_1970 = 2440587.5;

struct Day {
  int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
};

// Days since 1970 of a day in the Gregorian calendar, continued into the past; eras of 400 years
// that start in March.
int64_t days_of(const Day& day) {
  const int64_t year = day.year - (day.month <= 2 ? 1 : 0);
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year =
      (153 * (day.month > 2 ? day.month - 3 : day.month + 9) + 2) / 5 + day.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + static_cast<int64_t>(day_of_era) - 719'468;
}

Day day_of(int64_t days) {
  days += 719'468;
  const int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

unsigned days_in_month(int64_t year, unsigned month) {
  constexpr unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

// Takes texts apart from the front; a mistake is remembered.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool ended() const { return text_.empty(); }
  bool good() const { return good_; }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char c) { good_ &= take(c); }

  unsigned digits(size_t count) {
    unsigned number = 0;
    if (text_.size() < count) {
      good_ = false;
      return 0;
    }
    for (size_t i = 0; i < count; ++i) {
      const auto digit = static_cast<unsigned>(static_cast<unsigned char>(text_[i]) - '0');
      if (digit > 9) good_ = false;
      number = number * 10 + (digit % 10);
    }
    text_.remove_prefix(count);
    return number;
  }

  // What stands behind the point of a second, in microseconds.
  int64_t fraction() {
    int64_t number = 0;
    size_t count = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; ++count) {
      if (count < 6) number = number * 10 + (text_.front() - '0');
      if (count >= 6 && text_.front() != '0') good_ = false;
      text_.remove_prefix(1);
    }
    if (count == 0) good_ = false;
    for (; count < 6; ++count) number *= 10;
    return number;
  }

  Day day() {
    Day day{digits(4), 1, 1};
    need('-');
    day.month = digits(2);
    need('-');
    day.day = digits(2);
    if (day.year < 1 || day.month < 1 || day.month > 12) good_ = false;
    if (good_ && (day.day < 1 || day.day > days_in_month(day.year, day.month))) good_ = false;
    return day;
  }

  int64_t time_of_day() {
    const unsigned hours = digits(2);
    need(':');
    const unsigned minutes = digits(2);
    unsigned seconds = 0;
    int64_t us = 0;
    if (take(':')) {
      seconds = digits(2);
      if (take('.')) us = fraction();
    }
    if (hours > 23 || minutes > 59 || seconds > 59) good_ = false;
    return (int64_t{hours} * 3'600 + minutes * 60 + seconds) * second_us + us;
  }

  // How far ahead of UTC.
  int64_t zone() {
    const bool blank = take(' ');
    if (ended()) good_ &= !blank;
    if (ended() || take('Z') || take('z')) return 0;
    const bool behind = take('-');
    if (!behind) need('+');
    const unsigned hours = digits(2);
    unsigned minutes = 0;
    if (take(':') || !ended()) minutes = digits(2);
    if (hours > 15 || minutes > 59) good_ = false;
    const int64_t ahead = (int64_t{hours} * 60 + minutes) * 60 * second_us;
    return behind ? -ahead : ahead;
  }

 private:
  std::string_view text_;
  bool good_ = true;
};

std::optional<Instant> since_1970(__int128 us) {
  us -= year_2000_us;
  if (us < instant_us_min || us >= instant_us_end) return std::nullopt;
  return Instant{static_cast<int64_t>(us)};
}

std::optional<Instant> rounded(double us) {
  if (!(std::fabs(us) < 9.3e18)) return std::nullopt;
  return since_1970(static_cast<__int128>(std::round(us)));
}

char* write_day(char* out, const Day& day) {
  const int64_t year = day.year > 0 ? day.year : 1 - day.year;
  if (year < 10'000) {
    out = write_two_digits(out, static_cast<unsigned>(year / 100));
    out = write_two_digits(out, static_cast<unsigned>(year % 100));
  } else {
    out = write_integer(out, year);
  }
  *out++ = '-';
  out = write_two_digits(out, day.month);
  *out++ = '-';
  return write_two_digits(out, day.day);
}

char* write_time_of_day(char* out, int64_t us) {
  const auto seconds = static_cast<unsigned>(us / second_us);
  auto fraction = static_cast<unsigned>(us % second_us);
  out = write_two_digits(out, seconds / 3'600);
  *out++ = ':';
  out = write_two_digits(out, seconds / 60 % 60);
  *out++ = ':';
  out = write_two_digits(out, seconds % 60);
  if (fraction == 0) return out;
  *out++ = '.';
  for (unsigned place = 100'000; fraction != 0; place /= 10) {
    *out++ = static_cast<char>('0' + fraction / place);
    fraction %= place;
  }
  return out;
}

}  // namespace

std::optional<Instant> read_instant(std::string_view text) {
  Reader reader(text);
  const Day day = reader.day();
  int64_t us = 0;
  int64_t ahead = 0;
  if (!reader.ended()) {
    if (!reader.take('T')) reader.need(' ');
    us = reader.time_of_day();
    ahead = reader.zone();
  }
  if (!reader.good() || !reader.ended()) return std::nullopt;
  return since_1970(__int128{days_of(day)} * day_us + us - ahead);
}

std::optional<Instant> instant_of_milliseconds(int64_t number) {
  return since_1970(__int128{number} * 1'000);
}
std::optional<Instant> instant_of_milliseconds(double number) { return rounded(number * 1'000); }
std::optional<Instant> instant_of_seconds(int64_t number) {
  return since_1970(__int128{number} * second_us);
}
std::optional<Instant> instant_of_seconds(double number) { return rounded(number * 1'000'000); }

std::optional<Instant> instant_of_julian_day(double number) {
  if (!(number >= 0 && number < 1e9)) return std::nullopt;
  const auto ms = static_cast<int64_t>(number * 86'400'000.0 + 0.5);
  return since_1970(__int128{ms - static_cast<int64_t>(julian_day_of_1970 * 86'400'000.0)} * 1'000);
}

char* write_instant(char* out, Instant instant) {
  constexpr int64_t day_2000 = year_2000_us / day_us;
  int64_t days = instant.us / day_us + day_2000;
  int64_t us = instant.us % day_us;
  if (us < 0) {
    us += day_us;
    --days;
  }
  const Day day = day_of(days);
  out = write_day(out, day);
  *out++ = ' ';
  out = write_time_of_day(out, us);
  const std::string_view end = day.year > 0 ? "+00" : "+00 BC";
  std::memcpy(out, end.data(), end.size());
  return out + end.size();
}

char* write_date(char* out, std::string_view text) {
  Reader reader(text);
  const Day day = reader.day();
  return reader.good() && reader.ended() ? write_day(out, day) : nullptr;
}

char* write_time(char* out, std::string_view text) {
  Reader reader(text);
  const int64_t us = reader.time_of_day();
  return reader.good() && reader.ended() ? write_time_of_day(out, us) : nullptr;
}

}  // namespace fairway::postgres

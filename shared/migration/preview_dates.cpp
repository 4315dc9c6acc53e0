#include <algorithm>
#include <array>
#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/preview.h"

namespace fairway {
namespace {

// Reads `count` digits off the front of `text`; -1 when they are not there.
int take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_day(std::string_view& text) {
  const int year = take_digits(text, 4);
  if (year < 0 || !take(text, '-')) return false;
  const int month = take_digits(text, 2);
  if (month < 1 || month > 12 || !take(text, '-')) return false;
  const int day = take_digits(text, 2);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day >= 1 && day <= days[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool take_time(std::string_view& text) {
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return false;
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return false;
  if (!take(text, ':')) return true;
  const int second = take_digits(text, 2);
  if (second < 0 || second > 60) return false;
  if (!take(text, '.')) return true;
  if (take_digits(text, 1) < 0) return false;
  while (take_digits(text, 1) >= 0) {
  }
  return true;
}

bool is_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return true;
  if (!take(text, '+') && !take(text, '-')) return false;
  const int hour = take_digits(text, 2);
  take(text, ':');
  const int minute = take_digits(text, 2);
  return hour >= 0 && hour <= 14 && minute >= 0 && minute <= 59 && text.empty();
}

}  // namespace

bool is_iso_date(std::string_view text) {
  if (!take_day(text)) return false;
  if (text.empty()) return true;
  if (!take(text, 'T') && !take(text, ' ')) return false;
  if (!take_time(text)) return false;
  take(text, ' ');
  return is_zone(text);
}

void DateForms::add_number(double number) {
  // Seconds until the year 5138, milliseconds from 1973 on; julian days of the years 1 to 9999.
  const double size = std::fabs(number);
  if (size >= 1e11 && size < 1e15) {
    ++milliseconds;
  } else if (size >= 1'721'425.5 && size < 5'373'485.5) {
    ++julian_days;
  } else if (size >= 1e7 && size < 1e11) {
    ++seconds;
  } else {
    ++others;
  }
}

void DateForms::add_text(std::string_view text) { is_iso_date(text) ? ++iso_texts : ++other_texts; }

std::string_view DateForms::form() const {
  struct Form {
    int64_t count;
    std::string_view name;
  };
  const std::array<Form, 6> forms = {{{milliseconds, "milliseconds"},
                                      {seconds, "seconds"},
                                      {julian_days, "julian days"},
                                      {iso_texts, "ISO text"},
                                      {other_texts, "text"},
                                      {others, "other"}}};
  std::string_view found;
  for (const Form& form : forms) {
    if (form.count == 0) continue;
    if (!found.empty()) return "mixed";
    found = form.name;
  }
  return found;
}

}  // namespace fairway

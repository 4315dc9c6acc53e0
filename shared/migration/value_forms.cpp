#include "shared/migration/value_forms.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "shared/base/text.h"

namespace fairway {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads `count` digits off the front; -1 when they are not there.
int take_digits(std::string_view& text, size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return -1;
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

int days_of(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return days[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool take_day(std::string_view& text, IsoMoment& moment) {
  moment.year = take_digits(text, 4);
  if (moment.year < 1 || !take(text, '-')) return false;
  moment.month = take_digits(text, 2);
  if (moment.month < 1 || moment.month > 12 || !take(text, '-')) return false;
  moment.day = take_digits(text, 2);
  return moment.day >= 1 && moment.day <= days_of(moment.year, moment.month);
}

bool take_fraction(std::string_view& text, IsoMoment& moment) {
  size_t digits = 0;
  int64_t unit = 100'000;
  for (; digits < text.size() && is_digit(text[digits]); ++digits, unit /= 10) {
    moment.microseconds += (text[digits] - '0') * unit;
    if (digits >= 6 && text[digits] != '0') moment.is_fine = true;
  }
  text.remove_prefix(digits);
  return digits > 0;
}

bool take_time(std::string_view& text, IsoMoment& moment) {
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return false;
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return false;
  moment.microseconds = (int64_t{hour} * 60 + minute) * 60'000'000;
  if (!take(text, ':')) return true;
  const int second = take_digits(text, 2);
  if (second < 0 || second > 59) return false;
  moment.microseconds += int64_t{second} * 1'000'000;
  return !take(text, '.') || take_fraction(text, moment);
}

bool take_zone(std::string_view& text, IsoMoment& moment) {
  take(text, ' ');
  moment.has_zone = true;
  if (take(text, 'Z') || take(text, 'z')) return true;
  const bool west = text.starts_with('-');
  if (!take(text, '+') && !take(text, '-')) return false;
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 14) return false;
  int minute = 0;
  const bool colon = take(text, ':');
  if (colon || !text.empty()) minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return false;
  moment.zone_minutes = (hour * 60 + minute) * (west ? -1 : 1);
  return true;
}

}  // namespace

std::optional<IsoMoment> iso_moment(std::string_view text) {
  IsoMoment moment;
  if (text.size() < 5) return std::nullopt;
  if (text[2] == ':') {
    moment.kind = IsoMoment::Kind::time;
    if (!take_time(text, moment) || !text.empty()) return std::nullopt;
    return moment;
  }
  if (!take_day(text, moment)) return std::nullopt;
  if (text.empty()) return moment;
  moment.kind = IsoMoment::Kind::timestamp;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  if (!take_time(text, moment)) return std::nullopt;
  if (text.empty()) return moment;
  if (!take_zone(text, moment) || !text.empty()) return std::nullopt;
  return moment;
}

std::string form_of_moment(std::string_view text) {
  const auto moment = iso_moment(text);
  if (!moment || moment->kind == IsoMoment::Kind::time) return "";
  if (text.size() == 10) return "YYYY-MM-DD";
  std::string form = text[10] == 'T' ? "YYYY-MM-DD\"T\"HH24:MI" : "YYYY-MM-DD HH24:MI";
  text.remove_prefix(16);
  if (take(text, ':')) {
    form += ":SS";
    text.remove_prefix(2);
  }
  if (take(text, '.')) {
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits != 3 && digits != 6) return "";
    form += digits == 3 ? ".MS" : ".US";
    text.remove_prefix(digits);
  }
  if (text.empty()) return form;
  return text == "Z" ? form + "\"Z\"" : std::string();
}

bool has_same_form(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  for (size_t i = 10; i < one.size(); ++i) {
    if (one[i] != other[i] && !(is_digit(one[i]) && is_digit(other[i]))) return false;
  }
  return true;
}

bool is_decimal_text(std::string_view text) {
  if (!take(text, '-')) take(text, '+');
  size_t digits = 0;
  size_t points = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      ++digits;
    } else if (c != '.' || ++points > 1) {
      return false;
    }
  }
  return digits > 0 && digits < 1'000;
}

UuidForm uuid_form(std::string_view text) {
  if (text.size() != 36) return UuidForm::none;
  UuidForm form = UuidForm::lower;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return UuidForm::none;
    } else if (c >= 'A' && c <= 'F') {
      form = UuidForm::upper;
    } else if (!is_digit(c) && (c < 'a' || c > 'f')) {
      return UuidForm::none;
    }
  }
  return form;
}

std::optional<bool> boolean_of(std::string_view text) {
  constexpr std::array<std::string_view, 10> words = {"true",  "t", "yes", "y", "on",
                                                      "false", "f", "no",  "n", "off"};
  if (text.empty() || text.size() > 5) return std::nullopt;
  const auto found = std::ranges::find(words, lower_ascii(text));
  if (found == words.end()) return std::nullopt;
  return found - words.begin() < 5;
}

TextShape shape_of(std::string_view text) {
  TextShape shape;
  constexpr uint64_t high = 0x8080808080808080;
  constexpr uint64_t low = 0x0101010101010101;
  const char* bytes = text.data();
  size_t left = text.size();
  uint64_t odd = 0;  // a high bit where a byte is not ASCII, or may be NUL
  for (; left >= 8; left -= 8, bytes += 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    odd |= word | ((word - low) & ~word);
  }
  for (; left > 0; --left, ++bytes) {
    if (static_cast<signed char>(*bytes) <= 0) odd |= high;
  }
  shape.characters = static_cast<int64_t>(text.size());
  if ((odd & high) == 0) return shape;
  shape.has_nul = text.find('\0') != std::string_view::npos;
  shape.is_broken = !is_utf8(text);
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  shape.characters = static_cast<int64_t>(std::ranges::count_if(text, is_start));
  return shape;
}

}  // namespace fairway

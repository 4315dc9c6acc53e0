#include "shared/postgres/real_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

namespace fairway::postgres {
namespace {

constexpr char digit_pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "4"
    "7484950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939"
    "49"
    "596979899";

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// A double without its sign: 0.DIGITS times ten to the power of `point`.
struct Decimal {
  char digits[20];
  int count = 0;
  int point = 0;
};

// Splits "1.2345e-07".
Decimal split(const char* text, const char* end) {
  Decimal decimal;
  const char* at = text;
  for (; at != end && *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.count++] = *at;
  }
  int exponent = 0;
  const bool negative = at + 1 < end && at[1] == '-';
  for (at += 2; at < end; ++at) exponent = exponent * 10 + (*at - '0');
  decimal.point = (negative ? -exponent : exponent) + 1;
  while (decimal.count > 1 && decimal.digits[decimal.count - 1] == '0') --decimal.count;
  return decimal;
}

// An odd number times a power of two.
struct Odd {
  unsigned __int128 number = 0;
  int power = 0;

  Odd(unsigned __int128 value, int exponent) : number(value), power(exponent) {
    while (number != 0 && (number & 1) == 0) {
      number >>= 1;
      ++power;
    }
  }
  bool operator==(const Odd&) const = default;
};

// True when the decimal lies exactly between the double and a neighbour of it. It still reads back
// as the double when that is the even one, but PostgreSQL does not count on it and takes more
// digits.
bool lies_between(const Decimal& decimal, double number) {
  const auto bits = std::bit_cast<uint64_t>(number);
  const auto biased = static_cast<int>((bits >> 52) & 0x7ff);
  uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
  const bool lower_is_nearer = fraction == 0 && biased > 1;
  if ((fraction & 1) != 0) return false;
  if (biased != 0) fraction |= uint64_t{1} << 52;
  const int exponent = (biased == 0 ? 1 : biased) - 1075;

  unsigned __int128 value = 0;
  for (int i = 0; i < decimal.count; ++i) {
    value = value * 10 + static_cast<unsigned>(decimal.digits[i] - '0');
  }
  // Midpoints have at most 55 bits, so no larger power of five can be in one.
  const int tens = decimal.point - decimal.count;
  if (tens > 23 || tens < -24) return false;
  for (int i = 0; i < tens; ++i) value *= 5;
  for (int i = 0; i > tens; --i) {
    if (value % 5 != 0) return false;
    value /= 5;
  }
  const Odd exact(value, tens);
  const unsigned __int128 twice = fraction;
  return exact == Odd(2 * twice + 1, exponent - 1) ||
         exact == (lower_is_nearer ? Odd(4 * twice - 1, exponent - 2)
                                   : Odd(2 * twice - 1, exponent - 1));
}

// `number` is finite and greater than zero.
Decimal shortest(double number) {
  char text[40];
  const auto written =
      std::to_chars(text, text + sizeof text, number, std::chars_format::scientific);
  Decimal decimal = split(text, written.ptr);
  if (!lies_between(decimal, number)) return decimal;
  for (int digits = decimal.count + 1; digits <= 17; ++digits) {
    const auto longer =
        std::to_chars(text, text + sizeof text, number, std::chars_format::scientific, digits - 1);
    *longer.ptr = 0;
    const double back = std::strtod(text, nullptr);
    decimal = split(text, longer.ptr);
    if (back == number && !lies_between(decimal, number)) break;
  }
  return decimal;
}

char* zeros(char* out, int count) {
  for (int i = 0; i < count; ++i) *out++ = '0';
  return out;
}

// `whole_end` follows when there are no digits behind the point.
char* write_plain(char* out, const Decimal& decimal, std::string_view whole_end) {
  const auto count = static_cast<size_t>(decimal.count);
  if (decimal.point <= 0) {
    out = zeros(put(out, "0."), -decimal.point);
    return put(out, {decimal.digits, count});
  }
  if (decimal.point >= decimal.count) {
    out = put(out, {decimal.digits, count});
    return put(zeros(out, decimal.point - decimal.count), whole_end);
  }
  const auto point = static_cast<size_t>(decimal.point);
  out = put(out, {decimal.digits, point});
  *out++ = '.';
  return put(out, {decimal.digits + point, count - point});
}

// `whole_end` follows a single digit.
char* write_scientific(char* out, const Decimal& decimal, std::string_view whole_end) {
  *out++ = decimal.digits[0];
  if (decimal.count > 1) {
    *out++ = '.';
    out = put(out, {decimal.digits + 1, static_cast<size_t>(decimal.count - 1)});
  } else {
    out = put(out, whole_end);
  }
  int exponent = decimal.point - 1;
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  if (exponent < 0) exponent = -exponent;
  if (exponent < 100) return write_two_digits(out, static_cast<unsigned>(exponent));
  *out++ = static_cast<char>('0' + exponent / 100);
  return write_two_digits(out, static_cast<unsigned>(exponent % 100));
}

// Whole numbers that both notations write plainly, such as prices and dates in milliseconds.
bool is_small_integer(double number) { return number < 1e15 && number == std::trunc(number); }

struct Style {
  std::string_view whole_end;
  std::string_view infinity;
  enum class Layout { shorter, plain } layout = Layout::shorter;
};

char* write_number(char* out, double number, const Style& style) {
  if (std::isnan(number)) return put(out, "NaN");
  if (std::signbit(number)) *out++ = '-';
  number = std::fabs(number);
  if (std::isinf(number)) return put(out, style.infinity);
  if (is_small_integer(number)) {
    return put(write_integer(out, static_cast<int64_t>(number)), style.whole_end);
  }
  const Decimal decimal = shortest(number);
  const bool plain =
      style.layout == Style::Layout::plain || (decimal.point > -4 && decimal.point <= 15);
  return plain ? write_plain(out, decimal, style.whole_end)
               : write_scientific(out, decimal, style.whole_end);
}

}  // namespace

char* write_two_digits(char* out, unsigned number) {
  std::memcpy(out, digit_pairs + 2 * number, 2);
  return out + 2;
}

char* write_integer(char* out, int64_t number) {
  auto rest = static_cast<uint64_t>(number);
  if (number < 0) {
    *out++ = '-';
    rest = 0 - rest;
  }
  char text[20];
  char* at = text + sizeof text;
  for (; rest >= 100; rest /= 100) std::memcpy(at -= 2, digit_pairs + 2 * (rest % 100), 2);
  if (rest >= 10) {
    std::memcpy(at -= 2, digit_pairs + 2 * rest, 2);
  } else {
    *--at = static_cast<char>('0' + rest);
  }
  return put(out, {at, static_cast<size_t>(text + sizeof text - at)});
}

char* write_real(char* out, double number) {
  return write_number(out, number, {.whole_end = "", .infinity = "Infinity"});
}

char* write_real_as_text(char* out, double number) {
  return write_number(out, number, {.whole_end = ".0", .infinity = "Inf"});
}

char* write_real_as_numeric(char* out, double number) {
  // numeric knows no negative zero.
  return write_number(out, number == 0 ? 0 : number,
                      {.whole_end = ".0", .infinity = "Infinity", .layout = Style::Layout::plain});
}

}  // namespace fairway::postgres

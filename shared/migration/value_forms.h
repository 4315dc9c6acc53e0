// What a text stands for where a column's type promises something: a moment, a number, a UUID,
// JSON. Pure. Whoever counts such texts and whoever converts them asks here, so that both agree.
// Strict: what PostgreSQL would read in another way than it was meant is none of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairway {

// YYYY-MM-DD, HH:MM[:SS[.f...]], or both with 'T' or a blank between and perhaps a zone behind (Z,
// +HH:MM, +HHMM, +HH, after a blank too). Years 0001 to 9999; only days and times that exist, so
// neither 24:00 nor a leap second.
struct IsoMoment {
  enum class Kind { day, time, timestamp };
  Kind kind = Kind::day;
  int year = 0;
  int month = 0;
  int day = 0;
  int64_t microseconds = 0;  // since midnight; what is finer is cut off
  bool is_fine = false;      // something other than zeros was cut off
  bool has_zone = false;
  int zone_minutes = 0;  // east of UTC
};
std::optional<IsoMoment> iso_moment(std::string_view text);
// How PostgreSQL's to_char writes such a moment in the same way: YYYY-MM-DD"T"HH24:MI:SS.MS"Z".
// Empty where it cannot.
std::string form_of_moment(std::string_view text);
// Of two moments.
bool has_same_form(std::string_view one, std::string_view other);

// -12, 0012.50, .5, 1.: digits with at most one point and a sign. No exponent, no blanks.
bool is_decimal_text(std::string_view text);

enum class UuidForm { none, lower, upper };  // upper: at least one digit is
// 8-4-4-4-12 only.
UuidForm uuid_form(std::string_view text);

// What PostgreSQL reads as a boolean and apps write for one, in any case: true, t, yes, y, on, and
// false, f, no, n, off. Nothing for every other text.
std::optional<bool> boolean_of(std::string_view text);

// RFC 8259, at most 1,000 levels deep. Whether it is UTF-8 is another question.
bool is_json_text(std::string_view text);
// Such a JSON as PostgreSQL's jsonb prints it: keys in jsonb's order, the last of equal ones,
// numbers as numeric. Nothing for JSON that jsonb refuses (\u0000, half a surrogate pair), or whose
// numbers have more than 1,000 digits. It takes the text's size again in memory, and time in its
// size.
std::optional<std::string> jsonb_text(std::string_view text);
// "text" with escapes as PostgreSQL writes them.
std::string json_quoted(std::string_view text);
// [+-]digits[.digits][e[+-]digits] as numeric prints it; nothing for every other text, and beyond
// 1,000 digits.
std::optional<std::string> plain_decimal(std::string_view text);

struct TextShape {
  int64_t characters = 0;
  bool has_nul = false;
  bool is_broken = false;  // no UTF-8
};
// Plain ASCII, which most texts are, is looked at eight bytes at a time.
TextShape shape_of(std::string_view text);

}  // namespace fairway

// Dates, times of day and instants as PostgreSQL 15 prints them under DateStyle = ISO and
// TimeZone = UTC: "2024-01-01 10:00:00.123+00", years beyond 9999 with all their digits, years
// before 1 with " BC". Read from the forms that SQLite databases hold.
//
// Pure and strict: what is not a real day or time (February 30, 25:00, an empty text), has more
// than six digits of a second, or lies outside PostgreSQL's range gives nothing, never a guess.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fairway::postgres {

constexpr size_t moment_text_bytes_max = 40;

// Microseconds since 2000 UTC, as PostgreSQL counts: its whole range fits.
struct Instant {
  int64_t us = 0;
};

// YYYY-MM-DD, or that with T or one blank and HH:MM[:SS[.f]] and nothing, Z, +HH, +HHMM or +HH:MM
// behind it, a blank before it or none. Without a zone it is UTC.
std::optional<Instant> read_instant(std::string_view text);
// Numbers as SQLite's date functions take them; reals are rounded to the microsecond, Julian days
// to the millisecond as SQLite does.
std::optional<Instant> instant_of_milliseconds(int64_t number);
std::optional<Instant> instant_of_milliseconds(double number);
std::optional<Instant> instant_of_seconds(int64_t number);
std::optional<Instant> instant_of_seconds(double number);
std::optional<Instant> instant_of_julian_day(double number);

// Room for moment_text_bytes_max each; the end is answered, or null where `text` is not a date or
// time.
char* write_instant(char* out, Instant instant);
char* write_date(char* out, std::string_view text);
char* write_time(char* out, std::string_view text);

}  // namespace fairway::postgres

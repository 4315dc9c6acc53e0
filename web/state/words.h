// Numbers, times, sizes and sums as people read them on screen.
//
// Pure text, English, one spelling for each kind of value everywhere in the dashboard. Not for
// logs, keys or anything a program reads back. Times are milliseconds, sizes bytes, sums
// nano-dollars. Negative or impossible input gives the nearest sensible words, never garbage.
// Counts are `grouped` and `counted` of shared/base/text.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairway {

// Nano-dollars, rounded half up to cents: 100000000 -> "$0.10".
std::string money_words(int64_t amount_nanos);

// A sum: to the cent; below one its first two digits, so that it fits: 31950 -> "$0.000032".
std::string sum_words(int64_t amount_nanos);

// A single amount, exactly: 550000 -> "$0.00055"; at least two digits behind the point.
std::string exact_money_words(int64_t amount_nanos);

// How long ago: "just now", "14 s ago", "6 min ago", "2 h ago", "2 days ago", "3 weeks ago", then
// the day, "1 Nov", with the year when it is another one.
std::string time_ago(int64_t now_ms, int64_t then_ms);

// A day in UTC: "23 Nov 2026".
std::string day_words(int64_t at_ms);

// A moment in UTC, for the hint that stands over "2 h ago": "23 Nov 2026, 08:54 UTC".
std::string moment_words(int64_t at_ms);

// How long something took: "under 1 s" never; "0.4 s", "11.6 s", "1 min 5 s", "2 h 3 min".
std::string duration_words(int64_t duration_ms);

// A running clock without tenths: "14 s", "1 min 5 s".
std::string elapsed_words(int64_t duration_ms);

// Time within a log, minutes, seconds and tenths: "0:06.0".
std::string log_clock(int64_t since_start_ms);

// Decimal sizes: "612 bytes", "48 kB", "1.8 MB".
std::string size_words(int64_t size_bytes);

// The month's name in UTC: "November".
std::string month_words(int64_t at_ms);
bool is_same_month(int64_t one_ms, int64_t other_ms);

// "mk@example.org" -> "MK": up to two capitals for the round mark of the account.
std::string initials(std::string_view email);

// "https://fw-a.pages.dev/" -> "fw-a.pages.dev": an address as it is shown.
std::string address_words(std::string_view url);

}  // namespace fairway

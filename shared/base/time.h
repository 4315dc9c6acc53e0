// Instants are int64 milliseconds since 1970 UTC, named `..._at_ms`; spans are named `..._ms`.
#pragma once

#include <cstdint>
#include <string>

namespace fairway {

constexpr int64_t second_ms = 1'000;
constexpr int64_t minute_ms = 60 * second_ms;
constexpr int64_t hour_ms = 60 * minute_ms;
constexpr int64_t day_ms = 24 * hour_ms;

// "2026-11-23T08:40:00Z"
std::string utc_text(int64_t at_ms);
// How long something took: "0.4 s", "41 s", "2 min 5 s".
std::string span_text(int64_t span_ms);
// "just now", "2 min ago", "5 h ago", "3 days ago", from 60 days on the date "2026-11-23".
std::string ago_text(int64_t at_ms, int64_t now_ms);

}  // namespace fairway

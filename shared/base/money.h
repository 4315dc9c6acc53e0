// Money as int64 nano-dollars: $1 is 1,000,000,000. Cents appear only on an invoice line.
#pragma once

#include <cstdint>
#include <string>

namespace fairway {

constexpr int64_t nanos_per_dollar = 1'000'000'000;
constexpr int64_t nanos_per_cent = 10'000'000;

// "$0.10", "Free" for zero; rounded half up to the cent for people to read.
std::string price_text(int64_t amount_nanos);

}  // namespace fairway

// For metering only: sums in 128 bits, rounded once. Amounts are checked before they are
// multiplied, so that no product can overflow: tokens, units up to 10^12 each, markups up to 100
// times.
#pragma once

#include <cstdint>

#include "shared/base/outcome.h"

namespace fairway {

using Wide = unsigned __int128;

constexpr int64_t whole_basis_points = 10'000;
constexpr int64_t markup_basis_points_max = 1'000'000;
constexpr int64_t tokens_max = 1'000'000'000'000;

inline Failure amount_out_of_range() {
  return fix_input("amount_out_of_range", "An amount or a markup is beyond what can be priced.");
}

// The quotient, half up; amount_out_of_range when it is no int64.
inline Outcome<int64_t> rounded(Wide numerator, Wide denominator) {
  Wide quotient = (numerator + denominator / 2) / denominator;
  if (quotient > Wide(INT64_MAX)) return amount_out_of_range();
  return int64_t(quotient);
}

}  // namespace fairway

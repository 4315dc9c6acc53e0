#include "shared/postgres/hash_text.h"

#include <algorithm>
#include <array>

namespace fairway::postgres {

std::string HashSum::text() const {
  uint64_t low = low_;
  auto high = static_cast<uint64_t>(high_);
  const bool negative = high_ < 0;
  if (negative) {
    low = ~low + 1;
    high = ~high + (low == 0 ? 1 : 0);
  }
  std::array<uint32_t, 4> digits = {static_cast<uint32_t>(high >> 32), static_cast<uint32_t>(high),
                                    static_cast<uint32_t>(low >> 32), static_cast<uint32_t>(low)};
  std::string text;
  do {  // long division by ten
    uint64_t rest = 0;
    for (uint32_t& digit : digits) {
      const uint64_t part = (rest << 32) | digit;
      digit = static_cast<uint32_t>(part / 10);
      rest = part % 10;
    }
    text += static_cast<char>('0' + rest);
  } while (std::ranges::any_of(digits, [](uint32_t digit) { return digit != 0; }));
  if (negative) text += '-';
  std::ranges::reverse(text);
  return text;
}

}  // namespace fairway::postgres

#include "shared/base/id.h"

#include <cstdint>
#include <utility>

#include "shared/base/outcome.h"
#include "shared/base/text.h"

namespace fairway {

std::string make_id(std::string_view kind, std::string_view random) {
  constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
  FAIRWAY_ASSERT(random.size() == id_random_bytes);
  std::string id = cat({kind, "_"});
  uint32_t group = 0;
  int bits = 0;
  size_t taken = 0;
  for (int i = 0; i < 26; ++i) {
    while (bits < 5) {
      group = group << 8 | uint8_t(random[taken++]);
      bits += 8;
    }
    bits -= 5;
    id += digits[group >> bits & 31];
  }
  return id;
}

bool is_project_id(std::string_view id) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return id.size() >= 4 && id.size() <= 64 &&
         id.find_first_not_of(allowed) == std::string_view::npos;
}

namespace {

// The plain letters of U+00C0..U+00FF, two UTF-8 bytes each, which start with 0xC3.
constexpr std::string_view latin1_letters[64] = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y"};

}  // namespace

std::string slug(std::string_view name, size_t size_max) {
  std::string made;
  auto dash = [&] {
    if (!made.empty() && made.back() != '-') made += '-';
  };
  for (size_t i = 0; i < name.size(); ++i) {
    auto c = uint8_t(name[i]);
    if (c == 0xC3 && i + 1 < name.size()) {
      made += latin1_letters[uint8_t(name[++i]) & 63];
    } else if (c < 0x80 && ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'))) {
      made += char(c >= 'A' && c <= 'Z' ? c + 32 : c);
    } else if (c < 0x80) {
      dash();
    }
  }
  made = made.substr(0, size_max);
  while (!made.empty() && made.back() == '-') made.pop_back();
  return made.empty() ? "app" : made;
}

}  // namespace fairway

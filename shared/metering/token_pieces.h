// For metering only: what characters are, and where text is split before its pieces become tokens
// (two scanners that find what the patterns of cl100k_base and o200k_base match).
#pragma once

#include <string_view>

#include "shared/metering/character_classes.h"
#include "shared/metering/tokens.h"

namespace fairway {

// Never `alternating`.
CharacterClass class_of(char32_t character);

// The size of the piece at the beginning of this text, which is valid UTF-8 and not empty; 1 byte
// at least.
size_t piece_size(TokenEncoding encoding, std::string_view utf8);

}  // namespace fairway

// How many segments a message has: 3GPP 23.038 (the alphabet) and 23.040 (140 octets a segment, of
// which a header of a message in several takes 6).
#include "shared/base/text.h"
#include "shared/metering/metering.h"

namespace fairway {

namespace {

struct Capacity {
  int32_t alone;
  int32_t joined;
};
constexpr Capacity gsm_septets = {160, 153};
constexpr Capacity utf16_units = {70, 67};

// Takes the next character from valid UTF-8.
char32_t next_character(std::string_view& text) {
  auto byte = [&](size_t i) { return char32_t(uint8_t(text[i])); };
  char32_t first = byte(0);
  size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t character = size == 1 ? first : first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) character = character << 6 | (byte(i) & 0x3f);
  text.remove_prefix(size);
  return character;
}

// Septets of a character in GSM-7; 0 when it is not in the alphabet.
int32_t septets(char32_t character) {
  constexpr std::u32string_view escaped = U"\f[\\]^{|}~€";
  constexpr std::u32string_view beyond_ascii = U"¡£¤¥§¿ÄÅÆÉÑÖØÜßàäåæÇèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";
  if (escaped.contains(character)) return 2;
  if (character == '\n' || character == '\r') return 1;
  if (character >= ' ' && character <= 'z' && character != '`') return 1;
  return beyond_ascii.contains(character) ? 1 : 0;
}

int32_t utf16_size(char32_t character) { return character > 0xffff ? 2 : 1; }

// Fills one segment after the other; a character goes wholly into one.
template <typename SizeOf>
SmsSize measure(std::string_view encoding, Capacity capacity, std::string_view text,
                SizeOf size_of) {
  int64_t units = 0;
  int64_t segments = 1;
  int32_t used = 0;
  while (!text.empty()) {
    int32_t size = size_of(next_character(text));
    units += size;
    used += size;
    if (used <= capacity.joined) continue;
    ++segments;
    used = size;
  }
  if (units <= capacity.alone) segments = 1;
  return {encoding, int32_t(std::min<int64_t>(units, INT32_MAX)),
          int32_t(std::min<int64_t>(segments, INT32_MAX))};
}

bool is_gsm(std::string_view text) {
  while (!text.empty()) {
    if (septets(next_character(text)) == 0) return false;
  }
  return true;
}

}  // namespace

SmsSize measure_sms(std::string_view utf8) {
  std::string repaired;
  if (!is_utf8(utf8)) {
    repaired = to_utf8(utf8, utf8.size() * 3);
    utf8 = repaired;
  }
  if (is_gsm(utf8)) return measure("GSM-7", gsm_septets, utf8, septets);
  return measure("UCS-2", utf16_units, utf8, utf16_size);
}

}  // namespace fairway

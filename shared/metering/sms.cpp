// How many segments a message has: 3GPP 23.038 (the alphabet) and 23.040 (140 octets a segment, of
// which a header of a message in several takes 6).
#include <algorithm>

#include "shared/base/text.h"
#include "shared/metering/metering.h"
#include "shared/metering/token_pieces.h"

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

bool is_between(char32_t character, char32_t first, char32_t last) {
  return character >= first && character <= last;
}

// --- GSM-7 --------------------------------------------------------------------------------------

// Septets of a character; 0 when it is not in the alphabet.
int32_t septets(char32_t character) {
  constexpr std::u32string_view escaped = U"\f[\\]^{|}~€";
  constexpr std::u32string_view beyond_ascii = U"¡£¤¥§¿ÄÅÆÉÑÖØÜßàäåæÇèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ";
  if (escaped.contains(character)) return 2;
  if (character == '\n' || character == '\r') return 1;
  if (is_between(character, ' ', 'z') && character != '`') return 1;
  return beyond_ascii.contains(character) ? 1 : 0;
}

bool is_gsm(std::string_view text) {
  while (!text.empty()) {
    if (septets(next_character(text)) == 0) return false;
  }
  return true;
}

int32_t take_septets(std::string_view& text) { return septets(next_character(text)); }

// --- UCS-2 --------------------------------------------------------------------------------------

constexpr char32_t zero_width_joiner = 0x200d;

// Characters that nothing is joined to.
bool is_control(char32_t character) {
  return character < ' ' || is_between(character, 0x7f, 0x9f) || character == 0xad ||
         character == 0x200b || is_between(character, 0x200e, 0x200f) ||
         is_between(character, 0x2028, 0x202e) || is_between(character, 0x2060, 0x206f) ||
         character == 0xfeff;
}

// What belongs to the character before it: marks, variants, joiners, tags; and what Unicode calls
// letters though they stand for marks (Thai, Lao, half-width Japanese).
bool is_extension(char32_t character) {
  constexpr std::u32string_view letters = U"\u0e33\u0eb3\uff9e\uff9f";
  return class_of(character) == CharacterClass::mark || letters.contains(character) ||
         is_between(character, 0x200c, zero_width_joiner) ||
         is_between(character, 0xe0020, 0xe007f);
}

bool is_pictograph(char32_t character) {
  return is_between(character, 0x2190, 0x2bff) || is_between(character, 0x1f000, 0x1faff);
}
bool is_skin_tone(char32_t character) { return is_between(character, 0x1f3fb, 0x1f3ff); }
bool is_flag_letter(char32_t character) { return is_between(character, 0x1f1e6, 0x1f1ff); }

// Korean letters of one syllable: L, V and T, or a syllable that has a V or a T already.
bool joins_syllable(char32_t before, char32_t next) {
  bool is_l = is_between(before, 0x1100, 0x115f);
  bool is_syllable = is_between(before, 0xac00, 0xd7a3);
  bool ends_in_t =
      is_between(before, 0x11a8, 0x11ff) || (is_syllable && (before - 0xac00) % 28 != 0);
  bool ends_in_v =
      is_between(before, 0x1160, 0x11a7) || (is_syllable && (before - 0xac00) % 28 == 0);
  if (is_between(next, 0x1100, 0x115f) || is_between(next, 0xac00, 0xd7a3)) return is_l;
  if (is_between(next, 0x1160, 0x11a7)) return is_l || ends_in_v;
  return is_between(next, 0x11a8, 0x11ff) && (ends_in_v || ends_in_t);
}

int32_t utf16_size(char32_t character) { return character > 0xffff ? 2 : 1; }

// Takes a character with what is joined to it, as people see it: a letter with its marks, a family
// of faces, a flag. Answers its UTF-16 units.
int32_t take_units(std::string_view& text) {
  char32_t first = next_character(text);
  char32_t last = first;
  bool is_half_flag = is_flag_letter(first);
  int32_t units = utf16_size(first);
  while (!text.empty() && !is_control(last)) {
    std::string_view behind = text;
    char32_t next = next_character(behind);
    bool is_joined = is_extension(next) || joins_syllable(last, next) ||
                     (last == zero_width_joiner && is_pictograph(next)) ||
                     (is_pictograph(first) && is_skin_tone(next)) ||
                     (is_half_flag && last == first && is_flag_letter(next));
    if (!is_joined) break;
    if (is_flag_letter(next)) is_half_flag = false;
    units += utf16_size(next);
    last = next;
    text = behind;
  }
  return units;
}

// Fills one segment after the other; a character goes wholly into one where one can hold it.
template <typename TakeCharacter>
SmsSize measure(std::string_view encoding, Capacity capacity, std::string_view text,
                TakeCharacter take_character) {
  int64_t units = 0;
  int64_t segments = 1;
  int32_t used = 0;
  while (!text.empty()) {
    int32_t size = take_character(text);
    units += size;
    if (used > 0 && used + size > capacity.joined) {
      ++segments;
      used = 0;
    }
    used += size;
    for (; used > capacity.joined; used -= capacity.joined) ++segments;
  }
  if (units <= capacity.alone) segments = 1;
  return {encoding, int32_t(std::min<int64_t>(units, INT32_MAX)),
          int32_t(std::min<int64_t>(segments, INT32_MAX))};
}

}  // namespace

SmsSize measure_sms(std::string_view utf8) {
  std::string repaired;
  if (!is_utf8(utf8)) {
    repaired = to_utf8(utf8, utf8.size() * 3);
    utf8 = repaired;
  }
  if (is_gsm(utf8)) return measure("GSM-7", gsm_septets, utf8, take_septets);
  return measure("UCS-2", utf16_units, utf8, take_units);
}

}  // namespace fairway

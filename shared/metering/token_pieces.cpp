// The patterns, as OpenAI's tiktoken gives them (a piece is the first alternative that matches):
//
//   o200k_base  P?U*W+C? | P?U+W*C? | N{1,3} | ' '?O+[\r\n/]* | S*[\r\n]+ | S+(?!\S) | S+
//   cl100k_base C | P?L+ | N{1,3} | ' '?O+[\r\n]* | S+$ | S*[\r\n] | S+(?!\S) | S
//
//   L letters, N numbers, S white space, O neither of them, P neither letter, number nor line break
//   U letters that are not lower case, and marks; W letters that are not upper case, and marks
//   C 's 't 're 've 'm 'll 'd in any case
#include "shared/metering/token_pieces.h"

#include <algorithm>
#include <iterator>

namespace fairway {

using enum CharacterClass;

CharacterClass class_of(char32_t character) {
  if (character < 0x80) {
    if (character >= 'a' && character <= 'z') return lower;
    if (character >= 'A' && character <= 'Z') return upper;
    if (character >= '0' && character <= '9') return number;
    return character == ' ' || (character >= '\t' && character <= '\r') ? space : other;
  }
  // The last run that does not begin behind the character.
  const uint32_t* behind = std::upper_bound(std::begin(character_runs), std::end(character_runs),
                                            uint32_t(character) << 3 | 7);
  uint32_t run = *(behind - 1);
  auto found = CharacterClass(run & 7);
  if (found != alternating) return found;
  return (uint32_t(character) - (run >> 3)) % 2 == 0 ? upper : lower;
}

namespace {

struct Character {
  CharacterClass kind = other;
  char first = 0;  // its first byte: the whole character in ASCII
  size_t size = 0;
};

// Stands at the end, too: there the size is 0 and the class fits nothing.
Character character_at(std::string_view text, size_t at) {
  if (at >= text.size()) return {};
  auto byte = [&](size_t i) { return char32_t(uint8_t(text[at + i])); };
  char32_t character = byte(0);
  if (character < 0x80) return {class_of(character), text[at], 1};
  size_t size = character < 0xe0 ? 2 : character < 0xf0 ? 3 : 4;
  character &= 0xff >> (size + 1);
  for (size_t i = 1; i < size; ++i) character = character << 6 | (byte(i) & 0x3f);
  return {class_of(character), text[at], size};
}

bool is_letter(const Character& one) {
  return one.kind == upper || one.kind == lower || one.kind == letter;
}
bool is_either_case(const Character& one) { return one.kind == letter || one.kind == mark; }
bool is_not_lower(const Character& one) { return one.kind == upper || is_either_case(one); }
bool is_not_upper(const Character& one) { return one.kind == lower || is_either_case(one); }
bool is_number(const Character& one) { return one.kind == number; }
bool is_space(const Character& one) { return one.kind == space; }
bool is_line_break(const Character& one) { return one.first == '\r' || one.first == '\n'; }
bool is_line_break_or_slash(const Character& one) { return is_line_break(one) || one.first == '/'; }
bool is_sign(const Character& one) {
  return one.size > 0 && (one.kind == other || one.kind == mark);
}
bool can_precede_letters(const Character& one) {
  return one.size > 0 && !is_letter(one) && !is_number(one) && !is_line_break(one);
}

// The end of the longest run of such characters from `at` on.
template <typename Fits>
size_t end_of_run(std::string_view text, size_t at, Fits fits) {
  for (;;) {
    Character one = character_at(text, at);
    if (one.size == 0 || !fits(one)) return at;
    at += one.size;
  }
}

char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

// The size of a contraction's end at `at`, or 0.
size_t contraction_size(std::string_view text, size_t at) {
  if (at + 1 >= text.size() || text[at] != '\'') return 0;
  char first = lower_letter(text[at + 1]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (at + 2 >= text.size()) return 0;
  char second = lower_letter(text[at + 2]);
  bool is_contraction = (first == 'l' && second == 'l') || (first == 'v' && second == 'e') ||
                        (first == 'r' && second == 'e');
  return is_contraction ? 3 : 0;
}

// U*W+ from `at` on: its end, or `at` when it does not match. When nothing of lower case follows
// the letters of upper case, W+ takes the last character of theirs that has no case.
size_t end_of_lower_word(std::string_view text, size_t at) {
  size_t at_last_either = at;
  size_t end = at;
  for (;;) {
    Character one = character_at(text, end);
    if (one.size == 0 || !is_not_lower(one)) break;
    end += one.size;
    if (is_either_case(one)) at_last_either = end;
  }
  size_t word_end = end_of_run(text, end, is_not_upper);
  return word_end > end ? word_end : at_last_either;
}

// A word of o200k_base with what may precede it: 0 when there is none.
size_t cased_word_size(std::string_view text) {
  Character first = character_at(text, 0);
  size_t behind_first = can_precede_letters(first) ? first.size : 0;
  size_t end = 0;
  if (behind_first > 0) {
    end = end_of_lower_word(text, behind_first);
    if (end == behind_first) end = 0;
  }
  if (end == 0) end = end_of_lower_word(text, 0);
  if (end == 0 && behind_first > 0) {
    end = end_of_run(text, behind_first, is_not_lower);
    if (end == behind_first) end = 0;
  }
  if (end == 0) end = end_of_run(text, 0, is_not_lower);
  return end == 0 ? 0 : end + contraction_size(text, end);
}

size_t plain_word_size(std::string_view text) {
  Character first = character_at(text, 0);
  size_t start = can_precede_letters(first) ? first.size : 0;
  size_t end = end_of_run(text, start, is_letter);
  return end == start ? 0 : end;
}

size_t numbers_size(std::string_view text) {
  size_t end = 0;
  for (int i = 0; i < 3; ++i) {
    Character one = character_at(text, end);
    if (one.size == 0 || !is_number(one)) break;
    end += one.size;
  }
  return end;
}

template <typename Fits>
size_t signs_size(std::string_view text, Fits may_follow) {
  size_t start = text[0] == ' ' ? 1 : 0;
  size_t end = end_of_run(text, start, is_sign);
  return end == start ? 0 : end_of_run(text, end, may_follow);
}

// White space: up to its last line break, else all but its last character, which belongs to what
// follows. One character at least.
size_t space_size(TokenEncoding encoding, std::string_view text) {
  size_t end = 0;
  size_t behind_line_break = 0;
  size_t at_last = 0;
  for (;;) {
    Character one = character_at(text, end);
    if (one.size == 0 || !is_space(one)) break;
    at_last = end;
    end += one.size;
    if (is_line_break(one)) behind_line_break = end;
  }
  bool is_last = end == text.size();
  if (is_last && encoding == TokenEncoding::cl100k_base) return end;
  if (behind_line_break > 0) return behind_line_break;
  return is_last || at_last == 0 ? end : at_last;
}

}  // namespace

size_t piece_size(TokenEncoding encoding, std::string_view utf8) {
  bool is_o200k = encoding == TokenEncoding::o200k_base;
  if (!is_o200k) {
    if (size_t size = contraction_size(utf8, 0)) return size;
  }
  if (size_t size = is_o200k ? cased_word_size(utf8) : plain_word_size(utf8)) return size;
  if (size_t size = numbers_size(utf8)) return size;
  size_t signs =
      is_o200k ? signs_size(utf8, is_line_break_or_slash) : signs_size(utf8, is_line_break);
  return signs > 0 ? signs : space_size(encoding, utf8);
}

}  // namespace fairway

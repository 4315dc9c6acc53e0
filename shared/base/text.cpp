#include "shared/base/text.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fairway {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string joined;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) joined += separator;
    joined += parts[i];
  }
  return joined;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_ascii(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = char(c + ('a' - 'A'));
  }
  return lowered;
}

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
  if (what.empty()) return text;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string cat(std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (auto part : parts) size += part.size();
  std::string whole;
  whole.resize_and_overwrite(size, [&](char* to, size_t) {
    for (auto part : parts) to = std::copy(part.begin(), part.end(), to);
    return size;
  });
  return whole;
}

std::string decimal(int64_t number) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return std::string(digits, end);
}

std::string grouped(int64_t number) {
  std::string digits = decimal(number);
  size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::optional<int64_t> parse_decimal(std::string_view text) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string counted(int64_t count, std::string_view one, std::string_view many) {
  return cat({grouped(count), " ", count == 1 ? one : many});
}

namespace {

// The length of the UTF-8 sequence that starts `bytes`, or 0 when it is not one (RFC 3629).
size_t utf8_sequence(std::string_view bytes) {
  auto at = [&](size_t i) { return i < bytes.size() ? uint8_t(bytes[i]) : uint8_t(0); };
  auto tail = [&](size_t i) { return (at(i) & 0xC0) == 0x80; };
  uint8_t first = at(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return tail(1) ? 2 : 0;
  uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < low || at(1) > high || !tail(2)) return 0;
  if (first < 0xF0) return 3;
  return tail(3) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  constexpr uint64_t beyond_ascii = 0x8080808080808080;
  for (;;) {
    size_t ascii = 0;
    for (uint64_t eight; bytes.size() - ascii >= sizeof eight; ascii += sizeof eight) {
      std::memcpy(&eight, bytes.data() + ascii, sizeof eight);
      if ((eight & beyond_ascii) != 0) break;
    }
    while (ascii < bytes.size() && uint8_t(bytes[ascii]) < 0x80) ++ascii;
    bytes.remove_prefix(ascii);
    if (bytes.empty()) return true;
    size_t length = utf8_sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
}

std::string to_utf8(std::string_view bytes, size_t size_max) {
  std::string text;
  size_t good = 0;  // bytes at the start that are text already
  while (good < bytes.size()) {
    size_t length = utf8_sequence(bytes.substr(good));
    std::string_view mark = length == 0 ? "\xEF\xBF\xBD" : "";
    if (text.size() + good + length + mark.size() > size_max) break;
    good += length;
    if (mark.empty()) continue;
    text += bytes.substr(0, good);
    text += mark;
    bytes.remove_prefix(good + 1);
    good = 0;
  }
  text += bytes.substr(0, good);
  return text;
}

bool equal_in_constant_time(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < one.size(); ++i)
    difference |= unsigned(uint8_t(one[i]) ^ uint8_t(other[i]));
  return difference == 0;
}

}  // namespace fairway

// Hex, base64 and percent encoding.
#include <algorithm>
#include <array>

#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// By letter, of both alphabets; -1 where it is none.
constexpr std::array<int8_t, 256> base64_values = [] {
  std::array<int8_t, 256> values;
  values.fill(-1);
  for (size_t i = 0; i < base64_digits.size(); ++i) values[uint8_t(base64_digits[i])] = int8_t(i);
  values['-'] = 62;
  values['_'] = 63;
  return values;
}();

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string hex(std::string_view bytes) {
  std::string text;
  text.resize_and_overwrite(bytes.size() * 2, [&](char* to, size_t size) {
    for (char c : bytes) {
      *to++ = hex_digits[uint8_t(c) >> 4];
      *to++ = hex_digits[uint8_t(c) & 15];
    }
    return size;
  });
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += char(high * 16 + low);
  }
  return bytes;
}

bool is_hex(std::string_view text, size_t length) {
  return text.size() == length && text.find_first_not_of(hex_digits) == std::string_view::npos;
}

std::string base64(std::string_view bytes) {
  std::string text;
  text.resize_and_overwrite((bytes.size() + 2) / 3 * 4, [&](char* to, size_t size) {
    for (size_t i = 0; i < bytes.size(); i += 3) {
      size_t count = std::min<size_t>(3, bytes.size() - i);
      uint32_t group = 0;
      for (size_t k = 0; k < 3; ++k) {
        group = group << 8 | (k < count ? uint8_t(bytes[i + k]) : 0);
      }
      for (size_t k = 0; k < 4; ++k) {
        *to++ = k <= count ? base64_digits[(group >> (18 - 6 * k)) & 63] : '=';
      }
    }
    return size;
  });
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes(text.size() * 3 / 4, '\0');
  char* to = bytes.data();
  uint32_t group = 0;
  int bits = 0;
  for (char c : text) {
    int value = base64_values[uint8_t(c)];
    if (value < 0) return std::nullopt;
    group = group << 6 | uint32_t(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    *to++ = char(group >> bits & 255);
  }
  bool has_rest = (group & ((uint32_t{1} << bits) - 1)) != 0;
  if (has_rest) return std::nullopt;
  return bytes;
}

std::string url_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += "0123456789ABCDEF"[uint8_t(c) >> 4];
      encoded += "0123456789ABCDEF"[uint8_t(c) & 15];
    }
  }
  return encoded;
}

std::optional<std::string> url_decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += char(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace fairway

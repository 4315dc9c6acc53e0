// Small pure functions over text and bytes. Text is UTF-8; bytes travel as std::string.
// Not for: formatting floating point (no to_chars(double) in the core), regular expressions.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairway {

std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string lower_ascii(std::string_view text);
std::string replace_all(std::string text, std::string_view what, std::string_view by);

// Concatenates texts and decimal integers: cat({"step ", decimal(3)}).
std::string cat(std::initializer_list<std::string_view> parts);
std::string decimal(int64_t number);
// 12840 -> "12,840".
std::string grouped(int64_t number);
// The whole text as a decimal integer; nothing when it is not one or does not fit.
std::optional<int64_t> parse_decimal(std::string_view text);
// "1 row", "2 rows".
std::string counted(int64_t count, std::string_view one, std::string_view many);

bool is_utf8(std::string_view bytes);
// Invalid sequences become U+FFFD; at most `size_max` bytes, cut at a character.
std::string to_utf8(std::string_view bytes, size_t size_max);

std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);
bool is_hex(std::string_view text, size_t length);

std::string base64(std::string_view bytes);
// Standard or URL-safe alphabet, padded or not; nothing when malformed. Bytes have one text only
// (RFC 4648 3.5): bits behind the last byte must be zero.
std::optional<std::string> from_base64(std::string_view text);

// Percent-encodes everything but unreserved characters (RFC 3986 2.3).
std::string url_encode(std::string_view text);
std::optional<std::string> url_decode(std::string_view text);

// True when both are equal; takes the same time wherever they differ.
bool equal_in_constant_time(std::string_view one, std::string_view other);

}  // namespace fairway

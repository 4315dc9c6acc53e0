#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/text.h"
#include "shared/migration/value_forms.h"

namespace fairway {
namespace {

constexpr size_t depth_max = 1'000;
constexpr int64_t number_bytes_max = 1'000;

void add_code_point(std::string& out, uint32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// Reads JSON that is_json_text has found to be such. Containers stand on a list and not on the
// machine's stack.
class JsonbReader {
 public:
  explicit JsonbReader(std::string_view text) : text_(text) {}

  std::optional<std::string> read() {
    std::string value;
    do {
      if (!take_value(value)) return std::nullopt;
      while (ready_ && !open_.empty()) {
        if (!close_member(value)) return std::nullopt;
      }
    } while (!open_.empty());
    return value;
  }

 private:
  struct Container {
    bool is_object = false;
    std::string key;
    std::vector<std::pair<std::string, std::string>> members;  // of arrays: no keys
  };

  char next() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").contains(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  // Either a value is ready, or a container was opened.
  bool take_value(std::string& value) {
    ready_ = true;
    const char first = next();
    if (first == '[' || first == '{') {
      ++at_;
      if (open_.size() == depth_max) return false;
      open_.push_back({.is_object = first == '{', .key = "", .members = {}});
      const char then = next();
      if (then == ']' || then == '}') {
        ++at_;
        value = first == '{' ? "{}" : "[]";
        open_.pop_back();
        return true;
      }
      ready_ = false;
      return first == '[' || take_key();
    }
    if (first == '"') {
      std::string text;
      if (!take_text(text)) return false;
      value = json_quoted(text);
      return true;
    }
    const size_t begin = at_;
    while (at_ < text_.size() && !std::string_view(",]} \t\n\r").contains(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (first == 't' || first == 'f' || first == 'n') {
      value = word;
      return true;
    }
    const auto number = plain_decimal(word);
    if (number) value = *number;
    return number.has_value();
  }

  bool take_key() {
    next();
    open_.back().key.clear();
    if (!take_text(open_.back().key)) return false;
    next();
    ++at_;  // the colon
    return true;
  }

  // A value is behind us: the next member begins, or the container is the value.
  bool close_member(std::string& value) {
    Container& container = open_.back();
    container.members.emplace_back(container.key, std::move(value));
    const char sign = next();
    ++at_;
    if (sign == ',') {
      ready_ = false;
      return !container.is_object || take_key();
    }
    value = written(container);
    open_.pop_back();
    return true;
  }

  // Keys by their size, then by their bytes; of equal ones the last one stays.
  static std::string written(Container& container) {
    auto& members = container.members;
    if (container.is_object) {
      std::ranges::stable_sort(members, [](const auto& one, const auto& other) {
        if (one.first.size() != other.first.size()) return one.first.size() < other.first.size();
        return one.first < other.first;
      });
    }
    std::string text(1, container.is_object ? '{' : '[');
    bool is_first = true;
    for (size_t i = 0; i < members.size(); ++i) {
      const bool is_overruled =
          container.is_object && i + 1 < members.size() && members[i].first == members[i + 1].first;
      if (is_overruled) continue;
      if (!is_first) text += ", ";
      is_first = false;
      if (container.is_object) text += cat({json_quoted(members[i].first), ": "});
      text += members[i].second;
    }
    text += container.is_object ? '}' : ']';
    return text;
  }

  bool take_hex(uint32_t& code) {
    if (text_.size() - at_ < 4) return false;
    code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      code = code * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return true;
  }

  bool take_escape(std::string& text) {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view meant = "\b\f\n\r\t";
    const char c = text_[at_++];
    if (c != 'u') {
      const size_t place = letters.find(c);
      text += place == std::string_view::npos ? c : meant[place];
      return true;
    }
    uint32_t code = 0;
    if (!take_hex(code) || code == 0) return false;
    if (code >= 0xdc00 && code < 0xe000) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      uint32_t low = 0;
      if (!text_.substr(at_).starts_with("\\u")) return false;
      at_ += 2;
      if (!take_hex(low) || low < 0xdc00 || low >= 0xe000) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    add_code_point(text, code);
    return true;
  }

  bool take_text(std::string& text) {
    ++at_;  // the quote
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (c != '\\') {
        text += c;
      } else if (at_ == text_.size() || !take_escape(text)) {
        return false;
      }
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool ready_ = false;
  std::vector<Container> open_;
};

}  // namespace

std::string json_quoted(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const size_t place = std::string_view("\b\f\n\r\t\"\\").find(c);
    if (place != std::string_view::npos) {
      quoted += '\\';
      quoted += "bfnrt\"\\"[place];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += cat({"\\u00", std::string_view(&digits[static_cast<unsigned char>(c) >> 4], 1),
                     std::string_view(&digits[c & 15], 1)});
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::optional<std::string> plain_decimal(std::string_view text) {
  if (text.size() > static_cast<size_t>(number_bytes_max)) return std::nullopt;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string_view digits = text.substr(0, text.find_first_of("eE"));
  int64_t exponent = 0;
  if (digits.size() < text.size()) {
    std::string_view power = text.substr(digits.size() + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto number = parse_decimal(power);
    if (!number || *number > number_bytes_max || *number < -number_bytes_max) return std::nullopt;
    exponent = *number;
  }
  const size_t point = std::min(digits.find('.'), digits.size());
  std::string all(digits.substr(0, point));
  if (point < digits.size()) all += digits.substr(point + 1);
  if (all.empty() || !std::ranges::all_of(all, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  // How many digits stand before the point once the exponent is applied.
  const int64_t whole = static_cast<int64_t>(point) + exponent;
  const auto count = static_cast<int64_t>(all.size());
  if (whole <= 0) all.insert(0, static_cast<size_t>(1 - whole), '0');
  const auto whole_digits = static_cast<size_t>(std::max<int64_t>(whole, 1));
  if (whole > count) all.append(static_cast<size_t>(whole - count), '0');
  std::string number = all.substr(0, whole_digits);
  number.erase(0, std::min(number.find_first_not_of('0'), number.size() - 1));
  if (all.size() > whole_digits) number += cat({".", std::string_view(all).substr(whole_digits)});
  const bool zero = number.find_first_not_of("0.") == std::string::npos;
  return negative && !zero ? cat({"-", number}) : number;
}

std::optional<std::string> jsonb_text(std::string_view text) {
  if (!is_json_text(text)) return std::nullopt;
  return JsonbReader(text).read();
}

}  // namespace fairway

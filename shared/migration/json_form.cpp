#include <string>

#include "shared/migration/value_forms.h"

namespace fairway {
namespace {

// Walks over a JSON text without building anything; its memory is one character a level.
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool is_valid() {
    skip_blanks();
    if (!take_value()) return false;
    while (!open_.empty()) {
      skip_blanks();
      if (at_ == end_) return false;
      const char c = *at_++;
      if (c == closing()) {
        open_.pop_back();
      } else if (c != ',' || !take_member()) {
        return false;
      }
    }
    skip_blanks();
    return at_ == end_;
  }

 private:
  static constexpr size_t depth_max = 1'000;

  char closing() const { return open_.back() == '{' ? '}' : ']'; }

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
  }

  bool take(char wanted) {
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (static_cast<size_t>(end_ - at_) < word.size()) return false;
    if (std::string_view(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  // What may stand behind '[', '{' or ','.
  bool take_member() {
    skip_blanks();
    if (open_.back() == '{') {
      if (!take_text()) return false;
      skip_blanks();
      if (!take(':')) return false;
      skip_blanks();
    }
    return take_value();
  }

  // A value, or the start of arrays and objects down to their first plain value.
  bool take_value() {
    while (at_ != end_ && (*at_ == '[' || *at_ == '{')) {
      if (open_.size() == depth_max) return false;
      open_.push_back(*at_++);
      skip_blanks();
      if (take(closing())) {
        open_.pop_back();
        return true;
      }
      if (open_.back() == '{') {
        if (!take_text()) return false;
        skip_blanks();
        if (!take(':')) return false;
        skip_blanks();
      }
    }
    if (at_ == end_) return false;
    if (*at_ == '"') return take_text();
    if (*at_ == 't') return take_word("true");
    if (*at_ == 'f') return take_word("false");
    if (*at_ == 'n') return take_word("null");
    return take_number();
  }

  bool take_digits() {
    const char* start = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != start;
  }

  bool take_number() {
    take('-');
    if (!take('0') && !take_digits()) return false;
    if (take('.') && !take_digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return take_digits();
    }
    return true;
  }

  bool take_escape() {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::string_view("\"\\/bfnrt").contains(c);
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == end_ || !std::string_view("0123456789abcdefABCDEF").contains(*at_)) return false;
    }
    return true;
  }

  bool take_text() {
    if (!take('"')) return false;
    while (at_ != end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !take_escape()) return false;
    }
    return false;
  }

  const char* at_;
  const char* end_;
  std::string open_;
};

}  // namespace

bool is_json_text(std::string_view text) { return JsonWalk(text).is_valid(); }

}  // namespace fairway

#include "shared/gateway/json_text.h"

#include <cstring>

#include "shared/base/json.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr int depth_max = 64;

// Walks over one JSON value after the other; every function says whether it found what it should.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  size_t at() const { return at_; }
  bool ended() const { return at_ == text_.size(); }
  std::string_view since(size_t from) const { return text_.substr(from, at_ - from); }

  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr &&
           text_[at_] != '\0') {
      ++at_;
    }
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool value(int depth) {
    if (at_ == text_.size()) return false;
    switch (text_[at_]) {
      case '{':
        return container('}', depth, [&] { return string() && colon(); });
      case '[':
        return container(']', depth, [] { return true; });
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }

  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return true;
      if (uint8_t(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool colon() {
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return true;
  }

 private:
  template <typename Label>
  bool container(char end, int depth, Label label) {
    if (depth == depth_max) return false;
    ++at_;
    skip_space();
    if (take(end)) return true;
    while (true) {
      skip_space();
      if (!label() || !value(depth + 1)) return false;
      skip_space();
      if (take(end)) return true;
      if (!take(',')) return false;
    }
  }

  bool escape() {
    if (at_ == text_.size()) return false;
    char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    if (text_.size() - at_ < 4 || !is_hex_any_case(text_.substr(at_, 4))) return false;
    at_ += 4;
    return true;
  }

  static bool is_hex_any_case(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }

  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool digits() {
    size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > from;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

Failure invalid() {
  return fix_input("invalid_json", "The body is not one JSON object.",
                   "Send JSON as the provider's reference describes it.");
}

Failure ambiguous() {
  return fix_input("ambiguous_json",
                   "A member of the body is named twice, or its name is written with escapes, so "
                   "readers may understand it differently.",
                   "Name every member once, in plain characters.");
}

}  // namespace

const JsonMember* JsonObjectText::find(std::string_view name) const {
  for (const auto& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

std::string_view JsonObjectText::value(std::string_view name) const {
  const JsonMember* found = find(name);
  return found == nullptr || found->value == "null" ? std::string_view() : found->value;
}

Outcome<JsonObjectText> scan_json_object(std::string_view text) {
  Scanner scanner(text);
  JsonObjectText object{text, {}};
  scanner.skip_space();
  if (!scanner.take('{')) return invalid();
  scanner.skip_space();
  bool is_empty = scanner.take('}');
  while (!is_empty) {
    scanner.skip_space();
    JsonMember member;
    member.at = scanner.at();
    if (!scanner.string()) return invalid();
    auto quoted = scanner.since(member.at);
    member.name = quoted.substr(1, quoted.size() - 2);
    if (!scanner.colon()) return invalid();
    member.value_at = scanner.at();
    if (!scanner.value(1)) return invalid();
    member.value = scanner.since(member.value_at);
    if (member.name.find('\\') != std::string_view::npos || object.find(member.name) != nullptr) {
      return ambiguous();
    }
    object.members.push_back(member);
    scanner.skip_space();
    if (scanner.take('}')) break;
    if (!scanner.take(',')) return invalid();
  }
  scanner.skip_space();
  if (!scanner.ended()) return invalid();
  return object;
}

std::optional<std::string_view> plain_json_text(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::nullopt;
  auto inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') != std::string_view::npos) return std::nullopt;
  return inside;
}

std::optional<int64_t> json_whole_number(std::string_view value) { return parse_decimal(value); }

std::string unescaped_json_text(std::string_view escaped) {
  Json text = Json::parse(cat({"\"", escaped, "\""}), nullptr, false);
  return text.is_string() ? text.get<std::string>() : to_utf8(escaped, escaped.size() * 3);
}

std::string spliced(std::string_view text, const std::vector<Splice>& splices) {
  std::string made;
  size_t room = text.size(), from = 0;
  for (const auto& splice : splices) room += splice.text.size();
  made.reserve(room);
  for (const auto& splice : splices) {
    FAIRWAY_ASSERT(splice.at >= from && splice.at + splice.removed <= text.size());
    made += text.substr(from, splice.at - from);
    made += splice.text;
    from = splice.at + splice.removed;
  }
  made += text.substr(from);
  return made;
}

Splice set_json_member(const JsonObjectText& object, std::string_view name,
                       std::string_view value) {
  if (const JsonMember* found = object.find(name)) {
    return {found->value_at, found->value.size(), std::string(value)};
  }
  size_t behind_brace = object.text.find('{') + 1;
  std::string_view comma = object.members.empty() ? "" : ",";
  return {behind_brace, 0, cat({"\"", name, "\":", value, comma})};
}

Splice remove_json_member(const JsonObjectText& object, const JsonMember& member) {
  const JsonMember& first = object.members.front();
  size_t end = member.value_at + member.value.size();
  if (&member != &first) {
    const JsonMember& before = *(&member - 1);
    size_t from = before.value_at + before.value.size();
    return {from, end - from, ""};
  }
  if (object.members.size() > 1) end = object.members[1].at;
  return {member.at, end - member.at, ""};
}

}  // namespace fairway

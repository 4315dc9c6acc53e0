#include "shared/transform/javascript.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"

namespace fairway {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
         c == '#' || c == '@' || c == '\\' || static_cast<unsigned char>(c) >= 0x80;
}

bool any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Words after which an operand follows, so that "/" begins a regular expression.
bool expects_operand(std::string_view word) {
  return any_of(word, {"return", "typeof", "instanceof", "in", "of", "new", "delete", "void",
                       "throw", "case", "do", "else", "yield", "await", "extends", "default"});
}

// What an open bracket is closed by and what its end means for the "/" after it.
struct Scope {
  char open = '(';  // ( [ { or ` for the ${ of a template
  bool operand_follows = false;
  uint32_t line = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  Outcome<std::vector<ScriptToken>> read() {
    if (source_.starts_with("#!")) skip_line();
    while (!failure_ && skip_blank()) read_token();
    if (!failure_ && !scopes_.empty()) {
      fail(scopes_.back().line, scopes_.back().open == '`' ? "a template" : "a bracket");
    }
    if (failure_) return *failure_;
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const {
    return position_ + ahead < source_.size() ? source_[position_ + ahead] : '\0';
  }
  bool at_end() const { return position_ >= source_.size(); }
  std::string_view rest() const { return source_.substr(position_); }

  void fail(uint32_t line, std::string_view what) {
    failure_ = fix_input("bad_source", cat({"line ", decimal(line), ": ", what, " has no end"}));
  }

  void advance() {
    if (source_[position_] == '\n') ++line_;
    ++position_;
  }

  void skip_line() {
    while (!at_end() && peek() != '\n') ++position_;
  }

  // Goes to the next token; false at the end of the text.
  bool skip_blank() {
    while (!at_end() && !failure_) {
      char c = peek();
      if (c == ' ' || (c >= '\t' && c <= '\r')) {
        advance();
      } else if (c == '/' && peek(1) == '/') {
        skip_line();
      } else if (c == '/' && peek(1) == '*') {
        skip_comment();
      } else if (size_t size = wide_blank_size()) {
        position_ += size;
      } else {
        return true;
      }
    }
    return false;
  }

  // No-break space, byte order mark, line and paragraph separator, in UTF-8.
  size_t wide_blank_size() const {
    if (static_cast<unsigned char>(peek()) < 0x80) return 0;
    if (rest().starts_with("\xC2\xA0")) return 2;
    for (std::string_view blank : {"\xEF\xBB\xBF", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
      if (rest().starts_with(blank)) return 3;
    }
    return 0;
  }

  void skip_comment() {
    uint32_t begin_line = line_;
    size_t end = source_.find("*/", position_ + 2);
    if (end == std::string_view::npos) return fail(begin_line, "a comment");
    while (position_ < end + 2) advance();
  }

  void read_token() {
    begin_ = position_;
    begin_line_ = line_;
    char c = peek();
    if (c == '"' || c == '\'') return read_string(c);
    if (c == '`') return read_template();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return read_number();
    if (is_word_byte(c)) return read_word();
    if (c == '/' && operand_follows_ && read_regex()) return;
    read_mark(c);
  }

  void push(ScriptTokenKind kind, bool operand_follows) {
    tokens_.push_back({uint32_t(begin_), uint32_t(position_), begin_line_, kind});
    operand_follows_ = operand_follows;
  }

  std::string_view text_of(const ScriptToken& token) const {
    return source_.substr(token.begin, token.end - token.begin);
  }
  std::string_view last_text(size_t back = 0) const {
    return back < tokens_.size() ? text_of(tokens_[tokens_.size() - 1 - back]) : "";
  }

  void read_string(char quote) {
    ++position_;
    while (!at_end() && peek() != quote && peek() != '\n') {
      if (peek() == '\\' && position_ + 1 < source_.size()) advance();
      advance();
    }
    if (peek() != quote || at_end()) return fail(begin_line_, "a string");
    ++position_;
    push(ScriptTokenKind::string, false);
  }

  // From ` or the } of a substitution to the next ${ or the closing `.
  void read_template() {
    ++position_;
    while (!at_end()) {
      if (peek() == '`') {
        ++position_;
        return push(ScriptTokenKind::template_text, false);
      }
      if (peek() == '$' && peek(1) == '{') {
        position_ += 2;
        scopes_.push_back({'`', false, begin_line_});
        return push(ScriptTokenKind::template_text, true);
      }
      if (peek() == '\\' && position_ + 1 < source_.size()) advance();
      advance();
    }
    fail(begin_line_, "a template");
  }

  void read_number() {
    while (is_word_byte(peek()) || peek() == '.') {
      bool exponent = (peek() | 0x20) == 'e' && (peek(1) == '+' || peek(1) == '-');
      position_ += exponent ? 2 : 1;
    }
    position_ = std::min(position_, source_.size());
    push(ScriptTokenKind::number, false);
  }

  void read_word() {
    bool property = last_text() == "." || last_text() == "?.";
    while (!at_end() && is_word_byte(peek()) && wide_blank_size() == 0) ++position_;
    push(ScriptTokenKind::word, false);
    operand_follows_ = !property && expects_operand(last_text());
  }

  // False, with nothing read, when the line holds no end of a regular expression.
  bool read_regex() {
    bool in_class = false;
    for (size_t at = position_ + 1; at < source_.size() && source_[at] != '\n'; ++at) {
      char c = source_[at];
      if (c == '\\') {
        ++at;
        if (at >= source_.size() || source_[at] == '\n') return false;
      } else if (c == '[') {
        in_class = true;
      } else if (c == ']') {
        in_class = false;
      } else if (c == '/' && !in_class) {
        position_ = at + 1;
        while (!at_end() && is_word_byte(peek())) ++position_;
        push(ScriptTokenKind::regex, false);
        return true;
      }
    }
    return false;
  }

  void read_mark(char c) {
    if (c == '(' || c == '[' || c == '{') return open(c);
    if (c == ')' || c == ']' || c == '}') return close(c);
    bool after_operand = !operand_follows_;
    position_ += mark_size();
    push(ScriptTokenKind::mark, true);
    bool step = last_text() == "++" || last_text() == "--";
    if (step) operand_follows_ = !after_operand;
  }

  size_t mark_size() const {
    if (rest().starts_with("...")) return 3;
    if (rest().starts_with("?.") && !is_digit(peek(2))) return 2;
    for (std::string_view mark : {"=>", "++", "--"}) {
      if (rest().starts_with(mark)) return 2;
    }
    return 1;
  }

  void open(char c) {
    bool operand_follows = false;
    if (c == '(') {
      bool property = last_text(1) == "." || last_text(1) == "?.";
      operand_follows = !property && any_of(last_text(), {"if", "while", "for", "with"});
    } else if (c == '{') {
      operand_follows = begins_block();
    }
    scopes_.push_back({c, operand_follows, line_});
    ++position_;
    push(ScriptTokenKind::mark, true);
  }

  // Whether a "{" begins a block or a body, after whose end an operand may follow.
  bool begins_block() const {
    if (tokens_.empty()) return true;
    std::string_view last = last_text();
    if (last == ")" || last == ";" || last == "{" || last == "}" || last == "=>") return true;
    if (last == ":")
      return !scopes_.empty() && scopes_.back().open == '{' && scopes_.back().operand_follows;
    if (any_of(last, {"else", "do", "try", "finally"})) return true;
    return !operand_follows_;
  }

  void close(char c) {
    char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
    bool in_template = c == '}' && !scopes_.empty() && scopes_.back().open == '`';
    if (!in_template && (scopes_.empty() || scopes_.back().open != wanted)) {
      failure_ = fix_input("bad_source", cat({"line ", decimal(line_), ": a \"",
                                              std::string_view(&c, 1), "\" closes nothing"}));
      return;
    }
    bool operand_follows = scopes_.back().operand_follows;
    scopes_.pop_back();
    if (in_template) return read_template();
    ++position_;
    push(ScriptTokenKind::mark, operand_follows);
  }

  std::string_view source_;
  size_t position_ = 0;
  uint32_t line_ = 1;
  size_t begin_ = 0;
  uint32_t begin_line_ = 1;
  bool operand_follows_ = true;
  std::vector<Scope> scopes_;
  std::vector<ScriptToken> tokens_;
  std::optional<Failure> failure_;
};

}  // namespace

Outcome<std::vector<ScriptToken>> read_tokens(std::string_view source) {
  FAIRWAY_ASSERT(source.size() < (size_t{1} << 31));
  return Reader(source).read();
}

bool TokenText::is_free_word(size_t index, std::string_view word) const {
  if (!is(index, word) || !is_kind(index, ScriptTokenKind::word)) return false;
  return index == 0 || (!is(index - 1, ".") && !is(index - 1, "?."));
}

std::optional<std::string> TokenText::string_value(size_t index) const {
  bool plain_template = is_kind(index, ScriptTokenKind::template_text) &&
                        text(index).ends_with('`') && text(index).starts_with('`');
  if (!is_kind(index, ScriptTokenKind::string) && !plain_template) return std::nullopt;
  std::string_view quoted = text(index);
  std::string_view inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find('\\') != std::string_view::npos) return std::nullopt;
  return std::string(inner);
}

size_t TokenText::closing(size_t index) const {
  int64_t depth = 0;
  for (size_t at = index; at < size(); ++at) {
    std::string_view mark = text(at);
    if (is_kind(at, ScriptTokenKind::template_text)) {
      if (!mark.starts_with('`')) --depth;
      if (mark.ends_with("${")) ++depth;
    } else if (is_kind(at, ScriptTokenKind::mark)) {
      if (mark == "(" || mark == "[" || mark == "{") ++depth;
      if (mark == ")" || mark == "]" || mark == "}") --depth;
    }
    if (depth <= 0) return at;
  }
  return size();
}

}  // namespace fairway

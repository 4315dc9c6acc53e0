// JavaScript as tokens: enough to edit module sources without touching strings, comments, templates
// or regular expressions. Not for: JSX, TypeScript, scopes, or telling whether a program is right.
//
// A "/" is a division or begins a regular expression depending on what stands before it; where that
// needs a full parser ("}" of a function expression), a regular expression is tried first and given
// up when its line has no end for it. Cost: linear in the text; a token is 24 bytes.
// Failures: fix_input `bad_source` with the line, for text that ends inside a string, template,
// comment or bracket, or whose brackets do not match. Any bytes are safe to read.
#pragma once

#include <cstdint>
#include <vector>

#include "shared/base/outcome.h"

namespace fairway {

enum class ScriptTokenKind : uint8_t {
  word,  // identifiers and keywords
  number,
  string,         // with its quotes
  template_text,  // from ` or } to ${ or `
  regex,
  mark,  // punctuation: one character, or => ++ -- ?. ...
};

struct ScriptToken {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t line = 0;  // from 1
  ScriptTokenKind kind = ScriptTokenKind::mark;
};

Outcome<std::vector<ScriptToken>> read_tokens(std::string_view source);

// A source with its tokens. Asking past the end gives empty text, so that rules need no bounds.
class TokenText {
 public:
  TokenText(std::string_view source, const std::vector<ScriptToken>& tokens)
      : source_(source), tokens_(tokens) {}

  size_t size() const { return tokens_.size(); }
  const ScriptToken& at(size_t index) const { return tokens_[index]; }
  std::string_view text(size_t index) const {
    if (index >= tokens_.size()) return {};
    const ScriptToken& token = tokens_[index];
    return source_.substr(token.begin, token.end - token.begin);
  }
  bool is(size_t index, std::string_view text) const { return this->text(index) == text; }
  bool is_kind(size_t index, ScriptTokenKind kind) const {
    return index < tokens_.size() && tokens_[index].kind == kind;
  }
  // True for the word itself, not for a property of that name (a.word, a?.word).
  bool is_free_word(size_t index, std::string_view word) const;
  // The content of a string without escapes; nothing for any other token.
  std::optional<std::string> string_value(size_t index) const;
  // The index of the bracket that closes the one at `index`.
  size_t closing(size_t index) const;
  std::string_view source() const { return source_; }

 private:
  std::string_view source_;
  const std::vector<ScriptToken>& tokens_;
};

}  // namespace fairway

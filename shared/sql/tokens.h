// SQLite's SQL as words: what its own tokenizer sees, and names and texts written back in quotes.
// Pure. Cost: linear in the text. Never fails: an unterminated quote reaches to the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairway {

struct SqlToken {
  enum class Kind { word, quoted_name, text, number, symbol };
  Kind kind;
  std::string text;  // without quotes; as written. A symbol is one character, x'00' is a number
  size_t begin = 0;  // where it stands in the source
  size_t end = 0;

  // An unquoted word, compared without regard to case; `keyword` is lower case.
  bool is(std::string_view keyword) const;
  bool is_symbol(char symbol) const;
};

// Comments and blanks are dropped.
std::vector<SqlToken> tokens_of(std::string_view sql);

// "name" with quotes inside doubled.
std::string quoted_name(std::string_view name);
// 'text' with quotes inside doubled.
std::string quoted_text(std::string_view text);

bool same_name(std::string_view one, std::string_view other);  // without regard to ASCII case

}  // namespace fairway

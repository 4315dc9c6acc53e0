#include "shared/sql/tokens.h"

#include "shared/base/text.h"

namespace fairway {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// SQLite's rule: every byte of a character beyond ASCII may stand in a name.
bool is_name_part(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

size_t end_of_comment(std::string_view sql, size_t begin) {
  const bool line = sql[begin] == '-';
  const size_t end = line ? sql.find('\n', begin) : sql.find("*/", begin + 2);
  if (end == std::string_view::npos) return sql.size();
  return line ? end + 1 : end + 2;
}

// The token in quotes that begins at `begin`; a doubled quote stands for itself, except in [ ].
SqlToken quoted_token(std::string_view sql, size_t begin) {
  const char open = sql[begin];
  const char close = open == '[' ? ']' : open;
  SqlToken token{open == '\'' ? SqlToken::Kind::text : SqlToken::Kind::quoted_name, "", begin,
                 sql.size()};
  for (size_t i = begin + 1; i < sql.size(); ++i) {
    if (sql[i] != close) {
      token.text += sql[i];
    } else if (close != ']' && i + 1 < sql.size() && sql[i + 1] == close) {
      token.text += sql[i++];
    } else {
      token.end = i + 1;
      break;
    }
  }
  return token;
}

SqlToken number_token(std::string_view sql, size_t begin) {
  size_t end = begin;
  while (end < sql.size() &&
         (is_name_part(sql[end]) || sql[end] == '.' ||
          ((sql[end] == '+' || sql[end] == '-') && (sql[end - 1] == 'e' || sql[end - 1] == 'E') &&
           !sql.substr(begin, 2).starts_with("0x")))) {
    ++end;
  }
  return {SqlToken::Kind::number, std::string(sql.substr(begin, end - begin)), begin, end};
}

bool starts_comment(std::string_view sql, size_t at) {
  return sql.substr(at, 2) == "--" || sql.substr(at, 2) == "/*";
}

SqlToken token_at(std::string_view sql, size_t begin) {
  const char c = sql[begin];
  if (c == '\'' || c == '"' || c == '`' || c == '[') return quoted_token(sql, begin);
  const bool fraction = c == '.' && begin + 1 < sql.size() && is_digit(sql[begin + 1]);
  if (is_digit(c) || fraction) return number_token(sql, begin);
  if (!is_name_part(c)) return {SqlToken::Kind::symbol, std::string(1, c), begin, begin + 1};
  size_t end = begin;
  while (end < sql.size() && is_name_part(sql[end])) ++end;
  if (end == begin + 1 && (c == 'x' || c == 'X') && end < sql.size() && sql[end] == '\'') {
    SqlToken blob = quoted_token(sql, end);
    return {SqlToken::Kind::number, cat({"x'", lower_ascii(blob.text), "'"}), begin, blob.end};
  }
  return {SqlToken::Kind::word, std::string(sql.substr(begin, end - begin)), begin, end};
}

}  // namespace

bool SqlToken::is(std::string_view keyword) const {
  return kind == Kind::word && same_name(text, keyword);
}

bool SqlToken::is_symbol(char symbol) const { return kind == Kind::symbol && text[0] == symbol; }

std::vector<SqlToken> tokens_of(std::string_view sql) {
  std::vector<SqlToken> tokens;
  for (size_t at = 0; at < sql.size();) {
    if (is_blank(sql[at]) || sql[at] == '\0') {
      ++at;
    } else if (starts_comment(sql, at)) {
      at = end_of_comment(sql, at);
    } else {
      tokens.push_back(token_at(sql, at));
      at = tokens.back().end;
    }
  }
  return tokens;
}

std::string quoted_name(std::string_view name) {
  return cat({"\"", replace_all(std::string(name), "\"", "\"\""), "\""});
}

std::string quoted_text(std::string_view text) {
  return cat({"'", replace_all(std::string(text), "'", "''"), "'"});
}

bool same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() && lower_ascii(one) == lower_ascii(other);
}

}  // namespace fairway

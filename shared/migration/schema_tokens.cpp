#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/migration/schema.h"

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

std::string normal_text(const SqlToken& token, bool exact) {
  switch (token.kind) {
    case SqlToken::Kind::word:
    case SqlToken::Kind::number:
      return lower_ascii(token.text);
    case SqlToken::Kind::quoted_name:
      return exact ? quoted_text(token.text) : lower_ascii(token.text);
    case SqlToken::Kind::text:
      return quoted_text(token.text);
    case SqlToken::Kind::symbol:
      return token.text;
  }
  return token.text;
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

std::string normal_form(const std::vector<SqlToken>& tokens, size_t begin, size_t end) {
  std::string form;
  for (size_t i = begin; i < end; ++i) {
    // A name in double quotes after DEFAULT is a text, and so its case counts.
    const bool exact = i > begin && tokens[i - 1].is("default");
    if (!form.empty()) form += ' ';
    form += normal_text(tokens[i], exact);
  }
  return form;
}

std::string normal_form(std::string_view sql) {
  const auto tokens = tokens_of(sql);
  size_t end = tokens.size();
  while (end > 0 && tokens[end - 1].is_symbol(';')) --end;
  return normal_form(tokens, 0, end);
}

std::vector<std::string> foreign_collations(std::string_view sql) {
  std::vector<std::string> found;
  const auto tokens = tokens_of(sql);
  for (size_t i = 1; i < tokens.size(); ++i) {
    if (!tokens[i - 1].is("collate")) continue;
    std::string name = lower_ascii(tokens[i].text);
    if (name != "binary" && name != "nocase" && name != "rtrim") found.push_back(std::move(name));
  }
  return found;
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

bool is_internal_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> prefixes = {"sqlite_stat", "libsql_", "_fairway_",
                                                        "_litestream_", "_cf_"};
  const std::string lower = lower_ascii(name);
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return lower.starts_with(prefix); });
}

}  // namespace fairway

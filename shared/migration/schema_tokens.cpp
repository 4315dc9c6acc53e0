#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/migration/schema.h"

namespace fairway {
namespace {

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

bool is_internal_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> prefixes = {"sqlite_stat", "libsql_", "_fairway_",
                                                        "_litestream_", "_cf_"};
  const std::string lower = lower_ascii(name);
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return lower.starts_with(prefix); });
}

}  // namespace fairway

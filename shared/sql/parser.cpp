#include "shared/sql/parser.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"

namespace fairway::sql {
namespace {

// The words that SQLite never takes for a name; all its other keywords may be one.
constexpr std::array reserved_words = std::to_array<std::string_view>({
    "add",     "all",        "alter",       "and",     "as",       "autoincrement",
    "between", "case",       "check",       "collate", "commit",   "constraint",
    "create",  "default",    "deferrable",  "delete",  "distinct", "drop",
    "else",    "escape",     "except",      "exists",  "foreign",  "from",
    "group",   "having",     "in",          "index",   "insert",   "intersect",
    "into",    "is",         "isnull",      "join",    "limit",    "not",
    "nothing", "notnull",    "null",        "on",      "or",       "order",
    "primary", "references", "returning",   "select",  "set",      "table",
    "then",    "to",         "transaction", "union",   "unique",   "update",
    "using",   "values",     "when",        "where",
});
constexpr std::array join_words = std::to_array<std::string_view>(
    {"cross", "full", "indexed", "inner", "left", "natural", "outer", "right"});

bool is_one_of(const SqlToken& token, const auto& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

}  // namespace

Parser::Parser(std::string_view text) : text_(text), tokens_(tokens_of(text)) {}

const SqlToken& Parser::peek(size_t ahead) const {
  static const SqlToken nothing{SqlToken::Kind::symbol, std::string(1, '\0'), 0, 0};
  return !failed_ && at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : nothing;
}

bool Parser::at_symbols(std::string_view symbols) const {
  for (size_t i = 0; i < symbols.size(); ++i) {
    if (!at_symbol(symbols[i], i)) return false;
    if (i > 0 && peek(i).begin != peek(i - 1).end) return false;
  }
  return true;
}

bool Parser::at_select() const { return at_word("select") || at_word("values") || at_word("with"); }

bool Parser::at_name(size_t ahead) const {
  const SqlToken& token = peek(ahead);
  if (token.kind == SqlToken::Kind::word) return !is_one_of(token, reserved_words);
  return token.kind == SqlToken::Kind::quoted_name || token.kind == SqlToken::Kind::text;
}

bool Parser::at_alias(size_t ahead) const {
  if (!at_name(ahead) || is_one_of(peek(ahead), join_words)) return false;
  return !(at_word("window", ahead) && at_name(ahead + 1) && at_word("as", ahead + 2));
}

bool Parser::take(std::string_view word) {
  if (!at_word(word)) return false;
  ++at_;
  return true;
}

bool Parser::take_symbol(char symbol) {
  if (!at_symbol(symbol)) return false;
  ++at_;
  return true;
}

bool Parser::take_words(std::string_view one, std::string_view two) {
  if (!at_word(one) || !at_word(two, 1)) return false;
  at_ += 2;
  return true;
}

void Parser::expect(std::string_view word) {
  if (!take(word)) fail();
}

void Parser::expect_symbol(char symbol) {
  if (!take_symbol(symbol)) fail();
}

std::string Parser::name() {
  if (!at_name()) {
    fail();
    return "";
  }
  return tokens_[at_++].text;
}

std::vector<std::string> Parser::names_in_parentheses() {
  std::vector<std::string> names;
  expect_symbol('(');
  do {
    names.push_back(name());
    // SQLite lets COLLATE and ASC stand here and forgets them.
    if (take("collate")) (void)name();
    if (!take("asc")) take("desc");
  } while (take_symbol(','));
  expect_symbol(')');
  return names;
}

void Parser::fail() {
  if (failed_) return;
  const bool at_end = at_ >= tokens_.size();
  const std::string place =
      at_end ? "at its end" : cat({"near \"", to_utf8(tokens_[at_].text.substr(0, 40), 40), "\""});
  failure_ =
      fix_input("sql_not_understood", cat({"The definition is not understood ", place, "."}));
  failed_ = true;
  at_ = tokens_.size();
}

std::string Parser::text_since(size_t begin) const {
  const size_t end = last_end();
  return begin < end ? std::string(text_.substr(begin, end - begin)) : "";
}

void Parser::end() {
  while (take_symbol(';')) {
  }
  if (!failed_ && at_ < tokens_.size()) fail();
}

const Constraint* constraint_of(const Column& column, ConstraintKind kind) {
  const Constraint* found = nullptr;
  for (const Constraint& constraint : column.constraints) {
    if (constraint.kind == kind) found = &constraint;
  }
  return found;
}

namespace {

template <typename T>
Outcome<T> parse_whole(std::string_view text, T (Parser::*parse)()) {
  Parser parser(text);
  T made = (parser.*parse)();
  parser.end();
  if (parser.failed()) return parser.failure();
  return made;
}

}  // namespace

Outcome<CreateTable> parse_create_table(std::string_view text) {
  return parse_whole(text, &Parser::create_table);
}
Outcome<CreateIndex> parse_create_index(std::string_view text) {
  return parse_whole(text, &Parser::create_index);
}
Outcome<CreateView> parse_create_view(std::string_view text) {
  return parse_whole(text, &Parser::create_view);
}
Outcome<CreateTrigger> parse_create_trigger(std::string_view text) {
  return parse_whole(text, &Parser::create_trigger);
}
Outcome<CreateVirtualTable> parse_create_virtual_table(std::string_view text) {
  return parse_whole(text, &Parser::create_virtual_table);
}
Outcome<Expression> parse_expression(std::string_view text) {
  return parse_whole(text, &Parser::expression);
}
Outcome<Select> parse_select(std::string_view text) { return parse_whole(text, &Parser::select); }

}  // namespace fairway::sql

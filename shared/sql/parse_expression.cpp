#include <algorithm>

#include "shared/base/text.h"
#include "shared/sql/parser.h"

namespace fairway::sql {
namespace {

// SQLite's precedences, loosest first.
constexpr int level_or = 1;
constexpr int level_and = 2;
constexpr int level_not = 3;
constexpr int level_equal = 4;  // = <> IS LIKE IN BETWEEN ISNULL
constexpr int level_less = 5;
constexpr int level_bits = 6;
constexpr int level_add = 7;
constexpr int level_multiply = 8;
constexpr int level_concatenate = 9;
constexpr int level_collate = 10;
constexpr int level_unary = 11;

Expression of_kind(ExpressionKind kind, std::string text = "") {
  Expression made;
  made.kind = kind;
  made.text = std::move(text);
  return made;
}

Expression applied(Operator operation, std::vector<Expression> operands) {
  Expression made = of_kind(ExpressionKind::apply);
  made.operation = operation;
  made.operands = std::move(operands);
  return made;
}

bool is_number(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.starts_with("0x") || text.starts_with("0X")) {
    return text.size() > 2 && text.size() <= 18 &&
           is_hex(lower_ascii(text.substr(2)), text.size() - 2);
  }
  size_t at = 0;
  while (at < text.size() && digit(text[at])) ++at;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && digit(text[at])) ++at;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (at == text.size()) return false;
    while (at < text.size() && digit(text[at])) ++at;
  }
  return at == text.size();
}

}  // namespace

Expression Parser::expression() { return binary(level_or); }

// Sets where the tree stands in the source and how high it is.
Expression Parser::finished(Expression made, size_t begin) {
  int height = made.height - 1;
  const auto over = [&](const std::vector<Expression>& parts) {
    for (const Expression& part : parts) height = std::max(height, part.height);
  };
  over(made.operands);
  over(made.filter);
  made.height = height + 1;
  if (made.height > tree_height_max) fail();
  tallest_ = std::max(tallest_, made.height);
  made.begin = begin;
  made.end = last_end();
  return made;
}

Expression Parser::binary(int level_min) {
  const Nested nested(*this);
  if (failed_) return {};
  const size_t begin = here();
  Expression left = prefix();
  while (!failed_) {
    const Infix next = infix();
    if (next.level == 0 || next.level < level_min) break;
    left = finished(apply_infix(std::move(left), next), begin);
  }
  return left;
}

Expression Parser::prefix() {
  const size_t begin = here();
  if (at_word("not")) {
    skip(1);
    return finished(applied(Operator::logical_not, {binary(level_not)}), begin);
  }
  for (auto [symbol, operation] :
       {std::pair{'-', Operator::negate}, {'+', Operator::plus}, {'~', Operator::bit_not}}) {
    if (!take_symbol(symbol)) continue;
    return finished(applied(operation, {binary(level_unary)}), begin);
  }
  return primary();
}

Expression Parser::primary() {
  const size_t begin = here();
  const SqlToken& token = peek();
  if (at_symbol('(')) return in_parentheses();
  if (at_word("case")) return finished(cases(), begin);
  if (at_word("exists")) return finished(exists(), begin);
  if (at_word("cast") && at_symbol('(', 1)) return finished(cast(), begin);
  if (at_word("raise") && at_symbol('(', 1)) return finished(raise(), begin);
  const bool plain_text = token.kind == SqlToken::Kind::text && !at_symbol('.', 1);
  if (plain_text || token.kind == SqlToken::Kind::number || at_word("null") ||
      at_word("current_time") || at_word("current_date") || at_word("current_timestamp")) {
    return finished(literal(), begin);
  }
  return finished(word_or_call(), begin);
}

Expression Parser::literal() {
  const SqlToken token = peek();
  skip(1);
  if (token.kind == SqlToken::Kind::text) return of_kind(ExpressionKind::text, token.text);
  if (token.is("null")) return of_kind(ExpressionKind::null);
  if (token.kind == SqlToken::Kind::word) {
    return of_kind(ExpressionKind::current, lower_ascii(token.text));
  }
  if (token.text.starts_with("x'")) {
    const auto bytes = from_hex(token.text.substr(2, token.text.size() - 3));
    if (!bytes) fail();
    return of_kind(ExpressionKind::blob, bytes.value_or(""));
  }
  if (!is_number(token.text)) fail();
  const bool is_hexadecimal = token.text.starts_with("0x") || token.text.starts_with("0X");
  const bool integer =
      is_hexadecimal || token.text.find_first_not_of("0123456789") == std::string::npos;
  return of_kind(integer ? ExpressionKind::integer : ExpressionKind::real, token.text);
}

// name, table.name, schema.table.name, table.*, name(...)
Expression Parser::word_or_call() {
  Expression made = of_kind(ExpressionKind::name);
  if (!at_name()) {
    fail();
    return made;
  }
  const auto quoting = [&] {
    if (peek().kind == SqlToken::Kind::word) return Quoting::none;
    if (peek().kind == SqlToken::Kind::text) return Quoting::text_quotes;
    return text_[peek().begin] == '"' ? Quoting::double_quotes : Quoting::brackets;
  };
  made.quoting = quoting();
  made.text = name();
  if (at_symbol('(')) {
    made.kind = ExpressionKind::call;
    call(made);
    return made;
  }
  for (int part = 0; part < 2 && take_symbol('.'); ++part) {
    made.schema = std::move(made.table);
    made.table = std::move(made.text);
    made.text.clear();
    if (part == 0 && take_symbol('*')) {
      made.kind = ExpressionKind::star;
      return made;
    }
    made.quoting = quoting();
    made.text = name();
  }
  return made;
}

void Parser::call(Expression& made) {
  const int tallest_before = tallest_;
  tallest_ = 0;
  arguments(made);
  call_tail(made);
  made.height = tallest_ + 1;
  tallest_ = std::max(tallest_, tallest_before);
}

void Parser::arguments(Expression& made) {
  expect_symbol('(');
  if (take_symbol('*')) {
    made.operands.push_back(of_kind(ExpressionKind::star));
  } else if (!at_symbol(')')) {
    made.distinct = take("distinct");
    if (!made.distinct) take("all");
    made.operands = expressions();
    if (take_words("order", "by")) made.order_by = order_terms();
  }
  expect_symbol(')');
}

// FILTER and OVER.
void Parser::call_tail(Expression& made) {
  if (at_word("filter") && at_symbol('(', 1)) {
    skip(2);
    expect("where");
    made.filter.push_back(expression());
    expect_symbol(')');
  }
  if (!at_word("over") || !(at_symbol('(', 1) || at_name(1))) return;
  skip(1);
  Window window;
  if (at_symbol('(')) {
    window = window_body();
  } else {
    window.name = name();
    window.is_reference = true;
  }
  made.over = std::make_shared<const Window>(std::move(window));
}

Expression Parser::in_parentheses() {
  const size_t begin = here();
  const Nested nested(*this);
  expect_symbol('(');
  if (at_select()) {
    Expression made = of_kind(ExpressionKind::query);
    made.query = query(made);
    expect_symbol(')');
    return finished(std::move(made), begin);
  }
  Expression first = expression();
  if (!at_symbol(',')) {
    expect_symbol(')');
    return first;
  }
  Expression made = of_kind(ExpressionKind::row);
  made.operands.push_back(std::move(first));
  while (take_symbol(',')) made.operands.push_back(expression());
  expect_symbol(')');
  return finished(std::move(made), begin);
}

// The SELECT that stands here, as part of `around`, whose height it counts for.
std::shared_ptr<const Select> Parser::query(Expression& around) {
  const int tallest_before = tallest_;
  tallest_ = 0;
  auto made = std::make_shared<const Select>(select());
  around.height = std::max(around.height, tallest_ + 1);
  tallest_ = std::max(tallest_, tallest_before);
  return made;
}

Expression Parser::cases() {
  Expression made = of_kind(ExpressionKind::cases);
  expect("case");
  if (!at_word("when")) {
    made.has_base = true;
    made.operands.push_back(expression());
  }
  if (!at_word("when")) fail();
  while (take("when")) {
    made.operands.push_back(expression());
    expect("then");
    made.operands.push_back(expression());
  }
  if (take("else")) {
    made.has_otherwise = true;
    made.operands.push_back(expression());
  }
  expect("end");
  return made;
}

Expression Parser::cast() {
  skip(2);
  Expression made = of_kind(ExpressionKind::cast);
  made.operands.push_back(expression());
  expect("as");
  made.text = type();
  expect_symbol(')');
  return made;
}

Expression Parser::raise() {
  skip(2);
  Expression made = of_kind(ExpressionKind::raise, lower_ascii(name()));
  if (made.text == "ignore") {
    expect_symbol(')');
    return made;
  }
  if (made.text != "rollback" && made.text != "abort" && made.text != "fail") fail();
  expect_symbol(',');
  made.operands.push_back(expression());
  expect_symbol(')');
  return made;
}

Expression Parser::exists() {
  skip(1);
  expect_symbol('(');
  Expression made = of_kind(ExpressionKind::exists);
  made.query = query(made);
  expect_symbol(')');
  return made;
}

std::vector<Expression> Parser::expressions() {
  std::vector<Expression> made;
  do {
    made.push_back(expression());
  } while (take_symbol(','));
  return made;
}

std::vector<Expression> Parser::expressions_in_parentheses() {
  std::vector<Expression> made;
  expect_symbol('(');
  if (!at_symbol(')')) made = expressions();
  expect_symbol(')');
  return made;
}

Parser::Infix Parser::infix() const {
  if (peek().kind == SqlToken::Kind::symbol) return symbol_infix();
  if (peek().kind == SqlToken::Kind::word) return word_infix();
  return {Operator::none, 0, 0, false};
}

Parser::Infix Parser::symbol_infix() const {
  struct Known {
    std::string_view symbols;
    Operator operation;
    int level;
  };
  // The longest first, as SQLite's tokenizer takes them.
  constexpr Known known[] = {
      {"->>", Operator::long_arrow, level_concatenate},
      {"->", Operator::arrow, level_concatenate},
      {"||", Operator::concatenate, level_concatenate},
      {"<<", Operator::shift_left, level_bits},
      {">>", Operator::shift_right, level_bits},
      {"<=", Operator::less_equal, level_less},
      {"<>", Operator::not_equal, level_equal},
      {">=", Operator::greater_equal, level_less},
      {"!=", Operator::not_equal, level_equal},
      {"==", Operator::equal, level_equal},
      {"=", Operator::equal, level_equal},
      {"<", Operator::less, level_less},
      {">", Operator::greater, level_less},
      {"&", Operator::bit_and, level_bits},
      {"|", Operator::bit_or, level_bits},
      {"+", Operator::add, level_add},
      {"-", Operator::subtract, level_add},
      {"*", Operator::multiply, level_multiply},
      {"/", Operator::divide, level_multiply},
      {"%", Operator::modulo, level_multiply},
  };
  for (const Known& one : known) {
    if (at_symbols(one.symbols)) return {one.operation, one.level, one.symbols.size(), false};
  }
  return {Operator::none, 0, 0, false};
}

// Operator::none with a level stands for the words that are no operators: IN, BETWEEN, COLLATE.
Parser::Infix Parser::word_infix() const {
  const bool negated = at_word("not");
  const size_t tokens = negated ? 2 : 1;
  const auto is_word = [&](std::string_view word) { return at_word(word, tokens - 1); };
  if (is_word("like")) return {Operator::like, level_equal, tokens, negated};
  if (is_word("glob")) return {Operator::glob, level_equal, tokens, negated};
  if (is_word("regexp")) return {Operator::regexp, level_equal, tokens, negated};
  if (is_word("match")) return {Operator::match, level_equal, tokens, negated};
  if (is_word("in")) return {Operator::none, level_equal, tokens, negated};
  if (is_word("between")) return {Operator::none, level_equal, tokens, negated};
  if (negated) {
    const bool null = at_word("null", 1);
    return {Operator::not_null, null ? level_equal : 0, 2, false};
  }
  if (at_word("or")) return {Operator::logical_or, level_or, 1, false};
  if (at_word("and")) return {Operator::logical_and, level_and, 1, false};
  if (at_word("is")) return {Operator::is, level_equal, 1, false};
  if (at_word("isnull")) return {Operator::is_null, level_equal, 1, false};
  if (at_word("notnull")) return {Operator::not_null, level_equal, 1, false};
  if (at_word("collate")) return {Operator::none, level_collate, 1, false};
  return {Operator::none, 0, 0, false};
}

Expression Parser::apply_infix(Expression left, Infix infix) {
  switch (infix.operation) {
    case Operator::none:
      if (take("collate")) {
        Expression made = of_kind(ExpressionKind::collate, name());
        made.operands.push_back(std::move(left));
        return made;
      }
      return at_word("in", infix.tokens - 1) ? in(std::move(left), infix)
                                             : between(std::move(left), infix);
    case Operator::like:
    case Operator::glob:
    case Operator::regexp:
    case Operator::match:
      return like(std::move(left), infix);
    case Operator::is:
      return is(std::move(left));
    default:
      break;
  }
  skip(infix.tokens);
  std::vector<Expression> operands;
  const bool postfix =
      infix.operation == Operator::is_null || infix.operation == Operator::not_null;
  const bool any_number = infix.operation == Operator::logical_or ||
                          infix.operation == Operator::logical_and ||
                          infix.operation == Operator::concatenate;
  operands.push_back(std::move(left));
  if (!postfix) operands.push_back(binary(infix.level + 1));
  while (any_number && !failed_) {
    const Infix next = this->infix();
    if (next.operation != infix.operation) break;
    skip(next.tokens);
    operands.push_back(binary(infix.level + 1));
  }
  return applied(infix.operation, std::move(operands));
}

Expression Parser::between(Expression left, Infix infix) {
  skip(infix.tokens);
  Expression made = of_kind(ExpressionKind::between);
  made.negated = infix.negated;
  made.operands.push_back(std::move(left));
  made.operands.push_back(binary(level_not));
  expect("and");
  made.operands.push_back(binary(level_equal + 1));
  return made;
}

Expression Parser::in(Expression left, Infix infix) {
  skip(infix.tokens);
  Expression made = of_kind(ExpressionKind::in_list);
  made.negated = infix.negated;
  made.operands.push_back(std::move(left));
  if (!at_symbol('(')) {
    made.kind = ExpressionKind::in_table;
    made.table = name();
    if (take_symbol('.')) {
      made.schema = std::move(made.table);
      made.table = name();
    }
    if (at_symbol('(')) {
      for (Expression& one : expressions_in_parentheses()) made.operands.push_back(std::move(one));
    }
    return made;
  }
  skip(1);
  if (at_select()) {
    made.kind = ExpressionKind::in_query;
    made.query = query(made);
  } else if (!at_symbol(')')) {
    for (Expression& one : expressions()) made.operands.push_back(std::move(one));
  }
  expect_symbol(')');
  return made;
}

Expression Parser::is(Expression left) {
  skip(1);
  bool negated = take("not");
  if (take_words("distinct", "from")) negated = !negated;
  std::vector<Expression> operands;
  operands.push_back(std::move(left));
  operands.push_back(binary(level_equal + 1));
  return applied(negated ? Operator::is_not : Operator::is, std::move(operands));
}

Expression Parser::like(Expression left, Infix infix) {
  skip(infix.tokens);
  std::vector<Expression> operands;
  operands.push_back(std::move(left));
  operands.push_back(binary(level_equal + 1));
  if (take("escape")) operands.push_back(binary(level_equal + 1));
  Expression made = applied(infix.operation, std::move(operands));
  made.negated = infix.negated;
  return made;
}

}  // namespace fairway::sql

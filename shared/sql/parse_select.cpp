#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/sql/parser.h"

namespace fairway::sql {

Select Parser::select() {
  const Nested nested(*this);
  Select made;
  if (at_word("with")) {
    made.recursive = at_word("recursive", 1) && !at_word("as", 2) && !at_symbol('(', 2);
    with(made.with);
  }
  made.cores.push_back(core());
  while (!failed_) {
    Compound compound = Compound::none;
    if (take("union")) {
      compound = take("all") ? Compound::unite_all : Compound::unite;
    } else if (take("intersect")) {
      compound = Compound::intersect;
    } else if (take("except")) {
      compound = Compound::except;
    } else {
      break;
    }
    made.cores.push_back(core());
    made.cores.back().compound = compound;
  }
  if (take_words("order", "by")) made.order_by = order_terms();
  if (!take("limit")) return made;
  made.limit.push_back(expression());
  if (take("offset")) {
    made.offset.push_back(expression());
  } else if (take_symbol(',')) {
    made.offset = std::move(made.limit);
    made.limit.clear();
    made.limit.push_back(expression());
  }
  return made;
}

void Parser::with(std::vector<CommonTable>& tables) {
  expect("with");
  if (at_word("recursive") && !at_word("as", 1) && !at_symbol('(', 1)) skip(1);
  do {
    CommonTable table;
    table.name = name();
    if (at_symbol('(')) table.columns = names_in_parentheses();
    expect("as");
    if (take("materialized")) {
      table.materialized = CommonTable::Materialized::yes;
    } else if (take_words("not", "materialized")) {
      table.materialized = CommonTable::Materialized::no;
    }
    expect_symbol('(');
    table.query = std::make_shared<const Select>(select());
    expect_symbol(')');
    tables.push_back(std::move(table));
  } while (take_symbol(','));
}

SelectCore Parser::core() {
  SelectCore made;
  if (at_word("values")) {
    made.values = values();
    return made;
  }
  expect("select");
  made.distinct = take("distinct");
  if (!made.distinct) take("all");
  do {
    made.columns.push_back(result_column());
  } while (take_symbol(','));
  if (take("from")) made.from = from();
  if (take("where")) made.where.push_back(expression());
  if (take_words("group", "by")) made.group_by = expressions();
  if (take("having")) made.having.push_back(expression());
  if (at_word("window") && at_name(1) && at_word("as", 2)) {
    skip(1);
    do {
      std::string own_name = name();
      expect("as");
      made.windows.push_back(window_body());
      made.windows.back().name = std::move(own_name);
    } while (take_symbol(','));
  }
  return made;
}

std::vector<std::vector<Expression>> Parser::values() {
  std::vector<std::vector<Expression>> rows;
  expect("values");
  do {
    rows.push_back(expressions_in_parentheses());
  } while (take_symbol(','));
  return rows;
}

ResultColumn Parser::result_column() {
  ResultColumn made;
  const size_t begin = here();
  if (take_symbol('*')) {
    made.expression.kind = ExpressionKind::star;
    return made;
  }
  made.expression = expression();
  made.text = text_since(begin);
  if (take("as")) {
    made.alias = name();
  } else if (at_alias()) {
    made.alias = name();
  }
  return made;
}

// Walks over the words between two tables; false when no other table follows.
bool Parser::next_join(FromItem& item) {
  if (take_symbol(',')) return true;
  size_t ahead = 0;
  bool outer = false;
  bool left = false;
  bool right = false;
  for (;; ++ahead) {
    if (at_word("natural", ahead)) {
      item.natural = true;
    } else if (at_word("left", ahead)) {
      left = true;
    } else if (at_word("right", ahead)) {
      right = true;
    } else if (at_word("full", ahead)) {
      left = right = true;
    } else if (at_word("outer", ahead)) {
      outer = true;
    } else if (at_word("cross", ahead)) {
      item.join = JoinKind::cross;
    } else if (!at_word("inner", ahead)) {
      break;
    }
  }
  if (!at_word("join", ahead)) {
    if (ahead > 0) fail();
    return false;
  }
  skip(ahead + 1);
  if (outer && !left && !right) fail();
  if (item.join != JoinKind::cross) item.join = JoinKind::inner;
  if (left) item.join = right ? JoinKind::full : JoinKind::left;
  if (right && !left) item.join = JoinKind::right;
  return true;
}

std::vector<FromItem> Parser::from() {
  const Nested nested(*this);
  std::vector<FromItem> items;
  FromItem next;
  do {
    FromItem item = from_item();
    item.join = next.join;
    item.natural = next.natural;
    items.push_back(std::move(item));
    next = {};
  } while (!failed_ && next_join(next));
  return items;
}

FromItem Parser::from_item() {
  FromItem item;
  from_source(item);
  if (take("as")) {
    item.alias = name();
  } else if (at_alias()) {
    item.alias = name();
  }
  if (take_words("indexed", "by")) {
    (void)name();
  } else if (at_word("not") && at_word("indexed", 1)) {
    skip(2);
  }
  if (take("on")) item.on.push_back(expression());
  if (take("using")) item.using_columns = names_in_parentheses();
  return item;
}

void Parser::from_source(FromItem& item) {
  if (take_symbol('(')) {
    if (at_select()) {
      item.query = std::make_shared<const Select>(select());
      ++tallest_;
    } else {
      item.group = from();
    }
    expect_symbol(')');
    return;
  }
  item.table = name();
  if (take_symbol('.')) {
    item.schema = std::move(item.table);
    item.table = name();
  }
  if (!at_symbol('(')) return;
  item.is_call = true;
  item.arguments = expressions_in_parentheses();
}

std::vector<OrderTerm> Parser::order_terms() {
  std::vector<OrderTerm> terms;
  do {
    OrderTerm term;
    term.expression = expression();
    term.descending = take("desc");
    if (!term.descending) take("asc");
    if (take_words("nulls", "first")) {
      term.nulls = NullsOrder::first;
    } else if (take_words("nulls", "last")) {
      term.nulls = NullsOrder::last;
    }
    terms.push_back(std::move(term));
  } while (take_symbol(','));
  return terms;
}

Window Parser::window_body() {
  Window window;
  expect_symbol('(');
  const bool frame_word = at_word("range") || at_word("rows") || at_word("groups");
  if (at_name() && !at_word("partition") && !frame_word) window.base = name();
  if (take_words("partition", "by")) window.partition_by = expressions();
  if (take_words("order", "by")) window.order_by = order_terms();
  if (!at_symbol(')')) frame(window);
  expect_symbol(')');
  return window;
}

// A frame is kept as its words; all that matters is whether anything else stands in it.
void Parser::frame(Window& window) {
  constexpr std::array words = std::to_array<std::string_view>(
      {"range", "rows", "groups", "between", "and", "unbounded", "preceding", "following",
       "current", "row", "exclude", "no", "others", "group", "ties"});
  const size_t begin = here();
  int depth = 0;
  for (; !failed_ && at_ < tokens_.size(); skip(1)) {
    if (at_symbol('(')) ++depth;
    if (at_symbol(')') && --depth < 0) break;
    const bool word =
        std::ranges::any_of(words, [&](std::string_view one) { return at_word(one); });
    if (!word && peek().kind != SqlToken::Kind::number) window.frame_is_plain = false;
  }
  window.frame = text_since(begin);
  if (window.frame.empty()) fail();
}

}  // namespace fairway::sql

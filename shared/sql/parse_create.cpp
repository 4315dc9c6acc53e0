#include "shared/base/text.h"
#include "shared/sql/parser.h"

namespace fairway::sql {

// CREATE [TEMP] kind [IF NOT EXISTS] [schema.]name
std::string Parser::create_head(std::initializer_list<std::string_view> kind) {
  expect("create");
  if (!take("temp")) take("temporary");
  for (std::string_view word : kind) expect(word);
  if (at_word("if") && at_word("not", 1)) {
    skip(2);
    expect("exists");
  }
  std::string made = name();
  if (take_symbol('.')) made = name();
  return made;
}

CreateTable Parser::create_table() {
  CreateTable made;
  made.name = create_head({"table"});
  expect_symbol('(');
  bool in_constraints = false;
  do {
    while (at_word("constraint") || at_word("primary") || at_word("unique") || at_word("check") ||
           at_word("foreign")) {
      // SQLite asks for no comma between them.
      in_constraints = true;
      made.constraints.push_back(table_constraint());
    }
    if (!in_constraints) made.columns.push_back(column());
  } while (take_symbol(','));
  expect_symbol(')');
  if (made.columns.empty()) fail();
  table_options(made);
  return made;
}

void Parser::table_options(CreateTable& table) {
  if (failed_ || at_ >= tokens_.size() || at_symbol(';')) return;
  do {
    if (take_words("without", "rowid")) {
      table.without_rowid = true;
    } else if (take("strict")) {
      table.strict = true;
    } else {
      fail();
    }
  } while (take_symbol(','));
}

Column Parser::column() {
  Column made;
  made.name = name();
  made.type = type();
  while (!failed_ && !at_symbol(',') && !at_symbol(')')) column_constraint(made);
  return made;
}

// The words of a type and what stands in parentheses behind them, as written.
std::string Parser::type() {
  const size_t begin = here();
  size_t words = 0;
  while (at_name() && !(at_word("generated") && at_word("always", 1))) {
    skip(1);
    ++words;
  }
  if (words == 0) return "";
  if (take_symbol('(')) {
    do {
      if (!take_symbol('+')) take_symbol('-');
      if (peek().kind != SqlToken::Kind::number && !at_name()) fail();
      skip(1);
    } while (take_symbol(','));
    expect_symbol(')');
  }
  return text_since(begin);
}

void Parser::column_constraint(Column& column) {
  Constraint made;
  const size_t begin = here();
  if (take("constraint")) made.name = name();
  if (at_word("deferrable") || (at_word("not") && at_word("deferrable", 1))) {
    ForeignKey unused;
    const bool follows = !column.constraints.empty() &&
                         column.constraints.back().kind == ConstraintKind::foreign_key;
    deferrable(follows ? column.constraints.back().key : unused);
    return;
  }
  if (!key_constraint(column, made) && !value_constraint(made)) {
    // CONSTRAINT name may stand alone; it names nothing then.
    if (made.name.empty()) fail();
    return;
  }
  made.text = text_since(begin);
  column.constraints.push_back(std::move(made));
}

bool Parser::key_constraint(const Column& column, Constraint& made) {
  const auto own_column = [&] {
    IndexedColumn own;
    own.expression.kind = ExpressionKind::name;
    own.expression.text = column.name;
    return own;
  };
  if (take_words("primary", "key")) {
    made.kind = ConstraintKind::primary_key;
    made.columns.push_back(own_column());
    made.columns[0].descending = take("desc");
    if (!made.columns[0].descending) take("asc");
    made.conflict = on_conflict();
    made.autoincrement = take("autoincrement");
  } else if (take("unique")) {
    made.kind = ConstraintKind::unique;
    made.columns.push_back(own_column());
    made.conflict = on_conflict();
  } else if (at_word("references")) {
    made.kind = ConstraintKind::foreign_key;
    made.key.columns.push_back(column.name);
    references(made.key);
  } else {
    return false;
  }
  return true;
}

bool Parser::value_constraint(Constraint& made) {
  if (take_words("not", "null")) {
    made.kind = ConstraintKind::not_null;
    made.conflict = on_conflict();
  } else if (take("null")) {
    made.kind = ConstraintKind::null;
    made.conflict = on_conflict();
  } else if (take("check")) {
    made.kind = ConstraintKind::check;
    expect_symbol('(');
    made.expression.push_back(expression());
    expect_symbol(')');
    made.conflict = on_conflict();
  } else if (take("default")) {
    made.kind = ConstraintKind::default_value;
    made.expression.push_back(default_value());
  } else if (take("collate")) {
    made.kind = ConstraintKind::collate;
    made.collation = name();
  } else if (at_word("generated") || at_word("as")) {
    generated(made);
  } else {
    return false;
  }
  return true;
}

void Parser::generated(Constraint& made) {
  made.kind = ConstraintKind::generated;
  if (take("generated")) expect("always");
  expect("as");
  expect_symbol('(');
  made.expression.push_back(expression());
  expect_symbol(')');
  made.stored = take("stored");
  if (!made.stored) take("virtual");
}

// DEFAULT takes one word, a number with its sign, or anything in parentheses.
Expression Parser::default_value() {
  const size_t begin = here();
  if (take_symbol('(')) {
    Expression made = expression();
    expect_symbol(')');
    return made;
  }
  const bool negative = at_symbol('-');
  if (!negative && !at_symbol('+')) return primary();
  skip(1);
  Expression made;
  made.kind = ExpressionKind::apply;
  made.operation = negative ? Operator::negate : Operator::plus;
  made.operands.push_back(primary());
  return finished(std::move(made), begin);
}

Constraint Parser::table_constraint() {
  Constraint made;
  const size_t begin = here();
  if (take("constraint")) made.name = name();
  if (take_words("primary", "key")) {
    made.kind = ConstraintKind::primary_key;
    expect_symbol('(');
    made.columns = indexed_columns();
    made.autoincrement = take("autoincrement");
    expect_symbol(')');
    made.conflict = on_conflict();
  } else if (take("unique")) {
    made.kind = ConstraintKind::unique;
    expect_symbol('(');
    made.columns = indexed_columns();
    expect_symbol(')');
    made.conflict = on_conflict();
  } else if (take("check")) {
    made.kind = ConstraintKind::check;
    expect_symbol('(');
    made.expression.push_back(expression());
    expect_symbol(')');
    made.conflict = on_conflict();
  } else if (take_words("foreign", "key")) {
    made.kind = ConstraintKind::foreign_key;
    made.key.columns = names_in_parentheses();
    references(made.key);
  } else {
    fail();
  }
  made.text = text_since(begin);
  return made;
}

void Parser::references(ForeignKey& key) {
  expect("references");
  key.table = name();
  if (at_symbol('(')) key.references = names_in_parentheses();
  while (!failed_) {
    if (take("match")) {
      key.match = name();
    } else if (take_words("on", "delete")) {
      key.on_delete = key_action();
    } else if (take_words("on", "update")) {
      key.on_update = key_action();
    } else if (take_words("on", "insert")) {
      (void)key_action();
    } else {
      break;
    }
  }
  while (deferrable(key)) {
  }
}

KeyAction Parser::key_action() {
  if (take_words("set", "null")) return KeyAction::set_null;
  if (take_words("set", "default")) return KeyAction::set_default;
  if (take("cascade")) return KeyAction::cascade;
  if (take("restrict")) return KeyAction::restrict;
  if (take_words("no", "action")) return KeyAction::no_action;
  fail();
  return KeyAction::unstated;
}

// [NOT] DEFERRABLE [INITIALLY DEFERRED | IMMEDIATE]; false when it does not stand here.
bool Parser::deferrable(ForeignKey& key) {
  const bool negated = at_word("not") && at_word("deferrable", 1);
  if (!negated && !at_word("deferrable")) return false;
  skip(negated ? 2 : 1);
  key.deferrable = !negated;
  key.deferred = false;
  if (take("initially")) {
    key.deferred = take("deferred") && !negated;
    if (!key.deferred && !take("immediate") && !negated) fail();
  }
  return true;
}

ConflictRule Parser::on_conflict() {
  return take_words("on", "conflict") ? conflict_word() : ConflictRule::unstated;
}

ConflictRule Parser::conflict_word() {
  if (take("rollback")) return ConflictRule::rollback;
  if (take("abort")) return ConflictRule::abort;
  if (take("fail")) return ConflictRule::fail;
  if (take("ignore")) return ConflictRule::ignore;
  if (take("replace")) return ConflictRule::replace;
  fail();
  return ConflictRule::unstated;
}

std::vector<IndexedColumn> Parser::indexed_columns() {
  std::vector<IndexedColumn> columns;
  do {
    IndexedColumn made;
    made.expression = expression();
    if (made.expression.kind == ExpressionKind::collate) {
      made.collation = made.expression.text;
      Expression inner = std::move(made.expression.operands[0]);
      made.expression = std::move(inner);
    }
    if (made.expression.kind == ExpressionKind::text) {
      // SQLite takes a text for the name of a column here.
      made.expression.kind = ExpressionKind::name;
      made.expression.quoting = Quoting::text_quotes;
    }
    made.descending = take("desc");
    if (!made.descending) take("asc");
    if (!take_words("nulls", "first")) take_words("nulls", "last");
    columns.push_back(std::move(made));
  } while (take_symbol(','));
  return columns;
}

CreateIndex Parser::create_index() {
  CreateIndex made;
  made.unique = at_word("unique", 1);
  made.name = made.unique ? create_head({"unique", "index"}) : create_head({"index"});
  expect("on");
  made.table = name();
  expect_symbol('(');
  made.columns = indexed_columns();
  expect_symbol(')');
  if (take("where")) made.where.push_back(expression());
  return made;
}

CreateView Parser::create_view() {
  CreateView made;
  made.name = create_head({"view"});
  if (at_symbol('(')) made.columns = names_in_parentheses();
  expect("as");
  made.select = select();
  return made;
}

CreateVirtualTable Parser::create_virtual_table() {
  CreateVirtualTable made;
  made.name = create_head({"virtual", "table"});
  expect("using");
  made.module = name();
  if (!take_symbol('(')) return made;
  int depth = 0;
  size_t begin = here();
  const size_t first = at_;
  for (; !failed_; skip(1)) {
    if (at_ >= tokens_.size()) {
      fail();
      break;
    }
    if (at_symbol('(')) ++depth;
    const bool last = at_symbol(')') && depth == 0;
    if (last || (at_symbol(',') && depth == 0)) {
      std::string text = at_ == first ? "" : text_since(begin);
      if (!last || !text.empty()) made.arguments.push_back(std::move(text));
      begin = peek(1).begin;
      if (!last) continue;
      skip(1);
      break;
    }
    if (at_symbol(')')) --depth;
  }
  return made;
}

}  // namespace fairway::sql

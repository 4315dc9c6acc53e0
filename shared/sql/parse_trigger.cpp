#include "shared/sql/parser.h"

namespace fairway::sql {

CreateTrigger Parser::create_trigger() {
  CreateTrigger made;
  made.name = create_head({"trigger"});
  if (take_words("instead", "of")) {
    made.time = TriggerTime::instead_of;
  } else if (take("after")) {
    made.time = TriggerTime::after;
  } else {
    take("before");
  }
  if (take("delete")) {
    made.event = TriggerEvent::remove;
  } else if (take("update")) {
    made.event = TriggerEvent::update;
    if (take("of")) {
      do {
        made.columns.push_back(name());
      } while (take_symbol(','));
    }
  } else {
    expect("insert");
  }
  expect("on");
  made.table = name();
  if (take_symbol('.')) made.table = name();
  if (take_words("for", "each")) expect("row");
  if (take("when")) made.when.push_back(expression());
  expect("begin");
  do {
    made.body.push_back(statement());
    expect_symbol(';');
  } while (!failed_ && !at_word("end"));
  expect("end");
  return made;
}

Statement Parser::statement() {
  Statement made;
  made.begin = here();
  // In a trigger, SQLite lets WITH stand before a SELECT only.
  if (at_word("insert") || at_word("replace")) {
    insert(made);
  } else if (take("update")) {
    update(made);
  } else if (take_words("delete", "from")) {
    remove(made);
  } else {
    made.query = std::make_shared<const Select>(select());
  }
  made.end = last_end();
  return made;
}

void Parser::insert(Statement& made) {
  made.kind = Statement::Kind::insert;
  if (take("replace")) {
    made.conflict = ConflictRule::replace;
  } else {
    expect("insert");
    if (take("or")) made.conflict = conflict_word();
  }
  expect("into");
  made.table = name();
  if (take_symbol('.')) made.table = name();
  if (take("as")) made.alias = name();
  if (at_symbol('(')) made.columns = names_in_parentheses();
  if (take_words("default", "values")) return;
  made.query = std::make_shared<const Select>(select());
  while (take_words("on", "conflict")) made.upserts.push_back(upsert());
}

void Parser::update(Statement& made) {
  made.kind = Statement::Kind::update;
  if (take("or")) made.conflict = conflict_word();
  made.table = name();
  if (take_symbol('.')) made.table = name();
  if (take("as")) made.alias = name();
  expect("set");
  made.set = assignments();
  if (take("from")) made.from = from();
  if (take("where")) made.where.push_back(expression());
}

void Parser::remove(Statement& made) {
  made.kind = Statement::Kind::remove;
  made.table = name();
  if (take_symbol('.')) made.table = name();
  if (take("as")) made.alias = name();
  if (take("where")) made.where.push_back(expression());
}

std::vector<Assignment> Parser::assignments() {
  std::vector<Assignment> made;
  do {
    Assignment one;
    if (at_symbol('(')) {
      one.columns = names_in_parentheses();
    } else {
      one.columns.push_back(name());
    }
    expect_symbol('=');
    one.value = expression();
    made.push_back(std::move(one));
  } while (take_symbol(','));
  return made;
}

Upsert Parser::upsert() {
  Upsert made;
  if (take_symbol('(')) {
    made.target = indexed_columns();
    expect_symbol(')');
    if (take("where")) made.target_where.push_back(expression());
  }
  expect("do");
  made.nothing = take("nothing");
  if (made.nothing) return made;
  expect("update");
  expect("set");
  made.set = assignments();
  if (take("where")) made.where.push_back(expression());
  return made;
}

}  // namespace fairway::sql

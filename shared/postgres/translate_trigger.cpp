// Triggers as functions in plpgsql. Only what means the same: a trigger of SQLite never starts
// again while it runs, so ours keeps a setting of the transaction that says that it is running.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

using sql::Expression;
using sql::ExpressionKind;
using sql::Statement;

bool has_raise(const Expression& expression) {
  return expression.kind == ExpressionKind::raise ||
         std::ranges::any_of(expression.operands, has_raise);
}

const ColumnName* column_named(const TableName& table, std::string_view name) {
  for (const ColumnName& column : table.columns) {
    if (same_name(column.name, name)) return &column;
  }
  return nullptr;
}

// Writes one trigger's function, line by line.
class TriggerWriter {
 public:
  TriggerWriter(Translator& translator, const sql::CreateTrigger& trigger, const TableName& table)
      : translator_(translator), trigger_(trigger), table_(table) {}

  std::string body(std::string_view function_name);

 private:
  void line(std::string_view text) { body_ += cat({indent_, text, "\n"}); }
  void deeper() { indent_ += "  "; }
  void back() { indent_.resize(indent_.size() - 2); }
  const TableName& target(const Statement& statement);
  void statement(const Statement& statement);
  void insert(const Statement& statement);
  std::string rows(const Statement& statement, const std::vector<const ColumnName*>& columns,
                   const TableName& into);
  std::string conflict(const Statement& statement, const TableName& into);
  void update(const Statement& statement);
  void remove(const Statement& statement);
  void select(const sql::Select& select);
  void raise_in(const Expression& expression);
  void raise(const Expression& expression);
  void leave();
  std::string value(const Expression& expression, const ColumnName& column);
  std::string assignments(const std::vector<sql::Assignment>& set, const TableName& into);
  std::string where(const std::vector<Expression>& condition);
  std::string_view answer() const;

  Translator& translator_;
  const sql::CreateTrigger& trigger_;
  const TableName& table_;
  std::string body_;
  std::string indent_ = "  ";
  std::string setting_;  // empty when the trigger writes nothing
};

std::string TriggerWriter::body(std::string_view function_name) {
  const bool writes = std::ranges::any_of(
      trigger_.body, [](const Statement& one) { return one.kind != Statement::Kind::select; });
  if (writes) {
    setting_ = quoted_text(cat({"fairway.t", hex(function_name)}));
    line(cat({"IF current_setting(", setting_, ", true) = 'on' THEN"}));
    line(cat({"  RETURN ", answer(), ";"}));
    line("END IF;");
    line(cat({"PERFORM set_config(", setting_, ", 'on', true);"}));
  }
  if (!trigger_.when.empty()) {
    line(cat({"IF ", translator_.condition(trigger_.when[0]).sql, " THEN"}));
    deeper();
  }
  for (const Statement& one : trigger_.body) statement(one);
  if (!trigger_.when.empty()) {
    line("NULL;");
    back();
    line("END IF;");
  }
  if (writes) line(cat({"PERFORM set_config(", setting_, ", 'off', true);"}));
  line(cat({"RETURN ", answer(), ";"}));
  return body_;
}

std::string_view TriggerWriter::answer() const {
  if (trigger_.time == sql::TriggerTime::after) return "NULL";
  return trigger_.event == sql::TriggerEvent::remove ? "OLD" : "NEW";
}

const TableName& TriggerWriter::target(const Statement& statement) {
  const TableName* found = translator_.table_named(statement.table);
  if (found == nullptr) {
    translator_.no(cat({"the table ", quoted_name(statement.table), " in a trigger"}));
    return table_;
  }
  if (found->name == table_.name && trigger_.time == sql::TriggerTime::before) {
    translator_.no("a BEFORE trigger that writes into its own table");
  }
  return *found;
}

void TriggerWriter::statement(const Statement& statement) {
  if (statement.conflict != sql::ConflictRule::unstated &&
      statement.conflict != sql::ConflictRule::abort &&
      !(statement.conflict == sql::ConflictRule::ignore &&
        statement.kind == Statement::Kind::insert)) {
    translator_.no("OR with a rule for conflicts in a trigger");
    return;
  }
  switch (statement.kind) {
    case Statement::Kind::insert:
      return insert(statement);
    case Statement::Kind::update:
      return update(statement);
    case Statement::Kind::remove:
      return remove(statement);
    case Statement::Kind::select:
      return select(*statement.query);
  }
}

// The value as the column stores it; the present is one word for a column of times.
std::string TriggerWriter::value(const Expression& expression, const ColumnName& column) {
  if (is_now(expression, column.holds)) return "CURRENT_TIMESTAMP";
  return translator_.stored(translator_.translate(expression), column);
}

void TriggerWriter::insert(const Statement& statement) {
  const TableName& into = target(statement);
  std::vector<const ColumnName*> columns;
  std::string names;
  for (const ColumnName& column : into.columns) {
    if (statement.columns.empty()) columns.push_back(&column);
  }
  for (const std::string& name : statement.columns) {
    const ColumnName* column = column_named(into, name);
    if (column == nullptr) translator_.no(cat({"the column ", quoted_name(name)}));
    columns.push_back(column != nullptr ? column : into.columns.data());
  }
  if (translator_.failed() || columns.empty()) return;
  for (const ColumnName* column : columns) {
    names += cat({names.empty() ? "" : ", ", quoted_name(column->target_name)});
  }
  if (!statement.alias.empty()) translator_.no("INSERT with an alias");
  line(cat({"INSERT INTO ", quoted_name(into.target_name), " (", names, ") ",
            rows(statement, columns, into), conflict(statement, into), ";"}));
}

std::string TriggerWriter::rows(const Statement& statement,
                                const std::vector<const ColumnName*>& columns,
                                const TableName& into) {
  if (statement.query == nullptr) {
    translator_.no("DEFAULT VALUES in a trigger");
    return "";
  }
  const auto& query = *statement.query;
  const bool plain = query.cores.size() == 1 && !query.cores[0].values.empty();
  if (!plain) {
    const TranslatedSelect made = translator_.select(query);
    if (made.as_table.columns.size() != columns.size()) {
      translator_.no("INSERT of another number of columns");
      return "";
    }
    std::string list;
    for (size_t i = 0; i < columns.size() && !translator_.failed(); ++i) {
      Typed one = translator_.result_of(made.as_table, i);
      if (made.nulls[i]) one = {"NULL", Kind::null};
      list += cat({i == 0 ? "" : ", ", translator_.stored(one, *columns[i])});
    }
    return cat({"SELECT ", list, " FROM (", made.sql, ") AS \"rows\""});
  }
  std::string made = "VALUES ";
  for (const auto& row : query.cores[0].values) {
    if (row.size() != columns.size()) {
      translator_.no("INSERT of another number of columns");
      return "";
    }
    made += made.ends_with(' ') ? "(" : ", (";
    for (size_t i = 0; i < row.size(); ++i) {
      // NULL asks SQLite for the next number of the key.
      const bool next =
          row[i].kind == ExpressionKind::null && same_name(columns[i]->name, into.rowid_column);
      made += cat({i == 0 ? "" : ", ", next ? "DEFAULT" : value(row[i], *columns[i])});
    }
    made += ")";
  }
  return made;
}

std::string TriggerWriter::conflict(const Statement& statement, const TableName& into) {
  if (statement.conflict == sql::ConflictRule::ignore) {
    translator_.note("INSERT OR IGNORE passes over duplicates only, not over NOT NULL and CHECK.");
    if (!statement.upserts.empty()) translator_.no("OR IGNORE with ON CONFLICT");
    return " ON CONFLICT DO NOTHING";
  }
  if (statement.upserts.empty()) return "";
  const sql::Upsert& upsert = statement.upserts[0];
  if (statement.upserts.size() > 1 || !upsert.target_where.empty()) {
    translator_.no("several ON CONFLICT in one INSERT");
    return "";
  }
  std::string columns;
  for (const auto& one : upsert.target) {
    const ColumnName* column = one.expression.kind == ExpressionKind::name && one.collation.empty()
                                   ? column_named(into, one.expression.text)
                                   : nullptr;
    if (column == nullptr) {
      translator_.no("ON CONFLICT with an expression");
      return "";
    }
    columns += cat({columns.empty() ? " (" : ", ", quoted_name(column->target_name)});
  }
  if (!columns.empty()) columns += ")";
  std::string made = cat({" ON CONFLICT", columns, " DO "});
  if (upsert.nothing) return made + "NOTHING";
  Scope scope;
  scope.sources.push_back({into.name, quoted_name(into.target_name), into, {}, false});
  scope.sources.push_back({"excluded", "EXCLUDED", into, {}, true});
  translator_.scopes().push_back(std::move(scope));
  made += cat({"UPDATE SET ", assignments(upsert.set, into), where(upsert.where)});
  translator_.scopes().pop_back();
  return made;
}

std::string TriggerWriter::assignments(const std::vector<sql::Assignment>& set,
                                       const TableName& into) {
  std::string made;
  for (const auto& one : set) {
    const bool row = one.columns.size() > 1;
    if (row && (one.value.kind != ExpressionKind::row ||
                one.value.operands.size() != one.columns.size())) {
      translator_.no("SET of several columns from one value");
      return made;
    }
    for (size_t i = 0; i < one.columns.size(); ++i) {
      const ColumnName* column = column_named(into, one.columns[i]);
      if (column == nullptr) {
        translator_.no(cat({"the column ", quoted_name(one.columns[i])}));
        return made;
      }
      made += cat({made.empty() ? "" : ", ", quoted_name(column->target_name), " = ",
                   value(row ? one.value.operands[i] : one.value, *column)});
    }
  }
  return made;
}

std::string TriggerWriter::where(const std::vector<Expression>& condition) {
  if (condition.empty()) return "";
  return cat({" WHERE ", translator_.condition(condition[0]).sql});
}

void TriggerWriter::update(const Statement& statement) {
  const TableName& into = target(statement);
  const std::string name = quoted_name(into.target_name);
  const bool renamed = !statement.alias.empty();
  // The tables of FROM do not see the one that is written.
  translator_.scopes().emplace_back();
  std::string from;
  if (!statement.from.empty()) from = " FROM " + translator_.from(statement.from);
  auto& sources = translator_.scopes().back().sources;
  sources.insert(sources.begin(), {renamed ? statement.alias : statement.table,
                                   renamed ? quoted_name(statement.alias) : name,
                                   into,
                                   {},
                                   false});
  line(cat({"UPDATE ", name, renamed ? cat({" AS ", quoted_name(statement.alias)}) : "", " SET ",
            assignments(statement.set, into), from, where(statement.where), ";"}));
  translator_.scopes().pop_back();
}

void TriggerWriter::remove(const Statement& statement) {
  const TableName& into = target(statement);
  const std::string name = quoted_name(into.target_name);
  const bool renamed = !statement.alias.empty();
  Scope scope;
  scope.sources.push_back({renamed ? statement.alias : statement.table,
                           renamed ? quoted_name(statement.alias) : name,
                           into,
                           {},
                           false});
  translator_.scopes().push_back(std::move(scope));
  line(cat({"DELETE FROM ", name, renamed ? cat({" AS ", quoted_name(statement.alias)}) : "",
            where(statement.where), ";"}));
  translator_.scopes().pop_back();
}

// Only RAISE makes a SELECT do anything here.
void TriggerWriter::select(const sql::Select& select) {
  const auto& core = select.cores[0];
  const bool raises = std::ranges::any_of(
      core.columns, [](const sql::ResultColumn& one) { return has_raise(one.expression); });
  if (!raises && select.cores.size() == 1) return;
  if (select.cores.size() != 1 || core.columns.size() != 1 || !core.group_by.empty() ||
      !select.with.empty() || !select.limit.empty()) {
    translator_.no("RAISE in this SELECT");
    return;
  }
  const Expression& expression = core.columns[0].expression;
  if (core.from.empty()) {
    if (!core.where.empty()) {
      line(cat({"IF ", translator_.condition(core.where[0]).sql, " THEN"}));
      deeper();
    }
    raise_in(expression);
    if (core.where.empty()) return;
    back();
    line("END IF;");
    return;
  }
  if (expression.kind != ExpressionKind::raise) {
    translator_.no("RAISE inside of an expression over rows");
    return;
  }
  sql::Select rows;
  rows.cores.push_back(core);
  rows.cores[0].columns[0].expression = Expression{};
  line(cat({"IF EXISTS (", translator_.select(rows).sql, ") THEN"}));
  deeper();
  raise(expression);
  back();
  line("END IF;");
}

// RAISE alone, or in CASE and iif without a base.
void TriggerWriter::raise_in(const Expression& expression) {
  if (expression.kind == ExpressionKind::raise) return raise(expression);
  if (!has_raise(expression)) return line("NULL;");
  const bool iif = expression.kind == ExpressionKind::call && same_name(expression.text, "iif") &&
                   expression.operands.size() == 3;
  const bool cases = expression.kind == ExpressionKind::cases && !expression.has_base;
  if (!iif && !cases) {
    translator_.no("RAISE inside of an expression");
    return;
  }
  const auto& operands = expression.operands;
  const bool otherwise = iif || expression.has_otherwise;
  const size_t end = operands.size() - (otherwise ? 1 : 0);
  for (size_t i = 0; i + 1 < end; i += 2) {
    line(cat({i == 0 ? "IF " : "ELSIF ", translator_.condition(operands[i]).sql, " THEN"}));
    deeper();
    raise_in(operands[i + 1]);
    back();
  }
  if (otherwise) {
    line("ELSE");
    deeper();
    raise_in(operands.back());
    back();
  }
  line("END IF;");
}

void TriggerWriter::raise(const Expression& expression) {
  if (expression.text == "ignore") return leave();
  const Expression& message = expression.operands[0];
  const bool constant = message.kind == ExpressionKind::text ||
                        (message.kind == ExpressionKind::name &&
                         message.quoting == sql::Quoting::double_quotes && message.table.empty());
  if (!constant) {
    translator_.no("RAISE with a computed message");
    return;
  }
  if (expression.text == "fail") {
    translator_.note("RAISE(FAIL) undoes the whole statement, also the rows before this one.");
  }
  line(cat({"RAISE EXCEPTION USING MESSAGE = ", quoted_text(message.text),
            ", ERRCODE = 'integrity_constraint_violation';"}));
}

// RAISE(IGNORE): what the trigger did stays, the row is passed over.
void TriggerWriter::leave() {
  if (!setting_.empty()) line(cat({"PERFORM set_config(", setting_, ", 'off', true);"}));
  line("RETURN NULL;");
}

std::string event_words(const sql::CreateTrigger& trigger, const TableName& table,
                        Translator& translator) {
  if (trigger.event == sql::TriggerEvent::insert) return "INSERT";
  if (trigger.event == sql::TriggerEvent::remove) return "DELETE";
  if (trigger.columns.empty()) return "UPDATE";
  if (trigger.time == sql::TriggerTime::instead_of) {
    translator.no("INSTEAD OF UPDATE OF some columns");
  }
  std::string made;
  for (const std::string& name : trigger.columns) {
    const ColumnName* column = column_named(table, name);
    if (column == nullptr) {
      translator.no(cat({"the column ", quoted_name(name)}));
      return made;
    }
    made += cat({made.empty() ? "UPDATE OF " : ", ", quoted_name(column->target_name)});
  }
  return made;
}

}  // namespace

Outcome<TranslatedTrigger> translate_trigger(const sql::CreateTrigger& trigger, const Names& names,
                                             std::string_view function_name) {
  Translator translator(names);
  const TableName* table = translator.table_named(trigger.table);
  if (table == nullptr) {
    translator.no(cat({"the table ", quoted_name(trigger.table), " of a trigger"}));
    return translator.failure();
  }
  Scope scope;
  if (trigger.event != sql::TriggerEvent::remove) {
    scope.sources.push_back({"new", "NEW", *table, {}, true});
  }
  if (trigger.event != sql::TriggerEvent::insert) {
    scope.sources.push_back({"old", "OLD", *table, {}, true});
  }
  translator.scopes().push_back(std::move(scope));
  TriggerWriter writer(translator, trigger, *table);
  const std::string body = writer.body(function_name);
  const std::string event = event_words(trigger, *table, translator);
  if (body.find("$fairway$") != std::string::npos) translator.no("a text with $fairway$");
  if (translator.failed()) return translator.failure();
  std::string_view time = "AFTER ";
  if (trigger.time == sql::TriggerTime::before) time = "BEFORE ";
  if (trigger.time == sql::TriggerTime::instead_of) time = "INSTEAD OF ";
  const std::string function = quoted_name(function_name);
  TranslatedTrigger made;
  // The tables are those of the schema in which the function is made, whoever calls it.
  made.create_function = cat({"CREATE FUNCTION ", function,
                              "() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT "
                              "AS $fairway$\nBEGIN\n",
                              body, "END\n$fairway$"});
  made.create_trigger =
      cat({"CREATE TRIGGER ", quoted_name(trigger.name), " ", time, event, " ON ",
           quoted_name(table->target_name), " FOR EACH ROW EXECUTE FUNCTION ", function, "()"});
  made.notes = translator.notes();
  return made;
}

}  // namespace fairway::postgres

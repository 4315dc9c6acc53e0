#include "shared/base/text.h"
#include "shared/postgres/computed_range.h"
#include "shared/postgres/ddl.h"
#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {
namespace {

const sql::Constraint* generated_of(const ColumnDraft& column) {
  if (column.tree == nullptr) return nullptr;
  return sql::constraint_of(*column.tree, sql::ConstraintKind::generated);
}

// Nobody has seen the values of a virtual column, so it is read as texts, which takes them all.
void carry_as_text(Draft& draft, TableDraft& table, ColumnDraft& column) {
  column.plan.conversion = Conversion::text;
  column.plan.target_type = "text";
  column.plan.choice = "text";
  column.plan.choices = {"text"};
  column.plan.may_be_broken = true;
  draft.needs_exact_cells = true;
  column.source = cat({"CASE typeof(", column.source, ") WHEN 'blob' THEN CAST(", column.source,
                       " AS TEXT) ELSE ", column.source, " END"});
  const auto place = static_cast<size_t>(&column - table.columns.data());
  table.names.columns[place].holds = ValueClass::mixed;
  for (auto& names : draft.names.tables) {
    if (names.name == table.name) names = table.names;
  }
}

Outcome<std::string> translated(const TableDraft& table, const ColumnDraft& column) {
  const sql::Constraint* constraint = generated_of(column);
  if (constraint == nullptr || constraint->expression.empty()) {
    return report_bug("not_translatable", "its expression was not found");
  }
  const sql::Expression& expression = constraint->expression.front();
  const auto place = static_cast<size_t>(&column - table.columns.data());
  auto made = translate_generated(expression, table.names, table.names.columns[place]);
  if (made.ok() && may_overflow(expression, table)) {
    return report_bug("not_translatable",
                      "SQLite goes on in floating point where these numbers pass 64 bits or are "
                      "infinite; PostgreSQL stops there");
  }
  return made;
}

std::string words_of(std::string_view choice, bool is_stored) {
  if (choice == "materialize") {
    return "The column holds the values as they are, and is not computed any more.";
  }
  if (choice == "empty") {
    return "The column stays empty, and is not computed any more.";
  }
  return is_stored ? "PostgreSQL computes the column by the same expression."
                   : "PostgreSQL 15 has no virtual columns: the same expression, stored.";
}

void decide_computed(Draft& draft, TableDraft& table, ColumnDraft& column) {
  const sql::Constraint* constraint = generated_of(column);
  const bool is_stored = column.profile->generated == Generated::stored;
  Decision decision = about(Treatment::map, "generated", table.name, column.plan.name, "", "");
  const Outcome<std::string> expression = translated(table, column);
  if (expression.ok()) decision.choices.emplace_back("generated");
  decision.choices.emplace_back("materialize");
  if (!is_stored) decision.choices.emplace_back("empty");
  decision.choice = decision.choices.front();
  draft.book.ask(decision);
  const std::string because = decision.why.empty() ? "" : cat({" ", decision.why});
  decision.why = cat({words_of(decision.choice, is_stored), because});
  if (!expression.ok() || !because.empty()) decision.outcome = Treatment::ask;
  if (!expression.ok() && decision.choice == "materialize") {
    decision.why = cat({"The expression cannot be translated (", expression.failure().message,
                        "), so the column holds the values as they are, and is not computed any "
                        "more: ",
                        shown_sql(constraint == nullptr ? "" : constraint->text)});
  }
  if (decision.choice == "generated") {
    column.plan.is_generated = true;
    column.generated_as = *expression;
  } else if (!is_stored) {
    if (decision.choice == "empty") column.source = "NULL";
    carry_as_text(draft, table, column);
  }
  draft.decide(std::move(decision));
}

}  // namespace

void draft_computed(Draft& draft) {
  for (auto& table : draft.tables) {
    for (auto& column : table.columns) {
      if (column.profile == nullptr || column.profile->generated == Generated::no) continue;
      decide_computed(draft, table, column);
    }
  }
}

}  // namespace fairway::postgres

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/ddl.h"

// What is true of single columns and rows: checks, defaults, numbers that count on.
namespace fairway::postgres {
namespace {

constexpr int64_t last_number = INT64_MAX;

void write_check(Draft& draft, TableDraft& table, const sql::Constraint& constraint,
                 std::string_view column) {
  const auto condition = translate_condition(constraint.expression.front(), table.names);
  if (!condition.ok()) {
    draft.decide(about(Treatment::report, "check", table.name, column, constraint.name,
                       cat({"The check cannot be translated (", condition.failure().message,
                            ") and is left out: ", shown_sql(constraint.text)})));
    return;
  }
  const std::string otherwise = column.empty() ? cat({table.target_name, "_check"})
                                               : cat({table.target_name, "_", column, "_check"});
  const std::string name = constraint_name(table, constraint.name, otherwise);
  draft.decide(about(
      Treatment::map, "check", table.name, column, name,
      cat({"The check is made over there and tried on all rows: ", shown_sql(constraint.text)})));
  draft.after(
      alter_table(table, cat({"ADD CONSTRAINT ", quoted_name(name), " CHECK (", *condition, ")"})),
      lost("check", table, column, name, constraint.text));
}

// A number with its sign, a text, a blob: what a reader need not be told of.
bool is_constant(const sql::Expression& value) {
  switch (value.kind) {
    case sql::ExpressionKind::integer:
    case sql::ExpressionKind::real:
    case sql::ExpressionKind::text:
    case sql::ExpressionKind::blob:
      return true;
    case sql::ExpressionKind::apply:
      return (value.operation == sql::Operator::negate || value.operation == sql::Operator::plus) &&
             is_constant(value.operands.front());
    default:
      return false;
  }
}

// What no type check, now or later, says no to.
bool is_surely_taken(const ColumnPlan& column, std::string_view value,
                     const sql::Expression& from) {
  const bool number = value.find_first_not_of("0123456789.-") == std::string_view::npos &&
                      value.size() <= 15 &&
                      value.rfind('-') == (value.starts_with('-') ? 0 : std::string_view::npos);
  switch (column.conversion) {
    case Conversion::bigint:
      return number && value.find('.') == std::string_view::npos;
    case Conversion::real:
    case Conversion::numeric:
      return number;
    case Conversion::text:
      return from.kind == sql::ExpressionKind::text && column.target_type == "text";
    case Conversion::boolean:
      return value == "true" || value == "false";
    case Conversion::json:
      return value == "'[]'::json" || value == "'{}'::json";
    case Conversion::uuid:
      return value == "gen_random_uuid()";
    default:
      return value == "CURRENT_TIMESTAMP";
  }
}

// DEFAULT as the definition says it; nothing when there is none, or one that says nothing.
const sql::Constraint* default_of(const TableDraft& table, const ColumnDraft& column) {
  if (column.tree == nullptr || column.plan.is_generated || table.is_rowid(column)) return nullptr;
  const auto* constraint = sql::constraint_of(*column.tree, sql::ConstraintKind::default_value);
  if (constraint == nullptr || constraint->expression.empty()) return nullptr;
  return constraint->expression.front().kind == sql::ExpressionKind::null ? nullptr : constraint;
}

Outcome<std::string> translated_default(const TableDraft& table, const ColumnDraft& column,
                                        const sql::Constraint& constraint) {
  const auto place = static_cast<size_t>(&column - table.columns.data());
  return translate_default(constraint.expression.front(), table.names.columns[place]);
}

void write_default(Draft& draft, const TableDraft& table, const ColumnDraft& column) {
  const sql::Constraint* constraint = default_of(table, column);
  if (constraint == nullptr) return;
  const sql::Expression& value = constraint->expression.front();
  const auto expression = translated_default(table, column, *constraint);
  if (!expression.ok()) {
    draft.decide(about(Treatment::report, "default", table.name, column.plan.name, "",
                       cat({"The default cannot be translated (", expression.failure().message,
                            ") and is left out: ", shown_sql(constraint->text)})));
    return;
  }
  if (!is_constant(value)) {
    draft.decide(about(Treatment::map, "default", table.name, column.plan.name, "",
                       cat({shown_sql(constraint->text), " becomes DEFAULT ", *expression, "."})));
  }
  if (is_surely_taken(column.plan, *expression, value)) return;
  draft.after(alter_table(table, cat({"ALTER COLUMN ", quoted_name(column.plan.target_name),
                                      " SET DEFAULT ", *expression})),
              lost("default", table, column.plan.name, "", constraint->text));
}

// The number that SQLite would not go below: what was ever given out, or what is there.
int64_t highest_number(const TableProfile& profile) {
  return std::max(profile.sequence.value_or(0), profile.rowid_max.value_or(0));
}

void write_identity(Draft& draft, const TableDraft& table, const ColumnDraft& column) {
  const TableProfile& profile = *table.profile;
  const int64_t highest = highest_number(profile);
  const std::string name = quoted_name(column.plan.target_name);
  Decision decision = about(
      profile.autoincrement ? Treatment::derive : Treatment::map, "identity", table.name,
      column.plan.name, "",
      cat({profile.autoincrement ? "AUTOINCREMENT" : "The rowid", " becomes an identity; the next ",
           highest == last_number ? "number would be over the last one there is"
                                  : cat({"row gets ", decimal(std::max<int64_t>(highest, 0) + 1)}),
           "."}));
  if (profile.rowid_min.value_or(0) < 0) decision.why += " There are negative numbers too.";
  if (highest == last_number) {
    decision.outcome = Treatment::report;
    decision.kind = "identity_exhausted";
    decision.why += " Inserting without a number fails, as it does in SQLite with AUTOINCREMENT.";
    // Not RESTART: the last number must count as given out. In a block, so that no row is answered;
    // its text is quoted as a whole, because names may hold anything.
    draft.after(cat({"DO ", quoted_text(cat({"BEGIN PERFORM setval(pg_get_serial_sequence(",
                                             quoted_text(quoted_name(table.target_name)), ", ",
                                             quoted_text(column.plan.target_name), "), ",
                                             decimal(last_number), "); END"}))}));
  } else if (highest > 0) {
    draft.after(
        alter_table(table, cat({"ALTER COLUMN ", name, " RESTART WITH ", decimal(highest + 1)})));
  }
  draft.decide(std::move(decision));
}

}  // namespace

std::string sure_default(const TableDraft& table, const ColumnDraft& column) {
  const sql::Constraint* constraint = default_of(table, column);
  if (constraint == nullptr) return "";
  const auto expression = translated_default(table, column, *constraint);
  const bool sure =
      expression.ok() && is_surely_taken(column.plan, *expression, constraint->expression.front());
  return sure ? cat({" DEFAULT ", *expression}) : "";
}

void write_checks(Draft& draft) {
  for (auto& table : draft.tables) {
    for (const auto& [constraint, column] : constraints_of(table.tree)) {
      if (constraint->kind != sql::ConstraintKind::check || constraint->expression.empty())
        continue;
      write_check(draft, table, *constraint, column);
    }
  }
}

void write_defaults(Draft& draft) {
  for (const auto& table : draft.tables) {
    for (const auto& column : table.columns) write_default(draft, table, column);
  }
}

void write_identities(Draft& draft) {
  for (const auto& table : draft.tables) {
    for (const auto& column : table.columns) {
      if (table.is_rowid(column)) write_identity(draft, table, column);
    }
  }
}

}  // namespace fairway::postgres

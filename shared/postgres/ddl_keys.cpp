#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/ddl.h"

// Primary keys, unique constraints and indexes: all after the rows, which is quicker.
namespace fairway::postgres {
namespace {

void report_conflict(Draft& draft, const TableDraft& table, const sql::Constraint& constraint,
                     std::string_view column) {
  constexpr std::array<std::string_view, 6> words = {"",     "ROLLBACK", "ABORT",
                                                     "FAIL", "IGNORE",   "REPLACE"};
  const std::string_view word = words[static_cast<size_t>(constraint.conflict)];
  if (word.empty() || word == "ABORT") return;
  draft.decide(about(Treatment::report, "conflict_clause", table.name, column, constraint.name,
                     cat({"ON CONFLICT ", word,
                          " has no equal over there; the constraint is kept "
                          "and a conflict is an error: ",
                          shown_sql(constraint.text)})));
}

// What is lost when the server refuses a key; nothing when it cannot.
std::optional<Decision> unless_sure(const TableDraft& table,
                                    const std::vector<std::string>& columns, Decision decision) {
  if (keeps_values_apart(table, columns) && fits_index(table, columns)) return std::nullopt;
  return decision;
}

const sql::Constraint* primary_key_of(const TableDraft& table) {
  for (const auto& [constraint, column] : constraints_of(table.tree)) {
    if (constraint->kind == sql::ConstraintKind::primary_key) return constraint;
  }
  return nullptr;
}

std::vector<std::string> names_of(const std::vector<sql::IndexedColumn>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.expression.text);
  return names;
}

bool same_names(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  return std::ranges::equal(one, other,
                            [](const auto& a, const auto& b) { return same_name(a, b); });
}

void report_collation(Draft& draft, const TableDraft& table, const ColumnDraft& column) {
  const std::string collation = lower_ascii(collation_of(column));
  if (collation.empty() || collation == "binary") return;
  draft.decide(about(Treatment::report, "collation", table.name, column.plan.name, collation,
                     collation == "nocase"
                         ? "COLLATE NOCASE: unique constraints and indexes compare lower(...) as "
                           "before, but plain comparisons and ORDER BY heed case over there."
                         : cat({"COLLATE ", collation_of(column),
                                " has no equal over there: texts are compared by their bytes."})));
}

// NOCASE constraints hold as an index over lower(); it is made beside the plain one, which foreign
// keys and ON CONFLICT (column) need.
void add_nocase_index(Draft& draft, const TableDraft& table,
                      const std::vector<sql::IndexedColumn>& columns, std::string_view name) {
  const auto nocase = [&](const sql::IndexedColumn& column) { return is_nocase(table, column); };
  if (!std::ranges::any_of(columns, nocase)) return;
  std::vector<std::string> parts;
  for (const auto& column : columns) {
    auto part = translate_indexed(column, table.names, IndexedFor::uniqueness);
    if (!part.ok()) {
      draft.decide(about(Treatment::report, "collation", table.name, "", name,
                         cat({"The constraint is kept, but it tells upper from lower case: ",
                              part.failure().message})));
      return;
    }
    parts.push_back(std::move(*part));
  }
  const std::string index = draft.relations.take(cat({name, "_nocase"}));
  draft.after(cat({"CREATE UNIQUE INDEX ", quoted_name(index), " ON ",
                   quoted_name(table.target_name), " (", join(parts, ", "), ")"}),
              lost("unique", table, "", name, "uniqueness without regard to case"));
}

void write_unique(Draft& draft, const TableDraft& table, const sql::Constraint& constraint) {
  const auto columns = names_of(constraint.columns);
  if (same_names(columns, table.primary_key) && table.profile->null_keys.count == 0) return;
  const std::string otherwise = cat({table.target_name, "_", join(columns, "_"), "_key"});
  const std::string name =
      draft.relations.take(constraint.name.empty() ? otherwise : constraint.name);
  draft.after(alter_table(table, cat({"ADD CONSTRAINT ", quoted_name(name), " UNIQUE (",
                                      table.targets_of(columns), ")"})),
              unless_sure(table, columns,
                          lost("unique", table, columns.size() == 1 ? columns.front() : "",
                               constraint.name, constraint.text)));
  add_nocase_index(draft, table, constraint.columns, name);
}

void write_primary_key(Draft& draft, const TableDraft& table) {
  if (table.primary_key.empty()) return;
  const sql::Constraint* constraint = primary_key_of(table);
  const bool named = constraint != nullptr && !constraint->name.empty();
  const std::string name =
      draft.relations.take(named ? constraint->name : cat({table.target_name, "_pkey"}));
  const Finding& nulls = table.profile->null_keys;
  if (nulls.count > 0) {
    Decision decision = about(Treatment::report, "null_in_key", table.name, "", "",
                              "SQLite allows NULL in this primary key and there are some, so it "
                              "becomes UNIQUE, which lets them be.");
    decision.count = nulls.count;
    decision.examples = nulls.examples;
    draft.decide(std::move(decision));
  }
  draft.after(alter_table(table, cat({"ADD CONSTRAINT ", quoted_name(name),
                                      nulls.count > 0 ? " UNIQUE (" : " PRIMARY KEY (",
                                      table.targets_of(table.primary_key), ")"})),
              unless_sure(table, table.primary_key,
                          lost("primary_key", table, "", "", join(table.primary_key, ", "))));
  if (constraint != nullptr) add_nocase_index(draft, table, constraint->columns, name);
}

std::string how_index_differs(const sql::CreateIndex& index, const TableDraft& table) {
  std::vector<std::string> how;
  const auto any = [&](auto&& is) { return std::ranges::any_of(index.columns, is); };
  if (!index.where.empty()) how.emplace_back("partial");
  if (any([](const auto& column) { return column.expression.kind != sql::ExpressionKind::name; })) {
    how.emplace_back("over an expression");
  }
  if (any([](const auto& column) { return column.descending; })) how.emplace_back("descending");
  if (any([&](const auto& column) { return is_nocase(table, column); })) {
    how.emplace_back("without regard to case, over lower()");
  }
  return join(how, ", ");
}

Outcome<std::string> index_sql(const Draft& draft, const sql::CreateIndex& index,
                               const TableDraft& table) {
  std::vector<std::string> parts;
  for (const auto& column : index.columns) {
    auto part = translate_indexed(column, table.names,
                                  index.unique ? IndexedFor::uniqueness : IndexedFor::order);
    if (!part.ok()) return part.failure();
    parts.push_back(std::move(*part));
  }
  std::string where;
  if (!index.where.empty()) {
    auto condition = translate_condition(index.where.front(), table.names);
    if (!condition.ok()) return condition.failure();
    where = cat({" WHERE ", *condition});
  }
  return cat({index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ",
              quoted_name(draft.target_of(index.name)), " ON ", quoted_name(table.target_name),
              " (", join(parts, ", "), ")", where});
}

void lose_index(Draft& draft, const SchemaObject& object, bool is_unique, std::string_view why) {
  Decision decision = about(
      Treatment::report, is_unique ? "unique_index" : "index", object.table, "", object.name,
      cat({"The index cannot be translated (", why, ") and is left out: ", shown_sql(object.sql)}));
  if (is_unique) {
    decision.outcome = Treatment::ask;
    decision.choices = {"leave_out", "refuse"};
    decision.choice = "leave_out";
    draft.book.ask(decision);
    if (decision.choice == "refuse" && !draft.plan.refusal) {
      draft.plan.refusal = fix_input("index_not_translatable", decision.why,
                                     "You: drop the index, or choose to leave it out.");
    }
  }
  draft.decide(std::move(decision));
}

void write_index(Draft& draft, const SchemaObject& object) {
  const TableDraft* table = draft.find(object.table);
  if (table == nullptr) return;
  auto index = sql::parse_create_index(object.sql);
  if (!index.ok()) return lose_index(draft, object, false, index.failure().message);
  auto sql = index_sql(draft, *index, *table);
  if (!sql.ok()) return lose_index(draft, object, index->unique, sql.failure().message);
  if (const std::string how = how_index_differs(*index, *table); !how.empty()) {
    draft.decide(about(Treatment::map, "index", table->name, "", object.name,
                       cat({"The index is ", how, "; it is made with the same meaning."})));
  }
  draft.after(*sql, lost("index", *table, "", object.name, object.sql));
}

}  // namespace

void write_keys(Draft& draft) {
  for (const auto& table : draft.tables) {
    write_primary_key(draft, table);
    for (const auto& [constraint, column] : constraints_of(table.tree)) {
      report_conflict(draft, table, *constraint, column);
      if (constraint->kind == sql::ConstraintKind::unique) write_unique(draft, table, *constraint);
    }
    for (const auto& column : table.columns) report_collation(draft, table, column);
  }
}

void write_indexes(Draft& draft) {
  for (const auto& object : draft.profile.schema) {
    if (object.type == "index") write_index(draft, object);
  }
}

}  // namespace fairway::postgres

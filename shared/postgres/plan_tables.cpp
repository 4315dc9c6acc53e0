#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {
namespace {

constexpr size_t columns_max = 1'600;  // PostgreSQL's own limit

const SchemaObject* definition_of(const DatabaseProfile& profile, std::string_view table) {
  const auto found = std::ranges::find_if(profile.schema, [&](const SchemaObject& object) {
    return object.type == "table" && same_name(object.name, table);
  });
  return found == profile.schema.end() ? nullptr : &*found;
}

const sql::Column* column_of(const sql::CreateTable& tree, std::string_view name) {
  const auto found = std::ranges::find_if(
      tree.columns, [&](const sql::Column& column) { return same_name(column.name, name); });
  return found == tree.columns.end() ? nullptr : &*found;
}

void read_definition(Draft& draft, TableDraft& table) {
  const SchemaObject* object = definition_of(draft.profile, table.name);
  auto tree = sql::parse_create_table(object == nullptr ? "" : object->sql);
  if (tree.ok()) {
    table.tree = std::move(*tree);
    return;
  }
  draft.decide(about(Treatment::report, "definition_not_understood", table.name, "", "",
                     cat({"Rows and keys are carried; defaults, checks and the like are lost, "
                          "because the definition was not understood: ",
                          tree.failure().message, " ", object == nullptr ? "" : object->sql})));
}

bool is_rowid_word(const SqlToken& token) {
  return token.kind != SqlToken::Kind::text &&
         (same_name(token.text, "rowid") || same_name(token.text, "_rowid_") ||
          same_name(token.text, "oid"));
}

// Whether a view, trigger or index speaks of this table and of a rowid, or full text numbers its
// rows by those of the table.
bool may_rowid_matter(const DatabaseProfile& profile, const TableProfile& table) {
  if (table.primary_key.empty()) return true;
  return std::ranges::any_of(profile.schema, [&](const SchemaObject& object) {
    if (object.type == "table" && !parse_virtual_table(object.sql)) return false;
    const auto tokens = tokens_of(object.sql);
    const auto is_table = [&](const SqlToken& token) { return same_name(token.text, table.name); };
    return std::ranges::any_of(tokens, is_table) &&
           (object.type == "table" || std::ranges::any_of(tokens, is_rowid_word));
  });
}

void ask_for_rowid(Draft& draft, const TableDraft& table, bool& is_added) {
  const TableProfile& profile = *table.profile;
  if (profile.without_rowid || profile.rowid_alias) return;
  if (profile.key.kind != RowKey::Kind::rowid) return;
  const bool is_chosen = draft.book.names(table.name, "hidden_rowid");
  if (!is_chosen && !may_rowid_matter(draft.profile, profile)) return;
  Decision decision = about(
      Treatment::ask, "hidden_rowid", table.name, "", "",
      "SQLite gives each row a hidden rowid, which an app may use. No column is added for it.");
  decision.choices = {"leave_out", "add"};
  decision.choice = "leave_out";
  draft.book.ask(decision);
  is_added = decision.choice == "add";
  if (is_added) decision.why = "SQLite's hidden rowid becomes a column of its own.";
  draft.decide(std::move(decision));
}

void report_table(Draft& draft, const TableDraft& table) {
  const TableProfile& profile = *table.profile;
  if (profile.without_unique_key && !profile.without_rowid) {
    Decision decision = about(Treatment::report, "no_key", table.name, "", "",
                              "The table has neither a primary key nor a unique index, so equal "
                              "rows cannot be told apart over there. All of them are carried.");
    decision.count = profile.rows;
    draft.decide(std::move(decision));
  }
  if (profile.strict) {
    draft.decide(about(Treatment::map, "strict", table.name, "", "",
                       "STRICT needs no word over there: types are always enforced."));
  }
  if (profile.without_rowid) {
    draft.decide(about(Treatment::map, "without_rowid", table.name, "", "",
                       "WITHOUT ROWID has no meaning over there: an ordinary table."));
  }
}

std::optional<Failure> refuse_width(Draft& draft, const TableProfile& profile) {
  Decision decision =
      about(Treatment::refuse, "too_many_columns", profile.name, "", "",
            cat({"The table has ", decimal(static_cast<int64_t>(profile.columns.size())),
                 " columns; PostgreSQL takes 1,600."}));
  decision.count = static_cast<int64_t>(profile.columns.size());
  draft.decide(decision);
  return fix_input("too_many_columns",
                   cat({"The table ", quoted_name(profile.name), ": ", decision.why}),
                   "You: split the table. Nothing was changed.");
}

void add_rowid(TableDraft& table) {
  ColumnDraft column;
  column.plan.name = table.profile->key.rowid_name;
  column.plan.cells.integers = table.profile->rows;
  column.source = table.profile->key.rowid_name;
  column.verdict.options = {{"bigint", "bigint", Conversion::bigint}};
  if (table.primary_key.empty()) table.primary_key = {column.plan.name};
  table.columns.insert(table.columns.begin(), std::move(column));
  table.has_added_rowid = true;
}

}  // namespace

TableDraft draft_table(const TableProfile& profile) {
  TableDraft table;
  table.profile = &profile;
  table.name = profile.name;
  table.source = profile.name;
  table.primary_key = profile.primary_key;
  for (const auto& one : profile.columns) {
    ColumnDraft column;
    column.profile = &one;
    column.plan.name = one.name;
    column.plan.declared_type = one.declared_type;
    column.plan.cells = one.cells;
    column.source = quoted_name(one.name);
    table.columns.push_back(std::move(column));
  }
  return table;
}

std::optional<Failure> draft_tables(Draft& draft) {
  for (const auto& profile : draft.profile.tables) {
    if (is_shadow_table(draft.profile, profile.name)) continue;
    if (profile.columns.size() > columns_max) return refuse_width(draft, profile);
    TableDraft table = draft_table(profile);
    read_definition(draft, table);
    bool is_rowid_added = false;
    ask_for_rowid(draft, table, is_rowid_added);
    report_table(draft, table);
    if (is_rowid_added) add_rowid(table);
    draft.tables.push_back(std::move(table));
  }
  // Only now do tables stay where they are, so that columns may point into their trees.
  for (auto& table : draft.tables) {
    for (auto& column : table.columns) column.tree = column_of(table.tree, column.plan.name);
  }
  return std::nullopt;
}

}  // namespace fairway::postgres

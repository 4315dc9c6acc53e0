#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/ddl.h"

namespace fairway::postgres {
namespace {

using sql::ConstraintKind;

bool same_columns(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  return std::ranges::equal(one, other,
                            [](const auto& a, const auto& b) { return same_name(a, b); });
}

// The definition of the key that a profile has; the `place`-th one of the text.
const sql::Constraint* definition_of(const TableDraft& table, const ForeignKeyProfile& key,
                                     size_t place) {
  std::vector<const sql::Constraint*> keys;
  for (const auto& [constraint, column] : constraints_of(table.tree)) {
    if (constraint->kind == ConstraintKind::foreign_key) keys.push_back(constraint);
  }
  const auto fits = [&](const sql::Constraint* one) {
    return same_columns(one->key.columns, key.columns) && same_name(one->key.table, key.parent);
  };
  if (place < keys.size() && fits(keys[place])) return keys[place];
  const auto found = std::ranges::find_if(keys, fits);
  return found == keys.end() ? nullptr : *found;
}

std::string shown_key(const ForeignKeyProfile& key) {
  return cat({"(", join(key.columns, ", "), ") REFERENCES ", key.parent,
              key.parent_columns.empty() ? std::string()
                                         : cat({" (", join(key.parent_columns, ", "), ")"})});
}

void drop_key(Draft& draft, const TableDraft& table, const ForeignKeyProfile& key,
              std::string_view kind, std::string_view why) {
  draft.decide(about(Treatment::report, kind, table.name,
                     key.columns.size() == 1 ? key.columns.front() : "", key.parent,
                     cat({"The foreign key ", shown_key(key), " ", why, ", so it is left out."})));
}

std::string actions_of(const ForeignKeyProfile& key) {
  std::string actions;
  if (key.on_delete != "NO ACTION") actions += cat({" ON DELETE ", key.on_delete});
  if (key.on_update != "NO ACTION") actions += cat({" ON UPDATE ", key.on_update});
  return actions;
}

bool have_same_types(const TableDraft& table, const TableDraft& parent,
                     const ForeignKeyProfile& key) {
  for (size_t i = 0; i < key.columns.size(); ++i) {
    const ColumnDraft* from = table.find(key.columns[i]);
    const ColumnDraft* to = parent.find(key.parent_columns[i]);
    if (from == nullptr || to == nullptr || !is_comparable(from->type(), to->type())) return false;
  }
  return true;
}

bool has_columns(const std::vector<sql::IndexedColumn>& indexed,
                 const std::vector<std::string>& columns) {
  return std::ranges::is_permutation(
      indexed, columns, [](const auto& a, const auto& b) { return same_name(a, b); },
      [](const sql::IndexedColumn& column) { return column.expression.text; });
}

// Whether a key, a constraint or an index of the parent keeps these columns unique.
bool is_unique(const Draft& draft, const TableDraft& parent,
               const std::vector<std::string>& columns) {
  if (std::ranges::is_permutation(parent.primary_key, columns,
                                  [](const auto& a, const auto& b) { return same_name(a, b); })) {
    return true;
  }
  for (const auto& [constraint, column] : constraints_of(parent.tree)) {
    const bool unique = constraint->kind == ConstraintKind::unique;
    if (unique && has_columns(constraint->columns, columns)) return true;
  }
  return std::ranges::any_of(draft.profile.schema, [&](const SchemaObject& object) {
    if (object.type != "index" || !same_name(object.table, parent.name)) return false;
    const auto index = sql::parse_create_index(object.sql);
    return index.ok() && index->unique && index->where.empty() &&
           has_columns(index->columns, columns);
  });
}

// Whether texts and numbers point over there to just the rows that they point to here.
bool points_as_here(const TableDraft& table, const TableDraft& parent,
                    const ForeignKeyProfile& key) {
  const bool binary = std::ranges::all_of(key.parent_columns, [&](const std::string& name) {
    const ColumnDraft* column = parent.find(name);
    if (column == nullptr) return false;
    const std::string collation = collation_of(*column);
    return collation.empty() || same_name(collation, "binary");
  });
  return binary && keeps_values_apart(table, key.columns) &&
         keeps_values_apart(parent, key.parent_columns);
}

enum class Orphans { none, not_valid, set_null, drop };

// Whether nothing but a foreign key forbids NULL in these columns, or fills them.
bool may_be_null(const TableDraft& table, const std::vector<std::string>& columns) {
  return std::ranges::all_of(columns, [&](const std::string& name) {
    const auto is_it = [&](const std::string& one) { return same_name(one, name); };
    const ColumnDraft* column = table.find(name);
    const bool plain = column != nullptr && column->profile != nullptr && column->tree != nullptr &&
                       column->profile->generated == Generated::no;
    return plain && !std::ranges::any_of(table.primary_key, is_it) &&
           sql::constraint_of(*column->tree, ConstraintKind::not_null) == nullptr;
  });
}

Decision orphans_decision(Draft& draft, const TableDraft& table, const ForeignKeyProfile& key) {
  Decision decision =
      about(Treatment::ask, "orphans", table.name,
            key.columns.size() == 1 ? key.columns.front() : "", key.parent,
            cat({counted(key.orphans.count, "row points", "rows point"), " to nothing by ",
                 shown_key(key),
                 ". The rows are kept; the foreign key is NOT VALID: it holds for new "
                 "rows only."}));
  decision.count = key.orphans.count;
  decision.examples = key.orphans.examples;
  decision.choices = {"not_valid", "drop"};
  if (may_be_null(table, key.columns))
    decision.choices.insert(decision.choices.begin() + 1, "set_null");
  decision.choice = "not_valid";
  draft.book.ask(decision);
  if (decision.choice == "set_null") {
    decision.why = cat({counted(key.orphans.count, "row points", "rows point"), " to nothing by ",
                        shown_key(key), ". There they point to NULL, as chosen."});
  }
  return decision;
}

Orphans ask_for_orphans(Draft& draft, const TableDraft& table, const ForeignKeyProfile& key) {
  if (key.orphans.count == 0) return Orphans::none;
  Decision decision = orphans_decision(draft, table, key);
  const Orphans orphans = decision.choice == "drop"       ? Orphans::drop
                          : decision.choice == "set_null" ? Orphans::set_null
                                                          : Orphans::not_valid;
  draft.decide(std::move(decision));
  return orphans;
}

// SQLite's own condition: the plus takes the child's affinity away, so that the parent's counts.
std::string points_somewhere(const TableDraft& table, const TableDraft& parent,
                             const ForeignKeyProfile& key) {
  std::vector<std::string> equal;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    equal.push_back(cat({"\"fairway parent\".", quoted_name(key.parent_columns[i]), " = +",
                         quoted_name(table.source), ".", quoted_name(key.columns[i])}));
  }
  return cat({"EXISTS (SELECT 1 FROM ", quoted_name(parent.source), " AS \"fairway parent\" WHERE ",
              join(equal, " AND "), ")"});
}

void empty_orphans(TableDraft& table, const TableDraft& parent, const ForeignKeyProfile& key) {
  const std::string points = points_somewhere(table, parent, key);
  std::vector<std::string> conditions = {cat({"NOT ", points})};
  for (const auto& name : key.columns) conditions.push_back(cat({quoted_name(name), " NOT NULL"}));
  std::vector<std::string> read;
  if (table.profile->key.kind == RowKey::Kind::rowid) read.push_back(table.profile->key.rowid_name);
  if (table.profile->key.kind == RowKey::Kind::primary_key) {
    for (const auto& name : table.profile->key.columns) read.push_back(quoted_name(name));
  }
  for (const auto& name : key.columns) {
    const auto column = std::ranges::find_if(
        table.columns, [&](const ColumnDraft& one) { return same_name(one.plan.name, name); });
    auto cells = read;
    cells.push_back(quoted_name(name));
    table.emptied.push_back({column->plan.name, key.parent,
                             cat({"SELECT ", join(cells, ", "), " FROM ", quoted_name(table.source),
                                  " NOT INDEXED WHERE ", join(conditions, " AND ")})});
    column->source = cat({"CASE WHEN ", points, " THEN ", column->source, " END"});
  }
}

void write_key(Draft& draft, TableDraft& table, const ForeignKeyProfile& key, size_t place) {
  const TableDraft* parent = draft.find(key.parent);
  if (parent == nullptr) {
    return drop_key(draft, table, key, "foreign_key_parent_missing", "points to a missing table");
  }
  if (key.parent_columns.size() != key.columns.size()) {
    return drop_key(draft, table, key, "foreign_key_mismatch",
                    "does not fit the key of its parent");
  }
  if (!have_same_types(table, *parent, key)) {
    return drop_key(draft, table, key, "foreign_key_types",
                    "has two ends whose values have no type in common");
  }
  if (!is_unique(draft, *parent, key.parent_columns)) {
    return drop_key(draft, table, key, "foreign_key_mismatch",
                    "points to columns that are not unique");
  }
  const Orphans orphans = ask_for_orphans(draft, table, key);
  if (orphans == Orphans::drop) return;
  const sql::Constraint* definition = definition_of(table, key, place);
  const std::string name =
      constraint_name(table, definition == nullptr ? "" : definition->name,
                      cat({table.target_name, "_", join(key.columns, "_"), "_fkey"}));
  std::string_view deferrable;
  if (definition != nullptr && definition->key.deferrable) {
    deferrable = definition->key.deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
  }
  const bool at_once = orphans == Orphans::none && points_as_here(table, *parent, key);
  const Decision refused =
      lost("foreign_key", table, key.columns.size() == 1 ? key.columns.front() : "", name,
           shown_key(key));
  draft.after(alter_table(table, cat({"ADD CONSTRAINT ", quoted_name(name), " FOREIGN KEY (",
                                      table.targets_of(key.columns), ") REFERENCES ",
                                      quoted_name(parent->target_name), " (",
                                      parent->targets_of(key.parent_columns), ")", actions_of(key),
                                      deferrable, at_once ? "" : " NOT VALID"})),
              refused);
  if (at_once || orphans == Orphans::not_valid) return;
  // Apart, so that rows which only PostgreSQL finds wanting do not cost the key itself.
  Decision kept = refused;
  kept.kind = "orphans";
  kept.why = cat({"Not every row points to something by ", shown_key(key),
                  ", so the foreign key stays NOT VALID: it holds for new rows only."});
  draft.after(alter_table(table, cat({"VALIDATE CONSTRAINT ", quoted_name(name)})),
              std::move(kept));
}

}  // namespace

void draft_orphans(Draft& draft) {
  for (auto& table : draft.tables) {
    for (const auto& key : table.profile->foreign_keys) {
      const TableDraft* parent = draft.find(key.parent);
      const bool fits = parent != nullptr && key.parent_columns.size() == key.columns.size();
      if (!fits || key.orphans.count == 0) continue;
      if (orphans_decision(draft, table, key).choice == "set_null") {
        empty_orphans(table, *parent, key);
      }
    }
  }
}

void write_foreign_keys(Draft& draft) {
  for (auto& table : draft.tables) {
    const auto& keys = table.profile->foreign_keys;
    for (size_t i = 0; i < keys.size(); ++i) write_key(draft, table, keys[i], i);
  }
}

}  // namespace fairway::postgres

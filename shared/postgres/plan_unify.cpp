#include <algorithm>

#include "shared/postgres/plan_draft.h"

// SQLite compares the two ends of a foreign key as the parent's column does; PostgreSQL wants both
// to be of one type.
namespace fairway::postgres {
namespace {

ColumnDraft* column_of(TableDraft& table, std::string_view name) {
  const auto found = std::ranges::find_if(
      table.columns, [&](const ColumnDraft& column) { return same_name(column.plan.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

// Whether the column can take the type; then it does.
bool take_type(ColumnDraft& column, std::string_view choice) {
  for (size_t i = 0; i < column.verdict.options.size(); ++i) {
    if (column.verdict.options[i].choice != choice) continue;
    column.chosen = i;
    column.is_chosen_by_hand = false;
    return true;
  }
  return false;
}

// True when something changed.
bool unify(ColumnDraft& child, ColumnDraft& parent) {
  if (is_comparable(child.type(), parent.type())) return false;
  if (take_type(child, parent.type().choice)) return true;
  if (take_type(parent, child.type().choice)) return true;
  // Both as text, where both can be.
  const size_t before = parent.chosen;
  if (!take_type(parent, "text")) return false;
  if (take_type(child, "text")) return true;
  parent.chosen = before;
  return false;
}

bool unify_table(Draft& draft, TableDraft& table) {
  bool changed = false;
  for (const auto& key : table.profile->foreign_keys) {
    TableDraft* parent = draft.find(key.parent);
    if (parent == nullptr || parent->module) continue;
    const size_t columns = std::min(key.columns.size(), key.parent_columns.size());
    for (size_t i = 0; i < columns; ++i) {
      ColumnDraft* from = column_of(table, key.columns[i]);
      ColumnDraft* to = column_of(*parent, key.parent_columns[i]);
      const bool both = from != nullptr && to != nullptr && from != to;
      if (both && from->profile != nullptr) changed |= unify(*from, *to);
    }
  }
  return changed;
}

}  // namespace

bool is_comparable(const TypeOption& one, const TypeOption& other) {
  const auto is_integer = [](const TypeOption& type) {
    return type.conversion == Conversion::bigint;
  };
  const auto is_text = [](const TypeOption& type) { return type.conversion == Conversion::text; };
  if (is_integer(one) && is_integer(other)) return true;
  if (is_text(one) && is_text(other)) return true;
  return one.choice == other.choice;
}

void unify_foreign_keys(Draft& draft) {
  // A change may reach tables that point to the changed one; chains are no longer than tables.
  for (size_t round = 0; round <= draft.tables.size(); ++round) {
    bool changed = false;
    for (auto& table : draft.tables) changed |= unify_table(draft, table);
    if (!changed) return;
  }
}

}  // namespace fairway::postgres

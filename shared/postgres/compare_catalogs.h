// What the comparison of two catalogs gathers: changes for people, and statements by the step in
// which they are run.
#pragma once

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shared/postgres/difference.h"

namespace fairway::postgres {

// In their order: nothing is dropped while something stands on it.
enum class ChangeStep {
  drop_triggers,
  drop_views,
  drop_foreign_keys,
  drop_constraints,
  drop_indexes,
  drop_tables,
  drop_computed,
  columns,
  tables,
  constraints,  // from here on behind the rows of new tables
  foreign_keys,
  indexes,
  views,
  triggers,
};
constexpr size_t change_steps = static_cast<size_t>(ChangeStep::triggers) + 1;

class CatalogComparison {
 public:
  CatalogComparison(const Catalog& production, const Catalog& preview, const CountRows& count_rows);

  const Catalog& production() const { return production_; }
  const Catalog& preview() const { return preview_; }

  int64_t rows_of(const std::string& table) const { return count_rows_(table, ""); }
  int64_t values_of(const std::string& table, const std::string& column) const {
    return count_rows_(table, column);
  }

  void run(ChangeStep step, std::string sql);
  void note(SchemaChange change) { difference_.changes.push_back(std::move(change)); }
  size_t changes() const { return difference_.changes.size(); }
  void keep(Decision decision) { difference_.kept.push_back(std::move(decision)); }
  void add_new_table(const std::string& table) { difference_.new_tables.push_back(table); }
  void depend_on_rows() { difference_.depends_on_rows = true; }

  // Indexes, constraints and views over a column that is made anew, or gone, go with it.
  void touch(const std::string& table, const std::string& column) {
    touched_.emplace_back(table, column);
  }
  bool touches(const CatalogObject& object) const;
  // Views stand in the way of what happens to columns below them.
  bool touches_any() const { return !touched_.empty(); }

  bool drops_tables() const {
    return !statements_[static_cast<size_t>(ChangeStep::drop_tables)].empty();
  }
  bool is_new(const std::string& table) const;
  bool is_gone(const std::string& table) const;

  CatalogDifference finish();

 private:
  const Catalog& production_;
  const Catalog& preview_;
  const CountRows& count_rows_;
  CatalogDifference difference_;
  std::array<std::vector<std::string>, change_steps> statements_;
  std::vector<std::pair<std::string, std::string>> touched_;
};

std::string alter(std::string_view table, std::string_view action);
// A column as CREATE TABLE and ADD COLUMN have it.
std::string column_definition(const CatalogColumn& column);

void compare_columns(CatalogComparison& comparison, const CatalogTable& now,
                     const CatalogTable& then);
void compare_tables(CatalogComparison& comparison);
// After compare_tables.
void compare_objects(CatalogComparison& comparison);

}  // namespace fairway::postgres

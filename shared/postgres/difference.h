// Redeploying into PostgreSQL: what must happen so that production's schema becomes the preview's.
// Pure: compares two catalogs.
//
// What only adds happens by itself: new tables (which arrive with the preview's rows), new columns,
// wider types, defaults, new or changed keys, indexes, views and triggers. What loses something is
// marked as destructive, with the number of rows that it concerns, and waits for a yes: whatever
// production has and the preview lacks, types that do not hold what is there, NOT NULL without a
// default where there are rows. A rename is guessed and shown, never done. No row of a table that
// is there is replaced.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shared/postgres/catalog.h"
#include "shared/postgres/plan.h"

namespace fairway::postgres {

// Names are the target's.
struct SchemaChange {
  std::string kind;  // for programs: "add_table", "drop_column", "change_type", "rename_guess"
  std::string table;
  std::string column;
  std::string object;
  bool is_destructive = false;
  int64_t rows = 0;   // destructive: of production, that lose something
  std::string words;  // for people: what changes, and what is lost
  std::string sql;    // "" for a guess

  bool operator==(const SchemaChange&) const = default;
};
void to_json(Json& json, const SchemaChange& change);

struct CatalogDifference {
  std::vector<SchemaChange> changes;
  // Statements in their order, on both sides of the rows of `new_tables`.
  std::vector<std::string> before_rows;
  std::vector<std::string> after_rows;
  std::vector<std::string> new_tables;
  // What stays in production other than in the preview, because it holds all that the preview has.
  std::vector<Decision> kept;
  // Some of it depends on the preview's rows too: keys and checks that they may break, views whose
  // answers are compared. A catalog of the preview without rows says too much then.
  bool depends_on_rows = false;

  bool is_destructive() const;
};

// The rows of a table of production; with a column, those that have a value in it.
using CountRows = std::function<int64_t(const std::string& table, const std::string& column)>;

CatalogDifference catalog_difference(const Catalog& production, const Catalog& preview,
                                     const CountRows& count_rows);

// Whether a column of this type takes every value of the other, in the same digits.
bool holds(std::string_view type, std::string_view other);

// What waits for a yes, as fix_input `schema_change_refused`: each with its words.
Failure waiting_failure(const std::vector<SchemaChange>& changes);

}  // namespace fairway::postgres

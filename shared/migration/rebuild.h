// The rebuild of a table of SQLite whose definition changes in a way that ALTER TABLE does not
// take: its rows go into a table that is kept, it is dropped and made anew, and the rows come back.
// Nothing is renamed, so views, triggers and foreign keys of other tables name what they named.
// Only for difference.cpp. Pure.
//
// To be run in one transaction with foreign keys not enforced: dropping a table deletes its rows,
// which would take those along that refer to them. Row numbers, counters (AUTOINCREMENT), indexes
// and triggers are as before, but for indexes over columns that are gone.
#pragma once

#include <array>

#include "shared/migration/difference.h"

namespace fairway {

// Tables that a virtual table keeps its content in; it makes them itself.
constexpr std::array<std::string_view, 11> shadow_endings = {
    "_data",   "_idx",  "_content", "_docsize", "_config", "_segments",
    "_segdir", "_stat", "_node",    "_rowid",   "_parent"};
std::vector<std::string> shadow_tables_of(const std::vector<SchemaObject>& schema,
                                          std::string_view virtual_table);

struct TableOnBothSides {
  const std::vector<SchemaObject>& production;
  const SchemaObject& there;             // the table in production
  const SchemaObject* wanted;            // in the preview; null: it is dropped
  std::string kept;                      // what the table is to be called that keeps the rows
  const std::vector<std::string>& gone;  // names of indexes and triggers that are not made again
};

struct TableRebuild {
  std::vector<std::string> statements;
  // Takes it back: first the tables, then what stands on them, then what was kept goes.
  std::vector<std::string> restore_tables;
  std::vector<std::string> restore_objects;
  std::vector<std::string> drop_kept;
  std::vector<std::string> kept_tables;
  std::vector<std::string> gone;  // names of indexes and triggers that are not there any more
  std::string refused;            // words, when it cannot be done; nothing else is set then
};

TableRebuild rebuild_table(const TableOnBothSides& table);
// Drops a virtual table that has such tables; what these hold is kept, and put back to the byte.
TableRebuild drop_virtual_table(const TableOnBothSides& table);

// What rows get in a column that may not be NULL: its default, or what is empty for its type; as
// SQL.
std::string filling_of(const ColumnDefinition& column);

// Whether values are stored in the same way under both declared types.
bool has_same_affinity(std::string_view one, std::string_view other);

}  // namespace fairway

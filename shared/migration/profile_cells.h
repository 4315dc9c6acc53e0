// The pass over the cells of one table, for profile.cpp.
#pragma once

#include "shared/migration/preview_sqlite.h"
#include "shared/migration/profile.h"

namespace fairway {

// Counts every cell of `table`, whose columns and key are known. Fails like inspect().
std::optional<Failure> profile_cells(const Connection& connection, TableProfile& table);

// A value as examples show it: 'abc', 1.5, x'00ff', NULL; cut short.
std::string shown_value(const Statement& row, int column);

// "rowid 5"; "key (1, 'a')"; "row 17" where nothing else tells rows apart.
struct RowLabel {
  const RowKey& key;
  std::vector<int> key_columns;  // their places in the row
  int64_t row = 0;

  std::string text(const Statement& statement) const;
};

}  // namespace fairway

// The rows of an R*Tree, read out of its shadow tables by SQL: our SQLite is built without the
// module, and a hostile tree must not be walked by code that trusts it. For plan_virtual.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/migration/schema.h"

namespace fairway::postgres {

struct TreeColumns {
  std::string id;
  std::vector<std::string> coordinates;
  std::vector<std::string> extra;  // auxiliary ones, "+name"
  bool is_integer = false;
};
TreeColumns read_tree_columns(const VirtualTable& module);

// SELECT of the rowid, then the id, the coordinates and the extra columns. A row whose node does
// not hold it is left out.
std::string select_tree(std::string_view table, const TreeColumns& columns);

}  // namespace fairway::postgres

// What is not the same on a libSQL or SQLite side. Cells are: any value of any column arrives as it
// is, so there is nothing to choose, and little to tell. Pure.
#pragma once

#include <vector>

#include "shared/migration/preview.h"
#include "shared/postgres/plan.h"

namespace fairway::libsql {

// How the database travels.
enum class Way {
  script,       // SQL text (script.h)
  turso_image,  // a file by the rules of Turso's upload
  sqlite_file,  // a compact copy
  wire,         // statements over Hrana
};

std::vector<postgres::Decision> decisions_of(Preview& preview, const Inspection& inspection,
                                             Way way);

}  // namespace fairway::libsql

// A cell as SQLite holds it, until the next step of its statement.
#pragma once

#include "shared/migration/preview_sqlite.h"
#include "shared/postgres/canonical.h"

namespace fairway::postgres {

inline Cell cell_at(const Statement& row, int column) {
  const CellValue value = row.cell(column);
  switch (value.storage_class()) {
    case SQLITE_INTEGER:
      return {.kind = Cell::Kind::integer, .integer = value.integer()};
    case SQLITE_FLOAT:
      return {.kind = Cell::Kind::real, .real = value.real()};
    case SQLITE_TEXT:
      return {.kind = Cell::Kind::text, .bytes = value.text()};
    case SQLITE_BLOB:
      return {.kind = Cell::Kind::blob, .bytes = value.blob()};
    default:
      return {};
  }
}

}  // namespace fairway::postgres

// A database as SQL text that libSQL and SQLite replay to the same cells: every storage class, bit
// and byte, rowids (hidden ones too), the high-water marks of AUTOINCREMENT, the content of virtual
// tables, user_version and application_id.
//
// Where `sqlite3 .dump` loses cells, this does not: texts with NUL or with bytes that are no UTF-8
// travel as blobs and are cast back, infinities as 9e999. What stands between BEGIN and COMMIT is
// all or nothing; foreign keys are off meanwhile and triggers come last, so nothing fires. The
// first line is the one that Turso's `db create --from-dump` asks for.
//
// Tables of modules (full text, R*Tree) are made by their CREATE VIRTUAL TABLE, then their own
// tables get the rows they have here: no tokenizer runs again, and a table without content keeps
// its index. A connection in SQLite's defensive mode refuses that; libSQL and the sqlite3 shell do
// not set it.
//
// Not for: files of 100 MB and more on Turso, which takes an image faster (make_turso_image).
// UTF-16 databases become UTF-8. Memory: one buffer and the row that SQLite holds.
#pragma once

#include "shared/migration/preview.h"
#include "shared/postgres/copy_text.h"
#include "shared/postgres/write_rows.h"

namespace fairway::libsql {

// True when `out` has all of it (flushed). Fails as `out` and `watch` do, and as reading the
// preview does. The same preview gives the same bytes.
Outcome<Done> write_script(Preview& preview, const Inspection& inspection, postgres::OutBuffer& out,
                           const postgres::Watch& watch);

}  // namespace fairway::libsql

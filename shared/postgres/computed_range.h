// Whether PostgreSQL can compute a column for the rows that are there. SQLite goes on in floating
// point where an integer passes 64 bits, and with infinity or zero where a real passes its range;
// PostgreSQL stops, and with it the loading of the whole table.
#pragma once

#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {

// True where a step of the expression, over the numbers that the table's columns hold, may leave
// the range of bigint or of double precision, or counts with an infinity. Columns and functions of
// which no range is known count as small: what the server refuses all the same is found when the
// rows are loaded.
bool may_overflow(const sql::Expression& expression, const TableDraft& table);

}  // namespace fairway::postgres

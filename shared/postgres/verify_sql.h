// The target's side of the proof: one question a table, whose answer is computed inside PostgreSQL
// from the rows that it holds, in the notation of write_rows.h.
//
// Pure. The text of values depends on settings of the session: session_settings comes first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/postgres/write_rows.h"

namespace fairway::postgres {

// For the transaction only (SET LOCAL), statements separated by semicolons.
std::string_view session_settings();

// One row: the number of rows, a sum for each loaded column, the row checksum, a sum for each
// column that the server computes; all as text.
std::string checksums_query(const TablePlan& table);
// Its answer; report_bug `target_answer` when it is something else.
Outcome<Checksums> read_checksums(const TablePlan& table, const std::vector<std::string>& answer);

// A statement that raises an error naming the table unless the rows there have these sums: so a
// script proves itself. Behind it, where columns are computed, one that warns of other values.
std::string checksums_proof(const TablePlan& table, const Checksums& expected);

// PL/pgSQL that runs a statement and goes on with a warning when the server refuses it.
std::string unless_refused(std::string_view statement);
// PL/pgSQL that runs a statement, and `instead` (which may name SQLERRM) when the server refuses
// it.
std::string if_refused(std::string_view statement, std::string_view instead);
// DO around a block of PL/pgSQL, quoted so that it may hold anything.
std::string do_block(std::string_view body);

}  // namespace fairway::postgres

// Pieces of DDL that several of the plan's files write. Names that come in are raw unless called
// quoted.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {

std::string alter_table(const TableDraft& table, std::string_view action);

// Every constraint of a table's definition with the column that it stands at ("" for the table's
// own), in the order of the text.
std::vector<std::pair<const sql::Constraint*, std::string>> constraints_of(
    const sql::CreateTable& tree);

// A name for a check or a foreign key, which has to be different only within its table.
std::string constraint_name(TableDraft& table, std::string_view wanted, std::string_view otherwise);

// ` DEFAULT x` where PostgreSQL surely takes it, so that it can stand in CREATE TABLE; or nothing.
std::string sure_default(const TableDraft& table, const ColumnDraft& column);

// Whether the values are as different over there as they are here, and of one type of SQLite's.
bool keeps_values_apart(const TableDraft& table, const std::vector<std::string>& columns);
// Whether an index surely holds every row of them.
bool fits_index(const TableDraft& table, const std::vector<std::string>& columns);

bool is_nocase(const TableDraft& table, const sql::IndexedColumn& column);

// The text of an object's definition, cut where it is very long.
std::string shown_sql(std::string_view sql);

// What is said when the server refuses a statement.
Decision lost(std::string_view kind, const TableDraft& table, std::string_view column,
              std::string_view object, std::string_view what);

}  // namespace fairway::postgres

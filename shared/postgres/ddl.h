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

bool is_nocase(const TableDraft& table, const sql::IndexedColumn& column);

// The text of an object's definition, cut where it is very long.
std::string shown_sql(std::string_view sql);

// What is said when the server refuses a statement.
Decision lost(std::string_view kind, const TableDraft& table, std::string_view column,
              std::string_view object, std::string_view what);

}  // namespace fairway::postgres

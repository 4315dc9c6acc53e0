// Plans for the tests of migration to PostgreSQL, as text that one can read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/postgres/plan.h"

namespace fairway::test {

// The profile and the plan of a database made by `sql`; they end the test where there is none.
DatabaseProfile profile_of(std::string_view sql);
postgres::Plan plan_of(std::string_view sql, const std::vector<postgres::Choice>& choices = {});

// "bigint, text" for the columns of a table.
std::string types_of(const postgres::Plan& plan, std::string_view table);
// The DDL of both lists, one statement a line.
std::string ddl_of(const postgres::Plan& plan);
// "ASK orphans t.c n=1 [rowid 1]": decisions of that kind, one a line.
std::string decisions_of(const postgres::Plan& plan, std::string_view kind);

}  // namespace fairway::test

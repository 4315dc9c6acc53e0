// All tables of the preview in place of production's, which are moved into a schema of their own
// and kept there for seven days; one transaction.
#pragma once

#include <string>

#include "cli/postgres_target.h"

namespace fairway::cli {

// Everything but the commit. The name of the schema that keeps the old tables is in
// `sides.kept_schema`.
std::optional<Failure> replace_tables(PostgresConnection& connection, const PostgresWork& work,
                                      const std::string& schema, postgres::Sides& sides);

// Drops the schemas that replace_tables made more than seven days ago, but none in which something
// stands that others use.
std::optional<Failure> drop_aged(PostgresConnection& connection, postgres::Sides& sides);

// Statements that give the rights again which others have on the tables and views of `schema`, each
// behind the name of what it is about, for namesakes in `target`.
Outcome<std::vector<TextRow>> rights_on(PostgresConnection& connection, std::string_view schema,
                                        std::string_view target);

}  // namespace fairway::cli

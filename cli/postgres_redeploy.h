// A migration into a schema of PostgreSQL that has tables already. In one transaction: the plan is
// run in a schema beside production's, whose catalog is compared with production's (difference.h)
// and which is rolled back; then what differs is done in production. Rows that are there stay.
#pragma once

#include <string>

#include "cli/postgres_target.h"

namespace fairway::cli {

// Ends the transaction that its caller began, unless it fails.
std::optional<Failure> redeploy(PostgresConnection& connection, const PostgresWork& work,
                                const std::string& schema, postgres::Sides& sides);

}  // namespace fairway::cli

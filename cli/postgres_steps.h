// The steps of a migration into PostgreSQL, each within the transaction that its caller began.
#pragma once

#include "cli/postgres_target.h"

namespace fairway::cli {

// What the server refuses of statements that may be, goes into sides.refused.
std::optional<Failure> run_ddl(PostgresConnection& connection,
                               const std::vector<postgres::Ddl>& statements,
                               postgres::Sides& sides);
std::optional<Failure> load_tables(PostgresConnection& connection, const PostgresWork& work,
                                   postgres::Sides& sides);
// A view that answers something else over there is worse than none: it is dropped again, with those
// that read it, and reported.
std::optional<Failure> check_views(PostgresConnection& connection, const PostgresWork& work,
                                   postgres::Sides& sides);
// Sums what was loaded on the other side too: data_differs, or why it must not be committed.
std::optional<Failure> prove(PostgresConnection& connection, const PostgresWork& work,
                             postgres::Sides& sides);
// All of it for a schema where nothing stands, but the commit.
std::optional<Failure> load_all(PostgresConnection& connection, const PostgresWork& work,
                                postgres::Sides& sides);

// The source's sums alone; what is there, where a table that is missing or has other columns is a
// difference and no failure.
std::optional<Failure> sum_source(const PostgresWork& work, postgres::Sides& sides);
std::optional<Failure> sum_what_is_there(PostgresConnection& connection, const PostgresWork& work,
                                         postgres::Sides& sides);

std::optional<Failure> commit(PostgresConnection& connection);

}  // namespace fairway::cli

// PostgreSQL as the target of a migration: everything in one transaction, committed when the sums
// of both sides agree.
//
// Safe to repeat: tables that are there already are never touched. When they are exactly what this
// run would have made, that is the answer (`target_exists`); otherwise it is refused, naming them.
#pragma once

#include <functional>
#include <string>

#include "cli/postgres_connection.h"
#include "cli/terminal.h"
#include "shared/migration/preview.h"
#include "shared/postgres/sides.h"

namespace fairway::cli {

struct PostgresWork {
  Preview& preview;
  const postgres::Plan& plan;
  std::string schema;  // "": the first of search_path
  ProgressLine& progress;
  // Asked at the end: a failure, and nothing is kept.
  std::function<std::optional<Failure>()> why_not_commit = [] { return std::nullopt; };
};

// Fails with fix_input `target_too_old`, `target_not_empty`; report_bug `data_differs` (nothing is
// kept); retry_later `commit_unknown` when the connection broke off while committing; and as
// PostgresConnection and write_rows do. Nothing is kept after a failure but the last.
Outcome<postgres::Sides> migrate_to_postgres(PostgresConnection& connection,
                                             const PostgresWork& work);

// Compares only. A table that is not there has -1 rows.
Outcome<postgres::Sides> verify_postgres(PostgresConnection& connection, const PostgresWork& work);

}  // namespace fairway::cli

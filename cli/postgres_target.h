// PostgreSQL as the target of a migration: everything in one transaction, committed when the sums
// of both sides agree.
//
// Tables that are there already make it a redeployment by the difference of schemas (difference.h):
// rows that are there stay, unless the person wants them replaced. Safe to repeat: when all is as
// this run would have made it, that is the answer (`target_exists`).
#pragma once

#include <functional>
#include <string>

#include "cli/postgres_connection.h"
#include "cli/terminal.h"
#include "shared/migration/preview.h"
#include "shared/postgres/sides.h"

namespace fairway::cli {

// What the person has agreed to, where tables are there already.
enum class Consent {
  additions,  // what only adds
  losses,     // what drops or converts something too
  replacing,  // the preview's rows in place of production's, whose tables are kept for seven days
};

struct PostgresWork {
  Preview& preview;
  const postgres::Plan& plan;
  std::string schema;  // "": the first of search_path
  ProgressLine& progress;
  // Asked at the end: a failure, and nothing is kept.
  std::function<std::optional<Failure>()> why_not_commit = [] { return std::nullopt; };
  Consent consent = Consent::additions;
  // Where a failure comes from what the server computes: choices for a plan that may come through.
  std::vector<postgres::Choice>* otherwise = nullptr;
};

// With `waits`, nothing was changed and `changes` tells what needs a yes. Fails with fix_input
// `target_too_old`, `schema_change_refused`; report_bug `data_differs` (nothing is kept);
// retry_later `commit_unknown` when the connection broke off while committing; and as
// PostgresConnection and write_rows do. Nothing is kept after a failure but the last.
Outcome<postgres::Sides> migrate_to_postgres(PostgresConnection& connection,
                                             const PostgresWork& work);

// Compares only. A table that is not there has -1 rows.
Outcome<postgres::Sides> verify_postgres(PostgresConnection& connection, const PostgresWork& work);

}  // namespace fairway::cli

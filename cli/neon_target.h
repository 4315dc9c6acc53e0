// PostgreSQL over Neon's HTTP endpoint as the target of a migration: the way the edge goes, where
// there is no connection that lasts. What it does is in shared/postgres/staging.h; here it is
// walked step by step.
//
// Killed at any point, the same command goes on, or begins again where file or plan have changed.
// Nobody sees a table before every sum agrees.
#pragma once

#include <functional>
#include <string>

#include "cli/native_host.h"
#include "cli/terminal.h"
#include "shared/migration/preview.h"
#include "shared/postgres/sides.h"
#include "shared/provisioning/provisioning.h"

namespace fairway::cli {

// The endpoint belongs to the connection string, or is FAIRWAY_NEON_URL.
Outcome<NeonAccess> neon_access(const std::string& connection);

struct NeonWork {
  Preview& preview;
  const postgres::Plan& plan;
  std::string schema;  // "": the first of search_path
  std::string snapshot_sha256;
  ProgressLine& progress;
  // Asked at the end: a failure, and nothing is moved to its place.
  std::function<std::optional<Failure>()> why_not_settle = [] { return std::nullopt; };
  // Where a failure comes from what the server computes: choices for a plan that may come through.
  std::vector<postgres::Choice>* otherwise = nullptr;
};

// Fails with fix_input `target_too_old`, `no_schema`, `target_not_empty`, `load_superseded`;
// report_bug `data_differs`, `target_refused` (nothing is kept); retry_later: run it again.
Outcome<postgres::Sides> migrate_over_http(NativeHost& native, const NeonAccess& access,
                                           const NeonWork& work);

// Compares only. A table that is not there has -1 rows.
Outcome<postgres::Sides> verify_over_http(NativeHost& native, const NeonAccess& access,
                                          const NeonWork& work);

}  // namespace fairway::cli

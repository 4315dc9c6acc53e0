// The report on a migration into PostgreSQL: what any program needs to check it. Pure.
//
// JSON: {"target", "differences", "renames": {"tables", "columns"}, "declared", "decisions",
// "dates", "tables": [{"name", "target_name", "rows_source", "rows_target", "row_checksum_source",
// "row_checksum_target", "columns": [{"name", "target_name", "type", "checksum_source",
// "checksum_target"}]}], "views", "snapshot_sha256", "content_sha256"}. Names are SQLite's unless
// they say target; checksums are those of write_rows.h, null where there is no such side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shared/postgres/difference.h"
#include "shared/postgres/plan.h"
#include "shared/postgres/write_rows.h"

namespace fairway::postgres {

struct ViewSides {
  std::string name;
  int64_t rows_source = -1;
  int64_t rows_target = -1;
  std::string checksum_source;
  std::string checksum_target;

  bool same() const { return rows_source == rows_target && checksum_source == checksum_target; }
};

struct Sides {
  const Plan* plan = nullptr;
  std::vector<WrittenTable> source;  // in the plan's order
  std::vector<Checksums> target;     // the same; empty when nothing was loaded by us
  std::vector<ViewSides> views;
  std::vector<Decision> refused;  // statements that the server did not take
  std::string snapshot_sha256;    // of the source file
  int64_t target_exists = 0;      // 1: the rows were there before this run

  // Where tables were there already. `plan` has the tables that this run carried; all of them where
  // there was nothing to carry, and then a difference is what the running app wrote.
  std::shared_ptr<const Plan> carried;  // what `plan` points to then, if it is not the caller's
  bool is_redeployment = false;
  bool waits = false;                        // nothing was changed: `changes` need a yes
  std::vector<SchemaChange> changes;         // of the schema
  std::vector<Decision> kept;                // what stays in production other than in the preview
  std::string kept_schema;                   // where the tables are that were replaced
  std::vector<std::string> dropped_schemas;  // of earlier runs, whose time was over
};

int64_t differences_of(const Sides& sides);
// The columns that the table's plan lets PostgreSQL compute, as choices not to, for a plan that is
// made anew: all of them, where the server stopped at a row, or those whose sums differ.
std::vector<Choice> doubted_columns(const TablePlan& table, std::string_view why);
std::vector<Choice> differing_columns(const Sides& sides);
// The first difference in words; data_differs.
Failure difference_failure(const Sides& sides);
// Without content_sha256, which is the SHA-256 of to_text() of this object.
Json report_json(const Sides& sides);

}  // namespace fairway::postgres

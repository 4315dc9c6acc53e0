// A libSQL server (Turso, sqld) as the target of a migration: one difference of schemas tells what
// is to be done, rows go over in batches that load once however often they are sent, and every cell
// is read back and summed.
//
// An empty database gets everything. A database that has tables already is a redeployment: what is
// new there is added, production's rows stay, and what would drop or retype data waits for a yes.
// Killed at any point, the same command goes on: batches that arrived are known by their key.
#pragma once

#include <functional>
#include <string>

#include "cli/native_host.h"
#include "shared/migration/preview.h"
#include "shared/migration/report.h"
#include "shared/provisioning/provisioning.h"

namespace fairway::cli {

// "libsql://host", "https://host", "http://host:port", with "?authToken=..." behind it, or the
// token in TURSO_AUTH_TOKEN or LIBSQL_AUTH_TOKEN. "libsql://" means https, and http with "?tls=0".
// Fails with fix_input `invalid_target`.
Outcome<DatabaseAccess> libsql_access_of(const std::string& url);

struct LibsqlWork {
  // What production would lose: done, or told in a failure.
  enum class Losses { told, accepted } losses = Losses::told;
  std::function<void(std::string_view table, int64_t rows_done)> loaded;
  std::function<void(std::string_view table, int64_t rows_done)> verified;
};

struct LibsqlResult {
  // Of the tables that this run has carried; of all tables where there was nothing to carry. Then a
  // difference means that the running app has written, which is no mistake.
  MigrationReport report;
  bool is_redeployment = false;         // the database had tables before
  std::vector<std::string> kept;        // words: what stays there although the preview lacks it
  std::vector<std::string> statements;  // what was run there, without rows
  std::vector<std::string> new_tables;
};

// Fails with fix_input `schema_change_waits` (each loss with its rows), `schema_change_refused` and
// `other_load_unfinished` before anything is changed, and as Hrana does.
Outcome<LibsqlResult> migrate_to_libsql(NativeHost& native, DatabaseAccess access, Preview& preview,
                                        const Inspection& inspection,
                                        const std::string& snapshot_sha256, const LibsqlWork& work);

// Compares all tables of the preview with what is there; changes nothing.
Outcome<MigrationReport> verify_libsql(NativeHost& native, DatabaseAccess access, Preview& preview,
                                       const Inspection& inspection,
                                       const std::string& snapshot_sha256, const LibsqlWork& work);

}  // namespace fairway::cli

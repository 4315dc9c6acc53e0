// SQL of what is known of the blobs that an account has: when each was wanted last.
#include "shared/base/time.h"
#include "shared/projects/projects.h"

namespace fairway {

namespace {
// A row is not written anew for what was wanted a moment ago.
constexpr int64_t slack_ms = hour_ms;
}  // namespace

void create_blob_tables(Database& database) {
  database.run(
      "CREATE TABLE IF NOT EXISTS stored_blobs(sha256 TEXT PRIMARY KEY,"
      " wanted_at_ms INTEGER NOT NULL, removing INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID");
}

void note_wanted(Host& host, const std::string& sha256) {
  host.database.run(
      "INSERT INTO stored_blobs(sha256, wanted_at_ms) VALUES(?1, ?2) ON CONFLICT(sha256) DO UPDATE"
      " SET wanted_at_ms = excluded.wanted_at_ms WHERE wanted_at_ms < ?3",
      {sha256, host.clock.now_ms(), host.clock.now_ms() - slack_ms});
}

bool is_being_removed(Database& database, const std::string& sha256) {
  auto found = database.run("SELECT removing FROM stored_blobs WHERE sha256 = ?1", {sha256});
  return !found.rows.empty() && found.rows[0].integer(0) != 0;
}

std::vector<std::string> blobs_not_wanted_since(Database& database, int64_t since_ms) {
  auto found = database.run(
      "SELECT sha256 FROM stored_blobs WHERE wanted_at_ms < ?1 OR removing ORDER BY sha256",
      {since_ms});
  std::vector<std::string> blobs;
  for (const Row& row : found.rows) blobs.push_back(row.text(0));
  return blobs;
}

bool begin_removal(Database& database, const std::string& sha256, int64_t since_ms) {
  auto marked = database.run(
      "UPDATE stored_blobs SET removing = 1 WHERE sha256 = ?1 AND (wanted_at_ms < ?2 OR removing)",
      {sha256, since_ms});
  return marked.changes == 1;
}

void end_removal(Database& database, const std::string& sha256) {
  database.run("DELETE FROM stored_blobs WHERE sha256 = ?1", {sha256});
}

}  // namespace fairway

// SQL of a meter's own database.
#include "shared/base/time.h"
#include "shared/gateway/meter.h"

namespace fairway {

namespace {

// OpenAI keeps answers for 30 days.
constexpr int64_t response_life_ms = 30 * day_ms;

UsageRow row_in(const Row& row) {
  auto json = parse_json(row.text(0));
  FAIRWAY_ASSERT(json.ok());
  return usage_row_of(*json);
}

}  // namespace

void create_meter_tables(Database& database) {
  database.run(
      "CREATE TABLE IF NOT EXISTS rows(id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID");
  database.run(
      "CREATE TABLE IF NOT EXISTS responses(id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL)"
      " WITHOUT ROWID");
  database.run(
      "CREATE TABLE IF NOT EXISTS messages(id TEXT PRIMARY KEY, row TEXT NOT NULL,"
      " at_ms INTEGER NOT NULL) WITHOUT ROWID");
}

void put_row(Database& database, const UsageRow& row) {
  database.run("INSERT INTO rows(id, row) VALUES(?1, ?2)", {row.id, to_text(row)});
}

std::vector<UsageRow> list_rows(Database& database, size_t count_max) {
  std::vector<UsageRow> rows;
  auto found = database.run("SELECT row FROM rows ORDER BY id LIMIT ?1", {int64_t(count_max)});
  for (const auto& row : found.rows) rows.push_back(row_in(row));
  return rows;
}

void forget_row(Database& database, const std::string& id) {
  database.run("DELETE FROM rows WHERE id = ?1", {id});
}

void remember_response(Database& database, const std::string& id, int64_t now_ms) {
  database.run("DELETE FROM responses WHERE at_ms < ?1", {now_ms - response_life_ms});
  database.run("INSERT INTO responses(id, at_ms) VALUES(?1, ?2) ON CONFLICT(id) DO NOTHING",
               {id, now_ms});
}

bool knows_response(Database& database, const std::string& id) {
  return !database.run("SELECT 1 FROM responses WHERE id = ?1", {id}).rows.empty();
}

void remember_message(Database& database, const std::string& id, const UsageRow& row) {
  database.run("DELETE FROM messages WHERE at_ms < ?1", {row.at_ms - response_life_ms});
  database.run("INSERT INTO messages(id, row, at_ms) VALUES(?1, ?2, ?3) ON CONFLICT(id) DO NOTHING",
               {id, to_text(row), row.at_ms});
}

std::optional<UsageRow> find_message(Database& database, const std::string& id) {
  auto found = database.run("SELECT row FROM messages WHERE id = ?1", {id});
  if (found.rows.empty()) return std::nullopt;
  return row_in(found.rows[0]);
}

std::vector<std::string> list_messages(Database& database, size_t count_max) {
  std::vector<std::string> ids;
  auto found =
      database.run("SELECT id FROM messages ORDER BY at_ms, id LIMIT ?1", {int64_t(count_max)});
  for (const auto& row : found.rows) ids.push_back(row.text(0));
  return ids;
}

void forget_message(Database& database, const std::string& id) {
  database.run("DELETE FROM messages WHERE id = ?1", {id});
}

}  // namespace fairway

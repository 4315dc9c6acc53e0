#include "tests/world/previews.h"

#include "shared/base/hash.h"
#include "shared/base/text.h"
#include "shared/migration/preview.h"
#include "shared/migration/report.h"

namespace fairway::test {

namespace {

constexpr std::string_view page = "<!doctype html><title>Guests</title><p>Hello</p>";
constexpr std::string_view server =
    "import { database } from './database.js';\n"
    "export async function handle(request) {\n"
    "  const rows = await database.all('SELECT who FROM visits', []);\n"
    "  return Response.json({ rows, title: process.env.SITE_TITLE ?? 'Guests' });\n"
    "}\n";
constexpr std::string_view client =
    "import { openDatabase } from '@builder/preview-database';\n"
    "export const database = openDatabase(process.env.DATABASE_URL ?? 'preview.db');\n";

constexpr std::string_view first_schema[] = {
    "CREATE TABLE visits(id INTEGER PRIMARY KEY, who TEXT NOT NULL)",
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB, weight REAL) WITHOUT ROWID",
    "INSERT INTO visits(who) VALUES('Zoe'),('Bj\xC3\xB6rn')",
    "INSERT INTO settings VALUES('open', x'00ff', 0.1),('limit', NULL, -0.0)"};
constexpr std::string_view wider_schema[] = {
    "ALTER TABLE visits ADD COLUMN mood TEXT", "CREATE INDEX visits_who ON visits(who)",
    "CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT)",
    "INSERT INTO notes(text) VALUES('one'),('two'),('three')",
    // Fires once it is there: the proof of the new rows comes before it.
    "CREATE TRIGGER visits_noted AFTER INSERT ON visits BEGIN"
    " INSERT INTO notes(text) VALUES('visit ' || new.id); END"};

constexpr std::string_view narrower_schema[] = {
    "CREATE TABLE visits(id INTEGER PRIMARY KEY, who TEXT NOT NULL CHECK(who <> ''))",
    "CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    "INSERT INTO visits(who) VALUES('Zoe')", "INSERT INTO settings VALUES('open', x'00ff')"};

std::string hash_of(std::string_view text) { return blake3_hex(text, 64); }

Part part_of(PreviewData& data, std::string bytes) {
  Part part{hash_of(bytes), int64_t(bytes.size())};
  data.blobs[part.sha256] = std::move(bytes);
  return part;
}

void add_file(PreviewData& data, std::string path, std::string_view text) {
  Part part = part_of(data, std::string(text));
  data.bundle.files.push_back({std::move(path), part.size_bytes, {part}});
}

// The rows of a table that production lacks at the redeployment, in batches of one row each.
void add_rows(PreviewData& data, Preview& preview, const TableReading& table) {
  constexpr int64_t small_batch_bytes = 2'200;
  auto batches =
      make_insert_batches(preview, table, data.manifest.source_sha256, small_batch_bytes);
  FAIRWAY_ASSERT(batches.ok() && batches->size() > 1);
  PreviewManifest::AddedRows added{table.sum.name, table.sum.rows, {}};
  for (auto& batch : *batches) added.batches.push_back(part_of(data, std::move(batch.body)));
  data.manifest.added_rows.push_back(std::move(added));
}

PreviewData preview_of(SqliteDatabase& database, std::string_view added_table) {
  PreviewData data;
  std::string source = database.image();
  auto preview = open_preview(source);
  FAIRWAY_ASSERT(preview.ok());
  auto inspection = inspect(*preview);
  FAIRWAY_ASSERT(inspection.ok());
  auto image = make_turso_image(*preview, *inspection);
  FAIRWAY_ASSERT(image.ok());
  std::string bytes = image->file.read(0, image->file.size());
  PreviewManifest& manifest = data.manifest;
  manifest.image_bytes = int64_t(bytes.size());
  manifest.image_sha256 = hash_of(bytes);
  manifest.image_parts.push_back(part_of(data, std::move(bytes)));
  manifest.source_bytes = int64_t(source.size());
  manifest.source_sha256 = hash_of(source);
  manifest.schema = Json(preview->schema());
  manifest.tables = Json::array();
  for (const auto& table : inspection->tables) {
    manifest.tables.push_back(table.sum);
    if (table.sum.name == added_table) add_rows(data, *preview, table);
  }
  add_file(data, "public/index.html", page);
  add_file(data, "server.js", server);
  add_file(data, "database.js", client);
  return data;
}

}  // namespace

Previews make_previews() {
  SqliteDatabase database;
  Previews previews;
  for (auto sql : first_schema) database.run(sql);
  previews.first = preview_of(database, "");
  previews.visits = 2;
  for (auto sql : wider_schema) database.run(sql);
  previews.wider = preview_of(database, "notes");
  previews.notes = 3;
  SqliteDatabase other;
  for (auto sql : narrower_schema) other.run(sql);
  previews.narrower = preview_of(other, "");
  return previews;
}

}  // namespace fairway::test

#include "web/actions/preview.h"

#include <algorithm>
#include <utility>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/migration/difference.h"
#include "shared/migration/preview.h"
#include "shared/migration/report.h"

namespace fairway {
namespace {

// Tables that SQLite keeps for itself are no tables of the person.
bool is_internal(const std::string& name) { return name.starts_with("sqlite_"); }

LocalPreview local_preview_of(const Preview& opened, const Inspection& inspection) {
  LocalPreview preview;
  preview.schema = opened.schema();
  preview.size_bytes = inspection.size_bytes;
  for (const TableReading& table : inspection.tables) {
    if (is_internal(table.sum.name)) continue;
    preview.tables.push_back({table.sum.name, table.sum.rows});
    preview.rows += table.sum.rows;
  }
  return preview;
}

Json manifest_of(const Preview& preview, const Inspection& inspection) {
  Json tables = Json::array();
  for (const TableReading& table : inspection.tables) tables.push_back(table.sum);
  Json dates = Json::array();
  for (const TableReading& table : inspection.tables) {
    for (const ColumnReading& column : table.columns) {
      if (!column.is_date || column.dates.form().empty()) continue;
      dates.push_back({{"table", table.sum.name},
                       {"column", column.name},
                       {"form", std::string(column.dates.form())}});
    }
  }
  return Json{
      {"schema", preview.schema()}, {"tables", std::move(tables)}, {"dates", std::move(dates)}};
}

Outcome<std::vector<NewTable>> read_new_tables(Preview& preview, const Inspection& inspection,
                                               const Redeployment& redeployment) {
  std::vector<NewTable> tables;
  int64_t bytes_left = limits::added_bytes_max;
  for (const auto& name : new_tables_of(preview.schema(), redeployment.production_tables)) {
    const auto reading = std::ranges::find_if(
        inspection.tables, [&](const TableReading& table) { return table.sum.name == name; });
    if (reading == inspection.tables.end()) continue;
    auto made = make_insert_batches(preview, *reading, redeployment.load_id, insert_batch_bytes,
                                    bytes_left);
    if (!made.ok()) return made.failure();
    NewTable table{name, reading->sum.rows, {}};
    for (InsertBatch& batch : made.value()) {
      bytes_left -= static_cast<int64_t>(batch.body.size());
      table.batches.push_back(std::move(batch.body));
    }
    if (!table.batches.empty()) tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace

Task<LocalPreview> look_into_preview(Host& host, Browser& browser, std::string project_id,
                                     int64_t size_bytes) {
  if (size_bytes < 0) {
    co_return fix_input("preview_missing", "The project has no preview database.",
                        "You must act: open the project in the Builder, let it run once, and save "
                        "it.");
  }
  if (auto failure = why_too_large(size_bytes)) co_return *failure;
  auto bytes = co_await browser.read_database(std::move(project_id));
  auto digest = co_await host.crypto.sha256(bytes);
  auto preview = open_preview(std::move(bytes));
  if (!preview.ok()) co_return preview.failure();
  auto inspection = inspect(preview.value());
  if (!inspection.ok()) co_return inspection.failure();
  LocalPreview found = local_preview_of(preview.value(), inspection.value());
  found.sha256 = hex(digest);
  co_return found;
}

Outcome<PreparedPreview> prepare_preview(std::string database,
                                         const std::optional<Redeployment>& redeployment) {
  auto preview = open_preview(std::move(database));
  if (!preview.ok()) return preview.failure();
  auto inspection = inspect(preview.value());
  if (!inspection.ok()) return inspection.failure();
  auto image = make_turso_image(preview.value(), inspection.value());
  if (!image.ok()) return image.failure();
  PreparedPreview prepared;
  prepared.manifest = manifest_of(preview.value(), inspection.value());
  prepared.image = std::move(image.value().file);
  if (redeployment) {
    auto added = read_new_tables(preview.value(), inspection.value(), *redeployment);
    if (!added.ok()) return added.failure();
    prepared.new_tables = std::move(added.value());
  }
  return prepared;
}

}  // namespace fairway

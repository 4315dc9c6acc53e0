#include "web/actions/preview.h"

#include <utility>

#include "shared/migration/preview.h"
#include "shared/migration/report.h"

namespace fairway {
namespace {

// Tables that SQLite keeps for itself are no tables of the person.
bool is_internal(const std::string& name) { return name.starts_with("sqlite_"); }

LocalPreview local_preview_of(const Inspection& inspection) {
  LocalPreview preview;
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
  return Json{{"schema", preview.schema()}, {"tables", std::move(tables)}};
}

}  // namespace

Task<LocalPreview> look_into_preview(Browser& browser, std::string project_id, int64_t size_bytes) {
  if (size_bytes < 0) {
    co_return fix_input("preview_missing", "The project has no preview database.",
                        "You must act: open the project in the Builder, let it run once, and save "
                        "it.");
  }
  auto bytes = co_await browser.read_database(std::move(project_id));
  auto preview = open_preview(std::move(bytes));
  if (!preview.ok()) co_return preview.failure();
  auto inspection = inspect(preview.value());
  if (!inspection.ok()) co_return inspection.failure();
  co_return local_preview_of(inspection.value());
}

Outcome<PreparedPreview> prepare_preview(std::string database) {
  auto preview = open_preview(std::move(database));
  if (!preview.ok()) return preview.failure();
  auto inspection = inspect(preview.value());
  if (!inspection.ok()) return inspection.failure();
  auto image = make_turso_image(preview.value(), inspection.value());
  if (!image.ok()) return image.failure();
  PreparedPreview prepared;
  prepared.manifest = manifest_of(preview.value(), inspection.value());
  prepared.image = std::move(image.value().file);
  return prepared;
}

}  // namespace fairway

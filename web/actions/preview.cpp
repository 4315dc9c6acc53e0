#include "web/actions/preview.h"

#include <algorithm>
#include <utility>

#include "shared/migration/preview.h"

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

// 16 hex digits, as checksums cross to the edge.
std::string hex_of(uint64_t checksum) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = digits[(checksum >> (60 - 4 * i)) & 15];
  return text;
}

Json table_json(const TableSum& table) {
  Json columns = Json::array();
  for (const ColumnSum& column : table.columns) {
    columns.push_back(
        Json{{"name", column.name}, {"type", column.type}, {"checksum", hex_of(column.checksum)}});
  }
  return Json{{"name", table.name},
              {"rows", table.rows},
              {"row_checksum", hex_of(table.row_checksum)},
              {"columns", std::move(columns)}};
}

Json manifest_of(const Preview& preview, const Inspection& inspection) {
  Json schema = Json::array();
  for (const SchemaObject& object : preview.schema()) {
    schema.push_back(Json{{"type", object.type},
                          {"name", object.name},
                          {"table", object.table},
                          {"sql", object.sql}});
  }
  Json tables = Json::array();
  for (const TableReading& table : inspection.tables) tables.push_back(table_json(table.sum));
  return Json{{"schema", std::move(schema)}, {"tables", std::move(tables)}};
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

// Carries the data of a first deployment and proves it; of a redeployment it proves the new tables.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/deployment/deployment.h"
#include "shared/migration/report.h"
#include "shared/migration/target.h"

namespace fairway {

namespace {

struct Sides {
  std::vector<TableSum> source;
  std::vector<SchemaObject> source_schema;
  std::vector<SchemaObject> target_schema;
};

Json progress_json(const std::vector<TableSum>& source, size_t tables_done, int64_t rows_done) {
  Json tables = Json::array();
  for (size_t i = 0; i < source.size(); ++i) {
    int64_t done = i < tables_done ? source[i].rows : i == tables_done ? rows_done : 0;
    tables.push_back(
        {{"name", source[i].name}, {"rows_done", done}, {"rows_total", source[i].rows}});
  }
  return tables;
}

// Loads the image. A database that holds data already was loaded by an earlier run of this very
// job, whose answer was lost: what it holds is checked like everything else.
Task<Done> load_image(Host& host, Journal& journal, Deployment deployment, DatabaseAccess access,
                      PreviewManifest preview) {
  auto keys = blob_keys(deployment.account, preview.image_parts);
  auto loaded = co_await outcome_of(
      upload_turso_image(host, std::move(access), std::move(keys), preview.image_bytes));
  bool is_loaded = loaded.ok() || loaded.failure().code == "not_a_draft";
  if (!is_loaded) co_return loaded.failure();
  write_log(journal, "migrate_data", LogLevel::info,
            cat({"image of ", grouped(preview.image_bytes), " bytes loaded, sha256 ",
                 preview.source_sha256.substr(0, 8)}));
  co_return Done{};
}

std::string definition_of(const std::vector<SchemaObject>& schema, const std::string& table) {
  for (const auto& object : schema) {
    if (object.type == "table" && same_name(object.name, table)) return object.sql;
  }
  return "";
}

// Reads one table of the target to its end, from where an earlier run of the job stood.
Task<TableSum> read_table(Host& host, Journal& journal, DatabaseAccess access, Sides sides,
                          size_t index) {
  const TableSum& source = sides.source[index];
  std::string note = cat({"table.", decimal(int64_t(index))});
  std::string sql = definition_of(sides.target_schema, source.name);
  Json kept = read_note(host.database, journal.job_id, note);
  auto made =
      kept.is_null() ? TableReader::make(source, sql) : TableReader::resume(source, sql, kept);
  if (!made.ok()) co_return made.failure();
  TableReader reader = std::move(*made);
  while (!reader.done()) {
    reader = co_await read_page(host, access, std::move(reader));
    write_note(journal, note, reader.state());
    mark_progress(journal);
    write_note(journal, "tables", progress_json(sides.source, index, reader.rows_done()));
  }
  co_return TableSum(reader.sum());
}

Task<std::vector<TableSum>> read_tables(Host& host, Journal& journal, DatabaseAccess access,
                                        Sides sides) {
  std::vector<TableSum> target;
  for (size_t i = 0; i < sides.source.size(); ++i) {
    const TableSum& source = sides.source[i];
    bool is_there =
        !definition_of(sides.target_schema, source.name).empty() || is_internal_name(source.name);
    if (!is_there) continue;  // the report says that it is missing
    auto sum = co_await read_table(host, journal, access, sides, i);
    write_log(journal, "migrate_data", LogLevel::info,
              cat({source.name, ": ", counted(sum.rows, "row", "rows"), " read back, ",
                   sum == source ? "every cell is the same" : "DIFFERENT"}));
    target.push_back(std::move(sum));
  }
  co_return target;
}

Task<MigrationReport> make_report(Host& host, Sides sides, std::vector<TableSum> target,
                                  std::string snapshot_sha256) {
  auto report = compare_sides(sides.source, target, sides.source_schema, sides.target_schema);
  report.snapshot_sha256 = std::move(snapshot_sha256);
  report.content_sha256 = hex(co_await host.crypto.sha256(report_content(report)));
  co_return report;
}

Task<Sides> read_sides(Host& host, DatabaseAccess access, PreviewManifest preview) {
  Sides sides;
  auto source = read_table_sums(preview.tables);
  auto schema = read_schema(preview.schema);
  if (!source.ok()) co_return source.failure();
  if (!schema.ok()) co_return schema.failure();
  sides.source = std::move(*source);
  sides.source_schema = std::move(*schema);
  sides.target_schema = co_await read_target_schema(host, std::move(access));
  co_return sides;
}

// Only these tables, without what stands on them.
void keep_tables(Sides& sides, const std::vector<std::string>& tables) {
  auto is_other = [&](std::string_view name) {
    return std::ranges::none_of(tables, [&](const auto& kept) { return same_name(kept, name); });
  };
  auto is_other_object = [&](const SchemaObject& object) {
    return object.type != "table" || is_other(object.name);
  };
  std::erase_if(sides.source, [&](const TableSum& table) { return is_other(table.name); });
  std::erase_if(sides.source_schema, is_other_object);
  std::erase_if(sides.target_schema, is_other_object);
}

// Both sides compared cell by cell; the report is kept whatever it says.
Task<Done> verify(Host& host, Journal& journal, DatabaseAccess access, Sides sides,
                  std::string snapshot_sha256) {
  write_note(journal, "tables", progress_json(sides.source, 0, 0));
  auto target = co_await read_tables(host, journal, access, sides);
  size_t tables = sides.source.size();
  write_note(journal, "tables", progress_json(sides.source, tables, 0));
  auto report =
      co_await make_report(host, std::move(sides), std::move(target), std::move(snapshot_sha256));
  write_note(journal, "report", Json(report));
  if (auto failure = difference_of(report)) co_return *failure;
  write_note(journal, "detail.migrate_data",
             cat({counted(report.cells_total, "cell", "cells"), ", none differ"}));
  co_return Done{};
}

}  // namespace

Task<Done> verify_new_tables(Host& host, Journal& journal, DatabaseAccess access,
                             PreviewManifest preview, std::vector<std::string> tables) {
  // Once: behind it triggers and the app may write to the new tables.
  const std::string note = "new_tables_verified";
  if (!read_note(host.database, journal.job_id, note).is_null()) co_return Done{};
  std::string snapshot_sha256 = preview.source_sha256;
  auto sides = co_await read_sides(host, access, std::move(preview));
  keep_tables(sides, tables);
  co_await verify(host, journal, std::move(access), std::move(sides), std::move(snapshot_sha256));
  write_note(journal, note, true);
  co_return Done{};
}

Task<Done> migrate_data(Host& host, Journal& journal, Deployment deployment, CheckedProject checked,
                        TursoDatabase) {
  auto app = app_of_release(host.database, deployment);
  auto access = co_await open_database(host, deployment, std::move(app));
  auto preview = co_await load_preview(host, deployment.account, deployment.preview_sha256);
  if (!checked.carries_all()) {
    co_return co_await change_schema(host, journal, deployment, access, std::move(preview));
  }
  co_await load_image(host, journal, deployment, access, preview);
  std::string snapshot_sha256 = preview.source_sha256;
  auto sides = co_await read_sides(host, access, std::move(preview));
  co_return co_await verify(host, journal, std::move(access), std::move(sides),
                            std::move(snapshot_sha256));
}

}  // namespace fairway

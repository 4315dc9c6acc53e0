#include "cli/sqlite_verbs.h"

#include <functional>
#include <thread>

#include "cli/decisions_view.h"
#include "cli/libsql_target.h"
#include "cli/output_file.h"
#include "cli/prepare.h"
#include "cli/terminal.h"
#include "shared/base/text.h"
#include "shared/libsql/decisions.h"
#include "shared/libsql/script.h"
#include "shared/migration/database_file.h"

namespace fairway::cli {
namespace {

struct Inspected {
  SourceFile source;
  Preview preview;
  Inspection inspection;
};

// Whether sums are wanted can depend on what is found.
using WantsSums = std::function<bool(const Preview& preview)>;
bool always(const Preview&) { return true; }

Outcome<Inspected> open_inspected(const std::string& path, const WantsSums& wants_sums = always,
                                  ForeignParts foreign_parts = ForeignParts::refuse) {
  std::optional<Inspection> inspection;
  auto opened = open_database(path, foreign_parts, [&](Preview& preview) -> std::optional<Failure> {
    auto read = inspect(preview, wants_sums(preview) ? Sums::make : Sums::leave_out);
    if (!read.ok()) return read.failure();
    inspection = std::move(*read);
    return std::nullopt;
  });
  if (!opened.ok()) return opened.failure();
  return Inspected{std::move(opened->source), std::move(opened->preview), std::move(*inspection)};
}

int64_t tables_of(const Inspection& inspection) {
  int64_t tables = 0;
  for (const auto& table : inspection.tables) tables += table.sum.name != "sqlite_sequence" ? 1 : 0;
  return tables;
}

// The report as every program reads it, whatever the target: names are the same on both sides and
// every cell is exact, so those lists are empty.
Json report_json(Json report, std::string_view target,
                 const std::vector<postgres::Decision>& decisions) {
  report["target"] = target;
  report["renames"] = {{"tables", Json::object()}, {"columns", Json::object()}};
  report["declared"] = Json::array();
  report["decisions"] = decisions;
  report.erase("content_sha256");
  report["content_sha256"] = sha256_hex(to_text(report));
  return report;
}

// What was written, as a report without a second side.
Json export_report(const Inspected& inspected) {
  MigrationReport report;
  for (const auto& table : inspected.inspection.tables) {
    report.tables.push_back({table.sum, table.sum});
    report.rows_total += table.sum.rows;
    report.cells_total += table.sum.rows * static_cast<int64_t>(table.sum.columns.size());
  }
  report.tables_total = tables_of(inspected.inspection);
  report.snapshot_sha256 = sha256_hex(inspected.preview.bytes());
  return report;
}

Outcome<Exit> print_exported(const Arguments& arguments, const Inspected& inspected,
                             const std::vector<postgres::Decision>& decisions) {
  if (arguments.json == Switch::on) {
    print_json(report_json(export_report(inspected), *arguments.to, decisions));
    return Exit::whole;
  }
  print(warnings_text(decisions));
  print(cat({coloured(Colour::green, visible(*arguments.out)), ": ",
             counted(tables_of(inspected.inspection), "table", "tables"), ", ",
             counted(inspected.inspection.rows, "row", "rows"), "\n"}));
  return Exit::whole;
}

void on_two_threads(const std::function<void()>& one, const std::function<void()>& other) {
  std::thread aside(one);
  other();
  aside.join();
}

Outcome<Exit> export_file(const Arguments& arguments, DatabaseFileKind kind) {
  if (!arguments.out || *arguments.out == "-") {
    return fix_input("usage", "A database file cannot go to standard output.",
                     "You: add --out FILE.");
  }
  auto inspected = open_inspected(arguments.operands.front(), [&](const Preview& preview) {
    return arguments.json == Switch::on || !keeps_pages(preview);
  });
  if (!inspected.ok()) return inspected.failure();
  auto file = OutputFile::open(*arguments.out);
  if (!file.ok()) return file.failure();
  if (file->temporary().empty()) {
    return fix_input("usage", cat({*arguments.out, " is no place for a database file."}),
                     "You: name a file.");
  }
  if (auto failure = write_database_file(inspected->preview, inspected->inspection, kind,
                                         file->temporary(), on_two_threads)) {
    return *failure;
  }
  if (auto failure = why_changed(inspected->source)) return *failure;
  if (auto failure = file->keep()) return *failure;
  const auto way =
      kind == DatabaseFileKind::turso ? libsql::Way::turso_image : libsql::Way::sqlite_file;
  return print_exported(arguments, *inspected,
                        libsql::decisions_of(inspected->preview, inspected->inspection, way));
}

Outcome<Exit> export_text(const Arguments& arguments) {
  const bool to_stdout = !arguments.out || *arguments.out == "-";
  if (to_stdout && arguments.json == Switch::on) {
    return fix_input("usage", "--json and the script cannot both go to standard output.",
                     "You: add --out FILE.");
  }
  auto inspected = open_inspected(arguments.operands.front(),
                                  [&](const Preview&) { return arguments.json == Switch::on; });
  if (!inspected.ok()) return inspected.failure();
  auto file = OutputFile::open(arguments.out.value_or(""));
  if (!file.ok()) return file.failure();
  WriteBehind behind(*file);
  postgres::OutBuffer out([&](std::string_view bytes) { return behind.write(bytes); },
                          postgres::OutBuffer::file_bytes);
  auto watch = [](int64_t) -> std::optional<Failure> {
    if (cancelled()) return cancelled_failure();
    return std::nullopt;
  };
  auto written = libsql::write_script(inspected->preview, inspected->inspection, out, watch);
  if (!written.ok()) return written.failure();
  if (auto failure = behind.end()) return *failure;
  if (auto failure = why_changed(inspected->source)) return *failure;
  if (auto failure = file->keep()) return *failure;
  if (to_stdout) return Exit::whole;
  return print_exported(
      arguments, *inspected,
      libsql::decisions_of(inspected->preview, inspected->inspection, libsql::Way::script));
}

// --- Over the wire
// --------------------------------------------------------------------------------

LibsqlWork shown_on(ProgressLine& progress) {
  LibsqlWork work;
  work.loaded = [&](std::string_view table, int64_t rows) { progress.show(table, rows); };
  work.verified = [&](std::string_view table, int64_t rows) {
    progress.show(cat({"verifying ", table}), rows);
  };
  return work;
}

void print_equal(std::string_view word, const MigrationReport& report) {
  print(cat({coloured(Colour::green, word), ": ", counted(report.tables_total, "table", "tables"),
             ", ", counted(report.rows_total, "row", "rows"), ", ",
             counted(report.cells_total, "cell", "cells"), ", none differ\n"}));
}

Exit print_differences(const MigrationReport& report) {
  Failure failure = *difference_of(report);
  failure.hint.clear();
  report_failure(failure, Switch::off);
  return Exit::differs;
}

}  // namespace

bool is_libsql_url(std::string_view text) {
  return text.starts_with("libsql://") || text.starts_with("http://") ||
         text.starts_with("https://");
}

Outcome<Exit> export_for_libsql(const Arguments& arguments) {
  if (arguments.image == Switch::on) return export_file(arguments, DatabaseFileKind::turso);
  return export_text(arguments);
}

Outcome<Exit> export_for_sqlite(const Arguments& arguments) {
  return export_file(arguments, DatabaseFileKind::sqlite);
}

Outcome<Exit> migrate_into_libsql(const Arguments& arguments) {
  auto access = libsql_access_of(*arguments.into);
  if (!access.ok()) return access.failure();
  auto inspected = open_inspected(arguments.operands.front());
  if (!inspected.ok()) return inspected.failure();
  NativeHost native;
  ProgressLine progress(inspected->inspection.rows);
  LibsqlWork work = shown_on(progress);
  if (arguments.yes == Switch::on) work.losses = LibsqlWork::Losses::accepted;
  auto result = migrate_to_libsql(native, *access, inspected->preview, inspected->inspection,
                                  sha256_hex(inspected->preview.bytes()), work);
  if (!result.ok()) return result.failure();
  if (auto failure = why_changed(inspected->source)) return *failure;
  progress.end();
  const auto decisions =
      libsql::decisions_of(inspected->preview, inspected->inspection, libsql::Way::wire);
  const bool is_whole = result->report.differences == 0;
  if (arguments.json == Switch::on) {
    Json json = result->report;
    json["redeployment"] = result->is_redeployment;
    json["new_tables"] = result->new_tables;
    json["statements"] = result->statements;
    json["kept"] = result->kept;
    print_json(report_json(std::move(json), "libsql", decisions));
  } else {
    print(warnings_text(decisions));
    for (const auto& words : result->kept) print(cat({"Kept: ", visible(words), "\n"}));
    if (is_whole) print_equal(result->is_redeployment ? "Already there" : "Done", result->report);
  }
  if (is_whole) return Exit::whole;
  return print_differences(result->report);
}

Outcome<Exit> verify_in_libsql(const Arguments& arguments, const std::string& file,
                               const std::string& url) {
  auto access = libsql_access_of(url);
  if (!access.ok()) return access.failure();
  auto inspected = open_inspected(file);
  if (!inspected.ok()) return inspected.failure();
  NativeHost native;
  ProgressLine progress(inspected->inspection.rows);
  auto report = verify_libsql(native, *access, inspected->preview, inspected->inspection,
                              sha256_hex(inspected->preview.bytes()), shown_on(progress));
  if (!report.ok()) return report.failure();
  progress.end();
  const bool is_whole = report->differences == 0;
  if (arguments.json == Switch::on) {
    print_json(report_json(*report, "libsql", {}));
  } else if (is_whole) {
    print_equal("Equal", *report);
  }
  return is_whole ? Exit::whole : print_differences(*report);
}

Outcome<Exit> verify_files(const Arguments& arguments) {
  std::vector<Inspected> sides;
  for (const std::string& path : arguments.operands) {
    auto inspected = open_inspected(path, always, ForeignParts::leave_out);
    if (!inspected.ok()) return inspected.failure();
    sides.push_back(std::move(*inspected));
  }
  std::vector<std::vector<TableSum>> sums(2);
  for (size_t side = 0; side < 2; ++side) {
    for (const auto& table : sides[side].inspection.tables) {
      sums[side].push_back(sum_with_computed(sides[side].preview, table));
    }
  }
  MigrationReport report =
      compare_sides(sums[0], sums[1], sides[0].preview.schema(), sides[1].preview.schema());
  report.snapshot_sha256 = sha256_hex(sides[0].preview.bytes());
  const bool is_whole = report.differences == 0;
  if (arguments.json == Switch::on) {
    print_json(report_json(report, "sqlite", {}));
  } else if (is_whole) {
    print_equal("Equal", report);
  }
  return is_whole ? Exit::whole : print_differences(report);
}

}  // namespace fairway::cli

#include "cli/decisions_view.h"
#include "cli/native_host.h"
#include "cli/output_file.h"
#include "cli/prepare.h"
#include "cli/sqlite_verbs.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "shared/base/text.h"
#include "shared/postgres/script.h"
#include "shared/postgres/sides.h"

namespace fairway::cli {
namespace {

Outcome<std::vector<postgres::WrittenTable>> export_script(const Arguments& arguments,
                                                           Planned& planned, OutputFile& file) {
  const postgres::ScriptOptions options{
      arguments.inserts == Switch::on ? postgres::RowForm::insert : postgres::RowForm::copy,
      arguments.schema.value_or("")};
  ProgressLine progress(planned.profile.rows);
  const postgres::TablePlan* current = nullptr;
  int64_t before = 0;
  WriteBehind behind(file);
  auto written = postgres::write_script(
      planned.preview, planned.plan, options,
      [&](std::string_view bytes) { return behind.write(bytes); },
      [&](const postgres::TablePlan& table, int64_t rows) -> std::optional<Failure> {
        if (current != nullptr && current != &table) before += current->rows;
        current = &table;
        progress.show(table.name, before + rows);
        if (cancelled()) return cancelled_failure();
        return std::nullopt;
      });
  if (auto failure = behind.end()) return *failure;
  return written;
}

Outcome<Exit> export_for_postgres(const Arguments& arguments) {
  auto planned = open_planned(arguments, arguments.operands.front());
  if (!planned.ok()) return planned.failure();
  if (planned->plan.refusal) return *planned->plan.refusal;
  const bool to_stdout = !arguments.out || *arguments.out == "-";
  if (to_stdout && arguments.json == Switch::on) {
    return fix_input("usage", "--json and the script cannot both go to standard output.",
                     "You: add --out FILE.");
  }
  auto file = OutputFile::open(arguments.out.value_or(""));
  if (!file.ok()) return file.failure();
  auto written = export_script(arguments, *planned, *file);
  if (!written.ok()) return written.failure();
  if (auto failure = why_changed(planned->source)) return *failure;
  if (auto failure = file->keep()) return *failure;
  if (arguments.json == Switch::on) {
    postgres::Sides sides;
    sides.plan = &planned->plan;
    sides.source = std::move(*written);
    sides.snapshot_sha256 = sha256_hex(planned->preview.bytes());
    Json json = postgres::report_json(sides);
    json["content_sha256"] = sha256_hex(to_text(json));
    print_json(json);
  } else if (!to_stdout) {
    print(warnings_text(planned->plan.decisions));
    print(cat({coloured(Colour::green, visible(*arguments.out)), ": ",
               counted(static_cast<int64_t>(planned->plan.tables.size()), "table", "tables"), ", ",
               counted(planned->profile.rows, "row", "rows"), "\n"}));
  }
  return Exit::whole;
}

}  // namespace

Outcome<Exit> run_export(const Arguments& arguments) {
  if (*arguments.to == "postgres") return export_for_postgres(arguments);
  if (*arguments.to == "libsql") return export_for_libsql(arguments);
  return export_for_sqlite(arguments);
}

}  // namespace fairway::cli

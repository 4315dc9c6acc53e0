#include "shared/postgres/script.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/verify_sql.h"

namespace fairway::postgres {
namespace {

std::string_view title_of(Part part) {
  switch (part) {
    case Part::tables:
      return "Tables";
    case Part::keys:
      return "Keys";
    case Part::indexes:
      return "Indexes";
    case Part::checks:
      return "Checks";
    case Part::defaults:
      return "Defaults that are computed";
    case Part::numbers:
      return "The next numbers of rows";
    case Part::foreign_keys:
      return "Foreign keys";
    case Part::full_text:
      return "Full text";
    case Part::views:
      return "Views";
    case Part::triggers:
      return "Triggers";
    case Part::settings:
      return "Settings of the database";
  }
  return "";
}

// psql goes on behind a statement that is refused; other clients need a block around each.
constexpr std::string_view go_on =
    "\n-- From here on, what this server refuses is left out, and psql says so.\n"
    "\\set ON_ERROR_ROLLBACK on\n\\set ON_ERROR_STOP off\n";
constexpr std::string_view stop_again = "\n\\set ON_ERROR_STOP on\n\\set ON_ERROR_ROLLBACK off\n";

void add_statements(OutBuffer& out, const std::vector<Ddl>& statements, RowForm form) {
  const bool for_psql = form == RowForm::copy;
  const Ddl* before = nullptr;
  for (const Ddl& ddl : statements) {
    const bool refusable = ddl.if_refused.has_value();
    const bool was_refusable = before != nullptr && before->if_refused.has_value();
    if (for_psql && refusable != was_refusable) out.add(refusable ? go_on : stop_again);
    if (before == nullptr || before->part != ddl.part || refusable != was_refusable) {
      out.add(cat({before == nullptr ? "-- " : "\n-- ", title_of(ddl.part), "\n"}));
    }
    out.add(refusable && !for_psql ? unless_refused(ddl.sql) : ddl.sql);
    out.add(";\n");
    before = &ddl;
  }
  if (for_psql && before != nullptr && before->if_refused) out.add(stop_again);
}

// Rows between COPY and its end mark, or as statements of their own.
template <typename WriteRows>
auto framed(OutBuffer& out, RowForm form, std::string_view target, const WriteRows& write_them) {
  if (form == RowForm::copy) out.add(cat({"COPY ", target, " FROM stdin;\n"}));
  auto written = write_them();
  if (form == RowForm::copy) out.add("\\.\n");
  out.add('\n');
  return written;
}

Outcome<WrittenTable> add_table(Preview& preview, const TablePlan& table, RowForm form,
                                OutBuffer& out, const Progress& progress) {
  const std::string target =
      cat({quoted_name(table.target_name), " (", loaded_columns(table), ")"});
  auto written = framed(out, form, target, [&] {
    return write_rows(preview, table, form, out,
                      [&](int64_t rows) { return progress(table, rows); });
  });
  if (!written.ok() || written->repaired == 0) return written;
  auto failure = framed(out, form, exact_cells_target,
                        [&] { return write_exact_cells(preview, table, form, out); });
  if (failure) return *failure;
  return written;
}

}  // namespace

std::string schema_settings(std::string_view schema) {
  if (schema.empty()) return "";
  const std::string name = quoted_name(schema);
  return cat({"CREATE SCHEMA IF NOT EXISTS ", name, ";\nSET LOCAL search_path = ", name, ";\n"});
}

Outcome<std::vector<WrittenTable>> write_script(Preview& preview, const Plan& plan,
                                                const ScriptOptions& options, const Write& write,
                                                const Progress& progress) {
  if (plan.refusal) return *plan.refusal;
  OutBuffer out(write, OutBuffer::file_bytes);
  out.add("-- A SQLite database for PostgreSQL 15 or later, made by Fairway.\n");
  if (options.form == RowForm::copy) {
    out.add(
        "-- Load it with: psql -X -f FILE DATABASE_URL\n"
        "\\set ON_ERROR_STOP on\n\\set QUIET on\n");
  }
  out.add("BEGIN;\n");
  out.add(cat({session_settings(), ";\n", schema_settings(options.schema), "\n"}));
  add_statements(out, plan.before, options.form);
  out.add("\n-- Rows\n");
  std::vector<WrittenTable> tables;
  for (const TablePlan& table : plan.tables) {
    auto written = add_table(preview, table, options.form, out, progress);
    if (!written.ok()) return written.failure();
    tables.push_back(std::move(*written));
  }
  add_statements(out, plan.after, options.form);
  out.add("\n-- The proof: each table's number of rows and checksums, those of the source.\n");
  for (size_t i = 0; i < tables.size(); ++i) {
    out.add(cat({checksums_proof(plan.tables[i], tables[i].checksums), ";\n"}));
  }
  out.add("COMMIT;\n");
  out.flush();
  if (out.failure()) return *out.failure();
  return tables;
}

}  // namespace fairway::postgres

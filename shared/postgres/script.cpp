#include "shared/postgres/script.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/verify_sql.h"

namespace fairway::postgres {
namespace {

void add_statements(OutBuffer& out, const std::vector<Ddl>& statements) {
  for (const Ddl& ddl : statements) {
    out.add(ddl.if_refused ? unless_refused(ddl.sql) : ddl.sql);
    out.add(";\n");
  }
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
  add_statements(out, plan.before);
  out.add('\n');
  std::vector<WrittenTable> tables;
  for (const TablePlan& table : plan.tables) {
    auto written = add_table(preview, table, options.form, out, progress);
    if (!written.ok()) return written.failure();
    tables.push_back(std::move(*written));
  }
  add_statements(out, plan.after);
  out.add('\n');
  for (size_t i = 0; i < tables.size(); ++i) {
    out.add(cat({checksums_proof(plan.tables[i], tables[i].checksums), ";\n"}));
  }
  out.add("COMMIT;\n");
  out.flush();
  if (out.failure()) return *out.failure();
  return tables;
}

}  // namespace fairway::postgres

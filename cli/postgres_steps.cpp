#include "cli/postgres_steps.h"

#include <algorithm>
#include <iterator>

#include "shared/base/text.h"
#include "shared/postgres/target_rules.h"
#include "shared/postgres/verify_sql.h"
#include "shared/postgres/view_sums.h"

namespace fairway::cli {
namespace {

using postgres::Ddl;
using postgres::OutBuffer;
using postgres::Plan;
using postgres::RowForm;
using postgres::Sides;
using postgres::TablePlan;
using postgres::ViewPlan;
using postgres::WrittenTable;

constexpr const char* savepoint = "SAVEPOINT fairway_step";
constexpr const char* back = "ROLLBACK TO SAVEPOINT fairway_step; RELEASE SAVEPOINT fairway_step";
constexpr const char* forth = "RELEASE SAVEPOINT fairway_step";

// Under a savepoint, so that the transaction goes on when the server refuses.
std::optional<Failure> try_statement(PostgresConnection& connection, const std::string& sql) {
  if (auto failure = connection.execute(savepoint)) return failure;
  auto refused = connection.execute(sql);
  if (!refused) return connection.execute(forth);
  if (!is_refusal(*refused)) return refused;
  if (auto failure = connection.execute(back)) return failure;
  return refused;
}

int64_t rows_before(const Plan& plan, const TablePlan& table) {
  int64_t rows = 0;
  for (const TablePlan& one : plan.tables) {
    if (&one == &table) break;
    rows += one.rows;
  }
  return rows;
}

postgres::Watch watch_of(const PostgresWork& work, const TablePlan& table) {
  const int64_t before = rows_before(work.plan, table);
  return [&work, &table, before](int64_t rows) -> std::optional<Failure> {
    work.progress.show(table.name, before + rows);
    if (cancelled()) return cancelled_failure();
    return std::nullopt;
  };
}

// One COPY: `write_them` puts the rows into the buffer.
template <typename WriteRows>
auto copy(PostgresConnection& connection, const std::string& target, const WriteRows& write_them)
    -> decltype(write_them(std::declval<OutBuffer&>())) {
  if (auto failure = connection.begin_copy(cat({"COPY ", target, " FROM stdin"}))) return *failure;
  OutBuffer out([&](std::string_view bytes) { return connection.put_copy(bytes); },
                OutBuffer::socket_bytes);
  auto written = write_them(out);
  out.flush();
  if (!written.ok() || out.failure()) {
    connection.abort_copy();
    if (cancelled()) return cancelled_failure();
    return written.ok() ? *out.failure() : written.failure();
  }
  if (auto failure = connection.end_copy()) return *failure;
  return written;
}

Outcome<WrittenTable> load_table(PostgresConnection& connection, const PostgresWork& work,
                                 const TablePlan& table) {
  const std::string target =
      cat({quoted_name(table.target_name), " (", postgres::loaded_columns(table), ")"});
  auto written = copy(connection, target, [&](OutBuffer& out) {
    return postgres::write_rows(work.preview, table, RowForm::copy, out, watch_of(work, table));
  });
  if (!written.ok() || written->repaired == 0) return written;
  auto exact = copy(connection, postgres::exact_cells_target, [&](OutBuffer& out) -> Outcome<Done> {
    auto failure = postgres::write_exact_cells(work.preview, table, RowForm::copy, out);
    if (failure) return *failure;
    return Done{};
  });
  if (!exact.ok()) return exact.failure();
  return written;
}

std::optional<Failure> sum_target(PostgresConnection& connection, const PostgresWork& work,
                                  Sides& sides) {
  for (const TablePlan& table : work.plan.tables) {
    auto rows = connection.query(postgres::checksums_query(table));
    if (!rows.ok()) return rows.failure();
    auto sums = postgres::read_checksums(table, rows->empty() ? TextRow{} : rows->front());
    if (!sums.ok()) return sums.failure();
    sides.target.push_back(std::move(*sums));
  }
  return std::nullopt;
}

void doubt(const PostgresWork& work, const std::vector<postgres::Choice>& choices) {
  if (work.otherwise != nullptr) *work.otherwise = choices;
}

Outcome<postgres::ViewSides> compare_view(PostgresConnection& connection, const PostgresWork& work,
                                          const ViewPlan& view) {
  const std::string name = quoted_name(view.target_name);
  if (auto failure = connection.execute(
          cat({"DECLARE fairway_view NO SCROLL CURSOR FOR SELECT * FROM ", name}))) {
    return *failure;
  }
  postgres::ViewSum there;
  std::vector<unsigned> types;
  while (true) {
    auto piece = connection.query_typed("FETCH 1000 FROM fairway_view");
    if (!piece.ok()) return piece.failure();
    types = piece->types;
    for (const auto& row : piece->rows) postgres::add_view_row(there, types, row);
    if (piece->rows.empty()) break;
  }
  if (auto failure = connection.execute("CLOSE fairway_view")) return *failure;
  auto here = postgres::sum_view(work.preview, view, types);
  if (!here.ok()) return here.failure();
  return postgres::ViewSides{view.name, here->rows, there.rows, here->sum.text(), there.sum.text()};
}

}  // namespace

std::optional<Failure> run_ddl(PostgresConnection& connection, const std::vector<Ddl>& statements,
                               Sides& sides) {
  for (const Ddl& ddl : statements) {
    if (cancelled()) return cancelled_failure();
    if (!ddl.if_refused) {
      auto failure = connection.execute(ddl.sql);
      if (!failure) continue;
      failure->hint =
          cat({"Fairway: please report this. Nothing was kept. The statement: ", ddl.sql});
      return failure;
    }
    const auto refused = try_statement(connection, ddl.sql);
    if (!refused) continue;
    if (!is_refusal(*refused)) return refused;
    sides.refused.push_back(postgres::refused_by_server(*ddl.if_refused, connection.refusal()));
  }
  return std::nullopt;
}

std::optional<Failure> load_tables(PostgresConnection& connection, const PostgresWork& work,
                                   Sides& sides) {
  for (const TablePlan& table : work.plan.tables) {
    auto written = load_table(connection, work, table);
    if (!written.ok()) {
      if (is_refusal(written.failure())) {
        doubt(work, postgres::doubted_columns(table, written.failure().message));
      }
      return written.failure();
    }
    sides.source.push_back(std::move(*written));
  }
  return std::nullopt;
}

std::optional<Failure> sum_source(const PostgresWork& work, Sides& sides) {
  OutBuffer nowhere([](std::string_view) { return std::nullopt; }, OutBuffer::socket_bytes);
  for (const TablePlan& table : work.plan.tables) {
    auto written =
        postgres::write_rows(work.preview, table, RowForm::copy, nowhere, watch_of(work, table));
    if (!written.ok()) return written.failure();
    sides.source.push_back(std::move(*written));
  }
  return std::nullopt;
}

std::optional<Failure> sum_what_is_there(PostgresConnection& connection, const PostgresWork& work,
                                         Sides& sides) {
  for (const TablePlan& table : work.plan.tables) {
    if (auto failure = connection.execute(savepoint)) return failure;
    auto rows = connection.query(postgres::checksums_query(table));
    if (!rows.ok() && !is_refusal(rows.failure())) return rows.failure();
    if (auto failure = connection.execute(back)) return failure;
    if (!rows.ok()) {
      sides.target.emplace_back();
      continue;
    }
    auto sums = postgres::read_checksums(table, rows->empty() ? TextRow{} : rows->front());
    if (!sums.ok()) return sums.failure();
    sides.target.push_back(std::move(*sums));
  }
  return std::nullopt;
}

std::optional<Failure> check_views(PostgresConnection& connection, const PostgresWork& work,
                                   Sides& sides) {
  for (const ViewPlan& view : work.plan.views) {
    if (cancelled()) return cancelled_failure();
    if (auto failure = connection.execute(savepoint)) return failure;
    auto compared = compare_view(connection, work, view);
    if (!compared.ok() && !is_refusal(compared.failure()) &&
        compared.failure().code != "view_not_comparable") {
      return compared.failure();
    }
    if (auto failure = connection.execute(compared.ok() ? forth : back)) return failure;
    if (compared.ok() && compared->same()) {
      sides.views.push_back(std::move(*compared));
      continue;
    }
    std::string why = compared.ok()
                          ? cat({counted(compared->rows_source, "row", "rows"), " here, ",
                                 counted(compared->rows_target, "row", "rows"), " there."})
                          : compared.failure().message;
    // It was refused before, or went with a view that it reads.
    if (why.contains("(42P01)")) why = "It is not there, or reads what is not there.";
    if (auto failure = connection.execute(
            cat({"DROP VIEW IF EXISTS ", quoted_name(view.target_name), " CASCADE"}))) {
      return failure;
    }
    std::ranges::move(postgres::dropped_view(work.plan, view, why),
                      std::back_inserter(sides.refused));
  }
  return std::nullopt;
}

std::optional<Failure> prove(PostgresConnection& connection, const PostgresWork& work,
                             Sides& sides) {
  if (auto failure = sum_target(connection, work, sides)) return failure;
  if (differences_of(sides) > 0) {
    doubt(work, postgres::differing_columns(sides));
    Failure failure = difference_failure(sides);
    failure.hint = "Fairway: nothing was kept. Please report this.";
    return failure;
  }
  return work.why_not_commit();
}

std::optional<Failure> load_all(PostgresConnection& connection, const PostgresWork& work,
                                Sides& sides) {
  if (auto failure = run_ddl(connection, work.plan.before, sides)) return failure;
  if (auto failure = load_tables(connection, work, sides)) return failure;
  if (auto failure = run_ddl(connection, work.plan.after, sides)) return failure;
  if (auto failure = check_views(connection, work, sides)) return failure;
  return prove(connection, work, sides);
}

std::optional<Failure> commit(PostgresConnection& connection) {
  auto failure = connection.execute("COMMIT");
  if (!failure || connection.is_alive()) return failure;
  return retry_later(
      "commit_unknown",
      "The connection broke off while the rows were being committed, so it is not known whether "
      "they are there.",
      "You: run the same command again. It finds them and says so, or loads them.");
}

}  // namespace fairway::cli

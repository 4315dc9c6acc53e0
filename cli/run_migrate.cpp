#include <chrono>

#include "cli/decisions_view.h"
#include "cli/native_host.h"
#include "cli/postgres_target.h"
#include "cli/prepare.h"
#include "cli/sqlite_verbs.h"
#include "cli/verbs.h"
#include "shared/base/text.h"
#include "shared/base/time.h"

namespace fairway::cli {
namespace {

using Clock = std::chrono::steady_clock;

int64_t ms_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

void print_report(const postgres::Sides& sides) {
  Json json = postgres::report_json(sides);
  json["content_sha256"] = sha256_hex(to_text(json));
  print_json(json);
}

int64_t declared_cells(const postgres::Sides& sides) {
  size_t cells = 0;
  for (const auto& table : sides.source) cells += table.declared.size();
  return static_cast<int64_t>(cells);
}

void print_migrated(const postgres::Sides& sides, int64_t rows, int64_t span_ms) {
  print(warnings_text(sides.plan->decisions));
  print(warnings_text(sides.refused));
  if (const int64_t cells = declared_cells(sides); cells > 0) {
    print(cat({coloured(Colour::yellow, counted(cells, "cell", "cells")),
               " could not be carried exactly; --json lists them.\n"}));
  }
  const std::string tables =
      counted(static_cast<int64_t>(sides.plan->tables.size()), "table", "tables");
  if (sides.target_exists == 1) {
    print(cat({coloured(Colour::green, "Already there"), ": ", tables, ", ",
               counted(rows, "row", "rows"), ", every sum equal on both sides.\n"}));
    return;
  }
  print(cat({coloured(Colour::green, "Done"), ": ", tables, ", ", counted(rows, "row", "rows"),
             " in ", span_text(span_ms), " (", grouped(span_ms > 0 ? rows * 1'000 / span_ms : rows),
             " rows/s), every sum equal on both sides.\n"}));
}

Outcome<Exit> migrate_into_postgres(const Arguments& arguments) {
  const auto start = Clock::now();
  auto connection = PostgresConnection::open(*arguments.into);
  if (!connection.ok()) return connection.failure();
  auto planned = open_planned(arguments, arguments.operands.front());
  if (!planned.ok()) return planned.failure();
  if (planned->plan.refusal) return *planned->plan.refusal;
  ProgressLine progress(planned->profile.rows);
  auto sides = migrate_to_postgres(
      *connection, {planned->preview, planned->plan, arguments.schema.value_or(""), progress,
                    [&] { return why_changed(planned->source); }});
  if (!sides.ok()) return sides.failure();
  const int64_t span_ms = ms_since(start);
  if (arguments.json == Switch::on) {
    sides->snapshot_sha256 = sha256_hex(planned->preview.bytes());
    print_report(*sides);
  } else {
    print_migrated(*sides, planned->profile.rows, span_ms);
  }
  return Exit::whole;
}

Outcome<Exit> verify_in_postgres(const Arguments& arguments, const std::string& file,
                                 const std::string& url) {
  auto connection = PostgresConnection::open(url);
  if (!connection.ok()) return connection.failure();
  auto planned = open_planned(arguments, file);
  if (!planned.ok()) return planned.failure();
  if (planned->plan.refusal) return *planned->plan.refusal;
  ProgressLine progress(planned->profile.rows);
  auto sides = verify_postgres(
      *connection, {planned->preview, planned->plan, arguments.schema.value_or(""), progress});
  if (!sides.ok()) return sides.failure();
  const bool equal = postgres::differences_of(*sides) == 0;
  if (arguments.json == Switch::on) {
    sides->snapshot_sha256 = sha256_hex(planned->preview.bytes());
    print_report(*sides);
  } else if (equal) {
    print(cat({coloured(Colour::green, "Equal"), ": ",
               counted(static_cast<int64_t>(planned->plan.tables.size()), "table", "tables"), ", ",
               counted(planned->profile.rows, "row", "rows"), "\n"}));
  }
  if (!equal) report_failure(postgres::difference_failure(*sides), Switch::off);
  return equal ? Exit::whole : Exit::differs;
}

}  // namespace

bool is_postgres_url(std::string_view text) {
  return text.starts_with("postgres://") || text.starts_with("postgresql://");
}
bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

Outcome<Exit> run_migrate(const Arguments& arguments) {
  if (is_postgres_url(*arguments.into)) return migrate_into_postgres(arguments);
  if (is_libsql_url(*arguments.into)) return migrate_into_libsql(arguments);
  return fix_input("usage",
                   cat({"--into ", *arguments.into,
                        " is no address of a database: postgres://... or libsql://..."}),
                   "You: `fairway migrate --help` shows how.");
}

Outcome<Exit> run_verify(const Arguments& arguments) {
  const std::string& one = arguments.operands[0];
  const std::string& other = arguments.operands[1];
  if (is_postgres_url(other) && !is_url(one)) return verify_in_postgres(arguments, one, other);
  if (is_postgres_url(one) && !is_url(other)) return verify_in_postgres(arguments, other, one);
  if (is_libsql_url(other) && !is_url(one)) return verify_in_libsql(arguments, one, other);
  if (is_libsql_url(one) && !is_url(other)) return verify_in_libsql(arguments, other, one);
  if (!is_url(one) && !is_url(other)) return verify_files(arguments);
  return fix_input("usage", "`fairway verify` compares a file and a URL, or two files.",
                   "You: `fairway verify --help` shows how.");
}

}  // namespace fairway::cli

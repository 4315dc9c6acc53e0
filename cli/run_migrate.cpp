#include <chrono>

#include "cli/decisions_view.h"
#include "cli/native_host.h"
#include "cli/neon_target.h"
#include "cli/postgres_target.h"
#include "cli/prepare.h"
#include "cli/sqlite_verbs.h"
#include "cli/verbs.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/postgres/write_rows.h"

namespace fairway::cli {
namespace {

using Clock = std::chrono::steady_clock;

enum class Doing { migrate, verify };

// Costs a pass over the file, so only where it is told or used.
std::string snapshot_of(const Arguments& arguments, const Planned& planned) {
  const bool is_needed = arguments.json == Switch::on || arguments.over;
  return is_needed ? sha256_hex(planned.preview.bytes()) : "";
}

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

Consent consent_of(const Arguments& arguments) {
  if (arguments.replace == Switch::on) return Consent::replacing;
  return arguments.yes == Switch::on ? Consent::losses : Consent::additions;
}

// Lists what waits for a yes.
Exit report_waiting(const postgres::Sides& sides, Switch json) {
  const Failure failure = postgres::waiting_failure(sides.changes);
  if (json == Switch::on) {
    print_json({{"failure", failure}, {"changes", sides.changes}});
  } else {
    print(changes_text(sides.changes));
  }
  return report_failure(failure, Switch::off);
}

void print_redeployed(const postgres::Sides& sides, int64_t tables_total, int64_t span_ms) {
  for (const std::string& schema : sides.dropped_schemas) {
    print(cat({"Dropped, as it was older than seven days: ", visible(schema), "\n"}));
  }
  if (sides.changes.empty()) {
    const int64_t differing = postgres::differences_of(sides);
    print(cat({coloured(Colour::green, "Nothing to do"), ": the schema is there already. ",
               decimal(differing), " of ", counted(tables_total, "table", "tables"),
               differing == 1 ? " has" : " have",
               " other rows in production; they are kept. --replace takes the preview's.\n"}));
    return;
  }
  print(changes_text(sides.changes));
  int64_t rows = 0;
  for (const auto& table : sides.source) rows += table.checksums.rows;
  const std::string carried =
      sides.source.empty()
          ? std::string()
          : cat({", ",
                 counted(static_cast<int64_t>(sides.source.size()), "new table", "new tables"),
                 " with ", counted(rows, "row", "rows")});
  print(cat({coloured(Colour::green, "Done"), ": ",
             counted(static_cast<int64_t>(sides.changes.size()), "change", "changes"),
             " of the schema", carried, " in ", span_text(span_ms),
             "; the rows that were there stay.\n"}));
}

void print_migrated(const postgres::Sides& sides, int64_t rows, int64_t span_ms) {
  print(warnings_text(sides.plan->decisions));
  print(warnings_text(sides.refused));
  print(warnings_text(sides.kept));
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
  if (sides.is_redeployment && sides.kept_schema.empty()) {
    return print_redeployed(sides, static_cast<int64_t>(sides.plan->tables.size()), span_ms);
  }
  if (!sides.kept_schema.empty()) {
    print(cat({"What was there is kept for seven days in the schema ",
               coloured(Colour::bold, visible(sides.kept_schema)), ".\n"}));
  }
  print(cat({coloured(Colour::green, "Done"), ": ", tables, ", ", counted(rows, "row", "rows"),
             " in ", span_text(span_ms), " (", grouped(span_ms > 0 ? rows * 1'000 / span_ms : rows),
             " rows/s), every sum equal on both sides.\n"}));
}

// The way to the target, open before the file is read: a wrong address is told at once.
struct Way {
  std::optional<PostgresConnection> connection;
  std::optional<NeonAccess> access;  // over HTTP
};

Outcome<Way> open_way(const Arguments& arguments, const std::string& url) {
  Way way;
  if (arguments.over) {
    auto access = neon_access(url);
    if (!access.ok()) return access.failure();
    way.access = std::move(*access);
    return way;
  }
  auto connection = PostgresConnection::open(url);
  if (!connection.ok()) return connection.failure();
  way.connection.emplace(std::move(*connection));
  return way;
}

Outcome<postgres::Sides> carry_once(Way& way, const Arguments& arguments, Planned& planned,
                                    const std::string& snapshot_sha256, Doing doing,
                                    std::vector<postgres::Choice>& otherwise) {
  const std::string schema = arguments.schema.value_or("");
  ProgressLine progress(planned.profile.rows);
  const auto why_changed_source = [&] { return why_changed(planned.source); };
  if (way.connection) {
    const PostgresWork work{planned.preview,    planned.plan,          schema,    progress,
                            why_changed_source, consent_of(arguments), &otherwise};
    return doing == Doing::migrate ? migrate_to_postgres(*way.connection, work)
                                   : verify_postgres(*way.connection, work);
  }
  NativeHost native;
  const NeonWork work{planned.preview, planned.plan,       schema,    snapshot_sha256,
                      progress,        why_changed_source, &otherwise};
  return doing == Doing::migrate ? migrate_over_http(native, *way.access, work)
                                 : verify_over_http(native, *way.access, work);
}

// A server that stops at a row because of what it computes gets that column's values instead; each
// time around at least one column is computed less.
Outcome<postgres::Sides> carry(Way& way, const Arguments& arguments, Planned& planned,
                               const std::string& snapshot_sha256, Doing doing) {
  while (true) {
    std::vector<postgres::Choice> otherwise;
    auto sides = carry_once(way, arguments, planned, snapshot_sha256, doing, otherwise);
    if (sides.ok() || otherwise.empty()) return sides;
    planned.choices.insert(planned.choices.begin(), otherwise.begin(), otherwise.end());
    auto plan = postgres::plan_preview(planned.preview, planned.profile, planned.choices);
    if (!plan.ok()) return plan.failure();
    planned.plan = std::move(*plan);
  }
}

Outcome<Exit> migrate_into_postgres(const Arguments& arguments) {
  const auto start = Clock::now();
  auto way = open_way(arguments, *arguments.into);
  if (!way.ok()) return way.failure();
  auto planned = open_planned(arguments, arguments.operands.front());
  if (!planned.ok()) return planned.failure();
  if (planned->plan.refusal) return *planned->plan.refusal;
  const std::string snapshot = snapshot_of(arguments, *planned);
  auto sides = carry(*way, arguments, *planned, snapshot, Doing::migrate);
  if (!sides.ok()) return sides.failure();
  if (sides->waits) return report_waiting(*sides, arguments.json);
  const int64_t span_ms = ms_since(start);
  if (arguments.json == Switch::on) {
    sides->snapshot_sha256 = snapshot;
    print_report(*sides);
  } else {
    print_migrated(*sides, planned->profile.rows, span_ms);
  }
  return Exit::whole;
}

Outcome<Exit> verify_in_postgres(const Arguments& arguments, const std::string& file,
                                 const std::string& url) {
  auto way = open_way(arguments, url);
  if (!way.ok()) return way.failure();
  auto planned = open_planned(arguments, file);
  if (!planned.ok()) return planned.failure();
  if (planned->plan.refusal) return *planned->plan.refusal;
  const std::string snapshot = snapshot_of(arguments, *planned);
  auto sides = carry(*way, arguments, *planned, snapshot, Doing::verify);
  if (!sides.ok()) return sides.failure();
  const bool equal = postgres::differences_of(*sides) == 0;
  if (arguments.json == Switch::on) {
    sides->snapshot_sha256 = snapshot;
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

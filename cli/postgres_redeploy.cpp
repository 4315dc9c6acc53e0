#include "cli/postgres_redeploy.h"

#include <algorithm>

#include "cli/postgres_replace.h"
#include "cli/postgres_steps.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

using postgres::Catalog;
using postgres::CatalogDifference;
using postgres::Ddl;
using postgres::Plan;
using postgres::Sides;
using postgres::TablePlan;

constexpr const char* shadow = "fairway_shadow";
constexpr const char* shadow_begins = "SAVEPOINT fairway_shadow";
constexpr const char* shadow_ends =
    "ROLLBACK TO SAVEPOINT fairway_shadow; RELEASE SAVEPOINT fairway_shadow";

// Whoever uses production waits behind us while we wait for a lock.
constexpr const char* lock_timeout = "SET LOCAL lock_timeout = '3s'";

enum class ShadowRows { none, all };

// What differs, and what the server said to the plan meanwhile.
struct Look {
  CatalogDifference difference;
  std::vector<postgres::Decision> refused;
};

// Names are written without the schema that stands first. Tables called like PostgreSQL's own are
// found only where the path says so, as in the plan.
std::optional<Failure> choose_schema(PostgresConnection& connection, const Plan& plan,
                                     std::string_view schema) {
  const bool hides = std::ranges::any_of(
      plan.tables, [](const TablePlan& table) { return table.target_name.starts_with("pg_"); });
  return connection.execute(
      cat({"SET LOCAL search_path = ", quoted_name(schema), hides ? ", pg_catalog" : ""}));
}

Outcome<Catalog> catalog_of(PostgresConnection& connection, std::string_view schema) {
  auto columns = connection.query(postgres::catalog_columns_query(schema));
  if (!columns.ok()) return columns.failure();
  auto objects = connection.query(postgres::catalog_objects_query(schema));
  if (!objects.ok()) return objects.failure();
  return postgres::read_catalog(*columns, *objects);
}

// What the preview would be in an empty schema.
Outcome<Catalog> shadow_catalog(PostgresConnection& connection, const PostgresWork& work,
                                ShadowRows rows, Look& look) {
  Sides scratch;
  scratch.plan = &work.plan;
  if (auto failure = connection.execute(shadow_begins)) return *failure;
  if (auto failure = connection.execute(cat({"CREATE SCHEMA ", shadow}))) return *failure;
  if (auto failure = choose_schema(connection, work.plan, shadow)) return *failure;
  if (auto failure = run_ddl(connection, work.plan.before, scratch)) return *failure;
  if (rows == ShadowRows::all) {
    if (auto failure = load_tables(connection, work, scratch)) return *failure;
  }
  if (auto failure = run_ddl(connection, work.plan.after, scratch)) return *failure;
  if (rows == ShadowRows::all) {
    if (auto failure = check_views(connection, work, scratch)) return *failure;
  }
  auto catalog = catalog_of(connection, shadow);
  if (!catalog.ok()) return catalog;
  if (auto failure = connection.execute(shadow_ends)) return *failure;
  look.refused = std::move(scratch.refused);
  return catalog;
}

Outcome<Look> look_at(PostgresConnection& connection, const PostgresWork& work,
                      const Catalog& production, ShadowRows rows) {
  Look look;
  auto preview = shadow_catalog(connection, work, rows, look);
  if (!preview.ok()) return preview.failure();
  std::optional<Failure> broken;
  const auto count = [&](const std::string& table, const std::string& column) -> int64_t {
    auto answer = connection.query(cat({"SELECT count(", column.empty() ? "*" : quoted_name(column),
                                        ") FROM ", quoted_name(table)}));
    if (!answer.ok()) {
      if (!broken) broken = answer.failure();
      return 0;
    }
    return parse_decimal(answer->empty() ? "" : answer->front().front()).value_or(0);
  };
  look.difference = postgres::catalog_difference(production, *preview, count);
  if (broken) return *broken;
  return look;
}

Outcome<Look> look_closely(PostgresConnection& connection, const PostgresWork& work,
                           const std::string& schema) {
  if (auto failure = choose_schema(connection, work.plan, schema)) return *failure;
  auto production = catalog_of(connection, schema);
  if (!production.ok()) return production.failure();
  auto look = look_at(connection, work, *production, ShadowRows::none);
  if (!look.ok() || !look->difference.depends_on_rows) return look;
  return look_at(connection, work, *production, ShadowRows::all);
}

// Production's rows, or its app's own objects, can stand in the way of a change.
Failure production_refuses(Failure failure, std::string_view sql) {
  if (failure.code != "target_refused") return failure;
  return fix_input("schema_change_refused",
                   cat({"Production does not take a change of its schema. ", failure.message,
                        " The statement: ", replace_all(std::string(sql), "\n", " ")}),
                   "You: change what stands in the way in production, or the preview, and run it "
                   "again. Nothing was changed.");
}

std::optional<Failure> run_all(PostgresConnection& connection,
                               const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    if (cancelled()) return cancelled_failure();
    if (auto failure = connection.execute(sql)) return production_refuses(*failure, sql);
  }
  return std::nullopt;
}

// Of a plan's statements, those that are about Fairway's own tables.
std::vector<std::string> own_statements(const std::vector<Ddl>& statements) {
  std::vector<std::string> own;
  for (const Ddl& ddl : statements) {
    for (const std::string_view start :
         {"CREATE SCHEMA IF NOT EXISTS fairway", "CREATE TABLE IF NOT EXISTS fairway.",
          "INSERT INTO fairway.settings "}) {
      if (ddl.sql.starts_with(start)) own.push_back(ddl.sql);
    }
  }
  return own;
}

// Of a plan's statements, those that let the identities of some tables go on behind the rows.
std::vector<std::string> identity_statements(const Plan& plan, const Plan& part) {
  std::vector<std::string> found;
  for (const Ddl& ddl : plan.after) {
    if (ddl.part != postgres::Part::numbers) continue;
    const bool is_part = std::ranges::any_of(part.tables, [&](const TablePlan& table) {
      const std::string name = quoted_name(table.target_name);
      // ALTER TABLE says its name in front, DO within a text that names it first.
      const std::string in_text = quoted_text(quoted_text(name));
      return ddl.sql.starts_with(cat({"ALTER TABLE ", name, " "})) ||
             (ddl.sql.starts_with("DO ") &&
              ddl.sql.contains(cat({"(", in_text.substr(1, in_text.size() - 2), ", "})));
    });
    if (is_part) found.push_back(ddl.sql);
  }
  return found;
}

std::shared_ptr<const Plan> only_tables(const Plan& plan, const std::vector<std::string>& names) {
  auto part = std::make_shared<Plan>(plan);
  std::erase_if(part->tables, [&](const TablePlan& table) {
    return std::ranges::find(names, table.target_name) == names.end();
  });
  part->views.clear();
  return part;
}

std::optional<Failure> give_rights(PostgresConnection& connection,
                                   const std::vector<TextRow>& rights, const Plan& plan) {
  for (const auto& row : rights) {
    const bool is_view =
        std::ranges::find(plan.views, row[0], &postgres::ViewPlan::target_name) != plan.views.end();
    if (!is_view) continue;
    if (auto failure = connection.execute(row[1])) return failure;
  }
  return std::nullopt;
}

// Everything but the commit.
std::optional<Failure> change_schema(PostgresConnection& connection, const PostgresWork& work,
                                     const std::string& schema, const CatalogDifference& difference,
                                     Sides& sides) {
  auto rights = rights_on(connection, schema, schema);
  if (!rights.ok()) return rights.failure();
  sides.carried = only_tables(work.plan, difference.new_tables);
  sides.plan = sides.carried.get();
  const PostgresWork part{work.preview,        *sides.carried, work.schema,   work.progress,
                          work.why_not_commit, work.consent,   work.otherwise};
  if (auto failure = run_all(connection, difference.before_rows)) return failure;
  if (auto failure = run_all(connection, own_statements(work.plan.before))) return failure;
  if (auto failure = load_tables(connection, part, sides)) return failure;
  if (auto failure = run_all(connection, identity_statements(work.plan, *sides.carried)))
    return failure;
  if (auto failure = run_all(connection, difference.after_rows)) return failure;
  if (auto failure = run_all(connection, own_statements(work.plan.after))) return failure;
  if (auto failure = give_rights(connection, *rights, work.plan)) return failure;
  return prove(connection, part, sides);
}

std::optional<Failure> replace(PostgresConnection& connection, const PostgresWork& work,
                               const std::string& schema, Sides& sides) {
  sides = Sides{};
  sides.plan = &work.plan;
  sides.is_redeployment = true;
  return replace_tables(connection, work, schema, sides);
}

// The schema is as it should be: are the rows the preview's?
std::optional<Failure> compare_rows(PostgresConnection& connection, const PostgresWork& work,
                                    Sides& sides) {
  if (auto failure = sum_source(work, sides)) return failure;
  if (auto failure = sum_what_is_there(connection, work, sides)) return failure;
  sides.target_exists = differences_of(sides) == 0 ? 1 : 0;
  return std::nullopt;
}

// Without the right to make a schema beside production's, equal rows are all that can be seen.
std::optional<Failure> compare_without_right(PostgresConnection& connection,
                                             const PostgresWork& work, const std::string& schema,
                                             Sides& sides) {
  if (auto failure = choose_schema(connection, work.plan, schema)) return failure;
  if (auto failure = compare_rows(connection, work, sides)) return failure;
  if (sides.target_exists == 1) return connection.execute("ROLLBACK");
  return ask_permission(
      "target_permission",
      "The target has tables already, and comparing them takes the right to make a schema in this "
      "database, for a moment.",
      "You: ask its owner to run GRANT CREATE ON DATABASE. Nothing was changed.");
}

Outcome<bool> may_make_schemas(PostgresConnection& connection) {
  auto rows = connection.query("SELECT has_database_privilege(current_database(), 'CREATE')");
  if (!rows.ok()) return rows.failure();
  return !rows->empty() && rows->front().front() == "t";
}

std::optional<Failure> go_on(PostgresConnection& connection, const PostgresWork& work,
                             const std::string& schema, const CatalogDifference& difference,
                             Sides& sides) {
  const bool replacing = work.consent == Consent::replacing;
  if (difference.changes.empty()) {
    if (auto failure = compare_rows(connection, work, sides)) return failure;
    if (!replacing || sides.target_exists == 1) return std::nullopt;
  }
  return replacing ? replace(connection, work, schema, sides)
                   : change_schema(connection, work, schema, difference, sides);
}

// The transaction that was open longest, of those that hold a lock in the schema.
Failure locked(PostgresConnection& connection, const std::string& schema, Failure failure) {
  if (connection.execute("ROLLBACK")) return failure;
  auto holder = connection.query(
      cat({"SELECT a.pid, a.application_name, a.state, "
           "floor(extract(epoch FROM now() - a.xact_start))::bigint, c.relname, left(a.query, 120) "
           "FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation "
           "JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.granted AND "
           "c.relkind IN ('r', 'p', 'v', 'm') AND c.relnamespace = (SELECT oid FROM "
           "pg_catalog.pg_namespace WHERE nspname = ",
           quoted_text(schema),
           ") AND l.pid <> pg_backend_pid() ORDER BY a.xact_start, c.relname LIMIT 1"}));
  if (!holder.ok() || holder->empty()) return failure;
  const TextRow& row = holder->front();
  failure.message = cat({"The session ", row[0], " of ",
                         row[1].empty() ? std::string("an app") : cat({"\"", row[1], "\""}),
                         row[2].empty() ? "" : cat({" (", row[2], ", for ", row[3], " s)"}),
                         " holds a lock on ", quoted_name(row[4]),
                         " that the change of the schema needs; its last statement: ", row[5],
                         ". So that nobody waits behind us, the change was taken back."});
  return failure;
}

std::optional<Failure> change(PostgresConnection& connection, const PostgresWork& work,
                              const std::string& schema, Sides& sides) {
  if (auto failure = connection.execute(lock_timeout)) return failure;
  const auto may = may_make_schemas(connection);
  if (!may.ok()) return may.failure();
  if (!*may) return compare_without_right(connection, work, schema, sides);
  auto look = look_closely(connection, work, schema);
  if (!look.ok()) return look.failure();
  sides.refused = look->refused;
  sides.kept = look->difference.kept;
  if (work.consent != Consent::replacing) sides.changes = look->difference.changes;
  if (work.consent == Consent::additions && look->difference.is_destructive()) {
    sides.waits = true;
    return connection.execute("ROLLBACK");
  }
  if (auto failure = go_on(connection, work, schema, look->difference, sides)) return failure;
  if (auto failure = drop_aged(connection, sides)) return failure;
  return commit(connection);
}

}  // namespace

std::optional<Failure> redeploy(PostgresConnection& connection, const PostgresWork& work,
                                const std::string& schema, Sides& sides) {
  sides.is_redeployment = true;
  auto failure = change(connection, work, schema, sides);
  if (!failure || failure->code != "target_locked") return failure;
  return locked(connection, schema, *std::move(failure));
}

}  // namespace fairway::cli

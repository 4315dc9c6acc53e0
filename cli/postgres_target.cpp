#include "cli/postgres_target.h"

#include "cli/postgres_redeploy.h"
#include "cli/postgres_steps.h"
#include "shared/base/text.h"
#include "shared/postgres/script.h"
#include "shared/postgres/target_rules.h"
#include "shared/postgres/verify_sql.h"

namespace fairway::cli {
namespace {

using postgres::Plan;
using postgres::Sides;
using postgres::TablePlan;
using postgres::ViewPlan;

Sides sides_of(const Plan& plan) {
  Sides sides;
  sides.plan = &plan;
  return sides;
}

std::optional<Failure> begin(PostgresConnection& connection) {
  if (auto failure = postgres::too_old(connection.server_version())) return failure;
  if (auto failure = connection.execute("BEGIN")) return failure;
  return connection.execute(std::string(postgres::session_settings()));
}

// The schema that is meant; "" where there is none.
Outcome<std::string> schema_of(PostgresConnection& connection, const PostgresWork& work) {
  if (!work.schema.empty()) return std::string(work.schema);
  auto rows = connection.query("SELECT current_schema()");
  if (!rows.ok()) return rows.failure();
  return rows->empty() ? std::string() : rows->front().front();
}

// How many of the plan's tables and views have a namesake in the schema.
Outcome<int64_t> count_taken(PostgresConnection& connection, const Plan& plan,
                             std::string_view schema) {
  std::vector<std::string> names;
  for (const TablePlan& table : plan.tables) names.push_back(quoted_text(table.target_name));
  for (const ViewPlan& view : plan.views) names.push_back(quoted_text(view.target_name));
  if (names.empty()) return int64_t{0};
  auto rows = connection.query(
      cat({"SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = (SELECT oid FROM "
           "pg_catalog.pg_namespace WHERE nspname = ",
           quoted_text(schema), ") AND relname IN (", join(names, ", "), ")"}));
  if (!rows.ok()) return rows.failure();
  return parse_decimal(rows->empty() ? "" : rows->front().front()).value_or(0);
}

std::optional<Failure> load_first(PostgresConnection& connection, const PostgresWork& work,
                                  Sides& sides) {
  const std::string schema = postgres::schema_settings(work.schema);
  if (!schema.empty()) {
    if (auto failure = connection.execute(schema)) return failure;
  }
  if (auto failure = load_all(connection, work, sides)) return failure;
  return commit(connection);
}

std::optional<Failure> migrate(PostgresConnection& connection, const PostgresWork& work,
                               Sides& sides) {
  if (auto failure = begin(connection)) return failure;
  auto schema = schema_of(connection, work);
  if (!schema.ok()) return schema.failure();
  auto taken = count_taken(connection, work.plan, *schema);
  if (!taken.ok()) return taken.failure();
  return *taken == 0 ? load_first(connection, work, sides)
                     : redeploy(connection, work, *schema, sides);
}

}  // namespace

Outcome<Sides> migrate_to_postgres(PostgresConnection& connection, const PostgresWork& work) {
  Sides sides = sides_of(work.plan);
  auto failure = migrate(connection, work, sides);
  work.progress.end();
  if (!failure) return sides;
  if (connection.is_alive()) connection.execute("ROLLBACK");
  return *failure;
}

Outcome<Sides> verify_postgres(PostgresConnection& connection, const PostgresWork& work) {
  if (auto failure = begin(connection)) return *failure;
  if (!work.schema.empty()) {
    const std::string path = cat({"SET LOCAL search_path = ", quoted_name(work.schema)});
    if (auto failure = connection.execute(path)) return *failure;
  }
  Sides sides = sides_of(work.plan);
  if (auto failure = sum_source(work, sides)) return *failure;
  work.progress.end();
  if (auto failure = sum_what_is_there(connection, work, sides)) return *failure;
  connection.execute("ROLLBACK");
  return sides;
}

}  // namespace fairway::cli

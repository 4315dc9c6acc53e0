#include "cli/postgres_replace.h"

#include "cli/postgres_steps.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

using postgres::Sides;

// PostgreSQL cuts names at 63 bytes; behind this much comes "_before_20261123_162535".
constexpr size_t schema_bytes_max = 40;
constexpr const char* mark = "Fairway keeps here what was replaced; a later run drops it after ";

// Not what an extension made.
constexpr const char* own_relation =
    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = "
    "'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')";

// Runs the statements that a query answers.
std::optional<Failure> run_answers(PostgresConnection& connection, const std::string& query) {
  auto rows = connection.query(query);
  if (!rows.ok()) return rows.failure();
  for (const auto& row : *rows) {
    if (auto failure = connection.execute(row.front())) return failure;
  }
  return std::nullopt;
}

Outcome<std::string> make_keeping_schema(PostgresConnection& connection,
                                         const std::string& schema) {
  auto times = connection.query(
      "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD_HH24MISS'), to_char(now() AT TIME ZONE "
      "'UTC' + interval '7 days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
  if (!times.ok()) return times.failure();
  const std::string name = cat({to_utf8(schema, schema_bytes_max), "_before_", times->front()[0]});
  auto failure = connection.execute(
      cat({"CREATE SCHEMA ", quoted_name(name), ";\nCOMMENT ON SCHEMA ", quoted_name(name), " IS ",
           quoted_text(cat({mark, times->front()[1]}))}));
  if (failure) return *failure;
  return name;
}

// Tables take their indexes and sequences along, triggers stay what they are; their functions have
// names that the new ones want.
std::optional<Failure> move_all(PostgresConnection& connection, std::string_view from,
                                std::string_view to) {
  const std::string here =
      cat({"(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ", quoted_text(from), ")"});
  const std::string functions =
      cat({"SELECT DISTINCT format('ALTER FUNCTION %I.%I() SET SCHEMA %I', ", quoted_text(from),
           ", p.proname, ", quoted_text(to),
           ") FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid JOIN "
           "pg_catalog.pg_class c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal AND "
           "p.pronamespace = ",
           here, " AND c.relnamespace = ", here,
           " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = "
           "'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')"});
  if (auto failure = run_answers(connection, functions)) return failure;
  return run_answers(
      connection,
      cat({"SELECT format('ALTER %s %I.%I SET SCHEMA %I', CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN "
           "'m' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' "
           "ELSE 'TABLE' END, ",
           quoted_text(from), ", c.relname, ", quoted_text(to),
           ") FROM pg_catalog.pg_class c WHERE c.relnamespace = ", here,
           " AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (SELECT FROM "
           "pg_catalog.pg_depend o WHERE o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass "
           "AND o.objid = c.oid AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND "
           "o.deptype IN ('a', 'i') AND c.relkind = 'S') AND ",
           own_relation, " ORDER BY c.oid"}));
}

// The exact bytes of the old tables' texts go where those tables are.
std::optional<Failure> move_exact_cells(PostgresConnection& connection, const PostgresWork& work,
                                        std::string_view to) {
  auto there = connection.query("SELECT to_regclass('fairway.exact_cells') IS NOT NULL");
  if (!there.ok()) return there.failure();
  if (there->front().front() != "t") return std::nullopt;
  std::vector<std::string> names;
  for (const auto& table : work.plan.tables) names.push_back(quoted_text(table.name));
  if (names.empty()) return std::nullopt;
  const std::string which =
      cat({"FROM fairway.exact_cells WHERE table_name IN (", join(names, ", "), ")"});
  return connection.execute(cat({"CREATE TABLE ", quoted_name(to), ".fairway_exact_cells AS ",
                                 "SELECT * ", which, ";\nDELETE ", which}));
}

// Drops what is in the schema, and the schema, unless others use it: then the server refuses.
std::string drop_query(std::string_view schema) {
  const std::string here =
      cat({"(SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ", quoted_text(schema), ")"});
  const auto all = [&](std::string_view word, std::string_view kinds) {
    return cat({"SELECT 'DROP ", word, " ' || string_agg(format('%I.%I', ", quoted_text(schema),
                ", relname), ', ') FROM pg_catalog.pg_class WHERE relnamespace = ", here,
                " AND relkind IN (", kinds, ") HAVING count(*) > 0"});
  };
  return cat({all("MATERIALIZED VIEW", "'m'"), " UNION ALL ", all("VIEW", "'v'"), " UNION ALL ",
              all("TABLE", "'r', 'p'"), " UNION ALL ", all("FOREIGN TABLE", "'f'"),
              " UNION ALL SELECT format('DROP FUNCTION %I.%I()', ", quoted_text(schema),
              ", proname) FROM pg_catalog.pg_proc WHERE pronamespace = ", here,
              " UNION ALL SELECT 'DROP SCHEMA ' || quote_ident(", quoted_text(schema), ")"});
}

}  // namespace

std::optional<Failure> replace_tables(PostgresConnection& connection, const PostgresWork& work,
                                      const std::string& schema, Sides& sides) {
  auto kept = make_keeping_schema(connection, schema);
  if (!kept.ok()) return kept.failure();
  sides.kept_schema = *kept;
  if (auto failure = move_all(connection, schema, *kept)) return failure;
  if (auto failure = move_exact_cells(connection, work, *kept)) return failure;
  if (auto failure = load_all(connection, work, sides)) return failure;
  auto rights = rights_on(connection, *kept, schema);
  if (!rights.ok()) return rights.failure();
  for (const auto& row : *rights) {
    if (auto failure = connection.execute(row[1])) return failure;
  }
  return std::nullopt;
}

std::optional<Failure> drop_aged(PostgresConnection& connection, Sides& sides) {
  auto aged = connection.query(
      cat({"SELECT n.nspname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_description d ON "
           "d.objoid = n.oid AND d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass WHERE "
           "starts_with(d.description, ",
           quoted_text(mark),
           ") AND n.nspname ~ '_before_[0-9]{8}_[0-9]{6}$' AND substr(d.description,"
           " length(",
           quoted_text(mark),
           ") + 1) < to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AND "
           "pg_catalog.pg_get_userbyid(n.nspowner) = current_user ORDER BY 1"}));
  if (!aged.ok()) return aged.failure();
  for (const auto& row : *aged) {
    if (auto failure = connection.execute("SAVEPOINT fairway_aged")) return failure;
    auto refused = run_answers(connection, drop_query(row.front()));
    if (refused && !is_refusal(*refused) && refused->code != "target_locked") return refused;
    const std::string_view before = refused ? "ROLLBACK TO SAVEPOINT fairway_aged; " : "";
    if (auto failure = connection.execute(cat({before, "RELEASE SAVEPOINT fairway_aged"}))) {
      return failure;
    }
    if (!refused) sides.dropped_schemas.push_back(row.front());
  }
  return std::nullopt;
}

Outcome<std::vector<TextRow>> rights_on(PostgresConnection& connection, std::string_view schema,
                                        std::string_view target) {
  return connection.query(
      cat({"SELECT c.relname, format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, ",
           quoted_text(target),
           ", c.relname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE "
           "quote_ident(pg_get_userbyid(a.grantee)) END, CASE WHEN a.is_grantable THEN ' WITH "
           "GRANT OPTION' ELSE '' END) FROM pg_catalog.pg_class c, aclexplode(c.relacl) a WHERE "
           "c.relkind IN ('r', 'p', 'v') AND a.grantee <> c.relowner AND "
           "pg_has_role(c.relowner, 'USAGE') AND c.relnamespace = (SELECT "
           "oid FROM pg_catalog.pg_namespace WHERE nspname = ",
           quoted_text(schema),
           ") AND EXISTS (SELECT FROM pg_catalog.pg_class m JOIN pg_catalog.pg_namespace n ON "
           "n.oid = m.relnamespace WHERE n.nspname = ",
           quoted_text(target), " AND m.relname = c.relname AND m.relkind IN ('r', 'p', 'v'))"}));
}

}  // namespace fairway::cli

#include "shared/postgres/staging.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/target_rules.h"
#include "shared/postgres/verify_sql.h"

namespace fairway::postgres {
namespace {

constexpr std::string_view staging_prefix = "fairway_staging_";
constexpr std::string_view notes_prefix = "fairway_load_";
constexpr std::string_view path_mark = "search_path";
constexpr std::string_view refused_mark = "refused ";
// Behind few rows statements are quick, and many go at once.
constexpr int64_t rows_few = 100'000;
constexpr size_t statements_at_once = 16;

using Statements = std::vector<NeonStatement>;

std::string comment_on(std::string_view target_schema) {
  return cat({"Fairway: a migration under way into the schema ", target_schema});
}

void add_settings(Statements& statements) {
  std::string_view rest = session_settings();
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(';'), rest.size());
    statements.push_back({std::string(trim(rest.substr(0, end))), {}});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

// The schema fairway is shared by all migrations of a database, so nothing is put there before the
// end.
bool is_for_fairway_schema(const Ddl& ddl) {
  return ddl.sql.starts_with("CREATE SCHEMA IF NOT EXISTS fairway") ||
         ddl.sql.starts_with("CREATE TABLE IF NOT EXISTS fairway.") ||
         ddl.sql.starts_with("INSERT INTO fairway.");
}

NeonStatement set_path(std::string_view schema) {
  return {cat({"SET LOCAL search_path = ", quoted_name(schema)}), {}};
}

// Tables, views and lone sequences; what belongs to a table goes along. Functions keep a search
// path of their own, in which the staging schema's name stands.
constexpr std::string_view move_all = R"(DECLARE
  staged text := %STAGING%;
  settled text := %TARGET%;
  one record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = settled) THEN
    EXECUTE pg_catalog.format('CREATE SCHEMA %I', settled);
  END IF;
  FOR one IN
    SELECT c.relname AS name FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = staged AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
            AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND c.relkind = 'S')
      ORDER BY c.oid
  LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %I.%I SET SCHEMA %I', staged, one.name, settled);
  END LOOP;
  FOR one IN
    SELECT p.oid::pg_catalog.regprocedure::text AS name, s.setting AS setting, p.proname AS bare,
        pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments
      FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      LEFT JOIN LATERAL pg_catalog.unnest(p.proconfig) AS s(setting)
        ON s.setting LIKE 'search\_path=%'
      WHERE n.nspname = staged
  LOOP
    EXECUTE pg_catalog.format('ALTER ROUTINE %s SET SCHEMA %I', one.name, settled);
    IF one.setting IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER ROUTINE %I.%I(%s) SET search_path TO %s', settled, one.bare,
        one.arguments, pg_catalog.replace(pg_catalog.substr(one.setting, 13), staged,
          pg_catalog.quote_ident(settled)));
    END IF;
  END LOOP;
END)";

std::string move_block(const StagedLoad& load) {
  std::string body(move_all);
  body = replace_all(std::move(body), "%STAGING%", quoted_text(staging_schema(load)));
  return do_block(replace_all(std::move(body), "%TARGET%", quoted_text(load.target_schema)));
}

}  // namespace

std::string identity_of_load(std::string_view snapshot_sha256, const Plan& plan,
                             std::string_view target_schema) {
  return cat({"batches 1\n", snapshot_sha256, "\n", target_schema, "\n", to_text(Json(plan))});
}

std::string staging_schema(const StagedLoad& load) { return cat({staging_prefix, load.id}); }
std::string notes_schema(const StagedLoad& load) { return cat({notes_prefix, load.id}); }
std::string notes_table(const StagedLoad& load, std::string_view table) {
  return cat({quoted_name(notes_schema(load)), ".", quoted_name(table)});
}

NeonStatement enter_key(const StagedLoad& load, std::string_view key) {
  return {cat({"INSERT INTO ", notes_table(load, "marks"), " (key) VALUES ($1)"}),
          {std::string(key)}};
}

bool is_known_key(const StagedLoad& load, const SqlRefusal& refusal) {
  return refusal.state == "23505" && refusal.schema == notes_schema(load) &&
         refusal.table == "marks";
}

Statements staged_settings(const StagedLoad& load) {
  Statements statements;
  add_settings(statements);
  // As it was behind the tables: one called pg_class needs another path than its schema alone.
  statements.push_back({cat({"SELECT set_config('search_path', words, true) FROM ",
                             notes_table(load, "marks"), " WHERE key = $1"}),
                        {std::string(path_mark)}});
  return statements;
}

Statements settled_settings(std::string_view target_schema) {
  Statements statements;
  add_settings(statements);
  // The catalog behind it, for tables that are called like PostgreSQL's own.
  NeonStatement path = set_path(target_schema);
  path.sql += ", pg_catalog";
  statements.push_back(std::move(path));
  return statements;
}

NeonStatement ask_schema(std::string_view wanted) {
  return {
      "SELECT current_setting('server_version_num'), coalesce(nullif($1, ''), current_schema())",
      {std::string(wanted)}};
}

NeonStatement ask_loads(const StagedLoad& load) {
  return {
      "SELECT nspname, CASE WHEN nspname = $1 THEN '1' ELSE '0' END FROM pg_catalog.pg_namespace "
      "WHERE starts_with(nspname, $2) AND (nspname = $1 OR "
      "pg_catalog.obj_description(oid, 'pg_namespace') = $3) ORDER BY 1",
      {notes_schema(load), std::string(notes_prefix), comment_on(load.target_schema)}};
}

NeonStatement ask_names_taken(const StagedLoad& load, const Plan& plan) {
  std::vector<std::string> names = {"NULL"};
  for (const TablePlan& table : plan.tables) names.push_back(quoted_text(table.target_name));
  for (const ViewPlan& view : plan.views) names.push_back(quoted_text(view.target_name));
  return {cat({"SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
               "ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname IN (",
               join(names, ", "), ") ORDER BY 1"}),
          {load.target_schema}};
}

NeonStatement ask_marks(const StagedLoad& load) {
  return {cat({"SELECT key, words FROM ", notes_table(load, "marks")}), {}};
}

Statements drop_load(std::string_view notes) {
  const std::string id(notes.substr(std::min(notes_prefix.size(), notes.size())));
  return {{cat({"DROP SCHEMA IF EXISTS ", quoted_name(cat({staging_prefix, id})), " CASCADE"}), {}},
          {cat({"DROP SCHEMA IF EXISTS ", quoted_name(notes), " CASCADE"}), {}}};
}

Statements begin_load(const StagedLoad& load, const Plan& plan) {
  Statements statements;
  const std::string notes = quoted_name(notes_schema(load));
  const auto add = [&](std::string sql) { statements.push_back({std::move(sql), {}}); };
  add(cat({"CREATE SCHEMA ", notes}));
  add(cat({"COMMENT ON SCHEMA ", notes, " IS ", quoted_text(comment_on(load.target_schema))}));
  add(cat({"CREATE TABLE ", notes_table(load, "marks"), " (key text PRIMARY KEY, words text)"}));
  add(cat({"CREATE TABLE ", notes_table(load, "pieces"),
           " (cell text, part integer, piece text, PRIMARY KEY (cell, part))"}));
  add(cat({"CREATE TABLE ", notes_table(load, "exact_cells"),
           " (table_name text, column_name text, row_key text, bytes bytea)"}));
  add(cat({"CREATE SCHEMA ", quoted_name(staging_schema(load))}));
  add_settings(statements);
  statements.push_back(set_path(staging_schema(load)));
  for (const Ddl& ddl : plan.before) {
    if (!is_for_fairway_schema(ddl)) add(ddl.sql);
  }
  statements.push_back({cat({"INSERT INTO ", notes_table(load, "marks"),
                             " VALUES ($1, current_setting('search_path'))"}),
                        {std::string(path_mark)}});
  return statements;
}

std::vector<KeyedStatements> complete_load(const StagedLoad& load, const Plan& plan) {
  int64_t rows = 0;
  for (const TablePlan& table : plan.tables) rows += table.rows;
  const size_t at_once = rows > rows_few ? 1 : statements_at_once;
  std::vector<KeyedStatements> all;
  size_t held = at_once;
  for (size_t i = 0; i < plan.after.size(); ++i) {
    const Ddl& ddl = plan.after[i];
    if (is_for_fairway_schema(ddl)) continue;
    const std::string number = decimal(static_cast<int64_t>(i));
    if (held == at_once) {
      const std::string key = cat({"after ", number});
      all.push_back({key, {enter_key(load, key)}});
      for (auto& setting : staged_settings(load)) {
        all.back().statements.push_back(std::move(setting));
      }
      held = 0;
    }
    ++held;
    std::string sql = ddl.sql;
    if (ddl.if_refused) {
      sql = if_refused(sql, cat({"INSERT INTO ", notes_table(load, "marks"), " VALUES (",
                                 quoted_text(cat({refused_mark, number})), ", SQLERRM)"}));
    }
    all.back().statements.push_back({std::move(sql), {}});
  }
  return all;
}

std::vector<Decision> refused_in(const Plan& plan,
                                 const std::vector<std::vector<NeonCell>>& marks) {
  std::vector<Decision> decisions;
  for (size_t i = 0; i < plan.after.size(); ++i) {
    if (!plan.after[i].if_refused) continue;
    const std::string key = cat({refused_mark, decimal(static_cast<int64_t>(i))});
    const auto found = std::ranges::find_if(
        marks, [&](const auto& mark) { return mark.size() == 2 && mark[0] == key; });
    if (found == marks.end()) continue;
    decisions.push_back(refused_by_server(*plan.after[i].if_refused, (*found)[1].value_or("")));
  }
  return decisions;
}

Statements settle_load(const StagedLoad& load, const Plan& plan) {
  Statements statements;
  const auto add = [&](std::string sql) { statements.push_back({std::move(sql), {}}); };
  // Whoever comes second waits here, and then finds nothing.
  add(cat({"LOCK TABLE ", notes_table(load, "marks"), " IN ACCESS EXCLUSIVE MODE"}));
  add_settings(statements);
  add(move_block(load));
  for (const auto* list : {&plan.before, &plan.after}) {
    for (const Ddl& ddl : *list) {
      if (is_for_fairway_schema(ddl)) add(ddl.sql);
    }
  }
  const bool has_exact_cells = std::ranges::any_of(plan.before, [](const Ddl& ddl) {
    return ddl.sql.starts_with("CREATE TABLE IF NOT EXISTS fairway.exact_cells");
  });
  if (has_exact_cells) {
    add(
        cat({"INSERT INTO fairway.exact_cells (table_name, column_name, row_key, bytes) SELECT "
             "table_name, column_name, row_key, bytes FROM ",
             notes_table(load, "exact_cells")}));
  }
  // RESTRICT: everything has been moved, or nothing is.
  add(cat({"DROP SCHEMA ", quoted_name(staging_schema(load)), " RESTRICT"}));
  add(cat({"DROP SCHEMA ", quoted_name(notes_schema(load)), " CASCADE"}));
  return statements;
}

KeyedStatements drop_view(const StagedLoad& load, const ViewPlan& view, std::string_view why) {
  const std::string key = cat({view_mark, view.name});
  return {key,
          {{cat({"INSERT INTO ", notes_table(load, "marks"), " VALUES ($1, $2)"}),
            {key, std::string(why)}},
           {cat({"DROP VIEW IF EXISTS ", quoted_name(staging_schema(load)), ".",
                 quoted_name(view.target_name), " CASCADE"}),
            {}}}};
}

}  // namespace fairway::postgres

#include <doctest/doctest.h>

#include <tuple>

#include "shared/base/text.h"
#include "tests/unit/plan_support.h"

namespace fairway::postgres {
namespace {

using test::ddl_of;
using test::decisions_of;
using test::plan_of;
using test::profile_of;
using test::types_of;

bool has(const Plan& plan, std::string_view ddl) { return ddl_of(plan).contains(ddl); }

// Our SQLite has no modules, so a virtual table is entered into the schema as a file would have it.
std::string virtual_table(std::string_view name, std::string_view using_what) {
  return cat({"PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES('table', ",
              quoted_text(name), ", ", quoted_text(name), ", 0, ",
              quoted_text(cat({"CREATE VIRTUAL TABLE ", name, " USING ", using_what})), ");"});
}

TEST_CASE("full text: its texts as a table, a search column, no shadow tables") {
  const Plan plan = plan_of(
      cat({virtual_table("docs", "fts5(title, body, tag UNINDEXED, tokenize='porter')"),
           "CREATE TABLE docs_content(id INTEGER PRIMARY KEY, c0, c1, c2);"
           "CREATE TABLE docs_data(id INTEGER PRIMARY KEY, block BLOB);"
           "CREATE TABLE docs_idx(a); CREATE TABLE docs_docsize(a); CREATE TABLE docs_config(a);"
           "CREATE TABLE docs_more(a); INSERT INTO docs_content VALUES(3,'a','b',NULL)"}));
  REQUIRE(plan.tables.size() == 2);
  CHECK(plan.tables[0].name == "docs_more");
  CHECK(plan.tables[1].name == "docs");
  CHECK(plan.tables[1].select ==
        "SELECT rowid, \"id\", \"c0\", \"c1\", \"c2\" FROM \"docs_content\" NOT INDEXED");
  CHECK(types_of(plan, "docs") == "bigint, text, text, text");
  CHECK(has(plan,
            "ADD COLUMN \"fairway_search\" tsvector GENERATED ALWAYS AS (to_tsvector('english', "
            "coalesce(\"title\", '') || ' ' || coalesce(\"body\", ''))) STORED"));
  CHECK(has(plan, "USING gin (\"fairway_search\")"));
  CHECK(decisions_of(plan, "full_text") == "DERIVE full_text docs. docs n=1");
}

TEST_CASE("full text over another table becomes an index there; without texts it is reported") {
  const Plan plan = plan_of(cat({"CREATE TABLE posts(id INTEGER PRIMARY KEY, body TEXT);",
                                 virtual_table("search", "fts5(body, content='posts')"),
                                 virtual_table("empty", "fts5(body, content='')")}));
  CHECK(plan.tables.size() == 1);
  CHECK(has(plan, "ON \"posts\" USING gin (to_tsvector('simple', coalesce(\"body\", '')))"));
  CHECK(decisions_of(plan, "full_text") ==
        "DERIVE full_text search. search n=0\nREPORT full_text empty. empty n=0");
}

TEST_CASE("an R*Tree's rows become a table, other modules are reported") {
  const Plan plan =
      plan_of(cat({virtual_table("boxes", "rtree(id, low, high, +label TEXT)"),
                   "CREATE TABLE boxes_node(nodeno INTEGER PRIMARY KEY, data);"
                   "CREATE TABLE boxes_parent(nodeno INTEGER PRIMARY KEY, parentnode);"
                   "CREATE TABLE boxes_rowid(rowid INTEGER PRIMARY KEY, nodeno, a0);"
                   "INSERT INTO boxes_rowid VALUES(7, 1, 'x');",
                   virtual_table("stars", "csv(filename=x)")}));
  REQUIRE(plan.tables.size() == 1);
  CHECK(types_of(plan, "boxes") == "bigint, double precision, double precision, text");
  CHECK(plan.tables[0].columns[3].name == "label");
  CHECK(decisions_of(plan, "virtual_table") ==
        "REPORT virtual_table boxes. boxes n=1\nREPORT virtual_table stars. stars n=0");
}

TEST_CASE("indexes: plain, unique, partial, over expressions") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a TEXT, b INT, c TEXT COLLATE NOCASE);"
      "CREATE INDEX plain ON t(a, b); CREATE UNIQUE INDEX one ON t(b);"
      "CREATE INDEX part ON t(a) WHERE b > 5; CREATE INDEX low ON t(lower(a));"
      "CREATE UNIQUE INDEX nocase ON t(c); CREATE INDEX odd ON t(quote(a));"
      "CREATE UNIQUE INDEX odd_too ON t(quote(a))");
  CHECK(has(plan, "CREATE INDEX \"plain\" ON \"t\" (\"a\", \"b\")\n"));
  CHECK(has(plan, "CREATE UNIQUE INDEX \"one\" ON \"t\" (\"b\")\n"));
  CHECK(has(plan, "CREATE INDEX \"part\" ON \"t\" (\"a\") WHERE "));
  CHECK(has(plan, "CREATE UNIQUE INDEX \"nocase\" ON \"t\" ((lower("));
  CHECK(decisions_of(plan, "index").contains("MAP index t. part n=0"));
  CHECK(!decisions_of(plan, "index").contains("plain"));
  CHECK(decisions_of(plan, "index").contains("REPORT index t. odd n=0"));
  CHECK(decisions_of(plan, "unique_index") == "ASK unique_index t. odd_too n=0");
}

TEST_CASE("checks, defaults and generated columns are translated or reported with their text") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a INT DEFAULT -1 CONSTRAINT positive CHECK (a > 0), b TEXT DEFAULT 'it''s',"
      " c INT AS (a * 2) STORED, d INT AS (a + 1) VIRTUAL, e BOOLEAN DEFAULT 1,"
      " f TEXT DEFAULT (load_extension('x')), g TEXT CHECK (quote(g) <> 'x'))");
  CHECK(has(plan, "ADD CONSTRAINT \"positive\" CHECK ("));
  CHECK(has(plan, "\"b\" text COLLATE \"C\" DEFAULT 'it''s'"));
  CHECK(has(plan, "\"c\" bigint GENERATED ALWAYS AS ("));
  CHECK(has(plan, "\"d\" bigint GENERATED ALWAYS AS ("));
  CHECK(has(plan, "\"e\" boolean DEFAULT true"));
  CHECK(plan.tables[0].select ==
        "SELECT rowid, \"a\", \"b\", \"e\", \"f\", \"g\" FROM \"t\" NOT INDEXED");
  CHECK(decisions_of(plan, "default") == "REPORT default t.f n=0");
  CHECK(decisions_of(plan, "check") == "MAP check t.a positive n=0\nREPORT check t.g n=0");
  CHECK(decisions_of(plan, "generated") == "MAP generated t.c n=0\nMAP generated t.d n=0");
}

TEST_CASE("a generated column that cannot be translated keeps its values") {
  const char* sql =
      "CREATE TABLE t(a INT, b TEXT AS (quote(a)) STORED); INSERT INTO t(a) VALUES(1)";
  const Plan plan = plan_of(sql);
  CHECK(decisions_of(plan, "generated") == "ASK generated t.b n=0");
  CHECK(!plan.tables[0].columns[1].is_generated);
  const char* plain = "CREATE TABLE t(a INT, b INT AS (a * 2) STORED)";
  const Plan kept = plan_of(plain, {{"t", "b", "", "generated", "materialize"}});
  CHECK(!has(kept, "GENERATED"));
}

TEST_CASE("a computed column that passes a number's range over there keeps its values") {
  const auto plan = [](std::string_view column, std::string_view values) {
    return plan_of(
        cat({"CREATE TABLE t(a INT, r REAL, c ", column, "); INSERT INTO t(a, r) VALUES", values}));
  };
  for (const auto& [column, values, is_computed] :
       std::vector<std::tuple<std::string, std::string, bool>>{
           {"AS (a * 2)", "(4611686018427000000, 1)", true},
           {"AS (a * 2)", "(4611686018427387904, 1)", false},
           {"INT AS (a * 2) STORED", "(4611686018427387904, 1)", false},
           {"INT AS (-a)", "(-9223372036854775808, 1)", false},
           {"INT AS (CASE WHEN a > 1 THEN 0 ELSE a * 3 END)", "(4611686018427387904, 1)", false},
           {"REAL AS (r * 10)", "(1, 1e308)", false},
           {"REAL AS (r * 10)", "(1, 1e306)", true},
           {"REAL AS (r * 0)", "(1, 9e999)", false},
           {"REAL AS (r * r)", "(1, 1e-200)", false},
           {"REAL AS ((r + 0.1) * r)", "(1, 12.5)", true},
           {"REAL AS (r / 3.0)", "(1, 12.5)", true},
           {"REAL AS (r / 1e10)", "(1, 5e-324)", false}}) {
    CAPTURE(column);
    CAPTURE(values);
    CHECK(plan(column, values).tables[0].columns[2].is_generated == is_computed);
  }
}

TEST_CASE("views come in the order in which they read each other") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a INT, b TEXT); CREATE VIEW second AS SELECT a FROM first WHERE a > 1;"
      "CREATE VIEW first AS SELECT a, b FROM t; CREATE VIEW lost AS SELECT quote(a) AS q FROM t");
  REQUIRE(plan.views.size() == 2);
  CHECK(plan.views[0].name == "first");
  CHECK(plan.views[1].name == "second");
  CHECK(has(plan, plan.views[1].postgres_sql));
  CHECK(decisions_of(plan, "view") ==
        "MAP view . first n=0\nMAP view . second n=0\nREPORT view . lost n=0");
}

TEST_CASE("a trigger becomes a function and a trigger, behind the rows, or is reported") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a INT); CREATE TABLE log(x INT);"
      "CREATE TRIGGER keep AFTER INSERT ON t BEGIN INSERT INTO log(x) VALUES(NEW.a); END;"
      "CREATE TRIGGER odd AFTER INSERT ON t BEGIN SELECT quote(NEW.a) FROM log, t; "
      "INSERT INTO log(x) SELECT quote(1); END");
  CHECK(has(plan, "CREATE TRIGGER \"keep\""));
  CHECK(plan.after.back().sql.contains("TRIGGER"));
  CHECK(decisions_of(plan, "trigger") == "MAP trigger t. keep n=0\nREPORT trigger t. odd n=0");
}

TEST_CASE(
    "what the plan does not know for sure may be refused; the rest is not, and stands first") {
  const Plan plan = plan_of(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT UNIQUE CHECK (a > 0), b TEXT, c REAL UNIQUE);"
      "INSERT INTO t(a, c) VALUES(1, 1.5);"
      "CREATE INDEX plain ON t(b); CREATE INDEX part ON t(b) WHERE a > 1;"
      "CREATE VIEW v AS SELECT a FROM t");
  for (const auto& ddl : plan.before) CHECK(!ddl.if_refused);
  std::string order;
  for (const auto& ddl : plan.after) {
    order += ddl.if_refused ? '?' : '!';
    order += std::to_string(static_cast<int>(ddl.part));
    if (ddl.if_refused) CHECK(ddl.if_refused->outcome == Treatment::report);
  }
  CHECK(order == "!1!1!5?1?2?2?3?8");
}

TEST_CASE("a default of no other type stands in the table's definition") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a INT DEFAULT 5, b TEXT DEFAULT (lower('X')), c REAL DEFAULT -1.5 NOT NULL,"
      " d JSON DEFAULT '[]', e JSON DEFAULT 'no json', f INT DEFAULT 99999999999999999999);"
      "INSERT INTO t VALUES(1, 'x', 1.5, '[]', '{}', 1)");
  CHECK(has(plan, "\"a\" bigint DEFAULT 5"));
  CHECK(has(plan, "\"b\" SET DEFAULT lower("));
  CHECK(has(plan, "\"c\" double precision DEFAULT -1.5 NOT NULL"));
  CHECK(has(plan, "DEFAULT '[]'::json"));
  CHECK(has(plan, "\"e\" SET DEFAULT 'no json'::json"));
  CHECK(!has(plan, "DEFAULT 9999"));
}

// --- Choices ------------------------------------------------------------------------------------

std::string failure_of(std::string_view sql, const std::vector<Choice>& choices) {
  const auto plan = make_plan(profile_of(sql), choices);
  return plan.ok() ? "" : plan.failure().message;
}

TEST_CASE("a plan's JSON goes out, is edited, and comes back") {
  const char* sql =
      "CREATE TABLE t(a DATETIME, b BOOLEAN); INSERT INTO t VALUES('2024-01-01 00:00:00', 'true')";
  Json json = plan_of(sql);
  CHECK(json["target"] == "postgres");
  auto same = read_choices(json);
  REQUIRE(same.ok());
  CHECK(to_text(Json(plan_of(sql, *same))) == to_text(json));
  json["tables"][0]["columns"][0]["choice"] = "text";
  for (auto& decision : json["decisions"]) {
    if (decision["kind"] == "boolean_texts") decision["choice"] = "boolean";
  }
  const auto changed = read_choices(json);
  REQUIRE(changed.ok());
  const Plan plan = plan_of(sql, *changed);
  CHECK(types_of(plan, "t") == "text, boolean");
  CHECK(to_text(Json(plan_of(sql, *read_choices(Json(plan))))) == to_text(Json(plan)));
}

TEST_CASE("choices that are not there are named, with those that are") {
  const char* sql = "CREATE TABLE t(a INT); INSERT INTO t VALUES(1)";
  CHECK(failure_of(sql, {{"t", "a", "", "", "uuid"}}).contains("bigint, integer, smallint, text"));
  CHECK(failure_of(sql, {{"nix", "a", "", "", "text"}}).contains("It has: \"t\""));
  CHECK(failure_of(sql, {{"t", "z", "", "", "text"}}).contains("which has: \"a\""));
  CHECK(failure_of(sql, {{"t", "", "", "hidden_rowid", "maybe"}}).contains("leave_out, add"));
  CHECK(failure_of(sql, {{"t", "a", "", "", "text"}}).empty());
}

TEST_CASE("a plan that is none is refused") {
  CHECK(!read_choices(Json{{"target", "libsql"}}).ok());
  CHECK(!read_choices(Json{{"tables", "x"}}).ok());
  CHECK(!read_choices(Json{{"tables", {{{"columns", 5}}}}}).ok());
  CHECK(read_choices(Json::object()).ok());
}

}  // namespace
}  // namespace fairway::postgres

// Tables that ALTER TABLE cannot change: rebuilt with their rows, and taken back with what was
// written meanwhile. Run on SQLite.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/migration/difference.h"
#include "shared/migration/report.h"
#include "tests/unit/migration_random.h"

namespace fairway {
namespace {

using test::image_of;
using test::Scratch;

std::vector<SchemaObject> schema_of(std::string_view sql) {
  auto preview = open_preview(image_of(sql));
  if (!preview.ok()) FAIL(preview.failure().message);
  return preview->schema();
}

void run_all(Scratch& database, const std::vector<std::string>& statements) {
  database.run("PRAGMA foreign_keys = OFF; BEGIN");
  for (const auto& statement : statements) database.run(statement);
  database.run("COMMIT; PRAGMA foreign_keys = ON");
}

std::vector<SchemaObject> schema_of(Scratch& database) {
  auto preview = open_preview(database.image());
  if (!preview.ok()) FAIL(preview.failure().message);
  auto schema = preview->schema();
  std::erase_if(schema, [](const SchemaObject& object) { return is_internal_name(object.name); });
  return schema;
}

// Takes production to the preview's schema; `looks` asks then. Meanwhile `written` is written by
// the app, everything is taken back, and `looks_back` asks.
struct Rebuilt {
  std::string_view production;
  std::string_view preview;
  std::string_view looks;
  std::string_view found;
  std::string_view written = "";
  std::string_view looks_back = "";
  std::string_view found_back = "";
};

void check_rebuilt(const Rebuilt& test) {
  CAPTURE(test.preview);
  Scratch database(test.production);
  const auto production = schema_of(database);
  const auto preview = schema_of(test.preview);
  const auto difference = schema_difference(production, preview);
  if (!difference.refused.empty()) FAIL(difference.refused.front());
  for (const auto& loss : difference.losses) database.ask(loss.count_sql);
  const std::string_view back =
      test.looks_back.empty() ? std::string_view("SELECT 1") : test.looks_back;
  const std::string before = database.ask(back);
  run_all(database, difference.statements);
  CHECK(database.ask(test.looks) == test.found);
  CHECK(schema_difference(schema_of(database), preview).identical());
  CHECK(compare_schemas(schema_of(database), preview).empty());
  if (!test.written.empty()) database.run(test.written);
  run_all(database, difference.restore.statements);
  for (const auto& statement : difference.undo) {
    sqlite3_exec(database.get(), statement.c_str(), nullptr, nullptr, nullptr);
  }
  CHECK(compare_schemas(schema_of(database), production).empty());
  CHECK(database.ask(back) == (test.written.empty() ? before : std::string(test.found_back)));
  CHECK(database.ask("SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_fairway%' ESCAPE "
                     "'\\'") == "0\n");
}

TEST_CASE("a column goes, rows, numbers, indexes and triggers stay; and it can be taken back") {
  check_rebuilt({.production = "CREATE TABLE t(a TEXT, b INT); CREATE INDEX t_a ON t(a);"
                               "CREATE INDEX t_b ON t(b); CREATE VIEW v AS SELECT a FROM t;"
                               "CREATE TABLE log(a);"
                               "CREATE TRIGGER noted AFTER INSERT ON t BEGIN INSERT INTO log "
                               "VALUES(new.a); END;"
                               "INSERT INTO t(rowid, a, b) VALUES(3, 'x', 1), (9, 'y', 2);",
                 .preview = "CREATE TABLE t(a TEXT); CREATE INDEX t_a ON t(a); CREATE VIEW v AS "
                            "SELECT a FROM t; CREATE TABLE log(a); CREATE TRIGGER noted AFTER "
                            "INSERT ON t BEGIN INSERT INTO log VALUES(new.a); END;",
                 .looks = "SELECT rowid, a, (SELECT count(*) FROM log) FROM t ORDER BY rowid",
                 .found = "3|x|2\n9|y|2\n",
                 .written = "INSERT INTO t(a) VALUES('new'); DELETE FROM t WHERE rowid = 3;",
                 .looks_back = "SELECT rowid, a, b FROM t ORDER BY rowid",
                 .found_back = "9|y|2\n10|new|NULL\n"});
}

TEST_CASE("a type changes and changes back, value by value") {
  check_rebuilt({.production = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT);"
                               "INSERT INTO t VALUES(1, '007'), (2, 'abc'), (3, NULL), (4, '8');",
                 .preview = "CREATE TABLE t(id INTEGER PRIMARY KEY, v INT)",
                 .looks = "SELECT id, v, typeof(v) FROM t ORDER BY id",
                 .found = "1|7|integer\n2|abc|text\n3|NULL|null\n4|8|integer\n",
                 .written = "UPDATE t SET v = 9 WHERE id = 4",
                 .looks_back = "SELECT id, v, typeof(v) FROM t ORDER BY id",
                 .found_back = "1|007|text\n2|abc|text\n3|NULL|null\n4|9|text\n"});
}

TEST_CASE("a column that may not be NULL any more is filled, and empty again when taken back") {
  check_rebuilt({.production = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, n INT);"
                               "INSERT INTO t VALUES(1, NULL, NULL), (2, 'b', 2);",
                 .preview =
                     "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT NOT NULL DEFAULT 'it''s', "
                     "n INT NOT NULL, more TEXT NOT NULL)",
                 .looks = "SELECT v, n, more FROM t ORDER BY id",
                 .found = "it's|0|\nb|2|\n",
                 .written = "UPDATE t SET v = 'c' WHERE id = 2",
                 .looks_back = "SELECT v, n FROM t ORDER BY id",
                 .found_back = "NULL|NULL\nc|2\n"});
}

TEST_CASE("a table goes and comes back; those that refer to it keep their rows") {
  check_rebuilt(
      {.production = "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, x);"
                     "CREATE TABLE b(a REFERENCES a(id) ON DELETE CASCADE);"
                     "CREATE TABLE c(id INTEGER PRIMARY KEY, y); CREATE INDEX c_y ON c(y);"
                     "INSERT INTO a VALUES(1, 'one'), (5, 'five'); DELETE FROM a WHERE id = 5;"
                     "INSERT INTO b VALUES(1); INSERT INTO c VALUES(7, x'00ff');",
       .preview = "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE);"
                  "CREATE TABLE b(a REFERENCES a(id) ON DELETE CASCADE);",
       .looks = "SELECT a.id, a.x, seq, (SELECT count(*) FROM b) FROM a, sqlite_sequence",
       .found = "1|one|5|1\n",
       .written = "INSERT INTO a(x) VALUES('six')",
       .looks_back =
           "SELECT (SELECT group_concat(id || x) FROM a), (SELECT count(*) FROM b), (SELECT "
           "hex(y) FROM c), seq FROM sqlite_sequence",
       .found_back = "1one,6six|1|00FF|6\n"});
}

TEST_CASE("tables without row numbers are told apart by their key") {
  check_rebuilt({.production = "CREATE TABLE t(k TEXT, l INT, v, PRIMARY KEY(k, l)) WITHOUT ROWID;"
                               "INSERT INTO t VALUES('a', 1, 0.5), ('a', 2, NULL);",
                 .preview = "CREATE TABLE t(k TEXT, l INT, w, PRIMARY KEY(k, l))",
                 .looks = "SELECT k, l, w FROM t ORDER BY l",
                 .found = "a|1|NULL\na|2|NULL\n",
                 .written = "UPDATE t SET w = 3",
                 .looks_back = "SELECT k, l, typeof(v) FROM t ORDER BY l",
                 .found_back = "a|1|real\na|2|null\n"});
}

TEST_CASE("names that look like SQL stay names") {
  check_rebuilt(
      {.production =
           "CREATE TABLE \"t'); DROP TABLE u; --\"(\"a\"\"b\" TEXT, \"select\" INT, "
           "\"_fairway_key\" INT);"
           "CREATE TABLE u(\"x\ny\"); CREATE INDEX \"i\"\"x\" ON \"t'); DROP TABLE u; "
           "--\"(\"a\"\"b\");"
           "INSERT INTO \"t'); DROP TABLE u; --\" VALUES('it''s', 1, 2); INSERT INTO u VALUES(1);",
       .preview = "CREATE TABLE \"t'); DROP TABLE u; --\"(\"a\"\"b\" TEXT, \"_fairway_key\" INT);"
                  "CREATE TABLE u(\"x\ny\" NOT NULL);"
                  "CREATE INDEX \"i\"\"x\" ON \"t'); DROP TABLE u; --\"(\"a\"\"b\");",
       .looks = "SELECT * FROM \"t'); DROP TABLE u; --\", u",
       .found = "it's|2|1\n",
       .written = "UPDATE \"t'); DROP TABLE u; --\" SET \"_fairway_key\" = 5",
       .looks_back = "SELECT * FROM \"t'); DROP TABLE u; --\", u",
       .found_back = "it's|1|5|1\n"});
}

TEST_CASE("a key that goes is the rows' number again when it comes back") {
  check_rebuilt({.production = "CREATE TABLE t(id INTEGER PRIMARY KEY, v);"
                               "INSERT INTO t VALUES(2, 'b'), (9, 'i');",
                 .preview = "CREATE TABLE t(v)",
                 .looks = "SELECT rowid, v FROM t ORDER BY 1",
                 .found = "2|b\n9|i\n",
                 .written = "INSERT INTO t VALUES('new')",
                 .looks_back = "SELECT id, v FROM t ORDER BY 1",
                 .found_back = "2|b\n9|i\n10|new\n"});
}

}  // namespace
}  // namespace fairway

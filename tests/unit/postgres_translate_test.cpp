// What comes out, word for word; that it means the same in both databases is tested with a server
// in tests/postgres.
#include <doctest/doctest.h>

#include "shared/postgres/translate.h"

using namespace fairway;
using namespace fairway::postgres;

namespace {

TableName items() {
  TableName table{"items", "things", {}, "id"};
  table.columns = {
      {"id", "id", ValueClass::bigint, "INTEGER", "", ""},
      {"qty", "qty", ValueClass::bigint, "INT", "", ""},
      {"price", "price", ValueClass::real, "REAL", "", ""},
      {"name", "na\"me", ValueClass::text, "TEXT", "", ""},
      {"nick", "nick", ValueClass::text, "TEXT", "NOCASE", ""},
      {"done", "done", ValueClass::boolean, "BOOLEAN", "", ""},
      {"made", "made", ValueClass::timestamp_text, "DATETIME", "", ""},
      {"xmin", "xmin_", ValueClass::text, "TEXT", "", ""},
      {"doc", "doc", ValueClass::text, "TEXT", "", ""},
  };
  return table;
}

std::string said(const Outcome<std::string>& made) {
  return made.ok() ? *made : "? " + made.failure().message;
}

std::string check_of(std::string_view text) {
  const auto expression = sql::parse_expression(text);
  REQUIRE(expression.ok());
  return said(translate_condition(*expression, items()));
}

std::string default_of(std::string_view text, ValueClass holds, std::string_view type) {
  const auto expression = sql::parse_expression(text);
  REQUIRE(expression.ok());
  return said(translate_default(*expression, {"c", "c", holds, std::string(type), "", ""}));
}

std::string generated_of(std::string_view text, ValueClass holds) {
  const auto expression = sql::parse_expression(text);
  REQUIRE(expression.ok());
  return said(translate_generated(*expression, items(), {"c", "c", holds, "", "", ""}));
}

std::string indexed_of(std::string_view column) {
  const auto index =
      sql::parse_create_index("CREATE INDEX i ON items(" + std::string(column) + ")");
  REQUIRE(index.ok());
  return said(translate_indexed(index->columns[0], items(), IndexedFor::order));
}

std::string view_of(std::string_view select) {
  const auto view = sql::parse_create_view("CREATE VIEW v AS " + std::string(select));
  REQUIRE(view.ok());
  const auto made = translate_view(*view, {{items()}});
  return made.ok() ? made->select : "? " + made.failure().message;
}

}  // namespace

TEST_CASE("conditions of CHECK and WHERE") {
  CHECK(check_of("qty > 0") == "\"qty\" > 0");
  CHECK(check_of("price >= 0.5") == "\"price\" >= '0.5'::float8");
  CHECK(check_of("qty") == "\"qty\" <> 0");
  CHECK(check_of("done") == "\"done\"");
  CHECK(check_of("done = 1") == "\"done\" = true");
  CHECK(check_of("done IN (0, 1)") == "\"done\" IN (false, true)");
  CHECK(check_of("name IN ('a', 'b')") == "\"na\"\"me\" IN ('a', 'b')");
  CHECK(check_of("\"name\" <> \"none\"") == "\"na\"\"me\" <> 'none'");
  CHECK(check_of("xmin < 'b'") == "\"xmin_\" < 'b' COLLATE \"C\"");
  CHECK(check_of("nick = 'BOB'") == "lower(\"nick\" COLLATE \"C\") = lower('BOB' COLLATE \"C\")");
  CHECK(check_of("length(name) BETWEEN 1 AND 5") ==
        "(char_length(\"na\"\"me\")::bigint >= 1) AND "
        "(char_length(\"na\"\"me\")::bigint <= 5)");
  CHECK(check_of("name LIKE '%@%'") == "\"na\"\"me\" LIKE '%@%'");
  CHECK(check_of("name LIKE 'A%'") == "lower(\"na\"\"me\" COLLATE \"C\") LIKE 'a%'");
  CHECK(check_of("name GLOB '[a-z]*.x?'") == "\"na\"\"me\" COLLATE \"C\" ~ '^[a-z].*\\.x.$'");
  CHECK(check_of("json_valid(doc)") == "\"doc\" IS NULL OR \"doc\"::json IS NOT NULL");
  CHECK(check_of("qty / 2 = 1") == "(\"qty\" / 2) = 1");
  CHECK(check_of("qty / id = 1") == "(\"qty\" / nullif(\"id\", 0)) = 1");
}

TEST_CASE("what has no equal says so") {
  CHECK(check_of("name REGEXP 'a'") ==
        "? PostgreSQL has no equal for REGEXP, which is the app's own.");
  CHECK(check_of("my_function(qty)") ==
        "? PostgreSQL has no equal for the function my_function with 1 argument.");
  for (const char* text : {"name + 1 > 0", "name > qty", "made > '2024-01-01'", "other = 1",
                           "json_valid(doc) OR qty = 1", "nick = 'a' COLLATE mine", "name",
                           "rowid IN t", "(SELECT 1 FROM items)", "price || 'x' = 'y'"}) {
    CAPTURE(text);
    CHECK(check_of(text).starts_with("? "));
  }
}

TEST_CASE("defaults by what the column holds") {
  CHECK(default_of("'5'", ValueClass::bigint, "INTEGER") == "5");
  CHECK(default_of("TRUE", ValueClass::bigint, "INTEGER") == "true::int::bigint");
  CHECK(default_of("TRUE", ValueClass::boolean, "BOOLEAN") == "true");
  CHECK(default_of("0", ValueClass::boolean, "BOOLEAN") == "false");
  CHECK(default_of("\"it's\"", ValueClass::text, "TEXT") == "'it''s'");
  CHECK(default_of("1.5", ValueClass::text, "TEXT") == "'1.5'");
  CHECK(default_of("x'00'", ValueClass::bytes, "BLOB") == "'\\x00'::bytea");
  CHECK(default_of("CURRENT_TIMESTAMP", ValueClass::timestamp_text, "DATETIME") ==
        "CURRENT_TIMESTAMP");
  CHECK(default_of("CURRENT_TIMESTAMP", ValueClass::text, "TEXT") ==
        "to_char((CURRENT_TIMESTAMP AT TIME ZONE 'UTC'), 'YYYY-MM-DD HH24:MI:SS')");
  CHECK(default_of("unixepoch() * 1000", ValueClass::timestamp_milliseconds, "DATETIME") ==
        "CURRENT_TIMESTAMP");
  CHECK(default_of("lower(hex(randomblob(16)))", ValueClass::uuid, "UUID") == "gen_random_uuid()");
  CHECK(default_of("'[]'", ValueClass::json, "JSON") == "'[]'::json");
  CHECK(default_of("'abc'", ValueClass::bigint, "INTEGER").starts_with("? "));
  CHECK(default_of("'soon'", ValueClass::timestamp_text, "DATETIME").starts_with("? "));
}

TEST_CASE("generated columns never change on their own") {
  CHECK(generated_of("price * qty", ValueClass::real) == "\"price\" * \"qty\"");
  CHECK(generated_of("name || '!'", ValueClass::text) == "\"na\"\"me\" || '!'");
  CHECK(generated_of("date(made)", ValueClass::text).starts_with("? "));
  CHECK(generated_of("random()", ValueClass::bigint).starts_with("? "));
  CHECK(generated_of("name", ValueClass::bigint).starts_with("? "));
}

TEST_CASE("columns of indexes") {
  CHECK(indexed_of("qty") == "\"qty\"");
  CHECK(indexed_of("qty DESC") == "\"qty\" DESC");
  CHECK(indexed_of("name COLLATE NOCASE") == "(lower(\"na\"\"me\" COLLATE \"C\"))");
  CHECK(indexed_of("nick") == "(lower(\"nick\" COLLATE \"C\"))");
  CHECK(indexed_of("nick COLLATE BINARY") == "\"nick\"");
  CHECK(indexed_of("qty + 1 DESC") == "(\"qty\" + 1) DESC");
  CHECK(indexed_of("name COLLATE mine").starts_with("? "));
  CHECK(indexed_of("date(made)").starts_with("? "));
}

TEST_CASE("views name tables and columns as they are over there") {
  CHECK(view_of("SELECT name AS n FROM items i WHERE done ORDER BY n DESC LIMIT 3") ==
        "SELECT \"i\".\"na\"\"me\" AS \"n\" FROM \"things\" AS \"i\" WHERE \"i\".\"done\" "
        "ORDER BY \"i\".\"na\"\"me\" COLLATE \"C\" DESC NULLS LAST LIMIT 3");
  CHECK(view_of("SELECT count(*), qty > 1 FROM items GROUP BY qty > 1") ==
        "SELECT count(*) AS \"count(*)\", (\"things\".\"qty\" > 1)::int::bigint AS \"qty > 1\" "
        "FROM \"things\" GROUP BY (\"things\".\"qty\" > 1)");
  CHECK(view_of("SELECT name, max(qty) FROM items").starts_with("? "));
  CHECK(view_of("SELECT * FROM nowhere").starts_with("? "));
}

TEST_CASE("a trigger that writes does not start itself again") {
  const auto trigger = sql::parse_create_trigger(
      "CREATE TRIGGER t AFTER UPDATE OF qty ON items WHEN new.done BEGIN "
      "UPDATE items SET made = CURRENT_TIMESTAMP WHERE id = new.id; END");
  REQUIRE(trigger.ok());
  const auto made = translate_trigger(*trigger, {{items()}}, "items t");
  REQUIRE(made.ok());
  CHECK(made->create_trigger ==
        "CREATE TRIGGER \"t\" AFTER UPDATE OF \"qty\" ON \"things\" FOR EACH ROW EXECUTE FUNCTION "
        "\"items t\"()");
  CHECK(made->create_function.find("current_setting('fairway.t6974656d732074', true) = 'on'") !=
        std::string::npos);
  CHECK(made->create_function.find("UPDATE \"things\" SET \"made\" = CURRENT_TIMESTAMP "
                                   "WHERE (\"things\".\"id\" = NEW.\"id\");") != std::string::npos);
}

TEST_CASE("what doubles at every level comes to an end") {
  std::string text = "qty";
  for (int i = 0; i < 60; ++i) text = "max(" + text + ", id)";
  CHECK(check_of(text + " > 0").starts_with("? "));
}

TEST_CASE("a WITH inside of each WITH comes to an end") {
  std::string text = "SELECT 1";
  for (int i = 0; i < 30; ++i) {
    text = "WITH RECURSIVE c AS (" + text + " UNION SELECT 2) SELECT 1 FROM c";
  }
  CHECK(view_of(text).starts_with("? "));
}

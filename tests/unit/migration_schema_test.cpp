#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/migration_random.h"

namespace fairway {
namespace {

using test::Scratch;

TEST_CASE("texts that SQLite reads the same way have one normal form") {
  const std::string form = normal_form("CREATE TABLE t(a INT, \"b c\" TEXT DEFAULT 'X')");
  CHECK(normal_form("create  table T ( A int,\n[B C] text /* why */ default 'X' ) -- end") == form);
  CHECK(normal_form("CREATE TABLE `t`(a INT, \"b c\" TEXT DEFAULT 'X');") == form);
  CHECK(normal_form("CREATE TABLE t(a INT, \"b c\" TEXT DEFAULT 'x')") != form);
  CHECK(normal_form("CREATE TABLE t(a INT, \"bc\" TEXT DEFAULT 'X')") != form);
  CHECK(normal_form("a DEFAULT \"Text\"") != normal_form("a DEFAULT \"text\""));
  CHECK(normal_form("x'0aFF'") == normal_form("X'0Aff'"));
}

TEST_CASE("tokens keep quotes, comments and numbers apart") {
  const auto tokens =
      tokens_of("'it''s' \"q\"\"q\" [a]]b] 1.5e-3 .5 0x1F x'00' --c\n/*d*/ $v ->> 'unended");
  std::vector<std::string> texts;
  for (const auto& token : tokens) texts.push_back(token.text);
  CHECK(join(texts, "¦") == "it's¦q\"q¦a¦]¦b¦]¦1.5e-3¦.5¦0x1F¦x'00'¦$v¦-¦>¦>¦unended");
}

TEST_CASE("a table is taken apart") {
  const auto table = parse_table(
      "CREATE TABLE \"a t\" (id INTEGER PRIMARY KEY, n VARCHAR(10) NOT NULL DEFAULT (1+2), "
      "[x y] DECIMAL(10, 2) UNIQUE COLLATE NOCASE, j AS (json_extract(n, '$.a,b')), "
      "s TEXT GENERATED ALWAYS AS (n || ')') STORED, 'q' REFERENCES o(id) ON DELETE SET NULL, "
      "CONSTRAINT c CHECK (n > 1), FOREIGN KEY (n) REFERENCES o(n)) STRICT");
  REQUIRE(table);
  CHECK(table->name == "a t");
  CHECK(table->columns.size() == 6);
  CHECK(table->primary_key == std::vector<std::string>{"id"});
  CHECK(table->columns[1].type == "VARCHAR(10)");
  CHECK(table->columns[1].not_null);
  CHECK(table->columns[1].otherwise == ColumnDefinition::Default::computed);
  CHECK(table->columns[2].type == "DECIMAL(10, 2)");
  CHECK(table->columns[2].unique);
  CHECK(table->columns[3].generated == Generated::computed);
  CHECK(table->columns[4].generated == Generated::stored);
  CHECK(table->columns[5].name == "q");
  CHECK(table->columns[5].type == "");
  CHECK(table->columns[5].references);
  CHECK(table->columns[5].otherwise == ColumnDefinition::Default::none);
  CHECK(table->constraints.size() == 2);
  CHECK(table->strict);
  CHECK(table->collated);
  CHECK_FALSE(table->without_rowid);
}

TEST_CASE("keys of tables without rowid are found wherever they stand") {
  const auto key_of = [](std::string_view sql) {
    const auto table = parse_table(sql);
    return table ? join(row_key_of(*table).columns, ",") : "nothing";
  };
  CHECK(key_of("CREATE TABLE t(a, b PRIMARY KEY) WITHOUT ROWID") == "b");
  CHECK(key_of("CREATE TABLE t(a, b, CHECK(a>0) PRIMARY KEY(b DESC, a COLLATE NOCASE, b)) "
               "WITHOUT ROWID, STRICT") == "b,a");
  CHECK(key_of("CREATE TABLE t(a, b, CONSTRAINT k PRIMARY KEY([b])) WITHOUT  ROWID;") == "b");
  CHECK(row_key_of(*parse_table("CREATE TABLE t(RowID, a)")).rowid_name == "_rowid_");
  CHECK(row_key_of(*parse_table("CREATE TABLE t(rowid, oid, _ROWID_)")).kind ==
        RowKey::Kind::position);
}

TEST_CASE("what is no CREATE TABLE is not guessed at") {
  for (const char* sql :
       {"", "CREATE", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t(", "CREATE TABLE t()",
        "CREATE TABLE t(a,)", "CREATE TABLE t(a) AS SELECT", "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE t AS SELECT 1", "SELECT 1", "CREATE TABLE t(a", "CREATE TABLE t(1)",
        "CREATE VIRTUAL TABLE t USING fts5(a)"}) {
    CAPTURE(sql);
    CHECK_FALSE(parse_table(sql));
  }
}

TEST_CASE("virtual tables") {
  const auto table = parse_virtual_table(
      "CREATE VIRTUAL TABLE IF NOT EXISTS \"my docs\" USING FTS5(title, body, content='', "
      "tokenize = 'porter unicode61')");
  REQUIRE(table);
  CHECK(table->name == "my docs");
  CHECK(table->module == "fts5");
  CHECK(table->arguments.size() == 4);
  CHECK(parse_virtual_table("CREATE VIRTUAL TABLE v USING dbstat")->arguments.empty());
  CHECK_FALSE(parse_virtual_table("CREATE TABLE t(a)"));
  CHECK_FALSE(parse_virtual_table("CREATE VIRTUAL TABLE v"));
}

TEST_CASE("names of SQLite, the provider and ours are not the app's") {
  CHECK(is_internal_name("sqlite_stat1"));
  CHECK(is_internal_name("libsql_wasm_func_table"));
  CHECK(is_internal_name("_fairway_loads"));
  CHECK_FALSE(is_internal_name("sqlite_sequence"));
  CHECK_FALSE(is_internal_name("_prisma_migrations"));
  CHECK_FALSE(is_internal_name("users"));
}

// SQLite's own words about every table of a database.
void check_against_sqlite(const std::string& image) {
  Scratch scratch(image, "");
  auto preview = open_preview(image);
  REQUIRE(preview.ok());
  for (const auto& object : preview->schema()) {
    if (object.type != "table" || parse_virtual_table(object.sql)) continue;
    const auto table = parse_table(object.sql);
    REQUIRE(table);
    std::string columns;
    std::string generated;
    for (const auto& column : table->columns) {
      columns += cat({column.name, "\n"});
      generated += column.generated == Generated::computed ? "2\n"
                   : column.generated == Generated::stored ? "3\n"
                                                           : "0\n";
    }
    const std::string name = quoted_text(object.name);
    CHECK(scratch.ask(cat({"SELECT name FROM pragma_table_xinfo(", name, ")"})) == columns);
    CHECK(scratch.ask(cat({"SELECT hidden FROM pragma_table_xinfo(", name, ")"})) == generated);
    CHECK(scratch.ask(cat({"SELECT wr FROM pragma_table_list WHERE name=", name})) ==
          (table->without_rowid ? "1\n" : "0\n"));
    std::string key;
    for (const auto& column : table->primary_key) key += cat({column, "\n"});
    CHECK(scratch.ask(cat(
              {"SELECT name FROM pragma_table_xinfo(", name, ") WHERE pk>0 ORDER BY pk"})) == key);
  }
}

TEST_CASE("what is read of a definition is what SQLite reads") {
  for (const char* name : {"chinook.db", "guestbook.db", "notes.db", "shop.db"}) {
    check_against_sqlite(test::data_file(name));
  }
  for (uint64_t seed = 1'000; seed < 1'100; ++seed) {
    CAPTURE(seed);
    check_against_sqlite(test::image_of(test::random_database(seed)));
  }
}

TEST_CASE("a schema that was sent is read with care") {
  auto schema = read_schema(
      *parse_json(R"x([{"type":"table","name":"t","table":"t","sql":"CREATE TABLE t(a)"}])x"));
  REQUIRE(schema.ok());
  CHECK(schema->at(0) == SchemaObject{"table", "t", "t", "CREATE TABLE t(a)"});
  CHECK_FALSE(read_schema(*parse_json("{}")).ok());
  CHECK_FALSE(read_schema(*parse_json("[1]")).ok());
  CHECK_FALSE(read_schema(*parse_json(R"([{"type":"table"}])")).ok());
}

}  // namespace
}  // namespace fairway

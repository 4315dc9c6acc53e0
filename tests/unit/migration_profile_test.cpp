#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/migration/profile.h"
#include "shared/migration/value_forms.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

DatabaseProfile profile(std::string_view sql) {
  auto preview = open_preview(test::image_of(sql));
  REQUIRE(preview.ok());
  auto found = profile_preview(*preview);
  REQUIRE(found.ok());
  return std::move(*found);
}

ColumnProfile column(std::string_view declared, std::string_view values) {
  const auto found =
      profile(cat({"CREATE TABLE t(c ", declared, "); INSERT INTO t VALUES ", values, ";"}));
  return found.tables.at(0).columns.at(0);
}

TEST_CASE("every cell is counted by its storage class") {
  const auto c = column("", "(1),(-7),(2.5),('a'),(x'00'),(NULL),(NULL)");
  CHECK(c.cells == CellCounts{2, 2, 1, 1, 1});
  CHECK(c.integer_min == -7);
  CHECK(c.integer_max == 1);
  CHECK(c.fractions == 1);
  CHECK(c.first_of_class[2] == std::vector<std::string>{"rowid 4: 'a'"});
  CHECK(c.first_of_class[3] == std::vector<std::string>{"rowid 5: x'00'"});
}

TEST_CASE("numbers that a double or a decimal cannot be are counted") {
  CHECK(column("", "(9007199254740992),(9223372036854775807)").inexact_integers == 1);
  CHECK(column("", "(-9223372036854775808)").inexact_integers == 0);
  CHECK(column("", "(9007199254740993)").inexact_integers == 1);
  CHECK(column("REAL", "(9e999),(-9e999),(1)").infinities == 2);
  CHECK(column("", "(CAST('-0.0' AS REAL)),(0.0)").negative_zeros == 1);
}

TEST_CASE("texts that PostgreSQL cannot store are counted with their rows") {
  const auto c = column("TEXT",
                        "('fine'),('a'||char(0)||'b'),(CAST(x'ff' AS TEXT)),"
                        "(CAST(x'eda080' AS TEXT)),(CAST(x'c0af' AS TEXT)),('äöü€')");
  CHECK(c.nul_texts.count == 1);
  CHECK(c.nul_texts.examples.at(0).starts_with("rowid 2: "));
  CHECK(c.broken_texts.count == 3);
  CHECK(c.broken_texts.examples.at(0).starts_with("rowid 3: "));
  CHECK(c.characters_max == 4);
}

TEST_CASE("at most five rows stand for all that were found") {
  const auto c = column("JSON", "('x'),('x'),('x'),('x'),('x'),('x'),('x')");
  CHECK(c.invalid_json.count == 7);
  CHECK(c.invalid_json.examples.size() == 5);
}

TEST_CASE("dates are told apart by their form") {
  const auto numbers =
      column("DATETIME", "(1700000000000),(1700000000),(2460000.5),(0),(99999999999999999)");
  CHECK(numbers.date_numbers.milliseconds == 1);
  CHECK(numbers.date_numbers.seconds == 1);
  CHECK(numbers.date_numbers.julian_days == 1);
  CHECK(numbers.date_numbers.small == 1);
  CHECK(numbers.date_numbers.strays.count == 1);
  const auto texts = column("TIMESTAMP",
                            "('2024-02-29'),('2024-02-29 23:59:59'),('2024-01-01T00:00:00.123Z'),"
                            "('2024-01-01T00:00+02:00'),('10:30'),('2024-02-30'),(''),"
                            "('0000-00-00'),('25:00'),('2024-01-01 00:00:00.1234567')");
  CHECK(texts.date_texts.days == 1);
  CHECK(texts.date_texts.timestamps == 4);
  CHECK(texts.date_texts.times == 1);
  CHECK(texts.date_texts.zoned == 2);
  CHECK(texts.date_texts.shifted == 1);
  CHECK(texts.date_texts.fine == 1);
  CHECK(texts.date_texts.strays.count == 4);
  CHECK(texts.date_texts.strays.examples.at(0) == "rowid 6: '2024-02-30'");
  CHECK(texts.date_texts.form.empty());
}

TEST_CASE("moments that are all written in one way give its form") {
  CHECK(form_of_moment("2024-01-01") == "YYYY-MM-DD");
  CHECK(form_of_moment("2024-01-01 10:20") == "YYYY-MM-DD HH24:MI");
  CHECK(form_of_moment("2024-01-01T10:20:30.123Z") == "YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"");
  CHECK(form_of_moment("2024-01-01 10:20:30.1").empty());
  CHECK(form_of_moment("2024-01-01 10:20:30+02").empty());
  CHECK(column("DATETIME", "('2024-01-01 10:20:30'),('2025-12-31 00:00:00')").date_texts.form ==
        "YYYY-MM-DD HH24:MI:SS");
  CHECK(column("DATETIME", "('2024-01-01 10:20:30'),('2025-12-31T00:00:00')")
            .date_texts.form.empty());
}

TEST_CASE("only moments that exist are moments") {
  for (const char* text : {"2024-02-29", "0001-01-01", "9999-12-31T23:59:59.999999Z",
                           "2023-01-01 00:00:00 +0530", "2023-01-01 00:00:00-08", "23:59"}) {
    CAPTURE(text);
    CHECK(iso_moment(text).has_value());
  }
  for (const char* text :
       {"2023-02-29", "0000-01-01", "2023-13-01", "2023-00-10", "2023-1-1", "24:00", "12:60",
        "23:59:60", "2023-01-01T", "2023-01-01 10", "2023-01-01 10:00 +15:00", "2023-01-01x",
        "2023-01-01 10:00:00.", "10:00Z", "now", "20230101"}) {
    CAPTURE(text);
    CHECK(!iso_moment(text).has_value());
  }
}

TEST_CASE("JSON is JSON as the standard says") {
  for (const char* text : {"null", " 1 ", "-0.5e+10", "[]", "{}", "[1,[2,{\"a\":\"\\u0000\"}]]",
                           "{\"a\":1,\"a\":2}", "\"\\ud800\"", "[[],[]]", "{\"a\":[{}]}"}) {
    CAPTURE(text);
    CHECK(is_json_text(text));
  }
  for (const char* text : {"", "01", "1.", ".5", "[1,]", "{\"a\"}", "{a:1}", "'a'", "[1", "]",
                           "\"\n\"", "nul", "[1]]", "\"\\x\"", "\"\\u12g4\"", "+1", "[,]", "1 2"}) {
    CAPTURE(text);
    CHECK(!is_json_text(text));
  }
  CHECK(!is_json_text(std::string(2'000, '[') + std::string(2'000, ']')));
}

TEST_CASE("jsonb is written as PostgreSQL prints it, or not at all") {
  const auto made = [](std::string_view text) { return jsonb_text(text).value_or("?"); };
  CHECK(made(R"( {"b" : [ 1,2.50 ], "a":1e2,"a":-0, "cc":{} } )") ==
        R"({"a": 0, "b": [1, 2.50], "cc": {}})");
  CHECK(made(R"(["\u00e4\ud83d\ude00\/\n\u0001\"", true, null, -1.5E-3])") ==
        R"(["ä😀/\n\u0001\"", true, null, -0.0015])");
  CHECK(made(R"({"x": {"y": [[], [{"z": 0}]]}})") == R"({"x": {"y": [[], [{"z": 0}]]}})");
  for (const char* text : {R"("\u0000")", R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")",
                           "1e1001", "[1", "", R"({"a":"\u0000"})"}) {
    CAPTURE(text);
    CHECK(made(text) == "?");
  }
  CHECK(made(std::string(900, '[') + std::string(900, ']')).size() == 1'800);
}

TEST_CASE("words that stand for booleans") {
  for (const char* text : {"true", "T", "yes", "Y", "On"}) CHECK(boolean_of(text) == true);
  for (const char* text : {"FALSE", "f", "no", "n", "off"}) CHECK(boolean_of(text) == false);
  for (const char* text : {"", "1", "0", "tru", "yes ", "nope"}) CHECK(!boolean_of(text));
}

TEST_CASE("JSON, UUIDs and booleans are looked for only where they are declared") {
  const auto json = column("JSON", "('{\"a\":1}'),('{bad'),(x'7C17614B13311332'),(x'00ff')");
  CHECK(json.json_texts == 1);
  CHECK(json.jsonb_blobs == 1);
  CHECK(json.invalid_json.count == 2);
  CHECK(column("TEXT", "('{bad')").invalid_json.count == 0);
  const auto uuid = column("UUID",
                           "('6ba7b810-9dad-11d1-80b4-00c04fd430c8'),"
                           "('6BA7B810-9DAD-11D1-80B4-00C04FD430C8'),('6ba7b810')");
  CHECK(uuid.uuids == 1);
  CHECK(uuid.upper_uuids == 1);
  CHECK(uuid.invalid_uuids.count == 1);
  CHECK(column("BOOLEAN", "('true'),('FALSE'),('maybe'),(1)").boolean_texts == 2);
}

TEST_CASE("keys: NULLs, rowids and what AUTOINCREMENT has reached") {
  const auto found = profile(
      "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES(-3),(9);"
      "UPDATE sqlite_sequence SET seq = 1000;"
      "CREATE TABLE b(k TEXT, l INT, PRIMARY KEY(k, l)); INSERT INTO b VALUES(NULL,1),('x',NULL);"
      "CREATE TABLE c(id INTEGER PRIMARY KEY DESC);"
      "CREATE TABLE d(k TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE e(x)");
  const auto& tables = found.tables;
  CHECK(tables[0].rowid_alias == "id");
  CHECK(tables[0].rowid_min == -3);
  CHECK(tables[0].rowid_max == 9);
  CHECK(tables[0].sequence == 1'000);
  CHECK(tables[0].autoincrement);
  CHECK(tables[1].primary_key == std::vector<std::string>{"k", "l"});
  CHECK(tables[1].null_keys.count == 2);
  CHECK(!tables[1].rowid_alias);
  CHECK(!tables[2].rowid_alias);  // DESC: a key like any other
  CHECK(!tables[3].rowid_alias);
  CHECK(tables[4].without_unique_key);
  CHECK(!tables[1].without_unique_key);
}

TEST_CASE("rows that point to nothing are found for each foreign key") {
  const auto found = profile(
      "CREATE TABLE p(a INTEGER PRIMARY KEY); INSERT INTO p VALUES(1);"
      "CREATE TABLE c(x REFERENCES p, y INT, z REFERENCES gone, w TEXT REFERENCES p(a),"
      " FOREIGN KEY(y) REFERENCES p(a) ON DELETE CASCADE);"
      "INSERT INTO c VALUES(1,2,NULL,'1'),(7,1,NULL,'x')");
  const auto& keys = found.tables.at(1).foreign_keys;
  REQUIRE(keys.size() == 4);
  CHECK(keys[0].parent_columns == std::vector<std::string>{"a"});
  CHECK(keys[0].orphans == Finding{1, {"rowid 2"}});
  CHECK(keys[1].parent_missing);
  CHECK(keys[3].orphans == Finding{1, {"rowid 1"}});
  CHECK(keys[3].on_delete == "CASCADE");
  CHECK(found.tables[1].columns[3].integer_texts == 1);
}

TEST_CASE("shapes of texts at every length around a machine word") {
  for (size_t size = 0; size < 20; ++size) {
    CAPTURE(size);
    std::string text(size, 'a');
    CHECK(!shape_of(text).has_nul);
    CHECK(!shape_of(text).is_broken);
    for (size_t i = 0; i < size; ++i) {
      std::string odd = text;
      odd[i] = '\0';
      CHECK(shape_of(odd).has_nul);
      odd[i] = '\xff';
      CHECK(shape_of(odd).is_broken);
      odd[i] = '\x01';
      CHECK(!shape_of(odd).has_nul);
    }
  }
}

}  // namespace
}  // namespace fairway

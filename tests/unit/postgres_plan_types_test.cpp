#include <doctest/doctest.h>

#include <array>

#include "shared/base/text.h"
#include "tests/unit/plan_support.h"

namespace fairway::postgres {
namespace {

using test::decisions_of;
using test::plan_of;
using test::types_of;

// A column, what is in it, and what becomes of it: its type, how its cells are converted, and the
// decision about it ("" where the mapping is plain).
struct Case {
  std::string_view about;
  std::string_view declared;
  std::string_view values;
  std::string_view type;
  std::string_view conversion;
  std::string_view decision;
};

void check(const Case& one) {
  CAPTURE(one.about);
  const Plan plan = plan_of(cat({"CREATE TABLE t(c ", one.declared, ");",
                                 one.values.empty() ? "" : "INSERT INTO t VALUES ", one.values}));
  const ColumnPlan& column = plan.tables.at(0).columns.at(0);
  CHECK(column.target_type == one.type);
  CHECK(name_of(column.conversion) == one.conversion);
  CHECK(column.choice == column.choices.at(0));
  std::string found;
  for (const auto& decision : plan.decisions) {
    if (decision.column != "c") continue;
    found = cat({found, found.empty() ? "" : "; ", name_of(decision.outcome), " ", decision.kind});
  }
  CHECK(found == one.decision);
}

constexpr std::string_view utc = "timestamp with time zone";

constexpr Case cases[] = {
    {"REAL is eight bytes", "REAL", "(0.1),(123456789.123456789)", "double precision", "real", ""},
    {"the smallest and the largest", "DOUBLE", "(1.7976931348623157e308),(5e-324)",
     "double precision", "real", ""},
    {"infinities", "FLOAT", "(9e999),(-9e999)", "double precision", "real", ""},
    {"minus zero stays a double", "NUMBER_", "(CAST('-0.0' AS REAL))", "bigint", "bigint",
     "REPORT type_by_values"},
    {"64 bits", "INTEGER", "(9223372036854775807),(-9223372036854775808)", "bigint", "bigint", ""},
    {"two words", "UNSIGNED BIG INT", "(9007199254740993)", "bigint", "bigint", "MAP integer_type"},
    {"MEDIUMINT", "MEDIUMINT", "(1)", "bigint", "bigint", "MAP integer_type"},
    {"a small type that holds more", "SMALLINT", "(70000)", "bigint", "bigint",
     "ASK out_of_declared_range"},
    {"a tiny one", "TINYINT", "(300)", "bigint", "bigint", "ASK out_of_declared_range"},
    {"a made-up type, by its values", "INTEGER_OR_TEXT", "('a'),('b')", "text", "text",
     "REPORT type_by_values"},
    {"STRING is a number to SQLite", "STRING", "('5'),('6')", "bigint", "bigint",
     "REPORT type_by_values"},
    {"no type, blobs", "", "(x'00ff')", "bytea", "bytes", "REPORT type_by_values"},
    {"no type, empty", "", "", "text", "text", "REPORT type_by_values"},
    {"mixed without blobs", "", "(1),('a'),(2.5)", "text", "text", "ASK mixed_classes"},
    {"mixed with blobs", "", "(1),('a'),(x'00')", "bytea", "bytes", "ASK mixed_classes"},
    {"text in a column of integers", "INTEGER", "(1),('abc')", "text", "text", "ASK mixed_classes"},
    {"reals in a column of integers", "INTEGER", "(1),(1.5)", "double precision", "real",
     "ASK mixed_classes"},
    {"reals beside integers that no double is", "INTEGER", "(9007199254740993),(1.5)", "numeric",
     "numeric", "ASK mixed_classes"},
    {"blobs", "BLOB", "(x'00ff'),(x'')", "bytea", "bytes", ""},
    {"text in a column of blobs", "BLOB", "('abc')", "bytea", "bytes", "ASK text_in_blob"},
    {"text with NUL", "TEXT", "('a'||char(0)||'b')", "text", "text", "ASK broken_text"},
    {"text that is no UTF-8", "TEXT", "(CAST(x'ff' AS TEXT))", "text", "text", "ASK broken_text"},
    {"a surrogate", "TEXT", "(CAST(x'eda080' AS TEXT))", "text", "text", "ASK broken_text"},
    {"plain text", "TEXT", "(''),('\\.'),('\\N'),('x''y')", "text", "text", ""},
    {"booleans", "BOOLEAN", "(0),(1),(NULL)", "boolean", "boolean", "MAP boolean"},
    {"words of a boolean", "BOOLEAN", "('true'),('false')", "text", "text", "ASK boolean_texts"},
    {"a third boolean", "BOOLEAN", "(0),(2)", "bigint", "bigint", "REPORT boolean_values"},
    {"yes", "BOOLEAN", "(1),('yes')", "text", "text", "ASK boolean_texts"},
    {"ISO dates", "DATETIME", "('2024-05-01 12:30:00'),('2024-05-01T12:30:00.123Z')", utc,
     "timestamp_text", "ASK dates_iso_text"},
    {"milliseconds", "DATETIME", "(1627303906122),(0)", "timestamp(3) with time zone",
     "timestamp_milliseconds", "MAP dates_milliseconds"},
    {"seconds", "TIMESTAMP", "(1627303906)", "timestamp(0) with time zone", "timestamp_seconds",
     "ASK dates_seconds"},
    {"julian days", "DATETIME", "(2459421.5)", "double precision", "real", "ASK dates_julian"},
    {"seconds and milliseconds", "DATETIME", "(1627303906),(1627303906122)", "bigint", "bigint",
     "ASK dates_unclear"},
    {"texts and milliseconds", "DATETIME", "(1627303906122),('2024-05-01 12:30:00')", utc,
     "timestamp_milliseconds", "MAP dates_mixed"},
    {"texts and unclear numbers", "DATETIME", "(5),('2024-05-01 12:30:00')", "text", "text",
     "ASK dates_mixed"},
    {"no date at all", "DATETIME", "(''),('2024-05-01')", "text", "text", "ASK impossible_dates"},
    {"0000-00-00", "DATE", "('0000-00-00'),('2024-05-01')", "text", "text", "ASK impossible_dates"},
    {"February 30", "DATETIME", "('2024-02-30')", "text", "text", "ASK impossible_dates"},
    {"25:00", "TIME", "('25:00')", "text", "text", "ASK impossible_dates"},
    {"another zone", "DATETIME", "('2024-05-01T12:30:00+02:00')", utc, "timestamp_text",
     "ASK dates_iso_text"},
    {"nanoseconds", "DATETIME", "('2024-05-01T12:30:00.123456789Z')", "text", "text",
     "ASK dates_kept_as_text"},
    {"DATE", "DATE", "('2024-05-01')", "date", "date_text", "MAP dates"},
    {"TIME", "TIME", "('12:30'),('12:30:01.5')", "time without time zone", "time_text",
     "MAP dates"},
    {"dates that nobody wrote yet", "DATETIME", "", utc, "timestamp_text", "ASK dates_unknown"},
    {"decimals keep their digits", "DECIMAL(10,2)", "(1.005),(3)", "numeric", "numeric",
     "MAP decimal_type"},
    {"NUMERIC", "NUMERIC", "(1.5)", "numeric", "numeric", ""},
    {"infinity is no decimal", "NUMERIC", "(9e999)", "double precision", "real",
     "REPORT type_by_values"},
    {"words in a column of decimals", "DECIMAL", "(1.5),('n/a')", "text", "text",
     "ASK mixed_classes"},
    {"a length that nobody heeds", "VARCHAR(3)", "('abcdef')", "text", "text",
     "MAP length_not_enforced"},
    {"CHAR keeps its blanks", "CHAR(5)", "('a  ')", "text", "text", "MAP length_not_enforced"},
    {"JSON", "JSON", "('{\"a\":1}'),('[]')", "json", "json", "MAP json"},
    {"JSON that is none", "JSON", "('{\"a\":1}'),('{bad')", "text", "text", "REPORT invalid_json"},
    {"JSON with U+0000", "JSON", "('\"\\u0000\"')", "json", "json", "MAP json"},
    {"binary JSON", "JSONB", "(x'7C17614B13311332')", "json", "jsonb_blob", "MAP jsonb_blob"},
    {"UUIDs", "UUID", "('6ba7b810-9dad-11d1-80b4-00c04fd430c8')", "uuid", "uuid", "MAP uuid"},
    {"one that is none", "UUID", "('6ba7b810-9dad-11d1-80b4-00c04fd430c8'),('x')", "text", "text",
     "REPORT invalid_uuid"},
    {"UUIDs in upper case", "UUID", "('6BA7B810-9DAD-11D1-80B4-00C04FD430C8')", "text", "text",
     "ASK upper_case_uuid"},
};

TEST_CASE("the type of a column: declared and what it holds") {
  for (const Case& one : cases) check(one);
}

TEST_CASE("names of columns decide nothing") {
  const Plan plan = plan_of(
      "CREATE TABLE t(created_at INTEGER, is_active INTEGER, uuid TEXT, data TEXT);"
      "INSERT INTO t VALUES(1700000000000, 1, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '{}')");
  CHECK(types_of(plan, "t") == "bigint, bigint, text, text");
}

TEST_CASE("a strict table keeps its types; ANY goes by its values") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a INT, b ANY, c TEXT) STRICT; INSERT INTO t VALUES(1,'x','y'),(2,3,'z')");
  CHECK(types_of(plan, "t") == "bigint, text, text");
  CHECK(decisions_of(plan, "strict") == "MAP strict t. n=0");
  CHECK(decisions_of(plan, "mixed_classes") == "ASK mixed_classes t.b n=1 [rowid 1: 'x']");
}

TEST_CASE("examples name row and value") {
  const Plan plan = plan_of(
      "CREATE TABLE t(c DATETIME); INSERT INTO t(rowid, c) "
      "VALUES(7,'2024-02-30'),(9,'2024-01-01')");
  CHECK(decisions_of(plan, "impossible_dates") ==
        "ASK impossible_dates t.c n=1 [rowid 7: '2024-02-30']");
}

TEST_CASE("a JSON column in a key is text, because json cannot be compared") {
  const Plan plan = plan_of("CREATE TABLE t(c JSON UNIQUE); INSERT INTO t VALUES('[]')");
  CHECK(types_of(plan, "t") == "text");
  CHECK(decisions_of(plan, "json_in_key") == "REPORT json_in_key t.c n=1");
}

TEST_CASE("what is decided about dates stands in a list of its own") {
  const Plan plan = plan_of(
      "CREATE TABLE t(a DATETIME, b DATETIME, c DATETIME, d TEXT);"
      "INSERT INTO t VALUES(1627303906122,'2024-01-01',NULL,'2024-01-01')");
  REQUIRE(plan.dates.size() == 3);
  CHECK(plan.dates[0].form == "milliseconds");
  CHECK(plan.dates[0].choice == "timestamptz");
  CHECK(plan.dates[1].form == "ISO text");
  CHECK(plan.dates[2].form == "empty");
}

}  // namespace
}  // namespace fairway::postgres

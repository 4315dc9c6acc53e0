#include <doctest/doctest.h>

#include "shared/sql/sql.h"
#include "tests/unit/sql_support.h"

using namespace fairway;

TEST_CASE("operators bind as SQLite binds them") {
  CHECK(tree_of("a + b * c - d") == "((a + (b * c)) - d)");
  CHECK(tree_of("a OR b AND NOT c = d") == "(a OR (b AND (NOT (c = d))))");
  CHECK(tree_of("a AND b AND c OR d") == "((a AND b AND c) OR d)");
  CHECK(tree_of("a = b < c") == "(a = (b < c))");
  CHECK(tree_of("a = b IS NOT c") == "((a = b) IS NOT c)");
  CHECK(tree_of("a < b & c << 1 + 2") == "(a < ((b & c) << (1 + 2)))");
  CHECK(tree_of("a || b * c") == "((a || b) * c)");
  CHECK(tree_of("-a || b COLLATE nocase") == "((- a) || (b COLLATE nocase))");
  CHECK(tree_of("- a COLLATE nocase") == "((- a) COLLATE nocase)");
  CHECK(tree_of("1 + NOT 2 = 3") == "(1 + (NOT (2 = 3)))");
  CHECK(tree_of("a -> 'x' ->> 0 || b") == "(((a -> 'x') ->> 0) || b)");
  CHECK(tree_of("a->-1") == "(a -> (- 1))");
  CHECK(tree_of("a<-1") == "(a < (- 1))");
  CHECK(tree_of("a<>b<=c") == "(a <> (b <= c))");
  CHECK(tree_of("a == b != c") == "((a = b) <> c)");
  CHECK(tree_of("~a & b | c") == "(((~ a) & b) | c)");
}

TEST_CASE("BETWEEN, IN, LIKE and IS take what SQLite gives them") {
  CHECK(tree_of("a BETWEEN 1 AND 2 AND b") == "((a BETWEEN 1 AND 2) AND b)");
  CHECK(tree_of("a NOT BETWEEN b = 1 AND c < 2 = d") ==
        "((a NOT BETWEEN (b = 1) AND (c < 2)) = d)");
  CHECK(tree_of("a NOT IN (1, 'x', null) OR b") == "((a NOT IN (1, 'x', NULL)) OR b)");
  CHECK(tree_of("a IN ()") == "(a IN ())");
  CHECK(tree_of("a IN (SELECT 1)") == "(a IN (query))");
  CHECK(tree_of("a IN main.t") == "(a IN t)");
  CHECK(tree_of("a LIKE 'x%' ESCAPE '\\' AND b") == "((a LIKE 'x%' ESCAPE '\\') AND b)");
  CHECK(tree_of("a NOT GLOB b || c") == "(a NOT GLOB (b || c))");
  CHECK(tree_of("a IS NOT NULL") == "(a IS NOT NULL)");
  CHECK(tree_of("a IS NOT DISTINCT FROM b") == "(a IS b)");
  CHECK(tree_of("a IS DISTINCT FROM b") == "(a IS NOT b)");
  CHECK(tree_of("a NOTNULL = b NOT NULL") == "(NOTNULL ((NOTNULL a) = b))");
  CHECK(tree_of("NOT EXISTS (SELECT 1)") == "(NOT EXISTS(query))");
}

TEST_CASE("literals and names") {
  CHECK(tree_of("'it''s'") == "'it''s'");
  CHECK(tree_of("X'00fF'") == "x'00ff'");
  CHECK(tree_of("1e3 + .5 + 5. + 0x1F") == "(((1e3 + .5) + 5.) + 0x1F)");
  CHECK(tree_of("\"a\"\"b\" + [c d] + `e`") == "((\"a\"\"b\" + \"c d\") + \"e\")");
  CHECK(tree_of("main.t.\"x\" + t.y") == "(main.t.\"x\" + t.y)");
  CHECK(tree_of("current_timestamp") == "current_timestamp");
  CHECK(tree_of("replace(key, desc, 'end')") == "replace(key, desc, 'end')");
  CHECK(tree_of("left(a)") == "left(a)");
  CHECK(tree_of("count(*)") == "count(*)");
  CHECK(tree_of("count(DISTINCT a) FILTER (WHERE b) OVER (PARTITION BY c ORDER BY d DESC)") ==
        "count(DISTINCT a) FILTER OVER");
  CHECK(tree_of("sum(a) OVER w") == "sum(a) OVER");
  CHECK(tree_of("CASE a WHEN 1 THEN 2 ELSE 3 END") == "CASE(a, 1, 2, 3)");
  CHECK(tree_of("CASE WHEN a THEN b WHEN c THEN d END || e") == "(CASE(a, b, c, d) || e)");
  CHECK(tree_of("CAST(a AS VARCHAR(10))") == "CAST(a AS VARCHAR(10))");
  CHECK(tree_of("(a, b) = (1, 2)") == "((a, b) = (1, 2))");
  CHECK(tree_of("((a)) /* b */ -- c") == "a");
}

TEST_CASE("what is no expression is not understood") {
  CHECK(tree_of("") == "? The definition is not understood at its end.");
  CHECK(tree_of("a +") == "? The definition is not understood at its end.");
  CHECK(tree_of("a b") == "? The definition is not understood near \"b\".");
  CHECK(tree_of("select") == "? The definition is not understood near \"select\".");
  for (const char* text : {"(",       "(a",   "a)",    "CASE END", "CASE WHEN a END", "a BETWEEN 1",
                           "1x",      "0xg",  "1e",    "x'0'",     "x'zz'",           "a -> ",
                           "a - > b", "f(",   "f(a,)", "a..b",     "RAISE(x, 'y')",   "NOT",
                           "a NOT b", "a IN", "?",     "a = ;"}) {
    CAPTURE(text);
    CHECK(tree_of(text).starts_with("? "));
  }
}

TEST_CASE("height is bounded") {
  const auto nested = [](size_t depth, std::string_view open, std::string_view close) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += open;
    text += "1";
    for (size_t i = 0; i < depth; ++i) text += close;
    return tree_of(text);
  };
  CHECK(nested(50, "(", ")") == "1");
  for (const char* open : {"(", "-", "NOT ", "f(", "(SELECT ", "EXISTS (SELECT ", "1 + ", "a = ",
                           "CASE WHEN ", "(SELECT * FROM (SELECT ", "1 BETWEEN 1 AND ", "(1,"}) {
    CAPTURE(open);
    CHECK(nested(100'000, open, "").starts_with("? "));
  }
  std::string sum = "1";
  std::string either = "a";
  for (int i = 0; i < 1000; ++i) {
    sum += "+1";
    either += " OR a";
  }
  CHECK(tree_of(sum).starts_with("? "));
  CHECK(sql::parse_expression(either)->operands.size() == 1001);
}

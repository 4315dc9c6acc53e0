#include <doctest/doctest.h>

#include "shared/sql/sql.h"
#include "tests/unit/sql_support.h"

using namespace fairway;
using namespace fairway::sql;

TEST_CASE("a table with everything") {
  const auto table = parse_create_table(R"(CREATE TABLE IF NOT EXISTS main."or""der" (
    id INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT, -- the key
    [unit price] DECIMAL(10, 2) NOT NULL ON CONFLICT IGNORE DEFAULT -1.5 CHECK (("unit price") > 0),
    name UNSIGNED BIG INT UNIQUE COLLATE nocase DEFAULT "no name",
    'made' TEXT DEFAULT (datetime('now')) REFERENCES other(x) ON DELETE SET NULL ON UPDATE CASCADE
      MATCH full NOT DEFERRABLE,
    other_id REFERENCES other DEFERRABLE INITIALLY DEFERRED,
    twice INT GENERATED ALWAYS AS (id * 2) STORED,
    thrice AS (id * 3),
    CONSTRAINT u UNIQUE (name COLLATE binary DESC, id) ON CONFLICT FAIL
    CHECK (id <> 3),
    FOREIGN KEY (a, b) REFERENCES p (c, d) ON DELETE RESTRICT,
    PRIMARY KEY (id, 'made')
  ) WITHOUT ROWID, STRICT;)");
  REQUIRE(table.ok());
  CHECK(table->name == "or\"der");
  CHECK(table->without_rowid);
  CHECK(table->strict);
  REQUIRE(table->columns.size() == 7);
  const auto& columns = table->columns;

  const Constraint* key = constraint_of(columns[0], ConstraintKind::primary_key);
  REQUIRE(key != nullptr);
  CHECK(key->name == "pk");
  CHECK(key->autoincrement);
  CHECK(key->columns[0].descending);
  CHECK(key->conflict == ConflictRule::replace);

  CHECK(columns[1].name == "unit price");
  CHECK(columns[1].type == "DECIMAL(10, 2)");
  CHECK(constraint_of(columns[1], ConstraintKind::not_null)->conflict == ConflictRule::ignore);
  CHECK(shown(constraint_of(columns[1], ConstraintKind::default_value)->expression[0]) ==
        "(- 1.5)");
  CHECK(shown(constraint_of(columns[1], ConstraintKind::check)->expression[0]) ==
        "(\"unit price\" > 0)");
  CHECK(constraint_of(columns[1], ConstraintKind::check)->text == "CHECK ((\"unit price\") > 0)");

  CHECK(columns[2].type == "UNSIGNED BIG INT");
  CHECK(constraint_of(columns[2], ConstraintKind::collate)->collation == "nocase");
  CHECK(constraint_of(columns[2], ConstraintKind::default_value)->expression[0].quoting ==
        Quoting::double_quotes);

  CHECK(columns[3].name == "made");
  const ForeignKey& made = constraint_of(columns[3], ConstraintKind::foreign_key)->key;
  CHECK(made.columns == std::vector<std::string>{"made"});
  CHECK(made.references == std::vector<std::string>{"x"});
  CHECK(made.on_delete == KeyAction::set_null);
  CHECK(made.on_update == KeyAction::cascade);
  CHECK(made.match == "full");
  CHECK(!made.deferrable);

  CHECK(columns[4].type.empty());
  CHECK(constraint_of(columns[4], ConstraintKind::foreign_key)->key.deferred);
  CHECK(columns[5].type == "INT");
  CHECK(constraint_of(columns[5], ConstraintKind::generated)->stored);
  CHECK(!constraint_of(columns[6], ConstraintKind::generated)->stored);

  REQUIRE(table->constraints.size() == 4);
  CHECK(table->constraints[0].name == "u");
  CHECK(table->constraints[0].columns[0].collation == "binary");
  CHECK(table->constraints[0].columns[0].descending);
  CHECK(table->constraints[0].conflict == ConflictRule::fail);
  CHECK(table->constraints[1].kind == ConstraintKind::check);
  CHECK(table->constraints[2].key.references == std::vector<std::string>{"c", "d"});
  CHECK(table->constraints[3].columns[1].expression.text == "made");
}

TEST_CASE("type words that look like constraints") {
  const auto table = parse_create_table(
      "CREATE TABLE t(a INTEGER DEFAULT NULL PRIMARY KEY AUTOINCREMENT, b generated, c key, "
      "d TEXT CONSTRAINT x, e DEFAULT abc, f \"my type\"(3) NULL, g DEFAULT +3)");
  REQUIRE(table.ok());
  CHECK(table->columns[0].constraints.size() == 2);
  CHECK(table->columns[1].type == "generated");
  CHECK(table->columns[2].type == "key");
  CHECK(table->columns[3].constraints.empty());
  CHECK(shown(table->columns[4].constraints[0].expression[0]) == "abc");
  CHECK(table->columns[5].type == "\"my type\"(3)");
}

TEST_CASE("indexes, views, virtual tables") {
  const auto index = parse_create_index(
      "CREATE UNIQUE INDEX i ON t(lower(a) COLLATE nocase DESC, b) WHERE c IS NOT NULL");
  REQUIRE(index.ok());
  CHECK(index->unique);
  CHECK(index->table == "t");
  CHECK(shown(index->columns[0].expression) == "lower(a)");
  CHECK(index->columns[0].collation == "nocase");
  CHECK(index->columns[0].descending);
  CHECK(shown(index->where[0]) == "(c IS NOT NULL)");

  const auto view = parse_create_view(
      "CREATE VIEW v(x, y) AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) "
      "SELECT DISTINCT t.*, a AS b, c d FROM t AS q NATURAL LEFT OUTER JOIN (u CROSS JOIN w ON 1) "
      "JOIN (SELECT 1) s USING (id), json_each(t.j) e WHERE 1 GROUP BY a, b HAVING count(*) > 1 "
      "WINDOW w AS (PARTITION BY a ORDER BY b ROWS 2 PRECEDING) UNION VALUES (1, 2), (3, 4) "
      "ORDER BY 1 DESC NULLS LAST LIMIT 5, 10");
  REQUIRE(view.ok());
  CHECK(view->columns == std::vector<std::string>{"x", "y"});
  CHECK(view->select.recursive);
  REQUIRE(view->select.cores.size() == 2);
  const SelectCore& core = view->select.cores[0];
  CHECK(core.columns.size() == 3);
  CHECK(core.columns[0].expression.table == "t");
  CHECK(core.columns[2].alias == "d");
  REQUIRE(core.from.size() == 4);
  CHECK(core.from[1].natural);
  CHECK(core.from[1].join == JoinKind::left);
  CHECK(core.from[1].group.size() == 2);
  CHECK(core.from[2].using_columns.size() == 1);
  CHECK(core.from[3].is_call);
  CHECK(core.windows[0].frame == "ROWS 2 PRECEDING");
  CHECK(view->select.cores[1].values.size() == 2);
  CHECK(view->select.order_by[0].nulls == NullsOrder::last);
  CHECK(shown(view->select.offset[0]) == "5");
  CHECK(shown(view->select.limit[0]) == "10");

  const auto virtual_table = parse_create_virtual_table(
      "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize = 'porter ascii', x(1, 2))");
  REQUIRE(virtual_table.ok());
  CHECK(virtual_table->module == "fts5");
  CHECK(virtual_table->arguments ==
        std::vector<std::string>{"title", "body", "tokenize = 'porter ascii'", "x(1, 2)"});
  CHECK(parse_create_virtual_table("CREATE VIRTUAL TABLE f USING m")->arguments.empty());
}

TEST_CASE("triggers") {
  const auto trigger = parse_create_trigger(R"(CREATE TRIGGER tr AFTER UPDATE OF a, b ON t
    FOR EACH ROW WHEN new.a <> old.a BEGIN
      INSERT OR IGNORE INTO log(x, y) VALUES (new.a, 1) ON CONFLICT (x) DO UPDATE SET y = y + 1;
      UPDATE OR FAIL t SET a = 1, (b, c) = (2, 3) WHERE id = new.id;
      DELETE FROM t WHERE id = old.id;
      SELECT RAISE(ABORT, 'no') WHERE new.a < 0;
      REPLACE INTO log SELECT * FROM t;
    END)");
  REQUIRE(trigger.ok());
  CHECK(trigger->time == TriggerTime::after);
  CHECK(trigger->event == TriggerEvent::update);
  CHECK(trigger->columns == std::vector<std::string>{"a", "b"});
  CHECK(shown(trigger->when[0]) == "(new.a <> old.a)");
  REQUIRE(trigger->body.size() == 5);
  CHECK(trigger->body[0].conflict == ConflictRule::ignore);
  CHECK(trigger->body[0].upserts.size() == 1);
  CHECK(trigger->body[1].set[1].columns.size() == 2);
  CHECK(trigger->body[2].kind == Statement::Kind::remove);
  CHECK(trigger->body[4].conflict == ConflictRule::replace);
}

TEST_CASE("what is no definition is not understood") {
  for (const char* text :
       {"", "CREATE", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t()", "CREATE TABLE t(a",
        "CREATE TABLE t(a,)", "CREATE TABLE t(a) x", "CREATE TABLE t(a CHECK)",
        "CREATE TABLE t(a b", "CREATE TABLE t(a (", "CREATE TABLE t(a, PRIMARY KEY)",
        "CREATE TABLE t(a CONSTRAINT)", "CREATE TABLE t(a) WITHOUT", "CREATE TABLE t(select)",
        "CREATE VIEW v AS SELECT 1"}) {
    CAPTURE(text);
    const auto table = parse_create_table(text);
    REQUIRE(!table.ok());
    CHECK(table.failure().code == "sql_not_understood");
  }
  CHECK(!parse_create_trigger("CREATE TRIGGER t INSERT ON u BEGIN END").ok());
  CHECK(!parse_create_trigger("CREATE TRIGGER t INSERT ON u BEGIN SELECT 1").ok());
  CHECK(!parse_create_view("CREATE VIEW v AS SELECT 1 FROM a LEFT b").ok());
  CHECK(!parse_create_virtual_table("CREATE VIRTUAL TABLE t USING m(a").ok());
  CHECK(!parse_create_index("CREATE INDEX i ON t(a").ok());
}

#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/migration/difference.h"
#include "shared/migration/load.h"
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

constexpr std::string_view production_sql =
    "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT DEFAULT 3);"
    "CREATE INDEX by_name ON users(name); CREATE VIEW names AS SELECT name FROM users;"
    "CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END;"
    "INSERT INTO users VALUES(1, 'Ada', 36);";

// Runs the difference on production and says what it is then compared with the preview; undone, it
// is what it was.
void check_applies(std::string_view preview_sql) {
  const auto production = schema_of(production_sql);
  const auto preview = schema_of(preview_sql);
  const auto difference = schema_difference(production, preview);
  if (!difference.refused.empty()) FAIL(difference.refused.front());
  Scratch database(production_sql);
  const std::string before = database.ask("SELECT * FROM users");
  for (const auto& statement : difference.statements) database.run(statement);
  CHECK(database.ask("SELECT id, name, age FROM users") == before);
  auto changed = open_preview(database.image());
  REQUIRE(changed.ok());
  CHECK(schema_difference(changed->schema(), preview).identical());
  for (const auto& statement : difference.undo) database.run(statement);
  auto undone = open_preview(database.image());
  CHECK(schema_difference(undone->schema(), production).identical());
  CHECK(compare_schemas(undone->schema(), production).empty());
}

constexpr std::string_view same_users =
    "CREATE TABLE Users ( \"id\" INTEGER PRIMARY KEY, name text NOT NULL, age INT DEFAULT 3 );"
    "CREATE INDEX by_name ON users(name); CREATE VIEW names AS SELECT name FROM users;"
    "CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END;";

TEST_CASE("schemas that differ in writing only are identical") {
  CHECK(schema_difference(schema_of(production_sql), schema_of(same_users)).identical());
}

TEST_CASE("what only adds becomes statements, and can be taken back") {
  check_applies(cat({same_users,
                     "CREATE TABLE posts(id INTEGER PRIMARY KEY, u REFERENCES users(id));"
                     "CREATE INDEX by_user ON posts(u); CREATE VIEW v AS SELECT 1;"}));
  check_applies(
      "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT DEFAULT 3, mail "
      "TEXT, "
      "vip BOOLEAN NOT NULL DEFAULT 0 CHECK(vip IN (0, 1)), up AS (upper(name)), boss INT "
      "REFERENCES users(id));"
      "CREATE INDEX by_name ON users(name, mail); CREATE VIEW names AS SELECT name, mail FROM "
      "users;"
      "CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 2; END;");
}

TEST_CASE("new tables bring rows, before indexes and triggers") {
  const auto preview =
      schema_of(cat({same_users,
                     "CREATE TABLE posts(id INTEGER PRIMARY KEY); CREATE TRIGGER p AFTER INSERT ON "
                     "posts BEGIN DELETE FROM posts; END;"}));
  const auto difference = schema_difference(schema_of(production_sql), preview);
  CHECK(difference.new_tables == std::vector<std::string>{"posts"});
  CHECK(difference.before_rows == 1);
  CHECK(difference.statements.size() == 2);
}

std::string losses(std::string_view preview_sql) {
  const auto difference = schema_difference(schema_of(production_sql), schema_of(preview_sql));
  CHECK(difference.refused.empty());
  std::vector<std::string> kinds;
  for (const auto& loss : difference.losses) kinds.push_back(loss.kind);
  return join(kinds, " ");
}

TEST_CASE("what would lose or bend rows waits for a yes") {
  const auto users = [](std::string_view columns) {
    return losses(cat({"CREATE TABLE users(", columns, ")"}));
  };
  constexpr std::string_view old = "id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT DEFAULT 3";
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL") == "drop_column");
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL, years INT DEFAULT 3") ==
        "drop_column rename_guess");
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL, age TEXT DEFAULT 3") == "change_type");
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL, age AS (7)") == "change_column");
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT NOT NULL DEFAULT 3") ==
        "change_column");
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INT DEFAULT 3") ==
        "change_column");
  CHECK(users(cat({old, ", x TEXT NOT NULL"})) == "add_column");
  CHECK(users(cat({old, ", x TEXT NOT NULL DEFAULT NULL"})) == "add_column");
  CHECK(users(cat({old, ", CHECK(age > 0)"})) == "change_table");
  CHECK(users(cat({old, ") STRICT; CREATE TABLE o(a"})) == "change_table");
  CHECK(losses("CREATE TABLE other(a)") == "drop_table");
  CHECK(losses("CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT)") ==
        "drop_table rename_guess");
}

TEST_CASE("what loses nothing is done by itself, also where ALTER TABLE does not take it") {
  const auto users = [](std::string_view columns) {
    return losses(cat({"CREATE TABLE users(", columns, ")"}));
  };
  constexpr std::string_view old = "id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT DEFAULT 3";
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT, age INT DEFAULT 3").empty());
  CHECK(users("id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT DEFAULT -4").empty());
  CHECK(users("id INTEGER PRIMARY KEY, name VARCHAR(9) NOT NULL, age INT DEFAULT 3").empty());
  CHECK(users(cat({old, ", x UNIQUE"})).empty());
  CHECK(users(cat({old, ", x DEFAULT CURRENT_TIMESTAMP"})).empty());
  CHECK(users(cat({old, ", x AS (age) STORED"})).empty());
  CHECK(users(cat({old, ", x REFERENCES users(id) DEFAULT 1"})).empty());
  const auto looser = schema_difference(
      schema_of("CREATE TABLE t(a TEXT UNIQUE CHECK(a <> ''), b COLLATE NOCASE REFERENCES t(a))"),
      schema_of("CREATE TABLE t(a TEXT, b)"));
  CHECK(looser.losses.empty());
  CHECK(looser.kept_tables.size() == 1);
}

TEST_CASE("a yes holds for exactly the losses it was said to") {
  const auto production = schema_of(production_sql);
  const auto without_age =
      schema_of("CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
  const auto without_both = schema_of("CREATE TABLE users(id INTEGER PRIMARY KEY)");
  const auto one = schema_difference(production, without_age);
  const auto both = schema_difference(production, without_both);
  const auto waits = refusal_of(one, "");
  REQUIRE(waits);
  CHECK(waits->reaction == Reaction::fix_input);
  CHECK(waits->code == "schema_change_waits");
  CHECK(waits->message.find("\"users\".\"age\" is not in the preview") != std::string::npos);
  CHECK_FALSE(refusal_of(one, digest_of(one.losses)));
  CHECK(refusal_of(both, digest_of(one.losses)));
  CHECK(refusal_of(one, digest_of(both.losses)));
  CHECK_FALSE(refusal_of(schema_difference(production, production), ""));
  // Names that hold what could stand between two losses.
  const std::vector<SchemaLoss> two = {{"drop_table", "a", "", "w", ""},
                                       {"drop_table", "b", "", "w", ""}};
  const std::vector<SchemaLoss> forged = {{"drop_table", "a", "", "w\n\ndrop_table\nb\n\nw", ""}};
  CHECK(digest_of(two) != digest_of(forged));
  CHECK(digest_of({{"k", "a", "bc", "", ""}}) != digest_of({{"k", "ab", "c", "", ""}}));
}

TEST_CASE("what cannot be done is refused in words") {
  const auto words = [](std::string_view production_sql, std::string_view preview_sql) {
    const auto difference = schema_difference(schema_of(production_sql), schema_of(preview_sql));
    const auto failure = refusal_of(difference, digest_of(difference.losses));
    return failure ? cat({failure->code, " ", failure->message}) : std::string();
  };
  CHECK(words("CREATE TABLE t(a INTEGER PRIMARY KEY, b INT)",
              "CREATE TABLE t(x INT, b INTEGER PRIMARY KEY)")
            .starts_with("schema_change_refused The table \"t\" has another key"));
  const std::vector<SchemaObject> unknown = {
      {"table", "shapes", "shapes", "CREATE VIRTUAL TABLE shapes USING spatial(x, y)"}};
  const auto gone = schema_difference(unknown, schema_of("CREATE TABLE u(a)"));
  REQUIRE_FALSE(gone.refused.empty());
  CHECK(gone.refused.front().starts_with("The virtual table"));
}

TEST_CASE("what the running app made is kept") {
  const auto production = schema_of(cat({production_sql,
                                         "CREATE TABLE sessions(a);"
                                         "CREATE INDEX extra ON users(age);"}));
  const auto deployed = schema_of(production_sql);
  const auto difference = schema_difference(production, deployed, &deployed);
  CHECK(difference.identical());
  CHECK(difference.kept.size() == 2);
  CHECK(schema_difference(production, deployed).losses.size() == 1);
}

TEST_CASE("new virtual tables take over what their modules keep, or index production's rows") {
  auto text = open_preview(test::data_file("full_text.db"));
  REQUIRE(text.ok());
  const auto production = schema_of("CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT);");
  const auto difference = schema_difference(production, text->schema());
  CHECK(difference.refused.empty());
  const auto brings = [](const SchemaDifference& one, std::string_view table) {
    const auto empties = cat({"DELETE FROM ", quoted_name(table)});
    return std::ranges::find(one.new_tables, table) != one.new_tables.end() &&
           std::ranges::find(one.statements, empties) != one.statements.end();
  };
  CHECK(brings(difference, "posts_content"));
  CHECK(brings(difference, "posts_data"));
  CHECK(brings(difference, "old_segdir"));
  CHECK_FALSE(brings(difference, "notes_index_data"));
  CHECK(difference.statements.back() ==
        "INSERT INTO \"notes_index\"(\"notes_index\") VALUES('rebuild')");
  CHECK(brings(schema_difference({}, text->schema()), "notes_index_data"));
  auto places = open_preview(test::data_file("rtree.db"));
  const auto other = schema_of("CREATE TABLE t(a)");
  CHECK(brings(schema_difference(other, places->schema(), &other), "places_node"));
  const std::vector<SchemaObject> unknown = {
      {"table", "shapes", "shapes", "CREATE VIRTUAL TABLE shapes USING spatial(x, y)"}};
  const auto refused = schema_difference({}, unknown);
  CHECK(refused.refused.front().find("\"shapes\" (spatial)") != std::string::npos);
}

TEST_CASE("a virtual table that goes waits for a yes; what it held can be put back") {
  const auto has = [](const std::vector<std::string>& list, std::string_view one) {
    return std::ranges::find(list, one) != list.end();
  };
  auto text = open_preview(test::data_file("full_text.db"));
  std::vector<SchemaObject> production = text->schema();
  production.push_back({"table", "words", "words",
                        "CREATE VIRTUAL TABLE words USING "
                        "fts5vocab(posts, row)"});
  std::vector<SchemaObject> preview = text->schema();
  std::erase_if(preview, [](const auto& one) { return one.name.starts_with("posts"); });
  const auto difference = schema_difference(production, preview);
  REQUIRE(difference.losses.size() == 1);
  CHECK(difference.losses[0].kind == "drop_table");
  CHECK(difference.losses[0].table == "posts");
  CHECK(difference.losses[0].count_sql == "SELECT count(*) FROM \"posts_docsize\"");
  CHECK(difference.refused.empty());
  CHECK(has(difference.statements,
            "CREATE TABLE \"_fairway_kept_1_content\" AS SELECT * FROM \"posts_content\""));
  CHECK(has(difference.statements, "DROP TABLE \"posts\""));
  CHECK(has(difference.statements, "DROP TABLE \"words\""));
  CHECK(has(difference.kept_tables, "_fairway_kept_1_data"));
  CHECK(has(difference.restore.statements,
            "INSERT INTO \"posts_data\" SELECT * FROM \"_fairway_kept_1_data\""));
  CHECK(difference.restore.kept == difference.kept_tables.front());
  CHECK(refusal_of(difference, "")->code == "schema_change_waits");
  CHECK_FALSE(refusal_of(difference, digest_of(difference.losses)));
}

// --- Batches of rows: a small Hrana server over SQLite -------------------------------------------

Json error_of(sqlite3* database) {
  const bool constraint = (sqlite3_errcode(database) & 0xff) == SQLITE_CONSTRAINT;
  return {{"message", sqlite3_errmsg(database)},
          {"code", constraint ? "SQLITE_CONSTRAINT_PRIMARYKEY" : "SQL_INPUT_ERROR"}};
}

void bind_json(sqlite3_stmt* statement, int place, const Json& value) {
  const std::string type = value["type"];
  if (type == "integer") {
    sqlite3_bind_int64(statement, place, *parse_decimal(value["value"].get<std::string>()));
  } else if (type == "float") {
    sqlite3_bind_double(statement, place, value["value"].get<double>());
  } else if (type == "text") {
    const std::string text = value["value"];
    sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()),
                      SQLITE_TRANSIENT);
  } else if (type == "blob") {
    const auto bytes = from_base64(value["base64"].get<std::string>());
    REQUIRE(bytes);
    sqlite3_bind_blob64(statement, place, bytes->data(), bytes->size(), SQLITE_TRANSIENT);
  }
}

bool holds(const Json& condition, const Json& errors, const Json& results) {
  if (condition["type"] == "not") return !holds(condition["cond"], errors, results);
  const size_t step = condition["step"];
  return errors[step].is_null() && !results[step].is_null();
}

std::string serve(Scratch& database, const std::string& body) {
  auto json = parse_json(body);
  REQUIRE(json.ok());
  Json results = Json::array();
  Json errors = Json::array();
  for (const Json& step : (*json)["requests"][0]["batch"]["steps"]) {
    results.push_back(nullptr);
    errors.push_back(nullptr);
    if (step.contains("condition") && !holds(step["condition"], errors, results)) continue;
    const std::string sql = step["stmt"]["sql"];
    sqlite3_stmt* statement = nullptr;
    bool done =
        sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &statement, nullptr) == SQLITE_OK;
    int place = 0;
    for (const Json& value : step["stmt"]["args"]) bind_json(statement, ++place, value);
    if (done) done = sqlite3_step(statement) == SQLITE_DONE;
    if (done) {
      results.back() = Json::object();
    } else {
      errors.back() = error_of(database.get());
    }
    sqlite3_finalize(statement);
  }
  const Json result{{"step_results", results}, {"step_errors", errors}};
  const Json answer{
      {"results", {{{"type", "ok"}, {"response", {{"type", "batch"}, {"result", result}}}}}}};
  return to_text(answer);
}

struct Loaded {
  int64_t batches = 0;
  int64_t rows = 0;
};

// Loads every table of a database into an empty one with the same schema, each batch twice.
Loaded load_twice(const std::string& image, Scratch& target, int64_t body_bytes_max) {
  auto preview = open_preview(image);
  if (!preview.ok()) FAIL(preview.failure().message);
  auto inspection = inspect(*preview);
  Loaded loaded;
  for (const auto& table : inspection->tables) {
    if (table.sum.name == "sqlite_sequence") continue;
    auto batches = make_insert_batches(*preview, table, "dep_1", body_bytes_max);
    if (!batches.ok()) FAIL(batches.failure().message);
    for (const auto& batch : *batches) {
      CHECK(static_cast<int64_t>(batch.body.size()) <= std::max<int64_t>(body_bytes_max, 20'000));
      const auto first = read_load_answer(serve(target, batch.body));
      if (!first.ok()) FAIL(first.failure().message);
      CHECK(*first == Load::loaded);
      CHECK(*read_load_answer(serve(target, batch.body)) == Load::already_loaded);
      ++loaded.batches;
      loaded.rows += batch.rows;
    }
  }
  target.run(finish_loads_sql);
  return loaded;
}

void check_loads(const std::string& image, int64_t body_bytes_max) {
  auto preview = open_preview(image);
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  Scratch target;
  const auto difference = schema_difference({}, preview->schema());
  for (size_t i = 0; i < difference.before_rows; ++i) target.run(difference.statements[i]);
  const Loaded loaded = load_twice(image, target, body_bytes_max);
  for (size_t i = difference.before_rows; i < difference.statements.size(); ++i) {
    target.run(difference.statements[i]);
  }
  auto there = open_preview(target.image());
  if (!there.ok()) FAIL(there.failure().message);
  auto found = inspect(*there);
  REQUIRE(found.ok());
  for (const auto& table : inspection->tables) {
    for (const auto& other : found->tables) {
      if (other.sum.name != table.sum.name || table.sum.name == "sqlite_sequence") continue;
      CHECK(other.sum == table.sum);
    }
  }
  CHECK(loaded.rows <= inspection->rows);
}

TEST_CASE("rows of new tables arrive cell by cell, also when batches are sent twice") {
  check_loads(test::data_file("chinook.db"), 1 << 20);
  check_loads(test::data_file("notes.db"), 1 << 20);
  for (uint64_t seed = 2'000; seed < 2'060; ++seed) {
    CAPTURE(seed);
    check_loads(image_of(test::random_database(seed)), seed % 2 == 0 ? 8'192 : 1 << 20);
  }
}

TEST_CASE("the high-water mark of AUTOINCREMENT arrives, also without rows") {
  const std::string sql =
      "CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, v);"
      "CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT, v);";
  Scratch target(sql);
  load_twice(image_of(cat({sql,
                           "INSERT INTO a VALUES(5, 'x'); INSERT INTO b VALUES(7, 'y');"
                           "DELETE FROM b; UPDATE sqlite_sequence SET seq=1000 WHERE name='a'"})),
             target, 1 << 20);
  CHECK(target.ask("SELECT name, seq FROM sqlite_sequence ORDER BY name") == "a|1000\nb|7\n");
}

TEST_CASE("a row that is too large for a database in use is named") {
  auto preview =
      open_preview(image_of("CREATE TABLE t(a); INSERT INTO t(rowid, a) VALUES(8, "
                            "zeroblob(4000000))"));
  auto inspection = inspect(*preview);
  auto batches = make_insert_batches(*preview, inspection->tables[0], "x");
  REQUIRE(!batches.ok());
  CHECK(batches.failure().code == "row_too_large");
  CHECK(batches.failure().message.find("rowid 8") != std::string::npos);
}

TEST_CASE("a batch that fails keeps nothing and says why") {
  Scratch target("CREATE TABLE t(a CHECK(a < 3))");
  auto preview = open_preview(image_of("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (9)"));
  auto inspection = inspect(*preview);
  auto batches = make_insert_batches(*preview, inspection->tables[0], "x");
  const auto answer = read_load_answer(serve(target, batches->at(0).body));
  REQUIRE(!answer.ok());
  CHECK(answer.failure().code == "load_refused");
  CHECK(answer.failure().message.find("CHECK constraint failed") != std::string::npos);
  CHECK(target.ask("SELECT count(*) FROM t") == "0\n");
}

TEST_CASE("answers to a batch that are none are not taken for success") {
  for (const char* body :
       {"", "null", "{}", "[]", R"({"results":[]})", R"({"results":[{"type":"ok"}]})",
        R"({"results":[{"type":"ok","response":{"result":{"step_results":[],)"
        R"("step_errors":[]}}}]})"}) {
    CAPTURE(body);
    CHECK_FALSE(read_load_answer(body).ok());
  }
  const auto blocked = read_load_answer(
      R"({"results":[{"type":"error","error":{"message":"writes blocked","code":"BLOCKED"}}]})");
  CHECK(blocked.failure().reaction == Reaction::ask_permission);
}

}  // namespace
}  // namespace fairway

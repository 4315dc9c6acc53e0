// Rows as requests for SQL over HTTP: their bytes, their keys, and the rooms that limits leave.
#include <doctest/doctest.h>

#include "shared/base/json.h"
#include "shared/base/text.h"
#include "shared/postgres/batches.h"
#include "tests/unit/migration_support.h"
#include "tests/unit/plan_support.h"

namespace {

using namespace fairway;
using namespace fairway::postgres;
using namespace fairway::test;

const StagedLoad load{"0123456789abcdef", "public"};

struct Written {
  std::vector<RowBatch> batches;
  Outcome<WrittenTable> table = WrittenTable{};
};

Written batches_of(std::string_view sql, int64_t body_bytes_max = row_batch_bytes) {
  const std::string image = image_of(sql);
  auto preview = open_preview(image, {});
  REQUIRE(preview.ok());
  Written written;
  const auto take = [&](RowBatch batch) -> std::optional<Failure> {
    written.batches.push_back(std::move(batch));
    return std::nullopt;
  };
  written.table = write_row_batches(*preview, plan_of(sql), 0, load, take, body_bytes_max);
  REQUIRE(written.table.ok());
  return written;
}

Json parsed(const RowBatch& batch) {
  auto json = parse_json(batch.body);
  REQUIRE(json.ok());
  return *json;
}

TEST_CASE("A batch enters its key, then inserts arrays of texts that are cast over there") {
  const auto written = batches_of(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, \"a\"\"b\" TEXT, c BLOB);"
      "INSERT INTO t VALUES(1, 'x', x'00ff'), (2, NULL, NULL)");
  REQUIRE(written.batches.size() == 1);
  const RowBatch& batch = written.batches[0];
  CHECK(batch.key == "rows 0.1");
  CHECK(batch.rows == 2);
  const Json json = parsed(batch);
  REQUIRE(json["queries"].size() == 2);
  CHECK(json["queries"][0]["query"] ==
        R"(INSERT INTO "fairway_load_0123456789abcdef"."marks" (key) VALUES ($1))");
  CHECK(json["queries"][0]["params"] == Json::array({"rows 0.1"}));
  CHECK(json["queries"][1]["query"] ==
        R"(INSERT INTO "fairway_staging_0123456789abcdef"."t" ("id", "a""b", "c") )"
        "SELECT c1::bigint, c2::text, c3::bytea "
        "FROM unnest($1::text[], $2::text[], $3::text[]) AS cells (c1, c2, c3)");
  CHECK(json["queries"][1]["params"] ==
        Json::array({R"({"1","2"})", R"({"x",NULL})", R"({"\\x00ff",NULL})"}));
}

TEST_CASE("What arrays and JSON escape comes through both") {
  const auto written = batches_of(
      "CREATE TABLE t(a TEXT); INSERT INTO t VALUES"
      "('\"\\' || char(1, 8, 9, 10, 11, 12, 13, 31, 127) || ',{}NULL'), ('NULL'), ('\\N'), ('')");
  const Json json = parsed(written.batches.at(0));
  CHECK(json["queries"][1]["params"][0] ==
        "{\"\\\"\\\\\x01\b\t\n\v\f\r\x1f\x7f,{}NULL\",\"NULL\",\"\\\\N\",\"\"}");
}

TEST_CASE("The same file gives the same batches; each is within its bounds") {
  const std::string sql =
      "CREATE TABLE t(a INT, b TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
      "n WHERE i < 500) INSERT INTO t SELECT i, printf('%.*c', i % 90, '\"') FROM n";
  const auto written = batches_of(sql, 4'096);
  const auto again = batches_of(sql, 4'096);
  REQUIRE(written.batches.size() == again.batches.size());
  CHECK(written.batches.size() > 10);
  int64_t rows = 0;
  for (size_t i = 0; i < written.batches.size(); ++i) {
    CHECK(written.batches[i].body == again.batches[i].body);
    CHECK(written.batches[i].key == cat({"rows 0.", decimal(static_cast<int64_t>(i) + 1)}));
    CHECK(written.batches[i].body.size() < 4'096 + 600);
    rows += written.batches[i].rows;
  }
  CHECK(rows == 500);
  CHECK(written.table->checksums.rows == 500);
}

TEST_CASE("A large cell goes ahead in pieces of whole characters") {
  const auto written = batches_of(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT);"
      "INSERT INTO t VALUES(1, 'small', NULL),"
      "(2, replace(hex(zeroblob(3000)), '00', '€'), 'beside'), (3, 'after', 'it')",
      1'024);
  std::string text;
  std::string cell;
  size_t pieces = 0;
  for (const RowBatch& batch : written.batches) {
    CHECK(batch.body.size() < 1'024 + 900);
    const Json json = parsed(batch);
    const std::string sql = json["queries"][1]["query"].get<std::string>();
    if (sql.find(".\"pieces\" VALUES") == std::string::npos) continue;
    const Json& params = json["queries"][1]["params"];
    if (cell.empty()) cell = params[0].get<std::string>();
    CHECK(params[0] == cell);
    CHECK(params[1] == decimal(static_cast<int64_t>(++pieces)));
    const std::string piece = params[2].get<std::string>();
    REQUIRE(piece.size() > 4);
    text += piece.substr(2, piece.size() - 4);
    CHECK(is_utf8(piece));
    CHECK(batch.rows == 0);
  }
  CHECK(pieces > 8);
  CHECK(text.size() == 9'000);
  const Json row = parsed(written.batches.at(written.batches.size() - 2));
  CHECK(row["queries"].size() == 3);
  CHECK(row["queries"][1]["params"] == Json::array({R"({"2"})", Json(), R"({"beside"})"}));
  CHECK(written.batches.back().rows == 2);
}

TEST_CASE("Repaired texts are declared, and their exact bytes are batches of their own") {
  const auto written =
      batches_of("CREATE TABLE t(a TEXT); INSERT INTO t VALUES(cast(x'610062' AS TEXT))");
  REQUIRE(written.batches.size() == 2);
  CHECK(written.batches[1].key == "exact 0.1");
  const Json json = parsed(written.batches[1]);
  CHECK(json["queries"][1]["params"] ==
        Json::array({R"({"t"})", R"({"a"})", R"({"1"})", R"({"\\x610062"})"}));
  CHECK(written.table->declared.size() == 1);
}

TEST_CASE("A taker that refuses ends the writing") {
  const std::string sql =
      "CREATE TABLE t(a TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
      "WHERE i < 90000) INSERT INTO t SELECT 'row ' || i FROM n";
  const std::string image = image_of(sql);
  auto preview = open_preview(image, {});
  REQUIRE(preview.ok());
  int taken = 0;
  const auto take = [&](const RowBatch&) -> std::optional<Failure> {
    return ++taken < 2 ? std::nullopt : std::optional(retry_later("full", "No more."));
  };
  auto written = write_row_batches(*preview, plan_of(sql), 0, load, take, 4'096);
  REQUIRE(!written.ok());
  CHECK(written.failure().code == "full");
  CHECK(taken == 2);
}

// --- What stands around the rows
// -------------------------------------------------------------------

TEST_CASE("A load has an identity: another file, plan or schema is another load") {
  const Plan plan = plan_of("CREATE TABLE t(a)");
  const std::string identity = identity_of_load("aa", plan, "public");
  CHECK(identity == identity_of_load("aa", plan, "public"));
  CHECK(identity != identity_of_load("ab", plan, "public"));
  CHECK(identity != identity_of_load("aa", plan, "other"));
  CHECK(identity != identity_of_load("aa", plan_of("CREATE TABLE t(a INT)"), "public"));
}

TEST_CASE("Nothing is put into the schema fairway before the end") {
  const Plan plan = plan_of(
      "PRAGMA user_version = 7; CREATE TABLE t(a TEXT); "
      "INSERT INTO t VALUES(cast(x'610062' AS TEXT))");
  const auto is_about_fairway = [](const NeonStatement& statement) {
    return statement.sql.find(" fairway.") != std::string::npos ||
           statement.sql.ends_with(" fairway");
  };
  for (const auto& statement : begin_load(load, plan)) CHECK(!is_about_fairway(statement));
  for (const auto& keyed : complete_load(load, plan)) {
    for (const auto& statement : keyed.statements) CHECK(!is_about_fairway(statement));
  }
  int about = 0;
  for (const auto& statement : settle_load(load, plan))
    about += is_about_fairway(statement) ? 1 : 0;
  CHECK(about == 5);  // the schema, both tables, the setting, the exact cells
}

TEST_CASE("Statements that may be refused leave a mark, and become decisions again") {
  const Plan plan = plan_of("CREATE TABLE t(a INT); CREATE VIEW v AS SELECT a FROM t");
  size_t optional = plan.after.size();
  for (size_t i = 0; i < plan.after.size(); ++i) {
    if (plan.after[i].if_refused) optional = i;
  }
  REQUIRE(optional < plan.after.size());
  const std::string mark = cat({"refused ", decimal(static_cast<int64_t>(optional))});
  const auto keyed = complete_load(load, plan);
  CHECK(keyed.back().statements.back().sql.find(mark) != std::string::npos);
  const auto refused = refused_in(plan, {{"search_path", "x"}, {mark, "no such thing"}});
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].why.ends_with("(PostgreSQL says: no such thing)"));
  CHECK(refused_in(plan, {{"search_path", "x"}}).empty());
}

TEST_CASE("Only the load's own key is a known key") {
  CHECK(is_known_key(load, {"23505", "", "fairway_load_0123456789abcdef", "marks"}));
  CHECK(!is_known_key(load, {"23505", "", "public", "marks"}));
  CHECK(!is_known_key(load, {"23505", "", "fairway_load_0123456789abcdef", "other"}));
  CHECK(!is_known_key(load, {"23503", "", "fairway_load_0123456789abcdef", "marks"}));
}

}  // namespace

#include "shared/libsql/script.h"

#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

// The script of an image, pieced together from what reaches the sink.
std::string script_of(const std::string& image, size_t buffer_bytes = 1 << 20) {
  auto preview = open_preview(image, {.tables_min = 0});
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  std::string script;
  postgres::OutBuffer out(
      [&](std::string_view bytes) -> std::optional<Failure> {
        script += bytes;
        return std::nullopt;
      },
      buffer_bytes);
  REQUIRE(libsql::write_script(*preview, *inspection, out, {}).ok());
  return script;
}

// Replays the script and compares schema and sums of both sides.
void check_replay(const std::string& image) {
  test::Scratch replayed;
  replayed.run(script_of(image));
  auto source = open_preview(image, {.tables_min = 0});
  auto target = open_preview(replayed.image(), {.tables_min = 0});
  REQUIRE(source.ok());
  REQUIRE(target.ok());
  CHECK(source->header().user_version == target->header().user_version);
  CHECK(source->header().application_id == target->header().application_id);
  auto before = inspect(*source);
  auto after = inspect(*target);
  REQUIRE(before.ok());
  REQUIRE(after.ok());
  REQUIRE(before->tables.size() == after->tables.size());
  for (const auto& table : before->tables) {
    CAPTURE(table.sum.name);
    bool found = false;
    for (const auto& other : after->tables) {
      if (other.sum.name != table.sum.name) continue;
      found = true;
      CHECK(other.sum == table.sum);
    }
    CHECK(found);
  }
  CHECK(before->indexes == after->indexes);
  CHECK(before->views == after->views);
  CHECK(before->triggers == after->triggers);
}

TEST_CASE("a script replays every class of cell, hidden rowids and settings") {
  check_replay(test::image_of(R"(
    PRAGMA user_version=7; PRAGMA application_id=-5;
    CREATE TABLE "odd ""name" (a, "b c" TEXT, c REAL);
    INSERT INTO "odd ""name"(rowid,a,"b c",c) VALUES
      (-9, 9223372036854775807, 'it''s', 0.1), (3, -9223372036854775808,
       CAST(x'6100ff' AS TEXT), 9e999),
      (40, x'', '', -9e999), (41, x'00ff', NULL, 5e-324), (42, 5.0, 'a' || char(10) || 'b', -0.0),
      (43, 1.7976931348623157e308, 'ü€😀', 123456789.123456789);
    CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
    INSERT INTO counted VALUES(1000,'x'); DELETE FROM counted;
    CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
    INSERT INTO keyed VALUES('a',1),('b',2);
    CREATE TABLE made(a INTEGER, b INTEGER AS (a+1) STORED, c AS (a+2) VIRTUAL);
    INSERT INTO made(a) VALUES(1),(2);
    CREATE INDEX i ON counted(v) WHERE v IS NOT NULL; -- kept
    CREATE VIEW w AS SELECT a FROM made;
    CREATE TRIGGER t AFTER INSERT ON made BEGIN INSERT INTO keyed VALUES(new.a,new.b); END;
    CREATE TABLE empty(a);)"));
}

TEST_CASE("a database without tables has a script too") {
  check_replay(test::image_of("PRAGMA user_version=3;"));
}

TEST_CASE("rows go over in statements of bounded size, whatever the buffer") {
  std::string sql = "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT);";
  sql +=
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<3000) "
      "INSERT INTO t SELECT i, printf('%.*c', i % 400, 'x') FROM n;";
  const std::string image = test::image_of(sql);
  check_replay(image);
  CHECK(script_of(image) == script_of(image, postgres::OutBuffer::room_max));
}

TEST_CASE("every real comes back with its bits") {
  test::Dice dice(5);
  test::Scratch scratch("CREATE TABLE t(v REAL)");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(scratch.get(), "INSERT INTO t VALUES(?)", -1, &insert, nullptr);
  for (int i = 0; i < 20'000; ++i) {
    sqlite3_bind_double(insert, 1, std::bit_cast<double>(dice.next()));
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  check_replay(scratch.image());
}

}  // namespace
}  // namespace fairway

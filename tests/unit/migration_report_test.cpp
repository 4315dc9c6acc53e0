#include <doctest/doctest.h>

#include "shared/migration/memory_file.h"
#include "shared/migration/report.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

const TableSum users{"users", 2, 0x1234, {{"id", "INTEGER", 1}, {"name", "TEXT", UINT64_MAX}}};
const TableSum posts{"posts", 0, 0, {{"id", "", 0}}};
const std::vector<SchemaObject> schema = {
    {"table", "users", "users", "CREATE TABLE users(id, name)"}};

TEST_CASE("checksums are written as 16 hex digits") {
  CHECK(hex_of(0) == "0000000000000000");
  CHECK(hex_of(0x0123456789abcdef) == "0123456789abcdef");
  CHECK(word_of_hex("ffffffffffffffff") == UINT64_MAX);
  CHECK_FALSE(word_of_hex("fff"));
  CHECK_FALSE(word_of_hex("zzzzzzzzzzzzzzzz"));
  CHECK_FALSE(word_of_hex("00000000000000000"));
}

TEST_CASE("the sums of tables go through JSON") {
  const Json json = std::vector<TableSum>{users, posts};
  CHECK(json[0]["row_checksum"] == "0000000000001234");
  CHECK(json[0]["columns"][1]["checksum"] == "ffffffffffffffff");
  auto read = read_table_sums(json);
  REQUIRE(read.ok());
  CHECK(*read == std::vector<TableSum>{users, posts});
  Json broken = json;
  broken[0]["columns"][0]["checksum"] = "12";
  CHECK(read_table_sums(broken).failure().code == "invalid_field");
  CHECK_FALSE(read_table_sums(Json::object()).ok());
}

TEST_CASE("a report goes through JSON and has the promised shape") {
  auto report = compare_sides({users, posts}, {users, posts}, schema, schema);
  report.snapshot_sha256 = "aa";
  report.content_sha256 = "bb";
  const Json json = report;
  CHECK(json["tables_total"] == 2);
  CHECK(json["rows_total"] == 2);
  CHECK(json["cells_total"] == 4);
  CHECK(json["differences"] == 0);
  CHECK(json["tables"][0]["same"] == true);
  CHECK(json["tables"][0]["columns"][0]["checksum_source"] == "0000000000000001");
  CHECK(json["tables"][0]["columns"][0]["type"] == "INTEGER");
  auto read = read_report(json);
  REQUIRE(read.ok());
  CHECK(*read == report);
  CHECK_FALSE(read_report(Json::array()).ok());
}

TEST_CASE("SQLite's own tables are compared, and not counted as the app's") {
  const TableSum counters{
      .name = "sqlite_sequence", .rows = 3, .row_checksum = 7, .columns = users.columns};
  auto report = compare_sides({users, counters}, {users, counters}, schema, schema);
  CHECK(report.tables.size() == 2);
  CHECK(report.tables_total == 1);
  CHECK(report.rows_total == users.rows);
  CHECK(compare_sides({users, counters}, {users}, schema, schema).differences == 1);
}

TEST_CASE("the content hash covers everything but itself") {
  auto report = compare_sides({users}, {users}, schema, schema);
  const std::string content = report_content(report);
  report.content_sha256 = "bb";
  CHECK(report_content(report) == content);
  report.snapshot_sha256 = "aa";
  CHECK(report_content(report) != content);
}

TEST_CASE("differences are counted and the first is named") {
  CHECK_FALSE(difference_of(compare_sides({users}, {users}, schema, schema)));
  TableSum other = users;
  other.columns[1].checksum = 5;
  const auto report = compare_sides({users, posts}, {other}, schema, {});
  CHECK(report.differences == 3);
  CHECK(difference_of(report)->message.find("\"users\" has 2 rows there") != std::string::npos);
  CHECK(compare_sides({users}, {users, posts}, schema, schema).differences == 1);
  const auto missing = compare_sides({users}, {users}, schema, {});
  CHECK(difference_of(missing)->message.find("\"users\" is missing there") != std::string::npos);
}

TEST_CASE("schemas are compared by meaning") {
  const auto kind = [](const std::vector<SchemaObject>& target) {
    const auto findings = compare_schemas(schema, target);
    return findings.empty() ? -1 : static_cast<int>(findings.front().kind);
  };
  CHECK(kind({{"table", "USERS", "USERS", "create table \"users\" (id,name)"}}) == -1);
  CHECK(kind({{"table", "users", "users", "CREATE TABLE users(id)"}}) == 1);
  CHECK(kind({}) == 0);
  CHECK(kind({schema[0], {"table", "libsql_x", "libsql_x", ""}}) == -1);
  CHECK(kind({schema[0], {"view", "v", "v", "CREATE VIEW v AS SELECT 1"}}) == 2);
}

TEST_CASE("a memory file behaves like a string that is written here and there") {
  test::Dice dice(7);
  for (int round = 0; round < 30; ++round) {
    std::string plain(dice.below(700'000), 'b');
    const SharedBytes base = share(plain);
    MemoryFile file(base);
    for (int i = 0; i < 40; ++i) {
      const size_t offset = dice.below(900'000);
      if (dice.one_in(6)) {
        const size_t size = dice.below(plain.size() + 1);
        plain.resize(size);
        file.truncate(static_cast<int64_t>(size));
      } else {
        const std::string bytes(dice.below(300'000), static_cast<char>('c' + i % 20));
        if (!bytes.empty() && plain.size() < offset + bytes.size()) {
          plain.resize(offset + bytes.size());
        }
        plain.replace(offset > plain.size() ? plain.size() : offset,
                      std::min(bytes.size(), plain.size() - std::min(plain.size(), offset)), bytes);
        REQUIRE(file.write(static_cast<int64_t>(offset), bytes));
      }
      REQUIRE(file.size() == static_cast<int64_t>(plain.size()));
    }
    CHECK(file.read(0, file.size()) == plain);
    const size_t from = dice.below(plain.size() + 10);
    CHECK(file.read(static_cast<int64_t>(from), 1'000) ==
          (from < plain.size() ? plain.substr(from, 1'000) : ""));
    CHECK(base.bytes.find('c') == std::string::npos);
  }
  MemoryFile full;
  CHECK_FALSE(full.write(MemoryFile::size_max, "x"));
  CHECK_FALSE(full.write(-1, "x"));
}

}  // namespace
}  // namespace fairway

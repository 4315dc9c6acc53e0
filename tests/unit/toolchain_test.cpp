// What the build promises on every kind of machine: integers of 128 bits, SQLite in memory, time
// and random bytes.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace {

std::string first_value(sqlite3* database, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  std::string value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  return value;
}

TEST_CASE("128-bit arithmetic links and is right") {
  volatile int64_t nanos_per_million = 2'500'000'000;
  volatile int64_t tokens = 123'456'789'012;
  __int128 cost = static_cast<__int128>(nanos_per_million) * tokens / 1'000'000;
  CHECK(static_cast<int64_t>(cost) == 308'641'972'530'000);
}

TEST_CASE("SQLite works in memory, with JSON, time and random bytes") {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(":memory:", &database) == SQLITE_OK);
  CHECK(first_value(database, "select json_extract('{\"a\":[1,2]}', '$.a[1]')") == "2");
  CHECK(first_value(database, "select date('now') > '2025-01-01'") == "1");
  CHECK(first_value(database, "select length(hex(randomblob(8)))") == "16");
  sqlite3_close(database);
}

}  // namespace

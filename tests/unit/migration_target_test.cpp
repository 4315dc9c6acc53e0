#include <doctest/doctest.h>

#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/report.h"
#include "shared/migration/target.h"
#include "tests/unit/migration_random.h"

namespace fairway {
namespace {

using test::image_of;
using test::Scratch;

// What arrives of a value after it went through the text of Hrana's JSON. Whatever JSON cannot hold
// must not be sent at all.
Value through_json(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    REQUIRE(std::isfinite(*real));
    auto json = parse_json(to_text(Json(*real)));
    REQUIRE(json.ok());
    return json->get<double>();
  }
  if (const auto* text = std::get_if<std::string>(&value)) REQUIRE(is_utf8(*text));
  return value;
}

Value column_value(sqlite3_stmt* row, int column) {
  const auto size = [&] { return static_cast<size_t>(sqlite3_column_bytes(row, column)); };
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(row, column)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(row, column);
    case SQLITE_NULL:
      return {};
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
      return std::string(text, size());
    }
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
      return Bytes{bytes == nullptr ? "" : std::string(bytes, size())};
    }
  }
}

void bind_value(sqlite3_stmt* statement, int place, const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    sqlite3_bind_int64(statement, place, *number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, place, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement, place, text->data(), static_cast<int>(text->size()),
                      SQLITE_TRANSIENT);
  } else if (const auto* blob = std::get_if<Bytes>(&value)) {
    sqlite3_bind_blob64(statement, place, blob->bytes.data(), blob->bytes.size(), SQLITE_TRANSIENT);
  }
}

HranaResult answer(Scratch& database, const HranaStatement& asked) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v2(database.get(), asked.sql.c_str(), -1, &statement, nullptr);
  if (result != SQLITE_OK) FAIL(sqlite3_errmsg(database.get()), " in ", asked.sql);
  int place = 0;
  for (const Value& value : asked.values) bind_value(statement, ++place, through_json(value));
  HranaResult answered;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    auto& row = answered.rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      row.push_back(through_json(column_value(statement, i)));
    }
  }
  sqlite3_finalize(statement);
  return answered;
}

struct Source {
  std::vector<SchemaObject> schema;
  std::vector<TableSum> sums;
  std::string image;

  std::string definition(std::string_view table) const {
    for (const auto& object : schema) {
      if (object.type == "table" && object.name == table) return object.sql;
    }
    return "";
  }
};

Source source_of(const std::string& bytes) {
  auto preview = open_preview(bytes);
  if (!preview.ok()) FAIL(preview.failure().message);
  auto inspection = inspect(*preview);
  if (!inspection.ok()) FAIL(inspection.failure().message);
  auto image = make_turso_image(*preview, *inspection);
  if (!image.ok()) FAIL(image.failure().message);
  Source source{preview->schema(), {}, test::bytes_of(*image)};
  for (const auto& table : inspection->tables) source.sums.push_back(table.sum);
  return source;
}

// Reads to the end; after every page the reader is thrown away and taken up again from its state.
TableSum read_all(Scratch& database, const TableSum& source, const std::string& sql,
                  int64_t* questions = nullptr) {
  auto reader = TableReader::make(source, sql);
  REQUIRE(reader.ok());
  while (!reader->done()) {
    auto failure = reader->take(answer(database, reader->next()));
    if (failure) FAIL(failure->message);
    if (questions != nullptr) ++*questions;
    if (!reader->at_rest()) continue;
    auto again = parse_json(to_text(reader->state()));
    REQUIRE(again.ok());
    reader = TableReader::resume(source, sql, *again);
    REQUIRE(reader.ok());
  }
  return reader->sum();
}

MigrationReport report_of(const Source& source, Scratch& target) {
  std::vector<TableSum> sums;
  for (const auto& sum : source.sums) {
    sums.push_back(read_all(target, sum, source.definition(sum.name)));
  }
  return compare_sides(source.sums, sums, source.schema, source.schema);
}

TEST_CASE("both sides of a database made by chance give the same sums") {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    const Source source = source_of(image_of(test::random_database(seed)));
    Scratch target(source.image, "");
    const MigrationReport report = report_of(source, target);
    if (report.differences != 0) FAIL(difference_of(report)->message);
  }
}

TEST_CASE("real databases give the same sums on both sides") {
  for (const char* name : {"chinook.db", "notes.db", "utf16.db", "full_text.db", "rtree.db"}) {
    CAPTURE(name);
    const Source source = source_of(test::data_file(name));
    Scratch target(source.image, "");
    CHECK(report_of(source, target).differences == 0);
  }
}

TEST_CASE("hidden rowids, also the least and the greatest, and tables without a name for them") {
  const Source source = source_of(
      image_of("CREATE TABLE bare(a); INSERT INTO bare(rowid, a) VALUES(-9223372036854775808, 1),"
               "(9223372036854775807, 2); CREATE TABLE oid(rowid, _rowid_ TEXT, oid);"
               "INSERT INTO oid VALUES(1, 2, 3), (1, 2, 3), (NULL, NULL, NULL);"));
  Scratch target(source.image, "");
  CHECK(report_of(source, target).differences == 0);
}

TEST_CASE("keys that collate, descend, or have no affinity are read once each") {
  const Source source = source_of(image_of(
      "CREATE TABLE t(a TEXT COLLATE NOCASE, b, c, PRIMARY KEY(a COLLATE BINARY DESC, b)) WITHOUT "
      "ROWID; INSERT INTO t VALUES('a', 1, 0), ('A', 1, 0), ('a', '1', 0), ('A', x'31', 0),"
      "('a', 1.5, 0), ('', 9e999, 0), ('', -9e999, 0), (CAST(x'ff00' AS TEXT), '', 0);"
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<300)"
      "INSERT INTO t SELECT 'k' || (x % 7), x, x FROM n;"));
  Scratch target(source.image, "");
  int64_t questions = 0;
  CHECK(read_all(target, source.sums[0], source.definition("t"), &questions) == source.sums[0]);
  CHECK(questions > 2);
}

TEST_CASE("large cells are read in slices, under every kind of key") {
  const Source source = source_of(image_of(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, v, w); INSERT INTO a VALUES(1, zeroblob(5000000), "
      "'small'), (2, printf('%.*c', 70000, 'x'), randomblob(65536)), (3, 'y', randomblob(65537));"
      "CREATE TABLE b(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO b VALUES('one', "
      "randomblob(200000)), (printf('%.*c', 70000, 'k'), randomblob(100000));"
      "CREATE TABLE c(rowid, _rowid_, oid); INSERT INTO c VALUES(1, 2, 3), (4, randomblob(99999), "
      "5)"));
  Scratch target(source.image, "");
  CHECK(report_of(source, target).differences == 0);
}

TEST_CASE("pages follow the size of the rows, also where it changes at once") {
  const Source source = source_of(image_of(
      "CREATE TABLE t(a); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE "
      "x<3000) INSERT INTO t SELECT printf('%.*c', CASE WHEN x < 2000 THEN 10 ELSE 20000 END, 'x') "
      "FROM n"));
  Scratch target(source.image, "");
  auto reader = TableReader::make(source.sums[0], source.definition("t"));
  int64_t refused = 0;
  int64_t pages = 0;
  while (!reader->done()) {
    const HranaResult page = answer(target, reader->next());
    int64_t bytes = 0;
    for (const auto& row : page.rows) {
      bytes += 100 + int64_t(std::get<Bytes>(row[2]).bytes.size()) * 4 / 3;
    }
    if (bytes > limits::answer_bytes_max) {
      REQUIRE(reader->shrink());
      ++refused;
      continue;
    }
    ++pages;
    REQUIRE(!reader->take(page));
  }
  CHECK(reader->sum() == source.sums[0]);
  CHECK(refused < 6);
  CHECK(pages > 20);
  CHECK(pages < 60);
}

TEST_CASE("an answer that was too large is asked for again in smaller pieces") {
  const Source source = source_of(image_of("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (3)"));
  auto reader = TableReader::make(source.sums[0], source.definition("t"));
  int shrunk = 0;
  while (reader->shrink()) ++shrunk;
  CHECK(shrunk == 2);
  CHECK(std::get<int64_t>(reader->next().values.back()) == 1);
}

TEST_CASE("the first difference is named") {
  const std::string sql =
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 'x', 10), (2, 'y', "
      "20);"
      "CREATE TABLE bare(v); INSERT INTO bare VALUES('p'), ('q')";
  const Source source = source_of(image_of(sql));
  struct Change {
    const char* sql;
    const char* table;
  };
  for (const Change& change :
       {Change{"UPDATE t SET a = (SELECT a FROM t AS o WHERE o.id = 3 - t.id)", "\"t\""},
        Change{"DELETE FROM t WHERE id=2", "\"t\""},
        Change{"INSERT INTO t VALUES(3, 'x', 10)", "\"t\""},
        Change{"UPDATE t SET b = 10.0 WHERE id = 1", "\"t\""},
        Change{"UPDATE t SET a = CAST('x' AS BLOB) WHERE id = 1", "\"t\""},
        Change{"UPDATE t SET a = 'X' WHERE id = 1", "\"t\""},
        Change{"UPDATE bare SET rowid = 5 WHERE rowid = 2", "\"bare\""}}) {
    CAPTURE(change.sql);
    Scratch target(source.image, change.sql);
    const auto report = report_of(source, target);
    CHECK(report.differences == 1);
    const auto failure = difference_of(report);
    REQUIRE(failure);
    CHECK(failure->code == "data_differs");
    CHECK(failure->message.find(change.table) != std::string::npos);
  }
}

TEST_CASE("the sign of zero is a difference") {
  const Source source =
      source_of(image_of("CREATE TABLE t(a); INSERT INTO t VALUES(CAST('-0.0' AS "
                         "REAL))"));
  Scratch same(source.image, "");
  CHECK(report_of(source, same).differences == 0);
  Scratch positive(source.image, "UPDATE t SET a = 0.0");
  CHECK(report_of(source, positive).differences == 1);
}

TEST_CASE("answers of another shape are not taken") {
  const TableSum source{"t", 0, 0, {{"a", "", 0}}};
  const auto refused = [&](std::vector<std::vector<Value>> rows) {
    auto reader = TableReader::make(source, "CREATE TABLE t(a)");
    auto failure = reader->take({std::move(rows), 0});
    return failure && failure->code == "target_answer";
  };
  const Value one = int64_t{1};
  CHECK_FALSE(refused({{one, std::string("i"), one}}));
  CHECK(refused({{one, std::string("i")}}));
  CHECK(refused({{std::string("x"), std::string("i"), one}}));
  CHECK(refused({{one, one, one}}));
  CHECK(refused({{one, std::string("ii"), one}}));
  CHECK(refused({{one, std::string("t"), std::string("text")}}));
  CHECK(refused({{one, std::string("t"), int64_t{5}}}));
  CHECK(refused({{one, std::string("r"), std::string("*")}}));
  CHECK(refused({{one, std::string("n"), one}}));
  CHECK(refused({{one, std::string("?"), one}}));
  CHECK(refused({{one, std::string("i"), one}, {one, std::string("i"), one}}));
  std::vector<std::vector<Value>> many;
  for (int64_t i = 0; i < 17; ++i) many.push_back({i, std::string("i"), i});
  CHECK(refused(many));
}

TEST_CASE("a definition that names other columns is not guessed at") {
  const TableSum source{"t", 0, 0, {{"a", "", 0}}};
  CHECK_FALSE(TableReader::make(source, "CREATE VIEW t AS SELECT 1").ok());
  CHECK_FALSE(TableReader::make(source, "CREATE TABLE t(b PRIMARY KEY) WITHOUT ROWID").ok());
}

TEST_CASE("a state that is none starts again") {
  const TableSum source{"t", 0, 0, {{"a", "", 0}}};
  for (const char* state :
       {"null", "{}", "[]", R"({"rows":5,"row_checksum":"zz"})",
        R"({"rows":5,"row_checksum":"0000000000000000","columns":[],"done":true})"}) {
    auto reader = TableReader::resume(source, "CREATE TABLE t(a)", *parse_json(state));
    REQUIRE(reader.ok());
    CHECK(reader->rows_done() == 0);
    CHECK_FALSE(reader->done());
  }
}

}  // namespace
}  // namespace fairway

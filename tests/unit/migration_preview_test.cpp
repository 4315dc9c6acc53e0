#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

using test::image_of;
using test::Scratch;

Failure refusal_of(std::string bytes, PreviewLimits limits = {}) {
  auto preview = open_preview(std::move(bytes), limits);
  if (preview.ok()) return fix_input("accepted", "");
  CHECK(preview.failure().reaction == Reaction::fix_input);
  CHECK(!preview.failure().message.empty());
  CHECK(!preview.failure().hint.empty());
  return preview.failure();
}

std::string code_of(std::string bytes) { return refusal_of(std::move(bytes)).code; }

bool says(const Failure& failure, std::string_view words) {
  return failure.message.find(words) != std::string::npos;
}

const std::string& three_rows() {
  static const std::string image = image_of(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT UNIQUE); "
      "INSERT INTO t VALUES(1,'x'),(2,'y'),(3,'z')");
  return image;
}

std::string noise(size_t size) {
  test::Dice dice(size);
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(dice.next());
  return bytes;
}

TEST_CASE("what is no database is refused by name") {
  CHECK(code_of("") == "preview_empty");
  CHECK(code_of("hello") == "preview_not_a_database");
  CHECK(code_of(std::string(4'096, '\0')) == "preview_not_a_database");
  CHECK(says(refusal_of("PK\x03\x04 and so on"), "a ZIP archive"));
  CHECK(says(refusal_of("\x37\x7f\x06\x82 and so on"), "the -wal file"));
  CHECK(says(refusal_of("PRAGMA foreign_keys=OFF;\nBEGIN;"), "an SQL text"));
  CHECK(says(refusal_of("** This file contains an SQLite 2.1 database **"), "an SQLite 2"));
}

TEST_CASE("an encrypted database is refused as such") {
  CHECK(code_of(noise(8'192)) == "preview_encrypted");
  CHECK(code_of(noise(8'191)) == "preview_not_a_database");
}

TEST_CASE("a database that is cut off is refused with its figures") {
  const std::string& whole = three_rows();
  CHECK(code_of(whole.substr(0, 60)) == "preview_corrupt");
  CHECK(says(refusal_of(whole.substr(0, whole.size() - 4'096)), "3 pages of 4096 bytes"));
  CHECK(code_of(whole.substr(0, whole.size() - 1)) == "preview_corrupt");
}

TEST_CASE("a database whose header or pages are damaged is refused") {
  const auto broken = [](size_t offset, char byte) {
    std::string bytes = three_rows();
    bytes[offset] = byte;
    return bytes;
  };
  CHECK(code_of(broken(16, 0x11)) == "preview_corrupt");     // page size
  CHECK(code_of(broken(18, 9)) == "preview_corrupt");        // format
  CHECK(code_of(broken(21, 0)) == "preview_corrupt");        // fixed fraction
  CHECK(code_of(broken(59, 7)) == "preview_corrupt");        // encoding
  CHECK(code_of(broken(4'096, 0x55)) == "preview_corrupt");  // a page of no kind
  std::string index_lost = three_rows();
  index_lost.replace(index_lost.size() - 20, 20, 20, '\xff');
  const Failure failure = refusal_of(index_lost);
  CHECK(failure.code == "preview_corrupt");
  CHECK(says(failure, "is damaged: "));
}

TEST_CASE("a page that two tables share is found") {
  Scratch scratch(three_rows(), "CREATE TABLE other(a)");
  scratch.run("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage=2 WHERE name='other'");
  CHECK(code_of(scratch.image()) == "preview_corrupt");
}

TEST_CASE("a schema that SQLite cannot read is refused") {
  Scratch scratch(three_rows(), "CREATE VIEW v AS SELECT 1");
  scratch.run(
      "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql='CREATE VIEW v AS nonsense'"
      " WHERE name='v'");
  CHECK(code_of(scratch.image()) == "preview_corrupt");
}

TEST_CASE("too large is said with the limit") {
  const Failure failure = refusal_of(three_rows(), {.bytes_max = 10'000});
  CHECK(failure.code == "preview_too_large");
  CHECK(says(failure, "10,000"));
  CHECK(says(failure, "memory of a browser's tab"));
  std::string columns = "c0";
  for (int i = 1; i < 1'901; ++i) columns += cat({", c", decimal(i)});
  CHECK(says(refusal_of(image_of(cat({"CREATE TABLE wide(", columns, ")"}))), "1901 columns"));
}

TEST_CASE("a database without tables is refused") {
  CHECK(code_of(image_of("CREATE VIEW v AS SELECT 1")) == "preview_no_tables");
  CHECK(code_of(image_of("PRAGMA user_version=1")) == "preview_no_tables");
  CHECK(code_of(image_of("CREATE TABLE t(a); DROP TABLE t")) == "preview_no_tables");
}

std::string with_virtual_table(std::string_view sql) {
  Scratch scratch("CREATE TABLE t(a)");
  scratch.run(cat({"PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES('table','v','v',0,",
                   quoted_text(sql), ")"}));
  return scratch.image();
}

TEST_CASE("virtual tables that the new database cannot serve are refused by module") {
  CHECK(says(refusal_of(with_virtual_table("CREATE VIRTUAL TABLE v USING csv(filename='/etc/x')")),
             "the module csv"));
  CHECK(says(
      refusal_of(with_virtual_table("CREATE VIRTUAL TABLE v USING fts5(a, tokenize = 'jieba x')")),
      "the tokenizer jieba"));
  CHECK(code_of(with_virtual_table(
            "CREATE VIRTUAL TABLE v USING fts5(a, tokenize = 'porter unicode61')")) == "accepted");
}

TEST_CASE("collations and functions that the new database lacks are refused") {
  Scratch scratch;
  sqlite3_create_collation(scratch.get(), "german", SQLITE_UTF8, nullptr,
                           [](void*, int, const void*, int, const void*) { return 0; });
  scratch.run("CREATE TABLE t(a TEXT COLLATE german)");
  CHECK(says(refusal_of(scratch.image()), "the collation german"));

  Scratch with_function;
  sqlite3_create_function(
      with_function.get(), "mine", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
      [](sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int(context, 1); },
      nullptr, nullptr);
  with_function.run("CREATE TABLE t(a); CREATE INDEX i ON t(mine(a)); INSERT INTO t VALUES(1)");
  const Failure failure = refusal_of(with_function.image());
  CHECK(failure.code == "preview_function_missing");
  CHECK(says(failure, "mine"));
}

TEST_CASE("a WAL mark is no obstacle") {
  std::string bytes = three_rows();
  bytes[18] = bytes[19] = 2;
  auto preview = open_preview(bytes);
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  CHECK(inspection->rows == 3);
  CHECK(inspection->warnings.at(0).code == "wal_mark");
  auto image = make_turso_image(*preview, *inspection);
  REQUIRE(image.ok());
  CHECK(image->file.read(0, 1 << 20) == bytes);
}

TEST_CASE("bytes behind the last page are left out and told") {
  auto preview = open_preview(three_rows() + std::string(5'000, 'x'));
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  CHECK(inspection->warnings.at(0).code == "bytes_behind");
  auto image = make_turso_image(*preview, *inspection);
  REQUIRE(image.ok());
  CHECK(image->file.size() == 3 * 4'096);
}

TEST_CASE("nothing of the input runs while it is read") {
  // Each of these would fail, or take for ever, if it were evaluated.
  const std::string endless =
      "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) "
      "SELECT count(*) FROM n)";
  Scratch scratch("PRAGMA page_size=1024; CREATE TABLE t(a); INSERT INTO t VALUES('{nonsense');");
  scratch.run(cat({"CREATE VIEW v AS SELECT ", endless,
                   "; CREATE TRIGGER r AFTER INSERT ON t BEGIN "
                   "SELECT ",
                   endless, "; END;"}));
  scratch.run(
      "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql='CREATE TABLE t(a, b AS "
      "(json_extract(a, ''$'')), CHECK(json_extract(a, ''$'') IS NOT 1))' WHERE name='t'");
  auto preview = open_preview(scratch.image());
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  CHECK(inspection->rows == 1);
  REQUIRE(make_turso_image(*preview, *inspection).ok());
}

TEST_CASE("the budget of steps ends what takes too long") {
  const std::string bytes = image_of(
      "CREATE TABLE t(a); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE "
      "x<20000) INSERT INTO t SELECT x FROM n");
  CHECK(refusal_of(bytes, {.steps_base = 20'000, .steps_per_byte = 0}).code ==
        "preview_too_much_work");
}

const ColumnReading& column_of(const Inspection& inspection, size_t table, size_t column) {
  return inspection.tables.at(table).columns.at(column);
}

TEST_CASE("an inspection counts rows, cells and storage classes") {
  auto preview = open_preview(
      image_of("CREATE TABLE t(a INT, b VARCHAR(10), c); "
               "INSERT INTO t VALUES(1, 'x', NULL), (2, 'y', x'00'), ('text', 3.5, 4);"
               "CREATE TABLE empty(id INTEGER PRIMARY KEY, \"odd name\" DECIMAL(10,2))"));
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  CHECK(inspection->rows == 3);
  CHECK(inspection->cells == 9);
  CHECK(inspection->size_bytes == 3 * 4'096);
  CHECK(column_of(*inspection, 0, 0).cells == CellCounts{.integers = 2, .texts = 1});
  CHECK(column_of(*inspection, 0, 1).cells == CellCounts{.texts = 3});
  CHECK(column_of(*inspection, 0, 2).cells == CellCounts{.nulls = 1, .integers = 1, .blobs = 1});
  CHECK(column_of(*inspection, 0, 1).type == "VARCHAR(10)");
  CHECK(column_of(*inspection, 1, 1).name == "odd name");
  CHECK(column_of(*inspection, 1, 1).type == "DECIMAL(10,2)");
  CHECK(inspection->tables.at(0).without_key);
  CHECK_FALSE(inspection->tables.at(1).without_key);
}

std::string form_of_dates(std::string_view type, std::string_view values) {
  auto preview =
      open_preview(image_of(cat({"CREATE TABLE t(d ", type, "); INSERT INTO t VALUES ", values})));
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  return std::string(column_of(*inspection, 0, 0).dates.form());
}

TEST_CASE("the form of dates is told, not decided") {
  CHECK(form_of_dates("DATETIME", "(1700000000123), (1500000000000), (NULL)") == "milliseconds");
  CHECK(form_of_dates("TIMESTAMP", "(1700000000)") == "seconds");
  CHECK(form_of_dates("datetime", "(2460000.5)") == "julian days");
  CHECK(form_of_dates("DATE", "('2024-02-29'), ('1999-12-31 23:59:59')") == "ISO text");
  CHECK(form_of_dates("DATE", "('2023-02-29')") == "text");
  CHECK(form_of_dates("DATETIME", "(1700000000123), ('2024-05-01T10:00:00Z')") == "mixed");
  CHECK(form_of_dates("DATETIME", "(NULL)") == "");
  CHECK(form_of_dates("TEXT", "('2024-02-29')") == "");
}

TEST_CASE("ISO dates") {
  for (const char* text :
       {"2024-05-01", "2024-05-01 12:30", "2024-05-01 12:30:00", "2024-05-01T12:30:00.123Z",
        "2024-05-01T12:30:00+02:00", "2024-05-01 12:30:00.5 -0530"}) {
    CHECK_MESSAGE(is_iso_date(text), text);
  }
  for (const char* text :
       {"", "2024", "2024-13-01", "2024-05-32", "0000-00-00", "2024-02-30", "2024-05-01 25:00",
        "2024-05-01x", "2024-05-01T", "2024-05-01 12:30:00."}) {
    CHECK_MESSAGE(!is_iso_date(text), text);
  }
}

bool warns(const Inspection& inspection, std::string_view code, std::string_view object) {
  for (const Warning& warning : inspection.warnings) {
    if (warning.code == code && warning.object == object) return true;
  }
  return false;
}

TEST_CASE("warnings name what is carried but odd") {
  auto preview = open_preview(image_of(
      "CREATE TABLE parent(id INTEGER PRIMARY KEY); CREATE TABLE child(p REFERENCES parent(id));"
      "INSERT INTO child VALUES(1), (2), (NULL);"
      "CREATE TABLE odd(x REFERENCES parent(nowhere)); INSERT INTO odd VALUES(1);"
      "CREATE TABLE dates(id INTEGER PRIMARY KEY, d DATETIME, s TEXT);"
      "INSERT INTO dates VALUES(1, '2024-01-01', CAST(x'ff' AS TEXT)), (2, 1700000000000, 'ok');"
      "CREATE TABLE keyed(a, b, UNIQUE(a, b)); CREATE TABLE indexed(a);"
      "CREATE UNIQUE INDEX i ON indexed(a); CREATE VIEW v AS SELECT * FROM missing;"
      "CREATE TRIGGER g AFTER INSERT ON child BEGIN SELECT 1; END;"));
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  CHECK(warns(*inspection, "orphans", "child"));
  CHECK(warns(*inspection, "foreign_key_mismatch", "odd"));
  CHECK(warns(*inspection, "dates_mixed", "dates"));
  CHECK(warns(*inspection, "text_not_utf8", "dates"));
  CHECK(warns(*inspection, "no_key", "child"));
  CHECK_FALSE(warns(*inspection, "no_key", "keyed"));
  CHECK_FALSE(warns(*inspection, "no_key", "indexed"));
  CHECK(warns(*inspection, "view_kept", "v"));
  CHECK(warns(*inspection, "trigger_kept", "g"));
}

}  // namespace
}  // namespace fairway

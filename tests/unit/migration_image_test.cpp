#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

using test::image_of;
using test::Scratch;

struct Made {
  Inspection inspection;
  DatabaseImage image;
  std::string bytes;
};

Made make(const std::string& bytes) {
  auto preview = open_preview(bytes);
  if (!preview.ok()) FAIL(preview.failure().message);
  auto inspection = inspect(*preview);
  if (!inspection.ok()) FAIL(inspection.failure().message);
  auto image = make_turso_image(*preview, *inspection);
  if (!image.ok()) FAIL(image.failure().message);
  Made made{std::move(*inspection), std::move(*image), ""};
  made.bytes = test::bytes_of(made.image);
  return made;
}

uint32_t number_at(const MemoryFile& file, int64_t offset, int size) {
  uint32_t number = 0;
  for (char byte : file.read(offset, size)) number = (number << 8) | static_cast<uint8_t>(byte);
  return number;
}

// The rules of Turso's upload, read from the bytes and not by our own code.
void check_rules(const DatabaseImage& image) {
  CHECK(image.file.read(0, 16) == std::string("SQLite format 3\0", 16));
  CHECK(number_at(image.file, 16, 2) == 4'096);
  CHECK(number_at(image.file, 18, 2) == 0x0202);
  CHECK(number_at(image.file, 20, 1) == 0);
  CHECK(number_at(image.file, 28, 4) * 4'096 == image.file.size());
  CHECK(number_at(image.file, 24, 4) == number_at(image.file, 92, 4));
  CHECK(number_at(image.file, 36, 4) == 0);
  CHECK(number_at(image.file, 52, 4) == 0);
  CHECK(number_at(image.file, 56, 4) == 1);
}

constexpr std::string_view all_rows_of_schema =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' "
    "ESCAPE '\\' ORDER BY 1, 2";

// Both databases answer the same, table by table, hidden rowids included.
void check_equal(const std::string& one, const std::string& other) {
  Scratch source(one, "");
  Scratch target(other, "");
  CHECK(source.ask(all_rows_of_schema) == target.ask(all_rows_of_schema));
  CHECK(target.ask("PRAGMA integrity_check") == "ok\n");
  const std::string names = source.ask(
      "SELECT name FROM pragma_table_list WHERE schema='main' AND type IN ('table','shadow') AND "
      "name NOT IN ('sqlite_schema') AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND wr=0");
  for (std::string_view name : split(names, '\n')) {
    if (name.empty()) continue;
    const std::string sql = cat({"SELECT rowid, * FROM ", quoted_name(name), " ORDER BY rowid"});
    CHECK(source.ask(sql) == target.ask(sql));
  }
}

TEST_CASE("an image that meets the rules keeps its bytes, apart from the WAL mark") {
  const std::string bytes = image_of("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)");
  const Made made = make(bytes);
  CHECK(made.image.made == DatabaseImage::Made::kept);
  check_rules(made.image);
  CHECK(made.bytes == bytes);
  CHECK(made.image.file.read(20, 1 << 20) == bytes.substr(20));
}

TEST_CASE("page size, auto-vacuum, free pages and statistics are put right") {
  constexpr std::string_view rows =
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE INDEX i ON t(a);"
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<500)"
      "INSERT INTO t SELECT x, 'row ' || x FROM n;";
  for (std::string_view settings :
       {"PRAGMA page_size=512;", "PRAGMA page_size=1024;", "PRAGMA page_size=65536;",
        "PRAGMA auto_vacuum=1;", "PRAGMA auto_vacuum=2;"}) {
    const std::string bytes = image_of(cat({settings, rows}));
    const Made made = make(bytes);
    CHECK(made.image.made == DatabaseImage::Made::rewritten);
    check_rules(made.image);
    check_equal(bytes, made.bytes);
  }
  const std::string freed = image_of(cat({rows, "DELETE FROM t WHERE id > 50;"}));
  const Made without_free_pages = make(freed);
  check_rules(without_free_pages.image);
  check_equal(freed, without_free_pages.bytes);
  CHECK(without_free_pages.bytes.find("row 400") == std::string::npos);

  const std::string analyzed = image_of(cat({rows, "ANALYZE;"}));
  const Made without_statistics = make(analyzed);
  check_rules(without_statistics.image);
  check_equal(analyzed, without_statistics.bytes);
  CHECK(Scratch(without_statistics.bytes, "")
            .ask("SELECT count(*) FROM sqlite_schema WHERE name "
                 "LIKE 'sqlite_stat%'") == "0\n");
}

TEST_CASE("reserved bytes of a page are given up") {
  Scratch scratch;
  int reserved = 32;
  sqlite3_file_control(scratch.get(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  scratch.run("CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(9000)), ('x')");
  const std::string bytes = scratch.image();
  REQUIRE(bytes[20] == 32);
  const Made made = make(bytes);
  check_rules(made.image);
  check_equal(bytes, made.bytes);
}

TEST_CASE("hidden rowids, sequences, versions survive a rewrite") {
  const std::string bytes = image_of(
      "PRAGMA page_size=1024; PRAGMA user_version=7; PRAGMA application_id=-3;"
      "CREATE TABLE bare(a); INSERT INTO bare(rowid, a) VALUES(-9223372036854775808, 'least'),"
      "(-7, 'minus'), (3, 'three'), (100, 'hundred'), (9223372036854775807, 'most');"
      "CREATE TABLE indexed(a UNIQUE); INSERT INTO indexed(rowid, a) VALUES(5, 'x'), (50, 'y');"
      "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, a);"
      "INSERT INTO counted VALUES(5, 'five'); UPDATE sqlite_sequence SET seq=1000;"
      "CREATE TABLE pairs(a TEXT, b INT, c, PRIMARY KEY(b DESC, a)) WITHOUT ROWID;"
      "INSERT INTO pairs VALUES('x', 1, 2.5), ('y', 2, x'00');");
  const Made made = make(bytes);
  CHECK(made.image.made == DatabaseImage::Made::rewritten);
  check_rules(made.image);
  check_equal(bytes, made.bytes);
  Scratch target(made.bytes, "");
  CHECK(target.ask("SELECT rowid FROM bare") ==
        "-9223372036854775808\n-7\n3\n100\n9223372036854775807\n");
  CHECK(target.ask("PRAGMA user_version") == "7\n");
  CHECK(target.ask("PRAGMA application_id") == "-3\n");
  CHECK(target.ask("SELECT seq FROM sqlite_sequence") == "1000\n");
  CHECK(target.ask("SELECT * FROM pairs ORDER BY b") == "x|1|r4004000000000000\ny|2|x00\n");
}

TEST_CASE("cells survive a rewrite bit by bit") {
  const std::string bytes = image_of(
      "PRAGMA page_size=512; CREATE TABLE t(v);"
      "INSERT INTO t VALUES(1.7976931348623157e308), (5e-324), (1e-320), (9e999), (-9e999), (0.1),"
      "(9223372036854775807), (-9223372036854775808), (9007199254740993), (x''), (''), (NULL),"
      "(x'00ff'), (CAST(x'61006200' AS TEXT)), (CAST(x'c0af' AS TEXT)), (CAST(x'eda080' AS TEXT)),"
      "('emoji 🚀 \u2028'), (zeroblob(100000)), (CAST('-0.0' AS REAL));"
      "CREATE TABLE real_column(r REAL); INSERT INTO real_column VALUES(1), (1.5), ('abc');");
  const Made made = make(bytes);
  check_equal(bytes, made.bytes);
  CHECK(Scratch(made.bytes, "").ask("SELECT v FROM t WHERE rowid=19") == "r8000000000000000\n");
}

TEST_CASE("schemas of every kind survive a rewrite") {
  const std::string bytes = image_of(
      "PRAGMA page_size=2048;"
      "CREATE TABLE strict_one(a INT, b ANY, c TEXT NOT NULL DEFAULT 'it''s') STRICT;"
      "INSERT INTO strict_one VALUES(1, 'x', 'y');"
      "CREATE TABLE made(a INT, b INT GENERATED ALWAYS AS (a*2) STORED, c AS (a+1), d CHECK(d>0));"
      "INSERT INTO made(a, d) VALUES(4, 1);"
      "CREATE TABLE \"we\"\"ird [name]\"(\"a b\" INT, [select] TEXT, `q` , \"Groß\" REAL);"
      "INSERT INTO \"we\"\"ird [name]\" VALUES(1, 's', NULL, 2);"
      "CREATE TABLE rowid_hidden(rowid TEXT, _rowid_ TEXT, oid TEXT);"
      "INSERT INTO rowid_hidden VALUES('a', 'b', 'c');"
      "CREATE TABLE parent(id INTEGER PRIMARY KEY); CREATE TABLE child(p REFERENCES parent(id));"
      "INSERT INTO child VALUES(99);"
      "CREATE INDEX partial ON made(a) WHERE a > 3; CREATE INDEX made_of ON made(lower(a), d DESC);"
      "CREATE UNIQUE INDEX nocase ON strict_one(c COLLATE NOCASE);"
      "CREATE VIEW v AS SELECT strftime('%Y', a) FROM made;"
      "CREATE TRIGGER t AFTER INSERT ON made BEGIN INSERT INTO child VALUES(new.a); END;");
  const Made made = make(bytes);
  check_rules(made.image);
  check_equal(bytes, made.bytes);
  CHECK(made.inspection.views == 1);
  CHECK(made.inspection.triggers == 1);
  CHECK(made.inspection.indexes == 3);
  CHECK(Scratch(made.bytes, "").ask("SELECT count(*) FROM child") == "1\n");
}

TEST_CASE("old schemas with texts in double quotes are copied") {
  Scratch scratch;
  sqlite3_db_config(scratch.get(), SQLITE_DBCONFIG_DQS_DDL, 1, nullptr);
  scratch.run(
      "PRAGMA page_size=1024; CREATE TABLE t(a TEXT DEFAULT \"double quoted\", b);"
      "INSERT INTO t(b) VALUES(1); CREATE INDEX i ON t(b) WHERE a = \"double quoted\"");
  const std::string bytes = scratch.image();
  const Made made = make(bytes);
  CHECK(Scratch(made.bytes, "").ask("SELECT * FROM t") == "double quoted|1\n");
}

TEST_CASE("columns added later, which old records do not have, survive") {
  const std::string bytes = image_of(
      "PRAGMA page_size=1024; CREATE TABLE t(a); INSERT INTO t VALUES(1), (2);"
      "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'later'; ALTER TABLE t ADD COLUMN c;"
      "INSERT INTO t VALUES(3, 'own', 4)");
  check_equal(bytes, make(bytes).bytes);
}

TEST_CASE("a table with 1,700 columns survives") {
  std::string columns;
  for (int i = 0; i < 1'700; ++i) columns += cat({i == 0 ? "" : ", ", "c", decimal(i)});
  const std::string bytes =
      image_of(cat({"PRAGMA page_size=1024; CREATE TABLE wide(", columns,
                    "); INSERT INTO wide(c0, c1699) VALUES('first', 'last')"}));
  check_equal(bytes, make(bytes).bytes);
}

TEST_CASE("the same preview gives the same image, however often it is made") {
  const std::string bytes =
      image_of("PRAGMA page_size=1024; CREATE TABLE t(a); INSERT INTO t VALUES(1); ANALYZE;");
  auto preview = open_preview(bytes);
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  auto first = make_turso_image(*preview, *inspection);
  auto second = make_turso_image(*preview, *inspection);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(test::bytes_of(*first) == test::bytes_of(*second));
  CHECK(test::bytes_of(*first) == make(bytes).bytes);
}

TEST_CASE("an image outlives its preview") {
  DatabaseImage image;
  std::string bytes = image_of("CREATE TABLE t(a); INSERT INTO t VALUES('kept')");
  {
    auto preview = open_preview(bytes);
    auto inspection = inspect(*preview);
    auto made = make_turso_image(*preview, *inspection);
    REQUIRE(made.ok());
    image = std::move(*made);
  }
  CHECK(Scratch(test::bytes_of(image), "").ask("SELECT a FROM t") == "kept\n");
}

TEST_CASE("UTF-16 becomes UTF-8 with every rowid, sequence and definition") {
  for (const std::string& bytes :
       {test::data_file("utf16.db"),
        image_of("PRAGMA encoding='UTF-16be'; CREATE TABLE t(a TEXT COLLATE NOCASE PRIMARY KEY, b "
                 "GENERATED ALWAYS AS (a || '!') STORED, c AS (a || '?')) WITHOUT ROWID;"
                 "INSERT INTO t VALUES('é'), ('日本'); CREATE TRIGGER x AFTER INSERT ON t BEGIN "
                 "DELETE FROM t; END; CREATE VIEW v AS SELECT a FROM t")}) {
    const Made made = make(bytes);
    CHECK(made.image.made == DatabaseImage::Made::recoded);
    check_rules(made.image);
    check_equal(bytes, made.bytes);
  }
  const Made made = make(test::data_file("utf16.db"));
  Scratch target(made.bytes, "");
  CHECK(target.ask("PRAGMA encoding") == "UTF-8\n");
  CHECK(target.ask("PRAGMA user_version") == "42\n");
  CHECK(target.ask("SELECT rowid FROM hidden") == "-5\n7\n1000\n");
  CHECK(target.ask("SELECT seq FROM sqlite_sequence") == "4\n");
}

TEST_CASE("UTF-16 text that UTF-8 cannot hold is named") {
  Scratch scratch("PRAGMA encoding='UTF-16le'; CREATE TABLE t(a); INSERT INTO t VALUES('fine')");
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(scratch.get(), "INSERT INTO t(rowid, a) VALUES(17, ?)", -1, &insert, nullptr);
  const char16_t broken[] = {u'a', 0xd800, u'b'};
  sqlite3_bind_text16(insert, 1, broken, sizeof broken, SQLITE_STATIC);
  sqlite3_step(insert);
  sqlite3_finalize(insert);
  auto preview = open_preview(scratch.image());
  REQUIRE(preview.ok());
  auto inspection = inspect(*preview);
  REQUIRE(inspection.ok());
  auto image = make_turso_image(*preview, *inspection);
  REQUIRE(!image.ok());
  CHECK(image.failure().code == "text_not_unicode");
  CHECK(image.failure().message.find("\"t\".\"a\", rowid 17") != std::string::npos);
}

TEST_CASE("real databases arrive whole") {
  for (const char* name : {"chinook.db", "guestbook.db", "notes.db", "shop.db"}) {
    const std::string bytes = test::data_file(name);
    const Made made = make(bytes);
    check_rules(made.image);
    check_equal(bytes, made.bytes);
  }
  const Made chinook = make(test::data_file("chinook.db"));
  CHECK(chinook.inspection.tables.size() == 11);
  CHECK(chinook.inspection.rows == 15'607);
  CHECK(chinook.inspection.indexes == 21);  // and one that a constraint made
}

TEST_CASE("virtual tables come with their shadow tables and are never run") {
  const Made text = make(test::data_file("full_text.db"));
  check_rules(text.image);
  check_equal(test::data_file("full_text.db"), text.bytes);
  CHECK(text.inspection.virtual_tables.size() == 3);
  const Made rtree = make(test::data_file("rtree.db"));
  check_equal(test::data_file("rtree.db"), rtree.bytes);
  CHECK(rtree.inspection.virtual_tables.at(0).module == "rtree");
}

}  // namespace
}  // namespace fairway

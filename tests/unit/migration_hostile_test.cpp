// Files that were broken on purpose: whatever is in them, the answer is a refusal or an image that
// is equal to the preview, never a crash, a hang, or a lie.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/migration_random.h"

namespace fairway {
namespace {

struct Outcomes {
  int refused = 0;
  int carried = 0;
};

void use(std::string bytes, Outcomes& outcomes) {
  auto preview = open_preview(std::move(bytes));
  if (!preview.ok()) {
    CHECK_MESSAGE(preview.failure().reaction != Reaction::report_bug, preview.failure().message);
    CHECK(!preview.failure().message.empty());
    ++outcomes.refused;
    return;
  }
  auto inspection = inspect(*preview);
  if (!inspection.ok()) {
    ++outcomes.refused;
    return;
  }
  auto image = make_turso_image(*preview, *inspection);
  if (!image.ok()) {
    CHECK_MESSAGE(image.failure().code != "image_differs", image.failure().message);
    ++outcomes.refused;
    return;
  }
  ++outcomes.carried;
}

std::vector<std::string> seeds() {
  std::vector<std::string> images = {test::data_file("guestbook.db"), test::data_file("utf16.db"),
                                     test::data_file("rtree.db")};
  for (uint64_t seed = 5'000; images.size() < 12; ++seed) {
    std::string image = test::image_of(test::random_database(seed));
    if (image.size() < 60'000) images.push_back(std::move(image));
  }
  return images;
}

TEST_CASE("flipped bits") {
  const auto images = seeds();
  test::Dice dice(1);
  Outcomes outcomes;
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes = images[dice.below(images.size())];
    const bool near_start = dice.one_in(2);
    for (size_t left = 1 + dice.below(8); left > 0; --left) {
      const size_t place =
          dice.below(near_start ? std::min<size_t>(bytes.size(), 600) : bytes.size());
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << dice.below(8)));
    }
    CAPTURE(round);
    use(std::move(bytes), outcomes);
  }
  CHECK(outcomes.refused > 300);
  CHECK(outcomes.carried > 300);
}

TEST_CASE("pages that changed places, were cut off, or filled with something else") {
  const auto images = seeds();
  test::Dice dice(2);
  Outcomes outcomes;
  for (int round = 0; round < 1'000; ++round) {
    std::string bytes = images[dice.below(images.size())];
    const size_t page = 512;
    const size_t from = dice.below(bytes.size() / page) * page;
    const size_t to = dice.below(bytes.size() / page) * page;
    switch (dice.below(4)) {
      case 0:
        bytes.replace(to, page, bytes.substr(from, page));
        break;
      case 1:
        bytes.resize(dice.below(bytes.size()));
        break;
      case 2:
        bytes.replace(to, page, page, static_cast<char>(dice.next()));
        break;
      default:
        for (size_t i = 0; i < page; ++i) bytes[to + i] = static_cast<char>(dice.next());
    }
    CAPTURE(round);
    use(std::move(bytes), outcomes);
  }
  CHECK(outcomes.refused > 300);
}

TEST_CASE("definitions that say something else than what is stored") {
  Outcomes outcomes;
  for (const char* sql : {"CREATE TABLE t(a, b, c, d)",
                          "CREATE TABLE t(a INTEGER PRIMARY KEY)",
                          "CREATE TABLE t(a PRIMARY KEY) WITHOUT ROWID",
                          "CREATE TABLE t(a) STRICT",
                          "CREATE TABLE t(a INT) STRICT",
                          "CREATE TABLE t(a NOT NULL)",
                          "CREATE TABLE t(a AS (1))",
                          "CREATE TABLE t(a, b AS (a+1) STORED)",
                          "CREATE TABLE other(a)",
                          "CREATE VIEW t AS SELECT 1",
                          "CREATE TABLE t(a DEFAULT (randomblob(1000000000)))",
                          "CREATE TABLE t AS SELECT 1",
                          "CREATE TEMP TABLE t(a)",
                          "CREATE TABLE sqlite_x(a)",
                          "DROP TABLE t",
                          "",
                          "CREATE VIRTUAL TABLE t USING fts5(a)",
                          "CREATE TABLE t(a REFERENCES t(a) ON DELETE CASCADE)",
                          "CREATE TABLE t(a CHECK(a IN (SELECT 1)))",
                          "create table\"t\"(\"a\")--\n;"}) {
    test::Scratch scratch(
        "CREATE TABLE t(a); INSERT INTO t VALUES(1), (NULL), ('x');"
        "CREATE TABLE safe(b); PRAGMA writable_schema=ON;");
    scratch.run(cat({"UPDATE sqlite_schema SET sql=", quoted_text(sql), " WHERE name='t'"}));
    CAPTURE(sql);
    use(scratch.image(), outcomes);
  }
  CHECK(outcomes.refused + outcomes.carried == 20);
}

TEST_CASE("a tree of tables that point at each other ends") {
  // An interior page whose children are all the same page would be read for ever.
  test::Scratch scratch(
      "PRAGMA page_size=512; CREATE TABLE t(a);"
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<4000) "
      "INSERT INTO t SELECT x FROM n;");
  const std::string image = scratch.image();
  Outcomes outcomes;
  for (size_t page = 1; page < image.size() / 512; ++page) {
    std::string bytes = image;
    if (bytes[page * 512] != 5) continue;  // an interior page of a table
    const auto root = static_cast<char>(2);
    bytes.replace(page * 512 + 8, 4, std::string({0, 0, 0, root}));
    use(std::move(bytes), outcomes);
  }
  CHECK(outcomes.carried == 0);
  CHECK(outcomes.refused > 0);
}

TEST_CASE(
    "an index on expressions may be another version's; an index on columns may not be wrong") {
  auto opened = [](std::string_view definition) {
    const std::string image =
        test::image_of(cat({"CREATE TABLE t(a INT, b INT); INSERT INTO t VALUES(-1,5),(2,6); "
                            "CREATE INDEX i ON t(a); PRAGMA writable_schema=ON; "
                            "UPDATE sqlite_schema SET sql='CREATE INDEX i ON ",
                            definition, "' WHERE name='i'; PRAGMA writable_schema=OFF;"}));
    auto preview = open_preview(image);
    return preview.ok() ? std::string("taken") : preview.failure().code;
  };
  CHECK(opened("t(a)") == "taken");
  CHECK(opened("t(abs(a))") == "taken");
  CHECK(opened("t(b)") == "preview_corrupt");
}

}  // namespace
}  // namespace fairway

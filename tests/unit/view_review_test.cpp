#include <doctest/doctest.h>
#include <sqlite3.h>

#include "shared/base/text.h"
#include "shared/migration/preview.h"
#include "tests/unit/view_support.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/review.h"
#include "web/actions/session.h"

using namespace fairway;
using namespace fairway::view_tests;
using ui::Role;

namespace {

std::string database_from(const std::string& sql) {
  sqlite3* database = nullptr;
  sqlite3_open(":memory:", &database);
  REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(database, "main", &size, 0);
  std::string image(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  sqlite3_free(bytes);
  sqlite3_close(database);
  return image;
}

// An app's database with two columns that somebody has to decide about.
std::string bookings_database() {
  return database_from(
      "create table bookings(id integer primary key, starts_at datetime, note text,"
      "  created_at datetime, price real);"
      "create table passes(code, photo blob);"
      "create view by_day as select starts_at, count(*) from bookings group by 1;"
      "insert into bookings values"
      "  (1, 1700000000, 'hello', 1700000000000, 1.5),"
      "  (2, '2024-05-01 12:00:00', cast(x'636166e9' as text), 1700000000001, 2);"
      "insert into passes values ('abc', x'00ff'), (51, null), (x'01', null);");
}

void put(World& world, const std::string& database) {
  world.browser.put("bookings", "Studio Hours", {{"server.js", ""}}, database);
}

// The dialog of choices of a project with this database.
void start(World& world, const std::string& database) {
  answer_usual(world);
  put(world, database);
  world.edge.answer("GET /api/projects/bookings/plan", 200, to_text(plan_json()));
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
  open_deploy(world.dashboard, "bookings");
  world.settle();
}

// Lets the tasks that wait for a frame go on until nobody does.
void finish(World& world) {
  for (int i = 0; i < 50; ++i) world.pass(0);
}

void open_ready(World& world, const std::string& database) {
  start(world, database);
  open_review(world.dashboard, "bookings");
  finish(world);
  REQUIRE(world.state.review->stage == Review::Stage::ready);
}

bool has_no_problems(const NullBackend& page) {
  for (const std::string& problem : page.problems()) MESSAGE(problem);
  return page.problems().empty();
}

void draw_everywhere(NullBackend& page) {
  for (const float width : {360.0F, 390.0F, 800.0F, 1024.0F, 1440.0F, 2600.0F}) {
    page.resize(width, width < 500 ? 844 : 900);
    CHECK(has_no_problems(page));
  }
  page.use_theme(ui::Theme::dark);
  CHECK(has_no_problems(page));
  page.resize(1440, 900);
}

const ReviewRow& row_of(const World& world, std::string_view name) {
  for (const ReviewRow& row : world.state.review->postgres.rows) {
    if (row.name == name) return row;
  }
  FAIL("no row is called " << std::string(name));
  return world.state.review->postgres.rows.front();
}

}  // namespace

TEST_CASE("Review opens from the dialog, reads the preview and sends nothing") {
  World world;
  start(world, bookings_database());
  NullBackend page = page_of(world);
  const size_t sent = world.edge.sent.size();
  CHECK(page.click(Role::button, "Review"));
  CHECK(page.shows("Reading the preview data"));
  CHECK(has_no_problems(page));
  finish(world);
  page.draw();
  CHECK(page.find(Role::main, "Data to carry") != nullptr);
  CHECK(page.find(Role::dialog, "Deploy Studio Hours") == nullptr);
  CHECK(page.shows("columns need a decision"));
  CHECK(page.find(Role::button, "bookings.starts_at, Mixed dates") != nullptr);
  CHECK(page.shows("1 integer, 1 text"));
  CHECK(page.find(Role::button, "bookings.note, Broken text") != nullptr);
  CHECK(page.find(Role::radio, "Replace 1") != nullptr);
  CHECK(page.shows("Holds ISO texts beside seconds"));
  CHECK(row_of(world, "by_day").becomes == "translated");
  CHECK(row_of(world, "passes").becomes == "Leave out");
  CHECK(page.find(Role::radio, "passes, 3 rows, 2 decisions") != nullptr);
  CHECK(world.edge.sent.size() == sent);
  CHECK(world.browser.page.ends_with("?deploy=bookings&review=data"));
  draw_everywhere(page);
}

TEST_CASE("a choice is counted at once, kept when accepted, and safe choices take it back") {
  World world;
  open_ready(world, bookings_database());
  NullBackend page = page_of(world);
  REQUIRE(row_of(world, "bookings.note").choice == "replace");
  CHECK(page.click(Role::radio, "Keep bytes"));
  CHECK(row_of(world, "bookings.note").choice == "bytea");
  CHECK(row_of(world, "bookings.note").becomes == "bytea");
  CHECK(page.click(Role::button, "Use safe choices"));
  CHECK(row_of(world, "bookings.note").choice == "replace");
  CHECK(page.click(Role::radio, "Keep bytes"));
  const int64_t decisions = world.state.review->postgres.decisions;
  page.press_command("Enter");
  CHECK_FALSE(world.state.review.has_value());
  REQUIRE(world.state.accepted_reviews.contains("bookings"));
  CHECK(world.state.accepted_reviews["bookings"].choices.size() == 1);
  CHECK(page.find(Role::dialog, "Deploy Studio Hours") != nullptr);
  CHECK(page.shows(cat({decimal(decisions), " decisions accepted for PostgreSQL"})));
  open_review(world.dashboard, "bookings");
  finish(world);
  CHECK(row_of(world, "bookings.note").choice == "bytea");
  // What is not accepted is forgotten.
  use_safe_choices(world.dashboard);
  page.draw();
  page.press("Escape");
  CHECK_FALSE(world.state.review.has_value());
  CHECK(world.state.accepted_reviews["bookings"].choices.size() == 1);
  CHECK(world.browser.page.ends_with("?deploy=bookings"));
}

TEST_CASE("choosing to stop is refused in words and can be taken back") {
  World world;
  open_ready(world, bookings_database());
  choose_in_review(world.dashboard, row_of(world, "bookings.note"), "refuse");
  NullBackend page = page_of(world);
  CHECK(page.find(Role::heading, "This database cannot be carried") != nullptr);
  CHECK(page.shows("has texts that PostgreSQL cannot store"));
  CHECK_FALSE(page.click(Role::button, "PostgreSQL script"));
  page.press_command("Enter");
  CHECK(world.state.review.has_value());
  draw_everywhere(page);
  choose_in_review(world.dashboard, row_of(world, "bookings.note"), "replace");
  page.draw();
  CHECK(page.shows("columns need a decision"));
}

TEST_CASE("arrows walk the rows, digits choose, Enter opens the details") {
  World world;
  open_ready(world, bookings_database());
  NullBackend page = page_of(world);
  page.press("ArrowDown");
  const auto& rows = world.state.review->postgres.rows;
  CHECK(world.state.review->row == rows[0].key());
  REQUIRE(page.focused() != nullptr);
  CHECK(page.focused()->name.starts_with(rows[0].name));
  const std::string note = row_of(world, "bookings.note").key();
  for (int i = 0; i < 10 && world.state.review->row != note; ++i) page.press("ArrowDown");
  REQUIRE(world.state.review->row == note);
  page.press("2");
  CHECK(row_of(world, "bookings.note").choice == "bytea");
  page.press("1");
  CHECK(row_of(world, "bookings.note").choice == "replace");
  page.press("9");
  CHECK(row_of(world, "bookings.note").choice == "replace");
  CHECK(page.click(Role::button, "bookings.note, Broken text"));
  CHECK(page.find(Role::dialog, "bookings.note") != nullptr);
  CHECK(page.shows("rowid 2"));
  draw_everywhere(page);
  CHECK(page.click(Role::radio, "Keep bytes"));
  CHECK(row_of(world, "bookings.note").choice == "bytea");
  page.press("Escape");
  CHECK(page.find(Role::dialog, "bookings.note") == nullptr);
  CHECK(world.state.review.has_value());
}

TEST_CASE("the target, a table and the switch decide which rows are shown") {
  World world;
  open_ready(world, bookings_database());
  NullBackend page = page_of(world);
  CHECK(page.click(Role::radio, "passes, 3 rows, 2 decisions"));
  CHECK(page.find(Role::button, "bookings.note, Broken text") == nullptr);
  CHECK(page.find(Role::button, "passes.code*") != nullptr);
  CHECK(page.click(Role::switch_, "Only decisions"));
  CHECK(page.find(Role::button, "passes.photo") == nullptr);
  CHECK(page.click(Role::radio, "Turso"));
  CHECK(page.find(Role::heading, "Nothing needs a decision") != nullptr);
  CHECK(page.shows("Nothing here needs a decision."));
  CHECK(page.click(Role::button, "Accept"));
  CHECK(world.state.accepted_reviews["bookings"].target == ReviewTarget::turso);
}

TEST_CASE("a thousand columns: everything else is folded, and only what is seen is drawn") {
  std::string sql;
  for (int table = 0; table < 50; ++table) {
    sql += cat({"create table t", decimal(table), "(id integer primary key"});
    for (int column = 0; column < 20; ++column) sql += cat({", c", decimal(column), " text"});
    sql += ");";
  }
  World world;
  open_ready(world, database_from(sql));
  NullBackend page = page_of(world);
  CHECK(page.shows("1,040 more columns, nothing to decide"));
  const size_t folded = page.all(Role::row).size();
  CHECK(page.click(Role::button, "Show all"));
  const size_t unfolded = page.all(Role::row).size();
  CHECK(unfolded > folded);
  CHECK(unfolded < 60);
  CHECK(page.find(Role::button, "t49.c19") == nullptr);
  page.press("ArrowUp");
  CHECK(page.find(Role::button, "t49.c19") != nullptr);
  page.resize(390, 844);
  CHECK(page.all(Role::listitem).size() < 40);
  CHECK(has_no_problems(page));
}

TEST_CASE("tables are read with frames in between") {
  std::string sql;
  for (int table = 0; table < 100; ++table) {
    sql += cat({"create table t", decimal(table), "(a);"});
  }
  World world;
  start(world, database_from(sql));
  open_review(world.dashboard, "bookings");
  NullBackend page = page_of(world);
  world.pass(0);
  page.draw();
  CHECK(world.state.review->stage == Review::Stage::profiling);
  CHECK(page.shows("Looked into 40 of 100 tables"));
  page.press("Escape");
  CHECK_FALSE(world.state.review.has_value());
  finish(world);
  CHECK_FALSE(world.state.review.has_value());
}

TEST_CASE("what cannot be read says why, and can be looked at again") {
  World world;
  std::string cut = bookings_database();
  cut.resize(cut.size() / 2);
  start(world, cut);
  open_review(world.dashboard, "bookings");
  finish(world);
  NullBackend page = page_of(world);
  CHECK(world.state.review->problem.code == "preview_corrupt");
  CHECK(page.shows(world.state.review->problem.message));
  CHECK(page.shows(world.state.review->problem.hint));
  CHECK_FALSE(page.click(Role::button, "Accept"));
  draw_everywhere(page);
  put(world, bookings_database());
  CHECK(page.click(Role::button, "Look again"));
  finish(world);
  page.draw();
  CHECK(page.shows("columns need a decision"));
}

TEST_CASE("exports are made in the tab, under proper names, without a request") {
  World world;
  open_ready(world, bookings_database());
  NullBackend page = page_of(world);
  const size_t sent = world.edge.sent.size();
  CHECK(page.click(Role::button, "PostgreSQL script"));
  CHECK(page.find(Role::button, "Writing") != nullptr);
  finish(world);
  CHECK(world.browser.downloaded_name == "bookings-postgres.sql");
  CHECK(world.browser.downloaded.find("CREATE TABLE \"bookings\"") != std::string::npos);
  CHECK(world.browser.downloaded.find("hello") != std::string::npos);
  page.draw();
  CHECK(page.shows("bookings-postgres.sql is written"));
  CHECK(page.click(Role::button, "libSQL script"));
  finish(world);
  CHECK(world.browser.downloaded_name == "bookings-libsql.sql");
  CHECK(world.browser.downloaded.starts_with("PRAGMA foreign_keys=OFF;"));
  page.draw();
  CHECK(page.click(Role::button, "SQLite file"));
  finish(world);
  CHECK(world.browser.downloaded_name == "bookings.sqlite");
  const auto header = read_preview_header(world.browser.downloaded,
                                          static_cast<int64_t>(world.browser.downloaded.size()));
  REQUIRE(header.ok());
  CHECK_FALSE(header->write_ahead_log);
  auto opened = open_preview(world.browser.downloaded);
  REQUIRE(opened.ok());
  CHECK(inspect(*opened)->rows == 5);
  CHECK(world.edge.sent.size() == sent);
}

TEST_CASE("the script that is exported follows the choices on screen") {
  World world;
  open_ready(world, bookings_database());
  export_preview(world.dashboard, ReviewExport::postgres_script);
  finish(world);
  const std::string safe = world.browser.downloaded;
  choose_in_review(world.dashboard, row_of(world, "bookings.note"), "bytea");
  export_preview(world.dashboard, ReviewExport::postgres_script);
  finish(world);
  CHECK(safe.find("\"note\" text") != std::string::npos);
  CHECK(world.browser.downloaded.find("\"note\" bytea") != std::string::npos);
}

TEST_CASE("earlier choices that do not fit the preview any more are dropped") {
  World world;
  start(world, bookings_database());
  world.state.accepted_reviews["bookings"] = {
      ReviewTarget::postgres, 1, {{"gone", "column", "", "", "text"}}};
  open_review(world.dashboard, "bookings");
  finish(world);
  CHECK(world.state.review->stage == Review::Stage::ready);
  CHECK(world.state.accepted_reviews.empty());
  NullBackend page = page_of(world);
  CHECK(page.shows("Earlier choices do not fit any more"));
}

TEST_CASE("the address opens the review again, and going elsewhere leaves it") {
  World world;
  answer_usual(world);
  put(world, bookings_database());
  world.edge.answer("GET /api/projects/bookings/plan", 200, to_text(plan_json()));
  world.browser.page = "http://localhost:8787/app/dashboard?deploy=bookings&review=data";
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  finish(world);
  NullBackend page = page_of(world);
  CHECK(page.shows("columns need a decision"));
  CHECK(page.click(Role::link, "Activity"));
  CHECK_FALSE(world.state.review.has_value());
  CHECK_FALSE(world.state.deploy.has_value());
  CHECK(world.state.page == Page::activity);
}

TEST_CASE("everything on a phone can be pressed with a thumb") {
  World world;
  open_ready(world, bookings_database());
  NullBackend page = page_of(world);
  page.resize(390, 844);
  page.use_touch();
  CHECK(has_no_problems(page));
  CHECK(page.find(Role::button, "bookings.note, Broken text") != nullptr);
  for (const ui::Node* node : page.all(Role::button)) CHECK(node->box.height >= 43.5F);
  CHECK(page.click(Role::button, "bookings.note, Broken text"));
  CHECK(page.click(Role::radio, "Keep bytes"));
  page.press("Escape");
  CHECK(page.click(Role::button, "Accept *"));
  CHECK(world.state.accepted_reviews["bookings"].choices.size() == 1);
}

TEST_CASE("parts that Turso lacks are no hindrance to PostgreSQL") {
  World world;
  start(world, database_from("create table places(id integer primary key, name text);"
                             "insert into places values (1, 'Harbour');"
                             "pragma writable_schema = on;"
                             "insert into sqlite_schema values ('table', 'geo', 'geo', 0,"
                             "  'CREATE VIRTUAL TABLE geo USING nosuchmodule(x)');"));
  NullBackend page = page_of(world);
  const LocalProject* local = find_local(world.state, "bookings");
  REQUIRE(local->preview.failed());
  CHECK(local->preview.failure.code == "preview_module_missing");
  CHECK(page.click(Role::button, "Review"));
  finish(world);
  page.draw();
  CHECK(world.state.review->target == ReviewTarget::postgres);
  CHECK_FALSE(world.state.review->postgres.refusal.has_value());
  CHECK(page.shows("places.name"));
  CHECK(page.click(Role::radio, "Turso"));
  CHECK(page.find(Role::heading, "This database cannot be carried") != nullptr);
  CHECK(page.shows("nosuchmodule"));
  CHECK_FALSE(page.click(Role::button, "Accept"));
}

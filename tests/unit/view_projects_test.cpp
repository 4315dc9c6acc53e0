#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/view_support.h"
#include "web/actions/projects.h"
#include "web/actions/session.h"

using namespace fairway;
using namespace fairway::view_tests;
using ui::Role;

namespace {

void start(World& world) {
  answer_usual(world);
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
}

bool has_no_problems(const NullBackend& page) {
  for (const std::string& problem : page.problems()) MESSAGE(problem);
  return page.problems().empty();
}

}  // namespace

TEST_CASE("signed out, the page says what this is and how to enter") {
  World world;
  start(world);
  world.state.session = {};
  world.state.session.stage = Session::Stage::signed_out;
  NullBackend page = page_of(world);
  CHECK(page.shows("data included"));
  CHECK(page.click(Role::button, "Sign in"));
  CHECK(world.browser.left_for.starts_with("http://id.test/sign-in?redirect_to="));
  CHECK(has_no_problems(page));
}

TEST_CASE("the projects page shows each project with its state and main action") {
  World world;
  start(world);
  put_guestbook(world);
  refresh_all(world.dashboard);
  NullBackend page = page_of(world);
  CHECK(page.find(Role::heading, "Projects") != nullptr);
  CHECK(page.find(Role::link, "Clinic Queue") != nullptr);
  CHECK(page.shows("Stopped at 5 of 8, Publish site"));
  CHECK(page.shows("Preview data: 2 tables, 3 rows"));
  CHECK(page.find(Role::button, "Deploy Parcel Shelf") != nullptr);
  CHECK(page.find(Role::link, "night-market.pages.dev") != nullptr);
  CHECK(page.find(Role::link, "Domains") == nullptr);
  CHECK(has_no_problems(page));
  for (const float width : {360.0F, 390.0F, 800.0F, 1440.0F, 2000.0F, 2600.0F}) {
    page.resize(width, 900);
    CHECK(has_no_problems(page));
    CHECK(page.shows("Clinic Queue"));
  }
  page.use_theme(ui::Theme::dark);
  CHECK(has_no_problems(page));
}

TEST_CASE("filters, search and the word about what to clear") {
  World world;
  start(world);
  NullBackend page = page_of(world);
  CHECK(page.click(Role::radio, "Live*"));
  CHECK(world.state.choice.status == StatusFilter::live);
  CHECK(page.find(Role::link, "Clinic Queue") == nullptr);
  page.press("/");
  CHECK(world.state.search_open);
  CHECK(page.type(Role::searchbox, "Find a project", "zzz"));
  CHECK(page.shows("Nothing to show"));
  CHECK(page.click(Role::button, "Clear filters"));
  CHECK(page.find(Role::link, "Clinic Queue") != nullptr);
}

TEST_CASE("keyboard: arrows walk over the cards, D deploys, Enter opens") {
  World world;
  start(world);
  NullBackend page = page_of(world);
  page.press("ArrowDown");
  REQUIRE(page.focused() != nullptr);
  CHECK(page.focused()->name == "Clinic Queue");
  page.press("ArrowRight");
  CHECK(page.focused()->name == "Parcel Shelf");
  page.press("d");
  REQUIRE(world.state.deploy.has_value());
  CHECK(world.state.deploy->project_id == "parcel-shelf");
}

TEST_CASE("no projects: what this is, and one button") {
  World world;
  answer_usual(world);
  world.edge.answer("GET /api/projects", 200, R"({"projects":[]})");
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
  NullBackend page = page_of(world);
  CHECK(page.shows("No projects yet"));
  CHECK(page.click(Role::button, "Open the Builder"));
  CHECK(world.browser.left_for == "/builder/");
  CHECK(has_no_problems(page));
  page.resize(390, 844);
  CHECK(has_no_problems(page));
}

TEST_CASE("a list that cannot be read keeps what was there, with one way on") {
  World world;
  start(world);
  world.edge.answer("GET /api/projects", 500,
                    R"({"error":{"reaction":"report_bug","code":"broken",
                        "message":"The list could not be made.","hint":"Send a report."}})");
  world.dashboard.running.restart("projects", load_projects(world.dashboard));
  NullBackend page = page_of(world);
  CHECK(page.shows("The list could not be made."));
  CHECK(page.shows("Clinic Queue"));
  answer_usual(world);
  CHECK(page.click(Role::button, "Try again"));
  CHECK_FALSE(page.shows("The list could not be made."));
}

TEST_CASE("a lost connection is a toast that counts down and tries when asked") {
  World world;
  start(world);
  for (const std::string what : {"GET /api/health", "GET /api/projects", "GET /api/me"}) {
    world.edge.stay_silent(what);
  }
  world.dashboard.running.restart("projects", load_projects(world.dashboard));
  NullBackend page = page_of(world);
  CHECK(page.shows("Connection lost"));
  CHECK(page.shows("Trying again in 2 s"));
  answer_usual(world);
  CHECK(page.click(Role::button, "Try now"));
  CHECK_FALSE(page.shows("Connection lost"));
}

TEST_CASE("the session's end is said over everything and takes nothing away") {
  World world;
  start(world);
  world.state.session.stage = Session::Stage::expired;
  NullBackend page = page_of(world);
  CHECK(page.find(Role::alertdialog, "You were signed out") != nullptr);
  CHECK(page.shows("Clinic Queue"));
  CHECK(page.click(Role::button, "Sign in in a new tab"));
  CHECK(world.browser.tab.starts_with("http://id.test/sign-in"));
  CHECK(has_no_problems(page));
}

TEST_CASE("the palette opens by its keys, finds, and runs") {
  World world;
  start(world);
  NullBackend page = page_of(world);
  page.press_command("k");
  CHECK(world.state.palette.open);
  world.state.palette.text = "activity";
  page.draw();
  CHECK(page.find(Role::option, "Activity") != nullptr);
  CHECK(page.click(Role::option, "Activity"));
  CHECK_FALSE(world.state.palette.open);
  CHECK(world.state.page == Page::activity);
  CHECK(page.shows("Night Market is live"));
  CHECK(has_no_problems(page));
  CHECK(page.click(Role::link, "Projects"));
  CHECK(world.state.page == Page::projects);
}

TEST_CASE("the account menu changes theme and size and signs out") {
  World world;
  start(world);
  world.edge.answer("DELETE /api/session", 204, "");
  NullBackend page = page_of(world);
  CHECK(page.click(Role::button, "Account"));
  CHECK(page.click(Role::menuitem, "Dark"));
  CHECK(world.shell.choice == ui::ThemeChoice::dark);
  CHECK(page.click(Role::button, "Account"));
  CHECK(page.click(Role::menuitem, "125 %"));
  CHECK(world.shell.size > 1.2F);
  CHECK(page.click(Role::button, "Account"));
  CHECK(page.click(Role::menuitem, "Sign out"));
  world.settle();
  CHECK(world.browser.left_for == "/app/dashboard");
}

TEST_CASE("five hundred projects draw what is seen, and names of any kind do no harm") {
  World world;
  start(world);
  std::vector<message::Project> many;
  for (int i = 0; i < 500; ++i) {
    message::Project project;
    project.id = cat({"project-", decimal(i)});
    project.name = i % 7 == 0 ? "\xF0\x9F\x8C\xB1 " + std::string(180, 'w') : project.id;
    project.description = std::string(400, 'x');
    many.push_back(project);
  }
  world.state.projects.arrive(many, test_now_ms);
  refresh_cards(world.state);
  NullBackend page = page_of(world);
  CHECK(has_no_problems(page));
  CHECK(page.all(Role::listitem).size() < 40);
  page.resize(390, 844);
  CHECK(has_no_problems(page));
}

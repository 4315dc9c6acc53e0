#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/view_support.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/session.h"
#include "web/api_client/decode.h"

using namespace fairway;
using namespace fairway::view_tests;
using ui::Role;

namespace {

void start(World& world) {
  answer_usual(world);
  put_guestbook(world);
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
}

void open_choices(World& world) {
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
}

// The dialog at a deployment in the given state.
void open_at(World& world, std::string_view status, int at) {
  open_choices(world);
  world.edge.answer("GET /api/deployments/dep_1/report", 200, to_text(report_json()));
  DeployDialog& dialog = *world.state.deploy;
  dialog.deployment_id = "dep_1";
  dialog.deployment.arrive(decode_deployment(deployment_json(status, at)).value(), test_now_ms);
  if (status == "live") dialog.report.arrive(decode_report(report_json()).value(), test_now_ms);
}

bool has_no_problems(const NullBackend& page) {
  for (const std::string& problem : page.problems()) MESSAGE(problem);
  return page.problems().empty();
}

// The same screen at the sizes and in the themes of the design.
void draw_everywhere(NullBackend& page) {
  for (const float width : {360.0F, 390.0F, 800.0F, 1440.0F, 2600.0F}) {
    page.resize(width, width < 500 ? 844 : 900);
    CHECK(has_no_problems(page));
  }
  page.resize(1024, 600);
  CHECK(has_no_problems(page));
  page.use_theme(ui::Theme::dark);
  CHECK(has_no_problems(page));
}

}  // namespace

TEST_CASE("opening the dialog shows what will happen and starts nothing") {
  World world;
  open_choices(world);
  NullBackend page = page_of(world);
  CHECK(page.find(Role::dialog, "Deploy Guestbook") != nullptr);
  CHECK(page.shows("Check project"));
  CHECK(page.shows("Record release"));
  CHECK(page.shows("2 tables, 3 rows"));
  CHECK(page.shows("fw-guestbook-1a2b.pages.dev"));
  CHECK(page.shows("Each month: $0.10"));
  CHECK(page.shows("Not set: MAIL_FROM"));
  CHECK(page.find(Role::button, "Deploy for $0.10 a month") != nullptr);
  CHECK(world.edge.count("POST /api/deploy/web") == 0);
  const ui::Node* start_button = page.find(Role::button, "Deploy for $0.10 a month");
  CHECK(ui::intersection(start_button->box, start_button->clip) == start_button->box);
  CHECK(page.click(Role::button, "Show tables"));
  CHECK(page.shows("entries"));
  draw_everywhere(page);
}

TEST_CASE("Command+Enter deploys from the choices") {
  World world;
  open_choices(world);
  NullBackend page = page_of(world);
  page.press_command("Enter");
  CHECK(find_upload(world.state, "guestbook").stage != Upload::Stage::none);
}

TEST_CASE("every problem of the preview says what, who must act and how, and blocks the button") {
  struct Case {
    std::optional<std::string> database;
    std::string code;
  };
  std::string noise(8192, '\0');
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(i * 193 + i / 7 * 31);
  std::string cut = guestbook_database();
  cut.resize(cut.size() / 2);
  const std::vector<Case> cases = {{std::nullopt, "preview_missing"},
                                   {std::string(), "preview_empty"},
                                   {std::string(200, 'x'), "preview_not_a_database"},
                                   {cut, "preview_corrupt"}};
  for (const Case& one : cases) {
    World world;
    answer_usual(world);
    world.browser.put("guestbook", "Guestbook", {{"server.js", ""}}, one.database);
    world.dashboard.running.start_once("start", start_up(world.dashboard));
    world.settle();
    open_deploy(world.dashboard, "guestbook");
    world.settle();
    const LocalProject* local = find_local(world.state, "guestbook");
    REQUIRE(local->preview.failed());
    CHECK(local->preview.failure.code == one.code);
    CHECK_FALSE(local->preview.failure.message.empty());
    CHECK_FALSE(local->preview.failure.hint.empty());
    NullBackend page = page_of(world);
    CHECK(page.shows(local->preview.failure.message));
    CHECK_FALSE(page.click(Role::button, "Deploy for $0.10 a month"));
    CHECK(page.click(Role::button, "Open in the Builder"));
    CHECK(world.browser.left_for == "/builder/?project=guestbook");
    CHECK(has_no_problems(page));
    page.resize(390, 844);
    CHECK(page.shows("Cannot be carried"));
  }
}

TEST_CASE("a pasted .env is compared before it is sealed, with the lines that are wrong") {
  World world;
  open_choices(world);
  NullBackend page = page_of(world);
  CHECK(page.click(Role::button, "Edit the environment"));
  CHECK(page.find(Role::button, "Remove SESSION_SECRET") != nullptr);
  CHECK(page.click(Role::button, "Paste .env"));
  CHECK(page.type(Role::textarea, "Contents of the .env file",
                  "SESSION_SECRET=new\nMAIL_FROM=a@b.c\nwhat is this\n"));
  CHECK(page.shows("Pasted .env, 3 lines"));
  CHECK(page.shows("1 new, 1 changed"));
  CHECK(page.shows("Line 3:"));
  CHECK_FALSE(page.shows("a@b.c, "));
  world.edge.answer("PUT /api/projects/guestbook/environment", 200,
                    R"({"environment":["SESSION_SECRET","MAIL_FROM"]})");
  CHECK(page.click(Role::button, "Apply 2"));
  page.draw();
  CHECK(world.edge.count("PUT /api/projects/guestbook/environment") == 1);
  CHECK(world.state.deploy->environment.pasted_text.empty());
  CHECK(has_no_problems(page));
}

TEST_CASE("while the project is sent, the frame says how far") {
  World world;
  open_choices(world);
  Upload& upload = world.state.uploads["guestbook"];
  upload.stage = Upload::Stage::sending;
  upload.bytes_done = 3'200'000;
  upload.bytes_total = 8'100'000;
  upload.parts_kept = 2;
  upload.parts_total = 5;
  NullBackend page = page_of(world);
  CHECK(page.find(Role::dialog, "Deploying Guestbook") != nullptr);
  CHECK(page.shows("3.2 MB of 8.1 MB"));
  CHECK(page.shows("2 parts of 5 had arrived before"));
  CHECK(leaving_loses_work(world.dashboard));
  draw_everywhere(page);
  page.press("Escape");
  CHECK_FALSE(world.state.deploy.has_value());
  CHECK(page.shows("Sending the project"));
}

TEST_CASE(
    "a running deployment shows marks, steps, tables and log, and cancels after one question") {
  World world;
  open_at(world, "running", 2);
  NullBackend page = page_of(world);
  CHECK(page.find(Role::dialog, "Deploying Guestbook") != nullptr);
  CHECK(page.shows("3 of 8, Carry data"));
  CHECK(page.shows("20 of 40"));
  CHECK(page.shows("provider busy, trying again"));
  draw_everywhere(page);
  page.resize(1440, 900);
  CHECK(page.click(Role::button, "Copy log"));
  CHECK(world.browser.copied.find("project checked") != std::string::npos);
  CHECK(page.click(Role::button, "Cancel deployment"));
  CHECK(page.find(Role::alertdialog, "Cancel this deployment?") != nullptr);
  CHECK(page.click(Role::button, "Go on deploying"));
  CHECK(world.edge.count("POST /api/deployments/dep_1/cancel") == 0);
  world.edge.answer("POST /api/deployments/dep_1/cancel", 202, "{}");
  world.edge.answer("GET /api/deploy/status/dep_1", 200, to_text(deployment_json("cancelling", 2)));
  CHECK(page.click(Role::button, "Cancel deployment"));
  CHECK(page.click(Role::button, "Cancel and remove"));
  page.draw();
  CHECK(world.edge.count("POST /api/deployments/dep_1/cancel") == 1);
  CHECK(page.find(Role::dialog, "Cancelling Guestbook") != nullptr);
}

TEST_CASE("closing keeps the deployment going, and its card opens it again") {
  World world;
  open_at(world, "running", 2);
  Json projects = parse_json(R"({"projects":[{"id":"guestbook","name":"Guestbook",
    "deployment":{"id":"dep_1","status":"running","step_index":2,"step_title":"Carry data",
                  "detail":"20 of 40 rows"}}]})")
                      .value();
  world.edge.answer("GET /api/projects", 200, to_text(projects));
  world.edge.answer("GET /api/deploy/status/dep_1", 200, to_text(deployment_json("running", 2)));
  NullBackend page = page_of(world);
  CHECK(page.click(Role::button, "Close"));
  page.draw();
  CHECK_FALSE(world.state.deploy.has_value());
  CHECK(page.shows("3 of 8 Carrying data"));
  CHECK(world.browser.page == "http://localhost:8787/app/dashboard");
  CHECK(page.click(Role::button, "View progress Guestbook"));
  page.draw();
  CHECK(page.find(Role::dialog, "Deploying Guestbook") != nullptr);
}

TEST_CASE("live: the address first, then the proof, and the whole report") {
  World world;
  open_at(world, "live", 8);
  NullBackend page = page_of(world);
  CHECK(page.find(Role::dialog, "Guestbook is live") != nullptr);
  CHECK(page.find(Role::heading, "fw-guestbook.pages.dev") != nullptr);
  CHECK(page.shows("Your data arrived"));
  draw_everywhere(page);
  page.resize(1440, 900);
  CHECK(page.click(Role::button, "Open"));
  CHECK(world.browser.tab == "https://fw-guestbook.pages.dev");
  CHECK(page.click(Role::button, "Copy address"));
  CHECK(world.browser.copied == "https://fw-guestbook.pages.dev");
  CHECK(page.shows("Address copied"));
  CHECK(page.click(Role::button, "See the whole report"));
  CHECK(page.find(Role::dialog, "Data report") != nullptr);
  CHECK(page.click(Role::button, "entries"));
  CHECK(page.shows("00000000000000aa"));
  draw_everywhere(page);
  page.resize(1440, 900);
  CHECK(page.click(Role::button, "All tables"));
  CHECK(page.click(Role::button, "Download report"));
  CHECK(world.browser.downloaded.find("content_sha256") != std::string::npos);
}

TEST_CASE("failed: the cause, five plain lines, one button by the reaction") {
  World world;
  open_at(world, "failed", 4);
  NullBackend page = page_of(world);
  CHECK(page.find(Role::dialog, "Guestbook was not deployed") != nullptr);
  CHECK(page.find(Role::heading, "Cloudflare did not answer") != nullptr);
  for (const std::string line :
       {"What happened", "Why", "Who must act", "What is kept", "What it cost", "req_123"}) {
    CHECK(page.shows(line));
  }
  CHECK(page.click(Role::button, "Log of this step"));
  CHECK(page.shows("provider busy, trying again"));
  draw_everywhere(page);
  page.resize(1440, 900);
  world.edge.answer("POST /api/deployments/dep_1/retry", 202, R"({"deployment_id":"dep_2"})");
  world.edge.answer("GET /api/deploy/status/dep_2", 200, to_text(deployment_json("running", 4)));
  CHECK(page.click(Role::button, "Try again"));
  page.draw();
  CHECK(world.state.deploy->deployment_id == "dep_2");
}

TEST_CASE("needs you, cancelled and unreadable have their own words and a way on") {
  for (const std::string status : {"needs_you", "cancelled"}) {
    World world;
    open_at(world, status, 3);
    NullBackend page = page_of(world);
    draw_everywhere(page);
    CHECK(page.shows(status == "cancelled" ? "You cancelled this deployment" : "needs you"));
    page.resize(1440, 900);
    CHECK(page.click(Role::button, status == "cancelled" ? "Deploy again" : "Change the choices"));
    page.draw();
    CHECK(page.find(Role::dialog, "Deploy Guestbook") != nullptr);
  }
  World world;
  open_choices(world);
  world.state.deploy->deployment_id = "dep_9";
  world.state.deploy->deployment.fail(fix_input("not_found", "There is no such deployment."));
  NullBackend page = page_of(world);
  CHECK(page.shows("There is no such deployment"));
  CHECK(has_no_problems(page));
}

TEST_CASE("what the sending stopped at is said, and trying again goes on") {
  World world;
  open_choices(world);
  Upload& upload = world.state.uploads["guestbook"];
  upload.stage = Upload::Stage::failed;
  upload.problem = retry_later("no_answer", "Fairway did not answer.", "Try again.");
  NullBackend page = page_of(world);
  CHECK(page.shows("no deployment was started"));
  draw_everywhere(page);
  page.resize(390, 844);
  CHECK(page.click(Role::button, "Try again"));
  CHECK(find_upload(world.state, "guestbook").active());
}

TEST_CASE("the phone's dialog opens each part as a sheet of its own") {
  World world;
  open_choices(world);
  NullBackend page = page_of(world);
  page.resize(390, 844);
  page.use_touch();
  for (const std::string row : {"Database", "Hosting", "Data to carry", "Environment", "Domain"}) {
    CHECK(page.click(Role::button, cat({row, ": *"})));
    CHECK(page.find(Role::dialog, row) != nullptr);
    CHECK(has_no_problems(page));
    page.press("Escape");
    CHECK(page.find(Role::dialog, row) == nullptr);
  }
  CHECK(page.click(Role::button, "8 steps"));
  CHECK(page.shows("Record release"));
  page.press("Escape");
  for (const ui::Node* node : page.all(Role::button)) CHECK(node->box.height >= 43.5F);
}

TEST_CASE("a redeployment says which rows are added and that those of production stay") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  Json plan = plan_json();
  plan["data"] = "keep";
  plan["first_deployment"] = false;
  plan["production_tables"] = Json::array({"entries"});
  world.edge.answer("GET /api/projects/guestbook/plan", 200, to_text(plan));
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
  open_deploy(world.dashboard, "guestbook");
  NullBackend page = page_of(world);
  CHECK(page.shows("1 new table with 1 row is added. Rows in production stay as they are."));
}

namespace {

void open_redeployment(World& world, std::string_view changes) {
  answer_usual(world);
  put_guestbook(world);
  Json plan = plan_json();
  plan["data"] = "keep";
  plan["first_deployment"] = false;
  plan["production_tables"] = Json::array({"entries"});
  world.edge.answer("GET /api/projects/guestbook/plan", 200, to_text(plan));
  world.edge.answer("POST /api/projects/guestbook/changes", 200, std::string(changes));
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
  open_deploy(world.dashboard, "guestbook");
  world.settle();
}

constexpr std::string_view two_losses =
    R"({"digest":"d1","refused":[],"losses":[
      {"kind":"drop_table","table":"old","column":"","rows":1234,
       "words":"The table \"old\" is not in the preview any more; its rows are lost."},
      {"kind":"drop_column","table":"entries","column":"mood","rows":1,
       "words":"The column \"entries\".\"mood\" is not in the preview any more."}]})";

// The body with which the deployment was started; the upload before it is done at once.
std::string start_body(World& world) {
  for (const Sent& sent : world.edge.sent) {
    if (sent.method == "POST" && sent.path == "/api/deploy/web") return sent.body;
  }
  return "";
}

void take_everything(World& world) {
  world.edge.answer("POST /api/blobs/missing", 200, R"({"missing":[]})");
  world.edge.answer("PUT /api/projects/guestbook/bundle", 204, "");
  world.edge.answer("PUT /api/projects/guestbook/preview", 200, R"({"preview_sha256":"p1"})");
  world.edge.answer("POST /api/projects", 200, "{}");
  world.edge.answer("POST /api/deploy/web", 202, R"({"deployment_id":"dep_1"})");
}

}  // namespace

TEST_CASE("what production would lose is shown with its rows and waits for a yes") {
  World world;
  open_redeployment(world, two_losses);
  take_everything(world);
  NullBackend page = page_of(world);
  CHECK(page.shows("2 changes lose something in production"));
  CHECK(page.shows("The table \"old\" is not in the preview any more; its rows are lost."));
  CHECK(page.shows("1,234 rows"));
  CHECK_FALSE(page.click(Role::button, "Deploy for $0.10 a month"));
  CHECK(page.shows("What production would lose needs your yes."));
  draw_everywhere(page);
  page.resize(390, 844);
  CHECK(page.shows("Needs your yes"));
  page.resize(1440, 900);
  CHECK(page.click(Role::checkbox, "Yes, make these changes"));
  // Compared again, with the same outcome: the yes holds; with another: it does not.
  look_at_changes(world.dashboard);
  world.settle();
  CHECK(world.state.deploy->accepts_losses);
  std::string others(two_losses);
  world.edge.answer("POST /api/projects/guestbook/changes", 200,
                    others.replace(others.find("d1"), 2, "d2"));
  look_at_changes(world.dashboard);
  world.settle();
  CHECK_FALSE(world.state.deploy->accepts_losses);
  page.draw();
  CHECK(page.click(Role::checkbox, "Yes, make these changes"));
  page.draw();
  CHECK(page.click(Role::button, "Deploy for $0.10 a month"));
  world.settle();
  CHECK(start_body(world).find(R"("accepted_losses":"d2")") != std::string::npos);
  CHECK(start_body(world).find(R"("data":"keep")") != std::string::npos);
}

TEST_CASE("what cannot be done to production holds the deployment up") {
  World world;
  open_redeployment(world, R"({"digest":"","losses":[],"refused":["The table t is odd."]})");
  NullBackend page = page_of(world);
  CHECK(page.shows("The table t is odd."));
  CHECK_FALSE(page.click(Role::button, "Deploy for $0.10 a month"));
}

TEST_CASE("production's rows are replaced only when that is chosen") {
  World world;
  open_redeployment(world, two_losses);
  take_everything(world);
  NullBackend page = page_of(world);
  CHECK(page.click(Role::radio, "Replace them with the preview's"));
  page.draw();
  CHECK(page.shows("fw-guestbook-1a2b, is kept for seven days"));
  draw_everywhere(page);
  page.resize(1440, 900);
  CHECK(page.click(Role::button, "Deploy and replace rows"));
  world.settle();
  CHECK(start_body(world).find(R"("data":"replace")") != std::string::npos);
  CHECK(start_body(world).find(R"("preview_sha256":"p1")") != std::string::npos);
  CHECK(start_body(world).find(R"("accepted_losses":"")") != std::string::npos);
}

TEST_CASE("an operator's missing setting is said before anything starts") {
  World world;
  start(world);
  world.edge.answer("GET /api/health", 200,
                    R"({"status":"ok","providers":{"turso":{"enabled":false,
                       "why":"TURSO_API_TOKEN is not set."}},"sign_in_url":"http://id.test"})");
  world.state.health.value->providers = {{"turso", false, "TURSO_API_TOKEN is not set."}};
  open_deploy(world.dashboard, "guestbook");
  NullBackend page = page_of(world);
  CHECK(page.shows("TURSO_API_TOKEN is not set."));
  page.press_command("Enter");
  CHECK(find_upload(world.state, "guestbook").stage == Upload::Stage::none);
}

#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/view_support.h"
#include "web/actions/connection.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/session.h"

using namespace fairway;
using namespace fairway::view_tests;

namespace {

void start(World& world) {
  world.dashboard.running.start_once("start", start_up(world.dashboard));
  world.settle();
}

// An edge that takes every part, and says which are missing: those it has never seen.
void take_parts(World& world, std::vector<std::string>& arrived) {
  world.edge.answer("POST /api/blobs/missing", [&arrived](const Sent& sent) {
    Json asked = parse_json(sent.body).value();
    Json missing = Json::array();
    for (const Json& name : asked["sha256"]) {
      const auto text = name.get<std::string>();
      if (std::find(arrived.begin(), arrived.end(), text) == arrived.end()) missing.push_back(text);
    }
    return HttpResponse{200, {}, to_text(Json{{"missing", missing}})};
  });
  world.edge.answer("PUT /api/blobs/", [&arrived](const Sent& sent) {
    arrived.push_back(sent.path.substr(std::string("/api/blobs/").size()));
    return HttpResponse{204, {}, ""};
  });
  world.edge.answer("PUT /api/projects/guestbook/bundle", 200, "{}");
  world.edge.answer("PUT /api/projects/guestbook/preview", 200, R"({"preview_sha256":"p1"})");
  world.edge.answer("POST /api/deploy/web", 202, R"({"deployment_id":"dep_1"})");
  world.edge.answer("GET /api/deploy/status/dep_1", 200, to_text(deployment_json("running", 2)));
}

}  // namespace

TEST_CASE("the address is taken apart, and nothing that is no project id is opened") {
  const auto address = read_address(
      "http://localhost:8787/app/dashboard?deploy=guestbook&x=1#access_token=a%2Bb&expires_in=9");
  CHECK(address.deploy == "guestbook");
  CHECK(address.access_token == "a+b");
  CHECK(address.path_and_query == "/app/dashboard?deploy=guestbook&x=1");
  CHECK(read_address("http://h/app?deploy=../../etc").deploy.empty());
  CHECK(read_address("http://h").path_and_query == "/");
  CHECK(read_address("http://h/p#error=access_denied&error_description=not+now").sign_in_error ==
        "not now");
}

TEST_CASE("a token in the address becomes a session and leaves the address bar") {
  World world;
  answer_usual(world);
  world.browser.page += "?deploy=guestbook#access_token=secret-token";
  world.edge.answer("POST /api/session", 204, "");
  start(world);
  CHECK(world.browser.page == "http://localhost:8787/app/dashboard?deploy=guestbook");
  CHECK(world.edge.count("POST /api/session") == 1);
  CHECK(world.state.session.stage == Session::Stage::signed_in);
  CHECK(world.state.session.person.email == "mira.kern@example.org");
  REQUIRE(world.state.deploy.has_value());
  CHECK(world.state.deploy->project_id == "guestbook");
  CHECK(world.edge.count("POST /api/deploy/web") == 0);
}

TEST_CASE("signed out, the way to the sign-in page leads back here") {
  World world;
  answer_usual(world);
  world.edge.answer("GET /api/me", 401, "{}");
  world.browser.page += "?deploy=guestbook";
  start(world);
  CHECK(world.state.session.stage == Session::Stage::signed_out);
  sign_in(world.dashboard);
  CHECK(world.browser.left_for ==
        "http://id.test/sign-in?redirect_to="
        "http%3A%2F%2Flocalhost%3A8787%2Fapp%2Fdashboard%3Fdeploy%3Dguestbook");
}

TEST_CASE("a session that ends keeps everything, and another tab's sign-in is noticed") {
  World world;
  answer_usual(world);
  start(world);
  open_deploy(world.dashboard, "parcel-shelf");
  world.settle();
  world.state.deploy->environment.pasted_text = "A=1";
  world.edge.answer("PUT /api/projects/parcel-shelf/environment", 401, "{}");
  apply_pasted(world.dashboard);
  world.settle();
  CHECK(world.state.session.stage == Session::Stage::expired);
  CHECK(world.state.deploy->environment.pasted_text == "A=1");
  sign_in_elsewhere(world.dashboard);
  CHECK(world.browser.tab.starts_with("http://id.test/sign-in"));
  world.settle();
  world.pass(3'000);
  CHECK(world.state.session.stage == Session::Stage::signed_in);
}

TEST_CASE("a lost connection is tried again with growing pauses, and at once when asked") {
  World world;
  answer_usual(world);
  start(world);
  for (const std::string what : {"GET /api/health", "GET /api/projects", "GET /api/me"}) {
    world.edge.stay_silent(what);
  }
  world.dashboard.running.restart("projects", load_projects(world.dashboard));
  world.settle();
  CHECK(world.state.connection.lost);
  CHECK(world.state.connection.next_try_at_ms == world.clock.now_ms() + 2'000);
  CHECK(world.state.cards.size() == 3);
  world.pass(2'000);
  CHECK(world.state.connection.next_try_at_ms == world.clock.now_ms() + 4'000);
  try_now(world.dashboard);
  world.settle();
  CHECK(world.state.connection.lost);
  answer_usual(world);
  try_now(world.dashboard);
  world.settle();
  CHECK_FALSE(world.state.connection.lost);
  CHECK(world.state.projects.here());
}

TEST_CASE("a preview that the builder saved anew is looked at before it is deployed") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  std::string& database = world.browser.stored.find("guestbook")->second.database;
  database[27] = static_cast<char>(database[27] + 1);  // the change counter in the header
  start_deployment(world.dashboard);
  world.settle();
  CHECK(find_upload(world.state, "guestbook").problem.code == "preview_changed");
  CHECK(arrived.empty());
  CHECK(world.edge.count("POST /api/deploy/web") == 0);
}

TEST_CASE("the builder's previews are counted by opening them") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  world.browser.put("broken-one", "Broken", {}, "this is no database at all, just words");
  world.browser.put("without-one", "Without", {}, std::nullopt);
  start(world);
  const LocalProject* guestbook = find_local(world.state, "guestbook");
  REQUIRE(guestbook != nullptr);
  REQUIRE(guestbook->preview.here());
  CHECK(guestbook->preview.value->tables.size() == 2);
  CHECK(guestbook->preview.value->rows == 3);
  CHECK(find_local(world.state, "broken-one")->preview.failure.code == "preview_not_a_database");
  CHECK(find_local(world.state, "without-one")->preview.failure.code == "preview_missing");
  CHECK(find_card(world.state, "guestbook")->preview->rows == 3);
}

TEST_CASE("deploying sends what is missing, describes it, and starts once with a kept key") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  start_deployment(world.dashboard);
  start_deployment(world.dashboard);
  world.settle();
  CHECK(arrived.size() == 4);
  CHECK(world.edge.count("POST /api/deploy/web") == 1);
  CHECK(world.state.deploy->deployment_id == "dep_1");
  CHECK(world.browser.kept.empty());
  const auto bundle =
      std::find_if(world.edge.sent.begin(), world.edge.sent.end(),
                   [](const Sent& s) { return s.path == "/api/projects/guestbook/bundle"; });
  CHECK(parse_json(bundle->body).value()["files"].size() == 3);
  const auto preview =
      std::find_if(world.edge.sent.begin(), world.edge.sent.end(),
                   [](const Sent& s) { return s.path == "/api/projects/guestbook/preview"; });
  Json manifest = parse_json(preview->body).value();
  CHECK(manifest["tables"].size() == 2);
  CHECK(manifest["image"]["parts"].size() == 1);
  CHECK(manifest["tables"][0]["row_checksum"].get<std::string>().size() == 16);
  for (const Sent& sent : world.edge.sent) {
    if (sent.method == "GET") continue;
    CHECK(std::any_of(sent.headers.begin(), sent.headers.end(),
                      [](const Header& header) { return header.name == "x-fairway"; }));
  }
}

TEST_CASE("a redeployment sends the rows of tables that production lacks, and of no other") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  Json plan = plan_json();
  plan["first_deployment"] = false;
  plan["data"] = "keep";
  plan["production_tables"] = Json::array({"entries"});
  world.edge.answer("GET /api/projects/guestbook/plan", 200, to_text(plan));
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  start_deployment(world.dashboard);
  world.settle();
  CHECK(world.edge.count("POST /api/deploy/web") == 1);
  CHECK(arrived.size() == 5);
  const auto preview =
      std::find_if(world.edge.sent.begin(), world.edge.sent.end(),
                   [](const Sent& s) { return s.path == "/api/projects/guestbook/preview"; });
  const Json added = parse_json(preview->body).value()["added_rows"];
  REQUIRE(added.size() == 1);
  CHECK(added[0]["table"] == "visitors");
  CHECK(added[0]["rows"] == 1);
  REQUIRE(added[0]["batches"].size() == 1);
  const auto name = added[0]["batches"][0]["sha256"].get<std::string>();
  const auto part =
      std::find_if(world.edge.sent.begin(), world.edge.sent.end(),
                   [&](const Sent& s) { return s.path == cat({"/api/blobs/", name}); });
  REQUIRE(part != world.edge.sent.end());
  CHECK(part->body.find("Ada") != std::string::npos);
  CHECK(static_cast<int64_t>(part->body.size()) == added[0]["batches"][0]["size_bytes"]);
  const LocalPreview& local = *find_local(world.state, "guestbook")->preview.value;
  CHECK(redeployment_words(local, {"entries"}) ==
        "1 new table with 1 row is added. Rows in production stay as they are.");
  CHECK(redeployment_words(local, {"ENTRIES", "visitors"}) ==
        "No table is new. Rows in production stay as they are.");
}

TEST_CASE("leaving loses work only while a project is being sent") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  world.edge.stay_silent("PUT /api/blobs/");
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  CHECK_FALSE(leaving_loses_work(world.dashboard));
  start_deployment(world.dashboard);
  world.settle();
  CHECK(leaving_loses_work(world.dashboard));
  take_parts(world, arrived);
  for (int i = 0; i < 8; ++i) world.pass(5'000);
  CHECK_FALSE(leaving_loses_work(world.dashboard));
  CHECK(world.edge.count("POST /api/deploy/web") == 1);
}

TEST_CASE("an unanswered start keeps its key across a reload and sends no part twice") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  world.edge.stay_silent("POST /api/deploy/web");
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  start_deployment(world.dashboard);
  for (int i = 0; i < 8; ++i) world.pass(5'000);
  CHECK(find_upload(world.state, "guestbook").stage == Upload::Stage::failed);
  REQUIRE(world.browser.kept.size() == 1);
  const std::string key = world.browser.kept.begin()->second;

  World again;
  answer_usual(again);
  again.browser = world.browser;
  take_parts(again, arrived);
  start(again);
  open_deploy(again.dashboard, "guestbook");
  again.settle();
  CHECK(again.edge.count("POST /api/deploy/web") == 0);
  start_deployment(again.dashboard);
  again.settle();
  CHECK(arrived.size() == 4);
  const Sent& last = *std::find_if(again.edge.sent.begin(), again.edge.sent.end(),
                                   [](const Sent& s) { return s.path == "/api/deploy/web"; });
  CHECK(parse_json(last.body).value()["idempotency_key"] == key);
  CHECK(again.browser.kept.empty());
}

TEST_CASE("a refused start says why and frees its key") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  world.edge.answer("POST /api/deploy/web", 422,
                    R"({"error":{"reaction":"fix_input","code":"variable_missing",
                        "message":"SESSION_SECRET is not set.","hint":"Set it."}})");
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  start_deployment(world.dashboard);
  world.settle();
  CHECK(find_upload(world.state, "guestbook").problem.code == "variable_missing");
  CHECK(world.browser.kept.empty());
}

TEST_CASE("a deployment is followed to its end, and its report is fetched") {
  World world;
  answer_usual(world);
  put_guestbook(world);
  std::vector<std::string> arrived;
  take_parts(world, arrived);
  start(world);
  open_deploy(world.dashboard, "guestbook");
  world.settle();
  start_deployment(world.dashboard);
  world.settle();
  CHECK(message::is_active(world.state.deploy->deployment.value->status));
  world.edge.answer("GET /api/deploy/status/dep_1", 200, to_text(deployment_json("live", 8)));
  world.edge.answer("GET /api/deployments/dep_1/report", 200, to_text(report_json()));
  world.pass(600);
  CHECK(world.state.deploy->deployment.value->status == message::DeploymentStatus::live);
  REQUIRE(world.state.deploy->report.here());
  CHECK(world.state.deploy->report.value->rows_total == 40);
  download_report(world.dashboard);
  CHECK(world.browser.downloaded_name == "fairway-data-report-guestbook.json");
  const size_t asked = world.edge.count("GET /api/deploy/status/dep_1");
  world.pass(60'000);
  CHECK(world.edge.count("GET /api/deploy/status/dep_1") == asked);
}

TEST_CASE("a second tab follows the deployment that the first one started") {
  World world;
  answer_usual(world);
  start(world);
  open_deploy(world.dashboard, "clinic-queue");
  world.settle();
  CHECK(world.state.deploy->deployment_id == "dep_c");
  close_deploy(world.dashboard);
  open_deploy(world.dashboard, "night-market");
  world.settle();
  CHECK(world.state.deploy->deployment_id.empty());
  Json projects = parse_json(R"({"projects":[{"id":"night-market","name":"Night Market",
    "deployment":{"id":"dep_7","status":"running","step_index":1}}]})")
                      .value();
  world.edge.answer("GET /api/projects", 200, to_text(projects));
  world.edge.answer("GET /api/deploy/status/dep_7", 200, to_text(deployment_json("running", 1)));
  world.dashboard.running.restart("projects", load_projects(world.dashboard));
  world.settle();
  CHECK(world.state.deploy->deployment_id == "dep_7");
  CHECK(world.browser.title == "2 of 8, Night Market - Fairway");
}

TEST_CASE("polling is quick while things move and slower while they do not") {
  CHECK(poll_pause_ms(0) == 500);
  CHECK(poll_pause_ms(4) == 1'000);
  CHECK(poll_pause_ms(100) == 5'000);
}

TEST_CASE("sealing forgets what was typed, and names that cannot be are refused at once") {
  World world;
  answer_usual(world);
  start(world);
  open_deploy(world.dashboard, "parcel-shelf");
  world.settle();
  world.edge.answer("PUT /api/projects/parcel-shelf/environment", 200,
                    R"({"environment":["SESSION_SECRET","STRIPE_KEY"]})");
  EnvironmentEditor& editor = world.state.deploy->environment;
  editor.name = "1 BAD";
  editor.value = "v";
  save_variable(world.dashboard);
  CHECK(editor.problem.code == "bad_name");
  editor.name = "STRIPE_KEY";
  editor.value = "sk_live_1";
  save_variable(world.dashboard);
  world.settle();
  CHECK(editor.value.empty());
  CHECK(world.edge.count("PUT /api/projects/parcel-shelf/environment") == 1);
  remove_variable(world.dashboard, "STRIPE_KEY");
  world.settle();
  CHECK(
      parse_json(world.edge.sent.back().method == "PUT" ? world.edge.sent.back().body : "{}").ok());
}

TEST_CASE("a stopped task is dropped with all it waits for") {
  World world;
  answer_usual(world);
  start(world);
  world.dashboard.running.restart("reconnect", reconnect(world.dashboard, 2'000));
  world.settle();
  CHECK(world.clock.anyone_sleeps());
  world.dashboard.running.stop("reconnect");
  world.settle();
  CHECK_FALSE(world.clock.anyone_sleeps());
}

#include <doctest/doctest.h>

#include "tests/unit/view_support.h"
#include "web/api_client/decode.h"

using namespace fairway;
using namespace fairway::view_tests;

TEST_CASE("a deployment is read as the edge writes it") {
  auto deployment = decode_deployment(deployment_json("running", 2));
  REQUIRE(deployment.ok());
  CHECK(deployment->status == message::DeploymentStatus::running);
  REQUIRE(deployment->steps.size() == 8);
  CHECK(deployment->steps[1].state == message::StepState::done);
  CHECK(deployment->steps[2].state == message::StepState::running);
  CHECK(deployment->tables.front().rows_done == 20);
  CHECK(deployment->log.back().level == message::LogLevel::warn);
  CHECK_FALSE(deployment->problem.has_value());
}

TEST_CASE("a failure keeps its reaction, words and the id to quote") {
  auto deployment = decode_deployment(deployment_json("failed", 4));
  REQUIRE(deployment.ok());
  REQUIRE(deployment->problem.has_value());
  CHECK(deployment->problem->failure.reaction == Reaction::retry_later);
  CHECK(deployment->problem->request_id == "req_123");
}

TEST_CASE("what would mislead is refused, what is absent is empty") {
  CHECK_FALSE(decode_deployment(Json()).ok());
  CHECK_FALSE(decode_deployment(Json{{"id", "d"}, {"status", "unheard of"}}).ok());
  CHECK_FALSE(decode_deployment(Json{{"id", "d"}, {"status", "live"}, {"steps", "many"}}).ok());
  CHECK_FALSE(decode_projects(Json{{"projects", Json::array({Json{{"name", "no id"}}})}}).ok());
  CHECK_FALSE(decode_projects(Json::array()).ok());
  CHECK_FALSE(decode_report(Json{{"tables", Json::array()}}).ok());
  CHECK_FALSE(decode_missing(Json{{"missing", Json::array({1})}}).ok());
  CHECK_FALSE(decode_person(Json{{"user_id", 7}}).ok());

  auto minimal = decode_deployment(Json{{"id", "d"}, {"status", "queued"}});
  REQUIRE(minimal.ok());
  CHECK(minimal->steps.empty());
  auto none = decode_projects(Json{{"projects", Json::array()}});
  REQUIRE(none.ok());
  CHECK(none->empty());
}

TEST_CASE("a plan tells what production has, and a list of anything else is refused") {
  Json json = plan_json();
  CHECK(decode_plan(json)->production_tables.empty());
  json["production_tables"] = Json::array({"entries"});
  CHECK(decode_plan(json)->production_tables == std::vector<std::string>{"entries"});
  json["production_tables"] = Json::array({1});
  CHECK_FALSE(decode_plan(json).ok());
}

TEST_CASE("numbers of any kind and nested rubbish do no harm") {
  Json crooked = deployment_json("running", 1);
  crooked["started_at_ms"] = "soon";
  crooked["now_ms"] = 1e300;
  crooked["steps"][0]["progress"] = Json::array({1, 2});
  crooked["log"][0] = 5;
  crooked["failure"] = "none";
  auto deployment = decode_deployment(crooked);
  REQUIRE(deployment.ok());
  CHECK(deployment->started_at_ms == 0);
  CHECK(deployment->log.front().text.empty());

  Json summary = Json{{"id", "d"}, {"status", "running"}, {"step_index", 900}};
  auto projects = decode_projects(
      Json{{"projects", Json::array({Json{{"id", "p"}, {"deployment", summary}}})}});
  REQUIRE(projects.ok());
  CHECK(projects->front().deployment->step_index == 7);
}

TEST_CASE("an answer without a readable error is told by its status") {
  CHECK(decode_problem(401, Json()).failure.code == "signed_out");
  CHECK(decode_problem(502, Json()).failure.reaction == Reaction::retry_later);
  CHECK(decode_problem(429, Json()).failure.reaction == Reaction::retry_later);
  CHECK(decode_problem(418, Json()).failure.reaction == Reaction::report_bug);
  const Json error{{"error", Json{{"reaction", "fix_input"},
                                  {"code", "bad_name"},
                                  {"message", "The name is taken."},
                                  {"request_id", "req_9"}}}};
  const message::Problem problem = decode_problem(400, error);
  CHECK(problem.failure.code == "bad_name");
  CHECK(problem.request_id == "req_9");
}

TEST_CASE("a report is kept as it came, for the download") {
  auto report = decode_report(report_json());
  REQUIRE(report.ok());
  CHECK(report->tables.front().columns.size() == 1);
  auto again = parse_json(report->text);
  REQUIRE(again.ok());
  CHECK(again.value() == report_json());
}

// What Cloudflare's answers become: projects, variables, deployments, refusals.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/provisioning.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

std::string failed_with(int64_t code, std::string_view message) {
  return to_text({{"success", false},
                  {"errors", {{{"code", code}, {"message", message}}}},
                  {"result", nullptr}});
}

std::string result_of(std::string_view json) {
  return cat({R"({"success":true,"errors":[],"messages":[],"result":)", json, "}"});
}

TEST_CASE("Looking a project up: found, not there, or described badly") {
  TestHost lab;
  auto found = [&](int status, std::string body) {
    lab.script.answers = {answer_of(status, std::move(body))};
    return lab.run(find_pages_project(lab.host, "fw-shop"));
  };
  auto there = found(200, result_of(R"({"name":"fw-shop","subdomain":"fw-shop-x.pages.dev",
                                        "canonical_deployment":{"id":"dep-1"}})"));
  REQUIRE(there.ok());
  CHECK((*there)->subdomain == "fw-shop-x.pages.dev");
  CHECK((*there)->canonical_deployment_id == "dep-1");
  auto fresh = found(200, result_of(R"({"name":"a","subdomain":"b","canonical_deployment":null})"));
  CHECK((*fresh)->canonical_deployment_id == "");
  CHECK(!found(404, failed_with(8000007, "Project not found"))->has_value());
  for (const char* body : {"", "{}", "[]", "null", R"({"result":[]})", "<html>"}) {
    CHECK_MESSAGE(code_of(found(200, body)) == "unexpected_answer", body);
  }
}

TEST_CASE("Making a project: made, or the name is taken, by either of its two answers") {
  TestHost lab;
  auto making = [&](int status, std::string body) {
    lab.script.answers = {answer_of(status, std::move(body))};
    return lab.run(make_pages_project(lab.host, "fw-shop"));
  };
  CHECK(*making(200, result_of("{}")) == Making::made);
  CHECK(*making(409, failed_with(8000002, "exists")) == Making::taken);
  CHECK(*making(400, failed_with(8000002, "A project with this name already exists.")) ==
        Making::taken);
  CHECK(code_of(making(400, failed_with(8000000, "Bad name"))) == "unexpected_answer");
  auto sent = parse_json(lab.script.received.at(0).body).value();
  CHECK(sent["name"] == "fw-shop");
  CHECK(sent["production_branch"] == "main");
  CHECK(sent["deployment_configs"]["production"]["compatibility_flags"][0] == "nodejs_compat");
}

TEST_CASE("Refusals say who must act, in Cloudflare's words, without the token") {
  struct Answer {
    int status;
    std::string_view code;
    Reaction reaction;
  };
  constexpr Answer answers[] = {
      {400, "unexpected_answer", Reaction::report_bug},
      {401, "provider_refused", Reaction::ask_permission},
      {402, "provider_quota", Reaction::ask_permission},
      {403, "provider_refused", Reaction::ask_permission},
      {413, "unexpected_answer", Reaction::report_bug},
  };
  for (const auto& answer : answers) {
    TestHost lab;
    lab.script.answers = {answer_of(answer.status, failed_with(10000, "Authentication error"))};
    auto failure = lab.run(remove_pages_project(lab.host, "fw-shop")).failure();
    CHECK(failure.code == answer.code);
    CHECK(failure.reaction == answer.reaction);
    CHECK(failure.message.find("Authentication error") != std::string::npos);
    CHECK((failure.message + failure.hint).find(lab.settings.cloudflare_api_token) ==
          std::string::npos);
  }
}

TEST_CASE("Variables become exactly the wanted ones: the others are sent as null") {
  TestHost lab;
  lab.script.answers = {answer_of(200, result_of(R"({"deployment_configs":{"production":{"env_vars":
          {"OLD":{"type":"secret_text","value":""},"KEPT":{"type":"plain_text","value":"a"}}}}})")),
                        answer_of(200, result_of("{}"))};
  std::vector<SiteVariable> wanted = {{"KEPT", "new \"value\"\n", SiteVariable::Kind::secret},
                                      {"RELEASE", "dep_1", SiteVariable::Kind::plain}};
  REQUIRE(lab.run(set_pages_variables(lab.host, "fw-shop", wanted)).ok());
  const auto& sent = lab.script.received.at(1);
  CHECK(sent.request.method == "PATCH");
  CHECK(parse_json(sent.body).value()["deployment_configs"]["production"]["env_vars"] ==
        Json{{"OLD", nullptr},
             {"KEPT", {{"type", "secret_text"}, {"value", "new \"value\"\n"}}},
             {"RELEASE", {{"type", "plain_text"}, {"value", "dep_1"}}}});
}

std::string stage(std::string_view name, std::string_view status) {
  return result_of(cat({R"({"id":"dep-1","url":"https://x.pages.dev","latest_stage":{"name":")",
                        name, R"(","status":")", status, R"("}})"}));
}

TEST_CASE("Waiting for a deployment: until it is live, has failed, or five minutes are over") {
  TestHost lab;
  lab.script.answers = {answer_of(200, stage("queued", "active")),
                        answer_of(200, stage("deploy", "active")),
                        answer_of(200, stage("deploy", "success"))};
  auto live = lab.run(await_pages_deployment(lab.host, "fw-shop", "dep-1"));
  REQUIRE(live.ok());
  CHECK(live->state == PagesDeployment::State::live);
  CHECK(live->url == "https://x.pages.dev");

  for (const char* status : {"failure", "canceled"}) {
    lab.script.answers = {answer_of(200, stage("build", status))};
    auto failed = lab.run(await_pages_deployment(lab.host, "fw-shop", "dep-1"));
    CHECK(failed->state == PagesDeployment::State::failed);
    CHECK(failed->why == cat({"stage build: ", status}));
  }

  int64_t began_at_ms = lab.world.now;
  size_t asked = lab.script.received.size();
  lab.script.reply = [](const Script::Received&) {
    return answer_of(200, stage("build", "success"));  // a stage before the last one
  };
  auto late = lab.run(await_pages_deployment(lab.host, "fw-shop", "dep-1"));
  CHECK(code_of(late) == "still_working");
  CHECK(late.failure().reaction == Reaction::retry_later);
  CHECK(lab.world.now - began_at_ms >= 5 * minute_ms);
  CHECK(lab.world.now - began_at_ms < 6 * minute_ms);
  CHECK(lab.script.received.size() - asked < 60);
}

TEST_CASE("A deployment is found again by its release among others") {
  TestHost lab;
  constexpr std::string_view list = R"([
      {"id":"dep-3","deployment_trigger":{"metadata":{"commit_message":"dep_33"}}},
      {"id":"dep-2","url":"u","deployment_trigger":{"metadata":{"commit_message":"dep_3"}}},
      {"id":"dep-1"}, null])";
  lab.script.reply = [&](const Script::Received&) { return answer_of(200, result_of(list)); };
  auto found = lab.run(find_pages_deployment(lab.host, "fw-shop", "dep_3"));
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->id == "dep-2");
  CHECK(!lab.run(find_pages_deployment(lab.host, "fw-shop", "dep_4"))->has_value());
  lab.script.reply = [&](const Script::Received&) { return answer_of(200, result_of("{}")); };
  CHECK(code_of(lab.run(find_pages_deployment(lab.host, "x", "y"))) == "unexpected_answer");
}

TEST_CASE("Removing what is not there succeeds; making is sent once, removing again") {
  TestHost lab;
  lab.script.reply = [](const Script::Received&) { return answer_of(404, failed_with(1, "no")); };
  CHECK(lab.run(remove_pages_project(lab.host, "fw-shop")).ok());
  CHECK(lab.run(remove_pages_deployment(lab.host, "fw-shop", "dep-1")).ok());
  CHECK(lab.script.received.back().request.url.ends_with("/deployments/dep-1?force=true"));
  CHECK(code_of(lab.run(roll_back_pages_deployment(lab.host, "fw-shop", "dep-1"))) == "not_found");

  TestHost busy;
  busy.script.reply = [](const Script::Received&) { return answer_of(502, "<html>"); };
  CHECK(code_of(busy.run(make_pages_project(busy.host, "fw-shop"))) == "provider_busy");
  CHECK(busy.script.received.size() == 1);
  CHECK(code_of(busy.run(make_pages_deployment(busy.host, "fw-shop", {}, {}))) == "provider_busy");
  CHECK(busy.script.received.size() == 2);
  CHECK(code_of(busy.run(remove_pages_project(busy.host, "fw-shop"))) == "provider_busy");
  CHECK(busy.script.received.size() == 6);
}

TEST_CASE("Names at providers: the same for the same project, valid at both, tried in order") {
  std::string name = resource_name("Café Zürich!", "ann", "guestbook", 1);
  CHECK(name == "fw-cafe-zurich-e040d3fe");
  CHECK(resource_name("Café Zürich!", "ann", "guestbook", 1) == name);
  CHECK(resource_name("Café Zürich!", "ann", "guestbook", 3) == name + "-3");
  CHECK(resource_name("Café Zürich!", "bob", "guestbook", 1) != name);
  CHECK(resource_name("Café Zürich!", "ann", "shop", 1) != name);
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-";
  for (const std::string& hostile :
       {std::string(), std::string(500, 'x'), std::string("-- --"), std::string("日本語"),
        std::string("a\0b", 3), std::string("../../etc"), std::string("A_B.C"),
        std::string("\xFF")}) {
    std::string made = resource_name(hostile, "ann", "guestbook", 5);
    CHECK(made.size() <= 58);
    CHECK(made.starts_with("fw-"));
    CHECK(made.find_first_not_of(allowed) == std::string::npos);
    CHECK(made.find("--") == std::string::npos);
  }
}

}  // namespace

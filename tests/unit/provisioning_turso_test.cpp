// Turso's platform API: what is asked, and what each answer of its description becomes.
#include <doctest/doctest.h>

#include <algorithm>

#include "shared/base/text.h"
#include "shared/provisioning/provisioning.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

constexpr std::string_view found_body =
    R"({"database":{"Name":"fw-shop","DbId":"id-1","Hostname":"fw-shop-acme.turso.io"}})";

TEST_CASE("Databases are asked for by name, with the platform's token") {
  TestHost lab;
  lab.script.reply = [](const Script::Received&) {
    return answer_of(200, std::string(found_body));
  };
  CHECK(lab.run(make_turso_database(lab.host, "fw-shop")).ok());
  CHECK(lab.run(find_turso_database(lab.host, "fw-shop")).ok());
  CHECK(lab.run(remove_turso_database(lab.host, "fw-shop")).ok());
  const auto& received = lab.script.received;
  REQUIRE(received.size() == 3);
  const std::string base = "https://api.turso.tech/v1/organizations/acme/databases";
  CHECK(received[0].request.method == "POST");
  CHECK(received[0].request.url == base);
  CHECK(parse_json(received[0].body).value() ==
        Json{{"name", "fw-shop"}, {"group", "default"}, {"seed", {{"type", "database_upload"}}}});
  CHECK(received[1].request.method == "GET");
  CHECK(received[1].request.url == base + "/fw-shop");
  CHECK(received[2].request.method == "DELETE");
  CHECK(received[2].request.url == base + "/fw-shop");
  for (const auto& one : received) {
    CHECK(one.request.headers.at(0).name == "authorization");
    CHECK(one.request.headers.at(0).value == "Bearer turso-platform-token");
  }
}

TEST_CASE("A name cannot leave its place in the address") {
  TestHost lab;
  lab.script.answers = {answer_of(404, "{}")};
  REQUIRE(lab.run(find_turso_database(lab.host, "../../groups?x=1#y")).ok());
  CHECK(lab.script.received.at(0).request.url ==
        "https://api.turso.tech/v1/organizations/acme/databases/..%2F..%2Fgroups%3Fx%3D1%23y");
}

TEST_CASE("Looking a database up: found, not there, or described badly") {
  TestHost lab;
  auto found = [&](int status, std::string body) {
    lab.script.answers = {answer_of(status, std::move(body))};
    return lab.run(find_turso_database(lab.host, "fw-shop"));
  };
  auto there = found(200, std::string(found_body));
  REQUIRE(there.ok());
  REQUIRE(there->has_value());
  CHECK((*there)->hostname == "fw-shop-acme.turso.io");
  CHECK((*there)->id == "id-1");
  CHECK(!found(404, R"({"error":"could not find database with name [x]: record not found"})")
             ->has_value());
  for (const char* body : {"", "null", "{}", R"({"database":null})", R"({"database":{"Name":"x"}})",
                           R"({"database":{"Hostname":5}})", "<html>"}) {
    CHECK_MESSAGE(code_of(found(200, body)) == "unexpected_answer", body);
  }
}

TEST_CASE("Making a database: made, or the name is taken") {
  TestHost lab;
  auto making = [&](int status, std::string body) {
    lab.script.answers = {answer_of(status, std::move(body))};
    return lab.run(make_turso_database(lab.host, "fw-shop"));
  };
  CHECK(*making(200, R"({"database":{"Name":"fw-shop"}})") == Making::made);
  CHECK(*making(409, R"({"error":"database with name fw-shop already exists"})") == Making::taken);
}

using Verb = std::function<Failure(TestHost& lab)>;

// Each verb that has no good answer for the statuses below.
const std::vector<std::pair<std::string, Verb>>& verbs() {
  static const std::vector<std::pair<std::string, Verb>> list = {
      {"find",
       [](TestHost& lab) { return lab.run(find_turso_database(lab.host, "fw-shop")).failure(); }},
      {"make",
       [](TestHost& lab) { return lab.run(make_turso_database(lab.host, "fw-shop")).failure(); }},
      {"remove",
       [](TestHost& lab) { return lab.run(remove_turso_database(lab.host, "fw-shop")).failure(); }},
      {"mint",
       [](TestHost& lab) { return lab.run(mint_turso_token(lab.host, "fw-shop")).failure(); }},
  };
  return list;
}

TEST_CASE("Each documented error answer becomes a failure that says who must act") {
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
  };
  for (const auto& [name, verb] : verbs()) {
    for (const auto& answer : answers) {
      TestHost lab;
      lab.script.answers = {answer_of(answer.status, R"({"error":"the words of Turso"})")};
      Failure failure = verb(lab);
      CHECK_MESSAGE(failure.code == answer.code, name, " ", answer.status);
      CHECK(failure.reaction == answer.reaction);
      CHECK(failure.message.find("Turso") == 0);
      CHECK(failure.message.find("the words of Turso") != std::string::npos);
      CHECK(failure.message.find(decimal(answer.status)) != std::string::npos);
      CHECK((failure.message + failure.hint).find(lab.settings.turso_api_token) ==
            std::string::npos);
      if (answer.reaction == Reaction::ask_permission) CHECK(!failure.hint.empty());
      CHECK(lab.script.received.size() == 1);
    }
  }
}

// The answers that Turso's own description lists for what we call, each with its form of words.
TEST_CASE("Every answer in Turso's description ends in a value or in words of Turso") {
  Json description = parse_json(test_data("turso/platform.openapi.json")).value();
  const std::string base = "/v1/organizations/{organizationSlug}/databases";
  const std::string one = base + "/{databaseName}";
  struct Called {
    std::string path, method, verb;
  };
  const std::vector<Called> calls = {{base, "post", "make"},
                                     {one, "get", "find"},
                                     {one, "delete", "remove"},
                                     {one + "/auth/tokens", "post", "mint"}};
  int answers = 0;
  for (const auto& call : calls) {
    const Json& responses = description["paths"][call.path][call.method]["responses"];
    REQUIRE(responses.is_object());
    for (const auto& [status, response] : responses.items()) {
      if (status == "200") continue;
      ++answers;
      TestHost lab;
      lab.script.answers = {
          answer_of(int(*parse_decimal(status)), R"({"error":"the words of Turso"})")};
      auto verb = std::find_if(verbs().begin(), verbs().end(),
                               [&](const auto& named) { return named.first == call.verb; });
      bool is_told = call.verb != "mint" && (status == "404" || status == "409");
      INFO(call.verb, " ", status);
      if (!is_told) {
        CHECK(verb->second(lab).message.find("the words of Turso") != std::string::npos);
      } else if (call.verb == "make") {
        CHECK(*lab.run(make_turso_database(lab.host, "fw-shop")) == Making::taken);
      } else if (call.verb == "find") {
        CHECK(!lab.run(find_turso_database(lab.host, "fw-shop"))->has_value());
      } else {
        CHECK(lab.run(remove_turso_database(lab.host, "fw-shop")).ok());
      }
    }
  }
  CHECK(answers == 6);
}

TEST_CASE("A refusal whose body is no JSON is quoted, and not at length") {
  TestHost lab;
  lab.script.answers = {answer_of(400, std::string(50'000, 'x') + "\xFF")};
  auto failure = lab.run(mint_turso_token(lab.host, "fw-shop")).failure();
  CHECK(failure.message.size() < 500);
  CHECK(is_utf8(failure.message));
}

TEST_CASE("A busy provider: reads and removals are sent again, making is not") {
  for (const auto& [name, verb] : verbs()) {
    TestHost lab;
    lab.script.reply = [](const Script::Received&) { return answer_of(500, "{}"); };
    CHECK(verb(lab).code == "provider_busy");
    CHECK_MESSAGE(lab.script.received.size() == (name == "make" ? 1 : 4), name);
  }
}

TEST_CASE("Removing what is not there succeeds") {
  TestHost lab;
  lab.script.answers = {answer_of(404, R"({"error":"not found"})")};
  CHECK(lab.run(remove_turso_database(lab.host, "fw-shop")).ok());
}

TEST_CASE("A token is minted for one database; an answer without one is refused") {
  TestHost lab;
  lab.script.answers = {answer_of(200, R"({"jwt":"the-token"})"), answer_of(200, R"({"jwt":""})"),
                        answer_of(200, R"({"jwt":7})"), answer_of(200, "")};
  CHECK(*lab.run(mint_turso_token(lab.host, "fw-shop")) == "the-token");
  CHECK(lab.script.received.at(0).request.url.ends_with(
      "/databases/fw-shop/auth/tokens?expiration=never&authorization=full-access"));
  for (int i = 0; i < 3; ++i) {
    CHECK(code_of(lab.run(mint_turso_token(lab.host, "fw-shop"))) == "unexpected_answer");
  }
}

const DatabaseAccess access{"https://fw-shop-acme.turso.io", "database-token"};

TEST_CASE("An image is uploaded out of the blob store, piece after piece") {
  TestHost lab;
  lab.world.blobs = {{"ann/1", "first,"}, {"ann/2", "second"}};
  lab.script.answers = {answer_of(200, "")};
  CHECK(lab.run(upload_turso_image(lab.host, access, {"ann/1", "ann/2"}, 12)).ok());
  const auto& sent = lab.script.received.at(0);
  CHECK(sent.request.url == "https://fw-shop-acme.turso.io/v1/upload");
  CHECK(sent.request.headers.at(0).value == "Bearer database-token");
  CHECK(sent.body == "first,second");
}

TEST_CASE("A refused upload: a database that answers queries was loaded before") {
  TestHost lab;
  lab.world.blobs = {{"ann/1", "image"}};
  lab.script.reply = [](const Script::Received& received) {
    if (received.request.url.ends_with("/v1/upload")) return answer_of(400, R"({"error":"no"})");
    return answer_of(200, R"({"results":[{"type":"ok","response":{"type":"execute",
                              "result":{"rows":[[{"type":"integer","value":"1"}]]}}}]})");
  };
  auto loaded = lab.run(upload_turso_image(lab.host, access, {"ann/1"}, 5));
  CHECK(code_of(loaded) == "not_a_draft");
  CHECK(loaded.failure().reaction == Reaction::fix_input);

  lab.script.reply = [](const Script::Received&) { return answer_of(400, R"({"error":"bad"})"); };
  auto refused = lab.run(upload_turso_image(lab.host, access, {"ann/1"}, 5));
  CHECK(code_of(refused) == "unexpected_answer");
  CHECK(refused.failure().message.find("bad") != std::string::npos);
}

TEST_CASE("The database's address is the operator's template with its host name") {
  TestHost lab;
  auto made = turso_access(lab.settings, {"fw-shop", "id-1", "fw-shop-acme.turso.io"}, "token");
  CHECK(made.url == "https://fw-shop-acme.turso.io");
  lab.settings.turso_database_url = "http://{hostname}";
  CHECK(turso_access(lab.settings, {"", "", "127.0.0.1:99"}, "token").url == "http://127.0.0.1:99");
}

}  // namespace

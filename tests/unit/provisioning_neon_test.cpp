// SQL over HTTP as Neon speaks it: the request, values, and what each error means.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/provisioning/provisioning.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

const NeonAccess access{"https://api.us-east-2.aws.neon.tech/sql", "postgresql://u:p@ep-x/db"};

Outcome<NeonAnswer> ask(TestHost& lab, int status, std::string body) {
  lab.script.answers = {answer_of(status, std::move(body))};
  return lab.run(run_neon_transaction(lab.host, access, {{"SELECT 1", {}}}, Repeat::unknown));
}

std::string refused_with(std::string_view state, std::string_view message) {
  return cat({R"({"message":")", message, R"(","code":")", state,
              R"(","schema":"s","table":"t","detail":null})"});
}

TEST_CASE("A transaction is one request with the connection string, raw texts and arrays") {
  TestHost lab;
  lab.script.answers = {answer_of(200, R"({"results":[{"command":"SELECT","rowCount":1,
      "fields":[{"name":"a","dataTypeID":20},{"name":"b","dataTypeID":25}],
      "rows":[["1",null]],"rowAsArray":true}]})")};
  auto answer =
      lab.run(run_neon_transaction(lab.host, access, {{"SELECT $1", {"7"}}}, Repeat::unknown));
  REQUIRE(answer.ok());
  REQUIRE(answer->results.size() == 1);
  CHECK(answer->results[0].types == std::vector<unsigned>{20, 25});
  CHECK(answer->results[0].rows == std::vector<std::vector<NeonCell>>{{"1", std::nullopt}});
  const auto& sent = lab.script.received.at(0);
  CHECK(sent.request.url == access.url);
  const auto header = [&](std::string_view name) {
    for (const auto& one : sent.request.headers) {
      if (one.name == name) return one.value;
    }
    return std::string();
  };
  CHECK(header("neon-connection-string") == access.connection);
  CHECK(header("neon-raw-text-output") == "true");
  CHECK(header("neon-array-mode") == "true");
  CHECK(header("neon-batch-read-only").empty());
  CHECK(header("authorization").empty());
  CHECK(sent.body == R"({"queries":[{"params":["7"],"query":"SELECT $1"}]})");
}

TEST_CASE("Words of PostgreSQL are a refusal, what passes by itself is not") {
  TestHost lab;
  auto refused = ask(lab, 400, refused_with("23505", "duplicate key"));
  REQUIRE(refused.ok());
  REQUIRE(refused->refusal);
  CHECK(refused->refusal->state == "23505");
  CHECK(refused->refusal->schema == "s");
  CHECK(refused->refusal->table == "t");
  for (std::string_view state : {"57P01", "57P03", "53300", "40001", "40P01", "08006"}) {
    CHECK(code_of(ask(lab, 400, refused_with(state, "not now"))) == "database_busy");
  }
  CHECK(code_of(ask(lab, 400, refused_with("53100", "disk full"))) == "provider_quota");
  CHECK(code_of(ask(lab, 400, refused_with("28P01", "password"))) == "target_sign_in");
  CHECK(code_of(ask(lab, 400, refused_with("3D000", "no database"))) == "target_sign_in");
}

TEST_CASE("The proxy's own words are told apart") {
  TestHost lab;
  const auto code = [&](std::string_view message) {
    return code_of(ask(lab, 400, cat({R"({"message":")", message, R"(","code":null})"})));
  };
  CHECK(code("Couldn't connect to compute node") == "database_busy");
  CHECK(code("The requested endpoint could not be found, or you don't have access to it.") ==
        "target_sign_in");
  CHECK(code("Your project has exceeded the compute time quota.") == "provider_quota");
  CHECK(code("Something else") == "unexpected_answer");
  CHECK(code_of(ask(lab, 413, "{}")) == "too_large");
  CHECK(code_of(ask(lab, 401, "{}")) == "provider_refused");
  CHECK(code_of(ask(lab, 503, "{}")) == "provider_busy");
}

TEST_CASE("Answers that nobody asked for are failures, never a crash") {
  TestHost lab;
  for (std::string_view body :
       {"", "[]", "{}", R"({"results":{}})", R"({"results":[]})", R"({"results":[{}]})",
        R"({"results":[{"fields":[{"dataTypeID":20}],"rows":[[1]]}]})",
        R"({"results":[{"fields":[{"dataTypeID":20}],"rows":[["1","2"]]}]})",
        R"({"results":[{"fields":[],"rows":[7]}]})"}) {
    CHECK_MESSAGE(code_of(ask(lab, 200, std::string(body))) == "unexpected_answer", body);
  }
  CHECK(code_of(ask(lab, 400, "no json")) == "unexpected_answer");
}

TEST_CASE("No failure tells the password") {
  TestHost lab;
  auto failed = ask(lab, 503, "{}");
  REQUIRE(!failed.ok());
  CHECK(cat({failed.failure().message, failed.failure().hint}).find("u:p@") == std::string::npos);
}

TEST_CASE("The endpoint belongs to the host of the connection string") {
  const auto url = [](std::string_view connection) {
    auto made = neon_access_of(connection);
    return made.ok() ? made->url : made.failure().code;
  };
  CHECK(url("postgresql://u:p%40@ep-a-1.us-east-2.aws.neon.tech/db?sslmode=require") ==
        "https://api.us-east-2.aws.neon.tech/sql");
  CHECK(url("postgres://u:p@db.example.com:5432/x") == "https://db.example.com/sql");
  CHECK(url("postgres://db.example.com") == "https://db.example.com/sql");
  CHECK(url("postgres:///db") == "target_url");
  CHECK(url("mysql://h/x") == "target_url");
  CHECK(url("postgres") == "target_url");
}

}  // namespace

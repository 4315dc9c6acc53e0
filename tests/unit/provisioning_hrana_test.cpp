// The database's wire, value by value and error by error.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "shared/base/text.h"
#include "shared/provisioning/provisioning.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

const DatabaseAccess access{"https://shop-acme.turso.io", "database-token"};

// The answer to an execute, whose rows are written as JSON.
std::string executed(std::string_view rows) {
  return cat(
      {R"({"baton":null,"base_url":null,"results":[{"type":"ok","response":{"type":"execute",)",
       R"("result":{"cols":[],"rows":)", rows,
       R"(,"affected_row_count":2,"last_insert_rowid":"1"}}},)",
       R"({"type":"ok","response":{"type":"close"}}]})"});
}

std::string refused_with(std::string_view code, std::string_view message) {
  return cat({R"({"baton":null,"results":[{"type":"error","error":{"message":")", message,
              R"(","code":")", code, R"("}},{"type":"ok","response":{"type":"close"}}]})"});
}

Outcome<HranaResult> ask(TestHost& lab, std::string body, int status = 200) {
  lab.script.answers = {answer_of(status, std::move(body))};
  return lab.run(run_statement(lab.host, access, {"SELECT 1", {}}));
}

Json sent_arguments(TestHost& lab, std::vector<Value> values) {
  lab.script.answers = {answer_of(200, executed("[]"))};
  REQUIRE(lab.run(run_statement(lab.host, access, {"SELECT ?", std::move(values)})).ok());
  auto body = parse_json(lab.script.received.back().body);
  REQUIRE(body.ok());
  return (*body)["requests"][0]["stmt"]["args"];
}

TEST_CASE("A statement is one pipeline: execute, close, with the database's own token") {
  TestHost lab;
  lab.script.answers = {answer_of(200, executed("[]"))};
  auto result = lab.run(run_statement(lab.host, access, {"SELECT ?", {int64_t{7}}}));
  REQUIRE(result.ok());
  CHECK(result->changes == 2);
  const auto& sent = lab.script.received.at(0);
  CHECK(sent.request.method == "POST");
  CHECK(sent.request.url == "https://shop-acme.turso.io/v2/pipeline");
  CHECK(sent.request.headers.at(0).value == "Bearer database-token");
  CHECK(parse_json(sent.body).value() == parse_json(R"({"requests":[
      {"type":"execute","stmt":{"sql":"SELECT ?","args":[{"type":"integer","value":"7"}],
       "want_rows":true}},{"type":"close"}]})")
                                             .value());
}

TEST_CASE("Every integer of 64 bits goes and comes whole, as text") {
  TestHost lab;
  const std::vector<int64_t> numbers = {0,
                                        -1,
                                        (int64_t{1} << 53) + 1,
                                        -(int64_t{1} << 53) - 1,
                                        std::numeric_limits<int64_t>::max(),
                                        std::numeric_limits<int64_t>::min()};
  for (int64_t number : numbers) {
    CHECK(sent_arguments(lab, {number})[0] ==
          Json{{"type", "integer"}, {"value", decimal(number)}});
    auto result =
        ask(lab, executed(cat({R"([[{"type":"integer","value":")", decimal(number), R"("}]])"})));
    REQUIRE(result.ok());
    CHECK(result->rows.at(0).at(0) == Value{number});
  }
}

TEST_CASE("Integers that are none are not guessed at") {
  TestHost lab;
  for (const char* cell :
       {R"({"type":"integer","value":"9223372036854775808"})",
        R"({"type":"integer","value":"1.5"})", R"({"type":"integer","value":""})",
        R"({"type":"integer","value":"0x10"})", R"({"type":"integer","value":12})",
        R"({"type":"integer"})"}) {
    CHECK_MESSAGE(code_of(ask(lab, executed(cat({"[[", cell, "]]"})))) == "unexpected_answer",
                  cell);
  }
}

double came_back(TestHost& lab, std::string_view number) {
  auto result = ask(lab, executed(cat({R"([[{"type":"float","value":)", number, "}]]"})));
  REQUIRE(result.ok());
  return std::get<double>(result->rows.at(0).at(0));
}

TEST_CASE("Reals come with every bit, the sign of zero among them") {
  TestHost lab;
  CHECK(came_back(lab, "0.1") == 0.1);
  CHECK(came_back(lab, "1") == 1.0);  // JavaScript writes whole reals so
  CHECK(came_back(lab, "5e-324") == 5e-324);
  CHECK(came_back(lab, "1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(came_back(lab, "9007199254740993") == 9007199254740992.0);
  CHECK(std::signbit(came_back(lab, "-0.0")));
  CHECK(!std::signbit(came_back(lab, "0.0")));
  CHECK(!std::signbit(came_back(lab, "0")));
}

TEST_CASE("Reals go with every bit") {
  TestHost lab;
  auto there = [&](double number) {
    return sent_arguments(lab, {number})[0]["value"].get<double>();
  };
  for (double number :
       {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -2.5, 1e21, 9007199254740993.0}) {
    CHECK(there(number) == number);
  }
  CHECK(std::signbit(there(-0.0)));
  CHECK(sent_arguments(lab, {2.0})[0]["value"].is_number_float());  // not "2", an integer's text
}

TEST_CASE("What JSON has no number for is refused, not taken for zero") {
  TestHost lab;
  for (const char* cell : {R"({"type":"float","value":null})", R"({"type":"float","value":"NaN"})",
                           R"({"type":"float","value":"Infinity"})", R"({"type":"float"})"}) {
    CHECK_MESSAGE(code_of(ask(lab, executed(cat({"[[", cell, "]]"})))) == "unexpected_answer",
                  cell);
  }
  for (const char* body : {"1e999", "-1e999", "NaN", "Infinity"}) {
    auto result = ask(lab, executed(cat({R"([[{"type":"float","value":)", body, "}]]"})));
    CHECK_MESSAGE(code_of(result) == "unexpected_answer", body);
  }
}

TEST_CASE("Text, blob and NULL are told apart and keep every byte") {
  TestHost lab;
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += char(byte);
  Json sent =
      sent_arguments(lab, {Value{}, std::string("ü\0\n\"🚀", 9), Bytes{every_byte}, Bytes{}});
  CHECK(sent[0] == Json{{"type", "null"}});
  CHECK(sent[1]["value"].get<std::string>() == std::string("ü\0\n\"🚀", 9));
  CHECK(sent[2] == Json{{"type", "blob"}, {"base64", base64(every_byte)}});
  CHECK(sent[3] == Json{{"type", "blob"}, {"base64", ""}});
  std::string unpadded = base64("ab");
  unpadded.resize(3);  // as libSQL's server writes it
  auto result = ask(lab, executed(cat({R"([[{"type":"null"},{"type":"text","value":""},)",
                                       R"({"type":"blob","base64":""},{"type":"blob","base64":")",
                                       unpadded, R"("}]])"})));
  REQUIRE(result.ok());
  CHECK(result->rows.at(0) == std::vector<Value>{Value{}, std::string(), Bytes{""}, Bytes{"ab"}});
  CHECK(code_of(ask(lab, executed(R"([[{"type":"blob","base64":"?"}]])"))) == "unexpected_answer");
  CHECK(code_of(ask(lab, executed(R"([[{"type":"text","value":5}]])"))) == "unexpected_answer");
  CHECK(code_of(ask(lab, executed(R"([[{"type":"decimal","value":"1"}]])"))) ==
        "unexpected_answer");
}

TEST_CASE("Answers of other shapes are refused in words") {
  TestHost lab;
  for (const char* body :
       {"", "null", "[]", "{}", R"({"results":{}})", R"({"results":[]})", R"({"results":[null]})",
        R"({"results":[{"type":"ok"}]})",
        R"({"results":[{"type":"ok","response":{"type":"execute","result":{"rows":5}}}]})",
        R"({"results":[{"type":"ok","response":{"type":"execute","result":{"rows":[5]}}}]})",
        R"({"results":[{"type":"ok","response":{"type":"execute","result":{"rows":[[5]]}}}]})",
        "<html>502</html>"}) {
    auto result = ask(lab, body);
    CHECK_MESSAGE(code_of(result) == "unexpected_answer", body);
    CHECK(result.failure().reaction == Reaction::report_bug);
  }
  CHECK(code_of(ask(lab, std::string(100'000, '['))) == "unexpected_answer");
}

TEST_CASE("An error inside of the pipeline becomes what the caller can do about it") {
  TestHost lab;
  auto refused = ask(lab, refused_with("SQLITE_ERROR", "no such table: x")).failure();
  CHECK(refused.code == "sql_refused");
  CHECK(refused.reaction == Reaction::report_bug);
  CHECK(refused.message.find("no such table: x") != std::string::npos);
  auto blocked = ask(lab, refused_with("BLOCKED", "reads are blocked")).failure();
  CHECK(blocked.code == "provider_quota");
  CHECK(blocked.reaction == Reaction::ask_permission);
  for (const char* code : {"SQLITE_BUSY", "TRANSACTION_BUSY", "TRANSACTION_TIMEOUT"}) {
    auto busy = ask(lab, refused_with(code, "locked")).failure();
    CHECK(busy.code == "database_busy");
    CHECK(busy.reaction == Reaction::retry_later);
  }
  auto silent = ask(lab, R"({"results":[{"type":"error"}]})").failure();
  CHECK(silent.message.find("no reason given") != std::string::npos);
  auto loud = ask(lab, refused_with("SQLITE_ERROR", std::string(100'000, 'x'))).failure();
  CHECK(loud.message.size() < 1'000);
}

TEST_CASE("A refused request is the operator's or unforeseen; the token is never in its words") {
  TestHost lab;
  CHECK(code_of(ask(lab, R"({"error":"JWT expired"})", 401)) == "provider_refused");
  CHECK(code_of(ask(lab, R"({"error":"blocked"})", 402)) == "provider_quota");
  CHECK(code_of(ask(lab, "", 403)) == "provider_refused");
  CHECK(code_of(ask(lab, R"({"message":"gone"})", 404)) == "unexpected_answer");
  auto failure = ask(lab, R"({"error":"no"})", 401).failure();
  CHECK(failure.reaction == Reaction::ask_permission);
  CHECK((failure.message + failure.hint).find(access.token) == std::string::npos);
}

// The steps' outcomes of a batch: an error where `failed` is, nothing else.
std::string batched(size_t steps, size_t failed) {
  Json results = Json::array(), errors = Json::array();
  for (size_t i = 0; i < steps; ++i) {
    bool is_failed = i == failed;
    results.push_back(nullptr);
    errors.push_back(
        is_failed ? Json{{"message", "UNIQUE constraint failed"}, {"code", "SQLITE_CONSTRAINT"}}
                  : Json());
  }
  return to_text({{"baton", nullptr},
                  {"results",
                   {{{"type", "ok"}, {"response", {{"type", "execute"}}}},
                    {{"type", "ok"},
                     {"response",
                      {{"type", "batch"},
                       {"result", {{"step_results", results}, {"step_errors", errors}}}}}}}}});
}

TEST_CASE("A transaction is BEGIN, each step if the one before worked, COMMIT or else ROLLBACK") {
  TestHost lab;
  lab.script.answers = {answer_of(200, batched(5, 99))};
  auto done = lab.run(run_transaction(lab.host, access, "PRAGMA x", {"one", "two"}));
  CHECK(done.ok());
  auto sent = parse_json(lab.script.received.at(0).body);
  CHECK((*sent)["requests"][0]["stmt"]["sql"] == "PRAGMA x");
  const Json& steps = (*sent)["requests"][1]["batch"]["steps"];
  REQUIRE(steps.size() == 5);
  const char* sql[] = {"BEGIN IMMEDIATE", "one", "two", "COMMIT", "ROLLBACK"};
  for (size_t i = 0; i < 5; ++i) CHECK(steps[i]["stmt"]["sql"] == sql[i]);
  CHECK(!steps[0].contains("condition"));
  for (size_t i = 1; i < 4; ++i) {
    CHECK(steps[i]["condition"] == Json{{"type", "ok"}, {"step", i - 1}});
  }
  CHECK(steps[4]["condition"] == Json{{"type", "not"}, {"cond", {{"type", "ok"}, {"step", 3}}}});
  CHECK((*sent)["requests"][2] == Json{{"type", "close"}});
}

TEST_CASE("A transaction's steps and conditions are those of libSQL's own client") {
  Json recorded = parse_json(test_data("turso/libsql_client_batch.json")).value();
  Json theirs;
  for (const Json& request : recorded["requests"]) {
    if (request["type"] == "batch") theirs = request["batch"]["steps"];
  }
  TestHost lab;
  lab.script.answers = {answer_of(200, batched(5, 99))};
  REQUIRE(lab.run(run_transaction(lab.host, access, "PRAGMA x", {"one", "two"})).ok());
  auto sent = parse_json(lab.script.received.at(0).body).value();
  const Json& ours = sent["requests"][1]["batch"]["steps"];
  REQUIRE(ours.size() == theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    CHECK(member(ours[i], "condition") == member(theirs[i], "condition"));
    const Json& sql = member(theirs[i]["stmt"], "sql");  // null where the text was stored before
    if (sql.is_string()) CHECK(ours[i]["stmt"]["sql"] == sql);
  }
}

TEST_CASE("A transaction fails with the error of any of its steps, COMMIT's too") {
  TestHost lab;
  for (size_t failed = 0; failed <= 3; ++failed) {
    lab.script.answers = {answer_of(200, batched(5, failed))};
    auto done = lab.run(run_transaction(lab.host, access, "PRAGMA x", {"one", "two"}));
    CHECK(code_of(done) == "sql_refused");
    CHECK(done.failure().message.find("UNIQUE") != std::string::npos);
  }
  for (size_t steps : {size_t{0}, size_t{3}}) {
    lab.script.answers = {answer_of(200, batched(steps, 99))};
    auto done = lab.run(run_transaction(lab.host, access, "PRAGMA x", {"one", "two"}));
    CHECK(code_of(done) == "unexpected_answer");
  }
}

TEST_CASE("A lost answer: a statement is sent again, a transaction is the caller's to look at") {
  TestHost lab;
  lab.world.fail_request = 1;
  lab.script.reply = [](const Script::Received&) { return answer_of(200, executed("[]")); };
  CHECK(lab.run(run_statement(lab.host, access, {"SELECT 1", {}})).ok());
  CHECK(lab.script.received.size() == 2);

  TestHost other;
  other.world.fail_request = 1;
  other.script.reply = [](const Script::Received&) { return answer_of(200, batched(3, 99)); };
  CHECK(code_of(other.run(run_transaction(other.host, access, "PRAGMA x", {"one"}))) ==
        "no_answer");
  CHECK(other.script.received.size() == 1);
}

TEST_CASE("A pipeline out of the blob store is sent as it lies there") {
  TestHost lab;
  lab.world.blobs["ann/abc"] = R"({"requests":[]})";
  lab.script.answers = {answer_of(200, "as it came")};
  CHECK(*lab.run(send_pipeline_blob(lab.host, access, "ann/abc")) == "as it came");
  CHECK(lab.script.received.at(0).body == R"({"requests":[]})");
}

}  // namespace

// The only retry loop: what is sent again, when, and what comes out in the end.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/host/patient.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

HttpRequest request_of(std::string url = "https://api.example.com:8443/v1/x?token=t") {
  HttpRequest request;
  request.url = std::move(url);
  request.timeout_ms = 30'000;
  return request;
}

Outcome<HttpResponse> send(TestHost& lab, Repeat repeat) {
  return lab.run(send_patiently(lab.host, request_of(), repeat));
}

HttpResponse busy(int status, std::string retry_after = "") {
  HttpResponse response = answer_of(status, "{}");
  if (!retry_after.empty()) response.headers.push_back({"retry-after", std::move(retry_after)});
  return response;
}

TEST_CASE("Any answer below 500 but 429 is the caller's, at once") {
  for (int status : {200, 204, 302, 400, 401, 403, 404, 409, 422, 499}) {
    TestHost lab;
    lab.script.answers = {answer_of(status, "body")};
    auto answer = send(lab, Repeat::harmless);
    REQUIRE(answer.ok());
    CHECK(answer->status == status);
    CHECK(answer->body == "body");
    CHECK(lab.script.received.size() == 1);
  }
}

TEST_CASE("A busy provider is asked four times, with growing pauses; then its status is told") {
  for (int status : {429, 500, 502, 503, 599}) {
    TestHost lab;
    lab.script.reply = [=](const Script::Received&) { return busy(status); };
    int64_t began_at_ms = lab.world.now;
    auto answer = send(lab, Repeat::harmless);
    CHECK(code_of(answer) == "provider_busy");
    CHECK(answer.failure().reaction == Reaction::retry_later);
    CHECK(answer.failure().message ==
          cat({"api.example.com:8443 answered ", decimal(status), " and did not do it."}));
    CHECK(lab.script.received.size() == 4);
    int64_t span_ms = lab.world.now - began_at_ms;
    CHECK(span_ms >= 7 * second_ms);
    CHECK(span_ms < 9 * second_ms);
  }
}

TEST_CASE("What may have had its effect is sent again only when the answer says it had none") {
  struct Case {
    int status;
    std::string retry_after;
    size_t sent;
  };
  for (const auto& one : {Case{500, "", 1}, Case{502, "1", 1}, Case{503, "", 1}, Case{503, "1", 4},
                          Case{429, "", 4}, Case{504, "", 1}}) {
    TestHost lab;
    lab.script.reply = [&](const Script::Received&) { return busy(one.status, one.retry_after); };
    CHECK(code_of(send(lab, Repeat::unknown)) == "provider_busy");
    CHECK_MESSAGE(lab.script.received.size() == one.sent, one.status, " ", one.retry_after);
  }
}

TEST_CASE("A lost answer: harmless requests go again, others come back as no_answer") {
  TestHost lab;
  lab.world.fail_request = 1;
  lab.script.reply = [](const Script::Received&) { return answer_of(200, "second"); };
  auto answer = send(lab, Repeat::harmless);
  REQUIRE(answer.ok());
  CHECK(answer->body == "second");
  CHECK(lab.script.received.size() == 2);

  TestHost once;
  once.world.fail_request = 1;
  once.script.reply = lab.script.reply;
  auto lost = send(once, Repeat::unknown);
  CHECK(code_of(lost) == "no_answer");
  CHECK(lost.failure().reaction == Reaction::retry_later);
  CHECK(lost.failure().message == "api.example.com:8443 did not answer.");
  CHECK(once.script.received.size() == 1);
}

TEST_CASE("Nobody answers: the time is bounded by four limits and the pauses") {
  TestHost lab;
  lab.world.fail_requests_from = 1;
  int64_t began_at_ms = lab.world.now;
  CHECK(code_of(send(lab, Repeat::harmless)) == "no_answer");
  CHECK(lab.script.received.size() == 4);
  int64_t span_ms = lab.world.now - began_at_ms;
  CHECK(span_ms >= 4 * 30 * second_ms + 7 * second_ms);
  CHECK(span_ms < 4 * 30 * second_ms + 8 * second_ms);
}

// How long was waited between the first answer and the second request.
int64_t pause_ms(std::string retry_after) {
  TestHost lab;
  lab.script.answers = {busy(429, std::move(retry_after)), answer_of(200, "{}")};
  std::vector<int64_t> arrived;
  lab.world.on_arrival = [&](const HttpRequest&) { arrived.push_back(lab.world.now); };
  REQUIRE(send(lab, Repeat::unknown).ok());
  REQUIRE(arrived.size() == 2);
  return arrived[1] - arrived[0];
}

TEST_CASE("Retry-After is obeyed up to 30 seconds; what is no number of seconds is not") {
  auto is_about = [](int64_t span_ms, int64_t expected_ms) {
    return span_ms >= expected_ms && span_ms < expected_ms + second_ms;
  };
  CHECK(is_about(pause_ms("7"), 7 * second_ms));
  CHECK(is_about(pause_ms("0"), 0));
  CHECK(is_about(pause_ms("30"), 30 * second_ms));
  CHECK(is_about(pause_ms("3600"), 30 * second_ms));
  CHECK(is_about(pause_ms("9223372036854775807"), 30 * second_ms));
  for (const char* text :
       {"", "-5", "soon", "1.5", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"}) {
    CHECK_MESSAGE(is_about(pause_ms(text), 1 * second_ms), text);
  }
}

TEST_CASE("The same request goes each time, blobs and all; its address is not in the failure") {
  TestHost lab;
  lab.world.blobs["ann/1"] = "from the store";
  lab.script.reply = [](const Script::Received&) { return busy(500); };
  HttpRequest request = request_of();
  request.method = "PUT";
  request.headers = {{"authorization", "Bearer secret"}};
  request.body = {bytes_piece("head "), blob_piece("ann/1")};
  auto answer = lab.run(send_patiently(lab.host, request, Repeat::harmless));
  CHECK((answer.failure().message + answer.failure().hint).find("token=t") == std::string::npos);
  for (const auto& received : lab.script.received) {
    CHECK(received.request.method == "PUT");
    CHECK(received.request.headers.at(0).value == "Bearer secret");
    CHECK(received.body == "head from the store");
  }
}

}  // namespace

// What goes out for a call: the caller's bytes with the bounds set, a hold that covers the dearest
// end, and nothing that cannot be priced.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/gateway/app_key.h"
#include "shared/gateway/model_call.h"
#include "shared/gateway/request_text.h"

namespace {

using namespace fairway;

constexpr int64_t november_2026_ms = 1'795'000'000'000;
constexpr int64_t plenty = 1'000'000'000'000;

Outcome<ModelCall> read(std::string_view service, std::string_view path, std::string_view body) {
  return read_model_call(service, "POST", path, body, november_2026_ms, KeySource::platform);
}

std::string sent(std::string_view service, std::string_view path, std::string_view body,
                 int64_t available = plenty) {
  auto call = read(service, path, body);
  if (!call.ok()) return call.failure().code;
  auto bound = bound_model_call(*call, available, 0);
  if (!bound.ok()) return bound.failure().code;
  CHECK(bound->hold_nanos <= available);
  return body_of(*call, *bound, body);
}

std::string chat(std::string_view body, int64_t available = plenty) {
  return sent("openai", "/v1/chat/completions", body, available);
}

TEST_CASE("a key names its owner, is known by its hash, and a mistyped one is none") {
  std::string random(app_key_random_bytes, 'r');
  std::string text = make_app_key("key_0123456789abcdefghjkmnpqrs", "user-1", random);
  auto key = parse_app_key(text);
  REQUIRE(key.has_value());
  CHECK(key->key_id == "key_0123456789abcdefghjkmnpqrs");
  CHECK(key->account == "user-1");
  CHECK(key->secret_hash.size() == 64);
  CHECK(text.find(key->secret_hash) == std::string::npos);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string mistyped = text;
    mistyped[i] = mistyped[i] == '1' ? '2' : '1';
    CHECK(!parse_app_key(mistyped).has_value());
    CHECK(!parse_app_key(text.substr(0, i)).has_value());
  }
}

TEST_CASE("without a limit an answer gets a default one, and everything else stays as written") {
  CHECK(chat(R"({ "model":"gpt-4o-mini",  "messages":[] })") ==
        R"({"max_completion_tokens":16384, "model":"gpt-4o-mini",  "messages":[] })");
  CHECK(chat(R"({"model":"gpt-4o-mini","max_tokens": 50,"messages":[]})") ==
        R"({"model":"gpt-4o-mini","max_tokens": 50,"messages":[]})");
  CHECK(chat(R"({"model":"gpt-4o-mini","max_tokens":null,"messages":[]})") ==
        R"({"max_completion_tokens":16384,"model":"gpt-4o-mini",)"
        R"("max_tokens":null,"messages":[]})");
}

TEST_CASE("a stream is asked to tell its usage, and the caller's other options stay") {
  CHECK(chat(R"({"model":"gpt-4o-mini","max_tokens":5,"stream":true})") ==
        R"({"stream_options":{"include_usage":true},)"
        R"("model":"gpt-4o-mini","max_tokens":5,"stream":true})");
  std::string own = R"({"model":"gpt-4o-mini","max_tokens":5,"stream":true,)"
                    R"("stream_options":{"include_usage":true}})";
  CHECK(chat(own) == own);
  auto call = read("openai", "/v1/chat/completions", own);
  CHECK(!call->hides_usage);
}

TEST_CASE("the limit is lowered to what the money covers, and no lower than is of use") {
  std::string body = R"({"model":"gpt-4o","max_tokens":4000,"messages":[]})";
  auto call = read("openai", "/v1/chat/completions", body);
  REQUIRE(call.ok());
  auto whole = wanted_bound(*call, 0);
  REQUIRE(whole.ok());
  CHECK(chat(body, whole->hold_nanos) == body);
  auto half = bound_model_call(*call, whole->hold_nanos / 2, 0);
  REQUIRE(half.ok());
  CHECK(half->output_tokens < 4000);
  CHECK(half->output_tokens > 1500);
  CHECK(half->hold_nanos <= whole->hold_nanos / 2);
  CHECK(chat(body, 1'000) == "spend_limit_reached");
  CHECK(chat(body, 0) == "spend_limit_reached");
}

TEST_CASE("several choices are held for") {
  auto one = read("openai", "/v1/chat/completions",
                  R"({"model":"gpt-4o","max_tokens":1000,"n":1,"messages":[]})");
  auto ten = read("openai", "/v1/chat/completions",
                  R"({"model":"gpt-4o","max_tokens":1000,"n":10,"messages":[]})");
  CHECK(wanted_bound(*ten, 0)->hold_nanos > 9 * wanted_bound(*one, 0)->hold_nanos);
}

TEST_CASE("what an image or a remembered conversation costs is bounded by the model's context") {
  auto text = read("openai", "/v1/chat/completions",
                   R"({"model":"gpt-4o","max_tokens":10,"messages":[{"content":"hello"}]})");
  CHECK(text->input_tokens_max < 1'000);
  for (auto body :
       {R"({"model":"gpt-4o","max_tokens":10,"messages":[{"content":[{"type":"image_url"}]}]})",
        R"({"model":"gpt-4o","max_tokens":10,"messages":[{"c":[{"type":"image\u005furl"}]}]})"}) {
    auto more = read("openai", "/v1/chat/completions", body);
    REQUIRE(more.ok());
    CHECK(more->input_tokens_max == more->price->context_tokens_max);
  }
  auto previous = read("openai", "/v1/responses",
                       R"({"model":"gpt-4o","input":"x","previous_response_id":"resp_1"})");
  CHECK(previous->input_tokens_max == previous->price->context_tokens_max);
  CHECK(previous->previous_response == "resp_1");
}

TEST_CASE("what has no price or cannot be bounded is refused before anything is sent") {
  auto refused = [](std::string_view member) {
    return chat(cat({R"({"model":"gpt-4o","messages":[],)", member, "}"}));
  };
  CHECK(refused(R"("modalities":["text","audio"])") == "not_sold");
  CHECK(refused(R"("web_search_options":{})") == "not_sold");
  CHECK(refused(R"("tools":[{"type":"web_search"}])") == "not_sold");
  CHECK(refused(R"("service_tier":"scale")") == "not_sold");
  CHECK(refused(R"("n":0)") == "invalid_field");
  CHECK(refused(R"("n":1e9)") == "invalid_field");
  CHECK(refused(R"("max_tokens":-1)") == "invalid_field");
  CHECK(refused(R"("max_tokens":5,"max_completion_tokens":6)") == "invalid_field");
  CHECK(refused(R"("stream":"yes")") == "invalid_field");
  CHECK(refused(R"("model":"gpt-4o-mini")") == "ambiguous_json");
  CHECK(refused(R"("max\u005ftokens":5)") == "ambiguous_json");
  CHECK(chat(R"({"model":"gpt-99-unheard","messages":[]})") == "unknown_model");
  CHECK(chat(R"({"model":"gpt-4o"} x)") == "invalid_json");
  CHECK(chat("[]") == "invalid_json");
  CHECK(sent("openai", "/v1/responses", R"({"model":"gpt-4o","background":true})") == "not_sold");
  CHECK(sent("anthropic", "/v1/messages", R"({"model":"claude-opus-4-5","messages":[]})") ==
        "invalid_field");
  CHECK(sent("anthropic", "/v1/messages",
             R"({"model":"claude-opus-4-5","max_tokens":5,)"
             R"("tools":[{"type":"web_search_20250305"}]})") == "not_sold");
}

TEST_CASE("only the addresses of the list lead anywhere") {
  for (auto path : {"/v1/chat/completions/", "/v1/../admin", "/v1/organization/costs",
                    "/v1/chat/completions?x=/../y", "/v1/models/..", "//v1/models", "/v1/files"}) {
    CHECK(read("openai", path, "{}").failure().code == "route_not_found");
  }
  CHECK(read("other", "/v1/models", "{}").failure().code == "route_not_found");
  CHECK(read_model_call("openai", "DELETE", "/v1/models", "", 0, KeySource::platform)
            .failure()
            .code == "route_not_found");
  CHECK(read_model_call("openai", "GET", "/v1/models/gpt-4o", "", 0, KeySource::platform).ok());
}

TEST_CASE("a budget for thinking is not cut into") {
  std::string body = R"({"model":"claude-opus-4-5","max_tokens":4000,)"
                     R"("thinking":{"type":"enabled","budget_tokens":3000}})";
  auto call = read("anthropic", "/v1/messages", body);
  REQUIRE(call.ok());
  auto whole = wanted_bound(*call, 0);
  CHECK(bound_model_call(*call, whole->hold_nanos * 9 / 10, 0)->output_tokens > 3000);
  CHECK(bound_model_call(*call, whole->hold_nanos / 2, 0).failure().code == "spend_limit_reached");
}

TEST_CASE("what a request says is its texts, not its fields, images and settings") {
  CHECK(text_of_request(R"({"model":"gpt-4o","user":"u","messages":[
      {"role":"system","content":"Be kind."},
      {"role":"user","content":[{"type":"text","text":"Look"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],
      "tools":[{"type":"function","function":{"name":"go","description":"Goes.",
        "parameters":{"type":"object"}}}]})") == "Be kind.\nLook\nGoes.\ngo");
  CHECK(text_of_request(R"({"input":["one","two"],"instructions":"x"})") == "one\ntwo\nx");
  CHECK(text_of_request("{").empty());
  CHECK(text_of_request(R"({"input":[[1,2],3],"max_tokens":5})").empty());
}

}  // namespace

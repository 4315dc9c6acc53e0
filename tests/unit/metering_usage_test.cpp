#include <doctest/doctest.h>

#include "shared/metering/metering.h"

using namespace fairway;

namespace {

std::optional<TokenUsage> openai(std::string_view text) {
  auto usage = parse_json(text);
  REQUIRE(usage.ok());
  return openai_usage(*usage);
}

std::optional<TokenUsage> anthropic(std::string_view text) {
  auto usage = parse_json(text);
  REQUIRE(usage.ok());
  return anthropic_usage(*usage);
}

}  // namespace

TEST_CASE("OpenAI counts cached and written tokens within the prompt") {
  CHECK(
      openai(R"({"prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107,
                   "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30,
                                             "audio_tokens": 0},
                   "completion_tokens_details": {"reasoning_tokens": 5}})") ==
      TokenUsage{.input = 10, .cache_read = 60, .cache_write_5m = 30, .output = 7, .reasoning = 5});
  CHECK(openai(R"({"input_tokens": 100, "output_tokens": 7, "total_tokens": 107,
                   "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 0},
                   "output_tokens_details": {"reasoning_tokens": 0}})") ==
        TokenUsage{.input = 40, .cache_read = 60, .output = 7});
  CHECK(openai(R"({"prompt_tokens": 9, "completion_tokens": 0, "prompt_tokens_details": null})") ==
        TokenUsage{.input = 9});
  CHECK(openai(R"({"prompt_tokens": 9, "total_tokens": 9})") == TokenUsage{.input = 9});
}

TEST_CASE("what OpenAI does not report is not zero") {
  for (auto text : {
           "null",
           "[]",
           "7",
           "{}",
           R"({"prompt_tokens": 9})",                      // neither output nor total
           R"({"prompt_tokens": 9, "total_tokens": 12})",  // an output that is not told
           R"({"completion_tokens": 9, "total_tokens": 9})",
           R"({"prompt_tokens": null, "completion_tokens": 9})",
           R"({"prompt_tokens": "9", "completion_tokens": 9})",
           R"({"prompt_tokens": 9.5, "completion_tokens": 9})",
           R"({"prompt_tokens": -1, "completion_tokens": 9})",
           R"({"prompt_tokens": 9, "completion_tokens": -1})",
           R"({"prompt_tokens": 18446744073709551615, "completion_tokens": 9})",
           R"({"prompt_tokens": 9, "completion_tokens": 1,
               "prompt_tokens_details": {"cached_tokens": 10}})",
           R"({"prompt_tokens": 9, "completion_tokens": 1,
               "prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": 5}})",
           R"({"prompt_tokens": 9, "completion_tokens": 1,
               "prompt_tokens_details": {"cached_tokens": -5}})",
           R"({"prompt_tokens": 9, "completion_tokens": 1,
               "prompt_tokens_details": {"audio_tokens": 1}})",
           R"({"prompt_tokens": 9, "completion_tokens": 1,
               "completion_tokens_details": {"audio_tokens": 1}})",
       }) {
    CAPTURE(text);
    CHECK(!openai(text));
  }
}

TEST_CASE("Anthropic counts cached and written tokens beside the input") {
  CHECK(anthropic(R"({"input_tokens": 10, "output_tokens": 7, "cache_read_input_tokens": 60,
                      "cache_creation_input_tokens": 30,
                      "cache_creation": {"ephemeral_5m_input_tokens": 10,
                                         "ephemeral_1h_input_tokens": 20},
                      "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1},
                      "output_tokens_details": {"thinking_tokens": 3},
                      "service_tier": "standard", "speed": "standard",
                      "inference_geo": "global"})") == TokenUsage{.input = 10,
                                                                  .cache_read = 60,
                                                                  .cache_write_5m = 10,
                                                                  .cache_write_1h = 20,
                                                                  .output = 7,
                                                                  .reasoning = 3,
                                                                  .web_searches = 2});
  // No split: all of five minutes. A split that tells less than the whole: so is the rest.
  CHECK(anthropic(R"({"input_tokens": 1, "output_tokens": 2, "cache_creation_input_tokens": 30,
                      "cache_read_input_tokens": null, "cache_creation": null,
                      "server_tool_use": null})") ==
        TokenUsage{.input = 1, .cache_write_5m = 30, .output = 2});
  CHECK(anthropic(R"({"input_tokens": 1, "output_tokens": 2, "cache_creation_input_tokens": 30,
                      "cache_creation": {"ephemeral_1h_input_tokens": 20}})") ==
        TokenUsage{.input = 1, .cache_write_5m = 10, .cache_write_1h = 20, .output = 2});
  CHECK(anthropic(R"({"input_tokens": 1, "output_tokens": 2,
                      "cache_creation": {"ephemeral_5m_input_tokens": 4}})") ==
        TokenUsage{.input = 1, .cache_write_5m = 4, .output = 2});
}

TEST_CASE("what Anthropic does not report is not zero") {
  for (auto text : {
           "null",
           "{}",
           R"({"input_tokens": 1})",
           R"({"output_tokens": 1})",
           R"({"input_tokens": 1, "output_tokens": null})",
           R"({"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": -1})",
           R"({"input_tokens": 1, "output_tokens": 1, "cache_read_input_tokens": "x"})",
           R"({"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 5,
               "cache_creation": {"ephemeral_5m_input_tokens": 6}})",
           R"({"input_tokens": 1, "output_tokens": 1,
               "cache_creation": {"ephemeral_5m_input_tokens": 9223372036854775807,
                                  "ephemeral_1h_input_tokens": 9223372036854775807}})",
           R"({"input_tokens": 1, "output_tokens": 1, "speed": "fast"})",
           R"({"input_tokens": 1, "output_tokens": 1, "inference_geo": "us"})",
           R"({"input_tokens": 1, "output_tokens": 1, "inference_geo": 7})",
       }) {
    CAPTURE(text);
    CHECK(!anthropic(text));
  }
}

TEST_CASE("what a stream reports later overwrites, and null does not") {
  Json usage = Json::parse(R"({"input_tokens": 10, "cache_read_input_tokens": 5,
                               "cache_creation": {"ephemeral_5m_input_tokens": 0},
                               "output_tokens": 1})");
  overwrite_usage(usage, Json::parse(R"({"output_tokens": 20, "cache_read_input_tokens": null})"));
  overwrite_usage(usage, Json());
  overwrite_usage(usage, Json::parse(R"({"output_tokens": 30, "input_tokens": 12})"));
  CHECK(anthropic_usage(usage) == TokenUsage{.input = 12, .cache_read = 5, .output = 30});

  Json none;
  overwrite_usage(none, usage);
  CHECK(none == usage);
}

// What an answer says about its cost, however its bytes are cut, and what the caller gets of it.
#include <doctest/doctest.h>

#include <random>

#include "shared/base/text.h"
#include "shared/gateway/answer.h"

namespace {

using namespace fairway;

struct Passed {
  std::string bytes;
  AnswerFacts facts;
};

Passed pass(ModelEndpoint endpoint, UsageEvents usage, std::string_view bytes, unsigned seed) {
  std::minstd_rand random(seed);
  AnswerStream stream(endpoint, usage);
  Passed passed;
  while (!bytes.empty()) {
    size_t size = seed == 0 ? bytes.size() : std::min<size_t>(bytes.size(), 1 + random() % 9);
    stream.feed(bytes.substr(0, size), passed.bytes);
    bytes.remove_prefix(size);
  }
  stream.end(passed.bytes);
  passed.facts = stream.facts();
  return passed;
}

// A stream of chat, with the usage that we asked for and without.
std::string chat_stream(std::string_view usage_of_chunk, std::string_view last) {
  std::string bytes;
  for (auto text : {"Hel", "lo \\u00e9\\\"usage\\\":null ", "\xE2\x82\xAC"}) {
    bytes += cat({R"(data: {"id":"c","choices":[{"index":0,"delta":{"content":")", text, "\"}}]",
                  usage_of_chunk, R"(,"obfuscation":"x"})", "\n\n"});
  }
  bytes += ": a comment\n\n";
  return bytes + std::string(last) + "data: [DONE]\n\n";
}

TEST_CASE("a stream of chat is passed as if nobody had asked for its usage") {
  std::string asked = chat_stream(
      R"(,"usage":null)",
      "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":7,"
      "\"total_tokens\":17,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n");
  std::string plain = chat_stream("", "");
  for (unsigned seed = 0; seed < 300; ++seed) {
    auto hidden = pass(ModelEndpoint::chat, UsageEvents::hidden, asked, seed);
    CHECK(hidden.bytes == plain);
    REQUIRE(hidden.facts.usage.has_value());
    CHECK(hidden.facts.usage->input == 6);
    CHECK(hidden.facts.usage->cache_read == 4);
    CHECK(hidden.facts.usage->output == 7);
    CHECK(hidden.facts.is_complete);
    CHECK(hidden.facts.text == "Hello é\"usage\":null €");
    auto shown = pass(ModelEndpoint::chat, UsageEvents::shown, asked, seed);
    CHECK(shown.bytes == asked);
    CHECK(shown.facts.usage == hidden.facts.usage);
  }
}

TEST_CASE("a cut stream has told nothing of its usage, but its text is known") {
  std::string asked = chat_stream(R"(,"usage":null)", "");
  auto cut = pass(ModelEndpoint::chat, UsageEvents::hidden, asked.substr(0, asked.size() - 20), 3);
  CHECK(!cut.facts.usage.has_value());
  CHECK(!cut.facts.is_complete);
  CHECK(!cut.facts.text.empty());
}

TEST_CASE("usage of messages is cumulative: the later one overwrites") {
  std::string stream =
      "event: message_start\r\n"
      "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":20,"
      "\"cache_creation_input_tokens\":5,\"cache_read_input_tokens\":3,\"output_tokens\":1}}}\r\n"
      "\r\n"
      "event: ping\ndata: {\"type\":\"ping\"}\n\n"
      "event: content_block_delta\n"
      "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}"
      "\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":12}}"
      "\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  for (unsigned seed = 0; seed < 100; ++seed) {
    auto passed = pass(ModelEndpoint::messages, UsageEvents::shown, stream, seed);
    CHECK(passed.bytes == stream);
    REQUIRE(passed.facts.usage.has_value());
    CHECK(passed.facts.usage->input == 20);
    CHECK(passed.facts.usage->cache_read == 3);
    CHECK(passed.facts.usage->cache_write_5m == 5);
    CHECK(passed.facts.usage->output == 12);
    CHECK(passed.facts.text == "hi");
    CHECK(passed.facts.is_complete);
  }
}

TEST_CASE("the usage of responses stands in the last event only") {
  std::string stream =
      "event: response.created\n"
      "data: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",\"usage\":null}}\n\n"
      "event: response.output_text.delta\n"
      "data: {\"type\":\"response.output_text.delta\",\"delta\":\"abc\"}\n\n"
      "event: response.completed\n"
      "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"service_tier\":"
      "\"default\",\"usage\":{\"input_tokens\":8,\"input_tokens_details\":{\"cached_tokens\":0},"
      "\"output_tokens\":4,\"output_tokens_details\":{\"reasoning_tokens\":1},\"total_tokens\":12}}"
      "}"
      "\n\n";
  auto passed = pass(ModelEndpoint::responses, UsageEvents::shown, stream, 7);
  CHECK(passed.bytes == stream);
  REQUIRE(passed.facts.usage.has_value());
  CHECK(passed.facts.usage->output == 4);
  CHECK(passed.facts.usage->reasoning == 1);
  CHECK(passed.facts.response_id == "resp_1");
  CHECK(passed.facts.tier == ServiceTier::standard);
  CHECK(passed.facts.text == "abc");
  CHECK(passed.facts.is_complete);
}

TEST_CASE("a whole answer tells usage and id; one without usage gives its text") {
  auto told = read_answer(ModelEndpoint::responses,
                          R"({"id":"resp_9","usage":{"input_tokens":1,"input_tokens_details":)"
                          R"({"cached_tokens":0},"output_tokens":2,"total_tokens":3}})");
  CHECK(told.usage.has_value());
  CHECK(told.response_id == "resp_9");
  auto silent =
      read_answer(ModelEndpoint::chat, R"({"choices":[{"message":{"content":"words"}}]})");
  CHECK(!silent.usage.has_value());
  CHECK(silent.text == "words");
  CHECK(!read_answer(ModelEndpoint::chat, "<html>").is_complete);
}

TEST_CASE("events that are no JSON, never end, or are too long are passed as they are") {
  std::string odd = "data: {broken\n\ndata: {\"usage\":\n\nevent: x\n\ndata: tail without an end";
  for (unsigned seed = 0; seed < 50; ++seed) {
    CHECK(pass(ModelEndpoint::chat, UsageEvents::hidden, odd, seed).bytes == odd);
    CHECK(pass(ModelEndpoint::chat, UsageEvents::shown, odd, seed).bytes == odd);
  }
  std::string long_event =
      "data: {\"x\":\"" + std::string(5 << 20, 'y') + "\"}\n\ndata: [DONE]\n\n";
  auto passed = pass(ModelEndpoint::chat, UsageEvents::hidden, long_event, 0);
  CHECK(passed.bytes == long_event);
  CHECK(passed.facts.is_complete);
}

}  // namespace

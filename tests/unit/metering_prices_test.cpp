#include <doctest/doctest.h>

#include <string>

#include "shared/base/time.h"
#include "shared/metering/metering.h"

using namespace fairway;

namespace {

constexpr int64_t november_2026_ms = 1'795'000'000'000;
constexpr int64_t sol_cheaper_ms = 1'787'270'400'000;  // 2026-08-21T00:00:00Z

const ModelPrice& price_of(std::string_view provider, std::string_view model,
                           int64_t now_ms = november_2026_ms) {
  auto found = find_price(provider, model, now_ms);
  REQUIRE(found.ok());
  return **found;
}

std::string code_of(const Outcome<int64_t>& outcome) {
  return outcome.ok() ? "" : outcome.failure().code;
}

int64_t standard(const ModelPrice& price, const TokenUsage& usage, int64_t markup = 0) {
  auto cost = price_tokens(price, usage, ServiceTier::standard, markup);
  REQUIRE(cost.ok());
  return *cost;
}

}  // namespace

TEST_CASE("a model is found by its name, its aliases and its snapshots, and by nothing else") {
  CHECK(price_of("openai", "gpt-4o-2024-08-06").model == "gpt-4o");
  CHECK(price_of("openai", "gpt-4o-2024-05-13").base.input == 5'000'000'000);
  CHECK(price_of("openai", "gpt-5.6").model == "gpt-5.6-sol");
  CHECK(price_of("openai", "gpt-6-sol-2026-12-24").model == "gpt-6-sol");
  CHECK(price_of("anthropic", "claude-haiku-4-5-20251001").model == "claude-haiku-4-5");
  CHECK(price_of("anthropic", "claude-opus-5-5-20261001").model == "claude-opus-5-5");

  for (auto [provider, model] : {
           std::pair{"openai", "gpt-9"},
           {"openai", ""},
           {"openai", "gpt-4o-"},
           {"openai", "gpt-4o-2031-01-01"},  // its snapshots have prices of their own
           {"openai", "gpt-4o-mini-search-preview"},
           {"openai", "GPT-4o"},
           {"openai", "gpt-6-sol-DATE"},
           {"openai", "gpt-6-sol-2026-12"},
           {"openai", "claude-opus-5"},
           {"anthropic", "claude-opus-5-x0260101"},
           {"anthropic", "-20260101"},
           {"", "gpt-4o"},
       }) {
    CAPTURE(model);
    auto found = find_price(provider, model, november_2026_ms);
    REQUIRE(!found.ok());
    CHECK(found.failure().code == "unknown_model");
    CHECK(found.failure().reaction == Reaction::fix_input);
  }
}

TEST_CASE("a price holds from its day on") {
  CHECK(utc_text(sol_cheaper_ms) == "2026-08-21T00:00:00Z");
  CHECK(price_of("openai", "gpt-5.6-sol", 0).base.input == 5'000'000'000);
  CHECK(price_of("openai", "gpt-5.6-sol", sol_cheaper_ms - 1).base.output == 30'000'000'000);
  CHECK(price_of("openai", "gpt-5.6-sol", sol_cheaper_ms).base.output == 20'000'000'000);
  CHECK(price_of("anthropic", "claude-sonnet-5-5").base.cache_read == 100'000'000);
  CHECK(!find_price("openai", "gpt-5.6-sol", -1).ok());
}

TEST_CASE("the book is in order") {
  const ModelPrice* before = nullptr;
  for (const ModelPrice& price : price_book()) {
    CAPTURE(price.model);
    CHECK((price.provider == "openai" || price.provider == "anthropic"));
    CHECK(price_of(price.provider, price.model, price.from_ms).from_ms == price.from_ms);
    bool is_first = before == nullptr || before->model != price.model;
    CHECK((is_first ? price.from_ms == 0 : price.from_ms > before->from_ms));
    CHECK(price.base.input > 0);
    CHECK(price.context_tokens_max >= price.output_tokens_max);
    CHECK((price.output_tokens_max > 0) == (price.base.output > 0));
    if (price.long_input_from_tokens > 0) {
      CHECK(price.long_input_from_tokens < price.context_tokens_max);
      CHECK(price.long_input.input > price.base.input);
      CHECK(price.long_input.web_search == price.base.web_search);
    }
    before = &price;
  }
  CHECK(price_book().size() > 60);
}

TEST_CASE("tokens cost what the provider lists, rounded once, half up") {
  const ModelPrice& mini = price_of("openai", "gpt-4o-mini");
  CHECK(standard(mini, {.input = 3, .output = 1}) == 1'050);
  CHECK(standard(mini, {}) == 0);
  CHECK(standard(mini, {.output = 7, .reasoning = 5}) == standard(mini, {.output = 7}));

  const ModelPrice& nano = price_of("openai", "gpt-5-nano");
  CHECK(standard(nano, {.cache_read = 1}) == 5);
  CHECK(*price_tokens(nano, {.cache_read = 1}, ServiceTier::batch, 0) == 3);  // 2.5
  CHECK(*price_tokens(nano, {.cache_read = 3}, ServiceTier::batch, 0) == 8);  // 7.5, not 3 x 3
  CHECK(standard(nano, {.cache_read = 1}, 1'000) == 6);                       // 5.5
  CHECK(standard(nano, {.cache_read = 1}, 999) == 5);

  const ModelPrice& opus = price_of("anthropic", "claude-opus-5-5");
  TokenUsage usage = {.input = 1,
                      .cache_read = 2,
                      .cache_write_5m = 3,
                      .cache_write_1h = 4,
                      .output = 5,
                      .web_searches = 6};
  CHECK(standard(opus, usage) == 4'000 + 2 * 200 + 3 * 5'000 + 4 * 8'000 + 5 * 20'000 + 60'000'000);
  // Searches cost the same in every tier.
  CHECK(*price_tokens(opus, {.input = 2, .web_searches = 1}, ServiceTier::batch, 0) ==
        4'000 + 10'000'000);
}

TEST_CASE("a long input changes every rate of the call, from its first token on") {
  const ModelPrice& sol = price_of("openai", "gpt-5.6-sol");
  CHECK(standard(sol, {.input = 271'999, .output = 10}) == int64_t{271'999} * 4'000 + 200'000);
  CHECK(standard(sol, {.input = 272'000, .output = 10}) == int64_t{272'000} * 8'000 + 300'000);
  CHECK(standard(sol, {.input = 1, .cache_read = 271'999}) == 8'000 + 271'999 * 800);
  CHECK(price_of("openai", "gpt-6-sol").long_input_from_tokens == 272'001);
  CHECK(standard(price_of("anthropic", "claude-haiku-5-5"), {.cache_write_1h = 100'001}) ==
        100'001 * 1'000);
}

TEST_CASE("what has no price is refused") {
  const ModelPrice& embedding = price_of("openai", "text-embedding-3-small");
  CHECK(standard(embedding, {.input = 1'000}) == 20'000);
  CHECK(code_of(price_tokens(embedding, {.input = 1, .output = 1}, ServiceTier::standard, 0)) ==
        "no_such_rate");
  const ModelPrice& o1 = price_of("openai", "o1");
  CHECK(code_of(price_tokens(o1, {.web_searches = 1}, ServiceTier::standard, 0)) == "no_such_rate");
  CHECK(code_of(price_tokens(o1, {.cache_write_1h = 1}, ServiceTier::standard, 0)) ==
        "no_such_rate");
  CHECK(code_of(price_tokens(o1, {.input = 1}, ServiceTier::flex, 0)) == "no_such_rate");
  CHECK(code_of(price_tokens(o1, {.input = -1}, ServiceTier::standard, 0)) ==
        "amount_out_of_range");
  CHECK(code_of(price_tokens(o1, {.input = 1}, ServiceTier::standard, -1)) ==
        "amount_out_of_range");
  CHECK(code_of(price_tokens(o1, {.input = INT64_MAX}, ServiceTier::standard, 0)) ==
        "amount_out_of_range");
  // The sum fits 128 bits, the amount not 64.
  TokenUsage immense = {.input = 1'000'000'000'000, .output = 1'000'000'000'000};
  CHECK(code_of(price_tokens(price_of("openai", "o1-pro"), immense, ServiceTier::standard,
                             1'000'000)) == "amount_out_of_range");
}

TEST_CASE("tiers are known by the providers' words") {
  CHECK(service_tier_of("default") == ServiceTier::standard);
  CHECK(service_tier_of("standard") == ServiceTier::standard);
  CHECK(service_tier_of("fast") == ServiceTier::priority);
  CHECK(service_tier_of("batch") == ServiceTier::batch);
  CHECK(service_tier_of("flex") == ServiceTier::flex);
  CHECK(!service_tier_of("auto"));
  CHECK(!service_tier_of("scale"));
  CHECK(*price_tokens(price_of("openai", "gpt-5.5"), {.input = 2}, ServiceTier::priority, 0) ==
        25'000);
}

TEST_CASE("mail, messages and storage have prices by the unit") {
  int64_t now_ms = november_2026_ms;
  CHECK(*price_units("sendgrid", "recipients", 1'000, now_ms, 0) == 1'300'000'000);
  CHECK(*price_units("twilio", "segments_us", 3, now_ms, 2'000) == 46'080'000);
  CHECK(*price_units("storage", "byte_months", 1'000'000'000, now_ms, 0) == 15'000'000);
  CHECK(*price_units("storage", "byte_months", 33, now_ms, 0) == 0);  // 0.495
  CHECK(*price_units("storage", "byte_months", 34, now_ms, 0) == 1);  // 0.51
  CHECK(*price_units("storage", "class_a_operations", 2, now_ms, 0) == 9'000);
  CHECK(*price_units("storage", "class_b_operations", 2, now_ms, 0) == 720);
  CHECK(code_of(price_units("storage", "bytes", 1, now_ms, 0)) == "unknown_price");
  CHECK(code_of(price_units("twilio", "-", 1, now_ms, 0)) == "unknown_price");
  CHECK(code_of(price_units("sendgrid", "recipients", -1, now_ms, 0)) == "amount_out_of_range");
  CHECK(code_of(price_units("sendgrid", "recipients", int64_t{1} << 50, now_ms, 0)) ==
        "amount_out_of_range");
}

TEST_CASE("the longest prefix tells what a message costs") {
  CHECK(*sms_unit_type("+12125550100") == "segments_us");
  for (auto to : {"+14165550100", "+17875550100", "+447700900123", "12125550100", "+1", "",
                  "+1212555010x", "+", "+121255501001"}) {
    CAPTURE(to);
    CHECK(!sms_unit_type(to).ok());
  }
}

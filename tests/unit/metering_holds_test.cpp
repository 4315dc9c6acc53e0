#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "shared/metering/metering.h"

using namespace fairway;

namespace {

constexpr ServiceTier tiers[] = {ServiceTier::standard, ServiceTier::batch, ServiceTier::flex,
                                 ServiceTier::priority};

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  int64_t below(int64_t end) { return int64_t(engine_() % uint64_t(end)); }
  // Small and large numbers alike, often just at `edge`.
  int64_t tokens(int64_t edge) {
    switch (below(5)) {
      case 0:
        return below(20);
      case 1:
        return std::max<int64_t>(0, edge + below(5) - 2);
      case 2:
        return edge > 0 ? below(edge * 2) : below(2'000'000);
      default:
        return below(int64_t{1} << below(21));
    }
  }

 private:
  std::mt19937_64 engine_;
};

// Usage within the bounds; the whole input more often than not, in one bucket or in many.
TokenUsage usage_within(const TokenBounds& bounds, Dice& dice) {
  TokenUsage usage;
  int64_t left =
      dice.below(3) == 0 ? dice.below(bounds.input_tokens_max + 1) : bounds.input_tokens_max;
  int64_t* buckets[] = {&usage.input, &usage.cache_read, &usage.cache_write_5m,
                        &usage.cache_write_1h};
  for (int turn = int(dice.below(3)); turn > 0; --turn) {
    int64_t part = dice.below(left + 1);
    *buckets[dice.below(4)] += part;
    left -= part;
  }
  *buckets[dice.below(4)] += left;
  usage.output =
      dice.below(3) == 0 ? dice.below(bounds.output_tokens_max + 1) : bounds.output_tokens_max;
  usage.web_searches = dice.below(bounds.web_searches_max + 1);
  return usage;
}

}  // namespace

TEST_CASE("no usage within the bounds costs more than the hold") {
  Dice dice(1);
  int64_t compared = 0;
  int64_t reached = 0;
  for (int round = 0; round < 40'000; ++round) {
    for (const ModelPrice& price : price_book()) {
      TokenBounds bounds = {dice.tokens(price.long_input_from_tokens), dice.tokens(0),
                            dice.below(8) == 0 ? dice.below(10) : 0};
      ServiceTier tier = tiers[dice.below(4)];
      int64_t markup = dice.below(2) == 0 ? 0 : dice.below(10'000);
      auto hold = hold_for_tokens(price, bounds, tier, markup);
      if (!hold.ok()) continue;
      auto cost = price_tokens(price, usage_within(bounds, dice), tier, markup);
      if (!cost.ok()) continue;
      ++compared;
      if (*cost == *hold) ++reached;
      if (*cost <= *hold) continue;
      FAIL_CHECK(price.model, ": ", *cost, " of ", *hold, " held for ", bounds.input_tokens_max,
                 " + ", bounds.output_tokens_max);
      return;
    }
  }
  CHECK(compared > 1'000'000);
  CHECK(reached > compared / 50);  // the hold is not generous: it is met
}

TEST_CASE("a hold is refused when something within its bounds has no price") {
  auto embedding = find_price("openai", "text-embedding-3-small", 0);
  auto o1 = find_price("openai", "o1", 0);
  REQUIRE((embedding.ok() && o1.ok()));
  CHECK(hold_for_tokens(**embedding, 10, 0, ServiceTier::standard, 0).ok());
  CHECK(!hold_for_tokens(**embedding, 10, 1, ServiceTier::standard, 0).ok());
  CHECK(!hold_for_tokens(**o1, 10, 1, ServiceTier::priority, 0).ok());
  CHECK(!hold_for_tokens(**o1, TokenBounds{10, 1, 1}, ServiceTier::standard, 0).ok());
  CHECK(!hold_for_tokens(**o1, -1, 1, ServiceTier::standard, 0).ok());
  CHECK(!hold_for_tokens(**o1, 1, INT64_MAX, ServiceTier::standard, 0).ok());
}

TEST_CASE("the output that a hold covers is the most that it covers") {
  Dice dice(2);
  int64_t compared = 0;
  for (int round = 0; round < 300; ++round) {
    for (const ModelPrice& price : price_book()) {
      int64_t input = dice.tokens(price.long_input_from_tokens);
      ServiceTier tier = tiers[dice.below(4)];
      int64_t markup = dice.below(5'000);
      int64_t some_output = dice.below(price.output_tokens_max + 1);
      auto enough = hold_for_tokens(price, input, some_output, tier, markup);
      int64_t available = enough.ok() ? *enough - dice.below(3) : dice.below(1'000'000'000);
      int64_t covered = output_tokens_covered(price, input, available, tier, markup);
      REQUIRE(covered >= 0);
      REQUIRE(covered <= price.output_tokens_max);
      if (!enough.ok()) {
        REQUIRE(covered == 0);
        continue;
      }
      ++compared;
      if (covered > 0) {
        auto hold = hold_for_tokens(price, input, covered, tier, markup);
        REQUIRE((hold.ok() && *hold <= available));
      }
      if (covered == price.output_tokens_max) continue;
      auto next = hold_for_tokens(price, input, covered + 1, tier, markup);
      REQUIRE((next.ok() && *next > available));
    }
  }
  CHECK(compared > 8'000);
}

TEST_CASE("what is left may not cover even the input") {
  auto sol = find_price("openai", "gpt-6-sol", 0);
  REQUIRE(sol.ok());
  // A written token costs more than one that is only read: 2,500 nano-dollars.
  CHECK(output_tokens_covered(**sol, 1'000, 2'499'999, ServiceTier::standard, 0) == 0);
  CHECK(output_tokens_covered(**sol, 1'000, 2'510'000, ServiceTier::standard, 0) == 1);
  CHECK(output_tokens_covered(**sol, 1'000, -1, ServiceTier::standard, 0) == 0);
  CHECK(output_tokens_covered(**sol, 1'000, INT64_MAX, ServiceTier::standard, 0) == 128'000);
  TokenBounds bounds = {1'000, 50, 1};
  CHECK(output_tokens_covered(**sol, bounds, 12'500'000, ServiceTier::standard, 0) == 0);
  CHECK(output_tokens_covered(**sol, bounds, 12'530'000, ServiceTier::standard, 0) == 3);
  CHECK(output_tokens_covered(**sol, bounds, INT64_MAX, ServiceTier::standard, 0) == 50);
}

// From usage to nano-dollars, and from bounds to holds.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/metering/exact.h"
#include "shared/metering/metering.h"

namespace fairway {

namespace {

// Rates are per million tokens, tiers and markups in basis points: a sum has this many parts of a
// nano-dollar.
constexpr Wide parts_per_nano = Wide(1'000'000) * whole_basis_points * whole_basis_points;

bool is_priceable(int64_t amount) { return amount >= 0 && amount <= tokens_max; }

Failure no_such_rate(const ModelPrice& price, std::string_view what) {
  return fix_input("no_such_rate",
                   cat({price.provider, " lists no price for ", what, " of ", price.model, "."}));
}

int64_t basis_points_of(const ModelPrice& price, ServiceTier tier) {
  switch (tier) {
    case ServiceTier::standard:
      return whole_basis_points;
    case ServiceTier::batch:
      return price.batch_basis_points;
    case ServiceTier::flex:
      return price.flex_basis_points;
    case ServiceTier::priority:
      return price.priority_basis_points;
  }
  return no_rate;
}

// What multiplies every token and every search, or why the call cannot be priced.
struct Multipliers {
  int64_t tier = 0;
  int64_t with_markup = 0;
};

Outcome<Multipliers> multipliers(const ModelPrice& price, ServiceTier tier,
                                 int64_t markup_basis_points) {
  if (markup_basis_points < 0 || markup_basis_points > markup_basis_points_max)
    return amount_out_of_range();
  int64_t basis_points = basis_points_of(price, tier);
  if (basis_points < 0) return no_such_rate(price, "that service tier");
  return Multipliers{basis_points, whole_basis_points + markup_basis_points};
}

Wide searches_cost(int64_t searches, const TokenRates& rates) {
  return Wide(searches) * Wide(rates.web_search) * 1'000'000 * whole_basis_points;
}

struct Priced {
  int64_t amount;
  int64_t rate;
  std::string_view what;
};

// The most that one input token costs: it may be read, written, or neither.
int64_t dearest_input(const TokenRates& rates) {
  return std::max({rates.input, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h});
}

// The hold at one side of the long input, before tier and markup.
Wide tokens_bound(const TokenRates& rates, int64_t input, int64_t output) {
  Wide cost = Wide(input) * Wide(dearest_input(rates));
  if (output > 0) cost += Wide(output) * Wide(rates.output);
  return cost;
}

}  // namespace

std::optional<ServiceTier> service_tier_of(std::string_view name) {
  if (name == "default" || name == "standard") return ServiceTier::standard;
  if (name == "batch") return ServiceTier::batch;
  if (name == "flex") return ServiceTier::flex;
  if (name == "priority" || name == "fast") return ServiceTier::priority;
  return std::nullopt;
}

Outcome<int64_t> price_tokens(const ModelPrice& price, const TokenUsage& usage, ServiceTier tier,
                              int64_t markup_basis_points) {
  auto factors = multipliers(price, tier, markup_basis_points);
  if (!factors) return factors.failure();
  for (int64_t amount : {usage.input, usage.cache_read, usage.cache_write_5m, usage.cache_write_1h,
                         usage.output, usage.web_searches}) {
    if (!is_priceable(amount)) return amount_out_of_range();
  }
  int64_t input_tokens =
      usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h;
  bool is_long = price.long_input_from_tokens > 0 && input_tokens >= price.long_input_from_tokens;
  const TokenRates& rates = is_long ? price.long_input : price.base;

  const Priced tokens[] = {
      {usage.input, rates.input, "input"},
      {usage.cache_read, rates.cache_read, "cache reads"},
      {usage.cache_write_5m, rates.cache_write_5m, "cache writes"},
      {usage.cache_write_1h, rates.cache_write_1h, "cache writes of an hour"},
      {usage.output, rates.output, "output"},
  };
  Wide cost = 0;
  for (const Priced& one : tokens) {
    if (one.amount == 0) continue;
    if (one.rate < 0) return no_such_rate(price, one.what);
    cost += Wide(one.amount) * Wide(one.rate);
  }
  cost *= Wide(factors->tier);
  if (usage.web_searches > 0) {
    if (rates.web_search < 0) return no_such_rate(price, "web searches");
    cost += searches_cost(usage.web_searches, rates);
  }
  return rounded(cost * Wide(factors->with_markup), parts_per_nano);
}

Outcome<int64_t> hold_for_tokens(const ModelPrice& price, const TokenBounds& bounds,
                                 ServiceTier tier, int64_t markup_basis_points) {
  auto factors = multipliers(price, tier, markup_basis_points);
  if (!factors) return factors.failure();
  for (int64_t amount :
       {bounds.input_tokens_max, bounds.output_tokens_max, bounds.web_searches_max}) {
    if (!is_priceable(amount)) return amount_out_of_range();
  }
  if (bounds.output_tokens_max > 0 && price.base.output < 0) return no_such_rate(price, "output");
  if (bounds.web_searches_max > 0 && price.base.web_search < 0)
    return no_such_rate(price, "web searches");

  int64_t from = price.long_input_from_tokens;
  bool can_be_long = from > 0 && bounds.input_tokens_max >= from;
  int64_t base_input = can_be_long ? from - 1 : bounds.input_tokens_max;
  Wide cost = tokens_bound(price.base, base_input, bounds.output_tokens_max);
  if (can_be_long) {
    cost = std::max(
        cost, tokens_bound(price.long_input, bounds.input_tokens_max, bounds.output_tokens_max));
  }
  cost *= Wide(factors->tier);
  if (bounds.web_searches_max > 0) cost += searches_cost(bounds.web_searches_max, price.base);
  return rounded(cost * Wide(factors->with_markup), parts_per_nano);
}

int64_t output_tokens_covered(const ModelPrice& price, const TokenBounds& bounds,
                              int64_t available_nanos, ServiceTier tier,
                              int64_t markup_basis_points) {
  auto is_covered = [&](int64_t output_tokens) {
    TokenBounds tried = bounds;
    tried.output_tokens_max = output_tokens;
    auto hold = hold_for_tokens(price, tried, tier, markup_basis_points);
    return hold.ok() && *hold <= available_nanos;
  };
  if (!is_covered(0)) return 0;
  int64_t covered = 0;
  int64_t beyond = std::min(bounds.output_tokens_max, price.output_tokens_max) + 1;
  while (beyond - covered > 1) {
    int64_t middle = covered + (beyond - covered) / 2;
    (is_covered(middle) ? covered : beyond) = middle;
  }
  return covered;
}

int64_t output_tokens_covered(const ModelPrice& price, int64_t input_tokens_max,
                              int64_t available_nanos, ServiceTier tier,
                              int64_t markup_basis_points) {
  return output_tokens_covered(price, TokenBounds{input_tokens_max, price.output_tokens_max, 0},
                               available_nanos, tier, markup_basis_points);
}

}  // namespace fairway

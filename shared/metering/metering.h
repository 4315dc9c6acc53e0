// What a call costs: reported usage in disjoint amounts, the dated price book, holds. Pure: no
// Host, no I/O, no clock of its own; all of it is safe to repeat.
//
// Amounts are int64 nano-dollars. A call's cost is one exact sum (128 bits), rounded once, half up.
// What a user pays is the cost plus a markup in basis points (2,000 is 20 % on top).
//
// The book (prices.txt) is compiled in. What it does not hold is refused, never free: a model it
// does not name, a rate that the provider does not list, a service tier without a price. It knows
// text models only. Not priced, so a caller refuses them before a call is sent: audio, images out,
// Anthropic's `speed` and `inference_geo`, OpenAI's cache writes of 12 hours and its tools that are
// paid by the hour or by the call, but for web search. Tokens that a provider's own tools fetch
// count as input: a caller that lets such tools through adds them to its bound.
//
// Failures: fix_input `unknown_model`, `unknown_price`, `no_such_rate`, `amount_out_of_range`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "shared/base/json.h"
#include "shared/base/outcome.h"

namespace fairway {

// --- Language models ----------------------------------------------------------------------------

// The amounts of one call. They do not overlap: a token is in one of them, but for `reasoning`.
struct TokenUsage {
  int64_t input = 0;  // neither read from a cache nor written to one
  int64_t cache_read = 0;
  int64_t cache_write_5m = 0;  // OpenAI's cache writes too, which have one price
  int64_t cache_write_1h = 0;
  int64_t output = 0;
  int64_t reasoning = 0;  // a part of `output`, not priced again
  int64_t web_searches = 0;

  bool operator==(const TokenUsage&) const = default;
};

// Nano-dollars per million tokens, and per search. Each is the provider's own number, none is
// computed from another. `no_rate`: the provider lists none; pricing an amount by it fails.
constexpr int64_t no_rate = -1;
struct TokenRates {
  int64_t input = no_rate;
  int64_t cache_read = no_rate;
  int64_t cache_write_5m = no_rate;
  int64_t cache_write_1h = no_rate;
  int64_t output = no_rate;
  int64_t web_search = no_rate;
};

enum class ServiceTier { standard, batch, flex, priority };

// What one model costs from one instant on. Lives as long as the program.
struct ModelPrice {
  std::string_view provider;  // "openai", "anthropic"
  std::string_view model;     // the main name; other names resolve to it
  int64_t from_ms = 0;        // 0: as long as the model exists
  TokenRates base;
  // From so many input tokens on, cached ones included, the whole call has the other rates;
  // 0: never.
  int64_t long_input_from_tokens = 0;
  TokenRates long_input;
  int64_t output_tokens_max = 0;   // what the provider takes as max_tokens; 0: it makes no tokens
  int64_t context_tokens_max = 0;  // input and output together
  // What the tier makes of the token rates, in basis points: 5,000 is half. `no_rate`: not sold, or
  // not at a listed price. Searches cost the same in every tier.
  int64_t batch_basis_points = no_rate;
  int64_t flex_basis_points = no_rate;
  int64_t priority_basis_points = no_rate;
};

// All rows, those of one model together and in the order of their dates.
std::span<const ModelPrice> price_book();

// The price at that instant. Aliases and dated snapshots of the book resolve ("gpt-4o-2024-08-06").
Outcome<const ModelPrice*> find_price(std::string_view provider, std::string_view model,
                                      int64_t now_ms);

// The tier that an answer or a request names: "default" and "standard", "batch", "flex", "priority"
// and "fast" (OpenAI's new name for it). Nothing for any other word: "auto" does not say what it
// will cost, and "scale" is bought otherwise.
std::optional<ServiceTier> service_tier_of(std::string_view name);

Outcome<int64_t> price_tokens(const ModelPrice& price, const TokenUsage& usage, ServiceTier tier,
                              int64_t markup_basis_points);

// What bounds a call before it is sent. A token has at least one byte, so the bytes of the request
// bound its text; images and files have bounds of their own, by the provider.
struct TokenBounds {
  int64_t input_tokens_max = 0;  // cached or not
  int64_t output_tokens_max = 0;
  int64_t web_searches_max = 0;
};

// The most that price_tokens gives for any usage within the bounds: the dearer side of the long
// input, cache writes where they cost more than input.
Outcome<int64_t> hold_for_tokens(const ModelPrice& price, const TokenBounds& bounds,
                                 ServiceTier tier, int64_t markup_basis_points);
inline Outcome<int64_t> hold_for_tokens(const ModelPrice& price, int64_t input_tokens_max,
                                        int64_t output_tokens_max, ServiceTier tier,
                                        int64_t markup_basis_points) {
  return hold_for_tokens(price, TokenBounds{input_tokens_max, output_tokens_max, 0}, tier,
                         markup_basis_points);
}

// The most output tokens for which hold_for_tokens stays within the available amount, at most the
// model's own maximum; 0 when not even the input is covered, or when it cannot be priced.
int64_t output_tokens_covered(const ModelPrice& price, int64_t input_tokens_max,
                              int64_t available_nanos, ServiceTier tier,
                              int64_t markup_basis_points);
// The same beside web searches; at most bounds.output_tokens_max.
int64_t output_tokens_covered(const ModelPrice& price, const TokenBounds& bounds,
                              int64_t available_nanos, ServiceTier tier,
                              int64_t markup_basis_points);

// Read a provider's own `usage` object. Nothing when it does not report the amounts that are always
// there, when they contradict each other, or when they have no price in the book (audio, fast mode,
// another region): absent is not zero.
// Chat, Responses and embeddings. There the input includes cached and cache-written tokens.
std::optional<TokenUsage> openai_usage(const Json& usage);
// Messages. input_tokens exclude cached ones; cache writes without a split are all of 5 minutes.
std::optional<TokenUsage> anthropic_usage(const Json& usage);
// A stream reports in pieces: members of the later one overwrite, they never add up; null does
// nothing.
void overwrite_usage(Json& usage, const Json& later);

// --- Mail, SMS, storage -------------------------------------------------------------------------

struct SmsSize {
  std::string_view encoding;  // "GSM-7", "UCS-2"
  int32_t units = 0;          // septets, or UTF-16 units
  int32_t segments = 0;       // what is paid for
};
// One character beyond GSM-7 makes the whole message UCS-2. A segment of several carries a header
// (153 septets, 67 units). What belongs together never straddles two: an escape and its character,
// a surrogate pair, a letter and its marks, the parts of an emoji. Bytes that are no UTF-8 count as
// U+FFFD. An empty text is one segment of no units.
SmsSize measure_sms(std::string_view utf8);

// The unit in which an SMS to this E.164 number is priced ("segments_us"); the longest prefix of
// the book decides. unknown_price when it has none.
Outcome<std::string_view> sms_unit_type(std::string_view to);

// service, unit_type: sendgrid, resend: recipients. twilio: see sms_unit_type. storage:
// byte_months, class_a_operations, class_b_operations.
Outcome<int64_t> price_units(std::string_view service, std::string_view unit_type, int64_t units,
                             int64_t now_ms, int64_t markup_basis_points);
// What a provider took, as the owner pays it.
Outcome<int64_t> with_markup(int64_t nanos, int64_t markup_basis_points);

}  // namespace fairway

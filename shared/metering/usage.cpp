// The providers' usage objects, taken apart into amounts that do not overlap.
#include <algorithm>

#include "shared/metering/metering.h"

namespace fairway {

namespace {

// Reads amounts and remembers whether one of them was no amount.
class Amounts {
 public:
  explicit Amounts(const Json& usage) : usage_(usage) {}

  std::optional<int64_t> find(const Json& object, std::string_view name) {
    const Json& found = member(object, name);
    if (found.is_null()) return std::nullopt;
    int64_t amount = integer_or(object, name, -1);
    if (amount < 0) is_usable_ = false;
    return amount;
  }
  std::optional<int64_t> find(std::string_view name) { return find(usage_, name); }
  int64_t find_or_none(const Json& object, std::string_view name) {
    return find(object, name).value_or(0);
  }
  bool is_usable() const { return is_usable_; }

 private:
  const Json& usage_;
  bool is_usable_ = true;
};

const Json& first_of(const Json& usage, std::string_view name, std::string_view other) {
  const Json& found = member(usage, name);
  return found.is_null() ? member(usage, other) : found;
}

bool says(const Json& usage, std::string_view name, std::string_view one, std::string_view other) {
  const Json& found = member(usage, name);
  if (found.is_null()) return true;
  std::string word = text_or(usage, name, "?");
  return word == one || word == other;
}

// Embeddings make no output and do not speak of it; then the total is the input.
std::optional<int64_t> output_of(Amounts& amounts, int64_t input) {
  auto output = amounts.find("completion_tokens");
  if (!output) output = amounts.find("output_tokens");
  if (!output && amounts.find("total_tokens") == input) return 0;
  return output;
}

}  // namespace

std::optional<TokenUsage> openai_usage(const Json& usage) {
  Amounts amounts(usage);
  auto input = amounts.find("prompt_tokens");
  if (!input) input = amounts.find("input_tokens");
  if (!input) return std::nullopt;
  auto output = output_of(amounts, *input);
  if (!output) return std::nullopt;

  const Json& input_details = first_of(usage, "prompt_tokens_details", "input_tokens_details");
  const Json& output_details =
      first_of(usage, "completion_tokens_details", "output_tokens_details");
  TokenUsage read;
  read.cache_read = amounts.find_or_none(input_details, "cached_tokens");
  read.cache_write_5m = amounts.find_or_none(input_details, "cache_write_tokens");
  read.output = *output;
  read.reasoning = std::min(amounts.find_or_none(output_details, "reasoning_tokens"), read.output);
  bool has_audio = amounts.find_or_none(input_details, "audio_tokens") > 0 ||
                   amounts.find_or_none(output_details, "audio_tokens") > 0;
  if (!amounts.is_usable() || has_audio) return std::nullopt;

  if (read.cache_read > *input || read.cache_write_5m > *input - read.cache_read)
    return std::nullopt;
  read.input = *input - read.cache_read - read.cache_write_5m;
  return read;
}

std::optional<TokenUsage> anthropic_usage(const Json& usage) {
  Amounts amounts(usage);
  auto input = amounts.find("input_tokens");
  auto output = amounts.find("output_tokens");
  if (!input || !output) return std::nullopt;

  const Json& split = member(usage, "cache_creation");
  int64_t in_5m = amounts.find_or_none(split, "ephemeral_5m_input_tokens");
  int64_t in_1h = amounts.find_or_none(split, "ephemeral_1h_input_tokens");
  auto written = amounts.find("cache_creation_input_tokens");
  TokenUsage read;
  read.input = *input;
  read.cache_read = amounts.find("cache_read_input_tokens").value_or(0);
  read.output = *output;
  read.reasoning = std::min(
      amounts.find_or_none(member(usage, "output_tokens_details"), "thinking_tokens"), read.output);
  read.web_searches = amounts.find_or_none(member(usage, "server_tool_use"), "web_search_requests");
  bool is_priced = says(usage, "speed", "standard", "standard") &&
                   says(usage, "inference_geo", "global", "not_available");
  if (!amounts.is_usable() || !is_priced) return std::nullopt;

  bool has_room = in_5m <= INT64_MAX - in_1h;
  if (!has_room || (written && in_5m + in_1h > *written)) return std::nullopt;
  read.cache_write_1h = in_1h;
  read.cache_write_5m = written ? *written - in_1h : in_5m;
  return read;
}

void overwrite_usage(Json& usage, const Json& later) {
  if (!later.is_object()) return;
  if (!usage.is_object()) usage = Json::object();
  for (const auto& [name, value] : later.items()) {
    if (!value.is_null()) usage[name] = value;
  }
}

}  // namespace fairway

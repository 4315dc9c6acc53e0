// For tests/metering: answers questions of one JSON object a line, each with one line.
//   {"ask": "book"}                                  every row of the price book
//   {"ask": "find", provider, model, now_ms}         the row that holds then, or a failure
//   {"ask": "cost", provider, model, now_ms, usage}  the provider's usage object in nano-dollars
//   {"ask": "sms", text}
#include <array>
#include <cstdio>
#include <string>

#include "shared/base/text.h"
#include "shared/metering/metering.h"

using namespace fairway;

namespace {

Json to_json(const TokenRates& rates) {
  return {{"input", rates.input},
          {"cache_read", rates.cache_read},
          {"cache_write_5m", rates.cache_write_5m},
          {"cache_write_1h", rates.cache_write_1h},
          {"output", rates.output},
          {"web_search", rates.web_search}};
}

Json to_json(const ModelPrice& price) {
  return {{"provider", price.provider},
          {"model", price.model},
          {"from_ms", price.from_ms},
          {"base", to_json(price.base)},
          {"long_input_from_tokens", price.long_input_from_tokens}};
}

Json book() {
  Json rows = Json::array();
  for (const ModelPrice& price : price_book()) rows.push_back(to_json(price));
  return rows;
}

Outcome<const ModelPrice*> find(const Json& question) {
  return find_price(text_or(question, "provider", ""), text_or(question, "model", ""),
                    integer_or(question, "now_ms", 0));
}

Json cost(const Json& question) {
  auto price = find(question);
  if (!price) return price.failure();
  const Json& reported = member(question, "usage");
  auto usage = (*price)->provider == "openai" ? openai_usage(reported) : anthropic_usage(reported);
  if (!usage) return nullptr;
  auto nanos = price_tokens(**price, *usage, ServiceTier::standard, 0);
  if (!nanos) return nanos.failure();
  return *nanos;
}

Json sms(const Json& question) {
  SmsSize size = measure_sms(text_or(question, "text", ""));
  return {{"encoding", size.encoding}, {"units", size.units}, {"segments", size.segments}};
}

Json answer(const Json& question) {
  std::string ask = text_or(question, "ask", "");
  if (ask == "book") return book();
  if (ask == "cost") return cost(question);
  if (ask == "sms") return sms(question);
  if (ask != "find") return fix_input("invalid_question", "There is no such question.");
  auto price = find(question);
  if (!price) return price.failure();
  return to_json(**price);
}

}  // namespace

int main() {
  std::string input;
  std::array<char, 65536> buffer;
  for (size_t size = 1; size > 0;) {
    size = std::fread(buffer.data(), 1, buffer.size(), stdin);
    input.append(buffer.data(), size);
  }
  for (std::string_view line : split(input, '\n')) {
    if (line.empty()) continue;
    auto question = parse_json(line);
    std::string said = to_text(question.ok() ? answer(*question) : Json(question.failure()));
    std::printf("%s\n", said.c_str());
  }
}

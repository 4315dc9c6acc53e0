// For tests/metering: answers questions of one JSON object a line, each with one line.
//   {"ask": "book"}                                  every row of the price book
//   {"ask": "find", provider, model, now_ms}         the row that holds then, or a failure
//   {"ask": "cost", provider, model, now_ms, usage}  the provider's usage object in nano-dollars
//   {"ask": "sms", text}
//   {"ask": "tokens", encoding, text}                the numbers of its tokens
//   {"ask": "pieces", encoding, text}                what is made into tokens one by one
//   {"ask": "count", encoding, text}                 how many, and the milliseconds that took
// Its only word is the folder of the vocabularies, when tokens are asked for.
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "shared/base/text.h"
#include "shared/metering/metering.h"
#include "shared/metering/token_pieces.h"
#include "shared/metering/tokens.h"

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

std::string read_all(std::FILE* file) {
  std::string bytes;
  std::array<char, 65536> buffer;
  for (size_t size = 1; size > 0;) {
    size = std::fread(buffer.data(), 1, buffer.size(), file);
    bytes.append(buffer.data(), size);
  }
  return bytes;
}

std::string folder_of_ranks;

// Read when it is asked for first, and kept.
const TokenRanks& ranks_of(const std::string& encoding) {
  static std::map<std::string, TokenRanks> known;
  auto found = known.find(encoding);
  if (found != known.end()) return found->second;
  std::FILE* file = std::fopen(cat({folder_of_ranks, "/", encoding, ".ranks"}).c_str(), "rb");
  FAIRWAY_ASSERT(file != nullptr);
  auto ranks = TokenRanks::open(read_all(file));
  std::fclose(file);
  FAIRWAY_ASSERT(ranks.ok() && name_of(ranks->encoding()) == encoding);
  return known.emplace(encoding, std::move(*ranks)).first->second;
}

Json tokens(const Json& question) {
  return encode_tokens(ranks_of(text_or(question, "encoding", "")), text_or(question, "text", ""));
}

Json pieces(const Json& question) {
  std::string encoding = text_or(question, "encoding", "");
  auto known = encoding == "cl100k_base" ? TokenEncoding::cl100k_base : TokenEncoding::o200k_base;
  std::string text = text_or(question, "text", "");
  Json found = Json::array();
  for (std::string_view left = text; !left.empty();) {
    size_t size = piece_size(known, left);
    found.push_back(left.substr(0, size));
    left.remove_prefix(size);
  }
  return found;
}

Json count(const Json& question) {
  const TokenRanks& ranks = ranks_of(text_or(question, "encoding", ""));
  std::string text = text_or(question, "text", "");
  auto start = std::chrono::steady_clock::now();
  int64_t number = count_tokens(ranks, text);
  std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  return {{"count", number}, {"ms", took.count()}};
}

Json answer(const Json& question) {
  std::string ask = text_or(question, "ask", "");
  if (ask == "book") return book();
  if (ask == "cost") return cost(question);
  if (ask == "sms") return sms(question);
  if (ask == "tokens") return tokens(question);
  if (ask == "pieces") return pieces(question);
  if (ask == "count") return count(question);
  if (ask != "find") return fix_input("invalid_question", "There is no such question.");
  auto price = find(question);
  if (!price) return price.failure();
  return to_json(**price);
}

}  // namespace

int main(int count, char** words) {
  if (count > 1) folder_of_ranks = words[1];
  std::string input = read_all(stdin);
  for (std::string_view line : split(input, '\n')) {
    if (line.empty()) continue;
    auto question = parse_json(line);
    std::string said = to_text(question.ok() ? answer(*question) : Json(question.failure()));
    std::printf("%s\n", said.c_str());
  }
}

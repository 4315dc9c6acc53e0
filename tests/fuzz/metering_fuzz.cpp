// libFuzzer: any JSON as a provider's usage, any bytes as a vocabulary, any text as message,
// prompt, model and number. Amounts are never negative, pieces cover the text, segments hold the
// message.
#include <cstddef>
#include <cstdint>

#include "shared/base/text.h"
#include "shared/metering/metering.h"
#include "shared/metering/token_pieces.h"

using namespace fairway;

namespace {

void check_usage(std::string_view text) {
  auto json = parse_json(text);
  if (!json.ok()) return;
  for (const auto& usage : {openai_usage(*json), anthropic_usage(*json)}) {
    if (!usage) continue;
    for (int64_t amount : {usage->input, usage->cache_read, usage->cache_write_5m,
                           usage->cache_write_1h, usage->reasoning, usage->web_searches}) {
      FAIRWAY_ASSERT(amount >= 0);
    }
    FAIRWAY_ASSERT(usage->output >= usage->reasoning);
    for (const ModelPrice& price : price_book()) {
      auto cost = price_tokens(price, *usage, ServiceTier::standard, 1'000);
      FAIRWAY_ASSERT(!cost.ok() || *cost >= 0);
    }
  }
  Json merged = *json;
  overwrite_usage(merged, *json);
}

void check_pieces(std::string_view text) {
  for (auto encoding : {TokenEncoding::cl100k_base, TokenEncoding::o200k_base}) {
    for (std::string_view left = text; !left.empty();) {
      size_t size = piece_size(encoding, left);
      FAIRWAY_ASSERT(size > 0 && size <= left.size() && is_utf8(left.substr(0, size)));
      left.remove_prefix(size);
    }
  }
}

void check_message(std::string_view text) {
  SmsSize size = measure_sms(text);
  bool is_gsm = size.encoding == "GSM-7";
  FAIRWAY_ASSERT(size.segments >= 1 && size.units >= 0);
  FAIRWAY_ASSERT(size.units <= (is_gsm ? 160 : 70) ? size.segments == 1 : size.segments > 1);
  FAIRWAY_ASSERT(size.segments <= 1 + size.units);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_usage(text);
  check_message(text);
  if (is_utf8(text)) check_pieces(text);
  auto found = find_price("openai", text, 1);
  FAIRWAY_ASSERT(found.ok() || found.failure().code == "unknown_model");
  (void)sms_unit_type(text);
  auto ranks = TokenRanks::open(text);
  if (ranks.ok()) (void)ranks->find(text.substr(0, 4));
  return 0;
}

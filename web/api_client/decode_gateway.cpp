#include <utility>

#include "shared/base/text.h"
#include "web/api_client/decode.h"

namespace fairway {
namespace {

constexpr size_t rows_max = 10'000;

Failure unreadable(std::string_view what) {
  return report_bug("unreadable_answer",
                    cat({"Fairway's answer about ", what, " could not be read."}),
                    "Reload the page. If it stays, Fairway must act: send a report.");
}

const Json* list_at(const Json& json, std::string_view name) {
  const Json& list = member(json, name);
  return list.is_array() && list.size() <= rows_max ? &list : nullptr;
}

std::vector<std::string> texts_at(const Json& json, std::string_view name) {
  std::vector<std::string> texts;
  const Json& list = member(json, name);
  if (!list.is_array()) return texts;
  for (const Json& text : list) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

bool flag_at(const Json& json, std::string_view name) { return member(json, name) == Json(true); }

message::Payer payer_of_word(std::string_view word) {
  if (word == "platform") return message::Payer::platform;
  return word == "own" ? message::Payer::own : message::Payer::off;
}

std::vector<message::UsageSum> sums_at(const Json& json, std::string_view name) {
  std::vector<message::UsageSum> sums;
  const Json* list = list_at(json, name);
  if (list == nullptr) return sums;
  for (const Json& sum : *list) {
    sums.push_back({text_or(sum, "name", ""), integer_or(sum, "calls", 0),
                    integer_or(sum, "units", 0), integer_or(sum, "cost_nanos", 0),
                    integer_or(sum, "previous_nanos", 0)});
  }
  return sums;
}

message::UsageCall call_of(const Json& json) {
  const Json& request = member(json, "request");
  message::UsageCall call{.id = text_or(json, "id", ""),
                          .at_ms = integer_or(json, "at_ms", 0),
                          .app_id = text_or(json, "app_id", ""),
                          .service = text_or(json, "service", ""),
                          .endpoint = text_or(json, "endpoint", ""),
                          .model = text_or(json, "model", ""),
                          .units = integer_or(json, "units", 0),
                          .unit_type = text_or(json, "unit_type", ""),
                          .cost_nanos = integer_or(json, "cost_nanos", 0),
                          .hold_nanos = integer_or(request, "hold_nanos", 0),
                          .latency_ms = integer_or(request, "latency_ms", 0),
                          .outcome = text_or(request, "outcome", ""),
                          .upstream_id = text_or(request, "upstream_id", ""),
                          .is_estimated = flag_at(request, "estimated"),
                          .buckets = {}};
  const Json& buckets = member(request, "buckets");
  if (!buckets.is_object()) return call;
  for (const auto& [name, amount] : buckets.items()) {
    if (amount.is_number_integer()) call.buckets.emplace_back(name, amount.get<int64_t>());
  }
  return call;
}

}  // namespace

Outcome<std::vector<message::Service>> decode_services(const Json& json) {
  const Json* list = list_at(json, "services");
  if (list == nullptr) return unreadable("the app's services");
  std::vector<message::Service> services;
  for (const Json& item : *list) {
    services.push_back({.service = text_or(item, "service", ""),
                        .title = text_or(item, "title", ""),
                        .payer = payer_of_word(text_or(item, "payer", "")),
                        .own_key_hint = text_or(item, "own_key_hint", ""),
                        .why_off = text_or(item, "why_off", ""),
                        .variables = texts_at(item, "variables"),
                        .set_by_owner = texts_at(item, "set_by_owner")});
  }
  return services;
}

Outcome<message::AppKey> decode_app_key(const Json& json) {
  message::AppKey key{.id = text_or(json, "id", ""),
                      .name = text_or(json, "name", ""),
                      .hint = text_or(json, "hint", ""),
                      .is_deployed = flag_at(json, "deployed"),
                      .services = texts_at(json, "services"),
                      .models = texts_at(json, "models"),
                      .spend_limit_nanos = integer_or(json, "spend_limit_nanos", 0),
                      .requests_per_minute = integer_or(json, "requests_per_minute", 0),
                      .expires_at_ms = integer_or(json, "expires_at_ms", 0),
                      .created_at_ms = integer_or(json, "created_at_ms", 0),
                      .last_used_at_ms = integer_or(json, "last_used_at_ms", 0),
                      .cost_nanos = integer_or(json, "cost_nanos", 0),
                      .state = text_or(json, "state", ""),
                      .text = text_or(json, "key", "")};
  if (key.id.empty()) return unreadable("the key");
  return key;
}

Outcome<message::AppKeys> decode_app_keys(const Json& json) {
  const Json* list = list_at(json, "keys");
  if (list == nullptr) return unreadable("the app's keys");
  message::AppKeys keys;
  for (const Json& item : *list) {
    auto key = decode_app_key(item);
    if (!key.ok()) return key.failure();
    keys.keys.push_back(std::move(*key));
  }
  const Json& app = member(json, "app");
  keys.limit_nanos = integer_or(app, "limit_nanos", 0);
  keys.cost_nanos = integer_or(app, "cost_nanos", 0);
  return keys;
}

Outcome<message::Usage> decode_usage(const Json& json) {
  const Json* days = list_at(json, "days");
  if (days == nullptr) return unreadable("what was spent");
  message::Usage usage{.month = text_or(json, "month", ""),
                       .from_ms = integer_or(json, "from_ms", 0),
                       .until_ms = integer_or(json, "until_ms", 0),
                       .now_ms = integer_or(json, "now_ms", 0),
                       .cost_nanos = integer_or(json, "cost_nanos", 0),
                       .lent_nanos = integer_or(json, "lent_nanos", 0),
                       .limit_nanos = integer_or(json, "limit_nanos", 0),
                       .forecast_nanos = integer_or(json, "forecast_nanos", 0),
                       .services = sums_at(json, "services"),
                       .apps = sums_at(json, "apps"),
                       .models = sums_at(json, "models"),
                       .days = {}};
  for (const Json& day : *days) {
    usage.days.push_back({integer_or(day, "day", 0), text_or(day, "service", ""),
                          integer_or(day, "calls", 0), integer_or(day, "cost_nanos", 0)});
  }
  return usage;
}

Outcome<message::UsageCalls> decode_usage_calls(const Json& json) {
  const Json* calls = list_at(json, "calls");
  const Json* months = list_at(json, "months");
  if (calls == nullptr || months == nullptr) return unreadable("the calls");
  message::UsageCalls page;
  for (const Json& call : *calls) page.calls.push_back(call_of(call));
  page.next_before = text_or(json, "next_before", "");
  for (const Json& month : *months) {
    page.months.push_back({text_or(month, "month", ""), text_or(month, "service", ""),
                           integer_or(month, "calls", 0), integer_or(month, "cost_nanos", 0)});
  }
  return page;
}

}  // namespace fairway

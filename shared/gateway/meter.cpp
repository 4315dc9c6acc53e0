#include "shared/gateway/meter.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/request_text.h"

namespace fairway {

namespace {

Failure key_unknown() {
  return ask_permission("key_unknown", "This is no key of a deployed app, or not one in use.",
                        "The app's owner makes a key in Fairway and gives it to the app.");
}

Json buckets_of(const TokenUsage& usage) {
  Json buckets = Json::object();
  auto add = [&](const char* name, int64_t amount) {
    if (amount != 0) buckets[name] = amount;
  };
  add("input", usage.input);
  add("cache_read", usage.cache_read);
  add("cache_write_5m", usage.cache_write_5m);
  add("cache_write_1h", usage.cache_write_1h);
  add("output", usage.output);
  add("reasoning", usage.reasoning);
  add("web_searches", usage.web_searches);
  return buckets;
}

int64_t tokens_of(const TokenUsage& usage) {
  return usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h +
         usage.output;
}

// Without a vocabulary: four bytes a token, rounded up, as English text has them.
int64_t estimated_tokens(int64_t bytes) { return (bytes + 3) / 4; }

// Larger requests are not kept for a count that is hardly ever made.
constexpr size_t request_bytes_kept_max = 32 << 10;
// What a chat adds around one message and before its answer.
constexpr int64_t chat_tokens = 7;

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

void to_json(Json& json, const KeyGrant& grant) {
  json = {{"key_id", grant.key_id},
          {"app_id", grant.app_id},
          {"secret_hash", grant.secret_hash},
          {"services", grant.services},
          {"models", grant.models},
          {"requests_per_minute", grant.requests_per_minute},
          {"expires_at_ms", grant.expires_at_ms},
          {"revoked_at_ms", grant.revoked_at_ms},
          {"markup_basis_points", grant.markup_basis_points},
          {"own_keys", grant.own_keys},
          {"off_services", grant.off_services}};
}

KeyGrant key_grant_of(const Json& json) {
  return {.key_id = json.at("key_id"),
          .app_id = json.at("app_id"),
          .secret_hash = json.at("secret_hash"),
          .services = json.at("services"),
          .models = json.at("models"),
          .requests_per_minute = json.at("requests_per_minute"),
          .expires_at_ms = json.at("expires_at_ms"),
          .revoked_at_ms = json.at("revoked_at_ms"),
          .markup_basis_points = json.at("markup_basis_points"),
          .own_keys = json.at("own_keys"),
          .off_services = json.at("off_services")};
}

std::vector<UsageRow> Meter::opening(std::string epoch) {
  epoch_ = std::move(epoch);
  return list_rows(database_, rows_all);
}

void Meter::opened(KeyGrant grant) {
  grant_ = std::move(grant);
  float_nanos_ = 0;
  rate_micros_ = grant_.requests_per_minute * 1'000'000;
}

std::optional<Failure> Meter::check_key(const CallRequest& request, int64_t now_ms) const {
  if (!equal_in_constant_time(request.secret_hash, grant_.secret_hash)) return key_unknown();
  if (grant_.revoked_at_ms != 0) {
    return ask_permission("key_revoked", "This key was revoked.",
                          "The app's owner gives the app a new key.");
  }
  if (grant_.expires_at_ms != 0 && grant_.expires_at_ms <= now_ms) {
    return ask_permission("key_expired", "This key has expired.",
                          "The app's owner gives the app a new key.");
  }
  if (!grant_.services.empty() && !contains(grant_.services, request.service)) {
    return ask_permission("scope_refused", cat({"This key is not for ", request.service, "."}),
                          "The app's owner makes a key for this service.");
  }
  if (contains(grant_.off_services, request.service)) {
    return ask_permission("scope_refused", cat({"This app does not have ", request.service, "."}),
                          "The app's owner switches it on in Fairway, under API keys.");
  }
  return std::nullopt;
}

std::optional<Failure> Meter::check_scope(const ModelCall& call) const {
  if (!call.model.empty() && !grant_.models.empty() && !contains(grant_.models, call.model)) {
    return ask_permission("scope_refused", cat({"This key is not for the model ", call.model, "."}),
                          "The app's owner makes a key for this model.");
  }
  if (!call.previous_response.empty() && !uses_own_key(call.service) &&
      !knows_response(database_, call.previous_response)) {
    return fix_input("previous_response_not_found",
                     "No answer with this id was made with this key in the last 30 days.",
                     "Send the conversation itself.");
  }
  return std::nullopt;
}

// A bucket that holds a minute's requests and fills evenly.
std::optional<Failure> Meter::take_from_rate(int64_t now_ms) {
  int64_t each_minute = grant_.requests_per_minute;
  if (each_minute == 0) return std::nullopt;
  int64_t passed_ms = std::clamp<int64_t>(now_ms - rate_at_ms_, 0, minute_ms);
  rate_at_ms_ = now_ms;
  rate_micros_ = std::min(each_minute * 1'000'000,
                          rate_micros_ + passed_ms * each_minute * 1'000'000 / minute_ms);
  if (rate_micros_ >= 1'000'000) {
    rate_micros_ -= 1'000'000;
    return std::nullopt;
  }
  return retry_later("rate_limited",
                     cat({"This key may make ", decimal(each_minute), " requests a minute."}),
                     "Wait a moment, or the app's owner raises the key's limit.");
}

// A float is for several calls: borrowing is a durable write in the account.
CallNeeds Meter::needs_for(int64_t hold_nanos) const {
  constexpr int64_t calls_per_float = 16, float_nanos_least = 50'000'000;
  int64_t missing = hold_nanos - available_nanos();
  return {missing, missing + std::max(hold_nanos * calls_per_float, float_nanos_least)};
}

bool Meter::uses_own_key(std::string_view service) const {
  return grant_.own_keys.contains(service);
}

Outcome<std::variant<CallStart, CallNeeds>> Meter::begin(const CallRequest& request,
                                                         Borrowing borrowing, int64_t now_ms) {
  using Begun = std::variant<CallStart, CallNeeds>;
  if (auto failure = check_key(request, now_ms)) return *failure;
  if (is_paid_by_unit(request.service)) return begin_unit(request, borrowing, now_ms);
  bool is_own = uses_own_key(request.service);
  auto call = read_model_call(request.service, request.method, request.path, request.body, now_ms,
                              is_own ? KeySource::own : KeySource::platform);
  if (!call.ok()) return call.failure();
  if (is_own) call->price = nullptr;
  if (auto failure = check_scope(*call)) return *failure;
  auto wanted = wanted_bound(*call, grant_.markup_basis_points);
  if (!wanted.ok()) return wanted.failure();
  if (wanted->hold_nanos > available_nanos() && borrowing == Borrowing::possible) {
    return Begun(needs_for(wanted->hold_nanos));
  }
  auto bound = bound_model_call(*call, available_nanos(), grant_.markup_basis_points);
  if (!bound.ok()) return bound.failure();
  if (auto failure = take_from_rate(now_ms)) return *failure;

  CallStart start{.number = ++numbers_,
                  .path = call->path,
                  .body = is_own ? request.body : body_of(*call, *bound, request.body),
                  .is_stream = call->is_stream,
                  .own_key = is_own ? grant_.own_keys.at(request.service) : ""};
  if (bound->output_tokens < call->output_tokens_wanted) {
    start.output_tokens_max = bound->output_tokens;
  }
  held_nanos_ += bound->hold_nanos;
  InFlight flight{.id = request.id,
                  .call = std::move(*call),
                  .unit = std::nullopt,
                  .hold_nanos = bound->hold_nanos,
                  .started_at_ms = now_ms,
                  .request_bytes = int64_t(request.body.size()),
                  .request = "",
                  .is_own_key = is_own,
                  .stream = std::nullopt};
  if (flight.call.is_stream) {
    if (request.body.size() <= request_bytes_kept_max) flight.request = request.body;
    flight.stream.emplace(flight.call.endpoint, flight.call.hides_usage && !is_own
                                                    ? UsageEvents::hidden
                                                    : UsageEvents::shown);
  }
  calls_.emplace(start.number, std::move(flight));
  return Begun(std::move(start));
}

bool Meter::feed(uint32_t number, std::string_view bytes, std::string& passed) {
  auto found = calls_.find(number);
  FAIRWAY_ASSERT(found != calls_.end() && found->second.stream.has_value());
  found->second.stream->feed(bytes, passed);
  return found->second.stream->facts().is_complete;
}

void Meter::end_stream(uint32_t number, std::string& passed) {
  auto found = calls_.find(number);
  FAIRWAY_ASSERT(found != calls_.end() && found->second.stream.has_value());
  found->second.stream->end(passed);
}

std::optional<TokenEncoding> Meter::vocabulary_for(uint32_t number) const {
  const InFlight& flight = calls_.at(number);
  if (!flight.stream || flight.call.service != "openai") return std::nullopt;
  const AnswerFacts& facts = flight.stream->facts();
  if (facts.usage && facts.is_complete) return std::nullopt;
  return token_encoding_of(flight.call.model);
}

TokenUsage Meter::charged_usage(const InFlight& flight, const AnswerFacts& facts,
                                const TokenRanks* vocabulary, UsageRow& row) const {
  TokenUsage usage = facts.usage.value_or(TokenUsage{});
  bool is_embedding = flight.call.endpoint == ModelEndpoint::embeddings;
  if (!facts.usage) {
    bool is_counted = vocabulary != nullptr && !flight.request.empty();
    usage.input = is_counted
                      ? count_tokens(*vocabulary, text_of_request(flight.request)) + chat_tokens
                      : estimated_tokens(flight.request_bytes);
    row.is_estimated = true;
  }
  if (!is_embedding && (!facts.usage || !facts.is_complete)) {
    int64_t seen = vocabulary != nullptr ? count_tokens(*vocabulary, facts.text)
                                         : estimated_tokens(int64_t(facts.text.size()));
    if (seen > usage.output) {
      usage.output = seen;
      row.is_estimated = true;
    }
  }
  return usage;
}

UsageRow Meter::end(uint32_t number, const CallEnd& end, int64_t now_ms) {
  auto found = calls_.find(number);
  FAIRWAY_ASSERT(found != calls_.end());
  InFlight flight = std::move(found->second);
  calls_.erase(found);
  const ModelCall& call = flight.call;
  UsageRow row{.id = flight.id,
               .at_ms = now_ms,
               .service = call.service,
               .endpoint = std::string(name_of(call.endpoint)),
               .model = call.model,
               .unit_type = "tokens",
               .buckets = Json::object(),
               .hold_nanos = flight.hold_nanos,
               .latency_ms = now_ms - flight.started_at_ms,
               .outcome = "failed",
               .upstream_id = end.upstream_id};
  held_nanos_ -= flight.hold_nanos;
  bool has_answer = end.status >= 200 && end.status < 300;
  if (flight.unit) {
    charge_unit(flight, end, now_ms, row);
  } else if (has_answer) {
    AnswerFacts facts =
        flight.stream ? flight.stream->facts() : read_answer(call.endpoint, end.body);
    bool is_whole = end.how != CallEnd::How::cut && facts.is_complete;
    row.outcome = !facts.error.empty() ? "failed" : is_whole ? "ok" : "cut";
    if (!facts.response_id.empty()) remember_response(database_, facts.response_id, now_ms);
    bool is_metered =
        call.endpoint != ModelEndpoint::models && call.endpoint != ModelEndpoint::count_tokens;
    if (is_metered) {
      TokenUsage usage = charged_usage(flight, facts, end.vocabulary, row);
      row.units = tokens_of(usage);
      row.buckets = buckets_of(usage);
      if (call.price != nullptr) {
        auto cost = price_tokens(*call.price, usage, facts.tier.value_or(call.tier),
                                 grant_.markup_basis_points);
        int64_t nanos = cost.ok() ? *cost : flight.hold_nanos;
        row.is_estimated |= !cost.ok();
        row.cost_nanos = std::min(nanos, flight.hold_nanos);
        row.absorbed_nanos = nanos - row.cost_nanos;
      }
    }
  }
  float_nanos_ -= row.cost_nanos;
  put_row(database_, row);
  return row;
}

int64_t Meter::take_rest() {
  int64_t rest = available_nanos();
  float_nanos_ -= rest;
  return rest;
}

std::vector<UsageRow> Meter::undelivered(size_t count_max) {
  return list_rows(database_, count_max);
}

void Meter::delivered(const std::vector<std::string>& ids) {
  for (const auto& id : ids) forget_row(database_, id);
}

}  // namespace fairway

#include "worker/meter_runs.h"

#include "shared/base/hash.h"
#include "shared/base/text.h"
#include "shared/gateway/app_key.h"
#include "shared/gateway/serve_meter.h"
#include "shared/gateway/upstream.h"

namespace fairway::worker {

namespace {

Json headers_json(const std::vector<Header>& headers) {
  Json list = Json::array();
  for (const auto& header : headers) list.push_back({header.name, header.value});
  return list;
}

std::vector<Header> headers_of(const Json& list) {
  std::vector<Header> headers;
  for (const Json& header : list) headers.push_back({header.at(0), header.at(1)});
  return headers;
}

Frame refused(std::string_view service, const Failure& failure, std::string_view id) {
  Refusal refusal = refusal_of(service, failure, id);
  return {{{"refusal", {{"status", refusal.status}, {"headers", headers_json(refusal.headers)}}}},
          std::move(refusal.body)};
}

Frame parsed(const std::string& text) {
  auto key = parse_app_key(text);
  if (!key) key = parse_storage_id(text);
  if (!key) return {Json::object(), ""};
  return {{{"key_id", key->key_id}, {"account", key->account}}, ""};
}

// What a provider that is paid by the piece gets beside the caller's headers. True when it knows a
// call that comes again: by a name of our own, since all callers share the platform's account.
bool make_unit_headers(std::vector<Header>& headers, const CallStart& start,
                       std::string_view service, std::string_view key_id) {
  if (start.content_type.empty()) return true;
  std::string name;
  for (const auto& header : headers) {
    if (header.name == "idempotency-key") name = header.value;
  }
  std::erase_if(headers, [](const Header& header) {
    return header.name == "content-type" || header.name == "accept";
  });
  headers.push_back({"accept", "application/json"});
  if (!start.body.empty()) headers.push_back({"content-type", start.content_type});
  if (service != "resend" || name.empty()) return false;
  headers.push_back({"x-fairway-name", blake3_hex(cat({key_id, " ", name}), 64)});
  return true;
}

CallEnd::How how_of(std::string_view word) {
  if (word == "whole") return CallEnd::How::whole;
  return word == "stream" ? CallEnd::How::stream : CallEnd::How::cut;
}

}  // namespace

Frame MeterRuns::begin(const Json& question, std::string body) {
  std::string id = question.at("id"), service = question.at("service");
  auto key = parse_app_key(question.at("key").get<std::string>());
  const Settings& settings = host_.settings;
  std::string_view provider = provider_of(settings, service);
  std::string off = why_service_is_off(settings, provider);
  if (!off.empty() && !meter_.uses_own_key(provider)) {
    return refused(service, retry_later("service_off", off, "The operator must act."), id);
  }
  std::string secret_hash = key ? key->secret_hash : "";
  if (question.contains("signed")) secret_hash = meter_.grant().secret_hash;
  CallRequest request{.id = id,
                      .secret_hash = std::move(secret_hash),
                      .service = std::string(provider),
                      .method = question.at("method"),
                      .path = question.at("path"),
                      .body = std::move(body),
                      .form = provider == service ? CallForm::sdk : CallForm::plain,
                      .terms = {.email_from = settings.gateway_email_from,
                                .sms_from = settings.gateway_sms_from,
                                .sms_account = settings.twilio_account_sid,
                                .callback_url = question.at("callback")}};
  auto borrowing = question.contains("has_borrowed") ? Borrowing::done : Borrowing::possible;
  return begun_frame(question, meter_.begin(request, borrowing, host_.clock.now_ms()));
}

Frame MeterRuns::begun_frame(const Json& question,
                             Outcome<std::variant<CallStart, CallNeeds>> begun) {
  std::string id = question.at("id"), service = question.at("service");
  if (!begun.ok()) return refused(service, begun.failure(), id);
  if (auto* needs = std::get_if<CallNeeds>(&*begun)) {
    return {{{"needs", {{"nanos_min", needs->nanos_min}, {"nanos_wanted", needs->nanos_wanted}}}},
            ""};
  }
  auto& start = std::get<CallStart>(*begun);
  if (service == "storage") {
    return {{{"start",
              {{"number", start.number},
               {"operation", meter_.unit_call(start.number)->endpoint},
               {"app_id", meter_.grant().app_id}}}},
            ""};
  }
  auto headers = headers_of(question.at("headers"));
  std::string_view provider = provider_of(host_.settings, service);
  bool is_known_there = make_unit_headers(headers, start, provider, meter_.grant().key_id);
  auto upstream = upstream_request(host_.settings, provider, start.path, headers, start.own_key);
  return {{{"start",
            {{"number", start.number},
             {"url", upstream.url},
             {"headers", headers_json(upstream.headers)},
             {"stream", start.is_stream},
             {"repeatable", start.content_type.empty() || start.body.empty() || is_known_there},
             {"output_tokens_max", start.output_tokens_max}}}},
          std::move(start.body)};
}

// What lies in the storage of the key's app, since it was looked at last.
Frame MeterRuns::stored(const Json& question) {
  UnitCall call = stored_bytes_call(question.at("bytes"), question.at("duration_ms"));
  auto borrowing = question.contains("has_borrowed") ? Borrowing::done : Borrowing::possible;
  return begun_frame(question, meter_.begin_stored(question.at("id"), std::move(call), borrowing,
                                                   host_.clock.now_ms()));
}

Json MeterRuns::signers() const {
  Json secrets = Json::array();
  for (const auto& master : master_keys(host_.settings)) {
    const KeyGrant& grant = meter_.grant();
    secrets.push_back(storage_credential(grant.key_id, "", grant.secret_hash, master.bytes).secret);
  }
  return {{"secrets", std::move(secrets)}, {"app_id", meter_.grant().app_id}};
}

// A call that is answered from memory: whether its key may make it at all.
Frame MeterRuns::check(const Json& question) {
  std::string id = question.at("id"), service = question.at("service");
  auto key = parse_app_key(question.at("key").get<std::string>());
  CallRequest request;
  request.secret_hash = key ? key->secret_hash : "";
  request.service = provider_of(host_.settings, service);
  auto failure = meter_.check_key(request, host_.clock.now_ms());
  return failure ? refused(service, *failure, id) : Frame{Json::object(), ""};
}

// A message that was charged and whose carrier's price is not known yet.
Frame MeterRuns::message(const std::string& id) {
  if (!meter_.awaits_price(id)) return {Json::object(), ""};
  UpstreamRequest request = message_request(host_.settings, id);
  return {{{"url", request.url}, {"headers", headers_json(request.headers)}}, ""};
}

Frame MeterRuns::priced(const std::string& id, std::string_view body) {
  MessageState state = read_message_state(body);
  if (!state.is_over || !state.price_nanos) return {Json::object(), ""};
  auto row = meter_.settle_price(id, *state.price_nanos);
  return row ? Frame{{{"row", *row}}, ""} : Frame{Json::object(), ""};
}

Frame MeterRuns::end(const Json& question, std::string body) {
  std::string how = question.at("how");
  uint32_t number = question.at("number");
  CallEnd end{.status = question.at("status"),
              .upstream_id = question.at("upstream_id"),
              .how = how_of(how),
              .body = std::move(body),
              .vocabulary = nullptr};
  bool has_answer = end.status >= 200 && end.status < 300;
  if (auto encoding = meter_.vocabulary_for(number); encoding && has_answer) {
    auto found = vocabularies_.find(*encoding);
    if (found != vocabularies_.end()) {
      end.vocabulary = &found->second;
    } else if (!question.contains("without_vocabulary")) {
      return {{{"needs_vocabulary", name_of(*encoding)}}, ""};
    }
  }
  return charged(number, end);
}

Frame MeterRuns::charged(uint32_t number, const CallEnd& end) {
  std::string service = meter_.service_of(number);
  // Of their own key the owner sees what the provider says.
  bool is_refused = !meter_.uses_own_key(service) && refuses_our_key(service, end.status, end.body);
  Frame frame{{{"key_refused", is_refused}}, ""};
  const UnitCall* call = meter_.unit_call(number);
  if (call != nullptr && call->form == CallForm::plain) {
    auto answer = read_unit_answer(*call, end.status, end.upstream_id, end.body);
    PlainAnswer plain = plain_answer(*call, end.status, answer);
    frame.control["plain"] = {{"status", plain.status}};
    frame.bytes = std::move(plain.body);
  }
  UsageRow row = meter_.end(number, end, host_.clock.now_ms());
  if (service == "twilio" && row.cost_nanos > 0) frame.control["awaits_price"] = true;
  frame.control["row"] = row;
  return frame;
}

Frame MeterRuns::answer(const Json& question, std::string bytes) {
  std::string op = question.at("op");
  if (op == "begin") return begin(question, std::move(bytes));
  if (op == "end") return end(question, std::move(bytes));
  if (op == "check") return check(question);
  if (op == "stored") return stored(question);
  if (op == "signers") return {signers(), ""};
  if (op == "message") return message(question.at("id"));
  if (op == "unpriced") {
    return {{{"ids", meter_.unpriced(question.at("count").get<size_t>())}}, ""};
  }
  if (op == "priced") return priced(question.at("id"), bytes);
  if (op == "parse") return parsed(question.at("key"));
  if (op == "deliver") {
    return {{{"rows", meter_.undelivered(question.at("count").get<size_t>())}}, ""};
  }
  if (op == "rest") return {{{"nanos", meter_.take_rest()}}, ""};
  if (op == "refuse") {
    return refused(question.at("service").get<std::string>(), question.at("failure"),
                   question.at("id").get<std::string>());
  }
  if (op == "tail") {
    std::string passed;
    meter_.end_stream(question.at("number"), passed);
    return {Json::object(), std::move(passed)};
  }
  if (op == "open") {
    create_meter_tables(host_.database);
    return {{{"rows", meter_.opening(question.at("epoch"))}}, ""};
  }
  if (op == "vocabulary") {
    auto vocabulary = TokenRanks::open(std::move(bytes));
    if (vocabulary.ok()) vocabularies_.emplace(vocabulary->encoding(), std::move(*vocabulary));
  } else if (op == "borrowed") {
    meter_.borrowed(question.at("nanos"));
  } else if (op == "delivered") {
    meter_.delivered(question.at("ids"));
  } else if (op == "opened") {
    meter_.opened(key_grant_of(question.at("grant")));
  } else {
    FAIRWAY_ASSERT(op == "changed");
    meter_.changed(key_grant_of(question.at("grant")));
  }
  return {Json::object(), ""};
}

}  // namespace fairway::worker

#include "shared/gateway/unit_call.h"

#include <algorithm>
#include <numeric>

#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/base/time.h"

namespace fairway {

namespace {

constexpr size_t body_bytes_max = 10 << 20;

// "-0.00830" dollars, the sign left out; rounded up to the nano.
std::optional<int64_t> nanos_of_dollars(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  size_t point = std::min(text.find('.'), text.size());
  auto whole = parse_decimal(text.substr(0, point));
  std::string fraction(text.substr(std::min(point + 1, text.size())));
  if (!whole || *whole < 0 || *whole > 1'000'000 || fraction.size() > 18) return std::nullopt;
  bool is_plain = fraction.find_first_not_of("0123456789") == std::string::npos;
  if (!is_plain) return std::nullopt;
  bool has_more = fraction.size() > 9 && fraction.find_first_not_of('0', 9) != std::string::npos;
  fraction.resize(9, '0');
  return *whole * nanos_per_dollar + *parse_decimal(fraction) + (has_more ? 1 : 0);
}

void read_resend_answer(const UnitCall& call, const Json& body, UnitAnswer& answer) {
  std::string id = text_or(body, "id", "");
  if (!id.empty()) answer.ids.push_back(id);
  const Json& list = member(body, "data");
  if (list.is_array()) {
    for (const Json& one : list) {
      if (std::string each = text_or(one, "id", ""); !each.empty()) answer.ids.push_back(each);
    }
  }
  // A permissive batch tells which of its mails were not sent.
  const Json& errors = member(body, "errors");
  if (!errors.is_array()) return;
  std::vector<int64_t> units = call.units;
  for (const Json& error : errors) {
    int64_t index = integer_or(error, "index", -1);
    if (index >= 0 && index < int64_t(units.size())) units[size_t(index)] = 0;
  }
  answer.units = std::accumulate(units.begin(), units.end(), int64_t{0});
}

void read_twilio_answer(const Json& body, UnitAnswer& answer) {
  if (std::string id = text_or(body, "sid", ""); !id.empty()) answer.ids.push_back(id);
  answer.status = text_or(body, "status", "");
  auto segments = parse_decimal(text_or(body, "num_segments", ""));
  if (segments && *segments > 0) answer.units = std::min(answer.units, *segments);
}

std::string words_of_error(const Json& body) {
  const Json& errors = member(body, "errors");
  if (errors.is_array() && !errors.empty()) return text_or(errors[0], "message", "");
  return text_or(body, "message", "");
}

}  // namespace

int64_t units_of(const UnitCall& call) {
  return std::accumulate(call.units.begin(), call.units.end(), int64_t{0});
}

bool is_paid_by_unit(std::string_view service) {
  return service == "sendgrid" || service == "resend" || service == "twilio" ||
         service == "storage";
}

Outcome<UnitCall> read_unit_call(const UnitRequest& request, const UnitTerms& terms) {
  if (request.body.size() > body_bytes_max) {
    return fix_input("body_too_large", "The request is larger than 10 MiB.", "Send less at once.");
  }
  if (request.form == CallForm::plain && request.path != "/send") return no_such_route();
  UnitCall call;
  call.service = request.service;
  call.content_type = "application/json";
  call.form = request.form;
  if (request.service == "sendgrid") return read_sendgrid_call(std::move(call), request, terms);
  if (request.service == "resend") return read_resend_call(std::move(call), request, terms);
  if (request.service == "storage") return read_storage_call(std::move(call), request);
  return read_twilio_call(std::move(call), request, terms);
}

UnitCall stored_bytes_call(int64_t bytes, int64_t duration_ms) {
  constexpr int64_t month_ms = 30 * day_ms;
  using Wide = unsigned __int128;
  Wide units = (Wide(std::max<int64_t>(bytes, 0)) * Wide(std::max<int64_t>(duration_ms, 0)) +
                Wide(month_ms - 1)) /
               Wide(month_ms);
  UnitCall call;
  call.service = "storage";
  call.endpoint = "stored";
  call.unit_type = "byte_months";
  call.units = {int64_t(std::min(units, Wide(INT64_MAX)))};
  return call;
}

UnitAnswer read_unit_answer(const UnitCall& call, int status, std::string_view header_id,
                            std::string_view body) {
  UnitAnswer answer;
  if (call.service == "storage") {
    // An object that is not there was looked for, too.
    answer.is_sent = status >= 200 && status < 500;
    answer.units = answer.is_sent ? units_of(call) : 0;
    return answer;
  }
  auto json = parse_json(body);
  if (status < 200 || status >= 300) {
    if (json.ok()) answer.error = words_of_error(*json);
    return answer;
  }
  // SendGrid answers 200 to a mail that it was asked only to check.
  answer.is_sent = !call.units.empty() && (call.service != "sendgrid" || status == 202);
  if (!answer.is_sent) return answer;
  answer.units = units_of(call);
  if (!header_id.empty()) answer.ids.emplace_back(header_id);
  if (json.ok() && call.service == "resend") read_resend_answer(call, *json, answer);
  if (json.ok() && call.service == "twilio") read_twilio_answer(*json, answer);
  return answer;
}

PlainAnswer plain_answer(const UnitCall& call, int status, const UnitAnswer& answer) {
  if (!answer.is_sent) {
    std::string words = answer.error.empty() ? "The provider refused it." : answer.error;
    return {status, to_text({{"error", {{"code", "provider_refused"}, {"message", words}}}})};
  }
  Json body = {{"id", answer.ids.empty() ? "" : answer.ids[0]}};
  if (call.service == "twilio") {
    body["status"] = answer.status;
    body["segments"] = answer.units;
  } else {
    body["recipients"] = answer.units;
  }
  return {200, to_text(body)};
}

MessageState read_message_state(std::string_view body) {
  MessageState state;
  auto json = parse_json(body);
  if (!json.ok()) return state;
  std::string status = text_or(*json, "status", "");
  for (auto last : {"delivered", "undelivered", "failed", "canceled", "read"}) {
    state.is_over |= status == last;
  }
  if (text_or(*json, "price_unit", "USD") != "USD") return state;
  std::string price = text_or(*json, "price", "");
  if (!price.empty()) state.price_nanos = nanos_of_dollars(price);
  return state;
}

Failure no_such_route() {
  return fix_input("route_not_found", "The gateway does not offer this address.",
                   "See the list in Fairway's documentation.");
}

Failure member_not_sold(std::string_view name) {
  return fix_input("not_sold", cat({"The gateway does not sell ", to_utf8(name, 100), "."}),
                   "Leave it out, or call the provider with a key of your own.");
}

}  // namespace fairway

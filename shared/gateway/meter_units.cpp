// The meter's calls that are paid by the piece (unit_call.h).
#include <algorithm>

#include "shared/gateway/meter.h"

namespace fairway {

Outcome<std::variant<CallStart, CallNeeds>> Meter::begin_unit(const CallRequest& request,
                                                              Borrowing borrowing, int64_t now_ms) {
  auto call = read_unit_call(
      {request.service, request.method, request.path, request.body, request.form}, request.terms);
  if (!call.ok()) return call.failure();
  if (!call->read_id.empty() && !knows_response(database_, call->read_id)) {
    return fix_input("not_found", "Nothing with this id was sent with this key in 30 days.");
  }
  return start_unit(request.id, std::move(*call), borrowing, now_ms);
}

Outcome<std::variant<CallStart, CallNeeds>> Meter::begin_stored(const std::string& id,
                                                                UnitCall call, Borrowing borrowing,
                                                                int64_t now_ms) {
  return start_unit(id, std::move(call), borrowing, now_ms);
}

Outcome<std::variant<CallStart, CallNeeds>> Meter::start_unit(const std::string& id, UnitCall call,
                                                              Borrowing borrowing, int64_t now_ms) {
  using Begun = std::variant<CallStart, CallNeeds>;
  bool is_own = uses_own_key(call.service);
  int64_t hold_nanos = 0;
  if (units_of(call) > 0 && !is_own) {
    auto hold = price_units(call.service, call.unit_type, units_of(call), now_ms,
                            grant_.markup_basis_points);
    if (!hold.ok()) return hold.failure();
    hold_nanos = *hold;
  }
  if (hold_nanos > available_nanos()) {
    if (borrowing == Borrowing::possible) return Begun(needs_for(hold_nanos));
    return spend_limit_reached();
  }
  bool is_asked = call.unit_type != "byte_months";
  if (auto failure = is_asked ? take_from_rate(now_ms) : std::nullopt) return *failure;
  held_nanos_ += hold_nanos;
  CallStart start{.number = ++numbers_,
                  .path = call.path,
                  .body = std::move(call.body),
                  .is_stream = false,
                  .own_key = is_own ? grant_.own_keys.at(call.service) : "",
                  .content_type = call.content_type};
  call.body.clear();
  ModelCall names;
  names.service = call.service;
  calls_.emplace(start.number, InFlight{.id = id,
                                        .call = std::move(names),
                                        .unit = std::move(call),
                                        .hold_nanos = hold_nanos,
                                        .started_at_ms = now_ms,
                                        .request_bytes = 0,
                                        .request = "",
                                        .is_own_key = is_own,
                                        .stream = std::nullopt});
  return Begun(std::move(start));
}

const UnitCall* Meter::unit_call(uint32_t number) const {
  auto found = calls_.find(number);
  if (found == calls_.end() || !found->second.unit) return nullptr;
  return &*found->second.unit;
}

void Meter::charge_unit(const InFlight& flight, const CallEnd& end, int64_t now_ms, UsageRow& row) {
  const UnitCall& call = *flight.unit;
  row.endpoint = call.endpoint;
  row.unit_type = call.unit_type;
  UnitAnswer answer = read_unit_answer(call, end.status, end.upstream_id, end.body);
  bool is_well = end.status >= 200 && end.status < 300;
  row.outcome = end.status == 0 || end.how == CallEnd::How::cut ? "cut" : is_well ? "ok" : "failed";
  if (!answer.ids.empty()) row.upstream_id = answer.ids[0];
  if (!answer.is_sent) return;
  row.units = answer.units;
  row.buckets = {{call.unit_type, answer.units}};
  if (flight.hold_nanos > 0) {
    auto cost =
        price_units(call.service, call.unit_type, answer.units, now_ms, grant_.markup_basis_points);
    row.cost_nanos = cost.ok() ? std::min(*cost, flight.hold_nanos) : flight.hold_nanos;
  }
  for (const auto& id : answer.ids) remember_response(database_, id, now_ms);
  bool awaits = call.service == "twilio" && !flight.is_own_key && !answer.ids.empty();
  if (awaits) remember_message(database_, answer.ids[0], row);
}

bool Meter::awaits_price(const std::string& message_id) const {
  return find_message(database_, message_id).has_value();
}

std::vector<std::string> Meter::unpriced(size_t count_max) const {
  return list_messages(database_, count_max);
}

std::optional<UsageRow> Meter::settle_price(const std::string& message_id, int64_t price_nanos) {
  auto message = find_message(database_, message_id);
  auto price = with_markup(price_nanos, grant_.markup_basis_points);
  if (!message || !price.ok()) return std::nullopt;
  forget_message(database_, message_id);
  int64_t beyond = *price - message->cost_nanos;
  // Of the time of the message, so that the month that paid gets it back.
  UsageRow row = std::move(*message);
  row.id += "_price";
  row.endpoint = "messages/price";
  row.units = 0;
  row.buckets = Json::object();
  row.hold_nanos = 0;
  row.cost_nanos = std::min<int64_t>(beyond, 0);
  row.absorbed_nanos = std::max<int64_t>(beyond, 0);
  put_row(database_, row);
  return row;
}

}  // namespace fairway

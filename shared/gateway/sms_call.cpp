// Messages: Twilio's POST and GET of /2010-04-01/Accounts/{Sid}/Messages, and the plain form.
//
// Sold are texts to telephone numbers that have a price. Pictures, WhatsApp, services with senders
// of their own and messages for later are not: their price is another one, or nobody's before they
// are sent.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/gateway/unit_call.h"
#include "shared/metering/metering.h"

namespace fairway {

namespace {

constexpr std::string_view folder = "/2010-04-01/Accounts/";
constexpr size_t text_characters_max = 1600;
constexpr std::string_view fields_sold[] = {"To", "From", "Body", "SmartEncoded", "ValidityPeriod"};

struct Field {
  std::string name, value;
};

Outcome<std::vector<Field>> read_form(std::string_view body) {
  std::vector<Field> fields;
  for (auto pair : split(body, '&')) {
    if (pair.empty()) continue;
    size_t equals = std::min(pair.find('='), pair.size());
    auto decoded = [](std::string_view text) {
      return url_decode(replace_all(std::string(text), "+", " "));
    };
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value || !is_utf8(*value)) {
      return fix_input("invalid_field", "The body must be a form in UTF-8.");
    }
    bool is_again = std::any_of(fields.begin(), fields.end(),
                                [&](const Field& field) { return field.name == *name; });
    if (is_again) return fix_input("invalid_field", cat({*name, " is there twice."}));
    fields.push_back({std::move(*name), std::move(*value)});
  }
  return fields;
}

std::string value_of(const std::vector<Field>& fields, std::string_view name) {
  for (const auto& field : fields) {
    if (field.name == name) return field.value;
  }
  return "";
}

std::string form_of(const std::vector<Field>& fields) {
  std::vector<std::string> pairs;
  for (const auto& field : fields) {
    pairs.push_back(cat({url_encode(field.name), "=", url_encode(field.value)}));
  }
  return join(pairs, "&");
}

size_t characters_of(std::string_view utf8) {
  return size_t(std::count_if(utf8.begin(), utf8.end(),
                              [](char byte) { return (uint8_t(byte) & 0xc0) != 0x80; }));
}

Outcome<std::vector<Field>> read_plain(std::string_view body) {
  auto json = parse_json(body);
  if (!json.ok()) return json.failure();
  Fields fields(*json);
  std::vector<Field> form = {{"To", fields.text("to", {1, 20})},
                             {"Body", fields.text("text", {1, 4 * text_characters_max})}};
  std::string from = fields.text_or("from", "");
  if (!from.empty()) form.push_back({"From", from});
  if (auto failure = fields.failure()) return *failure;
  return form;
}

bool is_account(std::string_view text) {
  return text.size() == 34 && text.starts_with("AC") && is_hex(text.substr(2), 32);
}

bool is_message(std::string_view text) {
  return text.size() == 34 && (text.starts_with("SM") || text.starts_with("MM")) &&
         is_hex(text.substr(2), 32);
}

// The path behind the account: "/Messages.json"; the platform's account takes the caller's place.
std::optional<std::string_view> path_behind_account(std::string_view path) {
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  size_t slash = path.find('/');
  if (slash == std::string_view::npos || !is_account(path.substr(0, slash))) return std::nullopt;
  return path.substr(slash);
}

Outcome<UnitCall> send_message(UnitCall call, std::vector<Field> fields, const UnitTerms& terms) {
  for (const auto& field : fields) {
    bool is_sold = std::find(std::begin(fields_sold), std::end(fields_sold), field.name) !=
                   std::end(fields_sold);
    if (!is_sold && !field.value.empty()) return member_not_sold(field.name);
  }
  std::string text = value_of(fields, "Body");
  if (text.empty()) return fix_input("invalid_field", "The message has no text.");
  if (characters_of(text) > text_characters_max) {
    return fix_input("invalid_field", "A message has at most 1600 characters.");
  }
  auto unit_type = sms_unit_type(value_of(fields, "To"));
  if (!unit_type.ok()) return unit_type.failure();
  call.unit_type = *unit_type;
  call.units = {measure_sms(text).segments};
  if (value_of(fields, "From").empty()) {
    if (terms.sms_from.empty()) return fix_input("invalid_field", "From must be given.");
    std::erase_if(fields, [](const Field& field) { return field.name == "From"; });
    fields.push_back({"From", terms.sms_from});
  }
  if (!terms.callback_url.empty()) fields.push_back({"StatusCallback", terms.callback_url});
  call.content_type = "application/x-www-form-urlencoded";
  call.body = form_of(fields);
  return call;
}

}  // namespace

Outcome<UnitCall> read_twilio_call(UnitCall call, const UnitRequest& request,
                                   const UnitTerms& terms) {
  call.endpoint = "messages";
  std::string ours = cat({folder, terms.sms_account, "/Messages"});
  if (call.form == CallForm::plain) {
    if (request.method != "POST") return no_such_route();
    auto fields = read_plain(request.body);
    if (!fields.ok()) return fields.failure();
    call.path = cat({ours, ".json"});
    return send_message(std::move(call), std::move(*fields), terms);
  }
  auto path = path_behind_account(request.path);
  if (!path) return no_such_route();
  if (request.method == "POST" && *path == "/Messages.json") {
    auto fields = read_form(request.body);
    if (!fields.ok()) return fields.failure();
    call.path = cat({ours, ".json"});
    return send_message(std::move(call), std::move(*fields), terms);
  }
  constexpr std::string_view one = "/Messages/", ending = ".json";
  if (request.method != "GET" || !path->starts_with(one) || !path->ends_with(ending)) {
    return no_such_route();
  }
  auto id = path->substr(one.size(), path->size() - one.size() - ending.size());
  if (!is_message(id)) return no_such_route();
  call.read_id = id;
  call.path = cat({ours, "/", id, ".json"});
  return call;
}

}  // namespace fairway

// Mail: SendGrid's POST /v3/mail/send, Resend's /emails and /emails/batch, and the plain form.
//
// Recipients are counted as the providers count them: everyone in to, cc and bcc of every part.
// SendGrid refuses an address that comes twice in one part, Resend sends to it twice.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/gateway/unit_call.h"

namespace fairway {

namespace {

constexpr size_t recipients_max = 1000;
constexpr size_t resend_to_max = 50;
constexpr size_t batch_max = 100;

constexpr std::string_view sendgrid_members[] = {
    "personalizations", "from",          "reply_to",         "reply_to_list", "subject",
    "content",          "attachments",   "headers",          "categories",    "custom_args",
    "send_at",          "mail_settings", "tracking_settings"};
constexpr std::string_view resend_members[] = {"from",    "to",          "subject", "html",
                                               "text",    "cc",          "bcc",     "reply_to",
                                               "headers", "attachments", "tags",    "scheduled_at"};
constexpr std::string_view plain_members[] = {"from",     "to",      "cc",   "bcc",
                                              "reply_to", "subject", "text", "html"};

template <size_t size>
std::optional<Failure> check_members(const Json& object, const std::string_view (&sold)[size]) {
  for (const auto& [name, value] : object.items()) {
    bool is_sold = std::find(sold, sold + size, name) != sold + size;
    if (!is_sold && !value.is_null()) return member_not_sold(name);
  }
  return std::nullopt;
}

// One address, not several in one text, which would be more recipients than we count.
bool is_address(const Json& one) {
  const Json& address = one.is_object() ? member(one, "email") : one;
  if (!address.is_string()) return false;
  const auto& text = address.get_ref<const std::string&>();
  return std::count(text.begin(), text.end(), '@') == 1;
}

// How many the list names; -1: it names something else.
int64_t count_addresses(const Json& list) {
  if (list.is_null()) return 0;
  if (!list.is_array()) return is_address(list) ? 1 : -1;
  return std::all_of(list.begin(), list.end(), is_address) ? int64_t(list.size()) : -1;
}

// Everyone in to, cc and bcc.
Outcome<int64_t> count_recipients(const Json& mail) {
  int64_t sum = 0;
  for (auto name : {"to", "cc", "bcc"}) {
    int64_t count = count_addresses(member(mail, name));
    if (count < 0)
      return fix_input("invalid_field", cat({name, " must be an address, or a list of them."}));
    sum += count;
  }
  if (sum == 0) return fix_input("invalid_field", "to must name somebody.");
  if (sum > int64_t(recipients_max)) {
    return fix_input("invalid_field", "A mail goes to at most 1000 recipients.");
  }
  return sum;
}

Outcome<Json> object_of(std::string_view body) {
  auto json = parse_json(body);
  if (!json.ok()) return json.failure();
  if (!json->is_object()) return fix_input("invalid_json", "The body must be a JSON object.");
  return json;
}

// --- The plain form -----------------------------------------------------------------------------

struct PlainMail {
  Json mail;
  std::string from;
};

Outcome<PlainMail> read_plain(std::string_view body, const UnitTerms& terms) {
  auto mail = object_of(body);
  if (!mail.ok()) return mail.failure();
  if (auto failure = check_members(*mail, plain_members)) return *failure;
  for (auto name : {"from", "reply_to", "subject", "text", "html"}) {
    const Json& value = member(*mail, name);
    if (!value.is_null() && !value.is_string()) {
      return fix_input("invalid_field", cat({name, " must be a text."}));
    }
  }
  for (auto name : {"to", "cc", "bcc"}) {
    if (member(*mail, name).is_object()) {
      return fix_input("invalid_field", cat({name, " must be an address, or a list of them."}));
    }
  }
  std::string from = text_or(*mail, "from", terms.email_from);
  if (from.empty()) return fix_input("invalid_field", "from must be given.");
  if (text_or(*mail, "subject", "").empty()) {
    return fix_input("invalid_field", "subject must be given.");
  }
  if (text_or(*mail, "text", "").empty() && text_or(*mail, "html", "").empty()) {
    return fix_input("invalid_field", "text or html must be given.");
  }
  return PlainMail{std::move(*mail), std::move(from)};
}

// "Ann <ann@example.com>" or "ann@example.com".
Json sendgrid_address(std::string_view text) {
  size_t open = text.find('<');
  if (open == std::string_view::npos || !text.ends_with('>')) return {{"email", trim(text)}};
  Json address = {{"email", text.substr(open + 1, text.size() - open - 2)}};
  auto name = trim(text.substr(0, open));
  if (!name.empty()) address["name"] = name;
  return address;
}

Json sendgrid_addresses(const Json& list) {
  Json addresses = Json::array();
  if (list.is_string()) addresses.push_back(sendgrid_address(list.get<std::string>()));
  if (!list.is_array()) return addresses;
  for (const Json& one : list) {
    if (one.is_string()) addresses.push_back(sendgrid_address(one.get<std::string>()));
  }
  return addresses;
}

Json sendgrid_body(const PlainMail& plain) {
  const Json& mail = plain.mail;
  Json part = Json::object();
  for (auto name : {"to", "cc", "bcc"}) {
    Json addresses = sendgrid_addresses(member(mail, name));
    if (!addresses.empty()) part[name] = std::move(addresses);
  }
  Json content = Json::array();
  for (auto [name, type] : {std::pair{"text", "text/plain"}, std::pair{"html", "text/html"}}) {
    std::string value = text_or(mail, name, "");
    if (!value.empty()) content.push_back({{"type", type}, {"value", value}});
  }
  Json body = {{"personalizations", Json::array({part})},
               {"from", sendgrid_address(plain.from)},
               {"subject", mail.at("subject")},
               {"content", std::move(content)}};
  std::string reply_to = text_or(mail, "reply_to", "");
  if (!reply_to.empty()) body["reply_to"] = sendgrid_address(reply_to);
  return body;
}

// --- Resend -------------------------------------------------------------------------------------

Outcome<int64_t> read_resend_mail(const Json& mail) {
  if (!mail.is_object()) return fix_input("invalid_json", "A mail must be a JSON object.");
  if (auto failure = check_members(mail, resend_members)) return *failure;
  for (auto name : {"to", "cc", "bcc"}) {
    const Json& list = member(mail, name);
    bool is_long = list.is_array() && list.size() > resend_to_max;
    if (is_long) return fix_input("invalid_field", cat({name, " may name 50 addresses."}));
  }
  return count_recipients(mail);
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdefABCDEF-") == std::string_view::npos;
}

}  // namespace

Outcome<UnitCall> read_sendgrid_call(UnitCall call, const UnitRequest& request,
                                     const UnitTerms& terms) {
  if (request.method != "POST") return no_such_route();
  call.endpoint = "mail/send";
  call.path = "/v3/mail/send";
  call.unit_type = "recipients";
  if (call.form == CallForm::plain) {
    auto plain = read_plain(request.body, terms);
    if (!plain.ok()) return plain.failure();
    auto count = count_recipients(plain->mail);
    if (!count.ok()) return count.failure();
    call.units = {*count};
    call.body = to_text(sendgrid_body(*plain));
    return call;
  }
  if (request.path != call.path) return no_such_route();
  auto body = object_of(request.body);
  if (!body.ok()) return body.failure();
  if (auto failure = check_members(*body, sendgrid_members)) return *failure;
  const Json& parts = member(*body, "personalizations");
  if (!parts.is_array() || parts.empty() || parts.size() > recipients_max) {
    return fix_input("invalid_field", "personalizations must be a list of 1 to 1000 parts.");
  }
  int64_t sum = 0;
  for (const Json& part : parts) {
    auto count = count_recipients(part);
    if (!count.ok()) return count.failure();
    sum += *count;
  }
  if (sum > int64_t(recipients_max)) {
    return fix_input("invalid_field", "A mail goes to at most 1000 recipients.");
  }
  call.units = {sum};
  call.body = to_text(*body);
  return call;
}

Outcome<UnitCall> read_resend_call(UnitCall call, const UnitRequest& request,
                                   const UnitTerms& terms) {
  call.unit_type = "recipients";
  call.endpoint = "emails";
  call.path = "/emails";
  if (call.form == CallForm::plain) {
    if (request.method != "POST") return no_such_route();
    auto plain = read_plain(request.body, terms);
    if (!plain.ok()) return plain.failure();
    plain->mail["from"] = plain->from;
    auto count = read_resend_mail(plain->mail);
    if (!count.ok()) return count.failure();
    call.units = {*count};
    call.body = to_text(plain->mail);
    return call;
  }
  constexpr std::string_view folder = "/emails/";
  bool is_one = request.path.starts_with(folder) && is_id(request.path.substr(folder.size()));
  if (request.method == "GET" && is_one) {
    call.read_id = request.path.substr(folder.size());
    call.path = request.path;
    return call;
  }
  if (request.method != "POST") return no_such_route();
  if (request.path == "/emails") {
    auto body = object_of(request.body);
    if (!body.ok()) return body.failure();
    auto count = read_resend_mail(*body);
    if (!count.ok()) return count.failure();
    call.units = {*count};
    call.body = to_text(*body);
    return call;
  }
  if (request.path != "/emails/batch") return no_such_route();
  call.endpoint = "emails/batch";
  call.path = request.path;
  auto body = parse_json(request.body);
  if (!body.ok()) return body.failure();
  if (!body->is_array() || body->empty() || body->size() > batch_max) {
    return fix_input("invalid_field", "The body must be a list of 1 to 100 mails.");
  }
  for (const Json& mail : *body) {
    auto count = read_resend_mail(mail);
    if (!count.ok()) return count.failure();
    call.units.push_back(*count);
  }
  call.body = to_text(*body);
  return call;
}

}  // namespace fairway

#include "shared/gateway/upstream.h"

#include <algorithm>

#include "shared/base/json.h"
#include "shared/base/money.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

constexpr std::string_view passed_on[] = {"accept", "content-type", "anthropic-version",
                                          "anthropic-beta", "x-batch-validation"};
// Where a caller names none, as the provider's oldest clients mean it.
constexpr std::string_view anthropic_version = "2023-06-01";

struct Provider {
  std::string_view service;
  std::string Settings::* url;
  std::string Settings::* key;
  std::string_view key_name;
};
constexpr Provider providers[] = {
    {"openai", &Settings::openai_api_url, &Settings::openai_api_key, "OPENAI_API_KEY"},
    {"anthropic", &Settings::anthropic_api_url, &Settings::anthropic_api_key, "ANTHROPIC_API_KEY"},
    {"sendgrid", &Settings::sendgrid_api_url, &Settings::sendgrid_api_key, "SENDGRID_API_KEY"},
    {"resend", &Settings::resend_api_url, &Settings::resend_api_key, "RESEND_API_KEY"},
    {"twilio", &Settings::twilio_api_url, &Settings::twilio_auth_token, "TWILIO_AUTH_TOKEN"},
};

const Provider* find_provider(std::string_view service) {
  for (const auto& provider : providers) {
    if (provider.service == service) return &provider;
  }
  return nullptr;
}

bool is_passed_on(std::string_view name) {
  return std::find(std::begin(passed_on), std::end(passed_on), name) != std::end(passed_on);
}

bool names(const std::vector<Header>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const Header& header) { return header.name == name; });
}

// What proves to the provider who asks.
Header credential(const Settings& settings, std::string_view service, std::string_view key) {
  if (service == "anthropic") return {"x-api-key", std::string(key)};
  if (service != "twilio") return {"authorization", cat({"Bearer ", key})};
  return {"authorization", cat({"Basic ", base64(cat({settings.twilio_account_sid, ":", key}))})};
}

}  // namespace

std::string_view provider_of(const Settings& settings, std::string_view service) {
  if (service == "sms") return "twilio";
  if (service != "email") return service;
  return settings.sendgrid_api_key.empty() && !settings.resend_api_key.empty() ? "resend"
                                                                               : "sendgrid";
}

std::string why_service_is_off(const Settings& settings, std::string_view service) {
  if (service == "storage") {
    return master_keys(settings).empty() ? "The operator has not set CREDENTIALS_ENCRYPTION_KEY."
                                         : "";
  }
  const Provider* provider = find_provider(service);
  if (provider == nullptr) return "The gateway has no such service.";
  if ((settings.*provider->key).empty()) {
    return cat({"The operator has not set ", provider->key_name, "."});
  }
  if (service == "twilio" && settings.twilio_account_sid.empty()) {
    return "The operator has not set TWILIO_ACCOUNT_SID.";
  }
  return "";
}

UpstreamRequest upstream_request(const Settings& settings, std::string_view service,
                                 std::string_view path, const std::vector<Header>& callers,
                                 std::string_view own_key) {
  const Provider* provider = find_provider(service);
  FAIRWAY_ASSERT(provider != nullptr);
  UpstreamRequest request;
  request.url = cat({settings.*provider->url, path});
  for (const auto& header : callers) {
    if (is_passed_on(header.name)) request.headers.push_back(header);
  }
  for (const auto& header : callers) {
    if (header.name == "x-fairway-name")
      request.headers.push_back({"idempotency-key", header.value});
  }
  std::string_view key = own_key.empty() ? settings.*provider->key : own_key;
  request.headers.push_back(credential(settings, service, key));
  if (service == "anthropic" && !names(request.headers, "anthropic-version")) {
    request.headers.push_back({"anthropic-version", std::string(anthropic_version)});
  }
  return request;
}

UpstreamRequest message_request(const Settings& settings, std::string_view message_id) {
  std::string path = cat({"/2010-04-01/Accounts/", settings.twilio_account_sid, "/Messages/",
                          url_encode(message_id), ".json"});
  return upstream_request(settings, "twilio", path, {{"accept", "application/json"}}, "");
}

bool refuses_our_key(std::string_view service, int status, std::string_view body) {
  if (status == 401) return true;
  if (status != 403) return false;
  if (service == "openai" || service == "anthropic") return true;
  // Elsewhere it is about what was asked, such as a sender whose domain is nobody's here.
  auto json = parse_json(body);
  return json.ok() && text_or(*json, "name", "").ends_with("_api_key");
}

int64_t markup_basis_points(const Settings& settings) {
  return parse_decimal(settings.gateway_markup_basis_points).value_or(0);
}

int64_t platform_limit_nanos(const Settings& settings) {
  return parse_decimal(settings.gateway_account_limit_cents).value_or(0) * nanos_per_cent;
}

}  // namespace fairway

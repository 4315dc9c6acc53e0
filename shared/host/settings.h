// What an operator sets. Read once, when an instance starts; every provider has a base URL whose
// default is the real one. A missing setting switches its provider off, with a clear word; a wrong
// one is named at start and never half-used. See docs/operate.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fairway {

struct Settings {
  std::string turso_org_id;
  std::string turso_api_token;
  std::string turso_group = "default";
  std::string turso_api_url = "https://api.turso.tech";
  std::string turso_database_url = "https://{hostname}";
  std::string turso_single_upload_bytes;  // larger files go in chunks; "": as Turso documents

  std::string cloudflare_account_id;
  std::string cloudflare_api_token;
  std::string cloudflare_api_url = "https://api.cloudflare.com/client/v4";
  std::string cloudflare_pages_url = "https://{subdomain}";

  // "<id>:<base64 of 32 bytes>", newest first, separated by commas; an id has letters, digits, _
  // and -. The first one seals.
  std::string credentials_encryption_key;

  std::string supabase_url;
  std::string supabase_jwt_secret;
  std::string supabase_jwks_url;
  std::string sign_in_url;

  // What the gateway sells, each service with the platform's own key.
  std::string openai_api_key;
  std::string openai_api_url = "https://api.openai.com";
  std::string anthropic_api_key;
  std::string anthropic_api_url = "https://api.anthropic.com";
  std::string sendgrid_api_key;
  std::string sendgrid_api_url = "https://api.sendgrid.com";
  std::string resend_api_key;
  std::string resend_api_url = "https://api.resend.com";
  std::string twilio_account_sid;
  std::string twilio_auth_token;
  std::string twilio_api_url = "https://api.twilio.com";
  std::string gateway_email_from;           // of mails that name no sender
  std::string gateway_sms_from;             // of messages that name none
  std::string gateway_markup_basis_points;  // on top of what a provider takes; "": nothing
  std::string gateway_account_limit_cents;  // the most an account may spend a month; "": no cap
};

struct SettingName {
  std::string_view name;  // as the operator writes it: TURSO_ORG_ID
  std::string Settings::* member;
};
// Every setting that exists, in the order of the struct.
const std::vector<SettingName>& setting_names();

// Takes one setting; an empty value leaves the default. False when there is no such setting.
bool set(Settings& settings, std::string_view name, std::string_view value);

// Why a provider is off, or "" when it can be used: what it needs is missing or wrong.
std::string why_turso_is_off(const Settings& settings);
std::string why_cloudflare_is_off(const Settings& settings);

// One sentence for each setting whose value cannot be right, naming it, never its value.
std::vector<std::string> wrong_settings(const Settings& settings);

struct MasterKey {
  std::string id;
  std::string bytes;  // 32
};
// The listed keys, newest first. An entry that is wrong, or has the id of an earlier one, is left
// out; wrong_settings names it.
std::vector<MasterKey> master_keys(const Settings& settings);

// "https://{hostname}" with the hole filled.
std::string fill(std::string url_template, std::string_view hole, std::string_view value);

}  // namespace fairway

#include "shared/host/settings.h"

#include <algorithm>
#include <optional>

#include "shared/base/text.h"

namespace fairway {

const std::vector<SettingName>& setting_names() {
  static const std::vector<SettingName> names = {
      {"TURSO_ORG_ID", &Settings::turso_org_id},
      {"TURSO_API_TOKEN", &Settings::turso_api_token},
      {"TURSO_GROUP", &Settings::turso_group},
      {"TURSO_API_URL", &Settings::turso_api_url},
      {"TURSO_DATABASE_URL", &Settings::turso_database_url},
      {"TURSO_SINGLE_UPLOAD_BYTES", &Settings::turso_single_upload_bytes},
      {"CLOUDFLARE_ACCOUNT_ID", &Settings::cloudflare_account_id},
      {"CLOUDFLARE_API_TOKEN", &Settings::cloudflare_api_token},
      {"CLOUDFLARE_API_URL", &Settings::cloudflare_api_url},
      {"CLOUDFLARE_PAGES_URL", &Settings::cloudflare_pages_url},
      {"CREDENTIALS_ENCRYPTION_KEY", &Settings::credentials_encryption_key},
      {"SUPABASE_URL", &Settings::supabase_url},
      {"SUPABASE_JWT_SECRET", &Settings::supabase_jwt_secret},
      {"SUPABASE_JWKS_URL", &Settings::supabase_jwks_url},
      {"SIGN_IN_URL", &Settings::sign_in_url},
      {"OPENAI_API_KEY", &Settings::openai_api_key},
      {"OPENAI_API_URL", &Settings::openai_api_url},
      {"ANTHROPIC_API_KEY", &Settings::anthropic_api_key},
      {"ANTHROPIC_API_URL", &Settings::anthropic_api_url},
      {"SENDGRID_API_KEY", &Settings::sendgrid_api_key},
      {"SENDGRID_API_URL", &Settings::sendgrid_api_url},
      {"RESEND_API_KEY", &Settings::resend_api_key},
      {"RESEND_API_URL", &Settings::resend_api_url},
      {"TWILIO_ACCOUNT_SID", &Settings::twilio_account_sid},
      {"TWILIO_AUTH_TOKEN", &Settings::twilio_auth_token},
      {"TWILIO_API_URL", &Settings::twilio_api_url},
      {"GATEWAY_EMAIL_FROM", &Settings::gateway_email_from},
      {"GATEWAY_SMS_FROM", &Settings::gateway_sms_from},
      {"GATEWAY_MARKUP_BASIS_POINTS", &Settings::gateway_markup_basis_points},
      {"GATEWAY_ACCOUNT_LIMIT_CENTS", &Settings::gateway_account_limit_cents},
  };
  return names;
}

bool set(Settings& settings, std::string_view name, std::string_view value) {
  for (const auto& known : setting_names()) {
    if (known.name != name) continue;
    if (!value.empty()) settings.*known.member = std::string(value);
    return true;
  }
  return false;
}

namespace {

std::string missing(std::initializer_list<std::pair<std::string_view, const std::string*>> needed) {
  std::vector<std::string> names;
  for (auto [name, value] : needed) {
    if (value->empty()) names.emplace_back(name);
  }
  if (names.empty()) return "";
  return cat({"The operator has not set ", join(names, ", "), "."});
}

bool is_url(std::string_view text) {
  if (text.starts_with("https://") || text.starts_with("http://{")) return true;
  if (!text.starts_with("http://")) return false;
  auto host = text.substr(7, text.find_first_of(":/", 7) - 7);
  return host == "127.0.0.1" || host == "localhost";
}

std::optional<MasterKey> master_key_of(std::string_view entry) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  size_t colon = entry.find(':');
  if (colon == 0 || colon == std::string_view::npos) return std::nullopt;
  auto id = entry.substr(0, colon);
  auto bytes = from_base64(entry.substr(colon + 1));
  bool is_id = id.find_first_not_of(allowed) == std::string_view::npos;
  if (!is_id || !bytes || bytes->size() != 32) return std::nullopt;
  return MasterKey{std::string(id), std::move(*bytes)};
}

// The first wrong setting of those whose names start so.
std::string first_wrong(const Settings& settings, std::string_view prefix) {
  for (auto& sentence : wrong_settings(settings)) {
    if (sentence.starts_with(prefix) || sentence.starts_with("CREDENTIALS_")) return sentence;
  }
  return "";
}

}  // namespace

std::vector<MasterKey> master_keys(const Settings& settings) {
  std::vector<MasterKey> keys;
  for (auto entry : split(settings.credentials_encryption_key, ',')) {
    auto key = master_key_of(trim(entry));
    auto is_same = [&](const MasterKey& earlier) { return earlier.id == key->id; };
    if (key && std::none_of(keys.begin(), keys.end(), is_same)) keys.push_back(std::move(*key));
  }
  return keys;
}

std::string why_turso_is_off(const Settings& settings) {
  std::string why = missing({{"TURSO_ORG_ID", &settings.turso_org_id},
                             {"TURSO_API_TOKEN", &settings.turso_api_token},
                             {"CREDENTIALS_ENCRYPTION_KEY", &settings.credentials_encryption_key}});
  return why.empty() ? first_wrong(settings, "TURSO_") : why;
}

std::string why_cloudflare_is_off(const Settings& settings) {
  std::string why = missing({{"CLOUDFLARE_ACCOUNT_ID", &settings.cloudflare_account_id},
                             {"CLOUDFLARE_API_TOKEN", &settings.cloudflare_api_token},
                             {"CREDENTIALS_ENCRYPTION_KEY", &settings.credentials_encryption_key}});
  return why.empty() ? first_wrong(settings, "CLOUDFLARE_") : why;
}

std::vector<std::string> wrong_settings(const Settings& settings) {
  std::vector<std::string> wrong;
  for (const auto& known : setting_names()) {
    const std::string& value = settings.*known.member;
    if (!known.name.ends_with("_URL") || value.empty()) continue;
    if (!is_url(value)) {
      wrong.push_back(cat({known.name, " must start with https:// (or name this machine)."}));
    } else if (value.ends_with('/') && known.name != "SIGN_IN_URL") {
      wrong.push_back(cat({known.name, " must not end in /."}));
    }
  }
  const std::string& single = settings.turso_single_upload_bytes;
  if (!single.empty() && parse_decimal(single).value_or(0) < 1) {
    wrong.push_back("TURSO_SINGLE_UPLOAD_BYTES must be a number of bytes.");
  }
  if (settings.turso_database_url.find("{hostname}") == std::string::npos) {
    wrong.push_back("TURSO_DATABASE_URL must hold {hostname}.");
  }
  if (settings.cloudflare_pages_url.find("{subdomain}") == std::string::npos) {
    wrong.push_back("CLOUDFLARE_PAGES_URL must hold {subdomain}.");
  }
  const std::string& keys = settings.credentials_encryption_key;
  if (!keys.empty() && master_keys(settings).size() != split(keys, ',').size()) {
    wrong.push_back(
        "CREDENTIALS_ENCRYPTION_KEY must be <id>:<base64 of 32 bytes>, by commas, each id once, of "
        "letters, digits, _ and -.");
  }
  return wrong;
}

std::string fill(std::string url_template, std::string_view hole, std::string_view value) {
  return replace_all(std::move(url_template), hole, value);
}

}  // namespace fairway

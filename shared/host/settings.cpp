#include "shared/host/settings.h"

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
  return text.starts_with("https://") || text.starts_with("http://127.0.0.1") ||
         text.starts_with("http://localhost") || text.starts_with("http://{");
}

}  // namespace

std::string why_turso_is_off(const Settings& settings) {
  return missing({{"TURSO_ORG_ID", &settings.turso_org_id},
                  {"TURSO_API_TOKEN", &settings.turso_api_token},
                  {"CREDENTIALS_ENCRYPTION_KEY", &settings.credentials_encryption_key}});
}

std::string why_cloudflare_is_off(const Settings& settings) {
  return missing({{"CLOUDFLARE_ACCOUNT_ID", &settings.cloudflare_account_id},
                  {"CLOUDFLARE_API_TOKEN", &settings.cloudflare_api_token},
                  {"CREDENTIALS_ENCRYPTION_KEY", &settings.credentials_encryption_key}});
}

std::vector<std::string> wrong_settings(const Settings& settings) {
  std::vector<std::string> wrong;
  for (const auto& known : setting_names()) {
    const std::string& value = settings.*known.member;
    if (!known.name.ends_with("_URL") || value.empty() || is_url(value)) continue;
    wrong.push_back(cat({known.name, " must start with https:// (or name this machine)."}));
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
  for (auto key : split(settings.credentials_encryption_key, ',')) {
    if (settings.credentials_encryption_key.empty()) break;
    size_t colon = key.find(':');
    auto bytes =
        colon == std::string_view::npos ? std::nullopt : from_base64(key.substr(colon + 1));
    if (colon == 0 || !bytes || bytes->size() != 32) {
      wrong.push_back("CREDENTIALS_ENCRYPTION_KEY must be <id>:<base64 of 32 bytes>, by commas.");
      break;
    }
  }
  return wrong;
}

std::string fill(std::string url_template, std::string_view hole, std::string_view value) {
  return replace_all(std::move(url_template), hole, value);
}

}  // namespace fairway

// Settings: each missing or wrong one is named, none is ever shown.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

std::string key_of(std::string_view id, size_t bytes = 32) {
  return cat({id, ":", base64(std::string(bytes, 'k'))});
}

std::string wrong_with(std::string_view name, std::string_view value) {
  Settings settings = working_settings();
  REQUIRE(set(settings, name, value));
  return join(wrong_settings(settings), " ");
}

TEST_CASE("Each setting is set by its name; an empty value leaves the default") {
  for (const auto& known : setting_names()) {
    Settings settings;
    std::string before = settings.*known.member;
    CHECK(set(settings, known.name, ""));
    CHECK(settings.*known.member == before);
    CHECK(set(settings, known.name, "value"));
    CHECK(settings.*known.member == "value");
  }
  Settings settings;
  CHECK(!set(settings, "TURSO", "x"));
  CHECK(!set(settings, "turso_org_id", "x"));
  CHECK(!set(settings, "", "x"));
}

TEST_CASE("Nothing is wrong with settings that work") {
  CHECK(wrong_settings(working_settings()).empty());
  CHECK(wrong_settings(Settings{}).empty());
  CHECK(why_turso_is_off(working_settings()) == "");
  CHECK(why_cloudflare_is_off(working_settings()) == "");
}

TEST_CASE("A provider that misses a setting is off, and each missing one is named") {
  CHECK(why_turso_is_off(Settings{}) ==
        "The operator has not set TURSO_ORG_ID, TURSO_API_TOKEN, CREDENTIALS_ENCRYPTION_KEY.");
  CHECK(why_cloudflare_is_off(Settings{}) ==
        "The operator has not set CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_API_TOKEN, "
        "CREDENTIALS_ENCRYPTION_KEY.");
  for (auto member : {&Settings::turso_org_id, &Settings::turso_api_token}) {
    Settings settings = working_settings();
    settings.*member = "";
    CHECK(why_turso_is_off(settings) != "");
    CHECK(why_cloudflare_is_off(settings) == "");
  }
  for (auto member : {&Settings::cloudflare_account_id, &Settings::cloudflare_api_token}) {
    Settings settings = working_settings();
    settings.*member = "";
    CHECK(why_cloudflare_is_off(settings) != "");
    CHECK(why_turso_is_off(settings) == "");
  }
}

TEST_CASE("A provider with a wrong setting is off too, and the other one is not") {
  Settings settings = working_settings();
  settings.turso_api_url = "api.turso.tech";
  CHECK(why_turso_is_off(settings).starts_with("TURSO_API_URL must start with https://"));
  CHECK(why_cloudflare_is_off(settings) == "");
  settings = working_settings();
  settings.cloudflare_pages_url = "https://pages.dev";
  CHECK(why_cloudflare_is_off(settings) == "CLOUDFLARE_PAGES_URL must hold {subdomain}.");
  CHECK(why_turso_is_off(settings) == "");
  settings = working_settings();
  settings.credentials_encryption_key = "short";
  CHECK(why_turso_is_off(settings).starts_with("CREDENTIALS_ENCRYPTION_KEY must be"));
  CHECK(why_cloudflare_is_off(settings).starts_with("CREDENTIALS_ENCRYPTION_KEY must be"));
}

TEST_CASE("Addresses are https, or this very machine") {
  for (const char* name : {"TURSO_API_URL", "CLOUDFLARE_API_URL", "SUPABASE_URL",
                           "SUPABASE_JWKS_URL", "SIGN_IN_URL"}) {
    for (const char* good :
         {"https://api.example.com", "https://api.example.com/v4", "http://127.0.0.1:8790/turso",
          "http://localhost:1", "http://localhost", "http://127.0.0.1"}) {
      CHECK_MESSAGE(wrong_with(name, good) == "", name, " ", good);
    }
    for (const char* bad : {"http://api.example.com", "api.example.com", "ftp://x", "HTTPS://x",
                            "http://127.0.0.1.example.com", "http://localhost.example.com",
                            "http://localhostile", " https://x", "javascript:alert(1)"}) {
      CHECK_MESSAGE(wrong_with(name, bad).starts_with(name), name, " ", bad);
    }
  }
}

TEST_CASE("An address that ends in a slash would be put together wrongly") {
  for (const char* name : {"TURSO_API_URL", "CLOUDFLARE_API_URL", "SUPABASE_URL"}) {
    CHECK(wrong_with(name, "https://api.example.com/") == cat({name, " must not end in /."}));
  }
  CHECK(wrong_with("SIGN_IN_URL", "https://example.com/") == "");
}

TEST_CASE("Templates keep their hole") {
  CHECK(wrong_with("TURSO_DATABASE_URL", "https://x") ==
        "TURSO_DATABASE_URL must hold {hostname}.");
  CHECK(wrong_with("CLOUDFLARE_PAGES_URL", "https://{hostname}") ==
        "CLOUDFLARE_PAGES_URL must hold {subdomain}.");
  CHECK(wrong_with("TURSO_DATABASE_URL", "http://{hostname}") == "");
  CHECK(fill("https://{hostname}/x?{hostname}", "{hostname}", "h") == "https://h/x?h");
  CHECK(fill("https://{hostname}", "{hostname}", "{hostname}") == "https://{hostname}");
}

TEST_CASE("Keys: an id and 32 bytes each, every id once; a wrong one is never shown") {
  for (const std::string& good :
       {key_of("k1"), key_of("k-2_B"), key_of("new") + "," + key_of("old"),
        key_of("new") + ", " + key_of("old") + "\n"}) {
    CHECK_MESSAGE(wrong_with("CREDENTIALS_ENCRYPTION_KEY", good) == "", good);
  }
  for (const std::string& bad :
       {std::string("k1"), std::string("k1:"), key_of(""), key_of("k1", 31), key_of("k1", 33),
        key_of("2026.1"), key_of("k 1"), key_of("a:b"), key_of("k1") + ",",
        key_of("k1") + "," + "x", key_of("k1") + "," + key_of("k1"), base64(std::string(32, 'k')),
        std::string("k1:????")}) {
    std::string sentence = wrong_with("CREDENTIALS_ENCRYPTION_KEY", bad);
    CHECK_MESSAGE(sentence.starts_with("CREDENTIALS_ENCRYPTION_KEY must be"), bad);
    CHECK(sentence.find(base64(std::string(32, 'k'))) == std::string::npos);
  }
  Settings settings;
  settings.credentials_encryption_key =
      key_of("new") + ",broken, " + key_of("old") + "," + key_of("new");
  auto keys = master_keys(settings);
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].id == "new");
  CHECK(keys[1].id == "old");
  CHECK(keys[1].bytes == std::string(32, 'k'));
}

}  // namespace

#include "tests/unit/host_support.h"

#include <cstdio>

#include "shared/base/text.h"

namespace fairway::test {

HttpResponse Script::answer(const HttpRequest& request, const std::string& bytes) {
  received.push_back({request, bytes});
  if (reply) return reply(received.back());
  if (answers.empty()) return answer_of(501, "the test has written no answer for this");
  HttpResponse next = std::move(answers.front());
  answers.pop_front();
  return next;
}

HttpResponse answer_of(int status, std::string body) {
  return {status, {{"content-type", "application/json"}}, std::move(body)};
}

Settings working_settings() {
  Settings settings;
  settings.turso_org_id = "acme";
  settings.turso_api_token = "turso-platform-token";
  settings.cloudflare_account_id = "account-1";
  settings.cloudflare_api_token = "cloudflare-api-token";
  settings.credentials_encryption_key = cat({"k1:", base64(std::string(32, 'k'))});
  settings.supabase_url = "https://id.example.com";
  settings.supabase_jwt_secret = "a secret that only the identity provider knows";
  return settings;
}

std::string test_data(std::string_view path) {
  std::string name = cat({FAIRWAY_TEST_DATA, "/", path});
  std::FILE* file = std::fopen(name.c_str(), "rb");
  FAIRWAY_ASSERT(file != nullptr);
  std::string content;
  char buffer[4096];
  for (size_t size; (size = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    content.append(buffer, size);
  }
  std::fclose(file);
  return content;
}

}  // namespace fairway::test

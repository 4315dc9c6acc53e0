// Routes that need no account: health, and the browser's session.
#include "shared/api/routes.h"
#include "shared/api/session.h"
#include "shared/base/text.h"

namespace fairway::routes {

namespace {

constexpr std::string_view version = "1.0.0";
constexpr int64_t session_seconds_max = 30 * 24 * 3600;  // the token inside ends long before

Json provider_json(const std::string& why) {
  if (why.empty()) return {{"enabled", true}};
  return {{"enabled", false}, {"why", why}};
}

std::string cookie_text(std::string_view scheme, std::string_view token, int64_t seconds) {
  return cat({session_cookie_name(scheme), "=", token, "; Path=/; HttpOnly; SameSite=Lax; Max-Age=",
              decimal(seconds), scheme == "https" ? "; Secure" : ""});
}

}  // namespace

Task<ApiResponse> health(Host& host, KeyCache&, Call) {
  const Settings& settings = host.settings;
  auto wrong = wrong_settings(settings);
  Json json{{"status", wrong.empty() ? "ok" : "misconfigured"},
            {"version", version},
            {"providers",
             {{"turso", provider_json(why_turso_is_off(settings))},
              {"cloudflare", provider_json(why_cloudflare_is_off(settings))}}},
            {"sign_in_url", settings.sign_in_url}};
  if (!wrong.empty()) json["wrong_settings"] = wrong;
  co_return json_response(json);
}

Task<ApiResponse> open_session(Host& host, KeyCache& keys, Call call) {
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  std::string token = fields.text("access_token", {1, 8'192});
  if (auto failure = fields.failure()) co_return *failure;
  co_await verify_token(host, keys, token);
  ApiResponse response = empty_response();
  response.headers.push_back(
      {"set-cookie", cookie_text(call.request.scheme, token, session_seconds_max)});
  co_return response;
}

Task<ApiResponse> close_session(Host&, KeyCache&, Call call) {
  ApiResponse response = empty_response();
  response.headers.push_back({"set-cookie", cookie_text(call.request.scheme, "", 0)});
  co_return response;
}

}  // namespace fairway::routes

#include "web/api_client/gateway_client.h"

#include <utility>

#include "shared/base/text.h"
#include "web/api_client/api_client.h"
#include "web/api_client/decode.h"

namespace fairway::api_client {
namespace {

std::string_view word_of(message::Payer payer) {
  if (payer == message::Payer::platform) return "platform";
  return payer == message::Payer::own ? "own" : "off";
}

}  // namespace

Task<std::vector<message::Service>> save_service(Host& host, std::string project_id,
                                                 ServiceChange change) {
  Json body{{"service", change.service}, {"payer", word_of(change.payer)}};
  if (!change.own_key.empty()) body["key"] = change.own_key;
  auto answer = co_await put_json(
      host, cat({"/api/projects/", url_encode(project_id), "/services"}), std::move(body));
  co_return decode_services(answer);
}

Task<std::vector<message::Service>> fetch_services(Host& host, std::string project_id) {
  auto answer =
      co_await get_json(host, cat({"/api/projects/", url_encode(project_id), "/services"}));
  co_return decode_services(answer);
}

Task<message::AppKeys> fetch_app_keys(Host& host, std::string app_id) {
  auto answer = co_await get_json(host, cat({"/api/apps/", url_encode(app_id), "/keys"}));
  co_return decode_app_keys(answer);
}

Task<message::AppKey> make_app_key(Host& host, std::string app_id, NewKey key) {
  Json body{{"name", key.name},
            {"services", key.services},
            {"models", key.models},
            {"spend_limit_nanos", key.spend_limit_nanos},
            {"requests_per_minute", key.requests_per_minute},
            {"expires_at_ms", key.expires_at_ms}};
  auto answer = co_await post_json_once(host, cat({"/api/apps/", url_encode(app_id), "/keys"}),
                                        std::move(body));
  co_return decode_app_key(answer);
}

Task<Done> revoke_app_key(Host& host, std::string key_id) {
  co_await delete_at(host, cat({"/api/keys/", url_encode(key_id)}));
  co_return Done{};
}

Task<Done> save_limit(Host& host, std::string app_id, int64_t limit_nanos) {
  Json body{{"limit_nanos", limit_nanos}};
  if (!app_id.empty()) body["app_id"] = app_id;
  co_await put_json(host, "/api/limits", std::move(body));
  co_return Done{};
}

Task<message::Usage> fetch_usage(Host& host, std::string month) {
  std::string path = "/api/usage/current";
  if (!month.empty()) path += cat({"?month=", url_encode(month)});
  auto answer = co_await get_json(host, std::move(path));
  co_return decode_usage(answer);
}

Task<message::UsageCalls> fetch_usage_calls(Host& host, std::string query) {
  auto answer = co_await get_json(host, cat({"/api/usage/history?", query}));
  co_return decode_usage_calls(answer);
}

}  // namespace fairway::api_client

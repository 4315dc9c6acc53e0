// Every route of the API, in one table.
#include "shared/api/routes.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

using routes::Call;
using Handler = Task<ApiResponse> (*)(Host& host, Call call);
using OpenHandler = Task<ApiResponse> (*)(Host& host, KeyCache& keys, Call call);

struct Route {
  std::string_view method;
  std::string_view path;  // ":id" stands for one part
  Handler handler;
};

constexpr Route account_routes[] = {
    {"GET", "/api/me", routes::me},
    {"GET", "/api/projects", routes::get_projects},
    {"POST", "/api/projects", routes::post_project},
    {"PUT", "/api/projects/:id/bundle", routes::put_bundle},
    {"PUT", "/api/projects/:id/preview", routes::put_preview},
    {"GET", "/api/projects/:id/environment", routes::get_environment},
    {"PUT", "/api/projects/:id/environment", routes::put_environment},
    {"GET", "/api/projects/:id/plan", routes::get_plan},
    {"POST", "/api/projects/:id/changes", routes::post_changes},
    {"POST", "/api/blobs/missing", routes::post_missing},
    {"PUT", "/api/blobs/:id", routes::put_blob},
    {"POST", "/api/deploy/web", routes::post_deploy_web},
    {"GET", "/api/deploy/status/:id", routes::get_status},
    {"GET", "/api/deployments", routes::get_deployments},
    {"GET", "/api/deployments/:id/report", routes::get_report},
    {"POST", "/api/deployments/:id/cancel", routes::post_cancel},
    {"POST", "/api/deployments/:id/retry", routes::post_retry},
    {"GET", "/api/apps/:id", routes::get_app},
    {"DELETE", "/api/apps/:id", routes::delete_app},
    {"GET", "/api/activity", routes::get_activity},
    {"GET", "/api/apps/:id/keys", routes::get_app_keys},
    {"POST", "/api/apps/:id/keys", routes::post_app_key},
    {"DELETE", "/api/keys/:id", routes::delete_app_key},
    {"GET", "/api/projects/:id/services", routes::get_services},
    {"PUT", "/api/projects/:id/services", routes::put_service},
    {"GET", "/api/limits", routes::get_limits},
    {"PUT", "/api/limits", routes::put_limits},
    {"GET", "/api/usage/current", routes::get_usage_current},
    {"GET", "/api/usage/history", routes::get_usage_history},
};

struct OpenRoute {
  std::string_view method;
  std::string_view path;
  OpenHandler handler;
};

constexpr OpenRoute open_routes[] = {
    {"GET", "/api/health", routes::health},
    {"POST", "/api/session", routes::open_session},
    {"DELETE", "/api/session", routes::close_session},
};

// What ":id" stands for in `path`, "" where the pattern has none; nothing where it does not match.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  auto wanted = split(pattern, '/'), given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  std::string id;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == ":id") {
      auto decoded = url_decode(given[i]);
      if (!decoded || decoded->empty()) return std::nullopt;
      id = std::move(*decoded);
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return id;
}

Failure no_route(bool is_path_known) {
  if (is_path_known) return fix_input("method_not_allowed", "This address has no such method.");
  return fix_input("route_not_found", "There is nothing at this address.");
}

Task<ApiResponse> answer_open(Host& host, KeyCache& keys, ApiRequest request) {
  bool is_path_known = false;
  for (const auto& route : open_routes) {
    if (route.path != request.path) continue;
    is_path_known = true;
    if (route.method != request.method) continue;
    Call call{std::move(request), ""};
    co_return co_await route.handler(host, keys, std::move(call));
  }
  co_return no_route(is_path_known);
}

Task<ApiResponse> answer_account(Host& host, ApiRequest request) {
  FAIRWAY_ASSERT(request.user.has_value());
  bool is_path_known = false;
  for (const auto& route : account_routes) {
    auto id = match(route.path, request.path);
    if (!id) continue;
    is_path_known = true;
    if (route.method != request.method) continue;
    if (!request.is_schema_up) bring_schema_up(host.database);
    Call call{std::move(request), std::move(*id)};
    co_return co_await route.handler(host, std::move(call));
  }
  co_return no_route(is_path_known);
}

}  // namespace

bool is_open_route(std::string_view path) {
  for (const auto& route : open_routes) {
    if (route.path == path) return true;
  }
  return false;
}

Task<ApiResponse> answer_request(Host& host, KeyCache& keys, ApiRequest request) {
  std::string request_id = request.request_id;
  auto answer = is_open_route(request.path)
                    ? co_await outcome_of(answer_open(host, keys, std::move(request)))
                    : co_await outcome_of(answer_account(host, std::move(request)));
  if (answer.ok()) co_return std::move(*answer);
  co_return failure_response(answer.failure(), request_id);
}

}  // namespace fairway

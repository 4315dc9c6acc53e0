// The handlers behind the routes, one for each line of the table in router.cpp. Only for api/*.cpp.
#pragma once

#include "shared/api/api.h"
#include "shared/deployment/deployment.h"

namespace fairway::routes {

// What a handler knows: the request, and what its path names (":id").
struct Call {
  ApiRequest request;
  std::string id;

  const std::string& account() const { return request.user->id; }
  // Fairway's own address, as the caller knows it.
  std::string origin() const {
    return request.host.empty() ? "" : request.scheme + "://" + request.host;
  }
};

// routes_session.cpp: open, without an account
Task<ApiResponse> health(Host& host, KeyCache& keys, Call call);
Task<ApiResponse> open_session(Host& host, KeyCache& keys, Call call);
Task<ApiResponse> close_session(Host& host, KeyCache& keys, Call call);

// routes_projects.cpp
Task<ApiResponse> me(Host& host, Call call);
Task<ApiResponse> get_projects(Host& host, Call call);
Task<ApiResponse> post_project(Host& host, Call call);
Task<ApiResponse> put_bundle(Host& host, Call call);
Task<ApiResponse> put_preview(Host& host, Call call);
Task<ApiResponse> put_environment(Host& host, Call call);
Task<ApiResponse> get_environment(Host& host, Call call);
Task<ApiResponse> get_plan(Host& host, Call call);
Task<ApiResponse> post_changes(Host& host, Call call);

// routes_blobs.cpp
Task<ApiResponse> post_missing(Host& host, Call call);
Task<ApiResponse> put_blob(Host& host, Call call);

// routes_deployments.cpp
Task<ApiResponse> post_deploy_web(Host& host, Call call);
Task<ApiResponse> get_status(Host& host, Call call);
Task<ApiResponse> get_report(Host& host, Call call);
Task<ApiResponse> post_cancel(Host& host, Call call);
Task<ApiResponse> post_retry(Host& host, Call call);
Task<ApiResponse> get_deployments(Host& host, Call call);
Task<ApiResponse> get_app(Host& host, Call call);
Task<ApiResponse> delete_app(Host& host, Call call);
Task<ApiResponse> get_activity(Host& host, Call call);

// routes_gateway.cpp
// An answer with this header changed what the meters of these keys (by commas) must know; the shell
// tells them before the answer leaves, and takes the header off.
constexpr std::string_view meters_changed_header = "x-fairway-meters-changed";
Task<ApiResponse> get_app_keys(Host& host, Call call);
Task<ApiResponse> post_app_key(Host& host, Call call);
Task<ApiResponse> delete_app_key(Host& host, Call call);
Task<ApiResponse> get_services(Host& host, Call call);
Task<ApiResponse> put_service(Host& host, Call call);
Task<ApiResponse> get_limits(Host& host, Call call);
Task<ApiResponse> put_limits(Host& host, Call call);
Task<ApiResponse> get_usage_current(Host& host, Call call);
Task<ApiResponse> get_usage_history(Host& host, Call call);

// deployment_json.cpp
Json summary_json(Database& database, const Deployment& deployment);
Json status_json(Host& host, const Deployment& deployment);

// routes_services.cpp
Json services_json(Host& host, const std::string& project_id);

// routes_usage.cpp
// The limits that were reached, as entries of the activity list.
Json alerts_json(Database& database);

// deploy_plan.cpp
Task<Json> plan_json(Host& host, std::string account, Project project);
// What a redeployment would change in production, for a preview's schema.
Task<Json> changes_json(Host& host, std::string account, std::string project_id, Json schema);

}  // namespace fairway::routes

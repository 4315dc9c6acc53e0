#include <algorithm>

#include "shared/api/routes.h"

namespace fairway::routes {

namespace {

Failure no_deployment() {
  return fix_input("deployment_not_found", "There is no such deployment in your account.");
}

Json resources_json(Database& database, const App& app) {
  Json list = Json::array();
  for (const auto& resource : resources_of_app(database, app.id)) {
    list.push_back({{"kind", name_of(resource.kind)},
                    {"name", resource.name},
                    {"state", name_of(resource.state)},
                    {"kept_until_ms", integer_or(resource.detail, "kept_until_ms", 0)}});
  }
  return list;
}

ApiResponse started(const std::string& deployment_id) {
  return accepted_response({{"deployment_id", deployment_id}});
}

}  // namespace

Task<ApiResponse> post_deploy_web(Host& host, Call call) {
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  std::string project_id = fields.text("project_id", {1, 64});
  std::string key = fields.text_or("idempotency_key", "");
  std::string accepted = fields.text_or("accepted_losses", "");
  std::string reviewed = fields.text_or("preview_sha256", "");
  if (fields.text_or("database_provider", "turso") != "turso") {
    fields.refuse("database_provider", "must be turso");
  }
  if (fields.text_or("hosting_provider", "cloudflare") != "cloudflare") {
    fields.refuse("hosting_provider", "must be cloudflare");
  }
  std::string data = fields.text_or("data", "keep");
  if (data != "keep" && data != "replace") fields.refuse("data", "must be keep or replace");
  if (data == "replace" && reviewed.empty()) {
    fields.refuse("preview_sha256", "must name the preview whose rows replace production's");
  }
  if (accepted.size() > 64) fields.refuse("accepted_losses", "must have at most 64 bytes");
  if (key.size() > 200) fields.refuse("idempotency_key", "must have at most 200 bytes");
  if (auto failure = fields.failure()) co_return *failure;
  auto choice = data == "replace" ? DataChoice::replace : DataChoice::keep;
  auto id = request_deployment(
      host, {call.account(), project_id, key, accepted, choice, call.origin(), reviewed});
  if (!id.ok()) co_return id.failure();
  co_return started(*id);
}

Task<ApiResponse> get_status(Host& host, Call call) {
  auto deployment = find_deployment(host.database, call.id);
  if (!deployment) co_return no_deployment();
  co_return json_response(status_json(host, *deployment));
}

Task<ApiResponse> get_report(Host& host, Call call) {
  if (!find_deployment(host.database, call.id)) co_return no_deployment();
  Json report = read_note(host.database, call.id, "report");
  if (report.is_null()) {
    co_return fix_input("report_not_found", "This deployment has carried no data yet.");
  }
  co_return json_response(report);
}

Task<ApiResponse> post_cancel(Host& host, Call call) {
  auto cancelled = request_cancel_of(host, call.id);
  if (!cancelled.ok()) co_return cancelled.failure();
  co_return started(call.id);
}

Task<ApiResponse> post_retry(Host& host, Call call) {
  auto deployment = find_deployment(host.database, call.id);
  if (!deployment) co_return no_deployment();
  auto id = request_again(host, *deployment, call.origin());
  if (!id.ok()) co_return id.failure();
  co_return started(*id);
}

Task<ApiResponse> get_deployments(Host& host, Call) {
  Json list = Json::array();
  for (const auto& deployment : list_deployments(host.database)) {
    if (deployment.verb == Verb::tear_down) continue;
    Json summary = summary_json(host.database, deployment);
    summary["project_id"] = deployment.project_id;
    list.push_back(std::move(summary));
  }
  co_return json_response({{"deployments", std::move(list)}});
}

Task<ApiResponse> get_app(Host& host, Call call) {
  auto app = find_app(host.database, call.id);
  if (!app) co_return fix_input("app_not_found", "There is no such app in your account.");
  co_return json_response({{"id", app->id},
                           {"project_id", app->project_id},
                           {"platform", app->platform},
                           {"status", name_of(app->status)},
                           {"url", app->url},
                           {"release", app->release},
                           {"database_name", app->database_name},
                           {"last_deployed_at_ms", app->last_deployed_at_ms},
                           {"resources", resources_json(host.database, *app)}});
}

Task<ApiResponse> delete_app(Host& host, Call call) {
  auto app = find_app(host.database, call.id);
  if (!app) co_return fix_input("app_not_found", "There is no such app in your account.");
  auto project = find_project(host.database, app->project_id);
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  std::string confirm = fields.text("confirm");
  if (auto failure = fields.failure()) co_return *failure;
  if (!project || confirm != project->name) {
    co_return fix_input("not_confirmed", "The name that was typed is not the app's name.",
                        "Type the app's name to delete it with all its rows.");
  }
  auto id = request_tear_down(host, call.account(), call.id);
  if (!id.ok()) co_return id.failure();
  co_return started(*id);
}

// What was done, and the limits that were reached, newest first.
Task<ApiResponse> get_activity(Host& host, Call) {
  Json list = alerts_json(host.database);
  for (const auto& entry : list_activity(host.database)) {
    list.push_back({{"at_ms", entry.at_ms},
                    {"text", entry.text},
                    {"kind", entry.kind},
                    {"project_id", entry.project_id}});
  }
  std::stable_sort(list.begin(), list.end(), [](const Json& one, const Json& other) {
    return one.at("at_ms").get<int64_t>() > other.at("at_ms").get<int64_t>();
  });
  co_return json_response({{"activity", std::move(list)}});
}

}  // namespace fairway::routes

// From a click to a queued job; everything here happens in one turn.
#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

App new_app(Host& host, const std::string& project_id) {
  App app;
  app.id = new_id(host, "app");
  app.project_id = project_id;
  return app;
}

Failure off(std::string_view provider, std::string why) {
  return ask_permission("provider_off", cat({provider, " cannot be used: ", why}),
                        "The operator of this Fairway must set it; see docs/operate.md.");
}

std::optional<Failure> why_not(Host& host, const std::optional<Project>& project) {
  if (!project) {
    return fix_input("project_not_found", "There is no such project in your account.",
                     "Open it from the builder again.");
  }
  if (project->bundle_sha256.empty() || project->preview_sha256.empty()) {
    return fix_input("nothing_uploaded", "The project's files or its data were not uploaded.",
                     "Open the deploy dialog again, so that the tab can send them.");
  }
  std::string why_turso = why_turso_is_off(host.settings);
  if (!why_turso.empty()) return off("Turso", why_turso);
  std::string why_cloudflare = why_cloudflare_is_off(host.settings);
  if (!why_cloudflare.empty()) return off("Cloudflare", why_cloudflare);
  return std::nullopt;
}

// Writes the deployment, its app and its job.
std::string enqueue(Host& host, Deployment deployment, App app, const std::string& key) {
  app.status = Status::queued;
  save_app(host, app);
  add_deployment(host, deployment, key);
  bool is_deploy = deployment.verb == Verb::deploy_web;
  Json input{{"deployment_id", deployment.id}};
  add_job(host, deployment.id, is_deploy ? "deploy_web" : "tear_down", input);
  return deployment.id;
}

}  // namespace

Outcome<std::string> request_deployment(Host& host, const DeploymentRequest& request) {
  // Keys are the client's, so they are kept apart by project.
  std::string key = request.idempotency_key.empty()
                        ? ""
                        : cat({request.project_id, "|", request.idempotency_key});
  if (!key.empty()) {
    if (auto same = find_deployment_by_key(host.database, key)) return same->id;
  }
  if (auto active = find_active_deployment(host.database, request.project_id)) {
    if (active->verb == Verb::deploy_web) return active->id;
    return fix_input("deployment_active", "The app is being deleted right now.",
                     "Wait until it is gone, then deploy again.");
  }
  auto project = find_project(host.database, request.project_id);
  if (auto failure = why_not(host, project)) return *failure;
  if (!request.preview_sha256.empty() && request.preview_sha256 != project->preview_sha256) {
    return fix_input("preview_changed",
                     "Another preview was uploaded since you looked at this one.",
                     "Look at the tables and choices again, then deploy. Nothing was changed.");
  }
  auto found = find_app_of(host.database, project->id);
  App app = found ? *found : new_app(host, project->id);
  Deployment deployment;
  deployment.id = new_id(host, "dep");
  deployment.account = request.account;
  deployment.project_id = project->id;
  deployment.app_id = app.id;
  deployment.release = app.release + 1;
  deployment.bundle_sha256 = project->bundle_sha256;
  deployment.preview_sha256 = project->preview_sha256;
  deployment.accepted_losses = request.accepted_losses;
  deployment.data = request.data;
  deployment.origin = request.origin;
  deployment.url = app.url;
  return enqueue(host, std::move(deployment), std::move(app), key);
}

Outcome<std::string> request_again(Host& host, const Deployment& deployment,
                                   const std::string& origin) {
  if (deployment.verb == Verb::tear_down) {
    return request_tear_down(host, deployment.account, deployment.app_id);
  }
  DeploymentRequest request{deployment.account,
                            deployment.project_id,
                            "",
                            deployment.accepted_losses,
                            deployment.data,
                            origin,
                            ""};
  bool has_choices = !request.accepted_losses.empty() || request.data != DataChoice::keep;
  if (!has_choices) return request_deployment(host, request);
  auto last = find_last_deployment(host.database, deployment.project_id);
  auto project = find_project(host.database, deployment.project_id);
  bool is_same = project && project->preview_sha256 == deployment.preview_sha256;
  bool is_last = last && last->id == deployment.id && deployment.status != Status::live;
  bool is_going_on = last && is_active(last->status);  // a second click
  if ((is_same && is_last) || is_going_on) return request_deployment(host, request);
  return fix_input("choices_outdated",
                   "What was chosen for production's rows does not hold any more: the preview or "
                   "production has changed since.",
                   "Look at the choices again, then deploy.");
}

Outcome<std::string> request_tear_down(Host& host, const std::string& account,
                                       const std::string& app_id) {
  auto app = find_app(host.database, app_id);
  if (!app) return fix_input("app_not_found", "There is no such app in your account.");
  if (auto active = find_active_deployment(host.database, app->project_id)) {
    if (active->verb == Verb::tear_down) return active->id;
    return fix_input("deployment_active", "The app is being deployed right now.",
                     "Cancel the deployment or wait for its end, then delete the app.");
  }
  Deployment deployment;
  deployment.id = new_id(host, "dep");
  deployment.account = account;
  deployment.project_id = app->project_id;
  deployment.app_id = app->id;
  deployment.verb = Verb::tear_down;
  deployment.release = app->release;
  deployment.url = app->url;
  return enqueue(host, std::move(deployment), std::move(*app), "");
}

Outcome<Done> request_cancel_of(Host& host, const std::string& deployment_id) {
  auto deployment = find_deployment(host.database, deployment_id);
  if (!deployment) {
    return fix_input("deployment_not_found", "There is no such deployment in your account.");
  }
  if (deployment->verb == Verb::tear_down) {
    return fix_input("cannot_cancel", "What was removed already cannot be brought back.");
  }
  if (!is_active(deployment->status)) return Done{};
  set_status(host, deployment_id, Status::cancelling);
  request_cancel(host, deployment_id);
  return Done{};
}

}  // namespace fairway

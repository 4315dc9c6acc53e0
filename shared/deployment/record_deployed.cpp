#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

Task<std::string> seal_variables(Host& host, Deployment deployment, App app) {
  auto variables = co_await site_variables(host, deployment, std::move(app));
  Json json = Json::object();
  for (const auto& [name, value] : variables) json[name] = value;
  co_return co_await seal(host, variables_place(deployment), to_text(json));
}

// The database that this release has replaced, and the tables that it has rebuilt or dropped.
void put_aside(Host& host, const Deployment& deployment, const std::string& old_database) {
  for (auto& resource : resources_of_app(host.database, deployment.app_id)) {
    bool is_old_database =
        resource.kind == ResourceKind::turso_database && resource.name == old_database;
    const Json& tables = member(resource.detail, "kept_tables");
    bool has_tables =
        resource.deployment_id == deployment.id && tables.is_array() && !tables.empty();
    if (is_old_database || has_tables) keep_aside(host, deployment, std::move(resource));
  }
}

}  // namespace

Task<Done> record_deployed(Host& host, Deployment deployment, CheckedProject checked,
                           std::string url) {
  auto app = app_of_release(host.database, deployment);
  auto sealed = co_await seal_variables(host, deployment, app);
  std::string project;
  for (const auto& resource : resources_of_deployment(host.database, deployment.id)) {
    if (resource.kind == ResourceKind::pages_deployment) {
      project = text_or(resource.detail, "project", "");
    }
  }
  auto release = co_await find_pages_deployment(host, project, deployment.id);
  if (!release) co_return retry_later("release_not_visible", "The release is not listed yet.");
  app = app_of_release(host.database, deployment);
  std::string old_database = find_app(host.database, app.id)->database_name;
  app.status = Status::live;
  app.url = url;
  app.hosting_project = project;
  app.live_deployment_id = release->id;
  app.variables_sealed = sealed;
  app.release = deployment.release;
  app.last_deployed_at_ms = host.clock.now_ms();
  save_app(host, app);
  end_deployment(host, deployment.id, Status::live, url, std::nullopt);
  put_aside(host, deployment, old_database == app.database_name ? "" : old_database);
  write_activity(host, "live", deployment.project_id,
                 cat({checked.project_name, " is live, release ", decimal(deployment.release)}));
  co_return Done{};
}

}  // namespace fairway

#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

SealPlace variable_place(const std::string& account, const std::string& project_id,
                         const std::string& name) {
  return {account, "project_variables", "sealed_value", cat({project_id, "/", name})};
}

}  // namespace

SealPlace token_place(const Deployment& deployment) {
  return {deployment.account, "deployed_apps", "database_token_sealed", deployment.app_id};
}

SealPlace variables_place(const Deployment& deployment) {
  return {deployment.account, "deployed_apps", "environment_vars_encrypted", deployment.app_id};
}

Task<Variables> open_environment(Host& host, std::string account, std::string project_id) {
  Variables opened;
  for (const auto& variable : list_environment(host.database, project_id)) {
    auto place = variable_place(account, project_id, variable.name);
    auto value = co_await unseal(host, std::move(place), variable.sealed_value);
    opened.emplace_back(variable.name, std::move(value));
  }
  co_return opened;
}

Task<Done> keep_environment(Host& host, std::string account, std::string project_id,
                            Variables variables) {
  std::vector<EnvironmentVariable> sealed;
  for (auto& [name, value] : variables) {
    auto place = variable_place(account, project_id, name);
    auto text = co_await seal(host, std::move(place), std::move(value));
    sealed.push_back({name, std::move(text)});
  }
  for (const auto& variable : sealed) save_variable(host, project_id, variable);
  co_return Done{};
}

Task<DatabaseAccess> open_database(Host& host, Deployment deployment, App app) {
  auto token = co_await unseal(host, token_place(deployment), app.database_token_sealed);
  TursoDatabase database{app.database_name, app.database_id, app.database_hostname};
  co_return turso_access(host.settings, database, std::move(token));
}

Task<Variables> site_variables(Host& host, Deployment deployment, App app) {
  auto variables = co_await open_environment(host, deployment.account, deployment.project_id);
  auto access = co_await open_database(host, deployment, std::move(app));
  variables.emplace_back("TURSO_DATABASE_URL", access.url);
  variables.emplace_back("TURSO_AUTH_TOKEN", access.token);
  co_return variables;
}

}  // namespace fairway

#include "shared/base/text.h"
#include "shared/deployment/deployment.h"
#include "shared/gateway/app_key.h"
#include "shared/gateway/services.h"

namespace fairway {

namespace {

SealPlace variable_place(const std::string& account, const std::string& project_id,
                         const std::string& name) {
  return {account, "project_variables", "sealed_value", cat({project_id, "/", name})};
}

std::vector<std::string> names_of(const std::vector<EnvironmentVariable>& variables) {
  std::vector<std::string> names;
  for (const auto& variable : variables) names.push_back(variable.name);
  return names;
}

std::optional<AppKeyRow> deployed_key_of(Database& database, const std::string& app_id) {
  for (const auto& resource : resources_of_app(database, app_id)) {
    if (resource.kind != ResourceKind::app_key) continue;
    auto key = find_app_key(database, resource.name);
    if (key && key->revoked_at_ms == 0) return key;
  }
  return std::nullopt;
}

bool has_service_on(const std::vector<ServiceChoice>& choices) {
  for (const auto& choice : choices) {
    if (choice.payer != Payer::off) return true;
  }
  return false;
}

Task<Variables> variables_of_services(Host& host, Deployment deployment) {
  auto choices = list_service_choices(host.database, deployment.project_id);
  auto key = deployed_key_of(host.database, deployment.app_id);
  if (!key || deployment.origin.empty()) co_return Variables{};
  auto text = co_await unseal(host, key_text_place(deployment.account, key->id), key->sealed_text);
  co_return service_variables(choices, text, deployment.origin,
                              names_of(list_environment(host.database, deployment.project_id)));
}

void log_services(Journal& journal, const Deployment& deployment,
                  const std::vector<ServiceChoice>& choices) {
  auto set = names_of(list_environment(journal.host.database, deployment.project_id));
  for (const auto& choice : choices) {
    const GatewayService* service = find_service(choice.service);
    if (service == nullptr || choice.payer == Payer::off) continue;
    auto own = own_variables_of(*service, set);
    if (own.empty()) {
      write_log(journal, "publish_site", LogLevel::info,
                cat({service->title, " for the app: ", service->key_variable, ", ",
                     service->address_variable}));
    } else {
      write_log(journal, "publish_site", LogLevel::warn,
                cat({join(own, ", "), " stays as you set it, so the app does not get ",
                     service->title, " from Fairway"}));
    }
  }
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
  auto services = co_await variables_of_services(host, deployment);
  for (auto& variable : services) variables.push_back(std::move(variable));
  auto access = co_await open_database(host, deployment, std::move(app));
  variables.emplace_back("TURSO_DATABASE_URL", access.url);
  variables.emplace_back("TURSO_AUTH_TOKEN", access.token);
  co_return variables;
}

Task<Done> give_app_key(Host& host, Journal& journal, Deployment deployment) {
  auto choices = list_service_choices(host.database, deployment.project_id);
  if (!has_service_on(choices) || deployment.origin.empty()) co_return Done{};
  log_services(journal, deployment, choices);
  if (deployed_key_of(host.database, deployment.app_id)) co_return Done{};
  AppKeyRow key;
  key.id = new_id(host, "key");
  std::string text =
      make_app_key(key.id, deployment.account, host.random.bytes(app_key_random_bytes));
  key.app_id = deployment.app_id;
  key.project_id = deployment.project_id;
  key.name = "The deployed app";
  key.secret_hash = parse_app_key(text)->secret_hash;
  key.hint = app_key_hint(text);
  for (const auto& service : gateway_services()) key.services.emplace_back(service.name);
  key.created_at_ms = host.clock.now_ms();
  key.sealed_text = co_await seal(host, key_text_place(deployment.account, key.id), text);
  // One turn: the key and its row in the ledger are there, or neither is.
  add_app_key(host.database, key);
  set_state(host, intend(host, deployment, ResourceKind::app_key, key.id, Json::object()),
            ResourceState::exists);
  co_return Done{};
}

}  // namespace fairway

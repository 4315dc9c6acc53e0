#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

Task<bool> find(Host& host, std::string name) {
  auto found = co_await find_turso_database(host, std::move(name));
  co_return found.has_value();
}

Task<Making> make(Host& host, std::string name) {
  co_return co_await make_turso_database(host, std::move(name));
}

// Mints and keeps the token that the site and the migration use, unless the app has one.
Task<Done> keep_database(Host& host, Deployment deployment, TursoDatabase database) {
  auto app = find_app(host.database, deployment.app_id);
  FAIRWAY_ASSERT(app);
  if (app->database_id == database.id && !app->database_token_sealed.empty()) co_return Done{};
  auto token = co_await mint_turso_token(host, database.name);
  auto sealed = co_await seal(host, token_place(deployment), std::move(token));
  app = find_app(host.database, deployment.app_id);
  FAIRWAY_ASSERT(app);
  app->database_name = database.name;
  app->database_id = database.id;
  app->database_hostname = database.hostname;
  app->database_token_sealed = sealed;
  save_app(host, *app);
  co_return Done{};
}

Resource own_database(Database& database, const Deployment& deployment, const std::string& name) {
  for (auto& resource : resources_of_deployment(database, deployment.id)) {
    if (resource.kind == ResourceKind::turso_database && resource.name == name) return resource;
  }
  broken_promise("a database without its row", __FILE__, __LINE__);
}

// The same for a database beside the live one: until it is recorded, the app keeps the old one.
Task<Done> keep_beside(Host& host, Deployment deployment, TursoDatabase database) {
  Resource resource = own_database(host.database, deployment, database.name);
  if (!text_or(resource.detail, "token_sealed", "").empty()) co_return Done{};
  auto token = co_await mint_turso_token(host, database.name);
  auto sealed = co_await seal(host, token_place(deployment), std::move(token));
  resource.detail["id"] = database.id;
  resource.detail["hostname"] = database.hostname;
  resource.detail["token_sealed"] = sealed;
  set_detail(host, resource, resource.detail);
  co_return Done{};
}

}  // namespace

App app_of_release(Database& database, const Deployment& deployment) {
  auto app = find_app(database, deployment.app_id);
  FAIRWAY_ASSERT(app);
  for (const auto& resource : resources_of_deployment(database, deployment.id)) {
    bool is_beside = resource.kind == ResourceKind::turso_database &&
                     resource.state == ResourceState::exists &&
                     resource.detail.contains("token_sealed");
    if (!is_beside) continue;
    app->database_name = resource.name;
    app->database_id = text_or(resource.detail, "id", "");
    app->database_hostname = text_or(resource.detail, "hostname", "");
    app->database_token_sealed = text_or(resource.detail, "token_sealed", "");
  }
  return *app;
}

Task<TursoDatabase> provision_database(Host& host, Journal& journal, Deployment deployment,
                                       CheckedProject checked) {
  Maker maker{ResourceKind::turso_database, &find, &make};
  if (checked.replaces) maker.scope = Maker::Scope::deployment;
  std::string name;
  if (checked.carries_all()) {
    name = co_await claim_name(host, journal, deployment, checked.project_name, maker);
  } else {
    name = app_of_release(host.database, deployment).database_name;
  }
  auto database = co_await find_turso_database(host, name);
  if (!database) {
    co_return retry_later("database_not_visible",
                          cat({"Turso made the database ", name, " but does not show it yet."}));
  }
  if (checked.replaces) {
    co_await keep_beside(host, deployment, *database);
  } else {
    co_await keep_database(host, deployment, *database);
  }
  write_note(journal, "detail.provision_database", cat({database->name, " at Turso"}));
  write_log(journal, "provision_database", LogLevel::info,
            cat({"database ", database->name, checked.carries_all() ? " made" : " found"}));
  co_return *database;
}

}  // namespace fairway

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

}  // namespace

Task<TursoDatabase> provision_database(Host& host, Journal& journal, Deployment deployment,
                                       CheckedProject checked) {
  Maker maker{ResourceKind::turso_database, &find, &make};
  auto name = co_await claim_name(host, journal, deployment, checked.project_name, maker);
  auto database = co_await find_turso_database(host, name);
  if (!database) {
    co_return retry_later("database_not_visible",
                          cat({"Turso made the database ", name, " but does not show it yet."}));
  }
  co_await keep_database(host, deployment, *database);
  write_note(journal, "detail.provision_database", cat({database->name, " at Turso"}));
  write_log(journal, "provision_database", LogLevel::info,
            cat({"database ", database->name, checked.is_first ? " made" : " found"}));
  co_return *database;
}

}  // namespace fairway

// What a release put aside (the database that it replaced, the rows of tables that it rebuilt or
// dropped) goes when seven days are over, by the account's alarm.
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

void plan(Host& host, const std::string& deployment_id, int64_t at_ms) {
  add_job_at(host, cat({"kept-", deployment_id, "-", decimal(at_ms / day_ms)}), "remove_kept",
             {{"deployment_id", deployment_id}}, at_ms);
}

Task<Done> drop_tables(Host& host, Deployment deployment, App app, Resource resource) {
  auto access = co_await open_database(host, std::move(deployment), std::move(app));
  std::vector<std::string> statements;
  for (const Json& name : member(resource.detail, "kept_tables")) {
    statements.push_back(drop_kept_sql(name.get<std::string>()));
  }
  co_await run_transaction(host, std::move(access), std::string(foreign_keys_off_sql),
                           std::move(statements));
  resource.detail.erase("kept_by");
  resource.detail["kept_tables"] = Json::array();
  set_detail(host, resource, resource.detail);
  co_return Done{};
}

Task<Done> remove_all(Host& host, Journal& journal, Deployment deployment) {
  for (auto& resource : resources_of_app(host.database, deployment.app_id)) {
    auto app = find_app(host.database, deployment.app_id);
    bool is_its = text_or(resource.detail, "kept_by", "") == deployment.id;
    if (!app || !is_its) continue;
    if (resource.kind == ResourceKind::schema) {
      co_await drop_tables(host, deployment, *app, std::move(resource));
    } else {
      co_await undo_resource(host, journal, deployment, std::move(resource));
    }
  }
  co_return Done{};
}

}  // namespace

void keep_aside(Host& host, const Deployment& release, Resource resource) {
  int64_t until_ms = host.clock.now_ms() + kept_ms;
  resource.detail["kept_by"] = release.id;
  resource.detail["kept_until_ms"] = until_ms;
  set_detail(host, resource, resource.detail);
  plan(host, release.id, until_ms);
}

Task<Done> remove_kept(Host& host, Journal& journal, Json input) {
  auto deployment = find_deployment(host.database, input.at("deployment_id"));
  FAIRWAY_ASSERT(deployment);
  // Anything that stops it may pass in a day: the provider, its token, our own mistake.
  Outcome<Done> removed = retry_later("stuck", "It broke off too often today.");
  if (!journal.is_stuck()) removed = co_await outcome_of(remove_all(host, journal, *deployment));
  if (!removed.ok()) plan(host, deployment->id, host.clock.now_ms() + day_ms);
  co_return Done{};
}

}  // namespace fairway

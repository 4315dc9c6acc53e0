// Compensation: newest first, each thing until its provider says that it is gone.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/deployment/deployment.h"
#include "shared/gateway/ledger.h"

namespace fairway {

namespace {

constexpr int64_t look_ms = 2 * second_ms;
constexpr int64_t listing_ms = 5 * second_ms;
constexpr int looks_max = 30;

// A request that is still on its way may have its effect after we looked.
bool may_still_appear(Host& host, const Resource& resource) {
  int64_t settles_at_ms = integer_or(resource.detail, "settles_at_ms", 0);
  return host.clock.now_ms() < settles_at_ms;
}

int64_t settles_at_ms(Host& host, const Resource& resource) {
  // What was made just now may not be listed yet.
  if (resource.state == ResourceState::exists) return resource.updated_at_ms + listing_ms;
  // A request of an earlier run may be on its way, and it may have been sent again and again until
  // that run ended.
  return host.clock.now_ms() + settling_ms;
}

using Find = Task<bool> (*)(Host& host, Resource resource);
using Remove = Task<Done> (*)(Host& host, Resource resource);

Task<Done> remove_until_gone(Host& host, Resource resource, Find find, Remove remove) {
  resource.detail["settles_at_ms"] = settles_at_ms(host, resource);
  set_detail(host, resource, resource.detail);
  set_state(host, resource, ResourceState::removing);
  for (int look = 1; look <= looks_max; ++look) {
    co_await remove(host, resource);
    bool is_there = co_await find(host, resource);
    if (!is_there && !may_still_appear(host, resource)) {
      set_state(host, resource, ResourceState::gone);
      co_return Done{};
    }
    co_await host.clock.sleep_ms(look_ms);
  }
  co_return retry_later("still_there",
                        cat({"The provider has not removed ", describe(resource), " yet."}));
}

Task<bool> find_database(Host& host, Resource resource) {
  auto found = co_await find_turso_database(host, resource.name);
  co_return found.has_value();
}
Task<Done> remove_database(Host& host, Resource resource) {
  co_return co_await remove_turso_database(host, resource.name);
}

Task<bool> find_project_of_site(Host& host, Resource resource) {
  auto found = co_await find_pages_project(host, resource.name);
  co_return found.has_value();
}
Task<Done> remove_project_of_site(Host& host, Resource resource) {
  co_return co_await remove_pages_project(host, resource.name);
}

// A release's deployment is known by its release, which is the resource's name. Nothing where there
// is none, or no site any more, which may vanish at any moment.
Task<std::optional<PagesDeployment>> look_up_release(Host& host, Resource resource) {
  std::string project = text_or(resource.detail, "project", "");
  auto found = co_await outcome_of(find_pages_deployment(host, project, resource.name));
  bool is_site_gone = !found.ok() && found.failure().code == "not_found";
  if (is_site_gone) co_return std::optional<PagesDeployment>();
  co_return found;
}

Task<bool> find_release(Host& host, Resource resource) {
  auto found = co_await look_up_release(host, std::move(resource));
  co_return found.has_value();
}
Task<Done> remove_release(Host& host, Resource resource) {
  std::string project = text_or(resource.detail, "project", "");
  std::string previous = text_or(resource.detail, "previous", "");
  auto found = co_await look_up_release(host, resource);
  if (!found) co_return Done{};
  // Without an earlier one the whole project goes, which was made before and is undone after.
  if (previous.empty()) co_return co_await remove_pages_project(host, project);
  auto site = co_await find_pages_project(host, project);
  if (site && site->canonical_deployment_id != previous) {
    co_await roll_back_pages_deployment(host, project, previous);
  }
  auto removed = co_await outcome_of(remove_pages_deployment(host, project, found->id));
  if (removed.ok()) co_return Done{};
  // What visitors get cannot be removed, and it may have gone live since we looked: the next look
  // rolls back first.
  site = co_await find_pages_project(host, project);
  if (site && site->canonical_deployment_id != previous) co_return Done{};
  co_return removed.failure();
}

// Gives the site the variables of its live release again.
Task<Done> restore_variables(Host& host, Deployment deployment, Resource resource) {
  auto app = find_app(host.database, deployment.app_id);
  if (app && !app->variables_sealed.empty()) {
    auto text = co_await unseal(host, variables_place(deployment), app->variables_sealed);
    auto json = parse_json(text);
    FAIRWAY_ASSERT(json.ok());
    std::vector<SiteVariable> variables;
    for (const auto& [name, value] : json->items()) {
      variables.push_back({name, value.get<std::string>(), SiteVariable::Kind::secret});
    }
    co_await set_pages_variables(host, resource.name, std::move(variables));
  }
  set_state(host, resource, ResourceState::gone);
  co_return Done{};
}

}  // namespace

std::string describe(const Resource& resource) {
  switch (resource.kind) {
    case ResourceKind::turso_database:
      return cat({"database ", resource.name, " at Turso"});
    case ResourceKind::pages_project:
      return cat({"site ", resource.name, " at Cloudflare"});
    case ResourceKind::pages_variables:
      return cat({"variables of ", resource.name, " at Cloudflare"});
    case ResourceKind::pages_deployment:
      return cat({"release ", resource.name, " at Cloudflare"});
    case ResourceKind::schema:
      return cat({"schema changes of ", resource.name});
    case ResourceKind::app_key:
      return "the app's key to services";
  }
  broken_promise("a resource of no kind", __FILE__, __LINE__);
}

Task<Done> undo_resource(Host& host, Journal& journal, Deployment deployment, Resource resource) {
  if (resource.state == ResourceState::gone || resource.state == ResourceState::foreign) {
    co_return Done{};
  }
  if (resource.state == ResourceState::intended) {
    set_state(host, resource, ResourceState::gone);
    co_return Done{};
  }
  write_log(journal, "undo", LogLevel::info, cat({"removing ", describe(resource)}));
  switch (resource.kind) {
    case ResourceKind::turso_database:
      co_await remove_until_gone(host, resource, &find_database, &remove_database);
      break;
    case ResourceKind::pages_project:
      co_await remove_until_gone(host, resource, &find_project_of_site, &remove_project_of_site);
      break;
    case ResourceKind::pages_deployment:
      co_await remove_until_gone(host, resource, &find_release, &remove_release);
      break;
    case ResourceKind::pages_variables:
      co_await restore_variables(host, std::move(deployment), resource);
      break;
    case ResourceKind::schema:
      co_await undo_schema(host, std::move(deployment), resource);
      break;
    case ResourceKind::app_key:
      revoke_app_key(host.database, resource.name, host.clock.now_ms());
      set_state(host, resource, ResourceState::gone);
      break;
  }
  write_log(journal, "undo", LogLevel::info, cat({"removed ", describe(resource)}));
  co_return Done{};
}

Task<Done> undo_deployment(Host& host, Journal& journal, Deployment deployment) {
  // Of an app that was never live nothing is kept, whichever attempt has made it.
  auto app = find_app(host.database, deployment.app_id);
  bool was_live = app && app->release > 0;
  auto resources = was_live ? resources_of_deployment(host.database, deployment.id)
                            : resources_of_app(host.database, deployment.app_id);
  std::reverse(resources.begin(), resources.end());
  std::optional<Failure> failure;
  for (auto& resource : resources) {
    auto undone =
        co_await outcome_of(undo_resource(host, journal, deployment, std::move(resource)));
    // What does not let go holds nothing else up.
    if (!undone.ok()) {
      write_log(journal, "undo", LogLevel::error, undone.failure().message);
      if (!failure || failure->reaction == Reaction::retry_later) failure = undone.failure();
    }
  }
  if (failure) co_return *failure;
  co_return Done{};
}

}  // namespace fairway

// Removes everything that an app has at providers, newest first. Repeated until it is done or its
// time is over; then what is left is named.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

Task<Done> remove_all(Host& host, Journal& journal, Deployment deployment) {
  auto resources = resources_of_app(host.database, deployment.app_id);
  std::reverse(resources.begin(), resources.end());
  for (auto& resource : resources) {
    // Gone together with the site and the database that they are part of.
    bool is_part = resource.kind == ResourceKind::pages_variables ||
                   resource.kind == ResourceKind::pages_deployment ||
                   resource.kind == ResourceKind::schema;
    if (is_part) {
      set_state(host, resource, ResourceState::gone);
    } else {
      co_await undo_resource(host, journal, deployment, std::move(resource));
    }
  }
  co_return Done{};
}

}  // namespace

Task<Done> tear_down(Host& host, Journal& journal, Json input) {
  auto deployment = find_deployment(host.database, input.at("deployment_id"));
  FAIRWAY_ASSERT(deployment);
  if (!is_active(deployment->status)) co_return Done{};
  set_status(host, deployment->id, Status::running);
  int64_t deadline_ms = deployment->created_at_ms + undo_ms_max;
  Outcome<Done> removed = retry_later("took_too_long", "The removal was not done after 30 minutes.",
                                      "Delete the app again.");
  bool may_try = host.clock.now_ms() < deadline_ms;
  if (may_try) removed = co_await outcome_of(remove_all(host, journal, *deployment));
  if (removed.ok()) {
    remove_app(host, deployment->app_id);
    end_deployment(host, deployment->id, Status::removed, "", std::nullopt);
    write_activity(host, "deleted", deployment->project_id, "The app was deleted.");
    co_return Done{};
  }
  bool may_pass_later =
      removed.failure().reaction == Reaction::retry_later && host.clock.now_ms() < deadline_ms;
  if (may_pass_later) co_return removed.failure();
  end_deployment(host, deployment->id, Status::needs_you, deployment->url, removed.failure());
  co_return Done{};
}

}  // namespace fairway

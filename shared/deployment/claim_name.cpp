#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

constexpr int looks_max = 4;

// Something was sent, and what came of it is not known: look, and only then send again.
Task<bool> look_and_make(Host& host, Resource resource, Maker maker) {
  for (int look = 1;; ++look) {
    bool is_there = co_await maker.find(host, resource.name);
    if (is_there) break;
    auto making = co_await outcome_of(maker.make(host, resource.name));
    if (making.ok() && *making == Making::made) break;
    bool may_pass = making.ok() || making.failure().reaction == Reaction::retry_later;
    if (!may_pass) co_return making.failure();
    if (look == looks_max) {
      co_return retry_later("outcome_unknown",
                            cat({"It is not clear yet whether ", resource.name, " was made."}));
    }
    co_await host.clock.sleep_ms(second_ms << look);
  }
  set_state(host, resource, ResourceState::exists);
  co_return true;
}

// True when the name is ours now, false when it is somebody else's.
Task<bool> settle_name(Host& host, Resource resource, Maker maker) {
  if (resource.state == ResourceState::exists) co_return true;
  if (resource.state != ResourceState::intended) {
    co_return co_await look_and_make(host, std::move(resource), maker);
  }
  bool is_there = co_await maker.find(host, resource.name);
  if (is_there) {  // nothing was sent yet, so it cannot be ours
    set_state(host, resource, ResourceState::foreign);
    co_return false;
  }
  set_state(host, resource, ResourceState::sent);
  auto making = co_await outcome_of(maker.make(host, resource.name));
  if (making.ok()) {
    bool is_ours = *making == Making::made;
    set_state(host, resource, is_ours ? ResourceState::exists : ResourceState::foreign);
    co_return is_ours;
  }
  if (making.failure().reaction != Reaction::retry_later) co_return making.failure();
  co_return co_await look_and_make(host, std::move(resource), maker);
}

}  // namespace

Task<std::string> claim_name(Host& host, Journal& journal, Deployment deployment,
                             std::string project_name, Maker maker) {
  for (auto& resource : resources_of_app(host.database, deployment.app_id)) {
    bool is_it = resource.kind == maker.kind && resource.state == ResourceState::exists;
    bool is_own = resource.deployment_id == deployment.id;
    if (is_it && (is_own || maker.scope == Maker::Scope::app)) co_return resource.name;
  }
  // Beside those of other releases: "-31" is the first name of the third one's own.
  bool is_beside = maker.scope == Maker::Scope::deployment;
  int names_before = is_beside ? int(deployment.release % 10'000) * 10 : 0;
  for (int attempt = 1; attempt <= name_attempts_max; ++attempt) {
    std::string name = resource_name(project_name, deployment.account, deployment.project_id,
                                     names_before + attempt);
    Resource resource = intend(host, deployment, maker.kind, name, Json::object());
    if (resource.state == ResourceState::foreign) continue;
    bool is_ours = co_await settle_name(host, std::move(resource), maker);
    if (is_ours) co_return name;
    write_log(journal, "", LogLevel::warn, cat({"the name ", name, " belongs to somebody else"}));
  }
  co_return fix_input("names_taken", "Every name that this project could have is taken.",
                      "Rename the project, then deploy again.");
}

}  // namespace fairway

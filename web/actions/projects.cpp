#include "web/actions/projects.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/connection.h"
#include "web/actions/deploy.h"
#include "web/actions/preview.h"
#include "web/actions/review.h"
#include "web/actions/usage.h"
#include "web/api_client/api_client.h"

namespace fairway {
namespace {

constexpr int64_t fresh_pause_ms = 2'500;

bool any_deploying(const State& state) {
  return std::any_of(state.cards.begin(), state.cards.end(),
                     [](const Card& card) { return card.status == CardStatus::deploying; });
}

LocalProject local_of(const BuilderProject& stored) {
  LocalProject local;
  local.id = stored.id;
  local.name = stored.name;
  local.description = stored.description;
  local.saved_at_ms = stored.saved_at_ms;
  for (const BuilderFile& file : stored.files) {
    local.files_served += file.path.starts_with("public/") ? 1 : 0;
    local.size_bytes += file.size_bytes;
  }
  local.database_size_bytes = stored.database_size_bytes;
  local.database_saved_at_ms = stored.database_saved_at_ms;
  return local;
}

// What was counted before stays, when the database has not been saved since.
void keep_counted(const State& state, LocalProject* local) {
  const LocalProject* before = find_local(state, local->id);
  if (before == nullptr || !before->preview.here()) return;
  if (before->database_saved_at_ms == local->database_saved_at_ms &&
      before->database_size_bytes == local->database_size_bytes) {
    local->preview = before->preview;
  }
}

Task<Done> count_preview(Dashboard& dashboard, std::string project_id) {
  LocalProject* local = find_local(dashboard.state, project_id);
  if (local == nullptr || local->preview.here()) co_return Done{};
  local->preview.ask(dashboard.host.clock.now_ms());
  refresh_cards(dashboard.state);
  const int64_t size_bytes = local->database_size_bytes;
  auto preview = co_await outcome_of(
      look_into_preview(dashboard.host, dashboard.browser, project_id, size_bytes));
  local = find_local(dashboard.state, project_id);
  if (local == nullptr) co_return Done{};
  if (preview.ok()) {
    preview.value().saved_at_ms = local->database_saved_at_ms;
    local->preview.arrive(std::move(preview.value()), dashboard.host.clock.now_ms());
    const auto& dialog = dashboard.state.deploy;
    if (dialog && dialog->project_id == project_id) look_at_changes(dashboard);
  } else {
    local->preview.fail(preview.failure());
  }
  refresh_cards(dashboard.state);
  co_return Done{};
}

// Only figures hang on it, so a failure leaves the last ones standing.
Task<Done> load_deployments(Dashboard& dashboard) {
  auto deployments = co_await outcome_of(api_client::fetch_deployments(dashboard.host));
  if (deployments.ok()) {
    dashboard.state.deployments.arrive(std::move(deployments.value()),
                                       dashboard.host.clock.now_ms());
  }
  co_return Done{};
}

}  // namespace

Task<Done> load_projects(Dashboard& dashboard) {
  State& state = dashboard.state;
  while (true) {
    state.projects.ask(dashboard.host.clock.now_ms());
    auto projects = co_await outcome_of(api_client::fetch_projects(dashboard.host));
    if (!projects.ok()) {
      state.projects.fail(projects.failure());
      note_failure(dashboard, projects.failure());
      co_return Done{};
    }
    note_answer(dashboard);
    state.projects.arrive(std::move(projects.value()), dashboard.host.clock.now_ms());
    refresh_cards(state);
    adopt_active_deployment(dashboard);
    dashboard.running.start_once("deployments", load_deployments(dashboard));
    dashboard.browser.set_title(tab_title(state));
    if (!any_deploying(state)) co_return Done{};
    co_await dashboard.host.clock.sleep_ms(fresh_pause_ms);
  }
}

Task<Done> load_builder(Dashboard& dashboard) {
  State& state = dashboard.state;
  state.builder.ask(dashboard.host.clock.now_ms());
  auto stored = co_await outcome_of(dashboard.browser.list_projects());
  if (!stored.ok()) {
    state.builder.fail(stored.failure());
    co_return Done{};
  }
  std::vector<LocalProject> locals;
  for (const BuilderProject& project : stored.value()) {
    locals.push_back(local_of(project));
    keep_counted(state, &locals.back());
  }
  state.builder.arrive(std::move(locals), dashboard.host.clock.now_ms());
  refresh_cards(state);
  for (const BuilderProject& project : stored.value()) {
    co_await count_preview(dashboard, project.id);
  }
  co_return Done{};
}

Task<Done> load_activity(Dashboard& dashboard) {
  State& state = dashboard.state;
  state.activity.ask(dashboard.host.clock.now_ms());
  auto activity = co_await outcome_of(api_client::fetch_activity(dashboard.host));
  if (activity.ok()) {
    note_answer(dashboard);
    state.activity.arrive(std::move(activity.value()), dashboard.host.clock.now_ms());
  } else {
    state.activity.fail(activity.failure());
    note_failure(dashboard, activity.failure());
  }
  co_return Done{};
}

void refresh_all(Dashboard& dashboard) {
  dashboard.running.restart("builder", load_builder(dashboard));
  dashboard.running.restart("projects", load_projects(dashboard));
  load_page(dashboard);
}

void load_page(Dashboard& dashboard) {
  const Page page = dashboard.state.page;
  if (page == Page::activity) {
    dashboard.running.restart("activity", load_activity(dashboard));
  } else if (page == Page::usage) {
    dashboard.running.restart("usage", load_usage(dashboard));
  } else if (page == Page::app) {
    dashboard.running.restart("app keys", load_app_keys(dashboard));
  }
}

void show_page(Dashboard& dashboard, Page page) {
  State& state = dashboard.state;
  if (state.review) {
    close_review(dashboard);
    close_deploy(dashboard);
  }
  state.page = page;
  dashboard.browser.show_address(page == Page::activity ? "/app/dashboard?page=activity"
                                 : page == Page::usage  ? "/app/dashboard?page=usage"
                                                        : "/app/dashboard");
  dashboard.browser.set_title(tab_title(state));
  load_page(dashboard);
}

}  // namespace fairway

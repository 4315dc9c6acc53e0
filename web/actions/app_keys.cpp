#include "web/actions/app_keys.h"

#include <utility>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "web/actions/connection.h"
#include "web/api_client/gateway_client.h"

namespace fairway {
namespace {

const message::App* app_of(const State& state, const std::string& project_id) {
  if (!state.projects.value) return nullptr;
  for (const message::Project& project : *state.projects.value) {
    if (project.id == project_id && project.app) return &*project.app;
  }
  return nullptr;
}

Task<Done> send_key(Dashboard& dashboard, api_client::NewKey key) {
  AppView& view = dashboard.state.app;
  auto made =
      co_await outcome_of(api_client::make_app_key(dashboard.host, view.app_id, std::move(key)));
  view.editor.saving = false;
  if (!made.ok()) {
    view.editor.problem = made.failure();
    note_failure(dashboard, made.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  view.editor.made = std::move(*made);
  co_await load_app_keys(dashboard);
  co_return Done{};
}

Task<Done> send_revocation(Dashboard& dashboard, std::string key_id) {
  auto revoked = co_await outcome_of(api_client::revoke_app_key(dashboard.host, key_id));
  AppView& view = dashboard.state.app;
  view.revoke_sending = false;
  view.revoking.clear();
  if (!revoked.ok()) {
    view.problem = revoked.failure();
    note_failure(dashboard, revoked.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  add_toast(dashboard.state,
            {ToastMessage::Mood::ok, "The key is revoked", "Calls with it are refused from now on.",
             dashboard.host.clock.now_ms() + 5'000});
  co_await load_app_keys(dashboard);
  co_return Done{};
}

std::vector<std::string> models_of(const std::string& text) {
  std::vector<std::string> models;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view model = trim(part);
    if (!model.empty()) models.emplace_back(model);
  }
  return models;
}

// What was typed, or what is wrong with it.
Outcome<api_client::NewKey> key_of(const KeyEditor& editor, int64_t now_ms) {
  api_client::NewKey key;
  key.name = std::string(trim(editor.name));
  if (key.name.empty()) return fix_input("no_name", "The key needs a name.", "");
  size_t chosen = 0;
  for (size_t i = 0; i < key_services.size(); ++i) {
    if (!editor.services[i]) continue;
    key.services.emplace_back(key_services[i].name);
    ++chosen;
  }
  if (chosen == 0) return fix_input("no_service", "Choose at least one service.", "");
  if (chosen == key_services.size()) key.services.clear();  // All, also those that come later.
  key.models = models_of(editor.models);
  if (!trim(editor.dollars).empty()) {
    const auto nanos = parse_dollars(editor.dollars);
    if (!nanos) return fix_input("bad_limit", "An amount in dollars, such as 25 or 0.50.", "");
    key.spend_limit_nanos = *nanos;
  }
  if (!trim(editor.rate).empty()) {
    const auto rate = parse_decimal(trim(editor.rate));
    if (!rate || *rate < 1) return fix_input("bad_rate", "A whole number of requests.", "");
    key.requests_per_minute = *rate;
  }
  const int64_t days = key_expiries[static_cast<size_t>(editor.expiry)].days;
  if (days > 0) key.expires_at_ms = now_ms + days * day_ms;
  return key;
}

}  // namespace

void open_app_page(Dashboard& dashboard, const std::string& project_id) {
  State& state = dashboard.state;
  const message::App* app = app_of(state, project_id);
  if (app == nullptr) return;
  if (state.app.app_id != app->id) state.app = {};
  state.app.project_id = project_id;
  state.app.app_id = app->id;
  state.page = Page::app;
  dashboard.browser.show_address(cat({"/app/dashboard?page=app&project=", url_encode(project_id)}));
  dashboard.running.restart("app keys", load_app_keys(dashboard));
}

Task<Done> follow_app_page(Dashboard& dashboard, std::string project_id) {
  constexpr int64_t look_ms = 200;
  constexpr int looks_max = 100;
  for (int look = 0; look < looks_max && !dashboard.state.projects.value; ++look) {
    co_await dashboard.host.clock.sleep_ms(look_ms);
  }
  open_app_page(dashboard, project_id);
  co_return Done{};
}

Task<Done> load_app_keys(Dashboard& dashboard) {
  AppView& view = dashboard.state.app;
  view.keys.ask(dashboard.host.clock.now_ms());
  auto keys = co_await outcome_of(api_client::fetch_app_keys(dashboard.host, view.app_id));
  if (keys.ok()) {
    note_answer(dashboard);
    view.keys.arrive(std::move(*keys), dashboard.host.clock.now_ms());
  } else {
    view.keys.fail(keys.failure());
    note_failure(dashboard, keys.failure());
  }
  co_return Done{};
}

void make_key(Dashboard& dashboard) {
  KeyEditor& editor = dashboard.state.app.editor;
  if (editor.saving) return;
  auto key = key_of(editor, dashboard.host.clock.now_ms());
  editor.problem = {};
  if (!key.ok()) {
    editor.problem = key.failure();
    return;
  }
  editor.saving = true;
  dashboard.running.restart("make key", send_key(dashboard, std::move(*key)));
}

void revoke_key(Dashboard& dashboard) {
  AppView& view = dashboard.state.app;
  if (view.revoke_sending || view.revoking.empty()) return;
  view.revoke_sending = true;
  view.problem = {};
  dashboard.running.restart("revoke key", send_revocation(dashboard, view.revoking));
}

}  // namespace fairway

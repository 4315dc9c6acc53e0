#include "web/actions/services.h"

#include <utility>

#include "shared/base/text.h"
#include "web/actions/connection.h"
#include "web/api_client/gateway_client.h"

namespace fairway {
namespace {

// Where the choices are shown now: the deploy dialog lies over every page.
struct Shown {
  ServicesEditor* editor = nullptr;
  std::vector<message::Service>* services = nullptr;
  std::string project_id;
};

Shown shown_now(State& state) {
  Shown shown;
  if (!state.deploy) return shown;
  shown.editor = &state.deploy->services;
  shown.project_id = state.deploy->project_id;
  if (state.deploy->plan.value) shown.services = &state.deploy->plan.value->services;
  return shown;
}

Task<Done> save(Dashboard& dashboard, std::string project_id, api_client::ServiceChange change) {
  auto saved =
      co_await outcome_of(api_client::save_service(dashboard.host, project_id, std::move(change)));
  Shown shown = shown_now(dashboard.state);
  if (shown.editor == nullptr || shown.project_id != project_id) co_return Done{};
  shown.editor->saving.clear();
  if (!saved.ok()) {
    shown.editor->problem = saved.failure();
    note_failure(dashboard, saved.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  *shown.editor = {};
  if (shown.services != nullptr) *shown.services = std::move(*saved);
  co_return Done{};
}

void start_saving(Dashboard& dashboard, const Shown& shown, api_client::ServiceChange change) {
  if (!shown.editor->saving.empty()) return;
  shown.editor->saving = change.service;
  shown.editor->problem = {};
  dashboard.running.restart("services", save(dashboard, shown.project_id, std::move(change)));
}

}  // namespace

void choose_payer(Dashboard& dashboard, const std::string& service, message::Payer payer) {
  Shown shown = shown_now(dashboard.state);
  if (shown.editor == nullptr || shown.services == nullptr) return;
  for (const message::Service& known : *shown.services) {
    if (known.service != service) continue;
    const bool needs_key = payer == message::Payer::own && known.own_key_hint.empty();
    if (needs_key) {
      shown.editor->typing = service;
      shown.editor->key.clear();
      return;
    }
  }
  start_saving(dashboard, shown, {.service = service, .payer = payer, .own_key = ""});
}

void seal_own_key(Dashboard& dashboard) {
  Shown shown = shown_now(dashboard.state);
  if (shown.editor == nullptr) return;
  std::string key(trim(shown.editor->key));
  if (key.empty()) {
    shown.editor->problem =
        fix_input("own_key_missing", "Paste the key that the provider gave you.", "");
    return;
  }
  start_saving(
      dashboard, shown,
      {.service = shown.editor->typing, .payer = message::Payer::own, .own_key = std::move(key)});
}

}  // namespace fairway

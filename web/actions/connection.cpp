#include "web/actions/connection.h"

#include <algorithm>

#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/session.h"
#include "web/api_client/api_client.h"

namespace fairway {
namespace {

void go_on(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (state.session.stage == Session::Stage::unknown) {
    dashboard.running.restart("start", start_up(dashboard));
    return;
  }
  if (state.session.stage != Session::Stage::signed_in) return;
  dashboard.running.restart("projects", load_projects(dashboard));
  if (state.page == Page::activity) {
    dashboard.running.restart("activity", load_activity(dashboard));
  }
  resume_deploy(dashboard);
}

}  // namespace

bool note_failure(Dashboard& dashboard, const Failure& failure) {
  State& state = dashboard.state;
  if (failure.code == "signed_out") {
    note_answer(dashboard);
    if (state.session.stage == Session::Stage::signed_in) {
      state.session.stage = Session::Stage::expired;
    } else if (state.session.stage == Session::Stage::unknown) {
      state.session.stage = Session::Stage::signed_out;
    }
    return true;
  }
  if (failure.code == "no_answer") {
    if (!state.connection.lost) {
      state.connection = {};
      state.connection.lost = true;
      dashboard.running.start_once("reconnect", reconnect(dashboard, reconnect_first_ms));
    }
    return true;
  }
  note_answer(dashboard);
  return false;
}

void note_answer(Dashboard& dashboard) { dashboard.state.connection = {}; }

Task<Done> reconnect(Dashboard& dashboard, int64_t first_pause_ms) {
  EdgeConnection& connection = dashboard.state.connection;
  int64_t pause_ms = first_pause_ms;
  while (true) {
    connection.lost = true;
    connection.trying = false;
    connection.next_try_at_ms = dashboard.host.clock.now_ms() + pause_ms;
    if (pause_ms > 0) co_await dashboard.host.clock.sleep_ms(pause_ms);
    connection.trying = true;
    ++connection.attempts;
    auto health = co_await outcome_of(api_client::fetch_health(dashboard.host));
    if (health.ok()) {
      dashboard.state.health.arrive(health.value(), dashboard.host.clock.now_ms());
    }
    if (health.ok() || health.failure().code != "no_answer") break;
    pause_ms = std::clamp(pause_ms * 2, reconnect_first_ms, reconnect_max_ms);
  }
  note_answer(dashboard);
  go_on(dashboard);
  co_return Done{};
}

void try_now(Dashboard& dashboard) {
  if (dashboard.state.connection.trying) return;
  dashboard.running.restart("reconnect", reconnect(dashboard, 0));
}

}  // namespace fairway

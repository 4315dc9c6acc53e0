#include "web/state/state.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "web/state/words.h"

namespace fairway {
namespace {

constexpr size_t toasts_max = 3;

// The step, from 1, at which an active deployment is.
int step_number(const message::DeploymentSummary& deployment) {
  return std::min(deployment.step_index + 1, deployment.steps_total);
}

// Counts the deployments that began in the month of `now_ms`.
void count_month(const std::vector<message::DeploymentSummary>& deployments, int64_t now_ms,
                 Figures* figures) {
  int64_t total = 0;
  for (const message::DeploymentSummary& deployment : deployments) {
    if (!is_same_month(deployment.started_at_ms, now_ms)) continue;
    ++total;
    if (deployment.status == message::DeploymentStatus::live) {
      ++figures->month_live;
    } else if (message::is_active(deployment.status)) {
      ++figures->month_running;
    } else {
      ++figures->month_stopped;
    }
  }
  figures->deployments_this_month = total;
}

}  // namespace

Figures figures_of(const State& state) {
  Figures figures;
  for (const Card& card : state.cards) {
    if (card.status == CardStatus::live) ++figures.live;
    if (card.status == CardStatus::not_deployed) ++figures.not_deployed;
    if (matches(StatusFilter::failed, card.status)) ++figures.waiting_for_you;
    if (!card.preview) continue;
    figures.rows += card.preview->rows;
    figures.tables += card.preview->tables;
  }
  if (state.deployments.value) count_month(*state.deployments.value, state.now_ms, &figures);
  return figures;
}

void refresh_cards(State& state) {
  static const std::vector<message::Project> no_projects;
  static const std::vector<LocalProject> no_locals;
  state.cards = join_projects(state.projects.value ? *state.projects.value : no_projects,
                              state.builder.value ? *state.builder.value : no_locals);
  if (!state.deploy) return;
  // The dialog may have opened by its address, before either list was here.
  const Card* card = find_card(state, state.deploy->project_id);
  if (card != nullptr) state.deploy->project_name = card->name;
}

const Upload& find_upload(const State& state, const std::string& project_id) {
  static const Upload none;
  const auto found = state.uploads.find(project_id);
  return found == state.uploads.end() ? none : found->second;
}

const Card* find_card(const State& state, const std::string& project_id) {
  for (const Card& card : state.cards) {
    if (card.id == project_id) return &card;
  }
  return nullptr;
}

LocalProject* find_local(State& state, const std::string& project_id) {
  if (!state.builder.value) return nullptr;
  for (LocalProject& project : *state.builder.value) {
    if (project.id == project_id) return &project;
  }
  return nullptr;
}

const LocalProject* find_local(const State& state, const std::string& project_id) {
  if (!state.builder.value) return nullptr;
  for (const LocalProject& project : *state.builder.value) {
    if (project.id == project_id) return &project;
  }
  return nullptr;
}

bool projects_are_unknown(const State& state) {
  return !state.projects.has_value() && !state.builder.has_value();
}

std::string tab_title(const State& state) {
  for (const Card& card : state.cards) {
    if (card.status != CardStatus::deploying || !card.deployment) continue;
    return cat({decimal(step_number(*card.deployment)), " of ",
                decimal(card.deployment->steps_total), ", ", card.name, " - Fairway"});
  }
  return state.page == Page::activity ? "Activity - Fairway" : "Projects - Fairway";
}

void add_toast(State& state, ToastMessage toast) {
  std::erase_if(state.toasts,
                [&](const ToastMessage& other) { return other.title == toast.title; });
  if (state.toasts.size() >= toasts_max) state.toasts.erase(state.toasts.begin());
  state.toasts.push_back(std::move(toast));
}

bool replaces_rows(const DeployDialog& dialog) {
  const bool keeps = dialog.plan.value && dialog.plan.value->data == message::DataPlan::keep;
  return keeps && dialog.replaces_rows;
}

}  // namespace fairway

#include "web/state/state.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"

namespace fairway {
namespace {

constexpr size_t toasts_max = 3;

// The step, from 1, at which an active deployment is.
int step_number(const message::DeploymentSummary& deployment) {
  return std::min(deployment.step_index + 1, deployment.steps_total);
}

}  // namespace

void refresh_cards(State& state) {
  static const std::vector<message::Project> no_projects;
  static const std::vector<LocalProject> no_locals;
  state.cards = join_projects(state.projects.value ? *state.projects.value : no_projects,
                              state.builder.value ? *state.builder.value : no_locals);
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
  std::erase_if(state.toasts, [&](const ToastMessage& other) { return other.title == toast.title; });
  if (state.toasts.size() >= toasts_max) state.toasts.erase(state.toasts.begin());
  state.toasts.push_back(std::move(toast));
}

}  // namespace fairway

#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "shared/projects/projects.h"
#include "web/actions/connection.h"
#include "web/actions/deploy.h"
#include "web/api_client/api_client.h"

namespace fairway {
namespace {

DeployDialog* dialog_of(Dashboard& dashboard, const std::string& project_id) {
  State& state = dashboard.state;
  return state.deploy && state.deploy->project_id == project_id ? &*state.deploy : nullptr;
}

// What was typed is forgotten as soon as it is sealed; what failed stays to be corrected.
void forget_typed(EnvironmentEditor& editor) {
  editor.pasted_text.clear();
  editor.paste_open = false;
  editor.name.clear();
  editor.value.clear();
  editor.adding = false;
  editor.name_is_given = false;
}

Task<Done> save(Dashboard& dashboard, std::string project_id,
                api_client::EnvironmentChange change) {
  auto saved =
      co_await outcome_of(api_client::save_environment(dashboard.host, project_id, change));
  DeployDialog* dialog = dialog_of(dashboard, project_id);
  if (dialog == nullptr) co_return Done{};
  EnvironmentEditor& editor = dialog->environment;
  editor.saving = false;
  if (!saved.ok()) {
    editor.problem = saved.failure();
    note_failure(dashboard, saved.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  for (const auto& [name, value] : change.set) editor.marks[name] = mark_of(value);
  for (const std::string& name : change.unset) editor.marks.erase(name);
  if (!change.set.empty()) forget_typed(editor);
  if (dialog->plan.value) dialog->plan.value->environment = std::move(saved.value());
  reload_plan(dashboard);
  co_return Done{};
}

void start_saving(Dashboard& dashboard, api_client::EnvironmentChange change) {
  DeployDialog& dialog = *dashboard.state.deploy;
  if (dialog.environment.saving) return;
  dialog.environment.saving = true;
  dialog.environment.problem = {};
  dashboard.running.restart("environment", save(dashboard, dialog.project_id, std::move(change)));
}

}  // namespace

void apply_pasted(Dashboard& dashboard) {
  if (!dashboard.state.deploy) return;
  DeployDialog& dialog = *dashboard.state.deploy;
  static const std::vector<message::Variable> none;
  const auto& sealed = dialog.plan.value ? dialog.plan.value->environment : none;
  PastedEnvironment pasted =
      compare_pasted(dialog.environment.pasted_text, sealed, dialog.environment.marks);
  api_client::EnvironmentChange change;
  for (PastedVariable& variable : pasted.variables) {
    if (variable.kind == PastedKind::same) continue;
    change.set.emplace_back(std::move(variable.name), std::move(variable.value));
  }
  if (!change.set.empty()) start_saving(dashboard, std::move(change));
}

void save_variable(Dashboard& dashboard) {
  if (!dashboard.state.deploy) return;
  EnvironmentEditor& editor = dashboard.state.deploy->environment;
  const std::string name(trim(editor.name));
  const std::string bad = why_bad_name(name);
  if (!bad.empty()) {
    editor.problem = fix_input("bad_name", bad, "");
    return;
  }
  api_client::EnvironmentChange change;
  change.set.emplace_back(name, editor.value);
  start_saving(dashboard, std::move(change));
}

void remove_variable(Dashboard& dashboard, const std::string& name) {
  if (!dashboard.state.deploy) return;
  api_client::EnvironmentChange change;
  change.unset.push_back(name);
  start_saving(dashboard, std::move(change));
}

}  // namespace fairway

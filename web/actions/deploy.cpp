#include "web/actions/deploy.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "web/actions/connection.h"
#include "web/actions/projects.h"
#include "web/actions/upload.h"
#include "web/api_client/api_client.h"
#include "web/state/words.h"

namespace fairway {
namespace {

constexpr int64_t toast_ms = 4'000;
constexpr size_t key_random_bytes = 16;

std::string key_place(const std::string& project_id) { return cat({"fairway.start.", project_id}); }

DeployDialog* dialog_of_project(Dashboard& dashboard, const std::string& project_id) {
  State& state = dashboard.state;
  return state.deploy && state.deploy->project_id == project_id ? &*state.deploy : nullptr;
}

DeployDialog* dialog_of_deployment(Dashboard& dashboard, const std::string& id) {
  State& state = dashboard.state;
  return state.deploy && state.deploy->deployment_id == id ? &*state.deploy : nullptr;
}

// How far a deployment has come, as one number that changes whenever something did.
uint64_t progress_mark(const message::Deployment& deployment) {
  uint64_t mark = static_cast<uint64_t>(deployment.status) * 31 + deployment.log.size();
  for (const auto& step : deployment.steps) {
    mark = mark * 31 + static_cast<uint64_t>(step.state) + static_cast<uint64_t>(step.done);
  }
  for (const auto& table : deployment.tables) {
    mark = mark * 31 + static_cast<uint64_t>(table.rows_done);
  }
  return mark;
}

Task<Done> load_report(Dashboard& dashboard, std::string id) {
  DeployDialog* dialog = dialog_of_deployment(dashboard, id);
  if (dialog == nullptr) co_return Done{};
  dialog->report.ask(dashboard.host.clock.now_ms());
  auto report = co_await outcome_of(api_client::fetch_report(dashboard.host, id));
  dialog = dialog_of_deployment(dashboard, id);
  if (dialog == nullptr) co_return Done{};
  if (report.ok()) {
    dialog->report.arrive(std::move(report.value()), dashboard.host.clock.now_ms());
  } else {
    dialog->report.fail(report.failure());
    note_failure(dashboard, report.failure());
  }
  co_return Done{};
}

void deployment_ended(Dashboard& dashboard, DeployDialog& dialog) {
  dialog.cancel = CancelStage::none;
  dialog.retrying = false;
  if (dialog.deployment.value->has_report) {
    dashboard.running.restart("report", load_report(dashboard, dialog.deployment_id));
  }
  dashboard.running.restart("projects", load_projects(dashboard));
}

// Asks for the deployment until it has ended or the dialog shows something else.
Task<Done> follow_deployment(Dashboard& dashboard, std::string id) {
  uint64_t mark = 0;
  int64_t unchanged_polls = 0;
  while (DeployDialog* dialog = dialog_of_deployment(dashboard, id)) {
    dialog->deployment.ask(dashboard.host.clock.now_ms());
    auto answer = co_await outcome_of(api_client::fetch_deployment(dashboard.host, id));
    dialog = dialog_of_deployment(dashboard, id);
    if (dialog == nullptr) co_return Done{};
    if (!answer.ok()) {
      dialog->deployment.fail(answer.failure());
      if (note_failure(dashboard, answer.failure())) co_return Done{};
      if (answer.failure().reaction != Reaction::retry_later) co_return Done{};
      co_await dashboard.host.clock.sleep_ms(poll_pause_ms(++unchanged_polls));
      continue;
    }
    note_answer(dashboard);
    const uint64_t new_mark = progress_mark(answer.value());
    unchanged_polls = new_mark == mark ? unchanged_polls + 1 : 0;
    mark = new_mark;
    const bool active = message::is_active(answer.value().status);
    dialog->deployment.arrive(std::move(answer.value()), dashboard.host.clock.now_ms());
    if (!active) {
      deployment_ended(dashboard, *dialog);
      co_return Done{};
    }
    co_await dashboard.host.clock.sleep_ms(poll_pause_ms(unchanged_polls));
  }
  co_return Done{};
}

void follow(Dashboard& dashboard, DeployDialog& dialog, const std::string& id) {
  dialog.deployment_id = id;
  dialog.deployment = {};
  dialog.report = {};
  dialog.report_open = false;
  dialog.log_open = false;
  dialog.cancel = CancelStage::none;
  dialog.retrying = false;
  dialog.choosing_again = false;
  dialog.problem = {};
  dialog.sheet = Sheet::none;
  dashboard.running.restart("follow", follow_deployment(dashboard, id));
  dashboard.running.restart("projects", load_projects(dashboard));
}

// The edge plans for projects it knows; a project that only this browser has is told to it first.
// The browser's store is asked, not the screen, whose list may not have been read yet.
Task<message::Plan> fetch_plan_of(Dashboard& dashboard, std::string project_id) {
  auto plan = co_await outcome_of(api_client::fetch_plan(dashboard.host, project_id));
  if (plan.ok() || plan.failure().code != "project_not_found") co_return plan;
  auto projects = co_await dashboard.browser.list_projects();
  for (const auto& project : projects) {
    if (project.id != project_id) continue;
    co_await api_client::register_project(dashboard.host, project.id, project.name,
                                          project.description);
  }
  co_return co_await api_client::fetch_plan(dashboard.host, project_id);
}

Task<Done> load_plan(Dashboard& dashboard, std::string project_id) {
  if (DeployDialog* dialog = dialog_of_project(dashboard, project_id)) {
    dialog->plan.ask(dashboard.host.clock.now_ms());
  }
  auto plan = co_await outcome_of(fetch_plan_of(dashboard, project_id));
  DeployDialog* dialog = dialog_of_project(dashboard, project_id);
  if (dialog == nullptr) co_return Done{};
  if (plan.ok()) {
    note_answer(dashboard);
    dialog->plan.arrive(std::move(plan.value()), dashboard.host.clock.now_ms());
    look_at_changes(dashboard);
  } else {
    dialog->plan.fail(plan.failure());
    note_failure(dashboard, plan.failure());
  }
  co_return Done{};
}

Task<Done> load_changes(Dashboard& dashboard, std::string project_id) {
  const LocalProject* local = find_local(dashboard.state, project_id);
  if (local == nullptr || !local->preview.value) co_return Done{};
  Json schema(local->preview.value->schema);
  auto changes =
      co_await outcome_of(api_client::fetch_changes(dashboard.host, project_id, std::move(schema)));
  DeployDialog* dialog = dialog_of_project(dashboard, project_id);
  if (dialog == nullptr) co_return Done{};
  if (!changes.ok()) {
    dialog->changes.fail(changes.failure());
    note_failure(dashboard, changes.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  const bool is_other =
      !dialog->changes.value || dialog->changes.value->digest != changes.value().digest;
  if (is_other) dialog->accepts_losses = false;
  dialog->changes.arrive(std::move(changes.value()), dashboard.host.clock.now_ms());
  co_return Done{};
}

api_client::Start start_of(const DeployDialog& dialog, std::string key) {
  api_client::Start start;
  start.project_id = dialog.project_id;
  start.idempotency_key = std::move(key);
  if (dialog.accepts_losses && dialog.changes.value) {
    start.accepted_losses = dialog.changes.value->digest;
  }
  if (replaces_rows(dialog)) start.rows = api_client::Start::Rows::replace;
  return start;
}

// What `.env.example` lists is what the code reads.
Task<Done> load_variables(Dashboard& dashboard, std::string project_id) {
  auto text = co_await outcome_of(dashboard.browser.read_file(project_id, ".env.example"));
  LocalProject* local = find_local(dashboard.state, project_id);
  if (local == nullptr || !text.ok()) co_return Done{};
  local->variables.clear();
  for (const auto& variable : compare_pasted(text.value(), {}, {}).variables) {
    local->variables.push_back(variable.name);
  }
  co_return Done{};
}

std::string kept_key(Dashboard& dashboard, const std::string& project_id) {
  std::string key = dashboard.browser.recall(key_place(project_id));
  if (key.empty()) {
    key = hex(dashboard.host.random.bytes(key_random_bytes));
    dashboard.browser.keep(key_place(project_id), key);
  }
  return key;
}

void upload_failed(Dashboard& dashboard, const std::string& project_id, const Failure& failure) {
  // Only an answer that surely started nothing frees the key.
  const bool unanswered = failure.code == "no_answer" || failure.code == "signed_out" ||
                          failure.reaction == Reaction::retry_later;
  if (!unanswered) dashboard.browser.forget(key_place(project_id));
  note_failure(dashboard, failure);
  Upload& upload = dashboard.state.uploads[project_id];
  upload.stage = Upload::Stage::failed;
  upload.problem = failure;
  // What was chosen was about another preview.
  DeployDialog* dialog = dialog_of_project(dashboard, project_id);
  if (failure.code != "preview_changed" || dialog == nullptr) return;
  dialog->accepts_losses = false;
  dialog->replaces_rows = false;
  dashboard.running.restart("builder", load_builder(dashboard));
  reload_plan(dashboard);
}

Task<Done> upload_and_start(Dashboard& dashboard, api_client::Start start) {
  const std::string project_id = start.project_id;
  if (const LocalProject* local = find_local(dashboard.state, project_id)) {
    std::string reviewed_sha256 = local->preview.value ? local->preview.value->sha256 : "";
    auto uploaded =
        co_await outcome_of(upload_project(dashboard, project_id, std::move(reviewed_sha256)));
    if (!uploaded.ok()) {
      upload_failed(dashboard, project_id, uploaded.failure());
      co_return Done{};
    }
    start.preview_sha256 = std::move(uploaded.value());
  }
  dashboard.state.uploads[project_id].stage = Upload::Stage::starting;
  auto id = co_await outcome_of(api_client::start_web_deployment(dashboard.host, std::move(start)));
  if (!id.ok()) {
    upload_failed(dashboard, project_id, id.failure());
    co_return Done{};
  }
  dashboard.browser.forget(key_place(project_id));
  dashboard.state.uploads.erase(project_id);
  note_answer(dashboard);
  DeployDialog* dialog = dialog_of_project(dashboard, project_id);
  if (dialog != nullptr) {
    follow(dashboard, *dialog, id.value());
  } else {
    dashboard.running.restart("projects", load_projects(dashboard));
  }
  co_return Done{};
}

Task<Done> send_cancel(Dashboard& dashboard, std::string id) {
  auto sent = co_await outcome_of(api_client::cancel_deployment(dashboard.host, id));
  DeployDialog* dialog = dialog_of_deployment(dashboard, id);
  if (dialog == nullptr) co_return Done{};
  if (!sent.ok()) {
    dialog->cancel = CancelStage::none;
    dialog->problem = sent.failure();
    note_failure(dashboard, sent.failure());
    co_return Done{};
  }
  dashboard.running.restart("follow", follow_deployment(dashboard, id));
  co_return Done{};
}

Task<Done> send_retry(Dashboard& dashboard, std::string id) {
  auto retried = co_await outcome_of(api_client::retry_deployment(dashboard.host, id));
  DeployDialog* dialog = dialog_of_deployment(dashboard, id);
  if (dialog == nullptr) co_return Done{};
  dialog->retrying = false;
  if (!retried.ok()) {
    dialog->problem = retried.failure();
    note_failure(dashboard, retried.failure());
    co_return Done{};
  }
  follow(dashboard, *dialog, retried.value());
  co_return Done{};
}

// The deployment to show when the dialog opens: what goes on, or what stopped last and was not
// followed by a live one.
std::string deployment_to_show(const Card& card) {
  if (!card.deployment) return "";
  switch (card.deployment->status) {
    case message::DeploymentStatus::queued:
    case message::DeploymentStatus::running:
    case message::DeploymentStatus::cancelling:
    case message::DeploymentStatus::failed:
    case message::DeploymentStatus::needs_you:
      return card.deployment->id;
    case message::DeploymentStatus::live:
    case message::DeploymentStatus::cancelled:
      break;
  }
  return "";
}

// Opens the dialog at a deployment, or at the choices when `deployment_id` is empty.
void open_at(Dashboard& dashboard, const std::string& project_id,
             const std::string& deployment_id) {
  State& state = dashboard.state;
  if (state.deploy && state.deploy->project_id == project_id) return;
  DeployDialog dialog;
  dialog.project_id = project_id;
  const Card* card = find_card(state, project_id);
  dialog.project_name = card != nullptr ? card->name : project_id;
  state.deploy = std::move(dialog);
  dashboard.browser.show_address(cat({"/app/dashboard?deploy=", project_id}));
  if (!deployment_id.empty()) follow(dashboard, *state.deploy, deployment_id);
  reload_plan(dashboard);
  dashboard.running.restart("variables", load_variables(dashboard, project_id));
}

}  // namespace

void open_deploy(Dashboard& dashboard, const std::string& project_id) {
  const Card* card = find_card(dashboard.state, project_id);
  open_at(dashboard, project_id, card != nullptr ? deployment_to_show(*card) : "");
}

void open_project(Dashboard& dashboard, const std::string& project_id) {
  const Card* card = find_card(dashboard.state, project_id);
  const bool was_deployed = card != nullptr && card->deployment.has_value();
  open_at(dashboard, project_id, was_deployed ? card->deployment->id : "");
}

void close_deploy(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy) return;
  dashboard.running.stop("follow");
  dashboard.running.stop("plan");
  dashboard.running.stop("changes");
  dashboard.running.stop("report");
  state.deploy.reset();
  dashboard.browser.show_address(state.page == Page::activity ? "/app/dashboard?page=activity"
                                                              : "/app/dashboard");
  dashboard.running.restart("projects", load_projects(dashboard));
}

void start_deployment(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy) return;
  const std::string& project_id = state.deploy->project_id;
  if (find_upload(state, project_id).active()) return;
  state.uploads[project_id] = {};
  state.uploads[project_id].stage = Upload::Stage::reading;
  dashboard.running.restart(
      cat({"upload ", project_id}),
      upload_and_start(dashboard, start_of(*state.deploy, kept_key(dashboard, project_id))));
}

void adopt_active_deployment(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy) return;
  DeployDialog& dialog = *state.deploy;
  const Card* card = find_card(state, dialog.project_id);
  if (card == nullptr) return;
  dialog.project_name = card->name;
  if (!card->deployment || find_upload(state, dialog.project_id).active()) return;
  if (dialog.deployment_id.empty() && !dialog.choosing_again) {
    const std::string shown = deployment_to_show(*card);
    if (!shown.empty()) follow(dashboard, dialog, shown);
  } else if (message::is_active(card->deployment->status) &&
             dialog.deployment_id != card->deployment->id) {
    follow(dashboard, dialog, card->deployment->id);
  }
  if (message::is_active(card->deployment->status)) {
    dashboard.browser.forget(key_place(dialog.project_id));
  }
}

void resume_deploy(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy) return;
  DeployDialog& dialog = *state.deploy;
  if (dialog.plan.failed()) reload_plan(dashboard);
  const Upload& upload = find_upload(state, dialog.project_id);
  if (upload.stage == Upload::Stage::failed &&
      (upload.problem.code == "no_answer" || upload.problem.code == "signed_out")) {
    start_deployment(dashboard);
    return;
  }
  if (dialog.deployment_id.empty()) return;
  if (!dialog.deployment.value || message::is_active(dialog.deployment.value->status)) {
    dashboard.running.restart("follow", follow_deployment(dashboard, dialog.deployment_id));
  } else if (dialog.report.failed()) {
    dashboard.running.restart("report", load_report(dashboard, dialog.deployment_id));
  }
}

void reload_plan(Dashboard& dashboard) {
  if (!dashboard.state.deploy) return;
  dashboard.running.restart("plan", load_plan(dashboard, dashboard.state.deploy->project_id));
}

void look_at_changes(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy || !state.deploy->plan.value) return;
  DeployDialog& dialog = *state.deploy;
  const LocalProject* local = find_local(state, dialog.project_id);
  const bool keeps = dialog.plan.value->data == message::DataPlan::keep;
  if (!keeps || local == nullptr || !local->preview.value) return;
  dialog.changes.ask(dashboard.host.clock.now_ms());
  dashboard.running.restart("changes", load_changes(dashboard, dialog.project_id));
}

void cancel_deployment(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy || state.deploy->cancel == CancelStage::sending) return;
  state.deploy->cancel = CancelStage::sending;
  state.deploy->problem = {};
  dashboard.running.start_once("cancel", send_cancel(dashboard, state.deploy->deployment_id));
}

void retry_deployment(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy || state.deploy->retrying) return;
  state.deploy->retrying = true;
  state.deploy->problem = {};
  dashboard.running.start_once("retry", send_retry(dashboard, state.deploy->deployment_id));
}

void choose_again(Dashboard& dashboard) {
  State& state = dashboard.state;
  if (!state.deploy) return;
  dashboard.running.stop("follow");
  state.deploy->deployment_id.clear();
  state.deploy->deployment = {};
  state.deploy->choosing_again = true;
  state.deploy->problem = {};
  reload_plan(dashboard);
}

void download_report(Dashboard& dashboard) {
  const State& state = dashboard.state;
  if (!state.deploy || !state.deploy->report.value) return;
  dashboard.browser.download(cat({"fairway-data-report-", state.deploy->project_id, ".json"}),
                             "application/json", state.deploy->report.value->text);
}

void copy_text(Dashboard& dashboard, const std::string& text, std::string_view what) {
  dashboard.browser.copy(text);
  add_toast(dashboard.state, {ToastMessage::Mood::ok, cat({what, " copied"}),
                              text.size() < 80 && text.find('\n') == std::string::npos ? text : "",
                              dashboard.host.clock.now_ms() + toast_ms});
}

void copy_secret(Dashboard& dashboard, const std::string& text, std::string_view what) {
  dashboard.browser.copy(text);
  const int64_t until_ms = dashboard.host.clock.now_ms() + toast_ms;
  add_toast(dashboard.state, {ToastMessage::Mood::ok, cat({what, " copied"}), "", until_ms});
}

std::string report_text(const State& state) {
  if (!state.deploy) return "";
  const DeployDialog& dialog = *state.deploy;
  std::string text =
      cat({"Fairway, project ", dialog.project_name, " (", dialog.project_id, ")\n"});
  if (!dialog.deployment_id.empty()) text += cat({"deployment ", dialog.deployment_id, "\n"});
  message::Problem problem;
  if (dialog.deployment.value && dialog.deployment.value->problem) {
    problem = *dialog.deployment.value->problem;
  } else {
    problem.failure = find_upload(state, dialog.project_id).problem;
  }
  if (problem.failure.code.empty()) return text;
  text += cat({problem.failure.code, ": ", problem.failure.message, "\n"});
  if (!problem.failure.hint.empty()) text += cat({problem.failure.hint, "\n"});
  if (!problem.request_id.empty()) text += cat({"request ", problem.request_id, "\n"});
  return text;
}

int64_t poll_pause_ms(int64_t unchanged_polls) {
  constexpr int64_t quick_ms = 500;
  constexpr int64_t slow_ms = 5'000;
  if (unchanged_polls < 4) return quick_ms;
  return std::min(slow_ms, quick_ms * (unchanged_polls - 2));
}

}  // namespace fairway

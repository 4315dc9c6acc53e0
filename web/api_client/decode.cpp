#include "web/api_client/decode.h"

#include <algorithm>
#include <utility>

#include "shared/base/text.h"

namespace fairway {
namespace {

using message::AppStatus;
using message::DeploymentStatus;
using message::LogLevel;
using message::StepState;

constexpr size_t rows_max = 10'000;  // Of any list the screen keeps.

template <typename E>
struct Word {
  std::string_view word;
  E value;
};

constexpr Word<AppStatus> app_words[] = {{"not_deployed", AppStatus::not_deployed},
                                         {"deploying", AppStatus::deploying},
                                         {"live", AppStatus::live},
                                         {"failed", AppStatus::failed},
                                         {"cancelled", AppStatus::cancelled},
                                         {"needs_you", AppStatus::needs_you}};

constexpr Word<DeploymentStatus> deployment_words[] = {
    {"queued", DeploymentStatus::queued},         {"running", DeploymentStatus::running},
    {"cancelling", DeploymentStatus::cancelling}, {"live", DeploymentStatus::live},
    {"failed", DeploymentStatus::failed},         {"cancelled", DeploymentStatus::cancelled},
    {"needs_you", DeploymentStatus::needs_you}};

constexpr Word<StepState> step_words[] = {
    {"waiting", StepState::waiting}, {"running", StepState::running}, {"done", StepState::done},
    {"failed", StepState::failed},   {"undoing", StepState::undoing}, {"undone", StepState::undone},
    {"skipped", StepState::skipped}};

constexpr Word<LogLevel> level_words[] = {
    {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}};

Failure unreadable(std::string_view what) {
  return report_bug("unreadable_answer",
                    cat({"Fairway's answer about ", what, " could not be read."}),
                    "Reload the page. If it stays, Fairway must act: send a report.");
}

// Whether `word` names one of `words`; then `*value` is set.
template <typename E, size_t size>
bool read_word(const Word<E> (&words)[size], std::string_view word, E* value) {
  for (const auto& candidate : words) {
    if (candidate.word == word) {
      *value = candidate.value;
      return true;
    }
  }
  return false;
}

// The items of a list member; an absent list is empty, anything else that is no list is null.
const Json* list_of(const Json& json, std::string_view name) {
  static const Json empty = Json::array();
  const Json& found = member(json, name);
  if (found.is_null()) return &empty;
  return found.is_array() && found.size() <= rows_max ? &found : nullptr;
}

bool flag_or(const Json& json, std::string_view name, bool otherwise) {
  const Json& found = member(json, name);
  return found.is_boolean() ? found.get<bool>() : otherwise;
}

std::optional<message::Problem> problem_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  message::Problem problem;
  from_json(json, problem.failure);
  problem.request_id = text_or(json, "request_id", "");
  return problem;
}

message::App app_of(const Json& json) {
  message::App app;
  app.id = text_or(json, "id", "");
  app.platform = text_or(json, "platform", "web");
  read_word(app_words, text_or(json, "status", ""), &app.status);
  app.url = text_or(json, "url", "");
  app.last_deployed_at_ms = integer_or(json, "last_deployed_at_ms", 0);
  return app;
}

bool read_summary(const Json& json, message::DeploymentSummary* summary) {
  summary->id = text_or(json, "id", "");
  summary->step_index = static_cast<int>(
      std::clamp<int64_t>(integer_or(json, "step_index", 0), 0, message::deploy_steps_total - 1));
  summary->steps_total = message::deploy_steps_total;
  summary->step_title = text_or(json, "step_title", "");
  summary->detail = text_or(json, "detail", "");
  summary->started_at_ms = integer_or(json, "started_at_ms", 0);
  summary->ended_at_ms = integer_or(json, "ended_at_ms", 0);
  summary->problem = problem_of(member(json, "failure"));
  return !summary->id.empty() &&
         read_word(deployment_words, text_or(json, "status", ""), &summary->status);
}

bool read_project(const Json& json, message::Project* project) {
  project->id = text_or(json, "id", "");
  project->name = text_or(json, "name", project->id);
  project->description = text_or(json, "description", "");
  project->updated_at_ms = integer_or(json, "updated_at_ms", 0);
  const Json& preview = member(json, "preview");
  if (preview.is_object()) {
    project->preview =
        message::PreviewSize{integer_or(preview, "tables", 0), integer_or(preview, "rows", 0),
                             integer_or(preview, "size_bytes", 0)};
  }
  if (member(json, "app").is_object()) project->app = app_of(member(json, "app"));
  if (member(json, "deployment").is_object()) {
    message::DeploymentSummary summary;
    if (!read_summary(member(json, "deployment"), &summary)) return false;
    project->deployment = std::move(summary);
  }
  return !project->id.empty();
}

bool read_step(const Json& json, message::Step* step) {
  step->name = text_or(json, "name", "");
  step->title = text_or(json, "title", step->name);
  step->detail = text_or(json, "detail", "");
  step->started_at_ms = integer_or(json, "started_at_ms", 0);
  step->ended_at_ms = integer_or(json, "ended_at_ms", 0);
  const Json& progress = member(json, "progress");
  step->done = integer_or(progress, "done", 0);
  step->total = integer_or(progress, "total", 0);
  return read_word(step_words, text_or(json, "state", ""), &step->state);
}

message::LogLine log_line_of(const Json& json) {
  message::LogLine line;
  line.at_ms = integer_or(json, "at_ms", 0);
  line.step = text_or(json, "step", "");
  read_word(level_words, text_or(json, "level", "info"), &line.level);
  line.text = text_or(json, "text", "");
  return line;
}

bool read_deployment_lists(const Json& json, message::Deployment* deployment) {
  const Json* steps = list_of(json, "steps");
  const Json* tables = list_of(json, "tables");
  const Json* log = list_of(json, "log");
  const Json* left_over = list_of(json, "left_over");
  if (steps == nullptr || tables == nullptr || log == nullptr || left_over == nullptr) {
    return false;
  }
  for (const Json& item : *steps) {
    message::Step step;
    if (!read_step(item, &step)) return false;
    deployment->steps.push_back(std::move(step));
  }
  for (const Json& item : *tables) {
    deployment->tables.push_back({text_or(item, "name", ""), integer_or(item, "rows_done", 0),
                                  integer_or(item, "rows_total", 0)});
  }
  for (const Json& item : *log) deployment->log.push_back(log_line_of(item));
  for (const Json& item : *left_over) {
    deployment->left_over.push_back(
        {text_or(item, "kind", ""), text_or(item, "name", ""), text_or(item, "why", "")});
  }
  return true;
}

bool read_report_table(const Json& json, message::ReportTable* table) {
  table->name = text_or(json, "name", "");
  table->rows_source = integer_or(json, "rows_source", 0);
  table->rows_target = integer_or(json, "rows_target", 0);
  table->row_checksum_source = text_or(json, "row_checksum_source", "");
  table->row_checksum_target = text_or(json, "row_checksum_target", "");
  table->same = flag_or(json, "same", false);
  const Json* columns = list_of(json, "columns");
  if (columns == nullptr) return false;
  for (const Json& column : *columns) {
    table->columns.push_back({text_or(column, "name", ""), text_or(column, "type", ""),
                              text_or(column, "checksum_source", ""),
                              text_or(column, "checksum_target", "")});
  }
  return true;
}

Failure failure_of_status(int status) {
  if (status == 401) {
    return ask_permission("signed_out", "You are signed out.", "You must act: sign in again.");
  }
  if (status == 429 || status >= 500) {
    return retry_later("fairway_busy",
                       cat({"Fairway did not answer (status ", decimal(status), ")."}),
                       "Nothing was lost. Try again in a moment.");
  }
  return report_bug(
      "unexpected_status",
      cat({"Fairway refused the request with status ", decimal(status), " and no reason."}),
      "Fairway must act: send a report.");
}

}  // namespace

Outcome<message::Health> decode_health(const Json& json) {
  if (!json.is_object()) return unreadable("its own state");
  message::Health health;
  health.version = text_or(json, "version", "");
  health.sign_in_url = text_or(json, "sign_in_url", "");
  const Json& providers = member(json, "providers");
  if (providers.is_object()) {
    for (const auto& [name, provider] : providers.items()) {
      health.providers.push_back(
          {name, flag_or(provider, "enabled", false), text_or(provider, "why", "")});
    }
  }
  return health;
}

Outcome<message::Person> decode_person(const Json& json) {
  message::Person person{text_or(json, "user_id", ""), text_or(json, "email", "")};
  if (person.user_id.empty()) return unreadable("your account");
  return person;
}

Outcome<std::vector<message::Project>> decode_projects(const Json& json) {
  const Json* list = list_of(json, "projects");
  if (!json.is_object() || list == nullptr) return unreadable("your projects");
  std::vector<message::Project> projects;
  for (const Json& item : *list) {
    message::Project project;
    if (!read_project(item, &project)) return unreadable("your projects");
    projects.push_back(std::move(project));
  }
  return projects;
}

Outcome<message::Plan> decode_plan(const Json& json) {
  const Json* steps = list_of(json, "steps");
  const Json* costs = list_of(json, "costs");
  const Json* blockers = list_of(json, "blockers");
  const Json* production_tables = list_of(json, "production_tables");
  auto environment = decode_environment(json);
  if (!json.is_object() || steps == nullptr || costs == nullptr || blockers == nullptr ||
      production_tables == nullptr || !environment.ok()) {
    return unreadable("this deployment");
  }
  message::Plan plan;
  plan.address = text_or(json, "address", "");
  plan.database_name = text_or(json, "database_name", "");
  plan.first_deployment = flag_or(json, "first_deployment", true);
  plan.data =
      text_or(json, "data", "carry") == "keep" ? message::DataPlan::keep : message::DataPlan::carry;
  for (const Json& step : *steps) {
    plan.steps.push_back(
        {text_or(step, "name", ""), text_or(step, "title", ""), text_or(step, "detail", "")});
  }
  for (const Json& cost : *costs) {
    plan.costs.push_back({text_or(cost, "label", ""), integer_or(cost, "amount_nanos", 0),
                          text_or(cost, "note", "")});
  }
  plan.month_total_nanos = integer_or(json, "month_total_nanos", 0);
  for (const Json& blocker : *blockers) {
    plan.blockers.push_back({text_or(blocker, "code", ""), text_or(blocker, "message", ""),
                             text_or(blocker, "hint", "")});
  }
  plan.environment = std::move(environment.value());
  for (const Json& name : *production_tables) {
    if (!name.is_string()) return unreadable("this deployment");
    plan.production_tables.push_back(name.get<std::string>());
  }
  auto services = decode_services(json);
  if (services.ok()) plan.services = std::move(*services);  // An older edge has none.
  plan.spend_limit_nanos = integer_or(json, "spend_limit_nanos", 0);
  return plan;
}

Outcome<message::Changes> decode_changes(const Json& json) {
  const Json* losses = list_of(json, "losses");
  const Json* refused = list_of(json, "refused");
  message::Changes changes;
  changes.digest = text_or(json, "digest", "");
  if (!json.is_object() || losses == nullptr || refused == nullptr ||
      losses->empty() != changes.digest.empty()) {
    return unreadable("what would change in production");
  }
  for (const Json& loss : *losses) {
    changes.losses.push_back({text_or(loss, "kind", ""), text_or(loss, "table", ""),
                              text_or(loss, "column", ""), text_or(loss, "words", ""),
                              integer_or(loss, "rows", -1)});
  }
  for (const Json& words : *refused) {
    if (words.is_string()) changes.refused.push_back(words.get<std::string>());
  }
  return changes;
}

Outcome<std::vector<message::Variable>> decode_environment(const Json& json) {
  const Json* list = list_of(json, "environment");
  if (!json.is_object() || list == nullptr) return unreadable("the environment");
  std::vector<message::Variable> variables;
  for (const Json& item : *list) {
    if (item.is_string()) {
      variables.push_back({item.get<std::string>(), 0});
    } else {
      variables.push_back({text_or(item, "name", ""), integer_or(item, "updated_at_ms", 0)});
    }
    if (variables.back().name.empty()) return unreadable("the environment");
  }
  return variables;
}

Outcome<message::Deployment> decode_deployment(const Json& json) {
  message::Deployment deployment;
  deployment.id = text_or(json, "id", "");
  deployment.project_id = text_or(json, "project_id", "");
  deployment.project_name = text_or(json, "project_name", deployment.project_id);
  deployment.started_at_ms = integer_or(json, "started_at_ms", 0);
  deployment.ended_at_ms = integer_or(json, "ended_at_ms", 0);
  deployment.now_ms = integer_or(json, "now_ms", 0);
  deployment.release = integer_or(json, "release", 0);
  deployment.url = text_or(json, "url", "");
  deployment.problem = problem_of(member(json, "failure"));
  deployment.has_report = flag_or(json, "report", false);
  const Json* kept = list_of(json, "kept");
  for (const Json& item : kept == nullptr ? Json::array() : *kept) {
    deployment.kept.push_back({text_or(item, "name", ""), integer_or(item, "until_ms", 0)});
  }
  const bool known_status =
      read_word(deployment_words, text_or(json, "status", ""), &deployment.status);
  if (!json.is_object() || deployment.id.empty() || !known_status ||
      !read_deployment_lists(json, &deployment)) {
    return unreadable("the deployment");
  }
  return deployment;
}

Outcome<std::vector<message::DeploymentSummary>> decode_deployments(const Json& json) {
  const Json* list = list_of(json, "deployments");
  if (!json.is_object() || list == nullptr) return unreadable("your deployments");
  std::vector<message::DeploymentSummary> deployments;
  for (const Json& item : *list) {
    message::DeploymentSummary summary;
    if (!read_summary(item, &summary)) return unreadable("your deployments");
    deployments.push_back(std::move(summary));
  }
  return deployments;
}

Outcome<message::Report> decode_report(const Json& json) {
  const Json* tables = list_of(json, "tables");
  if (!json.is_object() || tables == nullptr) return unreadable("the data report");
  message::Report report;
  for (const Json& item : *tables) {
    message::ReportTable table;
    if (!read_report_table(item, &table)) return unreadable("the data report");
    report.tables.push_back(std::move(table));
  }
  report.tables_total =
      integer_or(json, "tables_total", static_cast<int64_t>(report.tables.size()));
  report.rows_total = integer_or(json, "rows_total", 0);
  report.cells_total = integer_or(json, "cells_total", 0);
  report.differences = integer_or(json, "differences", -1);
  if (report.differences < 0) return unreadable("the data report");
  report.snapshot_sha256 = text_or(json, "snapshot_sha256", "");
  report.content_sha256 = text_or(json, "content_sha256", "");
  report.text = json.dump(2, ' ', false, Json::error_handler_t::replace);
  return report;
}

Outcome<std::vector<message::Activity>> decode_activity(const Json& json) {
  const Json* list = list_of(json, "activity");
  if (!json.is_object() || list == nullptr) return unreadable("what happened");
  std::vector<message::Activity> activity;
  for (const Json& item : *list) {
    activity.push_back({integer_or(item, "at_ms", 0), text_or(item, "text", ""),
                        text_or(item, "kind", ""), text_or(item, "project_id", "")});
  }
  return activity;
}

Outcome<std::vector<std::string>> decode_missing(const Json& json) {
  const Json* list = list_of(json, "missing");
  if (!json.is_object() || list == nullptr) return unreadable("the parts it has");
  std::vector<std::string> missing;
  for (const Json& item : *list) {
    if (!item.is_string()) return unreadable("the parts it has");
    missing.push_back(item.get<std::string>());
  }
  return missing;
}

Outcome<std::string> decode_deployment_id(const Json& json) {
  auto id = text_or(json, "deployment_id", "");
  if (id.empty()) return unreadable("the deployment");
  return id;
}

Outcome<std::string> decode_preview_sha256(const Json& json) {
  auto sha256 = text_or(json, "preview_sha256", "");
  if (sha256.empty()) return unreadable("the name of the preview");
  return sha256;
}

message::Problem decode_problem(int status, const Json& json) {
  const Json& error = member(json, "error");
  auto problem = problem_of(error);
  if (problem && !problem->failure.message.empty()) {
    if (status == 401) problem->failure.code = "signed_out";
    return *problem;
  }
  return message::Problem{failure_of_status(status), text_or(error, "request_id", "")};
}

}  // namespace fairway

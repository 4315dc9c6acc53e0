// A deployment as the dashboard sees it, put together from its row, journal, notes and log.
#include <algorithm>

#include "shared/api/routes.h"
#include "shared/base/text.h"

namespace fairway::routes {

namespace {

bool has_effect(std::string_view step) {
  return step == "provision_database" || step == "migrate_data" || step == "publish_site" ||
         step == "attach_domain";
}

std::string_view state_of(const Deployment& deployment, const StepRecord* record,
                          std::string_view name) {
  bool is_undone = deployment.status == Status::failed || deployment.status == Status::cancelled;
  if (deployment.status == Status::live) return "done";
  if (record == nullptr) return is_active(deployment.status) ? "waiting" : "skipped";
  if (record->ended_at_ms > 0) {
    if (is_undone && has_effect(name)) return "undone";
    return "done";
  }
  if (deployment.status == Status::cancelling) return "undoing";
  return is_active(deployment.status) ? "running" : "failed";
}

const StepRecord* find_record(const std::vector<StepRecord>& records, std::string_view name) {
  auto is_it = [&](const StepRecord& record) { return record.name == name; };
  auto found = std::find_if(records.begin(), records.end(), is_it);
  return found == records.end() ? nullptr : &*found;
}

std::string text_note(Database& database, const std::string& id, const std::string& name) {
  Json note = read_note(database, id, name);
  return note.is_string() ? note.get<std::string>() : "";
}

Json rows_progress(const Json& tables) {
  int64_t done = 0, total = 0;
  if (!tables.is_array()) return Json();
  for (const Json& table : tables) {
    done += integer_or(table, "rows_done", 0);
    total += integer_or(table, "rows_total", 0);
  }
  return {{"done", done}, {"total", total}};
}

Json steps_json(Database& database, const Deployment& deployment,
                const std::vector<StepRecord>& records, const Json& tables) {
  Json steps = Json::array();
  for (const auto& step : deploy_steps()) {
    const StepRecord* record = find_record(records, step.name);
    bool carries = step.name == "migrate_data";
    steps.push_back({{"name", step.name},
                     {"title", step.title},
                     {"state", state_of(deployment, record, step.name)},
                     {"detail", text_note(database, deployment.id, cat({"detail.", step.name}))},
                     {"started_at_ms", record ? record->started_at_ms : 0},
                     {"ended_at_ms", record ? record->ended_at_ms : 0},
                     {"progress", carries ? rows_progress(tables) : Json()}});
  }
  return steps;
}

Json log_json(Database& database, const std::string& id) {
  static constexpr std::string_view levels[] = {"info", "warn", "error"};
  Json lines = Json::array();
  for (const auto& line : log_of(database, id)) {
    lines.push_back({{"at_ms", line.at_ms},
                     {"step", line.step},
                     {"level", levels[size_t(line.level)]},
                     {"text", line.text}});
  }
  return lines;
}

Json left_over_json(Database& database, const Deployment& deployment) {
  Json list = Json::array();
  if (deployment.status != Status::needs_you) return list;
  for (const auto& resource : resources_of_deployment(database, deployment.id)) {
    if (resource.state == ResourceState::gone || resource.state == ResourceState::foreign) continue;
    list.push_back({{"kind", name_of(resource.kind)},
                    {"name", resource.name},
                    {"why", "The provider did not confirm its removal."}});
  }
  return list;
}

// What the release has put aside, and until when.
Json kept_json(Database& database, const Deployment& deployment) {
  Json list = Json::array();
  for (const auto& resource : resources_of_app(database, deployment.app_id)) {
    if (text_or(resource.detail, "kept_by", "") != deployment.id) continue;
    bool is_database = resource.kind == ResourceKind::turso_database;
    list.push_back({{"kind", is_database ? "database" : "tables"},
                    {"name", is_database ? resource.name : ""},
                    {"until_ms", integer_or(resource.detail, "kept_until_ms", 0)}});
  }
  return list;
}

// The step that is at work, or the one where it stopped.
size_t step_index(const Deployment& deployment, const std::vector<StepRecord>& records) {
  const auto& steps = deploy_steps();
  if (deployment.status == Status::live) return steps.size() - 1;
  size_t index = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (find_record(records, steps[i].name) != nullptr) index = i;
  }
  return index;
}

}  // namespace

Json summary_json(Database& database, const Deployment& deployment) {
  auto records = steps_of(database, deployment.id);
  size_t index = step_index(deployment, records);
  const StepTitle& step = deploy_steps()[index];
  std::string detail = text_note(database, deployment.id, cat({"detail.", step.name}));
  Json failure = deployment.failure ? Json(*deployment.failure) : Json();
  return {{"id", deployment.id},
          {"status", name_of(deployment.status)},
          {"step_index", index},
          {"steps_total", deploy_steps().size()},
          {"step_title", step.title},
          {"detail", detail},
          {"started_at_ms", deployment.created_at_ms},
          {"ended_at_ms", deployment.ended_at_ms},
          {"failure", std::move(failure)}};
}

Json status_json(Host& host, const Deployment& deployment) {
  Database& database = host.database;
  auto project = find_project(database, deployment.project_id);
  auto records = steps_of(database, deployment.id);
  Json tables = read_note(database, deployment.id, "tables");
  Json failure = deployment.failure ? Json(*deployment.failure) : Json();
  return {{"id", deployment.id},
          {"project_id", deployment.project_id},
          {"project_name", project ? project->name : ""},
          {"app_id", deployment.app_id},
          {"status", name_of(deployment.status)},
          {"started_at_ms", deployment.created_at_ms},
          {"ended_at_ms", deployment.ended_at_ms},
          {"now_ms", host.clock.now_ms()},
          {"release", deployment.release},
          {"url", deployment.url},
          {"steps", steps_json(database, deployment, records, tables)},
          {"tables", tables.is_array() ? tables : Json::array()},
          {"log", log_json(database, deployment.id)},
          {"failure", std::move(failure)},
          {"left_over", left_over_json(database, deployment)},
          {"kept", kept_json(database, deployment)},
          {"report", !read_note(database, deployment.id, "report").is_null()}};
}

}  // namespace fairway::routes

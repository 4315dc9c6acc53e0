#include "shared/deployment/deployment.h"

#include <array>

namespace fairway {

namespace {

constexpr std::array<std::string_view, 8> status_names = {
    "queued", "running", "cancelling", "live", "failed", "cancelled", "needs_you", "removed"};
constexpr std::array<std::string_view, 6> kind_names = {
    "turso_database", "pages_project", "pages_variables", "pages_deployment", "schema", "app_key"};
constexpr std::array<std::string_view, 6> state_names = {"intended", "sent", "exists",
                                                         "removing", "gone", "foreign"};

}  // namespace

std::string_view name_of(Status status) { return status_names.at(size_t(status)); }
std::string_view name_of(ResourceKind kind) { return kind_names.at(size_t(kind)); }
std::string_view name_of(ResourceState state) { return state_names.at(size_t(state)); }

Status status_of(std::string_view name) {
  for (size_t i = 0; i < status_names.size(); ++i) {
    if (status_names.at(i) == name) return Status(i);
  }
  broken_promise("a status that does not exist", __FILE__, __LINE__);
}

bool is_active(Status status) {
  return status == Status::queued || status == Status::running || status == Status::cancelling;
}

const std::vector<StepTitle>& deploy_steps() {
  static const std::vector<StepTitle> steps = {
      {"check_project", "Check project"}, {"provision_database", "Create database"},
      {"migrate_data", "Carry data"},     {"transform_source", "Prepare code"},
      {"publish_site", "Publish site"},   {"attach_domain", "Attach domain"},
      {"verify_live", "Check it live"},   {"record_deployed", "Record release"}};
  return steps;
}

void to_json(Json& json, const CheckedProject& checked) {
  json = {{"project_name", checked.project_name},
          {"tables", checked.tables},
          {"rows", checked.rows},
          {"is_first", checked.is_first},
          {"replaces", checked.replaces}};
}

void from_json(const Json& json, CheckedProject& checked) {
  checked.project_name = json.at("project_name");
  checked.tables = json.at("tables");
  checked.rows = json.at("rows");
  checked.is_first = json.at("is_first");
  checked.replaces = member(json, "replaces") == Json(true);
}

}  // namespace fairway

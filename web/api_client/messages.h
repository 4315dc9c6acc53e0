// What the edge says to the dashboard, as plain data.
//
// One struct for each answer of the HTTP API that the dashboard reads. Decoding is forgiving about
// what is absent (an older or newer edge) and strict about what would mislead: a list that is no
// list, a status nobody knows. Amounts are nano-dollars, times are milliseconds since 1970, sizes
// are bytes. No errors of its own; `decode.h` makes these from text.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/outcome.h"
#include "web/api_client/gateway_messages.h"

namespace fairway::message {

inline constexpr int deploy_steps_total = 8;

struct Provider {
  std::string name;
  bool enabled = false;
  std::string why;  // Why it is off, in words for people.
};

struct Health {
  std::string version;
  std::string sign_in_url;
  std::vector<Provider> providers;
};

struct Person {
  std::string user_id;
  std::string email;
};

enum class AppStatus : uint8_t { not_deployed, deploying, live, failed, cancelled, needs_you };

// What stopped a deployment. `request_id` is for quoting.
struct Problem {
  Failure failure;
  std::string request_id;
};

struct App {
  std::string id;
  std::string platform;
  AppStatus status = AppStatus::not_deployed;
  std::string url;
  int64_t last_deployed_at_ms = 0;
};

struct PreviewSize {
  int64_t tables = 0;
  int64_t rows = 0;
  int64_t size_bytes = 0;
};

enum class DeploymentStatus : uint8_t {
  queued,
  running,
  cancelling,
  live,
  failed,
  cancelled,
  needs_you
};

// True while the edge still works on it, so that asking again makes sense.
inline bool is_active(DeploymentStatus status) {
  return status == DeploymentStatus::queued || status == DeploymentStatus::running ||
         status == DeploymentStatus::cancelling;
}

// The short form that comes with a project.
struct DeploymentSummary {
  std::string id;
  DeploymentStatus status = DeploymentStatus::queued;
  int step_index = 0;
  int steps_total = deploy_steps_total;
  std::string step_title;
  std::string detail;
  int64_t started_at_ms = 0;
  int64_t ended_at_ms = 0;
  std::optional<Problem> problem;
};

struct Project {
  std::string id;
  std::string name;
  std::string description;
  int64_t updated_at_ms = 0;
  std::optional<PreviewSize> preview;
  std::optional<App> app;
  std::optional<DeploymentSummary> deployment;
};

struct PlanStep {
  std::string name;
  std::string title;
  std::string detail;
};

struct Cost {
  std::string label;
  int64_t amount_nanos = 0;
  std::string note;
};

struct Blocker {
  std::string code;
  std::string message;
  std::string hint;
};

struct Variable {
  std::string name;
  int64_t updated_at_ms = 0;
};

enum class DataPlan : uint8_t { carry, keep };

struct Plan {
  std::string address;
  std::string database_name;
  bool first_deployment = true;
  DataPlan data = DataPlan::carry;
  std::vector<PlanStep> steps;
  std::vector<Cost> costs;
  int64_t month_total_nanos = 0;
  std::vector<Blocker> blockers;
  std::vector<Variable> environment;
  std::vector<Service> services;
  int64_t spend_limit_nanos = 0;  // Of the account, a month.
  // Names of the tables that the live release was deployed with; none before the first.
  std::vector<std::string> production_tables;
};

// What would be lost or bent in production, and how many rows that concerns (-1: not counted).
struct SchemaLoss {
  std::string kind;
  std::string table;
  std::string column;
  std::string words;
  int64_t rows = -1;
};

struct Changes {
  std::vector<SchemaLoss> losses;
  std::string digest;  // What a yes is said to.
  std::vector<std::string> refused;
};

// What a release has put aside: the database that it replaced, or tables in its own ("").
struct KeptAside {
  std::string database;
  int64_t until_ms = 0;
};

enum class StepState : uint8_t { waiting, running, done, failed, undoing, undone, skipped };

struct Step {
  std::string name;
  std::string title;
  StepState state = StepState::waiting;
  std::string detail;
  int64_t started_at_ms = 0;
  int64_t ended_at_ms = 0;
  int64_t done = 0;  // Of `total`; total 0 means that the step does not count anything.
  int64_t total = 0;
};

struct TableProgress {
  std::string name;
  int64_t rows_done = 0;
  int64_t rows_total = 0;
};

enum class LogLevel : uint8_t { info, warn, error };

struct LogLine {
  int64_t at_ms = 0;
  std::string step;
  LogLevel level = LogLevel::info;
  std::string text;
};

struct LeftOver {
  std::string kind;
  std::string name;
  std::string why;
};

struct Deployment {
  std::string id;
  std::string project_id;
  std::string project_name;
  DeploymentStatus status = DeploymentStatus::queued;
  int64_t started_at_ms = 0;
  int64_t ended_at_ms = 0;
  int64_t now_ms = 0;  // The edge's clock when it answered.
  int64_t release = 0;
  std::string url;
  std::vector<Step> steps;
  std::vector<TableProgress> tables;
  std::vector<LogLine> log;
  std::optional<Problem> problem;
  std::vector<LeftOver> left_over;
  std::vector<KeptAside> kept;
  bool has_report = false;
};

struct ReportColumn {
  std::string name;
  std::string type;
  std::string checksum_source;
  std::string checksum_target;
};

struct ReportTable {
  std::string name;
  int64_t rows_source = 0;
  int64_t rows_target = 0;
  std::string row_checksum_source;
  std::string row_checksum_target;
  bool same = false;
  std::vector<ReportColumn> columns;
};

struct Report {
  std::vector<ReportTable> tables;
  int64_t tables_total = 0;
  int64_t rows_total = 0;
  int64_t cells_total = 0;
  int64_t differences = 0;
  std::string snapshot_sha256;
  std::string content_sha256;
  std::string text;  // The JSON as it came, for the download.
};

struct Activity {
  int64_t at_ms = 0;
  std::string text;
  std::string kind;
  std::string project_id;
};

}  // namespace fairway::message

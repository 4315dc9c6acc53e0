// From the edge's JSON to messages.
//
// Pure. What is absent becomes empty; what cannot be understood at all (no object, a list that is
// none, an unknown status, more than fits the screen's memory) fails as report_bug
// `unreadable_answer`, so that the screen keeps its last good state. Costs one pass over the JSON.
#pragma once

#include "shared/base/json.h"
#include "web/api_client/messages.h"

namespace fairway {

Outcome<message::Health> decode_health(const Json& json);
Outcome<message::Person> decode_person(const Json& json);
Outcome<std::vector<message::Project>> decode_projects(const Json& json);
Outcome<message::Changes> decode_changes(const Json& json);
Outcome<message::Plan> decode_plan(const Json& json);
Outcome<std::vector<message::Variable>> decode_environment(const Json& json);
Outcome<message::Deployment> decode_deployment(const Json& json);
Outcome<std::vector<message::DeploymentSummary>> decode_deployments(const Json& json);
Outcome<message::Report> decode_report(const Json& json);
Outcome<std::vector<message::Activity>> decode_activity(const Json& json);
Outcome<std::vector<std::string>> decode_missing(const Json& json);

// decode_gateway.cpp
Outcome<std::vector<message::Service>> decode_services(const Json& json);
Outcome<message::AppKey> decode_app_key(const Json& json);
Outcome<message::AppKeys> decode_app_keys(const Json& json);
Outcome<message::Usage> decode_usage(const Json& json);
Outcome<message::UsageCalls> decode_usage_calls(const Json& json);

// {"deployment_id": "..."}.
Outcome<std::string> decode_deployment_id(const Json& json);

// {"preview_sha256": "..."}.
Outcome<std::string> decode_preview_sha256(const Json& json);

// {"error": {...}} of an answer with `status`. An answer without a readable error (a proxy's page,
// an empty body) becomes a failure by its status: 401 ask_permission `signed_out`, 429 and 5xx
// retry_later, others report_bug.
message::Problem decode_problem(int status, const Json& json);

}  // namespace fairway

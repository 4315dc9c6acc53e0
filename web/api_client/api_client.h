// The dashboard's side of the HTTP API: one function for each question.
//
// Requests go to this page's own origin with its session cookie. Reads are sent once: whoever asks
// repeatedly (following a deployment) has its own rhythm and says when the connection is lost.
// Writes that may be repeated without harm (content-addressed parts, manifests, names, a start with
// its key) are sent patiently. Failures are the edge's own, with its words; `signed_out` means that
// the session ended; retry_later `no_answer` means that nobody knows whether it arrived. The id to
// quote of a report_bug stands at the end of its hint.
#pragma once

#include <string>
#include <vector>

#include "shared/base/json.h"
#include "shared/host/host.h"
#include "web/api_client/messages.h"

namespace fairway::api_client {

// The plain verbs, for the questions of gateway_client.h.
Task<Json> get_json(Host& host, std::string path);
Task<Json> put_json(Host& host, std::string path, Json body);
Task<Json> post_json_once(Host& host, std::string path, Json body);
Task<Json> delete_at(Host& host, std::string path);

Task<message::Health> fetch_health(Host& host);

// Exchanges the token of the sign-in page for a session cookie; the token is not kept.
Task<Done> open_session(Host& host, std::string access_token);
Task<Done> close_session(Host& host);
Task<message::Person> fetch_person(Host& host);

Task<std::vector<message::Project>> fetch_projects(Host& host);
Task<Done> register_project(Host& host, std::string id, std::string name, std::string description);
Task<message::Plan> fetch_plan(Host& host, std::string project_id);
// What a redeployment with a preview of this schema would change in production.
Task<message::Changes> fetch_changes(Host& host, std::string project_id, Json schema);

struct EnvironmentChange {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> unset;
};
// Answers all names that are set afterwards.
Task<std::vector<message::Variable>> save_environment(Host& host, std::string project_id,
                                                      EnvironmentChange change);

Task<std::vector<std::string>> ask_missing(Host& host, std::vector<std::string> sha256);
Task<Done> put_part(Host& host, std::string sha256, std::string bytes);
Task<Done> put_bundle(Host& host, std::string project_id, Json manifest);
// Answers the name that the edge gives to the preview.
Task<std::string> put_preview(Host& host, std::string project_id, Json manifest);

struct Start {
  std::string project_id;
  std::string idempotency_key;
  std::string accepted_losses;  // The digest of the changes that were said yes to.
  enum class Rows : uint8_t { keep, replace } rows = Rows::keep;
  std::string preview_sha256;  // As put_preview named what was looked at.
};
// Answers the id of the deployment that is active now; the same key never starts a second one.
Task<std::string> start_web_deployment(Host& host, Start start);
Task<message::Deployment> fetch_deployment(Host& host, std::string id);
Task<std::vector<message::DeploymentSummary>> fetch_deployments(Host& host);
Task<Done> cancel_deployment(Host& host, std::string id);
Task<std::string> retry_deployment(Host& host, std::string id);
Task<message::Report> fetch_report(Host& host, std::string id);
Task<std::vector<message::Activity>> fetch_activity(Host& host);

}  // namespace fairway::api_client

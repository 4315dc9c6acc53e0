#include "web/api_client/api_client.h"

#include <utility>

#include "shared/base/text.h"
#include "shared/host/patient.h"
#include "web/api_client/decode.h"

namespace fairway::api_client {
namespace {

constexpr int64_t read_timeout_ms = 20'000;
constexpr int64_t part_timeout_ms = 180'000;

HttpRequest request_of(std::string_view method, std::string path) {
  HttpRequest request;
  request.method = method;
  request.url = std::move(path);
  request.timeout_ms = read_timeout_ms;
  request.headers.push_back({"accept", "application/json"});
  // A form of another site cannot set a header, so it cannot act in this person's name.
  if (method != "GET") request.headers.push_back({"x-fairway", "1"});
  return request;
}

HttpRequest request_with(std::string_view method, std::string path, const Json& body) {
  HttpRequest request = request_of(method, std::move(path));
  request.headers.push_back({"content-type", "application/json"});
  request.body.push_back(bytes_piece(to_text(body)));
  return request;
}

Failure failure_of(int status, const Json& body) {
  message::Problem problem = decode_problem(status, body);
  if (problem.failure.reaction == Reaction::report_bug && !problem.request_id.empty()) {
    problem.failure.hint = cat({problem.failure.hint, problem.failure.hint.empty() ? "" : " ",
                                "Quote ", problem.request_id, "."});
  }
  return problem.failure;
}

Outcome<Json> body_of(const HttpResponse& response) {
  Json body;
  if (!response.body.empty()) {
    auto parsed = parse_json(response.body);
    if (parsed.ok()) body = std::move(parsed.value());
  }
  if (response.status < 200 || response.status > 299) return failure_of(response.status, body);
  return body;
}

enum class Patience { once, patient };

Task<Json> ask(Host& host, HttpRequest request, Patience patience) {
  if (patience == Patience::once) {
    auto response = co_await host.http.send(std::move(request));
    co_return body_of(response);
  }
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  co_return body_of(response);
}

std::string project_path(std::string_view project_id, std::string_view rest) {
  return cat({"/api/projects/", url_encode(project_id), rest});
}

std::string deployment_path(std::string_view id, std::string_view rest) {
  return cat({"/api/deployments/", url_encode(id), rest});
}

}  // namespace

Task<Json> get_json(Host& host, std::string path) {
  co_return co_await ask(host, request_of("GET", std::move(path)), Patience::once);
}

Task<Json> put_json(Host& host, std::string path, Json body) {
  co_return co_await ask(host, request_with("PUT", std::move(path), body), Patience::patient);
}

Task<Json> post_json_once(Host& host, std::string path, Json body) {
  co_return co_await ask(host, request_with("POST", std::move(path), body), Patience::once);
}

Task<Json> delete_at(Host& host, std::string path) {
  co_return co_await ask(host, request_of("DELETE", std::move(path)), Patience::patient);
}

Task<message::Health> fetch_health(Host& host) {
  auto body = co_await ask(host, request_of("GET", "/api/health"), Patience::once);
  co_return decode_health(body);
}

Task<Done> open_session(Host& host, std::string access_token) {
  HttpRequest request =
      request_with("POST", "/api/session", Json{{"access_token", std::move(access_token)}});
  co_await ask(host, std::move(request), Patience::patient);
  co_return Done{};
}

Task<Done> close_session(Host& host) {
  co_await ask(host, request_of("DELETE", "/api/session"), Patience::patient);
  co_return Done{};
}

Task<message::Person> fetch_person(Host& host) {
  auto body = co_await ask(host, request_of("GET", "/api/me"), Patience::once);
  co_return decode_person(body);
}

Task<std::vector<message::Project>> fetch_projects(Host& host) {
  auto body = co_await ask(host, request_of("GET", "/api/projects"), Patience::once);
  co_return decode_projects(body);
}

Task<Done> register_project(Host& host, std::string id, std::string name, std::string description) {
  HttpRequest request = request_with(
      "POST", "/api/projects", Json{{"id", id}, {"name", name}, {"description", description}});
  co_await ask(host, std::move(request), Patience::patient);
  co_return Done{};
}

Task<message::Plan> fetch_plan(Host& host, std::string project_id) {
  HttpRequest request = request_of("GET", project_path(project_id, "/plan"));
  auto body = co_await ask(host, std::move(request), Patience::once);
  co_return decode_plan(body);
}

Task<message::Changes> fetch_changes(Host& host, std::string project_id, Json schema) {
  HttpRequest request = request_with("POST", project_path(project_id, "/changes"),
                                     Json{{"schema", std::move(schema)}});
  auto body = co_await ask(host, std::move(request), Patience::once);
  co_return decode_changes(body);
}

Task<std::vector<message::Variable>> save_environment(Host& host, std::string project_id,
                                                      EnvironmentChange change) {
  Json set = Json::object();
  for (const auto& [name, value] : change.set) set[name] = value;
  Json body{{"set", std::move(set)}, {"unset", change.unset}};
  HttpRequest request = request_with("PUT", project_path(project_id, "/environment"), body);
  auto answer = co_await ask(host, std::move(request), Patience::patient);
  co_return decode_environment(answer);
}

Task<std::vector<std::string>> ask_missing(Host& host, std::vector<std::string> sha256) {
  HttpRequest request =
      request_with("POST", "/api/blobs/missing", Json{{"sha256", std::move(sha256)}});
  auto body = co_await ask(host, std::move(request), Patience::patient);
  co_return decode_missing(body);
}

Task<Done> put_part(Host& host, std::string sha256, std::string bytes) {
  HttpRequest request = request_of("PUT", cat({"/api/blobs/", sha256}));
  request.headers.push_back({"content-type", "application/octet-stream"});
  request.timeout_ms = part_timeout_ms;
  request.body.push_back(bytes_piece(std::move(bytes)));
  co_await ask(host, std::move(request), Patience::patient);
  co_return Done{};
}

Task<Done> put_bundle(Host& host, std::string project_id, Json manifest) {
  HttpRequest request = request_with("PUT", project_path(project_id, "/bundle"), manifest);
  co_await ask(host, std::move(request), Patience::patient);
  co_return Done{};
}

Task<std::string> put_preview(Host& host, std::string project_id, Json manifest) {
  HttpRequest request = request_with("PUT", project_path(project_id, "/preview"), manifest);
  auto body = co_await ask(host, std::move(request), Patience::patient);
  co_return decode_preview_sha256(body);
}

Task<std::string> start_web_deployment(Host& host, Start start) {
  const std::string_view data = start.rows == Start::Rows::replace ? "replace" : "keep";
  HttpRequest request = request_with("POST", "/api/deploy/web",
                                     Json{{"project_id", std::move(start.project_id)},
                                          {"database_provider", "turso"},
                                          {"hosting_provider", "cloudflare"},
                                          {"data", data},
                                          {"preview_sha256", std::move(start.preview_sha256)},
                                          {"accepted_losses", std::move(start.accepted_losses)},
                                          {"idempotency_key", std::move(start.idempotency_key)}});
  auto body = co_await ask(host, std::move(request), Patience::patient);
  co_return decode_deployment_id(body);
}

Task<message::Deployment> fetch_deployment(Host& host, std::string id) {
  HttpRequest request = request_of("GET", cat({"/api/deploy/status/", url_encode(id)}));
  auto body = co_await ask(host, std::move(request), Patience::once);
  co_return decode_deployment(body);
}

Task<std::vector<message::DeploymentSummary>> fetch_deployments(Host& host) {
  auto body = co_await ask(host, request_of("GET", "/api/deployments"), Patience::once);
  co_return decode_deployments(body);
}

Task<Done> cancel_deployment(Host& host, std::string id) {
  HttpRequest request = request_of("POST", deployment_path(id, "/cancel"));
  co_await ask(host, std::move(request), Patience::patient);
  co_return Done{};
}

Task<std::string> retry_deployment(Host& host, std::string id) {
  HttpRequest request = request_of("POST", deployment_path(id, "/retry"));
  auto body = co_await ask(host, std::move(request), Patience::patient);
  co_return decode_deployment_id(body);
}

Task<message::Report> fetch_report(Host& host, std::string id) {
  HttpRequest request = request_of("GET", deployment_path(id, "/report"));
  auto body = co_await ask(host, std::move(request), Patience::once);
  co_return decode_report(body);
}

Task<std::vector<message::Activity>> fetch_activity(Host& host) {
  auto body = co_await ask(host, request_of("GET", "/api/activity"), Patience::once);
  co_return decode_activity(body);
}

}  // namespace fairway::api_client

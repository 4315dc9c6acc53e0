// Cloudflare Pages: projects, variables and deployments
// (developers.cloudflare.com/api, accounts/{id}/pages/projects).
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/pages_api.h"

namespace fairway {

using namespace provisioning_detail;

namespace {

constexpr std::string_view provider = "Cloudflare";
constexpr std::string_view production_branch = "main";
constexpr std::string_view compatibility_date = "2026-04-01";
constexpr int64_t poll_ms_first = 500;
constexpr int64_t poll_ms_max = 8 * second_ms;
constexpr int64_t wait_ms_max = 5 * minute_ms;

std::string projects_url(const Settings& settings, std::string_view rest) {
  return cat({settings.cloudflare_api_url, "/accounts/", url_encode(settings.cloudflare_account_id),
              "/pages/projects", rest});
}

std::string project_url(const Settings& settings, std::string_view name, std::string_view rest) {
  return projects_url(settings, cat({"/", url_encode(name), rest}));
}

HttpRequest api_request(Host& host, std::string method, std::string url) {
  return plain_request(std::move(method), std::move(url), host.settings.cloudflare_api_token);
}

struct ApiError {
  int64_t code = 0;
  std::string message;
};

ApiError error_of(const Json& envelope) {
  const Json& errors = member(envelope, "errors");
  if (!errors.is_array() || errors.empty()) return {};
  return {integer_or(errors[0], "code", 0), text_or(errors[0], "message", "")};
}

// 8000002: a project with this name already exists.
bool is_name_taken(int status, const ApiError& error) {
  return status == 409 || error.code == 8000002;
}

PagesProject project_of(const Json& json) {
  return {text_or(json, "name", ""), text_or(json, "subdomain", ""),
          text_or(member(json, "canonical_deployment"), "id", "")};
}

PagesDeployment deployment_of(const Json& json) {
  PagesDeployment deployment{text_or(json, "id", ""), text_or(json, "url", ""), {}, ""};
  const Json& stage = member(json, "latest_stage");
  std::string name = text_or(stage, "name", ""), status = text_or(stage, "status", "");
  if (status == "failure" || status == "canceled") {
    deployment.state = PagesDeployment::State::failed;
    deployment.why = cat({"stage ", name, ": ", status});
  } else if (name == "deploy" && status == "success") {
    deployment.state = PagesDeployment::State::live;
  }
  return deployment;
}

}  // namespace

namespace provisioning_detail {

std::string pages_assets_url(const Settings& settings, std::string_view rest) {
  return cat({settings.cloudflare_api_url, "/pages/assets", rest});
}

Failure pages_unexpected(std::string_view why) {
  return report_bug("unexpected_answer", cat({"Cloudflare answered what nobody asked: ", why}));
}

Task<Json> send_to_pages(Host& host, HttpRequest request, std::string doing, Repeat repeat) {
  auto response = co_await send_patiently(host, std::move(request), repeat);
  auto parsed = parse_json(response.body);
  Json envelope = parsed.ok() ? std::move(*parsed) : Json();
  ApiError error = error_of(envelope);
  if (response.status >= 200 && response.status < 300) {
    auto result = envelope.find("result");
    co_return result == envelope.end() ? Json() : std::move(*result);
  }
  if (response.status == 404) {
    co_return fix_input("not_found", cat({"Cloudflare does not know what to ", doing, "."}));
  }
  if (is_name_taken(response.status, error)) {
    co_return fix_input("name_taken", "The name exists already at Cloudflare.");
  }
  co_return refused(provider, doing, response.status, error.message);
}

Task<std::string> pages_upload_token(Host& host, std::string project) {
  auto request = api_request(host, "GET", project_url(host.settings, project, "/upload-token"));
  auto result =
      co_await send_to_pages(host, std::move(request), "open an upload", Repeat::harmless);
  std::string jwt = text_or(result, "jwt", "");
  if (jwt.empty()) co_return pages_unexpected("no upload token");
  co_return jwt;
}

}  // namespace provisioning_detail

void to_json(Json& json, const PagesProject& project) {
  json = {{"name", project.name},
          {"subdomain", project.subdomain},
          {"canonical_deployment_id", project.canonical_deployment_id}};
}
void from_json(const Json& json, PagesProject& project) {
  project.name = text_or(json, "name", "");
  project.subdomain = text_or(json, "subdomain", "");
  project.canonical_deployment_id = text_or(json, "canonical_deployment_id", "");
}

void to_json(Json& json, const PagesDeployment& deployment) {
  json = {{"id", deployment.id},
          {"url", deployment.url},
          {"state", int(deployment.state)},
          {"why", deployment.why}};
}
void from_json(const Json& json, PagesDeployment& deployment) {
  deployment.id = text_or(json, "id", "");
  deployment.url = text_or(json, "url", "");
  deployment.state = PagesDeployment::State(integer_or(json, "state", 0));
  deployment.why = text_or(json, "why", "");
}

Task<std::optional<PagesProject>> find_pages_project(Host& host, std::string name) {
  auto request = api_request(host, "GET", project_url(host.settings, name, ""));
  auto result = co_await outcome_of(
      send_to_pages(host, std::move(request), "look a project up", Repeat::harmless));
  if (!result.ok()) {
    if (result.failure().code == "not_found") co_return std::optional<PagesProject>();
    co_return result.failure();
  }
  PagesProject project = project_of(*result);
  if (project.subdomain.empty()) co_return pages_unexpected("a project without an address");
  co_return std::optional<PagesProject>(std::move(project));
}

Task<Making> make_pages_project(Host& host, std::string name) {
  Json config{{"compatibility_date", compatibility_date},
              {"compatibility_flags", Json::array({"nodejs_compat"})}};
  Json body{{"name", name},
            {"production_branch", production_branch},
            {"deployment_configs", {{"production", config}, {"preview", config}}}};
  auto request = json_request("POST", projects_url(host.settings, ""),
                              host.settings.cloudflare_api_token, body);
  auto result = co_await outcome_of(
      send_to_pages(host, std::move(request), "create a project", Repeat::unknown));
  if (result.ok()) co_return Making::made;
  if (result.failure().code == "name_taken") co_return Making::taken;
  co_return result.failure();
}

Task<Done> remove_pages_project(Host& host, std::string name) {
  auto request = api_request(host, "DELETE", project_url(host.settings, name, ""));
  auto result = co_await outcome_of(
      send_to_pages(host, std::move(request), "remove a project", Repeat::harmless));
  if (result.ok() || result.failure().code == "not_found") co_return Done{};
  co_return result.failure();
}

Task<Done> set_pages_variables(Host& host, std::string name, std::vector<SiteVariable> variables,
                               std::optional<CompatibilityFlags> flags) {
  auto read = api_request(host, "GET", project_url(host.settings, name, ""));
  auto project = co_await send_to_pages(host, std::move(read), "read a project", Repeat::harmless);
  const Json& configs = member(project, "deployment_configs");
  const Json& present = member(member(configs, "production"), "env_vars");
  Json wanted = Json::object();
  if (present.is_object()) {
    for (const auto& [variable, value] : present.items()) wanted[variable] = nullptr;
  }
  for (const auto& variable : variables) {
    bool is_secret = variable.kind == SiteVariable::Kind::secret;
    wanted[variable.name] = {{"type", is_secret ? "secret_text" : "plain_text"},
                             {"value", variable.value}};
  }
  Json production{{"env_vars", std::move(wanted)}};
  if (flags) production["compatibility_flags"] = *flags;
  Json body{{"deployment_configs", {{"production", std::move(production)}}}};
  auto request = json_request("PATCH", project_url(host.settings, name, ""),
                              host.settings.cloudflare_api_token, body);
  co_await send_to_pages(host, std::move(request), "set the variables", Repeat::harmless);
  co_return Done{};
}

Task<std::optional<PagesDeployment>> find_pages_deployment(Host& host, std::string project,
                                                           std::string release) {
  auto request = api_request(
      host, "GET", project_url(host.settings, project, "/deployments?env=production&per_page=25"));
  auto result =
      co_await send_to_pages(host, std::move(request), "list the deployments", Repeat::harmless);
  if (!result.is_array()) co_return pages_unexpected("no list of deployments");
  for (const Json& item : result) {
    const Json& metadata = member(member(item, "deployment_trigger"), "metadata");
    if (text_or(metadata, "commit_message", "") == release) {
      co_return std::optional<PagesDeployment>(deployment_of(item));
    }
  }
  co_return std::optional<PagesDeployment>();
}

Task<PagesDeployment> await_pages_deployment(Host& host, std::string project, std::string id) {
  int64_t deadline_ms = host.clock.now_ms() + wait_ms_max;
  for (int64_t pause_ms = poll_ms_first;; pause_ms = std::min(pause_ms * 2, poll_ms_max)) {
    auto url = project_url(host.settings, project, cat({"/deployments/", url_encode(id)}));
    auto request = api_request(host, "GET", std::move(url));
    auto result =
        co_await send_to_pages(host, std::move(request), "look at a deployment", Repeat::harmless);
    PagesDeployment deployment = deployment_of(result);
    if (deployment.state != PagesDeployment::State::working) co_return deployment;
    if (host.clock.now_ms() >= deadline_ms) {
      co_return retry_later("still_working", "Cloudflare has not finished the deployment yet.");
    }
    co_await host.clock.sleep_ms(pause_ms);
  }
}

Task<Done> remove_pages_deployment(Host& host, std::string project, std::string id) {
  auto url =
      project_url(host.settings, project, cat({"/deployments/", url_encode(id), "?force=true"}));
  auto request = api_request(host, "DELETE", std::move(url));
  auto result = co_await outcome_of(
      send_to_pages(host, std::move(request), "remove a deployment", Repeat::harmless));
  if (result.ok() || result.failure().code == "not_found") co_return Done{};
  co_return result.failure();
}

Task<Done> roll_back_pages_deployment(Host& host, std::string project, std::string id) {
  auto url =
      project_url(host.settings, project, cat({"/deployments/", url_encode(id), "/rollback"}));
  auto request = api_request(host, "POST", std::move(url));
  co_await send_to_pages(host, std::move(request), "roll back", Repeat::harmless);
  co_return Done{};
}

}  // namespace fairway

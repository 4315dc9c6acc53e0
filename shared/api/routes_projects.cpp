#include <map>

#include "shared/api/routes.h"
#include "shared/base/id.h"
#include "shared/base/limits.h"

namespace fairway::routes {

namespace {

constexpr size_t list_max = 500;

Failure no_project() {
  return fix_input("project_not_found", "There is no such project in your account.",
                   "Open it from the builder again.");
}

Json app_json(const App& app, const std::optional<Deployment>& last) {
  std::string_view status = name_of(app.status);
  if (last && is_active(last->status)) status = "deploying";
  if (!last && app.release == 0) status = "not_deployed";
  return {{"id", app.id},
          {"platform", app.platform},
          {"status", status},
          {"url", app.url},
          {"last_deployed_at_ms", app.last_deployed_at_ms}};
}

// `last`: the project's last deployment, whatever its verb.
Json project_json(Database& database, const Project& project, const std::optional<App>& app,
                  std::optional<Deployment> last) {
  if (last && last->verb == Verb::tear_down) last.reset();
  Json preview;
  if (!project.preview_sha256.empty()) {
    preview = {
        {"tables", project.tables}, {"rows", project.rows}, {"size_bytes", project.image_bytes}};
  }
  return {{"id", project.id},
          {"name", project.name},
          {"description", project.description},
          {"updated_at_ms", project.updated_at_ms},
          {"preview", std::move(preview)},
          {"app", app ? app_json(*app, last) : Json()},
          {"deployment", last ? summary_json(database, *last) : Json()}};
}

Json environment_json(Database& database, const std::string& project_id) {
  Json names = Json::array();
  for (const auto& variable : list_environment(database, project_id)) {
    names.push_back(
        {{"name", variable.name}, {"sealed", true}, {"updated_at_ms", variable.updated_at_ms}});
  }
  return {{"environment", std::move(names)}};
}

Outcome<Variables> variables_of(const Json& set) {
  Variables variables;
  if (set.is_null()) return variables;
  if (!set.is_object() || int64_t(set.size()) > limits::environment_variables_max) {
    return fix_input("invalid_field", "set must be an object of at most 200 variables.");
  }
  for (const auto& [name, value] : set.items()) {
    std::string why = why_bad_name(name);
    if (!why.empty()) return fix_input("bad_variable", why);
    bool fits = value.is_string() && int64_t(value.get_ref<const std::string&>().size()) <=
                                         limits::environment_value_bytes_max;
    if (!fits) return fix_input("bad_variable", name + " must be text of at most 32,768 bytes.");
    variables.emplace_back(name, value.get<std::string>());
  }
  return variables;
}

}  // namespace

Task<ApiResponse> me(Host&, Call call) {
  co_return json_response({{"user_id", call.account()}, {"email", call.request.user->email}});
}

// Three statements, however many projects there are; a few more for each that was deployed.
Task<ApiResponse> get_projects(Host& host, Call) {
  std::map<std::string, std::optional<Deployment>> last;
  for (auto& deployment : list_last_deployments(host.database)) {
    std::string project_id = deployment.project_id;
    last[std::move(project_id)] = std::move(deployment);
  }
  std::map<std::string, std::optional<App>> apps;
  for (auto& app : list_apps(host.database)) {
    std::string project_id = app.project_id;
    apps[std::move(project_id)] = std::move(app);
  }
  Json list = Json::array();
  for (const auto& project : list_projects(host.database)) {
    if (list.size() == list_max) break;
    list.push_back(project_json(host.database, project, apps[project.id], last[project.id]));
  }
  co_return json_response({{"projects", std::move(list)}});
}

Task<ApiResponse> post_project(Host& host, Call call) {
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  std::string id = fields.text("id");
  std::string name = fields.text("name", {1, limits::project_name_bytes_max});
  std::string description = fields.text_or("description", "");
  if (!is_project_id(id)) fields.refuse("id", "must be 4 to 64 of a-z, 0-9 and -");
  if (description.size() > limits::project_description_bytes_max) {
    fields.refuse("description", "must have at most 2,000 bytes");
  }
  if (auto failure = fields.failure()) co_return *failure;
  bool is_new = !find_project(host.database, id).has_value();
  if (is_new && count_projects(host.database) >= limits::projects_max) {
    co_return fix_input("too_many_projects", "An account holds at most 2,000 projects.");
  }
  save_project(host, id, name, description);
  auto project = find_project(host.database, id);
  auto app = find_app_of(host.database, id);
  auto last = find_last_deployment(host.database, id);
  co_return json_response(project_json(host.database, *project, app, std::move(last)));
}

Task<ApiResponse> put_bundle(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  auto bundle = read_bundle(*body);
  if (!bundle.ok()) co_return bundle.failure();
  plan_sweep(host, call.account());
  co_await keep_bundle(host, call.account(), call.id, std::move(*bundle));
  co_return empty_response();
}

Task<ApiResponse> put_preview(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  auto preview = read_preview(std::move(*body));
  if (!preview.ok()) co_return preview.failure();
  plan_sweep(host, call.account());
  auto sha256 = co_await keep_preview(host, call.account(), call.id, std::move(*preview));
  co_return json_response({{"preview_sha256", sha256}});
}

Task<ApiResponse> get_environment(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  co_return json_response(environment_json(host.database, call.id));
}

Task<ApiResponse> put_environment(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  auto variables = variables_of(member(*body, "set"));
  if (!variables.ok()) co_return variables.failure();
  std::vector<std::string> unset;
  if (!fields.any("unset").is_null()) unset = fields.texts("unset", 1'000);
  if (auto failure = fields.failure()) co_return *failure;
  co_await keep_environment(host, call.account(), call.id, std::move(*variables));
  for (const auto& name : unset) remove_variable(host, call.id, name);
  co_return json_response(environment_json(host.database, call.id));
}

Task<ApiResponse> get_plan(Host& host, Call call) {
  auto project = find_project(host.database, call.id);
  if (!project) co_return no_project();
  auto plan = co_await plan_json(host, call.account(), std::move(*project));
  co_return json_response(plan);
}

Task<ApiResponse> post_changes(Host& host, Call call) {
  if (!find_project(host.database, call.id)) co_return no_project();
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  auto changes = co_await changes_json(host, call.account(), call.id, member(*body, "schema"));
  co_return json_response(changes);
}

}  // namespace fairway::routes

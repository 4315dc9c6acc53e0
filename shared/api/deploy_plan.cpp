// What a deployment is going to do and cost, before it starts.
#include "shared/api/routes.h"
#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/gateway/ledger.h"

namespace fairway::routes {

namespace {

// Fairway's own monthly price of a hosted database; the provider's plan is the operator's.
constexpr int64_t turso_month_nanos = 10 * nanos_per_cent;

std::string step_detail(std::string_view step, const Project& project, bool is_first) {
  if (step == "check_project") return "Everything that can fail is found here";
  if (step == "provision_database") return is_first ? "Turso, a new database" : "Turso, kept";
  if (step == "migrate_data") {
    if (!is_first) return "Production rows stay as they are";
    return cat({counted(project.tables, "table", "tables"), ", ",
                counted(project.rows, "row", "rows"), ", then verified"});
  }
  if (step == "transform_source") return "Database client and environment";
  if (step == "publish_site") {
    return cat({"Cloudflare Pages, ", counted(project.files, "file", "files")});
  }
  if (step == "attach_domain") return "Free address, certificate included";
  if (step == "verify_live") return "Opens the page, reads one row";
  return "You can see what was carried";
}

Json blockers_json(const Settings& settings) {
  Json list = Json::array();
  auto add = [&](std::string_view provider, const std::string& why) {
    if (why.empty()) return;
    list.push_back({{"code", "provider_off"},
                    {"message", cat({provider, " cannot be used: ", why})},
                    {"hint", "The operator of this Fairway must set it; see docs/operate.md."}});
  };
  add("Turso", why_turso_is_off(settings));
  add("Cloudflare", why_cloudflare_is_off(settings));
  return list;
}

// The address as it will be; unknown before the first deployment where the host gives ports.
std::string address_of(const Settings& settings, const std::optional<App>& app,
                       const std::string& name) {
  if (app && !app->url.empty()) return app->url.substr(app->url.find("//") + 2);
  return settings.cloudflare_pages_url.starts_with("https://") ? cat({name, ".pages.dev"}) : name;
}

// The tables that the live release was deployed with: what the tab need not send rows of.
Task<Json> production_tables(Host& host, std::string account, std::string project_id) {
  Json names = Json::array();
  auto live = find_live_deployment(host.database, project_id);
  if (!live) co_return names;
  auto preview = co_await load_preview(host, std::move(account), live->preview_sha256);
  for (const Json& object : preview.schema) {
    std::string name = text_or(object, "name", "");
    bool is_table = text_or(object, "type", "") == "table" && !name.starts_with("sqlite_");
    if (is_table) names.push_back(std::move(name));
  }
  co_return names;
}

}  // namespace

Task<Json> plan_json(Host& host, std::string account, Project project) {
  auto app = find_app_of(host.database, project.id);
  bool is_first = !app || app->release == 0;
  std::string name = resource_name(project.name, account, project.id, 1);
  Json steps = Json::array();
  for (const auto& step : deploy_steps()) {
    steps.push_back({{"name", step.name},
                     {"title", step.title},
                     {"detail", step_detail(step.name, project, is_first)}});
  }
  Json environment = Json::array();
  for (const auto& variable : list_environment(host.database, project.id)) {
    environment.push_back(
        {{"name", variable.name}, {"sealed", true}, {"updated_at_ms", variable.updated_at_ms}});
  }
  Json tables = Json::array();
  if (!is_first) tables = co_await production_tables(host, account, project.id);
  co_return Json{
      {"address", address_of(host.settings, app, name)},
      {"database_name", is_first ? name : app->database_name},
      {"first_deployment", is_first},
      {"data", is_first ? "carry" : "keep"},
      {"production_tables", std::move(tables)},
      {"steps", std::move(steps)},
      {"costs",
       {{{"label", "Database, Turso"}, {"amount_nanos", turso_month_nanos}, {"note", "a month"}},
        {{"label", "Hosting, Cloudflare"}, {"amount_nanos", 0}, {"note", ""}}}},
      {"month_total_nanos", turso_month_nanos},
      {"blockers", blockers_json(host.settings)},
      {"environment", std::move(environment)},
      {"services", services_json(host, project.id)},
      {"spend_limit_nanos", spend_limit(host.database, std::string(account_scope))}};
}

Task<Json> changes_json(Host& host, std::string account, std::string project_id, Json schema) {
  auto look = co_await look_at_schema_change(host, std::move(account), std::move(project_id),
                                             std::move(schema));
  const SchemaDifference& difference = look.difference;
  Json losses = Json::array();
  for (size_t i = 0; i < difference.losses.size(); ++i) {
    const SchemaLoss& loss = difference.losses[i];
    losses.push_back({{"kind", loss.kind},
                      {"table", loss.table},
                      {"column", loss.column},
                      {"words", loss.words},
                      {"rows", look.rows[i]}});
  }
  co_return Json{{"losses", std::move(losses)},
                 {"digest", digest_of(difference.losses)},
                 {"refused", difference.refused},
                 {"kept", difference.kept},
                 {"statements", difference.statements.size()}};
}

}  // namespace fairway::routes

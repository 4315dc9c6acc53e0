// SQL of deployments, deployed apps, the ledger of resources, and the activity list.
#include "shared/deployment/deployment.h"
#include "shared/gateway/ledger.h"

namespace fairway {

void create_deployment_tables(Database& database) {
  database.run(
      "CREATE TABLE deployments(id TEXT PRIMARY KEY, account TEXT NOT NULL,"
      " project_id TEXT NOT NULL, app_id TEXT NOT NULL, verb INTEGER NOT NULL,"
      " status TEXT NOT NULL, release INTEGER NOT NULL, bundle_sha256 TEXT NOT NULL,"
      " preview_sha256 TEXT NOT NULL, url TEXT NOT NULL, failure TEXT,"
      " idempotency_key TEXT, created_at_ms INTEGER NOT NULL,"
      " ended_at_ms INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID");
  database.run(
      "CREATE UNIQUE INDEX deployments_active ON deployments(project_id)"
      " WHERE ended_at_ms = 0");
  database.run("CREATE UNIQUE INDEX deployments_key ON deployments(idempotency_key)");
  database.run("CREATE INDEX deployments_project ON deployments(project_id, created_at_ms)");
  database.run(
      "CREATE TABLE deployed_apps(id TEXT PRIMARY KEY, project_id TEXT NOT NULL,"
      " platform TEXT NOT NULL, status TEXT NOT NULL, deployment_url TEXT NOT NULL,"
      " database_provider TEXT NOT NULL, database_name TEXT NOT NULL, database_id TEXT NOT NULL,"
      " database_hostname TEXT NOT NULL, database_token_sealed TEXT NOT NULL,"
      " hosting_provider TEXT NOT NULL, hosting_project_id TEXT NOT NULL,"
      " live_deployment_id TEXT NOT NULL, environment_vars_encrypted TEXT NOT NULL,"
      " release INTEGER NOT NULL,"
      " last_deployed_at_ms INTEGER NOT NULL, UNIQUE(project_id, platform)) WITHOUT ROWID");
  database.run(
      "CREATE TABLE resources(number INTEGER PRIMARY KEY AUTOINCREMENT, app_id TEXT NOT NULL,"
      " deployment_id TEXT NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,"
      " state INTEGER NOT NULL, detail TEXT NOT NULL, updated_at_ms INTEGER NOT NULL,"
      " UNIQUE(deployment_id, kind, name))");
  database.run("CREATE INDEX resources_app ON resources(app_id)");
  database.run(
      "CREATE TABLE activity(number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL,"
      " kind TEXT NOT NULL, project_id TEXT NOT NULL, text TEXT NOT NULL)");
}

void add_redeployment_choices(Database& database) {
  database.run("ALTER TABLE deployments ADD COLUMN accepted_losses TEXT NOT NULL DEFAULT ''");
  database.run("ALTER TABLE deployments ADD COLUMN data INTEGER NOT NULL DEFAULT 0");
}

void add_origin(Database& database) {
  database.run("ALTER TABLE deployments ADD COLUMN origin TEXT NOT NULL DEFAULT ''");
}

namespace {

std::string select_deployments(std::string_view rest) {
  return std::string(
             "SELECT id, account, project_id, app_id, verb, status, release, bundle_sha256,"
             " preview_sha256, url, failure, created_at_ms, ended_at_ms, accepted_losses, data,"
             " origin FROM deployments ") +
         std::string(rest);
}

Deployment deployment_of(const Row& row) {
  Deployment deployment{.id = row.text(0),
                        .account = row.text(1),
                        .project_id = row.text(2),
                        .app_id = row.text(3),
                        .verb = Verb(row.integer(4)),
                        .status = status_of(row.text(5)),
                        .release = row.integer(6),
                        .bundle_sha256 = row.text(7),
                        .preview_sha256 = row.text(8),
                        .accepted_losses = row.text(13),
                        .data = DataChoice(row.integer(14)),
                        .origin = row.text(15),
                        .url = row.text(9),
                        .failure = std::nullopt,
                        .created_at_ms = row.integer(11),
                        .ended_at_ms = row.integer(12)};
  if (!row.is_null(10)) {
    auto json = parse_json(row.text(10));
    FAIRWAY_ASSERT(json.ok());
    deployment.failure = json->get<Failure>();
  }
  return deployment;
}

std::optional<Deployment> first_deployment(Database& database, const std::string& sql,
                                           const std::string& value) {
  auto found = database.run(sql, {value});
  if (found.rows.empty()) return std::nullopt;
  return deployment_of(found.rows[0]);
}

}  // namespace

std::optional<Deployment> find_deployment(Database& database, const std::string& id) {
  static const std::string sql = select_deployments("WHERE id = ?1");
  return first_deployment(database, sql, id);
}

std::optional<Deployment> find_active_deployment(Database& database,
                                                 const std::string& project_id) {
  static const std::string sql = select_deployments("WHERE project_id = ?1 AND ended_at_ms = 0");
  return first_deployment(database, sql, project_id);
}

std::optional<Deployment> find_last_deployment(Database& database, const std::string& project_id) {
  static const std::string sql =
      select_deployments("WHERE project_id = ?1 ORDER BY created_at_ms DESC, id DESC LIMIT 1");
  return first_deployment(database, sql, project_id);
}

std::optional<Deployment> find_live_deployment(Database& database, const std::string& project_id) {
  static const std::string sql = select_deployments(
      "WHERE project_id = ?1 AND status = 'live'"
      " ORDER BY created_at_ms DESC, id DESC LIMIT 1");
  return first_deployment(database, sql, project_id);
}

std::optional<Deployment> find_deployment_by_key(Database& database, const std::string& key) {
  static const std::string sql = select_deployments("WHERE idempotency_key = ?1");
  return first_deployment(database, sql, key);
}

std::vector<Deployment> list_deployments(Database& database) {
  static const std::string sql = select_deployments("ORDER BY created_at_ms DESC, id LIMIT 200");
  std::vector<Deployment> deployments;
  for (const Row& row : database.run(sql).rows) deployments.push_back(deployment_of(row));
  return deployments;
}

std::vector<Deployment> list_last_deployments(Database& database) {
  static const std::string sql = select_deployments(
      "WHERE id = (SELECT id FROM deployments AS other"
      " WHERE other.project_id = deployments.project_id"
      " ORDER BY created_at_ms DESC, id DESC LIMIT 1)");
  std::vector<Deployment> deployments;
  for (const Row& row : database.run(sql).rows) deployments.push_back(deployment_of(row));
  return deployments;
}

void add_deployment(Host& host, const Deployment& deployment, const std::string& idempotency_key) {
  Value key = idempotency_key.empty() ? Value{} : Value{idempotency_key};
  host.database.run(
      "INSERT INTO deployments(id, account, project_id, app_id, verb, status, release,"
      " bundle_sha256, preview_sha256, url, idempotency_key, created_at_ms, accepted_losses, data,"
      " origin) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
      {deployment.id, deployment.account, deployment.project_id, deployment.app_id,
       int64_t(deployment.verb), std::string(name_of(deployment.status)), deployment.release,
       deployment.bundle_sha256, deployment.preview_sha256, deployment.url, std::move(key),
       host.clock.now_ms(), deployment.accepted_losses, int64_t(deployment.data),
       deployment.origin});
}

void set_status(Host& host, const std::string& id, Status status) {
  host.database.run("UPDATE deployments SET status = ?2 WHERE id = ?1 AND ended_at_ms = 0",
                    {id, std::string(name_of(status))});
}

void end_deployment(Host& host, const std::string& id, Status status, const std::string& url,
                    const std::optional<Failure>& failure) {
  Value failure_text = failure ? Value{to_text(Json(*failure))} : Value{};
  host.database.run(
      "UPDATE deployments SET status = ?2, url = ?3, failure = ?4, ended_at_ms = ?5"
      " WHERE id = ?1 AND ended_at_ms = 0",
      {id, std::string(name_of(status)), url, std::move(failure_text), host.clock.now_ms()});
}

namespace {

std::string select_app(std::string_view where) {
  return std::string(
             "SELECT id, project_id, platform, status, deployment_url, database_name, database_id,"
             " database_hostname, database_token_sealed, hosting_project_id, live_deployment_id,"
             " release, last_deployed_at_ms, environment_vars_encrypted FROM deployed_apps "
             "WHERE ") +
         std::string(where);
}

App app_of(const Row& row) {
  return App{.id = row.text(0),
             .project_id = row.text(1),
             .platform = row.text(2),
             .status = status_of(row.text(3)),
             .url = row.text(4),
             .database_name = row.text(5),
             .database_id = row.text(6),
             .database_hostname = row.text(7),
             .database_token_sealed = row.text(8),
             .hosting_project = row.text(9),
             .live_deployment_id = row.text(10),
             .variables_sealed = row.text(13),
             .release = row.integer(11),
             .last_deployed_at_ms = row.integer(12)};
}

std::optional<App> first_app(Database& database, const std::string& sql, const std::string& value) {
  auto found = database.run(sql, {value});
  if (found.rows.empty()) return std::nullopt;
  return app_of(found.rows[0]);
}

}  // namespace

std::optional<App> find_app(Database& database, const std::string& id) {
  static const std::string sql = select_app("id = ?1");
  return first_app(database, sql, id);
}

std::optional<App> find_app_of(Database& database, const std::string& project_id) {
  static const std::string sql = select_app("project_id = ?1 AND platform = 'web'");
  return first_app(database, sql, project_id);
}

std::vector<App> list_apps(Database& database) {
  static const std::string sql = select_app("platform = 'web'");
  std::vector<App> apps;
  for (const Row& row : database.run(sql).rows) apps.push_back(app_of(row));
  return apps;
}

void save_app(Host& host, const App& app) {
  host.database.run(
      "INSERT OR REPLACE INTO deployed_apps(id, project_id, platform, status, deployment_url,"
      " database_provider, database_name, database_id, database_hostname, database_token_sealed,"
      " hosting_provider, hosting_project_id, live_deployment_id, release, last_deployed_at_ms,"
      " environment_vars_encrypted)"
      " VALUES(?1, ?2, ?3, ?4, ?5, 'turso', ?6, ?7, ?8, ?9, 'cloudflare', ?10, ?11, ?12, ?13, ?14)",
      {app.id, app.project_id, app.platform, std::string(name_of(app.status)), app.url,
       app.database_name, app.database_id, app.database_hostname, app.database_token_sealed,
       app.hosting_project, app.live_deployment_id, app.release, app.last_deployed_at_ms,
       app.variables_sealed});
}

void remove_app(Host& host, const std::string& id) {
  revoke_keys_of(host.database, id, host.clock.now_ms());
  host.database.run("DELETE FROM deployed_apps WHERE id = ?1", {id});
}

namespace {

std::string select_resources(std::string_view rest) {
  return std::string(
             "SELECT number, app_id, deployment_id, kind, name, state, detail, updated_at_ms"
             " FROM resources ") +
         std::string(rest);
}

std::vector<Resource> resources(Database& database, const std::string& sql,
                                std::vector<Value> values) {
  std::vector<Resource> found;
  for (const Row& row : database.run(sql, std::move(values)).rows) {
    auto detail = parse_json(row.text(6));
    FAIRWAY_ASSERT(detail.ok());
    found.push_back({row.integer(0), row.text(1), row.text(2), ResourceKind(row.integer(3)),
                     row.text(4), ResourceState(row.integer(5)), std::move(*detail),
                     row.integer(7)});
  }
  return found;
}

}  // namespace

Resource intend(Host& host, const Deployment& deployment, ResourceKind kind,
                const std::string& name, const Json& detail) {
  host.database.run(
      "INSERT INTO resources(app_id, deployment_id, kind, name, state, detail, updated_at_ms)"
      " VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6) ON CONFLICT DO NOTHING",
      {deployment.app_id, deployment.id, int64_t(kind), name, to_text(detail),
       host.clock.now_ms()});
  static const std::string sql =
      select_resources("WHERE deployment_id = ?1 AND kind = ?2 AND name = ?3");
  auto found = resources(host.database, sql, {deployment.id, int64_t(kind), name});
  FAIRWAY_ASSERT(found.size() == 1);
  return std::move(found[0]);
}

void set_state(Host& host, const Resource& resource, ResourceState state) {
  host.database.run("UPDATE resources SET state = ?2, updated_at_ms = ?3 WHERE number = ?1",
                    {resource.number, int64_t(state), host.clock.now_ms()});
}

void set_detail(Host& host, const Resource& resource, const Json& detail) {
  host.database.run("UPDATE resources SET detail = ?2, updated_at_ms = ?3 WHERE number = ?1",
                    {resource.number, to_text(detail), host.clock.now_ms()});
}

std::vector<Resource> resources_of_app(Database& database, const std::string& app_id) {
  static const std::string sql =
      select_resources("WHERE app_id = ?1 AND state NOT IN (4, 5) ORDER BY number");
  return resources(database, sql, {app_id});
}

std::vector<Resource> resources_of_deployment(Database& database,
                                              const std::string& deployment_id) {
  static const std::string sql = select_resources("WHERE deployment_id = ?1 ORDER BY number");
  return resources(database, sql, {deployment_id});
}

void write_activity(Host& host, const std::string& kind, const std::string& project_id,
                    const std::string& text) {
  host.database.run("INSERT INTO activity(at_ms, kind, project_id, text) VALUES(?1, ?2, ?3, ?4)",
                    {host.clock.now_ms(), kind, project_id, text});
}

std::vector<Activity> list_activity(Database& database) {
  std::vector<Activity> entries;
  auto found = database.run(
      "SELECT at_ms, kind, project_id, text FROM activity ORDER BY number DESC LIMIT 200");
  for (const Row& row : found.rows) {
    entries.push_back({row.integer(0), row.text(1), row.text(2), row.text(3)});
  }
  return entries;
}

}  // namespace fairway

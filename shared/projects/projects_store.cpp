// SQL of projects and their variables.
#include "shared/projects/projects.h"

namespace fairway {

void create_project_tables(Database& database) {
  database.run(
      "CREATE TABLE projects(id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL,"
      " created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,"
      " bundle_sha256 TEXT NOT NULL DEFAULT '', preview_sha256 TEXT NOT NULL DEFAULT '',"
      " files INTEGER NOT NULL DEFAULT 0, tables INTEGER NOT NULL DEFAULT 0,"
      " rows INTEGER NOT NULL DEFAULT 0, image_bytes INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID");
  database.run(
      "CREATE TABLE project_variables(project_id TEXT NOT NULL, name TEXT NOT NULL,"
      " sealed_value TEXT NOT NULL, updated_at_ms INTEGER NOT NULL,"
      " PRIMARY KEY(project_id, name)) WITHOUT ROWID");
  create_blob_tables(database);
}

namespace {

Project project_of(const Row& row) {
  return {.id = row.text(0),
          .name = row.text(1),
          .description = row.text(2),
          .created_at_ms = row.integer(3),
          .updated_at_ms = row.integer(4),
          .bundle_sha256 = row.text(5),
          .preview_sha256 = row.text(6),
          .files = row.integer(7),
          .tables = row.integer(8),
          .rows = row.integer(9),
          .image_bytes = row.integer(10)};
}

}  // namespace

std::optional<Project> find_project(Database& database, const std::string& id) {
  auto found = database.run(
      "SELECT id, name, description, created_at_ms, updated_at_ms, bundle_sha256, preview_sha256,"
      " files, tables, rows, image_bytes FROM projects WHERE id = ?1",
      {id});
  if (found.rows.empty()) return std::nullopt;
  return project_of(found.rows[0]);
}

std::vector<Project> list_projects(Database& database) {
  auto found = database.run(
      "SELECT id, name, description, created_at_ms, updated_at_ms, bundle_sha256, preview_sha256,"
      " files, tables, rows, image_bytes FROM projects ORDER BY updated_at_ms DESC, id");
  std::vector<Project> projects;
  for (const Row& row : found.rows) projects.push_back(project_of(row));
  return projects;
}

int64_t count_projects(Database& database) {
  return database.run("SELECT count(*) FROM projects").rows[0].integer(0);
}

void save_project(Host& host, const std::string& id, const std::string& name,
                  const std::string& description) {
  host.database.run(
      "INSERT INTO projects(id, name, description, created_at_ms, updated_at_ms)"
      " VALUES(?1, ?2, ?3, ?4, ?4) ON CONFLICT(id) DO UPDATE SET name = excluded.name,"
      " description = excluded.description, updated_at_ms = excluded.updated_at_ms",
      {id, name, description, host.clock.now_ms()});
}

void save_bundle_summary(Host& host, const std::string& id, const std::string& sha256,
                         const Bundle& bundle) {
  host.database.run(
      "UPDATE projects SET bundle_sha256 = ?2, files = ?3, updated_at_ms = ?4 WHERE id = ?1",
      {id, sha256, int64_t(bundle.files.size()), host.clock.now_ms()});
}

void save_preview_summary(Host& host, const std::string& id, const std::string& sha256,
                          const PreviewManifest& preview) {
  host.database.run(
      "UPDATE projects SET preview_sha256 = ?2, tables = ?3, rows = ?4, image_bytes = ?5,"
      " updated_at_ms = ?6 WHERE id = ?1",
      {id, sha256, int64_t(preview.tables.size()), rows_of(preview), preview.image_bytes,
       host.clock.now_ms()});
}

std::vector<EnvironmentVariable> list_environment(Database& database, const std::string& id) {
  auto found = database.run(
      "SELECT name, sealed_value, updated_at_ms FROM project_variables WHERE project_id = ?1"
      " ORDER BY name",
      {id});
  std::vector<EnvironmentVariable> variables;
  for (const Row& row : found.rows) {
    variables.push_back({row.text(0), row.text(1), row.integer(2)});
  }
  return variables;
}

void save_variable(Host& host, const std::string& id, const EnvironmentVariable& variable) {
  host.database.run(
      "INSERT INTO project_variables(project_id, name, sealed_value, updated_at_ms)"
      " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(project_id, name) DO UPDATE SET"
      " sealed_value = excluded.sealed_value, updated_at_ms = excluded.updated_at_ms",
      {id, variable.name, variable.sealed_value, host.clock.now_ms()});
}

void remove_variable(Host& host, const std::string& id, const std::string& name) {
  host.database.run("DELETE FROM project_variables WHERE project_id = ?1 AND name = ?2",
                    {id, name});
}

}  // namespace fairway

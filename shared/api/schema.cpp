// The numbered steps of an account's schema. A step that has run anywhere is never changed; a new
// one is added behind it.
#include "shared/api/api.h"
#include "shared/deployment/deployment.h"
#include "shared/gateway/ledger.h"
#include "shared/gateway/services.h"

namespace fairway {

namespace {

using SchemaStep = void (*)(Database& database);

void step_1(Database& database) {
  create_job_tables(database);
  create_project_tables(database);
  create_deployment_tables(database);
}

// Part of step 1 where an account begins today.
void step_2(Database& database) { create_blob_tables(database); }

void step_3(Database& database) { create_gateway_tables(database); }

void step_4(Database& database) { add_redeployment_choices(database); }

void step_5(Database& database) {
  create_service_tables(database);
  create_alert_table(database);
  add_origin(database);
  add_key_columns(database);
  database.run(
      "UPDATE app_keys SET project_id = coalesce("
      "(SELECT project_id FROM deployed_apps WHERE deployed_apps.id = app_keys.app_id), '')");
}

constexpr SchemaStep steps[] = {step_1, step_2, step_3, step_4, step_5};
constexpr int64_t newest = int64_t(sizeof steps / sizeof steps[0]);

int64_t version_of(Database& database) {
  auto found = database.run("SELECT name FROM sqlite_schema WHERE name = 'schema_version'");
  if (!found.rows.empty()) {
    return database.run("SELECT version FROM schema_version").rows.at(0).integer(0);
  }
  database.run("CREATE TABLE schema_version(version INTEGER NOT NULL)");
  database.run("INSERT INTO schema_version VALUES(0)");
  return 0;
}

}  // namespace

void bring_schema_up(Database& database) {
  int64_t version = version_of(database);
  FAIRWAY_ASSERT(version <= newest);
  if (version == newest) return;
  for (; version < newest; ++version) steps[version](database);
  database.run("UPDATE schema_version SET version = ?1", {newest});
}

}  // namespace fairway

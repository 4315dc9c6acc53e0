// The main verb: an app goes live with its data.
//
// request_deployment writes the deployment and queues its job; the job runs deploy_web, eight steps
// in a straight line:
//   check_project  provision_database  migrate_data  transform_source
//   publish_site   attach_domain       verify_live   record_deployed
// If it fails for good, or is cancelled, the same job undoes what it made, in reverse order. A
// deployment ends in bounded time in exactly one of live, failed, cancelled, needs_you (G5).
//
// The ledger `resources` has a row for everything that was ever asked of a provider, written before
// it was asked (G2). A row's state says what is known:
//   intended  nothing was sent yet           sent      sent; the answer may be lost (G3: look
//   first) exists    the provider has it            removing  its removal was asked for (tombstone)
//   gone      the provider confirmed that it is not there
//   foreign   the name belongs to somebody else; never touched again
//
// Redeploying keeps production rows (G10), unless the user asks to replace them: then the preview
// goes into a new database beside the old one, which is kept for seven days. Else the database
// stays, and its schema becomes the preview's. What would lose something in production waits for a
// yes to exactly that, before the first provider call; what rebuilt and dropped tables held is kept
// in the database for seven days.
#pragma once

#include <memory>
#include <optional>

#include "shared/jobs/jobs.h"
#include "shared/migration/difference.h"
#include "shared/projects/projects.h"
#include "shared/provisioning/provisioning.h"
#include "shared/secrets/secrets.h"
#include "shared/transform/transform.h"

namespace fairway {

// `removed` is the end of a tear-down.
enum class Status { queued, running, cancelling, live, failed, cancelled, needs_you, removed };
std::string_view name_of(Status status);
Status status_of(std::string_view name);
// queued, running and cancelling: the deployment is not over.
bool is_active(Status status);

enum class Verb { deploy_web, tear_down };

// What becomes of production's rows when there are any.
enum class DataChoice { keep, replace };

struct Deployment {
  std::string id;
  std::string account;
  std::string project_id;
  std::string app_id;
  Verb verb = Verb::deploy_web;
  Status status = Status::queued;
  int64_t release = 0;  // 1 for the first one of an app
  std::string bundle_sha256;
  std::string preview_sha256;
  std::string accepted_losses;  // the digest of the losses that the user said yes to; "": none
  DataChoice data = DataChoice::keep;
  std::string origin;  // Fairway's address, as it was asked: where the app finds the gateway
  std::string url;     // once it is known
  std::optional<Failure> failure;
  int64_t created_at_ms = 0;
  int64_t ended_at_ms = 0;
};

// What a deployed app is, `deployed_apps` in the database.
struct App {
  std::string id;
  std::string project_id;
  std::string platform = "web";
  Status status = Status::queued;  // of its last deployment; live while one of them is up
  std::string url;
  std::string database_name;
  std::string database_id;
  std::string database_hostname;
  std::string database_token_sealed;
  std::string hosting_project;
  std::string live_deployment_id;  // the provider's id of what visitors get
  std::string variables_sealed;    // of the live release, as JSON
  int64_t release = 0;             // the live one; 0: never was live
  int64_t last_deployed_at_ms = 0;
};

enum class ResourceKind {
  turso_database,
  pages_project,
  pages_variables,
  pages_deployment,
  schema,
  app_key
};
enum class ResourceState { intended, sent, exists, removing, gone, foreign };
std::string_view name_of(ResourceKind kind);
std::string_view name_of(ResourceState state);

struct Resource {
  int64_t number = 0;  // the order of making
  std::string app_id;
  std::string deployment_id;  // which deployment made it
  ResourceKind kind = ResourceKind::turso_database;
  std::string name;
  ResourceState state = ResourceState::intended;
  Json detail;  // what its undo needs
  int64_t updated_at_ms = 0;
};

struct StepTitle {
  std::string_view name, title;
};
// The eight steps in their order.
const std::vector<StepTitle>& deploy_steps();

// Bounds of G5.
constexpr int64_t forward_ms_max = 20 * 60'000;
constexpr int64_t undo_ms_max = 30 * 60'000;
constexpr int name_attempts_max = 5;

// --- request_deployment.cpp ---

struct DeploymentRequest {
  std::string account;
  std::string project_id;
  std::string idempotency_key;
  std::string accepted_losses = "";  // see Deployment
  DataChoice data = DataChoice::keep;
  std::string origin = "";
  // What the user looked at, as keep_preview named it; "" is what is there by now.
  std::string preview_sha256 = "";
};
// Answers the id of the deployment, queued. While one is active for the project, and for a key that
// was used before, the same id comes again (G1). fix_input: `project_not_found`,
// `nothing_uploaded`, `preview_changed`, `deployment_active` (it is being deleted); ask_permission
// `provider_off`.
Outcome<std::string> request_deployment(Host& host, const DeploymentRequest& request);
// Another try of an ended deployment or removal, with its yes and its choice about rows: these hold
// for what was looked at. fix_input `choices_outdated` when something was deployed since, or the
// preview is another one by now.
Outcome<std::string> request_again(Host& host, const Deployment& deployment,
                                   const std::string& origin);
// Queues the removal of everything an app has at providers; fix_input `app_not_found`,
// `deployment_active`.
Outcome<std::string> request_tear_down(Host& host, const std::string& account,
                                       const std::string& app_id);
// Asks an active deployment to stop; harmless when it is over. fix_input `deployment_not_found`.
Outcome<Done> request_cancel_of(Host& host, const std::string& deployment_id);

// --- deploy_web.cpp, undo.cpp, tear_down.cpp: the workflows ---

Task<Done> deploy_web(Host& host, Journal& journal, Json input);
Task<Done> tear_down(Host& host, Journal& journal, Json input);
// Undoes what a deployment made, newest first. Ends when every resource of it is gone; fails with
// retry_later while a provider does not let go.
Task<Done> undo_deployment(Host& host, Journal& journal, Deployment deployment);
// The app as this deployment publishes it: with the database that it made in place of the live one.
App app_of_release(Database& database, const Deployment& deployment);
// The way to the app's database, with its opened token.
Task<DatabaseAccess> open_database(Host& host, Deployment deployment, App app);
Workflows deployment_workflows();

// --- sweep_blobs.cpp ---

// Plans the removal of blobs that nothing names: once for each day on which the account changed
// what it stores, one to two days later.
void plan_sweep(Host& host, const std::string& account);
Task<Done> sweep_blobs(Host& host, Journal& journal, Json input);

// --- remove_kept.cpp: what a release replaced is kept for a while ---

constexpr int64_t kept_ms = 7 * 24 * 3'600'000LL;
// Notes that a release has put this aside: the database that it replaced, or tables in its own; and
// plans its removal.
void keep_aside(Host& host, const Deployment& release, Resource resource);
// {"deployment_id"}: removes what that release put aside, once its time is over.
Task<Done> remove_kept(Host& host, Journal& journal, Json input);

// --- the steps, one file each; each is safe to repeat ---

// What several steps need of the bundle: the plan of its upload, with the content
// of static files still in the blob store. Pure but for reading the sources; costs their reading.
struct PreparedSite {
  SiteUpload upload;
  std::vector<SourceEdit> edits;
  std::vector<TransformWarning> warnings;
  std::vector<std::string> environment_names;
  PreviewManifest preview;
};
// Worked out once in a run of the job, by the step that asks first; empty until then.
using SharedSite = std::shared_ptr<std::optional<PreparedSite>>;
Task<Done> prepare_site(Host& host, Deployment deployment, SharedSite site);

struct CheckedProject {
  std::string project_name;
  int64_t tables = 0;
  int64_t rows = 0;
  bool is_first = true;   // no production database yet
  bool replaces = false;  // the preview's rows take the place of production's

  bool carries_all() const { return is_first || replaces; }
};
void to_json(Json& json, const CheckedProject& checked);
void from_json(const Json& json, CheckedProject& checked);

Task<CheckedProject> check_project(Host& host, Journal& journal, Deployment deployment,
                                   SharedSite site);
Task<TursoDatabase> provision_database(Host& host, Journal& journal, Deployment deployment,
                                       CheckedProject checked);
// Loads the image, or applies the schema differences, and keeps the report.
Task<Done> migrate_data(Host& host, Journal& journal, Deployment deployment, CheckedProject checked,
                        TursoDatabase database);
Task<Done> transform_source(Host& host, Journal& journal, Deployment deployment, SharedSite site);
Task<PagesProject> publish_site(Host& host, Journal& journal, Deployment deployment,
                                CheckedProject checked, SharedSite site);
Task<std::string> attach_domain(Host& host, Journal& journal, PagesProject site);
Task<Done> verify_live(Host& host, Journal& journal, Deployment deployment, std::string url,
                       SharedSite site);
Task<Done> record_deployed(Host& host, Deployment deployment, CheckedProject checked,
                           std::string url);

// --- claim_name.cpp ---

// How one kind of resource is looked up and made, for claim_name.
struct Maker {
  ResourceKind kind;
  // True when the provider has it.
  Task<bool> (*find)(Host& host, std::string name);
  Task<Making> (*make)(Host& host, std::string name);
  // Whose thing it is: one for the app, or one of this deployment's own.
  enum class Scope { app, deployment } scope = Scope::app;
};
// Makes sure that the app has its resource of this kind, under its deterministic name, and answers
// that name. Whatever happened before (a crash, a lost answer) it is made once; a name that
// somebody else holds is left alone and the next one tried. fix_input `names_taken` when all are
// held.
Task<std::string> claim_name(Host& host, Journal& journal, Deployment deployment,
                             std::string project_name, Maker maker);

// --- migrate_schema.cpp: redeployments (G10) ---

// What turns production's schema into the new one. Fails with fix_input `schema_change_refused` and
// `schema_change_waits`, as refusal_of says.
Task<SchemaDifference> plan_schema_change(Host& host, Deployment deployment, DatabaseAccess access,
                                          Json preview_schema);

// The same for people, before anything starts.
struct SchemaPreview {
  SchemaDifference difference;
  std::vector<int64_t> rows;  // of production, that each loss concerns
};
constexpr size_t losses_counted_max = 100;  // -1 rows for those beyond
// Nothing is different for a project that is not live.
Task<SchemaPreview> look_at_schema_change(Host& host, std::string account, std::string project_id,
                                          Json preview_schema);
const PreviewManifest::AddedRows* find_added_rows(const PreviewManifest& preview,
                                                  std::string_view table);
int64_t rows_of_table(const PreviewManifest& preview, std::string_view table);
// Reads new tables back and compares them with the preview, before anybody writes to them; keeps
// the report of them. Nothing the second time.
Task<Done> verify_new_tables(Host& host, Journal& journal, DatabaseAccess access,
                             PreviewManifest preview, std::vector<std::string> tables);
// Applies the change, rows of new tables included; safe to repeat. Rows of production stay as they
// are.
Task<Done> change_schema(Host& host, Journal& journal, Deployment deployment, DatabaseAccess access,
                         PreviewManifest preview);

// Takes back the schema changes that a deployment made; repeatable.
Task<Done> undo_schema(Host& host, Deployment deployment, Resource resource);

// --- undo.cpp ---

// How long after it was sent a request whose answer was lost may still have its effect.
constexpr int64_t settling_ms = 35'000;

// Removes one thing from its provider and marks it gone once the provider says so; repeatable.
Task<Done> undo_resource(Host& host, Journal& journal, Deployment deployment, Resource resource);
// "database fw-guestbook-1a2b3c4d": how people read of a resource.
std::string describe(const Resource& resource);

// --- environment.cpp ---

using Variables = std::vector<std::pair<std::string, std::string>>;
// The opened variables of a project.
Task<Variables> open_environment(Host& host, std::string account, std::string project_id);
// Seals and keeps variables: all of them or, on a failure, none.
Task<Done> keep_environment(Host& host, std::string account, std::string project_id,
                            Variables variables);
// What the site of an app is given: the project's variables, those of its services (services.h),
// and the way to its database.
Task<Variables> site_variables(Host& host, Deployment deployment, App app);
// Makes sure that an app whose project has services on has its key: made once, kept by later
// releases, revoked when what made it is undone. The owner's own variables are never overwritten;
// the log says which stayed.
Task<Done> give_app_key(Host& host, Journal& journal, Deployment deployment);
SealPlace token_place(const Deployment& deployment);
SealPlace variables_place(const Deployment& deployment);

// --- deployment_store.cpp ---

void create_deployment_tables(Database& database);
void add_redeployment_choices(Database& database);
void add_origin(Database& database);
std::optional<Deployment> find_deployment(Database& database, const std::string& id);
std::optional<Deployment> find_active_deployment(Database& database, const std::string& project_id);
std::optional<Deployment> find_last_deployment(Database& database, const std::string& project_id);
// The deployment that visitors see.
std::optional<Deployment> find_live_deployment(Database& database, const std::string& project_id);
std::optional<Deployment> find_deployment_by_key(Database& database, const std::string& key);
std::vector<Deployment> list_deployments(Database& database);
// The newest one of each project that has any.
std::vector<Deployment> list_last_deployments(Database& database);
void add_deployment(Host& host, const Deployment& deployment, const std::string& idempotency_key);
void set_status(Host& host, const std::string& id, Status status);
// The end of a deployment: written once, later calls change nothing.
void end_deployment(Host& host, const std::string& id, Status status, const std::string& url,
                    const std::optional<Failure>& failure);

std::optional<App> find_app(Database& database, const std::string& id);
std::optional<App> find_app_of(Database& database, const std::string& project_id);
// Every app that find_app_of finds.
std::vector<App> list_apps(Database& database);
void save_app(Host& host, const App& app);
// Its keys are revoked with it.
void remove_app(Host& host, const std::string& id);

// The row of a resource of this deployment, written as `intended` when it is new.
Resource intend(Host& host, const Deployment& deployment, ResourceKind kind,
                const std::string& name, const Json& detail);
void set_state(Host& host, const Resource& resource, ResourceState state);
void set_detail(Host& host, const Resource& resource, const Json& detail);
// What an app has at providers, whoever made it; oldest first, without gone and foreign.
std::vector<Resource> resources_of_app(Database& database, const std::string& app_id);
std::vector<Resource> resources_of_deployment(Database& database, const std::string& deployment_id);

void write_activity(Host& host, const std::string& kind, const std::string& project_id,
                    const std::string& text);
struct Activity {
  int64_t at_ms = 0;
  std::string kind, project_id, text;
};
// The newest 200.
std::vector<Activity> list_activity(Database& database);

}  // namespace fairway

// Databases and hosting at providers, as plain verbs.
//
// Each verb does one thing at one provider and decodes its answer once. Making and removing are
// safe to repeat as described; the order of steps, what to record before a call and what to undo is
// not here but in deployment/. Secrets (tokens) pass through as values and appear in no failure.
//
// Failures: retry_later `no_answer` or `provider_busy` (the effect is unknown: look by name before
// sending again), ask_permission `provider_refused` (token, quota, payment: the operator must act),
// report_bug `unexpected_answer` with what the provider said.
#pragma once

#include "shared/base/json.h"
#include "shared/host/patient.h"

namespace fairway {

// --- names.cpp: pure ---

// "fw-guestbook-1a2b3c4d": the same for the same account and project, so that an effect whose
// answer was lost is found again by name. `attempt` 1, 2 ... are for names that a stranger holds.
std::string resource_name(std::string_view project_name, std::string_view account,
                          std::string_view project_id, int attempt);

// What a making verb found. `taken`: the provider answered that the name exists already.
enum class Making { made, taken };

// --- turso.cpp (api.turso.tech, "Platform API") ---

struct TursoDatabase {
  std::string name;
  std::string id;  // DbId
  std::string hostname;
};
void to_json(Json& json, const TursoDatabase& database);
void from_json(const Json& json, TursoDatabase& database);

// Looks a database up by name; nothing when there is none.
Task<std::optional<TursoDatabase>> find_turso_database(Host& host, std::string name);
// Makes an empty draft that takes an uploaded file. Sent once; a lost answer is a failure.
Task<Making> make_turso_database(Host& host, std::string name);
// Removing what is not there succeeds.
Task<Done> remove_turso_database(Host& host, std::string name);
// A token that reads and writes one database. Repeating mints another.
Task<std::string> mint_turso_token(Host& host, std::string name);

struct DatabaseAccess {
  std::string url;  // https://<hostname>
  std::string token;
};
DatabaseAccess turso_access(const Settings& settings, const TursoDatabase& database,
                            std::string token);

// Sends the image that these blobs make up, one after another, into a draft: in one request, or in
// chunks where it is larger than the provider takes at once. All blobs but the last are of
// limits::part_bytes_max. Repeating replaces the draft's content; a database that has left its
// draft state refuses it with fix_input `not_a_draft`.
Task<Done> upload_turso_image(Host& host, DatabaseAccess access, std::vector<std::string> blob_keys,
                              int64_t size_bytes);

// --- hrana.cpp (Hrana over HTTP version 2) ---

struct HranaStatement {
  std::string sql;
  std::vector<Value> values;
};
struct HranaResult {
  std::vector<std::vector<Value>> rows;
  int64_t changes = 0;
};
// One read, or one write that may be repeated. An SQL error is a failure report_bug `sql_refused`
// with the database's words.
Task<HranaResult> run_statement(Host& host, DatabaseAccess access, HranaStatement statement);
// All of them or none, in one transaction. A lost answer is a failure: the caller looks first.
// `setting` is run in front of it, for what a transaction cannot set.
Task<Done> run_transaction(Host& host, DatabaseAccess access, std::string setting,
                           std::vector<std::string> statements);

// Sends a pipeline that lies in the blob store and is safe to repeat; the answer's text.
Task<std::string> send_pipeline_blob(Host& host, DatabaseAccess access, std::string blob_key);

// --- neon_sql.cpp (PostgreSQL at Neon, SQL over HTTP) ---

struct NeonAccess {
  std::string url;         // https://api.<region>.aws.neon.tech/sql
  std::string connection;  // postgresql://user:password@host/database: a secret
};
// The address of its SQL endpoint for a connection string: that of Neon's own driver for its hosts,
// https://<host>/sql for others. fix_input `target_url` where the text is no connection string.
Outcome<NeonAccess> neon_access_of(std::string_view connection);

using NeonCell = std::optional<std::string>;  // as PostgreSQL prints it; nothing for NULL
// One statement; its values are $1, $2 ... as text.
struct NeonStatement {
  std::string sql;
  std::vector<NeonCell> values;
};
struct NeonResult {
  std::vector<unsigned> types;  // the OIDs of the columns' types
  std::vector<std::vector<NeonCell>> rows;
};
// What PostgreSQL said to a statement that it did not take.
struct SqlRefusal {
  std::string state;  // SQLSTATE: "23505"
  std::string message;
  std::string schema;  // of the table concerned, where there is one
  std::string table;
};
struct NeonAnswer {
  std::vector<NeonResult> results;    // one a statement, when none was refused
  std::optional<SqlRefusal> refusal;  // then none of them has had an effect
};
// All of them or none, in one transaction. Besides what every verb here fails with: retry_later
// `database_busy` (nothing happened), ask_permission `target_sign_in`, report_bug `too_large` (8 MB
// of answer). Other words of PostgreSQL are no failure but a refusal.
Task<NeonAnswer> run_neon_transaction(Host& host, NeonAccess access,
                                      std::vector<NeonStatement> statements, Repeat repeat);
// The same, reading only: every statement sees the same state.
Task<NeonAnswer> read_neon(Host& host, NeonAccess access, std::vector<NeonStatement> statements);
// Sends a transaction that lies in the blob store and is safe to repeat.
Task<NeonAnswer> send_neon_blob(Host& host, NeonAccess access, std::string blob_key);
// A refusal that nobody foresaw: ask_permission `target_permission`, fix_input `target_limit`,
// report_bug `target_refused`.
Failure failure_of(const SqlRefusal& refusal);

// --- cloudflare_pages.cpp (api.cloudflare.com, Pages and its Direct Upload) ---

struct PagesProject {
  std::string name;
  std::string subdomain;                // "fw-x.pages.dev"
  std::string canonical_deployment_id;  // what visitors get; "" before the first deployment
};
void to_json(Json& json, const PagesProject& project);
void from_json(const Json& json, PagesProject& project);

Task<std::optional<PagesProject>> find_pages_project(Host& host, std::string name);
Task<Making> make_pages_project(Host& host, std::string name);
// With all its deployments; removing what is not there succeeds.
Task<Done> remove_pages_project(Host& host, std::string name);

struct SiteVariable {
  std::string name;
  std::string value;
  enum class Kind { plain, secret } kind = Kind::secret;
};
using CompatibilityFlags = std::vector<std::string>;
// Makes the project's variables exactly these, and its flags where they are given; they apply to
// the next deployment. Repeatable.
Task<Done> set_pages_variables(Host& host, std::string name, std::vector<SiteVariable> variables,
                               std::optional<CompatibilityFlags> flags = std::nullopt);

// A file to be served. Its content is either here or in the blob store.
struct SiteAsset {
  std::string path;                    // "/index.html"
  std::string text;                    // used when there are no blobs
  std::vector<std::string> blob_keys;  // the content, one after another
  int64_t size_bytes = 0;
};
// The first 32 hex digits of BLAKE3(base64(content) + extension), as wrangler computes them.
std::string pages_asset_hash(std::string_view content, std::string_view path);
std::string content_type_of(std::string_view path);

struct WorkerModule {
  std::string name;  // "_worker.js", "server.js", "fairway/database.js"
  std::string text;
};
struct SiteUpload {
  std::vector<SiteAsset> assets;
  std::vector<WorkerModule> modules;       // the first one is the main module; none: assets only
  std::string headers_text;                // _headers, "" when none
  std::string redirects_text;              // _redirects
  std::string routes_json;                 // _routes.json
  CompatibilityFlags compatibility_flags;  // what the code needs of the project's settings
  std::string release;  // our id: travels as the commit message, to find it again
};

struct PagesDeployment {
  std::string id;
  std::string url;
  enum class State { working, live, failed } state = State::working;
  std::string why;  // the failed stage, when failed
};
void to_json(Json& json, const PagesDeployment& deployment);
void from_json(const Json& json, PagesDeployment& deployment);

// Uploads the assets that the provider does not have yet. Repeatable; memory is bounded by the
// largest file's pieces, not by the site. The manifest maps paths to hashes.
using AssetManifest = std::vector<std::pair<std::string, std::string>>;
Task<AssetManifest> upload_pages_assets(Host& host, std::string project,
                                        std::vector<SiteAsset> assets);
// Makes the deployment for visitors. Sent once; find it by its release when the answer is lost.
Task<PagesDeployment> make_pages_deployment(Host& host, std::string project, SiteUpload upload,
                                            AssetManifest manifest);
Task<std::optional<PagesDeployment>> find_pages_deployment(Host& host, std::string project,
                                                           std::string release);
// Waits until it is live or has failed (bounded: 5 minutes, then retry_later `still_working`).
Task<PagesDeployment> await_pages_deployment(Host& host, std::string project, std::string id);
Task<Done> remove_pages_deployment(Host& host, std::string project, std::string id);
// Gives visitors an earlier deployment again.
Task<Done> roll_back_pages_deployment(Host& host, std::string project, std::string id);

}  // namespace fairway

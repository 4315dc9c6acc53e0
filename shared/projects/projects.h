// What the builder made: projects, the manifests of what the tab uploaded, and the environment.
//
// A project's files and database image lie in the blob store as content-addressed parts; the rows
// here say which parts make them up. The tab converts and checks the preview database; the edge
// only moves its parts (see migration/migration.h).
//
// Keys of blobs: "<account>/<sha256>", so that no user can name another's.
#pragma once

#include "shared/base/json.h"
#include "shared/host/host.h"

namespace fairway {

struct Part {
  std::string sha256;
  int64_t size_bytes = 0;
};

// A file of a bundle and the blobs that make it up.
struct StoredFile {
  std::string path;
  int64_t size_bytes = 0;
  std::vector<Part> parts;
};

struct Bundle {
  std::vector<StoredFile> files;
};

// The preview as the tab measured it, and the image it made of it for the target.
struct PreviewManifest {
  int64_t image_bytes = 0;
  std::string image_sha256;
  std::vector<Part> image_parts;
  int64_t source_bytes = 0;
  std::string source_sha256;
  Json schema;  // [{type,name,table,sql}], read by migration/schema.h
  Json tables;  // [{name,rows,row_checksum,columns}], read by migration/report.h
  // For a redeployment: the rows of tables that production does not have yet, as Hrana batches
  // (migration/preview.h, make_insert_batches), each a blob of its own.
  struct AddedRows {
    std::string table;
    int64_t rows = 0;
    std::vector<Part> batches;
  };
  std::vector<AddedRows> added_rows;
  // Columns of dates and the form of their values: [{table,column,form}].
  struct Dates {
    std::string table;
    std::string column;
    std::string form;
  };
  std::vector<Dates> dates;
};

// A project as its row says it. The manifests themselves are blobs, named by the SHA-256 of their
// canonical JSON, so that a deployment can hold on to the very ones it was asked for.
struct Project {
  std::string id;
  std::string name;
  std::string description;
  int64_t created_at_ms = 0;
  int64_t updated_at_ms = 0;
  std::string bundle_sha256;  // "" before the first upload
  std::string preview_sha256;
  int64_t files = 0;
  int64_t tables = 0;
  int64_t rows = 0;
  int64_t image_bytes = 0;
};

struct EnvironmentVariable {
  std::string name;
  std::string sealed_value;
  int64_t updated_at_ms = 0;
};

// --- projects_rules.cpp: pure ---

// Checked readers of what the tab sends; fix_input where a rule of limits.h is broken.
Outcome<Bundle> read_bundle(const Json& json);
Outcome<PreviewManifest> read_preview(Json json);
Json bundle_json(const Bundle& bundle);
Json preview_json(const PreviewManifest& preview);
int64_t rows_of(const PreviewManifest& preview);
// Why a file may not be called so ("" when it may): "public/index.html" may, "../x" may not.
std::string why_bad_path(std::string_view path);

// A whole pasted .env. Values keep newlines, quotes and $ as written (quoted values: backslash
// escapes in double quotes only). `bad` says for each line that was left out what is wrong with it.
struct EnvironmentText {
  std::vector<std::pair<std::string, std::string>> variables;
  struct BadLine {
    int64_t line = 0;
    std::string why;
  };
  std::vector<BadLine> bad;
};
EnvironmentText parse_environment(std::string_view text);
// Why a variable may not be called so ("" when it may): form, and names that Fairway itself sets.
std::string why_bad_name(std::string_view name);
// True for a name that ships its value to every visitor and looks like a secret.
bool is_public_secret(std::string_view name);

// --- projects_store.cpp ---

void create_project_tables(Database& database);
std::optional<Project> find_project(Database& database, const std::string& id);
// Newest first.
std::vector<Project> list_projects(Database& database);
int64_t count_projects(Database& database);
// Creates the project or renames it.
void save_project(Host& host, const std::string& id, const std::string& name,
                  const std::string& description);
std::vector<EnvironmentVariable> list_environment(Database& database, const std::string& id);
void save_variable(Host& host, const std::string& id, const EnvironmentVariable& variable);
void save_bundle_summary(Host& host, const std::string& id, const std::string& sha256,
                         const Bundle& bundle);
void save_preview_summary(Host& host, const std::string& id, const std::string& sha256,
                          const PreviewManifest& preview);
void remove_variable(Host& host, const std::string& id, const std::string& name);

// --- blobs_store.cpp: when each blob of the account was wanted last ---

// A blob is wanted when it is put, asked for, or named by a manifest that is kept. What nothing
// names a day later is removed by deployment/sweep_blobs.cpp: marked in the turn in which its
// removal is asked for, forgotten once it is gone. A marked blob counts as missing, and cannot be
// put.
void create_blob_tables(Database& database);
void note_wanted(Host& host, const std::string& sha256);
bool is_being_removed(Database& database, const std::string& sha256);
std::vector<std::string> blobs_not_wanted_since(Database& database, int64_t since_ms);
// False when it was wanted meanwhile.
bool begin_removal(Database& database, const std::string& sha256, int64_t since_ms);
void end_removal(Database& database, const std::string& sha256);

// --- keep_manifests.cpp ---

// Why a part that is being removed cannot be put.
Failure busy_part();
std::string blob_key(std::string_view account, std::string_view sha256);
// The blobs that these parts are, in their order.
std::vector<std::string> blob_keys(std::string_view account, const std::vector<Part>& parts);

// Keeps a checked manifest for a project of `account`. Every part that it names must have been
// uploaded: fix_input `part_missing` otherwise. Repeatable.
Task<Done> keep_bundle(Host& host, std::string account, std::string project_id, Bundle bundle);
// Answers the name that the manifest is kept by.
Task<std::string> keep_preview(Host& host, std::string account, std::string project_id,
                               PreviewManifest preview);
Task<Bundle> load_bundle(Host& host, std::string account, std::string sha256);
Task<PreviewManifest> load_preview(Host& host, std::string account, std::string sha256);
// A whole file of a bundle; for the text that is transformed, not for large assets.
Task<std::string> load_file(Host& host, std::string account, StoredFile file);

}  // namespace fairway

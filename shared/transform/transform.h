// What a builder's bundle becomes when it is published: static files as they are, and a set of
// worker modules whose database client and environment are those of production.
//
// Pure: the same bundle and settings give the same plan, byte for byte. Nothing is fetched, nothing
// is guessed silently: every change of a source is one SourceEdit, every doubt one warning.
// Not for: TypeScript, JSX, bundling packages (a package that the code imports must be inside the
// project), or checking that the code is right.
//
// The bundle: public/** is served as it is; server.js exports handle(request) and answers /api/*;
// the files it imports go with it; public/_routes.json, _headers and _redirects are Cloudflare's
// own. The published worker also answers /.well-known/fairway.json with {"release","database"}.
//
// Limits: limits::files_max files, limits::file_bytes_max a file, sources of 1 MiB each and 4 MiB
// together, UTF-8; edits_max edits and warnings_max warnings are told. Cost: linear in the text
// read. Failures (all fix_input, nothing kept or changed): `no_entry`, `too_many_files`,
// `file_too_large`, `bad_path`, `reserved_name`, `duplicate_path`, `not_utf8`, `source_too_large`,
// `missing_module`, `missing_package`, `no_handle`, `common_js`, `bad_source`, `bad_routes`,
// `bad_package_json`, `secret_file`.
#pragma once

#include "shared/base/json.h"

namespace fairway {

constexpr size_t edits_max = 500;
constexpr size_t warnings_max = 200;

struct BundleFile {
  std::string path;  // "server.js", "public/index.html"
  int64_t size_bytes = 0;
  std::optional<std::string> text;  // to be given where needs_text says so
};

// Whether a plan must read this file; all others may come without their text.
bool needs_text(std::string_view path, int64_t size_bytes);

enum class DatabaseKind { turso };

// How the rows that are carried keep their dates, as migration has found it column by column: code
// that writes dates goes on in the same form, because values of two forms do not compare.
struct DateColumn {
  std::string table;
  std::string column;
  std::string form;  // "milliseconds", "ISO text", "mixed", ... (migration, DateForms::form)
};

struct TransformSettings {
  std::string release_id;
  DatabaseKind database = DatabaseKind::turso;
  std::vector<std::string> environment_names;  // that have a value in Fairway
  std::vector<DateColumn> dates = {};
};

struct StaticFile {
  std::string path;         // as visitors ask for it: "/index.html"
  std::string source_path;  // in the bundle: "public/index.html"
  int64_t size_bytes = 0;
};

struct SourceModule {
  std::string name;  // "_worker.js", "server.js", "fairway/database.js"
  std::string text;
};

struct SourceEdit {
  std::string file;
  int64_t line = 0;  // of the original, from 1
  std::string before;
  std::string after;
  std::string why;

  bool operator==(const SourceEdit&) const = default;
};
void to_json(Json& json, const SourceEdit& edit);

struct TransformWarning {
  std::string code;
  std::string file;  // "" when it is about the whole project
  int64_t line = 0;
  std::string message;
  std::string hint;

  bool operator==(const TransformWarning&) const = default;
};
void to_json(Json& json, const TransformWarning& warning);

struct UploadPlan {
  std::vector<StaticFile> assets;                // in the order of their paths
  std::vector<SourceModule> modules;             // the first one is the main module
  std::string routes_json;                       // "" when the app brings none
  std::string headers_text;                      // likewise
  std::string redirects_text;                    // likewise
  std::vector<SourceEdit> edits;                 // by module and line, edits_max at most
  std::vector<std::string> environment_names;    // that the server code reads, sorted
  std::vector<std::string> compatibility_flags;  // that the host must be given
  std::vector<TransformWarning> warnings;
};

Outcome<UploadPlan> plan_upload(const std::vector<BundleFile>& bundle,
                                const TransformSettings& settings);

// The sources as they will be published and why, without the refusal of packages that cannot be
// published: for showing the edits to people, and for the local export.
struct EditedSources {
  std::vector<SourceModule> modules;  // server.js first, then in the order it reaches them
  std::vector<SourceEdit> edits;
  std::vector<std::string> environment_names;
  std::vector<std::string> compatibility_flags;
  std::vector<TransformWarning> warnings;
  struct Package {
    std::string name;
    std::string file;
    int64_t line = 0;
  };
  std::vector<Package> packages;  // imported, but not part of the project
};
Outcome<EditedSources> edit_sources(const std::vector<BundleFile>& bundle,
                                    const std::vector<DateColumn>& dates = {});

}  // namespace fairway

// Checks the bundle as a whole, then lays out what is uploaded.
#include <algorithm>
#include <set>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/transform/module_rules.h"
#include "shared/transform/runtime_files.h"

namespace fairway {

namespace {

constexpr int64_t source_bytes_max = 1 << 20;
constexpr size_t path_bytes_max = 400;
constexpr size_t route_rules_max = 100;  // developers.cloudflare.com/pages/functions/routing
constexpr std::string_view public_folder = "public/";
constexpr std::string_view release_path = "/.well-known/fairway.json";
constexpr std::string_view nothing_published =
    "You: change it in the builder. Nothing was published.";

Failure refusal(std::string code, std::string message) {
  return fix_input(std::move(code), std::move(message), std::string(nothing_published));
}

std::string in_quotes(std::string_view path) { return cat({"\"", to_utf8(path, 200), "\""}); }

bool has_ending(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [path](std::string_view ending) { return path.ends_with(ending); });
}

bool is_public(std::string_view path) { return path.starts_with(public_folder); }

// Files that Cloudflare reads for itself; they are not served.
bool is_site_rule(std::string_view path) {
  return path == "public/_routes.json" || path == "public/_headers" || path == "public/_redirects";
}

std::string_view bad_path_reason(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > path_bytes_max) return "is longer than 400 bytes";
  if (!is_utf8(path)) return "is not UTF-8";
  if (path.starts_with('/')) return "begins with a slash";
  if (path.find('\\') != std::string_view::npos) return "holds a backslash";
  for (char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return "holds a control character";
  }
  for (std::string_view part : split(path, '/')) {
    if (part.empty()) return "holds an empty part";
    if (part == "." || part == "..") return "leaves its folder";
  }
  return {};
}

std::optional<Failure> file_refusal(const BundleFile& file) {
  if (auto reason = bad_path_reason(file.path); !reason.empty()) {
    return refusal("bad_path", cat({"The path ", in_quotes(file.path), " ", reason, "."}));
  }
  if (file.size_bytes > limits::file_bytes_max) {
    return refusal("file_too_large", cat({in_quotes(file.path), " has ", grouped(file.size_bytes),
                                          " bytes; a file may have 25 MiB."}));
  }
  bool worker = file.path == "public/_worker.js" || file.path.starts_with("public/_worker.js/");
  bool ours = file.path == "public/.well-known/fairway.json" || file.path == "_worker.js" ||
              file.path.starts_with("fairway/");
  if (worker || ours) {
    return refusal("reserved_name", cat({in_quotes(file.path),
                                         " is a name that Fairway needs for the published app."}));
  }
  size_t slash = file.path.rfind('/');
  std::string_view name = std::string_view(file.path).substr(slash + 1);
  if (is_public(file.path) && name.starts_with(".env")) {
    return refusal("secret_file", cat({in_quotes(file.path),
                                       " would be readable by everyone. Keep it out of public/."}));
  }
  if (file.text && !is_utf8(*file.text)) {
    return refusal("not_utf8", cat({in_quotes(file.path), " is not UTF-8 text."}));
  }
  return std::nullopt;
}

std::optional<Failure> bundle_refusal(const std::vector<BundleFile>& bundle) {
  if (int64_t(bundle.size()) > limits::files_max) {
    return refusal("too_many_files",
                   cat({"The project has ", grouped(int64_t(bundle.size())), " files; ",
                        grouped(limits::files_max), " are possible."}));
  }
  std::set<std::string_view> paths;
  for (const auto& file : bundle) {
    if (auto failure = file_refusal(file)) return failure;
    if (!paths.insert(file.path).second) {
      return refusal("duplicate_path",
                     cat({"The project has two files ", in_quotes(file.path), "."}));
    }
  }
  if (paths.contains("server.js") || paths.contains("public/index.html")) return std::nullopt;
  bool typescript = paths.contains("server.ts") || paths.contains("src/server.ts");
  return refusal("no_entry",
                 typescript
                     ? "The server is TypeScript; Fairway publishes JavaScript (server.js)."
                     : "The project has neither server.js nor public/index.html, so there is "
                       "nothing to publish.");
}

const std::string& text_of(const std::vector<BundleFile>& bundle, std::string_view path) {
  static const std::string none;
  for (const auto& file : bundle) {
    if (file.path == path && file.text) return *file.text;
  }
  return none;
}

bool has_file(const std::vector<BundleFile>& bundle, std::string_view path) {
  return std::any_of(bundle.begin(), bundle.end(),
                     [path](const BundleFile& file) { return file.path == path; });
}

// Left out as every uploader of Cloudflare does.
bool is_litter(std::string_view path) {
  for (std::string_view part : split(path, '/')) {
    if (part == ".DS_Store" || part == "node_modules" || part == ".git" || part == ".wrangler") {
      return true;
    }
  }
  return false;
}

std::vector<StaticFile> static_files(const std::vector<BundleFile>& bundle) {
  std::vector<StaticFile> files;
  for (const auto& file : bundle) {
    if (!is_public(file.path) || is_site_rule(file.path) || is_litter(file.path)) continue;
    files.push_back({file.path.substr(public_folder.size() - 1), file.path, file.size_bytes});
  }
  std::sort(files.begin(), files.end(),
            [](const StaticFile& a, const StaticFile& b) { return a.path < b.path; });
  return files;
}

// Whether a rule of _routes.json, with * for anything, covers a path.
bool covers(std::string_view rule, std::string_view path) {
  size_t star = rule.find('*');
  if (star == std::string_view::npos) return rule == path;
  return path.starts_with(rule.substr(0, star));
}

// The app's own routes, with ours added, so that the worker sees /api/ and the release check.
Outcome<std::string> merged_routes(const std::string& text, std::vector<SourceEdit>& edits) {
  constexpr std::string_view file = "public/_routes.json";
  auto routes = parse_json(text);
  if (!routes.ok()) return refusal("bad_routes", cat({file, " is not valid JSON."}));
  Fields fields(*routes);
  auto include = fields.texts("include", route_rules_max);
  auto exclude = fields.any("exclude").is_null() ? std::vector<std::string>()
                                                 : fields.texts("exclude", route_rules_max);
  if (auto failure = fields.failure()) {
    return refusal("bad_routes", cat({file, ": ", failure->message}));
  }
  for (std::string_view path : {std::string_view("/api/*"), release_path}) {
    auto covered = [path](const std::string& rule) { return covers(rule, path); };
    if (std::any_of(exclude.begin(), exclude.end(), covered)) {
      return refusal("bad_routes",
                     cat({file, " keeps ", path, " from the server; take it out of \"exclude\"."}));
    }
    if (std::any_of(include.begin(), include.end(), covered)) continue;
    include.emplace_back(path);
    edits.push_back(
        {std::string(file), 1, "", cat({"\"", path, "\""}), "the published app answers this path"});
  }
  if (include.size() + exclude.size() > route_rules_max) {
    return refusal("bad_routes", cat({file, " has more than 100 rules."}));
  }
  return to_text(Json{{"version", 1}, {"include", include}, {"exclude", exclude}});
}

// What static files read of an environment that they will not have.
void add_static_warnings(const BundleFile& file, std::vector<std::string>& names,
                         std::vector<TransformWarning>& warnings) {
  for (auto& warning : secret_warnings(file.path, *file.text)) {
    warnings.push_back(std::move(warning));
  }
  if (!has_ending(file.path, {".js", ".mjs"})) return;
  auto tokens = read_tokens(*file.text);
  if (!tokens.ok()) return;
  auto use = find_environment(TokenText(*file.text, *tokens), "env");
  for (const auto& read : use.reads) names.push_back(read.name);
  if (use.reads.empty()) return;
  warnings.push_back({"environment_in_static_file", file.path, use.reads[0].line,
                      cat({"Static files are published as they are, so ", use.reads[0].name,
                           " has no value in the browser."}),
                      "You: let server.js read it and answer with what the page may know."});
}

std::vector<TransformWarning> bundle_warnings(const std::vector<BundleFile>& bundle,
                                              const EditedSources& sources,
                                              const TransformSettings& settings) {
  std::vector<TransformWarning> warnings;
  std::vector<std::string> names = sources.environment_names;
  for (const auto& file : bundle) {
    if (!is_public(file.path)) continue;
    if (file.text && !is_site_rule(file.path)) add_static_warnings(file, names, warnings);
    if (has_ending(file.path, {".db", ".sqlite", ".sqlite3"})) {
      warnings.push_back({"public_database", file.path, 0, "Everyone can download this database.",
                          "You: move it out of public/ unless that is meant."});
    }
  }
  for (const auto& name : sources.environment_names) {
    if (std::count(settings.environment_names.begin(), settings.environment_names.end(), name)) {
      continue;
    }
    warnings.push_back({"variable_not_set", "", 0,
                        cat({"The server reads ", name, ", which has no value in Fairway."}),
                        "You: add it under Environment, or rely on what the code does without."});
  }
  names.insert(names.end(), settings.environment_names.begin(), settings.environment_names.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (auto& warning : name_warnings(names)) warnings.push_back(std::move(warning));
  return warnings;
}

std::optional<Failure> sources_refusal(const std::vector<BundleFile>& bundle,
                                       const EditedSources& sources) {
  const std::string& server = text_of(bundle, "server.js");
  auto tokens = read_tokens(server);
  if (tokens.ok() && !exports_name(TokenText(server, *tokens), "handle")) {
    return refusal("no_handle",
                   "server.js does not export a function called handle, which answers "
                   "the requests to /api/.");
  }
  if (sources.packages.empty()) return std::nullopt;
  const auto& package = sources.packages[0];
  return fix_input(
      "missing_package",
      cat({package.file, ", line ", decimal(package.line), ": the package ",
           in_quotes(package.name), " is not part of the project, and Fairway installs none."}),
      "You: let the builder bundle its packages into the project's own files. Nothing was "
      "published.");
}

std::vector<SourceModule> laid_out(std::vector<SourceModule> sources, const std::string& release) {
  std::vector<SourceModule> modules;
  modules.push_back({"_worker.js", std::string(runtime::entry_js)});
  if (sources.empty()) modules.push_back({"server.js", std::string(runtime::no_server_js)});
  for (auto& module : sources) modules.push_back(std::move(module));
  modules.push_back({"fairway/database.js", std::string(runtime::database_js)});
  modules.push_back(
      {"fairway/release.js", cat({"export const release = ", to_text(Json(release)), ";\n"})});
  return modules;
}

void keep_telling_short(UploadPlan& plan) {
  if (plan.edits.size() > edits_max) {
    plan.warnings.push_back({"many_edits", "", 0,
                             cat({grouped(int64_t(plan.edits.size())),
                                  " lines were changed; the "
                                  "first ",
                                  decimal(int64_t(edits_max)), " are listed."}),
                             ""});
    plan.edits.resize(edits_max);
  }
  if (plan.warnings.size() > warnings_max) plan.warnings.resize(warnings_max);
}

}  // namespace

bool needs_text(std::string_view path, int64_t size_bytes) {
  if (size_bytes > source_bytes_max) return false;
  if (is_site_rule(path)) return true;
  if (is_public(path)) return has_ending(path, {".js", ".mjs", ".html", ".json"});
  return has_ending(path, {".js", ".mjs", ".json"}) || path == "prisma/schema.prisma";
}

Outcome<UploadPlan> plan_upload(const std::vector<BundleFile>& bundle,
                                const TransformSettings& settings) {
  if (auto failure = bundle_refusal(bundle)) return *failure;
  EditedSources sources;
  if (has_file(bundle, "server.js")) {
    auto edited = edit_sources(bundle, settings.dates);
    if (!edited.ok()) return edited.failure();
    sources = std::move(*edited);
    if (auto failure = sources_refusal(bundle, sources)) return *failure;
  }
  UploadPlan plan;
  plan.assets = static_files(bundle);
  plan.edits = std::move(sources.edits);
  if (has_file(bundle, "public/_routes.json")) {
    auto routes = merged_routes(text_of(bundle, "public/_routes.json"), plan.edits);
    if (!routes.ok()) return routes.failure();
    plan.routes_json = std::move(*routes);
  }
  plan.headers_text = text_of(bundle, "public/_headers");
  plan.redirects_text = text_of(bundle, "public/_redirects");
  plan.warnings = std::move(sources.warnings);
  for (auto& warning : bundle_warnings(bundle, sources, settings)) {
    plan.warnings.push_back(std::move(warning));
  }
  plan.environment_names = std::move(sources.environment_names);
  plan.compatibility_flags = std::move(sources.compatibility_flags);
  plan.modules = laid_out(std::move(sources.modules), settings.release_id);
  keep_telling_short(plan);
  return plan;
}

void to_json(Json& json, const SourceEdit& edit) {
  json = Json{{"file", edit.file},
              {"line", edit.line},
              {"before", edit.before},
              {"after", edit.after},
              {"why", edit.why}};
}

void to_json(Json& json, const TransformWarning& warning) {
  json = Json{{"code", warning.code},
              {"file", warning.file},
              {"line", warning.line},
              {"message", warning.message},
              {"hint", warning.hint}};
}

}  // namespace fairway

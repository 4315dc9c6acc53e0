// Walks from server.js along the imports; every module on the way is edited by the same rules.
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/transform/module_rules.h"

namespace fairway {

namespace {

constexpr std::string_view preview_database = "@builder/preview-database";
constexpr std::string_view driver_module = "fairway/database.js";
constexpr std::string_view not_changed = "You: change it in the builder. Nothing was published.";
constexpr int64_t sources_bytes_max = 4 << 20;

using FileIndex = std::map<std::string_view, const BundleFile*>;

FileIndex indexed(const std::vector<BundleFile>& bundle) {
  FileIndex files;
  for (const auto& file : bundle) files.emplace(file.path, &file);
  return files;
}

const BundleFile* find_file(const FileIndex& files, std::string_view path) {
  auto found = files.find(path);
  return found == files.end() ? nullptr : found->second;
}

std::string text_of(const FileIndex& files, std::string_view path) {
  const BundleFile* file = find_file(files, path);
  return file && file->text ? *file->text : "";
}

std::string place(std::string_view file, int64_t line) {
  return cat({file, ", line ", decimal(line)});
}

class Walk {
 public:
  Walk(const FileIndex& files, const PrismaProject& prisma) : files_(files), prisma_(prisma) {}

  Outcome<EditedSources> from(std::string_view entry) {
    reach(std::string(entry));
    while (!failure_ && !waiting_.empty()) {
      std::string path = std::move(waiting_.front());
      waiting_.pop_front();
      path.ends_with(".json") ? add_json(path) : add_module(path);
    }
    if (failure_) return *failure_;
    return std::move(result_);
  }

 private:
  void reach(std::string path) {
    if (reached_.insert(path).second) waiting_.push_back(std::move(path));
  }

  void fail(std::string code, std::string message) {
    if (!failure_)
      failure_ = fix_input(std::move(code), std::move(message), std::string(not_changed));
  }

  // The text of a module, or nothing and a failure.
  const std::string* load(const std::string& path) {
    const BundleFile* file = find_file(files_, path);
    FAIRWAY_ASSERT(file != nullptr);
    bytes_ += file->size_bytes;
    if (!file->text || bytes_ > sources_bytes_max) {
      fail(
          "source_too_large",
          cat({path, " is too large for server code: a file may have 1 MiB, all together 4 MiB."}));
      return nullptr;
    }
    return &*file->text;
  }

  void add_json(const std::string& path) {
    const std::string* text = load(path);
    if (!text) return;
    if (auto parsed = parse_json(*text); !parsed.ok()) {
      return fail("bad_source", cat({path, " is not valid JSON."}));
    }
    std::string module = cat({"export default JSON.parse(", to_text(Json(*text)), ");\n"});
    result_.modules.push_back({cat({path, ".js"}), std::move(module)});
  }

  void add_module(const std::string& path) {
    const std::string* text = load(path);
    if (!text) return;
    auto read = read_tokens(*text);
    if (!read.ok()) {
      return fail("bad_source", cat({path, ", ", read.failure().message, "."}));
    }
    TokenText tokens(*text, *read);
    refuse_common_js(path, tokens);
    std::string env = environment_name_for(tokens);
    auto replacements = import_replacements(path, tokens, env);
    auto prisma = prisma_replacements(tokens, prisma_, env);
    if (!prisma.empty()) {
      add_package("@prisma/adapter-libsql", path, tokens.at(0).line);
      add_all(replacements, std::move(prisma));
    }
    add_all(replacements, environment_replacements(path, tokens, env, replacements));
    add_environment_import(tokens, env, replacements);
    EditedText edited = apply(path, *text, std::move(replacements));
    result_.modules.push_back({path, std::move(edited.text)});
    add_all(result_.edits, std::move(edited.edits));
    add_all(result_.warnings, secret_warnings(path, *text));
    note_node_globals(tokens);
  }

  template <typename Item>
  static void add_all(std::vector<Item>& items, std::vector<Item> more) {
    items.insert(items.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  }

  void refuse_common_js(const std::string& path, const TokenText& tokens) {
    for (size_t index = 0; index < tokens.size(); ++index) {
      bool declared = index > 0 && (tokens.is(index - 1, "const") || tokens.is(index - 1, "let") ||
                                    tokens.is(index - 1, "function"));
      if (tokens.is_free_word(index, "require") && declared) return;
      bool required = tokens.is_free_word(index, "require") && tokens.is(index + 1, "(");
      bool exported = tokens.is_free_word(index, "module") && tokens.is(index + 1, ".") &&
                      tokens.is(index + 2, "exports");
      if (!required && !exported) continue;
      return fail("common_js", cat({place(path, tokens.at(index).line), ": ",
                                    required ? "require()" : "module.exports",
                                    " is CommonJS; server code must use import and export."}));
    }
  }

  std::vector<Replacement> import_replacements(const std::string& path, const TokenText& tokens,
                                               std::string_view env) {
    std::vector<Replacement> replacements;
    for (const ImportUse& use : find_imports(tokens)) {
      int64_t line = tokens.at(use.token).line;
      if (use.specifier.empty()) {
        warn("computed_import", path, line, "What is imported here is computed at run time.",
             "You: write the name of the file; a computed one is not found once published.");
      } else if (use.specifier == preview_database) {
        set_specifier(path, tokens, use, std::string(driver_module), replacements,
                      "the driver for Turso takes the preview database's place");
        auto calls = database_replacements(tokens, use, env);
        if (calls.empty()) {
          warn("database_not_opened", path, line,
               "The database is imported here, but not opened with openDatabase().",
               "You: call openDatabase() in the file that imports it.");
        }
        add_all(replacements, std::move(calls));
      } else if (use.specifier.starts_with('.')) {
        follow(path, tokens, use, replacements);
      } else {
        add_external(path, tokens, use, replacements);
      }
    }
    return replacements;
  }

  // An import of a file of the project.
  void follow(const std::string& path, const TokenText& tokens, const ImportUse& use,
              std::vector<Replacement>& replacements) {
    auto wanted = resolve_path(path, use.specifier);
    auto target = wanted ? existing(*wanted) : std::nullopt;
    if (!target) return refuse_missing(path, tokens.at(use.token).line, use.specifier, wanted);
    reach(*target);
    if (target->ends_with(".json")) {
      set_specifier(path, tokens, use, cat({*target, ".js"}), replacements,
                    "JSON is published as a module");
      drop_attributes(tokens, use, replacements);
    } else if (*target != *wanted) {
      set_specifier(path, tokens, use, *target, replacements,
                    "a published module is found by its whole name only");
    }
  }

  std::optional<std::string> existing(const std::string& path) const {
    for (std::string_view ending : {"", ".js", ".mjs", ".json", "/index.js"}) {
      std::string name = cat({path, ending});
      bool module = name.ends_with(".js") || name.ends_with(".mjs") || name.ends_with(".json");
      if (module && find_file(files_, name)) return name;
    }
    return std::nullopt;
  }

  void refuse_missing(const std::string& path, int64_t line, const std::string& specifier,
                      const std::optional<std::string>& wanted) {
    std::string stem = wanted.value_or("");
    if (stem.ends_with(".js")) stem.resize(stem.size() - 3);
    bool typescript = find_file(files_, cat({stem, ".ts"})) || find_file(files_, stem + ".tsx");
    fail("missing_module",
         cat({place(path, line), ": the import \"", to_utf8(specifier, 200), "\" is ",
              typescript ? "TypeScript; Fairway publishes JavaScript."
                         : "no JavaScript file of the project."}));
  }

  void add_external(const std::string& path, const TokenText& tokens, const ImportUse& use,
                    std::vector<Replacement>& replacements) {
    int64_t line = tokens.at(use.token).line;
    const std::string& name = use.specifier;
    if (name.starts_with("cloudflare:")) return;
    bool prefixed = name.starts_with("node:");
    std::string builtin = prefixed ? name.substr(5) : name;
    if (!is_node_builtin(builtin)) return add_package(name, path, line);
    needs_node();
    if (!prefixed) {
      replacements.push_back({tokens.at(use.token).begin, tokens.at(use.token).end,
                              cat({"'node:", builtin, "'"}),
                              "parts of Node are found by their whole name", false});
    }
    constexpr std::string_view absent[] = {"child_process", "cluster", "dgram", "worker_threads"};
    if (std::find(std::begin(absent), std::end(absent), builtin) != std::end(absent)) {
      warn("absent_builtin", path, line, cat({"node:", builtin, " does nothing at Cloudflare."}),
           "You: remove what needs it from the server code.");
    }
    if (builtin == "fs" || builtin == "fs/promises") {
      warn("files_are_not_kept", path, line, "Files that the code writes are gone after a request.",
           "You: keep data in the database.");
    }
  }

  void add_package(const std::string& name, const std::string& path, int64_t line) {
    result_.packages.push_back({name, path, line});
  }

  void set_specifier(const std::string& path, const TokenText& tokens, const ImportUse& use,
                     const std::string& target, std::vector<Replacement>& replacements,
                     std::string_view why) {
    const ScriptToken& token = tokens.at(use.token);
    replacements.push_back({token.begin, token.end, cat({"'", relative_path(path, target), "'"}),
                            std::string(why), false});
  }

  // with { type: 'json' }
  void drop_attributes(const TokenText& tokens, const ImportUse& use,
                       std::vector<Replacement>& replacements) {
    size_t word = use.token + 1;
    if (use.form == ImportUse::Form::dynamic || !tokens.is(word + 1, "{")) return;
    if (!tokens.is(word, "with") && !tokens.is(word, "assert")) return;
    size_t close = tokens.closing(word + 1);
    if (close >= tokens.size()) return;
    replacements.push_back({tokens.at(use.token).end, tokens.at(close).end, "",
                            "JSON is published as a module", false});
  }

  // Reads inside what is replaced anyway (the argument of openDatabase) are none.
  std::vector<Replacement> environment_replacements(const std::string& path,
                                                    const TokenText& tokens, std::string_view env,
                                                    const std::vector<Replacement>& others) {
    EnvironmentUse use = find_environment(tokens, env);
    auto replaced = [&others](size_t begin) {
      return std::any_of(others.begin(), others.end(), [begin](const Replacement& other) {
        return other.begin <= begin && begin < other.end;
      });
    };
    for (auto& read : use.reads) {
      if (!replaced(read.begin)) result_.environment_names.push_back(std::move(read.name));
    }
    for (auto& warning : use.warnings) {
      warning.file = path;
      result_.warnings.push_back(std::move(warning));
    }
    std::erase_if(use.replacements, [&](const Replacement& one) { return replaced(one.begin); });
    return std::move(use.replacements);
  }

  void add_environment_import(const TokenText& tokens, std::string_view env,
                              std::vector<Replacement>& replacements) {
    bool used = std::any_of(replacements.begin(), replacements.end(),
                            [](const Replacement& one) { return one.needs_environment; });
    if (!used || imports_environment(tokens)) return;
    size_t top = tokens.at(0).begin;
    std::string_view renamed = env == "env" ? "" : " as ";
    std::string text =
        cat({"import { env", renamed, env == "env" ? "" : env, " } from 'cloudflare:workers';\n"});
    replacements.insert(
        replacements.begin(),
        {top, top, std::move(text), "env is what Cloudflare calls the environment", false});
  }

  void note_node_globals(const TokenText& tokens) {
    for (size_t index = 0; index < tokens.size(); ++index) {
      bool process = tokens.is_free_word(index, "process") && !tokens.is(index + 2, "env");
      if (process || tokens.is_free_word(index, "Buffer")) return needs_node();
    }
  }

  void needs_node() {
    if (result_.compatibility_flags.empty()) result_.compatibility_flags = {"nodejs_compat"};
  }

  void warn(std::string code, const std::string& file, int64_t line, std::string message,
            std::string hint) {
    result_.warnings.push_back({std::move(code), file, line, std::move(message), std::move(hint)});
  }

  const FileIndex& files_;
  const PrismaProject& prisma_;
  EditedSources result_;
  std::deque<std::string> waiting_;
  std::set<std::string> reached_;
  int64_t bytes_ = 0;
  std::optional<Failure> failure_;
};

Outcome<PrismaProject> prisma_project(const FileIndex& files) {
  Json package = Json::object();
  std::string text = text_of(files, "package.json");
  if (!trim(text).empty()) {
    auto parsed = parse_json(text);
    if (!parsed.ok() || !parsed->is_object()) {
      return fix_input("bad_package_json", "package.json is not a JSON object.",
                       std::string(not_changed));
    }
    package = std::move(*parsed);
  }
  return read_prisma_project(package, text_of(files, "prisma/schema.prisma"));
}

}  // namespace

Outcome<EditedSources> edit_sources(const std::vector<BundleFile>& bundle,
                                    const std::vector<DateColumn>& dates) {
  FileIndex files = indexed(bundle);
  auto prisma = prisma_project(files);
  if (!prisma.ok()) return prisma.failure();
  prisma->dates = dates;
  auto sources = Walk(files, *prisma).from("server.js");
  if (!sources.ok()) return sources.failure();
  auto schema = apply("prisma/schema.prisma", prisma->schema, prisma_schema_replacements(*prisma));
  sources->edits.insert(sources->edits.end(), schema.edits.begin(), schema.edits.end());
  for (auto& warning : prisma_warnings(*prisma)) sources->warnings.push_back(std::move(warning));
  auto& names = sources->environment_names;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::erase_if(names, [](const std::string& name) { return name.starts_with("TURSO_"); });
  return sources;
}

}  // namespace fairway

// The rules for one module of server code: what it imports, which environment names it reads, what
// must change. Pure; every rule looks at tokens, so strings and comments are never touched.
// Internal to transform/.
#pragma once

#include "shared/transform/javascript.h"
#include "shared/transform/transform.h"

namespace fairway {

// --- source_edits.cpp ---

struct Replacement {
  size_t begin = 0;  // bytes of the source; equal to end: an insertion
  size_t end = 0;
  std::string text;
  std::string why;
  bool needs_environment = false;  // the text names the environment, which must be imported
};
struct EditedText {
  std::string text;
  std::vector<SourceEdit> edits;  // one for each line, or run of lines, that changed
};
// Of two replacements that overlap the one that begins first wins, or is longer; insertions stay.
EditedText apply(const std::string& file, std::string_view source,
                 std::vector<Replacement> replacements);

// --- import_rules.cpp ---

struct ImportUse {
  enum class Form { declaration, reexport, dynamic };
  Form form = Form::declaration;
  std::string specifier;  // "" when it is computed at run time
  size_t first = 0;       // token of "import" or "export"
  size_t token = 0;       // token of the specifier
};
std::vector<ImportUse> find_imports(const TokenText& tokens);

struct ImportedName {
  std::string name;  // as exported; "default" or "*"
  std::string local;
};
std::vector<ImportedName> imported_names(const TokenText& tokens, const ImportUse& use);

// "lib/a.js" and "../b" give "b"; nothing when it leaves the project.
std::optional<std::string> resolve_path(std::string_view from, std::string_view specifier);
// "lib/a.js" and "fairway/database.js" give "../fairway/database.js".
std::string relative_path(std::string_view from, std::string_view target);
bool is_node_builtin(std::string_view name);

// Puts production's settings in place of the argument of each openDatabase() call of this import.
std::vector<Replacement> database_replacements(const TokenText& tokens, const ImportUse& use,
                                               std::string_view env);
// Whether the module exports a function (or anything) called `name`.
bool exports_name(const TokenText& tokens, std::string_view name);

// --- environment_rules.cpp ---

struct EnvironmentUse {
  struct Read {
    std::string name;
    int64_t line = 0;
    size_t begin = 0;  // byte of the source
  };
  std::vector<Read> reads;
  std::vector<Replacement> replacements;
  std::vector<TransformWarning> warnings;  // without the file
};
// process.env and import.meta.env in all their forms. `env` is what takes their place.
EnvironmentUse find_environment(const TokenText& tokens, std::string_view env);
// What the module calls the environment already, or a name that it does not use.
std::string environment_name_for(const TokenText& tokens);
// Whether the module imports `env` from cloudflare:workers by itself.
bool imports_environment(const TokenText& tokens);
// Names that front-end tools copy into what everyone can read: VITE_, NEXT_PUBLIC_ and their like.
bool is_public_name(std::string_view name);
bool looks_secret(std::string_view name);

// --- prisma_rules.cpp ---

struct PrismaProject {
  int major = 0;  // 0: no Prisma in package.json
  int minor = 0;
  std::string schema;  // text of prisma/schema.prisma, "" when there is none
  std::vector<DateColumn> dates;
};
PrismaProject read_prisma_project(const Json& package_json, std::string schema);
// Gives each new PrismaClient() the adapter that speaks to Turso; the provider stays sqlite.
std::vector<Replacement> prisma_replacements(const TokenText& tokens, const PrismaProject& prisma,
                                             std::string_view env);
// What must change in prisma/schema.prisma, and what cannot be right in it.
std::vector<Replacement> prisma_schema_replacements(const PrismaProject& prisma);
std::vector<TransformWarning> prisma_warnings(const PrismaProject& prisma);

// --- warning_rules.cpp ---

// Keys of well-known services written into a file; the warning never repeats them.
std::vector<TransformWarning> secret_warnings(const std::string& file, std::string_view text);
std::vector<TransformWarning> name_warnings(const std::vector<std::string>& names);

}  // namespace fairway

#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/transform/module_rules.h"

namespace fairway {

namespace {

// The token of the string after the next free "from"; nothing when the statement ends before it.
std::optional<size_t> token_after_from(const TokenText& tokens, size_t index) {
  for (; index < tokens.size(); ++index) {
    if (tokens.is_free_word(index, "from") && tokens.is_kind(index + 1, ScriptTokenKind::string)) {
      return index + 1;
    }
    bool goes_on = tokens.is_kind(index, ScriptTokenKind::word) || tokens.is(index, ",") ||
                   tokens.is(index, "{") || tokens.is(index, "}") || tokens.is(index, "*") ||
                   tokens.is_kind(index, ScriptTokenKind::string);
    if (!goes_on || tokens.is_free_word(index, "import")) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<ImportUse> import_at(const TokenText& tokens, size_t index) {
  if (tokens.is(index + 1, ".")) return std::nullopt;
  if (tokens.is(index + 1, "(")) {
    if (tokens.is(index + 2, ")")) return std::nullopt;
    auto value = tokens.string_value(index + 2);
    bool whole = tokens.is(index + 3, ")") || tokens.is(index + 3, ",");
    return ImportUse{ImportUse::Form::dynamic, value && whole ? *value : "", index, index + 2};
  }
  auto token = tokens.is_kind(index + 1, ScriptTokenKind::string)
                   ? std::optional(index + 1)
                   : token_after_from(tokens, index + 1);
  if (!token) return std::nullopt;
  auto value = tokens.string_value(*token);
  return ImportUse{ImportUse::Form::declaration, value.value_or(""), index, *token};
}

std::optional<ImportUse> reexport_at(const TokenText& tokens, size_t index) {
  if (!tokens.is(index + 1, "*") && !tokens.is(index + 1, "{")) return std::nullopt;
  size_t end = index + 2;
  if (tokens.is(index + 1, "{")) {
    while (end < tokens.size() && !tokens.is(end, "}") && !tokens.is(end, "{")) ++end;
    ++end;
  } else if (tokens.is(end, "as")) {
    end += 2;
  }
  if (!tokens.is_free_word(end, "from")) return std::nullopt;
  auto value = tokens.string_value(end + 1);
  if (!value) return std::nullopt;
  return ImportUse{ImportUse::Form::reexport, *value, index, end + 1};
}

std::vector<std::string_view> directories(std::string_view path) {
  auto parts = split(path, '/');
  parts.pop_back();
  return parts;
}

}  // namespace

std::vector<ImportUse> find_imports(const TokenText& tokens) {
  std::vector<ImportUse> uses;
  for (size_t index = 0; index < tokens.size(); ++index) {
    std::optional<ImportUse> use;
    if (tokens.is_free_word(index, "import")) use = import_at(tokens, index);
    if (tokens.is_free_word(index, "export")) use = reexport_at(tokens, index);
    if (use) uses.push_back(std::move(*use));
  }
  return uses;
}

std::vector<ImportedName> imported_names(const TokenText& tokens, const ImportUse& use) {
  std::vector<ImportedName> names;
  if (use.form != ImportUse::Form::declaration || use.token == use.first + 1) return names;
  size_t index = use.first + 1;
  if (tokens.is_kind(index, ScriptTokenKind::word)) {
    names.push_back({"default", std::string(tokens.text(index))});
    index += tokens.is(index + 1, ",") ? 2 : 1;
  }
  if (tokens.is(index, "*")) names.push_back({"*", std::string(tokens.text(index + 2))});
  if (!tokens.is(index, "{")) return names;
  for (++index; index < use.token && !tokens.is(index, "}"); ++index) {
    if (tokens.is(index, ",")) continue;
    bool renamed = tokens.is(index + 1, "as");
    std::string name = tokens.string_value(index).value_or(std::string(tokens.text(index)));
    names.push_back({name, std::string(tokens.text(renamed ? index + 2 : index))});
    if (renamed) index += 2;
  }
  return names;
}

std::optional<std::string> resolve_path(std::string_view from, std::string_view specifier) {
  auto parts = directories(from);
  for (std::string_view part : split(specifier, '/')) {
    if (part == "." || part.empty()) continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::vector<std::string> owned(parts.begin(), parts.end());
  return join(owned, "/");
}

std::string relative_path(std::string_view from, std::string_view target) {
  auto here = directories(from);
  auto there = split(target, '/');
  size_t same = 0;
  while (same < here.size() && same + 1 < there.size() && here[same] == there[same]) ++same;
  std::string path = same == here.size() ? "./" : "";
  for (size_t up = same; up < here.size(); ++up) path += "../";
  std::vector<std::string> rest(there.begin() + ptrdiff_t(same), there.end());
  return path + join(rest, "/");
}

bool is_node_builtin(std::string_view name) {
  constexpr std::array names = std::to_array<std::string_view>({"assert",     "async_hooks",
                                                                "buffer",     "child_process",
                                                                "cluster",    "console",
                                                                "constants",  "crypto",
                                                                "dgram",      "diagnostics_channel",
                                                                "dns",        "events",
                                                                "fs",         "fs/promises",
                                                                "http",       "http2",
                                                                "https",      "module",
                                                                "net",        "os",
                                                                "path",       "path/posix",
                                                                "perf_hooks", "process",
                                                                "punycode",   "querystring",
                                                                "readline",   "stream",
                                                                "stream/web", "string_decoder",
                                                                "timers",     "timers/promises",
                                                                "tls",        "tty",
                                                                "url",        "util",
                                                                "util/types", "v8",
                                                                "vm",         "worker_threads",
                                                                "zlib"});
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Replacement> database_replacements(const TokenText& tokens, const ImportUse& use,
                                               std::string_view env) {
  std::string settings =
      cat({"{ url: ", env, ".TURSO_DATABASE_URL, authToken: ", env, ".TURSO_AUTH_TOKEN }"});
  std::vector<Replacement> replacements;
  auto names = imported_names(tokens, use);
  for (size_t index = 0; index < tokens.size(); ++index) {
    size_t open = 0;
    for (const auto& [name, local] : names) {
      if (!tokens.is_free_word(index, local)) continue;
      if (name == "openDatabase") open = index + 1;
      if (name == "*" && tokens.is(index + 1, ".") && tokens.is(index + 2, "openDatabase")) {
        open = index + 3;
      }
    }
    if (open == 0 || !tokens.is(open, "(")) continue;
    size_t close = tokens.closing(open);
    if (close >= tokens.size()) break;
    replacements.push_back({tokens.at(open).end, tokens.at(close).begin, settings,
                            "the app's database is the one that Fairway made at Turso", true});
    index = close;
  }
  return replacements;
}

bool exports_name(const TokenText& tokens, std::string_view name) {
  for (size_t index = 0; index < tokens.size(); ++index) {
    if (!tokens.is_free_word(index, "export")) continue;
    size_t next = index + 1;
    if (tokens.is(next, "*")) return true;
    if (tokens.is(next, "async")) ++next;
    bool declared = tokens.is(next, "function") || tokens.is(next, "const") ||
                    tokens.is(next, "let") || tokens.is(next, "var") || tokens.is(next, "class");
    if (declared && tokens.is(next + 1, "*")) ++next;
    if (declared && tokens.is(next + 1, name)) return true;
    if (!tokens.is(next, "{")) continue;
    for (size_t at = next + 1; at < tokens.size() && !tokens.is(at, "}"); ++at) {
      bool last = tokens.is(at + 1, ",") || tokens.is(at + 1, "}");
      if (last && tokens.is(at, name)) return true;
    }
  }
  return false;
}

}  // namespace fairway

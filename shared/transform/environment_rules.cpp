#include <algorithm>

#include "shared/base/text.h"
#include "shared/transform/module_rules.h"

namespace fairway {

namespace {

constexpr size_t pattern_tokens_max = 2000;
constexpr std::string_view why_environment = "the environment of a published app is env";

// Where an expression for the whole environment begins and what follows it.
struct Root {
  size_t first = 0;   // token
  size_t next = 0;    // token after "env"
  bool vite = false;  // import.meta.env
};

bool is_dot(const TokenText& tokens, size_t index) {
  return tokens.is(index, ".") || tokens.is(index, "?.");
}

std::optional<Root> root_at(const TokenText& tokens, size_t index) {
  if (tokens.is_free_word(index, "import") && tokens.is(index + 1, ".") &&
      tokens.is(index + 2, "meta") && is_dot(tokens, index + 3) && tokens.is(index + 4, "env")) {
    return Root{index, index + 5, true};
  }
  if (!tokens.is_kind(index, ScriptTokenKind::word) || !tokens.is(index, "process"))
    return std::nullopt;
  if (!is_dot(tokens, index + 1) || !tokens.is(index + 2, "env")) return std::nullopt;
  if (index == 0 || !is_dot(tokens, index - 1)) return Root{index, index + 3, false};
  bool global = index >= 2 && (tokens.is_free_word(index - 2, "globalThis") ||
                               tokens.is_free_word(index - 2, "global"));
  if (global) return Root{index - 2, index + 3, false};
  return std::nullopt;
}

// What a build tool would have put in place of a name that it defines itself.
std::string_view constant_for(const Root& root, std::string_view name) {
  if (!root.vite) return name == "NODE_ENV" ? "'production'" : "";
  if (name == "MODE") return "'production'";
  if (name == "PROD" || name == "SSR") return "true";
  if (name == "DEV") return "false";
  if (name == "BASE_URL") return "'/'";
  return "";
}

bool is_assigned(const TokenText& tokens, size_t index) {
  if (!tokens.is(index, "=")) return false;
  return !tokens.is(index + 1, "=") || tokens.at(index + 1).begin != tokens.at(index).end;
}

class Finder {
 public:
  Finder(const TokenText& tokens, std::string_view env) : tokens_(tokens), env_(env) {}

  EnvironmentUse find() {
    if (declares_process()) return std::move(use_);
    for (size_t index = 0; index < tokens_.size(); ++index) {
      if (auto root = root_at(tokens_, index)) {
        read(*root);
        index = root->next - 1;
      }
    }
    read_process_import();
    return std::move(use_);
  }

 private:
  // A module with a variable of its own called "process" does not mean the environment.
  bool declares_process() const {
    for (size_t index = 1; index < tokens_.size(); ++index) {
      if (!tokens_.is(index, "process")) continue;
      std::string_view before = tokens_.text(index - 1);
      if (before == "const" || before == "let" || before == "var" || before == "function") {
        return true;
      }
    }
    return false;
  }

  void read(const Root& root) {
    size_t next = root.next;
    if (is_dot(tokens_, next) && tokens_.is_kind(next + 1, ScriptTokenKind::word)) {
      return read_name(root, std::string(tokens_.text(next + 1)), next + 2);
    }
    if (tokens_.is(next, "?.") && tokens_.is(next + 1, "[")) ++next;
    if (!tokens_.is(next, "[")) return read_whole(root);
    auto name = tokens_.string_value(next + 1);
    if (name && tokens_.is(next + 2, "]")) return read_name(root, *name, next + 3);
    replace(root.first, root.next, env_, why_environment);
    warn("computed_environment_name", root, "A name of the environment is computed here.",
         "You: make sure that every variable it can mean has a value in Fairway.");
  }

  // process.env.NAME or process.env['NAME']; `after` is the token behind it.
  void read_name(const Root& root, std::string name, size_t after) {
    if (is_assigned(tokens_, after)) {
      warn("environment_write", root, cat({"The code sets ", name, " while it runs."}),
           "You: set it in Fairway instead; a published app cannot keep it.");
    }
    std::string_view constant = constant_for(root, name);
    if (!constant.empty()) {
      return replace(root.first, after, constant, "a published app runs in production");
    }
    bool dotted = is_dot(tokens_, root.next) && after == root.next + 2;
    if (dotted) {
      replace(root.first, after, cat({env_, ".", name}), why_environment);
    } else {
      replace(root.first, root.next, env_, why_environment);
    }
    add_read(std::move(name), root.first);
  }

  void read_whole(const Root& root) {
    replace(root.first, root.next, env_, why_environment);
    if (root.first >= 2 && tokens_.is(root.first - 1, "=") && tokens_.is(root.first - 2, "}") &&
        read_pattern(root)) {
      return;
    }
    warn("whole_environment", root, "The whole environment is used as one value here.",
         "You: make sure that every variable it needs has a value in Fairway.");
  }

  // const { A, B = 1, C: renamed } = process.env
  bool read_pattern(const Root& root) {
    size_t open = root.first - 2;
    size_t farthest = open < pattern_tokens_max ? 0 : open - pattern_tokens_max;
    int depth = 1;
    while (depth > 0 && open > farthest) {
      --open;
      if (tokens_.is(open, "}")) ++depth;
      if (tokens_.is(open, "{")) --depth;
    }
    if (depth != 0) return false;
    bool names_follow = true;
    for (size_t index = open + 1; index < root.first - 2; ++index) {
      if (tokens_.is(index, "...") || tokens_.is(index, "[")) {
        warn("whole_environment", root, "The rest of the environment is taken as one value here.",
             "You: make sure that every variable it needs has a value in Fairway.");
        if (tokens_.is(index, "...")) return true;
      }
      bool bracket = tokens_.is(index, "{") || tokens_.is(index, "(") || tokens_.is(index, "[");
      if (bracket) index = tokens_.closing(index);
      if (names_follow && tokens_.is_kind(index, ScriptTokenKind::word)) {
        add_read(std::string(tokens_.text(index)), index);
      } else if (auto quoted = tokens_.string_value(index); names_follow && quoted) {
        add_read(std::move(*quoted), index);
      }
      names_follow = tokens_.is(index, ",");
    }
    return true;
  }

  // import { env } from 'node:process': the same thing under another name.
  void read_process_import() {
    for (const auto& use : find_imports(tokens_)) {
      if (use.specifier != "node:process" && use.specifier != "process") continue;
      auto names = imported_names(tokens_, use);
      if (names.size() != 1 || names[0].name != "env") continue;
      replace(use.token, use.token + 1, "'cloudflare:workers'", why_environment);
      for (size_t index = 0; index < tokens_.size(); ++index) {
        if (!tokens_.is_free_word(index, names[0].local) || !is_dot(tokens_, index + 1)) continue;
        if (!tokens_.is_kind(index + 2, ScriptTokenKind::word)) continue;
        add_read(std::string(tokens_.text(index + 2)), index);
      }
    }
  }

  void add_read(std::string name, size_t token) {
    use_.reads.push_back({std::move(name), tokens_.at(token).line, tokens_.at(token).begin});
  }

  void replace(size_t first, size_t after, std::string_view text, std::string_view why) {
    use_.replacements.push_back({tokens_.at(first).begin, tokens_.at(after - 1).end,
                                 std::string(text), std::string(why), text.starts_with(env_)});
  }

  void warn(std::string code, const Root& root, std::string message, std::string hint) {
    use_.warnings.push_back(
        {std::move(code), "", tokens_.at(root.first).line, std::move(message), std::move(hint)});
  }

  const TokenText& tokens_;
  std::string env_;
  EnvironmentUse use_;
};

std::optional<std::string> imported_environment(const TokenText& tokens) {
  for (const auto& use : find_imports(tokens)) {
    if (use.specifier != "cloudflare:workers") continue;
    for (const auto& [name, local] : imported_names(tokens, use)) {
      if (name == "env") return local;
    }
  }
  return std::nullopt;
}

}  // namespace

EnvironmentUse find_environment(const TokenText& tokens, std::string_view env) {
  return Finder(tokens, env).find();
}

bool imports_environment(const TokenText& tokens) {
  return imported_environment(tokens).has_value();
}

std::string environment_name_for(const TokenText& tokens) {
  if (auto local = imported_environment(tokens)) return *local;
  auto is_used = [&tokens](std::string_view name) {
    for (size_t index = 0; index < tokens.size(); ++index) {
      if (tokens.is_free_word(index, name)) return true;
    }
    return false;
  };
  std::string name = "env";
  if (is_used(name)) name = "fairwayEnv";
  while (is_used(name)) name += "_";
  return name;
}

bool is_public_name(std::string_view name) {
  constexpr std::string_view prefixes[] = {"VITE_",        "NEXT_PUBLIC_", "PUBLIC_",
                                           "NUXT_PUBLIC_", "REACT_APP_",   "EXPO_PUBLIC_"};
  return std::any_of(std::begin(prefixes), std::end(prefixes),
                     [name](std::string_view prefix) { return name.starts_with(prefix); });
}

bool looks_secret(std::string_view name) {
  constexpr std::string_view words[] = {"SECRET",       "TOKEN",      "PASSWORD", "PASSWD",
                                        "PRIVATE",      "CREDENTIAL", "API_KEY",  "APIKEY",
                                        "SERVICE_ROLE", "ACCESS_KEY"};
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = char(c - ('a' - 'A'));
  }
  return std::any_of(std::begin(words), std::end(words), [&upper](std::string_view word) {
    return upper.find(word) != std::string::npos;
  });
}

}  // namespace fairway

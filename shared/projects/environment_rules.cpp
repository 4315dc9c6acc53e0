// Reading a pasted .env, and which names may stand in it.
#include <algorithm>
#include <array>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/projects/projects.h"

namespace fairway {

namespace {

bool is_name_start(char c) { return c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z'); }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

// Reads a quoted value that starts at text[0]; it may go over several lines. Nothing when the quote
// is never closed. `used` is how much of the text it took.
std::optional<std::string> quoted_value(std::string_view text, size_t& used) {
  char quote = text[0];
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == quote) {
      used = i + 1;
      return value;
    }
    if (c == '\\' && quote == '"' && i + 1 < text.size()) {
      char next = text[++i];
      value += next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next;
      continue;
    }
    value += c;
  }
  return std::nullopt;
}

// An unquoted value ends at the line's end or at a # after a blank.
std::string_view plain_value(std::string_view line) {
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '#' && (line[i - 1] == ' ' || line[i - 1] == '\t')) line = line.substr(0, i);
  }
  if (!line.empty() && line[0] == '#') return {};
  return trim(line);
}

struct Reader {
  std::string_view rest;
  int64_t line = 1;
  EnvironmentText result;

  void bad(std::string why) { result.bad.push_back({line, std::move(why)}); }

  void skip(size_t count) {
    line += std::count(rest.begin(), rest.begin() + ptrdiff_t(count), '\n');
    rest.remove_prefix(count);
  }
  void skip_line() { skip(std::min(rest.find('\n'), rest.size() - 1) + 1); }

  void keep(std::string name, std::string value) {
    std::string why = why_bad_name(name);
    if (!why.empty()) return bad(why);
    if (int64_t(value.size()) > limits::environment_value_bytes_max) {
      return bad(
          cat({name, " is longer than ", decimal(limits::environment_value_bytes_max), " bytes"}));
    }
    if (value.find('\0') != std::string::npos) return bad(cat({name, " holds a NUL character"}));
    auto same = [&](const auto& variable) { return variable.first == name; };
    auto& kept = result.variables;
    auto earlier = std::find_if(kept.begin(), kept.end(), same);
    if (earlier != kept.end()) kept.erase(earlier);
    if (int64_t(kept.size()) == limits::environment_variables_max) {
      return bad(cat(
          {name, " is one more than ", decimal(limits::environment_variables_max), " variables"}));
    }
    kept.emplace_back(std::move(name), std::move(value));
  }

  void read_line() {
    std::string_view text = rest.substr(0, rest.find('\n'));
    std::string_view trimmed = trim(text);
    if (trimmed.empty() || trimmed[0] == '#') return skip_line();
    size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      bad("there is no = between name and value");
      return skip_line();
    }
    std::string_view name = trim(text.substr(0, equals));
    if (name.starts_with("export ")) name = trim(name.substr(7));
    size_t value_at = text.find_first_not_of(" \t", equals + 1);
    bool is_quoted = value_at != std::string_view::npos &&
                     std::string_view("\"'`").find(text[value_at]) != std::string_view::npos;
    if (!is_quoted) {
      keep(std::string(name), std::string(plain_value(text.substr(equals + 1))));
      return skip_line();
    }
    size_t used = 0;
    auto value = quoted_value(rest.substr(value_at), used);
    if (!value) {
      bad("the quote is never closed");
      return skip_line();
    }
    std::string_view behind = rest.substr(value_at + used);
    behind = trim(behind.substr(0, behind.find('\n')));
    if (behind.empty() || behind[0] == '#') {
      keep(std::string(name), std::move(*value));
    } else {
      bad("text stands behind the closing quote");
    }
    skip(value_at + used);
    if (!rest.empty()) skip_line();
  }
};

}  // namespace

EnvironmentText parse_environment(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Reader reader{text, 1, {}};
  while (!reader.rest.empty()) reader.read_line();
  return std::move(reader.result);
}

std::string why_bad_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> reserved = {"TURSO_DATABASE_URL", "TURSO_AUTH_TOKEN",
                                                        "ASSETS", "FAIRWAY_RELEASE"};
  if (name.empty() || name.size() > 128) return "the name is empty or longer than 128 characters";
  if (!is_name_start(name[0]) || !std::all_of(name.begin(), name.end(), is_name_part)) {
    return cat({to_utf8(name, 60), " is no name: letters, digits and _ only"});
  }
  if (std::find(reserved.begin(), reserved.end(), name) != reserved.end()) {
    return cat({name, " is set by Fairway itself"});
  }
  if (name.starts_with("CF_") || name.starts_with("CLOUDFLARE_")) {
    return cat({name, " belongs to Cloudflare"});
  }
  return "";
}

bool is_public_secret(std::string_view name) {
  constexpr std::array<std::string_view, 5> open = {"VITE_", "NEXT_PUBLIC_", "PUBLIC_",
                                                    "REACT_APP_", "EXPO_PUBLIC_"};
  constexpr std::array<std::string_view, 6> secret = {"SECRET",      "TOKEN",   "PASSWORD",
                                                      "PRIVATE_KEY", "API_KEY", "CREDENTIAL"};
  auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
  auto holds = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
  return std::any_of(open.begin(), open.end(), starts) &&
         std::any_of(secret.begin(), secret.end(), holds);
}

}  // namespace fairway

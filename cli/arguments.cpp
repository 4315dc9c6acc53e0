#include "cli/arguments.h"

#include <algorithm>
#include <array>

#include "cli/verbs.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

struct ValueOption {
  std::string_view name;
  std::optional<std::string> Arguments::* value;
  std::string_view verbs;  // with blanks around each
};

constexpr std::array<ValueOption, 6> value_options = {{
    {"--to", &Arguments::to, " export inspect "},
    {"--into", &Arguments::into, " migrate "},
    {"--out", &Arguments::out, " export report "},
    {"--plan", &Arguments::plan, " inspect export migrate verify "},
    {"--schema", &Arguments::schema, " export migrate verify "},
    {"--over", &Arguments::over, " migrate verify "},
}};

struct SwitchOption {
  std::string_view name;
  Switch Arguments::* value;
  std::string_view verbs;
};

constexpr std::array<SwitchOption, 7> switch_options = {{
    {"--json", &Arguments::json, " inspect export migrate verify "},
    {"--inserts", &Arguments::inserts, " export "},
    {"--image", &Arguments::image, " export "},
    {"--yes", &Arguments::yes, " migrate "},
    {"--replace", &Arguments::replace, " migrate "},
    {"--help", &Arguments::help, " inspect export migrate verify report help completion "},
    {"-h", &Arguments::help, " inspect export migrate verify report help completion "},
}};

Failure wrong_use(std::string message, std::string_view verb) {
  const bool known = std::ranges::find(all_verbs(), verb) != all_verbs().end();
  return fix_input("usage", std::move(message),
                   known ? cat({"You: `fairway ", verb, " --help` shows how."})
                         : "You: `fairway help` shows how.");
}

bool belongs(std::string_view verbs, std::string_view verb) {
  return verbs.find(cat({" ", verb, " "})) != std::string_view::npos;
}

// How many letters have to change.
size_t distance(std::string_view one, std::string_view other) {
  std::vector<size_t> row(other.size() + 1);
  for (size_t j = 0; j <= other.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= one.size(); ++i) {
    size_t corner = row[0];
    row[0] = i;
    for (size_t j = 1; j <= other.size(); ++j) {
      const size_t above = row[j];
      const size_t changed = corner + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({changed, above + 1, row[j - 1] + 1});
      corner = above;
    }
  }
  return row.back();
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  size_t least = 3;
  for (const std::string& one : known) {
    if (const size_t changes = distance(word, one); changes < least) {
      least = changes;
      best = one;
    }
  }
  return best.empty() ? "" : cat({" Did you mean ", best, "?"});
}

std::vector<std::string> options_of(std::string_view verb) {
  std::vector<std::string> names;
  for (const auto& option : value_options) {
    if (belongs(option.verbs, verb)) names.emplace_back(option.name);
  }
  for (const auto& option : switch_options) {
    if (belongs(option.verbs, verb)) names.emplace_back(option.name);
  }
  return names;
}

// Takes the option at words[at] and its value; moves `at` to the last word taken.
std::optional<Failure> read_option(const std::vector<std::string>& words, size_t& at,
                                   Arguments& arguments) {
  const std::string& word = words[at];
  const size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
  const std::string name = word.substr(0, equals);
  for (const auto& option : switch_options) {
    if (name != option.name || !belongs(option.verbs, arguments.verb)) continue;
    if (equals != std::string::npos) {
      return wrong_use(cat({name, " takes no value."}), arguments.verb);
    }
    arguments.*option.value = Switch::on;
    return std::nullopt;
  }
  for (const auto& option : value_options) {
    if (name != option.name || !belongs(option.verbs, arguments.verb)) continue;
    if ((arguments.*option.value).has_value()) {
      return wrong_use(cat({name, " is given twice."}), arguments.verb);
    }
    if (equals == std::string::npos && at + 1 == words.size()) {
      return wrong_use(cat({name, " needs a value."}), arguments.verb);
    }
    arguments.*option.value = equals == std::string::npos ? words[++at] : word.substr(equals + 1);
    return std::nullopt;
  }
  return wrong_use(cat({"`fairway ", arguments.verb, "` knows no option ", name, ".",
                        nearest(name, options_of(arguments.verb))}),
                   arguments.verb);
}

std::optional<Failure> check(const Arguments& arguments) {
  const std::string& verb = arguments.verb;
  const size_t count = arguments.operands.size();
  if (verb == "verify" && count != 2) {
    return wrong_use("`fairway verify` compares two sides: a file and a URL, or two files.", verb);
  }
  if ((verb == "inspect" || verb == "export" || verb == "migrate") && count != 1) {
    return wrong_use(count == 0 ? cat({"`fairway ", verb, "` needs the database file."})
                                : cat({"`fairway ", verb, "` takes one database file, not ",
                                       decimal(static_cast<int64_t>(count)), "."}),
                     verb);
  }
  if (verb == "report" && count != 1) {
    return wrong_use("`fairway report` needs one file, as --json printed it.", verb);
  }
  if (verb == "migrate" && !arguments.into) {
    return wrong_use("`fairway migrate` needs to know where to: --into URL.", verb);
  }
  if (verb == "export" && !arguments.to) {
    return wrong_use("`fairway export` needs to know for what: --to postgres, libsql or sqlite.",
                     verb);
  }
  const std::string to = arguments.to.value_or("postgres");
  if (to != "postgres" && to != "libsql" && to != "sqlite") {
    return wrong_use(cat({"--to ", to, " is not known: postgres, libsql or sqlite."}), verb);
  }
  if (arguments.over && *arguments.over != "http") {
    return wrong_use(cat({"--over ", *arguments.over, " is not known: http."}), verb);
  }
  const bool changes = arguments.yes == Switch::on || arguments.replace == Switch::on;
  if (changes && arguments.over) {
    return wrong_use("--yes and --replace are not for --over http.", verb);
  }
  if (arguments.replace == Switch::on && !is_postgres_url(*arguments.into)) {
    return wrong_use(
        "--replace is for PostgreSQL. With libSQL a new database takes the rows, and the app the "
        "address of that one.",
        verb);
  }
  if (arguments.inserts == Switch::on && to != "postgres") {
    return wrong_use("--inserts is for --to postgres.", verb);
  }
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& all_verbs() {
  static const std::vector<std::string> verbs = {"inspect", "export", "migrate",   "verify",
                                                 "report",  "help",   "completion"};
  return verbs;
}

Outcome<Arguments> read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  if (words.empty()) {
    return wrong_use("What shall be done? inspect, export, migrate, verify or report.", "");
  }
  arguments.verb = words.front();
  if (arguments.verb == "--help" || arguments.verb == "-h") arguments.verb = "help";
  if (std::ranges::find(all_verbs(), arguments.verb) == all_verbs().end()) {
    return wrong_use(cat({"`", arguments.verb, "` is nothing that fairway can do.",
                          nearest(arguments.verb, all_verbs())}),
                     "");
  }
  bool only_operands = false;
  for (size_t at = 1; at < words.size(); ++at) {
    if (words[at] == "--" && !only_operands) {
      only_operands = true;
    } else if (!only_operands && words[at].starts_with('-') && words[at] != "-") {
      if (auto failure = read_option(words, at, arguments)) return *failure;
    } else {
      arguments.operands.push_back(words[at]);
    }
  }
  if (arguments.help == Switch::on) return arguments;
  if (auto failure = check(arguments)) return *failure;
  return arguments;
}

}  // namespace fairway::cli

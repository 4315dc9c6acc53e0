// fairway: any SQLite database to PostgreSQL and libSQL, cell by cell, and proved. The manual is in
// manual.cpp; `fairway help` prints it.
#include <malloc.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "cli/verbs.h"

namespace fairway::cli {
namespace {

Outcome<Exit> help(std::string_view verb) {
  print(manual(verb));
  return Exit::whole;
}

Outcome<Exit> print_completion(const Arguments& arguments) {
  auto script = completion(arguments.operands.empty() ? "" : arguments.operands.front());
  if (!script.ok()) return script.failure();
  print(*script);
  return Exit::whole;
}

Outcome<Exit> run(const Arguments& arguments) {
  if (arguments.help == Switch::on) return help(arguments.verb);
  if (arguments.verb == "help") {
    return help(arguments.operands.empty() ? "" : arguments.operands.front());
  }
  if (arguments.verb == "completion") return print_completion(arguments);
  if (arguments.verb == "inspect") return run_inspect(arguments);
  if (arguments.verb == "export") return run_export(arguments);
  if (arguments.verb == "migrate") return run_migrate(arguments);
  if (arguments.verb == "report") return run_report(arguments);
  return run_verify(arguments);
}

int main_of(const std::vector<std::string>& words) {
  // SQLite's caches grow page by page: memory is taken from the system in larger steps.
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  watch_for_cancel();
  const auto arguments = read_arguments(words);
  if (!arguments.ok()) return static_cast<int>(report_failure(arguments.failure(), Switch::off));
  const auto exit = run(*arguments);
  if (!exit.ok()) return static_cast<int>(report_failure(exit.failure(), arguments->json));
  return static_cast<int>(*exit);
}

}  // namespace
}  // namespace fairway::cli

int main(int count, char** words) { return fairway::cli::main_of({words + 1, words + count}); }

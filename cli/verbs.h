// What the command can do, one function a verb: reads its arguments, prints its answer, and tells
// the exit code. A failure is printed by the caller.
#pragma once

#include "cli/arguments.h"

namespace fairway::cli {

Outcome<Exit> run_inspect(const Arguments& arguments);
Outcome<Exit> run_export(const Arguments& arguments);
Outcome<Exit> run_migrate(const Arguments& arguments);
Outcome<Exit> run_verify(const Arguments& arguments);
Outcome<Exit> run_report(const Arguments& arguments);

bool is_postgres_url(std::string_view text);
bool is_url(std::string_view text);

}  // namespace fairway::cli

// The verbs for targets that are SQLite too: libSQL servers, SQL text, files.
#pragma once

#include "cli/arguments.h"

namespace fairway::cli {

Outcome<Exit> export_for_libsql(const Arguments& arguments);
Outcome<Exit> export_for_sqlite(const Arguments& arguments);
Outcome<Exit> migrate_into_libsql(const Arguments& arguments);
Outcome<Exit> verify_in_libsql(const Arguments& arguments, const std::string& file,
                               const std::string& url);
Outcome<Exit> verify_files(const Arguments& arguments);

bool is_libsql_url(std::string_view text);

}  // namespace fairway::cli

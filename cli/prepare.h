// From the file on disk to a plan: what every verb starts with.
#pragma once

#include <functional>
#include <string>

#include "cli/arguments.h"
#include "cli/source_file.h"
#include "shared/migration/preview.h"
#include "shared/migration/profile.h"
#include "shared/postgres/plan.h"

namespace fairway::cli {

struct Opened {
  SourceFile source;
  Preview preview;
};

// The whole text of a file that people name, at most 256 MB; `what` it is goes into the failure,
// fix_input `file_not_readable`.
Outcome<std::string> read_file(const std::string& path, std::string_view what);

// Reads what it wants of a preview that is checked at the same time.
using Read = std::function<std::optional<Failure>(Preview& preview)>;

// SQLite checks the whole file on a thread of its own while `read` reads it. A failure of the check
// stands before one of reading, and ends it. For a PostgreSQL target modules and collations of
// SQLite may be missing, and no table is fine.
Outcome<Opened> open_database(const std::string& path, ForeignParts foreign_parts,
                              const Read& read);

struct Planned {
  SourceFile source;
  Preview preview;
  DatabaseProfile profile;
  postgres::Plan plan;
  std::vector<postgres::Choice> choices;  // that the plan was made with
};

// Takes the choices of --plan where that file is there, and writes the plan to it where it is not.
// A plan with a `refusal` is no failure here. Fails as open_source_file, open_preview,
// profile_preview and make_plan do, and with fix_input `invalid_plan`.
Outcome<Planned> open_planned(const Arguments& arguments, const std::string& path);

}  // namespace fairway::cli

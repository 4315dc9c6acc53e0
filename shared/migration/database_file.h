// A preview as a file on disk, for the command line (the tab and the edge have no disk). Memory:
// SQLite's page cache, whatever the size.
#pragma once

#include <string>

#include "shared/migration/preview.h"

namespace fairway {

enum class DatabaseFileKind {
  turso,   // by the rules of Turso's upload, as make_turso_image
  sqlite,  // for everybody: page size and text encoding as in the preview, no journal mark
};

// Writes a fresh, compact copy into `path`, an empty file that the caller has made. When this
// succeeds the file is complete and was compared with the preview in schema and every sum;
// statistics of the query planner are left behind. Fails as make_turso_image, and with fix_input
// `file_not_written`; then the file is of no use.
std::optional<Failure> write_database_file(Preview& preview, const Inspection& inspection,
                                           DatabaseFileKind kind, const std::string& path);

}  // namespace fairway

// A preview as a file on disk, for the command line (the tab and the edge have no disk). Memory:
// SQLite's page cache, whatever the size.
#pragma once

#include <functional>
#include <string>

#include "shared/migration/preview.h"

namespace fairway {

// Runs two works that touch nothing in common, at the same time or not, and waits for both.
using RunBoth =
    std::function<void(const std::function<void()>& one, const std::function<void()>& other)>;
inline void one_after_the_other(const std::function<void()>& one,
                                const std::function<void()>& other) {
  one();
  other();
}

// True when the copy for Turso is the preview's own pages: then nothing has to be proved.
bool keeps_pages(const Preview& preview);

enum class DatabaseFileKind {
  turso,   // by the rules of Turso's upload, as make_turso_image
  sqlite,  // for everybody: page size and text encoding as in the preview, no journal mark
};

// Writes a fresh, compact copy into `path`, an empty file that the caller has made. When this
// succeeds the file is complete and was compared with the preview in schema and every sum, unless
// it keeps the pages, which were checked; statistics of the query planner are left behind. Fails as
// make_turso_image, and with fix_input `file_not_written`; then the file is of no use.
std::optional<Failure> write_database_file(Preview& preview, const Inspection& inspection,
                                           DatabaseFileKind kind, const std::string& path,
                                           const RunBoth& run_both = one_after_the_other);

}  // namespace fairway

// A SQLite database file on disk, taken as it is at one moment, without changing it or anything
// beside it.
//
//   auto source = open_source_file("app.db");
//   auto preview = open_preview(source->bytes, ...);
//   ...
//   if (auto failure = why_changed(*source)) ...   // before anything is called done
//
// The file is mapped, not read, so its size costs no memory of ours. SQLite's own shared lock is
// held on it meanwhile: other programs may read; one that wants to write waits or is told "busy".
// Where a -wal or -journal lies beside it, all of it is copied into a folder for temporary files
// (TMPDIR), SQLite brings that copy up to date, and the copy is what is taken.
#pragma once

#include <string>

#include "shared/base/outcome.h"
#include "shared/migration/memory_file.h"

namespace fairway::cli {

struct SourceFile {
  std::string path;
  SharedBytes bytes;
  bool is_copy = false;  // of a file with a -wal or -journal beside it
  int64_t size_bytes = 0;
  int64_t changed_ns = 0;  // when the file was changed last
};

// Fails with fix_input `file_missing`, `file_not_readable`, `file_is_a_folder`, `file_not_stable`
// (a -wal that grows faster than it is copied), retry_later `file_busy` when a program is writing
// to it, report_bug `file_not_copied` with the words of the system.
Outcome<SourceFile> open_source_file(const std::string& path);

// Somebody wrote to the file although it was locked (not through SQLite, or on a file system that
// has no locks): fix_input `file_changed`.
std::optional<Failure> why_changed(const SourceFile& source);

}  // namespace fairway::cli

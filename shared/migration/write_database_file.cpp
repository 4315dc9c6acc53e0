#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shared/base/text.h"
#include "shared/migration/database_file.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char folder[4'096];
  return getcwd(folder, sizeof folder) == nullptr ? path : cat({folder, "/", path});
}

// How the journal mode is written in the header (file format, 1.3.3).
std::optional<Failure> mark(const std::string& path, DatabaseFileKind kind) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const char* bytes = kind == DatabaseFileKind::turso ? "\x02\x02" : "\x01\x01";
  const bool is_done = file >= 0 && pwrite(file, bytes, 2, 18) == 2;
  const int error = errno;
  if (file >= 0) close(file);
  if (is_done) return std::nullopt;
  return fix_input("file_not_written",
                   cat({path, " cannot be written: ", std::strerror(error), "."}),
                   "You: choose a folder that may be written to and has room.");
}

}  // namespace

std::optional<Failure> write_database_file(Preview& preview, const Inspection& inspection,
                                           DatabaseFileKind kind, const std::string& path) {
  ImageRules rules;
  if (kind == DatabaseFileKind::sqlite) {
    rules.page_bytes = preview.header().page_bytes;
    rules.is_utf8 = false;
  }
  if (auto failure = make_image(preview, inspection, rules, {absolute(path), "unix"})) {
    return failure;
  }
  return mark(path, kind);
}

}  // namespace fairway

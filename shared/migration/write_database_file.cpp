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

bool write_at(int file, std::string_view bytes, int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(file, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return true;
}

// `pages`, if any, and how the journal mode is written in the header (file format, 1.3.3).
std::optional<Failure> finish(const std::string& path, std::string_view pages,
                              DatabaseFileKind kind) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const std::string_view mark = kind == DatabaseFileKind::turso ? "\x02\x02" : "\x01\x01";
  const bool is_done = file >= 0 && write_at(file, pages, 0) && write_at(file, mark, 18);
  const int error = errno;
  if (file >= 0) close(file);
  if (is_done) return std::nullopt;
  return fix_input("file_not_written",
                   cat({path, " cannot be written: ", std::strerror(error), "."}),
                   "You: choose a folder that may be written to and has room.");
}

}  // namespace

std::optional<Failure> write_database_file(Preview& preview, const Inspection& inspection,
                                           DatabaseFileKind kind, const std::string& path,
                                           const RunBoth& run_both) {
  // Pages that are what is wanted are copied: they are the ones that were checked.
  if (keeps_pages(preview)) return finish(path, preview.bytes(), kind);
  ImageRules rules;
  rules.run_both = run_both;
  if (kind == DatabaseFileKind::sqlite) {
    rules.page_bytes = preview.header().page_bytes;
    rules.is_utf8 = false;
  }
  if (auto failure = make_image(preview, inspection, rules, {absolute(path), "unix"})) {
    return failure;
  }
  return finish(path, {}, kind);
}

}  // namespace fairway

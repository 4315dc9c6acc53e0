#include "cli/source_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "shared/base/text.h"

namespace fairway::cli {
namespace {

// The bytes that SQLite locks (sqlite.org/fileformat2.html#the_lock_byte_page; os.h): a reader
// holds a shared lock on `shared_bytes` bytes from `shared_first`.
constexpr off_t shared_first = 0x40000002;
constexpr off_t shared_bytes = 510;
constexpr int copies_max = 5;
constexpr size_t copy_bytes = 1 << 20;

struct Descriptor {
  int number = -1;
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

// The mapping and the locked file under it; both end with the last user of the bytes.
struct Mapping {
  Descriptor file;
  void* start = nullptr;
  size_t size = 0;
  explicit Mapping(int opened) : file(opened) {}
  ~Mapping() {
    if (start != nullptr) munmap(start, size);
  }
};

struct Stamp {
  int64_t size = -1;
  int64_t changed_ns = 0;
  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const std::string& path) {
  struct stat facts{};
  if (stat(path.c_str(), &facts) != 0) return {};
  return {facts.st_size, facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec};
}

Failure not_readable(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return fix_input("file_missing", cat({"There is no file ", path, "."}),
                     "You: check the path. Nothing was changed.");
  }
  return fix_input("file_not_readable", cat({path, " cannot be read: ", std::strerror(error), "."}),
                   "You: give yourself the right to read it, or copy it. Nothing was changed.");
}

Failure busy(const std::string& path) {
  return retry_later("file_busy", cat({"Another program is writing to ", path, " right now."}),
                     "You: stop the app, or try again when it is idle. Nothing was changed.");
}

Outcome<SharedBytes> map_file(const std::string& path) {
  const int opened = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0) return not_readable(path, errno);
  auto mapping = std::make_shared<Mapping>(opened);
  struct stat facts{};
  if (fstat(opened, &facts) != 0) return not_readable(path, errno);
  if (!S_ISREG(facts.st_mode)) {
    return fix_input("file_is_a_folder", cat({path, " is not a file."}),
                     "You: name the database file itself. Nothing was changed.");
  }
  struct flock lock{};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = shared_first;
  lock.l_len = shared_bytes;
  // A file system without locks answers ENOLCK or EINVAL; why_changed looks again at the end.
  if (fcntl(opened, F_SETLK, &lock) != 0 && (errno == EACCES || errno == EAGAIN)) return busy(path);
  mapping->size = static_cast<size_t>(facts.st_size);
  if (mapping->size == 0) return SharedBytes{mapping, {}};
  void* start = mmap(nullptr, mapping->size, PROT_READ, MAP_PRIVATE, opened, 0);
  if (start == MAP_FAILED) return not_readable(path, errno);
  mapping->start = start;
  const std::string_view bytes(static_cast<const char*>(start), mapping->size);
  return SharedBytes{std::move(mapping), bytes};
}

// --- The copy of a file with a journal beside it
// --------------------------------------------------

constexpr std::array<const char*, 2> journals = {"-wal", "-journal"};

struct TemporaryFolder {
  std::string path;
  TemporaryFolder() {
    const char* place = std::getenv("TMPDIR");
    std::string made =
        cat({place != nullptr && *place != '\0' ? place : "/tmp", "/fairway-XXXXXX"});
    if (mkdtemp(made.data()) != nullptr) path = std::move(made);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    if (path.empty()) return;
    for (const char* end : {"", "-wal", "-shm", "-journal"}) unlink(cat({file(), end}).c_str());
    rmdir(path.c_str());
  }
  std::string file() const { return cat({path, "/copy.db"}); }
};

Failure not_copied(std::string_view path, std::string_view why) {
  return report_bug("file_not_copied",
                    cat({path, " has a journal beside it, and copying both failed: ", why, "."}),
                    "You: see that the folder for temporary files (TMPDIR) has space, or stop the "
                    "app so that the journal goes away. Nothing was changed.");
}

// An empty answer means all went well.
std::string copy_file(const std::string& from, const std::string& to) {
  const Descriptor source(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.number < 0) return errno == ENOENT ? "" : std::strerror(errno);
  const Descriptor target(open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (target.number < 0) return std::strerror(errno);
  std::string buffer(copy_bytes, '\0');
  for (;;) {
    const ssize_t count = read(source.number, buffer.data(), buffer.size());
    if (count == 0) return "";
    if (count < 0) return std::strerror(errno);
    for (ssize_t written = 0; written < count;) {
      const ssize_t part =
          write(target.number, buffer.data() + written, static_cast<size_t>(count - written));
      if (part < 0) return std::strerror(errno);
      written += part;
    }
  }
}

std::array<Stamp, 3> stamps_of(const std::string& path) {
  return {stamp_of(path), stamp_of(cat({path, "-wal"})), stamp_of(cat({path, "-journal"}))};
}

// Lets SQLite roll back or take over what lies in the copied journal.
std::string bring_up_to_date(const std::string& file) {
  sqlite3* database = nullptr;
  int result = sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
  if (result == SQLITE_OK) {
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    result = sqlite3_exec(database,
                          "PRAGMA synchronous=OFF; SELECT count(*) FROM sqlite_schema;"
                          "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE",
                          nullptr, nullptr, nullptr);
  }
  std::string why = result == SQLITE_OK ? "" : sqlite3_errmsg(database);
  sqlite3_close(database);
  return why;
}

// A damaged file fails here with SQLite's words or later in open_preview; either way it is not
// used.
Outcome<SharedBytes> map_copy(const std::string& path) {
  for (int attempt = 0; attempt < copies_max; ++attempt) {
    const TemporaryFolder folder;
    if (folder.path.empty()) return not_copied(path, std::strerror(errno));
    const auto before = stamps_of(path);
    std::string why = copy_file(path, folder.file());
    for (const char* end : journals) {
      if (why.empty()) why = copy_file(cat({path, end}), cat({folder.file(), end}));
    }
    if (!why.empty()) return not_copied(path, why);
    if (stamps_of(path) != before) continue;
    why = bring_up_to_date(folder.file());
    if (!why.empty()) return not_copied(path, why);
    return map_file(folder.file());  // stays while it is mapped, although its name goes
  }
  return fix_input("file_not_stable", cat({path, " is being written to all the time."}),
                   "You: stop the app that writes to it, and try again. Nothing was changed.");
}

bool has_journal(const std::string& path) {
  return stamp_of(cat({path, "-wal"})).size > 0 || stamp_of(cat({path, "-journal"})).size > 0;
}

}  // namespace

Outcome<SourceFile> open_source_file(const std::string& path) {
  SourceFile source;
  source.path = path;
  source.is_copy = has_journal(path);
  const Stamp stamp = stamp_of(path);
  source.size_bytes = stamp.size;
  source.changed_ns = stamp.changed_ns;
  auto bytes = source.is_copy ? map_copy(path) : map_file(path);
  if (!bytes.ok()) return bytes.failure();
  source.bytes = std::move(*bytes);
  return source;
}

std::optional<Failure> why_changed(const SourceFile& source) {
  const Stamp before{source.size_bytes, source.changed_ns};
  if (source.is_copy || stamp_of(source.path) == before) return std::nullopt;
  return fix_input("file_changed",
                   cat({source.path, " was changed while it was read, without SQLite's locks."}),
                   "You: stop the program that writes to it, and try again.");
}

}  // namespace fairway::cli

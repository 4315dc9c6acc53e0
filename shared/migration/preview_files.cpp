#include <algorithm>
#include <cstring>
#include <map>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {

struct MemoryFileSystem::Files {
  sqlite3_vfs vfs{};
  std::string vfs_name;
  std::map<std::string, MemoryFile*, std::less<>> mounted;
  std::map<std::string, std::unique_ptr<MemoryFile>, std::less<>> made;
  int64_t temporaries = 0;
};

namespace {

// What SQLite keeps for an open file; it allocates szOsFile bytes and we fill them.
struct OpenFile {
  sqlite3_file base;
  MemoryFile* file;
  MemoryFileSystem::Files* files;
  int64_t temporary;  // its number, where it has no name; such a file ends when it is closed
};

MemoryFile& file_of(sqlite3_file* open) { return *reinterpret_cast<OpenFile*>(open)->file; }

std::string temporary_name(int64_t number) { return cat({"#", decimal(number)}); }

int close_file(sqlite3_file* open) {
  const auto& opened = *reinterpret_cast<OpenFile*>(open);
  if (opened.temporary != 0) opened.files->made.erase(temporary_name(opened.temporary));
  return SQLITE_OK;
}

int read_file(sqlite3_file* open, void* bytes, int size, sqlite3_int64 offset) {
  const auto read =
      static_cast<int>(file_of(open).read_into(offset, static_cast<char*>(bytes), size));
  if (read == size) return SQLITE_OK;
  std::memset(static_cast<char*>(bytes) + read, 0, static_cast<size_t>(size - read));
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* open, const void* bytes, int size, sqlite3_int64 offset) {
  const std::string_view text(static_cast<const char*>(bytes), static_cast<size_t>(size));
  return file_of(open).write(offset, text) ? SQLITE_OK : SQLITE_FULL;
}

int truncate_file(sqlite3_file* open, sqlite3_int64 size) {
  file_of(open).truncate(size);
  return SQLITE_OK;
}

int sync_file(sqlite3_file*, int) { return SQLITE_OK; }

int file_size(sqlite3_file* open, sqlite3_int64* size) {
  *size = file_of(open).size();
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }

int check_reserved_lock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4'096; }
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_ATOMIC | SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods methods = {1,
                                    close_file,
                                    read_file,
                                    write_file,
                                    truncate_file,
                                    sync_file,
                                    file_size,
                                    lock_file,
                                    lock_file,
                                    check_reserved_lock,
                                    control_file,
                                    sector_size,
                                    characteristics,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr,
                                    nullptr};

MemoryFileSystem::Files& files_of(sqlite3_vfs* vfs) {
  return *static_cast<MemoryFileSystem::Files*>(vfs->pAppData);
}

MemoryFile* find_file(sqlite3_vfs* vfs, std::string_view name) {
  auto& files = files_of(vfs);
  if (auto mounted = files.mounted.find(name); mounted != files.mounted.end()) {
    return mounted->second;
  }
  const auto made = files.made.find(name);
  return made == files.made.end() ? nullptr : made->second.get();
}

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* open, int flags, int* flags_out) {
  auto& opened = *reinterpret_cast<OpenFile*>(open);
  opened.base.pMethods = nullptr;
  opened.files = &files_of(vfs);
  opened.temporary = name == nullptr ? ++opened.files->temporaries : 0;
  const std::string key = name == nullptr ? temporary_name(opened.temporary) : name;
  MemoryFile* file = find_file(vfs, key);
  if (file == nullptr) {
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return SQLITE_CANTOPEN;
    file = (opened.files->made[key] = std::make_unique<MemoryFile>()).get();
  }
  opened.file = file;
  opened.base.pMethods = &methods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int) {
  files_of(vfs).made.erase(name);
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* answer) {
  *answer = find_file(vfs, name) != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int fill_random(sqlite3_vfs*, int size, char* out) {
  std::memset(out, 0x5a, static_cast<size_t>(size));
  return size;
}

int sleep_never(sqlite3_vfs*, int span_us) { return span_us; }

int constant_time(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2'440'587.5;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

}  // namespace

MemoryFileSystem::MemoryFileSystem() : files_(std::make_unique<Files>()) {
  char name[40];
  std::snprintf(name, sizeof name, "fairway-%p", static_cast<void*>(files_.get()));
  files_->vfs_name = name;
  sqlite3_vfs& vfs = files_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.mxPathname = 512;
  vfs.zName = files_->vfs_name.c_str();
  vfs.pAppData = files_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = fill_random;
  vfs.xSleep = sleep_never;
  vfs.xCurrentTime = constant_time;
  vfs.xGetLastError = last_error;
  sqlite3_vfs_register(&vfs, 0);
}

MemoryFileSystem::~MemoryFileSystem() { sqlite3_vfs_unregister(&files_->vfs); }

const char* MemoryFileSystem::name() const { return files_->vfs_name.c_str(); }

void MemoryFileSystem::mount(std::string_view name, MemoryFile& file) {
  files_->mounted[std::string(name)] = &file;
}

void MemoryFileSystem::unmount(std::string_view name) {
  if (auto found = files_->mounted.find(name); found != files_->mounted.end()) {
    files_->mounted.erase(found);
  }
}

}  // namespace fairway

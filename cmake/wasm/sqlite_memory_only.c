/* SQLite's outside world where there is none: in wasm every database is an image in memory, so
   opening a file is refused, and only time and random bytes are supplied. */
#include <sqlite3.h>
#include <sys/time.h>
#include <unistd.h>

static int refuse_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                       int* flags_out) {
  (void)vfs, (void)name, (void)flags, (void)flags_out;
  file->pMethods = 0;
  return SQLITE_CANTOPEN;
}

static int delete_nothing(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  (void)vfs, (void)name, (void)sync_directory;
  return SQLITE_OK;
}

static int tell_absent(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  (void)vfs, (void)name, (void)flags;
  *result = 0;
  return SQLITE_OK;
}

static int keep_name(sqlite3_vfs* vfs, const char* name, int size, char* result) {
  (void)vfs;
  sqlite3_snprintf(size, result, "%s", name);
  return SQLITE_OK;
}

static int fill_random(sqlite3_vfs* vfs, int size, char* result) {
  (void)vfs;
  int filled = size < 256 ? size : 256; /* getentropy gives no more at once, SQLite asks for 56 */
  return getentropy(result, (size_t)filled) == 0 ? filled : 0;
}

static int sleep_never(sqlite3_vfs* vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

static int julian_ms(sqlite3_vfs* vfs, sqlite3_int64* result) {
  (void)vfs;
  static const sqlite3_int64 unix_epoch_julian_ms = 24405875 * (sqlite3_int64)8640000;
  struct timeval now;
  gettimeofday(&now, 0);
  *result = unix_epoch_julian_ms + now.tv_sec * (sqlite3_int64)1000 + now.tv_usec / 1000;
  return SQLITE_OK;
}

static int julian_days(sqlite3_vfs* vfs, double* result) {
  sqlite3_int64 ms;
  julian_ms(vfs, &ms);
  *result = (double)ms / 86400000.0;
  return SQLITE_OK;
}

int sqlite3_os_init(void) {
  static sqlite3_vfs memory_only = {
      .iVersion = 2,
      .szOsFile = sizeof(sqlite3_file),
      .mxPathname = 512,
      .zName = "memory-only",
      .xOpen = refuse_open,
      .xDelete = delete_nothing,
      .xAccess = tell_absent,
      .xFullPathname = keep_name,
      .xRandomness = fill_random,
      .xSleep = sleep_never,
      .xCurrentTime = julian_days,
      .xCurrentTimeInt64 = julian_ms,
  };
  return sqlite3_vfs_register(&memory_only, 1);
}

int sqlite3_os_end(void) { return SQLITE_OK; }

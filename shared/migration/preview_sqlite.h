// SQLite itself: databases that live in MemoryFiles, under a budget of steps. For the sources that
// read or write rows, here, in postgres and in libsql; everybody else goes through preview.h.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/migration/database_file.h"
#include "shared/migration/preview.h"

namespace fairway {

// A SQLite file system whose files are MemoryFiles of ours under fixed names ("/preview"); files
// that SQLite makes by itself (journals) live and die with it. Nothing else can be opened. Time and
// random bytes are constants, so what SQLite writes is the same every time.
class MemoryFileSystem {
 public:
  MemoryFileSystem();
  MemoryFileSystem(const MemoryFileSystem&) = delete;
  MemoryFileSystem& operator=(const MemoryFileSystem&) = delete;
  ~MemoryFileSystem();

  const char* name() const;
  // `file` outlives the connections to it.
  void mount(std::string_view name, MemoryFile& file);
  void unmount(std::string_view name);

  struct Files;

 private:
  std::unique_ptr<Files> files_;
};

// How many virtual machine steps SQLite may still take, for all connections of one preview.
struct StepBudget {
  static constexpr int steps_at_once = 10'000;
  int64_t left = 0;
  std::shared_ptr<const std::atomic<bool>> stop;
};

// Where a database lies: in a MemoryFileSystem, or in the file system of the machine.
struct DatabasePlace {
  std::string path;
  std::string file_system;  // the name that SQLite knows it by; "unix" for files on disk

  // As ATTACH and VACUUM INTO take it.
  std::string uri() const;
};

// A connection with everything off that the input could use (see preview.h).
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(); }

  // For reading and writing; a mounted file of memory, or a file on disk, made when it is missing.
  std::optional<Failure> open(const DatabasePlace& place, StepBudget& budget, int64_t length_max);
  void close();
  sqlite3* get() const { return database_; }

  std::optional<Failure> execute(std::string_view sql);
  // The state of the connection after a call answered `result`, in words and with its code.
  Failure failure(int result, std::string_view doing) const;

 private:
  sqlite3* database_ = nullptr;
  StepBudget* budget_ = nullptr;
};

// A cell of the row that a statement stands on, until its next step. Found once, where every
// sqlite3_column_ call finds it again. (Such values may be read because SQLite is built to serve
// one thread a connection: sqlite.org/c3ref/value.html.)
class CellValue {
 public:
  explicit CellValue(sqlite3_value* value) : value_(value) {}

  int storage_class() const { return sqlite3_value_type(value_); }
  int64_t integer() const { return sqlite3_value_int64(value_); }
  double real() const { return sqlite3_value_double(value_); }
  // Text as UTF-8, or the bytes of a blob.
  std::string_view text() const { return bytes(sqlite3_value_text(value_)); }
  std::string_view blob() const { return bytes(sqlite3_value_blob(value_)); }

 private:
  std::string_view bytes(const void* start) const {
    if (start == nullptr) return {};
    return {static_cast<const char*>(start), static_cast<size_t>(sqlite3_value_bytes(value_))};
  }

  sqlite3_value* value_;
};

class Statement {
 public:
  Statement(const Connection& connection, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  // True while there is a row; afterwards result() tells whether it ended well.
  bool step() {
    if (result_ != SQLITE_OK && result_ != SQLITE_ROW) return false;
    result_ = sqlite3_step(statement_);
    return result_ == SQLITE_ROW;
  }
  void reset() {
    sqlite3_reset(statement_);
    if (result_ == SQLITE_DONE) result_ = SQLITE_OK;
  }
  int result() const { return result_; }
  bool ended() const { return result_ == SQLITE_DONE; }
  sqlite3_stmt* get() const { return statement_; }

  CellValue cell(int column) const { return CellValue(sqlite3_column_value(statement_, column)); }
  int storage_class(int column) const { return sqlite3_column_type(statement_, column); }
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  // Text as UTF-8, or the bytes of a blob; valid until the next step.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  sqlite3_stmt* statement_ = nullptr;
  int result_ = SQLITE_OK;
};

struct Preview::State {
  SharedBytes bytes;
  PreviewHeader header;
  std::vector<SchemaObject> schema;
  std::vector<std::string> statistics;  // sqlite_stat tables, which are left behind
  StepBudget budget;
  int64_t length_max = 0;
  MemoryFileSystem files;
  MemoryFile file;
  Connection connection;
};

constexpr std::string_view preview_file = "/preview";
constexpr std::string_view image_file = "/image";
constexpr int64_t turso_page_bytes = 4'096;

// The image of a preview, at a place that is empty before.
struct ImageRules {
  int64_t page_bytes = turso_page_bytes;
  bool is_utf8 = true;
  RunBoth run_both = one_after_the_other;
};
// Made anew and compared with the preview in schema and every sum.
std::optional<Failure> make_image(Preview& preview, const Inspection& inspection,
                                  const ImageRules& rules, const DatabasePlace& place);

Failure corrupt_preview(std::string_view what);
// Rows of sqlite_schema in a fixed order, without automatic indexes and sqlite_stat tables.
Outcome<std::vector<SchemaObject>> read_schema_of(const Connection& connection);
// Adds the rows of a table to `sum`; where `reading` is given, counts what was found too.
std::optional<Failure> sum_table(const Connection& connection, const RowKey& key, TableSum& sum,
                                 TableReading* reading);
// Only counts what is found, rows too.
std::optional<Failure> count_table(const Connection& connection, TableReading& table);
// SELECT of the rowid (where there is one) and `columns`, from the table itself and not an index.
std::string select_rows(std::string_view table, const RowKey& key,
                        const std::vector<ColumnSum>& columns);
bool has_rowid_value(const RowKey& key);
// Copies the preview into an empty database as UTF-8.
std::optional<Failure> recode_preview(Preview& preview, const Inspection& inspection,
                                      const DatabasePlace& place);
// The first mistake that SQLite's integrity check finds, as a failure.
std::optional<Failure> check_integrity(const Connection& connection);

}  // namespace fairway

// The preview database: reads the SQLite image that a builder made, tells what is in it, and makes
// of it what the new database takes. Needs SQLite, so the tab and the command line link it, the
// edge does not.
//
//   auto preview = open_preview(std::move(bytes));        // or why it cannot be taken
//   auto inspection = inspect(*preview);                  // tables, sums, warnings
//   auto image = make_turso_image(*preview, *inspection); // a file that Turso takes, proved equal
//
// The input is untrusted. It is never changed (writes go to copied chunks), and nothing in it is
// run while it is read: triggers and views are off, the connection has no virtual-table modules and
// no extensions, CHECK and computed columns are not evaluated. The one exception are expressions
// that an index is built on: the integrity check evaluates them, with SQLite's own functions only,
// within the budget. Every SQLite call stands under that budget of steps, which grows with the size
// of the file, so a crooked file ends in a failure and not in a hang.
//
// Not for: files with a -wal or -journal beside them (only the one file is read), temporary tables.
// Limits: limits::preview_bytes_max; 2,000 tables; 1,900 columns a table; SQLite's own. Memory: the
// image, plus as much again when it has to be rewritten.
// All functions may be called again; they answer the same bytes for the same input.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shared/base/limits.h"
#include "shared/migration/checksum.h"
#include "shared/migration/memory_file.h"
#include "shared/migration/schema.h"

namespace fairway {

// One more than a row's answer can carry beside its tags (see verify.h).
constexpr size_t preview_columns_max = 1'900;

// --- The header: pure rules over the first bytes -------------------------------------------------

enum class TextEncoding { utf8, utf16_little, utf16_big };

struct PreviewHeader {
  int64_t page_bytes = 0;
  int64_t pages = 0;  // as the file's size says
  int64_t free_pages = 0;
  int64_t reserved_bytes = 0;
  int64_t user_version = 0;
  int64_t application_id = 0;
  TextEncoding encoding = TextEncoding::utf8;
  bool auto_vacuum = false;
  bool write_ahead_log = false;  // the file was last written in WAL mode
  bool bytes_behind = false;     // the file is longer than its pages
};

// From the first kilobyte of a file of `size` bytes. Fails with preview_empty,
// preview_not_a_database, preview_encrypted, preview_corrupt: whatever can be told without SQLite.
Outcome<PreviewHeader> read_preview_header(std::string_view start, int64_t size);
// True when Turso takes a file with this header (its WAL mark apart) as it is.
bool is_ready_for_turso(const PreviewHeader& header);

// --- Opening -------------------------------------------------------------------------------------

class Preview {
 public:
  struct State;
  explicit Preview(std::unique_ptr<State> state);
  Preview(Preview&&) noexcept;
  Preview& operator=(Preview&&) noexcept;
  ~Preview();

  const PreviewHeader& header() const;
  const std::vector<SchemaObject>& schema() const;  // without sqlite_stat tables
  std::string_view bytes() const;                   // as they were given
  State& state() { return *state_; }
  const State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// Modules of virtual tables and collations that no SQLite has by itself: a SQLite target has to
// refuse them, another kind of target can do without.
enum class ForeignParts { refuse, leave_out };

// SQLite's check of the whole file takes about as long as reading every cell. Where there are
// threads, why_damaged does it aside, and what was read meanwhile counts only once it has ended.
enum class Integrity { check, checked_aside };

struct PreviewLimits {
  int64_t bytes_max = limits::preview_bytes_max;
  int64_t steps_base = 50'000'000;  // SQLite's virtual machine steps, for the whole life
  int64_t steps_per_byte = 400;
  int64_t tables_min = 1;
  ForeignParts foreign_parts = ForeignParts::refuse;
  Integrity integrity = Integrity::check;
  std::shared_ptr<const std::atomic<bool>> stop = nullptr;  // ends the work, as a spent budget
};

// preview_too_large where a file of this size is; to be asked before its bytes are read.
std::optional<Failure> why_too_large(int64_t size_bytes, PreviewLimits limits = {});

// All fix_input; `code` is one of
//   preview_empty            no bytes: the builder never saved
//   preview_not_a_database   something else, named where it is known (a zip, an SQL dump, a -wal)
//   preview_encrypted        no header and nothing but noise
//   preview_corrupt          cut off, or SQLite's integrity check found damage; with its words
//   preview_too_large        over `bytes_max`, or over the limits of tables and columns
//   preview_no_tables        a database with fewer than `tables_min` tables
//   preview_module_missing   a virtual table whose module the new database does not have
//   preview_collation_missing, preview_function_missing   needed by a table or an index
//   preview_too_much_work    the budget of steps is spent
//   preview_no_memory        the machine has no memory left for it
// With ForeignParts::leave_out the three `..._missing` do not occur; indexes that need such a part
// are then not checked against their tables.
Outcome<Preview> open_preview(SharedBytes bytes, PreviewLimits limits = {});
Outcome<Preview> open_preview(std::string bytes, PreviewLimits limits = {});
// What open_preview fails with, integrity included; shares nothing with other previews.
std::optional<Failure> why_damaged(SharedBytes bytes, PreviewLimits limits);

// --- Looking -------------------------------------------------------------------------------------

struct CellCounts {
  int64_t nulls = 0;
  int64_t integers = 0;
  int64_t reals = 0;
  int64_t texts = 0;
  int64_t blobs = 0;

  bool operator==(const CellCounts&) const = default;
};

// What forms the values of a column have that is declared DATE, DATETIME or TIMESTAMP. Reported,
// not decided: nothing is converted on the way to a SQLite engine.
struct DateForms {
  int64_t milliseconds = 0;  // since 1970, as Prisma writes
  int64_t seconds = 0;       // since 1970
  int64_t julian_days = 0;
  int64_t iso_texts = 0;  // 2024-05-01, 2024-05-01 12:30:00, 2024-05-01T12:30:00.123Z
  int64_t other_texts = 0;
  int64_t others = 0;

  void add_number(double number);
  void add_text(std::string_view text);
  // "milliseconds", "seconds", "julian days", "ISO text", "text", "mixed", "other" or "" (no
  // value).
  std::string_view form() const;
  bool operator==(const DateForms&) const = default;
};
bool is_iso_date(std::string_view text);

struct ColumnReading {
  std::string name;
  std::string type;
  Generated generated = Generated::no;
  bool is_date = false;
  CellCounts cells;
  int64_t broken_texts =
      0;            // TEXT that is not UTF-8: carried byte by byte, but odd to JSON clients
  DateForms dates;  // filled where is_date
};

struct TableReading {
  TableSum sum;                        // without computed columns
  std::vector<ColumnReading> columns;  // all of them
  RowKey key;
  bool without_key = false;  // an ordinary table without primary key or unique index
  bool strict = false;
};

struct Warning {
  std::string code;
  std::string object;  // the table, view or trigger
  std::string message;

  bool operator==(const Warning&) const = default;
};

struct Inspection {
  std::vector<TableReading>
      tables;  // with rows of their own; sqlite_sequence too, when it is there
  std::vector<VirtualTable> virtual_tables;
  int64_t indexes = 0;
  int64_t views = 0;
  int64_t triggers = 0;
  int64_t rows = 0;
  int64_t cells = 0;
  int64_t size_bytes = 0;
  std::vector<Warning> warnings;
};

// Without them checksums are 0; they take about half of the time.
enum class Sums { make, leave_out };

// Reads every cell once. Fails like open_preview, and with preview_corrupt where a table cannot be
// read to its end. Cost: about 0.1 s for a million cells.
Outcome<Inspection> inspect(Preview& preview, Sums sums = Sums::make);
// The table's sum with its virtual columns, whose expressions are run for it; its sum as it is
// where there are none, or SQLite cannot compute one. For a proof, behind the reading of the cells.
TableSum sum_with_computed(Preview& preview, const TableReading& table);

// --- Making --------------------------------------------------------------------------------------

// A file as Turso's upload wants it: 4,096-byte pages without reserve, UTF-8, no auto-vacuum, WAL
// marked in the header, no free pages, no sqlite_stat tables. Rowids, hidden ones too,
// sqlite_sequence, user_version and application_id are as in the preview.
struct DatabaseImage {
  enum class Made {
    kept,       // the preview's own pages, only the header's WAL mark is new
    rewritten,  // by VACUUM INTO, which copies records as they are
    recoded,    // row by row, because the text was UTF-16
  };
  MemoryFile file;
  Made made = Made::kept;
};

// Unless the pages are kept, the image is opened again, checked by SQLite, and compared with the
// preview in schema and every sum before it is handed out; a difference is report_bug
// `image_differs`, naming the table. Fails with fix_input `text_not_unicode` where UTF-16 text has
// broken surrogates: names table, column and rowid. The same input gives the same bytes.
Outcome<DatabaseImage> make_turso_image(Preview& preview, const Inspection& inspection);

// --- Rows of tables that a redeploy adds ---------------------------------------------------------

constexpr int64_t insert_batch_bytes = 1 << 20;

struct InsertBatch {
  std::string key;   // what the marker table remembers
  std::string body;  // the JSON to POST to /v2/pipeline
  int64_t rows = 0;
};

// Takes a batch; a failure ends the writing.
using TakeBatch = std::function<std::optional<Failure>(InsertBatch batch)>;

// The rows of one table as bodies of at most `body_bytes_max`, or one row of at most
// limits::part_bytes_max, one after another. Each is one transaction that starts by entering its
// key into the marker table, so that sending it twice loads it once; read_load_answer (load.h)
// tells the two apart. Rowids and the high-water mark of AUTOINCREMENT are kept; foreign keys are
// off meanwhile, triggers belong after it. The last batch of a full-text table's content tells that
// table to index it. `load_id` sets this load apart from others, such as the hash of the preview.
// Fails with fix_input `row_too_large`, and as `take` does. Memory: one batch.
std::optional<Failure> write_insert_batches(Preview& preview, const TableReading& table,
                                            std::string_view load_id, const TakeBatch& take,
                                            int64_t body_bytes_max = insert_batch_bytes);
// All of them at once; fails with fix_input `new_rows_too_large` when they exceed `bytes_max`.
Outcome<std::vector<InsertBatch>> make_insert_batches(Preview& preview, const TableReading& table,
                                                      std::string_view load_id,
                                                      int64_t body_bytes_max = insert_batch_bytes,
                                                      int64_t bytes_max = limits::added_bytes_max);

}  // namespace fairway

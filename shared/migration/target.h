// The other side: reads a table of the new database page by page, over Hrana, and sums it exactly
// as the tab summed the preview. Runs at the edge: no SQLite, bounded memory, resumable.
//
//   auto reader = TableReader::make(source_sum, create_table_text);
//   while (!reader->done()) {
//     *reader = co_await read_page(host, access, std::move(*reader));
//     ... keep reader->state(), show reader->rows_done() ...
//   }
//   compare with reader->sum()
//
// How cells keep their bits on the way through JSON: the SELECT names each cell's storage class
// beside it; texts travel as blobs (base64), so bytes that are no UTF-8 and NUL survive; integers
// are decimal strings; reals are JSON numbers in their shortest exact form, infinities are named.
// The sign of -0.0 survives where the server writes it ("-0.0"), as Turso's does. Cells of more
// than large_cell_bytes are not part of a page but read in slices and hashed piece by piece.
//
// Pages are read by rowid, WITHOUT ROWID tables by their primary key, and start small: their size
// follows the size of the rows, so that an answer has about page_bytes_wanted; where rows grow at
// once and the answer is more than the host takes, less is asked for. Reading changes nothing and
// may be repeated from any kept state. Rows that are written meanwhile make sums differ. Failure of
// its own: report_bug `target_answer`, when rows come in a shape that nobody asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/migration/checksum.h"
#include "shared/migration/schema.h"
#include "shared/provisioning/provisioning.h"

namespace fairway {

class TableReader {
 public:
  static constexpr int64_t large_cell_bytes = 64 << 10;
  static constexpr int64_t slice_bytes = 2 << 20;
  static constexpr int64_t page_bytes_wanted = 1 << 20;
  static constexpr int64_t first_page_rows = 16;
  static constexpr int64_t page_rows_max = 2'000;

  // `source` names the table and its columns; `create_sql` is its definition in sqlite_schema.
  // Fails with report_bug `schema_not_understood`.
  static Outcome<TableReader> make(const TableSum& source, std::string_view create_sql);
  // Goes on from what state() said; a state that is not one starts again from the first row.
  static Outcome<TableReader> resume(const TableSum& source, std::string_view create_sql,
                                     const Json& state);

  bool done() const { return done_ && waiting_.empty(); }
  // Between pages: state() covers all rows that were taken.
  bool at_rest() const { return waiting_.empty(); }
  HranaStatement next() const;
  std::optional<Failure> take(const HranaResult& answer);
  // After an answer that was too large to be taken: asks for less. False when one row is too much.
  bool shrink();

  const std::string& table() const { return sum_.name; }
  int64_t rows_done() const { return sum_.rows; }
  const TableSum& sum() const { return sum_; }
  Json state() const;

 private:
  // A row that waits for the bytes of its large cells.
  struct WaitingRow {
    int64_t position = 0;
    std::vector<Value> key;
    std::vector<uint64_t> hashes;
    struct LargeCell {
      size_t column;
      char storage_class;
      int64_t size;
    };
    std::vector<LargeCell> large;
  };

  TableReader() = default;
  HranaStatement next_page() const;
  HranaStatement next_slice() const;
  std::optional<Failure> take_page(const HranaResult& answer);
  std::optional<Failure> take_slice(const HranaResult& answer);
  std::optional<Failure> take_row(const std::vector<Value>& row, int64_t position);
  std::vector<Value> key_of(const std::vector<Value>& row) const;
  bool is_key(size_t column) const;
  size_t first_cell() const;
  void add(const WaitingRow& row);
  Failure strange(std::string_view what) const;

  TableSum sum_;
  RowKey key_;
  std::vector<size_t> key_columns_;         // places of the primary key's columns among the cells
  std::optional<std::vector<Value>> last_;  // the key of the last row taken
  int64_t page_rows_ = first_page_rows;
  bool done_ = false;
  std::vector<WaitingRow> waiting_;
  std::optional<CellHash> slice_hash_;
  int64_t slice_offset_ = 0;
};

// One page and its large cells. Fails as run_statement does.
Task<TableReader> read_page(Host& host, DatabaseAccess access, TableReader reader);

// The schema of the new database, without internal names.
Task<std::vector<SchemaObject>> read_target_schema(Host& host, DatabaseAccess access);

namespace target_sql {
// Only for target*.cpp and its tests.
std::string page(const std::string& table, const RowKey& key, const std::vector<ColumnSum>& columns,
                 const std::vector<size_t>& key_columns, const std::vector<Value>* after);
std::string slice(const std::string& table, const RowKey& key, const std::string& column,
                  const std::vector<Value>& row_key);
std::vector<Value> arguments(const std::vector<Value>& key);
constexpr size_t tags_at_once = 50;
size_t tag_columns(size_t columns);
}  // namespace target_sql

}  // namespace fairway

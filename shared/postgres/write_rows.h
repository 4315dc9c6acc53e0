// Rows of the preview as PostgreSQL takes them, written and summed in one pass.
//
// What is written is the canonical text of each cell (canonical.h), so the sums here are those of
// verify_sql.h there. Memory: the buffer, the row that SQLite holds, and the list of cells that
// could not be carried exactly.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shared/migration/preview.h"
#include "shared/postgres/copy_text.h"
#include "shared/postgres/plan.h"

namespace fairway::postgres {

enum class RowForm { copy, insert };

// What both sides say about the cells of a table; sums are decimal text. A column's hashes have its
// place among the loaded columns as their seed, from 1; a row's hash is hashint8extended over the
// hashes of its cells joined by exclusive or, where a NULL counts as its column's seed.
struct Checksums {
  int64_t rows = -1;  // -1: the table is not there
  std::vector<std::string> columns;
  std::string row_checksum;
  // Of the columns that PostgreSQL computes, in order; their seeds go on behind the loaded ones.
  std::vector<std::string> computed;

  bool operator==(const Checksums&) const = default;
};

// A cell that is not over there as it is here.
struct DeclaredCell {
  std::string table;
  std::string column;
  std::string row;  // rowid or key
  std::string why;
};

struct WrittenTable {
  Checksums checksums;
  std::vector<DeclaredCell> declared;
  int64_t repaired = 0;  // of those: cells whose exact bytes belong to fairway.exact_cells
};

// Asked every few thousand rows of a table; an answer ends the writing with it.
using Watch = std::function<std::optional<Failure>(int64_t rows_of_table)>;

// The names of the columns that are loaded, quoted, with commas.
std::string loaded_columns(const TablePlan& table);

// What SQLite computes in the columns that PostgreSQL computes too: sums as in
// Checksums::computed. Runs expressions of the input, so it comes after the rows.
struct ComputedColumns {
  struct Doubt {
    enum class Kind { does_not_fit, unreadable };  // the column's type; SQLite stops at a row
    Kind kind = Kind::does_not_fit;
    std::string column;
    std::string why;
  };
  std::vector<std::string> sums;
  std::vector<Doubt> doubts;  // columns whose sum is equal to none
};
Outcome<ComputedColumns> read_computed(Preview& preview, const TablePlan& table);

// make_plan, with computed columns carried as plain ones where SQLite computes a value that the
// column could not hold, and left empty where SQLite stops. `choices` gets what was chosen so; one
// that is made for such a column gives way.
Outcome<Plan> plan_preview(Preview& preview, const DatabaseProfile& profile,
                           std::vector<Choice>& choices);

// For copy: lines of COPY's text format without the end mark. For insert: whole statements. Fails
// with report_bug `cell_not_foreseen` where a value does not fit the plan, naming table, column and
// row, with the failure of `out` or `watch`, and as reading the preview does.
Outcome<WrittenTable> write_rows(Preview& preview, const TablePlan& table, RowForm form,
                                 OutBuffer& out, const Watch& watch);

// Reads a table again and writes the exact bytes of its repaired texts, as rows of
// fairway.exact_cells.
constexpr const char* exact_cells_target =
    "fairway.exact_cells (table_name, column_name, row_key, bytes)";
std::optional<Failure> write_exact_cells(Preview& preview, const TablePlan& table, RowForm form,
                                         OutBuffer& out);

}  // namespace fairway::postgres

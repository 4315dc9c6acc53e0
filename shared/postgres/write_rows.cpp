#include "shared/postgres/write_rows.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/cells.h"
#include "shared/postgres/hash_text.h"

namespace fairway::postgres {
namespace {

constexpr int64_t rows_between_watches = 4'096;
constexpr int64_t rows_in_insert = 1'000;
constexpr int64_t insert_bytes = 256 << 10;
constexpr size_t shown_bytes = 60;

std::string shown(const Cell& cell) {
  char number[real_text_bytes_max];
  switch (cell.kind) {
    case Cell::Kind::integer:
      return decimal(cell.integer);
    case Cell::Kind::real:
      return {number, write_real_as_text(number, cell.real)};
    case Cell::Kind::text:
      return cat({"'", to_utf8(cell.bytes, shown_bytes), "'"});
    case Cell::Kind::blob:
      return cat({"x'", hex(cell.bytes.substr(0, shown_bytes / 2)), "'"});
    default:
      return "NULL";
  }
}

// What names the row in reports: its rowid, or its key, as JSON where that has several columns.
std::string row_name(const Statement& row, const TablePlan& table, int64_t position) {
  if (table.key_columns == 0) return cat({"position ", decimal(position)});
  if (table.key_columns == 1) {
    const Cell cell = cell_at(row, 0);
    return cell.kind == Cell::Kind::text ? repaired_text(cell.bytes) : shown(cell);
  }
  Json key = Json::array();
  for (size_t i = 0; i < table.key_columns; ++i) {
    const Cell cell = cell_at(row, static_cast<int>(i));
    if (cell.kind == Cell::Kind::integer) {
      key.push_back(cell.integer);
    } else {
      key.push_back(cell.kind == Cell::Kind::text ? repaired_text(cell.bytes) : shown(cell));
    }
  }
  return to_text(key);
}

bool may_need_escapes(const ColumnPlan& column) {
  return column.conversion == Conversion::text || column.conversion == Conversion::json ||
         column.conversion == Conversion::jsonb_blob || column.conversion == Conversion::jsonb ||
         column.conversion == Conversion::tagged;
}

// Values that stand in SQL without quotes.
bool is_bare(const ColumnPlan& column) {
  return column.conversion == Conversion::bigint || column.conversion == Conversion::boolean;
}

class RowWriter {
 public:
  RowWriter(const TablePlan& table, RowForm form, OutBuffer& out)
      : table_(table), form_(form), out_(out) {
    for (const ColumnPlan& column : table.columns) {
      if (column.is_generated) continue;
      columns_.push_back({&column, {}});
    }
    insert_ = cat({"INSERT INTO ", quoted_name(table.target_name), " (", loaded_columns(table),
                   ") VALUES\n("});
    written_.checksums.rows = 0;
  }

  std::optional<Failure> write_row(const Statement& row) {
    ++written_.checksums.rows;
    begin_row();
    uint64_t joined = 0;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out_.add(form_ == RowForm::copy ? '\t' : ',');
      const Cell cell = cell_at(row, static_cast<int>(table_.key_columns + i));
      const uint64_t seed = i + 1;
      const Carried carried = make_canonical(*columns_[i].plan, cell, text_);
      if (carried == Carried::inconvertible) return not_foreseen(row, *columns_[i].plan, cell);
      if (carried == Carried::stray || carried == Carried::repaired) {
        declare(row, *columns_[i].plan, cell, carried);
      }
      if (carried == Carried::null || carried == Carried::stray) {
        out_.add(form_ == RowForm::copy ? "\\N" : "NULL");
        joined ^= seed;
        continue;
      }
      const int64_t hash = form_ == RowForm::copy ? add_copy_value(*columns_[i].plan, seed)
                                                  : add_sql_value(*columns_[i].plan, seed);
      columns_[i].sum.add(hash);
      joined ^= static_cast<uint64_t>(hash);
    }
    if (form_ == RowForm::copy) out_.add('\n');
    row_sum_.add(TextHash::of_integer(static_cast<int64_t>(joined)));
    return std::nullopt;
  }

  WrittenTable end() {
    if (form_ == RowForm::insert && written_.checksums.rows > 0) out_.add(");\n");
    for (const Column& column : columns_) {
      written_.checksums.columns.push_back(column.sum.text());
    }
    written_.checksums.row_checksum = row_sum_.text();
    return std::move(written_);
  }

  // The row names a cell that was read as NULL although it is none.
  void declare_emptied(const Statement& row, const EmptiedCells& emptied) {
    const Cell cell = cell_at(row, static_cast<int>(table_.key_columns));
    written_.declared.push_back(
        {table_.name, emptied.column, row_name(row, table_, 0),
         cat({shown(cell), " points to nothing in ", emptied.parent, ": loaded as NULL."})});
  }

  int64_t rows() const { return written_.checksums.rows; }

 private:
  struct Column {
    const ColumnPlan* plan;
    HashSum sum;
  };

  void begin_row() {
    if (form_ == RowForm::copy) return;
    const bool full =
        rows_in_statement_ == rows_in_insert || out_.written() - statement_at_ > insert_bytes;
    if (rows() == 1 || full) {
      if (rows() > 1) out_.add(");\n");
      statement_at_ = out_.written();
      rows_in_statement_ = 0;
      out_.add(insert_);
    } else {
      out_.add("),\n(");
    }
    ++rows_in_statement_;
  }

  int64_t add_copy_value(const ColumnPlan& column, uint64_t seed) {
    if (text_.form == CanonicalText::Form::hex) return add_copy_hex(out_, text_.text, seed);
    if (may_need_escapes(column)) {
      add_copy_text(out_, text_.text);
    } else {
      out_.add(text_.text);
    }
    return TextHash::of(text_.text, seed);
  }

  int64_t add_sql_value(const ColumnPlan& column, uint64_t seed) {
    if (text_.form == CanonicalText::Form::hex) return add_quoted_hex(out_, text_.text, seed);
    if (is_bare(column)) {
      out_.add(text_.text);
    } else {
      add_quoted(out_, text_.text);
    }
    return TextHash::of(text_.text, seed);
  }

  void declare(const Statement& row, const ColumnPlan& column, const Cell& cell, Carried carried) {
    const bool repaired = carried == Carried::repaired;
    if (repaired) ++written_.repaired;
    const std::string why =
        repaired
            ? "PostgreSQL's text takes no U+0000 and nothing but UTF-8: replaced by U+2400 and "
              "U+FFFD; the exact bytes are in fairway.exact_cells."
            : cat({shown(cell), " is no value of the type ", column.target_type,
                   ": loaded as NULL."});
    written_.declared.push_back({table_.name, column.name, row_name(row, table_, rows()), why});
  }

  Failure not_foreseen(const Statement& row, const ColumnPlan& column, const Cell& cell) const {
    return report_bug(
        "cell_not_foreseen",
        cat({"The plan makes the column ", quoted_name(column.name), " of the table ",
             quoted_name(table_.name), " a ", column.target_type, ", but in row ",
             row_name(row, table_, rows()), " stands ", shown(cell), "."}),
        "You: choose the type text for this column in a plan (--plan), and report this.");
  }

  const TablePlan& table_;
  RowForm form_;
  OutBuffer& out_;
  std::vector<Column> columns_;
  std::string insert_;
  HashSum row_sum_;
  WrittenTable written_;
  CanonicalText text_;
  int64_t rows_in_statement_ = 0;
  int64_t statement_at_ = 0;
};

std::optional<Failure> ended_well(Preview& preview, const Statement& row, const TablePlan& table) {
  if (row.ended()) return std::nullopt;
  return preview.state().connection.failure(
      row.result(), cat({"reading the table ", quoted_name(table.name), " of"}));
}

// A row of fairway.exact_cells.
void add_exact_cell(OutBuffer& out, RowForm form, const std::vector<std::string>& names,
                    std::string_view bytes) {
  if (form == RowForm::copy) {
    for (const std::string& name : names) {
      add_copy_text(out, name);
      out.add('\t');
    }
    add_copy_hex(out, bytes, 0);
    out.add('\n');
    return;
  }
  out.add(cat({"INSERT INTO ", exact_cells_target, " VALUES ("}));
  for (const std::string& name : names) {
    add_quoted(out, name);
    out.add(", ");
  }
  add_quoted_hex(out, bytes, 0);
  out.add(");\n");
}

}  // namespace

std::string loaded_columns(const TablePlan& table) {
  std::vector<std::string> names;
  for (const ColumnPlan& column : table.columns) {
    if (!column.is_generated) names.push_back(quoted_name(column.target_name));
  }
  return join(names, ", ");
}

Outcome<WrittenTable> write_rows(Preview& preview, const TablePlan& table, RowForm form,
                                 OutBuffer& out, const Watch& watch) {
  Statement row(preview.state().connection, table.select);
  RowWriter writer(table, form, out);
  while (row.step()) {
    if (auto failure = writer.write_row(row)) return *failure;
    if (writer.rows() % rows_between_watches != 0) continue;
    if (out.failure()) return *out.failure();
    if (auto failure = watch(writer.rows())) return *failure;
  }
  if (auto failure = ended_well(preview, row, table)) return *failure;
  for (const EmptiedCells& emptied : table.emptied) {
    Statement cell(preview.state().connection, emptied.select);
    while (cell.step()) writer.declare_emptied(cell, emptied);
    if (auto failure = ended_well(preview, cell, table)) return *failure;
  }
  WrittenTable written = writer.end();
  if (out.failure()) return *out.failure();
  auto computed = read_computed(preview, table);
  if (!computed.ok()) return computed.failure();
  written.checksums.computed = std::move(computed->sums);
  return written;
}

std::optional<Failure> write_exact_cells(Preview& preview, const TablePlan& table, RowForm form,
                                         OutBuffer& out) {
  Statement row(preview.state().connection, table.select);
  CanonicalText text;
  for (int64_t position = 1; row.step(); ++position) {
    auto at = static_cast<int>(table.key_columns);
    for (const ColumnPlan& column : table.columns) {
      if (column.is_generated) continue;
      const Cell cell = cell_at(row, at++);
      if (!column.may_be_broken || cell.kind != Cell::Kind::text) continue;
      if (make_canonical(column, cell, text) != Carried::repaired) continue;
      add_exact_cell(out, form,
                     {table.target_name, column.target_name, row_name(row, table, position)},
                     cell.bytes);
    }
    if (out.failure()) return out.failure();
  }
  return ended_well(preview, row, table);
}

}  // namespace fairway::postgres

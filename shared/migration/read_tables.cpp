#include <algorithm>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

bool is_plain_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

uint64_t hash_cell(const CellValue& cell) {
  switch (cell.storage_class()) {
    case SQLITE_INTEGER:
      return hash_of_integer(cell.integer());
    case SQLITE_FLOAT:
      return hash_of_real(cell.real());
    case SQLITE_TEXT:
      return hash_of_text(cell.text());
    case SQLITE_BLOB:
      return hash_of_blob(cell.blob());
    default:
      return hash_of_null();
  }
}

void count_text(std::string_view text, ColumnReading& reading) {
  ++reading.cells.texts;
  if (!is_plain_ascii(text) && !is_utf8(text)) ++reading.broken_texts;
  if (reading.is_date) reading.dates.add_text(text);
}

void count_cell(const CellValue& cell, ColumnReading& reading) {
  switch (cell.storage_class()) {
    case SQLITE_INTEGER:
      ++reading.cells.integers;
      if (reading.is_date) reading.dates.add_number(static_cast<double>(cell.integer()));
      break;
    case SQLITE_FLOAT:
      ++reading.cells.reals;
      if (reading.is_date) reading.dates.add_number(cell.real());
      break;
    case SQLITE_TEXT:
      count_text(cell.text(), reading);
      break;
    case SQLITE_BLOB:
      ++reading.cells.blobs;
      break;
    default:
      ++reading.cells.nulls;
      break;
  }
}

// The readings of the columns that are cells, in the order of the sums.
std::vector<ColumnReading*> cell_readings(TableReading& table) {
  std::vector<ColumnReading*> readings;
  for (auto& column : table.columns) {
    if (column.generated != Generated::computed) readings.push_back(&column);
  }
  return readings;
}

std::optional<Failure> why_not_ended(const Connection& connection, const Statement& row,
                                     std::string_view table) {
  if (row.ended()) return std::nullopt;
  return connection.failure(row.result(), cat({"reading the table ", quoted_name(table), " of"}));
}

}  // namespace

bool has_rowid_value(const RowKey& key) { return key.kind == RowKey::Kind::rowid; }

std::string select_rows(std::string_view table, const RowKey& key,
                        const std::vector<ColumnSum>& columns) {
  std::vector<std::string> names;
  if (has_rowid_value(key)) names.push_back(key.rowid_name);
  for (const auto& column : columns) names.push_back(quoted_name(column.name));
  return cat({"SELECT ", join(names, ", "), " FROM ", quoted_name(table), " NOT INDEXED"});
}

std::optional<Failure> sum_table(const Connection& connection, const RowKey& key, TableSum& sum,
                                 TableReading* reading) {
  Statement row(connection, select_rows(sum.name, key, sum.columns));
  const int first = has_rowid_value(key) ? 1 : 0;
  const int columns = static_cast<int>(sum.columns.size());
  std::vector<ColumnReading*> counted;
  if (reading != nullptr) counted = cell_readings(*reading);
  while (row.step()) {
    RowAdder adder(sum);
    if (first == 1) adder.add_rowid(row.integer(0));
    for (int i = 0; i < columns; ++i) {
      const CellValue cell = row.cell(first + i);
      adder.add_cell(hash_cell(cell));
      if (reading != nullptr) count_cell(cell, *counted[static_cast<size_t>(i)]);
    }
    adder.end();
  }
  return why_not_ended(connection, row, sum.name);
}

std::optional<Failure> count_table(const Connection& connection, TableReading& table) {
  const auto counted = cell_readings(table);
  Statement row(connection, select_rows(table.sum.name, table.key, table.sum.columns));
  const int first = has_rowid_value(table.key) ? 1 : 0;
  while (row.step()) {
    int place = first;
    for (ColumnReading* reading : counted) count_cell(row.cell(place++), *reading);
    ++table.sum.rows;
  }
  return why_not_ended(connection, row, table.sum.name);
}

TableSum sum_with_computed(Preview& preview, const TableReading& table) {
  TableSum sum{table.sum.name, 0, 0, {}};
  for (const auto& column : table.columns) sum.columns.push_back({column.name, column.type, 0});
  if (sum.columns.size() == table.sum.columns.size()) return table.sum;
  const bool is_readable = !sum_table(preview.state().connection, table.key, sum, nullptr);
  return is_readable ? sum : table.sum;
}

}  // namespace fairway

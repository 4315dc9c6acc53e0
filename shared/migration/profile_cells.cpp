#include "shared/migration/profile_cells.h"

#include <algorithm>
#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/value_forms.h"

namespace fairway {
namespace {

constexpr size_t shown_bytes_max = 60;
constexpr size_t first_of_class_max = 3;
constexpr int64_t exact_in_double = int64_t{1} << 53;

struct Row {
  const Statement& statement;
  RowLabel label;

  std::string example(int column) const {
    return cat({label.text(statement), ": ", shown_value(statement, column)});
  }
};

void find(Finding& finding, const Row& row, int column) {
  if (++finding.count <= static_cast<int64_t>(Finding::examples_max)) {
    finding.examples.push_back(row.example(column));
  }
}

bool is_date_kind(DeclaredKind kind) {
  return kind == DeclaredKind::date_time || kind == DeclaredKind::date ||
         kind == DeclaredKind::time;
}

bool is_exact_in_double(int64_t number) {
  if (number >= -exact_in_double && number <= exact_in_double) return true;
  const auto real = static_cast<double>(number);
  return real < 9223372036854775808.0 && static_cast<int64_t>(real) == number;
}

void count_date_number(ColumnProfile& column, double number, const Row& row, int place) {
  const double size = std::fabs(number);
  DateNumbers& dates = column.date_numbers;
  if (size < 1'721'425.5) {
    ++dates.small;
  } else if (number >= 1'721'425.5 && number < 5'373'484.5) {
    ++dates.julian_days;
  } else if (size < 1e7) {
    ++dates.small;
  } else if (size < 1e10) {
    ++dates.seconds;
  } else if (number >= -62'135'596'800'000 && number < 253'402'300'800'000) {
    ++dates.milliseconds;  // of the years 1 to 9999
  } else {
    find(dates.strays, row, place);
  }
}

void count_integer(ColumnProfile& column, const CellValue& cell, const Row& row, int place) {
  const int64_t number = cell.integer();
  if (column.cells.integers++ == 0) column.integer_min = column.integer_max = number;
  column.integer_min = std::min(column.integer_min, number);
  column.integer_max = std::max(column.integer_max, number);
  if (!is_exact_in_double(number)) ++column.inexact_integers;
  if (is_date_kind(column.kind)) {
    count_date_number(column, static_cast<double>(number), row, place);
  }
}

void count_real(ColumnProfile& column, const CellValue& cell, const Row& row, int place) {
  const double number = cell.real();
  ++column.cells.reals;
  const double size = std::fabs(number);
  if (size > 0 && !std::isinf(size)) {
    column.real_size_max = std::max(column.real_size_max, size);
    column.real_size_min = column.real_size_min == 0 ? size : std::min(column.real_size_min, size);
  }
  if (std::isinf(number)) {
    ++column.infinities;
  } else if (number == 0 && std::signbit(number)) {
    ++column.negative_zeros;
  } else if (number != std::trunc(number)) {
    ++column.fractions;
  }
  if (is_date_kind(column.kind)) count_date_number(column, number, row, place);
}

void count_date_text(ColumnProfile& column, std::string_view text, const Row& row, int place) {
  DateTexts& dates = column.date_texts;
  const auto moment = iso_moment(text);
  if (!moment) return find(dates.strays, row, place);
  if (moment->kind == IsoMoment::Kind::day) ++dates.days;
  if (moment->kind == IsoMoment::Kind::time) ++dates.times;
  if (moment->kind == IsoMoment::Kind::timestamp) ++dates.timestamps;
  if (dates.timestamps + dates.days + dates.times == 1) {
    dates.form = form_of_moment(text);
    dates.first = text;
  } else if (!dates.form.empty() && !has_same_form(dates.first, text)) {
    dates.form.clear();
  }
  if (moment->has_zone) ++dates.zoned;
  if (moment->zone_minutes != 0) ++dates.shifted;
  if (moment->is_fine) ++dates.fine;
}

void count_uuid(ColumnProfile& column, std::string_view text, const Row& row, int place) {
  const UuidForm form = uuid_form(text);
  if (form == UuidForm::none) return find(column.invalid_uuids, row, place);
  ++(form == UuidForm::lower ? column.uuids : column.upper_uuids);
}

void count_json(ColumnProfile& column, std::string_view text, const Row& row, int place) {
  if (!is_json_text(text)) return find(column.invalid_json, row, place);
  ++column.json_texts;
  if (jsonb_text(text)) ++column.jsonb_texts;
}

void count_form(ColumnProfile& column, std::string_view text, const Row& row, int place) {
  switch (column.kind) {
    case DeclaredKind::date_time:
    case DeclaredKind::date:
    case DeclaredKind::time:
      return count_date_text(column, text, row, place);
    case DeclaredKind::uuid:
      return count_uuid(column, text, row, place);
    case DeclaredKind::json:
      return count_json(column, text, row, place);
    case DeclaredKind::boolean:
      if (boolean_of(text)) ++column.boolean_texts;
      return;
    case DeclaredKind::decimal:
    case DeclaredKind::integer:
    case DeclaredKind::real:
      if (is_decimal_text(text)) ++column.decimal_texts;
      return;
    case DeclaredKind::none:
    case DeclaredKind::text:
    case DeclaredKind::blob:
      return;
  }
}

void count_text(ColumnProfile& column, const CellValue& cell, const Row& row, int place) {
  const std::string_view text = cell.text();
  ++column.cells.texts;
  const TextShape shape = shape_of(text);
  column.characters_max = std::max(column.characters_max, shape.characters);
  column.bytes_max = std::max(column.bytes_max, static_cast<int64_t>(text.size()));
  if (shape.has_nul) find(column.nul_texts, row, place);
  if (shape.is_broken) find(column.broken_texts, row, place);
  count_form(column, text, row, place);
}

// SQLITE_INTEGER is 1, SQLITE_NULL 5.
void keep_first(ColumnProfile& column, int storage_class, const Row& row, int place) {
  auto& first = column.first_of_class[static_cast<size_t>(storage_class - 1)];
  if (first.size() < first_of_class_max) first.push_back(row.example(place));
}

void count_cell(ColumnProfile& column, const Row& row, int place) {
  const CellValue cell = row.statement.cell(place);
  const int storage_class = cell.storage_class();
  keep_first(column, storage_class, row, place);
  switch (storage_class) {
    case SQLITE_INTEGER:
      return count_integer(column, cell, row, place);
    case SQLITE_FLOAT:
      return count_real(column, cell, row, place);
    case SQLITE_TEXT:
      return count_text(column, cell, row, place);
    case SQLITE_BLOB:
      ++column.cells.blobs;
      column.bytes_max = std::max(column.bytes_max, static_cast<int64_t>(cell.blob().size()));
      return;
    default:
      ++column.cells.nulls;
      return;
  }
}

void count_rowid(TableProfile& table, int64_t rowid) {
  table.rowid_min = std::min(table.rowid_min.value_or(rowid), rowid);
  table.rowid_max = std::max(table.rowid_max.value_or(rowid), rowid);
}

std::vector<int> places_of_key(const RowKey& key, const std::vector<ColumnProfile*>& cells) {
  std::vector<int> places;
  for (const auto& name : key.columns) {
    const auto found = std::ranges::find_if(
        cells, [&](const ColumnProfile* column) { return same_name(column->name, name); });
    if (found != cells.end()) places.push_back(static_cast<int>(found - cells.begin()));
  }
  return places;
}

}  // namespace

std::string shown_value(const Statement& row, int column) {
  switch (row.storage_class(column)) {
    case SQLITE_INTEGER:
      return decimal(row.integer(column));
    case SQLITE_TEXT: {
      const std::string_view text = row.text(column);
      std::string shown = replace_all(to_utf8(text.substr(0, shown_bytes_max), shown_bytes_max),
                                      std::string_view("\0", 1), "\xe2\x90\x80");
      return cat({quoted_text(shown), text.size() > shown_bytes_max ? "..." : ""});
    }
    case SQLITE_BLOB: {
      const std::string_view bytes = row.blob(column);
      const size_t shown = std::min(bytes.size(), shown_bytes_max / 4);
      return cat({"x'", hex(bytes.substr(0, shown)), "'", bytes.size() > shown ? "..." : ""});
    }
    case SQLITE_FLOAT:
      return std::string(row.text(column));
    default:
      return "NULL";
  }
}

std::string RowLabel::text(const Statement& statement) const {
  switch (key.kind) {
    case RowKey::Kind::rowid:
      return cat({"rowid ", decimal(statement.integer(0))});
    case RowKey::Kind::primary_key: {
      std::vector<std::string> values;
      for (const int place : key_columns) values.push_back(shown_value(statement, place));
      return cat({"key (", join(values, ", "), ")"});
    }
    case RowKey::Kind::position:
      break;
  }
  return cat({"row ", decimal(row)});
}

std::optional<Failure> profile_cells(const Connection& connection, TableProfile& table) {
  std::vector<ColumnProfile*> cells;
  std::vector<ColumnSum> read;
  for (auto& column : table.columns) {
    if (column.generated == Generated::computed) continue;
    cells.push_back(&column);
    read.push_back({column.name, column.declared_type, 0});
  }
  const bool has_rowid = has_rowid_value(table.key);
  const int first = has_rowid ? 1 : 0;
  Statement statement(connection, select_rows(table.name, table.key, read));
  Row row{statement, {table.key, places_of_key(table.key, cells)}};
  while (statement.step()) {
    ++table.rows;
    row.label.row = table.rows;
    if (has_rowid) count_rowid(table, statement.integer(0));
    for (size_t i = 0; i < cells.size(); ++i) {
      count_cell(*cells[i], row, first + static_cast<int>(i));
    }
  }
  if (statement.ended()) return std::nullopt;
  return connection.failure(statement.result(),
                            cat({"reading the table ", quoted_name(table.name), " of"}));
}

}  // namespace fairway

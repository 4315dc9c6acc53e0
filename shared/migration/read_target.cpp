#include <algorithm>
#include <limits>

#include "shared/base/text.h"
#include "shared/migration/target.h"

namespace fairway {
namespace {

// Where a column of the key stands among the cells; keys are stored, so each is there.
std::optional<size_t> place_of_column(const TableSum& sum, std::string_view name) {
  for (size_t i = 0; i < sum.columns.size(); ++i) {
    if (same_name(sum.columns[i].name, name)) return i;
  }
  return std::nullopt;
}

// What a value takes on the wire, about.
int64_t wire_bytes(const Value& value) {
  constexpr int64_t frame_bytes = 40;
  const auto* blob = std::get_if<Bytes>(&value);
  return blob == nullptr ? frame_bytes
                         : frame_bytes + static_cast<int64_t>(blob->bytes.size()) * 4 / 3;
}

// The value of a cell by its class; nothing where the two do not belong together.
std::optional<Value> value_of(char storage_class, const Value& sent) {
  if (storage_class == 'n') {
    return std::holds_alternative<std::monostate>(sent) ? std::optional<Value>(sent) : std::nullopt;
  }
  if (storage_class == 'i') {
    return std::holds_alternative<int64_t>(sent) ? std::optional<Value>(sent) : std::nullopt;
  }
  if (storage_class == 'r') {
    if (std::holds_alternative<double>(sent)) return sent;
    const auto* named = std::get_if<std::string>(&sent);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (named == nullptr || (*named != "+" && *named != "-")) return std::nullopt;
    return *named == "+" ? infinity : -infinity;
  }
  const auto* bytes = std::get_if<Bytes>(&sent);
  if (bytes == nullptr) return std::nullopt;
  if (storage_class == 't') return Value(bytes->bytes);
  return storage_class == 'b' ? std::optional<Value>(sent) : std::nullopt;
}

uint64_t hash_of(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return hash_of_integer(*number);
  if (const auto* real = std::get_if<double>(&value)) return hash_of_real(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return hash_of_text(*text);
  if (const auto* blob = std::get_if<Bytes>(&value)) return hash_of_blob(blob->bytes);
  return hash_of_null();
}

}  // namespace

Outcome<TableReader> TableReader::make(const TableSum& source, std::string_view create_sql) {
  const auto definition = parse_table(create_sql);
  TableReader reader;
  reader.sum_ = {source.name, 0, 0, source.columns};
  for (auto& column : reader.sum_.columns) column.checksum = 0;
  if (definition) reader.key_ = row_key_of(*definition);
  bool known = definition.has_value() && !source.columns.empty();
  for (const auto& name : reader.key_.columns) {
    const auto place = place_of_column(source, name);
    known = known && place.has_value();
    if (place) reader.key_columns_.push_back(*place);
  }
  if (known) return reader;
  return report_bug("schema_not_understood",
                    cat({"Fairway does not understand the definition of the table ",
                         quoted_name(source.name), "."}),
                    "Fairway: please report this. Nothing was changed.");
}

size_t TableReader::first_cell() const {
  const size_t rowid = key_.kind == RowKey::Kind::rowid ? 1 : 0;
  return rowid + target_sql::tag_columns(sum_.columns.size());
}

bool TableReader::is_key(size_t column) const {
  return std::ranges::find(key_columns_, column) != key_columns_.end();
}

HranaStatement TableReader::next() const { return waiting_.empty() ? next_page() : next_slice(); }

HranaStatement TableReader::next_page() const {
  const std::vector<Value>* after = last_ ? &*last_ : nullptr;
  HranaStatement statement;
  statement.sql = target_sql::page(sum_.name, key_, sum_.columns, key_columns_, after);
  if (key_.kind == RowKey::Kind::rowid) {
    const int64_t first = std::numeric_limits<int64_t>::min();
    statement.values.emplace_back(last_ ? std::get<int64_t>(last_->front()) + 1 : first);
  } else if (key_.kind == RowKey::Kind::position) {
    statement.values.emplace_back(sum_.rows);
  } else if (last_) {
    statement.values = target_sql::arguments(*last_);
  }
  statement.values.emplace_back(page_rows_);
  return statement;
}

HranaStatement TableReader::next_slice() const {
  const WaitingRow& row = waiting_.back();
  const auto& cell = row.large.back();
  HranaStatement statement;
  statement.sql = target_sql::slice(sum_.name, key_, sum_.columns[cell.column].name, row.key);
  statement.values = {slice_offset_ + 1, std::min(slice_bytes, cell.size - slice_offset_)};
  if (key_.kind == RowKey::Kind::position) {
    statement.values.emplace_back(row.position);
  } else {
    for (Value& value : target_sql::arguments(row.key))
      statement.values.push_back(std::move(value));
  }
  return statement;
}

std::optional<Failure> TableReader::take(const HranaResult& answer) {
  return waiting_.empty() ? take_page(answer) : take_slice(answer);
}

std::optional<Failure> TableReader::take_page(const HranaResult& answer) {
  int64_t bytes = 0;
  int64_t largest = 1;
  int64_t position = sum_.rows;
  for (const auto& row : answer.rows) {
    int64_t row_bytes = 0;
    for (const Value& value : row) row_bytes += wire_bytes(value);
    bytes += row_bytes;
    largest = std::max(largest, row_bytes);
    if (auto failure = take_row(row, position++)) return failure;
  }
  const auto count = static_cast<int64_t>(answer.rows.size());
  if (count > page_rows_) return strange("more rows than it was asked for");
  const bool at_last_rowid =
      key_.kind == RowKey::Kind::rowid && last_ &&
      std::get<int64_t>(last_->front()) == std::numeric_limits<int64_t>::max();
  done_ = count < page_rows_ || at_last_rowid;
  // Half by the average and half by the largest row: one long row must not blow the next page up.
  const int64_t row_bytes = (bytes / std::max<int64_t>(count, 1) + largest) / 2 + 1;
  page_rows_ = std::clamp(page_bytes_wanted / row_bytes, std::max<int64_t>(page_rows_ / 4, 1),
                          std::min(page_rows_ * 4, page_rows_max));
  return std::nullopt;
}

std::vector<Value> TableReader::key_of(const std::vector<Value>& row) const {
  if (key_.kind == RowKey::Kind::rowid) return {row.front()};
  std::vector<Value> key;
  const auto tag_of = [&](size_t column) {
    const auto& tags = std::get<std::string>(row[column / target_sql::tags_at_once]);
    return tags[column % target_sql::tags_at_once];
  };
  for (size_t column : key_columns_) {
    key.push_back(*value_of(tag_of(column), row[first_cell() + column]));
  }
  return key;
}

std::optional<Failure> TableReader::take_row(const std::vector<Value>& row, int64_t position) {
  const size_t columns = sum_.columns.size();
  if (row.size() != first_cell() + columns) return strange("rows of another width");
  if (key_.kind == RowKey::Kind::rowid) {
    const auto* rowid = std::get_if<int64_t>(&row.front());
    if (rowid == nullptr) return strange("a rowid that is no integer");
    if (last_ && *rowid <= std::get<int64_t>(last_->front())) return strange("rows out of order");
  }
  std::string tags;
  for (size_t i = first_cell() - target_sql::tag_columns(columns); i < first_cell(); ++i) {
    const auto* letters = std::get_if<std::string>(&row[i]);
    if (letters == nullptr) return strange("storage classes that are no text");
    tags += *letters;
  }
  if (tags.size() != columns) return strange("storage classes of another number");

  WaitingRow taken;
  for (size_t i = 0; i < columns; ++i) {
    const Value& sent = row[first_cell() + i];
    const auto* size = std::get_if<int64_t>(&sent);
    if ((tags[i] == 't' || tags[i] == 'b') && size != nullptr && !is_key(i)) {
      if (*size <= large_cell_bytes) return strange("the size of a cell that is not large");
      taken.large.push_back({i, tags[i], *size});
      taken.hashes.push_back(0);
      continue;
    }
    const auto value = value_of(tags[i], sent);
    if (!value) return strange("a cell of another storage class");
    taken.hashes.push_back(hash_of(*value));
  }
  taken.position = position;
  taken.key = key_of(row);
  if (key_.kind == RowKey::Kind::primary_key && last_ && *last_ == taken.key) {
    return strange("the same row twice");
  }
  last_ = taken.key;
  if (taken.large.empty()) {
    add(taken);
  } else {
    waiting_.push_back(std::move(taken));
  }
  return std::nullopt;
}

std::optional<Failure> TableReader::take_slice(const HranaResult& answer) {
  WaitingRow& row = waiting_.back();
  const auto& cell = row.large.back();
  const int64_t wanted = std::min(slice_bytes, cell.size - slice_offset_);
  const Bytes* bytes = nullptr;
  if (answer.rows.size() == 1 && answer.rows[0].size() == 1) {
    bytes = std::get_if<Bytes>(&answer.rows[0][0]);
  }
  if (bytes == nullptr || static_cast<int64_t>(bytes->bytes.size()) != wanted) {
    return strange("a large cell that is no longer as it was");
  }
  if (!slice_hash_) slice_hash_.emplace(cell.storage_class);
  slice_hash_->add(bytes->bytes);
  slice_offset_ += wanted;
  if (slice_offset_ < cell.size) return std::nullopt;
  row.hashes[cell.column] = slice_hash_->end();
  slice_hash_.reset();
  slice_offset_ = 0;
  row.large.pop_back();
  if (row.large.empty()) {
    add(row);
    waiting_.pop_back();
  }
  return std::nullopt;
}

void TableReader::add(const WaitingRow& row) {
  RowAdder adder(sum_);
  if (key_.kind == RowKey::Kind::rowid) adder.add_rowid(std::get<int64_t>(row.key.front()));
  for (uint64_t hash : row.hashes) adder.add_cell(hash);
  adder.end();
}

bool TableReader::shrink() {
  if (!waiting_.empty() || page_rows_ == 1) return false;
  page_rows_ = std::max<int64_t>(page_rows_ / 4, 1);
  return true;
}

Failure TableReader::strange(std::string_view what) const {
  return report_bug("target_answer",
                    cat({"While the table ", quoted_name(sum_.name),
                         " was checked, the database answered ", what, "."}),
                    "Fairway: please report this. The data is kept as it is.");
}

}  // namespace fairway

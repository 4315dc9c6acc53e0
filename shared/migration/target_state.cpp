// What a reader keeps between two lives: sums so far and the key of the last row, as small JSON.
#include <bit>
#include <charconv>

#include "shared/base/text.h"
#include "shared/migration/report.h"
#include "shared/migration/target.h"

namespace fairway {
namespace {

// Exact, whatever the value: reals by their bits, texts and blobs in base64.
Json key_json(const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return {{"i", decimal(*number)}};
  if (const auto* real = std::get_if<double>(&value)) {
    return {{"r", hex_of(std::bit_cast<uint64_t>(*real))}};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return {{"t", base64(*text)}};
  if (const auto* blob = std::get_if<Bytes>(&value)) return {{"b", base64(blob->bytes)}};
  return Json::object();
}

std::optional<Value> key_value(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  if (json.contains("i")) {
    const auto number = parse_decimal(text_or(json, "i", ""));
    return number ? std::optional<Value>(*number) : std::nullopt;
  }
  if (json.contains("r")) {
    const auto bits = word_of_hex(text_or(json, "r", ""));
    return bits ? std::optional<Value>(std::bit_cast<double>(*bits)) : std::nullopt;
  }
  auto text = from_base64(text_or(json, "t", ""));
  auto blob = from_base64(text_or(json, "b", ""));
  if (json.contains("t")) return text ? std::optional<Value>(std::move(*text)) : std::nullopt;
  if (json.contains("b"))
    return blob ? std::optional<Value>(Bytes{std::move(*blob)}) : std::nullopt;
  return Value{};
}

}  // namespace

Json TableReader::state() const {
  FAIRWAY_ASSERT(at_rest());
  Json json{{"rows", sum_.rows},
            {"row_checksum", hex_of(sum_.row_checksum)},
            {"columns", Json::array()},
            {"page_rows", page_rows_},
            {"done", done_}};
  for (const auto& column : sum_.columns) json["columns"].push_back(hex_of(column.checksum));
  if (last_) {
    json["last"] = Json::array();
    for (const Value& value : *last_) json["last"].push_back(key_json(value));
  }
  return json;
}

Outcome<TableReader> TableReader::resume(const TableSum& source, std::string_view create_sql,
                                         const Json& state) {
  auto fresh = make(source, create_sql);
  if (!fresh.ok()) return fresh;
  TableReader reader = *fresh;
  const auto row_checksum = word_of_hex(text_or(state, "row_checksum", ""));
  const Json& columns = member(state, "columns");
  const Json& done = member(state, "done");
  if (!row_checksum || !columns.is_array() || columns.size() != source.columns.size() ||
      !done.is_boolean()) {
    return fresh;
  }
  reader.sum_.rows = integer_or(state, "rows", 0);
  reader.sum_.row_checksum = *row_checksum;
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto checksum =
        columns[i].is_string() ? word_of_hex(columns[i].get<std::string>()) : std::nullopt;
    if (!checksum) return fresh;
    reader.sum_.columns[i].checksum = *checksum;
  }
  const Json& last = member(state, "last");
  if (last.is_array()) {
    reader.last_.emplace();
    for (const Json& item : last) {
      auto value = key_value(item);
      if (!value) return fresh;
      reader.last_->push_back(std::move(*value));
    }
    const size_t wanted = reader.key_.kind == RowKey::Kind::rowid ? 1 : reader.key_columns_.size();
    if (reader.last_->size() != wanted) return fresh;
  }
  reader.page_rows_ =
      std::clamp(integer_or(state, "page_rows", first_page_rows), int64_t{1}, page_rows_max);
  reader.done_ = done.get<bool>();
  return reader;
}

}  // namespace fairway

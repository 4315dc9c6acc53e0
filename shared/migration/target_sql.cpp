// The SELECT statements by which the new database shows its cells without loss.
#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/target.h"

namespace fairway::target_sql {
namespace {

std::string whole_cell(const std::string& name) {
  return cat({"CASE typeof(", name, ") WHEN 'text' THEN CAST(", name,
              " AS BLOB) WHEN 'real' THEN CASE +", name,
              " WHEN 9e999 THEN '+' WHEN -9e999 THEN '-' ELSE ", name, " END ELSE ", name, " END"});
}

// A large text or blob answers its size in bytes instead.
std::string bounded_cell(const std::string& name) {
  const std::string limit = decimal(TableReader::large_cell_bytes);
  const std::string bytes = cat({"CAST(", name, " AS BLOB)"});
  const std::string size = cat({"length(", bytes, ")"});
  return cat({"CASE WHEN typeof(", name, ") IN ('text','blob') THEN CASE WHEN ", size, ">", limit,
              " THEN ", size, " ELSE ", bytes, " END WHEN typeof(", name, ")='real' THEN CASE +",
              name, " WHEN 9e999 THEN '+' WHEN -9e999 THEN '-' ELSE ", name, " END ELSE ", name,
              " END"});
}

// One letter for the storage class of each column, up to tags_at_once of them in one text.
std::string tags(const std::vector<ColumnSum>& columns, size_t begin) {
  std::vector<std::string> letters;
  for (size_t i = begin; i < columns.size() && i < begin + tags_at_once; ++i) {
    letters.push_back(cat({"substr(typeof(", quoted_name(columns[i].name), "),1,1)"}));
  }
  return join(letters, "||");
}

// A text is bound as its bytes; the plus takes away the affinity that CAST would bring along.
std::string place_of(const Value& value, size_t number) {
  const std::string place = cat({"?", decimal(static_cast<int64_t>(number))});
  if (std::holds_alternative<std::string>(value)) return cat({"+CAST(", place, " AS TEXT)"});
  if (const auto* real = std::get_if<double>(&value); real != nullptr && std::isinf(*real)) {
    return *real > 0 ? "9e999" : "-9e999";
  }
  return place;
}

std::vector<std::string> key_names(const RowKey& key) {
  std::vector<std::string> names;
  for (const auto& column : key.columns) {
    // Binary order tells apart whatever any other collation tells apart.
    names.push_back(cat({quoted_name(column), key.collated ? " COLLATE BINARY" : ""}));
  }
  return names;
}

std::string after_key(const RowKey& key, const std::vector<Value>& after) {
  std::vector<std::string> places;
  for (size_t i = 0; i < after.size(); ++i) places.push_back(place_of(after[i], i + 1));
  if (places.size() == 1) return cat({key_names(key).front(), ">", places.front()});
  return cat({"(", join(key_names(key), ","), ")>(", join(places, ","), ")"});
}

}  // namespace

size_t tag_columns(size_t columns) { return (columns + tags_at_once - 1) / tags_at_once; }

std::vector<Value> arguments(const std::vector<Value>& key) {
  std::vector<Value> values;
  for (const Value& value : key) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* real = std::get_if<double>(&value);
    if (text != nullptr) {
      values.emplace_back(Bytes{*text});
    } else if (real != nullptr && std::isinf(*real)) {
      values.emplace_back();  // stands in the statement itself
    } else {
      values.push_back(value);
    }
  }
  return values;
}

std::string page(const std::string& table, const RowKey& key, const std::vector<ColumnSum>& columns,
                 const std::vector<size_t>& key_columns, const std::vector<Value>* after) {
  std::vector<std::string> parts;
  if (key.kind == RowKey::Kind::rowid) parts.push_back(key.rowid_name);
  for (size_t i = 0; i < columns.size(); i += tags_at_once) parts.push_back(tags(columns, i));
  for (size_t i = 0; i < columns.size(); ++i) {
    bool in_key = false;
    for (size_t place : key_columns) in_key = in_key || place == i;
    const std::string name = quoted_name(columns[i].name);
    parts.push_back(in_key ? whole_cell(name) : bounded_cell(name));
  }
  std::string sql =
      cat({"SELECT ", join(parts, ","), " FROM ", quoted_name(table), " NOT INDEXED"});
  switch (key.kind) {
    case RowKey::Kind::rowid:
      return cat({sql, " WHERE ", key.rowid_name, ">=?1 ORDER BY ", key.rowid_name, " LIMIT ?2"});
    case RowKey::Kind::position:
      return cat({sql, " LIMIT ?2 OFFSET ?1"});
    case RowKey::Kind::primary_key:
      break;
  }
  const std::string where = after != nullptr ? cat({" WHERE ", after_key(key, *after)}) : "";
  const auto limit = static_cast<int64_t>((after != nullptr ? after->size() : 0) + 1);
  return cat({sql, where, " ORDER BY ", join(key_names(key), ","), " LIMIT ?", decimal(limit)});
}

std::string slice(const std::string& table, const RowKey& key, const std::string& column,
                  const std::vector<Value>& row_key) {
  // ?1 and ?2 are the slice, the key follows.
  const std::string sql = cat({"SELECT substr(CAST(", quoted_name(column), " AS BLOB),?1,?2) FROM ",
                               quoted_name(table), " NOT INDEXED"});
  if (key.kind == RowKey::Kind::rowid) return cat({sql, " WHERE ", key.rowid_name, "=?3"});
  if (key.kind == RowKey::Kind::position) return cat({sql, " LIMIT 1 OFFSET ?3"});
  std::vector<std::string> terms;
  const auto names = key_names(key);
  for (size_t i = 0; i < names.size(); ++i) {
    terms.push_back(cat({names[i], "=", place_of(row_key[i], i + 3)}));
  }
  return cat({sql, " WHERE ", join(terms, " AND ")});
}

}  // namespace fairway::target_sql

#include "shared/migration/profile.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/migration/profile_cells.h"

namespace fairway {
namespace {

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::any_of(list, [&](const std::string& one) { return same_name(one, name); });
}

Generated generated_of(int64_t hidden) {
  if (hidden == 2) return Generated::computed;
  return hidden == 3 ? Generated::stored : Generated::no;
}

Statement pragma(const Connection& connection, std::string_view name, std::string_view argument) {
  return Statement(connection, cat({"PRAGMA ", name, "(", quoted_name(argument), ")"}));
}

std::optional<Failure> read_columns(const Connection& connection, TableProfile& table) {
  Statement rows = pragma(connection, "table_xinfo", table.name);
  std::vector<std::pair<int64_t, std::string>> key;
  while (rows.step()) {
    ColumnProfile column;
    column.name = rows.text(1);
    column.declared_type = rows.text(2);
    column.kind = declared_kind_of(column.declared_type);
    column.affinity = affinity_of(column.declared_type);
    if (table.strict && same_name(column.declared_type, "any")) column.affinity = Affinity::blob;
    column.generated = generated_of(rows.integer(6));
    if (rows.integer(5) > 0) key.emplace_back(rows.integer(5), column.name);
    table.columns.push_back(std::move(column));
  }
  if (!rows.ended()) return connection.failure(rows.result(), "reading the columns of");
  std::ranges::sort(key);
  for (auto& [place, name] : key) table.primary_key.push_back(std::move(name));
  return std::nullopt;
}

std::optional<Failure> read_indexes(const Connection& connection, TableProfile& table) {
  Statement rows = pragma(connection, "index_list", table.name);
  bool has_key_index = false;
  bool has_unique = false;
  while (rows.step()) {
    has_key_index = has_key_index || rows.text(3) == "pk";
    has_unique = has_unique || (rows.integer(2) != 0 && rows.integer(4) == 0);
  }
  if (!rows.ended()) return connection.failure(rows.result(), "reading the indexes of");
  if (table.primary_key.size() == 1 && !has_key_index && !table.without_rowid) {
    table.rowid_alias = table.primary_key.front();
  }
  table.without_unique_key = table.primary_key.empty() && !has_unique;
  return std::nullopt;
}

std::optional<Failure> read_foreign_keys(const Connection& connection, TableProfile& table) {
  Statement rows = pragma(connection, "foreign_key_list", table.name);
  while (rows.step()) {
    const int64_t id = rows.integer(0);
    if (table.foreign_keys.empty() || table.foreign_keys.back().id != id) {
      ForeignKeyProfile key;
      key.id = id;
      key.parent = rows.text(2);
      key.on_update = rows.text(5);
      key.on_delete = rows.text(6);
      table.foreign_keys.push_back(std::move(key));
    }
    ForeignKeyProfile& key = table.foreign_keys.back();
    key.columns.emplace_back(rows.text(3));
    if (rows.storage_class(4) != SQLITE_NULL) key.parent_columns.emplace_back(rows.text(4));
  }
  if (!rows.ended()) return connection.failure(rows.result(), "reading the foreign keys of");
  std::ranges::reverse(table.foreign_keys);  // SQLite lists the last one first
  return std::nullopt;
}

bool says_autoincrement(std::string_view sql) {
  return std::ranges::any_of(tokens_of(sql),
                             [](const SqlToken& token) { return token.is("autoincrement"); });
}

void add_null_keys(const Connection& connection, TableProfile& table) {
  std::vector<std::string> conditions;
  for (const auto& column : table.columns) {
    if (!names(table.primary_key, column.name) || column.cells.nulls == 0) continue;
    conditions.push_back(cat({quoted_name(column.name), " IS NULL"}));
    for (const auto& example : column.first_of_class[SQLITE_NULL - 1]) {
      if (table.null_keys.examples.size() < Finding::examples_max) {
        table.null_keys.examples.push_back(example);
      }
    }
  }
  if (conditions.empty()) return;
  Statement count(connection, cat({"SELECT count(*) FROM ", quoted_name(table.name),
                                   " NOT INDEXED WHERE ", join(conditions, " OR ")}));
  if (count.step()) table.null_keys.count = count.integer(0);
}

// Blobs in columns of JSON: SQLite's own binary form, or just bytes.
void count_jsonb(const Connection& connection, const TableProfile& table, ColumnProfile& column) {
  const std::string name = quoted_name(column.name);
  Statement count(connection, cat({"SELECT count(*) FROM ", quoted_name(table.name),
                                   " NOT INDEXED WHERE typeof(", name, ") = 'blob' AND json_valid(",
                                   name, ", 8)"}));
  if (count.step()) column.jsonb_blobs = count.integer(0);
  const int64_t others = column.cells.blobs - column.jsonb_blobs;
  if (others == 0) return;
  column.invalid_json.count += others;
  for (const auto& example : column.first_of_class[SQLITE_BLOB - 1]) {
    if (column.invalid_json.examples.size() < Finding::examples_max) {
      column.invalid_json.examples.push_back(example);
    }
  }
}

Outcome<TableProfile> profile_table(Preview& preview, const SchemaObject& object) {
  const auto definition = parse_table(object.sql);
  if (!definition) {
    return report_bug("schema_not_understood",
                      cat({"Fairway does not understand the definition of the table ",
                           quoted_name(object.name), "."}),
                      "Fairway: please report this. Nothing was changed.");
  }
  const Connection& connection = preview.state().connection;
  TableProfile table;
  table.name = object.name;
  table.key = row_key_of(*definition);
  table.strict = definition->strict;
  table.without_rowid = definition->without_rowid;
  table.autoincrement = says_autoincrement(object.sql);
  if (auto failure = read_columns(connection, table)) return *failure;
  if (auto failure = read_indexes(connection, table)) return *failure;
  if (auto failure = read_foreign_keys(connection, table)) return *failure;
  if (auto failure = profile_cells(connection, table)) return *failure;
  add_null_keys(connection, table);
  for (auto& column : table.columns) {
    if (column.kind == DeclaredKind::json && column.cells.blobs > 0) {
      count_jsonb(connection, table, column);
    }
  }
  return table;
}

void read_sequences(const Connection& connection, std::vector<TableProfile>& tables) {
  Statement rows(connection, "SELECT name, seq FROM sqlite_sequence WHERE typeof(seq) = 'integer'");
  while (rows.step()) {
    for (auto& table : tables) {
      if (same_name(table.name, rows.text(0))) table.sequence = rows.integer(1);
    }
  }
}

TableProfile* find_table(std::vector<TableProfile>& tables, std::string_view name) {
  const auto found = std::ranges::find_if(
      tables, [&](const TableProfile& table) { return same_name(table.name, name); });
  return found == tables.end() ? nullptr : &*found;
}

ColumnProfile* find_column(TableProfile& table, std::string_view name) {
  const auto found = std::ranges::find_if(
      table.columns, [&](const ColumnProfile& column) { return same_name(column.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

void resolve_parents(std::vector<TableProfile>& tables) {
  for (auto& table : tables) {
    for (auto& key : table.foreign_keys) {
      const TableProfile* parent = find_table(tables, key.parent);
      key.parent_missing = parent == nullptr;
      if (parent != nullptr && key.parent_columns.empty()) key.parent_columns = parent->primary_key;
    }
  }
}

// Texts that point to a column of integers: PostgreSQL wants one type on both sides.
void count_integer_texts(const Connection& connection, std::vector<TableProfile>& tables,
                         TableProfile& table) {
  for (const auto& key : table.foreign_keys) {
    TableProfile* parent = find_table(tables, key.parent);
    for (size_t i = 0; parent != nullptr && i < key.columns.size(); ++i) {
      if (i >= key.parent_columns.size()) break;
      const ColumnProfile* other = find_column(*parent, key.parent_columns[i]);
      ColumnProfile* column = find_column(table, key.columns[i]);
      if (other == nullptr || column == nullptr || column->cells.texts == 0) continue;
      if (other->cells.texts > 0) continue;
      const std::string name = quoted_name(column->name);
      Statement count(connection,
                      cat({"SELECT count(*) FROM ", quoted_name(table.name),
                           " NOT INDEXED WHERE typeof(", name, ") = 'text' AND CAST(CAST(", name,
                           " AS INTEGER) AS TEXT) = ", name, " COLLATE BINARY"}));
      if (count.step()) column->integer_texts = count.integer(0);
    }
  }
}

// Rows whose foreign keys point nowhere. Not asked where a column is computed: the check would run
// its expression.
void count_orphans(const Connection& connection, TableProfile& table) {
  if (table.foreign_keys.empty()) return;
  for (const auto& column : table.columns) {
    if (column.generated == Generated::computed) return;
  }
  Statement rows = pragma(connection, "foreign_key_check", table.name);
  while (rows.step()) {
    for (auto& key : table.foreign_keys) {
      if (key.id != rows.integer(3)) continue;
      if (++key.orphans.count > static_cast<int64_t>(Finding::examples_max)) continue;
      key.orphans.examples.push_back(rows.storage_class(1) == SQLITE_NULL
                                         ? std::string("a row without rowid")
                                         : cat({"rowid ", decimal(rows.integer(1))}));
    }
  }
}

}  // namespace

ProfileSteps::ProfileSteps(Preview& preview) : preview_(preview) {
  profile_.header = preview.header();
  profile_.schema = preview.schema();
  profile_.statistics = preview.state().statistics;
  for (const auto& object : profile_.schema) {
    if (object.type != "table" || parse_virtual_table(object.sql)) continue;
    if (object.name.starts_with("sqlite_")) {
      has_sequences_ = has_sequences_ || object.name == "sqlite_sequence";
      continue;
    }
    left_.push_back(object);
  }
  std::ranges::reverse(left_);
}

std::optional<Failure> ProfileSteps::read_table() {
  FAIRWAY_ASSERT(!left_.empty());
  auto table = profile_table(preview_, left_.back());
  if (!table.ok()) return table.failure();
  left_.pop_back();
  profile_.rows += table->rows;
  profile_.tables.push_back(std::move(*table));
  return std::nullopt;
}

DatabaseProfile ProfileSteps::finish() {
  FAIRWAY_ASSERT(left_.empty());
  const Connection& connection = preview_.state().connection;
  if (has_sequences_) read_sequences(connection, profile_.tables);
  resolve_parents(profile_.tables);
  for (auto& table : profile_.tables) count_integer_texts(connection, profile_.tables, table);
  for (auto& table : profile_.tables) count_orphans(connection, table);
  return std::move(profile_);
}

Outcome<DatabaseProfile> profile_preview(Preview& preview) {
  ProfileSteps steps(preview);
  while (steps.tables_left() > 0) {
    if (auto failure = steps.read_table()) return *failure;
  }
  return steps.finish();
}

}  // namespace fairway

#include "tests/world/sqlite_database.h"

#include <sqlite3.h>

#include <bit>
#include <cstring>

namespace fairway::test {

namespace {

// The values outlive the statement's run, so SQLite makes no copies of them.
void bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (auto* number = std::get_if<int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *number);
  } else if (auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, index, *real);
  } else if (auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement, index, text->data(), int(text->size()), SQLITE_STATIC);
  } else if (auto* blob = std::get_if<Bytes>(&value)) {
    sqlite3_bind_blob(statement, index, blob->bytes.data(), int(blob->bytes.size()), SQLITE_STATIC);
  } else {
    sqlite3_bind_null(statement, index);
  }
}

// The size is asked of texts and blobs only: of a number it would first make a text.
Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return int64_t(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    case SQLITE_TEXT: {
      auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      return std::string(text, size_t(sqlite3_column_bytes(statement, index)));
    }
    case SQLITE_BLOB: {
      auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
      auto size = size_t(sqlite3_column_bytes(statement, index));
      return Bytes{size == 0 ? std::string() : std::string(bytes, size)};
    }
    default:
      return Value{};
  }
}

}  // namespace

SqliteDatabase::SqliteDatabase() {
  FAIRWAY_ASSERT(sqlite3_open(":memory:", &connection_) == SQLITE_OK);
  // Plans that do not depend on bound values: statements are prepared once.
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
}

SqliteDatabase::SqliteDatabase(std::string_view image) : SqliteDatabase() {
  auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(image.size()));
  FAIRWAY_ASSERT(bytes != nullptr);
  std::memcpy(bytes, image.data(), image.size());
  if (image.size() > 20) bytes[18] = bytes[19] = 1;  // WAL needs files; there are none here
  int size = int(image.size());
  int result = sqlite3_deserialize(connection_, "main", bytes, size, size,
                                   SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  FAIRWAY_ASSERT(result == SQLITE_OK);
}

SqliteDatabase::~SqliteDatabase() {
  for (auto& [sql, prepared] : statements_) sqlite3_finalize(prepared.statement);
  sqlite3_close(connection_);
}

std::string SqliteDatabase::image() {
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(connection_, "main", &size, 0);
  FAIRWAY_ASSERT(bytes != nullptr);
  std::string copy(reinterpret_cast<char*>(bytes), size_t(size));
  sqlite3_free(bytes);
  return copy;
}

SqliteDatabase::Prepared* SqliteDatabase::prepared(std::string_view sql, std::string& error) {
  // Most statements are literals: where one lay once, it is found again without hashing its text.
  auto place = uint64_t(std::bit_cast<uintptr_t>(sql.data())) * 0x9E3779B97F4A7C15ull;
  Recent& recent = recent_[place >> 55];
  if (recent.prepared != nullptr && recent.sql == sql) return recent.prepared;
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    int result = sqlite3_prepare_v3(connection_, sql.data(), int(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) {
      error = sqlite3_errmsg(connection_);
      return nullptr;
    }
    // What begins or ends a transaction counts as reading only, but answers no rows.
    bool is_query = sqlite3_stmt_readonly(statement) != 0 && sqlite3_column_count(statement) > 0;
    known = statements_.emplace(sql, Prepared{statement, is_query}).first;
  }
  recent = {known->first, &known->second};
  return recent.prepared;
}

SqliteDatabase::Attempt SqliteDatabase::step(Prepared& prepared, const std::vector<Value>& values) {
  Attempt attempt;
  sqlite3_stmt* statement = prepared.statement;
  for (size_t i = 0; i < values.size(); ++i) bind(statement, int(i) + 1, values[i]);
  int result;
  while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    std::vector<Value> row;
    int columns = sqlite3_column_count(statement);
    row.reserve(size_t(columns));
    for (int i = 0; i < columns; ++i) row.push_back(column(statement, i));
    attempt.rows.rows.emplace_back(std::move(row));
  }
  if (result != SQLITE_DONE) attempt.error = sqlite3_errmsg(connection_);
  bool reads = sqlite3_stmt_readonly(statement) != 0;
  attempt.rows.changes = reads ? 0 : sqlite3_changes64(connection_);
  sqlite3_reset(statement);
  if (!values.empty()) sqlite3_clear_bindings(statement);
  return attempt;
}

SqliteDatabase::Attempt SqliteDatabase::attempt(std::string_view sql,
                                                const std::vector<Value>& values) {
  Attempt failed;
  Prepared* found = prepared(sql, failed.error);
  if (found == nullptr) return failed;
  if (!found->is_query) {
    ++writes_;
    return step(*found, values);
  }
  if (found->as_of == writes_ && found->values == values) return {found->rows, ""};
  Attempt attempt = step(*found, values);
  const auto& rows = attempt.rows.rows;
  bool is_small = rows.empty() || (rows.size() == 1 && rows[0].size() == 1);
  if (!is_small || !attempt.error.empty()) return attempt;
  found->values = values;
  found->rows = attempt.rows;
  found->as_of = writes_;
  return attempt;
}

Rows SqliteDatabase::run(std::string_view sql, std::vector<Value> values) {
  Attempt made = attempt(sql, values);
  if (!made.error.empty()) broken_promise(made.error.c_str(), __FILE__, __LINE__);
  return std::move(made.rows);
}

}  // namespace fairway::test

#include "tests/world/sqlite_database.h"

#include <sqlite3.h>

#include <cstring>

namespace fairway::test {

namespace {

void bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (auto* number = std::get_if<int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *number);
  } else if (auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, index, *real);
  } else if (auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement, index, text->data(), int(text->size()), SQLITE_TRANSIENT);
  } else if (auto* blob = std::get_if<Bytes>(&value)) {
    sqlite3_bind_blob(statement, index, blob->bytes.data(), int(blob->bytes.size()),
                      SQLITE_TRANSIENT);
  } else {
    sqlite3_bind_null(statement, index);
  }
}

Value column(sqlite3_stmt* statement, int index) {
  auto size = size_t(sqlite3_column_bytes(statement, index));
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return int64_t(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    case SQLITE_TEXT:
      return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, index)),
                         size);
    case SQLITE_BLOB: {
      auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
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
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
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

sqlite3_stmt* SqliteDatabase::prepared(std::string_view sql, std::string& error) {
  auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* statement = nullptr;
  int result = sqlite3_prepare_v3(connection_, sql.data(), int(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) {
    error = sqlite3_errmsg(connection_);
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

SqliteDatabase::Attempt SqliteDatabase::attempt(std::string_view sql,
                                                const std::vector<Value>& values) {
  Attempt attempt;
  sqlite3_stmt* statement = prepared(sql, attempt.error);
  if (statement == nullptr) return attempt;
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
  sqlite3_clear_bindings(statement);
  return attempt;
}

Rows SqliteDatabase::run(std::string_view sql, std::vector<Value> values) {
  Attempt made = attempt(sql, values);
  if (!made.error.empty()) broken_promise(made.error.c_str(), __FILE__, __LINE__);
  return std::move(made.rows);
}

}  // namespace fairway::test

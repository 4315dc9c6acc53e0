#include "tests/world/sqlite_database.h"

#include <sqlite3.h>

#include <algorithm>
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
  sqlite3_set_authorizer(connection_, &note_access, this);
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

int SqliteDatabase::note_access(void* self, int action, const char* table, const char* column,
                                const char*, const char*) {
  // Beginning and keeping a savepoint changes nothing that a query could see.
  bool is_harmless = action == SQLITE_SELECT || action == SQLITE_FUNCTION ||
                     action == SQLITE_RECURSIVE ||
                     (action == SQLITE_SAVEPOINT && std::string_view(table) != "ROLLBACK");
  (void)column;
  if (!is_harmless) static_cast<SqliteDatabase*>(self)->add_access(action, table);
  return SQLITE_OK;
}

void SqliteDatabase::add_access(int action, const char* name) {
  bool is_change = action == SQLITE_INSERT || action == SQLITE_UPDATE || action == SQLITE_DELETE;
  if (name == nullptr || !(is_change || action == SQLITE_READ)) {
    changes_all_ = true;
    return;
  }
  size_t index = 0;
  while (index < tables_.size() && tables_[index].name != name) ++index;
  if (index == tables_.size()) tables_.push_back({name});
  auto& list = is_change ? changed_ : read_;
  if (std::find(list.begin(), list.end(), index) == list.end()) list.push_back(index);
}

bool SqliteDatabase::is_fresh(const Prepared& prepared) const {
  if (prepared.as_of < all_written_as_) return false;
  for (size_t table : prepared.tables) {
    if (prepared.as_of < tables_[table].written_as) return false;
  }
  return true;
}

void SqliteDatabase::note_change(const Prepared& prepared) {
  ++writes_;
  if (prepared.changes_all) all_written_as_ = writes_;
  for (size_t table : prepared.tables) tables_[table].written_as = writes_;
}

void SqliteDatabase::keep_turn() {
  bool is_saved = std::exchange(turn_, Turn::free) == Turn::saved;
  if (is_saved) run("RELEASE turn", {});
}

void SqliteDatabase::take_turn_back() {
  bool is_saved = turn_ == Turn::saved;
  if (is_saved) run("ROLLBACK TO turn", {});
  keep_turn();
}

SqliteDatabase::Prepared* SqliteDatabase::prepared(std::string_view sql, std::string& error) {
  // Most statements are literals: where one lay once, it is found again without hashing its text.
  auto place = uint64_t(std::bit_cast<uintptr_t>(sql.data())) * 0x9E3779B97F4A7C15ull;
  Recent& recent = recent_[place >> 55];
  if (recent.prepared != nullptr && recent.sql == sql) return recent.prepared;
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    read_.clear();
    changed_.clear();
    changes_all_ = false;
    int result = sqlite3_prepare_v3(connection_, sql.data(), int(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) {
      error = sqlite3_errmsg(connection_);
      return nullptr;
    }
    // What begins or ends a transaction counts as reading only, but answers no rows.
    Prepared made{.statement = statement};
    made.is_query = sqlite3_stmt_readonly(statement) != 0 && sqlite3_column_count(statement) > 0 &&
                    !changes_all_;
    made.changes_all = changes_all_;
    made.tables = made.is_query ? read_ : changed_;
    known = statements_.emplace(sql, std::move(made)).first;
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
    if (turn_ == Turn::marked) {
      turn_ = Turn::saved;
      run("SAVEPOINT turn", {});
    }
    note_change(*found);
    return step(*found, values);
  }
  if (is_fresh(*found) && found->values == values) return {found->rows, ""};
  Attempt attempt = step(*found, values);
  bool is_little = attempt.rows.rows.size() <= 8;
  if (!is_little || !attempt.error.empty()) return attempt;
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

// The Database port over real SQLite, in memory or in a file: for tests, where a World lasts as
// long as one transaction that is rolled back at its end.
#pragma once

#include <array>
#include <unordered_map>

#include "shared/host/host.h"

struct sqlite3;
struct sqlite3_stmt;

namespace fairway::test {

// A cheap hash over a few letters: statements are few, and differ in length or soon after.
struct SqlHash {
  using is_transparent = void;
  size_t operator()(std::string_view sql) const {
    size_t hash = sql.size();
    for (size_t i = 0; i < sql.size(); i += 1 + sql.size() / 16) {
      hash = hash * 31 + uint8_t(sql[i]);
    }
    return hash;
  }
};

class SqliteDatabase final : public Database {
 public:
  // Opens a database in memory.
  SqliteDatabase();
  // Opens a copy of a database image.
  explicit SqliteDatabase(std::string_view image);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  using Database::run;
  // An SQL error ends the program, as it does at the edge.
  Rows run(std::string_view sql, std::vector<Value> values) override;

  // The whole database as a file's bytes.
  std::string image();

  // From here on until keep_turn or take_turn_back, which takes back what was written since.
  void mark_turn() { turn_ = Turn::marked; }
  void keep_turn();
  void take_turn_back();

  // The same for SQL that somebody else wrote: the error's words instead of an end.
  struct Attempt {
    Rows rows;
    std::string error;  // "" when it worked
  };
  Attempt attempt(std::string_view sql, const std::vector<Value>& values);

 private:
  // A statement, and what it answered last, if that was little: the pump looks at the same rows
  // many times before one of them changes. So no statement may ask for the time or by chance.
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    bool is_query = false;  // reads only, and answers rows
    std::vector<Value> values = {};
    Rows rows = {};
    int64_t as_of = -1;  // writes_ at that time
    // Into tables_: what it reads, or, when it is no query, what it changes.
    std::vector<size_t> tables = {};
    bool changes_all = false;  // more than rows of these, or what cannot be told
  };
  struct Recent {
    std::string_view sql;  // the key in statements_
    Prepared* prepared = nullptr;
  };

  struct Table {
    std::string name;
    int64_t written_as = 0;  // writes_ after it was changed last
  };
  // Most turns write nothing: a savepoint is made when one does.
  enum class Turn { free, marked, saved };

  static int note_access(void* self, int action, const char* table, const char* column,
                         const char* database, const char* trigger);
  void add_access(int action, const char* table);
  Prepared* prepared(std::string_view sql, std::string& error);
  bool is_fresh(const Prepared& prepared) const;
  void note_change(const Prepared& prepared);
  Attempt step(Prepared& prepared, const std::vector<Value>& values);

  sqlite3* connection_ = nullptr;
  std::unordered_map<std::string, Prepared, SqlHash, std::equal_to<>> statements_;
  std::array<Recent, 512> recent_;  // by where the text lay
  int64_t writes_ = 0;              // statements that were no queries
  std::vector<Table> tables_;
  int64_t all_written_as_ = 0;  // writes_ after something changed that is no row of a table
  // What the statement that is being prepared reads and changes.
  std::vector<size_t> read_, changed_;
  bool changes_all_ = false;
  Turn turn_ = Turn::free;
};

}  // namespace fairway::test

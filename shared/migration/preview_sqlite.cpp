#include "shared/migration/preview_sqlite.h"

#include <array>

#include "shared/base/text.h"

namespace fairway {
namespace {

int count_steps(void* context) {
  auto& budget = *static_cast<StepBudget*>(context);
  budget.left -= StepBudget::steps_at_once;
  const bool is_stopped = budget.stop != nullptr && budget.stop->load(std::memory_order_relaxed);
  return budget.left < 0 || is_stopped ? 1 : 0;
}

struct Switch {
  int option;
  int on;
};

// What an untrusted schema could use is off; old schemas with names in "double quotes" where a text
// is meant must still load and be copied.
constexpr std::array<Switch, 8> switches = {{
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_ENABLE_FKEY, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 1},
    {SQLITE_DBCONFIG_DQS_DML, 1},
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
}};

struct Limit {
  int category;
  int value;
};

constexpr std::array<Limit, 9> sqlite_limits = {{
    {SQLITE_LIMIT_SQL_LENGTH, 4 << 20},
    {SQLITE_LIMIT_COLUMN, 2'000},
    {SQLITE_LIMIT_EXPR_DEPTH, 1'000},
    {SQLITE_LIMIT_COMPOUND_SELECT, 500},
    {SQLITE_LIMIT_VDBE_OP, 25'000'000},
    {SQLITE_LIMIT_ATTACHED, 2},  // VACUUM INTO attaches its target
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1'000},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
    {SQLITE_LIMIT_WORKER_THREADS, 0},
}};

constexpr std::string_view settings =
    "PRAGMA journal_mode=MEMORY; PRAGMA temp_store=MEMORY; PRAGMA synchronous=OFF;"
    "PRAGMA cell_size_check=ON; PRAGMA ignore_check_constraints=ON; PRAGMA cache_size=-4000;"
    "PRAGMA mmap_size=0;";

}  // namespace

std::string DatabasePlace::uri() const {
  return cat({"file:", url_encode(path), "?vfs=", file_system});
}

std::optional<Failure> Connection::open(const DatabasePlace& place, StepBudget& budget,
                                        int64_t length_max) {
  budget_ = &budget;
  const int result =
      sqlite3_open_v2(place.uri().c_str(), &database_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, nullptr);
  if (result != SQLITE_OK) return failure(result, "opening");
  for (const Switch& one : switches) sqlite3_db_config(database_, one.option, one.on, nullptr);
  for (const Limit& one : sqlite_limits) sqlite3_limit(database_, one.category, one.value);
  sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, static_cast<int>(length_max));
  sqlite3_drop_modules(database_, nullptr);
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_progress_handler(database_, StepBudget::steps_at_once, count_steps, budget_);
  return execute(settings);
}

void Connection::close() {
  sqlite3_close(database_);
  database_ = nullptr;
}

std::optional<Failure> Connection::execute(std::string_view sql) {
  const std::string text(sql);
  const int result = sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return failure(result, "reading");
  return std::nullopt;
}

Failure Connection::failure(int result, std::string_view doing) const {
  const std::string words = database_ != nullptr ? sqlite3_errmsg(database_) : "";
  constexpr const char* kept =
      "You: open the project in the builder again, save, and try again. "
      "Nothing was changed.";
  switch (result & 0xff) {
    case SQLITE_INTERRUPT:
      return fix_input("preview_too_much_work",
                       "Reading the preview database takes far more steps than its size explains, "
                       "so it was stopped: the file is damaged or was made to be endless.",
                       kept);
    case SQLITE_NOMEM:
    case SQLITE_FULL:
      return fix_input("preview_no_memory",
                       "There is not enough memory for the preview database and its copy.",
                       "You: close other tabs or delete data that you do not need, and try again.");
    case SQLITE_NOTADB:
      return fix_input("preview_not_a_database", "SQLite does not know this file as a database.",
                       kept);
    case SQLITE_CORRUPT:
      return corrupt_preview(words);
    case SQLITE_TOOBIG:
      return fix_input("preview_too_large",
                       "A value or a definition in the preview database is larger than it can be.",
                       kept);
    default:
      break;
  }
  if (words.find("malformed database schema") != std::string::npos) return corrupt_preview(words);
  if (words.find("no such collation sequence") != std::string::npos) {
    return fix_input(
        "preview_collation_missing",
        cat({"The preview database needs a collation of its own: ", words, "."}),
        "You: use BINARY, NOCASE or RTRIM in its place; the new database has no other.");
  }
  if (words.find("unknown function") != std::string::npos ||
      words.find("no such function") != std::string::npos) {
    return fix_input(
        "preview_function_missing",
        cat({"An index of the preview database needs a function of its own: ", words, "."}),
        "You: drop that index; the new database does not have the function.");
  }
  return report_bug("preview_unreadable",
                    cat({"SQLite stopped while ", doing, " the preview database: ", words, " (",
                         decimal(result), ")."}),
                    "Fairway: please report this. Nothing was changed.");
}

Statement::Statement(const Connection& connection, std::string_view sql) {
  result_ = sqlite3_prepare_v2(connection.get(), sql.data(), static_cast<int>(sql.size()),
                               &statement_, nullptr);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

Failure corrupt_preview(std::string_view what) {
  return fix_input("preview_corrupt", cat({"The preview database is damaged: ", what, "."}),
                   "You: open the project in the builder again, save, and try again; or repair a "
                   "copy with `sqlite3 broken.db .recover`. Nothing was changed.");
}

}  // namespace fairway

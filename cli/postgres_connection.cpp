#include "cli/postgres_connection.h"

#include <libpq-fe.h>

#include "cli/terminal.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

// Runs in a signal handler: PQcancel is made for that.
void cancel_statement(void* context) {
  char words[256];
  if (auto* cancel = *static_cast<PGcancel**>(context)) PQcancel(cancel, words, sizeof words);
}

std::string state_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state != nullptr ? state : "";
}

// The server's message with its detail, on one line.
std::string words_of(const PGresult* result) {
  std::string words;
  for (const int field : {PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_MESSAGE_DETAIL, PG_DIAG_CONTEXT}) {
    const char* text = PQresultErrorField(result, field);
    if (text == nullptr) continue;
    if (!words.empty()) words += "; ";
    words += text;
  }
  return words.empty() ? std::string(trim(PQresultErrorMessage(result))) : words;
}

Failure not_connected(PGconn* connection) {
  const std::string words(trim(PQerrorMessage(connection)));
  const bool sign_in = PQconnectionNeedsPassword(connection) == 1 ||
                       words.find("authentication") != std::string::npos ||
                       words.find("pg_hba") != std::string::npos ||
                       words.find("role ") != std::string::npos;
  if (sign_in) {
    return ask_permission("target_sign_in", cat({"PostgreSQL does not let us in: ", words, "."}),
                          "You: check user and password; a password may stand in PGPASSWORD or "
                          "~/.pgpass. Nothing was changed.");
  }
  if (words.find("does not exist") != std::string::npos ||
      words.find("invalid") != std::string::npos) {
    return fix_input("target_url", cat({"There is no such database: ", words, "."}),
                     "You: check the URL, or make the database first. Nothing was changed.");
  }
  return retry_later("target_lost", cat({"PostgreSQL cannot be reached: ", words, "."}),
                     "You: check host, port and network, and try again. Nothing was changed.");
}

}  // namespace

PostgresConnection::PostgresConnection(pg_conn* connection)
    : connection_(connection), cancel_(std::make_unique<pg_cancel*>(PQgetCancel(connection))) {
  on_cancel(cancel_statement, cancel_.get());
}

PostgresConnection::PostgresConnection(PostgresConnection&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), cancel_(std::move(other.cancel_)) {}

PostgresConnection::~PostgresConnection() {
  if (connection_ == nullptr) return;
  on_cancel(nullptr, nullptr);
  PQfreeCancel(*cancel_);
  PQfinish(connection_);
}

Outcome<PostgresConnection> PostgresConnection::open(const std::string& url) {
  const char* const keywords[] = {"dbname", "application_name", "connect_timeout",
                                  "client_encoding", nullptr};
  const char* const values[] = {url.c_str(), "fairway", "30", "UTF8", nullptr};
  PGconn* connection = PQconnectdbParams(keywords, values, 1);
  if (connection == nullptr) return retry_later("target_lost", "There is no memory left.");
  if (PQstatus(connection) != CONNECTION_OK) {
    Failure failure = not_connected(connection);
    PQfinish(connection);
    return failure;
  }
  PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  return PostgresConnection(connection);
}

int PostgresConnection::server_version() const { return PQserverVersion(connection_); }
bool is_refusal(const Failure& failure) {
  return failure.code == "target_refused" || failure.code == "target_limit" ||
         failure.code == "target_permission";
}

bool PostgresConnection::is_alive() const { return PQstatus(connection_) == CONNECTION_OK; }

Failure PostgresConnection::failure(std::string_view words, std::string_view state) const {
  if (cancelled()) return cancelled_failure();
  if (!is_alive()) {
    return retry_later("target_lost",
                       cat({"The connection to PostgreSQL broke off: ", trim(words), "."}),
                       "You: run the same command again.");
  }
  const std::string message = cat({"PostgreSQL refused: ", trim(words), state.empty() ? "" : " (",
                                   state, state.empty() ? "." : ")."});
  if (state == "42501") {
    return ask_permission("target_permission", message,
                          "You: ask the owner of the database for the right to make tables in the "
                          "schema. Nothing was kept.");
  }
  if (state.starts_with("54")) {
    return fix_input("target_limit", message,
                     "You: PostgreSQL has a limit there that SQLite has not; split the table, or "
                     "leave out what is too large. Nothing was kept.");
  }
  if (state == "55P03") {
    return retry_later("target_locked", message,
                       "You: run the same command again when that session has ended its "
                       "transaction. Nothing was changed.");
  }
  if (state.starts_with("53")) {
    return retry_later("target_full", message,
                       "You: make room on the server, and try again. Nothing was kept.");
  }
  return report_bug("target_refused", message);
}

std::optional<Failure> PostgresConnection::execute(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    return std::nullopt;
  }
  if (result == nullptr) return failure(PQerrorMessage(connection_), "");
  const char* primary = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
  refusal_ = primary == nullptr ? "" : primary;
  return failure(words_of(result.get()), state_of(result.get()));
}

Outcome<TextTable> PostgresConnection::query_typed(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
    if (result == nullptr) return failure(PQerrorMessage(connection_), "");
    return failure(words_of(result.get()), state_of(result.get()));
  }
  TextTable table;
  const int columns = PQnfields(result.get());
  for (int j = 0; j < columns; ++j) table.types.push_back(PQftype(result.get(), j));
  const int rows = PQntuples(result.get());
  for (int i = 0; i < rows; ++i) {
    auto& row = table.rows.emplace_back();
    for (int j = 0; j < columns; ++j) {
      if (PQgetisnull(result.get(), i, j) == 1) {
        row.push_back(std::nullopt);
      } else {
        row.emplace_back(std::in_place, PQgetvalue(result.get(), i, j),
                         static_cast<size_t>(PQgetlength(result.get(), i, j)));
      }
    }
  }
  return table;
}

Outcome<std::vector<TextRow>> PostgresConnection::query(const std::string& sql) {
  auto table = query_typed(sql);
  if (!table.ok()) return table.failure();
  std::vector<TextRow> rows;
  for (auto& cells : table->rows) {
    auto& row = rows.emplace_back();
    for (auto& cell : cells) row.push_back(cell ? std::move(*cell) : "");
  }
  return rows;
}

std::optional<Failure> PostgresConnection::begin_copy(const std::string& sql) {
  const Result result(PQexec(connection_, sql.c_str()));
  if (PQresultStatus(result.get()) == PGRES_COPY_IN) return std::nullopt;
  if (result == nullptr) return failure(PQerrorMessage(connection_), "");
  return failure(words_of(result.get()), state_of(result.get()));
}

std::optional<Failure> PostgresConnection::put_copy(std::string_view bytes) {
  if (cancelled()) return cancelled_failure();
  if (PQputCopyData(connection_, bytes.data(), static_cast<int>(bytes.size())) == 1) {
    return std::nullopt;
  }
  return failure(PQerrorMessage(connection_), "");
}

std::optional<Failure> PostgresConnection::end_copy() {
  if (PQputCopyEnd(connection_, nullptr) != 1) return failure(PQerrorMessage(connection_), "");
  return end_results();
}

void PostgresConnection::abort_copy() {
  PQputCopyEnd(connection_, "the sender stopped");
  end_results();
}

std::optional<Failure> PostgresConnection::end_results() {
  std::optional<Failure> first;
  while (PGresult* next = PQgetResult(connection_)) {
    const Result result(next);
    const auto status = PQresultStatus(next);
    if (status != PGRES_COMMAND_OK && !first) first = failure(words_of(next), state_of(next));
    if (status == PGRES_COPY_IN) break;  // the connection is gone
  }
  return first;
}

}  // namespace fairway::cli

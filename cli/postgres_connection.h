// A connection to PostgreSQL by libpq. Ctrl-C reaches the server while a statement runs.
//
// Failures: ask_permission `target_sign_in` when the server does not let us in, fix_input
// `target_url` for a wrong address, retry_later `target_lost` when the connection breaks off,
// with the server's words when it refuses a statement report_bug `target_refused`, ask_permission
// `target_permission`, fix_input `target_limit`, retry_later `target_full` or `target_locked`
// (another session holds a lock for longer than lock_timeout); retry_later `cancelled`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/outcome.h"

struct pg_conn;
struct pg_cancel;

namespace fairway::cli {

using TextRow = std::vector<std::string>;

struct TextTable {
  std::vector<unsigned> types;  // the OIDs of the columns' types
  std::vector<std::vector<std::optional<std::string>>> rows;
};

// The server did not take a statement and is ready for others.
bool is_refusal(const Failure& failure);

class PostgresConnection {
 public:
  static Outcome<PostgresConnection> open(const std::string& url);
  PostgresConnection(PostgresConnection&& other) noexcept;
  PostgresConnection& operator=(PostgresConnection&&) = delete;
  ~PostgresConnection();

  int server_version() const;  // 150018
  bool is_alive() const;

  // Runs statements without an answer.
  std::optional<Failure> execute(const std::string& sql);
  // What the server said to the last one that it refused, without detail.
  const std::string& refusal() const { return refusal_; }
  // The rows of one statement; NULL is "".
  Outcome<std::vector<TextRow>> query(const std::string& sql);
  Outcome<TextTable> query_typed(const std::string& sql);

  // COPY ... FROM stdin: begin, any number of pieces, end. A failure of ours ends it with
  // abort_copy.
  std::optional<Failure> begin_copy(const std::string& sql);
  std::optional<Failure> put_copy(std::string_view bytes);
  std::optional<Failure> end_copy();
  void abort_copy();

 private:
  explicit PostgresConnection(pg_conn* connection);
  Failure failure(std::string_view words, std::string_view state) const;
  std::optional<Failure> end_results();

  pg_conn* connection_;
  std::string refusal_;
  std::unique_ptr<pg_cancel*> cancel_;
};

}  // namespace fairway::cli

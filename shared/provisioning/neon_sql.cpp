// SQL over HTTP as Neon's serverless driver speaks it: POST /sql, one transaction a request, every
// value a text (neondatabase/neon, proxy/src/serverless).
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/answers.h"
#include "shared/provisioning/provisioning.h"

namespace fairway {

using namespace provisioning_detail;

namespace {

constexpr std::string_view provider = "The database";
// Building an index or summing a large table takes its time.
constexpr int64_t transaction_timeout_ms = 5 * minute_ms;
constexpr size_t words_bytes_max = 1'000;
constexpr size_t state_bytes = 5;

enum class Reading { no, yes };

Json statement_json(const NeonStatement& statement) {
  Json params = Json::array();
  for (const auto& value : statement.values) params.push_back(value ? Json(*value) : Json());
  return {{"query", statement.sql}, {"params", std::move(params)}};
}

Failure unexpected(std::string_view why) {
  return report_bug("unexpected_answer", cat({"The database answered what nobody asked: ", why}));
}

Failure sign_in_failed(std::string_view words) {
  return ask_permission("target_sign_in", cat({"The database does not let Fairway in: ", words}),
                        "You: check the user, the password and the database in the address.");
}

// Classes of SQLSTATE that pass by themselves: connections, resources, shutdown and start, locks,
// conflicts of transactions. A full disk does not.
bool is_passing(std::string_view state) {
  return state.starts_with("08") || state.starts_with("40") || state == "53200" ||
         state == "53300" || state == "55P03" || state.starts_with("57P");
}

// The proxy's own words have no SQLSTATE.
Failure refused_by_proxy(std::string_view words) {
  const std::string lower = lower_ascii(words);
  const auto has = [&](std::string_view part) { return lower.find(part) != std::string::npos; };
  if (has("exceeded") || has("quota")) {
    return ask_permission("provider_quota", cat({"Neon refuses the database: ", words}),
                          "The operator's plan at Neon must be extended.");
  }
  if (has("password") || has("authenticat") || has("not be found") || has("not found") ||
      has("disabled") || has("not permitted")) {
    return sign_in_failed(words);
  }
  if (has("connect") || has("starting") || has("control plane") || has("timeout") ||
      has("timed out") || has("try again")) {
    return retry_later("database_busy", cat({"The database cannot be reached: ", words}));
  }
  return report_bug("unexpected_answer", cat({"Neon refused to run a statement: ", words}));
}

Outcome<NeonAnswer> refusal_of(std::string_view body) {
  const auto json = parse_json(body);
  if (!json.ok()) return unexpected(to_utf8(body, words_bytes_max));
  const std::string words =
      to_utf8(text_or(*json, "message", text_or(*json, "msg", "no reason given")), words_bytes_max);
  const std::string state = text_or(*json, "code", "");
  if (state.size() != state_bytes) return refused_by_proxy(words);
  if (state.starts_with("28") || state == "3D000") return sign_in_failed(words);
  if (state == "53100") {
    return ask_permission("provider_quota", cat({"The database is full: ", words}),
                          "The operator's plan at the provider must be extended.");
  }
  if (is_passing(state)) {
    return retry_later("database_busy", cat({"The database is busy: ", words}));
  }
  NeonAnswer answer;
  answer.refusal =
      SqlRefusal{state, words, text_or(*json, "schema", ""), text_or(*json, "table", "")};
  return answer;
}

std::optional<std::string> read_row(const Json& row, size_t columns, NeonResult& result) {
  if (!row.is_array() || row.size() != columns) return "a row that is no list of its columns";
  std::vector<NeonCell> cells;
  for (const Json& cell : row) {
    if (cell.is_null()) {
      cells.emplace_back();
    } else if (cell.is_string()) {
      cells.emplace_back(cell.get<std::string>());
    } else {
      return "a value that is no text";
    }
  }
  result.rows.push_back(std::move(cells));
  return std::nullopt;
}

Outcome<NeonResult> result_of(const Json& json) {
  NeonResult result;
  const Json& fields = member(json, "fields");
  const Json& rows = member(json, "rows");
  if (!fields.is_array() || !rows.is_array()) return unexpected("no rows");
  for (const Json& field : fields) {
    result.types.push_back(static_cast<unsigned>(integer_or(field, "dataTypeID", 0)));
  }
  for (const Json& row : rows) {
    if (auto wrong = read_row(row, fields.size(), result)) return unexpected(*wrong);
  }
  return result;
}

Outcome<NeonAnswer> answer_of(const HttpResponse& response, size_t statements) {
  if (response.status == 400) return refusal_of(response.body);
  if (response.status == 413) {
    return report_bug("too_large", "The database takes no request of that size.");
  }
  if (response.status != 200) {
    const auto json = parse_json(response.body);
    return refused(provider, "run a statement", response.status,
                   json.ok() ? text_or(*json, "message", "") : "");
  }
  auto json = json_of(provider, response);
  if (!json.ok()) return json.failure();
  const Json& results = member(*json, "results");
  if (!results.is_array()) return unexpected("no results");
  if (statements > 0 && results.size() != statements) return unexpected("other statements");
  NeonAnswer answer;
  for (const Json& one : results) {
    auto result = result_of(one);
    if (!result.ok()) return result.failure();
    answer.results.push_back(std::move(*result));
  }
  return answer;
}

HttpRequest transaction_request(NeonAccess access, BodyPiece body, Reading reading) {
  HttpRequest request;
  request.method = "POST";
  request.url = std::move(access.url);
  request.headers = {{"neon-connection-string", std::move(access.connection)},
                     {"neon-raw-text-output", "true"},
                     {"neon-array-mode", "true"},
                     {"content-type", "application/json"}};
  if (reading == Reading::yes) {
    request.headers.push_back({"neon-batch-read-only", "true"});
    request.headers.push_back({"neon-batch-isolation-level", "RepeatableRead"});
  } else {
    request.headers.push_back({"neon-batch-isolation-level", "ReadCommitted"});
  }
  request.body.push_back(std::move(body));
  request.timeout_ms = transaction_timeout_ms;
  return request;
}

BodyPiece statements_piece(const std::vector<NeonStatement>& statements) {
  Json queries = Json::array();
  for (const auto& statement : statements) queries.push_back(statement_json(statement));
  return bytes_piece(to_text({{"queries", std::move(queries)}}));
}

}  // namespace

Outcome<NeonAccess> neon_access_of(std::string_view connection) {
  const size_t scheme = connection.find("://");
  std::string_view rest = scheme == std::string_view::npos ? "" : connection.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  std::string host(rest.substr(0, rest.find(':')));
  if (!connection.starts_with("postgres") || host.empty()) {
    return fix_input("target_url", "The address names no host of a PostgreSQL database.",
                     "You: write postgresql://user:password@host/database, as Neon shows it.");
  }
  const size_t dot = host.find('.');
  if (host.ends_with(".neon.tech") && dot != std::string::npos)
    host = cat({"api", host.substr(dot)});
  return NeonAccess{cat({"https://", host, "/sql"}), std::string(connection)};
}

Task<NeonAnswer> run_neon_transaction(Host& host, NeonAccess access,
                                      std::vector<NeonStatement> statements, Repeat repeat) {
  auto request = transaction_request(std::move(access), statements_piece(statements), Reading::no);
  auto response = co_await send_patiently(host, std::move(request), repeat);
  co_return answer_of(response, statements.size());
}

Task<NeonAnswer> read_neon(Host& host, NeonAccess access, std::vector<NeonStatement> statements) {
  auto request = transaction_request(std::move(access), statements_piece(statements), Reading::yes);
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  co_return answer_of(response, statements.size());
}

Task<NeonAnswer> send_neon_blob(Host& host, NeonAccess access, std::string blob_key) {
  auto piece = blob_piece(std::move(blob_key));
  auto request = transaction_request(std::move(access), std::move(piece), Reading::no);
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  co_return answer_of(response, 0);
}

Failure failure_of(const SqlRefusal& refusal) {
  const std::string message =
      cat({"PostgreSQL refused: ", refusal.message, " (", refusal.state, ")."});
  if (refusal.state == "42501") {
    return ask_permission("target_permission", message,
                          "You: ask the owner of the database for the right to make schemas and "
                          "tables in it.");
  }
  if (refusal.state.starts_with("54")) {
    return fix_input("target_limit", message,
                     "You: PostgreSQL has a limit there that SQLite has not; split the table, or "
                     "leave out what is too large.");
  }
  return report_bug("target_refused", message);
}

}  // namespace fairway

// Hrana over HTTP, version 2: POST /v2/pipeline (tursodatabase/libsql, docs/HTTP_V2_SPEC.md).
// Every request closes its stream, so no baton outlives it.
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/answers.h"
#include "shared/provisioning/provisioning.h"

namespace fairway {

using namespace provisioning_detail;

namespace {

constexpr std::string_view provider = "The database";
constexpr int64_t statement_timeout_ms = minute_ms;

// Integers travel as decimal strings, blobs as base64; reals as JSON numbers.
Json value_json(const Value& value) {
  if (auto* number = std::get_if<int64_t>(&value)) {
    return {{"type", "integer"}, {"value", decimal(*number)}};
  }
  if (auto* real = std::get_if<double>(&value)) return {{"type", "float"}, {"value", *real}};
  if (auto* text = std::get_if<std::string>(&value)) return {{"type", "text"}, {"value", *text}};
  if (auto* blob = std::get_if<Bytes>(&value)) {
    return {{"type", "blob"}, {"base64", base64(blob->bytes)}};
  }
  return {{"type", "null"}};
}

std::optional<Value> value_of(const Json& json) {
  std::string type = text_or(json, "type", "");
  const Json& value = member(json, "value");
  if (type == "null") return Value{};
  if (type == "integer" && value.is_string()) {
    auto number = parse_decimal(value.get<std::string>());
    return number ? std::optional<Value>(*number) : std::nullopt;
  }
  if (type == "float" && value.is_number()) return Value{value.get<double>()};
  if (type == "text" && value.is_string()) return Value{value.get<std::string>()};
  if (type == "blob") {
    auto bytes = from_base64(text_or(json, "base64", ""));
    return bytes ? std::optional<Value>(Bytes{std::move(*bytes)}) : std::nullopt;
  }
  return std::nullopt;
}

Json statement_json(const HranaStatement& statement) {
  Json args = Json::array();
  for (const auto& value : statement.values) args.push_back(value_json(value));
  return {{"sql", statement.sql}, {"args", std::move(args)}, {"want_rows", true}};
}

Failure unexpected(std::string_view why) {
  return report_bug("unexpected_answer", cat({"The database answered what nobody asked: ", why}));
}

Failure sql_refused(const Json& error) {
  std::string code = text_or(error, "code", "");
  std::string message = to_utf8(text_or(error, "message", "no reason given"), 500);
  if (code == "BLOCKED") {
    return ask_permission("provider_quota", cat({"Turso has blocked the database: ", message}),
                          "The operator's plan at Turso must be extended.");
  }
  if (code == "SQLITE_BUSY" || code == "TRANSACTION_BUSY" || code == "TRANSACTION_TIMEOUT") {
    return retry_later("database_busy", cat({"The database is busy: ", message}));
  }
  return report_bug("sql_refused", cat({"The database refused a statement: ", message}));
}

Outcome<HranaResult> result_of(const Json& json) {
  HranaResult result;
  result.changes = integer_or(json, "affected_row_count", 0);
  const Json& rows = member(json, "rows");
  if (!rows.is_array()) return unexpected("no rows");
  for (const Json& row : rows) {
    if (!row.is_array()) return unexpected("a row that is no list");
    std::vector<Value> values;
    for (const Json& cell : row) {
      auto value = value_of(cell);
      if (!value) return unexpected("a value of no known type");
      values.push_back(std::move(*value));
    }
    result.rows.push_back(std::move(values));
  }
  return result;
}

Task<HttpResponse> post_pipeline(Host& host, DatabaseAccess access, BodyPiece body, Repeat repeat) {
  auto request = plain_request("POST", cat({access.url, "/v2/pipeline"}), access.token);
  request.headers.push_back({"content-type", "application/json"});
  request.body.push_back(std::move(body));
  request.timeout_ms = statement_timeout_ms;
  auto response = co_await send_patiently(host, std::move(request), repeat);
  if (response.status == 200) co_return response;
  auto json = parse_json(response.body);
  std::string said = json.ok() ? text_or(*json, "error", text_or(*json, "message", "")) : "";
  co_return refused(provider, "run a statement", response.status, said);
}

// Sends requests and the close after them; the result of the last one, when none failed.
Task<Json> send_pipeline(Host& host, DatabaseAccess access, Json requests, Repeat repeat) {
  const size_t count = requests.size();
  requests.push_back({{"type", "close"}});
  Json body{{"requests", std::move(requests)}};
  auto piece = bytes_piece(to_text(body));
  auto response = co_await post_pipeline(host, std::move(access), std::move(piece), repeat);
  auto json = json_of(provider, response);
  if (!json.ok()) co_return json.failure();
  const Json& results = member(*json, "results");
  if (!results.is_array() || results.size() < count) co_return unexpected("no results");
  for (size_t i = 0; i < count; ++i) {
    if (text_or(results[i], "type", "") == "error") {
      co_return sql_refused(member(results[i], "error"));
    }
  }
  co_return Json(member(member(results[count - 1], "response"), "result"));
}

// BEGIN, each statement if the one before succeeded, COMMIT if the last did, else ROLLBACK.
Json transaction_json(const std::vector<HranaStatement>& statements) {
  Json steps = Json::array();
  auto ok = [](size_t step) { return Json{{"type", "ok"}, {"step", step}}; };
  steps.push_back({{"stmt", statement_json({"BEGIN IMMEDIATE", {}})}});
  for (const auto& statement : statements) {
    steps.push_back({{"condition", ok(steps.size() - 1)}, {"stmt", statement_json(statement)}});
  }
  size_t commit = steps.size();
  steps.push_back({{"condition", ok(commit - 1)}, {"stmt", statement_json({"COMMIT", {}})}});
  Json not_committed{{"type", "not"}, {"cond", ok(commit)}};
  steps.push_back({{"condition", not_committed}, {"stmt", statement_json({"ROLLBACK", {}})}});
  return {{"type", "batch"}, {"batch", {{"steps", std::move(steps)}}}};
}

Json execute_json(const HranaStatement& statement) {
  return {{"type", "execute"}, {"stmt", statement_json(statement)}};
}

// Whether every step of a transaction worked, the COMMIT at `commit` too.
Outcome<Done> committed(const Json& result, size_t commit) {
  const Json& errors = member(result, "step_errors");
  if (!errors.is_array() || errors.size() <= commit) return unexpected("a batch without steps");
  for (size_t i = 0; i <= commit; ++i) {
    if (!errors[i].is_null()) return sql_refused(errors[i]);
  }
  return Done{};
}

}  // namespace

Task<HranaResult> run_statement(Host& host, DatabaseAccess access, HranaStatement statement) {
  Json requests = Json::array({execute_json(statement)});
  auto result =
      co_await send_pipeline(host, std::move(access), std::move(requests), Repeat::harmless);
  co_return result_of(result);
}

Task<std::string> send_pipeline_blob(Host& host, DatabaseAccess access, std::string blob_key) {
  auto piece = blob_piece(std::move(blob_key));
  auto response =
      co_await post_pipeline(host, std::move(access), std::move(piece), Repeat::harmless);
  co_return std::move(response.body);
}

Task<Done> run_transaction(Host& host, DatabaseAccess access, std::string setting,
                           std::vector<std::string> texts) {
  std::vector<HranaStatement> statements;
  for (auto& text : texts) statements.push_back({std::move(text), {}});
  size_t commit = statements.size() + 1;
  Json requests =
      Json::array({execute_json({std::move(setting), {}}), transaction_json(statements)});
  auto result =
      co_await send_pipeline(host, std::move(access), std::move(requests), Repeat::unknown);
  co_return committed(result, commit);
}

}  // namespace fairway

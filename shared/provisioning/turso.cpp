// Turso's Platform API and file upload (docs.turso.tech/api-reference; upload rules: "Import
// a SQLite file"). Names are the only idempotency key: a repeated create answers 409.
#include <algorithm>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/answers.h"
#include "shared/provisioning/provisioning.h"

namespace fairway {

using namespace provisioning_detail;

namespace {

constexpr std::string_view provider = "Turso";
constexpr int64_t upload_timeout_ms = 10 * minute_ms;  // of all chunks, too
constexpr int64_t chunk_timeout_ms = minute_ms;
constexpr int64_t chunk_bytes_min = 4 << 10;

std::string databases_url(const Settings& settings, std::string_view rest) {
  return cat({settings.turso_api_url, "/v1/organizations/", url_encode(settings.turso_org_id),
              "/databases", rest});
}

std::string database_url(const Settings& settings, std::string_view name, std::string_view rest) {
  return databases_url(settings, cat({"/", url_encode(name), rest}));
}

// Errors are {"error": "<text>"}.
std::string said(const HttpResponse& response) {
  auto json = parse_json(response.body);
  return json.ok() ? text_or(*json, "error", "") : response.body;
}

}  // namespace

void to_json(Json& json, const TursoDatabase& database) {
  json = {{"name", database.name}, {"id", database.id}, {"hostname", database.hostname}};
}
void from_json(const Json& json, TursoDatabase& database) {
  database.name = text_or(json, "name", "");
  database.id = text_or(json, "id", "");
  database.hostname = text_or(json, "hostname", "");
}

Task<std::optional<TursoDatabase>> find_turso_database(Host& host, std::string name) {
  auto request =
      plain_request("GET", database_url(host.settings, name, ""), host.settings.turso_api_token);
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  if (response.status == 404) co_return std::optional<TursoDatabase>();
  if (response.status != 200) {
    co_return refused(provider, "look a database up", response.status, said(response));
  }
  auto json = json_of(provider, response);
  if (!json.ok()) co_return json.failure();
  const Json& found = member(*json, "database");
  TursoDatabase database{text_or(found, "Name", ""), text_or(found, "DbId", ""),
                         text_or(found, "Hostname", "")};
  if (database.hostname.empty()) {
    co_return report_bug("unexpected_answer", "Turso described a database without its host name.");
  }
  co_return std::optional<TursoDatabase>(std::move(database));
}

Task<Making> make_turso_database(Host& host, std::string name) {
  Json body{{"name", name},
            {"group", host.settings.turso_group},
            {"seed", {{"type", "database_upload"}}}};
  auto request =
      json_request("POST", databases_url(host.settings, ""), host.settings.turso_api_token, body);
  auto response = co_await send_patiently(host, std::move(request), Repeat::unknown);
  // 422 is an older answer for a name that is not available.
  if (response.status == 409 || response.status == 422) co_return Making::taken;
  if (response.status != 200) {
    co_return refused(provider, "create a database", response.status, said(response));
  }
  co_return Making::made;
}

Task<Done> remove_turso_database(Host& host, std::string name) {
  auto request =
      plain_request("DELETE", database_url(host.settings, name, ""), host.settings.turso_api_token);
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  if (response.status == 200 || response.status == 404) co_return Done{};
  co_return refused(provider, "remove a database", response.status, said(response));
}

Task<std::string> mint_turso_token(Host& host, std::string name) {
  auto request = plain_request(
      "POST",
      database_url(host.settings, name, "/auth/tokens?expiration=never&authorization=full-access"),
      host.settings.turso_api_token);
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  if (response.status != 200) {
    co_return refused(provider, "mint a database token", response.status, said(response));
  }
  auto json = json_of(provider, response);
  if (!json.ok()) co_return json.failure();
  std::string token = text_or(*json, "jwt", "");
  if (token.empty()) co_return report_bug("unexpected_answer", "Turso minted an empty token.");
  co_return token;
}

DatabaseAccess turso_access(const Settings& settings, const TursoDatabase& database,
                            std::string token) {
  return {fill(settings.turso_database_url, "{hostname}", database.hostname), std::move(token)};
}

namespace {

// Nothing documents how a database says that it was loaded before; but a draft answers no query.
Task<Done> refuse_upload(Host& host, DatabaseAccess access, HttpResponse response) {
  auto probe = co_await outcome_of(run_statement(host, std::move(access), {"SELECT 1", {}}));
  if (!probe.ok()) {
    co_return refused(provider, "take the database file", response.status, said(response));
  }
  co_return fix_input("not_a_draft", "The database holds data already and takes no upload.");
}

Task<Done> upload_whole(Host& host, DatabaseAccess access, std::vector<std::string> blob_keys) {
  auto request = plain_request("POST", cat({access.url, "/v1/upload"}), access.token);
  request.timeout_ms = upload_timeout_ms;
  request.headers.push_back({"content-type", "application/octet-stream"});
  for (auto& key : blob_keys) request.body.push_back(blob_piece(std::move(key)));
  auto response = co_await send_patiently(host, std::move(request), Repeat::unknown);
  if (response.status == 200) co_return Done{};
  co_return co_await refuse_upload(host, std::move(access), std::move(response));
}

// The pieces of `keys` that make up the bytes from `begin` to `end` of the image.
std::vector<BodyPiece> pieces_between(const std::vector<std::string>& keys, int64_t begin,
                                      int64_t end) {
  std::vector<BodyPiece> pieces;
  for (int64_t at = begin; at < end;) {
    int64_t part = at / limits::part_bytes_max;
    int64_t part_end = std::min(end, (part + 1) * limits::part_bytes_max);
    int64_t offset = at - part * limits::part_bytes_max;
    pieces.push_back(blob_part_piece(keys.at(size_t(part)), offset, part_end - at));
    at = part_end;
  }
  return pieces;
}

HttpRequest upload_request(const DatabaseAccess& access, std::string_view path) {
  auto request = plain_request("PUT", cat({access.url, path}), access.token);
  request.timeout_ms = chunk_timeout_ms;
  return request;
}

// The steps of an upload in chunks (the provider's own command line does the same): start tells the
// size of all chunks but the last, chunks may be sent again, finalize makes the database.
Task<int64_t> start_chunks(Host& host, DatabaseAccess access, int64_t size_bytes) {
  auto request = json_request("PUT", cat({access.url, "/v2/upload/start"}), access.token,
                              {{"db_size_bytes", size_bytes}});
  auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
  if (response.status != 200) {
    auto refusal = co_await outcome_of(refuse_upload(host, std::move(access), std::move(response)));
    co_return refusal.failure();
  }
  auto json = json_of(provider, response);
  if (!json.ok()) co_return json.failure();
  int64_t chunk_bytes = integer_or(*json, "chunk_size", 0);
  if (chunk_bytes < chunk_bytes_min) {
    co_return report_bug("unexpected_answer", "Turso asked for chunks of no usable size.");
  }
  co_return chunk_bytes;
}

Task<Done> upload_chunks(Host& host, DatabaseAccess access, std::vector<std::string> blob_keys,
                         int64_t size_bytes) {
  int64_t deadline_ms = host.clock.now_ms() + upload_timeout_ms;
  int64_t chunk_bytes = co_await start_chunks(host, access, size_bytes);
  for (int64_t number = 0; number * chunk_bytes < size_bytes; ++number) {
    auto request = upload_request(access, cat({"/v2/upload/chunk/", decimal(number)}));
    request.headers.push_back({"content-type", "application/octet-stream"});
    int64_t begin = number * chunk_bytes;
    request.body = pieces_between(blob_keys, begin, std::min(size_bytes, begin + chunk_bytes));
    auto response = co_await send_patiently(host, std::move(request), Repeat::harmless);
    bool is_taken = response.status == 200 || response.status == 201;
    if (is_taken && host.clock.now_ms() < deadline_ms) continue;
    if (is_taken) co_return retry_later("no_answer", "Turso takes the database too slowly.");
    co_return co_await refuse_upload(host, std::move(access), std::move(response));
  }
  auto request = upload_request(access, "/v2/upload/finalize");
  auto response = co_await send_patiently(host, std::move(request), Repeat::unknown);
  if (response.status == 200) co_return Done{};
  co_return co_await refuse_upload(host, std::move(access), std::move(response));
}

}  // namespace

Task<Done> upload_turso_image(Host& host, DatabaseAccess access, std::vector<std::string> blob_keys,
                              int64_t size_bytes) {
  auto set = parse_decimal(host.settings.turso_single_upload_bytes);
  if (size_bytes <= set.value_or(limits::single_upload_bytes_max)) {
    co_return co_await upload_whole(host, std::move(access), std::move(blob_keys));
  }
  co_return co_await upload_chunks(host, std::move(access), std::move(blob_keys), size_bytes);
}

}  // namespace fairway

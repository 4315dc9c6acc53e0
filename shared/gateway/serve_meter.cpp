#include "shared/gateway/serve_meter.h"

#include "shared/gateway/upstream.h"

namespace fairway {

namespace {

constexpr size_t borrowers_asked_max = 20;

std::vector<UsageRow> rows_of(const Json& list) {
  std::vector<UsageRow> rows;
  for (const Json& row : list) rows.push_back(usage_row_of(row));
  return rows;
}

Json failure_json(const Failure& failure) { return {{"failure", failure}}; }

Json open(const Books& books, const Json& question) {
  auto key = open_meter(books.database, books.account, question.at("key_id"), question.at("epoch"),
                        rows_of(question.at("rows")));
  if (!key) return failure_json(ask_permission("key_unknown", "There is no such key."));
  return {{"grant", grant_of(books, *key)}};
}

Json lend_json(const Books& books, const Json& question) {
  Loan loan{.key_id = question.at("key_id"),
            .epoch = question.at("epoch"),
            .number = question.at("loan"),
            .nanos_min = question.at("nanos_min"),
            .nanos_wanted = question.at("nanos_wanted")};
  auto lent = lend(books.database, loan, platform_limit_nanos(books.settings), books.now_ms);
  if (!lent.ok()) return failure_json(lent.failure());
  Json answer = {{"nanos", lent->nanos},
                 {"scope", lent->scope},
                 {"limit_nanos", lent->limit_nanos},
                 {"posted_nanos", lent->posted_nanos}};
  // Others may hold what is missing here, and need it no longer.
  answer["borrowers"] = lent->nanos < loan.nanos_min
                            ? borrowers(books.database, borrowers_asked_max)
                            : std::vector<std::string>{};
  return answer;
}

}  // namespace

Json serve_meter(const Books& books, const Json& question) {
  std::string verb = question.at("verb");
  if (verb == "open") return open(books, question);
  if (verb == "lend") return lend_json(books, question);
  if (verb == "grant") {
    auto key = find_app_key(books.database, question.at("key_id"));
    FAIRWAY_ASSERT(key.has_value());
    return {{"grant", grant_of(books, *key)}};
  }
  FAIRWAY_ASSERT(verb == "settle");
  settle(books.database, books.account,
         {.key_id = question.at("key_id"),
          .epoch = question.at("epoch"),
          .rows = rows_of(question.at("rows")),
          .return_number = question.at("return"),
          .returned_nanos = question.at("returned_nanos")});
  return Json::object();
}

KeyGrant grant_of(const Books& books, const AppKeyRow& key) {
  return {.key_id = key.id,
          .app_id = key.app_id,
          .secret_hash = key.secret_hash,
          .services = key.services,
          .models = key.models,
          .requests_per_minute = key.requests_per_minute,
          .expires_at_ms = key.expires_at_ms,
          .revoked_at_ms = key.revoked_at_ms,
          .markup_basis_points = markup_basis_points(books.settings),
          .own_keys = books.own_keys,
          .off_services = off_services(books.database, key, books.own_keys)};
}

}  // namespace fairway

// SQL that reads what was charged.
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/ledger.h"

namespace fairway {

namespace {

Json usage_json(const Row& row) {
  auto metadata = parse_json(row.text(9));
  FAIRWAY_ASSERT(metadata.ok());
  return {{"id", row.text(0)},
          {"app_id", row.text(1)},
          {"key_id", row.text(2)},
          {"service", row.text(3)},
          {"endpoint", row.text(4)},
          {"model", row.text(5)},
          {"units", row.integer(6)},
          {"unit_type", row.text(7)},
          {"cost_nanos", row.integer(8)},
          {"request", std::move(*metadata)},
          {"at_ms", row.integer(10)}};
}

// The first instant of a month ("2026-11") and of the one behind it.
struct Span {
  int64_t from_ms = 0;
  int64_t until_ms = 0;
};

Span span_of(std::string_view month) {
  // Months are at most 31 days: walking from 1970 by days is exact and cheap enough to be plain.
  Span span;
  int64_t year = parse_decimal(month.substr(0, 4)).value_or(1970);
  int64_t at_ms = (year - 1970) * 365 * day_ms;
  while (month_of(at_ms) < month) at_ms += day_ms;
  span.from_ms = at_ms;
  while (month_of(at_ms) == month) at_ms += day_ms;
  span.until_ms = at_ms;
  return span;
}

Json sums_by(Database& database, std::string_view what, const Span& span) {
  Json sums = Json::array();
  auto found = database.run(
      cat({"SELECT ", what, ", count(*), sum(units), sum(cost_nanos) FROM api_usage",
           " WHERE created_at >= ?1 AND created_at < ?2 GROUP BY 1 ORDER BY 4 DESC, 1 LIMIT 500"}),
      {span.from_ms, span.until_ms});
  for (const auto& row : found.rows) {
    sums.push_back({{"name", row.text(0)},
                    {"calls", row.integer(1)},
                    {"units", row.integer(2)},
                    {"cost_nanos", row.integer(3)}});
  }
  return sums;
}

Json sums_by_day(Database& database, const Span& span) {
  Json days = Json::array();
  auto found = database.run(
      "SELECT CAST((created_at - ?1) / 86400000 AS INTEGER), service, count(*), sum(cost_nanos)"
      " FROM api_usage WHERE created_at >= ?1 AND created_at < ?2 GROUP BY 1, 2 ORDER BY 1, 2",
      {span.from_ms, span.until_ms});
  for (const auto& row : found.rows) {
    days.push_back({{"day", row.integer(0) + 1},
                    {"service", row.text(1)},
                    {"calls", row.integer(2)},
                    {"cost_nanos", row.integer(3)}});
  }
  return days;
}

// What each app cost in the month before stands beside it.
Json sums_by_app(Database& database, const Span& span) {
  Json apps = sums_by(database, "app_id", span);
  Json before = sums_by(database, "app_id", span_of(month_of(span.from_ms - 1)));
  for (Json& app : apps) {
    app["previous_nanos"] = 0;
    for (const Json& earlier : before) {
      if (earlier.at("name") == app.at("name")) app["previous_nanos"] = earlier.at("cost_nanos");
    }
  }
  return apps;
}

}  // namespace

Json list_usage(Database& database, const UsageFilter& filter) {
  std::string sql =
      "SELECT id, app_id, key_id, service, endpoint, model, units, unit_type, cost_nanos,"
      " request_metadata, created_at FROM api_usage WHERE created_at >= ?1 AND created_at < ?2";
  std::vector<Value> values = {filter.from_ms,
                               filter.until_ms == 0 ? int64_t{1} << 52 : filter.until_ms};
  auto narrow = [&](std::string_view condition, const std::string& value) {
    if (value.empty()) return;
    values.emplace_back(value);
    sql += replace_all(cat({" AND ", condition}), "?", "?" + decimal(int64_t(values.size())));
  };
  narrow("app_id = ?", filter.app_id);
  narrow("key_id = ?", filter.key_id);
  narrow("service = ?", filter.service);
  narrow("model = ?", filter.model);
  narrow("(id = ? OR json_extract(request_metadata, '$.upstream_id') = ?)", filter.find);
  narrow("(created_at, id) < (SELECT created_at, id FROM api_usage WHERE id = ?)",
         filter.before_id);
  values.emplace_back(filter.count_max);
  sql += cat({" ORDER BY created_at DESC, id DESC LIMIT ?", decimal(int64_t(values.size()))});
  Json list = Json::array();
  for (const auto& row : database.run(sql, std::move(values)).rows) list.push_back(usage_json(row));
  return list;
}

Json usage_summary(Database& database, const std::string& month) {
  Span span = span_of(month);
  Spend spend = spend_of(database, std::string(account_scope), month);
  return {{"month", month},
          {"from_ms", span.from_ms},
          {"until_ms", span.until_ms},
          {"cost_nanos", spend.posted_nanos},
          {"lent_nanos", spend.lent_nanos},
          {"limit_nanos", spend_limit(database, std::string(account_scope))},
          {"services", sums_by(database, "service", span)},
          {"apps", sums_by_app(database, span)},
          {"keys", sums_by(database, "key_id", span)},
          {"models", sums_by(database, "model", span)},
          {"days", sums_by_day(database, span)}};
}

Json usage_months(Database& database) {
  Json months = Json::array();
  auto found = database.run(
      "SELECT period, service, calls, units, cost_nanos FROM api_usage_monthly"
      " ORDER BY period DESC, service LIMIT 1000");
  for (const auto& row : found.rows) {
    months.push_back({{"month", row.text(0)},
                      {"service", row.text(1)},
                      {"calls", row.integer(2)},
                      {"units", row.integer(3)},
                      {"cost_nanos", row.integer(4)}});
  }
  return months;
}

std::vector<SpendAlert> list_spend_alerts(Database& database) {
  std::vector<SpendAlert> alerts;
  auto found = database.run(
      "SELECT scope, month, percent, limit_nanos, at_ms FROM spend_alerts"
      " ORDER BY at_ms DESC, percent DESC LIMIT 200");
  for (const auto& row : found.rows) {
    alerts.push_back({.scope = row.text(0),
                      .month = row.text(1),
                      .percent = row.integer(2),
                      .limit_nanos = row.integer(3),
                      .at_ms = row.integer(4)});
  }
  return alerts;
}

}  // namespace fairway

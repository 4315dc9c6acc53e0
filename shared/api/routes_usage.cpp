// What was spent: sums, calls, exports, and the limits that were reached.
#include <algorithm>

#include "shared/api/routes.h"
#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/ledger.h"

namespace fairway::routes {

namespace {

constexpr int64_t calls_shown_max = 1'000;
constexpr int64_t calls_exported_max = 10'000;

std::string_view query_member(const std::string& query, std::string_view name) {
  for (auto part : split(query, '&')) {
    if (part.starts_with(name) && part.size() > name.size() && part[name.size()] == '=') {
      return part.substr(name.size() + 1);
    }
  }
  return "";
}

// Text after = + - @ would be taken as a formula by a spreadsheet.
std::string csv_cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) {
    text.insert(0, "'");
  }
  return cat({"\"", replace_all(std::move(text), "\"", "\"\""), "\""});
}

std::string csv_of(const Json& calls) {
  std::string csv =
      "time,call,app,key,service,endpoint,model,units,unit,cost_nanos,outcome,latency_ms,"
      "provider_request\r\n";
  for (const Json& call : calls) {
    const Json& request = call.at("request");
    std::vector<std::string> cells = {utc_text(call.at("at_ms").get<int64_t>())};
    for (auto name : {"id", "app_id", "key_id", "service", "endpoint", "model"}) {
      cells.push_back(csv_cell(call.at(name)));
    }
    cells.push_back(decimal(call.at("units").get<int64_t>()));
    cells.push_back(csv_cell(call.at("unit_type")));
    cells.push_back(decimal(call.at("cost_nanos").get<int64_t>()));
    cells.push_back(csv_cell(request.at("outcome")));
    cells.push_back(decimal(request.at("latency_ms").get<int64_t>()));
    cells.push_back(csv_cell(request.at("upstream_id")));
    csv += join(cells, ",") + "\r\n";
  }
  return csv;
}

ApiResponse export_of(std::string_view file, std::string_view type, std::string body) {
  ApiResponse answer;
  answer.headers = {{"content-type", std::string(type)},
                    {"content-disposition", cat({"attachment; filename=\"", file, "\""})},
                    {"cache-control", "no-store"}};
  answer.body = std::move(body);
  return answer;
}

bool is_month(std::string_view text) {
  if (text.size() != 7 || text[4] != '-') return false;
  int64_t year = parse_decimal(text.substr(0, 4)).value_or(0);
  int64_t month = parse_decimal(text.substr(5)).value_or(0);
  return year >= 2020 && year <= 2200 && month >= 1 && month <= 12;
}

// Whose limit it is, for people.
std::string owner_of(Database& database, const std::string& scope) {
  if (scope.starts_with("key:")) {
    auto key = find_app_key(database, scope.substr(4));
    return cat({"the key ", key ? key->name : scope.substr(4)});
  }
  if (!scope.starts_with("app:")) return scope == "platform" ? "this Fairway" : "your account";
  auto app = find_app(database, scope.substr(4));
  auto project = app ? find_project(database, app->project_id) : std::nullopt;
  return project ? project->name : "an app that is gone";
}

}  // namespace

Json alerts_json(Database& database) {
  Json list = Json::array();
  for (const auto& alert : list_spend_alerts(database)) {
    std::string limit = price_text(alert.limit_nanos);
    std::string whose = owner_of(database, alert.scope);
    std::string_view end =
        alert.percent == 100 ? " a month is reached: its calls stop" : " a month is spent";
    list.push_back(
        {{"at_ms", alert.at_ms},
         {"text", cat({decimal(alert.percent), " % of the limit of ", limit, " of ", whose, end})},
         {"kind", "spend"},
         {"project_id", ""}});
  }
  return list;
}

Task<ApiResponse> get_usage_current(Host& host, Call call) {
  int64_t now_ms = host.clock.now_ms();
  std::string month(query_member(call.request.query, "month"));
  if (month.empty()) month = month_of(now_ms);
  if (!is_month(month)) co_return fix_input("invalid_field", "month must be like 2026-11.");
  Json answer = usage_summary(host.database, month);
  int64_t from_ms = answer.at("from_ms"), until_ms = answer.at("until_ms");
  int64_t cost = answer.at("cost_nanos");
  int64_t passed_hours = std::max<int64_t>(1, (now_ms - from_ms) / hour_ms + 1);
  int64_t all_hours = (until_ms - from_ms) / hour_ms;
  bool is_over = now_ms >= until_ms;
  // As the month went so far; spread over hours, so that a large sum stays within 64 bits.
  answer["forecast_nanos"] =
      is_over ? cost
              : cost / passed_hours * all_hours + cost % passed_hours * all_hours / passed_hours;
  answer["now_ms"] = now_ms;
  co_return json_response(answer);
}

Task<ApiResponse> get_usage_history(Host& host, Call call) {
  const std::string& query = call.request.query;
  UsageFilter filter;
  auto text = [&](std::string_view name) {
    return url_decode(query_member(query, name)).value_or("");
  };
  auto number = [&](std::string_view name, int64_t otherwise) {
    return parse_decimal(query_member(query, name)).value_or(otherwise);
  };
  filter.app_id = text("app");
  filter.key_id = text("key");
  filter.service = text("service");
  filter.model = text("model");
  filter.before_id = text("before");
  filter.find = text("find");
  filter.from_ms = number("from_ms", 0);
  filter.until_ms = number("until_ms", 0);
  std::string format = text("format");
  bool is_export = format == "csv" || format == "json";
  filter.count_max = number("count", is_export ? calls_exported_max : 100);
  int64_t count_max = is_export ? calls_exported_max : calls_shown_max;
  if (filter.count_max < 1 || filter.count_max > count_max) {
    co_return fix_input("invalid_field",
                        cat({"count must be from 1 to ", grouped(count_max), "."}));
  }
  Json calls = list_usage(host.database, filter);
  if (format == "csv") co_return export_of("usage.csv", "text/csv; charset=utf-8", csv_of(calls));
  if (format == "json") co_return export_of("usage.json", "application/json", to_text(calls));
  bool has_more = int64_t(calls.size()) == filter.count_max;
  Json next = has_more ? calls.back().at("id") : Json();
  co_return json_response({{"calls", std::move(calls)},
                           {"next_before", std::move(next)},
                           {"months", usage_months(host.database)}});
}

}  // namespace fairway::routes

#include "web/state/usage.h"

#include <algorithm>

#include "shared/base/money.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "web/state/state.h"
#include "web/state/words.h"

namespace fairway {

std::optional<int64_t> parse_dollars(std::string_view text) {
  text = trim(text);
  if (text.starts_with('$')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string rest(point == std::string_view::npos ? std::string_view() : text.substr(point + 1));
  if (rest.size() > 9 || (whole.empty() && rest.empty())) return std::nullopt;
  rest.resize(9, '0');
  const bool is_number = whole.find_first_not_of("0123456789") == std::string_view::npos &&
                         rest.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || whole.size() > 7) return std::nullopt;
  const int64_t dollars = whole.empty() ? 0 : parse_decimal(whole).value_or(0);
  return dollars * nanos_per_dollar + parse_decimal(rest).value_or(0);
}

std::string service_words(std::string_view service) {
  for (const KeyService& known : key_services) {
    if (known.name == service) return std::string(known.title);
  }
  return std::string(service);
}

std::string app_words(const State& state, std::string_view app_id) {
  if (state.projects.value) {
    for (const message::Project& project : *state.projects.value) {
      if (project.app && project.app->id == app_id) return project.name;
    }
  }
  return "A deleted app";
}

std::string units_words(const message::UsageCall& call) {
  int64_t in = 0;
  int64_t out = 0;
  for (const auto& [name, amount] : call.buckets) {
    if (name == "input" || name.starts_with("cache_")) in += amount;
    if (name == "output") out += amount;
  }
  if (in != 0 || out != 0) return cat({grouped(in), " in, ", grouped(out), " out"});
  return cat({grouped(call.units), " ", call.unit_type});
}

int64_t days_of(const message::Usage& usage) {
  return std::clamp<int64_t>((usage.until_ms - usage.from_ms) / day_ms, 1, 31);
}

int64_t today_of(const message::Usage& usage) {
  return std::clamp<int64_t>((usage.now_ms - usage.from_ms) / day_ms + 1, 1, days_of(usage));
}

std::vector<int64_t> day_sums(const message::Usage& usage) {
  std::vector<int64_t> sums(static_cast<size_t>(days_of(usage)), 0);
  for (const message::UsageDay& day : usage.days) {
    const bool fits = day.day >= 1 && day.day <= static_cast<int64_t>(sums.size());
    if (fits) sums[static_cast<size_t>(day.day - 1)] += day.cost_nanos;
  }
  return sums;
}

Change change_words(const message::UsageSum& sum) {
  if (sum.previous_nanos == 0) return {sum.cost_nanos == 0 ? "" : "new"};
  // Money is far from 2^63 / 100.
  const int64_t percent = (sum.cost_nanos - sum.previous_nanos) * 100 / sum.previous_nanos;
  const std::string_view sign = percent < 0 ? "\u2212" : "+";
  return {cat({sign, grouped(percent < 0 ? -percent : percent), " %"}), percent > 25};
}

int64_t percent_of_limit(const message::Usage& usage) {
  if (usage.limit_nanos < 100) return 0;
  return usage.cost_nanos / (usage.limit_nanos / 100);
}

std::string month_code(int64_t now_ms, UsageSpan span) {
  const std::string now = utc_text(now_ms).substr(0, 7);
  if (span != UsageSpan::previous) return now;
  const int64_t day = parse_decimal(utc_text(now_ms).substr(8, 2)).value_or(1);
  return utc_text(now_ms - day * day_ms).substr(0, 7);
}

std::string month_code_words(std::string_view code) {
  constexpr std::array<std::string_view, 12> names = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const int64_t month = parse_decimal(code.substr(std::min<size_t>(5, code.size()))).value_or(0);
  if (code.size() != 7 || month < 1 || month > 12) return std::string(code);
  return cat({names[static_cast<size_t>(month - 1)], " ", code.substr(0, 4)});
}

std::string calls_query(const UsageView& view, std::string_view before, int64_t count) {
  std::string query = cat({"count=", decimal(count)});
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) query += cat({"&", name, "=", url_encode(value)});
  };
  const CallFilter& filter = view.filter;
  add("app", filter.app_id);
  add("service", filter.service);
  add("model", filter.model);
  add("find", filter.find);
  add("before", before);
  if (!view.usage.value || view.span == UsageSpan::year) return query;
  const message::Usage& usage = *view.usage.value;
  const int64_t from_ms =
      filter.day == 0 ? usage.from_ms : usage.from_ms + (filter.day - 1) * day_ms;
  const int64_t until_ms = filter.day == 0 ? usage.until_ms : from_ms + day_ms;
  return cat({query, "&from_ms=", decimal(from_ms), "&until_ms=", decimal(until_ms)});
}

}  // namespace fairway

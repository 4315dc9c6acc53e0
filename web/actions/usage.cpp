#include "web/actions/usage.h"

#include <utility>

#include "shared/base/money.h"
#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/connection.h"
#include "web/api_client/gateway_client.h"
#include "web/state/words.h"

namespace fairway {
namespace {

constexpr int64_t calls_at_once = 50;

Task<Done> load_calls(Dashboard& dashboard) {
  UsageView& view = dashboard.state.usage;
  view.calls.ask(dashboard.host.clock.now_ms());
  auto calls = co_await outcome_of(
      api_client::fetch_usage_calls(dashboard.host, calls_query(view, "", calls_at_once)));
  if (calls.ok()) {
    note_answer(dashboard);
    view.calls.arrive(std::move(*calls), dashboard.host.clock.now_ms());
  } else {
    view.calls.fail(calls.failure());
    note_failure(dashboard, calls.failure());
  }
  co_return Done{};
}

Task<Done> load_next_calls(Dashboard& dashboard) {
  UsageView& view = dashboard.state.usage;
  view.loading_more = true;
  const std::string before = view.calls.value->next_before;
  auto more = co_await outcome_of(
      api_client::fetch_usage_calls(dashboard.host, calls_query(view, before, calls_at_once)));
  view.loading_more = false;
  if (!more.ok()) {
    note_failure(dashboard, more.failure());
    add_toast(dashboard.state, {ToastMessage::Mood::warn, "The calls did not come",
                                more.failure().message, dashboard.host.clock.now_ms() + 8'000});
    co_return Done{};
  }
  note_answer(dashboard);
  message::UsageCalls& shown = *view.calls.value;
  for (message::UsageCall& call : more->calls) shown.calls.push_back(std::move(call));
  shown.next_before = more->next_before;
  co_return Done{};
}

LimitEditor& editor_of(State& state, const std::string& app_id) {
  return app_id.empty() ? state.usage.limit : state.app.limit;
}

Task<Done> send_limit(Dashboard& dashboard, std::string app_id, int64_t limit_nanos) {
  auto saved = co_await outcome_of(api_client::save_limit(dashboard.host, app_id, limit_nanos));
  LimitEditor& editor = editor_of(dashboard.state, app_id);
  editor.saving = false;
  if (!saved.ok()) {
    editor.problem = saved.failure();
    note_failure(dashboard, saved.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  editor.open = false;
  add_toast(dashboard.state, {ToastMessage::Mood::ok, "The limit holds from now on",
                              limit_nanos == 0 ? "No limit of its own" : money_words(limit_nanos),
                              dashboard.host.clock.now_ms() + 5'000});
  if (app_id.empty()) {
    dashboard.running.restart("usage", load_usage(dashboard));
  } else {
    dashboard.running.restart("app keys", load_app_keys(dashboard));
  }
  co_return Done{};
}

}  // namespace

Task<Done> load_usage(Dashboard& dashboard) {
  UsageView& view = dashboard.state.usage;
  view.usage.ask(dashboard.host.clock.now_ms());
  const std::string month = view.span == UsageSpan::previous
                                ? month_code(dashboard.host.clock.now_ms(), UsageSpan::previous)
                                : "";
  auto usage = co_await outcome_of(api_client::fetch_usage(dashboard.host, month));
  if (!usage.ok()) {
    view.usage.fail(usage.failure());
    note_failure(dashboard, usage.failure());
    co_return Done{};
  }
  note_answer(dashboard);
  view.usage.arrive(std::move(*usage), dashboard.host.clock.now_ms());
  co_await load_calls(dashboard);
  co_return Done{};
}

void show_span(Dashboard& dashboard, UsageSpan span) {
  UsageView& view = dashboard.state.usage;
  view.span = span;
  view.filter.day = 0;
  dashboard.running.restart("usage", load_usage(dashboard));
}

void filter_calls(Dashboard& dashboard, CallFilter filter) {
  UsageView& view = dashboard.state.usage;
  if (view.filter == filter) return;
  view.filter = std::move(filter);
  dashboard.running.restart("calls", load_calls(dashboard));
}

void load_more_calls(Dashboard& dashboard) {
  const UsageView& view = dashboard.state.usage;
  if (!view.calls.value || view.calls.value->next_before.empty()) return;
  dashboard.running.start_once("more calls", load_next_calls(dashboard));
}

void open_limit(LimitEditor& editor, const std::string& app_id, int64_t limit_nanos) {
  editor = {};
  editor.open = true;
  editor.app_id = app_id;
  if (limit_nanos > 0) editor.dollars = exact_money_words(limit_nanos).substr(1);
}

void save_limit(Dashboard& dashboard, LimitEditor& editor) {
  if (editor.saving) return;
  editor.problem = {};
  const bool is_none = trim(editor.dollars).empty() && !editor.app_id.empty();
  const auto nanos =
      is_none ? std::optional<int64_t>(0) : parse_dollars(replace_all(editor.dollars, ",", ""));
  if (!nanos || *nanos > 1'000'000 * nanos_per_dollar || (*nanos == 0 && !is_none)) {
    editor.problem = fix_input("invalid_field", "An amount in dollars, such as 25 or 0.50.", "");
    return;
  }
  editor.saving = true;
  dashboard.running.restart("limit", send_limit(dashboard, editor.app_id, *nanos));
}

}  // namespace fairway

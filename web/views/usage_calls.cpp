// Single calls: found by filters and by their id, a page at a time, each with its details.
#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "web/actions/deploy.h"
#include "web/actions/usage.h"
#include "web/state/words.h"
#include "web/views/usage_parts.h"

namespace fairway {
namespace {

using message::UsageCall;

constexpr float row_height = 44;
constexpr float phone_row_height = 64;

std::string clock_words(int64_t at_ms) { return utc_text(at_ms).substr(11, 8); }

std::string short_day_words(int64_t at_ms) {
  const std::string date = day_words(at_ms);
  return date.substr(0, date.rfind(' '));
}

std::string endpoint_words(const UsageCall& call) {
  return call.model.empty() ? call.endpoint : cat({call.endpoint, ", ", call.model});
}

std::string cost_words(const UsageCall& call) {
  return cat({call.is_estimated ? "about " : "", exact_money_words(call.cost_nanos)});
}

// A select over names with "All" before them; true when `value` has changed.
bool choose(ui::Ui& ui, ui::Rect at, std::string_view name, std::string_view all,
            const std::vector<std::pair<std::string, std::string>>& names, std::string& value) {
  std::vector<ui::SelectOption> options = {{all}};
  int chosen = 0;
  for (const auto& [key, words] : names) {
    if (key == value) chosen = static_cast<int>(options.size());
    options.push_back({words});
  }
  if (!ui::select(ui, at, name, options, chosen)) return false;
  value = chosen == 0 ? "" : names[static_cast<size_t>(chosen - 1)].first;
  return true;
}

using Names = std::vector<std::pair<std::string, std::string>>;

void draw_filters(ui::Ui& ui, Desk& desk, ui::Rect at) {
  UsageView& view = desk.state.usage;
  const message::Usage& usage = *view.usage.value;
  CallFilter filter = view.filter;
  Names apps;
  Names services;
  Names models;
  for (const auto& sum : usage.apps) apps.emplace_back(sum.name, app_words(desk.state, sum.name));
  for (const auto& sum : usage.services) services.emplace_back(sum.name, service_words(sum.name));
  for (const auto& sum : usage.models) {
    if (!sum.name.empty()) models.emplace_back(sum.name, sum.name);
  }
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float control = ui.touch() ? 44.0F : 32.0F;
  ui::Rect selects = is_phone ? ui::cut_top(at, control, 8) : ui::cut_left(at, 480, 12);
  bool has_changed = false;
  has_changed |= choose(ui, ui::middle(ui::column_of(selects, 0, 3, 8), control), "App",
                        is_phone ? "Apps" : "All apps", apps, filter.app_id);
  has_changed |= choose(ui, ui::middle(ui::column_of(selects, 1, 3, 8), control), "Service",
                        is_phone ? "Services" : "All services", services, filter.service);
  has_changed |= choose(ui, ui::middle(ui::column_of(selects, 2, 3, 8), control), "Model",
                        is_phone ? "Models" : "All models", models, filter.model);
  const ui::Rect field = ui::middle(at, is_phone ? control : 32.0F);
  const auto typed = ui::search_field(
      ui, field, view.find_text,
      {.label = "Find a call by its id", .placeholder = "Call or request id", .length_max = 200});
  if (typed.submitted || (typed.changed && view.find_text.empty())) {
    filter.find = std::string(trim(view.find_text));
    has_changed = true;
  }
  if (has_changed) filter_calls(desk.dashboard, filter);
}

void draw_head(ui::Ui& ui, Desk& desk, ui::Rect row) {
  UsageView& view = desk.state.usage;
  const ui::LinkOptions options{.style = ui::with(ui::style::control_strong, ui::Tone::text_2)};
  for (const std::string_view format : {"json", "csv"}) {
    const std::string words = format == "csv" ? "Export CSV" : "Export JSON";
    const std::string query = calls_query(view, "", 10'000);
    const float width = ui::link_width(ui, words, options);
    ui::link(ui, ui::cut_right(row, width, 20), words,
             cat({"/api/usage/history?format=", format, "&", query}), options);
  }
  std::string words = "Latest calls";
  if (view.filter.day > 0) {
    const int64_t at_ms = view.usage.value->from_ms + (view.filter.day - 1) * day_ms;
    words = cat({"Calls of ", short_day_words(at_ms)});
    CallFilter all_days = view.filter;
    all_days.day = 0;
    if (ui::button_right(ui, row, "Show all days",
                         {.kind = ui::ButtonKind::quiet, .size = ui::ButtonSize::small})) {
      filter_calls(desk.dashboard, all_days);
    }
  }
  ui::heading(ui, row, words, 2, ui::style::control_strong);
}

ui::Tone tone_of(const UsageCall& call) {
  return call.outcome == "ok" ? ui::Tone::text : ui::Tone::warn;
}

float draw_table(ui::Ui& ui, Desk& desk, ui::Rect at, const std::vector<UsageCall>& calls) {
  const bool is_wide = at.width > 1000;
  std::vector<ui::TableColumn> columns = {{"Time", 130}, {"App", 150}};
  if (is_wide) columns.push_back({"Service", 100});
  columns.push_back({"Endpoint"});
  columns.push_back({"Units", 170, ui::Align::right});
  if (is_wide) columns.push_back({"Took", 80, ui::Align::right});
  columns.push_back({"Outcome", 90, ui::Align::right});
  columns.push_back({"Cost", 130, ui::Align::right});
  columns.push_back({.width = 64, .align = ui::Align::right, .spoken_name = "Details"});
  ui::Table table(ui, at, "Calls", columns,
                  {.row_height = row_height, .rows_total = static_cast<int>(calls.size())});
  for (int i = table.first(); i < table.end(); ++i) {
    const UsageCall& call = calls[static_cast<size_t>(i)];
    table.row(i, call.id);
    const ui::TextStyle quiet = ui::with(ui::style::control, ui::Tone::text_2);
    table.cell(cat({short_day_words(call.at_ms), " ", clock_words(call.at_ms)}),
               ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Digits::tabular));
    table.cell(app_words(desk.state, call.app_id));
    if (is_wide) table.cell(service_words(call.service));
    table.cell(endpoint_words(call), ui::style::mono);
    table.cell(units_words(call), ui::with(quiet, ui::Digits::tabular));
    if (is_wide) table.cell(duration_words(call.latency_ms), quiet);
    table.cell(call.outcome, ui::with(ui::style::control, tone_of(call)));
    table.cell(cost_words(call), ui::with(ui::style::control, ui::Digits::tabular));
    const ui::Rect cell = table.cell_box();
    if (ui::icon_button(ui, ui::middle({cell.right() - 28, cell.y, 28, cell.height}, 28),
                        ui::Icon::right, cat({"Details of ", call.id}))) {
      desk.state.usage.open_call = call.id;
    }
  }
  return table.height();
}

// On phones a row is two lines and opens the details as a whole.
float draw_rows(ui::Ui& ui, Desk& desk, ui::Rect at, const std::vector<UsageCall>& calls) {
  const float height = phone_row_height * static_cast<float>(calls.size());
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Calls", .box = ui::with_height(at, height)});
  for (size_t i = 0; i < calls.size(); ++i) {
    const UsageCall& call = calls[i];
    const ui::Rect row{at.x, at.y + phone_row_height * static_cast<float>(i), at.width,
                       phone_row_height};
    if (!ui::visible(ui, row)) continue;
    ui::Scope item(ui, {.role = ui::Role::listitem, .key = call.id, .box = row});
    ui::divider(ui, ui::with_height(row, 1));
    const std::string name = cat({app_words(desk.state, call.app_id), ", ", endpoint_words(call),
                                  ", ", cost_words(call), ", ", call.outcome});
    const ui::Press press = ui::press_area(ui, ui::shrunk(row, 4, 2), name, {.radius = 8});
    if (press.clicked) desk.state.usage.open_call = call.id;
    ui::Rect inside = ui::shrunk(row, 16, 10);
    ui::Rect first = ui::cut_top(inside, 22);
    const ui::TextStyle silent = ui::with(ui::style::control, ui::Voice::silent);
    ui::text_right(ui, first, cost_words(call), silent, 8);
    ui::text(ui, first, app_words(desk.state, call.app_id),
             ui::with(ui::style::control_strong, ui::Voice::silent));
    ui::text_right(ui, inside, clock_words(call.at_ms),
                   ui::with(ui::with(ui::style::caption, ui::Tone::text_3), ui::Voice::silent), 8);
    ui::text(ui, inside, endpoint_words(call),
             ui::with(ui::with(ui::style::mono, ui::Tone::text_2), ui::Voice::silent));
  }
  return height;
}

float draw_found(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const UsageView& view = desk.state.usage;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  if (!view.calls.value) {
    for (int i = 0; i < 4; ++i) {
      ui::skeleton(ui, {at.x + 20, at.y + 8 + 44 * static_cast<float>(i), at.width - 40, 28},
                   static_cast<double>(view.calls.asked_at_ms));
    }
    return 184;
  }
  const std::vector<UsageCall>& calls = view.calls.value->calls;
  if (calls.empty()) {
    ui::text(ui, {at.x + 20, at.y, at.width - 40, 56},
             view.filter == CallFilter{} ? "No calls in this month."
                                         : "No call fits. Clear a filter to see more.",
             ui::with(ui::style::control, ui::Tone::text_2));
    return 56;
  }
  float height = is_phone ? draw_rows(ui, desk, at, calls) : draw_table(ui, desk, at, calls);
  if (!view.calls.value->next_before.empty()) {
    ui::Rect row{at.x + 20, at.y + height + 8, at.width - 40, ui.touch() ? 44.0F : 32.0F};
    ui::ButtonOptions more{};
    if (view.loading_more) more.busy_word = "Loading";
    if (ui::button_left(ui, row, "Show earlier calls", more)) load_more_calls(desk.dashboard);
    height += 16 + row.height;
  }
  return height;
}

std::string buckets_words(const UsageCall& call) {
  std::vector<std::string> parts;
  for (const auto& [name, amount] : call.buckets) {
    parts.push_back(cat({replace_all(name, "_", " "), " ", grouped(amount)}));
  }
  return parts.empty() ? units_words(call) : join(parts, ", ");
}

}  // namespace

float draw_calls(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float filters = is_phone ? 100.0F : 32.0F;
  ui::Measured measured(ui, "calls", 300);
  const ui::Rect frame = ui::with_height(at, measured.height());
  ui::Scope region(ui, {.role = ui::Role::region, .name = "Calls", .box = frame});
  ui::card(ui, frame);
  const float padding = ui.metrics().card_padding;
  draw_head(ui, desk, {at.x + padding, at.y + 12, at.width - 2 * padding, 28});
  float y = at.y + 48;
  draw_filters(ui, desk, {at.x + padding, y, at.width - 2 * padding, filters});
  y += filters + 12;
  const bool has_problem = desk.state.usage.calls.failed();
  if (has_problem) {
    y += problem_zone(ui, {at.x + padding, y, at.width - 2 * padding, 0},
                      desk.state.usage.calls.failure) +
         12;
  }
  y += draw_found(ui, desk, {at.x, y, at.width, 0});
  measured.took(y + 12 - at.y);
  return measured.height();
}

void draw_call_details(ui::Ui& ui, Desk& desk) {
  UsageView& view = desk.state.usage;
  if (view.open_call.empty() || !view.calls.value) return;
  const auto& calls = view.calls.value->calls;
  const auto found = std::find_if(calls.begin(), calls.end(),
                                  [&](const auto& call) { return call.id == view.open_call; });
  if (found == calls.end()) {
    view.open_call.clear();
    return;
  }
  const UsageCall& call = *found;
  ui::Dialog dialog(ui,
                    {.title = "Call", .kind = ui::DialogKind::sheet, .width = 560, .height = 520});
  ui::Scroll scroll(ui, dialog.body, "Call");
  const ui::Rect content = ui::shrunk(scroll.content(), 24, 16);
  ui::Column column{content, 10};
  const std::array<std::pair<std::string_view, std::string>, 11> lines = {
      {{"Call", call.id},
       {"Request at the provider", call.upstream_id.empty() ? "not told" : call.upstream_id},
       {"Time", cat({day_words(call.at_ms), ", ", clock_words(call.at_ms), " UTC"})},
       {"App", app_words(desk.state, call.app_id)},
       {"Service", cat({service_words(call.service), ", ", call.endpoint})},
       {"Model", call.model},
       {"Counted", buckets_words(call)},
       {"Cost", exact_money_words(call.cost_nanos)},
       {"Was held", exact_money_words(call.hold_nanos)},
       {"Took", duration_words(call.latency_ms)},
       {"Outcome",
        call.is_estimated ? cat({call.outcome, ", counted by Fairway"}) : call.outcome}}};
  for (const auto& [label, words] : lines) {
    if (!words.empty())
      column.skip(label_line(ui, {content.x, column.y, content.width, 0}, label, words));
  }
  column.skip(8);
  ui::Rect row = column.next(ui.touch() ? 44.0F : 32.0F);
  if (ui::button_left(ui, row, "Copy call id", {.icon = ui::Icon::copy})) {
    copy_text(desk.dashboard, call.id, "Call id");
  }
  scroll.took(column.used() + 32);
  if (dialog.wants_close()) view.open_call.clear();
}

}  // namespace fairway

// Where it went: by service, by app, by model, and by month.
#include <algorithm>
#include <array>
#include <map>

#include "shared/base/text.h"
#include "web/actions/usage.h"
#include "web/state/words.h"
#include "web/views/usage_parts.h"

namespace fairway {
namespace {

constexpr size_t rows_shown_max = 8;
constexpr float service_height = 44;
constexpr float row_height = 36;

float share(int64_t part, int64_t whole) {
  if (whole <= 0) return 0;
  return static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
}

// "31.2 M": a large count to three digits or so, rounded down.
std::string count_words(int64_t count) {
  if (count < 1'000'000) return grouped(count);
  const int64_t tenths = count / 100'000;
  return cat({grouped(tenths / 10), ".", decimal(tenths % 10), " M"});
}

std::string amount_words(const message::UsageSum& sum) {
  return cat({count_words(sum.units), " tokens, ", counted(sum.calls, "call", "calls")});
}

void draw_service(ui::Ui& ui, ui::Rect row, const message::UsageSum& sum, int64_t whole) {
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = sum.name, .box = row});
  ui::Rect rest = ui::with_height(row, 36);
  ui::icon(ui, ui::with_height(ui::cut_left(rest, 18, 14), 36), ui::Icon::chat, 16);
  ui::Rect line = ui::cut_top(rest, 20, 5);
  const std::string title = service_words(sum.name);
  const std::string amount = cat({"  ", amount_words(sum)});
  ui::text_right(ui, line, sum_words(sum.cost_nanos),
                 ui::with(ui::style::control, ui::Digits::tabular), 8);
  const std::array<ui::Run, 2> parts = {{{title, ui::style::control_strong},
                                         {amount, ui::with(ui::style::caption, ui::Tone::text_2)}}};
  ui::runs(ui, line, parts);
  ui::box(ui, ui::with_height(rest, 4), {.fill = ui::Tone::track, .radius = 2});
  const float width = rest.width * share(sum.cost_nanos, whole);
  if (width > 0) {
    ui::box(ui, {rest.x, rest.y, std::max(4.0F, width), 4},
            {.fill = ui::Tone::accent_line, .radius = 2});
  }
}

float draw_services(ui::Ui& ui, ui::Rect at, const message::Usage& usage) {
  ui::Rect rest{at.x + 20, at.y + 16, at.width - 40, 0};
  ui::Rect head = ui::with_height(rest, 20);
  ui::text_right(ui, head, sum_words(usage.cost_nanos),
                 ui::with(ui::style::caption, ui::Tone::text_2));
  ui::heading(ui, head, "By service", 2, ui::style::control_strong);
  float y = rest.y + 32;
  const ui::Rect box{rest.x, y, rest.width,
                     service_height * static_cast<float>(usage.services.size())};
  ui::Scope list(ui, {.role = ui::Role::list, .name = "By service", .box = box});
  for (const message::UsageSum& sum : usage.services) {
    draw_service(ui, {rest.x, y, rest.width, service_height}, sum, usage.cost_nanos);
    y += service_height;
  }
  return y + 4 - at.y;
}

float draw_apps(ui::Ui& ui, const State& state, ui::Rect at, const message::Usage& usage) {
  const size_t shown = std::min(usage.apps.size(), rows_shown_max);
  const std::string versus = cat({"vs ", month_words(usage.from_ms - 1)});
  const std::array<ui::TableColumn, 4> columns = {{{"By app"},
                                                   {"Calls", 64, ui::Align::right},
                                                   {"Spent", 84, ui::Align::right},
                                                   {versus, 104, ui::Align::right}}};
  ui::divider(ui, ui::with_height(at, 1));
  ui::Table table(ui, at, "By app", columns,
                  {.row_height = row_height, .rows_total = static_cast<int>(shown)});
  for (int i = table.first(); i < table.end(); ++i) {
    const message::UsageSum& sum = usage.apps[static_cast<size_t>(i)];
    table.row(i, sum.name);
    table.cell(app_words(state, sum.name), ui::style::control_strong);
    const ui::TextStyle numbers = ui::with(ui::style::control, ui::Digits::tabular);
    table.cell(grouped(sum.calls), ui::with(numbers, ui::Tone::text_2));
    table.cell(sum_words(sum.cost_nanos), numbers);
    const Change change = change_words(sum);
    table.cell(change.words,
               ui::with(ui::style::caption, change.is_rise ? ui::Tone::warn : ui::Tone::text_2));
  }
  return table.height();
}

float draw_models(ui::Ui& ui, ui::Rect at, const message::Usage& usage) {
  const size_t shown = std::min(usage.models.size(), rows_shown_max);
  const std::array<ui::TableColumn, 3> columns = {
      {{"By model"}, {"Calls", 64, ui::Align::right}, {"Spent", 96, ui::Align::right}}};
  ui::divider(ui, ui::with_height(at, 1));
  ui::Table table(ui, at, "By model", columns,
                  {.row_height = row_height, .rows_total = static_cast<int>(shown)});
  for (int i = table.first(); i < table.end(); ++i) {
    const message::UsageSum& sum = usage.models[static_cast<size_t>(i)];
    table.row(i, sum.name);
    table.cell(sum.name.empty() ? "without a model" : sum.name, ui::style::mono);
    const ui::TextStyle numbers = ui::with(ui::style::control, ui::Digits::tabular);
    table.cell(grouped(sum.calls), ui::with(numbers, ui::Tone::text_2));
    table.cell(sum_words(sum.cost_nanos), numbers);
  }
  return table.height();
}

struct MonthRow {
  std::string month;
  int64_t calls = 0;
  int64_t cost_nanos = 0;
  std::map<std::string, int64_t> services;
};

std::vector<MonthRow> months_of(const std::vector<message::PastMonth>& months) {
  std::vector<MonthRow> rows;
  for (const message::PastMonth& month : months) {
    if (rows.empty() || rows.back().month != month.month) rows.push_back({month.month, 0, 0, {}});
    rows.back().calls += month.calls;
    rows.back().cost_nanos += month.cost_nanos;
    rows.back().services[month.service] += month.cost_nanos;
  }
  if (rows.size() > 12) rows.resize(12);
  return rows;
}

}  // namespace

float sums_height(const message::Usage& usage) {
  const auto rows = [](size_t count) {
    return 32 + row_height * static_cast<float>(std::min(count, rows_shown_max));
  };
  return 60 + service_height * static_cast<float>(usage.services.size()) + rows(usage.apps.size()) +
         rows(usage.models.size());
}

float draw_sums(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const message::Usage& usage = *desk.state.usage.usage.value;
  const ui::Rect frame = ui::with_height(at, std::max(at.height, sums_height(usage)));
  ui::Scope region(ui, {.role = ui::Role::region, .name = "Where it went", .box = frame});
  ui::card(ui, frame);
  float y = at.y + draw_services(ui, at, usage);
  y += draw_apps(ui, desk.state, {at.x, y, at.width, 0}, usage);
  draw_models(ui, {at.x, y, at.width, 0}, usage);
  return frame.height;
}

float draw_months(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const UsageView& view = desk.state.usage;
  if (!view.calls.value) return 0;
  const std::vector<MonthRow> rows = months_of(view.calls.value->months);
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float height = 56 + 32 + 44 * static_cast<float>(std::max<size_t>(rows.size(), 1)) + 4;
  const ui::Rect frame = ui::with_height(at, height);
  ui::Scope region(ui, {.role = ui::Role::region, .name = "By month", .box = frame});
  ui::card(ui, frame);
  ui::heading(ui, {at.x + 20, at.y + 18, at.width - 40, 20}, "By month", 2,
              ui::style::control_strong);
  int64_t highest = 1;
  for (const MonthRow& row : rows) highest = std::max(highest, row.cost_nanos);
  const float bar = is_phone ? 0.0F : at.width * 0.4F;
  std::vector<ui::TableColumn> columns = {{"Month"}};
  if (!is_phone) columns.push_back({.width = bar, .spoken_name = "Share"});
  columns.push_back({"Calls", 90, ui::Align::right});
  columns.push_back({"Spent", 110, ui::Align::right});
  ui::Table table(ui, {at.x, at.y + 52, at.width, height - 56}, "By month", columns,
                  {.rows_total = static_cast<int>(rows.size())});
  for (int i = table.first(); i < table.end(); ++i) {
    const MonthRow& row = rows[static_cast<size_t>(i)];
    table.row(i, row.month);
    table.cell(month_code_words(row.month), ui::style::control_strong);
    if (!is_phone) {
      const ui::Rect place = ui::middle(table.cell_box(), 6);
      const float width = place.width * share(row.cost_nanos, highest);
      ui::box(ui, place, {.fill = ui::Tone::track, .radius = 3});
      ui::box(ui, {place.x, place.y, std::max(6.0F, width), 6},
              {.fill = ui::Tone::accent_line, .radius = 3});
    }
    const ui::TextStyle numbers = ui::with(ui::style::control, ui::Digits::tabular);
    table.cell(grouped(row.calls), ui::with(numbers, ui::Tone::text_2));
    table.cell(sum_words(row.cost_nanos), numbers);
  }
  if (rows.empty()) {
    ui::text(ui, {at.x + 20, at.y + 88, at.width - 40, 40}, "No month has any calls yet.",
             ui::with(ui::style::control, ui::Tone::text_2));
  }
  return height;
}

}  // namespace fairway

// What is spent of the limit, and the days of the month.
#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "web/actions/usage.h"
#include "web/state/words.h"
#include "web/views/usage_parts.h"

namespace fairway {
namespace {

using message::Usage;

// Only for drawing: a share of something as the screen's numbers have it.
float share(int64_t part, int64_t whole) {
  if (whole <= 0) return 0;
  return static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
}

struct Figure {
  std::string_view label;
  std::string words;
  ui::Icon icon = ui::Icon::none;
};

void draw_figure(ui::Ui& ui, ui::Rect at, const Figure& figure) {
  ui::text(ui, ui::cut_top(at, 16, 2), figure.label,
           ui::with(ui::style::caption, ui::Tone::text_2));
  ui::Rect row = ui::with_height(at, 24);
  if (figure.icon != ui::Icon::none) {
    ui::icon(ui, ui::cut_left(row, 14, 6), figure.icon, 14, ui::Tone::ok);
  }
  ui::text(ui, row, figure.words, ui::style::section);
}

std::string day_of(const Usage& usage, int64_t day) {
  const std::string date = day_words(usage.from_ms + (day - 1) * day_ms);
  return date.substr(0, date.rfind(' '));
}

void draw_limit_bar(ui::Ui& ui, ui::Rect at, const Usage& usage) {
  ui::Rect bar = ui::cut_top(at, 8, 6);
  const std::string spoken =
      cat({sum_words(usage.cost_nanos), " spent of ", money_words(usage.limit_nanos)});
  ui::progress_bar(
      ui, bar, share(usage.cost_nanos, usage.limit_nanos), spoken,
      {.tone = percent_of_limit(usage) >= 80 ? ui::Tone::warn_mark : ui::Tone::accent_line,
       .forecast = share(usage.forecast_nanos, usage.limit_nanos)});
  const ui::TextStyle style = ui::with(ui::style::caption, ui::Tone::text_2);
  ui::Rect row = ui::cut_top(at, 16);
  ui::text(ui, row, "$0", ui::with(style, ui::Voice::silent));
  ui::text(ui, row, money_words(usage.limit_nanos),
           ui::with(ui::with(style, ui::Align::right), ui::Voice::silent));
  const float place = std::clamp(share(usage.forecast_nanos, usage.limit_nanos), 0.0F, 1.0F);
  const float x = std::clamp(row.x + row.width * place - 30, row.x + 30, row.right() - 130);
  ui::text(ui, {x, row.y, 60, 16}, "forecast",
           ui::with(ui::with(style, ui::Align::centre), ui::Voice::silent));
}

// Round steps of an axis with about three lines: 1, 2 or 5 times a power of ten.
int64_t axis_step(int64_t highest) {
  int64_t step = 1;
  while (step * 3 < highest) {
    const bool is_two = decimal(step)[0] == '2';
    step = is_two ? step / 2 * 5 : step * 2;
  }
  return std::max<int64_t>(step, 1);
}

void draw_axis(ui::Ui& ui, ui::Rect plot, int64_t top, int64_t step) {
  const ui::TextStyle style =
      ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent);
  for (int64_t value = 0; value <= top; value += step) {
    const float y = plot.bottom() - plot.height * share(value, top);
    ui::divider(ui, {plot.x, y, plot.width, 1});
    ui::text(ui, {plot.x - 72, y - 8, 64, 16}, value == 0 ? "$0" : exact_money_words(value),
             ui::with(style, ui::Align::right));
  }
}

void draw_dates(ui::Ui& ui, ui::Rect plot, const Usage& usage) {
  const int64_t days = days_of(usage);
  const ui::TextStyle style =
      ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent);
  const float slot = plot.width / static_cast<float>(days);
  for (const int64_t day : {int64_t{1}, int64_t{8}, int64_t{15}, int64_t{22}, days}) {
    const float middle = plot.x + slot * (static_cast<float>(day) - 0.5F);
    const bool is_end = day == 1 || day == days;
    const ui::Align align = day == 1      ? ui::Align::left
                            : day == days ? ui::Align::right
                                          : ui::Align::centre;
    const float x = day == 1 ? plot.x : day == days ? plot.right() - 60 : middle - 30;
    ui::text(ui, {x, plot.bottom() + 8, 60, 16}, is_end ? day_of(usage, day) : decimal(day),
             ui::with(style, align));
  }
}

// Every day is a button: its sum is its name, and pressing it filters the calls.
int64_t draw_day_buttons(ui::Ui& ui, Desk& desk, ui::Rect plot, const std::vector<int64_t>& sums) {
  const Usage& usage = *desk.state.usage.usage.value;
  CallFilter filter = desk.state.usage.filter;
  const float slot = plot.width / static_cast<float>(sums.size());
  int64_t shown = 0;
  ui::Scope group(ui, {.role = ui::Role::group, .name = "Days", .box = plot});
  for (int64_t day = 1; day <= today_of(usage); ++day) {
    const ui::Rect column{plot.x + slot * static_cast<float>(day - 1), plot.y, slot, plot.height};
    const std::string name =
        cat({day_of(usage, day), ", ", sum_words(sums[static_cast<size_t>(day - 1)])});
    const bool is_chosen = filter.day == day;
    const ui::Press press = ui::press_area(ui, column, name,
                                           {.radius = 4,
                                            .chosen = ui::Chosen{is_chosen},
                                            .description = "Shows the calls of the day"});
    if (press.hovered || press.focused || (is_chosen && shown == 0)) shown = day;
    if (press.clicked) {
      filter.day = is_chosen ? 0 : day;
      filter_calls(desk.dashboard, filter);
    }
  }
  return shown;
}

void draw_day_tip(ui::Ui& ui, ui::Rect plot, const Usage& usage, const std::vector<int64_t>& sums,
                  int64_t day, int64_t top) {
  const float slot = plot.width / static_cast<float>(sums.size());
  const float x = plot.x + slot * (static_cast<float>(day) - 0.5F);
  const int64_t sum = sums[static_cast<size_t>(day - 1)];
  const float y = plot.bottom() - plot.height * share(sum, top);
  ui::line(ui, x, y, x, plot.bottom(), ui::Tone::outline, 1);
  ui::box(ui, {x - 4, y - 4, 8, 8},
          {.fill = ui::Tone::surface, .edge = ui::Tone::accent_line, .edge_width = 2, .radius = 4});
  const bool is_right = x + 164 > plot.right();
  const ui::Rect tip{is_right ? x - 164 : x + 14, std::max(plot.y, y - 18), 150, 32};
  ui::box(ui, tip,
          {.fill = ui::Tone::surface,
           .edge = ui::Tone::border,
           .radius = 8,
           .shadow = ui::Shadow::menu});
  const ui::Rect inside = ui::shrunk(tip, 12, 8);
  ui::text(ui, inside, day_of(usage, day),
           ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent));
  ui::text(ui, inside, sum_words(sum),
           ui::with(ui::with(ui::style::caption_strong, ui::Align::right), ui::Voice::silent));
}

}  // namespace

float draw_spent(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const Usage& usage = *desk.state.usage.usage.value;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const bool is_over = desk.state.usage.span == UsageSpan::previous;
  const float padding = ui.metrics().card_padding + 4;
  const float height = is_phone ? 208 : 144;
  const ui::Rect frame = ui::with_height(at, height);
  ui::Scope region(ui, {.role = ui::Role::region, .name = "Spent", .box = frame});
  ui::card(ui, frame);
  ui::Rect inside = ui::shrunk(frame, padding, 20);
  ui::Rect head = ui::cut_top(inside, 60, 12);
  const std::array<Figure, 3> figures = {
      {{"On hold now", sum_words(usage.lent_nanos)},
       {is_over ? "Whole month" : "Forecast", sum_words(usage.forecast_nanos)},
       {"At the limit", "Calls stop", ui::Icon::lock}}};
  ui::Rect right = is_phone ? ui::cut_top(inside, 44, 24) : ui::cut_right(head, 330, 12);
  if (!is_phone) ui::cut_top(right, 16);
  ui::text(ui, ui::cut_top(head, 16),
           is_over ? "Spent in the month"
                   : cat({"Spent so far, ", decimal(today_of(usage)), " of ",
                          decimal(days_of(usage)), " days"}),
           ui::with(ui::style::caption, ui::Tone::text_2));
  const std::string of = cat({" of ", money_words(usage.limit_nanos)});
  const std::string sum = sum_words(usage.cost_nanos);
  const std::array<ui::Run, 2> parts = {
      {{sum, ui::style::figure}, {of, ui::with(ui::style::body, ui::Tone::text_2)}}};
  ui::runs(ui, head, parts);
  for (int i = 0; i < 3; ++i) {
    draw_figure(ui, ui::column_of(right, i, 3, 8), figures[static_cast<size_t>(i)]);
  }
  draw_limit_bar(ui, inside, usage);
  return height;
}

float draw_days(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const Usage& usage = *desk.state.usage.usage.value;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float height = std::max(at.height, is_phone ? 260.0F : 318.0F);
  const ui::Rect frame = ui::with_height(at, height);
  ui::Scope region(ui, {.role = ui::Role::region, .name = "By day", .box = frame});
  ui::card(ui, frame);
  ui::Rect inside = ui::shrunk(frame, ui.metrics().card_padding + 4, 16);
  ui::Rect head = ui::cut_top(inside, 20, 24);
  const ui::TextStyle legend =
      ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent);
  const bool has_forecast = desk.state.usage.span == UsageSpan::current;
  if (has_forecast && !is_phone) {
    ui::text(ui, ui::cut_right(head, 54, 6), "forecast", legend);
    const ui::Rect dash = ui::cut_right(head, 14, 16);
    for (float x = 0; x < 14; x += 5) {
      ui::line(ui, dash.x + x, dash.middle_y(), dash.x + x + 3, dash.middle_y(), ui::Tone::text_2,
               1.5F);
    }
    ui::text(ui, ui::cut_right(head, 36, 6), "spent", legend);
    const ui::Rect mark = ui::cut_right(head, 14, 6);
    ui::line(ui, mark.x, mark.middle_y(), mark.right() - 2, mark.middle_y(), ui::Tone::accent_line,
             2);
  }
  ui::heading(ui, head, "By day", 2, ui::style::control_strong);
  const std::vector<int64_t> sums = day_sums(usage);
  const int64_t left = days_of(usage) - today_of(usage);
  const int64_t each = left > 0 ? (usage.forecast_nanos - usage.cost_nanos) / left : 0;
  const int64_t highest = std::max(each, *std::max_element(sums.begin(), sums.end()));
  const int64_t step = axis_step(std::max<int64_t>(highest, 100));
  const int64_t top = (highest + step - 1) / step * step;
  const int64_t shown_top = std::max(top, step);
  ui::cut_left(inside, 64);
  ui::Rect plot = inside;
  plot.height -= 28;
  draw_axis(ui, plot, shown_top, step);
  draw_dates(ui, plot, usage);
  std::vector<float> values;
  for (int64_t day = 0; day < today_of(usage); ++day) {
    values.push_back(share(sums[static_cast<size_t>(day)], shown_top));
  }
  ui::day_line(ui, plot,
               {.values = values,
                .slots = static_cast<int>(sums.size()),
                .top = 1,
                .forecast = has_forecast && left > 0 ? share(each, shown_top) : -1});
  const int64_t shown = draw_day_buttons(ui, desk, plot, sums);
  if (shown > 0) draw_day_tip(ui, plot, usage, sums, shown, shown_top);
  return height;
}

}  // namespace fairway

#include "web/ui/charts.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "web/ui/core.h"

namespace fairway::ui {

namespace {

void emit_progress(Ui& ui, const Rect& at, std::string_view spoken, float fraction) {
  const int percent = int(std::lround(std::clamp(fraction, 0.0F, 1.0F) * 100));
  Node node{.role = Role::progressbar, .box = at, .name = std::string(spoken)};
  node.value = std::to_string(percent);
  ui.core().emit(std::move(node), "");
}

void emit_image(Ui& ui, const Rect& at, std::string_view spoken) {
  if (spoken.empty()) return;
  ui.core().emit({.role = Role::image, .box = at, .name = std::string(spoken)}, "");
}

Color chart_color(const Core& core, float share) {
  const Color top = color_of(core.around.theme, Tone::chart_top);
  return mixed(top, color_of(core.around.theme, Tone::chart_bottom), share);
}

}  // namespace

void eight_marks(Ui& ui, const Rect& at, std::span<const Mark> marks, std::string_view spoken,
                 const MarksOptions& options) {
  float done = 0;
  for (const Mark mark : marks) {
    if (mark == Mark::done) done += 1;
    if (mark == Mark::running) done += options.running_fraction;
  }
  if (marks.empty()) return;
  emit_progress(ui, at, spoken, done / float(marks.size()));
  const float height = options.size == MarkSize::big ? 6 : 4;
  const Rect row = middle(at, height);
  for (size_t i = 0; i < marks.size(); ++i) {
    const Rect place = column_of(row, int(i), int(marks.size()), 3);
    const Tone fill = marks[i] == Mark::done     ? Tone::ok_mark
                      : marks[i] == Mark::failed ? Tone::bad_mark
                                                 : Tone::track;
    box(ui, place, {.fill = fill, .radius = height / 2});
    if (marks[i] != Mark::running) continue;
    const std::string key = "mark " + std::to_string(i);
    const float part = animated(ui, key, std::clamp(options.running_fraction, 0.0F, 1.0F), 200);
    const float width = std::max(height, place.width * part);
    box(ui, {place.x, place.y, width, height}, {.fill = Tone::accent_line, .radius = height / 2});
  }
}

void progress_bar(Ui& ui, const Rect& at, float fraction, std::string_view spoken,
                  const ProgressOptions& options) {
  emit_progress(ui, at, spoken, fraction);
  const Rect row = middle(at, std::min(6.0F, at.height));
  const float radius = row.height / 2;
  box(ui, row, {.fill = Tone::track, .radius = radius});
  const float part = animated(ui, spoken, std::clamp(fraction, 0.0F, 1.0F), 200);
  if (part > 0)
    box(ui, {row.x, row.y, std::max(row.height, row.width * part), row.height},
        {.fill = options.tone, .radius = radius});
  if (options.forecast > 0) {
    const float x = row.x + row.width * std::clamp(options.forecast, 0.0F, 1.0F);
    box(ui, {x - 1, row.y - 3, 2, row.height + 6}, {.fill = Tone::text_2, .radius = 1});
  }
}

void sparkline(Ui& ui, const Rect& at, std::span<const float> values, std::string_view spoken,
               ChartBase base) {
  emit_image(ui, at, spoken);
  if (values.size() < 2) return;
  Core& core = ui.core();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const float floor = base == ChartBase::zero ? std::min(0.0F, *low) : *low;
  const float span = std::max(*high - floor, 1e-6F);
  // Room for half of the line at the top and the sides.
  const Rect area{at.x + 1, at.y + 1, at.width - 2, at.height - 1};
  const float room = base == ChartBase::zero ? area.height : area.height * 0.8F;
  const auto x_of = [&](size_t i) {
    return area.x + area.width * float(i) / float(values.size() - 1);
  };
  const auto y_of = [&](size_t i) { return area.y + room * (1 - (values[i] - floor) / span); };
  const float top = y_of(size_t(high - values.begin()));
  for (size_t i = 0; i + 1 < values.size(); ++i)
    draw_gradient_column(core, x_of(i), y_of(i), x_of(i + 1), y_of(i + 1), area.bottom(),
                         chart_color, top);
  const Color ink = color(ui, Tone::accent_line);
  for (size_t i = 0; i + 1 < values.size(); ++i)
    draw_segment(core, x_of(i), y_of(i), x_of(i + 1), y_of(i + 1), ink, 1.75F);
}

void day_line(Ui& ui, const Rect& at, const DayLine& chart) {
  if (chart.values.empty() || chart.slots < 1) return;
  Core& core = ui.core();
  const float top = std::max(chart.top, 1e-6F);
  const auto x_of = [&](size_t day) {
    return at.x + at.width * (float(day) + 0.5F) / float(chart.slots);
  };
  const auto y_of = [&](float value) {
    return at.bottom() - at.height * std::clamp(value / top, 0.0F, 1.0F);
  };
  const std::span<const float> values = chart.values;
  const float highest = y_of(*std::max_element(values.begin(), values.end()));
  for (size_t i = 0; i + 1 < values.size(); ++i)
    draw_gradient_column(core, x_of(i), y_of(values[i]), x_of(i + 1), y_of(values[i + 1]),
                         at.bottom(), chart_color, highest);
  const Color ink = color(ui, Tone::accent_line);
  for (size_t i = 0; i + 1 < values.size(); ++i)
    draw_segment(core, x_of(i), y_of(values[i]), x_of(i + 1), y_of(values[i + 1]), ink, 1.75F);
  if (values.size() == 1) {
    box(ui, {x_of(0) - 3, y_of(values[0]) - 3, 6, 6}, {.fill = Tone::accent_line, .radius = 3});
  }
  const float end = x_of(size_t(chart.slots) - 1);
  const Color faint = color(ui, Tone::text_2);
  float x = x_of(values.size() - 1) + 6;
  if (chart.forecast < 0) return;
  for (; x < end; x += 7)
    draw_segment(core, x, y_of(chart.forecast), std::min(x + 3, end), y_of(chart.forecast), faint,
                 1.5F);
}

void bar_chart(Ui& ui, const Rect& at, std::span<const float> values, std::string_view spoken,
               Tone tone) {
  emit_image(ui, at, spoken);
  if (values.empty()) return;
  const float high = std::max(1e-6F, *std::max_element(values.begin(), values.end()));
  const float slot = at.width / float(values.size());
  const float width = std::max(1.0F, slot * 0.625F);
  for (size_t i = 0; i < values.size(); ++i) {
    const float height = at.height * std::max(0.0F, values[i]) / high;
    if (height < 0.5F) continue;
    box(ui, {at.x + slot * float(i), at.bottom() - height, width, height},
        {.fill = tone, .radius = std::min(2.0F, width / 2)});
  }
}

void ring(Ui& ui, const Rect& at, float fraction, std::string_view words, std::string_view spoken) {
  emit_progress(ui, at, spoken, fraction);
  const float size = std::min(at.width, at.height);
  const float radius = size / 2 - 5;
  const float part = animated(ui, spoken, std::clamp(fraction, 0.0F, 1.0F), 200);
  arc(ui, at.middle_x(), at.middle_y(), radius, 6, 0, 1, Tone::track);
  if (part > 0) arc(ui, at.middle_x(), at.middle_y(), radius, 6, 0, part, Tone::accent_line);
  const float width = text_width(ui, words, style::caption_strong);
  draw_words(ui, at.middle_x() - width / 2, at.middle_y(), words, style::caption_strong);
}

void stack_bar(Ui& ui, const Rect& at, std::span<const StackPart> parts, std::string_view spoken) {
  emit_image(ui, at, spoken);
  const Rect row = middle(at, std::min(6.0F, at.height));
  box(ui, row, {.fill = Tone::track, .radius = row.height / 2});
  float x = row.x;
  for (size_t i = 0; i < parts.size(); ++i) {
    const float width = row.width * std::clamp(parts[i].fraction, 0.0F, 1.0F);
    if (width <= 0) continue;
    const bool first = x <= row.x + 0.5F;
    const bool last = x + width >= row.right() - 0.5F;
    const Corners corners = first && last ? Corners::all
                            : first       ? Corners::left
                            : last        ? Corners::right
                                          : Corners::none;
    box(ui, {x, row.y, width, row.height},
        {.fill = parts[i].tone, .radius = row.height / 2, .corners = corners});
    x += width;
  }
}

}  // namespace fairway::ui

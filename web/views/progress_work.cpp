#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/state/words.h"
#include "web/views/progress_parts.h"

namespace fairway {
namespace {

constexpr float table_row_height = 30;
constexpr float tables_height_max = 210;

void draw_table_row(ui::Ui& ui, ui::Rect row, const message::TableProgress& table) {
  const bool is_done = table.rows_done >= table.rows_total;
  const std::string words = cat({grouped(table.rows_done), " of ", grouped(table.rows_total)});
  const float fraction = table.rows_total > 0 ? static_cast<float>(table.rows_done) /
                                                    static_cast<float>(table.rows_total)
                                              : 1.0F;
  const ui::Tone tone = table.rows_done == 0 && !is_done ? ui::Tone::text_3 : ui::Tone::text;
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = table.name, .box = row});
  ui::Rect rest = row;
  ui::text(ui, ui::cut_right(rest, 116, 12), words,
           ui::with(ui::with(ui::with(ui::style::caption, tone), ui::Align::right),
                    ui::Digits::tabular));
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::text(ui, ui::cut_left(rest, is_phone ? 80.0F : 96.0F, 12), table.name, ui::style::mono);
  const float shown =
      ui::animated(ui, cat({"rows of ", table.name}), std::clamp(fraction, 0.0F, 1.0F), 200);
  ui::progress_bar(ui, ui::middle(rest, 6), shown, cat({table.name, ", ", words}),
                   {.tone = is_done ? ui::Tone::ok_mark : ui::Tone::accent_line});
}

// The tables, as many as fit, the others by scrolling. Returns the height.
float draw_tables(ui::Ui& ui, const std::vector<message::TableProgress>& tables, ui::Rect at) {
  const float all = table_row_height * static_cast<float>(tables.size());
  const ui::Rect area = ui::with_height(at, std::min(all, tables_height_max));
  ui::Scroll scroll(ui, area, "Tables");
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Tables", .box = area});
  const ui::Rect content = scroll.content();
  for (size_t i = 0; i < tables.size(); ++i) {
    const ui::Rect row{content.x, content.y + table_row_height * static_cast<float>(i),
                       content.width, table_row_height};
    if (ui::visible(ui, row)) draw_table_row(ui, row, tables[i]);
  }
  scroll.took(all);
  return area.height;
}

ui::Tone tone_of(message::LogLevel level) {
  switch (level) {
    case message::LogLevel::info:
      return ui::Tone::text_2;
    case message::LogLevel::warn:
      return ui::Tone::warn;
    case message::LogLevel::error:
      return ui::Tone::bad;
  }
  return ui::Tone::text_2;
}

void draw_log_lines(ui::Ui& ui, const message::Deployment& deployment, ui::Rect area,
                    const std::string& step) {
  ui::Scroll scroll(ui, area, "Log lines", ui::ScrollEdge::follow_end);
  ui::Scope log(ui, {.role = ui::Role::log, .name = "Log", .box = area});
  const float side = ui.metrics().columns == 1 ? 16.0F : 24.0F;
  const float line_height = ui::style::log.line_px;
  float y = scroll.content().y + 4;
  for (const message::LogLine& line : deployment.log) {
    if (!step.empty() && line.step != step) continue;
    const ui::Rect row{area.x + side, y, area.width - 2 * side, line_height};
    y += line_height;
    if (!ui::visible(ui, row)) continue;
    ui::Rect rest = row;
    ui::text(ui, ui::cut_left(rest, 56, 16), log_clock(line.at_ms - deployment.started_at_ms),
             ui::with(ui::style::log, ui::Tone::text_3));
    ui::text(ui, rest, line.text, ui::with(ui::style::log, tone_of(line.level)));
  }
  if (message::is_active(deployment.status)) {
    ui::box(ui, {area.x + side + 72, y + 3, 7, 15}, {.fill = ui::Tone::accent_line});
    y += line_height;
  }
  scroll.took(y - scroll.content().y + 16);
}

std::string work_detail(const message::Step& step) {
  if (step.name == "migrate_data") return "Loading, then every cell is compared";
  return step.detail;
}

}  // namespace

std::string log_text(const message::Deployment& deployment) {
  std::string text;
  for (const message::LogLine& line : deployment.log) {
    text += cat({log_clock(line.at_ms - deployment.started_at_ms), "  ", line.text, "\n"});
  }
  return text;
}

int64_t elapsed_ms(const State& state) {
  const DeployDialog& dialog = *state.deploy;
  if (!dialog.deployment.value) return 0;
  const message::Deployment& deployment = *dialog.deployment.value;
  if (deployment.started_at_ms <= 0) return 0;
  if (deployment.ended_at_ms > 0) return deployment.ended_at_ms - deployment.started_at_ms;
  // The edge's clock, moved on by what has passed here since it answered.
  const int64_t passed_ms = std::max<int64_t>(0, state.now_ms - dialog.deployment.arrived_at_ms);
  return std::max<int64_t>(0, deployment.now_ms - deployment.started_at_ms + passed_ms);
}

int64_t step_elapsed_ms(const State& state, const message::Step& step) {
  if (step.started_at_ms <= 0) return 0;
  if (step.ended_at_ms > 0) return std::max<int64_t>(1, step.ended_at_ms - step.started_at_ms);
  const DeployDialog& dialog = *state.deploy;
  if (!dialog.deployment.value || !message::is_active(dialog.deployment.value->status)) return 0;
  const int64_t passed_ms = std::max<int64_t>(0, state.now_ms - dialog.deployment.arrived_at_ms);
  return std::max<int64_t>(1, dialog.deployment.value->now_ms - step.started_at_ms + passed_ms);
}

std::vector<message::Step> steps_to_show(const State& state) {
  const DeployDialog& dialog = *state.deploy;
  const std::vector<message::PlanStep> planned = planned_steps(state);
  std::vector<message::Step> steps;
  if (dialog.deployment.value) {
    steps = dialog.deployment.value->steps;
  } else {
    for (const message::PlanStep& step : planned) {
      message::Step waiting;
      waiting.name = step.name;
      waiting.title = step.title;
      steps.push_back(std::move(waiting));
    }
  }
  const bool is_cancelled = dialog.deployment.value &&
                            dialog.deployment.value->status == message::DeploymentStatus::cancelled;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].detail.empty() && i < planned.size()) steps[i].detail = planned[i].detail;
    if (is_cancelled && steps[i].state == message::StepState::failed) {
      steps[i].state = message::StepState::undone;
    }
  }
  return steps;
}

void draw_log(ui::Ui& ui, Desk& desk, ui::Rect area, const std::string& step) {
  const DeployDialog& dialog = *desk.state.deploy;
  if (!dialog.deployment.value) return;
  ui::Rect rest = area;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Rect head = ui::cut_top(rest, is_phone ? 48.0F : 38.0F);
  head = {head.x + (is_phone ? 16.0F : 24.0F), head.y + (is_phone ? 0.0F : 10.0F),
          head.width - (is_phone ? 24.0F : 36.0F), is_phone ? 48.0F : 28.0F};
  const ui::ButtonOptions copy{.kind = ui::ButtonKind::quiet,
                               .size = ui::ButtonSize::small,
                               .icon = ui::Icon::copy,
                               .spoken_name = "Copy log"};
  if (ui::button_right(ui, head, "Copy", copy)) {
    copy_text(desk.dashboard, log_text(*dialog.deployment.value), "Log");
  }
  ui::heading(ui, head, "Log", 3, ui::style::control_strong);
  draw_log_lines(ui, *dialog.deployment.value, rest, step);
}

void draw_work(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const DeployDialog& dialog = *desk.state.deploy;
  if (!dialog.deployment.value) {
    const auto since_ms = static_cast<double>(dialog.deployment.asked_at_ms);
    ui::Rect inside = ui::shrunk(area, 24, 24);
    ui::skeleton(ui, ui::cut_top(inside, 24, 12), since_ms);
    ui::skeleton(ui, ui::cut_top(inside, 120), since_ms, 8);
    return;
  }
  const message::Deployment& deployment = *dialog.deployment.value;
  const int current = std::max(0, current_step(deployment));
  ui::Rect rest = area;
  ui::Rect inside = ui::shrunk(area, 24, 24);
  ui::Rect head = ui::cut_top(inside, 24, 12);
  if (!deployment.steps.empty()) {
    const message::Step& step = deployment.steps[static_cast<size_t>(current)];
    const bool cancels = deployment.status == message::DeploymentStatus::cancelling;
    const std::string title = cancels ? "Taking away what was made" : step.title;
    const float width = ui::text_width(ui, title, ui::style::section) + 16;
    ui::heading(ui, ui::cut_left(head, width), title, 3, ui::style::section);
    ui::text(ui, head, work_detail(step),
             ui::with(ui::with(ui::style::control, ui::Tone::text_2), ui::Align::right));
  }
  float used = 60;
  if (!deployment.tables.empty()) {
    used += draw_tables(ui, deployment.tables, inside) + 16;
  }
  if (!dialog.problem.message.empty()) {
    used += problem_zone(ui, {inside.x, area.y + used, inside.width, 0}, dialog.problem) + 12;
  }
  ui::cut_top(rest, used);
  ui::divider(ui, ui::with_height(rest, 1));
  draw_log(ui, desk, rest, "");
}

}  // namespace fairway

#include <algorithm>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/state/words.h"
#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {
namespace {

constexpr float row_height = 56;

void draw_row(ui::Ui& ui, Desk& desk, ui::Rect row, const message::Activity& entry, int number) {
  ui::Scope item(ui, {.role = ui::Role::listitem,
                      .key = cat({decimal(entry.at_ms), "-", decimal(number)}),
                      .box = row});
  if (number > 0) ui::divider(ui, ui::with_height(row, 1));
  const Card* card = find_card(desk.state, entry.project_id);
  ui::Rect rest = ui::shrunk(row, ui.width_class() == ui::WidthClass::phone ? 16.0F : 20.0F, 0);
  if (card != nullptr && ui.width_class() != ui::WidthClass::phone) {
    const std::string spoken = cat({"Show ", card->name});
    if (ui::button_right(ui, rest, "Show", {.kind = ui::ButtonKind::quiet, .spoken_name = spoken},
                         12)) {
      open_project(desk.dashboard, card->id);
    }
  }
  ui::Rect lines = ui::middle(rest, 36);
  ui::text(ui, ui::cut_top(lines, 20), entry.text, ui::style::control);
  ui::text(ui, lines,
           cat({time_ago(desk.state.now_ms, entry.at_ms), ", ", moment_words(entry.at_ms)}),
           ui::with(ui::style::caption, ui::Tone::text_3));
}

float draw_entries(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const auto& entries = *desk.state.activity.value;
  const float height = std::max(1.0F, static_cast<float>(entries.size())) * row_height + 2;
  ui::card(ui, ui::with_height(at, height));
  if (entries.empty()) {
    ui::text(ui, ui::shrunk(ui::with_height(at, height), 20, 0),
             "Nothing has happened yet. Deployments and what came of them appear here.",
             ui::with(ui::style::body, ui::Tone::text_2));
    return height;
  }
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Activity", .box = at});
  for (size_t i = 0; i < entries.size(); ++i) {
    const ui::Rect row{at.x, at.y + 1 + row_height * static_cast<float>(i), at.width, row_height};
    if (ui::visible(ui, row)) draw_row(ui, desk, row, entries[i], static_cast<int>(i));
  }
  return height;
}

}  // namespace

void draw_activity(ui::Ui& ui, Desk& desk, ui::Rect page) {
  const State& state = desk.state;
  const ui::PageMetrics metrics = ui.metrics();
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Scope main(ui, {.role = ui::Role::main, .name = "Activity", .box = page});
  ui::Scroll scroll(ui, page, "Activity");
  const ui::Rect content = scroll.content();
  const float width = std::min(content.width - 2 * metrics.margin, 1080.0F);
  const float left = is_phone ? content.x + metrics.margin : content.x + metrics.margin;
  float y = content.y + (is_phone ? 20.0F : 28.0F);
  ui::heading(ui, {left, y, width, 32}, "Activity", 1, ui::style::page_title);
  y += is_phone ? 44.0F : 52.0F;
  const bool has_problem = state.activity.failed() && state.activity.failure.code != "no_answer" &&
                           state.activity.failure.code != "signed_out";
  if (has_problem) {
    y += problem_zone(ui, {left, y, width, 0}, state.activity.failure) + 12;
    ui::Rect row{left, y, width, ui.touch() ? 44.0F : 32.0F};
    if (ui::button_left(ui, row, "Try again", {})) {
      desk.dashboard.running.restart("activity", load_activity(desk.dashboard));
    }
    y += row.height + 16;
  }
  if (state.activity.has_value()) {
    y += draw_entries(ui, desk, {left, y, width, 0});
  } else if (state.activity.waiting()) {
    for (int i = 0; i < 6; ++i) {
      ui::skeleton(ui, {left, y, width, 44}, static_cast<double>(state.activity.asked_at_ms));
      y += row_height;
    }
  }
  scroll.took(y - content.y + 40);
}

}  // namespace fairway

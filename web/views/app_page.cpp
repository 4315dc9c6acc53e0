// The page of one app: its keys, and what they may spend.
#include <algorithm>

#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/projects.h"
#include "web/actions/usage.h"
#include "web/state/words.h"
#include "web/views/app_parts.h"
#include "web/views/usage_parts.h"

namespace fairway {
namespace {

void draw_head(ui::Ui& ui, Desk& desk, ui::Rect at, const Card* card) {
  const std::string name = card == nullptr ? std::string("App") : card->name;
  ui::Rect crumbs = ui::cut_top(at, 24, 4);
  if (ui::link(ui, ui::cut_left(crumbs, ui::link_width(ui, "Projects"), 8), "Projects",
               "/app/dashboard")) {
    show_page(desk.dashboard, Page::projects);
  }
  ui::icon(ui, ui::cut_left(crumbs, 12, 8), ui::Icon::right, 12, ui::Tone::text_3);
  ui::text(ui, crumbs, name, ui::with(ui::style::control, ui::Voice::silent));
  ui::Rect row = ui::cut_top(at, ui.touch() ? 44.0F : 36.0F);
  if (card != nullptr) {
    const std::string spoken = cat({"Deploy ", name});
    if (ui::button_right(ui, row, "Deploy",
                         {.kind = ui::ButtonKind::primary, .spoken_name = spoken})) {
      open_card(desk, card->id);
    }
    const std::string url = live_url(*card);
    if (!url.empty() && ui::button_right(ui, row, "Open", {.icon = ui::Icon::out})) {
      desk.dashboard.browser.open_tab(url);
    }
  }
  ui::heading(ui, ui::middle(row, 32), name, 1, ui::style::page_title);
}

float draw_limit(ui::Ui& ui, Desk& desk, ui::Rect at) {
  AppView& view = desk.state.app;
  const float padding = ui.metrics().card_padding;
  const ui::Rect frame = ui::with_height(at, 108);
  ui::Scope region(ui, {.role = ui::Role::region, .name = "Spend limit", .box = frame});
  ui::card(ui, frame);
  ui::Rect inside = ui::shrunk(frame, padding, 12);
  ui::Rect head = ui::cut_top(inside, ui.touch() ? 44.0F : 32.0F, 4);
  const message::AppKeys* keys = view.keys.value ? &*view.keys.value : nullptr;
  if (keys != nullptr && ui::button_right(ui, head, "Change limit", {})) {
    open_limit(view.limit, view.app_id, keys->limit_nanos);
  }
  ui::heading(ui, head, "Spend limit", 2, ui::style::card_title);
  if (keys == nullptr) return frame.height;
  const std::string spent = cat({sum_words(keys->cost_nanos), " spent this month"});
  if (keys->limit_nanos == 0) {
    ui::text(ui, ui::cut_top(inside, 20), cat({spent, ", no limit but your account's"}),
             ui::with(ui::style::control, ui::Tone::text_2));
    return frame.height;
  }
  const std::string words = cat({spent, " of ", money_words(keys->limit_nanos)});
  ui::text(ui, ui::cut_top(inside, 20, 8), words, ui::with(ui::style::control, ui::Tone::text_2));
  const auto share = static_cast<float>(static_cast<double>(keys->cost_nanos) /
                                        static_cast<double>(keys->limit_nanos));
  ui::progress_bar(ui, ui::with_height(inside, 6), share, words);
  return frame.height;
}

bool is_told_elsewhere(const Failure& failure) {
  return failure.code == "no_answer" || failure.code == "signed_out";
}

float draw_problems(ui::Ui& ui, Desk& desk, ui::Rect at) {
  AppView& view = desk.state.app;
  if (!view.problem.message.empty()) return problem_zone(ui, at, view.problem) + 16;
  if (!view.keys.failed() || is_told_elsewhere(view.keys.failure)) return 0;
  float height = problem_zone(ui, at, view.keys.failure) + 12;
  ui::Rect row{at.x, at.y + height, at.width, ui.touch() ? 44.0F : 32.0F};
  if (ui::button_left(ui, row, "Try again", {})) {
    desk.dashboard.running.restart("app keys", load_app_keys(desk.dashboard));
  }
  return height + row.height + 16;
}

}  // namespace

void draw_app_page(ui::Ui& ui, Desk& desk, ui::Rect page) {
  AppView& view = desk.state.app;
  const Card* card = find_card(desk.state, view.project_id);
  const std::string name = card == nullptr ? std::string("App") : card->name;
  const ui::PageMetrics metrics = ui.metrics();
  {
    ui::Scope main(ui, {.role = ui::Role::main, .name = name, .box = page});
    ui::Scroll scroll(ui, page, name);
    const ui::Rect content = scroll.content();
    const float width = std::min(content.width - 2 * metrics.margin, 1080.0F);
    const float left = content.x + metrics.margin;
    float y = content.y + 20;
    draw_head(ui, desk, {left, y, width, 80}, card);
    y += 88;
    y += draw_problems(ui, desk, {left, y, width, 0});
    y += draw_app_keys(ui, desk, {left, y, width, 0}) + metrics.gap;
    y += draw_limit(ui, desk, {left, y, width, 0});
    scroll.took(y - content.y + 40);
  }
  draw_key_dialog(ui, desk);
  draw_revoke_dialog(ui, desk);
  draw_limit_dialog(ui, desk, view.limit, cat({"the keys of ", name}));
}

}  // namespace fairway

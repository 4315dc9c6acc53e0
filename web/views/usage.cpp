// The usage page: what of the limit is spent, where it went, and every call.
#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/actions/usage.h"
#include "web/state/words.h"
#include "web/views/usage_parts.h"

namespace fairway {
namespace {

constexpr float side_width = 440;

void draw_head(ui::Ui& ui, Desk& desk, ui::Rect row, bool is_phone) {
  UsageView& view = desk.state.usage;
  ui::Rect title = is_phone ? ui::cut_top(row, 32, 12) : row;
  if (view.usage.value &&
      ui::button_right(ui, title, "Change limit", {.kind = ui::ButtonKind::secondary})) {
    open_limit(view.limit, "", view.usage.value->limit_nanos);
  }
  const float title_width = is_phone ? title.width : 96;
  ui::heading(ui, ui::middle(ui::cut_left(title, title_width), 32), "Usage", 1,
              ui::style::page_title);
  const std::string now = month_code_words(month_code(desk.state.now_ms, UsageSpan::current));
  const std::string before = month_code_words(month_code(desk.state.now_ms, UsageSpan::previous));
  const std::string this_month = now.substr(0, now.find(' '));
  const std::string last_month = before.substr(0, before.find(' '));
  const std::array<ui::Segment, 3> spans = {{{this_month}, {last_month}, {"12 months"}}};
  int chosen = static_cast<int>(view.span);
  const ui::Rect place = is_phone ? ui::cut_top(row, 44) : ui::middle(title, 32);
  if (ui::segmented(ui, place, "Time", spans, chosen)) {
    show_span(desk.dashboard, static_cast<UsageSpan>(chosen));
  }
}

// At 80 and 100 % of the limit a line stands above the title.
float draw_banner(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const UsageView& view = desk.state.usage;
  if (!view.usage.value || view.span != UsageSpan::current) return 0;
  const message::Usage& usage = *view.usage.value;
  const int64_t percent = percent_of_limit(usage);
  if (percent < 80) return 0;
  const bool is_full = percent >= 100;
  const Failure words = fix_input(
      "limit_near",
      is_full ? cat({"The limit of ", money_words(usage.limit_nanos), " is reached."})
              : cat({decimal(percent), " % of the limit of ", money_words(usage.limit_nanos),
                     " is spent."}),
      is_full ? "Calls of your apps are refused until you change the limit or the month ends."
              : "At the limit calls stop. You can change it here.");
  return problem_zone(ui, at, words, is_full ? ui::Mood::bad : ui::Mood::warn) + 16;
}

bool is_told_elsewhere(const Failure& failure) {
  return failure.code == "no_answer" || failure.code == "signed_out";
}

float draw_problem(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const UsageView& view = desk.state.usage;
  if (!view.usage.failed() || is_told_elsewhere(view.usage.failure)) return 0;
  float height = problem_zone(ui, at, view.usage.failure) + 12;
  ui::Rect row{at.x, at.y + height, at.width, ui.touch() ? 44.0F : 32.0F};
  if (ui::button_left(ui, row, "Try again", {})) {
    desk.dashboard.running.restart("usage", load_usage(desk.dashboard));
  }
  return height + row.height + 16;
}

float draw_waiting(ui::Ui& ui, ui::Rect at, int64_t asked_at_ms) {
  const auto since_ms = static_cast<double>(asked_at_ms);
  ui::skeleton(ui, {at.x, at.y, at.width, 144}, since_ms, 12);
  ui::skeleton(ui, {at.x, at.y + 164, at.width, 318}, since_ms, 12);
  return 482;
}

// Before the first call: what this is, and how one appears.
float draw_empty(ui::Ui& ui, ui::Rect at) {
  const ui::Rect frame = ui::with_height(at, 120);
  ui::card(ui, frame);
  ui::Rect inside = ui::shrunk(frame, 24, 22);
  ui::heading(ui, ui::cut_top(inside, 24, 8), "No calls yet", 2, ui::style::section);
  ui::text_block(ui, inside,
                 "What your apps spend on language models appears here, call by call. Switch a "
                 "service on under API keys when you deploy an app.",
                 ui::wrapped(ui::with(ui::style::body, ui::Tone::text_2)));
  return 120;
}

float draw_month(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const float gap = ui.metrics().gap;
  const message::Usage& usage = *desk.state.usage.usage.value;
  const bool is_empty = usage.services.empty();
  const bool is_beside = at.width >= 1080;
  ui::Rect left = at;
  ui::Rect right = at;
  if (is_beside && !is_empty) right = ui::cut_right(left, side_width - 1, gap);
  float y = at.y + draw_spent(ui, desk, left) + gap;
  if (is_empty) return y - at.y + draw_empty(ui, {at.x, y, at.width, 0});
  const float beside = is_beside ? at.y + sums_height(usage) - y : 0;
  y += draw_days(ui, desk, {left.x, y, left.width, beside});
  if (is_beside) {
    const float height = draw_sums(ui, desk, {right.x, at.y, right.width, y - at.y});
    y = std::max(y, at.y + height);
  } else {
    y += gap;
    y += draw_sums(ui, desk, {at.x, y, at.width, 0});
  }
  y += gap;
  y += draw_calls(ui, desk, {at.x, y, at.width, 0});
  return y - at.y;
}

}  // namespace

void draw_usage(ui::Ui& ui, Desk& desk, ui::Rect page) {
  UsageView& view = desk.state.usage;
  const ui::PageMetrics metrics = ui.metrics();
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  {
    ui::Scope main(ui, {.role = ui::Role::main, .name = "Usage", .box = page});
    ui::Scroll scroll(ui, page, "Usage");
    const ui::Rect content = scroll.content();
    const float width = std::min(content.width - 2 * metrics.margin, metrics.content_width_max);
    const float left = content.x + (content.width - width) / 2;
    float y = content.y + (is_phone ? 16.0F : 24.0F);
    y += draw_banner(ui, desk, {left, y, width, 0});
    draw_head(ui, desk, {left, y, width, is_phone ? 88.0F : 32.0F}, is_phone);
    y += is_phone ? 100.0F : 48.0F;
    y += draw_problem(ui, desk, {left, y, width, 0});
    if (!view.usage.value) {
      if (view.usage.waiting()) y += draw_waiting(ui, {left, y, width, 0}, view.usage.asked_at_ms);
    } else if (view.span == UsageSpan::year) {
      y += draw_months(ui, desk, {left, y, width, 0});
    } else {
      y += draw_month(ui, desk, {left, y, width, 0});
    }
    scroll.took(y - content.y + 40);
  }
  draw_call_details(ui, desk);
  draw_limit_dialog(ui, desk, view.limit, "your apps together");
}

}  // namespace fairway

#include <array>

#include "web/actions/session.h"
#include "web/state/words.h"
#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {
namespace {

// What went wrong the last time, in a tinted zone; returns its height with the gap below.
float draw_problem(ui::Ui& ui, const Failure& problem, ui::Rect at) {
  if (problem.message.empty()) return 0;
  return problem_zone(ui, at, problem) + 20;
}

void draw_sign_in_button(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const State& state = desk.state;
  const bool is_ready = state.health.value && !state.health.value->sign_in_url.empty();
  const bool is_broken = state.health.here() && !is_ready;
  ui::ButtonOptions options{.kind = ui::ButtonKind::primary, .size = ui::ButtonSize::large};
  if (ui.touch()) options.size = ui::ButtonSize::main;
  if (state.session.entering) options.busy_word = "Signing in";
  if (is_broken) {
    options.disabled_reason =
        "This Fairway has no sign-in page set (SIGN_IN_URL). Its operator "
        "must act.";
  } else if (!is_ready) {
    options.disabled_reason = "Fairway has not answered yet.";
  }
  const ui::Rect button =
      ui.touch() ? at : ui::Rect{at.x, at.y, ui::button_width(ui, "Sign in", options), at.height};
  if (ui::button(ui, button, "Sign in", options)) sign_in(desk.dashboard);
}

}  // namespace

void draw_sign_in(ui::Ui& ui, Desk& desk, ui::Rect page) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Scope main(ui, {.role = ui::Role::main, .name = "Sign in", .box = page});
  ui::Scroll scroll(ui, page, "Sign in");
  ui::Rect content = scroll.content();
  const float width = is_phone ? content.width - 32 : 760;
  ui::Measured measured(ui, "sign in card", 340);
  const ui::Rect card{content.x + (content.width - width) / 2,
                      content.y + (is_phone ? 20.0F : 88.0F), width, measured.height()};
  ui::card(ui, card);
  const ui::Rect inside = is_phone ? ui::shrunk(card, 20, 24) : ui::shrunk(card, 56, 48);
  ui::Column column{inside};
  ui::heading(ui, column.next(28), "From preview to production, data included", 1,
              ui::style::dialog_title);
  column.skip(6);
  constexpr std::string_view words =
      "Fairway takes the app that you made in the Builder and puts it on the web with one click: "
      "its code, its database and every row in it.";
  const ui::TextStyle style = ui::wrapped(ui::with(ui::style::body, ui::Tone::text_2));
  const float text_width = is_phone ? inside.width : 520.0F;
  column.skip(ui::text_block(ui, {inside.x, column.y, text_width, 60}, words, style) + 24);
  column.skip(draw_problem(ui, desk.state.session.problem, {inside.x, column.y, inside.width, 0}));
  draw_sign_in_button(ui, desk, column.next(ui.touch() ? 44.0F : 40.0F));
  column.skip(32);
  ui::divider(ui, {inside.x, column.y, inside.width, 1});
  column.skip(24);
  column.skip(draw_three_facts(ui, {inside.x, column.y, inside.width, 0}));
  measured.took(column.y - inside.y + 2 * (inside.y - card.y));
  scroll.took(card.bottom() - content.y + 32);
}

void draw_session_ended(ui::Ui& ui, Desk& desk) {
  ui::Dialog dialog(ui, {.title = "You were signed out",
                         .kind = ui::DialogKind::alert,
                         .width = 480,
                         .height = 236,
                         .foot_height = 64});
  ui::Rect body = ui::shrunk(dialog.body, 24, 20);
  ui::text_block(ui, body,
                 "Your session ended. Nothing is lost: what you typed stays here, and deployments "
                 "go on. Sign in again in a new tab, and this one goes on by itself.",
                 ui::wrapped(ui::with(ui::style::body, ui::Tone::text_2)));
  ui::Rect foot = dialog.foot;
  const bool waits = desk.dashboard.running.has("other tab");
  ui::ButtonOptions options{.kind = ui::ButtonKind::primary};
  if (waits) options.description = "Waiting for the other tab";
  if (ui::button_right(ui, foot, "Sign in in a new tab", options)) {
    sign_in_elsewhere(desk.dashboard);
  }
  if (ui::button_right(ui, foot, "Sign in here", {})) sign_in(desk.dashboard);
  if (waits) {
    ui::text(ui, foot, "Waiting for the other tab", ui::with(ui::style::caption, ui::Tone::text_3));
  }
}

}  // namespace fairway

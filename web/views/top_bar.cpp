#include <algorithm>
#include <array>
#include <cmath>

#include "shared/base/text.h"
#include "web/actions/connection.h"
#include "web/actions/projects.h"
#include "web/actions/session.h"
#include "web/state/words.h"
#include "web/views/views.h"

namespace fairway {
namespace {

constexpr std::array<ui::NavigationItem, 3> places = {{
    {"Projects", "/app/dashboard", ui::Icon::grid},
    {"Usage", "/app/dashboard?page=usage", ui::Icon::chart},
    {"Activity", "/app/dashboard?page=activity", ui::Icon::pulse},
}};

void go_to_place(Desk& desk, int place) {
  if (place == 0) show_page(desk.dashboard, Page::projects);
  if (place == 1) show_page(desk.dashboard, Page::usage);
  if (place == 2) show_page(desk.dashboard, Page::activity);
}

int place_of(Page page) {
  if (page == Page::usage) return 1;
  return page == Page::activity ? 2 : 0;
}

bool is_signed_in(const State& state) {
  return state.session.stage == Session::Stage::signed_in ||
         state.session.stage == Session::Stage::expired;
}

void open_palette(State& state) {
  state.palette = {};
  state.palette.open = true;
}

// Looks like a field and opens the palette, where one types.
void draw_search(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const ui::Press press = ui::press_area(ui, at, "Search or run a command", {.radius = 8});
  ui::box(ui, at,
          {.fill = press.hovered ? ui::Tone::hover : ui::Tone::surface,
           .edge = ui::Tone::outline,
           .radius = 8});
  ui::Rect inside = ui::shrunk(at, 10, 0);
  ui::icon(ui, ui::cut_left(inside, 16, 8), ui::Icon::search, 16, ui::Tone::text_3);
  const ui::Rect keys = ui::middle({at.right() - 8 - 44, at.y, 44, at.height}, 20);
  ui::text(ui, inside, "Search or run a command",
           ui::with(ui::with(ui::style::control, ui::Tone::text_3), ui::Voice::silent));
  ui::kbd(ui, keys, ui::keys_text(ui, "K"), ui::Align::right);
  if (press.clicked) open_palette(desk.state);
}

void draw_theme_items(ui::Menu& menu, Desk& desk) {
  struct Choice {
    std::string_view words;
    ui::ThemeChoice theme;
    ui::Icon icon;
  };
  constexpr std::array<Choice, 3> themes = {{
      {"As the system", ui::ThemeChoice::system, ui::Icon::laptop},
      {"Light", ui::ThemeChoice::light, ui::Icon::sun},
      {"Dark", ui::ThemeChoice::dark, ui::Icon::moon},
  }};
  menu.caption("Theme");
  for (const Choice& choice : themes) {
    if (menu.item({.words = choice.words,
                   .icon = choice.icon,
                   .chosen = ui::Chosen{desk.shell.theme() == choice.theme}})) {
      desk.shell.set_theme(choice.theme);
    }
  }
}

void draw_scale_items(ui::Menu& menu, Desk& desk) {
  struct Choice {
    std::string_view words;
    float scale;
  };
  constexpr std::array<Choice, 4> scales = {
      {{"100 %", 1.0F}, {"110 %", 1.1F}, {"125 %", 1.25F}, {"150 %", 1.5F}}};
  menu.caption("Size");
  for (const Choice& choice : scales) {
    const bool is_chosen = std::abs(desk.shell.scale() - choice.scale) < 0.01F;
    if (menu.item({.words = choice.words, .chosen = ui::Chosen{is_chosen}})) {
      desk.shell.set_scale(choice.scale);
    }
  }
}

void draw_account(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const std::string& email = desk.state.session.person.email;
  const std::string marks = initials(email);
  ui::Menu menu(ui, at, "Account", {.width = 240, .avatar = marks});
  if (!menu.open()) return;
  if (!email.empty()) menu.caption(email);
  draw_theme_items(menu, desk);
  menu.separator();
  draw_scale_items(menu, desk);
  menu.separator();
  if (menu.item({.words = "Sign out", .icon = ui::Icon::out})) {
    desk.dashboard.running.start_once("sign out", sign_out(desk.dashboard));
  }
}

void draw_bar_phone(ui::Ui& ui, Desk& desk, ui::Rect inside) {
  ui::Rect rest{inside.x + 16, inside.y, inside.width - 24, inside.height};
  ui::brand(ui, ui::cut_left(rest, 100));
  if (!is_signed_in(desk.state)) return;
  draw_account(ui, desk, ui::middle(ui::cut_right(rest, 48), 44));
  if (ui::icon_button(ui, ui::middle(ui::cut_right(rest, 44), 44), ui::Icon::search,
                      "Search or run a command")) {
    open_palette(desk.state);
  }
}

}  // namespace

void draw_top_bar(ui::Ui& ui, Desk& desk, ui::Rect bar) {
  ui::Scope banner(ui, {.role = ui::Role::banner, .name = "Fairway", .box = bar});
  ui::bar(ui, bar, ui::BarEdge::top);
  if (ui.width_class() == ui::WidthClass::phone) {
    draw_bar_phone(ui, desk, bar);
    return;
  }
  ui::Rect rest = ui::shrunk(bar, 24, 0);
  ui::brand(ui, ui::cut_left(rest, 110, 12));
  if (!is_signed_in(desk.state)) return;
  const int place = place_of(desk.state.page);
  go_to_place(desk, ui::navigation_bar(ui, ui::cut_left(rest, 340), places, place));
  const ui::Rect account = ui::middle(ui::cut_right(rest, 36, 16), 36);
  if (ui.width_class() == ui::WidthClass::tablet) {
    if (ui::icon_button(ui, ui::middle(ui::cut_right(rest, 36), 36), ui::Icon::search,
                        "Search or run a command")) {
      open_palette(desk.state);
    }
  } else {
    draw_search(ui, desk, ui::middle(ui::cut_right(rest, 340), 36));
  }
  draw_account(ui, desk, account);
}

void draw_bottom_bar(ui::Ui& ui, Desk& desk, ui::Rect bar) {
  const int place = place_of(desk.state.page);
  go_to_place(desk, ui::bottom_navigation(ui, bar, places, place));
}

void draw_toasts(ui::Ui& ui, Desk& desk) {
  State& state = desk.state;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Toasts toasts(ui, is_phone && !state.deploy ? 80.0F : 24.0F);
  if (state.connection.lost) {
    const int64_t left_ms = std::max<int64_t>(0, state.connection.next_try_at_ms - state.now_ms);
    const std::string detail =
        state.connection.trying || left_ms == 0
            ? "Trying now"
            : cat({"Trying again in ", decimal((left_ms + 999) / 1000), " s"});
    if (toasts.toast({.key = "connection",
                      .title = "Connection lost",
                      .detail = detail,
                      .mood = ui::Mood::warn,
                      .action = "Try now"}) == ui::ToastAnswer::action) {
      try_now(desk.dashboard);
    }
    ui.wake_at(ui.now_ms() + 1000);
  }
  std::erase_if(state.toasts,
                [&](const ToastMessage& toast) { return toast.until_ms <= state.now_ms; });
  for (size_t i = 0; i < state.toasts.size(); ++i) {
    const ToastMessage& toast = state.toasts[i];
    ui.wake_at(ui.now_ms() + static_cast<double>(toast.until_ms - state.now_ms));
    const ui::ToastAnswer answer = toasts.toast(
        {.key = toast.title,
         .title = toast.title,
         .detail = toast.detail,
         .mood = toast.mood == ToastMessage::Mood::ok ? ui::Mood::ok : ui::Mood::warn});
    if (answer == ui::ToastAnswer::dismissed) state.toasts[i].until_ms = 0;
  }
}

}  // namespace fairway

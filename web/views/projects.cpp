#include <algorithm>
#include <array>
#include <cmath>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/state/words.h"
#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {
namespace {

struct Figure {
  std::string label;
  std::string number;
  std::string beside;
  std::string below;
};

std::string month_detail(const Figures& figures) {
  std::vector<std::string> parts;
  if (figures.month_live > 0) parts.push_back(cat({decimal(figures.month_live), " live"}));
  if (figures.month_stopped > 0) {
    parts.push_back(cat({decimal(figures.month_stopped), " stopped"}));
  }
  if (figures.month_running > 0) {
    parts.push_back(cat({decimal(figures.month_running), " running"}));
  }
  return parts.empty() ? "none yet" : join(parts, ", ");
}

std::array<Figure, 4> figures_to_show(ui::Ui& ui, const State& state) {
  const Figures figures = figures_of(state);
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const std::string month = month_words(state.now_ms);
  const auto projects = static_cast<int64_t>(state.cards.size());
  return {{
      {"Live apps", grouped(figures.live),
       is_phone ? "" : cat({"of ", counted(projects, "project", "projects")}),
       cat({grouped(figures.not_deployed), " not deployed"})},
      {is_phone ? "Deployments" : cat({"Deployments in ", month}),
       figures.deployments_this_month ? grouped(*figures.deployments_this_month) : "", "",
       is_phone ? cat({"in ", month}) : month_detail(figures)},
      {"Needs you", grouped(figures.waiting_for_you), "",
       figures.waiting_for_you == 0 ? "nothing waits for you" : "stopped, with a way on"},
      {"Preview data", grouped(figures.rows), is_phone ? "" : "rows",
       is_phone ? "rows" : cat({"in ", counted(figures.tables, "table", "tables")})},
  }};
}

void draw_figure(ui::Ui& ui, ui::Rect cell, const Figure& figure) {
  ui::Scope scope(ui, figure.label);
  if (ui.width_class() == ui::WidthClass::phone) {
    ui::Rect rest = ui::shrunk(cell, 16, 12);
    ui::text_line(ui, rest, figure.label, ui::with(ui::style::caption, ui::Tone::text_2), 2);
    ui::text_line(ui, rest, figure.number, ui::style::dialog_title);
    ui::text_line(ui, rest, figure.below, ui::with(ui::style::caption, ui::Tone::text_3));
    return;
  }
  ui::Rect rest = ui::shrunk(cell, 24, 17);
  ui::text_line(ui, rest, figure.label, ui::with(ui::style::caption, ui::Tone::text_2), 2);
  ui::Rect line = ui::cut_top(rest, 32, 1);
  const std::string beside = " " + figure.beside;
  const std::array<ui::Run, 2> parts = {{{figure.number, ui::style::page_title},
                                         {beside, ui::with(ui::style::control, ui::Tone::text_3)}}};
  ui::runs(ui, line, std::span(parts).first(figure.beside.empty() ? 1 : 2));
  ui::text_line(ui, rest, figure.below, ui::with(ui::style::caption, ui::Tone::text_2));
}

float figures_height(ui::Ui& ui) {
  return ui.width_class() == ui::WidthClass::phone ? 175.0F : 106.0F;
}

void draw_figures(ui::Ui& ui, const State& state, ui::Rect at) {
  ui::Scope scope(ui, {.role = ui::Role::region, .name = "Figures", .box = at});
  ui::card(ui, at);
  const auto figures = figures_to_show(ui, state);
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const int columns = is_phone ? 2 : 4;
  for (int i = 0; i < 4; ++i) {
    const ui::Rect inside = is_phone ? ui::shrunk(at, 1) : at;
    const float height = is_phone ? 86.0F : at.height;
    const ui::Rect cell = ui::grid_cell(inside, i, columns, height, is_phone ? 1.0F : 0.0F);
    draw_figure(ui, cell, figures[static_cast<size_t>(i)]);
    if (i % columns != 0) {
      ui::divider_down(ui, is_phone ? cell : ui::shrunk(cell, 0, 17));
    }
  }
  if (is_phone) ui::divider(ui, {at.x, at.y + 87, at.width, 1});
}

void draw_title(ui::Ui& ui, Desk& desk, ui::Rect row) {
  ui::Rect rest = row;
  if (ui.width_class() == ui::WidthClass::phone) {
    if (ui::icon_button(ui, ui::cut_right(rest, 44), ui::Icon::plus, "Open the Builder",
                        {.kind = ui::ButtonKind::primary, .size = ui::ButtonSize::main})) {
      desk.dashboard.browser.go_to(builder_address(""));
    }
  } else if (ui::button_right(ui, rest, "Open the Builder", {.icon = ui::Icon::plus})) {
    desk.dashboard.browser.go_to(builder_address(""));
  }
  ui::heading(ui, rest, "Projects", 1, ui::style::page_title);
}

// The list is old: say so, with one way on; what is there stays.
float draw_list_problem(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const State& state = desk.state;
  float height = 0;
  if (state.projects.failed() && state.projects.failure.code != "no_answer" &&
      state.projects.failure.code != "signed_out") {
    height += problem_zone(ui, at, state.projects.failure) + 12;
    ui::Rect row{at.x, at.y + height, at.width, 32};
    if (ui::button_left(ui, row, "Try again", {})) refresh_all(desk.dashboard);
    height += 44;
  }
  if (state.builder.failed()) {
    height += problem_zone(ui, {at.x, at.y + height, at.width, 0}, state.builder.failure,
                           ui::Mood::warn) +
              16;
  }
  return height;
}

void draw_loading(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const ui::PageMetrics metrics = ui.metrics();
  const auto since_ms = static_cast<double>(desk.state.projects.asked_at_ms);
  for (int i = 0; i < metrics.columns * 2; ++i) {
    const ui::Rect cell =
        ui::grid_cell(area, i, metrics.columns, project_card_height(ui), metrics.gap);
    ui::card(ui, cell);
    ui::Rect inside = ui::shrunk(cell, metrics.card_padding + 1);
    ui::skeleton(ui, ui::with_height({inside.x, inside.y, inside.width * 0.4F, 0}, 16), since_ms);
    ui::skeleton(ui, {inside.x, inside.y + 28, inside.width * 0.8F, 12}, since_ms);
    ui::skeleton(ui, {inside.x, inside.bottom() - 106, inside.width, 60}, since_ms, 8);
  }
  ui.wake_at(since_ms + static_cast<double>(skeleton_after_ms));
}

void draw_no_match(ui::Ui& ui, Desk& desk, ui::Rect area) {
  State& state = desk.state;
  ui::Rect card = ui::with_height(area, 140);
  ui::card(ui, card);
  ui::Column column{ui::shrunk(card, 24, 28)};
  ui::heading(ui, column.next(24), "Nothing to show", 2, ui::style::section);
  ui::text(ui, column.next(20), explain_no_match(state.choice),
           ui::with(ui::style::body, ui::Tone::text_2));
  column.skip(8);
  ui::Rect row = column.next(32);
  if (ui::button_left(ui, row, "Clear filters", {})) {
    const ProjectOrder order = state.choice.order;
    state.choice = {};
    state.choice.order = order;
    state.search_open = false;
  }
}

std::string card_focus_name(const Card& card) { return card.name; }

// Arrows walk over the cards, D deploys the one that has the keyboard.
void follow_card_keys(ui::Ui& ui, Desk& desk, const std::vector<size_t>& shown) {
  const std::vector<Card>& cards = desk.state.cards;
  size_t at = 0;
  while (at < shown.size() && !ui.has_focus(ui::Role::link, card_focus_name(cards[shown[at]]))) {
    ++at;
  }
  const auto count = static_cast<int>(shown.size());
  if (at == shown.size()) {
    if (count > 0 && ui.pressed("ArrowDown")) {
      ui.focus_by_name(ui::Role::link, card_focus_name(cards[shown.front()]));
    }
    return;
  }
  if (ui.pressed("d") || ui.pressed("D")) {
    open_deploy(desk.dashboard, cards[shown[at]].id);
    return;
  }
  const int columns = ui.metrics().columns;
  int target = static_cast<int>(at);
  if (ui.pressed("ArrowRight")) target += 1;
  if (ui.pressed("ArrowLeft")) target -= 1;
  if (ui.pressed("ArrowDown")) target += columns;
  if (ui.pressed("ArrowUp")) target -= columns;
  target = std::clamp(target, 0, count - 1);
  if (target != static_cast<int>(at)) {
    ui.focus_by_name(ui::Role::link, card_focus_name(cards[shown[static_cast<size_t>(target)]]));
  }
}

// Height of one card on a phone, where descriptions may take two lines.
float phone_card_height(ui::Ui& ui, const Card& card, float width) {
  constexpr ui::TextStyle style = ui::wrapped(ui::style::control, 2);
  const float description =
      card.description.empty() ? 0 : ui::text_height(ui, card.description, style, width - 34);
  return 226 + description;
}

// Returns the height of all cards.
float draw_cards(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const State& state = desk.state;
  const ui::PageMetrics metrics = ui.metrics();
  const std::vector<size_t> shown = shown_cards(state.cards, state.choice);
  if (shown.empty()) {
    draw_no_match(ui, desk, area);
    return 140;
  }
  follow_card_keys(ui, desk, shown);
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Projects", .box = area});
  if (metrics.columns == 1) {
    float y = area.y;
    for (const size_t i : shown) {
      const float height = phone_card_height(ui, state.cards[i], area.width);
      const ui::Rect at{area.x, y, area.width, height};
      if (ui::visible(ui, at)) draw_project_card(ui, desk, at, state.cards[i]);
      y += height + metrics.gap;
    }
    return y - area.y - metrics.gap;
  }
  const float height = project_card_height(ui);
  for (size_t i = 0; i < shown.size(); ++i) {
    const ui::Rect at =
        ui::grid_cell(area, static_cast<int>(i), metrics.columns, height, metrics.gap);
    if (ui::visible(ui, at)) draw_project_card(ui, desk, at, state.cards[shown[i]]);
  }
  const auto rows = (static_cast<int>(shown.size()) + metrics.columns - 1) / metrics.columns;
  return static_cast<float>(rows) * (height + metrics.gap) - metrics.gap;
}

}  // namespace

float project_card_height(ui::Ui& ui) {
  return ui.width_class() == ui::WidthClass::phone ? 246.0F : 244.0F;
}

void draw_projects(ui::Ui& ui, Desk& desk, ui::Rect page) {
  const State& state = desk.state;
  const ui::PageMetrics metrics = ui.metrics();
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Scope main(ui, {.role = ui::Role::main, .name = "Projects", .box = page});
  ui::Scroll scroll(ui, page, "Projects");
  const ui::Rect content = scroll.content();
  const float width = std::min(content.width - 2 * metrics.margin, metrics.content_width_max);
  const float left = content.x + (content.width - width) / 2;
  float y = content.y + (is_phone ? 20.0F : 28.0F);
  const float title_height = is_phone ? 44.0F : 32.0F;
  const bool is_empty = state.projects.here() && state.builder.has_value() && state.cards.empty();
  draw_title(ui, desk, {left, y, width, title_height});
  y += title_height + (is_phone ? 12.0F : 20.0F);
  y += draw_list_problem(ui, desk, {left, y, width, 0});
  if (is_empty) {
    draw_projects_empty(ui, desk, {left, y, width, content.bottom() - y});
    scroll.took(is_phone ? 640.0F : 560.0F);
    return;
  }
  draw_figures(ui, state, {left, y, width, figures_height(ui)});
  y += figures_height(ui) + (is_phone ? 16.0F : 20.0F);
  const float filters_height = is_phone ? 44.0F : 32.0F;
  draw_project_filters(ui, desk, {left, y, width, filters_height});
  y += filters_height + (is_phone ? 12.0F : 16.0F);
  const ui::Rect area{left, y, width, page.bottom() - y};
  if (state.cards.empty()) {
    draw_loading(ui, desk, area);
    scroll.took(y - content.y + 2 * (project_card_height(ui) + metrics.gap));
    return;
  }
  y += draw_cards(ui, desk, area);
  scroll.took(y - content.y + (is_phone ? 20.0F : 40.0F));
}

void draw_projects_empty(ui::Ui& ui, Desk& desk, ui::Rect page) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float width = is_phone ? page.width : std::min(760.0F, page.width);
  ui::Measured measured(ui, "no projects", is_phone ? 540.0F : 354.0F);
  const ui::Rect card{page.x + (page.width - width) / 2, page.y + (is_phone ? 0.0F : 68.0F), width,
                      measured.height()};
  ui::card(ui, card);
  const ui::Rect inside = is_phone ? ui::shrunk(card, 21, 25) : ui::shrunk(card, 57, 49);
  ui::Column column{inside};
  ui::heading(ui, column.next(28), "No projects yet", 2, ui::style::dialog_title);
  column.skip(6);
  constexpr std::string_view words =
      "Make an app in the Builder and press Deploy there. It appears here with its code and the "
      "data of its preview.";
  const ui::Rect text{inside.x, column.y, std::min(inside.width, 520.0F), 60};
  column.skip(
      ui::text_block(ui, text, words, ui::wrapped(ui::with(ui::style::body, ui::Tone::text_2))) +
      24);
  const ui::ButtonOptions options{.kind = ui::ButtonKind::primary,
                                  .size = is_phone ? ui::ButtonSize::main : ui::ButtonSize::large,
                                  .icon = ui::Icon::plus};
  ui::Rect button = column.next(is_phone ? 44.0F : 40.0F);
  if (!is_phone) button.width = ui::button_width(ui, "Open the Builder", options);
  if (ui::button(ui, button, "Open the Builder", options)) {
    desk.dashboard.browser.go_to(builder_address(""));
  }
  column.skip(32);
  ui::divider(ui, {inside.x, column.y, inside.width, 1});
  column.skip(24);
  column.skip(draw_three_facts(ui, {inside.x, column.y, inside.width, 0}));
  measured.took(column.y - inside.y + 2 * (inside.y - card.y) - (is_phone ? 0.0F : 4.0F));
}

}  // namespace fairway

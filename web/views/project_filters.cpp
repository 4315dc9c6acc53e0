#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/views/views.h"

namespace fairway {
namespace {

constexpr std::array<PlatformFilter, 2> platforms = {PlatformFilter::any, PlatformFilter::web};
constexpr std::array<ProjectOrder, 3> orders = {ProjectOrder::needs_you_first,
                                                ProjectOrder::newest_first, ProjectOrder::by_name};

template <typename T, size_t size>
int place_of(const std::array<T, size>& all, T one) {
  return static_cast<int>(std::find(all.begin(), all.end(), one) - all.begin());
}

void draw_status_segments(ui::Ui& ui, ProjectChoice& choice, const std::vector<Card>& cards,
                          ui::Rect& row) {
  const auto counts = count_by_status(cards, choice);
  std::array<std::string, status_filters.size()> numbers;
  std::array<ui::Segment, status_filters.size()> segments;
  for (size_t i = 0; i < status_filters.size(); ++i) {
    numbers[i] = grouped(counts[i]);
    segments[i] = {.words = filter_words(status_filters[i]), .count = numbers[i]};
  }
  int chosen = place_of(status_filters, choice.status);
  const float width = ui::segmented_width(ui, segments);
  if (ui::segmented(ui, ui::cut_left(row, width, 8), "Status", segments, chosen,
                    {.role = ui::SegmentRole::radios})) {
    choice.status = status_filters[static_cast<size_t>(chosen)];
    ui.announce(
        cat({"Filtered to ", counted(counts[static_cast<size_t>(chosen)], "project", "projects")}));
  }
}

void draw_status_select(ui::Ui& ui, ProjectChoice& choice, const std::vector<Card>& cards,
                        ui::Rect at) {
  const auto counts = count_by_status(cards, choice);
  std::array<std::string, status_filters.size()> numbers;
  std::array<ui::SelectOption, status_filters.size()> options;
  for (size_t i = 0; i < status_filters.size(); ++i) {
    numbers[i] = grouped(counts[i]);
    options[i] = {.words = filter_words(status_filters[i]), .detail = numbers[i]};
  }
  int chosen = place_of(status_filters, choice.status);
  if (ui::select(ui, at, "Status", options, chosen, {.prefix = "Status"})) {
    choice.status = status_filters[static_cast<size_t>(chosen)];
  }
}

std::array<ui::SelectOption, platforms.size()> platform_options() {
  std::array<ui::SelectOption, platforms.size()> options;
  for (size_t i = 0; i < platforms.size(); ++i) options[i].words = platform_words(platforms[i]);
  return options;
}

void draw_platform_select(ui::Ui& ui, ProjectChoice& choice, ui::Rect at) {
  const auto options = platform_options();
  int chosen = place_of(platforms, choice.platform);
  if (ui::select(ui, at, "Platform", options, chosen, {.prefix = "Platform"})) {
    choice.platform = platforms[static_cast<size_t>(chosen)];
  }
}

void draw_order_menu(ui::Ui& ui, ProjectChoice& choice, ui::Rect at) {
  ui::Menu menu(ui, at, "Sort", {.icon = ui::Icon::sort, .kind = ui::ButtonKind::secondary});
  if (!menu.open()) return;
  for (const ProjectOrder order : orders) {
    if (menu.item({.words = order_words(order), .chosen = ui::Chosen{choice.order == order}})) {
      choice.order = order;
    }
  }
}

void draw_search(ui::Ui& ui, State& state, ui::Rect at) {
  ui::search_field(ui, at, state.choice.search,
                   {.label = "Find a project", .placeholder = "Find a project"});
  if (ui.has_focus(ui::Role::searchbox, "Find a project") && ui.pressed("Escape")) {
    state.choice.search.clear();
    state.search_open = false;
  }
}

}  // namespace

void draw_project_filters(ui::Ui& ui, Desk& desk, ui::Rect row) {
  State& state = desk.state;
  ProjectChoice& choice = state.choice;
  ui::Scope scope(ui, {.role = ui::Role::search, .name = "Filter projects", .box = row});
  if (ui.width_class() == ui::WidthClass::phone) {
    draw_order_menu(ui, choice, ui::cut_right(row, 44, 8));
    draw_status_select(ui, choice, state.cards, ui::column_of(row, 0, 2, 8));
    draw_platform_select(ui, choice, ui::column_of(row, 1, 2, 8));
    return;
  }
  draw_status_segments(ui, choice, state.cards, row);
  std::array<ui::SelectOption, orders.size()> order_options;
  for (size_t i = 0; i < orders.size(); ++i) order_options[i].words = order_words(orders[i]);
  int order = place_of(orders, choice.order);
  const float order_width = ui::select_width(ui, order_options, order, {.prefix = "Sort"});
  const ui::Rect order_at = ui::cut_right(row, order_width, 8);
  const auto options = platform_options();
  const int platform = place_of(platforms, choice.platform);
  const float platform_width = ui::select_width(ui, options, platform, {.prefix = "Platform"});
  const ui::Rect platform_at = ui::cut_right(row, platform_width, 8);
  if (state.search_open || !choice.search.empty()) {
    const float width = std::min(240.0F, row.width);
    draw_search(ui, state, ui::cut_right(row, width));
  }
  draw_platform_select(ui, choice, platform_at);
  if (ui::select(ui, order_at, "Sort", order_options, order, {.prefix = "Sort"})) {
    choice.order = orders[static_cast<size_t>(order)];
  }
}

}  // namespace fairway

#include "web/ui/surfaces.h"

#include <algorithm>
#include <cmath>

#include "web/ui/core.h"

namespace fairway::ui {

Rect card(Ui& ui, const Rect& at) {
  box(ui, at, {.fill = Tone::surface, .edge = Tone::border, .radius = 12, .shadow = Shadow::card});
  return shrunk(at, ui.metrics().card_padding);
}

void zone(Ui& ui, const Rect& at, Mood mood) {
  Tone fill = Tone::inset;
  if (mood == Mood::ok) fill = Tone::ok_soft;
  if (mood == Mood::warn) fill = Tone::warn_soft;
  if (mood == Mood::bad) fill = Tone::bad_soft;
  if (mood == Mood::accent) fill = Tone::accent_soft;
  box(ui, at, {.fill = fill, .radius = 8});
}

// --- Scroll areas
// ---------------------------------------------------------------------------------

Scroll::Scroll(Ui& ui, const Rect& area, std::string_view name, ScrollEdge edge)
    : ui_(ui), area_(area) {
  Core& core = ui.core();
  node_ = core.emit({.role = Role::scroll, .box = area, .name = std::string(name)}, name);
  ScrollMemory& memory = core.scrolls[node_];
  const float limit = std::max(0.0F, memory.content_height - area.height);
  const float old_limit = std::max(0.0F, memory.content_height - memory.area_height);
  const bool at_end = memory.offset >= old_limit - 2;
  memory.area_height = area.height;
  if (edge == ScrollEdge::follow_end && at_end && memory.offset != limit) {
    memory.offset = limit;
    memory.wish = limit;
  }
  if (memory.wish) memory.offset = std::min(*memory.wish, limit);
  memory.offset = std::clamp(memory.offset, 0.0F, limit);
  memory.seen = core.frame;
  follows_ = edge == ScrollEdge::follow_end && at_end;
  offset_ = memory.offset;
  content_ = {area.x, area.y - offset_, area.width, std::max(area.height, memory.content_height)};
  core.nodes.back().scroll_offset = offset_;
  core.push_level(node_, node_);
  core.push_clip(area);
  core.scroll_stack.push_back(node_);
}

Scroll::~Scroll() {
  Core& core = ui_.core();
  core.scroll_stack.pop_back();
  ScrollMemory& memory = core.scrolls[node_];
  if (std::abs(memory.content_height - took_) > 0.5F) {
    memory.content_height = took_;
    const float limit = std::max(0.0F, took_ - area_.height);
    if (follows_) memory.wish = limit;
    if (follows_ || memory.offset > limit) core.again = true;
  }
  Node& node = core.nodes[core.node_index[node_]];
  node.scroll_height = took_;
  if (took_ > area_.height + 1) {
    // The thumb shows where one is; wheel, finger and keys move.
    const float share = area_.height / took_;
    const float length = std::max(24.0F, share * (area_.height - 8));
    const float room = area_.height - 8 - length;
    const float part = std::clamp(offset_ / (took_ - area_.height), 0.0F, 1.0F);
    box(ui_, {area_.right() - 8, area_.y + 4 + room * part, 4, length},
        {.fill = Tone::outline, .radius = 2, .opacity = 0.7F});
  }
  core.pop_clip();
  core.pop_level();
}

void Scroll::to_top() {
  ScrollMemory& memory = ui_.core().scrolls[node_];
  memory.wish = 0.0F;
  ui_.core().again = true;
}

// --- Bars
// -----------------------------------------------------------------------------------------

namespace {

struct Placed {
  Press press;
  Rect at;
};

Placed bar_link(Ui& ui, const Rect& at, const NavigationItem& item, bool current, float radius) {
  Placed placed;
  placed.at = at;
  Node node{.role = Role::link,
            .box = at,
            .name = std::string(item.words),
            .href = std::string(item.href)};
  if (current) node.state |= NodeState::current;
  placed.press = ui.core().interact(std::move(node), item.words);
  if (placed.press.focused) focus_ring(ui, shrunk(at, 2), radius);
  return placed;
}

}  // namespace

int navigation_bar(Ui& ui, const Rect& at, std::span<const NavigationItem> items, int current) {
  const Scope scope(ui, {.role = Role::navigation, .name = "Main", .box = at});
  int pressed = -1;
  Rect rest = middle(at, 32);
  for (size_t i = 0; i < items.size(); ++i) {
    const bool chosen = int(i) == current;
    const TextStyle ink = chosen ? style::body_strong : with(style::body, Tone::text_2);
    const Rect place = cut_left(rest, std::ceil(text_width(ui, items[i].words, ink)) + 24, 4);
    const Placed placed = bar_link(ui, place, items[i], chosen, 8);
    const Tone fill = chosen ? Tone::inset : placed.press.hovered ? Tone::hover : Tone::none;
    if (fill != Tone::none) box(ui, place, {.fill = fill, .radius = 8});
    draw_words(ui, place.x + 12, place.middle_y(), items[i].words, ink);
    if (placed.press.clicked) pressed = int(i);
  }
  return pressed;
}

int bottom_navigation(Ui& ui, const Rect& at, std::span<const NavigationItem> items, int current) {
  const Scope scope(ui, {.role = Role::navigation, .name = "Main", .box = at});
  bar(ui, at, BarEdge::bottom);
  int pressed = -1;
  for (size_t i = 0; i < items.size(); ++i) {
    const bool chosen = int(i) == current;
    const Rect place = column_of(at, int(i), int(items.size()));
    const Placed placed = bar_link(ui, place, items[i], chosen, 8);
    const Tone ink = chosen ? Tone::accent_text : Tone::text_2;
    icon(ui, {place.x, place.y + 10, place.width, 20}, items[i].icon, 20, ink);
    const TextStyle words = with(chosen ? style::caption_strong : style::caption, ink);
    const float width = text_width(ui, items[i].words, words);
    draw_words(ui, place.middle_x() - width / 2, place.y + 46, items[i].words, words);
    if (placed.press.clicked) pressed = int(i);
  }
  return pressed;
}

void bar(Ui& ui, const Rect& at, BarEdge edge) {
  box(ui, at, {.fill = Tone::surface});
  divider(ui, {at.x, edge == BarEdge::top ? at.bottom() - 1 : at.y, at.width, 1});
}

void brand(Ui& ui, const Rect& at) {
  const Rect sign = middle({at.x, at.y, 24, at.height}, 24);
  box(ui, sign, {.fill = Tone::accent, .radius = 6.5F});
  const auto stroke = [&](float x1, float y1, float x2, float y2, float width) {
    line(ui, sign.x + x1, sign.y + y1, sign.x + x2, sign.y + y2, Tone::on_accent, width);
  };
  stroke(6, 18.5F, 9.4F, 5.5F, 2);
  stroke(18, 18.5F, 14.6F, 5.5F, 2);
  for (const float y : {7.0F, 11.6F, 17.2F}) stroke(12, y, 12, y + 0.01F, 2.3F);
  const Rect words{at.x + 34, at.y, at.width - 34, at.height};
  if (words.width > 20) text(ui, words, "Fairway", with(style::section, Overflow::visible));
}

}  // namespace fairway::ui

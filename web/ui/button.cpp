#include <algorithm>
#include <cmath>

#include "web/ui/controls.h"
#include "web/ui/core.h"

namespace fairway::ui {

namespace {

struct Measures {
  float height;
  float padding;
  float icon;
  float radius;
  TextStyle style;
};

Measures measures_of(const Ui& ui, ButtonSize size, ButtonKind kind) {
  Measures m{32, 13, 16, 8, style::control_strong};
  if (size == ButtonSize::small) m = {28, 11, 14, 6, style::caption_strong};
  if (size == ButtonSize::large) m = {40, 17, 16, 8, style::body_strong};
  if (size == ButtonSize::main) m = {ui.touch() ? 48.0F : 44.0F, 17, 16, 10, style::body_strong};
  if (size == ButtonSize::control || size == ButtonSize::small) {
    if (kind == ButtonKind::quiet) m.padding = 11;
    if (kind == ButtonKind::link) m.padding = 9;
  }
  return m;
}

struct Colors {
  Tone rest, hover, press, edge, ink;
};

Colors colors_of(ButtonKind kind) {
  switch (kind) {
    case ButtonKind::primary:
      return {Tone::accent, Tone::accent_hover, Tone::accent_press, Tone::none, Tone::on_accent};
    case ButtonKind::quiet:
      return {Tone::none, Tone::hover, Tone::press, Tone::none, Tone::text_2};
    case ButtonKind::link:
      return {Tone::none, Tone::hover, Tone::press, Tone::none, Tone::accent_text};
    case ButtonKind::danger:
      return {Tone::surface, Tone::bad_soft, Tone::bad_soft, Tone::bad_mark, Tone::bad};
    case ButtonKind::danger_fill:
      return {Tone::bad_fill, Tone::bad_fill, Tone::bad, Tone::none, Tone::on_accent};
    case ButtonKind::secondary:
      break;
  }
  return {Tone::surface, Tone::hover, Tone::press, Tone::outline, Tone::text};
}

float kbd_width(Ui& ui, std::string_view keys) {
  return std::max(20.0F, std::ceil(text_width(ui, keys, style::caption)) + 14);
}

// What stands in the middle: arc or icon, words, icon after, keys.
float content_width(Ui& ui, std::string_view words, const ButtonOptions& options,
                    const Measures& m) {
  const bool leading = options.icon != Icon::none || !options.busy_word.empty();
  const std::string_view shown = options.busy_word.empty() ? words : options.busy_word;
  float width = shown.empty() ? 0 : std::ceil(text_width(ui, shown, m.style));
  if (leading) width += m.icon + (shown.empty() ? 0 : 6);
  if (options.icon_after != Icon::none) width += m.icon + 6;
  if (!options.keys_hint.empty()) width += kbd_width(ui, options.keys_hint) + 10;
  return width;
}

void draw_ground(Ui& ui, const Rect& at, const Measures& m, const ButtonOptions& options, NodeId id,
                 const Press& press) {
  const bool disabled = !options.disabled_reason.empty();
  if (disabled) {
    box(ui, at, {.fill = Tone::inset, .radius = m.radius});
    return;
  }
  const Colors colors = colors_of(options.kind);
  const bool idle = !options.busy_word.empty();
  const float over = animated_for(ui.core(), id, press.hovered && !idle ? 1.0F : 0.0F, 120);
  Color fill = mixed(color(ui, colors.rest), color(ui, colors.hover), over);
  if (press.held && !idle) fill = color(ui, colors.press);
  box_colored(ui, at, fill, color(ui, colors.edge), 1, m.radius);
}

void draw_keys(Ui& ui, const Rect& at, std::string_view keys, const ButtonOptions& options) {
  if (options.kind != ButtonKind::primary) {
    kbd(ui, at, keys);
    return;
  }
  const Rect place = middle(with_height(at, at.height), 20);
  box(ui, {place.x, place.y, kbd_width(ui, keys), 20}, {.fill = Tone::accent_press, .radius = 4});
  draw_words(ui, place.x + 7, place.middle_y(), keys, with(style::caption, Tone::on_accent));
}

void draw_content(Ui& ui, const Rect& at, std::string_view words, const ButtonOptions& options,
                  const Measures& m) {
  const bool disabled = !options.disabled_reason.empty();
  const Tone ink = disabled ? Tone::text_3 : colors_of(options.kind).ink;
  const bool busy = !options.busy_word.empty();
  const std::string_view shown = busy ? options.busy_word : words;
  float rest = std::min(content_width(ui, words, options, m), at.width - 8);
  float x = at.x + (at.width - rest) / 2;
  const auto square = [&] { return Rect{x, at.y, m.icon, at.height}; };
  if (busy) {
    spinner(ui, square(), m.icon, ink);
    x += m.icon + 6;
    rest -= m.icon + 6;
  } else if (options.icon != Icon::none) {
    icon(ui, square(), options.icon, shown.empty() && ui.touch() ? 20 : m.icon, ink);
    x += m.icon + 6;
    rest -= m.icon + 6;
  }
  float after = options.icon_after != Icon::none ? m.icon + 6 : 0;
  if (!options.keys_hint.empty()) after += kbd_width(ui, options.keys_hint) + 10;
  const std::string cut = fitted(ui, shown, m.style, rest - after + 1);
  x += draw_words(ui, x, at.middle_y(), cut, m.style, color(ui, ink));
  if (options.icon_after != Icon::none) {
    x += 6;
    icon(ui, square(), options.icon_after, m.icon, ink);
    x += m.icon;
  }
  if (!options.keys_hint.empty())
    draw_keys(ui, {x + 10, at.y, 0, at.height}, options.keys_hint, options);
}

}  // namespace

float button_height(const Ui& ui, ButtonSize size) {
  return measures_of(ui, size, ButtonKind::secondary).height;
}

float button_width(Ui& ui, std::string_view words, const ButtonOptions& options) {
  const Measures m = measures_of(ui, options.size, options.kind);
  if (words.empty() && options.icon != Icon::none) return m.height;
  return content_width(ui, words, options, m) + 2 * m.padding;
}

bool button(Ui& ui, const Rect& at, std::string_view words, const ButtonOptions& options) {
  Core& core = ui.core();
  const Measures m = measures_of(ui, options.size, options.kind);
  const Rect place = at.height > m.height ? middle(at, m.height) : at;
  const bool disabled = !options.disabled_reason.empty();
  const bool busy = !options.busy_word.empty();
  const std::string_view spoken = options.spoken_name.empty() ? words : options.spoken_name;
  Node node{.role = Role::button,
            .box = hit_box(ui, place),
            .name = std::string(busy ? options.busy_word : spoken),
            .description = std::string(disabled ? options.disabled_reason : options.description),
            .key_shortcuts = std::string(options.key_shortcuts)};
  if (disabled) node.state |= NodeState::disabled;
  if (busy) node.state |= NodeState::busy;
  NodeId id = no_node;
  const std::string_view key = options.key.empty() ? spoken : options.key;
  Press press = core.interact(std::move(node), key, &id);
  draw_ground(ui, place, m, options, id, press);
  draw_content(ui, place, words, options, m);
  if (press.focused) focus_ring(ui, place, m.radius);
  const std::string_view tip = disabled ? options.disabled_reason : options.tooltip;
  tooltip_for(ui, place, tip, press);
  return press.clicked && !busy;
}

bool button_left(Ui& ui, Rect& rest, std::string_view words, const ButtonOptions& options,
                 float gap) {
  return button(ui, cut_left(rest, button_width(ui, words, options), gap), words, options);
}

bool button_right(Ui& ui, Rect& rest, std::string_view words, const ButtonOptions& options,
                  float gap) {
  return button(ui, cut_right(rest, button_width(ui, words, options), gap), words, options);
}

bool icon_button(Ui& ui, const Rect& at, Icon which, std::string_view name,
                 const ButtonOptions& options) {
  ButtonOptions all = options;
  all.icon = which;
  all.spoken_name = name;
  if (all.tooltip.empty()) all.tooltip = name;
  return button(ui, at, "", all);
}

// --- Links
// ----------------------------------------------------------------------------------------

float link_width(Ui& ui, std::string_view words, const LinkOptions& options) {
  const float width = std::ceil(text_width(ui, words, options.style));
  return options.icon_after == Icon::none ? width : width + 20;
}

bool link(Ui& ui, const Rect& at, std::string_view words, std::string_view href,
          const LinkOptions& options) {
  Core& core = ui.core();
  const float width = std::min(at.width, link_width(ui, words, options));
  Rect place = middle(at, std::min(at.height, options.style.line_px));
  if (options.style.align == Align::right) place.x = at.right() - width;
  if (options.style.align == Align::centre) place.x = at.x + (at.width - width) / 2;
  place.width = width;
  const std::string_view spoken = options.spoken_name.empty() ? words : options.spoken_name;
  Node node{.role = Role::link,
            .box = hit_box(ui, place),
            .name = std::string(spoken),
            .href = std::string(href)};
  if (options.opens == LinkOptions::Opens::new_tab) node.state |= NodeState::new_tab;
  const std::string_view key = options.key.empty() ? spoken : options.key;
  const Press press = core.interact(std::move(node), key);
  const float icon_room = options.icon_after == Icon::none ? 0.0F : 20.0F;
  const std::string shown = fitted(ui, words, options.style, width - icon_room);
  const float drawn = draw_words(ui, place.x, place.middle_y(), shown, options.style);
  if (icon_room > 0)
    icon(ui, {place.x + drawn + 6, place.y, 14, place.height}, options.icon_after, 14,
         options.style.tone);
  if (press.hovered)
    box(ui, {place.x, place.middle_y() + options.style.size_px * 0.5F, drawn, 1},
        {.fill = options.style.tone});
  if (press.focused) focus_ring(ui, place, 4);
  return press.clicked;
}

Press press_area(Ui& ui, const Rect& at, std::string_view name, const PressOptions& options) {
  const bool disabled = !options.disabled_reason.empty();
  Node node{.role = options.role,
            .box = at,
            .name = std::string(name),
            .description = std::string(disabled ? options.disabled_reason : options.description),
            .href = std::string(options.href)};
  if (disabled) node.state |= NodeState::disabled;
  const bool chosen = options.chosen == Chosen::yes;
  if (options.role == Role::radio || options.role == Role::checkbox)
    node.state |= chosen ? NodeState::checked : NodeState::unchecked;
  else if (chosen)
    node.state |= options.role == Role::link ? NodeState::current : NodeState::selected;
  if (options.role == Role::radio && !chosen) node.state |= NodeState::skip_tab;
  const Press press = ui.core().interact(std::move(node), options.key.empty() ? name : options.key);
  if (press.focused) focus_ring(ui, shrunk(at, 4), std::max(0.0F, options.radius - 4));
  tooltip_for(ui, at, options.disabled_reason, press);
  return press;
}

// --- Keys
// -----------------------------------------------------------------------------------------

std::string keys_text(const Ui& ui, std::string_view key) {
  const bool mac = ui.surroundings().keys == Surroundings::Keys::mac;
  return std::string(mac ? "⌘" : "Ctrl ").append(key);
}

float kbd(Ui& ui, const Rect& at, std::string_view keys, Align align) {
  const float width = kbd_width(ui, keys);
  Rect place = middle(at, 20);
  if (align == Align::right) place.x = at.right() - width;
  place.width = width;
  box(ui, place, {.fill = Tone::inset, .edge = Tone::border, .radius = 4});
  const float inside = text_width(ui, keys, style::caption);
  draw_words(ui, place.x + (width - inside) / 2, place.middle_y(), keys,
             with(style::caption, Tone::text_2));
  return width;
}

// --- Tooltips
// -------------------------------------------------------------------------------------

void tooltip_for(Ui& ui, const Rect& over, std::string_view words, const Press& press) {
  if (words.empty() || press.held) return;
  Core& core = ui.core();
  constexpr double rest_ms = 500;
  const double since = core.attention.hovered_since_ms;
  const bool rested = press.hovered && core.around.now_ms >= since + rest_ms;
  if (press.hovered && !rested) ui.wake_at(since + rest_ms);
  if (!rested && !press.focused) return;
  core.tooltip_words = words;
  core.tooltip_over = over;
}

void draw_tooltip(Ui& ui) {
  Core& core = ui.core();
  if (core.tooltip_words.empty()) return;
  const std::string words = core.tooltip_words;
  const size_t before = core.layer;
  core.push_layer(no_node, LayerKind::passing);
  const TextStyle lines = wrapped(with(style::caption, Voice::silent));
  const float width = std::min(280.0F, std::ceil(text_width(ui, words, lines)) + 1);
  const float height = text_height(ui, words, lines, width);
  const Rect screen = ui.screen();
  const Rect& over = core.tooltip_over;
  float y = over.bottom() + 8;
  if (y + height + 12 > screen.bottom()) y = over.y - 8 - height - 12;
  const float x = std::clamp(over.middle_x() - width / 2 - 10, 8.0F,
                             std::max(8.0F, screen.right() - width - 28));
  const Rect at{x, y, width + 20, height + 12};
  box(ui, at, {.fill = Tone::surface, .edge = Tone::border, .radius = 8, .shadow = Shadow::menu});
  text_block(ui, shrunk(at, 10, 6), words, lines);
  core.pop_layer(before);
}

}  // namespace fairway::ui

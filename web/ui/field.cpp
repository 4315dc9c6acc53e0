#include <algorithm>
#include <cmath>

#include "web/ui/controls.h"
#include "web/ui/core.h"

namespace fairway::ui {

namespace {

enum class Lines { one, many };
enum class Frame { drawn, none };

struct Shape {
  Role role;
  Lines lines;
  TextStyle style;
  Frame frame = Frame::drawn;
};

struct Insides {
  Rect words;  // where text is drawn and clipped
  float padding_left;
  float padding_right;
};

TextStyle style_of(const Ui& ui, const FieldOptions& options, Lines lines) {
  TextStyle result = ui.touch() ? style::large : style::control;
  if (options.face == Face::mono || lines == Lines::many) result = style::mono;
  if (ui.touch() && result.face == Face::mono) result.size_px = 16, result.line_px = 24;
  result.overflow = Overflow::visible;
  return result;
}

std::string hidden(std::string_view value) {
  std::string dots;
  for (const char c : value)
    if ((uint8_t(c) & 0xC0U) != 0x80U) dots += "•";
  return dots;
}

Insides insides(Ui& ui, const Rect& at, const FieldOptions& options, Lines lines, bool can_clear,
                Frame frame) {
  if (frame == Frame::none) return {at, 0, 0};
  float left = ui.touch() ? 12 : 11;
  float right = left;
  if (options.icon != Icon::none) left = ui.touch() ? 40 : 35;
  if (!options.suffix.empty())
    right += std::ceil(text_width(ui, options.suffix, style::control)) + 8;
  if (!options.keys_hint.empty()) right += 44;
  if (can_clear) right += 28;
  const float top = lines == Lines::many ? 8 : 0;
  return {{at.x + left, at.y + top, at.width - left - right, at.height - 2 * top}, left, right};
}

void draw_frame(Ui& ui, const Rect& at, const FieldOptions& options, bool focused) {
  const bool disabled = !options.disabled_reason.empty();
  const float radius = ui.touch() ? 10 : 8;
  const Tone edge = !options.error.empty() ? Tone::bad_mark : Tone::outline;
  box(ui, at,
      {.fill = disabled ? Tone::inset : Tone::surface,
       .edge = disabled ? Tone::none : edge,
       .radius = radius});
  if (focused)
    box(ui, grown(at, 1),
        {.fill = Tone::none, .edge = Tone::accent_line, .edge_width = 2, .radius = radius + 1});
}

bool caret_shown(Ui& ui, const Editing& editing) {
  constexpr double blink_ms = 530;
  if (ui.surroundings().motion == Surroundings::Motion::reduced) return true;
  const double since = std::max(0.0, ui.now_ms() - editing.touched_ms);
  const auto phase = int64_t(since / blink_ms);
  ui.wake_at(editing.touched_ms + double(phase + 1) * blink_ms);
  return phase % 2 == 0;
}

float stop_at(const std::vector<float>& stops, int unit) {
  return stops[size_t(std::clamp(unit, 0, int(stops.size()) - 1))];
}

// One line of the value with its part of the selection; `first_unit` counts from the whole text.
void draw_line(Ui& ui, float x, float y, std::string_view words, const TextStyle& style,
               const Editing* editing, int first_unit, bool caret) {
  const float middle = y + style.line_px / 2;
  if (editing == nullptr) {
    draw_words(ui, x, middle, words, style);
    return;
  }
  const auto stops = caret_stops(ui, words, style);
  const int units = int(stops.size()) - 1;
  const int start = editing->selection_start - first_unit;
  const int end = editing->selection_end - first_unit;
  if (end > start && end > 0 && start <= units) {
    const float from = stop_at(stops, start);
    const float to = stop_at(stops, end) + (end > units ? 4.0F : 0.0F);
    box(ui, {x + from, middle - style.line_px / 2, to - from, style.line_px},
        {.fill = Tone::accent_soft});
  }
  draw_words(ui, x, middle, words, style);
  const bool here = start == end && start >= 0 && start <= units;
  if (here && caret)
    box(ui,
        {x + stop_at(stops, start) - 0.5F, middle - style.size_px * 0.62F, 1.5F,
         style.size_px * 1.24F},
        {.fill = Tone::accent_line});
}

void draw_lines(Ui& ui, const Rect& at, std::string_view value, const TextStyle& style,
                const Editing* editing, bool caret) {
  float y = at.y - (editing != nullptr ? editing->scroll_top : 0);
  const float x = at.x - (editing != nullptr ? editing->scroll_left : 0);
  int unit = 0;
  for (size_t begin = 0; begin <= value.size();) {
    const size_t end = std::min(value.find('\n', begin), value.size());
    const std::string_view words = value.substr(begin, end - begin);
    const bool seen = y + style.line_px > at.y && y < at.bottom();
    if (seen) draw_line(ui, x, y, words, style, editing, unit, caret);
    for (const char c : words)
      if ((uint8_t(c) & 0xC0U) != 0x80U) unit += uint8_t(c) >= 0xF0U ? 2 : 1;
    unit += 1;
    y += style.line_px;
    begin = end + 1;
  }
}

void draw_value(Ui& ui, const Rect& at, const std::string& value, const FieldOptions& options,
                const Shape& shape, bool focused) {
  Core& core = ui.core();
  const Clip clip(ui, {at.x - 1, at.y, at.width + 2, at.height});
  const Editing* editing = focused ? &core.editing : nullptr;
  const bool caret = focused && caret_shown(ui, core.editing);
  const bool many = shape.lines == Lines::many;
  const Rect lines = many ? at : middle(at, shape.style.line_px);
  const bool disabled = !options.disabled_reason.empty();
  const TextStyle ink = disabled ? with(shape.style, Tone::text_3) : shape.style;
  const std::string shown = shape.role == Role::password ? hidden(value) : value;
  if (value.empty() && !options.placeholder.empty())
    draw_words(ui, lines.x, lines.y + ink.line_px / 2, options.placeholder,
               with(ink, Tone::text_3));
  draw_lines(ui, lines, shown, ink, editing, caret);
}

void draw_sides(Ui& ui, const Rect& at, const FieldOptions& options) {
  if (options.icon != Icon::none) {
    const float size = ui.touch() ? 20 : 16;
    icon(ui, {at.x + 11, at.y, size, at.height}, options.icon, size, Tone::text_3);
  }
  Rect rest = shrunk(at, 9, 0);
  if (!options.keys_hint.empty()) kbd(ui, rest, options.keys_hint, Align::right);
  if (!options.suffix.empty())
    text(ui, rest, options.suffix,
         with(with(with(style::control, Align::right), Tone::text_3), Voice::silent));
}

Node node_of(const Rect& at, const std::string& value, const FieldOptions& options,
             const Shape& shape, const Insides& inside) {
  Node node{.role = shape.role,
            .box = at,
            .name = std::string(options.label),
            .value = value,
            .description = std::string(options.error.empty() ? options.hint : options.error),
            .placeholder = std::string(options.placeholder),
            .autocomplete = std::string(options.autocomplete),
            .font_size_px = shape.style.size_px,
            .padding_left = inside.padding_left,
            .padding_right = inside.padding_right};
  if (!options.disabled_reason.empty()) {
    node.state |= NodeState::disabled;
    node.description = options.disabled_reason;
  }
  if (!options.error.empty()) node.state |= NodeState::invalid;
  if (options.access == FieldOptions::Access::read_only) node.state |= NodeState::read_only;
  if (shape.style.face == Face::mono) node.state |= NodeState::mono;
  return node;
}

void take_input(Core& core, NodeId id, std::string& value, const FieldOptions& options,
                FieldResult& result) {
  if (!core.take_event(Event::Kind::input, id)) return;
  Event& event = *core.event;
  result.changed = value != event.text;
  value = std::move(event.text);
  if (value.size() > size_t(options.length_max)) {
    value.resize(size_t(options.length_max));
    while (!value.empty() && (uint8_t(value.back()) & 0xC0U) == 0x80U) value.pop_back();
  }
  core.editing = {id,
                  event.selection_start,
                  event.selection_end,
                  event.scroll_left,
                  event.scroll_top,
                  core.around.now_ms};
  core.event.reset();
}

FieldResult field(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options,
                  const Shape& shape) {
  Core& core = ui.core();
  const bool framed = shape.frame == Frame::drawn;
  const bool can_clear =
      shape.role == Role::searchbox && !value.empty() && options.keys_hint.empty() && framed;
  const Insides inside = insides(ui, at, options, shape.lines, can_clear, shape.frame);
  NodeId id = no_node;
  const Press press = core.interact(node_of(at, value, options, shape, inside),
                                    options.key.empty() ? options.label : options.key, &id);
  FieldResult result;
  if (options.disabled_reason.empty()) take_input(core, id, value, options, result);
  result.focused = core.attention.focused == id;
  if (result.focused && core.editing.node != id) core.editing = {.node = id};
  if (core.event && core.event->kind == Event::Kind::key && core.event->node == id) {
    const bool command = core.event->key.command == KeyPress::Command::yes;
    if (core.event->key.key == "Enter" && (shape.lines == Lines::one || command))
      result.submitted = core.take_key("Enter");
  }
  if (result.changed) core.nodes[core.node_index[id]].value = value;
  if (framed) draw_frame(ui, at, options, result.focused);
  draw_sides(ui, at, options);
  draw_value(ui, inside.words, value, options, shape, result.focused);
  tooltip_for(ui, at, options.disabled_reason, {.hovered = press.hovered});
  if (can_clear) {
    const Rect clear{at.right() - 34, at.y, 28, at.height};
    if (icon_button(ui, clear, Icon::x, "Clear search",
                    {.kind = ButtonKind::quiet, .size = ButtonSize::small})) {
      value.clear();
      result.changed = true;
      core.focus_wish = id;
    }
  }
  return result;
}

}  // namespace

FieldResult text_field(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options) {
  return field(ui, at, value, options,
               {Role::textbox, Lines::one, style_of(ui, options, Lines::one)});
}

FieldResult password_field(Ui& ui, const Rect& at, std::string& value,
                           const FieldOptions& options) {
  return field(ui, at, value, options,
               {Role::password, Lines::one, style_of(ui, options, Lines::one)});
}

FieldResult search_field(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options) {
  FieldOptions all = options;
  if (all.icon == Icon::none) all.icon = Icon::search;
  return field(ui, at, value, all, {Role::searchbox, Lines::one, style_of(ui, all, Lines::one)});
}

FieldResult text_area(Ui& ui, const Rect& at, std::string& value, const FieldOptions& options) {
  FieldOptions all = options;
  all.length_max = std::max(options.length_max, 100'000);
  return field(ui, at, value, all, {Role::textarea, Lines::many, style_of(ui, all, Lines::many)});
}

FieldResult bare_field(Ui& ui, const Rect& at, std::string& value, std::string_view label) {
  const Shape shape{Role::searchbox, Lines::one, with(style::large, Overflow::visible),
                    Frame::none};
  return field(ui, at, value, {.label = label, .placeholder = label}, shape);
}

float field_height(const Ui& ui) { return ui.touch() ? 44 : 36; }

float field_error(Ui& ui, const Rect& at, std::string_view error) {
  if (error.empty()) return 0;
  Rect rest = with_height(at, 16);
  icon(ui, cut_left(rest, 14, 6), Icon::warn, 14, Tone::bad);
  text(ui, rest, error, with(style::caption, Tone::bad));
  return 22;
}

}  // namespace fairway::ui

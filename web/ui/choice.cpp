#include <algorithm>
#include <cmath>

#include "web/ui/controls.h"
#include "web/ui/core.h"
#include "web/ui/popup.h"

namespace fairway::ui {

namespace {

Node choice_node(const Rect& at, Role role, std::string_view words, Chosen chosen,
                 const ChoiceOptions& options) {
  const bool disabled = !options.disabled_reason.empty();
  Node node{.role = role,
            .box = at,
            .name = std::string(options.spoken_name.empty() ? words : options.spoken_name),
            .description = std::string(disabled ? options.disabled_reason : options.description)};
  node.state |= chosen == Chosen::yes ? NodeState::checked : NodeState::unchecked;
  if (disabled) node.state |= NodeState::disabled;
  return node;
}

void choice_words(Ui& ui, const Rect& at, float x, std::string_view words,
                  const ChoiceOptions& options) {
  TextStyle ink = with(options.style, Voice::silent);
  if (!options.disabled_reason.empty()) ink.tone = Tone::text_3;
  text(ui, {x, at.y, at.right() - x, at.height}, words, ink);
}

}  // namespace

// --- Marks
// ----------------------------------------------------------------------------------------

void radio_mark(Ui& ui, float x, float middle_y, Chosen chosen) {
  const Rect at{x, middle_y - 8, 16, 16};
  if (chosen == Chosen::no) {
    box(ui, at, {.edge = Tone::outline, .edge_width = 1.5F, .radius = 8});
    return;
  }
  box(ui, at, {.fill = Tone::accent, .radius = 8});
  box(ui, shrunk(at, 5), {.fill = Tone::on_accent, .radius = 3});
}

void tick_mark(Ui& ui, float x, float middle_y, Chosen chosen) {
  const Rect at{x, middle_y - 8, 16, 16};
  if (chosen == Chosen::no) {
    box(ui, at, {.edge = Tone::outline, .edge_width = 1.5F, .radius = 4});
    return;
  }
  box(ui, at, {.fill = Tone::accent, .radius = 4});
  icon(ui, at, Icon::check, 12, Tone::on_accent);
}

// --- Checkbox, switch, radio
// ----------------------------------------------------------------------

bool checkbox(Ui& ui, const Rect& at, std::string_view words, bool& value,
              const ChoiceOptions& options) {
  const Node node = choice_node(hit_box(ui, at), Role::checkbox, words, Chosen{value}, options);
  const Press press = ui.core().interact(node, node.name);
  if (press.clicked) value = !value;
  tick_mark(ui, at.x, at.middle_y(), Chosen{value});
  if (press.focused) focus_ring(ui, {at.x, at.middle_y() - 8, 16, 16}, 4);
  choice_words(ui, at, at.x + 24, words, options);
  tooltip_for(ui, at, options.disabled_reason, press);
  return press.clicked;
}

bool switch_(Ui& ui, const Rect& at, std::string_view name, bool& value,
             const ChoiceOptions& options) {
  Core& core = ui.core();
  const Rect place = middle({at.x, at.y, 32, at.height}, 20);
  const Node node = choice_node(hit_box(ui, place), Role::switch_, name, Chosen{value}, options);
  NodeId id = no_node;
  const Press press = core.interact(node, node.name, &id);
  if (press.clicked) value = !value;
  const float on = animated_for(core, id, value ? 1.0F : 0.0F, 120);
  const bool disabled = !options.disabled_reason.empty();
  const Color off_color = color(ui, disabled ? Tone::track : Tone::outline);
  box_colored(ui, place, mixed(off_color, color(ui, Tone::accent), on), {}, 0, 10);
  box(ui, {place.x + 3 + 12 * on, place.y + 3, 14, 14}, {.fill = Tone::on_accent, .radius = 7});
  if (press.focused) focus_ring(ui, place, 10);
  tooltip_for(ui, place, options.disabled_reason, press);
  return press.clicked;
}

RadioGroup::RadioGroup(Ui& ui, const Rect& at, std::string_view name) : ui_(ui) {
  Core& core = ui.core();
  const NodeId id =
      core.emit({.role = Role::radiogroup, .box = at, .name = std::string(name)}, name);
  core.push_level(id, id);
}

RadioGroup::~RadioGroup() {
  Core& core = ui_.core();
  const NodeId group = core.levels.back().parent;
  core.pop_level();
  // Tab enters at the chosen one, or at the first when none is chosen yet.
  Node* first = nullptr;
  for (Node& node : core.nodes) {
    if (node.parent != group || node.role != Role::radio) continue;
    if (first == nullptr) first = &node;
    if (has(node.state, NodeState::checked)) return;
  }
  if (first != nullptr)
    first->state = NodeState(uint32_t(first->state) & ~uint32_t(NodeState::skip_tab));
}

bool radio(Ui& ui, const Rect& at, std::string_view words, Chosen chosen,
           const ChoiceOptions& options) {
  Node node = choice_node(hit_box(ui, at), Role::radio, words, chosen, options);
  if (chosen == Chosen::no) node.state |= NodeState::skip_tab;
  const Press press = ui.core().interact(node, node.name);
  radio_mark(ui, at.x, at.middle_y(), chosen);
  if (press.focused) focus_ring(ui, {at.x, at.middle_y() - 8, 16, 16}, 8);
  choice_words(ui, at, at.x + 24, words, options);
  tooltip_for(ui, at, options.disabled_reason, press);
  return press.clicked && chosen == Chosen::no;
}

bool option_card(Ui& ui, const Rect& at, const OptionCard& card) {
  Core& core = ui.core();
  const bool disabled = !card.disabled_reason.empty();
  std::string description(card.detail);
  if (!card.badge.empty()) description.append(description.empty() ? "" : ", ").append(card.badge);
  if (disabled) description = card.disabled_reason;
  const Node node = [&] {
    Node made = choice_node(at, Role::radio, card.title, card.chosen,
                            {.disabled_reason = card.disabled_reason});
    made.description = description;
    if (card.chosen == Chosen::no) made.state |= NodeState::skip_tab;
    return made;
  }();
  const Press press = core.interact(node, card.title);
  const bool chosen = card.chosen == Chosen::yes;
  const Tone fill = chosen ? Tone::pick : press.hovered && !disabled ? Tone::hover : Tone::surface;
  box(ui, at,
      {.fill = disabled ? Tone::inset : fill,
       .edge = chosen ? Tone::accent_line : Tone::border,
       .edge_width = chosen ? 2.0F : 1.0F,
       .radius = 10});
  if (press.focused) focus_ring(ui, at, 10);
  Rect inside = shrunk(at, 12, 0);
  Rect lines = middle(inside, card.detail.empty() ? 20.0F : 36.0F);
  radio_mark(ui, inside.x, lines.y + 10, card.chosen);
  cut_left(lines, 24);
  Rect first = cut_top(lines, 20);
  const TextStyle badge = with(with(style::caption_strong, Tone::accent_text), Voice::silent);
  if (!card.badge.empty()) text_right(ui, first, card.badge, badge, 8);
  const Tone ink = disabled ? Tone::text_3 : Tone::text;
  text(ui, first, card.title, with(with(style::control_strong, ink), Voice::silent));
  text(ui, cut_top(lines, 16), card.detail,
       with(with(style::caption, disabled ? Tone::text_3 : Tone::text_2), Voice::silent));
  tooltip_for(ui, at, card.disabled_reason, press);
  return press.clicked && !chosen;
}

// --- Segments
// -------------------------------------------------------------------------------------

namespace {

TextStyle segment_style(bool chosen) {
  return chosen ? style::control_strong : with(style::control, Tone::text_2);
}

float segment_width(Ui& ui, const Segment& segment, bool chosen) {
  float width = std::ceil(text_width(ui, segment.words, segment_style(chosen))) + 24;
  if (segment.icon != Icon::none) width += 22;
  if (!segment.count.empty()) width += std::ceil(text_width(ui, segment.count, style::control)) + 6;
  return width;
}

void draw_segment_words(Ui& ui, const Rect& at, const Segment& segment, bool chosen) {
  const TextStyle ink = segment_style(chosen);
  const float width = segment_width(ui, segment, chosen) - 24;
  float x = at.x + std::max(0.0F, (at.width - width) / 2);
  if (segment.icon != Icon::none) {
    icon(ui, {x, at.y, 16, at.height}, segment.icon, 16, chosen ? Tone::text : Tone::text_2);
    x += 22;
  }
  const std::string shown = fitted(ui, segment.words, ink, at.right() - x);
  x += draw_words(ui, x, at.middle_y(), shown, ink);
  if (!segment.count.empty())
    draw_words(ui, x + 6, at.middle_y(), segment.count, with(style::control, Tone::text_2));
}

bool one_segment(Ui& ui, const Rect& at, const Segment& segment, Role role, bool chosen) {
  const bool disabled = !segment.disabled_reason.empty();
  std::string name(segment.words);
  if (!segment.count.empty()) name.append(" ").append(segment.count);
  Node node{
      .role = role, .box = at, .name = name, .description = std::string(segment.disabled_reason)};
  if (role == Role::radio)
    node.state |= chosen ? NodeState::checked : NodeState::unchecked;
  else if (chosen)
    node.state |= NodeState::selected;
  if (!chosen) node.state |= NodeState::skip_tab;
  if (disabled) node.state |= NodeState::disabled;
  const Press press = ui.core().interact(std::move(node), segment.words);
  const float radius = ui.touch() ? 8 : 6;
  if (chosen)
    box(ui, at, {.fill = Tone::segment_chosen, .radius = radius, .shadow = Shadow::card});
  else if (press.hovered && !disabled)
    box(ui, at, {.fill = press.held ? Tone::press : Tone::hover, .radius = radius});
  draw_segment_words(ui, at, segment, chosen);
  if (press.focused) focus_ring(ui, at, radius);
  tooltip_for(ui, at, segment.disabled_reason, press);
  return press.clicked && !chosen;
}

}  // namespace

float segmented_width(Ui& ui, std::span<const Segment> segments) {
  float width = 6;
  for (size_t i = 0; i < segments.size(); ++i)
    width += segment_width(ui, segments[i], true) + (i > 0 ? 2.0F : 0.0F);
  return width;
}

bool segmented(Ui& ui, const Rect& at, std::string_view name, std::span<const Segment> segments,
               int& chosen, const SegmentedOptions& options) {
  Core& core = ui.core();
  const bool tabs = options.role == SegmentRole::tabs;
  const float height = ui.touch() ? 44 : 32;
  const bool fill = options.fit == SegmentFit::fill;
  Rect track = middle(at, height);
  float total = 6;
  for (size_t i = 0; i < segments.size(); ++i)
    total += segment_width(ui, segments[i], int(i) == chosen) + (i > 0 ? 2.0F : 0.0F);
  if (!fill) track.width = std::min(total, at.width);
  const NodeId group = core.emit(
      {.role = tabs ? Role::tablist : Role::radiogroup, .box = track, .name = std::string(name)},
      name);
  core.push_level(group, group);
  box(ui, track, {.fill = Tone::inset, .radius = 8});
  Rect rest = shrunk(track, 3);
  const float shrink = fill ? 1.0F : std::min(1.0F, at.width / total);
  const int before = chosen;
  for (size_t i = 0; i < segments.size(); ++i) {
    const float width = segment_width(ui, segments[i], int(i) == before) * shrink;
    const Rect place =
        fill ? column_of(rest, int(i), int(segments.size()), 2) : cut_left(rest, width, 2);
    const Role role = tabs ? Role::tab : Role::radio;
    if (one_segment(ui, place, segments[i], role, int(i) == before)) chosen = int(i);
  }
  core.pop_level();
  return chosen != before;
}

// --- Select
// ---------------------------------------------------------------------------------------

float select_width(Ui& ui, std::span<const SelectOption> choices, int chosen,
                   const SelectOptions& options) {
  const std::string_view words = chosen >= 0 && size_t(chosen) < choices.size()
                                     ? choices[size_t(chosen)].words
                                     : options.placeholder;
  float width = 13 + 6 + 16 + 9 + std::ceil(text_width(ui, words, style::control_strong));
  if (!options.prefix.empty())
    width += std::ceil(text_width(ui, options.prefix, style::control)) + 6;
  return width;
}

namespace {

void draw_select(Ui& ui, const Rect& at, std::string_view words, const SelectOptions& options,
                 const Press& press) {
  const bool disabled = !options.disabled_reason.empty();
  const float radius = ui.touch() ? 10 : 8;
  const Tone fill = disabled        ? Tone::inset
                    : press.held    ? Tone::press
                    : press.hovered ? Tone::hover
                                    : Tone::surface;
  box(ui, at, {.fill = fill, .edge = disabled ? Tone::none : Tone::outline, .radius = radius});
  Rect rest = at;
  cut_left(rest, 13);
  cut_right(rest, 9);
  icon(ui, cut_right(rest, 16, 6), Icon::down, 16, Tone::text_3);
  if (!options.prefix.empty())
    text_left(ui, rest, options.prefix, with(with(style::control, Tone::text_2), Voice::silent), 6);
  const Tone ink = disabled ? Tone::text_3 : Tone::text;
  text(ui, rest, words, with(with(style::control_strong, ink), Voice::silent));
  if (press.focused) focus_ring(ui, at, radius);
}

}  // namespace

bool select(Ui& ui, const Rect& at, std::string_view name, std::span<const SelectOption> choices,
            int& chosen, const SelectOptions& options) {
  Core& core = ui.core();
  const Rect place = middle(at, std::min(at.height, ui.touch() ? 44.0F : at.height));
  const bool has_choice = chosen >= 0 && size_t(chosen) < choices.size();
  const std::string_view words = has_choice ? choices[size_t(chosen)].words : options.placeholder;
  Node node{.role = Role::combobox,
            .box = hit_box(ui, place),
            .name = std::string(name),
            .value = std::string(words),
            .description = std::string(options.disabled_reason)};
  if (!options.disabled_reason.empty()) node.state |= NodeState::disabled;
  NodeId id = no_node;
  const Press press = core.interact(std::move(node), name, &id);
  const bool key_opens = core.event && core.event->kind == Event::Kind::key &&
                         core.event->node == id &&
                         (core.take_key("ArrowDown") || core.take_key("ArrowUp"));
  if (press.clicked || key_opens) core.open_popup = id;
  const bool open = core.open_popup == id;
  core.nodes.back().state |= open ? NodeState::expanded : NodeState::collapsed;
  draw_select(ui, place, words, options, press);
  tooltip_for(ui, place, options.disabled_reason, press);
  if (!open) return false;

  const float height = popup_row_height(ui);
  float width = place.width;
  for (const SelectOption& choice : choices)
    width = std::max(width, text_width(ui, choice.words, style::control) +
                                text_width(ui, choice.detail, style::caption) + 64);
  const Popup popup(ui, place, id, Role::listbox, name, width, height * float(choices.size()));
  const int before = chosen;
  for (size_t i = 0; i < choices.size(); ++i) {
    const Rect row{popup.area.x, popup.area.y + float(i) * height, popup.area.width, height};
    const MenuItem item{.words = choices[i].words,
                        .detail = choices[i].detail,
                        .disabled_reason = choices[i].disabled_reason,
                        .chosen = Chosen{int(i) == before}};
    if (popup_row(ui, row, item, Role::option)) chosen = int(i);
  }
  return chosen != before;
}

}  // namespace fairway::ui

#include "web/ui/popup.h"

#include <algorithm>

#include "web/ui/surfaces.h"

namespace fairway::ui {

void shut_popup(Core& core) {
  core.open_popup = no_node;
  core.again = true;
}

float popup_row_height(const Ui& ui) { return ui.touch() ? 44 : 36; }

Popup::Popup(Ui& ui, const Rect& opener, NodeId opener_id, Role role, std::string_view name,
             float width, float height)
    : ui_(ui), layer_before_(ui.core().layer) {
  Core& core = ui.core();
  const Rect screen = ui.screen();
  const float below = screen.bottom() - opener.bottom() - 12;
  const float above = opener.y - 12;
  const float whole = height + 8;
  const bool up = whole > below && above > below;
  const float shown = std::min(whole, std::max(80.0F, up ? above : below));
  const float y = up ? opener.y - 4 - shown : opener.bottom() + 4;
  const float x = std::clamp(opener.right() - width < opener.x ? opener.x : opener.right() - width,
                             8.0F, std::max(8.0F, screen.right() - width - 8));
  const Rect box_at{x, y, width, shown};
  const NodeId id = hash_of(opener_id, "popup");
  core.push_layer(id, LayerKind::modal);
  core.push_level(id, no_node);
  core.emit({.role = role,
             .state = NodeState::focusable | NodeState::skip_tab,
             .box = box_at,
             .name = std::string(name)},
            "");
  // The layer is known by the list's own node, whose id stays the same while it is open.
  const NodeId node = core.nodes.back().id;
  core.layers[core.layer].root = node;
  core.levels.back() = {node, node};
  box(ui, box_at,
      {.fill = Tone::surface, .edge = Tone::border, .radius = 10, .shadow = Shadow::menu});
  area = shrunk(box_at, 4);
  core.push_clip(area);
  const bool top = core.modals_before.empty() || core.modals_before.back() == node;
  const bool leave = core.take_event(Event::Kind::outside, node) ||
                     (top && (core.take_key("Escape") || core.take_key("Tab")));
  if (leave) shut_popup(core);
}

Popup::~Popup() {
  Core& core = ui_.core();
  core.pop_clip();
  core.pop_level();
  core.pop_layer(layer_before_);
}

bool popup_row(Ui& ui, const Rect& at, const MenuItem& item, Role role) {
  Core& core = ui.core();
  const bool disabled = !item.disabled_reason.empty();
  Node node{.role = role,
            .box = at,
            .name = std::string(item.words),
            .description = std::string(disabled ? item.disabled_reason : item.detail)};
  if (disabled) node.state |= NodeState::disabled;
  if (item.chosen == Chosen::yes) node.state |= NodeState::selected;
  node.state |= NodeState::skip_tab;
  NodeId id = no_node;
  const Press press = core.interact(std::move(node), item.words, &id);
  const bool lit = (press.hovered || core.attention.focused == id) && !disabled;
  if (lit) box(ui, at, {.fill = press.held ? Tone::press : Tone::hover, .radius = 6});
  const bool danger = item.kind == MenuItem::Kind::danger;
  const Tone ink = disabled ? Tone::text_3 : danger ? Tone::bad : Tone::text;
  Rect rest = shrunk(at, 8, 0);
  if (item.icon != Icon::none)
    icon(ui, cut_left(rest, 16, 10), item.icon, 16, danger ? Tone::bad : Tone::text_2);
  if (item.chosen == Chosen::yes)
    icon(ui, cut_right(rest, 16, 8), Icon::check, 16, Tone::accent_text);
  if (!item.keys_hint.empty()) kbd(ui, rest, item.keys_hint, Align::right);
  const TextStyle quiet = with(with(style::caption, Tone::text_3), Voice::silent);
  if (!item.detail.empty()) text_right(ui, rest, item.detail, quiet, 8);
  text(ui, rest, item.words, with(with(style::control, ink), Voice::silent));
  if (press.clicked) shut_popup(core);
  return press.clicked;
}

}  // namespace fairway::ui

#include <algorithm>
#include <cmath>

#include "web/ui/core.h"
#include "web/ui/surfaces.h"

namespace fairway::ui {

namespace {

struct Form {
  Rect box;
  float radius;
  Corners corners;
  bool full;  // fills the screen
};

Form form_of(const Ui& ui, const DialogOptions& options) {
  const Rect screen = ui.screen();
  const bool phone = ui.width_class() == WidthClass::phone;
  const float margin = phone ? 16 : 32;
  const float width = std::min(options.width, screen.width - 2 * margin);
  const float height = std::min(options.height, screen.height - 2 * margin);
  if (phone && options.kind == DialogKind::dialog) return {screen, 0, Corners::none, true};
  if (phone && options.kind == DialogKind::sheet) {
    const float part = std::min(options.height, screen.height - 56);
    return {{0, screen.height - part, screen.width, part}, 16, Corners::top, true};
  }
  if (options.kind == DialogKind::bare) {
    const float y = phone ? 8.0F : std::min(112.0F, (screen.height - height) / 2);
    const float wide = phone ? screen.width - 16 : width;
    return {{(screen.width - wide) / 2, y, wide, height}, 16, Corners::all, false};
  }
  return {centred(screen, width, height), 16, Corners::all, false};
}

Rect draw_head(Ui& ui, const Rect& head, const DialogOptions& options, bool& close) {
  const bool phone = ui.width_class() == WidthClass::phone;
  Rect rest = head;
  cut_left(rest, phone ? 16 : 24);
  cut_right(rest, phone ? 8 : 16);
  const float width =
      std::min(std::ceil(text_width(ui, options.title, style::section)) + 1, rest.width - 52);
  heading(ui, cut_left(rest, width, 16), options.title, 2, style::section);
  const float size = ui.touch() ? 44 : 32;
  const Rect button_at = middle(cut_right(rest, size, 8), size);
  close |= icon_button(ui, button_at, Icon::x, "Close",
                       {.kind = ButtonKind::quiet, .tooltip = "Close (Esc)"});
  divider(ui, {head.x, head.bottom() - 1, head.width, 1});
  return rest;
}

}  // namespace

Dialog::Dialog(Ui& ui, const DialogOptions& options)
    : ui_(ui), layer_before_(ui.core().layer), opacity_before_(ui.core().opacity) {
  Core& core = ui.core();
  const Form form = form_of(ui, options);
  box = form.box;
  const std::string_view key = options.key.empty() ? options.title : options.key;
  const bool alert = options.kind == DialogKind::alert;

  core.push_layer(no_node, LayerKind::modal);
  core.push_level(hash_of(hash_of(2166136261U, "dialog"), key), no_node);
  Node node{.role = alert ? Role::alertdialog : Role::dialog,
            .state = NodeState::modal | NodeState::focusable | NodeState::skip_tab,
            .box = form.box,
            .name = std::string(options.title),
            .description = std::string(options.description)};
  node_ = core.emit(std::move(node), key);
  core.layers[core.layer].root = node_;
  core.levels.back() = {node_, node_};

  const float shown = appeared(ui, "shown", 180);
  core.opacity = opacity_before_ * shown;
  ui::box(ui, ui.screen(), {.fill = Tone::scrim});
  core.shift_y = 8 * (1 - shown);
  const bool edge = ui.theme() == Theme::dark && !form.full;
  ui::box(ui, form.box,
          {.fill = Tone::surface,
           .edge = edge ? Tone::border : Tone::none,
           .radius = form.radius,
           .shadow = form.full ? Shadow::none : Shadow::dialog,
           .corners = form.corners});
  core.push_clip(form.box);

  const bool top = !core.modals_before.empty() && core.modals_before.back() == node_;
  if (top && core.take_key("Escape")) wants_close_ = true;
  if (core.take_event(Event::Kind::outside, node_) && !alert) wants_close_ = true;

  Rect rest = form.box;
  if (options.kind != DialogKind::bare && options.title_shown == DialogOptions::Title::shown) {
    const bool phone = ui.width_class() == WidthClass::phone;
    head = draw_head(ui, cut_top(rest, phone ? 56 : 64), options, wants_close_);
  }
  if (options.foot_height > 0) {
    const Rect bottom = cut_bottom(rest, options.foot_height);
    divider(ui, {bottom.x, bottom.y, bottom.width, 1});
    foot = shrunk(bottom, ui.metrics().columns == 1 ? 16 : 24, 0);
  }
  body = rest;
}

Dialog::~Dialog() {
  Core& core = ui_.core();
  core.pop_clip();
  core.pop_level();
  core.pop_layer(layer_before_);
  core.opacity = opacity_before_;
  core.shift_y = 0;
}

}  // namespace fairway::ui

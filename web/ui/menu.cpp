#include <algorithm>
#include <cmath>

#include "web/ui/core.h"
#include "web/ui/popup.h"
#include "web/ui/surfaces.h"

namespace fairway::ui {

// --- Menus
// ----------------------------------------------------------------------------------------

namespace {

void draw_opener(Ui& ui, const Rect& at, const Menu::Options& options, const Press& press,
                 bool open) {
  if (!options.avatar.empty()) {
    avatar(ui, at, options.avatar);
    const float size = std::min(at.width, at.height);
    if (press.focused) focus_ring(ui, centred(at, size, size), size / 2);
    return;
  }
  const float radius = options.size == ButtonSize::small ? 6 : ui.touch() ? 10 : 8;
  const bool framed = options.kind == ButtonKind::secondary;
  const Tone rest = framed ? Tone::surface : Tone::none;
  const Tone fill = press.held ? Tone::press : press.hovered || open ? Tone::hover : rest;
  box(ui, at, {.fill = fill, .edge = framed ? Tone::outline : Tone::none, .radius = radius});
  if (options.words.empty()) {
    icon(ui, at, options.icon, ui.touch() ? 20 : 16, Tone::text_2);
  } else {
    const float width = std::ceil(text_width(ui, options.words, style::control_strong)) + 22;
    Rect inside = centred(at, width, at.height);
    icon(ui, cut_right(inside, 16, 6), Icon::down, 16, Tone::text_3);
    draw_words(ui, inside.x, inside.middle_y(), options.words, style::control_strong);
  }
  if (press.focused) focus_ring(ui, at, radius);
}

}  // namespace

Menu::Menu(Ui& ui, const Rect& at, std::string_view name, const Options& options) : ui_(ui) {
  Core& core = ui.core();
  const float height = button_height(ui, options.size);
  const Rect place =
      options.avatar.empty() && at.height > height && !ui.touch() ? middle(at, height) : at;
  Node node{.role = Role::button,
            .state = NodeState::has_popup,
            .box = hit_box(ui, place),
            .name = std::string(name)};
  const Press press = core.interact(std::move(node), name, &opener_);
  const bool key_opens = core.event && core.event->kind == Event::Kind::key &&
                         core.event->node == opener_ && core.take_key("ArrowDown");
  if (press.clicked || key_opens) core.open_popup = opener_;
  open_ = core.open_popup == opener_;
  core.nodes.back().state |= open_ ? NodeState::expanded : NodeState::collapsed;
  draw_opener(ui, place, options, press, open_);
  if (options.words.empty() && !open_) tooltip_for(ui, place, name, press);
  if (!open_) return;
  const auto known = core.heights.find(opener_);
  const float items = known == core.heights.end() ? 200 : known->second;
  popup_ = std::make_unique<Popup>(ui, place, opener_, Role::menu, name, options.width, items);
}

Menu::~Menu() {
  if (!popup_) return;
  Core& core = ui_.core();
  auto [at, fresh] = core.heights.try_emplace(opener_, 0.0F);
  if (fresh || std::abs(at->second - y_) > 0.5F) core.again = true;
  at->second = y_;
}

bool Menu::item(const MenuItem& item) {
  const float height = popup_row_height(ui_);
  const Rect row{popup_->area.x, popup_->area.y + y_, popup_->area.width, height};
  y_ += height;
  return popup_row(ui_, row, item, Role::menuitem);
}

void Menu::separator() {
  divider(ui_, {popup_->area.x - 4, popup_->area.y + y_ + 4, popup_->area.width + 8, 1});
  y_ += 9;
}

void Menu::caption(std::string_view words) {
  const Rect row{popup_->area.x + 8, popup_->area.y + y_, popup_->area.width - 16, 28};
  y_ += 28;
  text(ui_, row, words, with(style::caption, Tone::text_3));
}

// --- Toasts
// ---------------------------------------------------------------------------------------

Toasts::Toasts(Ui& ui, float bottom_margin) : ui_(ui), layer_before_(ui.core().layer) {
  Core& core = ui.core();
  core.push_layer(no_node, LayerKind::passing);
  const NodeId id = hash_of(2166136261U, "toasts");
  core.push_level(id, no_node);
  const auto known = core.heights.find(id);
  const float height = known == core.heights.end() ? 0 : known->second;
  if (height > 0) {
    const Rect area{0, ui.screen().bottom() - bottom_margin - height, 360, height};
    core.levels.back().parent =
        core.emit({.role = Role::region, .box = area, .name = "Notifications"}, "region");
  }
  y_ = ui.screen().bottom() - bottom_margin - height;
}

Toasts::~Toasts() {
  Core& core = ui_.core();
  const NodeId id = hash_of(2166136261U, "toasts");
  auto [at, fresh] = core.heights.try_emplace(id, 0.0F);
  if (std::abs(at->second - used_) > 0.5F) core.again = true;
  at->second = used_;
  core.pop_level();
  core.pop_layer(layer_before_);
}

ToastAnswer Toasts::toast(const Toast& toast) {
  Core& core = ui_.core();
  const bool phone = ui_.width_class() == WidthClass::phone;
  const Rect screen = ui_.screen();
  const float margin = phone ? 16 : 24;
  const float width = phone ? screen.width - 2 * margin : 336;
  const TextStyle detail = wrapped(with(style::control, Tone::text_2), 4);
  const float action =
      toast.action.empty() ? 0 : button_width(ui_, toast.action, {.size = ButtonSize::small}) + 8;
  const float words_width = width - 14 - 16 - 12 - 12 - action - 32;
  const float detail_height =
      toast.detail.empty() ? 0 : text_height(ui_, toast.detail, detail, words_width);
  const Rect at{margin, y_, width, 42 + detail_height};
  y_ += at.height + 12;
  used_ += at.height + 12;

  const Scope scope(ui_, {.role = Role::group, .name = toast.title, .key = toast.key, .box = at});
  const uint32_t seen = hash_of(hash_of(2166136261U, "toast"), toast.key);
  if (core.first_seen_ms.try_emplace(seen, core.around.now_ms).second) {
    std::string sentence(toast.title);
    if (!toast.detail.empty()) sentence.append(". ").append(toast.detail);
    ui_.announce(sentence);
  }
  const float shown = appeared(ui_, "shown", 180);
  core.opacity = shown;
  core.shift_y = 8 * (1 - shown);
  box(ui_, at, {.fill = Tone::surface, .edge = Tone::border, .radius = 10, .shadow = Shadow::menu});
  const bool bad = toast.mood == Mood::bad;
  const bool warn = toast.mood == Mood::warn;
  Rect rest = at;
  cut_left(rest, 14);
  cut_right(rest, 8);
  const Tone ink = bad                      ? Tone::bad
                   : warn                   ? Tone::warn
                   : toast.mood == Mood::ok ? Tone::ok
                                            : Tone::text_2;
  const Icon sign = bad || warn ? Icon::warn : toast.mood == Mood::ok ? Icon::check : Icon::info;
  icon(ui_, cut_left(rest, 16, 12), sign, 16, ink);
  ToastAnswer answer = ToastAnswer::none;
  if (icon_button(ui_, cut_right(rest, 28, 4), Icon::x, "Dismiss",
                  {.kind = ButtonKind::quiet, .size = ButtonSize::small}))
    answer = ToastAnswer::dismissed;
  if (!toast.action.empty() && button_right(ui_, rest, toast.action, {.size = ButtonSize::small}))
    answer = ToastAnswer::action;
  Rect lines = middle(rest, 20 + detail_height);
  text(ui_, cut_top(lines, 20), toast.title, style::control_strong);
  if (!toast.detail.empty()) text_block(ui_, lines, toast.detail, detail);
  core.opacity = 1;
  core.shift_y = 0;
  return answer;
}

}  // namespace fairway::ui

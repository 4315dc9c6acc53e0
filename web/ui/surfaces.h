// What other things lie on: cards, zones, dialogs, menus, toasts, scroll areas, bars.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "web/ui/controls.h"
#include "web/ui/icon.h"
#include "web/ui/layout.h"
#include "web/ui/node.h"
#include "web/ui/theme.h"

namespace fairway::ui {

class Popup;
class Ui;

// --- Plain surfaces (no node)
// ---------------------------------------------------------------------

/// White, 12 round, 1 px edge, soft shadow. Returns the inside without the padding of the width
/// class.
Rect card(Ui& ui, const Rect& at);
/// Grey (or tinted) zone, 8 round.
void zone(Ui& ui, const Rect& at, Mood mood = Mood::plain);

// --- Scroll areas
// ---------------------------------------------------------------------------------

enum class ScrollEdge : std::uint8_t { start, follow_end };
/// The browser scrolls it (wheel, finger, keys, focus); a thin thumb shows where one is.
///   ui::Scroll scroll(ui, area, "Projects");
///   ui::Column column{scroll.content()}; ... scroll.took(column.used());
/// `content()` starts at the top of all content, above the screen when scrolled; it is as high as
/// what was `took` last. Skip what `visible(ui, box)` denies.
class Scroll {
 public:
  Scroll(Ui& ui, const Rect& area, std::string_view name, ScrollEdge edge = ScrollEdge::start);
  ~Scroll();
  Scroll(const Scroll&) = delete;
  Scroll& operator=(const Scroll&) = delete;

  Rect content() const { return content_; }
  float offset() const { return offset_; }
  /// Height of all content; must be told before the area ends.
  void took(float height) { took_ = height; }
  void to_top();

 private:
  Ui& ui_;
  Rect area_;
  Rect content_;
  NodeId node_;
  float offset_;
  float took_ = 0;
  bool follows_ = false;
};

// --- Dialogs
// --------------------------------------------------------------------------------------

enum class DialogKind : std::uint8_t {
  dialog,  // centred; fills the screen on phones
  alert,   // asks before something is lost: role alertdialog, never full screen
  sheet,   // rises from below on phones, centred elsewhere
  bare     // no head, no foot: the command palette
};
struct DialogOptions {
  std::string_view title{};
  std::string_view key = {};
  DialogKind kind = DialogKind::dialog;
  float width = 560;  // upper limits; at least 32 is left around
  float height = 400;
  float foot_height = 0;  // 64 for a row of buttons; on touch 80
  std::string_view description = {};
  enum class Title : std::uint8_t { shown, spoken } title_shown = Title::shown;
};
/// Exists on the screen while the view constructs it:
///   if (state.deploy_modal) {
///     ui::Dialog dialog(ui, {.title = "Deploy Studio Hours", .width = 1160, .height = 836});
///     ... draw into dialog.head, dialog.body, dialog.foot
///     if (dialog.wants_close()) state.deploy_modal.reset();
///   }
/// Takes the keyboard (first field, or the close button), keeps it, gives it back to the opener.
class Dialog {
 public:
  Dialog(Ui& ui, const DialogOptions& options);
  ~Dialog();
  Dialog(const Dialog&) = delete;
  Dialog& operator=(const Dialog&) = delete;

  Rect box;   // all of it
  Rect head;  // between the title and the close button (empty for bare)
  Rect body;  // below the head's line, no padding taken
  Rect foot;  // padding taken; empty when foot_height is 0
  /// Escape, the close button, or a press beside it (not for alerts).
  bool wants_close() const { return wants_close_; }

 private:
  Ui& ui_;
  size_t layer_before_;
  float opacity_before_;
  NodeId node_ = no_node;
  bool wants_close_ = false;
};

// --- Menus and popups
// -----------------------------------------------------------------------------

struct MenuItem {
  std::string_view words{};
  Icon icon = Icon::none;
  std::string_view keys_hint = {};
  std::string_view detail = {};
  enum class Kind : std::uint8_t { plain, danger } kind = Kind::plain;
  std::string_view disabled_reason = {};
  Chosen chosen = Chosen::no;  // a tick, for choices in a menu
};
/// A button that opens a menu:
///   if (ui::Menu menu(ui, at, "More for Studio Hours", {.icon = Icon::dots}); menu.open()) {
///     if (menu.item({.words = "Delete app", .icon = Icon::trash})) ...
///   }
/// `words` empty = icon button. Arrows, Home, End and letters move; Escape and a press outside
/// shut.
class Menu {
 public:
  struct Options {
    std::string_view words = {};
    Icon icon = Icon::dots;
    ButtonKind kind = ButtonKind::quiet;
    ButtonSize size = ButtonSize::control;
    float width = 220;
    std::string_view avatar = {};  // draws the initials instead of a button
  };
  Menu(Ui& ui, const Rect& at, std::string_view name, const Options& options);
  ~Menu();
  Menu(const Menu&) = delete;
  Menu& operator=(const Menu&) = delete;

  bool open() const { return open_; }
  bool item(const MenuItem& item);
  void separator();
  void caption(std::string_view words);

 private:
  Ui& ui_;
  NodeId opener_ = no_node;
  std::unique_ptr<Popup> popup_;
  float y_ = 0;
  bool open_ = false;
};

// --- Toasts
// ---------------------------------------------------------------------------------------

struct Toast {
  std::string_view key{};
  std::string_view title{};
  std::string_view detail = {};
  Mood mood = Mood::ok;
  std::string_view action = {};  // "Try now"
};
enum class ToastAnswer : std::uint8_t { none, action, dismissed };
/// Bottom left (phones: above the bottom bar), newest below. One live region: new ones are said.
/// Bad ones interrupt.
class Toasts {
 public:
  explicit Toasts(Ui& ui, float bottom_margin = 24);
  ~Toasts();
  Toasts(const Toasts&) = delete;
  Toasts& operator=(const Toasts&) = delete;
  ToastAnswer toast(const Toast& toast);

 private:
  Ui& ui_;
  float y_;
  float used_ = 0;
  size_t layer_before_;
};

// --- Bars
// -----------------------------------------------------------------------------------------

struct NavigationItem {
  std::string_view words{};
  std::string_view href{};
  Icon icon = Icon::none;
};
/// Links beside each other, the chosen one on a grey ground. Returns the pressed index or -1.
int navigation_bar(Ui& ui, const Rect& at, std::span<const NavigationItem> items, int current);
/// The same at the bottom of a phone, 64 high, icon over word.
int bottom_navigation(Ui& ui, const Rect& at, std::span<const NavigationItem> items, int current);
/// Ground of a bar that stays in place: top bar (line below), bottom bar (line above).
enum class BarEdge : std::uint8_t { top, bottom };
void bar(Ui& ui, const Rect& at, BarEdge edge);
/// The product's sign, 24 x 24, and its name.
void brand(Ui& ui, const Rect& at);

}  // namespace fairway::ui

// The dashboard's widget layer: immediate mode, drawn on a canvas, heard as a DOM tree.
//
//   void draw_projects(ui::Ui& ui, State& state) {
//     ui::Rect rest = ui.screen();
//     ui::Rect bar = ui::cut_top(rest, 56);
//     ui::Scope main(ui, {.role = ui::Role::main, .name = "Projects", .box = rest});
//     ui::heading(ui, ui::cut_top(rest, 32), "Projects", 1, ui::style::page_title);
//     if (ui::button(ui, ui::cut_right(bar, 120), "Deploy", {.kind = ui::ButtonKind::primary}))
//       start_deployment(state);
//   }
//
// - A view is a function from State to calls; it is run again for each frame, in passes until
//   nothing it measured has changed. Frames exist only when something happened (an event, a wake,
//   a running animation). Cost: one pass over 500 cards is 1 to 2 ms; an idle tab draws nothing.
// - Every call draws AND emits a node (node.h). Order of calls = reading order = Tab order. The DOM
//   does pointer, focus and text editing; what it reports arrives here as events, and the widget
//   call with that node returns true in the pass after. A click is returned exactly once.
// - Identity is (scope, role, name) plus a running number for equals. Rows of a list that can
//   change order need a `Scope` with a key of their own, or focus moves to the wrong row.
// - Names are what people read and what tests look for; they must make sense alone
//   ("Deploy Studio Hours" by `spoken_name`, where the button only shows "Deploy").
// - Layers: page, then each Dialog, Menu, Toasts above it, in the order they are opened. What lies
//   below a modal layer cannot be reached by any means.
//
// What not for: business. No request is sent from here, no State is kept besides what a widget must
// remember between frames (scroll offsets, open popups, animations), forgotten when not drawn.
//
// The parts: text.h words, controls.h buttons fields and choices, surfaces.h cards dialogs menus
// toasts scroll areas, collections.h tables lists logs palette, charts.h progress and charts,
// paint.h shapes for what is not here. All are included below.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/ui/icon.h"
#include "web/ui/layout.h"
#include "web/ui/node.h"
#include "web/ui/text.h"
#include "web/ui/theme.h"

namespace fairway::ui {

struct Core;  // what the frame keeps; core.h, for the sources of this folder and the backends

/// What the backend says about the surroundings before each frame.
struct Surroundings {
  float width = 1440;
  float height = 900;
  float device_pixel_ratio = 1;
  double now_ms = 0;
  Theme theme = Theme::light;
  enum class Pointer : std::uint8_t { fine, coarse } pointer = Pointer::fine;
  enum class Motion : std::uint8_t { full, reduced } motion = Motion::full;
  enum class Keys : std::uint8_t { pc, mac } keys = Keys::pc;
  float scale = 1;  // the account menu's 1, 1.1, 1.25, 1.5
};

/// A key that no field or widget took for itself. `key` as in DOM ("k", "Enter", "/", "ArrowDown").
struct KeyPress {
  std::string key{};
  enum class Command : std::uint8_t { no, yes } command = Command::no;  // Ctrl, or Cmd on a Mac
  enum class Shift : std::uint8_t { no, yes } shift = Shift::no;
};

class Ui {
 public:
  Ui();
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  Rect screen() const;  // the whole canvas, in CSS pixels
  WidthClass width_class() const { return width_class_of(screen().width); }
  PageMetrics metrics() const { return page_metrics(width_class()); }
  const Surroundings& surroundings() const;
  Theme theme() const { return surroundings().theme; }
  double now_ms() const { return surroundings().now_ms; }
  /// A phone's width or a finger: things to press are at least 44 high.
  bool touch() const;

  /// True once when the shortcut was pressed and no field was being typed into (Escape and
  /// shortcuts with Command also while typing): `ui.pressed("k", Command::yes)`, `ui.pressed("/")`.
  bool pressed(std::string_view key, KeyPress::Command command = KeyPress::Command::no);

  /// Asks for a frame at that time (a countdown, "2 min ago"). The nearest wish wins.
  void wake_at(double when_ms);

  /// Moves the keyboard to the widget with this spoken name, as soon as it is drawn.
  void focus_by_name(Role role, std::string_view name);
  /// True while a node of that role and name has the keyboard.
  bool has_focus(Role role, std::string_view name) const;

  /// Brings a box inside the innermost scroll area into view in the next pass.
  void scroll_into_view(const Rect& box);

  /// Says a sentence to screen readers without showing it ("Filtered to 4 projects").
  void announce(std::string_view sentence);

  Core& core() { return *core_; }
  const Core& core() const { return *core_; }

 private:
  std::unique_ptr<Core> core_;
};

// --- Grouping
// -------------------------------------------------------------------------------------

struct ScopeOptions {
  Role role = Role::group;  // group without a name emits no node, it only separates identities
  std::string_view name = {};
  std::string_view key = {};  // identity when the name is not enough ("project-1a2b")
  Rect box = {};              // of a landmark, list, list item...
  std::string_view description = {};
};
/// Everything drawn while it lives is inside it: landmarks, lists and their items, identities.
class Scope {
 public:
  Scope(Ui& ui, const ScopeOptions& options);
  Scope(Ui& ui, std::string_view key) : Scope(ui, ScopeOptions{.key = key}) {}
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Ui& ui_;
  NodeId node_ = no_node;
};

/// Nothing outside `box` is drawn or can be pressed while it lives.
class Clip {
 public:
  Clip(Ui& ui, const Rect& box);
  ~Clip();
  Clip(const Clip&) = delete;
  Clip& operator=(const Clip&) = delete;

 private:
  Ui& ui_;
};

/// A height that is only known after drawing: draw with `height()`, tell what it took, and the pass
/// is repeated before anything is shown when it differed.
///   ui::Measured measured(ui, "notes", 80); ui::card(ui, {x, y, w, measured.height()}); ...
///   measured.took(column.used());
class Measured {
 public:
  Measured(Ui& ui, std::string_view key, float first_guess);
  float height() const { return height_; }
  void took(float height);

 private:
  Ui& ui_;
  std::uint32_t id_;
  float height_;
};

/// True when a box inside the current clip can be seen: skip the work of rows that cannot.
bool visible(Ui& ui, const Rect& box);

/// Moves smoothly toward `target` (a fraction, an offset) in `duration_ms`; at once with reduced
/// motion.
float animated(Ui& ui, std::string_view key, float target, float duration_ms);

}  // namespace fairway::ui

#include "web/ui/charts.h"
#include "web/ui/collections.h"
#include "web/ui/controls.h"
#include "web/ui/paint.h"
#include "web/ui/surfaces.h"

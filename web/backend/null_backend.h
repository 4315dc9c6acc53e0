// The dashboard without a browser: draws every view in native tests, finds what a person would find
// by role and name, and acts as a person would.
//
//   NullBackend page([&](ui::Ui& ui) { draw_projects(ui, state); });
//   page.resize(390, 844);
//   page.click(ui::Role::button, "Deploy Studio Hours");
//   CHECK(page.find(ui::Role::dialog, "Deploy Studio Hours") != nullptr);
//   CHECK(page.problems().empty());
//
// Actions settle: when they return, the frame after them is drawn. What lies under a modal layer or
// is disabled cannot be reached: the action answers false. Names match whole; a name that ends in
// "*" matches its beginning.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "web/ui/core.h"
#include "web/ui/mirror.h"

namespace fairway {

class NullBackend {
 public:
  using Draw = std::function<void(ui::Ui&)>;
  explicit NullBackend(Draw draw);

  // --- Surroundings; each draws a frame.
  void resize(float width, float height, float device_pixel_ratio = 1);
  void use_theme(ui::Theme theme);
  void use_touch();
  void pass_time(double span_ms);

  // --- Acting.
  bool click(ui::Role role, std::string_view name);
  /// Replaces the text of a field, as if typed.
  bool type(ui::Role role, std::string_view name, std::string_view text);
  /// A key for whatever has the keyboard: "Escape", "ArrowDown", "Tab", "Enter".
  void press(std::string_view key);
  void press_command(std::string_view key);
  bool focus(ui::Role role, std::string_view name);
  bool hover(ui::Role role, std::string_view name);
  /// A press beside the topmost dialog or menu.
  void click_outside();
  void scroll(std::string_view name, float top);
  /// Draws again; for when State changed by itself.
  void draw();

  // --- Looking.
  const ui::Node* find(ui::Role role, std::string_view name) const;
  std::vector<const ui::Node*> all(ui::Role role) const;
  /// True when some node's name or value contains the words.
  bool shows(std::string_view words) const;
  const ui::Node* focused() const;
  const std::vector<std::string>& said() const { return said_; }
  /// The tree as text, one node a line, for failed tests.
  std::string outline() const;
  /// What breaks the rules of the widget layer: items of ImGui without a node, nodes that can be
  /// pressed without a name, without a box, or twice with the same id.
  std::vector<std::string> problems() const;
  size_t vertices() const;
  /// What the mirror would have sent for the last frame.
  const std::string& difference() const { return difference_; }
  ui::Ui& ui() { return ui_; }

 private:
  void settle();
  bool reachable(const ui::Node& node) const;
  void give_key(std::string_view key, ui::KeyPress::Command command);
  void move_focus(int step);

  ui::Ui ui_;
  ui::Surroundings around_;
  Draw draw_;
  ui::MirrorWriter mirror_;
  std::string difference_;
  std::vector<std::string> said_;
};

}  // namespace fairway

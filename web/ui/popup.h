// The floating list that menus and selects open: a modal layer of its own below (or above) what
// opened it. For the sources of this folder.
#pragma once

#include "web/ui/core.h"

namespace fairway::ui {

/// Exists while the opener is `core.open_popup`. A press outside, Escape or Tab shut it.
class Popup {
 public:
  Popup(Ui& ui, const Rect& opener, NodeId opener_id, Role role, std::string_view name, float width,
        float height);
  ~Popup();
  Popup(const Popup&) = delete;
  Popup& operator=(const Popup&) = delete;

  Rect area;  // inside, padding taken

 private:
  Ui& ui_;
  size_t layer_before_;
};

void shut_popup(Core& core);
/// One row of a popup; true when pressed (the popup is shut then).
bool popup_row(Ui& ui, const Rect& at, const MenuItem& item, Role role);
float popup_row_height(const Ui& ui);

}  // namespace fairway::ui

// The accessibility tree: every widget emits one node beside its drawing.
//
// What for: the browser keeps a DOM tree in step with these nodes (public/boot/mirror.mjs); screen
// readers, keyboards, phones' text input, password managers and our tests use that tree only. The
// DOM does the hit testing, the focus and the text editing; the canvas draws what the nodes say.
// So a widget without a node cannot be used at all, which keeps the two from drifting apart.
// What not for: drawing. A node has no colour and no font.
// Cost: nodes are compared with the last frame's by content hash; nothing is sent when none
// changed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "web/ui/layout.h"

namespace fairway::ui {

using NodeId = std::uint32_t;
constexpr NodeId no_node = 0;

enum class Role : std::uint8_t {
  group,
  main,
  navigation,
  banner,
  region,
  form,
  search,
  heading,
  paragraph,
  image,
  separator,
  link,
  button,
  textbox,
  searchbox,
  textarea,
  password,
  checkbox,
  switch_,
  radio,
  radiogroup,
  tab,
  tablist,
  tabpanel,
  combobox,
  listbox,
  option,
  menu,
  menuitem,
  dialog,
  alertdialog,
  list,
  listitem,
  table,
  row,
  columnheader,
  rowheader,
  cell,
  progressbar,
  log,
  status,
  alert,
  tooltip,
  scroll,
  count
};

/// The name of the role in ARIA ("button"), and in the tests of this product.
const char* role_name(Role role);

enum class NodeState : std::uint32_t {
  none = 0,
  disabled = 1U << 0U,
  checked = 1U << 1U,  // radio, checkbox, switch
  unchecked = 1U << 2U,
  selected = 1U << 3U,  // tab, option, row
  expanded = 1U << 4U,
  collapsed = 1U << 5U,
  busy = 1U << 6U,
  invalid = 1U << 7U,
  required = 1U << 8U,
  read_only = 1U << 9U,
  focusable = 1U << 10U,
  skip_tab = 1U << 11U,  // focusable, but not by Tab (members of a group beside the chosen one)
  modal = 1U << 12U,
  has_popup = 1U << 13U,
  live_polite = 1U << 14U,
  live_assertive = 1U << 15U,
  current = 1U << 16U,  // the page one is on (navigation)
  new_tab = 1U << 17U,
  hidden_text = 1U << 18U,  // a password
  mono = 1U << 19U,         // a field that draws with the mono face
};
constexpr NodeState operator|(NodeState a, NodeState b) {
  return static_cast<NodeState>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
constexpr NodeState& operator|=(NodeState& a, NodeState b) { return a = a | b; }
constexpr bool has(NodeState set, NodeState one) {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(one)) != 0;
}

struct Node {
  NodeId id = no_node;
  NodeId parent = no_node;  // no_node: directly in its layer
  Role role = Role::group;
  std::uint8_t level = 0;  // headings
  std::uint8_t layer = 0;  // 0 page, then dialogs, menus, toasts above
  NodeState state = NodeState::none;
  Rect box{};   // hit box, on the screen, not clipped
  Rect clip{};  // what the surrounding areas leave visible of the screen
  std::string name{};
  std::string value{};  // text of a field, "40" of a progress bar, choice of a combobox
  std::string description{};
  std::string href{};  // links
  std::string placeholder{};
  std::string autocomplete{};   // fields
  std::string key_shortcuts{};  // aria-keyshortcuts
  NodeId controls = no_node;    // what a tab or combobox opens
  int position = 0;  // of position_total, 1-based; rows and options that are not all drawn
  int position_total = 0;
  float font_size_px = 0;   // fields: so that the real input measures text as the canvas draws it
  float scroll_height = 0;  // scroll: height and width of what is inside
  float scroll_width = 0;
  float scroll_offset = 0;
  float padding_left = 0;  // fields: from the box to the words
  float padding_right = 0;
};

}  // namespace fairway::ui

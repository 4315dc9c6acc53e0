#include "web/backend/null_backend.h"

#include <imgui_internal.h>

#include <algorithm>
#include <set>

namespace {

std::vector<ImGuiID>& items_seen() {
  static std::vector<ImGuiID> items;
  return items;
}

}  // namespace

// Dear ImGui calls these for every item when it is built for tests.
void ImGuiTestEngineHook_ItemAdd(ImGuiContext*, ImGuiID id, const ImRect&,
                                 const ImGuiLastItemData*) {
  items_seen().push_back(id);
}
void ImGuiTestEngineHook_ItemInfo(ImGuiContext*, ImGuiID, const char*, ImGuiItemStatusFlags) {}
void ImGuiTestEngineHook_Log(ImGuiContext*, const char*, ...) {}
const char* ImGuiTestEngine_FindItemDebugLabel(ImGuiContext*, ImGuiID) { return nullptr; }

namespace fairway {

using ui::Node;
using ui::NodeState;
using ui::Role;

namespace {

bool matches(const Node& node, Role role, std::string_view name) {
  if (node.role != role) return false;
  if (!name.empty() && name.back() == '*')
    return std::string_view(node.name).starts_with(name.substr(0, name.size() - 1));
  return node.name == name;
}

bool is_field(const Node& node) { return node.font_size_px > 0; }

int utf16_length(std::string_view text) {
  int units = 0;
  for (const char c : text)
    if ((uint8_t(c) & 0xC0U) != 0x80U) units += uint8_t(c) >= 0xF0U ? 2 : 1;
  return units;
}

}  // namespace

NullBackend::NullBackend(Draw draw) : draw_(std::move(draw)) {
  around_.now_ms = 1000;
  settle();
}

void NullBackend::settle() {
  // A frame takes the wishes of the one before; the second lets them show.
  for (int frame = 0; frame < 3; ++frame) {
    around_.now_ms += 1;
    ui::run_frame(ui_, around_, [&](ui::Ui& ui) {
      items_seen().clear();
      draw_(ui);
    });
    ui::Core& core = ui_.core();
    said_.insert(said_.end(), core.said.begin(), core.said.end());
    const ui::NodeId wish = core.focus_wish;
    difference_ = mirror_.difference(core);
    if (wish == ui::no_node || !core.node_index.contains(wish)) break;
    core.attention.focused = wish;
    core.attention.focus_visible = true;
  }
}

void NullBackend::draw() { settle(); }

void NullBackend::resize(float width, float height, float device_pixel_ratio) {
  around_.width = width;
  around_.height = height;
  around_.device_pixel_ratio = device_pixel_ratio;
  settle();
}

void NullBackend::use_theme(ui::Theme theme) {
  around_.theme = theme;
  settle();
}

void NullBackend::use_touch() {
  around_.pointer = ui::Surroundings::Pointer::coarse;
  settle();
}

void NullBackend::pass_time(double span_ms) {
  around_.now_ms += span_ms;
  settle();
}

// --- Acting
// ---------------------------------------------------------------------------------------

bool NullBackend::reachable(const Node& node) const {
  return !has(node.state, NodeState::disabled) && !ui_.core().inert(node.layer);
}

bool NullBackend::focus(Role role, std::string_view name) {
  const Node* node = find(role, name);
  if (node == nullptr || ui_.core().inert(node->layer)) return false;
  ui_.core().attention.focused = node->id;
  ui_.core().attention.focus_visible = true;
  settle();
  return true;
}

bool NullBackend::hover(Role role, std::string_view name) {
  const Node* node = find(role, name);
  if (node == nullptr) return false;
  ui_.core().attention.hovered = node->id;
  ui_.core().attention.hovered_since_ms = around_.now_ms;
  settle();
  return true;
}

bool NullBackend::click(Role role, std::string_view name) {
  const Node* node = find(role, name);
  if (node == nullptr || !reachable(*node)) return false;
  ui_.core().attention.focused = node->id;
  ui_.core().attention.focus_visible = false;
  ui_.core().events.push_back({.kind = ui::Event::Kind::click, .node = node->id});
  settle();
  return true;
}

bool NullBackend::type(Role role, std::string_view name, std::string_view text) {
  const Node* node = find(role, name);
  if (node == nullptr || !reachable(*node) || !is_field(*node)) return false;
  ui::Core& core = ui_.core();
  core.attention.focused = node->id;
  core.attention.focus_visible = true;
  const int end = utf16_length(text);
  core.events.push_back({.kind = ui::Event::Kind::input,
                         .node = node->id,
                         .text = std::string(text),
                         .selection_start = end,
                         .selection_end = end});
  settle();
  return true;
}

void NullBackend::move_focus(int step) {
  ui::Core& core = ui_.core();
  std::vector<const Node*> stops;
  for (const Node& node : core.nodes) {
    const bool stop = has(node.state, NodeState::focusable) &&
                      !has(node.state, NodeState::skip_tab) && !core.inert(node.layer);
    if (stop) stops.push_back(&node);
  }
  if (stops.empty()) return;
  const auto at = std::find_if(stops.begin(), stops.end(), [&](const Node* node) {
    return node->id == core.attention.focused;
  });
  const auto count = int(stops.size());
  const int from = at == stops.end() ? (step > 0 ? -1 : 0) : int(at - stops.begin());
  core.attention.focused = stops[size_t((from + step + count) % count)]->id;
  core.attention.focus_visible = true;
  settle();
}

void NullBackend::give_key(std::string_view key, ui::KeyPress::Command command) {
  ui::Core& core = ui_.core();
  const Node* node = focused();
  const bool pressable = node != nullptr && !is_field(*node);
  const bool plain = command == ui::KeyPress::Command::no;
  if (pressable && plain && (key == "Enter" || key == " ")) {
    if (reachable(*node)) core.events.push_back({.kind = ui::Event::Kind::click, .node = node->id});
  } else {
    ui::Event event{.kind = ui::Event::Kind::key, .node = core.attention.focused};
    event.key.key = key;
    event.key.command = command;
    core.events.push_back(std::move(event));
  }
  settle();
}

void NullBackend::press(std::string_view key) {
  if (key == "Tab" && ui_.core().open_popup == ui::no_node) return move_focus(1);
  if (key == "Shift+Tab") return move_focus(-1);
  give_key(key, ui::KeyPress::Command::no);
}

void NullBackend::press_command(std::string_view key) { give_key(key, ui::KeyPress::Command::yes); }

void NullBackend::click_outside() {
  ui::Core& core = ui_.core();
  if (core.modals_before.empty()) return;
  core.events.push_back({.kind = ui::Event::Kind::outside, .node = core.modals_before.back()});
  settle();
}

void NullBackend::scroll(std::string_view name, float top) {
  const Node* area = find(Role::scroll, name);
  if (area == nullptr) return;
  ui_.core().scrolls[area->id].offset = top;
  settle();
}

// --- Looking
// --------------------------------------------------------------------------------------

const Node* NullBackend::find(Role role, std::string_view name) const {
  const Node* covered = nullptr;
  for (const Node& node : ui_.core().nodes) {
    if (!matches(node, role, name)) continue;
    if (!ui_.core().inert(node.layer)) return &node;
    covered = &node;
  }
  return covered;
}

std::vector<const Node*> NullBackend::all(Role role) const {
  std::vector<const Node*> found;
  for (const Node& node : ui_.core().nodes)
    if (node.role == role) found.push_back(&node);
  return found;
}

bool NullBackend::shows(std::string_view words) const {
  for (const Node& node : ui_.core().nodes)
    if (node.name.find(words) != std::string::npos || node.value.find(words) != std::string::npos ||
        node.description.find(words) != std::string::npos)
      return true;
  return false;
}

const Node* NullBackend::focused() const {
  const ui::Core& core = ui_.core();
  const auto at = core.node_index.find(core.attention.focused);
  return at == core.node_index.end() ? nullptr : &core.nodes[at->second];
}

std::string NullBackend::outline() const {
  const ui::Core& core = ui_.core();
  std::string text;
  for (const Node& node : core.nodes) {
    size_t depth = 0;
    for (auto at = core.node_index.find(node.parent); at != core.node_index.end() && depth < 20;
         at = core.node_index.find(core.nodes[at->second].parent))
      ++depth;
    text.append(2 * depth, ' ').append(ui::role_name(node.role)).append(" \"").append(node.name);
    text += '"';
    if (!node.value.empty()) text.append(" = ").append(node.value);
    if (!node.description.empty()) text.append(" (").append(node.description).append(")");
    for (const auto& [state, word] : {std::pair{NodeState::disabled, " disabled"},
                                      {NodeState::checked, " checked"},
                                      {NodeState::selected, " selected"},
                                      {NodeState::expanded, " expanded"},
                                      {NodeState::busy, " busy"},
                                      {NodeState::invalid, " invalid"}})
      if (has(node.state, state)) text += word;
    text += '\n';
  }
  return text;
}

std::vector<std::string> NullBackend::problems() const {
  const ui::Core& core = ui_.core();
  std::vector<std::string> found;
  std::set<ui::NodeId> ids;
  for (const Node& node : core.nodes) {
    const std::string label = std::string(ui::role_name(node.role)) + " \"" + node.name + "\"";
    if (!ids.insert(node.id).second) found.push_back(label + " has the id of another node");
    const bool focusable = has(node.state, NodeState::focusable);
    if (focusable && node.name.empty()) found.push_back(label + " can be pressed and has no name");
    if (focusable && (node.box.width < 1 || node.box.height < 1))
      found.push_back(label + " can be pressed and has no box");
  }
  for (const ImGuiID item : items_seen())
    if (!ids.contains(item))
      found.push_back("an item of ImGui has no node: " + std::to_string(item));
  return found;
}

size_t NullBackend::vertices() const {
  const ui::Core& core = ui_.core();
  size_t count = 0;
  for (size_t i = 0; i < core.layer_count; ++i)
    count += size_t(core.layers[i].list->VtxBuffer.Size);
  return count;
}

}  // namespace fairway

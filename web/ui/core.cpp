#include "web/ui/core.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

namespace fairway::ui {

uint32_t hash_of(uint32_t seed, std::string_view text) {
  uint32_t hash = seed;
  for (const char c : text) hash = (hash ^ uint8_t(c)) * 16777619U;
  return hash_of(hash, uint32_t(text.size()));
}

uint32_t hash_of(uint32_t seed, uint32_t number) {
  uint32_t hash = seed;
  for (int byte = 0; byte < 4; ++byte) hash = (hash ^ (number >> (8 * byte) & 255U)) * 16777619U;
  return hash;
}

Core::Core() : imgui(ImGui::CreateContext()) {
  ImGui::SetCurrentContext(imgui);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  // ImGui wants a font to exist; ours are drawn from the atlas.
  unsigned char* pixels = nullptr;
  int width = 0;
  int height = 0;
  io.Fonts->AddFontDefault();
  io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
  io.Fonts->SetTexID(nullptr);
#ifdef IMGUI_ENABLE_TEST_ENGINE
  imgui->TestEngineHookItems = true;
#endif
}

Core::~Core() {
  ImGui::SetCurrentContext(imgui);
  layers.clear();
  ImGui::DestroyContext(imgui);
}

// --- Passes
// ---------------------------------------------------------------------------------------

void Core::begin_pass() {
  ImGui::SetCurrentContext(imgui);
  unit = around.device_pixel_ratio * around.scale;
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {around.width / around.scale, around.height / around.scale};
  io.DeltaTime = 1.0F / 60;
  ImGui::NewFrame();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::Begin("fairway", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoBackground |
                   ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoSavedSettings);
  if (atlas.overflowed()) atlas.clear();
  nodes.clear();
  node_index.clear();
  ordinals.clear();
  shapes.clear();
  clips.clear();
  scroll_stack.clear();
  levels.assign(1, Level{});
  layer_count = 0;
  layer = 0;
  opacity = 1;
  shift_y = 0;
  consumed = again = animating = false;
  wake_at_ms = std::numeric_limits<double>::infinity();
  tooltip_words.clear();
  push_layer(no_node, LayerKind::passing);
  event.reset();
  if (!events.empty()) {
    event = std::move(events.front());
    events.pop_front();
    consumed = group_keys();
  }
}

void Core::end_pass() {
  ImGui::End();
  ImGui::EndFrame();
  keep_focus_in_dialogs();
  if (focus_name_wish) {
    for (const Node& node : nodes) {
      if (node.role != focus_name_wish->first || node.name != focus_name_wish->second) continue;
      focus_wish = node.id;
      focus_name_wish.reset();
      break;
    }
  }
  modals_before.clear();
  modal_layer_before = 0;
  for (size_t i = 0; i < layer_count; ++i) {
    if (!layers[i].modal) continue;
    modals_before.push_back(layers[i].root);
    modal_layer_before = i;
  }
  nodes_before = nodes;
  // A menu whose button is gone is shut, or it would open by itself when the button comes back.
  if (open_popup != no_node && !node_index.contains(open_popup)) open_popup = no_node;
  if (animating) wake_at_ms = around.now_ms;
}

size_t Core::push_layer(NodeId root, LayerKind kind) {
  if (layers.size() == layer_count)
    layers.push_back({std::make_unique<ImDrawList>(ImGui::GetDrawListSharedData())});
  Layer& made = layers[layer_count];
  made.root = root;
  made.modal = kind == LayerKind::modal;
  made.list->_ResetForNewFrame();
  const Rect all{0, 0, around.width * around.device_pixel_ratio,
                 around.height * around.device_pixel_ratio};
  made.list->PushClipRect({0, 0}, {all.width, all.height});
  made.list->PushTextureID(nullptr);
  clips.push_back({0, 0, around.width / around.scale, around.height / around.scale});
  return layer = layer_count++;
}

void Core::pop_layer(size_t before) {
  clips.pop_back();
  layer = before;
}

namespace {

// Widgets that were not drawn for a while are forgotten, now and then.
void forget_old(Core& core) {
  constexpr uint64_t frames_kept = 600;
  if (core.frame % 256 != 0) return;
  std::erase_if(core.motions,
                [&](const auto& entry) { return entry.second.seen + frames_kept < core.frame; });
  std::erase_if(core.scrolls,
                [&](const auto& entry) { return entry.second.seen + frames_kept < core.frame; });
}

}  // namespace

void run_frame(Ui& ui, const Surroundings& around, const std::function<void(Ui&)>& draw) {
  Core& core = ui.core();
  core.around = around;
  ++core.frame;
  core.key_used = false;
  forget_old(core);
  for (int pass = 0; pass < Core::passes_max; ++pass) {
    core.begin_pass();
    draw(ui);
    draw_tooltip(ui);
    core.end_pass();
    const bool settled = !core.consumed && !core.again && !core.atlas.overflowed();
    if (settled && core.events.empty()) return;
  }
}

// --- Identity and nodes
// ---------------------------------------------------------------------------

uint32_t Core::identity(Role role, std::string_view key) {
  const uint32_t base = hash_of(hash_of(levels.back().seed, uint32_t(role)), key);
  const int ordinal = ordinals[base]++;
  const uint32_t id = ordinal == 0 ? base : hash_of(base, uint32_t(ordinal));
  return id == no_node ? 1 : id;
}

NodeId Core::emit(Node node, std::string_view key) {
  node.id = identity(node.role, key);
  node.parent = levels.back().parent;
  node.layer = uint8_t(layer);
  node.clip = clips.back();
  const NodeId id = node.id;
  node_index[id] = nodes.size();
  nodes.push_back(std::move(node));
  return id;
}

Press Core::interact(Node node, std::string_view key, NodeId* id_out) {
  const bool disabled = has(node.state, NodeState::disabled);
  node.state |= NodeState::focusable;
  const Rect box = node.box;
  const NodeId id = emit(std::move(node), key);
  if (id_out != nullptr) *id_out = id;
  ImGui::ItemAdd({{box.x, box.y}, {box.right(), box.bottom()}}, id);
  Press press;
  press.focused = attention.focused == id && attention.focus_visible;
  press.hovered = attention.hovered == id;
  if (disabled) {
    take_event(Event::Kind::click, id);
    return press;
  }
  press.held = attention.held == id;
  press.clicked = take_event(Event::Kind::click, id);
  return press;
}

const Node* Core::find_before(NodeId id) const {
  for (const Node& node : nodes_before)
    if (node.id == id) return &node;
  return nullptr;
}

bool Core::inert(uint8_t in_layer) const { return in_layer < modal_layer_before; }

// --- Events
// ---------------------------------------------------------------------------------------

bool Core::take_event(Event::Kind kind, NodeId node) {
  if (!event || event->kind != kind || event->node != node) return false;
  consumed = true;
  if (kind != Event::Kind::input) event.reset();
  return true;
}

bool Core::take_key(std::string_view key) {
  if (!event || event->kind != Event::Kind::key || event->key.key != key) return false;
  consumed = key_used = true;
  event.reset();
  return true;
}

namespace {

int step_of(std::string_view key, int at, int count) {
  if (key == "ArrowDown" || key == "ArrowRight") return (at + 1) % count;
  if (key == "ArrowUp" || key == "ArrowLeft") return (at + count - 1) % count;
  if (key == "Home") return 0;
  return key == "End" ? count - 1 : -1;
}

bool starts_with_letter(std::string_view name, std::string_view letter) {
  if (name.empty() || letter.size() != 1) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
  return lower(name[0]) == lower(letter[0]);
}

bool moves_by_arrows(Role role) {
  return role == Role::radio || role == Role::tab || role == Role::menuitem || role == Role::option;
}

}  // namespace

bool Core::group_keys() {
  if (event->kind != Event::Kind::key) return false;
  const Node* from = find_before(event->node);
  if (from == nullptr || !moves_by_arrows(from->role)) return false;
  std::vector<const Node*> members;
  int at = 0;
  for (const Node& node : nodes_before) {
    if (node.parent != from->parent || node.role != from->role) continue;
    if (node.id == from->id) at = int(members.size());
    if (node.id == from->id || !has(node.state, NodeState::disabled)) members.push_back(&node);
  }
  const int count = int(members.size());
  int to = step_of(event->key.key, at, count);
  const bool letters = from->role == Role::menuitem || from->role == Role::option;
  for (int i = 1; letters && to < 0 && i < count; ++i)
    if (starts_with_letter(members[size_t((at + i) % count)]->name, event->key.key))
      to = (at + i) % count;
  if (to < 0) return false;
  key_used = true;
  focus_wish = members[size_t(to)]->id;
  attention.focused = focus_wish;
  event.reset();
  const bool chooses = from->role == Role::radio || from->role == Role::tab;
  if (chooses && to != at) event = Event{.kind = Event::Kind::click, .node = focus_wish};
  return true;
}

void Core::keep_focus_in_dialogs() {
  const auto drawn = [&](NodeId root) {
    for (size_t i = 0; i < layer_count; ++i)
      if (layers[i].modal && layers[i].root == root) return true;
    return false;
  };
  while (!focus_stack.empty() && !drawn(focus_stack.back().dialog)) {
    if (focus_wish == no_node || !node_index.contains(focus_wish))
      focus_wish = focus_stack.back().opener;
    focus_stack.pop_back();
  }
  for (size_t i = 0; i < layer_count; ++i) {
    if (!layers[i].modal) continue;
    const NodeId root = layers[i].root;
    const bool known = std::any_of(focus_stack.begin(), focus_stack.end(),
                                   [&](const FocusFrame& f) { return f.dialog == root; });
    if (known) continue;
    focus_stack.push_back({root, attention.focused});
    NodeId first_field = no_node;
    NodeId chosen = no_node;
    for (const Node& node : nodes) {
      if (node.layer != i) continue;
      const bool field = node.role == Role::textbox || node.role == Role::searchbox ||
                         node.role == Role::password || node.role == Role::textarea;
      if (field && first_field == no_node) first_field = node.id;
      const bool row = node.role == Role::option || node.role == Role::menuitem;
      if (row && (chosen == no_node || has(node.state, NodeState::selected))) chosen = node.id;
    }
    focus_wish = first_field != no_node ? first_field : chosen != no_node ? chosen : root;
  }
}

// --- Clips
// ----------------------------------------------------------------------------------------

void Core::push_clip(const Rect& box) {
  clips.push_back(intersection(clips.back(), box));
  const Rect& clip = clips.back();
  list().PushClipRect(
      {std::round(clip.x * unit), std::round((clip.y + shift_y) * unit)},
      {std::round(clip.right() * unit), std::round((clip.bottom() + shift_y) * unit)});
}

void Core::pop_clip() {
  clips.pop_back();
  list().PopClipRect();
}

}  // namespace fairway::ui

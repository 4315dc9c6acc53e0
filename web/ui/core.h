// What a frame is made of: for the sources of this folder, the backends and tests, not for views.
//
// A frame is one or more passes. A pass runs the view from the start; the last pass is what is
// shown. Another pass follows while an event was consumed, a measured height changed or the atlas
// was emptied, at most `passes_max` times. Each pass takes at most one event from the queue.
// Drawing goes to one list of vertices a layer, in device pixels; shapes are parameters in a table
// that the vertices point into. Nodes of the pass stand in `nodes`, in reading order.
#pragma once

#include <imgui.h>

#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "web/ui/atlas.h"
#include "web/ui/node.h"
#include "web/ui/ui.h"

namespace fairway::ui {

/// What the mirror (or a test) reports. `node` is where it happened.
struct Event {
  enum class Kind : uint8_t { click, outside, key, input };
  Kind kind = Kind::click;
  NodeId node = no_node;
  KeyPress key{};
  std::string text{};       // input: the field's whole value
  int selection_start = 0;  // input: in UTF-16 units, as the DOM counts
  int selection_end = 0;
  float scroll_left = 0;  // input: how far the field's text is scrolled
  float scroll_top = 0;
};

/// What is pointed at and focused: states, not events.
struct Attention {
  NodeId hovered = no_node;
  NodeId held = no_node;
  NodeId focused = no_node;
  bool focus_visible = false;  // by keyboard: show the ring
  double hovered_since_ms = 0;
  float pointer_x = 0;
  float pointer_y = 0;
};

struct Editing {  // of the focused field
  NodeId node = no_node;
  int selection_start = 0;
  int selection_end = 0;
  float scroll_left = 0;
  float scroll_top = 0;
  double touched_ms = 0;  // the caret stands still for a while after a key
};

// A modal layer hides what lies below it from pointer, keys and readers.
enum class LayerKind : uint8_t { passing, modal };

struct Layer {
  std::unique_ptr<ImDrawList> list;
  NodeId root = no_node;
  bool modal = false;
};

struct Motion {
  float from = 0;
  float target = 0;
  double start_ms = 0;
  uint64_t seen = 0;
};

struct ScrollMemory {
  float offset = 0;
  float content_height = 0;
  float area_height = 0;
  std::optional<float> wish;  // asks the browser to scroll there
  uint64_t seen = 0;
};

struct Core {
  static constexpr int passes_max = 12;

  Surroundings around;
  Atlas atlas;
  Attention attention;
  Editing editing;
  std::deque<Event> events;
  std::optional<Event> event;  // of this pass; reset by who consumes it
  bool consumed = false;
  bool again = false;
  bool key_used = false;  // in this frame: the page then keeps the key from the browser

  // Identity and nodes.
  struct Level {
    uint32_t seed = 2166136261U;
    NodeId parent = no_node;
  };
  std::vector<Level> levels{};
  std::unordered_map<uint32_t, int> ordinals;
  std::vector<Node> nodes{};
  std::vector<Node> nodes_before{};  // of the last shown frame
  std::unordered_map<NodeId, size_t> node_index;

  // Drawing.
  ImGuiContext* imgui = nullptr;
  std::vector<Layer> layers{};
  size_t layer_count = 0;
  size_t layer = 0;
  std::vector<float> shapes{};  // 16 floats each
  std::vector<Rect> clips{};
  float unit = 1;     // device pixels of one of ours
  float opacity = 1;  // of everything drawn now (a dialog that fades in)
  float shift_y = 0;

  // Memory of widgets.
  uint64_t frame = 0;
  std::unordered_map<uint32_t, Motion> motions;
  std::unordered_map<uint32_t, float> heights;
  std::unordered_map<uint32_t, double> first_seen_ms;
  std::unordered_map<NodeId, ScrollMemory> scrolls;
  std::vector<NodeId> scroll_stack{};
  std::vector<NodeId> modals_before{};  // roots of the modal layers of the last pass, lowest first
  size_t modal_layer_before = 0;        // highest modal layer of the last pass; 0 = none
  NodeId open_popup = no_node;          // the button whose menu is open

  // Wishes to the page, taken by the mirror after the frame.
  double wake_at_ms = std::numeric_limits<double>::infinity();
  bool animating = false;
  NodeId focus_wish = no_node;
  std::optional<std::pair<Role, std::string>> focus_name_wish;
  std::vector<std::string> said;
  struct FocusFrame {
    NodeId dialog;
    NodeId opener;
  };
  std::vector<FocusFrame> focus_stack{};
  std::string tooltip_words{};  // of this pass, drawn last
  Rect tooltip_over{};

  Core();
  ~Core();

  void begin_pass();
  void end_pass();

  ImDrawList& list() { return *layers[layer].list; }
  uint32_t identity(Role role, std::string_view key);
  /// Emits and remembers the node; fills id, parent, layer, clip.
  NodeId emit(Node node, std::string_view key);
  /// Emits an item that can be pressed; also an ImGui item. True states of this pass.
  Press interact(Node node, std::string_view key, NodeId* id = nullptr);
  void push_level(uint32_t seed, NodeId parent) { levels.push_back({seed, parent}); }
  void pop_level() { levels.pop_back(); }
  /// Everything after it is drawn above, until pop_layer with the layer that was current before.
  size_t push_layer(NodeId root, LayerKind kind);
  void pop_layer(size_t before);

  void push_clip(const Rect& box);
  void pop_clip();
  bool take_event(Event::Kind kind, NodeId node);
  bool take_key(std::string_view key);
  bool group_keys();  // arrows within radio groups, tab lists, menus
  bool inert(uint8_t layer) const;
  const Node* find_before(NodeId id) const;
  void keep_focus_in_dialogs();
};

uint32_t hash_of(uint32_t seed, std::string_view text);
uint32_t hash_of(uint32_t seed, uint32_t number);

/// Runs passes of `draw` until the frame is settled. `draw` is called at least once.
void run_frame(Ui& ui, const Surroundings& around, const std::function<void(Ui&)>& draw);

// --- Drawing, in our pixels
// -----------------------------------------------------------------------

float snapped(const Core& core, float value);
void add_sprite(Core& core, const Sprite& sprite, float pen_x_px, float baseline_y_px, Color tint);
/// Draws `text` from `x` with its baseline fitted into the line of `style` centred on `middle_y`.
/// Returns the width. Emits nothing.
float draw_words(Ui& ui, float x, float middle_y, std::string_view words, const TextStyle& style,
                 Color ink);
float draw_words(Ui& ui, float x, float middle_y, std::string_view words, const TextStyle& style);
/// `words`, cut so that they end in an ellipsis within `width`.
std::string fitted(Ui& ui, std::string_view words, const TextStyle& style, float width);
void emit_words(Ui& ui, const Rect& at, std::string_view words, const TextStyle& style);
/// Width up to each UTF-16 unit of the text (one more than units), for carets.
std::vector<float> caret_stops(Ui& ui, std::string_view words, const TextStyle& style);

void add_shape(Core& core, const Rect& bounds_px, Color fill, const float (&shape)[16]);
void draw_box(Core& core, const Rect& at, Color fill, Color edge, float edge_width, float radius,
              Shadow shadow, unsigned corners);
void draw_segment(Core& core, float x1, float y1, float x2, float y2, Color color, float width);
void draw_gradient_column(Core& core, float x1, float top1, float x2, float top2, float bottom,
                          Color (*color_at)(const Core&, float share), float full_top);

/// A field without frame, for the palette.
FieldResult bare_field(Ui& ui, const Rect& at, std::string& value, std::string_view label);

/// What touch needs: the box grown to 44 in both directions around its middle.
Rect hit_box(const Ui& ui, const Rect& at);

/// Between 0 and 1 for a widget's own states (hover), by its node.
float animated_for(Core& core, NodeId node, float target, float duration_ms);
float appeared(Ui& ui, std::string_view key, float duration_ms);
void draw_tooltip(Ui& ui);

}  // namespace fairway::ui

#include "web/ui/mirror.h"

#include <cmath>
#include <map>

#include "shared/base/json.h"

namespace fairway::ui {

namespace {

// Small and quick: most frames compare a few hundred nodes and send none.
struct Hash {
  uint64_t value = 14695981039346656037ULL;
  void add(uint64_t number) { value = (value ^ number) * 1099511628211ULL; }
  void add(std::string_view text) {
    for (const char c : text) add(uint64_t(uint8_t(c)));
    add(uint64_t(text.size()) + 1000);
  }
  void add(float number) { add(uint64_t(int64_t(std::lround(number * 16)))); }
};

Rect local_box(const Core& core, const Node& node) {
  Rect box = node.box;
  const auto parent = core.node_index.find(node.parent);
  if (parent != core.node_index.end()) {
    const Node& outer = core.nodes[parent->second];
    box.x -= outer.box.x;
    box.y -= outer.box.y - outer.scroll_offset;
  }
  const float scale = core.around.scale;
  return {box.x * scale, box.y * scale, box.width * scale, box.height * scale};
}

uint64_t content_of(const Node& node, const Rect& box) {
  Hash hash;
  hash.add(uint64_t(node.parent) << 32U | uint64_t(node.role) << 16U | node.layer);
  hash.add(uint64_t(node.state) << 8U | node.level);
  for (const float number : {box.x, box.y, box.width, box.height, node.scroll_height,
                             node.padding_left, node.padding_right, node.font_size_px})
    hash.add(number);
  for (const std::string* text : {&node.name, &node.value, &node.description, &node.href,
                                  &node.placeholder, &node.autocomplete, &node.key_shortcuts})
    hash.add(*text);
  hash.add(uint64_t(node.position) << 32U | uint64_t(uint32_t(node.position_total)));
  hash.add(uint64_t(node.controls));
  return hash.value;
}

double rounded(float number) { return double(std::lround(number * 16)) / 16; }

void put(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

Json node_json(const Core& core, const Node& node, const Rect& box) {
  const float scale = core.around.scale;
  Json json{{"id", node.id},
            {"role", role_name(node.role)},
            {"kind", int(node.role)},
            {"state", uint32_t(node.state)},
            {"layer", node.layer},
            {"box", {rounded(box.x), rounded(box.y), rounded(box.width), rounded(box.height)}}};
  if (node.parent != no_node) json["parent"] = node.parent;
  if (node.level != 0) json["level"] = node.level;
  put(json, "name", node.name);
  put(json, "description", node.description);
  put(json, "href", node.href);
  put(json, "placeholder", node.placeholder);
  put(json, "autocomplete", node.autocomplete);
  put(json, "shortcuts", node.key_shortcuts);
  const bool field = node.font_size_px > 0;
  if (field || !node.value.empty()) json["value"] = node.value;
  if (field) {
    json["font"] = rounded(node.font_size_px * scale);
    json["padding"] = {rounded(node.padding_left * scale), rounded(node.padding_right * scale)};
  }
  if (node.position != 0) json["position"] = node.position;
  if (node.position_total != 0) json["total"] = node.position_total;
  if (node.controls != no_node) json["controls"] = node.controls;
  if (node.role == Role::scroll) json["content"] = rounded(node.scroll_height * scale);
  return json;
}

}  // namespace

void MirrorWriter::forget() {
  known_.clear();
  orders_.clear();
  layers_.clear();
}

std::string MirrorWriter::difference(Core& core) {
  ++frame_;
  Json set = Json::array();
  std::map<std::pair<int, NodeId>, std::vector<NodeId>> children;
  for (const Node& node : core.nodes) {
    const Rect box = local_box(core, node);
    const uint64_t content = content_of(node, box);
    Known& known = known_[node.id];
    if (known.content != content) set.push_back(node_json(core, node, box));
    known = {content, frame_};
    const bool inside = core.node_index.contains(node.parent);
    children[{inside ? -1 : int(node.layer), inside ? node.parent : no_node}].push_back(node.id);
  }
  Json gone = Json::array();
  for (auto at = known_.begin(); at != known_.end();) {
    const bool stays = at->second.frame == frame_;
    if (!stays) gone.push_back(at->first);
    at = stays ? std::next(at) : known_.erase(at);
  }
  Json order = Json::array();
  std::unordered_map<NodeId, uint64_t> orders;
  for (const auto& [where, ids] : children) {
    Hash hash;
    for (const NodeId id : ids) hash.add(uint64_t(id));
    // A layer's own list stands under its number, which no node id equals in practice.
    const NodeId key = where.first < 0 ? where.second : NodeId(where.first);
    if (orders_[key] != hash.value)
      order.push_back({where.first < 0 ? Json(where.second) : Json(-1 - where.first), ids});
    orders[key] = hash.value;
  }
  orders_ = std::move(orders);

  Json message = Json::object();
  if (!set.empty()) message["set"] = std::move(set);
  if (!gone.empty()) message["gone"] = std::move(gone);
  if (!order.empty()) message["order"] = std::move(order);
  Json layers = Json::array();
  for (size_t i = 0; i < core.layer_count; ++i)
    layers.push_back({{"root", core.layers[i].root}, {"modal", core.layers[i].modal}});
  if (std::string text = to_text(layers); text != layers_) {
    layers_ = std::move(text);
    message["layers"] = std::move(layers);
  }
  if (core.focus_wish != no_node) message["focus"] = std::exchange(core.focus_wish, no_node);
  Json scrolls = Json::array();
  for (auto& [id, memory] : core.scrolls) {
    if (!memory.wish || !core.node_index.contains(id)) continue;
    scrolls.push_back({id, rounded(*memory.wish * core.around.scale)});
    memory.wish.reset();
  }
  if (!scrolls.empty()) message["scroll"] = std::move(scrolls);
  if (!core.said.empty()) message["say"] = std::exchange(core.said, {});
  return message.empty() ? "" : to_text(message);
}

}  // namespace fairway::ui

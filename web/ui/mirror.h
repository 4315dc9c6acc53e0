// What the page must change in its DOM after a frame: the difference of two node lists, as JSON.
//
// {"set":[node...], "gone":[id...], "order":[[parent,[id...]]...], "layers":[{"root","modal"}...],
//  "focus":id, "scroll":[[id,top]...], "say":["..."]}. Every member but "set" may be absent. A node
// that did not change is not sent; boxes are relative to the parent, so scrolling sends nothing.
// Empty when nothing changed. Cost: one hash a node.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "web/ui/core.h"

namespace fairway::ui {

class MirrorWriter {
 public:
  /// Takes the wishes (focus, scroll, sentences) of the frame along, once.
  std::string difference(Core& core);
  /// The whole tree is sent again next time (the page lost its DOM).
  void forget();

 private:
  struct Known {
    uint64_t content = 0;
    uint64_t frame = 0;
  };
  std::unordered_map<NodeId, Known> known_;
  std::unordered_map<NodeId, uint64_t> orders_;
  std::string layers_;
  uint64_t frame_ = 0;
};

}  // namespace fairway::ui

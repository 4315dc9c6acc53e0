// Draws a frame with WebGL2: one program, one draw call a clip rectangle.
//
// Text, icons and shapes come as one stream of vertices (shaders/ui.frag tells them apart), so what
// is called later lies above. Output is premultiplied. Everything on the GPU can be made again from
// the frame: after a lost context, `forget` and draw.
#pragma once

#include <cstdint>

#include "web/ui/core.h"

namespace fairway {

class Renderer {
 public:
  /// Draws into the current context. False when the page's WebGL2 refuses the program.
  bool draw(ui::Core& core);
  /// The context is gone, and with it every object in it.
  void forget() { *this = {}; }

 private:
  bool make();
  void upload_atlas(ui::Atlas& atlas);
  void upload_shapes(const std::vector<float>& shapes);
  void draw_layer(const ImDrawList& list, int width, int height);

  unsigned program_ = 0;
  unsigned vertex_array_ = 0;
  unsigned vertices_ = 0;
  unsigned indices_ = 0;
  unsigned atlas_ = 0;
  unsigned shapes_ = 0;
  int shape_rows_ = 0;
  int atlas_size_ = 0;
  int view_ = -1;
  int shadow_ = -1;
};

}  // namespace fairway

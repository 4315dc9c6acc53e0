// Draws a frame with WebGL2: two programs, a draw call for each run of triangles of one kind.
//
// Text, icons and shapes come as one stream of vertices, so what is called later lies above. The
// flat program (shaders/flat.frag) does text, icons and plain colour, the other one (ui.frag) the
// shapes: where WebGL is done by the processor, each pixel pays for the whole of its program.
// Output is premultiplied. Everything on the GPU can be made again from the frame: after a lost
// context, `forget` and draw.
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
  struct Program {
    unsigned name = 0;
    int view = -1;
  };

  bool make();
  bool make(Program& program, const char* fragments);
  void upload_atlas(ui::Atlas& atlas);
  void upload_shapes(const std::vector<float>& shapes);
  void draw_layer(const ImDrawList& list, int width, int height);
  void draw_runs(const ImDrawList& list, const ImDrawCmd& command);

  Program flat_;
  Program shaped_;
  unsigned vertex_array_ = 0;
  unsigned vertices_ = 0;
  unsigned indices_ = 0;
  unsigned atlas_ = 0;
  unsigned shapes_ = 0;
  int shape_rows_ = 0;
  int atlas_size_ = 0;
  int shadow_ = -1;
};

}  // namespace fairway

#include "web/backend/renderer.h"

#include <GLES3/gl3.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "shaders.h"

namespace fairway {

namespace {

constexpr int shapes_width = 1024;  // texels; as in shaders/ui.frag
constexpr int floats_a_row = shapes_width * 4;

unsigned compiled(GLenum kind, const char* source) {
  const unsigned shader = glCreateShader(kind);
  glShaderSource(shader, 1, &source, nullptr);
  glCompileShader(shader);
  return shader;
}

unsigned made_texture() {
  unsigned texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return texture;
}

void describe_vertices() {
  const auto offset = [](size_t bytes) { return reinterpret_cast<const void*>(bytes); };
  for (unsigned i = 0; i < 3; ++i) glEnableVertexAttribArray(i);
  glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, sizeof(ImDrawVert), offset(0));
  glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, sizeof(ImDrawVert), offset(8));
  glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(ImDrawVert), offset(16));
}

// Shapes say their number in u; texels are not negative, plain colour lies below minus a million.
bool is_shape(const ImDrawVert& vertex) { return vertex.uv.x < 0 && vertex.uv.x >= -1e6F; }

}  // namespace

bool Renderer::make(Program& program, const char* fragments) {
  const unsigned name = glCreateProgram();
  glAttachShader(name, compiled(GL_VERTEX_SHADER, shaders::ui_vert));
  glAttachShader(name, compiled(GL_FRAGMENT_SHADER, fragments));
  glLinkProgram(name);
  int linked = 0;
  glGetProgramiv(name, GL_LINK_STATUS, &linked);
  if (linked == 0) {
    char words[512] = "";
    glGetProgramInfoLog(name, sizeof words, nullptr, words);
    std::fprintf(stderr, "The page's WebGL2 refuses the shaders: %s\n", words);
    return false;
  }
  program = {name, glGetUniformLocation(name, "uView")};
  return true;
}

bool Renderer::make() {
  if (!make(flat_, shaders::flat_frag) || !make(shaped_, shaders::ui_frag)) return false;
  glUseProgram(flat_.name);
  glUniform1i(glGetUniformLocation(flat_.name, "uAtlas"), 0);
  glUseProgram(shaped_.name);
  glUniform1i(glGetUniformLocation(shaped_.name, "uShapes"), 1);
  shadow_ = glGetUniformLocation(shaped_.name, "uShadow");
  glGenVertexArrays(1, &vertex_array_);
  glGenBuffers(1, &vertices_);
  glGenBuffers(1, &indices_);
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ARRAY_BUFFER, vertices_);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
  describe_vertices();
  glActiveTexture(GL_TEXTURE0);
  atlas_ = made_texture();
  glActiveTexture(GL_TEXTURE1);
  shapes_ = made_texture();
  glEnable(GL_BLEND);
  glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glEnable(GL_SCISSOR_TEST);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
  return true;
}

void Renderer::upload_atlas(ui::Atlas& atlas) {
  glActiveTexture(GL_TEXTURE0);
  const auto rows = atlas.take_changed_rows();
  if (atlas_size_ != atlas.width()) {
    atlas_size_ = atlas.width();
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, atlas.width(), atlas.height(), 0, GL_RGBA,
                 GL_UNSIGNED_BYTE, atlas.pixels());
    return;
  }
  if (rows.first >= rows.last) return;
  const uint8_t* first = atlas.pixels() + size_t(rows.first) * size_t(atlas.width()) * 4;
  glTexSubImage2D(GL_TEXTURE_2D, 0, 0, rows.first, atlas.width(), rows.last - rows.first, GL_RGBA,
                  GL_UNSIGNED_BYTE, first);
}

void Renderer::upload_shapes(const std::vector<float>& shapes) {
  const int rows = int((shapes.size() + floats_a_row - 1) / floats_a_row);
  if (rows == 0) return;
  glActiveTexture(GL_TEXTURE1);
  if (rows > shape_rows_) {
    shape_rows_ = rows * 2;
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA32F, shapes_width, shape_rows_, 0, GL_RGBA, GL_FLOAT,
                 nullptr);
  }
  const int full = int(shapes.size() / floats_a_row);
  if (full > 0)
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, shapes_width, full, GL_RGBA, GL_FLOAT, shapes.data());
  const int rest = int(shapes.size() % floats_a_row) / 4;
  if (rest > 0)
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, full, rest, 1, GL_RGBA, GL_FLOAT,
                    shapes.data() + size_t(full) * floats_a_row);
}

void Renderer::draw_layer(const ImDrawList& list, int width, int height) {
  if (list.IdxBuffer.Size == 0) return;
  glBufferData(GL_ARRAY_BUFFER, list.VtxBuffer.size_in_bytes(), list.VtxBuffer.Data,
               GL_STREAM_DRAW);
  glBufferData(GL_ELEMENT_ARRAY_BUFFER, list.IdxBuffer.size_in_bytes(), list.IdxBuffer.Data,
               GL_STREAM_DRAW);
  for (const ImDrawCmd& command : list.CmdBuffer) {
    const int left = std::max(0, int(command.ClipRect.x));
    const int top = std::max(0, int(command.ClipRect.y));
    const int right = std::min(width, int(std::ceil(command.ClipRect.z)));
    const int bottom = std::min(height, int(std::ceil(command.ClipRect.w)));
    if (command.ElemCount == 0 || right <= left || bottom <= top) continue;
    glScissor(left, height - bottom, right - left, bottom - top);
    draw_runs(list, command);
  }
}

// Triangle after triangle in their order; those of one kind that follow each other go together.
void Renderer::draw_runs(const ImDrawList& list, const ImDrawCmd& command) {
  const int end = int(command.IdxOffset + command.ElemCount);
  const auto shaped_at = [&](int at) { return is_shape(list.VtxBuffer[int(list.IdxBuffer[at])]); };
  for (int first = int(command.IdxOffset); first < end;) {
    const bool shaped = shaped_at(first);
    int last = first + 3;
    while (last < end && shaped_at(last) == shaped) last += 3;
    glUseProgram(shaped ? shaped_.name : flat_.name);
    const size_t offset = size_t(first) * sizeof(ImDrawIdx);
    glDrawElements(GL_TRIANGLES, last - first, GL_UNSIGNED_INT,
                   reinterpret_cast<const void*>(offset));
    first = last;
  }
}

bool Renderer::draw(ui::Core& core) {
  if (shaped_.name == 0 && !make()) return false;
  const float ratio = core.around.device_pixel_ratio;
  const int width = int(std::lround(core.around.width * ratio));
  const int height = int(std::lround(core.around.height * ratio));
  upload_atlas(core.atlas);
  upload_shapes(core.shapes);
  glViewport(0, 0, width, height);
  glScissor(0, 0, width, height);
  const ui::Color ground = color_of(core.around.theme, ui::Tone::canvas);
  glClearColor(float(ground.red()) / 255, float(ground.green()) / 255, float(ground.blue()) / 255,
               1);
  glClear(GL_COLOR_BUFFER_BIT);
  glUseProgram(flat_.name);
  glUniform2f(flat_.view, float(width), float(height));
  glUseProgram(shaped_.name);
  glUniform2f(shaped_.view, float(width), float(height));
  const ui::Color shadow = color_of(core.around.theme, ui::Tone::shadow_card);
  glUniform3f(shadow_, float(shadow.red()) / 255, float(shadow.green()) / 255,
              float(shadow.blue()) / 255);
  for (size_t i = 0; i < core.layer_count; ++i) draw_layer(*core.layers[i].list, width, height);
  return true;
}

}  // namespace fairway

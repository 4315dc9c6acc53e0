// The one texture of the dashboard: glyphs and icons, baked at exact device sizes when first seen.
//
// Glyphs come from the embedded faces at four horizontal positions within a pixel, so that words
// keep their rhythm at any scale. Characters those faces lack come from the backend's own fonts
// (`ForeignGlyphs`), one picture per character or per run of a script that joins its letters.
// Cost: about 20 us a glyph, once; a lookup after that. The texture is 1024 x 1024 and grows to
// 2048; when that is full it is emptied and the pass is drawn again (`overflowed`).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "web/ui/icon.h"
#include "web/ui/text.h"

namespace fairway::ui {

struct ForeignImage {
  float advance = 0;  // device pixels, like all here
  float left = 0;     // from the pen to the picture
  float top = 0;      // from the baseline up to the picture's first row, as a positive number
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgba;  // premultiplied; white where the text colour shall show
  bool coloured = false;      // emoji: drawn as they are
};

/// The backend's fonts. The browser's answers through a 2D canvas, the null backend with boxes.
class ForeignGlyphs {
 public:
  virtual ~ForeignGlyphs() = default;
  virtual ForeignImage rasterize(std::string_view text, float size_px, Face face) = 0;
};

/// A piece of the texture and where it lies around the pen, in device pixels.
struct Sprite {
  float u0 = 0, v0 = 0, u1 = 0, v1 = 0;  // texels
  float left = 0, top = 0, width = 0, height = 0;
  bool coloured = false;
};

constexpr int subpixel_positions = 4;

class Atlas {
 public:
  Atlas();
  ~Atlas();

  ForeignGlyphs* foreign = nullptr;

  bool has_glyph(Face face, uint32_t character) const;
  /// Advance of one em of size 1.
  float advance_em(Face face, uint32_t character);
  float widest_digit_em(Face face);
  struct Vertical {
    float ascent_em, descent_em;  // descent positive
  };
  Vertical vertical(Face face) const;

  Sprite glyph(Face face, uint32_t character, float size_px, int subpixel);
  Sprite icon(Icon icon, int size_px);
  struct Foreign {
    Sprite sprite;
    float advance = 0;
  };
  Foreign foreign_run(Face face, std::string_view text, float size_px);

  int width() const { return size_; }
  int height() const { return size_; }
  const uint8_t* pixels() const { return pixels_.data(); }
  /// Rows changed since the last time this was asked; empty when first >= last.
  struct Rows {
    int first, last;
  };
  Rows take_changed_rows();
  /// Raised whenever texels of old sprites became invalid.
  uint32_t generation() const { return generation_; }
  bool overflowed() const { return overflowed_; }
  void clear();

 private:
  struct FaceData;
  struct Place {
    int x, y;
  };
  bool place(int width, int height, Place& out);
  Sprite store(int width, int height, float left, float top, const uint8_t* alpha);
  void touch(int first, int last);

  std::unique_ptr<FaceData[]> faces_;
  int size_ = 1024;
  std::vector<uint8_t> pixels_;
  std::unordered_map<uint64_t, Sprite> sprites_;
  std::unordered_map<std::string, Foreign> foreigns_;
  struct Shelf {
    int y, height, x;
  };
  std::vector<Shelf> shelves_;
  int shelves_end_ = 0;
  Rows changed_{0, 0};
  uint32_t generation_ = 0;
  bool overflowed_ = false;
};

}  // namespace fairway::ui

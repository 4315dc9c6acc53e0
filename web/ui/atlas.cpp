#include "web/ui/atlas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "web/ui/fonts.h"
#include "web/ui/strokes.h"

#include "web/ui/truetype.h"

namespace fairway::ui {

struct Atlas::FaceData {
  stbtt_fontinfo info{};
  float em_units = 1;
  std::array<float, 128> ascii_advance{};
  std::unordered_map<uint32_t, float> advance;
  float widest_digit = 0;
  Vertical vertical{};
};

namespace {

std::span<const unsigned char> bytes_of(Face face) {
  switch (face) {
    case Face::regular:
      return font_regular();
    case Face::semibold:
      return font_semibold();
    case Face::mono:
      return font_mono();
  }
  return font_regular();
}

constexpr int size_max = 2048;
constexpr int gap = 1;  // between sprites, so that neighbours never bleed

}  // namespace

Atlas::Atlas() : faces_(new FaceData[3]) {
  for (const Face face : {Face::regular, Face::semibold, Face::mono}) {
    FaceData& data = faces_[size_t(face)];
    stbtt_InitFont(&data.info, bytes_of(face).data(), 0);
    data.em_units = 1 / stbtt_ScaleForMappingEmToPixels(&data.info, 1);
    for (int c = 0; c < 128; ++c) {
      int advance = 0;
      stbtt_GetCodepointHMetrics(&data.info, c, &advance, nullptr);
      data.ascii_advance[size_t(c)] = float(advance) / data.em_units;
    }
    for (int c = '0'; c <= '9'; ++c)
      data.widest_digit = std::max(data.widest_digit, data.ascii_advance[size_t(c)]);
    int ascent = 0;
    int descent = 0;
    int line_gap = 0;
    stbtt_GetFontVMetrics(&data.info, &ascent, &descent, &line_gap);
    data.vertical = {float(ascent) / data.em_units, -float(descent) / data.em_units};
  }
  clear();
}

Atlas::~Atlas() = default;

void Atlas::clear() {
  if (overflowed_ && size_ < size_max) size_ *= 2;
  pixels_.assign(size_t(size_) * size_t(size_) * 4, 0);
  sprites_.clear();
  foreigns_.clear();
  shelves_.clear();
  shelves_end_ = 0;
  overflowed_ = false;
  ++generation_;
  touch(0, size_);
}

bool Atlas::has_glyph(Face face, uint32_t character) const {
  if (character < 128) return true;
  return stbtt_FindGlyphIndex(&faces_[size_t(face)].info, int(character)) != 0;
}

float Atlas::advance_em(Face face, uint32_t character) {
  FaceData& data = faces_[size_t(face)];
  if (character < 128) return data.ascii_advance[character];
  const auto [at, fresh] = data.advance.try_emplace(character, 0.0F);
  if (fresh) {
    int advance = 0;
    stbtt_GetCodepointHMetrics(&data.info, int(character), &advance, nullptr);
    at->second = float(advance) / data.em_units;
  }
  return at->second;
}

float Atlas::widest_digit_em(Face face) { return faces_[size_t(face)].widest_digit; }

Atlas::Vertical Atlas::vertical(Face face) const { return faces_[size_t(face)].vertical; }

void Atlas::touch(int first, int last) {
  if (changed_.first >= changed_.last) changed_ = {first, last};
  changed_ = {std::min(changed_.first, first), std::max(changed_.last, last)};
}

Atlas::Rows Atlas::take_changed_rows() { return std::exchange(changed_, Rows{0, 0}); }

bool Atlas::place(int width, int height, Place& out) {
  for (Shelf& shelf : shelves_) {
    const bool fits = height <= shelf.height && height * 4 >= shelf.height * 3;
    if (!fits || shelf.x + width + gap > size_) continue;
    out = {shelf.x, shelf.y};
    shelf.x += width + gap;
    return true;
  }
  const int rounded = std::min((height + 3) / 4 * 4, size_);
  if (shelves_end_ + rounded + gap > size_ || width + gap > size_) {
    overflowed_ = true;
    return false;
  }
  out = {0, shelves_end_};
  shelves_.push_back({shelves_end_, rounded, width + gap});
  shelves_end_ += rounded + gap;
  return true;
}

Sprite Atlas::store(int width, int height, float left, float top, const uint8_t* alpha) {
  Place at{};
  if (width <= 0 || height <= 0 || !place(width, height, at)) return {};
  for (int row = 0; row < height; ++row) {
    uint8_t* to = &pixels_[(size_t(at.y + row) * size_t(size_) + size_t(at.x)) * 4];
    for (int column = 0; column < width; ++column)
      std::memset(to + column * 4, alpha[row * width + column], 4);
  }
  touch(at.y, at.y + height);
  return {float(at.x),          float(at.y),   float(at.x + width),
          float(at.y + height), left,          top,
          float(width),         float(height), false};
}

Sprite Atlas::glyph(Face face, uint32_t character, float size_px, int subpixel) {
  const auto size_key = uint64_t(std::lround(size_px * 64));
  const uint64_t key =
      size_key << 32U | uint64_t(character) << 8U | uint64_t(face) << 4U | uint64_t(subpixel);
  const auto found = sprites_.find(key);
  if (found != sprites_.end()) return found->second;

  const stbtt_fontinfo& info = faces_[size_t(face)].info;
  const float scale = stbtt_ScaleForMappingEmToPixels(&info, size_px);
  const float shift = float(subpixel) / float(subpixel_positions);
  const int index = stbtt_FindGlyphIndex(&info, int(character));
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  stbtt_GetGlyphBitmapBoxSubpixel(&info, index, scale, scale, shift, 0, &x0, &y0, &x1, &y1);
  const int width = x1 - x0;
  const int height = y1 - y0;
  std::vector<uint8_t> alpha(size_t(std::max(0, width)) * size_t(std::max(0, height)));
  if (!alpha.empty())
    stbtt_MakeGlyphBitmapSubpixel(&info, alpha.data(), width, height, width, scale, scale, shift, 0,
                                  index);
  const Sprite sprite = store(width, height, float(x0), float(-y0), alpha.data());
  if (!overflowed_) sprites_[key] = sprite;
  return sprite;
}

Sprite Atlas::icon(Icon icon, int size_px) {
  const uint64_t key = uint64_t{1} << 63U | uint64_t(size_px) << 8U | uint64_t(icon);
  const auto found = sprites_.find(key);
  if (found != sprites_.end()) return found->second;
  const auto alpha = covered(flattened(icon_path(icon)), 20, icon_stroke_width(icon), size_px);
  const Sprite sprite = store(size_px, size_px, 0, 0, alpha.data());
  if (!overflowed_) sprites_[key] = sprite;
  return sprite;
}

Atlas::Foreign Atlas::foreign_run(Face face, std::string_view text, float size_px) {
  std::string key(text);
  key += char('0' + int(face));
  key.append(reinterpret_cast<const char*>(&size_px), sizeof size_px);
  const auto found = foreigns_.find(key);
  if (found != foreigns_.end()) return found->second;
  if (foreign == nullptr) return {{}, size_px};

  const ForeignImage image = foreign->rasterize(text, size_px, face);
  Foreign result{{}, image.advance};
  Place at{};
  if (image.width > 0 && image.height > 0 && place(image.width, image.height, at)) {
    for (int row = 0; row < image.height; ++row)
      std::memcpy(&pixels_[(size_t(at.y + row) * size_t(size_) + size_t(at.x)) * 4],
                  &image.rgba[size_t(row) * size_t(image.width) * 4], size_t(image.width) * 4);
    touch(at.y, at.y + image.height);
    result.sprite = {
        float(at.x),   float(at.y), float(at.x + image.width), float(at.y + image.height),
        image.left,    image.top,   float(image.width),        float(image.height),
        image.coloured};
  }
  if (!overflowed_) foreigns_[key] = result;
  return result;
}

}  // namespace fairway::ui

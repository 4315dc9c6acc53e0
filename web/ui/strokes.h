// Strokes of SVG paths, flattened to straight pieces and turned into coverage by distance, with
// round ends and joins. For icons: small, baked once. Pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fairway::ui {

struct Stroke {
  float x1, y1, x2, y2;
};

/// Understands M L H V C S A Z in both cases, numbers written as SVG writers do ("0 0 0-1.5.5").
/// Anything else ends the path where it stands.
std::vector<Stroke> flattened(std::string_view path);

/// Alpha of `size_px` x `size_px` pixels: strokes on a square of `grid` units, `width` units wide.
std::vector<uint8_t> covered(const std::vector<Stroke>& strokes, float grid, float width,
                             int size_px);

}  // namespace fairway::ui

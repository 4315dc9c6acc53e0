#include "web/ui/paint.h"

#include <algorithm>
#include <cmath>

#include "web/ui/core.h"

namespace fairway::ui {

namespace {

enum class Shape { box = 0, arc = 1, segment = 2 };

ImU32 packed(Color color) {
  return IM_COL32(color.red(), color.green(), color.blue(), color.alpha());
}

struct ShadowStyle {
  Tone tone;
  float offset_y;
  float blur;
};

ShadowStyle shadow_style(Shadow shadow) {
  switch (shadow) {
    case Shadow::card:
      return {Tone::shadow_card, 1, 3};
    case Shadow::menu:
      return {Tone::shadow_menu, 6, 20};
    case Shadow::dialog:
      return {Tone::shadow_dialog, 18, 56};
    case Shadow::none:
      break;
  }
  return {Tone::none, 0, 0};
}

bool outside_clip(const Core& core, const Rect& bounds) {
  const Rect& clip = core.clips.back();
  const Rect drawn = moved(bounds, 0, -core.shift_y);
  return drawn.right() <= clip.x || drawn.x >= clip.right() || drawn.bottom() <= clip.y ||
         drawn.y >= clip.bottom();
}

Color dimmed(const Core& core, Color color) {
  return core.opacity >= 1 ? color : faded(color, core.opacity);
}

void set_color(float* at, Color color) {
  at[0] = float(color.red()) / 255;
  at[1] = float(color.green()) / 255;
  at[2] = float(color.blue()) / 255;
  at[3] = float(color.alpha()) / 255;
}

}  // namespace

Color color(const Ui& ui, Tone tone) { return color_of(ui.theme(), tone); }

float snapped(const Core& core, float value) { return std::round(value * core.unit) / core.unit; }

void add_shape(Core& core, const Rect& bounds_px, Color fill, const float (&shape)[16]) {
  const size_t index = core.shapes.size() / 16;
  core.shapes.insert(core.shapes.end(), shape, shape + 16);
  ImDrawList& list = core.list();
  // A negative u says "shape number -u - 1"; texels are never negative.
  const ImVec2 uv{-float(index) - 1, 0};
  const ImVec2 a{bounds_px.x, bounds_px.y};
  const ImVec2 c{bounds_px.right(), bounds_px.bottom()};
  list.PrimReserve(6, 4);
  list.PrimQuadUV(a, {c.x, a.y}, c, {a.x, c.y}, uv, uv, uv, uv, packed(fill));
}

// Where a box is nothing but its fill: within its edge and its round corners, in whole pixels.
Rect plain_part(const Rect& box_px, float edge_px, float radius_px) {
  // On a corner's diagonal the round edge is nearest.
  const float corner_px = radius_px - (radius_px - edge_px - 1) * 0.7071F;
  const float inset = std::ceil(std::max(edge_px + 1, corner_px));
  return grown(box_px, -inset);
}

void add_plain(Core& core, const Rect& at_px, Color fill) {
  if (fill.alpha() == 0) return;
  // u below -1e6: plain colour, no shape and no texel.
  const ImVec2 uv{-2e6F, 0};
  const ImVec2 a{at_px.x, at_px.y};
  const ImVec2 c{at_px.right(), at_px.bottom()};
  ImDrawList& list = core.list();
  list.PrimReserve(6, 4);
  list.PrimQuadUV(a, {c.x, a.y}, c, {a.x, c.y}, uv, uv, uv, uv, packed(fill));
}

// A shape whose part `plain` is nothing but its fill: there, it is drawn as such, which costs a
// tenth where WebGL is done by the processor.
void add_hollow_shape(Core& core, const Rect& bounds_px, const Rect& plain_px, Color fill,
                      const float (&shape)[16]) {
  const size_t index = core.shapes.size() / 16;
  core.shapes.insert(core.shapes.end(), shape, shape + 16);
  const float below = bounds_px.bottom() - plain_px.bottom();
  const Rect sides[] = {
      {bounds_px.x, bounds_px.y, bounds_px.width, plain_px.y - bounds_px.y},
      {bounds_px.x, plain_px.bottom(), bounds_px.width, below},
      {bounds_px.x, plain_px.y, plain_px.x - bounds_px.x, plain_px.height},
      {plain_px.right(), plain_px.y, bounds_px.right() - plain_px.right(), plain_px.height}};
  ImDrawList& list = core.list();
  const ImVec2 uv{-float(index) - 1, 0};
  for (const Rect& side : sides) {
    const ImVec2 a{side.x, side.y};
    const ImVec2 c{side.right(), side.bottom()};
    list.PrimReserve(6, 4);
    list.PrimQuadUV(a, {c.x, a.y}, c, {a.x, c.y}, uv, uv, uv, uv, packed(fill));
  }
  add_plain(core, plain_px, fill);
}

void draw_box(Core& core, const Rect& at, Color fill, Color edge, float edge_width, float radius,
              Shadow shadow, unsigned corners) {
  const ShadowStyle cast = shadow_style(shadow);
  const float reach = cast.blur * 1.5F + cast.offset_y + 1;
  const Rect place = moved(at, 0, core.shift_y);
  if (place.width <= 0 || place.height <= 0) return;
  if (outside_clip(core, shadow == Shadow::none ? place : grown(place, reach))) return;
  const float unit = core.unit;
  const float left = std::round(place.x * unit);
  const float top = std::round(place.y * unit);
  const float right = std::max(left + 1, std::round(place.right() * unit));
  const float bottom = std::max(top + 1, std::round(place.bottom() * unit));
  const Rect box_px{left, top, right - left, bottom - top};
  const float edge_px =
      edge.alpha() == 0 ? 0 : std::max(1.0F, std::floor(edge_width * unit + 0.01F));
  const float radius_px = std::min(radius * unit, std::min(box_px.width, box_px.height) / 2);
  const Color cast_color = color_of(core.around.theme, cast.tone);
  float shape[16] = {box_px.x,
                     box_px.y,
                     box_px.width,
                     box_px.height,
                     float(Shape::box),
                     radius_px,
                     edge_px,
                     float(corners),
                     0,
                     0,
                     0,
                     0,
                     cast.blur * unit / 2,
                     cast.offset_y * unit,
                     float(cast_color.alpha()) / 255 * core.opacity,
                     0};
  set_color(shape + 8, dimmed(core, edge));
  const Rect bounds = shadow == Shadow::none ? box_px : grown(box_px, std::ceil(reach * unit));
  const Rect plain = plain_part(box_px, edge_px, radius_px);
  const bool is_worth_it = plain.width > 0 && plain.height > 0 && plain.width * plain.height > 2000;
  if (is_worth_it) {
    add_hollow_shape(core, bounds, plain, dimmed(core, fill), shape);
  } else {
    add_shape(core, bounds, dimmed(core, fill), shape);
  }
}

void box(Ui& ui, const Rect& at, const BoxStyle& style) {
  const Color fill = faded(color(ui, style.fill), style.opacity);
  const Color edge = faded(color(ui, style.edge), style.opacity);
  draw_box(ui.core(), at, fill, edge, style.edge_width, style.radius, style.shadow,
           unsigned(style.corners));
}

void box_colored(Ui& ui, const Rect& at, Color fill, Color edge, float edge_width, float radius) {
  draw_box(ui.core(), at, fill, edge, edge_width, radius, Shadow::none, unsigned(Corners::all));
}

void draw_segment(Core& core, float x1, float y1, float x2, float y2, Color ink, float width) {
  const float unit = core.unit;
  const float half = width * unit / 2;
  y1 += core.shift_y;
  y2 += core.shift_y;
  const Rect bounds = grown(
      {std::min(x1, x2), std::min(y1, y2), std::abs(x2 - x1), std::abs(y2 - y1)}, width / 2 + 1);
  if (outside_clip(core, bounds)) return;
  const float shape[16] = {
      x1 * unit, y1 * unit, x2 * unit, y2 * unit, float(Shape::segment), half, 0, 0, 0, 0, 0, 0,
      0,         0,         0,         0};
  add_shape(core, {bounds.x * unit, bounds.y * unit, bounds.width * unit, bounds.height * unit},
            dimmed(core, ink), shape);
}

void line(Ui& ui, float x1, float y1, float x2, float y2, Tone tone, float width) {
  draw_segment(ui.core(), x1, y1, x2, y2, color(ui, tone), width);
}

void divider(Ui& ui, const Rect& at) {
  Core& core = ui.core();
  const float thin = std::max(1.0F, std::floor(core.unit + 0.01F)) / core.unit;
  box(ui, {at.x, snapped(core, at.y), at.width, thin}, {.fill = Tone::border});
}

void divider_down(Ui& ui, const Rect& at) {
  Core& core = ui.core();
  const float thin = std::max(1.0F, std::floor(core.unit + 0.01F)) / core.unit;
  box(ui, {snapped(core, at.x), at.y, thin, at.height}, {.fill = Tone::border});
}

void arc(Ui& ui, float centre_x, float centre_y, float radius, float width, float from_turns,
         float to_turns, Tone tone) {
  Core& core = ui.core();
  const float unit = core.unit;
  centre_y += core.shift_y;
  const Rect bounds = grown({centre_x, centre_y, 0, 0}, radius + width / 2 + 1);
  if (outside_clip(core, bounds) || to_turns <= from_turns) return;
  const float shape[16] = {centre_x * unit,
                           centre_y * unit,
                           radius * unit,
                           width * unit,
                           float(Shape::arc),
                           from_turns,
                           to_turns,
                           0,
                           0,
                           0,
                           0,
                           0,
                           0,
                           0,
                           0,
                           0};
  add_shape(core, {bounds.x * unit, bounds.y * unit, bounds.width * unit, bounds.height * unit},
            dimmed(core, color(ui, tone)), shape);
}

void draw_gradient_column(Core& core, float x1, float top1, float x2, float top2, float bottom,
                          Color (*color_at)(const Core&, float share), float full_top) {
  const float unit = core.unit;
  const auto share = [&](float y) {
    return bottom > full_top ? (y - full_top) / (bottom - full_top) : 1.0F;
  };
  const Color colors[] = {color_at(core, share(top1)), color_at(core, share(top2)),
                          color_at(core, 1)};
  const float shift = core.shift_y;
  const ImVec2 corners[] = {{x1 * unit, (top1 + shift) * unit},
                            {x2 * unit, (top2 + shift) * unit},
                            {x2 * unit, (bottom + shift) * unit},
                            {x1 * unit, (bottom + shift) * unit}};
  const int color_index[] = {0, 1, 2, 2};
  ImDrawList& list = core.list();
  // u below -1e6: plain colour, no shape and no texel.
  const ImVec2 uv{-2e6F, 0};
  list.PrimReserve(6, 4);
  const unsigned first = list._VtxCurrentIdx;
  for (const unsigned offset : {0U, 1U, 2U, 0U, 2U, 3U}) list.PrimWriteIdx(first + offset);
  for (int i = 0; i < 4; ++i)
    list.PrimWriteVtx(corners[i], uv, packed(dimmed(core, colors[color_index[i]])));
}

void focus_ring(Ui& ui, const Rect& at, float radius) {
  draw_box(ui.core(), grown(at, 4), {}, color(ui, Tone::accent_line), 2, radius + 4, Shadow::none,
           unsigned(Corners::all));
}

void add_sprite(Core& core, const Sprite& sprite, float pen_x_px, float baseline_y_px, Color tint) {
  if (sprite.width <= 0) return;
  const float left = pen_x_px + sprite.left;
  const float top = baseline_y_px - sprite.top;
  const ImVec2 a{left, top};
  const ImVec2 c{left + sprite.width, top + sprite.height};
  const ImVec4 clip = core.list()._CmdHeader.ClipRect;
  if (c.x <= clip.x || a.x >= clip.z || c.y <= clip.y || a.y >= clip.w) return;
  Color ink = dimmed(core, tint);
  if (sprite.coloured) ink = {0xFFFFFF00U | ink.alpha()};
  core.list().PrimReserve(6, 4);
  core.list().PrimRectUV(a, c, {sprite.u0, sprite.v0}, {sprite.u1, sprite.v1}, packed(ink));
}

Rect hit_box(const Ui& ui, const Rect& at) {
  if (!ui.touch()) return at;
  const float width = std::max(44.0F, at.width);
  const float height = std::max(44.0F, at.height);
  return centred(at, width, height);
}

}  // namespace fairway::ui

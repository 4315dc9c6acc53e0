// Shapes, for what no widget draws: rounded boxes with edge and shadow, lines, dots, arcs.
// Nothing here emits a node. Shapes are drawn by signed distance in the order of the calls, in one
// batch with the text, so hundreds of cards cost no extra draw call.
#pragma once

#include <cstdint>

#include "web/ui/layout.h"
#include "web/ui/theme.h"

namespace fairway::ui {

class Ui;

enum class Shadow : std::uint8_t { none, card, menu, dialog };

/// Which corners are round (parts that lie in the corners of something round).
enum class Corners : std::uint8_t {
  none = 0,
  top_left = 1,
  top_right = 2,
  bottom_right = 4,
  bottom_left = 8,
  top = 3,
  bottom = 12,
  left = 9,
  right = 6,
  all = 15
};

struct BoxStyle {
  Tone fill = Tone::surface;
  Tone edge = Tone::none;
  float edge_width = 1;
  float radius = 0;
  Shadow shadow = Shadow::none;
  float opacity = 1;
  Corners corners = Corners::all;
};
void box(Ui& ui, const Rect& at, const BoxStyle& style);

/// As box, with a color between two tones (hover transitions).
void box_colored(Ui& ui, const Rect& at, Color fill, Color edge, float edge_width, float radius);

void line(Ui& ui, float x1, float y1, float x2, float y2, Tone tone, float width = 1);

/// 1 px, snapped to device pixels, in `border`: along the top of `at`, or down its left side.
void divider(Ui& ui, const Rect& at);
void divider_down(Ui& ui, const Rect& at);

/// Part of a ring; angles in turns from the top, clockwise.
void arc(Ui& ui, float centre_x, float centre_y, float radius, float width, float from_turns,
         float to_turns, Tone tone);

/// The ring that shows where the keyboard is: 2 px, 2 px outside.
void focus_ring(Ui& ui, const Rect& at, float radius);

Color color(const Ui& ui, Tone tone);

}  // namespace fairway::ui

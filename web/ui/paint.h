// Shapes, for what no widget draws: rounded boxes with edge and shadow, lines, dots, arcs.
// Nothing here emits a node. Shapes are drawn by signed distance in the order of the calls, in one
// batch with the text, so hundreds of cards cost no extra draw call.
#pragma once

#include <span>

#include "web/ui/layout.h"
#include "web/ui/theme.h"

namespace fairway::ui {

class Ui;

enum class Shadow : std::uint8_t { none, card, menu, dialog };

struct BoxStyle {
  Tone fill = Tone::surface;
  Tone edge = Tone::none;
  float edge_width = 1;
  float radius = 0;
  Shadow shadow = Shadow::none;
  float opacity = 1;
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

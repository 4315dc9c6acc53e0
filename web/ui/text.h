// Words on the screen: styles of the design, measuring, single lines, paragraphs, headings.
//
// Glyphs are baked at the exact device size when first seen, so text is sharp at every scale.
// Characters that the product's fonts lack (CJK, emoji) come from the browser's fonts.
// Every function that draws words also emits a node, unless `Voice::silent` is asked for (words
// that are part of a control's name already).
// A rectangle's height is the line box: a single line is centred in it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "web/ui/icon.h"
#include "web/ui/layout.h"
#include "web/ui/theme.h"

namespace fairway::ui {

class Ui;

enum class Face : std::uint8_t { regular, semibold, mono };
enum class Align : std::uint8_t { left, centre, right };
enum class Digits : std::uint8_t { proportional, tabular };
enum class Overflow : std::uint8_t { ellipsis, wrap, visible };
enum class Voice : std::uint8_t { spoken, silent };

struct TextStyle {
  float size_px = 14;
  float line_px = 20;
  Face face = Face::regular;
  Tone tone = Tone::text;
  Align align = Align::left;
  Overflow overflow = Overflow::ellipsis;
  int lines_max = 0;  // with wrap; 0 = no limit, else the last line ends in an ellipsis
  Digits digits = Digits::proportional;
  Voice voice = Voice::spoken;
};

// The styles of the design. Change one thing with `with`: `with(style::control, Tone::text_2)`.
namespace style {
constexpr TextStyle figure{.size_px = 32, .line_px = 40, .face = Face::semibold};
constexpr TextStyle page_title{.size_px = 24, .line_px = 32, .face = Face::semibold};
constexpr TextStyle dialog_title{.size_px = 20, .line_px = 28, .face = Face::semibold};
constexpr TextStyle section{.size_px = 16, .line_px = 24, .face = Face::semibold};
constexpr TextStyle large{.size_px = 16, .line_px = 24};
constexpr TextStyle card_title{.size_px = 15, .line_px = 20, .face = Face::semibold};
constexpr TextStyle body{};
constexpr TextStyle body_strong{.face = Face::semibold};
constexpr TextStyle control{.size_px = 13, .line_px = 20};
constexpr TextStyle control_strong{.size_px = 13, .line_px = 20, .face = Face::semibold};
constexpr TextStyle caption{.size_px = 12, .line_px = 16};
constexpr TextStyle caption_strong{.size_px = 12, .line_px = 16, .face = Face::semibold};
constexpr TextStyle mono{.size_px = 12, .line_px = 20, .face = Face::mono};
constexpr TextStyle log{.size_px = 12, .line_px = 22, .face = Face::mono};
}  // namespace style

constexpr TextStyle with(TextStyle style, Tone tone) { return style.tone = tone, style; }
constexpr TextStyle with(TextStyle style, Align align) { return style.align = align, style; }
constexpr TextStyle with(TextStyle style, Overflow how) { return style.overflow = how, style; }
constexpr TextStyle with(TextStyle style, Voice voice) { return style.voice = voice, style; }
constexpr TextStyle with(TextStyle style, Digits digits) { return style.digits = digits, style; }
constexpr TextStyle with(TextStyle style, Face face) { return style.face = face, style; }
/// Wraps into at most `lines_max` lines (0: as many as it takes).
constexpr TextStyle wrapped(TextStyle style, int lines_max = 0) {
  style.overflow = Overflow::wrap;
  return style.lines_max = lines_max, style;
}

// --- Measuring
// ------------------------------------------------------------------------------------

float text_width(Ui& ui, std::string_view text, const TextStyle& style);
/// Height of `text` broken at `width`; one line's height for styles that do not wrap.
float text_height(Ui& ui, std::string_view text, const TextStyle& style, float width);

// --- Drawing
// --------------------------------------------------------------------------------------

/// One line in `at`, centred from top to bottom, cut with an ellipsis. Returns the drawn width.
float text(Ui& ui, const Rect& at, std::string_view text, const TextStyle& style = style::body);

/// As text, and takes its own width from the left (right) of `rest`, with `gap` after it.
void text_left(Ui& ui, Rect& rest, std::string_view words, const TextStyle& style, float gap = 0);
void text_right(Ui& ui, Rect& rest, std::string_view words, const TextStyle& style, float gap = 0);

/// Lines from the top of `at`, broken at its width. Returns the height used.
float text_block(Ui& ui, const Rect& at, std::string_view text, const TextStyle& style);

/// One line from the top of `rest`, which loses the line's height and `gap`.
void text_line(Ui& ui, Rect& rest, std::string_view text, const TextStyle& style, float gap = 0);

struct Run {
  std::string_view text;
  TextStyle style;
};
/// Words of several styles on one line, one baseline, one node: {{"3 of 8", bold}, {" Carrying
/// data", ...}}. The last run is cut with an ellipsis. `align` places the whole line. Returns the
/// drawn width.
float runs(Ui& ui, const Rect& at, std::span<const Run> parts, Align align = Align::left);
float runs_width(Ui& ui, std::span<const Run> parts);

/// Level 1 once a page, 2 for sections and dialog titles, 3 for cards.
void heading(Ui& ui, const Rect& at, std::string_view text, int level, const TextStyle& style);

/// Centred in `at`; a picture beside words, so it has no node.
void icon(Ui& ui, const Rect& at, Icon which, float size_px = 16, Tone tone = Tone::text_2);

}  // namespace fairway::ui

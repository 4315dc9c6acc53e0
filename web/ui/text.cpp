#include "web/ui/text.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "web/ui/core.h"

namespace fairway::ui {

namespace {

struct Character {
  uint32_t code = 0xFFFD;
  size_t size = 1;  // bytes
};

Character character_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? uint32_t(uint8_t(text[at + i])) : 0U;
  };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first >= 0xC2 && first < 0xE0 && follows(1))
    return {(first & 31U) << 6U | (byte(1) & 63U), 2};
  if (first >= 0xE0 && first < 0xF0 && follows(1) && follows(2))
    return {(first & 15U) << 12U | (byte(1) & 63U) << 6U | (byte(2) & 63U), 3};
  if (first >= 0xF0 && first < 0xF5 && follows(1) && follows(2) && follows(3))
    return {(first & 7U) << 18U | (byte(1) & 63U) << 12U | (byte(2) & 63U) << 6U | (byte(3) & 63U),
            4};
  return {};
}

// Characters that stand alone: every other foreign script is drawn in runs, for its joined forms.
bool stands_alone(uint32_t code) {
  return (code >= 0x2E80 && code <= 0xA4CF) || (code >= 0xAC00 && code <= 0xD7AF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFF00 && code <= 0xFFEF) ||
         (code >= 0x20000 && code <= 0x3FFFF);
}

bool invisible(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200B || code == 0xFEFF ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x2069);
}

float tracking(const TextStyle& style) {
  if (style.face == Face::mono) return 0;
  if (style.size_px == 16 || style.size_px == 20) return -0.2F;
  if (style.size_px == 24) return -0.4F;
  return style.size_px == 32 ? -0.8F : 0.0F;
}

// One step of a text: a glyph of our faces, or a run of foreign characters.
struct Piece {
  uint32_t code = 0;
  std::string_view foreign{};
  float advance = 0;
  float shift = 0;  // of a digit within the width of the widest one
  size_t begin = 0;
  size_t end = 0;
};

Piece piece_at(Core& core, std::string_view text, size_t at, const TextStyle& style) {
  Atlas& atlas = core.atlas;
  const Character first = character_at(text, at);
  Piece piece{.code = first.code, .begin = at, .end = at + first.size};
  if (invisible(first.code)) {
    piece.code = 0;
    return piece;
  }
  if (first.code < 128 || atlas.has_glyph(style.face, first.code)) {
    float advance = atlas.advance_em(style.face, first.code) * style.size_px;
    const bool digit = first.code >= '0' && first.code <= '9';
    if (digit && style.digits == Digits::tabular) {
      const float wide = atlas.widest_digit_em(style.face) * style.size_px;
      piece.shift = (wide - advance) / 2;
      advance = wide;
    }
    piece.advance = advance + tracking(style);
    return piece;
  }
  if (!stands_alone(first.code)) {
    for (int count = 1; piece.end < text.size() && count < 32; ++count) {
      const Character next = character_at(text, piece.end);
      if (next.code < 128 || stands_alone(next.code)) break;
      const bool joins = next.code == 0x200D || (next.code >= 0xFE00 && next.code <= 0xFE0F);
      if (!joins && atlas.has_glyph(style.face, next.code)) break;
      piece.end += next.size;
    }
  }
  piece.foreign = text.substr(piece.begin, piece.end - piece.begin);
  const float size_px = style.size_px * core.unit;
  piece.advance = atlas.foreign_run(style.face, piece.foreign, size_px).advance / core.unit;
  return piece;
}

float width_of(Core& core, std::string_view words, const TextStyle& style) {
  float width = 0;
  for (size_t at = 0; at < words.size();) {
    const Piece piece = piece_at(core, words, at, style);
    width += piece.advance;
    at = piece.end;
  }
  return width;
}

// The line that begins at `at` and how far it reaches within `width`; breaks after spaces, else
// wherever the width ends.
struct Line {
  size_t begin, end, next;
};
Line line_at(Core& core, std::string_view text, size_t at, const TextStyle& style, float width) {
  float x = 0;
  size_t space = std::string_view::npos;
  for (size_t here = at; here < text.size();) {
    if (text[here] == '\n') return {at, here, here + 1};
    const Piece piece = piece_at(core, text, here, style);
    if (x + piece.advance > width + 0.01F && here > at) {
      if (text[here] == ' ') return {at, here, here + 1};
      if (space != std::string_view::npos) return {at, space, space + 1};
      return {at, here, here};
    }
    if (text[here] == ' ') space = here;
    x += piece.advance;
    here = piece.end;
  }
  return {at, text.size(), text.size()};
}

int utf16_units(std::string_view character) { return character.size() == 4 ? 2 : 1; }

float aligned(const Rect& at, float width, Align align) {
  if (align == Align::left) return at.x;
  return align == Align::right ? at.right() - width : at.x + (at.width - width) / 2;
}

}  // namespace

// --- Measuring
// ------------------------------------------------------------------------------------

float text_width(Ui& ui, std::string_view text, const TextStyle& style) {
  return width_of(ui.core(), text, style);
}

float text_height(Ui& ui, std::string_view text, const TextStyle& style, float width) {
  if (style.overflow != Overflow::wrap) return style.line_px;
  int lines = 0;
  for (size_t at = 0; at < text.size() && (style.lines_max == 0 || lines < style.lines_max);) {
    at = line_at(ui.core(), text, at, style, width).next;
    ++lines;
  }
  return float(std::max(1, lines)) * style.line_px;
}

std::vector<float> caret_stops(Ui& ui, std::string_view words, const TextStyle& style) {
  std::vector<float> stops{0};
  float x = 0;
  for (size_t at = 0; at < words.size();) {
    const Piece piece = piece_at(ui.core(), words, at, style);
    int units = 0;
    for (size_t i = piece.begin; i < piece.end;) {
      const size_t size = character_at(words, i).size;
      units += utf16_units(words.substr(i, size));
      i += size;
    }
    for (int i = 1; i <= units; ++i) stops.push_back(x + piece.advance * float(i) / float(units));
    x += piece.advance;
    at = piece.end;
  }
  return stops;
}

std::string fitted(Ui& ui, std::string_view words, const TextStyle& style, float width) {
  Core& core = ui.core();
  if (words.empty()) return {};
  const float all = width_of(core, words, style);
  if (all <= width + 0.01F) return std::string(words);
  constexpr std::string_view dots = "…";
  const float room = width - width_of(core, dots, style);
  float x = 0;
  size_t end = 0;
  for (size_t at = 0; at < words.size();) {
    const Piece piece = piece_at(core, words, at, style);
    if (x + piece.advance > room) break;
    x += piece.advance;
    at = end = piece.end;
  }
  while (end > 0 && words[end - 1] == ' ') --end;
  return std::string(words.substr(0, end)).append(dots);
}

// --- Drawing
// --------------------------------------------------------------------------------------

float draw_words(Ui& ui, float x, float middle_y, std::string_view words, const TextStyle& style,
                 Color ink) {
  Core& core = ui.core();
  Atlas& atlas = core.atlas;
  const float unit = core.unit;
  const float size_px = style.size_px * unit;
  const Atlas::Vertical vertical = atlas.vertical(style.face);
  const float ascent = std::round(vertical.ascent_em * size_px);
  const float descent = std::round(vertical.descent_em * size_px);
  const float middle_px = (middle_y + core.shift_y) * unit;
  const float baseline = std::round(middle_px - (ascent + descent) / 2 + ascent);
  const ImVec4 clip = core.list()._CmdHeader.ClipRect;
  const bool unseen = baseline + descent < clip.y || baseline - ascent > clip.w;
  float pen = x;
  for (size_t at = 0; at < words.size();) {
    const Piece piece = piece_at(core, words, at, style);
    at = piece.end;
    const float pen_px = (pen + piece.shift) * unit;
    pen += piece.advance;
    if (unseen || piece.code == 0 || piece.code == ' ') continue;
    if (!piece.foreign.empty()) {
      const auto run = atlas.foreign_run(style.face, piece.foreign, size_px);
      add_sprite(core, run.sprite, std::round(pen_px), baseline, ink);
      continue;
    }
    const float nudged = pen_px + 0.5F / float(subpixel_positions);
    const float whole = std::floor(nudged);
    const int subpixel = int((nudged - whole) * float(subpixel_positions));
    const Sprite sprite = atlas.glyph(style.face, piece.code, size_px, subpixel);
    add_sprite(core, sprite, whole, baseline, ink);
  }
  return pen - x;
}

float draw_words(Ui& ui, float x, float middle_y, std::string_view words, const TextStyle& style) {
  return draw_words(ui, x, middle_y, words, style, color(ui, style.tone));
}

void emit_words(Ui& ui, const Rect& at, std::string_view words, const TextStyle& style) {
  if (style.voice == Voice::silent || words.empty()) return;
  ui.core().emit({.role = Role::paragraph, .box = at, .name = std::string(words)}, "");
}

float text(Ui& ui, const Rect& at, std::string_view text, const TextStyle& style) {
  if (style.overflow == Overflow::wrap) {
    const float height = text_height(ui, text, style, at.width);
    text_block(ui, middle(at, height), text, style);
    return at.width;
  }
  emit_words(ui, at, text, style);
  const bool cut = style.overflow == Overflow::ellipsis;
  const std::string shown = cut ? fitted(ui, text, style, at.width) : std::string(text);
  const float width = width_of(ui.core(), shown, style);
  draw_words(ui, aligned(at, width, style.align), at.middle_y(), shown, style);
  return width;
}

void text_left(Ui& ui, Rect& rest, std::string_view words, const TextStyle& style, float gap) {
  const float width = std::ceil(text_width(ui, words, style));
  text(ui, cut_left(rest, width, gap), words, style);
}

void text_right(Ui& ui, Rect& rest, std::string_view words, const TextStyle& style, float gap) {
  const float width = std::ceil(text_width(ui, words, style));
  text(ui, cut_right(rest, width, gap), words, style);
}

float text_block(Ui& ui, const Rect& at, std::string_view text, const TextStyle& style) {
  Core& core = ui.core();
  const float height =
      style.overflow == Overflow::wrap ? text_height(ui, text, style, at.width) : style.line_px;
  emit_words(ui, with_height(at, height), text, style);
  float y = at.y;
  int line = 0;
  for (size_t here = 0; here < text.size() || line == 0;) {
    const bool last =
        style.overflow != Overflow::wrap || (style.lines_max > 0 && line + 1 == style.lines_max);
    const Line cut = line_at(core, text, here, style, at.width);
    std::string words(text.substr(cut.begin, cut.end - cut.begin));
    if (last && cut.next < text.size()) words = fitted(ui, text.substr(cut.begin), style, at.width);
    const float width = style.align == Align::left ? 0 : width_of(core, words, style);
    draw_words(ui, aligned(at, width, style.align), y + style.line_px / 2, words, style);
    y += style.line_px;
    here = cut.next;
    ++line;
    if (last || text.empty()) break;
  }
  return height;
}

void text_line(Ui& ui, Rect& rest, std::string_view words, const TextStyle& style, float gap) {
  text(ui, cut_top(rest, style.line_px, gap), words, style);
}

float runs_width(Ui& ui, std::span<const Run> parts) {
  float width = 0;
  for (const Run& part : parts) width += text_width(ui, part.text, part.style);
  return width;
}

float runs(Ui& ui, const Rect& at, std::span<const Run> parts, Align align) {
  std::string all;
  for (const Run& part : parts) all += part.text;
  if (!parts.empty()) emit_words(ui, at, all, parts[0].style);
  const float width = std::min(runs_width(ui, parts), at.width);
  float x = aligned(at, width, align);
  const float end = x + width;
  for (const Run& part : parts) {
    const std::string shown = fitted(ui, part.text, part.style, end - x + 0.01F);
    x += draw_words(ui, x, at.middle_y(), shown, part.style);
    if (shown.size() != part.text.size() || x >= end) break;
  }
  return width;
}

void heading(Ui& ui, const Rect& at, std::string_view words, int level, const TextStyle& style) {
  ui.core().emit(
      {.role = Role::heading, .level = uint8_t(level), .box = at, .name = std::string(words)}, "");
  text(ui, at, words, with(style, Voice::silent));
}

void icon(Ui& ui, const Rect& at, Icon which, float size_px, Tone tone) {
  if (which == Icon::none) return;
  Core& core = ui.core();
  const int size = int(std::lround(size_px * core.unit));
  const float left = std::round((at.middle_x() - size_px / 2) * core.unit);
  const float top = std::round((at.middle_y() - size_px / 2 + core.shift_y) * core.unit);
  Sprite sprite = core.atlas.icon(which, size);
  sprite.left = 0;
  sprite.top = 0;
  add_sprite(core, sprite, left, top, color(ui, tone));
}

}  // namespace fairway::ui

// Colours by name, never by number: a `Tone` is a token of the design, a `Theme` gives its colour.
//
// Views speak of tones only, so a view is right in light and dark without knowing which one it is
// in. Contrast of every pairing is checked in tests/unit/ui_theme_test.cpp.
#pragma once

#include <cstdint>

namespace fairway::ui {

enum class Tone : std::uint8_t {
  none,  // draws nothing
  canvas,
  surface,
  inset,
  hover,
  press,
  border,
  outline,
  text,
  text_2,
  text_3,
  accent,
  accent_hover,
  accent_press,
  on_accent,
  accent_text,
  accent_line,
  accent_soft,
  pick,
  ok,
  ok_mark,
  ok_soft,
  warn,
  warn_mark,
  warn_soft,
  warn_row,
  bad,
  bad_mark,
  bad_soft,
  bad_fill,
  idle_mark,
  track,
  c_integer,
  c_real,
  c_text,
  c_blob,
  c_null,
  scrim,
  chart_top,
  chart_bottom,
  segment_chosen,  // surface in light, press in dark
  shadow_card,
  shadow_menu,
  shadow_dialog,
  count
};

/// 0xRRGGBBAA, straight alpha.
struct Color {
  std::uint32_t rgba = 0;
  constexpr std::uint8_t red() const { return static_cast<std::uint8_t>(rgba >> 24); }
  constexpr std::uint8_t green() const { return static_cast<std::uint8_t>(rgba >> 16); }
  constexpr std::uint8_t blue() const { return static_cast<std::uint8_t>(rgba >> 8); }
  constexpr std::uint8_t alpha() const { return static_cast<std::uint8_t>(rgba); }
  constexpr bool operator==(const Color&) const = default;
};

enum class Theme : std::uint8_t { light, dark };

/// What the person asked for; `system` follows the browser's prefers-color-scheme.
enum class ThemeChoice : std::uint8_t { system, light, dark };

Color color_of(Theme theme, Tone tone);

/// `from` at 0, `to` at 1; channels are mixed as they are (sRGB), as browsers do in transitions.
Color mixed(Color from, Color to, float amount);

/// The color with its alpha multiplied by `factor` (0..1).
Color faded(Color color, float factor);

/// Contrast by WCAG 2, 1..21; both colors are taken as opaque.
float contrast_ratio(Color a, Color b);

}  // namespace fairway::ui

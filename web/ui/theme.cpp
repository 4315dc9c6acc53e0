#include "web/ui/theme.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace fairway::ui {

namespace {

constexpr size_t tone_count = size_t(Tone::count);

struct Pair {
  Tone tone;
  uint32_t light;
  uint32_t dark;
};

constexpr Pair pairs[] = {
    {Tone::none, 0x00000000, 0x00000000},
    {Tone::canvas, 0xF4F5F7FF, 0x0C0E11FF},
    {Tone::surface, 0xFFFFFFFF, 0x14171BFF},
    {Tone::inset, 0xF1F2F5FF, 0x1B1F25FF},
    {Tone::hover, 0xE9EBEFFF, 0x232830FF},
    {Tone::press, 0xDFE2E8FF, 0x2C323BFF},
    {Tone::border, 0xE1E4E9FF, 0x272C34FF},
    {Tone::outline, 0x858C99FF, 0x717A88FF},
    {Tone::text, 0x13161BFF, 0xF0F2F5FF},
    {Tone::text_2, 0x464D5BFF, 0xB5BCC8FF},
    {Tone::text_3, 0x616977FF, 0x8F97A5FF},
    {Tone::accent, 0x2357D9FF, 0x3765E4FF},
    {Tone::accent_hover, 0x1C49BBFF, 0x3F6BE7FF},
    {Tone::accent_press, 0x173C9BFF, 0x2B54C8FF},
    {Tone::on_accent, 0xFFFFFFFF, 0xFFFFFFFF},
    {Tone::accent_text, 0x1E4DC7FF, 0x93B4FFFF},
    {Tone::accent_line, 0x2357D9FF, 0x6A97FFFF},
    {Tone::accent_soft, 0xE9EFFDFF, 0x182544FF},
    {Tone::pick, 0xF4F7FEFF, 0x182544FF},
    {Tone::ok, 0x0B7446FF, 0x55CE95FF},
    {Tone::ok_mark, 0x12965AFF, 0x2FB676FF},
    {Tone::ok_soft, 0xE5F4ECFF, 0x10271DFF},
    {Tone::warn, 0x875100FF, 0xEFB452FF},
    {Tone::warn_mark, 0xC27600FF, 0xDD9A2CFF},
    {Tone::warn_soft, 0xFCF2DFFF, 0x2B2211FF},
    {Tone::warn_row, 0xFDF9F0FF, 0x1D1A13FF},
    {Tone::bad, 0xB1261EFF, 0xFF9289FF},
    {Tone::bad_mark, 0xD13B31FF, 0xF0594EFF},
    {Tone::bad_soft, 0xFCEBE9FF, 0x2B1716FF},
    {Tone::bad_fill, 0xC22F27FF, 0xC93830FF},
    {Tone::idle_mark, 0x858C99FF, 0x717A88FF},
    {Tone::track, 0xE4E7ECFF, 0x2A303AFF},
    {Tone::c_integer, 0x3F6FDEFF, 0x6A97FFFF},
    {Tone::c_real, 0x7C5BD0FF, 0xA88CF0FF},
    {Tone::c_text, 0x6F7785FF, 0x8F97A5FF},
    {Tone::c_blob, 0xB06A2CFF, 0xD9944FFF},
    {Tone::c_null, 0xD5D9E0FF, 0x363D48FF},
    {Tone::scrim, 0x0F131B75, 0x040507A3},
    {Tone::chart_top, 0x2357D933, 0x6A97FF42},
    {Tone::chart_bottom, 0x2357D903, 0x6A97FF05},
    {Tone::segment_chosen, 0xFFFFFFFF, 0x2C323BFF},
    {Tone::shadow_card, 0x0F131B12, 0x00000066},
    {Tone::shadow_menu, 0x0F131B24, 0x00000080},
    {Tone::shadow_dialog, 0x0F131B42, 0x000000A8},
};

constexpr bool in_order() {
  for (size_t i = 0; i < std::size(pairs); ++i)
    if (size_t(pairs[i].tone) != i) return false;
  return std::size(pairs) == tone_count;
}
static_assert(in_order(), "every tone has its pair, in the order of the enumeration");

uint8_t channel(uint8_t from, uint8_t to, float amount) {
  return uint8_t(std::lround(float(from) + (float(to) - float(from)) * amount));
}

Color packed(uint8_t red, uint8_t green, uint8_t blue, uint8_t alpha) {
  return {uint32_t(red) << 24U | uint32_t(green) << 16U | uint32_t(blue) << 8U | alpha};
}

float linear(uint8_t value) {
  const float part = float(value) / 255;
  return part <= 0.04045F ? part / 12.92F : std::pow((part + 0.055F) / 1.055F, 2.4F);
}

float luminance(Color color) {
  return 0.2126F * linear(color.red()) + 0.7152F * linear(color.green()) +
         0.0722F * linear(color.blue());
}

}  // namespace

Color color_of(Theme theme, Tone tone) {
  const Pair& pair = pairs[size_t(tone)];
  return {theme == Theme::light ? pair.light : pair.dark};
}

Color mixed(Color from, Color to, float amount) {
  const float part = std::clamp(amount, 0.0F, 1.0F);
  // A transparent end has no hue of its own: only the alpha moves.
  if (from.alpha() == 0) from = {(to.rgba & 0xFFFFFF00U)};
  if (to.alpha() == 0) to = {(from.rgba & 0xFFFFFF00U)};
  return packed(channel(from.red(), to.red(), part), channel(from.green(), to.green(), part),
                channel(from.blue(), to.blue(), part), channel(from.alpha(), to.alpha(), part));
}

Color faded(Color color, float factor) {
  const auto alpha = uint8_t(std::lround(float(color.alpha()) * std::clamp(factor, 0.0F, 1.0F)));
  return {(color.rgba & 0xFFFFFF00U) | alpha};
}

float contrast_ratio(Color a, Color b) {
  const float one = luminance(a);
  const float two = luminance(b);
  return (std::max(one, two) + 0.05F) / (std::min(one, two) + 0.05F);
}

}  // namespace fairway::ui

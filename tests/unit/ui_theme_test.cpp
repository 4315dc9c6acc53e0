#include <doctest/doctest.h>

#include <string>

#include "web/ui/theme.h"

using namespace fairway::ui;

namespace {

struct Pairing {
  Tone ink;
  Tone ground;
  float least;
};

// Text at 4.5, marks and edges of controls at 3, wherever the widget layer puts one on the other.
constexpr Pairing pairings[] = {
    {Tone::text, Tone::canvas, 4.5F},
    {Tone::text, Tone::surface, 4.5F},
    {Tone::text, Tone::inset, 4.5F},
    {Tone::text, Tone::press, 4.5F},
    {Tone::text_2, Tone::canvas, 4.5F},
    {Tone::text_2, Tone::inset, 4.5F},
    {Tone::text_2, Tone::press, 4.5F},
    {Tone::text_3, Tone::canvas, 4.5F},
    {Tone::text_3, Tone::surface, 4.5F},
    {Tone::text_3, Tone::inset, 4.5F},
    {Tone::on_accent, Tone::accent, 4.5F},
    {Tone::on_accent, Tone::accent_hover, 4.5F},
    {Tone::on_accent, Tone::accent_press, 4.5F},
    {Tone::on_accent, Tone::bad_fill, 4.5F},
    {Tone::accent_text, Tone::surface, 4.5F},
    {Tone::accent_text, Tone::accent_soft, 4.5F},
    {Tone::ok, Tone::ok_soft, 4.5F},
    {Tone::warn, Tone::warn_soft, 4.5F},
    {Tone::bad, Tone::bad_soft, 4.5F},
    {Tone::bad, Tone::surface, 4.5F},
    {Tone::outline, Tone::surface, 3},
    {Tone::outline, Tone::canvas, 3},
    {Tone::ok_mark, Tone::inset, 3},
    {Tone::warn_mark, Tone::surface, 3},
    {Tone::bad_mark, Tone::surface, 3},
    {Tone::accent_line, Tone::inset, 3},
    {Tone::idle_mark, Tone::surface, 3},
};

}  // namespace

TEST_CASE("every pairing of ink and ground can be read in both themes") {
  for (const Theme theme : {Theme::light, Theme::dark}) {
    for (const Pairing& pairing : pairings) {
      const float ratio =
          contrast_ratio(color_of(theme, pairing.ink), color_of(theme, pairing.ground));
      INFO("ink ", int(pairing.ink), " on ", int(pairing.ground), " in theme ", int(theme));
      CHECK(ratio >= pairing.least - 0.05F);
    }
  }
}

TEST_CASE("colors mix and fade") {
  CHECK(mixed({0x000000FF}, {0xFFFFFFFF}, 0.5F).rgba == 0x808080FF);
  CHECK(mixed({0x00000000}, {0xE9EBEFFF}, 0.5F).rgba == 0xE9EBEF80);
  CHECK(faded({0x12345680}, 0.5F).rgba == 0x12345640);
  CHECK(contrast_ratio({0x000000FF}, {0xFFFFFFFF}) == doctest::Approx(21));
}

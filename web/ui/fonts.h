// The bytes of the three faces, cut down and embedded at build time.
#pragma once

#include <span>

namespace fairway::ui {

std::span<const unsigned char> font_regular();   // Inter 400
std::span<const unsigned char> font_semibold();  // Inter 600
std::span<const unsigned char> font_mono();      // JetBrains Mono 400

}  // namespace fairway::ui

// The icons: strokes of 1.5 on a grid of 20, drawn at 14, 16 or 20.
//
// An icon is a picture beside words; alone it needs a name (`icon_button`). Strokes are baked into
// the glyph atlas at the exact device size, with round ends, the first time they are seen.
#pragma once

#include <cstdint>
#include <string_view>

namespace fairway::ui {

enum class Icon : std::uint8_t {
  none,
  search,
  globe,
  phone,
  laptop,
  check,
  x,
  down,
  right,
  left,
  arrow,
  out,
  copy,
  dots,
  plus,
  db,
  cloud,
  key,
  lock,
  table,
  warn,
  info,
  clock,
  back,
  refresh,
  trash,
  download,
  up,
  doc,
  pen,
  card,
  chat,
  mail,
  sms,
  box,
  gear,
  pulse,
  grid,
  chart,
  sort,
  enter,
  moon,
  sun,
  count
};

/// SVG path data on the 20 x 20 grid.
std::string_view icon_path(Icon icon);

/// 1.5, but 2.2 for the dots.
float icon_stroke_width(Icon icon);

}  // namespace fairway::ui

// Rectangles and how to cut them: the whole of layout.
//
// A view starts with `ui.screen()` and cuts pieces from it, as with paper: what `cut_*` returns is
// the piece, what stays in the argument is the rest. Units are CSS pixels, y grows downwards.
// Nothing here draws. There are no constraints and no solver: a view that must know a height before
// it draws asks `text_height` (text.h) or keeps it from the last pass with `Measured` (ui.h).
#pragma once

#include <algorithm>

namespace fairway::ui {

struct Rect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;

  float right() const { return x + width; }
  float bottom() const { return y + height; }
  float middle_x() const { return x + width / 2; }
  float middle_y() const { return y + height / 2; }
  bool operator==(const Rect&) const = default;
};

inline bool contains(const Rect& rect, float x, float y) {
  return x >= rect.x && x < rect.right() && y >= rect.y && y < rect.bottom();
}

inline Rect intersection(const Rect& a, const Rect& b) {
  const float left = std::max(a.x, b.x);
  const float top = std::max(a.y, b.y);
  const float right = std::min(a.right(), b.right());
  const float bottom = std::min(a.bottom(), b.bottom());
  return {left, top, std::max(0.0F, right - left), std::max(0.0F, bottom - top)};
}

// --- Cutting. `gap` is thrown away between the piece and the rest.
// --------------------------------

inline Rect cut_left(Rect& rest, float width, float gap = 0) {
  const float piece = std::clamp(width, 0.0F, std::max(0.0F, rest.width));
  const Rect result{rest.x, rest.y, piece, rest.height};
  const float used = std::min(piece + gap, rest.width);
  rest.x += used;
  rest.width -= used;
  return result;
}

inline Rect cut_right(Rect& rest, float width, float gap = 0) {
  const float piece = std::clamp(width, 0.0F, std::max(0.0F, rest.width));
  const Rect result{rest.right() - piece, rest.y, piece, rest.height};
  rest.width -= std::min(piece + gap, rest.width);
  return result;
}

inline Rect cut_top(Rect& rest, float height, float gap = 0) {
  const float piece = std::clamp(height, 0.0F, std::max(0.0F, rest.height));
  const Rect result{rest.x, rest.y, rest.width, piece};
  const float used = std::min(piece + gap, rest.height);
  rest.y += used;
  rest.height -= used;
  return result;
}

inline Rect cut_bottom(Rect& rest, float height, float gap = 0) {
  const float piece = std::clamp(height, 0.0F, std::max(0.0F, rest.height));
  const Rect result{rest.x, rest.bottom() - piece, rest.width, piece};
  rest.height -= std::min(piece + gap, rest.height);
  return result;
}

// --- Changing and placing
// -------------------------------------------------------------------------

inline Rect shrunk(const Rect& rect, float x, float y) {
  return {rect.x + x, rect.y + y, std::max(0.0F, rect.width - 2 * x),
          std::max(0.0F, rect.height - 2 * y)};
}
inline Rect shrunk(const Rect& rect, float all) { return shrunk(rect, all, all); }
inline Rect grown(const Rect& rect, float all) {
  return {rect.x - all, rect.y - all, rect.width + 2 * all, rect.height + 2 * all};
}
inline Rect moved(const Rect& rect, float dx, float dy) {
  return {rect.x + dx, rect.y + dy, rect.width, rect.height};
}
inline Rect with_height(const Rect& rect, float height) {
  return {rect.x, rect.y, rect.width, height};
}

inline Rect centred(const Rect& outer, float width, float height) {
  return {outer.x + (outer.width - width) / 2, outer.y + (outer.height - height) / 2, width,
          height};
}

/// A piece of full width and given height, centred between top and bottom of `outer`.
inline Rect middle(const Rect& outer, float height) {
  return {outer.x, outer.y + (outer.height - height) / 2, outer.width, height};
}

/// Cell `index` of `count` equal ones beside each other.
inline Rect column_of(const Rect& row, int index, int count, float gap = 0) {
  const float width = (row.width - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  return {row.x + static_cast<float>(index) * (width + gap), row.y, width, row.height};
}

/// Cell `index` of a grid of `columns` equal columns and rows of one height, from the top of
/// `area`.
inline Rect grid_cell(const Rect& area, int index, int columns, float height, float gap) {
  const int row = index / columns;
  Rect cell = column_of(area, index % columns, columns, gap);
  cell.y = area.y + static_cast<float>(row) * (height + gap);
  cell.height = height;
  return cell;
}

/// Things under each other when the heights are known one after another:
/// `Column column{area, 12}; text_block(ui, column.next(20), ...); ... column.used()`.
struct Column {
  Rect area;
  float gap = 0;
  float y = area.y;

  Rect next(float height) {
    const Rect result{area.x, y, area.width, height};
    y += height + gap;
    return result;
  }
  void skip(float height) { y += height; }
  /// Height from the top of the area to the end of the last piece.
  float used() const { return std::max(0.0F, y - gap - area.y); }
};

// --- Width classes
// --------------------------------------------------------------------------------

/// phone 360 to 767, tablet to 1199, desktop to 1919, wide to 2559, ultra from 2560.
enum class WidthClass { phone, tablet, desktop, wide, ultra };

constexpr WidthClass width_class_of(float width) {
  if (width < 768) return WidthClass::phone;
  if (width < 1200) return WidthClass::tablet;
  if (width < 1920) return WidthClass::desktop;
  return width < 2560 ? WidthClass::wide : WidthClass::ultra;
}

/// What the width decides: margins, columns of cards, gap, widest content.
struct PageMetrics {
  float margin = 40;
  float gap = 20;
  float card_padding = 20;
  int columns = 3;
  float content_width_max = 100000;
};

constexpr PageMetrics page_metrics(WidthClass width_class) {
  switch (width_class) {
    case WidthClass::phone:
      return {16, 12, 16, 1, 100000};
    case WidthClass::tablet:
      return {24, 20, 20, 2, 100000};
    case WidthClass::desktop:
      return {40, 20, 20, 3, 100000};
    case WidthClass::wide:
      return {40, 20, 20, 4, 1720};
    case WidthClass::ultra:
      return {40, 20, 20, 5, 2080};
  }
  return {};
}

}  // namespace fairway::ui

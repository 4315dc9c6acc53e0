#include "web/ui/strokes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fairway::ui {

namespace {

struct Point {
  float x = 0;
  float y = 0;
};

class Path {
 public:
  explicit Path(std::string_view text) : text_(text) {}

  std::vector<Stroke> strokes() {
    char command = 0;
    while (skip_separators(), at_ < text_.size()) {
      if (is_letter(text_[at_])) command = text_[at_++];
      if (!one(command)) break;
      if (command == 'M') command = 'L';
      if (command == 'm') command = 'l';
    }
    return std::move(strokes_);
  }

 private:
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  void skip_separators() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == ',')) ++at_;
  }

  float number() {
    skip_separators();
    float sign = 1;
    if (at_ < text_.size() && text_[at_] == '-') sign = -1, ++at_;
    float value = 0;
    float unit = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '.') {
        if (unit != 0) break;
        unit = 1;
      } else if (c >= '0' && c <= '9') {
        value = value * 10 + float(c - '0');
        unit *= 10;
      } else {
        break;
      }
    }
    return sign * (unit > 1 ? value / unit : value);
  }

  float flag() {
    skip_separators();
    return at_ < text_.size() && text_[at_++] == '1' ? 1.0F : 0.0F;
  }

  Point point(bool relative) {
    const float x = number();
    const float y = number();
    return relative ? Point{here_.x + x, here_.y + y} : Point{x, y};
  }

  void line_to(Point to) {
    strokes_.push_back({here_.x, here_.y, to.x, to.y});
    here_ = to;
  }

  void curve_to(Point a, Point b, Point to) {
    const Point from = here_;
    constexpr int pieces = 12;
    for (int i = 1; i <= pieces; ++i) {
      const float t = float(i) / pieces;
      const float u = 1 - t;
      const float k[] = {u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t};
      line_to({k[0] * from.x + k[1] * a.x + k[2] * b.x + k[3] * to.x,
               k[0] * from.y + k[1] * a.y + k[2] * b.y + k[3] * to.y});
    }
    handle_ = b;
  }

  // SVG 1.1, F.6.5: from end points to centre; axes are never turned in our icons.
  void arc_to(float rx, float ry, bool large, bool sweep, Point to) {
    const Point from = here_;
    const float dx = (from.x - to.x) / 2;
    const float dy = (from.y - to.y) / 2;
    const float excess = dx * dx / (rx * rx) + dy * dy / (ry * ry);
    if (excess > 1) rx *= std::sqrt(excess), ry *= std::sqrt(excess);
    const float down = rx * rx * dy * dy + ry * ry * dx * dx;
    const float up = std::max(0.0F, rx * rx * ry * ry - down);
    const float k = (large == sweep ? -1.0F : 1.0F) * std::sqrt(up / std::max(down, 1e-9F));
    const float cx = k * rx * dy / ry;
    const float cy = -k * ry * dx / rx;
    const Point centre{cx + (from.x + to.x) / 2, cy + (from.y + to.y) / 2};
    const float start = std::atan2((dy - cy) / ry, (dx - cx) / rx);
    float span = std::atan2((-dy - cy) / ry, (-dx - cx) / rx) - start;
    constexpr float turn = 2 * std::numbers::pi_v<float>;
    if (sweep && span < 0) span += turn;
    if (!sweep && span > 0) span -= turn;
    const int pieces = std::max(2, int(std::ceil(std::abs(span) / turn * 40)));
    for (int i = 1; i < pieces; ++i) {
      const float angle = start + span * float(i) / float(pieces);
      line_to({centre.x + rx * std::cos(angle), centre.y + ry * std::sin(angle)});
    }
    line_to(to);
  }

  bool one(char command) {
    const bool relative = command >= 'a';
    switch (relative ? char(command - 'a' + 'A') : command) {
      case 'M':
        start_ = here_ = point(relative);
        return true;
      case 'L':
        line_to(point(relative));
        return true;
      case 'H':
        line_to({number() + (relative ? here_.x : 0), here_.y});
        return true;
      case 'V':
        line_to({here_.x, number() + (relative ? here_.y : 0)});
        return true;
      case 'C': {
        const Point a = point(relative);
        const Point b = point(relative);
        curve_to(a, b, point(relative));
        return true;
      }
      case 'S': {
        const Point a{2 * here_.x - handle_.x, 2 * here_.y - handle_.y};
        const Point b = point(relative);
        curve_to(a, b, point(relative));
        return true;
      }
      case 'A': {
        const float rx = number();
        const float ry = number();
        number();
        const bool large = flag() > 0;
        const bool sweep = flag() > 0;
        arc_to(rx, ry, large, sweep, point(relative));
        return true;
      }
      case 'Z':
        line_to(start_);
        return true;
      default:
        return false;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  Point here_, start_, handle_;
  std::vector<Stroke> strokes_;
};

float distance(const Stroke& s, float x, float y) {
  const float dx = s.x2 - s.x1;
  const float dy = s.y2 - s.y1;
  const float length2 = dx * dx + dy * dy;
  const float t =
      length2 > 0 ? std::clamp(((x - s.x1) * dx + (y - s.y1) * dy) / length2, 0.0F, 1.0F) : 0.0F;
  return std::hypot(x - s.x1 - t * dx, y - s.y1 - t * dy);
}

}  // namespace

std::vector<Stroke> flattened(std::string_view path) { return Path(path).strokes(); }

std::vector<uint8_t> covered(const std::vector<Stroke>& strokes, float grid, float width,
                             int size_px) {
  const float unit = grid / float(size_px);
  std::vector<uint8_t> alpha(size_t(size_px) * size_t(size_px));
  for (int row = 0; row < size_px; ++row) {
    for (int column = 0; column < size_px; ++column) {
      const float x = (float(column) + 0.5F) * unit;
      const float y = (float(row) + 0.5F) * unit;
      float nearest = grid;
      for (const Stroke& stroke : strokes) nearest = std::min(nearest, distance(stroke, x, y));
      const float cover = std::clamp(0.5F + (width / 2 - nearest) / unit, 0.0F, 1.0F);
      alpha[size_t(row) * size_t(size_px) + size_t(column)] = uint8_t(std::lround(cover * 255));
    }
  }
  return alpha;
}

}  // namespace fairway::ui

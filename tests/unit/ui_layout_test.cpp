#include <doctest/doctest.h>

#include <array>

#include "web/backend/null_backend.h"
#include "web/ui/strokes.h"

using namespace fairway;
using namespace fairway::ui;

TEST_CASE("cutting leaves the rest") {
  Rect rest{0, 0, 100, 50};
  CHECK(cut_left(rest, 30, 10) == Rect{0, 0, 30, 50});
  CHECK(rest == Rect{40, 0, 60, 50});
  CHECK(cut_right(rest, 20) == Rect{80, 0, 20, 50});
  CHECK(cut_top(rest, 500) == Rect{40, 0, 40, 50});
  CHECK(rest.height == 0);
}

TEST_CASE("grid cells share the width") {
  const Rect area{10, 20, 620, 400};
  CHECK(grid_cell(area, 4, 3, 100, 10) == Rect{220, 130, 200, 100});
  CHECK(width_class_of(767) == WidthClass::phone);
  CHECK(width_class_of(1440) == WidthClass::desktop);
  CHECK(page_metrics(WidthClass::tablet).columns == 2);
}

TEST_CASE("words are measured as they are drawn") {
  NullBackend page([](Ui&) {});
  Ui& ui = page.ui();
  const float one = text_width(ui, "Deploy", style::body);
  CHECK(one > 30);
  CHECK(text_width(ui, "DeployDeploy", style::body) == doctest::Approx(2 * one));
  CHECK(text_width(ui, "111", with(style::body, Digits::tabular)) ==
        doctest::Approx(text_width(ui, "444", with(style::body, Digits::tabular))));
  CHECK(fitted(ui, "A long name of a project", style::body, 80).ends_with("…"));
  CHECK(fitted(ui, "Short", style::body, 80) == "Short");
  CHECK(text_height(ui, "one two three four five six", wrapped(style::body), 60) > 40);
  CHECK(text_height(ui, "one two three four five six", wrapped(style::body, 2), 60) == 40);
  // Bytes that are no text, and characters outside of the faces, take a place and do no harm.
  CHECK(text_width(ui, "\xFF\xFE", style::body) > 0);
  CHECK(text_width(ui, "日本", style::body) > 20);
}

TEST_CASE("carets stand between UTF-16 units") {
  NullBackend page([](Ui&) {});
  const auto stops = caret_stops(page.ui(), "aé😀b", style::body);
  CHECK(stops.size() == 6);
  for (size_t i = 1; i < stops.size(); ++i) CHECK(stops[i] > stops[i - 1]);
}

TEST_CASE("a measured height settles within the frame") {
  float shown = 0;
  NullBackend page([&](Ui& ui) {
    Measured measured(ui, "notes", 10);
    shown = measured.height();
    measured.took(123);
  });
  CHECK(shown == 123);
}

TEST_CASE("strokes follow the path") {
  const auto lines = flattened("M5 5l10 10M15 5L5 15");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].x2 == doctest::Approx(15));
  const auto box = flattened("M1.5.5h2v-2z");
  REQUIRE(box.size() == 3);
  CHECK(box[2].x2 == doctest::Approx(1.5));
  const auto dot = covered(flattened("M10 10h.01"), 20, 4, 20);
  CHECK(dot[10 * 20 + 10] > 250);
  CHECK(dot[0] == 0);
  const auto circle = flattened("M3 10a7 7 0 1 1 14 0a7 7 0 1 1 -14 0");
  CHECK(circle.size() > 30);
  CHECK(circle.back().x2 == doctest::Approx(3));
}

TEST_CASE("every icon has strokes within its square") {
  for (int i = 1; i < int(Icon::count); ++i) {
    const auto lines = flattened(icon_path(Icon(i)));
    INFO("icon ", i);
    REQUIRE(!lines.empty());
    for (const Stroke& line : lines) {
      CHECK(line.x2 >= 0);
      CHECK(line.x2 <= 20);
      CHECK(line.y2 >= 0);
      CHECK(line.y2 <= 20);
    }
  }
}

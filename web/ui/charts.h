// Progress and small charts. Each has a spoken sentence; none is told by colour alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "web/ui/layout.h"
#include "web/ui/theme.h"

namespace fairway::ui {

class Ui;

// --- The eight marks: the one figure of the product ----------------------------------------------

enum class Mark : std::uint8_t { waiting, running, done, failed };
enum class MarkSize : std::uint8_t { small, big };  // 4 and 6 high
struct MarksOptions {
  float running_fraction = 0.5F;  // of the running mark
  MarkSize size = MarkSize::small;
};
/// `spoken`: "3 of 8, Carry data".
void eight_marks(Ui& ui, const Rect& at, std::span<const Mark> marks, std::string_view spoken,
                 const MarksOptions& options = {});

/// A bar of 6 (or the box's height when smaller). `fraction` 0..1; `forecast` draws a mark when >
/// 0.
struct ProgressOptions {
  Tone tone = Tone::accent_line;
  float forecast = 0;
};
void progress_bar(Ui& ui, const Rect& at, float fraction, std::string_view spoken,
                  const ProgressOptions& options = {});

/// Line and soft area below it. Values are scaled from the lowest to the highest, zero based when
/// `zero_based`.
enum class ChartBase : std::uint8_t { lowest, zero };
void sparkline(Ui& ui, const Rect& at, std::span<const float> values, std::string_view spoken,
               ChartBase base = ChartBase::lowest);

/// A month's line over its days: the first `values` of `slots` days as line and soft area, zero
/// based, up to `top`; then, where `forecast` is not negative, a dashed line at that height to the
/// last day. Days lie in the middles of equal columns of the box.
struct DayLine {
  std::span<const float> values{};
  int slots = 31;
  float top = 1;
  float forecast = -1;
};
void day_line(Ui& ui, const Rect& at, const DayLine& line);

void bar_chart(Ui& ui, const Rect& at, std::span<const float> values, std::string_view spoken,
               Tone tone = Tone::accent_line);

/// Part of a whole as a ring, words in its middle ("38 %").
void ring(Ui& ui, const Rect& at, float fraction, std::string_view words, std::string_view spoken);

/// Parts beside each other on one bar (storage classes of a column). Tones and fractions pairwise.
struct StackPart {
  float fraction;
  Tone tone;
};
void stack_bar(Ui& ui, const Rect& at, std::span<const StackPart> parts, std::string_view spoken);

}  // namespace fairway::ui

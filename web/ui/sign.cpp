#include <algorithm>
#include <cmath>

#include "web/ui/controls.h"
#include "web/ui/core.h"

namespace fairway::ui {

namespace {

struct MoodTones {
  Tone ground;
  Tone ink;
};

MoodTones tones_of(Mood mood) {
  switch (mood) {
    case Mood::ok:
      return {Tone::ok_soft, Tone::ok};
    case Mood::warn:
      return {Tone::warn_soft, Tone::warn};
    case Mood::bad:
      return {Tone::bad_soft, Tone::bad};
    case Mood::accent:
      return {Tone::accent_soft, Tone::accent_text};
    case Mood::plain:
      break;
  }
  return {Tone::inset, Tone::text_2};
}

Tone dot_tone(Status which) {
  switch (which) {
    case Status::live:
      return Tone::ok_mark;
    case Status::running:
      return Tone::accent_line;
    case Status::failed:
      return Tone::bad_mark;
    case Status::needs_you:
      return Tone::warn_mark;
    case Status::none:
      break;
  }
  return Tone::idle_mark;
}

}  // namespace

float chip_width(Ui& ui, std::string_view words, Icon which) {
  const float inside = std::ceil(text_width(ui, words, style::caption));
  return which == Icon::none ? inside + 16 : inside + 6 + 14 + 5 + 8;
}

float chip(Ui& ui, const Rect& at, std::string_view words, Mood mood, Icon which) {
  const MoodTones tones = tones_of(mood);
  Rect place = middle(at, 24);
  place.width = std::min(at.width, chip_width(ui, words, which));
  emit_words(ui, place, words, style::caption);
  box(ui, place, {.fill = tones.ground, .radius = 6});
  Rect rest = place;
  if (which == Icon::none) {
    cut_left(rest, 8);
  } else {
    cut_left(rest, 6);
    icon(ui, cut_left(rest, 14, 5), which, 14, tones.ink);
  }
  text(ui, rest, words, with(with(style::caption, tones.ink), Voice::silent));
  return place.width;
}

void chip_left(Ui& ui, Rect& rest, std::string_view words, Mood mood, Icon which, float gap) {
  chip(ui, cut_left(rest, chip_width(ui, words, which), gap), words, mood, which);
}

float status_width(Ui& ui, std::string_view words) {
  return std::ceil(text_width(ui, words, style::caption_strong)) + 15;
}

float status(Ui& ui, const Rect& at, Status which, std::string_view words, Align align) {
  const bool failed = which == Status::failed;
  const TextStyle ink =
      failed ? with(style::caption_strong, Tone::bad) : with(style::caption, Tone::text_2);
  const float width = std::ceil(text_width(ui, words, ink)) + 15;
  const float x = align == Align::right ? at.right() - width : at.x;
  const Rect dot{x, at.middle_y() - 4, 8, 8};
  if (which == Status::none)
    box(ui, dot, {.fill = Tone::none, .edge = Tone::idle_mark, .edge_width = 1.5F, .radius = 4});
  else
    box(ui, dot, {.fill = dot_tone(which), .radius = 4});
  text(ui, {x + 15, at.y, width - 14, at.height}, words, ink);
  return width;
}

void avatar(Ui& ui, const Rect& at, std::string_view initials) {
  const float size = std::min(at.width, at.height);
  const Rect place = centred(at, size, size);
  box(ui, place, {.fill = Tone::accent_soft, .radius = size / 2});
  const TextStyle ink = with(style::control_strong, Tone::accent_text);
  const float width = text_width(ui, initials, ink);
  draw_words(ui, place.middle_x() - width / 2, place.middle_y(), initials, ink);
}

}  // namespace fairway::ui

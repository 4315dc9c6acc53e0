#include <algorithm>
#include <cmath>

#include "web/ui/collections.h"
#include "web/ui/core.h"
#include "web/ui/surfaces.h"

namespace fairway::ui {

namespace {

constexpr int rows_max = 8;

struct RowResult {
  bool picked = false;
  bool pointed = false;
};

// Words with the typed letters in accent: cut into runs at each change.
void draw_matched(Ui& ui, Rect at, const PaletteEntry& entry) {
  float x = at.x;
  size_t begin = 0;
  const auto is_matched = [&](size_t byte) {
    return std::find(entry.matched.begin(), entry.matched.end(), int(byte)) != entry.matched.end();
  };
  while (begin < entry.words.size()) {
    const bool lit = is_matched(begin);
    size_t end = begin + 1;
    while (end < entry.words.size() &&
           (is_matched(end) == lit || (uint8_t(entry.words[end]) & 0xC0U) == 0x80U))
      ++end;
    const TextStyle ink = lit ? with(style::body_strong, Tone::accent_text) : style::body;
    const auto part = fitted(ui, entry.words.substr(begin, end - begin), ink, at.right() - x);
    x += draw_words(ui, x, at.middle_y(), part, ink);
    begin = end;
  }
  if (!entry.hint.empty()) {
    const TextStyle quiet = with(style::control, Tone::text_3);
    draw_words(ui, x + 8, at.middle_y(), fitted(ui, entry.hint, quiet, at.right() - x - 8), quiet);
  }
}

RowResult draw_row(Ui& ui, const Rect& at, const PaletteEntry& entry, bool chosen) {
  Node node{.role = Role::option,
            .state = NodeState::skip_tab,
            .box = at,
            .name = std::string(entry.words),
            .description = std::string(entry.hint)};
  if (chosen) node.state |= NodeState::selected;
  const Press press = ui.core().interact(std::move(node), entry.words);
  if (chosen)
    box(ui, at, {.fill = Tone::accent_soft, .radius = 8});
  else if (press.hovered)
    box(ui, at, {.fill = Tone::hover, .radius = 8});
  Rect rest = shrunk(at, 12, 0);
  icon(ui, cut_left(rest, 20, 12), entry.icon, 20, chosen ? Tone::accent_text : Tone::text_2);
  if (!entry.keys_hint.empty()) {
    const float width = kbd(ui, rest, entry.keys_hint, Align::right);
    cut_right(rest, width, 8);
  }
  draw_matched(ui, rest, entry);
  return {press.clicked, press.hovered};
}

void move_choice(Core& core, int count, int& chosen) {
  if (count == 0) return;
  if (core.take_key("ArrowDown")) chosen = (chosen + 1) % count;
  if (core.take_key("ArrowUp")) chosen = (chosen + count - 1) % count;
}

}  // namespace

PaletteAnswer palette(Ui& ui, std::string& query, std::span<const PaletteEntry> entries,
                      int& chosen) {
  Core& core = ui.core();
  const int count = std::min(int(entries.size()), rows_max);
  chosen = std::clamp(chosen, 0, std::max(0, count - 1));
  const float height = 60 + 8 + float(std::max(1, count)) * 44 + 8;
  Dialog dialog(ui, {.title = "Search or run a command",
                     .key = "palette",
                     .kind = DialogKind::bare,
                     .width = 640,
                     .height = height});
  PaletteAnswer answer;
  answer.closed = dialog.wants_close();
  Rect rest = dialog.body;
  const Rect top = cut_top(rest, 60);
  Rect field_at = shrunk(top, 20, 0);
  icon(ui, cut_left(field_at, 20, 12), Icon::search, 20, Tone::text_3);
  kbd(ui, field_at, "esc", Align::right);
  cut_right(field_at, 44);
  move_choice(core, count, chosen);
  const FieldResult typed = bare_field(ui, field_at, query, "Search or run a command");
  answer.query_changed = typed.changed;
  if (typed.changed) chosen = 0;
  if (typed.submitted && count > 0) answer.picked = chosen;
  divider(ui, {top.x, top.bottom() - 1, top.width, 1});

  const Rect area = shrunk(rest, 8);
  const Scope list(ui, {.role = Role::listbox, .name = "Results", .box = area});
  for (int i = 0; i < count; ++i) {
    const Rect at{area.x, area.y + float(i) * 44, area.width, 44};
    if (draw_row(ui, at, entries[size_t(i)], i == chosen).picked) answer.picked = i;
  }
  if (count == 0)
    text(ui, {area.x + 12, area.y, area.width, 44}, "Nothing found",
         with(style::body, Tone::text_3));
  return answer;
}

}  // namespace fairway::ui

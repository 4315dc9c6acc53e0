#include <algorithm>
#include <cmath>

#include "web/ui/collections.h"
#include "web/ui/core.h"
#include "web/ui/surfaces.h"

namespace fairway::ui {

namespace {

std::vector<Rect> places_of(std::span<const TableColumn> columns, const Rect& at, float padding) {
  float fixed = 0;
  int open = 0;
  for (const TableColumn& column : columns) {
    fixed += column.width;
    open += column.width == 0 ? 1 : 0;
  }
  const float share = open == 0 ? 0 : std::max(0.0F, at.width - 2 * padding - fixed) / float(open);
  std::vector<Rect> places;
  float x = at.x + padding;
  for (const TableColumn& column : columns) {
    const float width = column.width == 0 ? share : column.width;
    places.push_back({x, at.y, width, at.height});
    x += width;
  }
  return places;
}

}  // namespace

Table::Table(Ui& ui, const Rect& at, std::string_view name, std::span<const TableColumn> columns,
             const TableOptions& options)
    : ui_(ui),
      at_(at),
      options_(options),
      columns_(columns.begin(), columns.end()),
      places_(places_of(columns, at, options.padding)) {
  Core& core = ui.core();
  Node node{.role = Role::table, .box = with_height(at, height()), .name = std::string(name)};
  node.position_total = options.rows_total;
  node_ = core.emit(std::move(node), name);
  core.push_level(node_, node_);
  const Rect head = with_height(at, options.head_height);
  row_node_ = core.emit({.role = Role::row, .box = head}, "heads");
  core.push_level(row_node_, row_node_);
  for (size_t i = 0; i < columns_.size(); ++i) {
    const TableColumn& column = columns_[i];
    const std::string_view spoken = column.spoken_name.empty() ? column.name : column.spoken_name;
    const Rect place{places_[i].x, at.y, places_[i].width, options.head_height};
    core.emit({.role = Role::columnheader, .box = place, .name = std::string(spoken)}, spoken);
    if (options.head_height > 0)
      text(ui, place, column.name,
           with(with(with(style::caption, Tone::text_3), column.align), Voice::silent));
  }
  core.pop_level();
  row_node_ = no_node;
  if (options.head_height > 0) divider(ui, {at.x, head.bottom() - 1, at.width, 1});

  // The window of rows that can be seen, and half a screen around it for the keyboard.
  const Rect& clip = core.clips.back();
  const float tall = options.tall_row_height * float(options.tall_rows);
  const auto row_at = [&](float y) {
    const float below = y - at.y - options.head_height;
    return below < tall ? below / options.tall_row_height
                        : float(options.tall_rows) + (below - tall) / options.row_height;
  };
  first_ = std::clamp(int(std::floor(row_at(clip.y - 400))), 0, options.rows_total);
  end_ = std::clamp(int(std::ceil(row_at(clip.bottom() + 400))), first_, options.rows_total);
}

Table::~Table() {
  end_row();
  ui_.core().pop_level();
}

float Table::height() const { return row_box(options_.rows_total).y - at_.y; }

Rect Table::row_box(int index) const {
  const int tall = std::min(index, options_.tall_rows);
  const float above =
      options_.tall_row_height * float(tall) + options_.row_height * float(index - tall);
  const bool is_tall = index < options_.tall_rows;
  return {at_.x, at_.y + options_.head_height + above, at_.width,
          is_tall ? options_.tall_row_height : options_.row_height};
}

void Table::end_cell() {
  if (cell_node_ == no_node) return;
  ui_.core().pop_level();
  cell_node_ = no_node;
}

void Table::end_row() {
  end_cell();
  if (row_node_ == no_node) return;
  ui_.core().pop_level();
  row_node_ = no_node;
}

Rect Table::row(int index, std::string_view key, Tone ground) {
  end_row();
  Core& core = ui_.core();
  row_ = row_box(index);
  Node node{.role = Role::row, .box = row_};
  node.position = index + 1;
  row_node_ = core.emit(std::move(node), key);
  core.push_level(row_node_, row_node_);
  column_ = 0;
  if (ground != Tone::none) box(ui_, row_, {.fill = ground});
  if (index > 0) divider(ui_, {row_.x, row_.y, row_.width, 1});
  return row_;
}

Rect Table::cell_box(std::string_view spoken) {
  end_cell();
  Core& core = ui_.core();
  const size_t column = size_t(std::min(column_++, int(places_.size()) - 1));
  const Rect place{places_[column].x, row_.y, places_[column].width, row_.height};
  const Role role = column == 0 ? Role::rowheader : Role::cell;
  cell_node_ = core.emit({.role = role, .box = place, .name = std::string(spoken)}, "");
  core.push_level(cell_node_, cell_node_);
  return place;
}

void Table::cell(std::string_view words, const TextStyle& style) {
  const Rect place = cell_box(words);
  const Align side = columns_[size_t(std::min(column_ - 1, int(columns_.size()) - 1))].align;
  TextStyle ink = with(with(style, side), Voice::silent);
  if (side == Align::right) ink.digits = Digits::tabular;
  text(ui_, side == Align::left ? Rect{place.x, place.y, place.width - 12, place.height} : place,
       words, ink);
}

// --- Logs
// -----------------------------------------------------------------------------------------

void log_view(Ui& ui, const Rect& at, std::string_view name, std::span<const LogLine> lines) {
  Core& core = ui.core();
  box(ui, at, {.fill = Tone::inset, .radius = 8});
  const Scope scope(ui, {.role = Role::group, .name = name, .box = at});
  Scroll scroll(ui, shrunk(at, 4), name, ScrollEdge::follow_end);
  Node& area = core.nodes.back();
  area.state |= NodeState::focusable;
  const Rect content = scroll.content();
  const float line_px = style::log.line_px;
  const float top = content.y + 8;
  const auto count = int(lines.size());
  const Rect& clip = core.clips.back();
  const int first = std::clamp(int((clip.y - top) / line_px) - 8, 0, count);
  const int end = std::clamp(int((clip.bottom() - top) / line_px) + 8, first, count);
  for (int i = first; i < end; ++i) {
    const LogLine& line = lines[size_t(i)];
    Rect rest{content.x + 10, top + float(i) * line_px, content.width - 20, line_px};
    const bool bad = line.mood == Mood::bad;
    const Tone ink = bad ? Tone::bad : line.mood == Mood::warn ? Tone::warn : Tone::text_2;
    const std::string all = std::string(line.time).append(" ").append(line.text);
    core.emit({.role = Role::paragraph, .box = rest, .name = all}, "");
    const TextStyle time = with(with(style::log, Tone::text_3), Voice::silent);
    text(ui, cut_left(rest, 60, 8), line.time, time);
    text(ui, rest, line.text, with(with(style::log, ink), Voice::silent));
  }
  scroll.took(float(count) * line_px + 16);
}

// --- Rows
// -----------------------------------------------------------------------------------------

void key_value(Ui& ui, const Rect& at, std::string_view key, std::string_view value,
               const TextStyle& key_style, const TextStyle& value_style) {
  std::string all(key);
  all.append(": ").append(value);
  ui.core().emit({.role = Role::paragraph, .box = at, .name = all}, "");
  Rect rest = at;
  text_right(ui, rest, value, with(with(value_style, Voice::silent), Align::right), 12);
  text(ui, rest, key, with(key_style, Voice::silent));
}

bool setting_row(Ui& ui, const Rect& at, const SettingRow& row) {
  std::string name(row.label);
  name.append(": ").append(row.value);
  if (!row.chip.empty()) name.append(", ").append(row.chip);
  const Press press = press_area(ui, at, name, {.key = row.label});
  if (press.hovered) box(ui, at, {.fill = press.held ? Tone::press : Tone::hover});
  Rect rest = at;
  cut_left(rest, 16);
  cut_right(rest, 8);
  icon(ui, cut_left(rest, 20, 12), row.icon, 20, Tone::text_2);
  icon(ui, cut_right(rest, 20, 8), Icon::right, 20, Tone::text_3);
  divider(ui, {rest.x, at.bottom() - 1, at.right() - rest.x, 1});
  const Scope silent(ui, "inside");
  if (!row.chip.empty()) {
    Rect place = cut_right(rest, chip_width(ui, row.chip), 8);
    chip(ui, place, row.chip, row.mood);
  }
  Rect lines = middle(rest, 36);
  text(ui, cut_top(lines, 16), row.label, with(with(style::caption, Tone::text_3), Voice::silent));
  text(ui, lines, row.value, with(style::body, Voice::silent));
  return press.clicked;
}

// --- Loading
// --------------------------------------------------------------------------------------

void skeleton(Ui& ui, const Rect& at, double since_ms, float radius) {
  constexpr double patience_ms = 300;
  if (ui.now_ms() < since_ms + patience_ms) {
    ui.wake_at(since_ms + patience_ms);
    return;
  }
  box(ui, at, {.fill = Tone::inset, .radius = radius});
}

void spinner(Ui& ui, const Rect& at, float size, Tone tone) {
  Core& core = ui.core();
  const bool still = ui.surroundings().motion == Surroundings::Motion::reduced;
  constexpr double turn_ms = 900;
  double turns = 0;
  if (!still) {
    turns = ui.now_ms() / turn_ms;
    turns -= std::floor(turns);
    core.animating = true;
  }
  const auto from = float(turns);
  arc(ui, at.middle_x(), at.middle_y(), size * 0.375F, size * 0.1F, from, from + 0.75F, tone);
}

}  // namespace fairway::ui

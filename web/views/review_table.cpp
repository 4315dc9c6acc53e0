#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "shared/base/text.h"
#include "web/views/review_parts.h"

namespace fairway {
namespace {

constexpr float bar_width = 120;
constexpr float head_height = 48;
constexpr float fold_height = 44;
constexpr float choice_width = 252;
constexpr float padding = 20;

// Which columns there is room for.
struct Room {
  bool declared = true;
  bool why = true;
};

Room room_of(float width) { return {.declared = width >= 1060, .why = width >= 880}; }

std::vector<ui::TableColumn> columns_of(const Room& room) {
  std::vector<ui::TableColumn> columns = {{.name = "Column", .width = room.why ? 200.0F : 0.0F}};
  if (room.declared) columns.push_back({.name = "Declared", .width = 96});
  columns.push_back({.name = "Found", .width = 152});
  columns.push_back({.name = "Becomes", .width = 156});
  if (room.why) columns.push_back({.name = "Why"});
  columns.push_back({.name = "Your choice", .width = choice_width, .align = ui::Align::right});
  return columns;
}

void draw_name(ui::Ui& ui, Desk& desk, ui::Table& table, const ReviewRow& row) {
  Review& review = *desk.state.review;
  const ui::Rect cell = table.cell_box();
  const std::string key = row.key();
  const ui::Rect box{cell.x - 8, cell.y + 4, cell.width, cell.height - 8};
  const ui::Press press =
      ui::press_area(ui, box, spoken_row(row), {.radius = 6, .description = row.why, .key = key});
  if (press.hovered) ui::box(ui, box, {.fill = ui::Tone::hover, .radius = 6});
  if (press.focused) review.row = key;
  if (press.clicked) {
    review.row = key;
    review.detail = key;
  }
  // For the pointer only: it would hide the rows that the keyboard walks to.
  ui::Press resting = press;
  resting.focused = false;
  ui::tooltip_for(ui, box, example_words(row, row.choice), resting);
  ui::Rect rest{cell.x, cell.y, cell.width - 12, cell.height};
  const bool is_decision = row.rank == ReviewRank::decision;
  const ui::Icon icon = is_decision                    ? ui::Icon::warn
                        : row.rank == ReviewRank::note ? ui::Icon::info
                                                       : ui::Icon::check;
  const ui::Tone tone = is_decision                    ? ui::Tone::warn
                        : row.rank == ReviewRank::note ? ui::Tone::text_2
                                                       : ui::Tone::ok;
  ui::icon(ui, ui::cut_left(rest, 16, 8), icon, 16, tone);
  const ui::TextStyle name = ui::with(ui::style::mono, ui::Voice::silent);
  if (row.label.empty()) {
    ui::text(ui, rest, row.name, name);
    return;
  }
  ui::Rect lines = ui::middle(rest, 34);
  ui::text(ui, ui::cut_top(lines, 18), row.name, name);
  const ui::Tone ink = is_decision ? ui::Tone::warn : ui::Tone::text_2;
  ui::text(ui, lines, row.label,
           ui::with(ui::with(ui::style::caption_strong, ink), ui::Voice::silent));
}

void draw_found(ui::Ui& ui, ui::Table& table, const ReviewRow& row) {
  const ui::Rect cell = table.cell_box(row.found);
  const ui::TextStyle words =
      ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent);
  const ui::Rect inside{cell.x, cell.y, cell.width - 8, cell.height};
  if (!row.cells) {
    ui::text(ui, inside, row.found, words);
    return;
  }
  ui::Rect lines = ui::middle(inside, 27);
  const ui::Rect bar = ui::cut_top(lines, 6, 5);
  draw_found_bar(ui, {bar.x, bar.y, std::min(bar_width, bar.width), 6}, *row.cells, "");
  ui::text(ui, lines, row.found, words);
}

void draw_becomes(ui::Ui& ui, ui::Table& table, const ReviewRow& row) {
  ui::Rect cell = table.cell_box(row.becomes);
  cell.width -= 8;
  ui::icon(ui, ui::cut_left(cell, 14, 8), ui::Icon::arrow, 14, ui::Tone::text_3);
  ui::text(ui, cell, row.becomes, ui::with(ui::style::mono, ui::Voice::silent));
}

void draw_why(ui::Ui& ui, ui::Table& table, const ReviewRow& row) {
  const ui::Rect cell = table.cell_box(row.why);
  const int lines_max = row.rank == ReviewRank::plain ? 2 : 3;
  const ui::TextStyle words = ui::wrapped(
      ui::with(ui::with(ui::style::caption, ui::Tone::text_2), ui::Voice::silent), lines_max);
  const float width = cell.width - 16;
  const float height = ui::text_height(ui, row.why, words, width);
  const ui::Rect lines = ui::middle({cell.x, cell.y, width, cell.height}, height);
  ui::text_block(ui, lines, row.why, words);
}

// What the segments take when this one is chosen, so that they end where the column ends.
float drawn_width(ui::Ui& ui, const std::vector<std::string>& words, int chosen) {
  float width = 6 + 2 * static_cast<float>(words.size() - 1);
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_chosen = static_cast<int>(i) == chosen;
    const ui::TextStyle& style = is_chosen ? ui::style::control_strong : ui::style::control;
    width += std::ceil(ui::text_width(ui, words[i], style)) + 24;
  }
  return width;
}

// Segments where they fit, else a list.
void draw_choices_of(ui::Ui& ui, Desk& desk, ui::Rect at, const ReviewRow& row) {
  std::vector<std::string> words;
  int chosen = -1;
  for (size_t i = 0; i < row.choices.size(); ++i) {
    words.push_back(choice_words(row, row.choices[i]));
    if (row.choices[i] == row.choice) chosen = static_cast<int>(i);
  }
  std::vector<ui::Segment> segments;
  for (const std::string& word : words) segments.push_back({.words = word});
  const std::string name = choice_name(row);
  const int before = chosen;
  const float width = drawn_width(ui, words, chosen);
  if (ui::segmented_width(ui, segments) <= at.width) {
    ui::segmented(ui, {at.right() - width, at.y, width, at.height}, name, segments, chosen,
                  {.role = ui::SegmentRole::radios});
  } else {
    std::vector<ui::SelectOption> options;
    for (const std::string& word : words) options.push_back({.words = word});
    const float wide = std::min(at.width, ui::select_width(ui, options, chosen));
    ui::select(ui, ui::middle({at.right() - wide, at.y, wide, at.height}, 32), name, options,
               chosen);
  }
  if (chosen == before || chosen < 0) return;
  desk.state.review->row = row.key();
  choose_in_review(desk.dashboard, row, row.choices[static_cast<size_t>(chosen)]);
}

void draw_choice(ui::Ui& ui, Desk& desk, ui::Table& table, const ReviewRow& row) {
  if (row.rank == ReviewRank::decision && row.choices.size() > 1) {
    draw_choices_of(ui, desk, table.cell_box(), row);
    return;
  }
  table.cell(settled_words(row), ui::with(ui::style::caption, ui::Tone::text_3));
}

void draw_head(ui::Ui& ui, Desk& desk, ui::Rect head, bool has_side) {
  Review& review = *desk.state.review;
  ui::Rect inside = ui::shrunk(head, padding, 0);
  draw_only_decisions(ui, review, ui::cut_right(inside, 136, 16));
  if (!has_side) draw_table_select(ui, review, ui::middle(ui::cut_right(inside, 240, 16), 32));
  const std::string columns = counted(review.of_target().columns, "column", "columns");
  const std::array<ui::Run, 2> words = {
      {{columns, ui::style::control_strong},
       {"  decisions first", ui::with(ui::style::control, ui::Tone::text_3)}}};
  ui::runs(ui, inside, words);
}

void draw_fold(ui::Ui& ui, Review& review, ui::Rect at, int64_t hidden) {
  ui::divider(ui, {at.x, at.y, at.width, 1});
  ui::Rect inside = ui::shrunk(at, padding, 0);
  const bool folds = hidden > 0;
  const ui::ButtonOptions options{.kind = ui::ButtonKind::link};
  if (ui::button_right(ui, inside, folds ? "Show all" : "Show fewer", options)) {
    review.show_all = folds;
  }
  ui::text(ui, inside, folds ? hidden_words(review, hidden) : "Everything is shown",
           ui::with(ui::style::control, ui::Tone::text_2));
}

}  // namespace

float draw_review_table(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Review& review = *desk.state.review;
  const ShownRows shown = shown_rows(review);
  const auto total = static_cast<int>(shown.rows.size());
  const bool has_fold = shown.hidden > 0 || (review.show_all && !review.only_decisions);
  ui::Measured measured(ui, "rows", 600);
  ui::card(ui, ui::with_height(at, measured.height()));
  draw_head(ui, desk, ui::with_height(at, head_height), at.x > ui.metrics().margin + 1);
  ui::divider(ui, {at.x, at.y + head_height, at.width, 1});
  const Room room = room_of(at.width);
  const auto columns = columns_of(room);
  float height = head_height + 1;
  const bool moved = follow_row_keys(ui, desk, shown);
  {
    ui::Table table(
        ui, {at.x + 1, at.y + height, at.width - 2, at.height}, "Columns", columns,
        {.padding = padding - 1, .rows_total = total, .tall_rows = static_cast<int>(shown.tall)});
    height += table.height();
    for (int i = 0; moved && i < total; ++i) {
      const ReviewRow& row = review.of_target().rows[shown.rows[static_cast<size_t>(i)]];
      if (row.key() == review.row) ui.scroll_into_view(table.row_box(i));
    }
    for (int i = table.first(); i < table.end(); ++i) {
      const size_t index = shown.rows[static_cast<size_t>(i)];
      if (index >= review.of_target().rows.size()) break;    // a choice has changed the rows
      const ReviewRow row = review.of_target().rows[index];  // a copy, for the same reason
      const bool is_decision = row.rank == ReviewRank::decision;
      table.row(i, row.key(), is_decision ? ui::Tone::warn_row : ui::Tone::none);
      draw_name(ui, desk, table, row);
      if (room.declared) {
        table.cell(
            row.declared.empty() ? "none" : row.declared,
            ui::with(ui::style::mono, row.declared.empty() ? ui::Tone::text_3 : ui::Tone::text_2));
      }
      draw_found(ui, table, row);
      draw_becomes(ui, table, row);
      if (room.why) draw_why(ui, table, row);
      draw_choice(ui, desk, table, row);
    }
  }
  if (total == 0) {
    ui::text(ui, {at.x + padding, at.y + height, at.width - 2 * padding, fold_height},
             review.only_decisions ? "Nothing here needs a decision." : "There are no columns.",
             ui::with(ui::style::control, ui::Tone::text_2));
    height += fold_height;
  }
  if (has_fold) {
    draw_fold(ui, review, {at.x, at.y + height, at.width, fold_height}, shown.hidden);
    height += fold_height;
  }
  measured.took(height);
  return height;
}

}  // namespace fairway

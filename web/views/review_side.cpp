#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/base/text.h"
#include "web/views/review_parts.h"

namespace fairway {
namespace {

constexpr float table_height = 36;
constexpr float tables_height_max = 14 * table_height;

struct Entry {
  std::string name;  // "" = all
  int64_t rows = 0;
  int64_t decisions = 0;
};

std::vector<Entry> entries_of(const Review& review) {
  std::map<std::string_view, int64_t> decisions;
  for (const ReviewRow& row : review.of_target().rows) {
    if (row.rank != ReviewRank::decision) break;
    ++decisions[row.table];
  }
  std::vector<Entry> entries = {{"", review.rows, review.of_target().decisions}};
  for (const ReviewTable& table : review.tables) {
    const auto found = decisions.find(table.name);
    entries.push_back({table.name, table.rows, found == decisions.end() ? 0 : found->second});
  }
  return entries;
}

std::string shown_name(const Entry& entry) { return entry.name.empty() ? "All" : entry.name; }

void draw_entry(ui::Ui& ui, Review& review, ui::Rect row, const Entry& entry) {
  const bool is_chosen = review.table == entry.name;
  std::string spoken = cat({shown_name(entry), ", ", counted(entry.rows, "row", "rows")});
  if (entry.decisions > 0) {
    spoken += cat({", ", counted(entry.decisions, "decision", "decisions")});
  }
  const ui::Press press =
      ui::press_area(ui, row, spoken,
                     {.role = ui::Role::radio, .chosen = ui::Chosen{is_chosen}, .key = entry.name});
  if (is_chosen || press.hovered) {
    ui::box(ui, row, {.fill = is_chosen ? ui::Tone::accent_soft : ui::Tone::hover, .radius = 8});
  }
  if (press.clicked) review.table = entry.name;
  ui::Scope silent(ui, "inside");
  ui::Rect inside = ui::shrunk(row, 12, 0);
  const ui::TextStyle figures =
      ui::with(ui::with(ui::style::caption, ui::Tone::text_3), ui::Digits::tabular);
  ui::text_right(ui, inside, grouped(entry.rows), ui::with(figures, ui::Voice::silent), 8);
  if (entry.decisions > 0) {
    const std::string count = grouped(entry.decisions);
    const ui::TextStyle words =
        ui::with(ui::with(ui::style::caption, ui::Tone::warn), ui::Align::centre);
    const ui::Rect chip = ui::cut_right(inside, ui::text_width(ui, count, words) + 16, 8);
    ui::box(ui, ui::middle(chip, 24), {.fill = ui::Tone::warn_soft, .radius = 6});
    ui::text(ui, chip, count, ui::with(words, ui::Voice::silent));
  }
  const ui::TextStyle name =
      is_chosen ? ui::with(ui::style::control_strong, ui::Tone::accent_text) : ui::style::control;
  ui::text(ui, inside, shown_name(entry), ui::with(name, ui::Voice::silent));
}

float draw_legend(ui::Ui& ui, ui::Rect at) {
  constexpr std::array<std::pair<std::string_view, ui::Tone>, 5> classes = {
      {{"Integer", ui::Tone::c_integer},
       {"Real", ui::Tone::c_real},
       {"Text", ui::Tone::c_text},
       {"Blob", ui::Tone::c_blob},
       {"Empty", ui::Tone::c_null}}};
  ui::Column column{at};
  ui::text(ui, column.next(24), "Found in the cells",
           ui::with(ui::style::caption, ui::Tone::text_3));
  column.skip(4);
  for (const auto& [word, tone] : classes) {
    ui::Rect row = column.next(24);
    const ui::Rect mark = ui::middle(ui::cut_left(row, 8, 8), 8);
    ui::box(ui, mark, {.fill = tone, .radius = 2});
    ui::text(ui, row, word, ui::with(ui::style::caption, ui::Tone::text_2));
  }
  return column.used();
}

struct ExportButton {
  ReviewExport what;
  std::string_view words;
};

constexpr std::array<ExportButton, 3> export_buttons = {
    {{ReviewExport::postgres_script, "PostgreSQL script"},
     {ReviewExport::libsql_script, "libSQL script"},
     {ReviewExport::sqlite_file, "SQLite file"}}};

}  // namespace

void draw_found_bar(ui::Ui& ui, ui::Rect at, const CellCounts& cells, std::string_view spoken) {
  const std::array<std::pair<int64_t, ui::Tone>, 5> counts = {
      {{cells.integers, ui::Tone::c_integer},
       {cells.reals, ui::Tone::c_real},
       {cells.texts, ui::Tone::c_text},
       {cells.blobs, ui::Tone::c_blob},
       {cells.nulls, ui::Tone::c_null}}};
  int64_t total = 0;
  for (const auto& [count, tone] : counts) total += count;
  std::vector<ui::StackPart> parts;
  for (const auto& [count, tone] : counts) {
    if (count == 0) continue;
    // What is there can be seen, however little it is.
    const double share = static_cast<double>(count) / static_cast<double>(total);
    parts.push_back({static_cast<float>(std::max(share, 0.02)), tone});
  }
  float sum = 0;
  for (const ui::StackPart& part : parts) sum += part.fraction;
  for (ui::StackPart& part : parts) part.fraction /= sum;
  ui::stack_bar(ui, at, parts, spoken);
}

float draw_review_tables(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Review& review = *desk.state.review;
  const auto entries = entries_of(review);
  const float all = table_height * static_cast<float>(entries.size());
  const float shown = std::min(all, tables_height_max);
  const float height = 8 + 32 + shown + 17 + 28 + 5 * 24 + 14;
  ui::card(ui, ui::with_height(at, height));
  ui::Scope scope(ui,
                  {.role = ui::Role::region, .name = "Tables", .box = ui::with_height(at, height)});
  ui::Rect rest = ui::shrunk(ui::with_height(at, height), 8, 8);
  ui::text(ui, ui::shrunk(ui::cut_top(rest, 32), 12, 0), "Tables",
           ui::with(ui::style::caption, ui::Tone::text_3));
  const ui::Rect area = ui::cut_top(rest, shown);
  {
    ui::Scroll scroll(ui, area, "Tables");
    ui::RadioGroup group(ui, area, "Table");
    const ui::Rect content = scroll.content();
    for (size_t i = 0; i < entries.size(); ++i) {
      const ui::Rect row{content.x, content.y + table_height * static_cast<float>(i), content.width,
                         table_height};
      if (ui::visible(ui, row)) draw_entry(ui, review, row, entries[i]);
    }
    scroll.took(all);
  }
  ui::divider(ui, {rest.x + 4, rest.y + 8, rest.width - 8, 1});
  draw_legend(ui, {rest.x + 12, rest.y + 17, rest.width - 24, rest.height});
  return height;
}

float draw_review_exports(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Review& review = *desk.state.review;
  const float button_height = ui.touch() ? 44 : 32;
  const bool has_problem = !review.export_problem.code.empty();
  ui::Measured measured(ui, "exports", 200);
  const ui::Rect box = ui::with_height(at, measured.height());
  ui::card(ui, box);
  ui::Scope scope(ui, {.role = ui::Role::region, .name = "Export", .box = box});
  const ui::Rect inside = ui::shrunk(box, 20, 0);
  ui::Column column{inside, 8};
  column.skip(16);
  ui::heading(ui, column.next(20), "Export", 2, ui::style::control_strong);
  column.skip(small_paragraph(ui, {inside.x, column.y, inside.width, 0},
                              "Written in this tab. Nothing is sent.") +
              8);
  const std::string refused = review.postgres.refusal ? review.postgres.refusal->message : "";
  for (const ExportButton& one : export_buttons) {
    const bool is_busy = review.exporting == one.what;
    const bool is_refused = one.what == ReviewExport::postgres_script && !refused.empty();
    const ui::ButtonOptions options{
        .icon = ui::Icon::download,
        .busy_word = is_busy ? std::string_view("Writing") : std::string_view(),
        .disabled_reason = is_refused ? std::string_view(refused) : std::string_view(),
        .key = one.words};
    if (ui::button(ui, column.next(button_height), one.words, options)) {
      export_preview(desk.dashboard, one.what);
    }
  }
  if (has_problem) {
    column.skip(4);
    column.skip(problem_zone(ui, {inside.x, column.y, inside.width, 0}, review.export_problem) + 8);
  }
  const float height = column.used() + 20;
  measured.took(height);
  return height;
}

}  // namespace fairway

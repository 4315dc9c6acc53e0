#include <string>
#include <vector>

#include "shared/base/text.h"
#include "web/views/review_parts.h"

namespace fairway {
namespace {

void draw_fact(ui::Ui& ui, ui::Column& column, std::string_view label, std::string_view words) {
  if (words.empty()) return;
  ui::key_value(ui, column.next(24), label, words);
}

void draw_examples(ui::Ui& ui, ui::Column& column, const ReviewRow& row) {
  if (row.examples.empty()) return;
  column.skip(8);
  ui::heading(ui, column.next(20), "Examples", 3, ui::style::caption_strong);
  for (const std::string& example : row.examples) {
    ui::text(ui, column.next(20), example, ui::with(ui::style::mono, ui::Tone::text_2));
  }
}

// The choice, or an empty text when none was taken now.
std::string draw_options(ui::Ui& ui, ui::Column& column, const ReviewRow& row) {
  if (row.choices.size() < 2) return "";
  column.skip(8);
  ui::heading(ui, column.next(20), "Your choice", 3, ui::style::caption_strong);
  const float row_height = ui.touch() ? 44 : 32;
  const auto total = static_cast<float>(row.choices.size());
  ui::RadioGroup group(ui, {column.area.x, column.y, column.area.width, row_height * total},
                       choice_name(row));
  std::string taken;
  for (const std::string& choice : row.choices) {
    const ui::Chosen chosen{choice == row.choice};
    std::string words = choice_words(row, choice);
    if (choice == row.choices.front()) words += ", the safe choice";
    if (ui::radio(ui, column.next(row_height), words, chosen)) taken = choice;
  }
  return taken;
}

}  // namespace

void draw_review_detail(ui::Ui& ui, Desk& desk) {
  Review& review = *desk.state.review;
  if (review.detail.empty()) return;
  const ReviewRow* found = find_row(review.of_target(), review.detail);
  if (found == nullptr) {
    review.detail.clear();
    return;
  }
  const ReviewRow row = *found;  // choosing makes the rows anew
  ui::Dialog dialog(ui, {.title = row.name,
                         .key = "review detail",
                         .kind = ui::DialogKind::sheet,
                         .width = 520,
                         .height = 520});
  std::string taken;
  {
    ui::Scroll scroll(ui, dialog.body, "Details");
    const ui::Rect inside = ui::shrunk(scroll.content(), ui.touch() ? 16.0F : 24.0F, 16);
    ui::Column column{inside};
    if (!row.label.empty()) {
      const bool is_decision = row.rank == ReviewRank::decision;
      ui::text(
          ui, column.next(20), row.label,
          ui::with(ui::style::control_strong, is_decision ? ui::Tone::warn : ui::Tone::text_2));
      column.skip(4);
    }
    column.skip(small_paragraph(ui, {inside.x, column.y, inside.width, 0}, row.why) + 12);
    draw_fact(ui, column, "Declared", row.declared.empty() ? "no type" : row.declared);
    draw_fact(ui, column, "Found", row.found);
    if (row.cells) draw_found_bar(ui, column.next(14), *row.cells, row.found);
    draw_fact(ui, column, "Becomes", row.becomes);
    draw_examples(ui, column, row);
    taken = draw_options(ui, column, row);
    scroll.took(column.used() + 32);
  }
  if (!taken.empty()) choose_in_review(desk.dashboard, row, taken);
  if (dialog.wants_close()) review.detail.clear();
}

}  // namespace fairway

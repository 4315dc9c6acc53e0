#include <algorithm>
#include <string>

#include "shared/base/text.h"
#include "web/views/review_parts.h"

namespace fairway {
namespace {

constexpr float tall_height = 92;
constexpr float plain_height = 68;
constexpr float fold_height = 52;

void draw_row(ui::Ui& ui, Desk& desk, ui::Rect at, const ReviewRow& row, ui::Corners corners) {
  Review& review = *desk.state.review;
  const std::string key = row.key();
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = key, .box = at});
  const bool is_decision = row.rank == ReviewRank::decision;
  const auto ground = [&](ui::Tone fill) {
    ui::box(ui, at, {.fill = fill, .radius = 11, .corners = corners});
  };
  if (is_decision) ground(ui::Tone::warn_row);
  const std::string about = cat({row.found, ", becomes ", row.becomes, ". ", row.why});
  const ui::Press press = ui::press_area(ui, at, spoken_row(row), {.description = about});
  if (press.hovered) ground(ui::Tone::hover);
  if (press.focused) review.row = key;
  if (press.clicked) review.row = review.detail = key;
  if (corners == ui::Corners::none) ui::divider(ui, {at.x, at.y, at.width, 1});
  ui::Rect inside = ui::shrunk(at, 16, 12);
  ui::Rect line = ui::cut_top(inside, 20, 4);
  const std::string settled = is_decision ? choice_words(row, row.choice) : settled_words(row);
  const ui::TextStyle strong = ui::with(ui::style::caption_strong, ui::Voice::silent);
  const ui::TextStyle quiet =
      ui::with(ui::with(ui::style::caption, ui::Tone::text_3), ui::Voice::silent);
  ui::icon(ui, ui::cut_right(line, 16, 4), ui::Icon::right, 16, ui::Tone::text_3);
  if (is_decision) ui::text_right(ui, line, settled, strong, 8);
  ui::text(ui, line, row.name, ui::with(ui::style::mono, ui::Voice::silent));
  if (!row.label.empty()) {
    const ui::Tone ink = is_decision ? ui::Tone::warn : ui::Tone::text_2;
    ui::text(ui, ui::cut_top(inside, 16, 4), row.label, ui::with(strong, ink));
  }
  const std::string below =
      cat({row.found, row.found.empty() ? "" : ", ", "becomes ", row.becomes});
  ui::text(ui, ui::cut_top(inside, 16), below, quiet);
}

}  // namespace

float draw_review_list(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Review& review = *desk.state.review;
  const ShownRows shown = shown_rows(review);
  const size_t total = shown.rows.size();
  const float rows_height = tall_height * static_cast<float>(shown.tall) +
                            plain_height * static_cast<float>(total - shown.tall);
  const bool has_foot =
      shown.hidden > 0 || total == 0 || (review.show_all && !review.only_decisions);
  const float height = rows_height + (has_foot ? fold_height : 0);
  ui::card(ui, ui::with_height(at, height));
  const bool moved = follow_row_keys(ui, desk, shown);
  {
    ui::Scope list(
        ui, {.role = ui::Role::list, .name = "Columns", .box = ui::with_height(at, rows_height)});
    float y = at.y;
    for (size_t i = 0; i < total; ++i) {
      const ReviewRow& row = review.of_target().rows[shown.rows[i]];
      const ui::Rect box{at.x + 1, y, at.width - 2, i < shown.tall ? tall_height : plain_height};
      y += box.height;
      if (moved && row.key() == review.row) ui.scroll_into_view(box);
      if (ui::visible(ui, box)) {
        draw_row(ui, desk, box, row, i == 0 ? ui::Corners::top : ui::Corners::none);
      }
    }
  }
  if (!has_foot) return height;
  ui::Rect foot = ui::shrunk({at.x, at.y + rows_height, at.width, fold_height}, 16, 0);
  if (total > 0) {
    const ui::ButtonOptions options{.kind = ui::ButtonKind::link};
    if (ui::button_right(ui, foot, review.show_all ? "Show fewer" : "Show all", options)) {
      review.show_all = !review.show_all;
    }
  }
  const std::string words = total == 0         ? std::string("Nothing here needs a decision.")
                            : shown.hidden > 0 ? hidden_words(review, shown.hidden)
                                               : std::string("Everything is shown");
  ui::text(ui, foot, words, ui::with(ui::style::caption, ui::Tone::text_2));
  return height;
}

}  // namespace fairway

// The parts of the migration review, for a desktop and a phone.
#pragma once

#include "web/actions/review.h"
#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {

// Draw from the top of `at` and return their heights.
float draw_review_tables(ui::Ui& ui, Desk& desk, ui::Rect at);   // list of tables, legend
float draw_review_exports(ui::Ui& ui, Desk& desk, ui::Rect at);  // buttons and what went wrong
float draw_review_table(ui::Ui& ui, Desk& desk, ui::Rect at);    // the rows on a card
float draw_review_list(ui::Ui& ui, Desk& desk, ui::Rect at);     // the rows on a phone
// Over everything, when a row's details are open.
void draw_review_detail(ui::Ui& ui, Desk& desk);

// Turso or PostgreSQL, with the number of decisions.
void draw_target_switch(ui::Ui& ui, Review& review, ui::Rect at, ui::SegmentFit fit);
float target_switch_width(ui::Ui& ui, const Review& review);
// A list of tables that opens below, where there is no room for the card of tables.
void draw_table_select(ui::Ui& ui, Review& review, ui::Rect at);
void draw_only_decisions(ui::Ui& ui, Review& review, ui::Rect at);

// The bar of a column's storage classes, 6 high.
void draw_found_bar(ui::Ui& ui, ui::Rect at, const CellCounts& cells, std::string_view spoken);

// What a row is called where it stands alone: "bookings.starts_at, Mixed dates".
std::string spoken_row(const ReviewRow& row);
std::string choice_name(const ReviewRow& row);
// What stands where nothing is to be chosen, or the choice that somebody made there.
std::string settled_words(const ReviewRow& row);
// "39 more columns, nothing to decide".
std::string hidden_words(const Review& review, int64_t hidden);

// Moves through `rows` with the arrows, chooses with the digits. True when it moved; then the row
// is Review::row and gets the keyboard.
bool follow_row_keys(ui::Ui& ui, Desk& desk, const ShownRows& shown);

}  // namespace fairway

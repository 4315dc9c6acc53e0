// The parts of the usage page. Each draws from the top of `at` and returns its height.
#pragma once

#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {

float draw_spent(ui::Ui& ui, Desk& desk, ui::Rect at);
// As high as `at`, where that is higher.
float draw_days(ui::Ui& ui, Desk& desk, ui::Rect at);
float sums_height(const message::Usage& usage);
float draw_sums(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_months(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_calls(ui::Ui& ui, Desk& desk, ui::Rect at);
void draw_call_details(ui::Ui& ui, Desk& desk);

// The dialog in which a limit is changed, while it is open.
void draw_limit_dialog(ui::Ui& ui, Desk& desk, LimitEditor& editor, std::string_view whose);

}  // namespace fairway

// The parts of an app's page. Each draws from the top of `at` and returns its height.
#pragma once

#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {

float draw_app_keys(ui::Ui& ui, Desk& desk, ui::Rect at);
void draw_key_dialog(ui::Ui& ui, Desk& desk);
void draw_revoke_dialog(ui::Ui& ui, Desk& desk);

}  // namespace fairway

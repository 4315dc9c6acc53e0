// The frame of a deployment that runs or has ended: what is drawn inside it.
#pragma once

#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {

// What the right side (on phones: the middle) shows.
void draw_work(ui::Ui& ui, Desk& desk, ui::Rect area);     // tables, log
void draw_sending(ui::Ui& ui, Desk& desk, ui::Rect area);  // upload before the first step
void draw_live(ui::Ui& ui, Desk& desk, ui::Rect area);
void draw_stopped(ui::Ui& ui, Desk& desk, ui::Rect area);  // failed, needs you, cancelled
void draw_report(ui::Ui& ui, Desk& desk);                  // a dialog of its own

// The log from the top of `area` to its bottom; only lines of `step` when one is named.
void draw_log(ui::Ui& ui, Desk& desk, ui::Rect area, const std::string& step);
// Plain text of the log, for Copy.
std::string log_text(const message::Deployment& deployment);

// "Sending 3.2 of 8.1 MB", by the stage.
std::string upload_words(const Upload& upload);
float upload_fraction(const Upload& upload);

// How long the deployment has been going on, or took.
int64_t elapsed_ms(const State& state);
// How long one step has been going on, or took; 0 when it has not begun.
int64_t step_elapsed_ms(const State& state, const message::Step& step);

// Steps as they are shown: those of the deployment, or of the plan while nothing has begun.
std::vector<message::Step> steps_to_show(const State& state);

}  // namespace fairway

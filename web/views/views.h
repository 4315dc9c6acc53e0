// The screens: functions from State to what is drawn, and the clicks that start actions.
//
// Each draws into the rectangle it is given, or over everything (dialogs, palette, toasts). They
// keep nothing between frames; what the person opened or typed is in State. Order of calls is
// reading order. Words and sizes are the design's.
#pragma once

#include "web/actions/dashboard.h"
#include "web/app.h"
#include "web/ui/ui.h"

namespace fairway {

// What a view may touch: the dashboard with its State and tasks, and the page's shell.
struct Desk {
  Dashboard& dashboard;
  State& state;
  Shell& shell;
};

// Everything that is on screen now, and the shortcuts that work everywhere.
void draw_app(ui::Ui& ui, Desk& desk);

void draw_sign_in(ui::Ui& ui, Desk& desk, ui::Rect page);
void draw_session_ended(ui::Ui& ui, Desk& desk);

void draw_top_bar(ui::Ui& ui, Desk& desk, ui::Rect bar);
void draw_bottom_bar(ui::Ui& ui, Desk& desk, ui::Rect bar);

void draw_projects(ui::Ui& ui, Desk& desk, ui::Rect page);
void draw_projects_empty(ui::Ui& ui, Desk& desk, ui::Rect page);
void draw_project_filters(ui::Ui& ui, Desk& desk, ui::Rect row);
void draw_project_card(ui::Ui& ui, Desk& desk, ui::Rect at, const Card& card);
float project_card_height(ui::Ui& ui);

void draw_usage(ui::Ui& ui, Desk& desk, ui::Rect page);
// Keys and limit of one app.
void draw_app_page(ui::Ui& ui, Desk& desk, ui::Rect page);
void draw_activity(ui::Ui& ui, Desk& desk, ui::Rect page);

// The deploy dialog: the choices, or the work and its result.
void draw_deploy(ui::Ui& ui, Desk& desk);
void draw_choices(ui::Ui& ui, Desk& desk);
void draw_choices_phone(ui::Ui& ui, Desk& desk);
void draw_progress(ui::Ui& ui, Desk& desk);

// The migration review, in place of a page.
void draw_review(ui::Ui& ui, Desk& desk, ui::Rect page);

void draw_palette(ui::Ui& ui, Desk& desk);
void draw_toasts(ui::Ui& ui, Desk& desk);

// Does what a command of the palette says.
void run_command(Desk& desk, const Command& command);

// The main action of a card: opens the dialog, or the place where its problem is.
void open_card(Desk& desk, const std::string& project_id);

}  // namespace fairway

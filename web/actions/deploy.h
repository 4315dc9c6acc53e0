// The deploy dialog: looking, choosing, starting, following, and what comes after.
//
// Opening starts nothing. Starting uploads what the edge does not have yet (upload.h) and then asks
// for a deployment with a key that is kept in this browser until it was answered, so neither a
// reload, nor a second tab, nor an impatient second press makes a second one. Closing the dialog
// stops nothing. Everything can be opened again by project.
#pragma once

#include <string>

#include "web/actions/dashboard.h"

namespace fairway {

// At the choices, unless a deployment goes on or the last one stopped.
void open_deploy(Dashboard& dashboard, const std::string& project_id);
// At the last deployment, whatever came of it; at the choices when there was none.
void open_project(Dashboard& dashboard, const std::string& project_id);
void close_deploy(Dashboard& dashboard);

// Uploads and starts; does nothing while this is under way already.
void start_deployment(Dashboard& dashboard);

// When the project of the open dialog has an active deployment (started by another tab, or before a
// reload), the dialog follows it.
void adopt_active_deployment(Dashboard& dashboard);

// After the connection or the session came back.
void resume_deploy(Dashboard& dashboard);

// Loads the plan again, after something it depends on has changed.
void reload_plan(Dashboard& dashboard);

// Compares the preview's schema with production's, once both plan and preview are known; nothing
// before the first deployment. A yes holds until something else would be lost.
void look_at_changes(Dashboard& dashboard);

void cancel_deployment(Dashboard& dashboard);
void retry_deployment(Dashboard& dashboard);

// From a deployment that ended back to the choices.
void choose_again(Dashboard& dashboard);

// Seals what was pasted, or the one variable being edited; removes one.
void apply_pasted(Dashboard& dashboard);
void save_variable(Dashboard& dashboard);
void remove_variable(Dashboard& dashboard, const std::string& name);

void download_report(Dashboard& dashboard);
void copy_text(Dashboard& dashboard, const std::string& text, std::string_view what);
// The same for what nobody behind the person may read: the toast does not repeat it.
void copy_secret(Dashboard& dashboard, const std::string& text, std::string_view what);

// The text that goes with "Copy report": what stopped, where, and the id to quote.
std::string report_text(const State& state);

// Milliseconds until a deployment is asked for again: soon while it moves, slower while it does
// not.
int64_t poll_pause_ms(int64_t unchanged_polls);

}  // namespace fairway

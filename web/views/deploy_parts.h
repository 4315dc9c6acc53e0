// The sections of the deploy dialog, on a desktop beside each other's labels, on a phone in sheets.
#pragma once

#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {

// Label and caption at the left, content beside them, a line below. On phones content only.
struct Section {
  Section(ui::Ui& ui, ui::Rect at, std::string_view label, std::string_view caption);
  // Draws the line below content of this height; returns the height of the whole section.
  float end(float content_height);

  ui::Rect content;

 private:
  ui::Ui& ui_;
  ui::Rect at_;
  ui::Scope scope_;
  float label_height_;
  float padding_;
};

// Each draws from the top of `at` and returns its height.
float draw_database_section(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_hosting_section(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_data_section(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_environment_section(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_services_section(ui::Ui& ui, Desk& desk, ui::Rect at);
float draw_domain_section(ui::Ui& ui, Desk& desk, ui::Rect at);

// What becomes of production's rows: the choice, and the yes where something would be lost.
float draw_production_rows(ui::Ui& ui, Desk& desk, ui::Rect at, const LocalPreview& preview);
// Why the changes of production's schema hold the deployment up; "" where they do not.
std::string why_changes_wait(const DeployDialog& dialog);

// "7 tables, 7,474 rows", or what is wrong, for one line.
std::string data_summary(const State& state);
std::string environment_summary(const State& state);
std::string services_summary(const State& state);

// The list of steps that will happen.
float draw_plan_steps(ui::Ui& ui, const State& state, ui::Rect at);
// Costs line by line and the sum of a month.
float draw_costs(ui::Ui& ui, const message::Plan& plan, ui::Rect at);
// Whether the app's calls are paid for through Fairway.
bool sells_calls(const message::Plan& plan);
// The button that starts it all, with Command+Enter.
void draw_deploy_button(ui::Ui& ui, Desk& desk, ui::Rect at);
// Why it cannot be started, in one sentence; empty when it can.
std::string why_not_deploy(const State& state);

// Blockers of the plan that no section shows itself.
std::vector<message::Blocker> loose_blockers(const State& state);

}  // namespace fairway

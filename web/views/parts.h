// Drawings that several screens share and the widget layer does not have.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "web/api_client/messages.h"
#include "web/state/projects.h"
#include "web/state/state.h"
#include "web/ui/ui.h"

namespace fairway {

// A tinted zone with what is wrong: message, then hint. Returns its height. Width from `at`.
float problem_zone(ui::Ui& ui, ui::Rect at, const Failure& failure, ui::Mood mood = ui::Mood::bad);

// The three sentences about the Builder, one click, and live. Returns the height.
float draw_three_facts(ui::Ui& ui, ui::Rect at);

// A circle of 20 with a number, a tick, a cross or the arc, by the state of a step.
enum class CircleEdge : uint8_t { outline, border };
void number_circle(ui::Ui& ui, ui::Rect at, int number, CircleEdge edge);
void step_circle(ui::Ui& ui, ui::Rect at, message::StepState state, int number);

// The marks of eight steps by their states.
std::vector<ui::Mark> marks_of(const message::Deployment& deployment);
std::vector<ui::Mark> marks_of(const message::DeploymentSummary& deployment);

// "Carry data" at step 3: the step that runs, failed, or comes next; -1 when all are done.
int current_step(const message::Deployment& deployment);

// How much of a running step is done, 0..1, where it counts something; else a half.
float step_fraction(const message::Step& step);

ui::Status status_dot(CardStatus status);

// The steps of the plan. What this tab has counted stands in place of what the edge knows, since
// the edge only knows what was sent to it last.
std::vector<message::PlanStep> planned_steps(const State& state);

// A table of two columns, label over or beside the words; returns the height.
float label_line(ui::Ui& ui, ui::Rect at, std::string_view label, std::string_view words,
                 std::string_view strong = {});

// 13 px, second rank, up to the width; returns the height.
float small_paragraph(ui::Ui& ui, ui::Rect at, std::string_view words,
                      ui::Tone tone = ui::Tone::text_2);

// The address of the Builder, at a project or at its start page.
std::string builder_address(const std::string& project_id);

}  // namespace fairway

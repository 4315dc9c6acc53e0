#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/state/words.h"
#include "web/views/progress_parts.h"

namespace fairway {
namespace {

using message::DeploymentStatus;

const message::Deployment* deployment_of(const State& state) {
  return state.deploy->deployment.value ? &*state.deploy->deployment.value : nullptr;
}

bool upload_has_failed(const State& state) {
  return find_upload(state, state.deploy->project_id).stage == Upload::Stage::failed;
}

bool is_sending(const State& state) {
  return find_upload(state, state.deploy->project_id).active();
}

bool is_at_work(const State& state) {
  if (is_sending(state)) return true;
  const message::Deployment* deployment = deployment_of(state);
  return !upload_has_failed(state) &&
         (deployment == nullptr || message::is_active(deployment->status));
}

// A deployment that was asked for and could not be read: the frame says why.
bool cannot_be_read(const State& state) {
  return deployment_of(state) == nullptr && !is_sending(state) && !upload_has_failed(state) &&
         state.deploy->deployment.failed() &&
         state.deploy->deployment.failure.code != "no_answer" &&
         state.deploy->deployment.failure.code != "signed_out";
}

std::string title_of(const State& state) {
  const std::string& name = state.deploy->project_name;
  if (is_sending(state)) return cat({"Deploying ", name});
  if (upload_has_failed(state)) return cat({name, " was not deployed"});
  const message::Deployment* deployment = deployment_of(state);
  if (deployment == nullptr) return cat({"Deploying ", name});
  switch (deployment->status) {
    case DeploymentStatus::queued:
    case DeploymentStatus::running:
      return cat({"Deploying ", name});
    case DeploymentStatus::cancelling:
      return cat({"Cancelling ", name});
    case DeploymentStatus::live:
      return cat({name, " is live"});
    case DeploymentStatus::cancelled:
    case DeploymentStatus::failed:
      return cat({name, " was not deployed"});
    case DeploymentStatus::needs_you:
      return cat({name, " needs you"});
  }
  return name;
}

std::string spoken_marks(const State& state) {
  const message::Deployment* deployment = deployment_of(state);
  if (deployment == nullptr) return "0 of 8";
  const int current = current_step(*deployment);
  if (current < 0) return "8 of 8";
  return cat(
      {decimal(current + 1), " of 8, ", deployment->steps[static_cast<size_t>(current)].title});
}

void draw_marks(ui::Ui& ui, const State& state, ui::Rect at) {
  const message::Deployment* deployment = deployment_of(state);
  ui::MarksOptions options{.size = ui::MarkSize::big};
  std::vector<ui::Mark> marks(message::deploy_steps_total, ui::Mark::waiting);
  if (deployment != nullptr) {
    marks = marks_of(*deployment);
    const int current = current_step(*deployment);
    if (current >= 0) {
      options.running_fraction = step_fraction(deployment->steps[static_cast<size_t>(current)]);
    }
  }
  ui::eight_marks(ui, at, marks, spoken_marks(state), options);
}

// Title, time, close, and the eight marks below. True when Close was pressed.
bool draw_head(ui::Ui& ui, const State& state, ui::Rect head) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float side = is_phone ? 16.0F : 24.0F;
  ui::Rect row = ui::with_height(head, is_phone ? 56.0F : 60.0F);
  ui::cut_left(row, side);
  ui::cut_right(row, is_phone ? 8.0F : 16.0F);
  const float size = ui.touch() ? 44.0F : 32.0F;
  const bool closed = ui::icon_button(ui, ui::middle(ui::cut_right(row, size), size), ui::Icon::x,
                                      "Close", {.kind = ui::ButtonKind::quiet});
  ui::cut_right(row, is_phone ? 0.0F : 8.0F);
  const int64_t elapsed = elapsed_ms(state);
  if (elapsed > 0) {
    ui::text_right(ui, row, elapsed_words(elapsed),
                   ui::with(ui::with(ui::style::control, ui::Tone::text_2), ui::Digits::tabular),
                   12);
  }
  ui::heading(ui, row, title_of(state), 2, ui::style::section);
  draw_marks(ui, state,
             {head.x + side, head.y + (is_phone ? 56.0F : 60.0F), head.width - 2 * side, 6});
  ui::divider(ui, {head.x, head.bottom() - 1, head.width, 1});
  return closed;
}

std::string step_time(const State& state, const message::Step& step) {
  const int64_t elapsed = step_elapsed_ms(state, step);
  return elapsed > 0 ? duration_words(elapsed) : std::string();
}

bool has_begun(message::StepState state) {
  return state != message::StepState::waiting && state != message::StepState::skipped;
}

void draw_step(ui::Ui& ui, const State& state, ui::Rect row, const message::Step& step,
               int number) {
  const bool runs =
      step.state == message::StepState::running || step.state == message::StepState::undoing;
  const bool failed = step.state == message::StepState::failed;
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = step.name, .box = row});
  const ui::Rect fill =
      ui::shrunk(row, ui.width_class() == ui::WidthClass::phone ? 4.0F : 12.0F, 0);
  if (runs) ui::box(ui, fill, {.fill = ui::Tone::accent_soft, .radius = 10});
  if (failed) ui::box(ui, fill, {.fill = ui::Tone::bad_soft, .radius = 10});
  ui::Rect inside = ui::shrunk(fill, 12, 10);
  ui::Rect circle = ui::cut_left(inside, 20, 11);
  step_circle(ui, {circle.x, circle.y + 1, 20, 20}, step.state, number);
  ui::Rect line = ui::cut_top(inside, 20, 2);
  const std::string time = step_time(state, step);
  if (!time.empty()) {
    const ui::TextStyle style = runs ? ui::with(ui::style::caption_strong, ui::Tone::accent_text)
                                     : ui::with(ui::style::caption, ui::Tone::text_3);
    ui::text_right(ui, line, time, ui::with(style, ui::Digits::tabular), 8);
  }
  ui::text(ui, line, step.title,
           has_begun(step.state) ? ui::style::control_strong
                                 : ui::with(ui::style::control, ui::Tone::text_2));
  ui::text(
      ui, inside, step.detail,
      ui::with(ui::style::caption, has_begun(step.state) ? ui::Tone::text_2 : ui::Tone::text_3));
}

void draw_steps(ui::Ui& ui, const State& state, ui::Rect column) {
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Steps", .box = column});
  const auto steps = steps_to_show(state);
  float y = column.y + 12;
  for (size_t i = 0; i < steps.size(); ++i) {
    draw_step(ui, state, {column.x, y, column.width, 58}, steps[i], static_cast<int>(i) + 1);
    y += 58;
  }
}

// On a phone a row has one line, and the running one also its detail and a bar.
float draw_step_phone(ui::Ui& ui, const State& state, ui::Rect row, const message::Step& step,
                      int number) {
  const bool runs =
      step.state == message::StepState::running || step.state == message::StepState::undoing;
  const bool failed = step.state == message::StepState::failed;
  row.height = runs ? 76.0F : 48.0F;
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = step.name, .box = row});
  if (runs) ui::box(ui, row, {.fill = ui::Tone::accent_soft, .radius = 10});
  if (failed) ui::box(ui, row, {.fill = ui::Tone::bad_soft, .radius = 10});
  ui::Rect inside = ui::shrunk(row, 12, 0);
  step_circle(ui, ui::middle(ui::cut_left(inside, 20, 12), 20), step.state, number);
  ui::Rect lines = ui::middle(inside, runs ? 52.0F : 20.0F);
  ui::Rect line = ui::cut_top(lines, 20, 4);
  const std::string time = step_time(state, step);
  if (!time.empty()) {
    const ui::TextStyle style = runs ? ui::with(ui::style::caption_strong, ui::Tone::accent_text)
                                     : ui::with(ui::style::caption, ui::Tone::text_3);
    ui::text_right(ui, line, time, ui::with(style, ui::Digits::tabular), 8);
  }
  ui::text(
      ui, line, step.title,
      has_begun(step.state) ? ui::style::body_strong : ui::with(ui::style::body, ui::Tone::text_2));
  if (runs) {
    ui::text(ui, ui::cut_top(lines, 16, 6), step.detail,
             ui::with(ui::style::caption, ui::Tone::text_2));
    ui::progress_bar(ui, ui::cut_top(lines, 4), step_fraction(step), step.detail);
  }
  return row.height;
}

void draw_right(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const State& state = desk.state;
  if (is_sending(state)) {
    draw_sending(ui, desk, area);
    return;
  }
  const message::Deployment* deployment = deployment_of(state);
  if (upload_has_failed(state) || cannot_be_read(state) ||
      (deployment != nullptr && (deployment->status == DeploymentStatus::failed ||
                                 deployment->status == DeploymentStatus::needs_you ||
                                 deployment->status == DeploymentStatus::cancelled))) {
    draw_stopped(ui, desk, area);
  } else if (deployment != nullptr && deployment->status == DeploymentStatus::live) {
    draw_live(ui, desk, area);
  } else {
    draw_work(ui, desk, area);
  }
}

void draw_body_phone(ui::Ui& ui, Desk& desk, ui::Rect body) {
  const State& state = desk.state;
  if (!is_at_work(state) || is_sending(state)) {
    draw_right(ui, desk, body);
    return;
  }
  ui::Scroll scroll(ui, body, "Steps");
  const ui::Rect content = scroll.content();
  float y = content.y + 8;
  const auto steps = steps_to_show(state);
  {
    ui::Scope list(ui, {.role = ui::Role::list, .name = "Steps", .box = content});
    for (size_t i = 0; i < steps.size(); ++i) {
      const ui::Rect row{content.x + 4, y, content.width - 8, 48};
      y += draw_step_phone(ui, state, row, steps[i], static_cast<int>(i) + 1);
    }
  }
  y += 8;
  ui::divider(ui, {content.x, y, content.width, 1});
  const ui::Rect log{content.x, y, content.width, std::max(220.0F, body.bottom() - y)};
  draw_log(ui, desk, log, "");
  scroll.took(log.bottom() - content.y);
}

std::string foot_words(ui::Ui& ui, const State& state) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  if (is_sending(state)) {
    if (is_phone) return "Keep this tab open until everything is sent.";
    return "Keep this tab open until everything is sent. What is sent stays sent.";
  }
  if (upload_has_failed(state) || cannot_be_read(state)) return "";
  const message::Deployment* deployment = deployment_of(state);
  if (deployment == nullptr || message::is_active(deployment->status)) {
    if (state.deploy->cancel == CancelStage::sending ||
        (deployment != nullptr && deployment->status == DeploymentStatus::cancelling)) {
      return "What was made is being taken away.";
    }
    if (is_phone) return "You can close this. The deployment goes on.";
    return "You can close this. The deployment goes on, and its card shows the progress.";
  }
  if (deployment->status == DeploymentStatus::live && deployment->release > 0) {
    return cat({"Release ", decimal(deployment->release), ", deployed ",
                moment_words(deployment->ended_at_ms)});
  }
  return "";
}

bool can_cancel(const State& state) {
  const message::Deployment* deployment = deployment_of(state);
  return deployment != nullptr && !is_sending(state) &&
         (deployment->status == DeploymentStatus::queued ||
          deployment->status == DeploymentStatus::running);
}

// True when Close was pressed.
bool draw_foot(ui::Ui& ui, Desk& desk, ui::Rect foot) {
  State& state = desk.state;
  DeployDialog& dialog = *state.deploy;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  bool closed = false;
  ui::ButtonOptions cancel{.kind = ui::ButtonKind::danger,
                           .size = is_phone ? ui::ButtonSize::main : ui::ButtonSize::control};
  if (dialog.cancel == CancelStage::sending) cancel.busy_word = "Cancelling";
  const ui::TextStyle style =
      ui::with(is_phone ? ui::style::caption : ui::style::control, ui::Tone::text_2);
  if (is_phone) {
    ui::Rect rest = ui::shrunk(foot, 0, 12);
    ui::text(ui, ui::cut_top(rest, 16, 10), foot_words(ui, state), style);
    if (can_cancel(state)) {
      if (ui::button(ui, ui::cut_top(rest, 44), "Cancel deployment", cancel)) {
        dialog.cancel = CancelStage::asked;
      }
    }
    return false;
  }
  if (ui::button_right(ui, foot, "Close", {}, 12)) closed = true;
  if (can_cancel(state) && ui::button_right(ui, foot, "Cancel deployment", cancel, 12)) {
    dialog.cancel = CancelStage::asked;
  }
  const bool is_live = !is_at_work(state) && deployment_of(state) != nullptr &&
                       deployment_of(state)->status == DeploymentStatus::live &&
                       !upload_has_failed(state);
  if (is_live && ui::button_right(ui, foot, "Deploy again", {.kind = ui::ButtonKind::quiet}, 12)) {
    choose_again(desk.dashboard);
    return closed;
  }
  ui::text(ui, foot, foot_words(ui, state), style);
  return closed;
}

void draw_cancel_question(ui::Ui& ui, Desk& desk) {
  DeployDialog& dialog = *desk.state.deploy;
  if (dialog.cancel != CancelStage::asked) return;
  if (!can_cancel(desk.state)) {
    dialog.cancel = CancelStage::none;
    return;
  }
  ui::Dialog question(ui, {.title = "Cancel this deployment?",
                           .kind = ui::DialogKind::alert,
                           .width = 460,
                           .height = 220,
                           .foot_height = 64});
  ui::text_block(ui, ui::shrunk(question.body, 24, 16),
                 "What it has made so far is taken away again. The preview in the Builder and an "
                 "app that is live already stay as they are.",
                 ui::wrapped(ui::with(ui::style::body, ui::Tone::text_2)));
  ui::Rect foot = question.foot;
  if (ui::button_right(ui, foot, "Cancel and remove", {.kind = ui::ButtonKind::danger_fill})) {
    cancel_deployment(desk.dashboard);
  }
  const bool goes_on = ui::button_right(ui, foot, "Go on deploying", {});
  if ((goes_on || question.wants_close()) && dialog.cancel == CancelStage::asked) {
    dialog.cancel = CancelStage::none;
  }
}

float foot_height(ui::Ui& ui, const State& state) {
  if (ui.width_class() != ui::WidthClass::phone) return 64;
  if (can_cancel(state)) return 98;
  return foot_words(ui, state).empty() ? 0.0F : 44.0F;
}

}  // namespace

void draw_progress(ui::Ui& ui, Desk& desk) {
  State& state = desk.state;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  bool wants_close = false;
  {
    const std::string title = title_of(state);
    ui::Dialog dialog(ui, {.title = title,
                           .key = "deploy",
                           .width = 1160,
                           .height = 732,
                           .foot_height = foot_height(ui, state),
                           .title_shown = ui::DialogOptions::Title::spoken});
    ui::Rect body = dialog.body;
    wants_close = draw_head(ui, state, ui::cut_top(body, is_phone ? 79.0F : 87.0F));
    if (is_phone) {
      draw_body_phone(ui, desk, body);
    } else {
      const bool is_tablet = ui.width_class() == ui::WidthClass::tablet;
      const ui::Rect left = ui::cut_left(body, is_tablet ? 260.0F : 356.0F);
      draw_steps(ui, state, left);
      ui::divider_down(ui, {left.right() - 1, left.y, 1, left.height});
      draw_right(ui, desk, body);
    }
    if (dialog.foot.width > 0 && draw_foot(ui, desk, dialog.foot)) wants_close = true;
    wants_close = wants_close || dialog.wants_close();
  }
  if (state.deploy && is_at_work(state)) ui.wake_at(ui.now_ms() + 1000);
  if (state.deploy) draw_cancel_question(ui, desk);
  if (state.deploy && state.deploy->report_open) draw_report(ui, desk);
  if (wants_close) close_deploy(desk.dashboard);
}

}  // namespace fairway

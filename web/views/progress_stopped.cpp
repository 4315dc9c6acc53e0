#include <algorithm>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/actions/session.h"
#include "web/state/reactions.h"
#include "web/state/words.h"
#include "web/views/progress_parts.h"

namespace fairway {
namespace {

using message::DeploymentStatus;

// Everything the frame says about a deployment that stopped.
struct Stop {
  Failure failure;
  std::string request_id;
  std::string where;  // "Stopped at 5 of 8, Publish site"
  std::string headline;
  std::string happened;
  std::string kept;
  std::string who;
  std::string step;      // whose log is of interest
  bool started = false;  // a deployment exists
  bool by_person = false;
};

std::string first_sentence(const std::string& text) {
  const size_t end = text.find(". ");
  std::string sentence = end == std::string::npos ? text : text.substr(0, end);
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

std::string was_live_words(const State& state) {
  const Card* card = find_card(state, state.deploy->project_id);
  const bool is_live = card != nullptr && card->app && card->app->last_deployed_at_ms > 0;
  return is_live ? "What was live before is still live."
                 : "Nothing was live before, and nothing is live now.";
}

std::string kept_words(const message::Deployment& deployment) {
  if (deployment.left_over.empty()) return "The preview in the Builder. Nothing else is left.";
  std::vector<std::string> names;
  for (const message::LeftOver& left : deployment.left_over) {
    std::string words = cat({left.kind, " ", left.name});
    if (!left.why.empty()) words += cat({" (", left.why, ")"});
    names.push_back(std::move(words));
  }
  return cat({"The preview in the Builder, and what could not be taken away yet: ",
              join(names, "; "), "."});
}

Stop stop_of_upload(const Upload& upload) {
  Stop stop;
  stop.failure = upload.problem;
  stop.where = "Stopped before step 1";
  stop.headline = first_sentence(upload.problem.message);
  stop.happened = "The project was not sent completely, so no deployment was started.";
  stop.kept = "Everything in the Builder. Parts that were sent are not sent again.";
  if (upload.problem.code == "no_answer") {
    stop.headline = "The connection was lost while the project was sent";
    stop.failure.message = "Fairway did not answer this browser.";
    stop.failure.hint = "It goes on by itself as soon as Fairway answers again.";
    stop.who = "Nobody, unless this computer is offline";
  }
  return stop;
}

Stop stop_of_reading(const DeployDialog& dialog) {
  Stop stop;
  stop.failure = dialog.deployment.failure;
  stop.where = "The deployment could not be read";
  stop.headline = first_sentence(stop.failure.message);
  stop.happened = "This page could not read how far the deployment is. It may go on.";
  stop.kept = "Everything.";
  return stop;
}

Stop stop_of_deployment(const State& state, const message::Deployment& deployment) {
  Stop stop;
  stop.started = true;
  stop.by_person = deployment.status == DeploymentStatus::cancelled;
  if (deployment.problem) {
    stop.failure = deployment.problem->failure;
    stop.request_id = deployment.problem->request_id;
  }
  const int at = current_step(deployment);
  std::string place = "before step 1";
  if (at >= 0) {
    const message::Step& step = deployment.steps[static_cast<size_t>(at)];
    place = cat({"at ", decimal(at + 1), " of 8, ", step.title});
    stop.step = step.name;
  }
  stop.kept = kept_words(deployment);
  if (stop.by_person) {
    stop.where = "Cancelled";
    stop.headline = "You cancelled this deployment";
    stop.happened = cat({"What it had made was taken away. ", was_live_words(state)});
    return stop;
  }
  stop.where = cat({"Stopped ", place});
  stop.headline = first_sentence(stop.failure.message);
  if (stop.headline.empty()) stop.headline = "The deployment did not finish";
  stop.happened = cat({"The deployment stopped ", place, ". ", was_live_words(state)});
  return stop;
}

Stop stop_of(const State& state) {
  const DeployDialog& dialog = *state.deploy;
  const Upload& upload = find_upload(state, dialog.project_id);
  if (upload.stage == Upload::Stage::failed) return stop_of_upload(upload);
  if (!dialog.deployment.value) return stop_of_reading(dialog);
  return stop_of_deployment(state, *dialog.deployment.value);
}

void leave_for_choices(Desk& desk, Sheet sheet) {
  State& state = desk.state;
  state.uploads.erase(state.deploy->project_id);
  choose_again(desk.dashboard);
  if (sheet == Sheet::environment) state.deploy->environment.open = true;
  state.deploy->sheet = sheet;
}

void try_again(Desk& desk, const Stop& stop) {
  State& state = desk.state;
  if (stop.started) {
    retry_deployment(desk.dashboard);
  } else if (find_upload(state, state.deploy->project_id).stage == Upload::Stage::failed) {
    start_deployment(desk.dashboard);
  } else {
    resume_deploy(desk.dashboard);
  }
}

void take_next_step(ui::Ui& ui, Desk& desk, const Stop& stop, NextStep next) {
  const Sheet no_sheet = Sheet::none;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  switch (next) {
    case NextStep::try_again:
      try_again(desk, stop);
      return;
    case NextStep::fix_data:
      leave_for_choices(desk, is_phone ? Sheet::data : no_sheet);
      return;
    case NextStep::fix_environment: {
      leave_for_choices(desk, is_phone ? Sheet::environment : no_sheet);
      desk.state.deploy->environment.open = true;
      return;
    }
    case NextStep::fix_in_builder:
      desk.dashboard.browser.go_to(builder_address(desk.state.deploy->project_id));
      return;
    case NextStep::choose_again:
      leave_for_choices(desk, no_sheet);
      return;
    case NextStep::sign_in:
      sign_in_elsewhere(desk.dashboard);
      return;
    case NextStep::copy_report:
      copy_text(desk.dashboard, report_text(desk.state), "Report");
      return;
  }
}

float draw_buttons(ui::Ui& ui, Desk& desk, ui::Rect at, const Stop& stop) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const ui::ButtonSize size = is_phone ? ui::ButtonSize::main : ui::ButtonSize::large;
  const NextStep next = stop.by_person ? NextStep::choose_again : next_step_of(stop.failure);
  ui::ButtonOptions primary{.kind = ui::ButtonKind::primary, .size = size};
  if (desk.state.deploy->retrying) primary.busy_word = "Starting";
  const std::string_view words = stop.by_person ? "Deploy again" : next_step_words(next);
  const bool offers_choices = next != NextStep::choose_again && stop.where != "Cancelled";
  const ui::ButtonOptions quiet{.kind = ui::ButtonKind::quiet, .size = size};
  bool acts = false;
  bool chooses = false;
  float height = 40;
  if (is_phone) {
    ui::Rect rest = at;
    rest.height = 96;
    acts = ui::button(ui, ui::cut_top(rest, 44, 8), words, primary);
    if (offers_choices)
      chooses = ui::button(ui, ui::cut_top(rest, 44), "Change the choices", quiet);
    height = offers_choices ? 96 : 44;
  } else {
    ui::Rect row = ui::with_height(at, 40);
    acts = ui::button_left(ui, row, words, primary);
    if (offers_choices) chooses = ui::button_left(ui, row, "Change the choices", quiet);
  }
  if (acts) {
    take_next_step(ui, desk, stop, next);
  } else if (chooses) {
    leave_for_choices(desk, Sheet::none);
  }
  return height;
}

float draw_lines(ui::Ui& ui, const Stop& stop, ui::Rect at) {
  float y = at.y;
  const auto line = [&](std::string_view label, std::string_view words,
                        std::string_view strong = {}) {
    y += label_line(ui, {at.x, y, at.width, 0}, label, words, strong);
  };
  line("What happened", stop.happened);
  if (!stop.by_person) {
    line("Why", stop.failure.message.empty() ? "No reason was given." : stop.failure.message);
    const std::string who = stop.who.empty() ? std::string(who_must_act(stop.failure)) : stop.who;
    line("Who must act", stop.failure.hint.empty() ? "." : cat({". ", stop.failure.hint}), who);
  }
  line("What is kept", stop.kept);
  line("What it cost", "$0.00");
  return y - at.y;
}

// The log of the step, and the id to quote.
float draw_last_row(ui::Ui& ui, Desk& desk, ui::Rect at, const Stop& stop) {
  DeployDialog& dialog = *desk.state.deploy;
  ui::divider(ui, {at.x, at.y, at.width, 1});
  ui::Rect row{at.x, at.y + 10, at.width, 32};
  const std::string id = !stop.request_id.empty() ? stop.request_id : dialog.deployment_id;
  if (!id.empty()) {
    if (ui::button_right(ui, row, "Copy",
                         {.kind = ui::ButtonKind::quiet,
                          .size = ui::ButtonSize::small,
                          .icon = ui::Icon::copy,
                          .spoken_name = "Copy the id to quote"})) {
      copy_text(desk.dashboard, report_text(desk.state), "Report");
    }
    ui::text_right(ui, row, id, ui::with(ui::style::mono, ui::Tone::text_3), 8);
  }
  const bool has_log = dialog.deployment.value && !dialog.deployment.value->log.empty();
  if (!has_log) return 52;
  const std::string_view words = dialog.log_open ? "Hide the log" : "Log of this step";
  const ui::ButtonOptions options{.kind = ui::ButtonKind::link,
                                  .icon = dialog.log_open ? ui::Icon::down : ui::Icon::right};
  if (ui::button_left(ui, row, words, options)) dialog.log_open = !dialog.log_open;
  if (!dialog.log_open) return 52;
  const ui::Rect log{at.x, at.y + 52, at.width, 240};
  ui::box(ui, log, {.fill = ui::Tone::inset, .radius = 8});
  draw_log(ui, desk, log, stop.step);
  return 52 + 252;
}

}  // namespace

void draw_stopped(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const Stop stop = stop_of(desk.state);
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float side = is_phone ? 16.0F : 32.0F;
  ui::Scroll scroll(ui, area, "What stopped");
  const ui::Rect content = scroll.content();
  ui::Column column{
      {content.x + side, content.y + (is_phone ? 20.0F : 28.0F), content.width - 2 * side, 0}};
  ui::Rect line = column.next(20);
  const ui::Tone tone = stop.by_person ? ui::Tone::text_2 : ui::Tone::bad;
  if (!stop.by_person) ui::icon(ui, ui::cut_left(line, 16, 8), ui::Icon::warn, 16, tone);
  ui::text(ui, line, stop.where, ui::with(ui::style::control_strong, tone));
  column.skip(is_phone ? 6.0F : 8.0F);
  const ui::TextStyle title =
      ui::wrapped(is_phone ? ui::style::dialog_title : ui::style::page_title);
  const float title_height = ui::text_height(ui, stop.headline, title, column.area.width);
  ui::heading(ui, column.next(title_height), stop.headline, 3, title);
  column.skip(is_phone ? 16.0F : 20.0F);
  const ui::Rect buttons{column.area.x, column.y, column.area.width, 0};
  column.skip(draw_buttons(ui, desk, buttons, stop) + (is_phone ? 16.0F : 28.0F));
  if (!desk.state.deploy) return;
  const Failure& problem = desk.state.deploy->problem;
  if (!problem.message.empty()) {
    column.skip(problem_zone(ui, {column.area.x, column.y, column.area.width, 0}, problem) + 16);
  }
  column.skip(draw_lines(ui, stop, {column.area.x, column.y, column.area.width, 0}));
  const ui::Rect last{column.area.x, column.y, column.area.width, 0};
  column.skip(draw_last_row(ui, desk, last, stop) + 16);
  scroll.took(column.y - content.y);
}

}  // namespace fairway

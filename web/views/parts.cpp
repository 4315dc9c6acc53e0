#include "web/views/parts.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"

namespace fairway {
namespace {

ui::Tone text_tone_of(ui::Mood mood) {
  switch (mood) {
    case ui::Mood::bad:
      return ui::Tone::bad;
    case ui::Mood::warn:
      return ui::Tone::warn;
    case ui::Mood::ok:
      return ui::Tone::ok;
    case ui::Mood::accent:
      return ui::Tone::accent_text;
    case ui::Mood::plain:
      break;
  }
  return ui::Tone::text_2;
}

struct Fact {
  ui::Icon icon;
  std::string_view title;
  std::string_view words;
};

constexpr std::array<Fact, 3> facts = {{
    {ui::Icon::pen, "In the Builder", "Your app runs in the browser, with a database of its own."},
    {ui::Icon::table, "One click", "Every row is carried across and checked cell by cell."},
    {ui::Icon::globe, "Live", "A public address, from about $0.10 a month."},
}};

float draw_fact(ui::Ui& ui, ui::Rect at, const Fact& fact) {
  ui::Rect head = ui::with_height(at, 20);
  ui::icon(ui, ui::cut_left(head, 20, 8), fact.icon, 20, ui::Tone::accent_text);
  ui::heading(ui, head, fact.title, 2, ui::style::control_strong);
  return 26 + small_paragraph(ui, {at.x, at.y + 26, at.width, 40}, fact.words);
}

}  // namespace

float problem_zone(ui::Ui& ui, ui::Rect at, const Failure& failure, ui::Mood mood) {
  constexpr float padding_x = 12;
  constexpr float padding_y = 10;
  const ui::TextStyle strong = ui::wrapped(ui::with(ui::style::control_strong, text_tone_of(mood)));
  const ui::TextStyle plain = ui::wrapped(ui::with(ui::style::control, ui::Tone::text_2));
  const float width = at.width - 2 * padding_x - 24;
  const float message_height = ui::text_height(ui, failure.message, strong, width);
  const float hint_height =
      failure.hint.empty() ? 0 : ui::text_height(ui, failure.hint, plain, width);
  const float height = message_height + hint_height + 2 * padding_y;
  const ui::Rect box = ui::with_height(at, height);
  ui::Scope scope(ui, {.role = ui::Role::group, .key = failure.code, .box = box});
  ui::zone(ui, box, mood);
  ui::icon(ui, {box.x + padding_x, box.y + padding_y + 2, 16, 16}, ui::Icon::warn, 16,
           text_tone_of(mood));
  const ui::Rect words{box.x + padding_x + 24, box.y + padding_y, width, message_height};
  ui::text_block(ui, words, failure.message, strong);
  if (hint_height > 0) {
    ui::text_block(ui, {words.x, words.bottom(), width, hint_height}, failure.hint, plain);
  }
  return height;
}

float draw_three_facts(ui::Ui& ui, ui::Rect at) {
  float height = 0;
  if (ui.width_class() == ui::WidthClass::phone) {
    for (const Fact& fact : facts) {
      height += draw_fact(ui, {at.x, at.y + height, at.width, 0}, fact) + 20;
    }
    return height - 20;
  }
  for (size_t i = 0; i < facts.size(); ++i) {
    const ui::Rect column = ui::column_of(at, static_cast<int>(i), 3, 24);
    height = std::max(height, draw_fact(ui, column, facts[i]));
  }
  return height;
}

void number_circle(ui::Ui& ui, ui::Rect at, int number, CircleEdge edge) {
  const bool is_outline = edge == CircleEdge::outline;
  ui::box(ui, at,
          {.fill = ui::Tone::none,
           .edge = is_outline ? ui::Tone::outline : ui::Tone::border,
           .edge_width = 1.5F,
           .radius = 10});
  const ui::Tone tone = is_outline ? ui::Tone::text_2 : ui::Tone::text_3;
  ui::text(
      ui, at, decimal(number),
      ui::with(ui::with(ui::with(ui::style::caption, tone), ui::Align::centre), ui::Voice::silent));
}

void step_circle(ui::Ui& ui, ui::Rect at, message::StepState state, int number) {
  switch (state) {
    case message::StepState::waiting:
    case message::StepState::skipped:
      number_circle(ui, at, number, CircleEdge::border);
      return;
    case message::StepState::running:
    case message::StepState::undoing:
      ui::arc(ui, at.middle_x(), at.middle_y(), 8.25F, 1.5F, 0, 1, ui::Tone::border);
      ui::spinner(ui, at, 18, ui::Tone::accent_line);
      return;
    case message::StepState::done:
      ui::box(ui, at, {.fill = ui::Tone::ok_soft, .radius = 10});
      ui::icon(ui, at, ui::Icon::check, 14, ui::Tone::ok);
      return;
    case message::StepState::undone:
      ui::box(ui, at, {.fill = ui::Tone::inset, .radius = 10});
      ui::icon(ui, at, ui::Icon::back, 14, ui::Tone::text_3);
      return;
    case message::StepState::failed:
      ui::box(ui, at, {.fill = ui::Tone::bad_soft, .radius = 10});
      ui::icon(ui, at, ui::Icon::x, 14, ui::Tone::bad);
      return;
  }
}

std::vector<ui::Mark> marks_of(const message::Deployment& deployment) {
  std::vector<ui::Mark> marks;
  for (const message::Step& step : deployment.steps) {
    switch (step.state) {
      case message::StepState::done:
        marks.push_back(ui::Mark::done);
        break;
      case message::StepState::failed:
        marks.push_back(deployment.status == message::DeploymentStatus::cancelled
                            ? ui::Mark::waiting
                            : ui::Mark::failed);
        break;
      case message::StepState::running:
      case message::StepState::undoing:
        marks.push_back(ui::Mark::running);
        break;
      case message::StepState::skipped:
        marks.push_back(deployment.status == message::DeploymentStatus::live ? ui::Mark::done
                                                                             : ui::Mark::waiting);
        break;
      case message::StepState::waiting:
      case message::StepState::undone:
        marks.push_back(ui::Mark::waiting);
        break;
    }
  }
  marks.resize(message::deploy_steps_total, ui::Mark::waiting);
  return marks;
}

std::vector<ui::Mark> marks_of(const message::DeploymentSummary& deployment) {
  std::vector<ui::Mark> marks(message::deploy_steps_total, ui::Mark::waiting);
  const auto at = static_cast<size_t>(deployment.step_index);
  for (size_t i = 0; i < at; ++i) marks[i] = ui::Mark::done;
  marks[at] = message::is_active(deployment.status) ? ui::Mark::running : ui::Mark::failed;
  return marks;
}

int current_step(const message::Deployment& deployment) {
  for (size_t i = 0; i < deployment.steps.size(); ++i) {
    const message::StepState state = deployment.steps[i].state;
    if (state == message::StepState::running || state == message::StepState::undoing ||
        state == message::StepState::failed) {
      return static_cast<int>(i);
    }
  }
  for (size_t i = 0; i < deployment.steps.size(); ++i) {
    if (deployment.steps[i].state == message::StepState::waiting) return static_cast<int>(i);
  }
  return -1;
}

float step_fraction(const message::Step& step) {
  if (step.total <= 0) return 0.5F;
  const float fraction = static_cast<float>(step.done) / static_cast<float>(step.total);
  return std::clamp(fraction, 0.0F, 1.0F);
}

std::vector<message::PlanStep> planned_steps(const State& state) {
  const DeployDialog& dialog = *state.deploy;
  if (!dialog.plan.value) return {};
  std::vector<message::PlanStep> steps = dialog.plan.value->steps;
  const LocalProject* local = find_local(state, dialog.project_id);
  if (local == nullptr) return steps;
  for (message::PlanStep& step : steps) {
    const bool replaces = replaces_rows(dialog);
    const bool carries = replaces || dialog.plan.value->data == message::DataPlan::carry;
    if (step.name == "provision_database" && replaces) {
      step.detail = "Turso, a new one beside the old";
    }
    if (step.name == "migrate_data" && carries && local->preview.failed()) {
      step.detail = "Not possible as the preview is now";
    } else if (step.name == "migrate_data" && carries && local->preview.value) {
      const auto tables = static_cast<int64_t>(local->preview.value->tables.size());
      step.detail = cat({counted(tables, "table", "tables"), ", ",
                         counted(local->preview.value->rows, "row", "rows"), ", then verified"});
    } else if (step.name == "publish_site") {
      step.detail = cat({"Cloudflare Pages, ", counted(local->files_served, "file", "files")});
    }
  }
  return steps;
}

ui::Status status_dot(CardStatus status) {
  switch (status) {
    case CardStatus::needs_you:
      return ui::Status::needs_you;
    case CardStatus::failed:
      return ui::Status::failed;
    case CardStatus::deploying:
      return ui::Status::running;
    case CardStatus::live:
      return ui::Status::live;
    case CardStatus::not_deployed:
      break;
  }
  return ui::Status::none;
}

float label_line(ui::Ui& ui, ui::Rect at, std::string_view label, std::string_view words,
                 std::string_view strong) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float padding = is_phone ? 10.0F : 14.0F;
  const ui::TextStyle style = ui::wrapped(ui::style::body);
  ui::divider(ui, {at.x, at.y, at.width, 1});
  const std::string all = strong.empty() ? std::string(words) : cat({strong, words});
  ui::Rect text{at.x, at.y + padding, at.width, 0};
  if (is_phone) {
    ui::text(ui, ui::with_height(text, 16), label, ui::with(ui::style::caption, ui::Tone::text_2));
    text.y += 18;
  } else {
    ui::text(ui, {at.x, text.y, 132, 20}, label, ui::with(ui::style::control, ui::Tone::text_2));
    text.x += 140;
    text.width -= 140;
  }
  const float height = ui::text_height(ui, all, style, text.width);
  text.height = height;
  if (!strong.empty() && height < 21) {
    const std::array<ui::Run, 2> parts = {
        {{strong, ui::style::body_strong}, {words, ui::style::body}}};
    ui::runs(ui, text, parts);
  } else {
    ui::text_block(ui, text, all, style);
  }
  return text.y + height + padding - at.y;
}

float small_paragraph(ui::Ui& ui, ui::Rect at, std::string_view words, ui::Tone tone) {
  const ui::TextStyle style = ui::wrapped(ui::with(ui::style::control, tone));
  return ui::text_block(ui, at, words, style);
}

std::string builder_address(const std::string& project_id) {
  if (project_id.empty()) return "/builder/";
  return cat({"/builder/?project=", url_encode(project_id)});
}

}  // namespace fairway

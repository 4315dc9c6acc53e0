#include <algorithm>
#include <utility>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

constexpr float side_width = 336;

std::string title_of(const DeployDialog& dialog) { return cat({"Deploy ", dialog.project_name}); }

void draw_plan_problem(ui::Ui& ui, Desk& desk, ui::Column& column) {
  const DeployDialog& dialog = *desk.state.deploy;
  if (!dialog.plan.failed() || dialog.plan.failure.code == "no_answer" ||
      dialog.plan.failure.code == "signed_out") {
    return;
  }
  column.skip(
      problem_zone(ui, {column.area.x, column.y, column.area.width, 0}, dialog.plan.failure) + 12);
  if (ui::button(ui, column.next(32), "Look again", {})) reload_plan(desk.dashboard);
  column.skip(16);
}

void draw_side(ui::Ui& ui, Desk& desk, ui::Rect side) {
  const DeployDialog& dialog = *desk.state.deploy;
  ui::Scope scope(ui, {.role = ui::Role::region, .name = "What will happen", .box = side});
  ui::box(ui, side, {.fill = ui::Tone::canvas, .radius = 16, .corners = ui::Corners::bottom_right});
  ui::divider_down(ui, side);
  ui::Rect inside = ui::shrunk(side, 24, 20);
  const ui::Rect caption = ui::cut_bottom(inside, 16, 8);
  const ui::Rect button = ui::cut_bottom(inside, 44, 16);
  const message::Plan* plan = dialog.plan.value ? &*dialog.plan.value : nullptr;
  if (plan != nullptr) {
    const size_t lines = plan->costs.size() + (sells_calls(*plan) ? 1 : 0);
    const float height = 33 + 26 * static_cast<float>(lines) + 32;
    draw_costs(ui, *plan, ui::cut_bottom(inside, height, 16));
  }
  ui::Column column{inside};
  ui::heading(ui, column.next(20), "What will happen", 2, ui::style::control_strong);
  column.skip(14);
  draw_plan_problem(ui, desk, column);
  if (plan != nullptr) {
    column.skip(draw_plan_steps(ui, desk.state, {inside.x, column.y, inside.width, 0}) + 16);
  } else if (dialog.plan.waiting()) {
    for (int i = 0; i < message::deploy_steps_total; ++i) {
      ui::skeleton(ui, ui::shrunk(column.next(44), 0, 8),
                   static_cast<double>(dialog.plan.asked_at_ms));
    }
  }
  for (const message::Blocker& blocker : loose_blockers(desk.state)) {
    const Failure failure = fix_input(blocker.code, blocker.message, blocker.hint);
    column.skip(problem_zone(ui, {inside.x, column.y, inside.width, 0}, failure, ui::Mood::warn) +
                8);
  }
  draw_deploy_button(ui, desk, button);
  const std::string why = why_not_deploy(desk.state);
  ui::text(ui, caption, why.empty() ? "Nothing is charged today." : why,
           ui::with(ui::with(ui::style::caption, why.empty() ? ui::Tone::text_3 : ui::Tone::warn),
                    ui::Align::centre));
}

float draw_sections(ui::Ui& ui, Desk& desk, ui::Rect at) {
  float y = at.y;
  const auto place = [&] { return ui::Rect{at.x, y, at.width, at.height}; };
  y += draw_database_section(ui, desk, place());
  y += draw_hosting_section(ui, desk, place());
  y += draw_data_section(ui, desk, place());
  y += draw_environment_section(ui, desk, place());
  y += draw_services_section(ui, desk, place());
  y += draw_domain_section(ui, desk, place());
  return y - at.y;
}

// The right column of a desktop as a bar along the bottom.
void draw_bottom(ui::Ui& ui, Desk& desk, ui::Rect bar) {
  ui::divider(ui, ui::with_height(bar, 1));
  ui::Rect inside = ui::shrunk(bar, 24, 16);
  const std::string why = why_not_deploy(desk.state);
  draw_deploy_button(ui, desk, ui::cut_right(inside, 280, 16));
  if (desk.state.deploy->plan.value &&
      ui::button_left(ui, inside, "8 steps", {.kind = ui::ButtonKind::link})) {
    desk.state.deploy->sheet = Sheet::steps;
  }
  ui::text(ui, inside, why, ui::with(ui::style::caption, ui::Tone::warn));
}

void draw_steps_sheet(ui::Ui& ui, Desk& desk) {
  DeployDialog& dialog = *desk.state.deploy;
  if (dialog.sheet != Sheet::steps || !dialog.plan.value) return;
  ui::Dialog sheet(
      ui,
      {.title = "What will happen", .kind = ui::DialogKind::sheet, .width = 480, .height = 640});
  ui::Scroll scroll(ui, sheet.body, "What will happen");
  const ui::Rect inside = ui::shrunk(scroll.content(), ui.metrics().margin, 20);
  const float steps = draw_plan_steps(ui, desk.state, inside);
  const ui::Rect costs{inside.x, inside.y + steps + 16, inside.width, 0};
  const float costs_height = draw_costs(ui, *dialog.plan.value, costs);
  scroll.took(steps + costs_height + 72);
  if (sheet.wants_close()) dialog.sheet = Sheet::none;
}

}  // namespace

Section::Section(ui::Ui& ui, ui::Rect at, std::string_view label, std::string_view caption)
    : ui_(ui),
      at_(at),
      scope_(ui, {.role = ui::Role::region, .name = label, .box = at}),
      label_height_(0),
      padding_(18) {
  if (ui.width_class() == ui::WidthClass::phone) {
    padding_ = 16;
    content = {at.x + 16, at.y + padding_, at.width - 32, 0};
    return;
  }
  ui::Rect words{at.x + 24, at.y + padding_, 124, 20};
  ui::heading(ui, words, label, 2, ui::style::control_strong);
  const ui::TextStyle style = ui::wrapped(ui::with(ui::style::caption, ui::Tone::text_3));
  const ui::Rect below{words.x, words.bottom() + 2, 124, 16};
  label_height_ = 22 + (caption.empty() ? 0 : ui::text_block(ui, below, caption, style));
  content = {at.x + 24 + 136, at.y + padding_, at.width - 48 - 136, 0};
}

float Section::end(float content_height) {
  const float height = std::max(content_height, label_height_) + 2 * padding_;
  ui::divider(ui_, {at_.x, at_.y + height, at_.width, 1});
  return height + 1;
}

float draw_database_section(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Section section(ui, at, "Database", "Where rows live");
  const ui::Rect row = ui::with_height(section.content, 60);
  ui::RadioGroup group(ui, row, "Database");
  ui::Rect option = row;
  if (ui.width_class() != ui::WidthClass::phone) option.width = (row.width - 8) / 2;
  const message::Plan* plan =
      desk.state.deploy->plan.value ? &*desk.state.deploy->plan.value : nullptr;
  const std::string detail = plan == nullptr || plan->database_name.empty()
                                 ? "SQLite"
                                 : cat({"SQLite, ", plan->database_name});
  ui::option_card(ui, option, {.title = "Turso", .detail = detail, .chosen = ui::Chosen::yes});
  return section.end(60);
}

float draw_hosting_section(ui::Ui& ui, Desk&, ui::Rect at) {
  Section section(ui, at, "Hosting", "Serves the site");
  const ui::Rect row = ui::with_height(section.content, 60);
  ui::RadioGroup group(ui, row, "Hosting");
  ui::Rect option = row;
  if (ui.width_class() != ui::WidthClass::phone) option.width = (row.width - 8) / 2;
  ui::option_card(ui, option,
                  {.title = "Cloudflare", .detail = "Pages, free", .chosen = ui::Chosen::yes});
  return section.end(60);
}

float draw_domain_section(ui::Ui& ui, Desk& desk, ui::Rect at) {
  Section section(ui, at, "Domain", "The public address");
  const DeployDialog& dialog = *desk.state.deploy;
  const std::string address =
      dialog.plan.value ? dialog.plan.value->address : std::string("Not known yet");
  ui::Column column{section.content};
  ui::text(ui, column.next(20), address, ui::style::control_strong);
  const bool is_first = !dialog.plan.value || dialog.plan.value->first_deployment;
  ui::text(
      ui, column.next(16),
      is_first ? "Free address, ready when the site is published" : "Free address, stays as it is",
      ui::with(ui::style::caption, ui::Tone::text_2));
  return section.end(36);
}

void draw_choices(ui::Ui& ui, Desk& desk) {
  if (ui.width_class() == ui::WidthClass::phone) {
    draw_choices_phone(ui, desk);
    return;
  }
  const bool is_tablet = ui.width_class() == ui::WidthClass::tablet;
  const std::string title = title_of(*desk.state.deploy);
  bool wants_close = false;
  {
    ui::Dialog dialog(
        ui,
        {.title = title, .key = "deploy", .width = is_tablet ? 720.0F : 1160.0F, .height = 836});
    ui::Rect body = dialog.body;
    const ui::Rect rest = is_tablet ? ui::cut_bottom(body, 76) : ui::cut_right(body, side_width);
    {
      // The area clips, so it ends before what lies beside it is drawn.
      ui::Scroll scroll(ui, body, "Choices");
      scroll.took(draw_sections(ui, desk, scroll.content()));
    }
    if (is_tablet) {
      draw_bottom(ui, desk, rest);
    } else {
      draw_side(ui, desk, rest);
    }
    wants_close = dialog.wants_close();
  }
  draw_steps_sheet(ui, desk);
  if (wants_close) close_deploy(desk.dashboard);
}

void draw_deploy(ui::Ui& ui, Desk& desk) {
  const DeployDialog& dialog = *desk.state.deploy;
  const Upload& upload = find_upload(desk.state, dialog.project_id);
  const bool at_work = upload.stage != Upload::Stage::none || !dialog.deployment_id.empty();
  if (at_work) {
    draw_progress(ui, desk);
  } else {
    draw_choices(ui, desk);
  }
}

}  // namespace fairway

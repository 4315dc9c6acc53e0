#include <algorithm>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/state/words.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

struct SheetRow {
  Sheet sheet;
  ui::Icon icon;
  std::string label;
  std::string value;
  std::string chip;
};

std::vector<SheetRow> rows_of(const State& state) {
  const DeployDialog& dialog = *state.deploy;
  const LocalProject* local = find_local(state, dialog.project_id);
  const bool has_problem = local != nullptr && local->preview.failed();
  const std::string address =
      dialog.plan.value ? dialog.plan.value->address : std::string("Not known yet");
  return {
      {Sheet::database, ui::Icon::db, "Database", "Turso", ""},
      {Sheet::hosting, ui::Icon::cloud, "Hosting", "Cloudflare", ""},
      {Sheet::data, ui::Icon::table, "Data to carry", data_summary(state),
       has_problem                        ? "1 problem"
       : why_changes_wait(dialog).empty() ? ""
                                          : "Needs your yes"},
      {Sheet::environment, ui::Icon::lock, "Environment", environment_summary(state), ""},
      {Sheet::services, ui::Icon::key, "API keys", services_summary(state), ""},
      {Sheet::domain, ui::Icon::globe, "Domain", address, ""},
  };
}

std::string_view sheet_title(Sheet sheet) {
  switch (sheet) {
    case Sheet::database:
      return "Database";
    case Sheet::hosting:
      return "Hosting";
    case Sheet::data:
      return "Data to carry";
    case Sheet::environment:
      return "Environment";
    case Sheet::services:
      return "API keys";
    case Sheet::domain:
      return "Domain";
    case Sheet::steps:
      return "What will happen";
    case Sheet::log:
      return "Log";
    case Sheet::none:
      break;
  }
  return "";
}

float draw_sheet_content(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const DeployDialog& dialog = *desk.state.deploy;
  switch (dialog.sheet) {
    case Sheet::database:
      return draw_database_section(ui, desk, at);
    case Sheet::hosting:
      return draw_hosting_section(ui, desk, at);
    case Sheet::data:
      return draw_data_section(ui, desk, at);
    case Sheet::environment:
      return draw_environment_section(ui, desk, at);
    case Sheet::services:
      return draw_services_section(ui, desk, at);
    case Sheet::domain:
      return draw_domain_section(ui, desk, at);
    case Sheet::steps: {
      if (!dialog.plan.value) return 0;
      const ui::Rect inside{at.x + 16, at.y + 20, at.width - 32, 0};
      const float steps = draw_plan_steps(ui, desk.state, inside);
      const ui::Rect costs{inside.x, inside.y + steps + 16, inside.width, 0};
      return 20 + steps + 16 + draw_costs(ui, *dialog.plan.value, costs) + 20;
    }
    case Sheet::log:
    case Sheet::none:
      break;
  }
  return 0;
}

void draw_sheet(ui::Ui& ui, Desk& desk) {
  DeployDialog& dialog = *desk.state.deploy;
  if (dialog.sheet == Sheet::none) return;
  ui::Dialog sheet(
      ui, {.title = sheet_title(dialog.sheet), .kind = ui::DialogKind::sheet, .height = 620});
  ui::Scroll scroll(ui, sheet.body, sheet_title(dialog.sheet));
  scroll.took(draw_sheet_content(ui, desk, scroll.content()));
  if (sheet.wants_close()) dialog.sheet = Sheet::none;
}

void draw_foot(ui::Ui& ui, Desk& desk, ui::Rect bar) {
  DeployDialog& dialog = *desk.state.deploy;
  ui::divider(ui, ui::with_height(bar, 1));
  ui::Rect inside{bar.x + 16, bar.y + 8, bar.width - 32, bar.height - 24};
  ui::Rect line = ui::cut_top(inside, 32);
  if (dialog.plan.value) {
    const ui::ButtonOptions options{
        .kind = ui::ButtonKind::link, .size = ui::ButtonSize::small, .icon_after = ui::Icon::right};
    if (ui::button_right(ui, line, "8 steps", options)) dialog.sheet = Sheet::steps;
  }
  const std::string why = why_not_deploy(desk.state);
  if (!why.empty()) {
    ui::text(ui, line, why, ui::with(ui::style::caption, ui::Tone::warn));
  } else if (dialog.plan.value) {
    ui::text(ui, line, cat({money_words(dialog.plan.value->month_total_nanos), " a month"}),
             ui::style::control_strong);
  }
  draw_deploy_button(ui, desk, ui::with_height(inside, 48));
}

float draw_rows(ui::Ui& ui, Desk& desk, ui::Rect content) {
  DeployDialog& dialog = *desk.state.deploy;
  float y = content.y;
  for (const SheetRow& row : rows_of(desk.state)) {
    const bool is_bad = !row.chip.empty();
    if (ui::setting_row(ui, {content.x, y, content.width, 65},
                        {.icon = row.icon,
                         .label = row.label,
                         .value = row.value,
                         .chip = row.chip,
                         .mood = is_bad ? ui::Mood::warn : ui::Mood::plain})) {
      dialog.sheet = row.sheet;
      dialog.environment.open = row.sheet == Sheet::environment;
    }
    y += 65;
  }
  y += 16;
  const ui::Rect zone{content.x + 16, y, content.width - 32, 0};
  if (dialog.plan.failed() && dialog.plan.failure.code != "no_answer" &&
      dialog.plan.failure.code != "signed_out") {
    y += problem_zone(ui, zone, dialog.plan.failure) + 12;
    if (ui::button(ui, {zone.x, y, zone.width, 44}, "Look again", {.size = ui::ButtonSize::main})) {
      reload_plan(desk.dashboard);
    }
    y += 56;
  }
  for (const message::Blocker& blocker : loose_blockers(desk.state)) {
    y += problem_zone(ui, {zone.x, y, zone.width, 0},
                      fix_input(blocker.code, blocker.message, blocker.hint), ui::Mood::warn) +
         8;
  }
  return y - content.y;
}

}  // namespace

void draw_choices_phone(ui::Ui& ui, Desk& desk) {
  const std::string title = cat({"Deploy ", desk.state.deploy->project_name});
  bool wants_close = false;
  {
    ui::Dialog dialog(ui, {.title = title, .key = "deploy"});
    ui::Rect body = dialog.body;
    const ui::Rect foot = ui::cut_bottom(body, 104);
    {
      ui::Scroll scroll(ui, body, "Choices");
      scroll.took(draw_rows(ui, desk, scroll.content()));
    }
    draw_foot(ui, desk, foot);
    wants_close = dialog.wants_close();
  }
  draw_sheet(ui, desk);
  if (wants_close) close_deploy(desk.dashboard);
}

}  // namespace fairway

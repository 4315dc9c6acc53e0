#include "shared/base/text.h"
#include "web/actions/app_keys.h"
#include "web/actions/deploy.h"
#include "web/actions/projects.h"
#include "web/actions/review.h"
#include "web/actions/session.h"
#include "web/views/parts.h"
#include "web/views/views.h"

namespace fairway {
namespace {

ui::Icon icon_of(CommandKind kind) {
  switch (kind) {
    case CommandKind::deploy:
      return ui::Icon::up;
    case CommandKind::view_progress:
      return ui::Icon::pulse;
    case CommandKind::open_app:
      return ui::Icon::out;
    case CommandKind::show_project:
    case CommandKind::go_projects:
      return ui::Icon::grid;
    case CommandKind::go_activity:
      return ui::Icon::pulse;
    case CommandKind::go_usage:
      return ui::Icon::chart;
    case CommandKind::show_keys:
      return ui::Icon::key;
    case CommandKind::open_builder:
      return ui::Icon::pen;
    case CommandKind::theme_system:
      return ui::Icon::laptop;
    case CommandKind::theme_light:
      return ui::Icon::sun;
    case CommandKind::theme_dark:
      return ui::Icon::moon;
    case CommandKind::refresh:
      return ui::Icon::refresh;
    case CommandKind::sign_out:
      return ui::Icon::out;
  }
  return ui::Icon::none;
}

std::vector<ui::PaletteEntry> entries_of(const PaletteResult& result) {
  std::vector<ui::PaletteEntry> entries;
  for (const Found& found : result.rows) {
    ui::PaletteEntry entry;
    entry.words = found.command.words;
    entry.hint = found.command.hint;
    entry.icon = icon_of(found.command.kind);
    for (const size_t position : found.matched) entry.matched.push_back(static_cast<int>(position));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

void draw_palette(ui::Ui& ui, Desk& desk) {
  Palette& palette = desk.state.palette;
  const PaletteResult result = search_commands(desk.state, palette.text);
  const auto entries = entries_of(result);
  const ui::PaletteAnswer answer = ui::palette(ui, palette.text, entries, palette.chosen);
  if (answer.picked >= 0 && static_cast<size_t>(answer.picked) < result.rows.size()) {
    const Command command = result.rows[static_cast<size_t>(answer.picked)].command;
    palette = {};
    run_command(desk, command);
  } else if (answer.closed) {
    palette = {};
  }
}

void run_command(Desk& desk, const Command& command) {
  Dashboard& dashboard = desk.dashboard;
  switch (command.kind) {
    case CommandKind::deploy:
    case CommandKind::view_progress:
      close_review(dashboard);
      open_deploy(dashboard, command.project_id);
      return;
    case CommandKind::open_app: {
      const Card* card = find_card(desk.state, command.project_id);
      if (card != nullptr) dashboard.browser.open_tab(live_url(*card));
      return;
    }
    case CommandKind::show_project:
      close_review(dashboard);
      open_project(dashboard, command.project_id);
      return;
    case CommandKind::go_projects:
      show_page(dashboard, Page::projects);
      return;
    case CommandKind::go_activity:
      show_page(dashboard, Page::activity);
      return;
    case CommandKind::go_usage:
      show_page(dashboard, Page::usage);
      return;
    case CommandKind::show_keys:
      close_review(dashboard);
      open_app_page(dashboard, command.project_id);
      return;
    case CommandKind::open_builder:
      dashboard.browser.go_to(builder_address(""));
      return;
    case CommandKind::theme_system:
      desk.shell.set_theme(ui::ThemeChoice::system);
      return;
    case CommandKind::theme_light:
      desk.shell.set_theme(ui::ThemeChoice::light);
      return;
    case CommandKind::theme_dark:
      desk.shell.set_theme(ui::ThemeChoice::dark);
      return;
    case CommandKind::refresh:
      refresh_all(dashboard);
      return;
    case CommandKind::sign_out:
      dashboard.running.start_once("sign out", sign_out(dashboard));
      return;
  }
}

}  // namespace fairway

#include <array>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/actions/review.h"
#include "web/state/words.h"
#include "web/views/deploy_parts.h"

namespace fairway {
namespace {

constexpr size_t tables_shown_max = 200;

bool keeps_rows(const DeployDialog& dialog) {
  return dialog.plan.value && dialog.plan.value->data == message::DataPlan::keep;
}

std::string counts(int64_t tables, int64_t rows) {
  return cat({counted(tables, "table", "tables"), ", ", counted(rows, "row", "rows")});
}

float draw_counts(ui::Ui& ui, ui::Rect at, std::string_view strong, std::string_view rest,
                  std::string_view below) {
  const std::array<ui::Run, 2> parts = {{{strong, ui::style::control_strong},
                                         {rest, ui::with(ui::style::control, ui::Tone::text_2)}}};
  ui::runs(ui, ui::with_height(at, 20), parts);
  ui::text(ui, {at.x, at.y + 24, at.width, 16}, below,
           ui::with(ui::style::caption, ui::Tone::text_3));
  return 40;
}

float draw_tables(ui::Ui& ui, const LocalPreview& preview, ui::Rect at) {
  const size_t shown = std::min(preview.tables.size(), tables_shown_max);
  const float height = static_cast<float>(shown) * 32 + 2;
  ui::box(ui, ui::with_height(at, height),
          {.fill = ui::Tone::surface, .edge = ui::Tone::border, .radius = 10});
  ui::Scope list(
      ui, {.role = ui::Role::list, .name = "Tables to carry", .box = ui::with_height(at, height)});
  for (size_t i = 0; i < shown; ++i) {
    const ui::Rect row{at.x, at.y + 1 + 32 * static_cast<float>(i), at.width, 32};
    if (!ui::visible(ui, row)) continue;
    ui::Scope item(ui, {.role = ui::Role::listitem, .key = preview.tables[i].name, .box = row});
    if (i > 0) ui::divider(ui, {row.x, row.y, row.width, 1});
    ui::Rect inside = ui::shrunk(row, 12, 0);
    ui::text_right(ui, inside, counted(preview.tables[i].rows, "row", "rows"),
                   ui::with(ui::style::caption, ui::Digits::tabular), 12);
    ui::text(ui, inside, preview.tables[i].name, ui::style::mono);
  }
  return height;
}

// What was decided about the data in this tab.
std::string accepted_words(const State& state, const std::string& project_id) {
  const auto found = state.accepted_reviews.find(project_id);
  if (found == state.accepted_reviews.end() || found->second.decisions == 0) return "";
  return cat({", ", counted(found->second.decisions, "decision", "decisions"), " accepted for ",
              target_words(found->second.target)});
}

float draw_found(ui::Ui& ui, Desk& desk, ui::Rect at, const LocalProject& local) {
  DeployDialog& dialog = *desk.state.deploy;
  const LocalPreview& preview = *local.preview.value;
  const auto tables = static_cast<int64_t>(preview.tables.size());
  ui::Rect row = ui::with_height(at, 40);
  const std::string_view words = dialog.tables_open ? "Hide tables" : "Show tables";
  if (tables > 0 && ui::button_right(ui, row, words, {})) {
    dialog.tables_open = !dialog.tables_open;
  }
  const ui::ButtonOptions review{.description = "What becomes of every column; exports"};
  if (ui::button_right(ui, row, "Review", review)) open_review(desk.dashboard, local.id);
  const std::string saved =
      cat({" from the preview, saved ", time_ago(desk.state.now_ms, preview.saved_at_ms)});
  const std::string_view compared = keeps_rows(dialog) && !replaces_rows(dialog)
                                        ? ", every cell of a new table is compared after loading"
                                        : ", every cell is compared after loading";
  float height = draw_counts(
      ui, row, counts(tables, preview.rows), saved,
      cat({size_words(preview.size_bytes), compared, accepted_words(desk.state, local.id)}));
  if (keeps_rows(dialog)) {
    height += 12 + draw_production_rows(ui, desk, {at.x, at.y + height + 12, at.width, 0}, preview);
  }
  if (dialog.tables_open) {
    height += 12 + draw_tables(ui, preview, {at.x, at.y + height + 12, at.width, 0});
  }
  return height;
}

float draw_problem(ui::Ui& ui, Desk& desk, ui::Rect at, const LocalProject& local) {
  float height = problem_zone(ui, at, local.preview.failure);
  ui::Rect row{at.x, at.y + height + 8, at.width, ui.touch() ? 44.0F : 32.0F};
  if (ui::button_left(ui, row, "Open in the Builder", {})) {
    desk.dashboard.browser.go_to(builder_address(local.id));
  }
  // Parts that this database lacks may be no hindrance to another.
  if (local.preview.failure.code.ends_with("_missing") &&
      local.preview.failure.code != "preview_missing" && ui::button_left(ui, row, "Review", {})) {
    open_review(desk.dashboard, local.id);
  }
  return height + 8 + row.height;
}

float draw_elsewhere(ui::Ui& ui, const State& state, ui::Rect at) {
  const Card* card = find_card(state, state.deploy->project_id);
  if (card != nullptr && card->preview) {
    return draw_counts(ui, at, counts(card->preview->tables, card->preview->rows),
                       " as last sent to Fairway", "The preview itself is in another browser");
  }
  if (!state.builder.has_value()) {
    ui::text(ui, ui::with_height(at, 20), "Looking into this browser",
             ui::with(ui::style::control, ui::Tone::text_2));
    return 20;
  }
  const Failure failure = fix_input(
      "preview_missing", "This browser has no project of that name.",
      "You must act: open the project in the Builder, in the browser in which it was made, and "
      "press Deploy there.");
  return problem_zone(ui, at, failure, ui::Mood::warn);
}

}  // namespace

std::string data_summary(const State& state) {
  const LocalProject* local = find_local(state, state.deploy->project_id);
  if (local != nullptr && local->preview.failed()) return "Cannot be carried";
  if (local != nullptr && local->preview.value) {
    return counts(static_cast<int64_t>(local->preview.value->tables.size()),
                  local->preview.value->rows);
  }
  const Card* card = find_card(state, state.deploy->project_id);
  if (card != nullptr && card->preview) return counts(card->preview->tables, card->preview->rows);
  return local != nullptr ? "Counting" : "Not in this browser";
}

float draw_data_section(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const DeployDialog& dialog = *desk.state.deploy;
  Section section(ui, at, "Data to carry",
                  replaces_rows(dialog) ? "In place of production's"
                  : keeps_rows(dialog)  ? "Production rows stay"
                                        : "Every cell checked");
  const LocalProject* local = find_local(desk.state, dialog.project_id);
  float height = 0;
  if (local == nullptr) {
    height = draw_elsewhere(ui, desk.state, section.content);
  } else if (local->preview.failed()) {
    height = draw_problem(ui, desk, section.content, *local);
  } else if (local->preview.has_value()) {
    height = draw_found(ui, desk, section.content, *local);
  } else {
    ui::Rect row = ui::with_height(section.content, 20);
    ui::spinner(ui, ui::cut_left(row, 16, 8));
    ui::text(ui, row, "Counting the preview data", ui::with(ui::style::control, ui::Tone::text_2));
    height = 20;
  }
  return section.end(height);
}

}  // namespace fairway

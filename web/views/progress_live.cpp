#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/state/words.h"
#include "web/views/progress_parts.h"

namespace fairway {
namespace {

constexpr size_t tables_shown = 4;

int64_t cells_of(const message::ReportTable& table) {
  return table.rows_target * static_cast<int64_t>(table.columns.size());
}

// The largest tables first: what a person looks for.
std::vector<const message::ReportTable*> largest_tables(const message::Report& report) {
  std::vector<const message::ReportTable*> tables;
  for (const message::ReportTable& table : report.tables) tables.push_back(&table);
  std::stable_sort(tables.begin(), tables.end(), [](const auto* one, const auto* other) {
    if (one->same != other->same) return !one->same;
    return one->rows_target > other->rows_target;
  });
  return tables;
}

int64_t checked_at_ms(const message::Deployment& deployment) {
  for (const message::Step& step : deployment.steps) {
    if (step.name == "verify_live" && step.ended_at_ms > 0) return step.ended_at_ms;
  }
  return deployment.ended_at_ms;
}

void draw_status_line(ui::Ui& ui, const State& state, ui::Rect line,
                      const message::Deployment& deployment) {
  ui::box(ui, ui::middle({line.x, line.y, 8, line.height}, 8),
          {.fill = ui::Tone::ok_mark, .radius = 4});
  ui::cut_left(line, 16);
  const std::string words =
      cat({"Live, checked ", time_ago(state.now_ms, checked_at_ms(deployment))});
  ui::text(ui, line, words, ui::with(ui::style::control_strong, ui::Tone::ok));
}

void draw_address_buttons(ui::Ui& ui, Desk& desk, ui::Rect at, const std::string& url) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const ui::ButtonSize size = is_phone ? ui::ButtonSize::main : ui::ButtonSize::large;
  const ui::ButtonOptions open{
      .kind = ui::ButtonKind::primary, .size = size, .icon = ui::Icon::out};
  const ui::ButtonOptions copy{.size = size, .icon = ui::Icon::copy};
  bool opens = false;
  bool copies = false;
  if (is_phone) {
    opens = ui::button(ui, ui::cut_top(at, 44, 8), "Open", open);
    copies = ui::button(ui, ui::cut_top(at, 44), "Copy address", copy);
  } else {
    opens = ui::button_left(ui, at, "Open", open);
    copies = ui::button_left(ui, at, "Copy address", copy);
  }
  if (opens) desk.dashboard.browser.open_tab(url);
  if (copies) copy_text(desk.dashboard, url, "Address");
}

struct ReportFigure {
  std::string number;
  std::string_view words;
  ui::Tone tone = ui::Tone::text;
};

void draw_report_figures(ui::Ui& ui, ui::Rect at, const message::Report& report) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const std::array<ReportFigure, 4> figures = {{
      {grouped(report.tables_total), report.tables_total == 1 ? "table" : "tables"},
      {grouped(report.rows_total), report.rows_total == 1 ? "row" : "rows"},
      {grouped(report.cells_total), "cells verified"},
      {grouped(report.differences), "differences",
       report.differences == 0 ? ui::Tone::ok : ui::Tone::bad},
  }};
  const int columns = is_phone ? 2 : 4;
  const float height = is_phone ? 68.0F : 80.0F;
  for (int i = 0; i < 4; ++i) {
    const ReportFigure& figure = figures[static_cast<size_t>(i)];
    const ui::Rect cell = ui::grid_cell(at, i, columns, height, is_phone ? 1.0F : 0.0F);
    ui::Scope scope(ui, figure.words);
    if (i % columns != 0) ui::divider_down(ui, cell);
    ui::Rect inside = is_phone ? ui::shrunk(cell, 16, 12) : ui::shrunk(cell, 20, 16);
    const ui::TextStyle style = is_phone ? ui::style::dialog_title : ui::style::page_title;
    ui::text_line(ui, inside, figure.number,
                  ui::with(ui::with(style, figure.tone), ui::Digits::tabular));
    ui::text_line(ui, inside, figure.words, ui::with(ui::style::caption, ui::Tone::text_2));
  }
  if (is_phone) ui::divider(ui, {at.x, at.y + 68, at.width, 1});
}

void draw_sameness(ui::Ui& ui, ui::Rect at, const message::ReportTable& table) {
  const ui::Tone tone = table.same ? ui::Tone::ok : ui::Tone::bad;
  const std::string_view words = table.same ? "same" : "differs";
  const float width = ui::text_width(ui, words, ui::style::caption) + 1;
  ui::text(ui, ui::cut_right(at, width, 6), words, ui::with(ui::style::caption, tone));
  ui::icon(ui, ui::cut_right(at, 16), table.same ? ui::Icon::check : ui::Icon::x, 14, tone);
}

float draw_report_tables(ui::Ui& ui, Desk& desk, ui::Rect at, const message::Report& report) {
  const auto tables = largest_tables(report);
  const size_t shown = std::min(tables.size(), tables_shown);
  const std::array<ui::TableColumn, 4> columns = {{
      {.name = "Table", .width = 150},
      {.name = "Rows", .width = 140, .align = ui::Align::right},
      {.name = "Cells", .width = 180, .align = ui::Align::right},
      {.name = "", .align = ui::Align::right, .spoken_name = "Compared"},
  }};
  float y = at.y + 8;
  {
    ui::Table table(ui, {at.x, y, at.width, 0}, "Tables that arrived", columns,
                    {.row_height = 32,
                     .head_height = 24,
                     .padding = 16,
                     .rows_total = static_cast<int>(shown)});
    for (int row = table.first(); row < table.end(); ++row) {
      const message::ReportTable& entry = *tables[static_cast<size_t>(row)];
      table.row(row, entry.name);
      table.cell(entry.name, ui::style::mono);
      table.cell(grouped(entry.rows_target));
      table.cell(grouped(cells_of(entry)));
      draw_sameness(ui, table.cell_box(), entry);
    }
    y += table.height();
  }
  const std::string words =
      tables.size() > shown
          ? counted(static_cast<int64_t>(tables.size() - shown), "more table", "more tables")
          : std::string("Every column");
  ui::Rect row{at.x + 8, y, at.width - 16, 32};
  if (ui::button_left(ui, row, words,
                      {.kind = ui::ButtonKind::link, .spoken_name = "See the whole report"})) {
    desk.state.deploy->report_open = true;
  }
  return y + 40 - at.y;
}

std::string short_snapshot(const message::Report& report) {
  if (report.snapshot_sha256.size() < 8) return "";
  return cat(
      {"Snapshot ", report.snapshot_sha256.substr(0, 4), " ", report.snapshot_sha256.substr(4, 4)});
}

float draw_report_head(ui::Ui& ui, Desk& desk, ui::Rect at, const message::Report& report) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Rect head = ui::with_height(at, 28);
  if (!is_phone) {
    if (ui::button_right(ui, head, "Download report",
                         {.kind = ui::ButtonKind::link,
                          .size = ui::ButtonSize::small,
                          .icon = ui::Icon::download})) {
      download_report(desk.dashboard);
    }
    ui::text_right(ui, head, short_snapshot(report), ui::with(ui::style::caption, ui::Tone::text_3),
                   12);
  }
  const std::string_view words =
      report.differences == 0 ? "Your data arrived" : "Your data arrived, with differences";
  ui::heading(ui, head, words, 3, is_phone ? ui::style::body_strong : ui::style::control_strong);
  return is_phone ? 30.0F : 36.0F;
}

// What this release put aside, in a sentence each.
float draw_kept(ui::Ui& ui, ui::Rect at, const message::Deployment& deployment) {
  float height = 0;
  for (const message::KeptAside& kept : deployment.kept) {
    const std::string what = kept.database.empty()
                                 ? "What the changes took out is kept in the database"
                                 : cat({"The database of before, ", kept.database, ", is kept"});
    height +=
        small_paragraph(ui, {at.x, at.y + height, at.width, 0},
                        cat({what, " until ", day_words(kept.until_ms), ", and then deleted."}));
  }
  return height == 0 ? 0 : height + 16;
}

float draw_report_part(ui::Ui& ui, Desk& desk, ui::Rect at) {
  const DeployDialog& dialog = *desk.state.deploy;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  if (!dialog.report.value) {
    if (dialog.report.failed()) return problem_zone(ui, at, dialog.report.failure);
    if (dialog.report.waiting()) {
      ui::skeleton(ui, ui::with_height(at, 80), static_cast<double>(dialog.report.asked_at_ms));
      return 80;
    }
    return small_paragraph(ui, at, "Production kept its own rows; nothing was carried this time.");
  }
  const message::Report& report = *dialog.report.value;
  float y = at.y + draw_report_head(ui, desk, at, report);
  const float figures = is_phone ? 137.0F : 80.0F;
  ui::Measured measured(ui, "report", figures + (is_phone ? 2.0F : 210.0F));
  const ui::Rect box{at.x, y, at.width, measured.height()};
  ui::box(ui, box, {.fill = ui::Tone::surface, .edge = ui::Tone::border, .radius = 12});
  draw_report_figures(ui, {at.x, y, at.width, figures}, report);
  float inside = figures;
  if (is_phone) {
    measured.took(figures + 2);
    y += figures + 10;
    if (ui::button(ui, {at.x, y, at.width, 44}, "See the whole report",
                   {.size = ui::ButtonSize::main, .icon = ui::Icon::table})) {
      desk.state.deploy->report_open = true;
    }
    y += 52;
    if (ui::button(ui, {at.x, y, at.width, 44}, "Download report",
                   {.size = ui::ButtonSize::main, .icon = ui::Icon::download})) {
      download_report(desk.dashboard);
    }
    return y + 44 - at.y;
  }
  ui::divider(ui, {at.x, y + figures, at.width, 1});
  inside += draw_report_tables(ui, desk, {at.x, y + figures, at.width, 0}, report);
  measured.took(inside);
  return y + inside - at.y;
}

float draw_steps_row(ui::Ui& ui, const State& state, ui::Rect row) {
  const std::string words =
      cat({decimal(message::deploy_steps_total), " steps, ", elapsed_words(elapsed_ms(state))});
  ui::divider(ui, ui::with_height(row, 1));
  ui::text(ui, ui::shrunk(ui::with_height(row, 52), 16, 0), words, ui::style::body);
  return 52;
}

}  // namespace

void draw_live(ui::Ui& ui, Desk& desk, ui::Rect area) {
  const State& state = desk.state;
  const message::Deployment& deployment = *state.deploy->deployment.value;
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const float side = is_phone ? 16.0F : 32.0F;
  ui::Scroll scroll(ui, area, "Result");
  const ui::Rect content = scroll.content();
  ui::Column column{
      {content.x + side, content.y + (is_phone ? 24.0F : 28.0F), content.width - 2 * side, 0}};
  draw_status_line(ui, state, column.next(20), deployment);
  column.skip(is_phone ? 6.0F : 8.0F);
  ui::heading(ui, column.next(is_phone ? 32.0F : 40.0F), address_words(deployment.url), 3,
              is_phone ? ui::style::page_title : ui::style::figure);
  column.skip(16);
  draw_address_buttons(ui, desk, column.next(is_phone ? 96.0F : 40.0F), deployment.url);
  column.skip(24);
  ui::divider(ui, {content.x, column.y, content.width, 1});
  column.skip(is_phone ? 16.0F : 20.0F);
  column.skip(draw_kept(ui, {column.area.x, column.y, column.area.width, 0}, deployment));
  column.skip(draw_report_part(ui, desk, {column.area.x, column.y, column.area.width, 0}) + 16);
  if (is_phone) {
    column.skip(draw_steps_row(ui, state, {content.x, column.y, content.width, 52}));
    ui::Rect again{column.area.x, column.y, column.area.width, 44};
    if (ui::button(ui, again, "Deploy again", {.size = ui::ButtonSize::main})) {
      choose_again(desk.dashboard);
    }
    column.skip(60);
  }
  scroll.took(column.y - content.y);
}

}  // namespace fairway

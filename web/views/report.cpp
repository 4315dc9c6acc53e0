#include <array>

#include "shared/base/text.h"
#include "web/actions/deploy.h"
#include "web/views/progress_parts.h"

namespace fairway {
namespace {

constexpr float phone_row_height = 64;

void draw_verdict(ui::Ui& ui, ui::Rect at, std::string_view words, ui::Tone tone, ui::Icon icon) {
  const float width = ui::text_width(ui, words, ui::style::caption) + 1;
  ui::text(ui, ui::cut_right(at, width, 6), words, ui::with(ui::style::caption, tone));
  ui::icon(ui, ui::cut_right(at, 16), icon, 14, tone);
}

void draw_sameness(ui::Ui& ui, ui::Rect at, bool same) {
  draw_verdict(ui, at, same ? "same" : "differs", same ? ui::Tone::ok : ui::Tone::bad,
               same ? ui::Icon::check : ui::Icon::x);
}

const message::ReportTable* chosen_table(const DeployDialog& dialog) {
  for (const message::ReportTable& table : dialog.report.value->tables) {
    if (table.name == dialog.report_table) return &table;
  }
  return nullptr;
}

float draw_tables_wide(ui::Ui& ui, DeployDialog& dialog, ui::Rect at) {
  const message::Report& report = *dialog.report.value;
  constexpr std::array<ui::TableColumn, 6> columns = {{
      {.name = "Table"},
      {.name = "Rows in the preview", .width = 140, .align = ui::Align::right},
      {.name = "Rows in production", .width = 140, .align = ui::Align::right},
      {.name = "Checksum, preview", .width = 160, .align = ui::Align::right},
      {.name = "Checksum, production", .width = 170, .align = ui::Align::right},
      {.name = "", .width = 96, .align = ui::Align::right, .spoken_name = "Compared"},
  }};
  ui::Table table(ui, at, "Tables", columns,
                  {.row_height = 44, .rows_total = static_cast<int>(report.tables.size())});
  for (int row = table.first(); row < table.end(); ++row) {
    const message::ReportTable& entry = report.tables[static_cast<size_t>(row)];
    table.row(row, entry.name);
    const ui::Rect name = ui::middle(table.cell_box(), 28);
    const ui::ButtonOptions options{.kind = ui::ButtonKind::link,
                                    .size = ui::ButtonSize::small,
                                    .spoken_name = entry.name,
                                    .description = "Shows its columns"};
    ui::Rect button = name;
    button.width = std::min(name.width, ui::button_width(ui, entry.name, options));
    if (ui::button(ui, button, entry.name, options)) dialog.report_table = entry.name;
    table.cell(grouped(entry.rows_source));
    table.cell(grouped(entry.rows_target));
    table.cell(entry.row_checksum_source, ui::style::mono);
    table.cell(entry.row_checksum_target, ui::style::mono);
    draw_sameness(ui, table.cell_box(), entry.same);
  }
  return table.height();
}

float draw_columns_wide(ui::Ui& ui, const message::ReportTable& chosen, ui::Rect at) {
  constexpr std::array<ui::TableColumn, 5> columns = {{
      {.name = "Column"},
      {.name = "Declared", .width = 180},
      {.name = "Checksum, preview", .width = 170, .align = ui::Align::right},
      {.name = "Checksum, production", .width = 180, .align = ui::Align::right},
      {.name = "", .width = 96, .align = ui::Align::right, .spoken_name = "Compared"},
  }};
  ui::Table table(ui, at, cat({"Columns of ", chosen.name}), columns,
                  {.row_height = 36, .rows_total = static_cast<int>(chosen.columns.size())});
  for (int row = table.first(); row < table.end(); ++row) {
    const message::ReportColumn& column = chosen.columns[static_cast<size_t>(row)];
    table.row(row, column.name);
    table.cell(column.name, ui::style::mono);
    table.cell(column.type.empty() ? "no type" : column.type,
               ui::with(ui::style::control, ui::Tone::text_2));
    table.cell(column.checksum_source, ui::style::mono);
    table.cell(column.checksum_target, ui::style::mono);
    draw_sameness(ui, table.cell_box(), column.checksum_source == column.checksum_target);
  }
  return table.height();
}

// A row of two lines: name and verdict, then what lies below it.
bool draw_row_phone(ui::Ui& ui, ui::Rect row, std::string_view name, std::string_view below,
                    bool same, bool opens) {
  ui::Scope item(ui, {.role = ui::Role::listitem, .key = name, .box = row});
  bool pressed = false;
  if (opens) {
    const ui::Press press = ui::press_area(ui, row, name, {.description = below});
    if (press.hovered) ui::box(ui, row, {.fill = ui::Tone::hover});
    pressed = press.clicked;
  }
  ui::Rect inside = ui::shrunk(row, 16, 12);
  ui::Rect line = ui::cut_top(inside, 20, 2);
  draw_sameness(ui, ui::cut_right(line, 80), same);
  ui::text(ui, line, name, ui::style::mono);
  ui::text(ui, inside, below, ui::with(ui::style::caption, ui::Tone::text_3));
  ui::divider(ui, {row.x, row.bottom() - 1, row.width, 1});
  return pressed;
}

float draw_tables_phone(ui::Ui& ui, DeployDialog& dialog, ui::Rect at) {
  ui::Scope list(ui, {.role = ui::Role::list, .name = "Tables", .box = at});
  float y = at.y;
  for (const message::ReportTable& table : dialog.report.value->tables) {
    const ui::Rect row{at.x, y, at.width, phone_row_height};
    y += phone_row_height;
    if (!ui::visible(ui, row)) continue;
    const std::string below = cat({grouped(table.rows_target), " of ", grouped(table.rows_source),
                                   " rows, ", table.row_checksum_target});
    if (draw_row_phone(ui, row, table.name, below, table.same, true)) {
      dialog.report_table = table.name;
    }
  }
  return y - at.y;
}

float draw_columns_phone(ui::Ui& ui, const message::ReportTable& chosen, ui::Rect at) {
  ui::Scope list(ui,
                 {.role = ui::Role::list, .name = cat({"Columns of ", chosen.name}), .box = at});
  float y = at.y;
  for (const message::ReportColumn& column : chosen.columns) {
    const ui::Rect row{at.x, y, at.width, phone_row_height};
    y += phone_row_height;
    if (!ui::visible(ui, row)) continue;
    const std::string below =
        cat({column.type.empty() ? "no type" : column.type, ", ", column.checksum_target});
    draw_row_phone(ui, row, column.name, below, column.checksum_source == column.checksum_target,
                   false);
  }
  return y - at.y;
}

void draw_content(ui::Ui& ui, DeployDialog& dialog, ui::Rect body) {
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  const message::ReportTable* chosen = chosen_table(dialog);
  if (chosen != nullptr) {
    ui::Rect head = ui::cut_top(body, is_phone ? 56.0F : 48.0F);
    ui::Rect row = ui::shrunk(head, is_phone ? 8.0F : 16.0F, 0);
    const ui::ButtonOptions back{.kind = ui::ButtonKind::quiet, .icon = ui::Icon::left};
    const bool goes_back = ui::button_left(ui, row, "All tables", back);
    ui::text(ui, row, chosen->name, ui::style::mono);
    {
      ui::Scroll scroll(ui, body, "Columns");
      scroll.took(is_phone ? draw_columns_phone(ui, *chosen, scroll.content())
                           : draw_columns_wide(ui, *chosen, scroll.content()));
    }
    if (goes_back) dialog.report_table.clear();
    return;
  }
  ui::Scroll scroll(ui, body, "Tables");
  scroll.took(is_phone ? draw_tables_phone(ui, dialog, scroll.content())
                       : draw_tables_wide(ui, dialog, scroll.content()));
}

std::string summary_of(const message::Report& report) {
  return cat({counted(report.tables_total, "table", "tables"), ", ",
              counted(report.rows_total, "row", "rows"), ", ",
              counted(report.cells_total, "cell", "cells"), " verified, ",
              counted(report.differences, "difference", "differences")});
}

}  // namespace

void draw_report(ui::Ui& ui, Desk& desk) {
  DeployDialog& dialog = *desk.state.deploy;
  if (!dialog.report.value) {
    dialog.report_open = false;
    return;
  }
  const bool is_phone = ui.width_class() == ui::WidthClass::phone;
  ui::Dialog box(ui, {.title = "Data report",
                      .width = 1080,
                      .height = 760,
                      .foot_height = is_phone ? 80.0F : 64.0F});
  draw_content(ui, dialog, box.body);
  ui::Rect foot = box.foot;
  const ui::ButtonOptions download{
      .size = is_phone ? ui::ButtonSize::main : ui::ButtonSize::control,
      .icon = ui::Icon::download};
  if (is_phone) {
    if (ui::button(ui, ui::middle(foot, 44), "Download report", download)) {
      download_report(desk.dashboard);
    }
  } else {
    if (ui::button_right(ui, foot, "Download report", download, 12)) {
      download_report(desk.dashboard);
    }
    ui::text(ui, foot, summary_of(*dialog.report.value),
             ui::with(ui::style::control, ui::Tone::text_2));
  }
  if (box.wants_close()) {
    dialog.report_open = false;
    dialog.report_table.clear();
  }
}

}  // namespace fairway

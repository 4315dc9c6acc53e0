// Many of the same: tables, rows, logs, the command palette's list, key and value pairs.
//
// Only rows that can be seen are drawn and get nodes; the total is spoken, the scroll bar is right.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "web/ui/controls.h"
#include "web/ui/layout.h"
#include "web/ui/node.h"
#include "web/ui/text.h"

namespace fairway::ui {

class Ui;

// --- Tables
// ---------------------------------------------------------------------------------------

struct TableColumn {
  std::string_view name{};    // "" = no visible head; give `spoken_name`
  float width = 0;            // 0 shares what is left
  Align align = Align::left;  // numbers right
  std::string_view spoken_name = {};
};
struct TableOptions {
  float row_height = 44;
  float head_height = 32;  // 0 = heads are spoken only
  float padding = 20;      // left and right of a row
  int rows_total = 0;
  int tall_rows = 0;  // so many, from the first, are of `tall_row_height`
  float tall_row_height = 60;
};
/// Lies inside a Scroll or on a card; takes `height()` from the top of `at`.
///   ui::Table table(ui, at, "Tables carried", columns, {.rows_total = n});
///   for (int row = table.first(); row < table.end(); ++row) {
///     table.row(row, name);  // key of the row
///     table.cell(name, style::mono); table.cell(rows, style::control);
///     ui::Rect free = table.cell_box();  // draw anything
///   }
class Table {
 public:
  Table(Ui& ui, const Rect& at, std::string_view name, std::span<const TableColumn> columns,
        const TableOptions& options);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  int first() const { return first_; }
  int end() const { return end_; }
  float height() const;
  /// Where a row lies, drawn or not.
  Rect row_box(int index) const;
  /// Begins a row; the first cell of it is its head for screen readers.
  Rect row(int index, std::string_view key, Tone ground = Tone::none);
  /// Words in the next column, at its side.
  void cell(std::string_view words, const TextStyle& style = style::control);
  /// The next column's box, for anything else; what is drawn until the next cell belongs to it.
  Rect cell_box(std::string_view spoken = {});

 private:
  void end_cell();
  void end_row();

  Ui& ui_;
  Rect at_;
  TableOptions options_;
  std::vector<TableColumn> columns_;
  std::vector<Rect> places_;  // x and width of each column
  int first_ = 0;
  int end_ = 0;
  int column_ = 0;
  Rect row_;
  NodeId node_ = no_node;
  NodeId row_node_ = no_node;
  NodeId cell_node_ = no_node;
};

// --- Logs
// -----------------------------------------------------------------------------------------

struct LogLine {
  std::string_view time{};  // "0:06.4"
  std::string_view text{};
  Mood mood = Mood::plain;
};
/// Mono, follows the end until the person scrolls up, "Copy log" at its head (the browser's
/// clipboard gets plain text). Only seen lines are drawn. Spoken politely, line by line.
void log_view(Ui& ui, const Rect& at, std::string_view name, std::span<const LogLine> lines);

// --- Rows
// -----------------------------------------------------------------------------------------

/// "Database, Turso" at the left, "$0.10" at the right, one line high.
void key_value(Ui& ui, const Rect& at, std::string_view key, std::string_view value,
               const TextStyle& key_style = with(style::control, Tone::text_2),
               const TextStyle& value_style = with(style::control, Digits::tabular));

struct SettingRow {
  Icon icon = Icon::none;
  std::string_view label{};
  std::string_view value{};
  std::string_view chip = {};
  Mood mood = Mood::plain;
};
/// A row of a phone's dialog that opens a sheet: icon, label over value, chevron. 65 high.
bool setting_row(Ui& ui, const Rect& at, const SettingRow& row);

// --- Command palette
// ------------------------------------------------------------------------------

struct PaletteEntry {
  std::string_view words{};
  std::string_view hint = {};  // quiet, after the words
  std::string_view keys_hint = {};
  Icon icon = Icon::none;
  std::vector<int> matched{};  // byte offsets of typed letters in `words`, drawn in accent
};
struct PaletteAnswer {
  int picked = -1;
  bool query_changed = false;
  bool closed = false;
};
/// Draws dialog, field and at most 8 rows; the view filters. `chosen` is moved by the arrows.
PaletteAnswer palette(Ui& ui, std::string& query, std::span<const PaletteEntry> entries,
                      int& chosen);

// --- Loading
// --------------------------------------------------------------------------------------

/// A block of the real shape in `inset`; nothing until 300 ms after `since_ms`.
void skeleton(Ui& ui, const Rect& at, double since_ms, float radius = 6);
/// The arc of 270 degrees; with reduced motion the word "working". Keeps frames coming.
void spinner(Ui& ui, const Rect& at, float size = 16, Tone tone = Tone::text_2);

}  // namespace fairway::ui

#include "cli/decisions_view.h"

#include <algorithm>

#include "cli/terminal.h"
#include "shared/base/text.h"

namespace fairway::cli {
namespace {

using postgres::ColumnPlan;
using postgres::Decision;
using postgres::TablePlan;
using postgres::Treatment;

constexpr size_t width_max = 32;

// How many places a terminal needs, about: one for each character.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

std::string padded(std::string_view text, size_t width) {
  const size_t there = width_of(text);
  return cat({text, std::string(there < width ? width - there : 0, ' ')});
}

std::string place_of(const Decision& decision) {
  std::string place = decision.table;
  if (!decision.column.empty()) place += cat({".", decision.column});
  if (!decision.object.empty()) place += cat({place.empty() ? "" : " ", decision.object});
  return place.empty() ? "the database" : visible(place);
}

Colour colour_of(Treatment treatment) {
  if (treatment == Treatment::refuse) return Colour::red;
  return treatment == Treatment::ask ? Colour::yellow : Colour::plain;
}

std::string decision_text(const Decision& decision) {
  std::string text =
      cat({"  ", coloured(colour_of(decision.outcome), name_of(decision.outcome)), "  ",
           coloured(Colour::bold, place_of(decision)), ": ", visible(decision.why), "\n"});
  if (!decision.examples.empty()) {
    text += cat({"        such as ", visible(join(decision.examples, "; ")), "\n"});
  }
  if (decision.choices.size() > 1) {
    text +=
        cat({"        taken: ", decision.choice, "   of: ", join(decision.choices, ", "), "\n"});
  }
  return text;
}

std::string classes_text(const ColumnPlan& column) {
  struct Class {
    int64_t count;
    std::string_view name;
  };
  const auto& cells = column.cells;
  std::vector<std::string> parts;
  for (const Class& one :
       {Class{cells.integers, "integer"}, Class{cells.reals, "real"}, Class{cells.texts, "text"},
        Class{cells.blobs, "blob"}, Class{cells.nulls, "NULL"}}) {
    if (one.count > 0) parts.push_back(cat({grouped(one.count), " ", one.name}));
  }
  return parts.empty() ? "-" : join(parts, ", ");
}

std::string column_text(const ColumnPlan& column, size_t width) {
  const std::string declared = column.declared_type.empty() ? "(none)" : column.declared_type;
  std::string text =
      cat({"    ", padded(visible(column.name), width), "  ", padded(visible(declared), 16), "  ",
           padded(column.target_type, 26), "  ",
           coloured(Colour::dim, column.is_generated ? "computed there" : classes_text(column))});
  if (column.name != column.target_name) text += cat({"  as ", visible(column.target_name)});
  return text + "\n";
}

std::string table_text(const TablePlan& table) {
  std::string text = cat({"\n", coloured(Colour::bold, visible(table.name)), "  ",
                          counted(table.rows, "row", "rows")});
  if (table.name != table.target_name) text += cat({"  as ", visible(table.target_name)});
  text += "\n";
  size_t width = 4;
  for (const auto& column : table.columns) {
    width = std::max(width, std::min(width_max, width_of(column.name)));
  }
  for (const auto& column : table.columns) text += column_text(column, width);
  return text;
}

}  // namespace

std::string warnings_text(const std::vector<Decision>& decisions) {
  std::string text;
  for (const Treatment treatment : {Treatment::refuse, Treatment::ask, Treatment::report}) {
    for (const Decision& decision : decisions) {
      if (decision.outcome == treatment) text += decision_text(decision);
    }
  }
  return text;
}

std::string changes_text(const std::vector<postgres::SchemaChange>& changes) {
  std::string text;
  for (const bool destructive : {true, false}) {
    for (const auto& change : changes) {
      if (change.is_destructive != destructive) continue;
      text += cat(
          {"  ", destructive ? coloured(Colour::red, "LOSS  ") : coloured(Colour::plain, "CHANGE"),
           "  ", visible(change.words), "\n"});
      if (!change.sql.empty()) {
        const std::string sql = replace_all(change.sql, "\n", " ");
        text += cat({"          ", coloured(Colour::dim, visible(sql)), "\n"});
      }
    }
  }
  return text;
}

std::string tables_text(const postgres::Plan& plan) {
  std::string text;
  for (const TablePlan& table : plan.tables) text += table_text(table);
  for (const auto& view : plan.views) {
    text += cat({"\n", coloured(Colour::bold, visible(view.name)), "  view\n"});
  }
  return text;
}

}  // namespace fairway::cli

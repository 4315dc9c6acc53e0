// UTF-16 to UTF-8: VACUUM keeps the encoding, so the rows go over one by one.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

Failure no_memory() {
  return fix_input("preview_no_memory",
                   "There is not enough memory for the converted copy of the preview database.",
                   "You: close other tabs or delete data that you do not need, and try again.");
}

// SQLite decodes broken surrogates to something else, so a cell is looked at before it is read.
bool is_utf16(const uint16_t* units, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (units[i] < 0xd800 || units[i] > 0xdfff) continue;
    const bool pair =
        units[i] < 0xdc00 && i + 1 < count && units[i + 1] >= 0xdc00 && units[i + 1] <= 0xdfff;
    if (!pair) return false;
    ++i;
  }
  return true;
}

bool bind_cell(const Statement& from, int column, const Statement& to) {
  sqlite3_stmt* into = to.get();
  const int place = column + 1;
  switch (from.storage_class(column)) {
    case SQLITE_INTEGER:
      return sqlite3_bind_int64(into, place, from.integer(column)) == SQLITE_OK;
    case SQLITE_FLOAT:
      return sqlite3_bind_double(into, place, from.real(column)) == SQLITE_OK;
    case SQLITE_TEXT: {
      const auto* units = static_cast<const uint16_t*>(sqlite3_column_text16(from.get(), column));
      const int size = sqlite3_column_bytes16(from.get(), column);
      if (units == nullptr || !is_utf16(units, static_cast<size_t>(size) / 2)) return false;
      return sqlite3_bind_text16(into, place, units, size, SQLITE_STATIC) == SQLITE_OK;
    }
    case SQLITE_BLOB: {
      const std::string_view bytes = from.blob(column);
      return sqlite3_bind_blob64(into, place, bytes.data() == nullptr ? "" : bytes.data(),
                                 bytes.size(), SQLITE_STATIC) == SQLITE_OK;
    }
    default:
      return sqlite3_bind_null(into, place) == SQLITE_OK;
  }
}

Failure not_unicode(const TableReading& table, const Statement& row, int column) {
  const bool rowid = has_rowid_value(table.key);
  const auto& name = table.sum.columns[static_cast<size_t>(column - (rowid ? 1 : 0))].name;
  return fix_input("text_not_unicode",
                   cat({"The UTF-16 text in ", quoted_name(table.sum.name), ".", quoted_name(name),
                        rowid ? cat({", rowid ", decimal(row.integer(0))}) : "",
                        " has a broken surrogate, which UTF-8 cannot hold."}),
                   "You: correct that value in the builder and try again. Nothing was changed.");
}

// Inserts what the preview stores; columns that the database computes or stores by itself are left
// to it. A rowid that SQL cannot name is not kept: nothing can tell.
std::optional<Failure> copy_rows(const Connection& from, const Connection& to,
                                 const TableReading& table) {
  TableSum stored = table.sum;
  std::erase_if(stored.columns, [&](const ColumnSum& sum) {
    return std::ranges::any_of(table.columns, [&](const ColumnReading& column) {
      return column.generated == Generated::stored && column.name == sum.name;
    });
  });
  std::vector<std::string> names;
  if (has_rowid_value(table.key)) names.push_back(table.key.rowid_name);
  for (const auto& column : stored.columns) names.push_back(quoted_name(column.name));
  const std::vector<std::string> places(names.size(), "?");
  Statement row(from, select_rows(stored.name, table.key, stored.columns));
  Statement insert(to, cat({"INSERT INTO ", quoted_name(stored.name), "(", join(names, ", "),
                            ") VALUES(", join(places, ", "), ")"}));
  while (row.step()) {
    for (int i = 0; i < static_cast<int>(names.size()); ++i) {
      if (bind_cell(row, i, insert)) continue;
      return row.storage_class(i) == SQLITE_TEXT ? not_unicode(table, row, i) : no_memory();
    }
    insert.step();
    if (!insert.ended()) return to.failure(insert.result(), "copying");
    insert.reset();
  }
  if (!row.ended()) return from.failure(row.result(), "copying");
  return std::nullopt;
}

std::optional<Failure> create_objects(const Preview& preview, Connection& to, bool tables) {
  for (const auto& object : preview.schema()) {
    const bool stored = object.type == "table" && !parse_virtual_table(object.sql);
    if (tables ? !stored || object.name == "sqlite_sequence" : object.type != "index") continue;
    if (auto failure = to.execute(object.sql)) return failure;
  }
  return std::nullopt;
}

// Views, triggers and virtual tables have no pages: their definitions are all there is.
std::optional<Failure> copy_definitions(const Preview& preview, Connection& to) {
  sqlite3_db_config(to.get(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  if (auto failure = to.execute("PRAGMA writable_schema=ON")) return failure;
  Statement insert(to, "INSERT INTO sqlite_schema VALUES(?, ?, ?, 0, ?)");
  for (const auto& object : preview.schema()) {
    const bool bare = object.type == "view" || object.type == "trigger" ||
                      (object.type == "table" && parse_virtual_table(object.sql));
    if (!bare) continue;
    int place = 0;
    for (const std::string* text : {&object.type, &object.name, &object.table, &object.sql}) {
      sqlite3_bind_text(insert.get(), ++place, text->data(), static_cast<int>(text->size()),
                        SQLITE_STATIC);
    }
    insert.step();
    if (!insert.ended()) return to.failure(insert.result(), "copying the definitions of");
    insert.reset();
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> recode_preview(Preview& preview, const Inspection& inspection,
                                      const DatabasePlace& place) {
  auto& state = preview.state();
  Connection to;
  if (auto failure = to.open(place, state.budget, state.length_max)) return failure;
  const PreviewHeader& header = preview.header();
  if (auto failure = to.execute(
          cat({"PRAGMA page_size=", decimal(turso_page_bytes),
               "; PRAGMA auto_vacuum=0; PRAGMA encoding='UTF-8'; BEGIN; PRAGMA user_version=",
               decimal(header.user_version),
               "; PRAGMA application_id=", decimal(header.application_id)}))) {
    return failure;
  }
  if (auto failure = create_objects(preview, to, true)) return failure;
  for (const auto& table : inspection.tables) {
    if (table.sum.name == "sqlite_sequence") {
      if (auto failure = to.execute("DELETE FROM sqlite_sequence")) return failure;
    }
    if (auto failure = copy_rows(state.connection, to, table)) return failure;
  }
  if (auto failure = create_objects(preview, to, false)) return failure;
  if (auto failure = copy_definitions(preview, to)) return failure;
  return to.execute("COMMIT");
}

}  // namespace fairway

#include "shared/libsql/script.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"
#include "shared/postgres/real_text.h"

namespace fairway::libsql {
namespace {

using postgres::OutBuffer;
using postgres::Watch;

constexpr int64_t statement_bytes = 64 << 10;  // an INSERT that is longer gets no more rows
constexpr int64_t statement_rows = 250;
constexpr int64_t rows_between_looks = 4'096;

void add_hex(OutBuffer& out, std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, OutBuffer::room_max / 2);
    char* at = out.room(2 * piece.size());
    for (char byte : piece) {
      *at++ = digits[static_cast<uint8_t>(byte) >> 4];
      *at++ = digits[byte & 15];
    }
    out.end_at(at);
    bytes.remove_prefix(piece.size());
  }
}

// A literal cannot hold NUL, and bytes that are no UTF-8 do not survive every client.
void add_text(OutBuffer& out, std::string_view text) {
  if (text.find('\0') == std::string_view::npos && is_utf8(text)) {
    postgres::add_quoted(out, text);
    return;
  }
  out.add("CAST(x'");
  add_hex(out, text);
  out.add("' AS TEXT)");
}

// An integer times powers of two, which every SQLite computes without rounding.
void add_product(OutBuffer& out, double number) {
  int power = 0;
  const auto whole = static_cast<int64_t>(std::ldexp(std::frexp(number, &power), 53));
  power -= 53;
  out.end_at(postgres::write_integer(out.room(postgres::integer_text_bytes_max), whole));
  out.add(".0");
  const char* const step = power < 0 ? "/" : "*";
  for (int left = std::abs(power); left > 0; left -= 53) {
    out.add(step);
    out.end_at(postgres::write_integer(out.room(postgres::integer_text_bytes_max),
                                       int64_t(1) << std::min(left, 53)));
    out.add(".0");
  }
}

// SQLite reads "26.819604" as the number next to it in some versions: the text lies almost halfway
// between two doubles, and they round twice. Eighteen digits lie close to the one that is meant;
// far from 1 even those fail.
void add_real(OutBuffer& out, double number) {
  if (std::isinf(number)) return out.add(number > 0 ? "9e999" : "-9e999");
  const double size = std::fabs(number);
  if (number == std::trunc(number) && size < 0x1p53) {
    return out.end_at(
        postgres::write_real_as_text(out.room(postgres::real_text_bytes_max), number));
  }
  if (size < 0x1p-60 || size > 0x1p60) return add_product(out, number);
  char* const room = out.room(postgres::real_text_bytes_max);
  const auto end = std::to_chars(room, room + postgres::real_text_bytes_max, number,
                                 std::chars_format::scientific, 17);
  out.end_at(end.ptr);
}

void add_cell(OutBuffer& out, const CellValue& cell) {
  switch (cell.storage_class()) {
    case SQLITE_INTEGER: {
      const int64_t number = cell.integer();
      // The text of the smallest integer would be read as a real with a minus before it.
      if (number == INT64_MIN) return out.add("(-9223372036854775807-1)");
      return out.end_at(
          postgres::write_integer(out.room(postgres::integer_text_bytes_max), number));
    }
    case SQLITE_FLOAT:
      return add_real(out, cell.real());
    case SQLITE_TEXT:
      return add_text(out, cell.text());
    case SQLITE_BLOB:
      out.add("x'");
      add_hex(out, cell.blob());
      return out.add('\'');
    default:
      return out.add("NULL");
  }
}

// What an INSERT names: the rowid where SQL can, and the columns that are not computed.
struct Names {
  std::string list;
  std::vector<ColumnSum> columns;
};

Names names_of(const TableReading& table) {
  Names names;
  std::vector<std::string> list;
  if (has_rowid_value(table.key)) list.push_back(table.key.rowid_name);
  for (const auto& column : table.columns) {
    if (column.generated != Generated::no) continue;
    list.push_back(quoted_name(column.name));
    names.columns.push_back({column.name, column.type, 0});
  }
  names.list = join(list, ",");
  return names;
}

std::optional<Failure> add_rows(const Connection& connection, const TableReading& table,
                                OutBuffer& out, const Watch& watch) {
  const Names names = names_of(table);
  const int count = static_cast<int>(names.columns.size()) + (has_rowid_value(table.key) ? 1 : 0);
  const std::string start =
      cat({"INSERT INTO ", quoted_name(table.sum.name), "(", names.list, ") VALUES"});
  Statement row(connection, select_rows(table.sum.name, table.key, names.columns));
  int64_t rows = 0;
  int64_t rows_here = 0;
  int64_t begun_at = 0;
  while (row.step()) {
    const bool is_full = rows_here >= statement_rows || out.written() - begun_at >= statement_bytes;
    if (rows_here > 0 && !is_full) {
      out.add(",\n(");
    } else {
      if (rows_here > 0) out.add(";\n");
      begun_at = out.written();
      rows_here = 0;
      out.add(start);
      out.add("\n(");
    }
    for (int i = 0; i < count; ++i) {
      if (i > 0) out.add(',');
      add_cell(out, row.cell(i));
    }
    out.add(')');
    ++rows_here;
    if (out.failure()) return out.failure();
    if (++rows % rows_between_looks != 0 || !watch) continue;
    if (auto failure = watch(rows)) return failure;
  }
  if (rows_here > 0) out.add(";\n");
  if (!row.ended()) return connection.failure(row.result(), "writing");
  return out.failure();
}

// --- Order
// ----------------------------------------------------------------------------------------

// The virtual table whose module keeps `table` for itself; "" when it is an ordinary one.
std::string owner_of(const Inspection& inspection, std::string_view table) {
  for (const auto& owner : inspection.virtual_tables) {
    const std::string start = cat({lower_ascii(owner.name), "_"});
    const std::string name = lower_ascii(table);
    if (!name.starts_with(start)) continue;
    static constexpr std::string_view ends[] = {"data",   "idx",      "content", "docsize",
                                                "config", "segments", "segdir",  "stat",
                                                "node",   "parent",   "rowid"};
    if (std::ranges::contains(ends, std::string_view(name).substr(start.size()))) return owner.name;
  }
  return "";
}

void add_definition(OutBuffer& out, std::string_view sql) {
  out.add(sql);
  // A definition may end in a comment.
  out.add(sql.find("--") == std::string_view::npos ? ";\n" : "\n;\n");
}

std::string creation_of(const Preview& preview, std::string_view name) {
  for (const auto& object : preview.schema()) {
    if (object.type == "table" && object.name == name) return object.sql;
  }
  return "";
}

void add_header(const Preview& preview, OutBuffer& out) {
  const PreviewHeader& header = preview.header();
  out.add("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
  if (header.user_version != 0) {
    out.add(cat({"PRAGMA user_version=", decimal(header.user_version), ";\n"}));
  }
  if (header.application_id != 0) {
    out.add(cat({"PRAGMA application_id=", decimal(header.application_id), ";\n"}));
  }
}

void add_others(const Preview& preview, std::string_view type, OutBuffer& out) {
  for (const auto& object : preview.schema()) {
    if (object.type == type) add_definition(out, object.sql);
  }
}

std::optional<Failure> add_tables(Preview& preview, const Inspection& inspection, OutBuffer& out,
                                  const Watch& watch) {
  const Connection& connection = preview.state().connection;
  for (const auto& table : inspection.tables) {
    if (table.sum.name == "sqlite_sequence") continue;
    if (!owner_of(inspection, table.sum.name).empty()) continue;
    add_definition(out, creation_of(preview, table.sum.name));
    if (auto failure = add_rows(connection, table, out, watch)) return failure;
  }
  return std::nullopt;
}

std::optional<Failure> add_virtual_tables(Preview& preview, const Inspection& inspection,
                                          OutBuffer& out, const Watch& watch) {
  const Connection& connection = preview.state().connection;
  for (const auto& table : inspection.virtual_tables) {
    add_definition(out, creation_of(preview, table.name));
  }
  for (const auto& table : inspection.tables) {
    if (owner_of(inspection, table.sum.name).empty()) continue;
    out.add(cat({"DELETE FROM ", quoted_name(table.sum.name), ";\n"}));
    if (auto failure = add_rows(connection, table, out, watch)) return failure;
  }
  return std::nullopt;
}

std::optional<Failure> add_sequences(Preview& preview, const Inspection& inspection, OutBuffer& out,
                                     const Watch& watch) {
  for (const auto& table : inspection.tables) {
    if (table.sum.name != "sqlite_sequence") continue;
    out.add("DELETE FROM \"sqlite_sequence\";\n");
    return add_rows(preview.state().connection, table, out, watch);
  }
  return std::nullopt;
}

}  // namespace

Outcome<Done> write_script(Preview& preview, const Inspection& inspection, OutBuffer& out,
                           const Watch& watch) {
  add_header(preview, out);
  if (auto failure = add_tables(preview, inspection, out, watch)) return *failure;
  if (auto failure = add_sequences(preview, inspection, out, watch)) return *failure;
  if (auto failure = add_virtual_tables(preview, inspection, out, watch)) return *failure;
  for (std::string_view type : {"index", "view", "trigger"}) add_others(preview, type, out);
  out.add("COMMIT;\n");
  out.flush();
  if (out.failure()) return *out.failure();
  return Done{};
}

}  // namespace fairway::libsql

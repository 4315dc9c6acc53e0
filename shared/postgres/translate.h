// SQLite's SQL as PostgreSQL 15's: defaults, checks, generated columns, expression indexes, views
// and simple triggers.
//
// What comes out means what SQLite meant, or nothing comes out: a failure "not_translatable" whose
// message names the construct ("the function strftime with '%j'"), for the report. Types decide
// much of it (5 = '5' is true for an integer column and false for a text), so every column comes
// with what it holds in both databases.
//
// Texts are UTF-8 and compared by bytes (COLLATE "C"), as SQLite does. Names are always quoted.
// Pure; the trees are no higher than sql::tree_height_max. The caller runs what it gets inside of
// a savepoint: only the server knows for sure that it takes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/outcome.h"
#include "shared/sql/sql.h"

namespace fairway::postgres {

// What the cells of a column are over there, and what they were: a `timestamp_seconds` is a
// timestamptz that SQLite knew as an integer.
enum class ValueClass {
  bigint,
  real,     // float8
  numeric,  // numeric; integers and reals in SQLite
  text,
  bytes,
  boolean,                 // 0 and 1 in SQLite
  timestamp_text,          // timestamptz; ISO text in SQLite
  timestamp_milliseconds,  // timestamptz; integers since 1970
  timestamp_seconds,
  timestamp_julian,
  date_text,  // date, time
  time_text,
  json,        // json, its text kept
  jsonb_blob,  // json; SQLite's JSONB in SQLite
  uuid,        // text in SQLite
  mixed,       // text or bytes that were values of several classes: nothing is computed with them
};

struct ColumnName {
  std::string name;
  std::string target_name;
  ValueClass holds = ValueClass::text;
  std::string declared_type;  // decides SQLite's affinity
  std::string collation;      // as declared: "", "NOCASE", ...
  // timestamp_text: how every one of its texts is written, as to_char writes it in UTC, e.g.
  // YYYY-MM-DD HH24:MI:SS. Empty: unknown, then the column is no text for an expression.
  std::string text_form;
  // Dates or JSON that were of several classes in SQLite: no one value stands for them there.
  bool had_several_classes = false;
};

// A table or a view.
struct TableName {
  std::string name;
  std::string target_name;
  std::vector<ColumnName> columns;
  std::string rowid_column;  // name of the INTEGER PRIMARY KEY; empty: rowid cannot be spoken of
};

struct Names {
  std::vector<TableName> tables;
};

// The expression of a DEFAULT, of the type of the column's target; without the word DEFAULT.
Outcome<std::string> translate_default(const sql::Expression& value, const ColumnName& column);
// The condition of a CHECK, of a partial index: boolean, without parentheses around it.
Outcome<std::string> translate_condition(const sql::Expression& condition, const TableName& table);
// The expression of a generated column, of the type of the column's target; immutable.
Outcome<std::string> translate_generated(const sql::Expression& value, const TableName& table,
                                         const ColumnName& column);
// One column of an index, or of a UNIQUE: "name", "name" DESC, (lower("name")).
// NOCASE becomes lower() of ASCII, so that the same texts are equal. A value out of JSON becomes
// the text that ->> gives, which orders but does not tell 1 from '1': nothing for uniqueness.
enum class IndexedFor { order, uniqueness };
Outcome<std::string> translate_indexed(const sql::IndexedColumn& column, const TableName& table,
                                       IndexedFor purpose);

struct TranslatedView {
  std::string select;    // the statement behind CREATE VIEW name (columns) AS
  TableName as_table;    // its columns, for views over this view and for comparing its rows
  bool ordered = false;  // it says ORDER BY for the whole result
  std::vector<std::string> notes;  // what a reader should know; empty for most
};
Outcome<TranslatedView> translate_view(const sql::CreateView& view, const Names& names);

struct TranslatedTrigger {
  std::string create_function;  // whole statements, without a semicolon at the end
  std::string create_trigger;
  std::vector<std::string> notes;
};
// `function_name` is the name of the function to make, in the same schema as the tables.
Outcome<TranslatedTrigger> translate_trigger(const sql::CreateTrigger& trigger, const Names& names,
                                             std::string_view function_name);

}  // namespace fairway::postgres

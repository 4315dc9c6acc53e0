// What becomes of a SQLite database in PostgreSQL 15 and later: of every table, column, key, index,
// view and trigger, decided before anything is written. Pure: the same profile and choices give the
// same plan, byte for byte.
//
//   auto profile = profile_preview(*preview);            // shared/migration/profile.h
//   auto plan = make_plan(*profile, {});                 // every default taken
//   auto choices = read_choices(parsed_plan_json);       // what a person changed in it
//   plan = make_plan(*profile, *choices);
//
// Then: run `before`, load what each table's `select` answers, run `after`. All of it can stand in
// one transaction. Names in DDL are quoted and unqualified, so search_path decides the schema; only
// what is Fairway's own stands in a schema of its own, which `before` makes when it is needed:
// fairway.exact_cells(table_name, column_name, row_key, bytes) and fairway.settings(name, value).
//
// Names are kept, case too. Only what PostgreSQL cannot take gets another one: over 63 bytes, taken
// by a system column, used twice in the one name space that tables, indexes and views share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json.h"
#include "shared/migration/profile.h"

namespace fairway::postgres {

enum class Treatment { exact, map, ask, refuse, report, derive };
std::string_view name_of(Treatment treatment);  // "EXACT" and so on

// Something that is not over there as it is here. Names are SQLite's.
struct Decision {
  Treatment outcome = Treatment::report;
  std::string table;   // "" when it is about the whole database, or a view
  std::string column;  // "" when it is not about one column
  std::string object;  // the index, view, trigger, constraint or setting; may be empty
  std::string kind;    // for programs: "mixed_classes", "check", "view"
  std::string why;     // for people, one or two sentences; ends with the object's SQL if it is lost
  int64_t count = 0;   // rows or cells that are concerned
  std::vector<std::string> examples;  // "rowid 5: 'abc'", at most five
  std::vector<std::string> choices;   // ASK, and MAP where there is another way
  std::string choice;                 // the one taken; the safe default until somebody chooses

  bool operator==(const Decision&) const = default;
};

// How a cell becomes the text that PostgreSQL prints for the column's type. A NULL stays NULL.
enum class Conversion {
  bigint,   // also integer and smallint: the values were seen to fit; texts are integers then
  real,     // double precision; integers are exact in it
  numeric,  // numbers, and texts that are decimals
  text,     // numbers as SQLite prints them; where `may_be_broken`, repaired
  bytes,    // blobs as they are, the UTF-8 bytes of everything else
  boolean,  // 0 and 1; 'true' and 'false' in any case
  // timestamptz. Texts are ISO 8601, without a zone they are UTC; numbers have the unit named.
  timestamp_text,
  timestamp_milliseconds,
  timestamp_seconds,
  timestamp_julian,
  date_text,   // date, from YYYY-MM-DD
  time_text,   // time, from HH:MM[:SS[.ffffff]]
  json,        // the text as it is; numbers are JSON numbers
  jsonb_blob,  // json; `select` has turned SQLite's binary form into text already
  uuid,        // in the lower-case form with four hyphens; the texts may be in upper case
  jsonb,       // as jsonb writes it: without the blanks, the order and the doubles of the text
  // text that is JSON and tells the storage classes apart: 7, 7.0, "text", {"blob":"00ff"},
  // {"real":"Infinity"}, and {"text":"61ff"} for texts that are no UTF-8.
  tagged,
};
std::string_view name_of(Conversion conversion);

struct ColumnPlan {
  std::string name;
  std::string target_name;
  std::string declared_type;
  std::string target_type;  // "bigint", "timestamp(3) with time zone"
  Conversion conversion = Conversion::text;
  // PostgreSQL computes it: no cell is read or loaded.
  bool is_generated = false;
  // Some texts have NUL or are no UTF-8: the writer repairs them and keeps their exact bytes.
  bool may_be_broken = false;
  // Texts that stand for no value of the type ('', '0000-00-00') are loaded as NULL, and declared.
  bool strays_become_null = false;
  CellCounts cells;
  std::vector<std::string> choices;  // other types that hold every value; the default among them
  std::string choice;
};

// Cells that are loaded as NULL by choice: rows that point to nothing.
struct EmptiedCells {
  std::string column;
  std::string parent;
  std::string
      select;  // like the table's, but of these rows, with nothing but the value behind the key
};

struct TablePlan {
  std::string name;
  std::string target_name;
  std::vector<ColumnPlan> columns;  // in the order of the target's columns
  RowKey key;
  int64_t rows = 0;
  // Answers the rows: first `key_columns` that name a row in reports, then a cell for each column
  // that is not generated, in order.
  std::string select;
  size_t key_columns = 0;
  std::vector<EmptiedCells> emptied;
};

struct ViewPlan {
  std::string name;
  std::string target_name;
  std::string sqlite_sql;    // as stored: CREATE VIEW ...
  std::string postgres_sql;  // the CREATE VIEW that stands in `after`
};

// What a statement is about; a script says it above those of a kind.
enum class Part {
  tables,
  keys,
  indexes,
  checks,
  defaults,
  numbers,  // where identities go on
  foreign_keys,
  full_text,
  views,
  triggers,
  settings,
};

// A statement of the plan. Where `if_refused` is set, the server knows things that a plan cannot:
// it is run under a savepoint, and when the server refuses it, it is left out and the decision goes
// into the report, with the server's words behind its `why`.
struct Ddl {
  std::string sql;  // without a semicolon at its end
  std::optional<Decision> if_refused;
  Part part = Part::tables;
};

// What code that talks to the database has to know about a column of dates.
struct DateDecision {
  std::string table;
  std::string column;
  std::string form;    // in SQLite: milliseconds, seconds, julian days, ISO text, mixed, empty
  std::string choice;  // over there: timestamptz, date, time, text, bigint ...
};

struct Plan {
  std::vector<TablePlan> tables;  // in the order of the schema
  std::vector<ViewPlan> views;    // a view stands behind those that it reads
  std::vector<Decision> decisions;
  std::vector<DateDecision> dates;
  std::vector<Ddl> before;  // schema and tables, without secondary indexes and foreign keys
  // Behind the rows: keys, indexes, checks, foreign keys, identities, full text, views, triggers;
  // what cannot be refused stands first.
  std::vector<Ddl> after;
  // Set when this database cannot be carried; then there is nothing else but decisions.
  std::optional<Failure> refusal;
};

// One answer to a question of the plan. A column's type is chosen with kind "" and column set.
struct Choice {
  std::string table;
  std::string column;
  std::string object;
  std::string kind;
  std::string choice;
  std::string why = {};  // of a choice that is ours, for the decision
};

// Fails with fix_input `unknown_choice` where a choice names something that is not in the plan, or
// is none of those allowed; the message names both. A database that PostgreSQL cannot take is no
// failure but `refusal`.
Outcome<Plan> make_plan(const DatabaseProfile& profile, const std::vector<Choice>& choices);

// {"target":"postgres","tables":[{"name","target_name","rows","columns":[{"name","target_name",
// "declared_type","type","conversion","choice","choices"...}]}],"views","decisions","dates",
// "before","after"}: what to_json writes, a person edits ("choice" of columns and decisions), and
// read_choices takes back. Fails with fix_input `invalid_plan`.
void to_json(Json& json, const Decision& decision);
void to_json(Json& json, const Plan& plan);
Outcome<std::vector<Choice>> read_choices(const Json& json);

}  // namespace fairway::postgres

// Redeploying: what must happen so that the production schema becomes the preview's, without
// replacing a row that is there (G10). Pure: compares definitions by their tokens, not by their
// text.
//
// What only adds is turned into statements: new tables (which arrive with the preview's rows), new
// columns, new indexes, views, triggers, full-text tables. Where ALTER TABLE does not take a
// change, the table is rebuilt (rebuild.h) with its rows, row numbers, counters, indexes and
// triggers. Views, triggers and indexes hold no rows, so changed ones are made anew. What loses or
// bends what production holds (a table or column that is gone, another type, a tighter rule, NOT
// NULL without a default) is a loss: it is in the statements too, but these may run only when
// somebody has said yes to exactly these losses. A rename is guessed and shown, never done. What
// production has and no preview ever had was made by the running app and is kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/migration/schema.h"

namespace fairway {

// In front of the transaction that changes a schema: dropping a table to make it anew takes no rows
// of other tables along. Within a transaction it would set nothing.
constexpr std::string_view foreign_keys_off_sql = "PRAGMA foreign_keys = OFF";

struct SchemaLoss {
  std::string kind;  // for programs: "drop_table", "drop_column", "change_type", "change_column",
                     // "change_table", "add_column", "rename_guess"
  std::string table;
  std::string column;     // "" where the whole table is concerned
  std::string words;      // for people: what changes, and what becomes of the rows
  std::string count_sql;  // asks production how many rows are concerned

  bool operator==(const SchemaLoss&) const = default;
};

// Takes rebuilt and dropped tables back, in one transaction without foreign keys enforced, as long
// as the table `kept` is there; nothing where that is "".
struct SchemaRestore {
  std::string kept;  // the first of the tables that hold what was there
  std::vector<std::string> statements;
};

// Answers a row while `kept` is there.
std::string look_for_kept_sql(std::string_view kept);
std::string drop_kept_sql(std::string_view kept);

struct SchemaDifference {
  // In their order; the first `before_rows` of them come before the rows of `new_tables`, in one
  // transaction without foreign keys enforced.
  std::vector<std::string> statements;
  size_t before_rows = 0;
  std::vector<std::string> new_tables;  // their rows come from the preview
  SchemaRestore restore;
  std::vector<std::string> undo;         // behind it: takes single statements back, in this order
  std::vector<std::string> kept_tables;  // made by the statements: what rebuilt tables held before
  std::vector<SchemaLoss> losses;
  std::vector<std::string> refused;  // words: what cannot be done at all, and why
  std::vector<std::string> kept;  // words: what stays in production although the preview lacks it

  bool identical() const { return statements.empty() && refused.empty(); }
};

// `deployed` is the preview's schema of the last release, where it is known: a table of production
// that is in it and not in `preview` was dropped on purpose, which is a loss; one that is in
// neither was made by the running app, and is kept. Without it every missing table counts as
// dropped. `keep_as` begins the names of kept tables, and must be no name's beginning that is
// there.
SchemaDifference schema_difference(const std::vector<SchemaObject>& production,
                                   const std::vector<SchemaObject>& preview,
                                   const std::vector<SchemaObject>* deployed = nullptr,
                                   std::string_view keep_as = "_fairway_kept_");

// Of the tables in `preview`, those whose rows a database takes from it that has only the tables
// named in `production`: what schema_difference calls new_tables, told before production is read.
std::vector<std::string> new_tables_of(const std::vector<SchemaObject>& preview,
                                       const std::vector<std::string>& production);

// What a yes is said to: the same for the same losses, however many rows they concern by now. ""
// for none.
std::string digest_of(const std::vector<SchemaLoss>& losses);

// Why the difference may not be made: fix_input `schema_change_refused` for what cannot be done,
// naming how many there are, and `schema_change_waits` where `accepted` is not the digest of the
// losses. Nothing where it may.
std::optional<Failure> refusal_of(const SchemaDifference& difference, std::string_view accepted);

}  // namespace fairway

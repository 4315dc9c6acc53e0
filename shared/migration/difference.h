// Redeploying: what must happen so that the production schema becomes the preview's, without
// touching a row that is there (G10). Pure: compares definitions by their tokens, not by their
// text.
//
// What only adds is turned into statements: new tables (which arrive with the preview's rows), new
// columns as far as ALTER TABLE ADD COLUMN takes them, new indexes, views, triggers, full-text
// tables. Views, triggers and indexes hold no rows, so changed ones are made anew. What would drop,
// narrow or retype data is refused, with words. What production has and no preview ever had was
// made by the running app and is kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/migration/schema.h"

namespace fairway {

struct SchemaDifference {
  // In their order; the first `before_rows` of them come before the rows of `new_tables`.
  std::vector<std::string> statements;
  size_t before_rows = 0;
  std::vector<std::string> new_tables;  // their rows come from the preview
  std::vector<std::string> undo;        // takes the statements back, in this order
  std::vector<std::string> refused;     // words: what stops, and why
  std::vector<std::string> kept;  // words: what stays in production although the preview lacks it

  bool identical() const { return statements.empty() && refused.empty(); }
};

// `deployed` is the preview's schema of the last release, where it is known: a table of production
// that is in it and not in `preview` was dropped on purpose, which is refused; one that is in
// neither was made by the running app, and is kept. Without it every missing table counts as
// dropped.
SchemaDifference schema_difference(const std::vector<SchemaObject>& production,
                                   const std::vector<SchemaObject>& preview,
                                   const std::vector<SchemaObject>* deployed = nullptr);

// Of the tables in `preview`, those whose rows a database takes from it that has only the tables
// named in `production`: what schema_difference calls new_tables, told before production is read.
std::vector<std::string> new_tables_of(const std::vector<SchemaObject>& preview,
                                       const std::vector<std::string>& production);

// The first refusal as fix_input `schema_change_refused`, naming how many there are; nothing when
// there is none.
std::optional<Failure> refusal_of(const SchemaDifference& difference);

}  // namespace fairway

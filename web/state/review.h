// The migration review: what becomes of every column, and what a person may decide about it.
//
// Pure rules from a profile and a plan to rows that are drawn. Each choice stands at the default
// that loses nothing until somebody changes it, so accepting works at once. Rows that need a
// decision come first, then those with something to know, then everything else. Cost: one pass over
// columns and decisions. Names are SQLite's. No errors of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/migration/profile.h"
#include "shared/postgres/plan.h"

namespace fairway {

enum class ReviewTarget : uint8_t { turso, postgres };
std::string_view target_words(ReviewTarget target);

// `decision`: somebody may choose, a default is taken. `note`: not over there as it is here.
enum class ReviewRank : uint8_t { decision, note, plain };

struct ReviewRow {
  ReviewRank rank = ReviewRank::plain;
  // What a Choice names, with `kind`; the column is empty for views, triggers, indexes and so on.
  std::string table;
  std::string column;
  std::string object;
  std::string kind;
  std::string name;   // "bookings.starts_at"
  std::string label;  // "Mixed dates"; empty for plain rows
  std::string declared;
  std::optional<CellCounts> cells;  // of a column that is read
  std::string found;                // "3,102 integer, 816 text"
  std::string becomes;
  std::string why;
  int64_t count = 0;  // rows or cells that the decision is about
  std::vector<std::string> examples;
  // More than one: a person may change `choice`. Of a plain row they all hold every value.
  std::vector<std::string> choices;
  std::string choice;

  [[nodiscard]] std::string key() const;  // the same for the same question
};

// What a target makes of the whole database.
struct TargetReview {
  std::vector<ReviewRow> rows;
  std::optional<Failure> refusal;  // this target cannot take the database
  int64_t columns = 0;
  int64_t decisions = 0;
  int64_t column_decisions = 0;  // columns that need one
};

// SQLite's own kind: everything stays as it is, so there is nothing to decide.
TargetReview review_for_turso(const DatabaseProfile& profile);
TargetReview review_for_postgres(const DatabaseProfile& profile, const postgres::Plan& plan);

struct ReviewTable {
  std::string name;
  int64_t rows = 0;
};

enum class ReviewExport : uint8_t { none, postgres_script, libsql_script, sqlite_file };

// The open preview, for planning anew and for exports; of the actions.
struct ReviewSource;

struct Review {
  enum class Stage : uint8_t { reading, profiling, ready, failed };
  std::string project_id;
  Stage stage = Stage::reading;
  int64_t asked_at_ms = 0;
  int64_t tables_done = 0;
  int64_t tables_total = 0;
  Failure problem;  // Meaningful when failed.
  std::vector<ReviewTable> tables;
  int64_t rows = 0;
  TargetReview turso;
  TargetReview postgres;
  std::vector<postgres::Choice> choices;  // Those that differ from the defaults.
  ReviewExport exporting = ReviewExport::none;
  Failure export_problem;
  std::shared_ptr<ReviewSource> source;

  // Of the person.
  ReviewTarget target = ReviewTarget::postgres;
  std::string table;  // Empty: all of them.
  bool only_decisions = false;
  bool show_all = false;
  std::string row;     // The key of the row that the keyboard is at.
  std::string detail;  // The key of the row whose details are open.

  [[nodiscard]] const TargetReview& of_target() const {
    return target == ReviewTarget::turso ? turso : postgres;
  }
};

// What was accepted, kept with the project as long as the tab lives.
struct AcceptedReview {
  ReviewTarget target = ReviewTarget::postgres;
  int64_t decisions = 0;
  std::vector<postgres::Choice> choices;
};

// Rows that are shown while the others are folded, when there are so many plain ones.
inline constexpr size_t review_rows_folded = 10;

struct ShownRows {
  std::vector<size_t> rows;  // positions in of_target().rows
  size_t tall = 0;           // how many of them, from the first, are decisions or notes
  int64_t hidden = 0;
};
ShownRows shown_rows(const Review& review);

const ReviewRow* find_row(const TargetReview& review, std::string_view key);

// `choices` with this answer in place of an earlier one to the same question.
std::vector<postgres::Choice> with_choice(std::vector<postgres::Choice> choices,
                                          const ReviewRow& row, const std::string& choice);

// --- Words
// ----------------------------------------------------------------------------------------

// "4 columns need a decision", "Nothing needs a decision".
std::string review_title(const TargetReview& review);
std::string review_subtitle(const TargetReview& review);
// "3,102 integer, 816 text"; "no rows".
std::string found_words(const CellCounts& cells);
// "mixed_classes" -> "Mixed values".
std::string kind_words(std::string_view kind);
// "replace" -> "Replace 2".
std::string choice_words(const ReviewRow& row, std::string_view choice);
// As people write it: "timestamp(3) with time zone" -> "timestamptz(3)".
std::string type_words(std::string_view target_type);
// What becomes of a value, for the hint over a choice: "rowid 5: 'abc' becomes text".
std::string example_words(const ReviewRow& row, std::string_view choice);

}  // namespace fairway

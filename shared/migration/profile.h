// What a database really holds: SQLite keeps any value in any column, so a plan for a stricter
// database starts from the values and not from the declarations. One pass over all cells, counting;
// the dearer questions (is it JSON, a UUID, a date?) are asked only where the declared type raises
// them.
//
// Memory: bounded by the number of columns, never by rows. Cost: about 0.3 s for a million rows of
// six plain columns. Nothing in the database is run (see preview.h). The same input gives the same
// profile.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/migration/preview.h"

namespace fairway {

// How often something was found, and where at first: "rowid 5: 'abc'".
struct Finding {
  static constexpr size_t examples_max = 5;
  int64_t count = 0;
  std::vector<std::string> examples;

  bool operator==(const Finding&) const = default;
};

// What the declared type promises, before any value is looked at.
enum class DeclaredKind {
  none,  // no type, or one that nobody knows
  integer,
  real,
  decimal,
  text,
  blob,
  boolean,
  date_time,
  date,
  time,
  json,
  uuid,
};
DeclaredKind declared_kind_of(std::string_view declared_type);

// SQLite's rule (datatype3.html, 3.1): what a column does to the values put into it.
enum class Affinity { blob, text, numeric, integer, real };
Affinity affinity_of(std::string_view declared_type);

// Numbers of a column whose kind is a date or a time, by their size.
struct DateNumbers {
  int64_t milliseconds = 0;  // since 1970: of 1970-04-26 and later, or before 1969-09
  int64_t seconds = 0;       // since 1970: 1970-04-26 to 2286
  int64_t julian_days = 0;   // of the years 1 to 9999
  int64_t small = 0;         // 0 and its neighbours, which any form could have
  Finding strays;            // sizes that no date has

  bool operator==(const DateNumbers&) const = default;
};

// Texts of a column whose kind is a date or a time.
struct DateTexts {
  int64_t timestamps = 0;  // date and time, which exist
  int64_t days = 0;        // a date alone
  int64_t times = 0;       // a time alone
  int64_t zoned = 0;       // of the timestamps: those that name a zone, Z included
  int64_t shifted = 0;     // of those: a zone that is not UTC
  int64_t fine = 0;        // with more than six digits behind the second
  Finding strays;          // everything else: '', '2024-02-30', 'soon'
  // How all of the moments are written, as PostgreSQL's to_char writes it: YYYY-MM-DD HH24:MI:SS.
  // Empty when they differ, or are written in another way.
  std::string form;
  std::string first;  // the first of the moments

  bool operator==(const DateTexts&) const = default;
};

struct ColumnProfile {
  std::string name;
  std::string declared_type;
  DeclaredKind kind = DeclaredKind::none;
  Affinity affinity = Affinity::blob;
  Generated generated = Generated::no;
  CellCounts cells;
  // The first rows of each storage class, for columns that mix them.
  std::array<std::vector<std::string>, 5> first_of_class;  // integer, real, text, blob, NULL

  int64_t integer_min = 0;  // of the integers, when there are any
  int64_t integer_max = 0;
  int64_t inexact_integers = 0;  // those that no double is equal to
  int64_t infinities = 0;
  int64_t negative_zeros = 0;
  int64_t fractions = 0;  // reals that are no whole number
  // The largest and the smallest size of a real that is neither zero nor infinite; 0: there is
  // none.
  double real_size_max = 0;
  double real_size_min = 0;

  int64_t characters_max = 0;  // of the texts
  int64_t bytes_max = 0;       // of texts and blobs
  Finding nul_texts;           // texts with U+0000
  Finding broken_texts;        // texts that are not UTF-8
  int64_t decimal_texts = 0;   // where numbers are promised: "12.50"
  // Texts that are canonical integers, "12"; counted only where a foreign key points from them to
  // a column of integers.
  int64_t integer_texts = 0;
  int64_t boolean_texts = 0;  // where a boolean is promised: 'true', 'no', see boolean_of

  DateNumbers date_numbers;
  DateTexts date_texts;

  int64_t json_texts = 0;
  int64_t jsonb_texts = 0;  // of those: what jsonb takes too
  Finding invalid_json;     // texts, and blobs that are not SQLite's JSONB
  int64_t jsonb_blobs = 0;
  int64_t uuids = 0;        // 8-4-4-4-12 in lower case
  int64_t upper_uuids = 0;  // with an upper-case digit
  Finding invalid_uuids;

  bool operator==(const ColumnProfile&) const = default;
};

struct ForeignKeyProfile {
  int64_t id = 0;  // as PRAGMA foreign_key_list numbers them
  std::string parent;
  std::vector<std::string> columns;
  std::vector<std::string> parent_columns;  // resolved where the definition leaves them out
  std::string on_update;                    // "NO ACTION", "CASCADE", ...
  std::string on_delete;
  bool parent_missing = false;
  Finding orphans;  // rows that point to nothing

  bool operator==(const ForeignKeyProfile&) const = default;
};

struct TableProfile {
  std::string name;
  RowKey key;
  std::vector<ColumnProfile> columns;    // all of them, computed ones too (without counts)
  std::vector<std::string> primary_key;  // in key order
  // Set when the primary key is the rowid itself under another name.
  std::optional<std::string> rowid_alias;
  int64_t rows = 0;
  std::optional<int64_t> rowid_min;
  std::optional<int64_t> rowid_max;
  std::optional<int64_t> sequence;  // what AUTOINCREMENT has reached
  bool autoincrement = false;
  bool strict = false;
  bool without_rowid = false;
  bool without_unique_key = false;
  Finding null_keys;  // rows with NULL in the primary key
  std::vector<ForeignKeyProfile> foreign_keys;
};

struct DatabaseProfile {
  PreviewHeader header;
  std::vector<SchemaObject> schema;     // as in the preview
  std::vector<std::string> statistics;  // sqlite_stat tables, which are not carried
  std::vector<TableProfile> tables;     // ordinary ones, those of virtual tables' modules too
  int64_t rows = 0;
};

// Fails like inspect().
Outcome<DatabaseProfile> profile_preview(Preview& preview);

// The same one table at a time, for a tab that has to draw in between:
//   ProfileSteps steps(preview);
//   while (steps.tables_left() > 0) { if (auto failure = steps.read_table()) ...; }
//   DatabaseProfile profile = steps.finish();
// The preview outlives it. Both fail, and answer, as profile_preview does.
class ProfileSteps {
 public:
  explicit ProfileSteps(Preview& preview);

  size_t tables_left() const { return left_.size(); }
  int64_t rows() const { return profile_.rows; }  // of the tables read so far
  std::optional<Failure> read_table();
  DatabaseProfile finish();

 private:
  Preview& preview_;
  DatabaseProfile profile_;
  std::vector<SchemaObject> left_;  // the next one last
  bool has_sequences_ = false;
};

}  // namespace fairway

#include <doctest/doctest.h>

#include "tests/unit/view_support.h"
#include "web/state/review.h"

using namespace fairway;
using postgres::Treatment;

namespace {

ColumnProfile column_of(std::string name, std::string type, CellCounts cells) {
  ColumnProfile column;
  column.name = std::move(name);
  column.declared_type = std::move(type);
  column.cells = cells;
  return column;
}

// bookings(id, starts_at, note) and members(id), as a profile.
DatabaseProfile small_profile() {
  DatabaseProfile profile;
  TableProfile bookings;
  bookings.name = "bookings";
  bookings.rows = 3'918;
  bookings.rowid_alias = "id";
  bookings.rowid_max = 3'918;
  bookings.columns = {column_of("id", "INTEGER", {.integers = 3'918}),
                      column_of("starts_at", "DATETIME", {.integers = 3'102, .texts = 816}),
                      column_of("note", "TEXT", {.nulls = 229, .texts = 3'689})};
  bookings.columns[1].date_numbers.milliseconds = 3'102;
  bookings.columns[1].date_texts.timestamps = 816;
  TableProfile members;
  members.name = "members";
  members.rows = 1;
  members.columns = {column_of("id", "", {.integers = 1})};
  profile.tables = {std::move(bookings), std::move(members)};
  profile.schema = {{"view", "by_day", "by_day", "CREATE VIEW by_day AS SELECT 1"}};
  profile.rows = 3'919;
  return profile;
}

postgres::ColumnPlan plan_of(std::string name, std::string type, postgres::Conversion conversion) {
  postgres::ColumnPlan plan;
  plan.name = name;
  plan.target_name = std::move(name);
  plan.target_type = std::move(type);
  plan.conversion = conversion;
  return plan;
}

postgres::Decision decision_of(Treatment outcome, std::string kind, std::string column) {
  postgres::Decision decision;
  decision.outcome = outcome;
  decision.table = "bookings";
  decision.column = std::move(column);
  decision.kind = std::move(kind);
  decision.why = "Because.";
  return decision;
}

postgres::Plan small_plan() {
  using postgres::Conversion;
  postgres::Plan plan;
  postgres::TablePlan bookings;
  bookings.name = "bookings";
  bookings.columns = {plan_of("id", "bigint", Conversion::bigint),
                      plan_of("starts_at", "timestamp with time zone", Conversion::timestamp_text),
                      plan_of("note", "text", Conversion::text)};
  postgres::TablePlan members;
  members.name = "members";
  members.columns = {plan_of("id", "bigint", Conversion::bigint)};
  members.columns[0].choices = {"bigint", "numeric"};
  members.columns[0].choice = "bigint";
  plan.tables = {std::move(bookings), std::move(members)};
  postgres::Decision dates = decision_of(Treatment::ask, "dates_mixed", "starts_at");
  dates.choices = {"timestamptz", "text"};
  dates.choice = "timestamptz";
  postgres::Decision broken = decision_of(Treatment::ask, "broken_text", "note");
  broken.count = 2;
  broken.examples = {"rowid 311: 'caf'"};
  broken.choices = {"replace", "bytea", "refuse"};
  broken.choice = "replace";
  postgres::Decision length = decision_of(Treatment::report, "length_not_enforced", "note");
  postgres::Decision orphans = decision_of(Treatment::ask, "orphans", "");
  orphans.object = "bookings_member_fkey";
  orphans.count = 4;
  orphans.choices = {"not_valid", "drop"};
  orphans.choice = "not_valid";
  postgres::Decision view = decision_of(Treatment::report, "view", "");
  view.table = "";
  view.object = "by_day";
  plan.decisions = {view, length, orphans, broken, dates};
  return plan;
}

const ReviewRow& row_called(const TargetReview& review, std::string_view name) {
  for (const ReviewRow& row : review.rows) {
    if (row.name == name) return row;
  }
  FAIL("no row is called " << std::string(name));
  return review.rows.front();
}

}  // namespace

TEST_CASE("decisions come first, then remarks, then everything else") {
  const DatabaseProfile profile = small_profile();
  const TargetReview review = review_for_postgres(profile, small_plan());
  std::vector<std::string> names;
  for (const ReviewRow& row : review.rows) names.push_back(row.name + ":" + row.kind);
  const std::vector<std::string> expected = {"bookings.starts_at:dates_mixed",
                                             "bookings.note:broken_text",
                                             "bookings_member_fkey:orphans",
                                             "bookings.note:length_not_enforced",
                                             "by_day:view",
                                             "bookings.id:",
                                             "members.id:"};
  CHECK(names == expected);
  CHECK(review.columns == 4);
  CHECK(review.decisions == 3);
  CHECK(review.column_decisions == 2);
  CHECK(review_title(review) == "2 columns need a decision");
  CHECK(review_subtitle(review) ==
        "A choice that loses nothing is already set for each. The other 2 of 4 columns need none. "
        "1 other part needs one.");
}

TEST_CASE("a row says what was found, what becomes of it and why") {
  const TargetReview review = review_for_postgres(small_profile(), small_plan());
  const ReviewRow& dates = row_called(review, "bookings.starts_at");
  CHECK(dates.label == "Mixed dates");
  CHECK(dates.declared == "DATETIME");
  CHECK(dates.found == "3,102 integer, 816 text");
  CHECK(dates.becomes == "timestamptz");
  CHECK(dates.why == "Because.");
  CHECK(choice_words(dates, "text") == "As text");
  const ReviewRow& id = row_called(review, "bookings.id");
  CHECK(id.label.empty());
  CHECK(id.declared == "INTEGER PK");
  CHECK(id.becomes == "bigint identity");
  CHECK(id.why == "The next number goes on from 3,919.");
  const ReviewRow& broken = row_called(review, "bookings.note");
  CHECK(broken.found == "3,689 text, 229 empty");
  CHECK(choice_words(broken, "replace") == "Replace 2");
  CHECK(example_words(broken, "bytea") == "rowid 311: 'caf'. Chosen: Keep bytes.");
  const ReviewRow& view = row_called(review, "by_day");
  CHECK(view.declared == "view");
  CHECK(view.becomes == "not there");
  CHECK(view.choices.empty());
  // Other types that hold every value can be chosen too, without a question.
  const ReviewRow& other = row_called(review, "members.id");
  CHECK(other.rank == ReviewRank::plain);
  CHECK(other.choices.size() == 2);
}

TEST_CASE("a question with one answer is no decision") {
  postgres::Plan plan = small_plan();
  plan.decisions.back().choices = {"timestamptz"};
  plan.decisions.back().why = "The column is declared DATETIME and holds several forms.";
  const TargetReview review = review_for_postgres(small_profile(), plan);
  CHECK(review.column_decisions == 1);
  const ReviewRow& dates = row_called(review, "bookings.starts_at");
  CHECK(dates.rank == ReviewRank::note);
  CHECK(dates.why == "Holds several forms.");
}

TEST_CASE("Turso takes every column as it is and only remarks") {
  const TargetReview review = review_for_turso(small_profile());
  CHECK(review.decisions == 0);
  CHECK(review_title(review) == "Nothing needs a decision");
  CHECK(review.rows.size() == 4);
  CHECK(review.rows.front().name == "bookings.starts_at");
  CHECK(review.rows.front().rank == ReviewRank::note);
  CHECK(row_called(review, "members.id").becomes == "any value");
}

TEST_CASE("a refused plan keeps its questions, so that another answer can be given") {
  postgres::Plan plan = small_plan();
  plan.tables.clear();
  plan.refusal = fix_input("text_not_storable", "It cannot be stored.");
  const TargetReview review = review_for_postgres(small_profile(), plan);
  CHECK(review_title(review) == "This database cannot be carried");
  CHECK(row_called(review, "bookings.note").choices.size() == 3);
}

TEST_CASE("what needs nothing is folded, filters show the rest") {
  Review review;
  review.postgres = review_for_postgres(small_profile(), small_plan());
  ReviewRow plain = row_called(review.postgres, "members.id");
  for (int i = 0; i < 20; ++i) review.postgres.rows.push_back(plain);
  ShownRows shown = shown_rows(review);
  CHECK(shown.rows.size() == review_rows_folded);
  CHECK(shown.tall == 5);
  CHECK(shown.hidden == 17);
  review.show_all = true;
  CHECK(shown_rows(review).rows.size() == 27);
  review.only_decisions = true;
  CHECK(shown_rows(review).rows.size() == 3);
  review.table = "members";
  CHECK(shown_rows(review).rows.empty());
}

TEST_CASE("an answer takes the place of an earlier one to the same question") {
  const TargetReview review = review_for_postgres(small_profile(), small_plan());
  const ReviewRow& dates = row_called(review, "bookings.starts_at");
  const ReviewRow& id = row_called(review, "members.id");
  auto choices = with_choice({}, dates, "text");
  choices = with_choice(choices, id, "numeric");
  choices = with_choice(choices, dates, "timestamptz");
  REQUIRE(choices.size() == 2);
  CHECK(choices[0].kind.empty());
  CHECK(choices[0].choice == "numeric");
  CHECK(choices[1].kind == "dates_mixed");
  CHECK(choices[1].choice == "timestamptz");
}

TEST_CASE("types, kinds and choices read as people write them") {
  CHECK(type_words("timestamp(3) with time zone") == "timestamptz(3)");
  CHECK(type_words("timestamp with time zone") == "timestamptz");
  CHECK(type_words("time without time zone") == "time");
  CHECK(type_words("double precision") == "double precision");
  CHECK(kind_words("broken_text") == "Broken text");
  CHECK(kind_words("some_new_kind") == "Some new kind");
  CHECK(found_words({}) == "no rows");
  CHECK(found_words({.nulls = 1, .reals = 2, .blobs = 3}) == "2 real, 3 blob, 1 empty");
}

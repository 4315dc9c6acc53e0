#include "web/state/review.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "shared/base/text.h"

namespace fairway {
namespace {

using postgres::Conversion;
using postgres::Decision;
using postgres::Treatment;

using DecisionsByPlace = std::map<std::pair<std::string, std::string>, std::vector<size_t>>;

DecisionsByPlace by_place(const std::vector<Decision>& decisions) {
  DecisionsByPlace places;
  for (size_t i = 0; i < decisions.size(); ++i) {
    places[{decisions[i].table, decisions[i].column}].push_back(i);
  }
  return places;
}

// A question with one answer is none: then it is only told.
ReviewRank rank_of(const Decision& decision) {
  switch (decision.outcome) {
    case Treatment::ask:
      return decision.choices.size() > 1 ? ReviewRank::decision : ReviewRank::note;
    case Treatment::report:
    case Treatment::derive:
    case Treatment::refuse:
      return ReviewRank::note;
    case Treatment::map:
    case Treatment::exact:
      break;
  }
  return ReviewRank::plain;
}

// --- Columns

ReviewRow column_row(const TableProfile& table, const ColumnProfile& column) {
  ReviewRow row;
  row.table = table.name;
  row.column = column.name;
  row.name = cat({table.name, ".", column.name});
  row.declared = column.declared_type;
  if (table.rowid_alias == column.name) row.declared += " PK";
  if (column.generated == Generated::no) row.cells = column.cells;
  row.found = row.cells ? found_words(column.cells) : "computed";
  return row;
}

bool is_identity(const TableProfile& table, const ColumnProfile& column) {
  return table.rowid_alias == column.name;
}

std::string next_number(const TableProfile& table) {
  const int64_t last = std::max(table.rowid_max.value_or(0), table.sequence.value_or(0));
  if (last == INT64_MAX) return "The largest number is taken, so no new one can be made.";
  return cat({"The next number goes on from ", grouped(std::max<int64_t>(last, 0) + 1), "."});
}

std::string plain_why(const TableProfile& table, const ColumnProfile& column,
                      const postgres::ColumnPlan& plan) {
  if (plan.is_generated) return "Computed over there too.";
  if (is_identity(table, column)) return next_number(table);
  switch (plan.conversion) {
    case Conversion::bigint:
      return "Whole numbers, every one fits.";
    case Conversion::real:
      return "Every value kept to the last bit.";
    case Conversion::numeric:
      return "Every digit kept.";
    case Conversion::text:
      return "Every character kept.";
    case Conversion::bytes:
      return column.bytes_max == 0 ? "Bytes as they are."
                                   : cat({"Bytes as they are, ", grouped(column.bytes_max),
                                          " at most in one value."});
    case Conversion::boolean:
      return "Only 0 and 1: yes or no.";
    case Conversion::timestamp_text:
    case Conversion::date_text:
    case Conversion::time_text:
      return "Every text reads as a date or a time.";
    case Conversion::timestamp_milliseconds:
      return "Milliseconds since 1970, every one kept.";
    case Conversion::timestamp_seconds:
      return "Seconds since 1970.";
    case Conversion::timestamp_julian:
      return "Julian days.";
    case Conversion::json:
      return "JSON, its text kept.";
    case Conversion::jsonb_blob:
      return "SQLite's binary JSON, written as text.";
    case Conversion::uuid:
      return "Every value is a UUID.";
    case Conversion::jsonb:
      return "JSON, its order and blanks not kept.";
    case Conversion::tagged:
      return "JSON that tells numbers, texts and bytes apart.";
  }
  return "";
}

// The declared type stands beside it, so the words need not begin with it.
std::string short_why(const std::string& why, const std::string& declared) {
  std::string beginning = cat({"The column is declared ", declared, " and "});
  if (declared.empty()) beginning = "The column is without a type and ";
  if (!why.starts_with(beginning) || why.size() == beginning.size()) return why;
  std::string words = why.substr(beginning.size());
  if (words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

void take_decision(ReviewRow& row, const Decision& decision) {
  row.rank = rank_of(decision);
  row.kind = decision.kind;
  row.object = decision.object;
  row.why = trim(decision.why);
  row.count = decision.count;
  row.examples = decision.examples;
  if (row.rank != ReviewRank::plain) row.label = kind_words(decision.kind);
  if (decision.choices.size() > 1) {
    row.choices = decision.choices;
    row.choice = decision.choice;
  }
}

const postgres::ColumnPlan* find_plan(const postgres::TablePlan* table, const std::string& column) {
  if (table == nullptr) return nullptr;
  const auto found = std::ranges::find(table->columns, column, &postgres::ColumnPlan::name);
  return found == table->columns.end() ? nullptr : &*found;
}

// The column itself with its first question (or its weightiest remark), then a row for each other.
void add_column_rows(const TableProfile& table, const ColumnProfile& column,
                     const postgres::ColumnPlan* plan, std::vector<const Decision*> decisions,
                     TargetReview& review) {
  std::ranges::stable_sort(decisions, {},
                           [](const Decision* decision) { return rank_of(*decision); });
  ReviewRow row = column_row(table, column);
  if (plan != nullptr) {
    row.becomes = type_words(plan->target_type);
    if (is_identity(table, column) && plan->conversion == Conversion::bigint) {
      row.becomes += " identity";
    }
    row.why = plain_why(table, column, *plan);
    if (plan->choices.size() > 1) {
      row.choices = plan->choices;
      row.choice = plan->choice;
    }
  }
  if (!decisions.empty()) {
    const auto choices = std::exchange(row.choices, {});
    const std::string choice = row.choice;
    take_decision(row, *decisions.front());
    row.why = short_why(row.why, column.declared_type);
    if (row.choices.empty() && row.rank != ReviewRank::note) {
      row.choices = choices;
      row.choice = choice;
      row.kind.clear();
    }
  }
  const bool is_asked = row.rank == ReviewRank::decision;
  review.column_decisions += is_asked ? 1 : 0;
  ReviewRow other = row;
  review.rows.push_back(std::move(row));
  for (size_t i = 1; i < decisions.size(); ++i) {
    if (rank_of(*decisions[i]) == ReviewRank::plain) continue;
    other.choices.clear();
    other.choice.clear();
    take_decision(other, *decisions[i]);
    other.why = short_why(other.why, column.declared_type);
    review.rows.push_back(other);
  }
}

// --- Everything else

// Reported, but there all the same.
bool is_carried(const Decision& decision) {
  constexpr std::array<std::string_view, 5> kinds = {"no_key", "null_in_key", "catalog_name",
                                                     "renamed", "setting"};
  return std::ranges::find(kinds, decision.kind) != kinds.end();
}

std::string_view outcome_words(const Decision& decision) {
  switch (decision.outcome) {
    case Treatment::exact:
      return "the same";
    case Treatment::map:
      return "translated";
    case Treatment::ask:
      return "as chosen";
    case Treatment::derive:
      return "made anew";
    case Treatment::refuse:
      return "cannot be";
    case Treatment::report:
      break;
  }
  return is_carried(decision) ? "carried" : "not there";
}

std::string type_of_object(const DatabaseProfile& profile, const Decision& decision) {
  const std::string& name = decision.object.empty() ? decision.table : decision.object;
  for (const SchemaObject& object : profile.schema) {
    if (object.name == name) return object.type;
  }
  return "";
}

ReviewRow object_row(const DatabaseProfile& profile, const Decision& decision) {
  ReviewRow row;
  row.table = decision.table;
  row.column = decision.column;
  take_decision(row, decision);
  row.name = decision.object;
  if (row.name.empty()) row.name = decision.table.empty() ? "the database" : decision.table;
  if (row.label.empty()) row.label = kind_words(decision.kind);
  row.declared = type_of_object(profile, decision);
  row.becomes =
      row.choices.empty() ? std::string(outcome_words(decision)) : choice_words(row, row.choice);
  if (decision.count > 0) row.found = counted(decision.count, "row", "rows");
  return row;
}

void sort_by_rank(TargetReview& review) {
  std::ranges::stable_sort(review.rows, {}, &ReviewRow::rank);
  review.decisions = std::ranges::count(review.rows, ReviewRank::decision, &ReviewRow::rank);
}

// --- Turso

int64_t forms_of_dates(const ColumnProfile& column) {
  const int64_t texts = column.date_texts.timestamps + column.date_texts.days +
                        column.date_texts.times + column.date_texts.strays.count;
  const DateNumbers& numbers = column.date_numbers;
  int64_t forms = 0;
  for (const int64_t count : {texts, numbers.milliseconds, numbers.seconds, numbers.julian_days}) {
    forms += count > 0 ? 1 : 0;
  }
  return forms;
}

void note_for_turso(const ColumnProfile& column, ReviewRow& row) {
  const auto note = [&](std::string_view kind, std::string why) {
    row.rank = ReviewRank::note;
    row.kind = kind;
    row.label = kind_words(kind);
    row.why = std::move(why);
  };
  if (column.broken_texts.count > 0) {
    note("broken_text",
         cat({counted(column.broken_texts.count, "text is", "texts are"),
              " no UTF-8. Carried byte by byte; clients that speak JSON cannot show them."}));
    row.count = column.broken_texts.count;
    row.examples = column.broken_texts.examples;
  } else if (forms_of_dates(column) > 1) {
    note("dates_mixed",
         "Dates of several forms do not sort or compare. They are carried as they are.");
  }
}

}  // namespace

std::string ReviewRow::key() const {
  return join({table, column, object, kind, name}, std::string_view("\0", 1));
}

TargetReview review_for_turso(const DatabaseProfile& profile) {
  TargetReview review;
  for (const TableProfile& table : profile.tables) {
    for (const ColumnProfile& column : table.columns) {
      ReviewRow row = column_row(table, column);
      row.becomes = column.declared_type.empty() ? "any value" : column.declared_type;
      row.why = "Kept as it is, to the last bit.";
      note_for_turso(column, row);
      review.rows.push_back(std::move(row));
      ++review.columns;
    }
  }
  sort_by_rank(review);
  return review;
}

TargetReview review_for_postgres(const DatabaseProfile& profile, const postgres::Plan& plan) {
  TargetReview review;
  review.refusal = plan.refusal;
  DecisionsByPlace places = by_place(plan.decisions);
  std::map<std::string_view, const postgres::TablePlan*> plans;
  for (const postgres::TablePlan& table : plan.tables) plans[table.name] = &table;
  for (const TableProfile& table : profile.tables) {
    const auto found = plans.find(table.name);
    // The tables of a full-text module are no tables over there.
    if (found == plans.end() && !plan.refusal) continue;
    const postgres::TablePlan* table_plan = found == plans.end() ? nullptr : found->second;
    for (const ColumnProfile& column : table.columns) {
      std::vector<const Decision*> decisions;
      const auto place = places.find({table.name, column.name});
      if (place != places.end()) {
        for (const size_t i : place->second) decisions.push_back(&plan.decisions[i]);
        places.erase(place);
      }
      add_column_rows(table, column, find_plan(table_plan, column.name), std::move(decisions),
                      review);
      ++review.columns;
    }
  }
  // What is left is not about a column that is shown: in the plan's order.
  std::vector<size_t> others;
  for (const auto& [place, list] : places) others.insert(others.end(), list.begin(), list.end());
  std::ranges::sort(others);
  for (const size_t i : others) review.rows.push_back(object_row(profile, plan.decisions[i]));
  sort_by_rank(review);
  return review;
}

ShownRows shown_rows(const Review& review) {
  ShownRows shown;
  const auto& rows = review.of_target().rows;
  for (size_t i = 0; i < rows.size(); ++i) {
    const ReviewRow& row = rows[i];
    if (!review.table.empty() && row.table != review.table) continue;
    if (review.only_decisions && row.rank != ReviewRank::decision) continue;
    const bool is_plain = row.rank == ReviewRank::plain;
    if (is_plain && !review.show_all && shown.rows.size() >= review_rows_folded) {
      ++shown.hidden;
      continue;
    }
    shown.rows.push_back(i);
    shown.tall += is_plain ? 0 : 1;
  }
  return shown;
}

const ReviewRow* find_row(const TargetReview& review, std::string_view key) {
  for (const ReviewRow& row : review.rows) {
    if (row.key() == key) return &row;
  }
  return nullptr;
}

std::vector<postgres::Choice> with_choice(std::vector<postgres::Choice> choices,
                                          const ReviewRow& row, const std::string& choice) {
  std::erase_if(choices, [&](const postgres::Choice& one) {
    return one.table == row.table && one.column == row.column && one.object == row.object &&
           one.kind == row.kind;
  });
  choices.push_back({row.table, row.column, row.object, row.kind, choice});
  return choices;
}

}  // namespace fairway

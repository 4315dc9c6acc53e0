#include <algorithm>
#include <array>
#include <utility>

#include "shared/base/text.h"
#include "web/state/review.h"

namespace fairway {
namespace {

using Word = std::pair<std::string_view, std::string_view>;

// Kinds whose own words would not do.
constexpr std::array<Word, 31> kinds = {{
    {"mixed_classes", "Mixed values"},
    {"text_in_blob", "Text among bytes"},
    {"type_by_values", "Type by its values"},
    {"broken_text", "Broken text"},
    {"out_of_declared_range", "Numbers too large"},
    {"boolean_values", "Not a boolean"},
    {"boolean_texts", "Booleans as words"},
    {"dates_seconds", "Dates as seconds"},
    {"dates_julian", "Dates as Julian days"},
    {"dates_milliseconds", "Dates as milliseconds"},
    {"dates_mixed", "Mixed dates"},
    {"dates_unclear", "Unclear dates"},
    {"dates_unknown", "No dates yet"},
    {"dates_iso_text", "Dates as text"},
    {"dates_kept_as_text", "Not only dates"},
    {"impossible_dates", "Impossible dates"},
    {"invalid_json", "Not all JSON"},
    {"json_in_key", "JSON in a key"},
    {"jsonb_blob", "Binary JSON"},
    {"invalid_uuid", "Not all UUIDs"},
    {"upper_case_uuid", "UUIDs in capitals"},
    {"uuid", "UUID"},
    {"json", "JSON"},
    {"hidden_rowid", "Hidden row numbers"},
    {"no_key", "No key"},
    {"null_in_key", "Empty keys"},
    {"not_null", "Empty values"},
    {"renamed", "Another name"},
    {"catalog_name", "Name of the catalog"},
    {"orphans", "Rows without a parent"},
    {"length_not_enforced", "Longer than declared"},
}};

constexpr std::array<Word, 24> choices_in_words = {{
    {"text", "As text"},
    {"bytea", "Keep bytes"},
    {"bigint", "Whole numbers"},
    {"integer", "32-bit numbers"},
    {"smallint", "16-bit numbers"},
    {"numeric", "Numbers"},
    {"double precision", "Numbers"},
    {"boolean", "Yes or no"},
    {"timestamptz", "As dates"},
    {"date", "As days"},
    {"time", "As times"},
    {"json", "As JSON"},
    {"uuid", "As UUIDs"},
    {"jsonb", "As jsonb"},
    {"tagged_text", "As JSON with its class"},
    {"set_null", "Point to NULL"},
    {"replace", "Replace"},
    {"refuse", "Stop"},
    {"add", "Add a column"},
    {"leave_out", "Leave out"},
    {"generated", "Compute there"},
    {"materialize", "Keep the values"},
    {"not_valid", "Keep, unchecked"},
    {"drop", "Drop the rule"},
}};

std::string sentence_of(std::string_view identifier) {
  std::string words = replace_all(std::string(identifier), "_", " ");
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z') words[0] = char(words[0] - 'a' + 'A');
  return words;
}

}  // namespace

std::string_view target_words(ReviewTarget target) {
  return target == ReviewTarget::turso ? "Turso" : "PostgreSQL";
}

std::string review_title(const TargetReview& review) {
  if (review.refusal) return "This database cannot be carried";
  if (review.decisions == 0) return "Nothing needs a decision";
  if (review.column_decisions == 0) {
    return counted(review.decisions, "part needs a decision", "parts need a decision");
  }
  return counted(review.column_decisions, "column needs a decision", "columns need a decision");
}

std::string review_subtitle(const TargetReview& review) {
  if (review.refusal) return "";
  if (review.decisions == 0) {
    return cat(
        {"All ", counted(review.columns, "column is", "columns are"), " carried without a loss."});
  }
  std::string words = cat({"A choice that loses nothing is already set for each. The other ",
                           grouped(review.columns - review.column_decisions), " of ",
                           counted(review.columns, "column", "columns"), " need none."});
  const int64_t others = review.decisions - review.column_decisions;
  if (others > 0 && review.column_decisions > 0) {
    words += cat({" ", counted(others, "other part needs one", "other parts need one"), "."});
  }
  return words;
}

std::string found_words(const CellCounts& cells) {
  const std::array<std::pair<int64_t, std::string_view>, 5> classes = {{{cells.integers, "integer"},
                                                                        {cells.reals, "real"},
                                                                        {cells.texts, "text"},
                                                                        {cells.blobs, "blob"},
                                                                        {cells.nulls, "empty"}}};
  std::vector<std::string> parts;
  for (const auto& [count, word] : classes) {
    if (count > 0) parts.push_back(cat({grouped(count), " ", word}));
  }
  return parts.empty() ? "no rows" : join(parts, ", ");
}

std::string kind_words(std::string_view kind) {
  for (const auto& [word, shown] : kinds) {
    if (word == kind) return std::string(shown);
  }
  return sentence_of(kind);
}

std::string choice_words(const ReviewRow& row, std::string_view choice) {
  for (const auto& [word, shown] : choices_in_words) {
    if (word != choice) continue;
    return word == "replace" && row.count > 0 ? cat({shown, " ", grouped(row.count)})
                                              : std::string(shown);
  }
  return sentence_of(choice);
}

std::string type_words(std::string_view target_type) {
  constexpr std::string_view with_zone = " with time zone";
  constexpr std::string_view without_zone = " without time zone";
  std::string words(target_type);
  if (words.ends_with(without_zone)) words.resize(words.size() - without_zone.size());
  if (words.ends_with(with_zone)) {
    words.resize(words.size() - with_zone.size());
    words.insert(std::min(words.find('('), words.size()), "tz");  // timestamptz(3)
  }
  return words;
}

std::string example_words(const ReviewRow& row, std::string_view choice) {
  if (row.examples.empty()) return "";
  return cat({row.examples.front(), ". Chosen: ", choice_words(row, choice), "."});
}

}  // namespace fairway

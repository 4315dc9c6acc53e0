#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/plan_draft.h"

// Columns that are declared as dates or times: SQLite has no such type, so apps keep milliseconds,
// seconds, julian days or texts in them, and sometimes several of these at once.
namespace fairway::postgres {
namespace {

constexpr std::string_view timestamps = "timestamp with time zone";

struct Dates {
  const ColumnProfile& column;
  const DateNumbers& numbers;
  const DateTexts& texts;
  int64_t number_count;
  int64_t text_count;

  explicit Dates(const ColumnProfile& one)
      : column(one),
        numbers(one.date_numbers),
        texts(one.date_texts),
        number_count(one.cells.integers + one.cells.reals),
        text_count(one.cells.texts) {}

  bool is_empty() const { return number_count + text_count + column.cells.blobs == 0; }
  bool whole_numbers() const {
    return column.fractions == 0 && column.infinities == 0 && column.negative_zeros == 0 &&
           numbers.strays.count == 0 && numbers.julian_days == 0;
  }
  bool are_milliseconds() const {
    return whole_numbers() && numbers.milliseconds > 0 && numbers.seconds == 0;
  }
  bool are_seconds() const {
    return whole_numbers() && numbers.seconds > 0 && numbers.milliseconds == 0;
  }
  bool are_julian_days() const {
    return number_count > 0 && numbers.julian_days == number_count && column.infinities == 0;
  }
  // Every text is a moment that a timestamp keeps whole, or, for some, no moment at all.
  bool fit_timestamps_but_strays() const {
    return texts.times == 0 && texts.fine == 0 && texts.timestamps + texts.days > 0;
  }
  bool fit_timestamps() const { return fit_timestamps_but_strays() && texts.strays.count == 0; }
};

std::string form_of(const Dates& dates) {
  struct Form {
    int64_t count;
    std::string_view name;
  };
  const std::array<Form, 6> forms = {
      {{dates.numbers.milliseconds, "milliseconds"},
       {dates.numbers.seconds, "seconds"},
       {dates.numbers.julian_days, "julian days"},
       {dates.texts.timestamps + dates.texts.days + dates.texts.times, "ISO text"},
       {dates.texts.strays.count, "text"},
       {dates.numbers.strays.count + dates.column.cells.blobs, "other"}}};
  std::string_view found;
  for (const Form& form : forms) {
    if (form.count == 0) continue;
    if (!found.empty()) return "mixed";
    found = form.name;
  }
  if (found.empty()) found = dates.numbers.small > 0 ? "other" : "empty";
  return std::string(found);
}

void add(TypeVerdict& verdict, TypeOption option) {
  for (const auto& other : verdict.options) {
    if (other.choice == option.choice) return;
  }
  verdict.options.push_back(std::move(option));
}

void add_all(TypeVerdict& verdict, const TypeVerdict& others) {
  for (const auto& option : others.options) add(verdict, option);
}

Decision decision_of(Treatment outcome, std::string_view kind, const ColumnProfile& column,
                     std::string_view why) {
  return about(outcome, kind, "", "", "",
               cat({"The column is declared ", column.declared_type, why}));
}

TypeOption timestamp_option(Conversion conversion, std::string_view type) {
  return {"timestamptz", std::string(type), conversion};
}

TypeVerdict judge_empty(const ColumnProfile& column) {
  TypeVerdict verdict;
  if (column.kind == DeclaredKind::date) {
    add(verdict, {"date", "date", Conversion::date_text});
  } else if (column.kind == DeclaredKind::time) {
    add(verdict, {"time", "time without time zone", Conversion::time_text});
  } else {
    add(verdict, timestamp_option(Conversion::timestamp_text, timestamps));
  }
  add(verdict, {"text", "text", Conversion::text});
  add(verdict, {"bigint", "bigint", Conversion::bigint});
  verdict.decision = decision_of(Treatment::ask, "dates_unknown", column,
                                 cat({" and holds no value that would show its form. It becomes ",
                                      verdict.options.front().choice, "."}));
  return verdict;
}

TypeVerdict judge_numbers(const Dates& dates, const TypeVerdict& by_values) {
  const ColumnProfile& column = dates.column;
  TypeVerdict verdict;
  if (dates.are_milliseconds()) {
    add(verdict,
        timestamp_option(Conversion::timestamp_milliseconds, "timestamp(3) with time zone"));
    add_all(verdict, by_values);
    verdict.decision = decision_of(Treatment::map, "dates_milliseconds", column,
                                   " and holds milliseconds since 1970. It becomes timestamptz, "
                                   "every millisecond kept.");
  } else if (dates.are_seconds()) {
    add(verdict, timestamp_option(Conversion::timestamp_seconds, "timestamp(0) with time zone"));
    add_all(verdict, by_values);
    verdict.decision = decision_of(Treatment::ask, "dates_seconds", column,
                                   " and its numbers have the size of seconds since 1970. It "
                                   "becomes timestamptz.");
  } else if (dates.are_julian_days()) {
    add_all(verdict, by_values);
    add(verdict, timestamp_option(Conversion::timestamp_julian, timestamps));
    verdict.decision = decision_of(Treatment::ask, "dates_julian", column,
                                   " and its numbers have the size of julian days. They stay "
                                   "numbers, because a timestamp is not exactly such a day.");
  } else {
    add_all(verdict, by_values);
    verdict.decision =
        decision_of(Treatment::ask, "dates_unclear", column,
                    " and its numbers have no one form of dates. They stay numbers.");
    verdict.decision->examples = dates.numbers.strays.examples;
  }
  verdict.decision->count = dates.number_count;
  if (verdict.decision->examples.empty()) {
    verdict.decision->examples = column.first_of_class[column.cells.integers > 0 ? 0 : 1];
  }
  return verdict;
}

Decision stays_text(const Dates& dates) {
  const ColumnProfile& column = dates.column;
  const DateTexts& texts = dates.texts;
  if (texts.strays.count > 0) {
    Decision decision = decision_of(
        Treatment::ask, "impossible_dates", column,
        cat({" and ", counted(texts.strays.count, "of its texts is", "of its texts are"),
             " no date or time that exists. It stays text."}));
    decision.count = texts.strays.count;
    decision.examples = texts.strays.examples;
    return decision;
  }
  std::string_view why = " and its texts are dates of several kinds. It stays text.";
  if (texts.fine > 0) {
    why = " and some texts are finer than a microsecond. It stays text.";
  }
  Decision decision = decision_of(Treatment::ask, "dates_kept_as_text", column, why);
  decision.count = dates.text_count;
  decision.examples = column.first_of_class[2];
  return decision;
}

// The date or time type that takes every text; nothing when there is none.
std::optional<TypeOption> exact_option(const Dates& dates) {
  const DateTexts& texts = dates.texts;
  if (texts.strays.count > 0) return std::nullopt;
  if (dates.column.kind == DeclaredKind::date && texts.days == dates.text_count) {
    return TypeOption{"date", "date", Conversion::date_text};
  }
  if (dates.column.kind == DeclaredKind::time) {
    if (texts.times != dates.text_count || texts.fine > 0) return std::nullopt;
    return TypeOption{"time", "time without time zone", Conversion::time_text};
  }
  if (!dates.fit_timestamps()) return std::nullopt;
  return timestamp_option(Conversion::timestamp_text, timestamps);
}

// Types that take every text but those that are no date, which become NULL.
void add_lossy(TypeVerdict& verdict, const Dates& dates) {
  const DateTexts& texts = dates.texts;
  const bool strays = texts.strays.count > 0;
  if (texts.days > 0 && texts.timestamps + texts.times == 0) {
    add(verdict, {"date", "date", Conversion::date_text, strays});
  }
  if (texts.times > 0 && texts.timestamps + texts.days + texts.fine == 0) {
    add(verdict, {"time", "time without time zone", Conversion::time_text, strays});
  }
  if (dates.fit_timestamps_but_strays()) {
    add(verdict, {"timestamptz", std::string(timestamps), Conversion::timestamp_text, strays});
  }
}

// What timestamptz makes of zones. SQLite's date functions take such texts for the same moments.
std::string zone_words(const DateTexts& texts) {
  std::string words = "; without a zone it is taken as UTC";
  if (texts.shifted == 0) return words;
  return cat({words, ". ", counted(texts.shifted, "text names", "texts name"),
              " a zone other than UTC: the moment is kept, the zone is not (text would keep it)"});
}

TypeVerdict judge_texts(const Dates& dates, const TypeVerdict& by_values) {
  const ColumnProfile& column = dates.column;
  TypeVerdict verdict;
  if (auto option = exact_option(dates)) {
    const bool is_plain = option->choice != "timestamptz";
    add(verdict, std::move(*option));
    verdict.decision = decision_of(is_plain ? Treatment::map : Treatment::ask,
                                   is_plain ? "dates" : "dates_iso_text", column,
                                   cat({" and every text is one that exists, in ISO form",
                                        is_plain ? std::string() : zone_words(dates.texts),
                                        ". It becomes ", verdict.options.front().choice, "."}));
    verdict.decision->count = dates.text_count;
    verdict.decision->examples = column.first_of_class[2];
  } else {
    add(verdict, {"text", "text", Conversion::text});
    verdict.decision = stays_text(dates);
  }
  add_all(verdict, by_values);
  add_lossy(verdict, dates);
  return verdict;
}

TypeVerdict judge_mixed(const Dates& dates, TypeVerdict by_values) {
  const ColumnProfile& column = dates.column;
  const bool one_unit = dates.are_milliseconds() || dates.are_seconds();
  if (column.kind == DeclaredKind::time || !one_unit || !dates.fit_timestamps()) {
    by_values.decision->kind = "dates_mixed";
    if (dates.texts.strays.count > 0) {
      by_values.decision->examples = dates.texts.strays.examples;
    }
    return by_values;
  }
  TypeVerdict verdict;
  add(verdict, timestamp_option(dates.are_seconds() ? Conversion::timestamp_seconds
                                                    : Conversion::timestamp_milliseconds,
                                timestamps));
  add_all(verdict, by_values);
  // Milliseconds are sure, as in a column of their own; what looks like seconds is asked about.
  verdict.decision = decision_of(
      dates.are_seconds() || dates.texts.shifted > 0 ? Treatment::ask : Treatment::map,
      "dates_mixed", column,
      cat({" and holds ISO texts beside ", dates.are_seconds() ? "seconds" : "milliseconds",
           " since 1970, which SQLite does not compare as dates. All become timestamptz, each by "
           "its class",
           dates.texts.shifted > 0 ? zone_words(dates.texts) : std::string(), "."}));
  verdict.decision->count = std::min(dates.number_count, dates.text_count);
  verdict.decision->examples = column.first_of_class[dates.number_count < dates.text_count ? 0 : 2];
  return verdict;
}

}  // namespace

TypeVerdict judge_date(const ColumnProfile& column, TypeVerdict by_values) {
  const Dates dates(column);
  TypeVerdict verdict;
  if (dates.is_empty()) {
    verdict = judge_empty(column);
  } else if (column.cells.blobs > 0) {
    verdict = std::move(by_values);
  } else if (dates.text_count == 0) {
    verdict = judge_numbers(dates, by_values);
  } else if (dates.number_count == 0) {
    verdict = judge_texts(dates, by_values);
  } else {
    verdict = judge_mixed(dates, std::move(by_values));
  }
  verdict.date_form = form_of(dates);
  return verdict;
}

}  // namespace fairway::postgres

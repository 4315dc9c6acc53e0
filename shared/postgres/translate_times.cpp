// SQLite's times, which are texts and numbers, as timestamps in UTC.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

constexpr std::string_view date_format = "%Y-%m-%d";
constexpr std::string_view time_format = "%H:%M:%S";
constexpr std::string_view moment_format = "%Y-%m-%d %H:%M:%S";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

int days_of(int year, int month) {
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month == 2) return leap ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// YYYY-MM-DD[ HH:MM[:SS[.ffffff]]][Z], of existing days; nothing for every other text.
bool is_iso_moment(std::string_view text) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  constexpr std::string_view form = "dddd-dd-dd dd:dd:dd.dddddd";
  if (text.size() != 10 && text.size() != 16 && text.size() < 19) return false;
  if (text.size() == 20 || text.size() > form.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool fits =
        form[i] == 'd' ? is_digit(text[i]) : text[i] == form[i] || (i == 10 && text[i] == 'T');
    if (!fits) return false;
  }
  const auto number = [&](size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
  const bool date = text.substr(0, 4) != "0000" && number(5) >= 1 && number(5) <= 12 &&
                    number(8) >= 1 && number(8) <= days_of(number(0) * 100 + number(2), number(5));
  const bool time = text.size() == 10 || (number(11) <= 23 && number(14) <= 59 &&
                                          (text.size() < 19 || number(17) <= 59));
  return date && time;
}

// to_char's word for one letter of strftime; empty when it has none.
std::string_view pattern_of(char letter) {
  switch (letter) {
    case 'Y':
      return "YYYY";
    case 'm':
      return "MM";
    case 'd':
      return "DD";
    case 'H':
      return "HH24";
    case 'M':
      return "MI";
    case 'S':
      return "SS";
    case 'f':
      return "SS.MS";
    case 'j':
      return "DDD";
    case 'F':
      return "YYYY-MM-DD";
    case 'T':
      return "HH24:MI:SS";
    case 'R':
      return "HH24:MI";
    default:
      return "";
  }
}

struct Step {
  int64_t count = 0;
  std::string unit;
};

// "+7 days" and the like.
std::optional<Step> step_of(std::string_view modifier) {
  Step step;
  const size_t blank = modifier.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  std::string_view number = modifier.substr(0, blank);
  if (number.starts_with('+')) number.remove_prefix(1);
  const auto count = parse_decimal(number);
  std::string unit = lower_ascii(trim(modifier.substr(blank)));
  if (unit.ends_with('s')) unit.pop_back();
  if (!count || *count > 1'000'000 || *count < -1'000'000) return std::nullopt;
  step.count = *count;
  step.unit = std::move(unit);
  return step;
}

// A text that may be a moment, as SQLite takes it: the 31st of April is the 1st of May, and what is
// none is NULL. Whatever a row holds later, no view breaks on it.
std::string moment_of_text(const std::string& text) {
  const auto part = [&](std::string_view from, std::string_view size) {
    return cat({"substr(", text, ", ", from, ", ", size, ")"});
  };
  return cat({"(CASE WHEN ", text,
              " ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
              "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?Z?)?$' AND ",
              part("1", "4"), " <> '0000' THEN make_timestamp(", part("1", "4"), "::int, ",
              part("6", "2"), "::int, 1, 0, 0, 0) + (", part("9", "2"),
              "::int - 1) * interval '1 day' + coalesce(nullif(rtrim(substr(", text,
              ", 12), 'Z'), ''), '00:00')::time::interval END)"});
}

}  // namespace

std::optional<Moment> Translator::moment(const std::vector<sql::Expression>& arguments,
                                         size_t first) {
  static const sql::Expression now = [] {
    sql::Expression word;
    word.kind = sql::ExpressionKind::text;
    word.text = "now";
    return word;
  }();
  std::vector<std::string> modifiers;
  for (size_t i = first + 1; i < arguments.size(); ++i) {
    if (arguments[i].kind != sql::ExpressionKind::text) {
      no("a modifier of a time that is no constant");
      return std::nullopt;
    }
    modifiers.push_back(lower_ascii(arguments[i].text));
  }
  const bool is_epoch = !modifiers.empty() && modifiers[0] == "unixepoch";
  auto made = moment_start(first < arguments.size() ? arguments[first] : now,
                           is_epoch ? Unit::epoch : Unit::as_stored);
  for (size_t i = is_epoch ? 1 : 0; made && i < modifiers.size(); ++i) {
    if (!modify(*made, modifiers[i])) {
      no(cat({"the modifier ", quoted_text(modifiers[i])}));
      return std::nullopt;
    }
  }
  return made;
}

std::optional<Moment> Translator::moment_start(const sql::Expression& value, Unit unit) {
  const bool is_epoch = unit == Unit::epoch;
  Moment made;
  const bool precise = same_name(value.text, "subsec") || same_name(value.text, "subsecond");
  if (!is_epoch && value.kind == sql::ExpressionKind::text &&
      (precise || same_name(value.text, "now"))) {
    made.with_milliseconds = precise;
    made.sql = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";
    made.change = Change::with_settings;
    made.is_now = true;
    return made;
  }
  if (!is_epoch && value.kind == sql::ExpressionKind::current &&
      value.text == "current_timestamp") {
    made.sql = "date_trunc('second', CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";
    made.change = Change::with_settings;
    return made;
  }
  if (!is_epoch && value.kind == sql::ExpressionKind::text && is_iso_moment(value.text)) {
    std::string text = value.text;
    if (text.ends_with('Z')) text.pop_back();
    made.sql = cat({quoted_text(text), "::timestamp"});
    return made;
  }
  const Typed typed = translate(value);
  made.change = typed.change;
  const ValueClass holds = typed.column != nullptr ? typed.column->holds : ValueClass::mixed;
  const bool as_it_is =
      holds == (is_epoch ? ValueClass::timestamp_seconds : ValueClass::timestamp_text) ||
      (!is_epoch && holds == ValueClass::timestamp_julian);
  if (as_it_is && typed.kind == Kind::foreign) {
    made.sql = cat({"(", typed.sql, " AT TIME ZONE 'UTC')"});
    return made;
  }
  if (!is_epoch && typed.kind == Kind::foreign && holds == ValueClass::date_text) {
    made.sql = typed.sql + "::timestamp";
    return made;
  }
  if (!is_epoch && is_compared_ && typed.kind == Kind::text && typed.column != nullptr) {
    made.sql = moment_of_text(typed.sql);
    return made;
  }
  const Typed number = is_epoch ? plain(typed) : typed;
  if (is_epoch && number.kind == Kind::integer) {
    // Beyond the year 9999 SQLite knows no time. Before the year 1 nobody looks.
    const std::string known =
        cat({"CASE WHEN ", number.sql, " BETWEEN -62135596800 AND 253402300799 THEN ", number.sql,
             " END"});
    made.sql = cat({"(to_timestamp(", known, ") AT TIME ZONE 'UTC')"});
    made.change = number.change;
    return made;
  }
  no("the time of a value that may be none");
  return std::nullopt;
}

bool Translator::modify(Moment& moment, std::string_view modifier) {
  const std::string before = moment.sql;
  if (modifier == "subsec" || modifier == "subsecond") {
    moment.with_milliseconds = true;
    return true;
  }
  if (modifier == "localtime" && moment.is_now) {
    moment.sql = "LOCALTIMESTAMP";
    moment.is_now = false;
    return true;
  }
  moment.is_now = false;
  for (const char* unit : {"day", "month", "year"}) {
    if (modifier != cat({"start of ", unit})) continue;
    moment.sql = cat({"date_trunc('", unit, "', ", before, ")"});
    return true;
  }
  if (modifier.starts_with("weekday ") && modifier.size() == 9 && modifier[8] >= '0' &&
      modifier[8] <= '6') {
    moment.sql = cat({"(", before, " + ((7 + ", modifier.substr(8), " - extract(dow FROM ", before,
                      ")::int) % 7) * interval '1 day')"});
    return true;
  }
  const auto step = step_of(modifier);
  if (!step) return false;
  const std::string interval = cat({"interval '", decimal(step->count), " ", step->unit, "'"});
  if (step->unit == "day" || step->unit == "hour" || step->unit == "minute" ||
      step->unit == "second") {
    moment.sql = cat({"(", before, " + ", interval, ")"});
    return true;
  }
  if (step->unit != "month" && step->unit != "year") return false;
  if (before.starts_with("date_trunc('month'") || before.starts_with("date_trunc('year'")) {
    moment.sql = cat({"(", before, " + ", interval, ")"});
    return true;
  }
  // SQLite lets the 31st run over into the next month, where PostgreSQL takes the last day.
  const std::string start = cat({"date_trunc('month', ", before, ")"});
  moment.sql = cat({"(", start, " + ", interval, " + (", before, " - ", start, "))"});
  return true;
}

// strftime: parts that to_char knows, and those that it does not, joined.
Typed Translator::written(const Moment& moment, std::string_view format) {
  std::vector<std::string> parts;
  std::string pattern;
  bool digits = true;
  const auto flush = [&] {
    if (pattern.empty()) return;
    parts.push_back(cat({"to_char(", moment.sql, ", ", quoted_text(pattern), ")"}));
    pattern.clear();
  };
  for (size_t i = 0; i < format.size(); ++i) {
    const char c = format[i];
    if (c == '%' && i + 1 < format.size()) {
      const char letter = format[++i];
      const std::string_view word = pattern_of(letter);
      if (letter == 'f' || letter == 'F' || letter == 'T' || letter == 'R') digits = false;
      if (!word.empty()) {
        pattern += word;
        continue;
      }
      flush();
      if (letter == 's') {
        parts.push_back(cat({"floor(extract(epoch FROM ", moment.sql, "))::bigint::text"}));
      } else if (letter == 'w') {
        parts.push_back(cat({"extract(dow FROM ", moment.sql, ")::int::text"}));
      } else if (letter == 'W') {
        parts.push_back(cat({"lpad(((extract(doy FROM ", moment.sql, ") + 7 - extract(isodow FROM ",
                             moment.sql, "))::int / 7)::text, 2, '0')"}));
      } else {
        return no(cat({"strftime with %", std::string_view(&letter, 1)}));
      }
      continue;
    }
    if (c == '"' || c == '\\' || c == '%') return no("strftime with this format");
    digits = digits && is_digit(c);
    const bool sign = c == '-' || c == ' ' || c == ':' || c == '.' || c == '/' || c == ',';
    if (sign) {
      pattern += c;
    } else {
      pattern += cat({"\"", std::string_view(&c, 1), "\""});
    }
  }
  flush();
  if (parts.empty()) return no("strftime with this format");
  Typed made{parts.size() == 1 ? parts[0] : cat({"(", join(parts, " || "), ")"}), Kind::text};
  made.change = later(moment.change, Change::with_settings);
  made.is_digits = digits;
  made.is_no_number = format.find("%m-%d") != std::string_view::npos ||
                      format.find("%H:%M") != std::string_view::npos;
  return made;
}

std::optional<Typed> Translator::of_time(const std::string& name, const sql::Expression& call) {
  static const std::vector<sql::Expression> none;
  const bool current = call.kind == sql::ExpressionKind::current;
  const auto& operands = current ? none : call.operands;
  std::string_view format;
  if (name == "date" || name == "current_date") format = date_format;
  if (name == "time" || name == "current_time") format = time_format;
  if (name == "datetime" || name == "current_timestamp") format = moment_format;
  if (name == "strftime" && !operands.empty()) {
    const auto given = operands[0];
    if (given.kind != sql::ExpressionKind::text) return no("strftime with no constant format");
    const auto made = moment(operands, 1);
    return made ? written(*made, given.text) : Typed{"NULL", Kind::null};
  }
  const bool number = name == "julianday" || name == "unixepoch";
  if (format.empty() && !number) return std::nullopt;
  const auto made = moment(operands, 0);
  if (!made) return Typed{"NULL", Kind::null};
  if (!number) {
    const bool exact = made->with_milliseconds && format != date_format;
    return written(*made, exact ? cat({format.substr(0, format.size() - 1), "f"}) : format);
  }
  Typed value;
  value.change = made->change;
  if (name == "unixepoch") {
    const bool fraction = made->with_milliseconds;
    value.kind = fraction ? Kind::real : Kind::integer;
    value.sql = cat({fraction ? "(floor(1000 * " : "floor(", "extract(epoch FROM ", made->sql,
                     fraction ? "))::float8 / 1000)" : "))::bigint"});
    return value;
  }
  value.kind = Kind::real;
  value.sql = cat({"((floor(extract(epoch FROM ", made->sql,
                   ") * 1000)::bigint + 210866760000000)::float8 / 86400000)"});
  return value;
}

}  // namespace fairway::postgres

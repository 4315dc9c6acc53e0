#include "shared/postgres/translate.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

using sql::Expression;
using sql::ExpressionKind;

const Names& no_names() {
  static const Names none;
  return none;
}

// A translator that sees one table, whose columns stand alone in the text.
Translator over(const TableName& table) {
  Translator translator(no_names());
  Scope scope;
  scope.sources.push_back({table.name, "", table, {}, false});
  translator.scopes().push_back(std::move(scope));
  return translator;
}

std::string without_outer_parentheses(std::string sql) {
  if (!sql.starts_with('(') || !sql.ends_with(')')) return sql;
  int depth = 0;
  char quote = 0;
  for (size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0 && i + 1 < sql.size()) {
      return sql;
    }
  }
  return sql.substr(1, sql.size() - 2);
}

bool calls(const Expression& expression, std::string_view name) {
  if (expression.kind == ExpressionKind::call && lower_name(expression.text) == name) return true;
  return std::ranges::any_of(expression.operands,
                             [&](const Expression& one) { return calls(one, name); });
}

bool is_timestamp(ValueClass holds) {
  return holds == ValueClass::timestamp_text || holds == ValueClass::timestamp_milliseconds ||
         holds == ValueClass::timestamp_seconds || holds == ValueClass::timestamp_julian;
}

// DEFAULT takes a bare word for a text, unless it is TRUE or FALSE; -1.5 becomes one literal.
Expression default_expression(const Expression& value, ValueClass holds) {
  Expression made = value;
  const bool negative = made.kind == ExpressionKind::apply &&
                        made.operation == sql::Operator::negate &&
                        made.operands[0].kind == ExpressionKind::real;
  if (negative && (holds == ValueClass::real || holds == ValueClass::numeric)) {
    made = value.operands[0];
    made.text.insert(0, "-");
    return made;
  }
  if (made.kind != ExpressionKind::name || !made.table.empty()) return made;
  const bool word = made.quoting == sql::Quoting::none &&
                    (same_name(made.text, "true") || same_name(made.text, "false"));
  if (!word) made.kind = ExpressionKind::text;
  return made;
}

// -12.50
bool is_plain_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (point == std::string_view::npos) return digits(text);
  return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}

// A literal that SQLite writes as it stands: 1.5, but not 1.50.
bool is_short_decimal(const Typed& value) {
  if (value.kind != Kind::real || value.literal == nullptr) return false;
  const std::string& text = value.literal->text;
  const bool trailing = text.ends_with('0') && !text.ends_with(".0");
  const bool leading = text.starts_with('0') && !text.starts_with("0.");
  return is_plain_decimal(text) && text.size() <= 12 && !trailing && !leading &&
         !text.starts_with("0.0000");
}

std::string stored_number(Translator& translator, const Typed& value, const ColumnName& column) {
  std::string text = value.sql;
  if (value.kind == Kind::text && value.literal != nullptr &&
      affinity_of(column.declared_type) == Affinity::numeric) {
    text = std::string(trim(value.literal->text));
    if (is_plain_decimal(text) && (column.holds != ValueClass::bigint || parse_decimal(text)))
      return text;
  }
  const bool integer = value.kind == Kind::integer || value.kind == Kind::boolean;
  if (column.holds == ValueClass::bigint) {
    if (integer) return translator.as_number(value).sql;
    if (value.literal != nullptr && value.kind == Kind::real && text.ends_with(".0'::float8")) {
      return text.substr(1, text.size() - 12);
    }
  } else if (integer || value.kind == Kind::real || value.kind == Kind::number ||
             value.kind == Kind::numeric) {
    if (value.literal != nullptr && value.kind == Kind::real &&
        value.literal->kind == ExpressionKind::real) {
      return value.literal->text;
    }
    return integer ? translator.as_number(value).sql : text;
  }
  return translator.no(cat({"this value in ", quoted_name(column.name)})).sql;
}

}  // namespace

bool is_now(const sql::Expression& value, ValueClass holds) {
  if (!is_timestamp(holds)) return false;
  if (value.kind == ExpressionKind::current) return value.text == "current_timestamp";
  if (value.kind == ExpressionKind::cast) return is_now(value.operands[0], holds);
  const bool milliseconds = holds == ValueClass::timestamp_milliseconds;
  if (milliseconds && value.kind == ExpressionKind::apply &&
      value.operation == sql::Operator::multiply && integer_value(value.operands[1]) == 1000) {
    const Expression& seconds = value.operands[0];
    const bool precise = seconds.kind == ExpressionKind::call && seconds.operands.size() == 1 &&
                         lower_name(seconds.text) == "unixepoch" &&
                         lower_name(seconds.operands[0].text).starts_with("subsec");
    return precise || is_now(seconds, ValueClass::timestamp_seconds);
  }
  if (value.kind != ExpressionKind::call || milliseconds) return false;
  const std::string name = lower_name(value.text);
  const auto now = [&](size_t at) {
    return value.operands.size() == at + 1 && value.operands[at].kind == ExpressionKind::text &&
           same_name(value.operands[at].text, "now");
  };
  const bool implicit = value.operands.empty();
  switch (holds) {
    case ValueClass::timestamp_text:
      if (name == "strftime" && now(1) && value.operands[0].kind == ExpressionKind::text) {
        const auto& format = value.operands[0].text;
        return format.starts_with("%Y-%m-%d") &&
               (format.find("%S") != std::string::npos || format.find("%f") != std::string::npos);
      }
      return name == "datetime" && (implicit || now(0));
    case ValueClass::timestamp_seconds:
      if (name == "strftime" && now(1)) return value.operands[0].text == "%s";
      return name == "unixepoch" && (implicit || now(0));
    case ValueClass::timestamp_julian:
      return name == "julianday" && (implicit || now(0));
    default:
      return false;
  }
}

// As if SQLite had stored the value in the column and the migration had carried it over.
std::string Translator::stored(const Typed& value, const ColumnName& column) {
  if (is_null_literal(value)) return "NULL";
  if (!value.json.empty()) return no("a value out of JSON, which may be of any type").sql;
  const bool same = value.column != nullptr && value.column->holds == column.holds;
  if (same && value.kind == Kind::foreign) return value.sql;
  const Typed simple = plain(value);
  const auto text = [&] {
    if (simple.kind != Kind::text) return no(cat({"this value in ", quoted_name(column.name)})).sql;
    return simple.sql;
  };
  switch (column.holds) {
    case ValueClass::bigint:
    case ValueClass::real:
    case ValueClass::numeric:
      return stored_number(*this, simple, column);
    case ValueClass::text:
      if (is_short_decimal(simple)) return quoted_text(simple.literal->text);
      return as_text(simple).sql;
    case ValueClass::bytes:
      if (simple.kind == Kind::bytes) return simple.sql;
      if (simple.kind == Kind::text && simple.literal != nullptr) {
        return bytes_literal(simple.literal->text);
      }
      return no("a value that is no blob").sql;
    case ValueClass::boolean:
      if (simple.kind == Kind::boolean) return simple.sql;
      if (simple.literal != nullptr) {
        const std::string word = lower_ascii(simple.literal->text);
        if (word == "1" || word == "true") return "true";
        if (word == "0" || word == "false") return "false";
      }
      return no("a value that is no boolean").sql;
    case ValueClass::timestamp_text:
      return cat({"(", text(), " || '+00')::timestamptz"});
    case ValueClass::timestamp_milliseconds:
    case ValueClass::timestamp_seconds: {
      const Typed number = simple.is_digits && simple.kind == Kind::text
                               ? made_of(simple.sql + "::bigint", Kind::integer, {&simple})
                               : as_number(simple);
      const bool seconds = column.holds == ValueClass::timestamp_seconds;
      return cat({"to_timestamp(", number.sql, seconds ? ")" : " / 1000.0)"});
    }
    case ValueClass::date_text:
      return text() + "::date";
    case ValueClass::time_text:
      return text() + "::time";
    case ValueClass::json:
      return text() + "::json";
    case ValueClass::uuid:
      return text() + "::uuid";
    default:
      return no(cat({"a value for ", quoted_name(column.name)})).sql;
  }
}

namespace {

// strftime('%s', ...) is a text of digits; a column of integers stores the integer.
Expression as_seconds(const Expression& value, const ColumnName& column) {
  const bool is_text_of_seconds =
      column.holds == ValueClass::bigint && value.kind == ExpressionKind::call &&
      lower_name(value.text) == "strftime" && value.operands.size() > 1 &&
      value.operands[0].kind == ExpressionKind::text && value.operands[0].text == "%s";
  if (!is_text_of_seconds) return value;
  Expression seconds = value;
  seconds.text = "unixepoch";
  seconds.operands.erase(seconds.operands.begin());
  return seconds;
}

}  // namespace

Outcome<std::string> translate_default(const Expression& value, const ColumnName& column) {
  Translator translator(no_names());
  const Expression expression = default_expression(value, column.holds);
  if (is_now(expression, column.holds)) return std::string("CURRENT_TIMESTAMP");
  // A UUID made of random digits: any UUID of version 4 will do, and only such.
  if (column.holds == ValueClass::uuid && calls(expression, "randomblob")) {
    return std::string("gen_random_uuid()");
  }
  const Expression seconds = as_seconds(expression, column);  // `typed` points into it
  const Typed typed = translator.translate(seconds);
  std::string made = translator.stored(typed, column);
  const bool literal_moment =
      column.holds == ValueClass::timestamp_text && expression.kind == ExpressionKind::text;
  if (literal_moment) {
    Expression call;
    call.kind = ExpressionKind::call;
    call.text = "strftime";
    call.operands.resize(2);
    call.operands[0].kind = ExpressionKind::text;
    call.operands[0].text = "%Y-%m-%d %H:%M:%f";
    call.operands[1] = expression;
    (void)translator.translate(call);
    made = cat({quoted_text(expression.text + (expression.text.ends_with('Z') ? "" : "+00")),
                "::timestamptz"});
  }
  if (translator.failed()) return translator.failure();
  return without_outer_parentheses(std::move(made));
}

namespace {

// json_valid(name), or name IS NULL OR json_valid(name), of a text: what is no JSON is refused by
// the conversion itself, which is as good where nothing else may make the condition true.
const Expression* json_check(const Expression& condition) {
  const Expression* call = &condition;
  const bool either = condition.kind == ExpressionKind::apply &&
                      condition.operation == sql::Operator::logical_or &&
                      condition.operands.size() == 2;
  if (either) call = &condition.operands[1];
  if (call->kind != ExpressionKind::call || lower_name(call->text) != "json_valid" ||
      call->operands.size() != 1 || call->operands[0].kind != ExpressionKind::name) {
    return nullptr;
  }
  if (!either) return &call->operands[0];
  const Expression& null = condition.operands[0];
  const bool tests_null =
      null.kind == ExpressionKind::apply &&
      (null.operation == sql::Operator::is_null ||
       (null.operation == sql::Operator::is && null.operands[1].kind == ExpressionKind::null)) &&
      null.operands[0].kind == ExpressionKind::name &&
      same_name(null.operands[0].text, call->operands[0].text);
  return tests_null ? &call->operands[0] : nullptr;
}

std::string condition_part(Translator& translator, const Expression& condition) {
  const Expression* name = json_check(condition);
  if (name != nullptr) {
    const Typed value = translator.translate(*name);
    if (value.kind == Kind::text && value.column != nullptr) {
      return cat({"(", value.sql, " IS NULL OR ", value.sql, "::json IS NOT NULL)"});
    }
  }
  return translator.condition(condition).sql;
}

}  // namespace

Outcome<std::string> translate_condition(const Expression& condition, const TableName& table) {
  Translator translator = over(table);
  std::string made;
  if (condition.kind == ExpressionKind::apply &&
      condition.operation == sql::Operator::logical_and) {
    for (const Expression& one : condition.operands) {
      made += cat({made.empty() ? "" : " AND ", condition_part(translator, one)});
    }
  } else {
    made = without_outer_parentheses(condition_part(translator, condition));
  }
  if (translator.failed()) return translator.failure();
  return made;
}

Outcome<std::string> translate_generated(const Expression& value, const TableName& table,
                                         const ColumnName& column) {
  Translator translator = over(table);
  const Typed typed = translator.translate(value);
  std::string made = translator.stored(typed, column);
  if (!translator.failed() && typed.change != Change::never) {
    translator.no("a generated column that depends on the server's settings or time");
  }
  if (translator.failed()) return translator.failure();
  return without_outer_parentheses(std::move(made));
}

Outcome<std::string> translate_indexed(const sql::IndexedColumn& column, const TableName& table,
                                       IndexedFor purpose) {
  Translator translator = over(table);
  translator.texts_may_be_json();
  const Typed value = translator.translate(column.expression);
  const std::string collation =
      column.collation.empty() ? value.collation : lower_name(column.collation);
  std::string made = value.sql;
  if (value.kind == Kind::text && collation == "nocase") {
    made = cat({"lower(", made, " COLLATE \"C\")"});
  } else if (value.kind == Kind::text && collation == "rtrim") {
    made = cat({"rtrim(", made, ")"});
  } else if (!collation.empty() && collation != "binary" && collation != "nocase" &&
             collation != "rtrim") {
    translator.no(cat({"the collation ", quoted_name(collation)}));
  }
  if (!value.json.empty()) {
    made = indexed_json(value.json);
    if (made.empty() || purpose == IndexedFor::uniqueness) {
      translator.no("an index over this value of JSON");
    }
  }
  if (value.change != Change::never) {
    translator.no("an index over what depends on the server's settings or time");
  }
  if (value.column == nullptr && is_null_literal(value)) translator.no("an index over a constant");
  if (translator.failed()) return translator.failure();
  if (!made.starts_with('"')) made = cat({"(", without_outer_parentheses(std::move(made)), ")"});
  return column.descending ? made + " DESC" : made;
}

}  // namespace fairway::postgres

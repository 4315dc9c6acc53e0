#include <array>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

bool has_arguments(const sql::Expression& call, size_t least, size_t most) {
  return call.operands.size() >= least && call.operands.size() <= most;
}

bool is_number_of_column(const Typed& value) {
  return value.column != nullptr && (value.kind == Kind::numeric || value.kind == Kind::real);
}

// A column of REAL affinity, which keeps integers as reals.
bool stores_reals(const Typed& value) {
  if (!is_number_of_column(value)) return false;
  const std::string type = lower_ascii(value.column->declared_type);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  return affinity_of(type) == Affinity::numeric && !has("int") &&
         (has("real") || has("floa") || has("doub"));
}

// n bytes that nobody can foresee: a UUID is random in its bytes 10 to 16.
std::string random_bytes_text(int64_t count) {
  std::string made;
  for (int64_t left = count; left > 0; left -= 7) {
    const int64_t taken = left < 7 ? left : 7;
    made += cat({made.empty() ? "" : " || ", "substring(uuid_send(gen_random_uuid()) FROM 10 FOR ",
                 decimal(taken), ")"});
  }
  return cat({"(", made, ")"});
}

}  // namespace

Typed Translator::call(const sql::Expression& expression) {
  std::string name = lower_name(expression.text);
  if (auto made = aggregate(name, expression)) return *made;
  if (auto made = ranking(name, expression)) return *made;
  if (expression.over || !expression.filter.empty() || expression.distinct) {
    return no(cat({"the window function ", name}));
  }
  if (auto made = choosing(name, expression)) return *made;
  if (auto made = of_text(name, expression)) return *made;
  if (auto made = of_number(name, expression)) return *made;
  if (auto made = of_bytes(name, expression)) return *made;
  if (auto made = of_time(name, expression)) return *made;
  if (auto made = of_json(name, expression)) return *made;
  return no(
      cat({"the function ", name, " with ",
           counted(static_cast<int64_t>(expression.operands.size()), "argument", "arguments")}));
}

std::optional<Typed> Translator::choosing(const std::string& name, const sql::Expression& call) {
  const auto& operands = call.operands;
  if ((name == "ifnull" && operands.size() == 2) || (name == "coalesce" && operands.size() >= 2)) {
    return first_not_null(call);
  }
  if (name == "nullif" && operands.size() == 2) {
    const Typed value = translate(operands[0]);
    const Typed same = compared(value, translate(operands[1]), "=");
    Typed made = made_of(cat({"(CASE WHEN ", same.sql, " THEN NULL ELSE ", value.sql, " END)"}),
                         value.kind, {&value, &same});
    made.column = value.column;
    made.is_condition = value.is_condition;
    return made;
  }
  if ((name == "iif" || name == "if") && has_arguments(call, 2, 3)) {
    sql::Expression cases = call;
    cases.kind = sql::ExpressionKind::cases;
    cases.has_otherwise = operands.size() == 3;
    return this->cases(cases);
  }
  if ((name == "min" || name == "max") && operands.size() > 1) return least_or_greatest(name, call);
  if ((name == "likely" || name == "unlikely") && operands.size() == 1) {
    return translate(operands[0]);
  }
  if (name == "typeof" && operands.size() == 1) return type_name(call);
  return std::nullopt;
}

Typed Translator::first_not_null(const sql::Expression& call) {
  std::vector<Typed> values;
  for (const auto& operand : call.operands) values.push_back(translate(operand));
  make_alike(values);
  const Kind kind = common_kind(values);
  Typed made{"coalesce(", kind};
  for (size_t i = 0; i < values.size(); ++i) {
    const Typed value = kind == Kind::foreign ? values[i] : as_kind(values[i], kind);
    made.sql += cat({i == 0 ? "" : ", ", value.sql});
    made.change = later(made.change, value.change);
    if (value.column != nullptr) made.column = value.column;
    made.is_condition = made.is_condition || value.is_condition;
  }
  made.sql += ")";
  if (kind != Kind::foreign) made.column = nullptr;
  return made;
}

// NULL when any argument is NULL, where least and greatest pass over it.
Typed Translator::least_or_greatest(const std::string& name, const sql::Expression& call) {
  std::vector<Typed> values;
  for (const auto& operand : call.operands) values.push_back(plain(translate(operand)));
  Kind kind = common_kind(values);
  if (kind == Kind::boolean) kind = Kind::integer;
  if (kind == Kind::bytes || kind == Kind::null) return no(cat({name, " of blobs"}));
  Typed made{"", kind};
  std::string list;
  std::string nulls;
  for (const Typed& one : values) {
    const Typed value = as_kind(one, kind);
    if (!value.collation.empty() && value.collation != "binary") return no("this collation");
    list += cat({list.empty() ? "" : ", ", value.sql, kind == Kind::text ? " COLLATE \"C\"" : ""});
    made.change = later(made.change, value.change);
    if (one.literal == nullptr || is_null_literal(one)) {
      nulls += cat({nulls.empty() ? "" : " OR ", value.sql, " IS NULL"});
    }
  }
  made.sql = cat({name == "min" ? "least(" : "greatest(", list, ")"});
  if (!nulls.empty()) made.sql = cat({"(CASE WHEN ", nulls, " THEN NULL ELSE ", made.sql, " END)"});
  return made;
}

Typed Translator::type_name(const sql::Expression& call) {
  const Typed value = plain(translate(call.operands[0]));
  std::string_view word;
  // A key of texts that refers to integers has their type here.
  if (value.column != nullptr && value.affinity == Affinity::text && value.kind != Kind::text) {
    return no("typeof of texts that are numbers here");
  }
  if (value.kind == Kind::integer || value.kind == Kind::boolean) word = "integer";
  const bool is_computed = value.kind == Kind::real && value.column == nullptr;
  if (is_computed || stores_reals(value)) word = "real";
  if (value.kind == Kind::text) word = "text";
  if (value.kind == Kind::bytes) word = "blob";
  if (value.kind == Kind::null) return {"'null'", Kind::text};
  // Such a column turns a whole number into an integer, whatever was written into it.
  if (word.empty() && is_number_of_column(value) && value.affinity == Affinity::numeric) {
    return made_of(
        cat({"(CASE WHEN ", value.sql, " IS NULL THEN 'null' WHEN ", value.sql, " = trunc(",
             value.sql, ") AND ", value.sql, " >= -9223372036854775808 AND ", value.sql,
             " < 9223372036854775808 THEN 'integer' ELSE 'real' END)"}),
        Kind::text, {&value});
  }
  if (word.empty()) return no("typeof of a number that is whole or not");
  return made_of(cat({"(CASE WHEN ", value.sql, " IS NULL THEN 'null' ELSE '", word, "' END)"}),
                 Kind::text, {&value});
}

Typed Translator::length(const sql::Expression& call) {
  const Typed value = plain(translate(call.operands[0]));
  Typed made;
  if (value.kind == Kind::bytes) {
    made = made_of(cat({"octet_length(", value.sql, ")::bigint"}), Kind::integer, {&value});
  } else {
    const Typed text = as_text(value);
    made = made_of(cat({"char_length(", text.sql, ")::bigint"}), Kind::integer, {&text});
  }
  made.is_not_negative = true;
  return made;
}

std::optional<Typed> Translator::of_text(const std::string& name, const sql::Expression& call) {
  const auto& operands = call.operands;
  const auto texts = [&](std::string_view function) {
    Typed made{cat({function, "("}), Kind::text};
    for (size_t i = 0; i < operands.size(); ++i) {
      const Typed value = as_text(translate(operands[i]));
      made.sql += cat({i == 0 ? "" : ", ", value.sql});
      made.change = later(made.change, value.change);
    }
    made.sql += ")";
    return made;
  };
  if (name == "length" && operands.size() == 1) return length(call);
  if ((name == "lower" || name == "upper") && operands.size() == 1) {
    // lower(hex(x)) is what encode() writes.
    const auto& inner = operands[0];
    const bool of_hex = inner.kind == sql::ExpressionKind::call && lower_name(inner.text) == "hex";
    Typed value = as_text(translate(inner));
    if (name == "lower" && of_hex && value.sql.starts_with("upper(encode(")) {
      value.sql = value.sql.substr(6, value.sql.size() - 7);
      return value;
    }
    // Only ASCII has two cases there.
    return made_of(cat({name, "(", value.sql, " COLLATE \"C\")"}), Kind::text, {&value});
  }
  if ((name == "substr" || name == "substring") && has_arguments(call, 2, 3)) {
    return substring(call);
  }
  if (name == "trim" && has_arguments(call, 1, 2)) return texts("btrim");
  if ((name == "ltrim" || name == "rtrim") && has_arguments(call, 1, 2)) return texts(name);
  if (name == "replace" && operands.size() == 3) return texts("replace");
  if ((name == "concat" && !operands.empty()) || (name == "concat_ws" && operands.size() >= 2)) {
    Typed made = texts(name);
    made.change = later(made.change, Change::with_settings);
    return made;
  }
  if (name == "printf" || name == "format") return formatted(call);
  if (name == "instr" && operands.size() == 2) {
    Typed made = texts("strpos");
    made.sql += "::bigint";
    made.kind = Kind::integer;
    made.is_not_negative = true;
    return made;
  }
  if (name == "char" && operands.size() == 1) {
    const auto code = integer_value(operands[0]);
    if (!code || *code <= 0 || *code >= 0xD800) return no("char of this number");
    return Typed{cat({"chr(", decimal(*code), ")"}), Kind::text};
  }
  if (name == "unicode" && operands.size() == 1) {
    const Typed value = as_text(translate(operands[0]));
    return made_of(cat({"nullif(ascii(", value.sql, "), 0)::bigint"}), Kind::integer, {&value});
  }
  return std::nullopt;
}

// A negative start counts from the end; a negative length takes what stands before.
Typed Translator::substring(const sql::Expression& call) {
  const Typed value = as_text(translate(call.operands[0]));
  const Typed start = as_number(translate(call.operands[1]));
  if (start.kind != Kind::integer) return no("substr at a fraction");
  const auto known_start = integer_value(call.operands[1]);
  std::string place = start.literal != nullptr ? start.sql : cat({start.sql, "::int"});
  if (known_start && *known_start < 0) {
    place = cat({"char_length(", value.sql, ") + 1 - ", decimal(-(*known_start + 1)), " - 1"});
  } else if (!known_start && !start.is_not_negative) {
    place = cat({"(CASE WHEN ", start.sql, " < 0 THEN char_length(", value.sql, ") + 1 + ",
                 start.sql, " ELSE ", start.sql, " END)::int"});
  }
  if (call.operands.size() == 2) {
    return made_of(cat({"substr(", value.sql, ", ", place, ")"}), Kind::text, {&value, &start});
  }
  const Typed count = as_number(translate(call.operands[2]));
  if (count.kind != Kind::integer) return no("substr of a fraction");
  std::string size = count.literal != nullptr ? count.sql : cat({count.sql, "::int"});
  const auto known_count = integer_value(call.operands[2]);
  if (known_count && *known_count < 0) return no("substr of a negative length");
  if (!known_count && !count.is_not_negative) {
    if (known_start != 1) return no("substr of a length that may be negative");
    size = cat({"greatest(", count.sql, ", 0)::int"});
  }
  Typed made = made_of(cat({"substr(", value.sql, ", ", place, ", ", size, ")"}), Kind::text,
                       {&value, &start, &count});
  made.is_digits = false;
  return made;
}

Typed Translator::rounded(const sql::Expression& call) {
  const Typed value = as_number(translate(call.operands[0]));
  int64_t digits = 0;
  if (call.operands.size() == 2) {
    const auto known = integer_value(call.operands[1]);
    if (!known || *known < 0 || *known > 15) return no("round to this number of digits");
    digits = *known;
  }
  if (value.kind == Kind::integer) {
    return made_of(value.sql + "::float8", Kind::real, {&value});
  }
  // 2.675 is 2.67499999999999982: SQLite rounds it down, and numeric, which sees 2.675, up.
  if (digits > 0 && !is_compared_) return no("round of a fraction, which may differ at a 5");
  if (digits > 0) note("round takes a number as it is printed: 2.675 is rounded up.");
  return made_of(cat({"round(", value.sql, "::text::numeric, ", decimal(digits), ")::float8"}),
                 Kind::real, {&value});
}

std::optional<Typed> Translator::of_number(const std::string& name, const sql::Expression& call) {
  const auto& operands = call.operands;
  if (name == "round" && has_arguments(call, 1, 2)) return rounded(call);
  if (name == "random" && operands.empty()) {
    Typed made{cat({"('x' || encode(", random_bytes_text(8), ", 'hex'))::bit(64)::bigint"}),
               Kind::integer};
    made.change = Change::with_time;
    return made;
  }
  if (operands.size() != 1) return std::nullopt;
  const auto of_float = [&](std::string_view function) {
    const Typed value = as_number(translate(operands[0]));
    return made_of(cat({function, "(", value.sql, "::float8)"}), Kind::real, {&value});
  };
  if (name == "abs") {
    // abs(random()) must not meet the one number that has no positive twin.
    const auto& inner = operands[0];
    const bool of_random =
        inner.kind == sql::ExpressionKind::call && lower_name(inner.text) == "random";
    const Typed value = as_number(translate(operands[0]));
    Typed made = made_of(of_random ? cat({"(", value.sql, " & 9223372036854775807)"})
                                   : cat({"abs(", value.sql, ")"}),
                         value.kind, {&value});
    made.is_not_negative = true;
    return made;
  }
  if (name == "sign") {
    const Typed value = as_number(translate(operands[0]));
    return made_of(cat({"sign(", value.sql, "::float8)::bigint"}), Kind::integer, {&value});
  }
  if (name == "ceil" || name == "ceiling" || name == "floor") {
    const Typed value = as_number(translate(operands[0]));
    if (value.kind == Kind::integer) return value;
    return made_of(cat({name, "(", value.sql, ")"}), value.kind, {&value});
  }
  if (name == "sqrt") {
    const Typed value = as_number(translate(operands[0]));
    return made_of(cat({"(CASE WHEN ", value.sql, " >= 0 THEN sqrt(", value.sql, "::float8) END)"}),
                   Kind::real, {&value});
  }
  if (name == "exp" || name == "radians" || name == "degrees") return of_float(name);
  return std::nullopt;
}

Typed Translator::random_bytes(const sql::Expression& call) {
  const auto count = integer_value(call.operands[0]);
  if (!count || *count < 1 || *count > 256) return no("randomblob of this size");
  Typed made{random_bytes_text(*count), Kind::bytes};
  made.change = Change::with_time;
  return made;
}

std::optional<Typed> Translator::of_bytes(const std::string& name, const sql::Expression& call) {
  if (call.operands.size() != 1) return std::nullopt;
  if (name == "randomblob") return random_bytes(call);
  if (name == "zeroblob") {
    const auto count = integer_value(call.operands[0]);
    if (!count || *count < 0 || *count > 1000) return no("zeroblob of this size");
    return Typed{bytes_literal(std::string(static_cast<size_t>(*count), '\0')), Kind::bytes};
  }
  if (name != "hex") return std::nullopt;
  Typed value = plain(translate(call.operands[0]));
  if (value.kind != Kind::bytes) {
    value = as_text(value);
    value.sql = cat({"convert_to(", value.sql, ", 'UTF8')"});
  }
  // hex of NULL is an empty text.
  const bool random = call.operands[0].kind == sql::ExpressionKind::call &&
                      lower_name(call.operands[0].text) == "randomblob";
  const std::string text = cat({"upper(encode(", value.sql, ", 'hex'))"});
  return made_of(random ? text : cat({"coalesce(", text, ", '')"}), Kind::text, {&value});
}

}  // namespace fairway::postgres

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

constexpr std::string_view utc = " AT TIME ZONE 'UTC')";

// The text of a timestamptz, of a date, as SQLite had it.
Typed text_of(const Typed& value, std::string sql) {
  Typed made = value;
  made.sql = std::move(sql);
  made.kind = Kind::text;
  made.column = nullptr;
  made.change = later(value.change, Change::with_settings);
  return made;
}

// 007 as 7.
std::string whole_digits(const Typed& literal) {
  return decimal(parse_decimal(literal.literal->text).value_or(0));
}

}  // namespace

std::string lower_name(std::string_view name) { return lower_ascii(name); }

// SQLite's rules for declared types; REAL and INTEGER are numeric here, BLOB and none are none.
Affinity affinity_of(std::string_view declared_type) {
  const std::string type = lower_ascii(declared_type);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (has("int")) return Affinity::numeric;
  if (has("char") || has("clob") || has("text")) return Affinity::text;
  if (has("blob") || type.empty()) return Affinity::none;
  if (type == "any") return Affinity::none;
  return Affinity::numeric;
}

bool is_null_literal(const Typed& value) { return value.kind == Kind::null; }

Change later(Change one, Change other) { return std::max(one, other); }

Typed made_of(std::string sql, Kind kind, std::initializer_list<const Typed*> parts) {
  Typed made;
  made.sql = std::move(sql);
  made.kind = kind;
  for (const Typed* part : parts) {
    made.change = later(made.change, part->change);
    if (!made.collation_is_explicit && part->collation_is_explicit) {
      made.collation_is_explicit = true;
      made.collation = part->collation;
    }
  }
  return made;
}

std::string float_literal(std::string_view digits) { return cat({"'", digits, "'::float8"}); }

std::string bytes_literal(std::string_view bytes) { return cat({"'\\x", hex(bytes), "'::bytea"}); }

// The value of an integer literal with or without a minus.
std::optional<int64_t> integer_value(const sql::Expression& expression) {
  using sql::ExpressionKind;
  if (expression.kind == ExpressionKind::apply && expression.operands.size() == 1 &&
      (expression.operation == sql::Operator::negate ||
       expression.operation == sql::Operator::plus)) {
    const bool negative = expression.operation == sql::Operator::negate;
    const auto& inner = expression.operands[0];
    if (inner.kind != ExpressionKind::integer) return std::nullopt;
    return parse_decimal(negative ? "-" + inner.text : inner.text);
  }
  if (expression.kind != ExpressionKind::integer) return std::nullopt;
  if (!expression.text.starts_with("0x") && !expression.text.starts_with("0X")) {
    return parse_decimal(expression.text);
  }
  uint64_t value = 0;
  for (char c : lower_ascii(expression.text.substr(2))) {
    value = value * 16 + static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return static_cast<int64_t>(value);
}

Typed Translator::no(std::string reason) {
  if (reason_.empty()) reason_ = std::move(reason);
  return {"NULL", Kind::null};
}

void Translator::step() {
  constexpr int steps_max = 200'000;
  if (++steps_ > steps_max) no("a definition of this size");
}

Failure Translator::failure() const {
  return fix_input("not_translatable", cat({"PostgreSQL has no equal for ", reason_, "."}));
}

void Translator::note(std::string text) {
  if (std::ranges::find(notes_, text) == notes_.end()) notes_.push_back(std::move(text));
}

const TableName* Translator::table_named(std::string_view name) const {
  for (auto table = common_.rbegin(); table != common_.rend(); ++table) {
    if (same_name(table->name, name)) return &*table;
  }
  for (const TableName& table : names_.tables) {
    if (same_name(table.name, name)) return &table;
  }
  return nullptr;
}

// Values of PostgreSQL's own types become what SQLite had; booleans stay booleans.
Typed Translator::plain(Typed value) {
  if (value.kind != Kind::foreign) return value;
  if (!value.json.empty())
    return no("a value out of JSON, which has a type of its own in every row");
  const ColumnName& column = *value.column;
  if (column.had_several_classes) {
    return no(cat({"the values of ", quoted_name(column.name), ", which are of several classes"}));
  }
  Typed made = value;
  made.column = nullptr;
  // Without a zone: of a moment with one it is not immutable.
  const std::string seconds = cat({"extract(epoch FROM (", value.sql, utc, ")"});
  switch (column.holds) {
    case ValueClass::timestamp_milliseconds:
      made.kind = Kind::integer;
      made.sql = cat({"(", seconds, " * 1000)::bigint"});
      return made;
    case ValueClass::timestamp_seconds:
      made.kind = Kind::integer;
      made.sql = seconds + "::bigint";
      return made;
    case ValueClass::timestamp_julian:
      made.kind = Kind::real;
      made.sql = cat({"(((", seconds, " * 1000)::bigint + 210866760000000)::float8 / 86400000)"});
      return made;
    case ValueClass::timestamp_text:
      if (column.text_form.empty()) break;
      return text_of(value,
                     cat({"to_char((", value.sql, utc, ", ", quoted_text(column.text_form), ")"}));
    case ValueClass::date_text:
      return text_of(value, cat({"to_char(", value.sql, ", 'YYYY-MM-DD')"}));
    case ValueClass::uuid:
    case ValueClass::json:
      made = text_of(value, value.sql + "::text");
      made.change = value.change;
      return made;
    default:
      break;
  }
  return no(cat({"the values of ", quoted_name(column.name), " inside of an expression"}));
}

Typed Translator::as_boolean(Typed value) {
  value = plain(std::move(value));
  switch (value.kind) {
    case Kind::boolean:
      return value;
    case Kind::null:
      value.sql = "NULL::boolean";
      value.kind = Kind::boolean;
      return value;
    case Kind::integer:
    case Kind::real:
    case Kind::number:
    case Kind::numeric: {
      if (value.literal != nullptr && value.kind == Kind::integer) {
        return made_of(value.sql == "0" ? "false" : "true", Kind::boolean, {&value});
      }
      Typed made = made_of(cat({"(", value.sql, " <> 0)"}), Kind::boolean, {&value});
      made.is_condition = true;
      return made;
    }
    default:
      return no("a text or blob as a condition");
  }
}

Typed Translator::as_text(Typed value) {
  value = plain(std::move(value));
  switch (value.kind) {
    case Kind::text:
      return value;
    case Kind::null:
      value.sql = "NULL::text";
      value.kind = Kind::text;
      return value;
    case Kind::integer: {
      const bool constant = value.literal != nullptr;
      Typed made =
          made_of(constant ? quoted_text(value.sql) : value.sql + "::text", Kind::text, {&value});
      if (value.sql.starts_with("(-") && constant) made.sql = value.sql + "::text";
      made.is_digits = value.is_not_negative;
      return made;
    }
    case Kind::boolean:
      return made_of(value.sql + "::int::text", Kind::text, {&value});
    case Kind::bytes:
      return no("a blob as a text");
    default:
      return no("a number with a fraction as a text");
  }
}

Typed Translator::as_number(Typed value) {
  value = plain(std::move(value));
  switch (value.kind) {
    case Kind::null:
      value.sql = "NULL::bigint";
      value.kind = Kind::integer;
      return value;
    case Kind::boolean: {
      Typed made = made_of(value.sql + "::int::bigint", Kind::integer, {&value});
      made.affinity = value.affinity;
      made.is_not_negative = true;
      return made;
    }
    case Kind::numeric: {
      Typed made = made_of(value.sql + "::float8", Kind::number, {&value});
      made.affinity = value.affinity;
      return made;
    }
    case Kind::integer:
    case Kind::real:
    case Kind::number:
      return value;
    case Kind::text:
      if (!value.is_digits) return no("arithmetic with a text");
      if (value.literal != nullptr) return made_of(whole_digits(value), Kind::integer, {&value});
      if (value.sql.ends_with("::bigint::text"))
        value.sql.resize(value.sql.size() - 6);
      else
        value.sql += "::bigint";
      return made_of(value.sql, Kind::integer, {&value});
    default:
      return no("arithmetic with a blob");
  }
}

Typed Translator::as_kind(Typed value, Kind kind) {
  if (value.kind == kind) return value;
  if (is_null_literal(value)) {
    value.kind = kind;
    return value;
  }
  switch (kind) {
    case Kind::text:
      return as_text(std::move(value));
    case Kind::boolean:
      return as_boolean(std::move(value));
    case Kind::integer:
      value = as_number(std::move(value));
      return value.kind == Kind::integer ? value : no("a fraction where integers stand");
    case Kind::real:
    case Kind::number: {
      value = as_number(std::move(value));
      if (value.kind != Kind::integer) return value;
      return made_of(value.sql + "::float8", Kind::number, {&value});
    }
    case Kind::numeric:
      if (value.kind != Kind::integer && value.kind != Kind::boolean) break;
      value = as_number(std::move(value));
      return made_of(value.sql + "::numeric", Kind::numeric, {&value});
    default:
      break;
  }
  return no("values of several types in one expression");
}

// Values of PostgreSQL's own types stay so only among their like.
void Translator::make_alike(std::vector<Typed>& values) {
  const Typed* first = nullptr;
  bool alike = true;
  for (const Typed& value : values) {
    if (is_null_literal(value)) continue;
    if (first == nullptr) first = &value;
    alike = alike && value.kind == first->kind &&
            (value.kind != Kind::foreign || value.column->holds == first->column->holds);
  }
  if (alike) return;
  for (Typed& value : values) value = plain(std::move(value));
}

// The kind that the results of CASE, coalesce, UNION have in common. Values keep their class.
Kind Translator::common_kind(const std::vector<Typed>& values) {
  Kind kind = Kind::null;
  const Typed* first = nullptr;
  for (const Typed& value : values) {
    if (is_null_literal(value)) continue;
    if (kind == Kind::null) {
      kind = value.kind;
      first = &value;
      continue;
    }
    const bool same_foreign = value.kind == Kind::foreign && kind == Kind::foreign &&
                              value.column->holds == first->column->holds;
    if (value.kind == kind && (kind != Kind::foreign || same_foreign)) continue;
    const auto is_integer = [](Kind one) { return one == Kind::integer || one == Kind::boolean; };
    const auto is_number = [&](Kind one) {
      return is_integer(one) || one == Kind::real || one == Kind::number || one == Kind::numeric;
    };
    const auto is_exact = [&](Kind one) { return is_integer(one) || one == Kind::numeric; };
    if (is_integer(kind) && is_integer(value.kind)) {
      kind = Kind::integer;
    } else if (is_exact(kind) && is_exact(value.kind)) {
      kind = Kind::numeric;  // a double has fewer digits than some of its integers
    } else if (is_number(kind) && is_number(value.kind)) {
      kind = Kind::number;
    } else {
      no("values of several types in one expression");
      return kind;
    }
  }
  return kind;
}

}  // namespace fairway::postgres

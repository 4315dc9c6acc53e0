#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

// What is written twice can double at every level of a hostile tree.
constexpr size_t sql_bytes_max = 100'000;

Kind kind_of(ValueClass holds) {
  switch (holds) {
    case ValueClass::bigint:
      return Kind::integer;
    case ValueClass::real:
      return Kind::real;
    case ValueClass::numeric:
      return Kind::numeric;
    case ValueClass::text:
      return Kind::text;
    case ValueClass::bytes:
      return Kind::bytes;
    case ValueClass::boolean:
      return Kind::boolean;
    default:
      return Kind::foreign;
  }
}

bool is_meant(const Source& source, const sql::Expression& name) {
  return name.table.empty() ? !source.only_qualified : same_name(source.alias, name.table);
}

// Of json_each, besides those that are known here.
bool is_json_column(std::string_view name) {
  constexpr std::array names =
      std::to_array<std::string_view>({"atom", "id", "parent", "fullkey", "path", "json", "root"});
  return std::ranges::any_of(names, [&](std::string_view one) { return same_name(one, name); });
}

bool is_rowid(std::string_view name) {
  return same_name(name, "rowid") || same_name(name, "_rowid_") || same_name(name, "oid");
}

}  // namespace

Typed Translator::translate(const sql::Expression& expression) {
  step();
  std::vector<size_t> bare;
  for (const Scope& scope : scopes_) bare.push_back(scope.bare.size());
  Typed made = inner(expression);
  if (made.sql.size() > sql_bytes_max) return no("an expression of this size");
  for (size_t i = 0; i < bare.size() && i < scopes_.size(); ++i) {
    Scope& scope = scopes_[i];
    if (std::ranges::find(scope.groups, made.sql) != scope.groups.end()) {
      scope.bare.resize(bare[i]);
    }
  }
  return made;
}

Typed Translator::condition(const sql::Expression& expression) {
  return as_boolean(translate(expression));
}

Typed Translator::inner(const sql::Expression& expression) {
  using sql::ExpressionKind;
  if (failed()) return {"NULL", Kind::null};
  switch (expression.kind) {
    case ExpressionKind::null:
    case ExpressionKind::integer:
    case ExpressionKind::real:
    case ExpressionKind::text:
    case ExpressionKind::blob:
      return literal(expression);
    case ExpressionKind::name:
      return name(expression);
    case ExpressionKind::apply:
      return apply(expression);
    case ExpressionKind::collate: {
      Typed made = translate(expression.operands[0]);
      made.collation = lower_name(expression.text);
      made.collation_is_explicit = true;
      return made;
    }
    case ExpressionKind::cast:
      return cast(expression);
    case ExpressionKind::call:
      return call(expression);
    case ExpressionKind::current:
      return of_time(expression.text, expression).value_or(Typed{"NULL", Kind::null});
    case ExpressionKind::between:
      return between(expression);
    case ExpressionKind::in_list:
      return in_list(expression);
    case ExpressionKind::in_query:
      return in_query(expression);
    case ExpressionKind::exists:
      return exists(expression);
    case ExpressionKind::query:
      return scalar_query(expression);
    case ExpressionKind::cases:
      return cases(expression);
    case ExpressionKind::in_table:
      return no("IN with a table's name");
    case ExpressionKind::row:
      return no("a row of values");
    case ExpressionKind::raise:
      return no("RAISE here");
    case ExpressionKind::star:
      return no("* here");
  }
  return no("this expression");
}

Typed Translator::literal(const sql::Expression& expression) {
  using sql::ExpressionKind;
  Typed made;
  made.literal = &expression;
  switch (expression.kind) {
    case ExpressionKind::integer: {
      const auto value = integer_value(expression);
      made.kind = value ? Kind::integer : Kind::real;
      made.sql = value ? decimal(*value) : float_literal(expression.text);
      if (value && *value < 0) made.sql = cat({"(", made.sql, ")"});
      made.is_not_negative = value && *value >= 0;
      return made;
    }
    case ExpressionKind::real:
      made.kind = Kind::real;
      made.sql = float_literal(expression.text);
      return made;
    case ExpressionKind::text:
      made.kind = Kind::text;
      made.sql = quoted_text(expression.text);
      made.is_digits = !expression.text.empty() && expression.text.size() <= 18 &&
                       expression.text.find_first_not_of("0123456789") == std::string::npos;
      if (expression.text.find('\0') != std::string::npos || !is_utf8(expression.text)) {
        return no("a text that is no UTF-8");
      }
      return made;
    case ExpressionKind::blob:
      made.kind = Kind::bytes;
      made.sql = bytes_literal(expression.text);
      return made;
    default:
      made.sql = "NULL";
      return made;
  }
}

Typed Translator::column_of(Scope& scope, const Source& source, const ColumnName& column) {
  Typed made;
  made.sql = source.target.empty() ? quoted_name(column.target_name)
                                   : cat({source.target, ".", quoted_name(column.target_name)});
  made.kind = kind_of(column.holds);
  made.affinity = affinity_of(column.declared_type);
  made.collation = lower_name(column.collation);
  made.column = &column;
  if (!scope.is_grouped || scope.in_aggregate > 0) return made;
  // The key of a table decides all of its columns.
  const std::string key = cat({source.target, ".", quoted_name(source.table.rowid_column)});
  const bool decided = !source.table.rowid_column.empty() &&
                       std::ranges::find(scope.groups, key) != scope.groups.end();
  if (!decided) scope.bare.push_back(made.sql);
  return made;
}

std::optional<Typed> Translator::column_in(Scope& scope, const sql::Expression& expression) {
  for (const Source& source : scope.sources) {
    if (!is_meant(source, expression)) continue;
    for (const ColumnName& column : source.table.columns) {
      if (same_name(column.name, expression.text)) return column_of(scope, source, column);
    }
    if (source.has_more_columns && is_json_column(expression.text)) {
      return no(cat({"the column ", expression.text, " of json_each"}));
    }
  }
  if (!is_rowid(expression.text) || expression.quoting == sql::Quoting::text_quotes) {
    return std::nullopt;
  }
  for (const Source& source : scope.sources) {
    if (!is_meant(source, expression)) continue;
    for (const ColumnName& column : source.table.columns) {
      if (same_name(column.name, source.table.rowid_column)) {
        return column_of(scope, source, column);
      }
    }
    return no("the hidden rowid");
  }
  return std::nullopt;
}

// A column, nearest scope first; an alias of a result; TRUE and FALSE; at last a text in "".
Typed Translator::name(const sql::Expression& expression) {
  if (!expression.schema.empty() && !same_name(expression.schema, "main")) {
    return no(cat({"the schema ", quoted_name(expression.schema)}));
  }
  for (size_t i = scopes_.size(); i-- > 0;) {
    if (auto found = column_in(scopes_[i], expression)) return *found;
    if (!expression.table.empty() || scopes_[i].results == nullptr || scopes_[i].in_alias) continue;
    for (const sql::ResultColumn& result : *scopes_[i].results) {
      if (result.alias.empty() || !same_name(result.alias, expression.text)) continue;
      scopes_[i].in_alias = true;
      Typed made = translate(result.expression);
      scopes_[i].in_alias = false;
      return made;
    }
  }
  if (expression.table.empty() && expression.quoting == sql::Quoting::none) {
    for (const char* word : {"true", "false"}) {
      if (same_name(expression.text, word)) return {word, Kind::boolean};
    }
  }
  if (expression.table.empty() && expression.quoting == sql::Quoting::double_quotes) {
    Typed made{quoted_text(expression.text), Kind::text};
    made.literal = &expression;
    return made;
  }
  return no(cat({"the name ", quoted_name(expression.text), ", which is no known column"}));
}

Typed Translator::apply(const sql::Expression& expression) {
  using sql::Operator;
  switch (expression.operation) {
    case Operator::logical_and:
    case Operator::logical_or:
    case Operator::logical_not:
      return logical(expression);
    case Operator::is_null:
    case Operator::not_null: {
      const Typed value = translate(expression.operands[0]);
      const bool null = expression.operation == Operator::is_null;
      Typed made = made_of(cat({"(", value.sql, null ? " IS NULL)" : " IS NOT NULL)"}),
                           Kind::boolean, {&value});
      made.is_condition = true;
      return made;
    }
    case Operator::is:
    case Operator::is_not:
      return is(expression);
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::equal:
    case Operator::not_equal:
      return compare(expression);
    case Operator::concatenate:
      return concatenate(expression);
    case Operator::add:
    case Operator::subtract:
    case Operator::multiply:
    case Operator::divide:
    case Operator::modulo:
      return arithmetic(expression);
    case Operator::negate:
      return negate(expression);
    case Operator::plus: {
      Typed made = translate(expression.operands[0]);
      made.affinity = Affinity::none;
      return made;
    }
    case Operator::like:
      return like(expression);
    case Operator::glob:
      return glob(expression);
    case Operator::bit_and:
    case Operator::bit_or:
    case Operator::bit_not:
    case Operator::shift_left:
    case Operator::shift_right:
      return bits(expression);
    case Operator::regexp:
      return no("REGEXP, which is the app's own");
    case Operator::match:
      return no("MATCH");
    case Operator::arrow:
    case Operator::long_arrow:
      return of_json(expression.operation == Operator::arrow ? "->" : "->>", expression)
          .value_or(Typed{"NULL", Kind::null});
    case Operator::none:
      break;
  }
  return no("this operator");
}

Typed Translator::logical(const sql::Expression& expression) {
  Typed made{"", Kind::boolean};
  made.is_condition = true;
  if (expression.operation == sql::Operator::logical_not) {
    const Typed value = condition(expression.operands[0]);
    made.sql = cat({"(NOT ", value.sql, ")"});
    made.change = value.change;
    return made;
  }
  const bool both = expression.operation == sql::Operator::logical_and;
  made.sql = "(";
  for (size_t i = 0; i < expression.operands.size(); ++i) {
    const Typed value = condition(expression.operands[i]);
    made.sql += cat({i == 0 ? "" : both ? " AND " : " OR ", value.sql});
    made.change = later(made.change, value.change);
  }
  made.sql += ")";
  return made;
}

Typed Translator::concatenate(const sql::Expression& expression) {
  Typed made{"(", Kind::text};
  for (size_t i = 0; i < expression.operands.size(); ++i) {
    const Typed value = as_text(translate(expression.operands[i]));
    made.sql += cat({i == 0 ? "" : " || ", value.sql});
    made.change = later(made.change, value.change);
  }
  made.sql += ")";
  return made;
}

Typed Translator::arithmetic(const sql::Expression& expression) {
  using sql::Operator;
  Typed left = as_number(translate(expression.operands[0]));
  Typed right = as_number(translate(expression.operands[1]));
  const bool integers = left.kind == Kind::integer && right.kind == Kind::integer;
  const bool modulo = expression.operation == Operator::modulo;
  const bool divides = modulo || expression.operation == Operator::divide;
  if (modulo && !integers) return no("% of numbers with fractions");
  const bool unsure = left.kind == Kind::number || right.kind == Kind::number;
  const bool surely_real = left.kind == Kind::real || right.kind == Kind::real;
  if (divides && unsure && !surely_real) {
    return no("a division that SQLite rounds when both numbers are whole");
  }
  if (divides && !(right.literal != nullptr && right.sql != "0")) {
    right.sql = cat({"nullif(", right.sql, ", 0)"});
  }
  std::string_view operation = "+";
  if (expression.operation == Operator::subtract) operation = "-";
  if (expression.operation == Operator::multiply) operation = "*";
  if (expression.operation == Operator::divide) operation = "/";
  if (modulo) operation = "%";
  const Kind kind = integers ? Kind::integer : surely_real ? Kind::real : Kind::number;
  const std::string_view cast = integers && left.literal != nullptr ? "::bigint" : "";
  Typed made = made_of(cat({"(", left.sql, cast, " ", operation, " ", right.sql, ")"}), kind,
                       {&left, &right});
  made.is_not_negative = left.is_not_negative && right.is_not_negative && operation != "-";
  return made;
}

Typed Translator::bits(const sql::Expression& expression) {
  using sql::Operator;
  const Typed left = as_number(translate(expression.operands[0]));
  if (left.kind != Kind::integer) return no("bits of a number with a fraction");
  if (expression.operation == Operator::bit_not) {
    return made_of(cat({"(~ ", left.sql, "::bigint)"}), Kind::integer, {&left});
  }
  const Typed right = as_number(translate(expression.operands[1]));
  if (right.kind != Kind::integer) return no("bits of a number with a fraction");
  std::string_view operation = expression.operation == Operator::bit_and ? "&" : "|";
  if (expression.operation == Operator::shift_left ||
      expression.operation == Operator::shift_right) {
    operation = expression.operation == Operator::shift_left ? "<<" : ">>";
    const auto places = integer_value(expression.operands[1]);
    if (!places || *places < 0 || *places > 63) return no("a shift by an unknown number of bits");
    return made_of(cat({"(", left.sql, "::bigint ", operation, " ", right.sql, ")"}), Kind::integer,
                   {&left});
  }
  return made_of(cat({"(", left.sql, "::bigint ", operation, " ", right.sql, ")"}), Kind::integer,
                 {&left, &right});
}

Typed Translator::negate(const sql::Expression& expression) {
  if (const auto value = integer_value(expression)) {
    Typed made{cat({"(", decimal(*value), ")"}), Kind::integer};
    made.literal = &expression;
    return made;
  }
  const Typed value = as_number(translate(expression.operands[0]));
  Typed made = made_of(cat({"(- ", value.sql, ")"}), value.kind, {&value});
  return made;
}

Typed Translator::cases(const sql::Expression& expression) {
  const auto& operands = expression.operands;
  const size_t begin = expression.has_base ? 1 : 0;
  const size_t end = operands.size() - (expression.has_otherwise ? 1 : 0);
  Typed base;
  if (expression.has_base) {
    base = translate(operands[0]);
    if (base.change == Change::with_time) return no("CASE of a random value");
  }
  std::vector<Typed> values;
  std::vector<Typed> conditions;
  for (size_t i = begin; i + 1 < end; i += 2) {
    conditions.push_back(expression.has_base ? compared(base, translate(operands[i]), "=")
                                             : condition(operands[i]));
    values.push_back(translate(operands[i + 1]));
  }
  if (expression.has_otherwise) values.push_back(translate(operands.back()));
  make_alike(values);
  const Kind kind = common_kind(values);
  const bool same = kind == Kind::foreign;
  Typed made{"CASE", kind};
  if (kind == Kind::foreign || kind == Kind::boolean) {
    for (const Typed& value : values) {
      if (value.column != nullptr) made.column = value.column;
    }
  }
  made.is_not_negative = true;
  for (size_t i = 0; i < values.size(); ++i) {
    const Typed value = same || kind == Kind::null ? values[i] : as_kind(values[i], kind);
    made.change = later(made.change, value.change);
    made.is_not_negative = made.is_not_negative && value.is_not_negative;
    if (i < conditions.size()) {
      made.change = later(made.change, conditions[i].change);
      made.sql += cat({" WHEN ", conditions[i].sql, " THEN ", value.sql});
    } else {
      made.sql += " ELSE " + value.sql;
    }
  }
  made.sql = cat({"(", made.sql, " END)"});
  made.is_condition = kind == Kind::boolean;
  return made;
}

}  // namespace fairway::postgres

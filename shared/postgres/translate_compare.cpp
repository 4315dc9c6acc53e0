#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

bool is_numeric(Kind kind) {
  return kind == Kind::integer || kind == Kind::real || kind == Kind::number ||
         kind == Kind::numeric;
}

// A text that SQLite takes for a whole number under numeric affinity.
std::optional<int64_t> whole_number(const Typed& value) {
  if (value.literal == nullptr || value.kind != Kind::text) return std::nullopt;
  return parse_decimal(trim(value.literal->text));
}

// True when no numeric affinity could turn the text into a number.
bool is_surely_no_number(const Typed& value) {
  if (value.is_no_number) return true;
  if (value.literal == nullptr || value.kind != Kind::text) return false;
  std::string_view text = trim(value.literal->text);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  const size_t exponent = text.find_first_of("eE");
  std::string_view power = exponent == std::string_view::npos ? "0" : text.substr(exponent + 1);
  if (power.starts_with('+') || power.starts_with('-')) power.remove_prefix(1);
  std::string digits(text.substr(0, exponent));
  if (const size_t point = digits.find('.'); point != std::string::npos) digits.erase(point, 1);
  const auto no_digits = [](std::string_view part) {
    return part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos;
  };
  return no_digits(digits) || no_digits(power);
}

std::string folded(const Typed& value, const std::string& collation) {
  if (collation == "nocase") return cat({"lower(", value.sql, " COLLATE \"C\")"});
  if (collation == "rtrim") return cat({"rtrim(", value.sql, ")"});
  return value.sql;
}

bool is_order(std::string_view operation) {
  return operation == "<" || operation == "<=" || operation == ">" || operation == ">=";
}

}  // namespace

// SQLite's affinities: a number beside a text is compared as the one or the other, or by class.
Translator::Pair Translator::comparable(Typed left, Typed right, std::string_view what) {
  if (is_null_literal(left) || is_null_literal(right)) return {left, right};
  const bool both_foreign =
      left.kind == Kind::foreign && right.kind == Kind::foreign &&
      left.column->holds == right.column->holds && left.column->holds != ValueClass::json &&
      left.column->holds != ValueClass::jsonb_blob && left.column->holds != ValueClass::mixed &&
      left.column->text_form == right.column->text_form;
  if (both_foreign) return {left, right};
  left = plain(std::move(left));
  right = plain(std::move(right));
  if (left.kind == Kind::boolean && right.kind == Kind::boolean) return {left, right};
  for (Typed* one : {&left, &right}) {
    const Typed& other = one == &left ? right : left;
    if (one->kind != Kind::boolean) continue;
    if (other.literal != nullptr && (other.sql == "0" || other.sql == "1")) {
      Typed& literal = one == &left ? right : left;
      literal = made_of(literal.sql == "1" ? "true" : "false", Kind::boolean, {&literal});
      return {left, right};
    }
    const Affinity affinity = one->affinity;
    *one = made_of(one->sql + "::int::bigint", Kind::integer, {one});
    one->affinity = affinity;
  }
  if (is_numeric(left.kind) && is_numeric(right.kind)) return {left, right};
  if (left.kind == Kind::bytes && right.kind == Kind::bytes) return {left, right};
  if (left.kind == Kind::text && right.kind == Kind::text) {
    const bool numeric_beside_text =
        (left.affinity == Affinity::numeric && !is_surely_no_number(right)) ||
        (right.affinity == Affinity::numeric && !is_surely_no_number(left));
    // Both are texts, but SQLite would turn one of them into a number first.
    if (numeric_beside_text && left.affinity != right.affinity) {
      no("a text compared with a column of numbers");
    }
    return comparable_texts(std::move(left), std::move(right));
  }
  for (Typed* one : {&left, &right}) {
    Typed& other = one == &left ? right : left;
    if (one->kind != Kind::text || !is_numeric(other.kind)) continue;
    if (other.affinity == Affinity::numeric && one->affinity != Affinity::numeric) {
      const auto value = whole_number(*one);
      if (!value) break;
      *one = made_of(cat({"(", decimal(*value), ")"}), Kind::integer, {one});
      return {left, right};
    }
    if (one->affinity == Affinity::text && other.affinity == Affinity::none &&
        other.kind == Kind::integer) {
      other = as_text(other);
      return comparable_texts(std::move(left), std::move(right));
    }
  }
  no(cat({what, " of a text and a number, which SQLite compares by class"}));
  return {left, right};
}

// An explicit collation wins, then the left column's, then the right one's.
Translator::Pair Translator::comparable_texts(Typed left, Typed right) {
  std::string collation = left.collation;
  if (!left.collation_is_explicit && right.collation_is_explicit) collation = right.collation;
  if (!left.collation_is_explicit && !right.collation_is_explicit && left.column == nullptr &&
      left.collation.empty()) {
    collation = right.collation;
  }
  if (!collation.empty() && collation != "binary" && collation != "nocase" &&
      collation != "rtrim") {
    no(cat({"the collation ", quoted_name(collation)}));
  }
  for (Typed* one : {&left, &right}) {
    one->sql = folded(*one, collation);
    one->collation = collation;
  }
  return {left, right};
}

Typed Translator::compared(Typed left, Typed right, std::string_view operation) {
  if (const auto made = json_equals(left, right, operation)) return *made;
  auto [one, other] = comparable(std::move(left), std::move(right), "the comparison");
  // Equality of texts is bytewise everywhere; their order is only in the collation "C".
  const bool texts = one.kind == Kind::text && other.kind == Kind::text;
  const std::string collate = texts && is_order(operation) ? " COLLATE \"C\"" : "";
  Typed made = made_of(cat({"(", one.sql, " ", operation, " ", other.sql, collate, ")"}),
                       Kind::boolean, {&one, &other});
  made.collation_is_explicit = false;
  made.collation.clear();
  made.is_condition = true;
  return made;
}

Typed Translator::compare(const sql::Expression& expression) {
  using sql::ExpressionKind;
  using sql::Operator;
  const auto& operands = expression.operands;
  if (operands[0].kind == ExpressionKind::row || operands[1].kind == ExpressionKind::row) {
    return rows_equal(expression);
  }
  std::string_view operation = "=";
  switch (expression.operation) {
    case Operator::less:
      operation = "<";
      break;
    case Operator::less_equal:
      operation = "<=";
      break;
    case Operator::greater:
      operation = ">";
      break;
    case Operator::greater_equal:
      operation = ">=";
      break;
    case Operator::not_equal:
      operation = "<>";
      break;
    default:
      break;
  }
  return compared(translate(operands[0]), translate(operands[1]), operation);
}

Typed Translator::rows_equal(const sql::Expression& expression) {
  const auto& left = expression.operands[0];
  const auto& right = expression.operands[1];
  if (expression.operation != sql::Operator::equal || left.kind != sql::ExpressionKind::row ||
      right.kind != sql::ExpressionKind::row || left.operands.size() != right.operands.size()) {
    return no("this comparison of rows");
  }
  Typed made{"", Kind::boolean};
  std::string all;
  for (size_t i = 0; i < left.operands.size(); ++i) {
    const Typed one = compared(translate(left.operands[i]), translate(right.operands[i]), "=");
    all += cat({i == 0 ? "(" : " AND ", one.sql});
    made.change = later(made.change, one.change);
  }
  made.sql = all + ")";
  made.is_condition = true;
  return made;
}

// IS and IS NOT: with NULL, with TRUE and FALSE, else a comparison that knows NULL.
Typed Translator::is(const sql::Expression& expression) {
  using sql::ExpressionKind;
  const auto& operands = expression.operands;
  const bool negated = expression.operation == sql::Operator::is_not;
  Typed left = translate(operands[0]);
  Typed made;
  const auto truth = [&](std::string_view word) {
    const bool is_word = operands[1].kind == ExpressionKind::name && operands[1].table.empty() &&
                         operands[1].quoting == sql::Quoting::none &&
                         same_name(operands[1].text, word);
    return is_word && translate(operands[1]).column == nullptr;
  };
  if (operands[1].kind == ExpressionKind::null) {
    made = made_of(cat({"(", left.sql, negated ? " IS NOT NULL)" : " IS NULL)"}), Kind::boolean,
                   {&left});
  } else if (truth("true") || truth("false")) {
    const bool wanted = truth("true");
    left = as_boolean(left);
    made = made_of(cat({"(", left.sql, negated ? " IS NOT " : " IS ", wanted ? "TRUE)" : "FALSE)"}),
                   Kind::boolean, {&left});
  } else {
    return compared(left, translate(operands[1]),
                    negated ? "IS DISTINCT FROM" : "IS NOT DISTINCT FROM");
  }
  made.is_condition = true;
  return made;
}

Typed Translator::between(const sql::Expression& expression) {
  const auto& operands = expression.operands;
  const Typed value = translate(operands[0]);
  if (value.change == Change::with_time) return no("BETWEEN of a random value");
  const Typed low = compared(value, translate(operands[1]), ">=");
  const Typed high = compared(value, translate(operands[2]), "<=");
  const std::string both = cat({"(", low.sql, " AND ", high.sql, ")"});
  Typed made =
      made_of(expression.negated ? cat({"(NOT ", both, ")"}) : both, Kind::boolean, {&low, &high});
  made.is_condition = true;
  return made;
}

Typed Translator::in_list(const sql::Expression& expression) {
  const auto& operands = expression.operands;
  if (operands.size() == 1) {
    (void)translate(operands[0]);
    return {expression.negated ? "true" : "false", Kind::boolean};
  }
  if (operands[0].kind == sql::ExpressionKind::row) return no("IN with rows of values");
  const Typed left = translate(operands[0]);
  if (left.change == Change::with_time) return no("IN with a random value");
  Change change = left.change;
  std::string list;
  std::string either;
  std::string first_left;
  bool same_left = true;
  for (size_t i = 1; i < operands.size(); ++i) {
    Typed right = translate(operands[i]);
    // Values of the list have no affinity and no collation of their own.
    right.affinity = Affinity::none;
    right.collation.clear();
    right.collation_is_explicit = false;
    const auto pair = comparable(left, right, "IN");
    change = later(change, pair.right.change);
    if (i == 1) first_left = pair.left.sql;
    same_left = same_left && first_left == pair.left.sql;
    list += cat({i == 1 ? "" : ", ", pair.right.sql});
    either += cat({i == 1 ? "" : " OR ", pair.left.sql, " = ", pair.right.sql});
  }
  const std::string_view negation = expression.negated ? "NOT " : "";
  Typed made{same_left ? cat({"(", first_left, " ", negation, "IN (", list, "))"})
                       : cat({"(", negation, "(", either, "))"}),
             Kind::boolean};
  made.change = change;
  made.is_condition = true;
  return made;
}

}  // namespace fairway::postgres

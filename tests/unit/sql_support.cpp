#include "tests/unit/sql_support.h"

#include <array>

#include "shared/base/text.h"

namespace fairway {
namespace {

using sql::ExpressionKind;

constexpr std::array operators = std::to_array<std::string_view>(
    {"",    "-", "+",  "~", "NOT", "ISNULL", "NOTNULL", "OR",   "AND",  "||",     "->",
     "->>", "*", "/",  "%", "+",   "-",      "&",       "|",    "<<",   ">>",     "<",
     "<=",  ">", ">=", "=", "<>",  "IS",     "IS NOT",  "LIKE", "GLOB", "REGEXP", "MATCH"});

std::string list(const std::vector<sql::Expression>& parts, std::string_view separator,
                 size_t begin = 0) {
  std::string made;
  for (size_t i = begin; i < parts.size(); ++i) {
    if (i > begin) made += separator;
    made += shown(parts[i]);
  }
  return made;
}

std::string shown_apply(const sql::Expression& expression) {
  const std::string_view name = operators[static_cast<size_t>(expression.operation)];
  const auto& operands = expression.operands;
  if (operands.size() == 1) return cat({"(", name, " ", shown(operands[0]), ")"});
  if (operands.size() == 3 && expression.operation >= sql::Operator::like) {
    return cat({"(", shown(operands[0]), expression.negated ? " NOT " : " ", name, " ",
                shown(operands[1]), " ESCAPE ", shown(operands[2]), ")"});
  }
  return cat({"(", list(operands, cat({expression.negated ? " NOT " : " ", name, " "})), ")"});
}

std::string shown_name(const sql::Expression& expression) {
  std::string made;
  if (!expression.schema.empty()) made += expression.schema + ".";
  if (!expression.table.empty()) made += expression.table + ".";
  const bool quoted = expression.quoting != sql::Quoting::none;
  return made + (quoted ? quoted_name(expression.text) : expression.text);
}

}  // namespace

std::string shown(const sql::Expression& expression) {
  const auto& operands = expression.operands;
  const std::string_view negation = expression.negated ? "NOT " : "";
  switch (expression.kind) {
    case ExpressionKind::null:
      return "NULL";
    case ExpressionKind::integer:
    case ExpressionKind::real:
    case ExpressionKind::current:
      return expression.text;
    case ExpressionKind::text:
      return quoted_text(expression.text);
    case ExpressionKind::blob:
      return cat({"x'", hex(expression.text), "'"});
    case ExpressionKind::name:
      return shown_name(expression);
    case ExpressionKind::star:
      return expression.table.empty() ? "*" : expression.table + ".*";
    case ExpressionKind::apply:
      return shown_apply(expression);
    case ExpressionKind::collate:
      return cat({"(", shown(operands[0]), " COLLATE ", expression.text, ")"});
    case ExpressionKind::cast:
      return cat({"CAST(", shown(operands[0]), " AS ", expression.text, ")"});
    case ExpressionKind::call:
      return cat({expression.text, expression.distinct ? "(DISTINCT " : "(", list(operands, ", "),
                  ")", expression.filter.empty() ? "" : " FILTER", expression.over ? " OVER" : ""});
    case ExpressionKind::between:
      return cat({"(", shown(operands[0]), " ", negation, "BETWEEN ", shown(operands[1]), " AND ",
                  shown(operands[2]), ")"});
    case ExpressionKind::in_list:
      return cat({"(", shown(operands[0]), " ", negation, "IN (", list(operands, ", ", 1), "))"});
    case ExpressionKind::in_query:
      return cat({"(", shown(operands[0]), " ", negation, "IN (query))"});
    case ExpressionKind::in_table:
      return cat({"(", shown(operands[0]), " ", negation, "IN ", expression.table, ")"});
    case ExpressionKind::exists:
      return "EXISTS(query)";
    case ExpressionKind::query:
      return "(query)";
    case ExpressionKind::row:
      return cat({"(", list(operands, ", "), ")"});
    case ExpressionKind::cases:
      return cat({"CASE(", list(operands, ", "), ")"});
    case ExpressionKind::raise:
      return cat({"RAISE(", expression.text, ")"});
  }
  return "";
}

std::string tree_of(std::string_view text) {
  const auto expression = sql::parse_expression(text);
  return expression.ok() ? shown(*expression) : "? " + expression.failure().message;
}

}  // namespace fairway

#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

constexpr std::array aggregates = std::to_array<std::string_view>(
    {"count", "sum", "total", "avg", "min", "max", "group_concat", "string_agg"});

// OVER name, and OVER (name ORDER BY ...): the window with everything said of it in WINDOW.
std::optional<sql::Window> defined_window(const Scope& scope, const sql::Window& window) {
  if (scope.windows == nullptr) return std::nullopt;
  const std::string& name = window.is_reference ? window.name : window.base;
  for (const sql::Window& one : *scope.windows) {
    if (!same_name(one.name, name) || !one.base.empty()) continue;
    sql::Window made = one;
    if (!window.order_by.empty()) made.order_by = window.order_by;
    if (!window.frame.empty()) {
      made.frame = window.frame;
      made.frame_is_plain = window.frame_is_plain;
    }
    return made;
  }
  return std::nullopt;
}

}  // namespace

bool has_aggregate(const sql::Expression& expression) {
  if (expression.kind == sql::ExpressionKind::call && !expression.over) {
    const std::string name = lower_name(expression.text);
    const bool scalar = (name == "min" || name == "max") && expression.operands.size() != 1;
    if (!scalar && std::ranges::find(aggregates, name) != aggregates.end()) return true;
  }
  return std::ranges::any_of(expression.operands, has_aggregate);
}

// FILTER and OVER behind a call.
std::string Translator::call_tail(const sql::Expression& call) {
  std::string made;
  if (!call.filter.empty()) {
    made += cat({" FILTER (WHERE ", condition(call.filter[0]).sql, ")"});
  }
  if (call.over) made += cat({" OVER ", window(*call.over)});
  return made;
}

std::string Translator::window(const sql::Window& window) {
  if (window.is_reference || !window.base.empty()) {
    const auto whole = defined_window(scopes_.back(), window);
    if (whole) return this->window(*whole);
    no("a window that is not defined");
    return "";
  }
  if (!window.frame_is_plain) {
    no("the frame of a window that is computed");
    return "";
  }
  std::vector<std::string> parts;
  std::string list;
  for (const auto& one : window.partition_by) {
    const Typed value = translate(one);
    if (!value.collation.empty() && value.collation != "binary") no("this collation in a window");
    list += cat({list.empty() ? "PARTITION BY " : ", ", value.sql});
  }
  if (!list.empty()) parts.push_back(list);
  if (!window.order_by.empty()) parts.push_back("ORDER BY " + order_terms(window.order_by));
  if (!window.frame.empty()) parts.push_back(window.frame);
  return cat({"(", join(parts, " "), ")"});
}

std::string Translator::order_terms(const std::vector<sql::OrderTerm>& terms) {
  std::string list;
  for (const auto& term : terms) {
    list += cat({list.empty() ? "" : ", ", order_term(translate(term.expression), term)});
  }
  return list;
}

// In SQLite a NULL is less than everything, and texts are in the order of their bytes.
std::string Translator::order_term(const Typed& value, const sql::OrderTerm& term) {
  std::string made = value.sql;
  if (value.kind == Kind::foreign &&
      (value.column->holds == ValueClass::json || value.column->holds == ValueClass::jsonb_blob ||
       value.column->holds == ValueClass::mixed)) {
    made = plain(value).sql + " COLLATE \"C\"";
  }
  if (value.kind == Kind::text) {
    const auto& collation = value.collation;
    if (collation == "nocase") {
      made = cat({"lower(", made, " COLLATE \"C\")"});
    } else if (collation == "rtrim") {
      made = cat({"rtrim(", made, ") COLLATE \"C\""});
    } else if (collation.empty() || collation == "binary") {
      made += " COLLATE \"C\"";
    } else {
      no(cat({"the collation ", quoted_name(collation)}));
    }
  }
  if (term.descending) made += " DESC";
  const bool first = term.nulls == sql::NullsOrder::first ||
                     (term.nulls == sql::NullsOrder::unstated && !term.descending);
  return made + (first ? " NULLS FIRST" : " NULLS LAST");
}

std::optional<Typed> Translator::aggregate(const std::string& name, const sql::Expression& call) {
  if (std::ranges::find(aggregates, name) == aggregates.end()) return std::nullopt;
  if ((name == "min" || name == "max") && call.operands.size() != 1) return std::nullopt;
  if (scopes_.empty()) return no("an aggregate here");
  // A window function sees the rows behind GROUP BY, an aggregate those before it.
  const bool inside = !call.over;
  if (inside) ++scopes_.back().in_aggregate;
  Typed made;
  if (name == "group_concat" || name == "string_agg") {
    made = joined_texts(call);
  } else if (name == "count" &&
             (call.operands.empty() || call.operands[0].kind == sql::ExpressionKind::star)) {
    made = {cat({"count(*)", call_tail(call)}), Kind::integer};
    made.is_not_negative = true;
  } else if (call.operands.size() != 1 || !call.order_by.empty()) {
    made = no(cat({"the aggregate ", name, " with these arguments"}));
  } else {
    made = aggregated(name, call, translate(call.operands[0]));
  }
  if (inside) --scopes_.back().in_aggregate;
  return made;
}

Typed Translator::aggregated(const std::string& name, const sql::Expression& call, Typed argument) {
  const std::string tail = call_tail(call);
  const std::string_view distinct = call.distinct ? "DISTINCT " : "";
  const bool binary = argument.collation.empty() || argument.collation == "binary";
  if (!binary && (call.distinct || name == "min" || name == "max")) {
    return no(cat({name, " of a column with a collation"}));
  }
  if (name == "count") {
    if (call.distinct && argument.kind == Kind::foreign) argument = plain(argument);
    Typed made =
        made_of(cat({"count(", distinct, argument.sql, ")", tail}), Kind::integer, {&argument});
    made.is_not_negative = true;
    return made;
  }
  if (name == "min" || name == "max") {
    const bool keeps =
        argument.kind == Kind::foreign && argument.column->holds != ValueClass::uuid &&
        argument.column->holds != ValueClass::json && argument.column->holds != ValueClass::mixed;
    if (!keeps) argument = plain(argument);
    if (argument.kind == Kind::boolean) argument = as_number(argument);
    if (argument.kind == Kind::bytes) return no(cat({name, " of blobs"}));
    const std::string_view collate = argument.kind == Kind::text ? " COLLATE \"C\"" : "";
    Typed made =
        made_of(cat({name, "(", argument.sql, collate, ")", tail}), argument.kind, {&argument});
    if (keeps) made.column = argument.column;
    return made;
  }
  argument = as_number(argument);
  const bool integers = argument.kind == Kind::integer;
  if (name == "sum") {
    const std::string sum = cat({"sum(", distinct, argument.sql, ")", tail});
    return made_of(integers ? cat({"(", sum, ")::bigint"}) : sum, argument.kind, {&argument});
  }
  const std::string_view cast = integers ? "::float8" : "";
  if (name == "avg") {
    return made_of(cat({"avg(", distinct, argument.sql, cast, ")", tail}), Kind::real, {&argument});
  }
  return made_of(cat({"coalesce(sum(", distinct, argument.sql, cast, ")", tail, ", 0)"}),
                 Kind::real, {&argument});
}

Typed Translator::joined_texts(const sql::Expression& call) {
  if (call.operands.empty() || call.operands.size() > 2) return no("group_concat");
  const Typed value = as_text(translate(call.operands[0]));
  Typed separator{"','", Kind::text};
  if (call.operands.size() == 2) separator = as_text(translate(call.operands[1]));
  std::string order;
  if (!call.order_by.empty()) order = " ORDER BY " + order_terms(call.order_by);
  if (order.empty()) note("The order of the texts in group_concat is not defined.");
  return made_of(cat({"string_agg(", call.distinct ? "DISTINCT " : "", value.sql, ", ",
                      separator.sql, order, ")", call_tail(call)}),
                 Kind::text, {&value, &separator});
}

// Functions that exist with OVER only.
std::optional<Typed> Translator::ranking(const std::string& name, const sql::Expression& call) {
  if (!call.over) return std::nullopt;
  const auto& operands = call.operands;
  const auto made = [&](Kind kind, std::string arguments) {
    Typed value{cat({name, "(", arguments, ")", call_tail(call)}), kind};
    value.is_not_negative = true;
    return value;
  };
  if (name == "row_number" || name == "rank" || name == "dense_rank") {
    return made(Kind::integer, "");
  }
  if (name == "percent_rank" || name == "cume_dist") return made(Kind::real, "");
  if (name == "ntile" && operands.size() == 1) {
    const auto count = integer_value(operands[0]);
    if (!count || *count < 1 || *count > 1'000'000) return no("ntile of this number");
    Typed value = made(Kind::integer, decimal(*count));
    value.sql += "::bigint";
    return value;
  }
  if ((name == "lag" || name == "lead") && !operands.empty() && operands.size() <= 3) {
    const Typed value = translate(operands[0]);
    std::string arguments = value.sql;
    if (operands.size() >= 2) {
      const auto count = integer_value(operands[1]);
      if (!count || *count < 0 || *count > 1'000'000) return no(cat({name, " by this number"}));
      arguments += cat({", ", decimal(*count)});
    }
    if (operands.size() == 3) {
      const Typed other = translate(operands[2]);
      if (other.kind != value.kind || value.kind == Kind::foreign) {
        return no(cat({name, " with another type when there is no row"}));
      }
      arguments += cat({", ", other.sql});
    }
    Typed found = made_of(cat({name, "(", arguments, ")", call_tail(call)}), value.kind, {&value});
    found.column = value.column;
    return found;
  }
  if (name == "nth_value" && operands.size() == 2) {
    const auto place = integer_value(operands[1]);
    if (!place || *place < 1 || *place > 1'000'000) return no("nth_value of this number");
    const Typed value = translate(operands[0]);
    Typed found =
        made_of(cat({"nth_value(", value.sql, ", ", decimal(*place), ")", call_tail(call)}),
                value.kind, {&value});
    found.column = value.column;
    return found;
  }
  if ((name == "first_value" || name == "last_value") && operands.size() == 1) {
    const Typed value = translate(operands[0]);
    Typed found = made_of(cat({name, "(", value.sql, ")", call_tail(call)}), value.kind, {&value});
    found.column = value.column;
    return found;
  }
  return std::nullopt;
}

}  // namespace fairway::postgres

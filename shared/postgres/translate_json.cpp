// JSON. What is taken out of it has a class of its own in every row, so that it is a text over
// there with which nothing is computed; lengths and types are exact.
#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

// $.name."other name"[0][#-1] as steps of ->; nothing for every other path.
std::optional<std::vector<std::string>> steps_of(std::string_view path) {
  if (!path.starts_with('$')) return std::nullopt;
  std::vector<std::string> steps;
  size_t at = 1;
  while (at < path.size()) {
    const bool label = path[at] == '.';
    if (!label && path[at] != '[') return std::nullopt;
    const bool quoted = label && path.substr(at).starts_with(".\"");
    const size_t begin = at + (quoted ? 2 : 1);
    const size_t end = path.find_first_of(quoted ? "\"" : label ? ".[" : "]", begin);
    if (end == std::string_view::npos && (quoted || !label)) return std::nullopt;
    std::string_view word = path.substr(begin, end == std::string_view::npos ? end : end - begin);
    at = end == std::string_view::npos ? path.size() : end + (quoted || !label ? 1 : 0);
    if (label) {
      if (word.empty() || word.find('\\') != std::string_view::npos) return std::nullopt;
      steps.push_back(quoted_text(word));
      continue;
    }
    const bool from_end = word.starts_with("#-");
    const auto place = parse_decimal(from_end ? word.substr(2) : word);
    if (!place || *place < (from_end ? 1 : 0) || *place > 1'000'000) return std::nullopt;
    steps.push_back(decimal(from_end ? -*place : *place));
  }
  return steps;
}

// What stands behind -> and ->>: a path, a label, or a place in an array.
std::optional<std::vector<std::string>> steps_of(const sql::Expression& to, bool is_operator) {
  if (to.kind == sql::ExpressionKind::text) {
    if (to.text.starts_with('$') || !is_operator) return steps_of(to.text);
    if (to.text.starts_with('[')) return std::nullopt;
    return std::vector<std::string>{quoted_text(to.text)};
  }
  const auto place = integer_value(to);
  if (!is_operator || !place || *place < 0 || *place > 1'000'000) return std::nullopt;
  return std::vector<std::string>{decimal(*place)};
}

bool is_json(const Typed& value) {
  return value.kind == Kind::foreign &&
         (value.column->holds == ValueClass::json || value.column->holds == ValueClass::jsonb_blob);
}

// A value inside of JSON as SQLite hands it out: booleans are 1 and 0.
std::string value_text(const std::string& json) {
  return cat({"(CASE json_typeof(", json, ") WHEN 'boolean' THEN (", json,
              " #>> '{}')::boolean::int::text ELSE ", json, " #>> '{}' END)"});
}

std::string type_text(const std::string& json) {
  return cat({"(CASE json_typeof(", json, ") WHEN 'string' THEN 'text' WHEN 'boolean' THEN ", json,
              " #>> '{}' WHEN 'number' THEN CASE WHEN ", json,
              " #>> '{}' ~ '[.eE]' THEN 'real' ELSE 'integer' END ELSE json_typeof(", json,
              ") END)"});
}

constexpr std::string_view blanks_note =
    "Values out of JSON are texts over there, and objects and arrays keep their blanks.";

}  // namespace

std::string indexed_json(std::string json) {
  constexpr std::string_view arrow = " -> ";
  const size_t last = json.rfind(arrow);
  if (last == std::string::npos) return "";
  const std::string_view step = std::string_view(json).substr(last + arrow.size());
  const bool is_place = step.find_first_not_of("-0123456789") == step.size() - 1;
  if (!step.ends_with(')') || (!step.starts_with('\'') && !is_place)) return "";
  return json.replace(last, arrow.size(), " ->> ");
}

const ColumnName* Translator::several_classes() {
  ColumnName column;
  column.holds = ValueClass::mixed;
  kept_.push_back(std::move(column));
  return &kept_.back();
}

// The JSON that a call or an operator looks at: its first argument, and the path behind it.
std::optional<Typed> Translator::json_inside(const std::vector<sql::Expression>& operands,
                                             JsonStep step) {
  Typed value = translate(operands[0]);
  if (takes_json_texts_ && value.kind == Kind::text && value.column != nullptr) {
    value.sql += "::json";
    value.kind = Kind::foreign;
  } else if (!is_json(value)) {
    no("JSON in a column that is not JSON over there");
    return std::nullopt;
  }
  if (operands.size() == 1) return value;
  const auto steps = steps_of(operands[1], step == JsonStep::path_or_label);
  if (!steps) {
    no("a path into JSON of this form");
    return std::nullopt;
  }
  if (steps->empty()) return value;
  value.sql = cat({"(", value.sql, " -> ", join(*steps, " -> "), ")"});
  return value;
}

std::optional<Typed> Translator::json_value(const std::string& name, const sql::Expression& call) {
  const bool is_operator = name == "->" || name == "->>";
  const auto json =
      json_inside(call.operands, is_operator ? JsonStep::path_or_label : JsonStep::path);
  if (!json) return no("");
  if (name == "json_type") return made_of(type_text(json->sql), Kind::text, {&*json});
  if (name == "json_array_length") {
    Typed made =
        made_of(cat({"(CASE WHEN json_typeof(", json->sql, ") = 'array' THEN json_array_length(",
                     json->sql, ") WHEN ", json->sql, " IS NOT NULL THEN 0 END)::bigint"}),
                Kind::integer, {&*json});
    made.is_not_negative = true;
    return made;
  }
  if (name == "->") {
    if (!is_compared_) return no("->, whose text has no blanks there");
    note(std::string(blanks_note));
    return made_of(json->sql + "::text", Kind::text, {&*json});
  }
  Typed made = made_of(value_text(json->sql), Kind::foreign, {&*json});
  made.column = several_classes();
  made.json = json->sql;
  return made;
}

// A value out of JSON where its class does not matter, or not much.
Typed Translator::json_as_text(const Typed& value) {
  if (!is_compared_) return no("a value out of JSON, which has a type of its own in every row");
  note(std::string(blanks_note));
  Typed made = value;
  made.json.clear();
  return made;
}

// Equal to a literal: of the same class too, as in SQLite, where '5' is not 5.
std::optional<Typed> Translator::json_equals(const Typed& left, const Typed& right,
                                             std::string_view operation) {
  const Typed& value = left.json.empty() ? right : left;
  const Typed& literal = left.json.empty() ? left : right;
  const bool negated = operation == "<>";
  if (value.json.empty() || literal.literal == nullptr || (operation != "=" && !negated)) {
    return std::nullopt;
  }
  const std::string& json = value.json;
  const std::string text = cat({json, " #>> '{}'"});
  std::string made;
  if (literal.kind == Kind::text && !literal.literal->text.starts_with('{') &&
      !literal.literal->text.starts_with('[')) {
    made = cat({"(", text, " = ", literal.sql, " AND json_typeof(", json,
                ") NOT IN ('number', 'boolean'))"});
  } else if (literal.kind == Kind::integer) {
    made = cat({"(CASE json_typeof(", json, ") WHEN 'number' THEN (", text, ")::numeric = ",
                literal.sql, " WHEN 'boolean' THEN (", text, ")::boolean::int = ", literal.sql,
                " WHEN 'string' THEN false WHEN 'array' THEN false WHEN 'object' THEN false END)"});
  } else {
    return std::nullopt;
  }
  Typed result = made_of(negated ? cat({"(NOT ", made, ")"}) : made, Kind::boolean, {&value});
  result.is_condition = true;
  return result;
}

// A row for each element of an array, each member of an object; a scalar is one row.
std::string Translator::json_each(const sql::FromItem& item) {
  if (!is_compared_) no("json_each outside of a view");
  if (item.arguments.empty() || item.arguments.size() > 2) no("json_each of these arguments");
  if (failed()) return "";
  const auto json = json_inside(item.arguments, JsonStep::path);
  if (!json) return "";
  note(std::string(blanks_note));
  const std::string& sql = json->sql;
  const std::string name = item.alias.empty() ? "json_each" : item.alias;
  Source source{name, quoted_name(name), {}, {}, false};
  source.has_more_columns = true;
  source.table.name = source.table.target_name = name;
  for (const char* column : {"key", "value", "type"}) {
    ColumnName made;
    made.name = made.target_name = column;
    made.holds = same_name(column, "type") ? ValueClass::text : ValueClass::mixed;
    source.table.columns.push_back(std::move(made));
  }
  scopes_.back().sources.push_back(std::move(source));
  return cat({"LATERAL (SELECT \"key\", ", value_text("\"value\""), " AS \"value\", ",
              type_text("\"value\""),
              " AS \"type\" FROM (SELECT (\"n\" - 1)::text AS \"key\", \"value\" FROM "
              "json_array_elements(CASE json_typeof(",
              sql, ") WHEN 'array' THEN ", sql,
              " END) WITH ORDINALITY AS \"elements\" (\"value\", \"n\") UNION ALL SELECT * FROM "
              "json_each(CASE json_typeof(",
              sql, ") WHEN 'object' THEN ", sql, " END) UNION ALL SELECT NULL, ", sql,
              " WHERE json_typeof(", sql, ") NOT IN ('array', 'object')) AS \"members\") AS ",
              quoted_name(name)});
}

std::optional<Typed> Translator::of_json(const std::string& name, const sql::Expression& call) {
  const auto& operands = call.operands;
  if ((name == "json" || name == "json_array" || name == "json_object") && operands.empty()) {
    return Typed{name == "json_array" ? "'[]'" : "'{}'", Kind::text};
  }
  if (name == "json" && operands.size() == 1) {
    const Typed value = translate(operands[0]);
    if (value.literal == nullptr || (value.sql != "'[]'" && value.sql != "'{}'")) {
      return no("json of a value, which writes it anew");
    }
    return value;
  }
  if (name == "json_valid" && operands.size() == 1) {
    const Typed value = translate(operands[0]);
    const bool is_json = value.column != nullptr && value.column->holds == ValueClass::json;
    if (!is_json) return no("json_valid of a column that is no JSON");
    Typed made = made_of(cat({"(CASE WHEN ", value.sql, " IS NOT NULL THEN true END)"}),
                         Kind::boolean, {&value});
    made.is_condition = true;
    return made;
  }
  const bool looks_inside = name == "->" || name == "->>" || name == "json_extract" ||
                            name == "json_type" || name == "json_array_length";
  const bool may_be_whole = name == "json_type" || name == "json_array_length";
  if (looks_inside && (operands.size() == 2 || (operands.size() == 1 && may_be_whole))) {
    return json_value(name, call);
  }
  if (name.starts_with("json")) {
    return no(cat({name, ", whose result has a type of its own in every row"}));
  }
  return std::nullopt;
}

}  // namespace fairway::postgres

// LIKE, GLOB and CAST: texts that are read by rules of SQLite's own.
#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool has_letter(std::string_view text) {
  for (char c : text) {
    if (is_letter(c)) return true;
  }
  return false;
}

// [..] of GLOB as that of a regular expression; nothing when it has no end.
std::optional<std::string> bracket(std::string_view pattern, size_t& at) {
  std::string made = "[";
  size_t i = at + 1;
  if (i < pattern.size() && pattern[i] == '^') {
    made += '^';
    ++i;
  }
  const size_t first = i;
  for (; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == ']' && i > first) {
      at = i;
      return made + "]";
    }
    const bool range = c == '-' && i > first && i + 1 < pattern.size() && pattern[i + 1] != ']';
    const bool plain = is_letter(c) || (c >= '0' && c <= '9') || (c & 0x80) != 0 || c == ' ';
    if (!plain && !range) made += '\\';
    made += c;
  }
  return std::nullopt;
}

std::optional<std::string> regular_expression(std::string_view pattern) {
  std::string made = "^";
  for (size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '*') {
      made += ".*";
    } else if (c == '?') {
      made += '.';
    } else if (c == '[') {
      const auto set = bracket(pattern, at);
      if (!set) return std::nullopt;
      made += *set;
    } else {
      const bool plain = is_letter(c) || (c >= '0' && c <= '9') || (c & 0x80) != 0 || c == ' ' ||
                         c == '_' || c == '@' || c == '-' || c == ':' || c == '/' || c == '#';
      if (!plain) made += '\\';
      made += c;
    }
  }
  return made + "$";
}

// What is beyond the integers becomes the last of them.
std::string whole(const Typed& number) {
  const std::string& sql = number.sql;
  return cat({"(CASE WHEN ", sql, " >= 9223372036854775807 THEN 9223372036854775807 WHEN ", sql,
              " <= -9223372036854775808 THEN -9223372036854775808 ELSE trunc(", sql,
              ")::bigint END)"});
}

}  // namespace

// SQLite's LIKE takes ASCII letters for the same in both cases, and has no escape of its own.
Typed Translator::like(const sql::Expression& expression) {
  const auto& operands = expression.operands;
  const Typed value = as_text(translate(operands[0]));
  const Typed pattern = as_text(translate(operands[1]));
  std::string escape = " ESCAPE ''";
  if (operands.size() == 3) {
    const Typed mark = translate(operands[2]);
    if (mark.literal == nullptr || mark.kind != Kind::text || mark.literal->text.size() != 1 ||
        is_letter(mark.literal->text[0])) {
      return no("LIKE with this ESCAPE");
    }
    const auto& text = pattern.literal != nullptr ? pattern.literal->text : std::string();
    if (pattern.literal == nullptr || text.ends_with(mark.literal->text)) {
      return no("LIKE with ESCAPE and this pattern");
    }
    escape = cat({" ESCAPE ", mark.sql});
  } else if (pattern.literal != nullptr && pattern.literal->text.find('\\') == std::string::npos) {
    escape.clear();
  }
  const bool fold = pattern.literal == nullptr || has_letter(pattern.literal->text);
  std::string left = value.sql;
  std::string right = pattern.sql;
  if (fold) {
    left = cat({"lower(", left, " COLLATE \"C\")"});
    right = pattern.literal != nullptr ? quoted_text(lower_ascii(pattern.literal->text))
                                       : cat({"lower(", right, " COLLATE \"C\")"});
  }
  Typed made =
      made_of(cat({"(", left, expression.negated ? " NOT LIKE " : " LIKE ", right, escape, ")"}),
              Kind::boolean, {&value, &pattern});
  made.is_condition = true;
  return made;
}

Typed Translator::glob(const sql::Expression& expression) {
  const Typed value = as_text(translate(expression.operands[0]));
  const Typed pattern = translate(expression.operands[1]);
  if (pattern.literal == nullptr || pattern.kind != Kind::text) {
    return no("GLOB with a pattern that is no constant");
  }
  const auto regular = regular_expression(pattern.literal->text);
  if (!regular) return no("GLOB with an open [");
  Typed made = made_of(cat({"(", value.sql, " COLLATE \"C\"", expression.negated ? " !~ " : " ~ ",
                            quoted_text(*regular), ")"}),
                       Kind::boolean, {&value});
  made.is_condition = true;
  return made;
}

Typed Translator::cast(const sql::Expression& expression) {
  Typed value = translate(expression.operands[0]);
  if (!value.json.empty()) {
    value = json_as_text(value);
    value.kind = Kind::text;
    value.column = nullptr;
  }
  value = plain(std::move(value));
  const std::string type = lower_ascii(expression.text);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  Typed made = made_of(value.sql, value.kind, {&value});
  made.collation = value.collation;
  made.affinity = affinity_of(expression.text);
  const bool is_text = value.kind == Kind::text;
  // What SQLite skips before a number.
  const std::string blanks = "^[ \\t\\n\\v\\f\\r]*";
  if (made.affinity == Affinity::text) {
    const Affinity affinity = made.affinity;
    made = as_text(value);
    made.affinity = affinity;
    return made;
  }
  if (value.kind == Kind::bytes) return no(cat({"CAST of a blob AS ", expression.text}));
  if (has("int")) {
    if (value.kind == Kind::null) return as_number(value);
    if (value.kind == Kind::integer) return made;
    made.kind = Kind::integer;
    if (value.kind == Kind::boolean) {
      made.sql = value.sql + "::int::bigint";
    } else if (is_text && value.is_digits) {
      made.sql = value.sql + "::bigint";
    } else if (is_text) {
      made.sql =
          cat({"(CASE WHEN ", value.sql, " IS NOT NULL THEN least(greatest(coalesce(substring(",
               value.sql, " FROM '", blanks, "([+-]?[0-9]+)')::numeric, 0), ",
               "-9223372036854775808), 9223372036854775807)::bigint END)"});
    } else {
      made.sql = whole(value);
    }
    return made;
  }
  if (has("real") || has("floa") || has("doub")) {
    made.kind = Kind::real;
    if (value.kind == Kind::null) {
      made.sql = "NULL::float8";
    } else if (is_text) {
      made.sql = cat(
          {"(CASE WHEN ", value.sql, " IS NOT NULL THEN coalesce(substring(", value.sql, " FROM '",
           blanks, "([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)')::float8, 0) END)"});
    } else {
      made.sql = as_number(value).sql + "::float8";
    }
    return made;
  }
  if (made.affinity == Affinity::numeric && !is_text && value.kind != Kind::null) {
    return as_number(value);
  }
  return no(cat({"CAST AS ", expression.text}));
}

}  // namespace fairway::postgres

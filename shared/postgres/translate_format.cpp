// printf with a format that is known, one piece behind the other.
#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

constexpr int64_t width_max = 200;
constexpr int64_t digits_max = 15;

// %-05.2f
struct Directive {
  bool to_the_left = false;
  bool with_zeros = false;
  int64_t width = 0;
  std::optional<int64_t> digits;
  char letter = 0;
};

std::optional<int64_t> number_at(std::string_view format, size_t& at) {
  const size_t begin = at;
  while (at < format.size() && format[at] >= '0' && format[at] <= '9') ++at;
  return parse_decimal(format.substr(begin, at - begin));
}

// What begins behind the percent sign at `at`, which moves to its letter.
std::optional<Directive> directive_at(std::string_view format, size_t& at) {
  Directive made;
  for (++at; at < format.size() && (format[at] == '-' || format[at] == '0'); ++at) {
    (format[at] == '-' ? made.to_the_left : made.with_zeros) = true;
  }
  made.width = number_at(format, at).value_or(0);
  if (at < format.size() && format[at] == '.') {
    made.digits = number_at(format, ++at);
    if (!made.digits || *made.digits > digits_max) return std::nullopt;
  }
  if (at >= format.size() || made.width > width_max) return std::nullopt;
  made.letter = format[at];
  return made;
}

// Filled up to the width; a text that is longer stays whole.
std::string filled(const std::string& text, const std::string& width, bool to_the_left,
                   std::string_view with) {
  return cat({to_the_left ? "rpad(" : "lpad(", text, ", greatest(char_length(", text, "), ", width,
              ")", with, ")"});
}

// A number: `digits` are those without its sign.
std::string signed_number(const std::string& number, const std::string& digits,
                          bool may_be_negative, const Directive& directive) {
  const std::string sign = cat({"(CASE WHEN ", number, " < 0 THEN '-' ELSE '' END)"});
  const std::string width = decimal(directive.width);
  if (directive.width > 0 && directive.with_zeros && !directive.to_the_left) {
    const std::string left = may_be_negative ? cat({width, " - char_length(", sign, ")"}) : width;
    const std::string all = filled(digits, left, false, ", '0'");
    return may_be_negative ? cat({sign, " || ", all}) : all;
  }
  const std::string all = may_be_negative ? cat({"(", sign, " || ", digits, ")"}) : digits;
  return directive.width > 0 ? filled(all, width, directive.to_the_left, "") : all;
}

}  // namespace

// NULL is 0 for a number, and nothing for a text.
std::optional<Typed> Translator::formatted_part(const sql::Expression& argument,
                                                std::string_view format, size_t& at) {
  const auto directive = directive_at(format, at);
  if (!directive) return std::nullopt;
  const Typed value = translate(argument);
  if (directive->letter == 's') {
    if (directive->width > 0 || directive->digits) return std::nullopt;
    const Typed text = as_text(value);
    return made_of(text.literal != nullptr ? text.sql : cat({"coalesce(", text.sql, ", '')"}),
                   Kind::text, {&text});
  }
  const Typed number = as_number(value);
  const bool may_be_negative = !number.is_not_negative;
  std::string known = number.sql;
  if (is_null_literal(value)) known = "0";
  if (number.literal == nullptr) known = cat({"coalesce(", number.sql, ", 0)"});
  if (directive->letter == 'd' || directive->letter == 'i') {
    if (number.kind != Kind::integer || directive->digits) return std::nullopt;
    const bool plain = directive->width == 0 || !directive->with_zeros || !may_be_negative;
    const std::string text = known + "::text";
    return made_of(
        signed_number(known, plain ? text : cat({"ltrim(", text, ", '-')"}), !plain, *directive),
        Kind::text, {&number});
  }
  if (directive->letter != 'f') return std::nullopt;
  // As for round: numeric sees the digits that are printed.
  if (number.kind != Kind::integer) {
    if (!is_compared_) return no("printf of a fraction, which may differ at a 5");
    note("printf takes a number as it is printed: 2.675 is rounded up.");
  }
  const std::string digits = cat({"round(abs(", known, "::float8)::text::numeric, ",
                                  decimal(directive->digits.value_or(6)), ")::text"});
  return made_of(signed_number(known, digits, may_be_negative, *directive), Kind::text, {&number});
}

Typed Translator::formatted(const sql::Expression& call) {
  const auto& operands = call.operands;
  if (operands.empty() || operands[0].kind != sql::ExpressionKind::text) {
    return no("printf with no constant format");
  }
  const std::string& format = operands[0].text;
  std::vector<std::string> parts;
  std::string words;
  const auto flush = [&] {
    if (!words.empty()) parts.push_back(quoted_text(words));
    words.clear();
  };
  Typed made{"", Kind::text};
  size_t used = 1;
  for (size_t at = 0; at < format.size() && !failed(); ++at) {
    if (format[at] != '%' || format.substr(at, 2) == "%%") {
      words += format[at];
      if (format[at] == '%') ++at;
      continue;
    }
    flush();
    const size_t begin = at;
    auto part = used < operands.size() ? formatted_part(operands[used++], format, at)
                                       : std::optional<Typed>();
    if (!part) return no(cat({"printf with ", std::string_view(format).substr(begin)}));
    made.change = later(made.change, part->change);
    parts.push_back(std::move(part->sql));
  }
  flush();
  if (parts.empty() || used != operands.size()) return no("printf with these arguments");
  made.sql = parts.size() == 1 ? parts[0] : cat({"(", join(parts, " || "), ")"});
  return made;
}

}  // namespace fairway::postgres

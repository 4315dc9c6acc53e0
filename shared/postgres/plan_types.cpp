#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/plan_draft.h"

// The type of a column: what is declared is a wish, the values decide.
namespace fairway::postgres {
namespace {

TypeOption bigint_type() { return {"bigint", "bigint", Conversion::bigint}; }
TypeOption real_type() { return {"double precision", "double precision", Conversion::real}; }
TypeOption numeric_type() { return {"numeric", "numeric", Conversion::numeric}; }
TypeOption text_type() { return {"text", "text", Conversion::text}; }
TypeOption bytes_type() { return {"bytea", "bytea", Conversion::bytes}; }
TypeOption boolean_type() { return {"boolean", "boolean", Conversion::boolean}; }
TypeOption uuid_type() { return {"uuid", "uuid", Conversion::uuid}; }
TypeOption tagged_type() { return {"tagged_text", "text", Conversion::tagged}; }

int64_t values_of(const CellCounts& cells) {
  return cells.integers + cells.reals + cells.texts + cells.blobs;
}

bool is_mixed(const CellCounts& cells) {
  const std::array<int64_t, 4> counts = {cells.integers, cells.reals, cells.texts, cells.blobs};
  return std::ranges::count_if(counts, [](int64_t n) { return n > 0; }) > 1;
}

// What the values allow, each asked on its own.
bool fits_bigint(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  return cells.reals == 0 && cells.blobs == 0 && cells.texts == column.integer_texts;
}

bool fits_real(const ColumnProfile& column) {
  return column.cells.texts == 0 && column.cells.blobs == 0 && column.inexact_integers == 0;
}

bool fits_numeric(const ColumnProfile& column) {
  return column.cells.blobs == 0 && column.cells.texts == column.decimal_texts &&
         column.infinities == 0 && column.negative_zeros == 0;
}

bool fits_boolean(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  const bool bits = cells.integers == 0 || (column.integer_min >= 0 && column.integer_max <= 1);
  return bits && cells.reals == 0 && cells.blobs == 0 && cells.texts == column.boolean_texts;
}

bool fits_text(const ColumnProfile& column) { return column.cells.blobs == 0; }

bool has_odd_texts(const ColumnProfile& column) {
  return column.nul_texts.count + column.broken_texts.count > 0;
}

bool fits_json(const ColumnProfile& column) {
  return column.invalid_json.count == 0 && column.cells.blobs == column.jsonb_blobs &&
         column.cells.texts == column.json_texts && column.infinities == 0 &&
         !has_odd_texts(column);
}

bool fits_uuid(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  return cells.integers + cells.reals + cells.blobs == 0 && column.invalid_uuids.count == 0 &&
         cells.texts == column.uuids + column.upper_uuids;
}

std::string histogram(const CellCounts& cells) {
  struct Class {
    int64_t count;
    std::string_view one;
    std::string_view many;
  };
  const std::array<Class, 4> classes = {{{cells.integers, "integer", "integers"},
                                         {cells.reals, "real", "reals"},
                                         {cells.texts, "text", "texts"},
                                         {cells.blobs, "blob", "blobs"}}};
  std::vector<std::string> parts;
  for (const Class& one : classes) {
    if (one.count > 0) parts.push_back(counted(one.count, one.one, one.many));
  }
  return parts.empty() ? "no value" : join(parts, ", ");
}

std::string declared(const ColumnProfile& column) {
  return column.declared_type.empty() ? std::string("without a type")
                                      : cat({"declared ", column.declared_type});
}

// Examples of every class but the most frequent one.
std::vector<std::string> odd_examples(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  const std::array<int64_t, 4> counts = {cells.integers, cells.reals, cells.texts, cells.blobs};
  const auto most = std::ranges::max_element(counts) - counts.begin();
  std::vector<std::string> examples;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (static_cast<decltype(most)>(i) == most && values_of(cells) != counts[i]) continue;
    for (const auto& example : column.first_of_class[i]) {
      if (examples.size() < Finding::examples_max) examples.push_back(example);
    }
  }
  return examples;
}

Decision type_decision(Treatment outcome, std::string_view kind, std::string why,
                       const Finding* finding = nullptr) {
  Decision decision = about(outcome, kind, "", "", "", std::move(why));
  if (finding != nullptr) {
    decision.count = finding->count;
    decision.examples = finding->examples;
  }
  return decision;
}

void add(TypeVerdict& verdict, TypeOption option) {
  for (const auto& other : verdict.options) {
    if (other.choice == option.choice) return;
  }
  verdict.options.push_back(std::move(option));
}

// Behind the default: every other plain type that holds all values.
void add_others(TypeVerdict& verdict, const ColumnProfile& column) {
  if (fits_text(column)) add(verdict, text_type());
  if (values_of(column.cells) > 0) {
    if (fits_bigint(column)) add(verdict, bigint_type());
    if (column.cells.integers + column.cells.reals > 0 && fits_real(column)) {
      add(verdict, real_type());
    }
    if (column.cells.integers + column.cells.reals + column.decimal_texts > 0 &&
        fits_numeric(column)) {
      add(verdict, numeric_type());
    }
  }
  add(verdict, bytes_type());
  if (has_odd_texts(column) || is_mixed(column.cells)) add(verdict, tagged_type());
}

// By the values alone: one class gives its type, several give what holds them all.
TypeVerdict judge_values(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  TypeVerdict verdict;
  const std::string_view why_others = "; a column over there has one type";
  if (values_of(cells) == 0) {
    add(verdict, text_type());
    verdict.decision = type_decision(
        Treatment::report, "type_by_values",
        cat({"The column is ", declared(column), " and holds no value, so it becomes text."}));
  } else if (fits_bigint(column) && cells.texts == 0) {
    add(verdict, bigint_type());
  } else if (fits_real(column)) {
    add(verdict, real_type());
  } else if (cells.texts == 0 && fits_numeric(column)) {
    add(verdict, numeric_type());
  } else if (fits_text(column)) {
    add(verdict, text_type());
  } else {
    add(verdict, bytes_type());
  }
  add_others(verdict, column);
  if (verdict.decision) return verdict;
  const std::string into = cat({" It becomes ", verdict.options.front().choice, "."});
  const std::array<int64_t, 4> counts = {cells.integers, cells.reals, cells.texts, cells.blobs};
  const bool mixed = is_mixed(cells);
  verdict.decision = type_decision(mixed ? Treatment::ask : Treatment::report,
                                   mixed ? "mixed_classes" : "type_by_values",
                                   cat({"The column is ", declared(column), " and holds ",
                                        histogram(cells), mixed ? why_others : "", ".", into}));
  verdict.decision->count = mixed ? values_of(cells) - std::ranges::max(counts) : values_of(cells);
  verdict.decision->examples = odd_examples(column);
  return verdict;
}

// --- Integers, decimals, booleans ---------------------------------------------------------------

struct IntegerRange {
  std::string_view type;
  int64_t min;
  int64_t max;
};
constexpr std::array<IntegerRange, 5> narrow_types = {{
    {"tinyint", -128, 255},
    {"smallint", -32'768, 32'767},
    {"int2", -32'768, 32'767},
    {"mediumint", -8'388'608, 16'777'215},
    {"int4", -2'147'483'648, 2'147'483'647},
}};

void add_narrow(TypeVerdict& verdict, const ColumnProfile& column) {
  const auto within = [&](int64_t min, int64_t max) {
    return column.integer_min >= min && column.integer_max <= max;
  };
  if (column.cells.texts > 0) return;
  if (within(-2'147'483'648, 2'147'483'647)) {
    add(verdict, {"integer", "integer", Conversion::bigint});
  }
  if (within(-32'768, 32'767)) add(verdict, {"smallint", "smallint", Conversion::bigint});
}

TypeVerdict judge_integer(const ColumnProfile& column) {
  if (!fits_bigint(column) || column.cells.texts > 0) return judge_values(column);
  TypeVerdict verdict;
  add(verdict, bigint_type());
  add_narrow(verdict, column);
  add_others(verdict, column);
  const std::string type = lower_ascii(column.declared_type);
  if (type == "integer" || type == "int" || type == "bigint") return verdict;
  for (const IntegerRange& range : narrow_types) {
    if (!type.starts_with(range.type)) continue;
    if (column.integer_min >= range.min && column.integer_max <= range.max) break;
    verdict.decision =
        type_decision(Treatment::ask, "out_of_declared_range",
                      cat({"The column is ", declared(column), " and holds numbers from ",
                           decimal(column.integer_min), " to ", decimal(column.integer_max),
                           ". It becomes bigint, which holds them all."}));
    return verdict;
  }
  verdict.decision = type_decision(Treatment::map, "integer_type",
                                   cat({"SQLite stores any 64-bit integer in a column that is ",
                                        declared(column), ". It becomes bigint."}));
  return verdict;
}

TypeVerdict judge_decimal(const ColumnProfile& column) {
  if (!fits_numeric(column)) return judge_values(column);
  TypeVerdict verdict;
  add(verdict, numeric_type());
  add_others(verdict, column);
  if (same_name(column.declared_type, "numeric")) return verdict;
  verdict.decision =
      type_decision(Treatment::map, "decimal_type",
                    cat({"The column is ", declared(column),
                         ". It becomes numeric without a scale, so that no digit is cut off."}));
  return verdict;
}

TypeVerdict judge_real(const ColumnProfile& column) {
  if (!fits_real(column)) return judge_values(column);
  TypeVerdict verdict;
  add(verdict, real_type());
  add_others(verdict, column);
  return verdict;
}

TypeVerdict judge_boolean(const ColumnProfile& column) {
  if (!fits_boolean(column)) {
    TypeVerdict verdict = judge_values(column);
    verdict.decision->kind = "boolean_values";
    return verdict;
  }
  TypeVerdict verdict;
  if (column.cells.texts > 0) {
    add(verdict, text_type());
    add(verdict, boolean_type());
    verdict.decision = type_decision(
        Treatment::ask, "boolean_texts",
        cat({"The column is ", declared(column), " and holds ", histogram(column.cells),
             ", and words such as true and no are texts to the app. It stays text, which keeps "
             "them as they are; boolean would hold their meaning."}));
    verdict.decision->count = column.cells.texts;
    verdict.decision->examples = column.first_of_class[2];
    return verdict;
  }
  add(verdict, boolean_type());
  add_narrow(verdict, column);
  add_others(verdict, column);
  verdict.decision = type_decision(Treatment::map, "boolean",
                                   "Every value is 0, 1 or NULL: 0 becomes false, 1 becomes true.");
  return verdict;
}

// --- Texts, bytes, JSON, UUIDs ------------------------------------------------------------------

std::optional<int64_t> declared_length(std::string_view type) {
  const size_t open = type.find('(');
  const size_t close = type.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  return parse_decimal(trim(type.substr(open + 1, close - open - 1)));
}

TypeVerdict judge_text(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  if (cells.integers + cells.reals + cells.blobs > 0) return judge_values(column);
  TypeVerdict verdict;
  add(verdict, text_type());
  const auto length = declared_length(column.declared_type);
  if (length && *length > 0 && *length <= 10'485'760) {
    if (column.characters_max <= *length && !has_odd_texts(column)) {
      const std::string type = cat({"character varying(", decimal(*length), ")"});
      add(verdict, {type, type, Conversion::text});
    }
    verdict.decision = type_decision(
        Treatment::map, "length_not_enforced",
        cat({"The column is ", declared(column),
             ", which SQLite does not enforce; the longest "
             "text has ",
             counted(column.characters_max, "character", "characters"), ". It becomes text."}));
  }
  add_others(verdict, column);
  return verdict;
}

TypeVerdict judge_blob(const ColumnProfile& column) {
  const CellCounts& cells = column.cells;
  if (cells.texts == 0 && cells.blobs == 0 && cells.integers + cells.reals > 0) {
    return judge_values(column);
  }
  TypeVerdict verdict;
  add(verdict, bytes_type());
  if (fits_text(column)) add(verdict, text_type());
  if (values_of(cells) == cells.blobs) return verdict;
  add(verdict, tagged_type());
  verdict.decision = type_decision(
      Treatment::ask, cells.blobs == 0 ? "text_in_blob" : "mixed_classes",
      cat({"The column is ", declared(column), " and holds ", histogram(cells),
           ". It becomes bytea: of everything that is no blob, the bytes of its text."}));
  verdict.decision->count = values_of(cells) - cells.blobs;
  verdict.decision->examples = odd_examples(column);
  return verdict;
}

TypeVerdict judge_json(const ColumnProfile& column, TypeDemands demands) {
  if (!fits_json(column)) {
    TypeVerdict verdict = judge_values(column);
    verdict.decision->kind = "invalid_json";
    if (column.invalid_json.count > 0) {
      verdict.decision->count = column.invalid_json.count;
      verdict.decision->examples = column.invalid_json.examples;
    }
    return verdict;
  }
  TypeVerdict verdict;
  const bool binary = column.cells.blobs > 0;
  const TypeOption json = {"json", "json", binary ? Conversion::jsonb_blob : Conversion::json};
  if (demands.is_keyed && !binary) {
    add(verdict, text_type());
    verdict.decision = type_decision(
        Treatment::report, "json_in_key",
        "The column is part of a key or an index, and json cannot be compared. It becomes text.");
  } else {
    add(verdict, json);
    if (column.cells.blobs == 0 && column.jsonb_texts == column.cells.texts) {
      add(verdict, {"jsonb", "jsonb", Conversion::jsonb});
    }
    verdict.decision = type_decision(
        Treatment::map, binary ? "jsonb_blob" : "json",
        binary ? "SQLite's binary JSON is written out as text. It becomes json."
               : "Every value is JSON. It becomes json, which keeps the text as it is; jsonb would "
                 "drop its blanks, its order and all but the last of equal keys.");
  }
  add_others(verdict, column);
  return verdict;
}

TypeVerdict judge_uuid(const ColumnProfile& column) {
  if (!fits_uuid(column)) {
    TypeVerdict verdict = judge_values(column);
    verdict.decision->kind = "invalid_uuid";
    if (column.invalid_uuids.count > 0) {
      verdict.decision->count = column.invalid_uuids.count;
      verdict.decision->examples = column.invalid_uuids.examples;
    }
    return verdict;
  }
  TypeVerdict verdict;
  if (column.upper_uuids > 0) {
    add(verdict, text_type());
    add(verdict, uuid_type());
    verdict.decision = type_decision(
        Treatment::ask, "upper_case_uuid",
        "Every value is a UUID, but some have upper-case letters, which uuid does not keep: an app "
        "that compares texts would no longer find them. It stays text.");
    verdict.decision->count = column.upper_uuids;
    verdict.decision->examples = column.first_of_class[2];
    return verdict;
  }
  add(verdict, uuid_type());
  add_others(verdict, column);
  verdict.decision = type_decision(Treatment::map, "uuid", "Every value is a UUID.");
  return verdict;
}

TypeVerdict judge_declared(const ColumnProfile& column, TypeDemands demands) {
  switch (column.kind) {
    case DeclaredKind::integer:
      return judge_integer(column);
    case DeclaredKind::real:
      return judge_real(column);
    case DeclaredKind::decimal:
      return judge_decimal(column);
    case DeclaredKind::text:
      return judge_text(column);
    case DeclaredKind::blob:
      return judge_blob(column);
    case DeclaredKind::boolean:
      return judge_boolean(column);
    case DeclaredKind::json:
      return judge_json(column, demands);
    case DeclaredKind::uuid:
      return judge_uuid(column);
    case DeclaredKind::date_time:
    case DeclaredKind::date:
    case DeclaredKind::time:
      return judge_date(column, judge_values(column));
    case DeclaredKind::none:
      return judge_values(column);
  }
  return judge_values(column);
}

// Where there is no value, every type holds all of them.
void add_every_type(TypeVerdict& verdict) {
  for (TypeOption option : {text_type(), bytes_type(), bigint_type(), real_type(), numeric_type(),
                            boolean_type(), uuid_type()}) {
    add(verdict, std::move(option));
  }
  add(verdict, {"timestamptz", "timestamp with time zone", Conversion::timestamp_text});
  add(verdict, {"date", "date", Conversion::date_text});
  add(verdict, {"time", "time without time zone", Conversion::time_text});
  add(verdict, {"json", "json", Conversion::json});
  add(verdict, {"jsonb", "jsonb", Conversion::jsonb});
}

}  // namespace

TypeVerdict judge_type(const ColumnProfile& column, TypeDemands demands) {
  if (demands.is_rowid) {
    TypeVerdict verdict;
    add(verdict, bigint_type());
    return verdict;
  }
  TypeVerdict verdict = judge_declared(column, demands);
  if (values_of(column.cells) == 0 && column.generated == Generated::no) add_every_type(verdict);
  return verdict;
}

}  // namespace fairway::postgres

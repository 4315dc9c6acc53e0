#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {
namespace {

bool names(const std::vector<sql::IndexedColumn>& list, std::string_view column) {
  return std::ranges::any_of(
      list, [&](const sql::IndexedColumn& one) { return same_name(one.expression.text, column); });
}

bool is_indexed(const Draft& draft, const TableDraft& table, std::string_view column) {
  const auto is_it = [&](const std::string& one) { return same_name(one, column); };
  if (std::ranges::any_of(table.primary_key, is_it)) return true;
  const auto in_unique = [&](const sql::Constraint& one) {
    return one.kind == sql::ConstraintKind::unique && names(one.columns, column);
  };
  if (std::ranges::any_of(table.tree.constraints, in_unique)) return true;
  for (const auto& one : table.tree.columns) {
    if (std::ranges::any_of(one.constraints, in_unique)) return true;
  }
  return std::ranges::any_of(draft.profile.schema, [&](const SchemaObject& object) {
    if (object.type != "index" || !same_name(object.table, table.name)) return false;
    const auto index = sql::parse_create_index(object.sql);
    return index.ok() && names(index->columns, column);
  });
}

// What an expression without a declared type comes to.
DeclaredKind kind_of(const sql::Expression& expression) {
  using sql::Operator;
  if (expression.kind != sql::ExpressionKind::apply) return DeclaredKind::text;
  switch (expression.operation) {
    case Operator::add:
    case Operator::subtract:
    case Operator::multiply:
    case Operator::divide:
    case Operator::negate:
      return DeclaredKind::real;
    case Operator::concatenate:
    case Operator::arrow:
    case Operator::long_arrow:
      return DeclaredKind::text;
    default:
      return DeclaredKind::integer;
  }
}

// Of a computed column nothing was read, and texts that are made into dates, JSON or UUIDs are not
// immutable over there: such a column goes by its values, or by the plain type that it declares.
ColumnProfile plain_profile(const ColumnDraft& column) {
  ColumnProfile plain = *column.profile;
  switch (plain.kind) {
    case DeclaredKind::date_time:
    case DeclaredKind::date:
    case DeclaredKind::time:
    case DeclaredKind::json:
    case DeclaredKind::uuid:
      plain.kind = plain.generated == Generated::stored ? DeclaredKind::none : DeclaredKind::text;
      return plain;
    default:
      break;
  }
  if (plain.kind != DeclaredKind::none || plain.generated == Generated::stored) return plain;
  plain.kind = DeclaredKind::text;
  if (column.tree == nullptr) return plain;
  const auto* constraint = sql::constraint_of(*column.tree, sql::ConstraintKind::generated);
  if (constraint != nullptr && !constraint->expression.empty()) {
    plain.kind = kind_of(constraint->expression.front());
  }
  return plain;
}

void judge_column(Draft& draft, const TableDraft& table, ColumnDraft& column) {
  if (column.profile == nullptr) return;
  TypeDemands demands;
  demands.is_rowid = table.is_rowid(column);
  demands.is_keyed =
      column.profile->kind == DeclaredKind::json && is_indexed(draft, table, column.plan.name);
  column.verdict = column.profile->generated == Generated::no
                       ? judge_type(*column.profile, demands)
                       : judge_type(plain_profile(column), demands);
  // The tables behind virtual ones declare no types: that is no news.
  if (table.module && column.verdict.decision &&
      column.verdict.decision->kind == "type_by_values") {
    column.verdict.decision.reset();
  }
  column.chosen = draft.book.ask_type(table.name, column.plan.name, column.verdict);
  column.is_chosen_by_hand = column.chosen != 0;
}

size_t option_named(const TypeVerdict& verdict, std::string_view choice) {
  for (size_t i = 0; i < verdict.options.size(); ++i) {
    if (verdict.options[i].choice == choice) return i;
  }
  return verdict.options.size();
}

// "1 text has a NUL character and 2 texts are not UTF-8, which"
std::string broken_words(const ColumnProfile& profile) {
  std::string words;
  if (profile.nul_texts.count > 0) {
    words = cat({counted(profile.nul_texts.count, "text has", "texts have"), " a NUL character"});
  }
  if (profile.broken_texts.count > 0) {
    words += cat({words.empty() ? "" : " and ",
                  counted(profile.broken_texts.count, "text is", "texts are"), " not UTF-8"});
  }
  return words + ", which";
}

std::optional<Failure> ask_for_broken_texts(Draft& draft, const TableDraft& table,
                                            ColumnDraft& column) {
  const ColumnProfile& profile = *column.profile;
  const int64_t count = profile.nul_texts.count + profile.broken_texts.count;
  if (count == 0 || column.type().conversion != Conversion::text) return std::nullopt;
  Decision decision = about(Treatment::ask, "broken_text", table.name, column.plan.name, "",
                            cat({broken_words(profile),
                                 " PostgreSQL does not take. NUL becomes U+2400, what is "
                                 "broken U+FFFD, and fairway.exact_cells keeps the exact bytes."}));
  decision.count = count;
  decision.examples = profile.nul_texts.examples;
  for (const auto& example : profile.broken_texts.examples) {
    if (decision.examples.size() < Finding::examples_max) decision.examples.push_back(example);
  }
  decision.choices = {"replace", "bytea", "refuse"};
  decision.choice = "replace";
  draft.book.ask(decision);
  draft.decide(decision);
  if (decision.choice == "refuse") {
    return fix_input(
        "text_not_storable",
        cat({"The column ", quoted_name(column.plan.name), " of ", quoted_name(table.name),
             " has texts that PostgreSQL cannot store: ", decision.examples.front(), "."}),
        "You: clean them, or choose to replace them or to carry bytes.");
  }
  if (decision.choice == "bytea") {
    column.chosen = option_named(column.verdict, "bytea");
    return std::nullopt;
  }
  column.plan.may_be_broken = true;
  draft.needs_exact_cells = true;
  return std::nullopt;
}

// The decision about a column's type, as it came out.
void decide_type(Draft& draft, const TableDraft& table, const ColumnDraft& column) {
  const TypeOption& type = column.type();
  std::optional<Decision> decision = column.verdict.decision;
  const bool is_default = column.chosen == 0;
  if (!decision && is_default) return;
  if (!decision) decision = about(Treatment::map, "type_chosen", "", "", "", "");
  decision->table = table.name;
  decision->column = column.plan.name;
  if (!is_default) {
    decision->why =
        cat({"The column is ",
             column.plan.declared_type.empty() ? std::string("without a type")
                                               : "declared " + column.plan.declared_type,
             ". It becomes ", type.choice,
             column.is_chosen_by_hand ? ", as chosen." : ", as what it points to."});
    if (type.strays_become_null) {
      decision->why += " Texts that are no such value become NULL.";
    }
  }
  const CellCounts& cells = column.plan.cells;
  if (decision->count == 0) {
    decision->count = cells.integers + cells.reals + cells.texts + cells.blobs;
  }
  decision->choices = column.plan.choices;
  decision->choice = type.choice;
  draft.decide(std::move(*decision));
}

void settle_type(Draft& draft, const TableDraft& table, ColumnDraft& column) {
  const TypeOption& type = column.type();
  column.plan.target_type = type.target_type;
  column.plan.conversion = type.conversion;
  column.plan.strays_become_null = type.strays_become_null;
  column.plan.choice = type.choice;
  for (const auto& option : column.verdict.options) column.plan.choices.push_back(option.choice);
  decide_type(draft, table, column);
  if (column.verdict.date_form.empty()) return;
  draft.plan.dates.push_back({table.name, column.plan.name, column.verdict.date_form, type.choice});
}

// --- Names --------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 6> system_columns = {"xmin", "xmax", "cmin",
                                                            "cmax", "ctid", "tableoid"};

// Types that our statements and those of the server itself name. A table is a type too, of its own
// name, and hides them where its schema is looked into before the catalog.
constexpr std::array<std::string_view, 36> used_types = {
    "any",      "anyelement", "bool",     "bpchar",    "bytea",       "char",
    "cstring",  "date",       "float4",   "float8",    "int2",        "int4",
    "int8",     "interval",   "json",     "jsonb",     "name",        "numeric",
    "numrange", "oid",        "record",   "regclass",  "regproc",     "regtype",
    "text",     "tid",        "time",     "timestamp", "timestamptz", "timetz",
    "trigger",  "tsquery",    "tsvector", "uuid",      "varchar",     "void"};

void report_name(Draft& draft, std::string_view table, std::string_view column,
                 std::string_view object, std::string_view from, std::string_view to) {
  if (from == to) return;
  draft.decide(about(Treatment::report, "renamed", table, column, object,
                     cat({"PostgreSQL cannot take the name ", quoted_name(from), "; it becomes ",
                          quoted_name(to), "."})));
}

void name_columns(Draft& draft, TableDraft& table) {
  NameSpace taken;
  const auto is_system = [](const ColumnDraft& column) {
    return std::ranges::find(system_columns, column.plan.name) != system_columns.end();
  };
  // Names that can stay go first, so that a renamed column never takes another one's name.
  for (auto& column : table.columns) {
    if (!is_system(column) && column.plan.name == short_name(column.plan.name)) {
      column.plan.target_name = taken.take(column.plan.name);
    }
  }
  for (auto& column : table.columns) {
    if (!column.plan.target_name.empty()) continue;
    column.plan.target_name =
        taken.take(is_system(column) ? cat({column.plan.name, "_"}) : column.plan.name);
    report_name(draft, table.name, column.plan.name, "", column.plan.name, column.plan.target_name);
  }
}

ValueClass value_class_of(const ColumnPlan& column) {
  const CellCounts& cells = column.cells;
  switch (column.conversion) {
    case Conversion::bigint:
      return ValueClass::bigint;
    case Conversion::real:
      return ValueClass::real;
    case Conversion::numeric:
      return ValueClass::numeric;
    case Conversion::text:
      return cells.integers + cells.reals > 0 ? ValueClass::mixed : ValueClass::text;
    case Conversion::bytes:
      return cells.integers + cells.reals + cells.texts > 0 ? ValueClass::mixed : ValueClass::bytes;
    case Conversion::boolean:
      return ValueClass::boolean;
    case Conversion::timestamp_text:
      return ValueClass::timestamp_text;
    case Conversion::timestamp_milliseconds:
      return ValueClass::timestamp_milliseconds;
    case Conversion::timestamp_seconds:
      return ValueClass::timestamp_seconds;
    case Conversion::timestamp_julian:
      return ValueClass::timestamp_julian;
    case Conversion::date_text:
      return ValueClass::date_text;
    case Conversion::time_text:
      return ValueClass::time_text;
    case Conversion::json:
      return ValueClass::json;
    case Conversion::jsonb_blob:
      return ValueClass::jsonb_blob;
    case Conversion::uuid:
      return ValueClass::uuid;
    case Conversion::jsonb:
    case Conversion::tagged:
      break;
  }
  return ValueClass::mixed;
}

bool had_several_classes(const ColumnPlan& column) {
  const CellCounts& cells = column.cells;
  switch (column.conversion) {
    case Conversion::timestamp_milliseconds:
    case Conversion::timestamp_seconds:
    case Conversion::timestamp_julian:
      return cells.texts > 0;
    case Conversion::json:
      return cells.integers + cells.reals > 0;
    default:
      return false;
  }
}

TableName names_of(const TableDraft& table) {
  TableName names;
  names.name = table.name;
  names.target_name = table.target_name;
  for (const auto& column : table.columns) {
    ColumnName name;
    name.name = column.plan.name;
    name.target_name = column.plan.target_name;
    name.holds = value_class_of(column.plan);
    name.declared_type = column.plan.declared_type;
    name.collation = collation_of(column);
    name.had_several_classes = had_several_classes(column.plan);
    if (column.profile != nullptr) name.text_form = column.profile->date_texts.form;
    if (table.is_rowid(column)) names.rowid_column = column.plan.name;
    names.columns.push_back(std::move(name));
  }
  return names;
}

}  // namespace

std::string collation_of(const ColumnDraft& column) {
  if (column.tree == nullptr) return "";
  const auto* constraint = sql::constraint_of(*column.tree, sql::ConstraintKind::collate);
  return constraint == nullptr ? std::string() : constraint->collation;
}

std::optional<Failure> draft_types(Draft& draft) {
  for (auto& table : draft.tables) {
    for (auto& column : table.columns) judge_column(draft, table, column);
  }
  unify_foreign_keys(draft);
  for (auto& table : draft.tables) {
    for (auto& column : table.columns) {
      if (column.profile != nullptr) {
        if (auto failure = ask_for_broken_texts(draft, table, column)) return failure;
      }
      settle_type(draft, table, column);
    }
  }
  return std::nullopt;
}

bool names_hide_types(const DatabaseProfile& profile) {
  return std::ranges::any_of(profile.schema, [](const SchemaObject& object) {
    return std::ranges::find(used_types, object.name) != used_types.end();
  });
}

void draft_names(Draft& draft) {
  const bool types_hidden = names_hide_types(draft.profile);
  const auto take = [&](const std::string& name) {
    const bool is_catalog_like = types_hidden && name.starts_with("pg_");
    return draft.relations.take(is_catalog_like ? name + "_" : name);
  };
  for (auto& table : draft.tables) {
    table.target_name = take(table.name);
    report_name(draft, table.name, "", "", table.name, table.target_name);
    name_columns(draft, table);
    table.names = names_of(table);
    draft.names.tables.push_back(table.names);
  }
  for (const std::string_view type : {"view", "index"}) {
    for (const auto& object : draft.profile.schema) {
      if (object.type != type) continue;
      std::string target = take(object.name);
      report_name(draft, object.table == object.name ? "" : std::string_view(object.table), "",
                  object.name, object.name, target);
      draft.object_names[lower_ascii(object.name)] = std::move(target);
    }
  }
}

}  // namespace fairway::postgres

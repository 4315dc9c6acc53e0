#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

using sql::ExpressionKind;

constexpr size_t name_bytes_max = 63;

std::string_view word_of(sql::Compound compound) {
  switch (compound) {
    case sql::Compound::unite_all:
      return " UNION ALL ";
    case sql::Compound::intersect:
      return " INTERSECT ";
    case sql::Compound::except:
      return " EXCEPT ";
    default:
      return " UNION ";
  }
}

bool is_number(ValueClass holds) {
  return holds == ValueClass::bigint || holds == ValueClass::real || holds == ValueClass::numeric;
}

ValueClass class_of(const Typed& value) {
  switch (value.kind) {
    case Kind::integer:
      return ValueClass::bigint;
    case Kind::real:
      return ValueClass::real;
    case Kind::number:
    case Kind::numeric:
      return ValueClass::numeric;
    case Kind::bytes:
      return ValueClass::bytes;
    case Kind::boolean:
      return ValueClass::boolean;
    case Kind::foreign:
      return value.column->holds;
    default:
      return ValueClass::text;
  }
}

bool has_aggregates(const sql::SelectCore& core, const sql::Select* ordered_by) {
  const auto in = [](const auto& parts) {
    return std::ranges::any_of(parts,
                               [](const auto& one) { return has_aggregate(one.expression); });
  };
  return !core.group_by.empty() || in(core.columns) ||
         std::ranges::any_of(core.having, has_aggregate) ||
         (ordered_by != nullptr && in(ordered_by->order_by));
}

// The result that a term of ORDER BY or GROUP BY means by its number or its name.
const sql::ResultColumn* named_result(const std::vector<sql::ResultColumn>& results,
                                      const sql::Expression& term, bool by_alias) {
  if (const auto place = integer_value(term)) {
    const bool exists = *place >= 1 && *place <= static_cast<int64_t>(results.size());
    return exists ? &results[static_cast<size_t>(*place - 1)] : nullptr;
  }
  if (!by_alias || term.kind != ExpressionKind::name || !term.table.empty()) return nullptr;
  for (const auto& result : results) {
    if (!result.alias.empty() && same_name(result.alias, term.text)) return &result;
  }
  return nullptr;
}

}  // namespace

TranslatedSelect Translator::select(const sql::Select& select) {
  step();
  if (failed()) return {};
  const size_t known = common_.size();
  const std::string head = with(select);
  TranslatedSelect made;
  if (select.cores.size() == 1 && select.cores[0].values.empty()) {
    made = core(select.cores[0], &select);
  } else {
    made = compound(select);
    order_results(made, select);
  }
  made.sql = cat({head, made.sql, limits(select)});
  common_.resize(known);
  return made;
}

std::string Translator::with(const sql::Select& select) {
  if (select.with.empty()) return "";
  std::string made = select.recursive ? "WITH RECURSIVE " : "WITH ";
  for (size_t i = 0; i < select.with.size(); ++i) {
    made += cat({i == 0 ? "" : ", ", common_table(select.with[i], select)});
  }
  return made + " ";
}

std::string Translator::common_table(const sql::CommonTable& table, const sql::Select& around) {
  const auto renamed = [&](TableName made) {
    made.name = table.name;
    made.target_name = table.name;
    for (size_t i = 0; i < made.columns.size() && i < table.columns.size(); ++i) {
      made.columns[i].name = made.columns[i].target_name = table.columns[i];
    }
    return made;
  };
  const auto& query = *table.query;
  const bool may_recur = around.recursive && query.cores.size() > 1;
  if (may_recur && (!query.order_by.empty() || !query.limit.empty())) {
    no("ORDER BY or LIMIT in a recursive WITH");
  }
  if (may_recur) {
    // What it starts with says what its columns are.
    sql::Select first;
    first.cores.push_back(query.cores[0]);
    common_.push_back(renamed(select(first).as_table));
  }
  TranslatedSelect made = select(query);
  if (may_recur) {
    const auto& expected = common_.back().columns;
    for (size_t i = 0; i < expected.size() && i < made.as_table.columns.size(); ++i) {
      if (expected[i].holds != made.as_table.columns[i].holds) {
        no("a recursive WITH whose columns change their type");
      }
    }
  } else {
    common_.push_back(renamed(std::move(made.as_table)));
  }
  std::string columns;
  for (const ColumnName& column : common_.back().columns) {
    columns += cat({columns.empty() ? "" : ", ", quoted_name(column.target_name)});
  }
  return cat({quoted_name(table.name), " (", columns, ") AS (", made.sql, ")"});
}

TranslatedSelect Translator::core(const sql::SelectCore& core, const sql::Select* ordered_by) {
  if (!core.values.empty()) return values(core);
  TranslatedSelect made;
  scopes_.emplace_back();
  scopes_.back().windows = &core.windows;
  made.sql = body(core, ordered_by, made);
  if (!scopes_.back().bare.empty()) {
    no(cat({"the column ", scopes_.back().bare[0], " beside aggregates, without GROUP BY"}));
  }
  made.one_row = scopes_.back().is_grouped && core.group_by.empty();
  scopes_.pop_back();
  if (core.distinct && ordered_by != nullptr) order_results(made, *ordered_by);
  return made;
}

std::string Translator::body(const sql::SelectCore& core, const sql::Select* ordered_by,
                             TranslatedSelect& made) {
  std::string tail;
  if (!core.from.empty()) tail += " FROM " + from(core.from);
  scopes_.back().results = &core.columns;
  if (!core.where.empty()) tail += " WHERE " + condition(core.where[0]).sql;
  const bool grouped = has_aggregates(core, ordered_by);
  tail += groups(core);
  scopes_.back().is_grouped = grouped;
  if (!core.having.empty()) tail += " HAVING " + condition(core.having[0]).sql;
  scopes_.back().results = nullptr;
  const std::string list = results(core, made);
  scopes_.back().results = &core.columns;
  if (ordered_by != nullptr && !core.distinct) tail += core_order(core, *ordered_by);
  if (core.distinct) {
    for (const ColumnName& column : made.as_table.columns) {
      const bool binary = column.collation.empty() || same_name(column.collation, "binary");
      if (!binary) no("DISTINCT of a column with a collation");
    }
  }
  return cat({"SELECT ", core.distinct ? "DISTINCT " : "", list, tail});
}

std::string Translator::groups(const sql::SelectCore& core) {
  std::vector<std::string> list;
  for (const auto& term : core.group_by) {
    const auto* result = named_result(core.columns, term, false);
    const Typed value = translate(result != nullptr ? result->expression : term);
    const bool binary = value.collation.empty() || value.collation == "binary";
    if (!binary) no("GROUP BY a column with a collation");
    if (value.literal != nullptr) no("GROUP BY a constant");
    list.push_back(value.sql);
  }
  scopes_.back().groups = list;
  return list.empty() ? "" : cat({" GROUP BY ", join(list, ", ")});
}

std::string Translator::core_order(const sql::SelectCore& core, const sql::Select& select) {
  std::string list;
  for (const auto& term : select.order_by) {
    const auto* result = named_result(core.columns, term.expression, true);
    if (result != nullptr && result->expression.kind == ExpressionKind::star) {
      no("ORDER BY a number beside *");
    }
    const Typed value = translate(result != nullptr ? result->expression : term.expression);
    if (value.literal != nullptr) continue;
    list += cat({list.empty() ? " ORDER BY " : ", ", order_term(value, term)});
  }
  return list;
}

// DISTINCT and UNION are ordered from outside: there, ORDER BY knows only their columns.
void Translator::order_results(TranslatedSelect& made, const sql::Select& select) {
  if (select.order_by.empty()) return;
  std::string list;
  const auto& columns = made.as_table.columns;
  for (const auto& term : select.order_by) {
    std::optional<size_t> found;
    if (const auto place = integer_value(term.expression)) {
      if (*place >= 1 && *place <= static_cast<int64_t>(columns.size())) {
        found = static_cast<size_t>(*place - 1);
      }
    } else if (term.expression.kind == ExpressionKind::name) {
      for (size_t i = columns.size(); i-- > 0;) {
        if (same_name(columns[i].name, term.expression.text)) found = i;
      }
    }
    if (!found) {
      no("ORDER BY an expression behind DISTINCT or UNION");
      return;
    }
    list += cat({list.empty() ? "" : ", ", order_term(result_of(made.as_table, *found), term)});
  }
  made.sql = cat({"SELECT * FROM (", made.sql, ") AS \"result\" ORDER BY ", list});
}

Typed Translator::result_of(const TableName& table, size_t at) {
  kept_.push_back(table.columns[at]);
  Scope none;
  return column_of(none, {"", "", {}, {}, false}, kept_.back());
}

TranslatedSelect Translator::compound(const sql::Select& select) {
  TranslatedSelect made;
  for (size_t i = 0; i < select.cores.size() && !failed(); ++i) {
    TranslatedSelect next = core(select.cores[i], nullptr);
    if (i == 0) {
      made = std::move(next);
      continue;
    }
    if (i > 1) made.sql = cat({"(", made.sql, ")"});
    unite(made, next, select.cores[i].compound);
  }
  return made;
}

void Translator::unite(TranslatedSelect& made, const TranslatedSelect& next, sql::Compound how) {
  auto& columns = made.as_table.columns;
  if (columns.size() != next.as_table.columns.size()) {
    no("UNION of different numbers of columns");
    return;
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnName& other = next.as_table.columns[i];
    // The first column in a row of SELECTs decides, even when it says nothing.
    const bool binary =
        columns[i].collation.empty() && (made.are_columns[i] || other.collation.empty());
    if (!made.are_columns[i]) made.are_columns[i] = next.are_columns[i];
    if (!binary && how != sql::Compound::unite_all) no("UNION of columns with a collation");
    if (next.nulls[i]) continue;
    if (made.nulls[i]) {
      columns[i].holds = other.holds;
      made.nulls[i] = false;
    } else if (is_number(columns[i].holds) && is_number(other.holds)) {
      if (columns[i].holds != other.holds) columns[i].holds = ValueClass::numeric;
    } else if (columns[i].holds != other.holds) {
      no("UNION of columns of several types");
    }
    if (columns[i].text_form != other.text_form) columns[i].text_form.clear();
  }
  made.sql += cat({word_of(how), next.sql});
  made.one_row = false;
}

TranslatedSelect Translator::values(const sql::SelectCore& core) {
  TranslatedSelect made;
  for (size_t row = 0; row < core.values.size(); ++row) {
    sql::SelectCore one;
    for (const auto& value : core.values[row]) {
      one.columns.push_back(
          {value, cat({"column", decimal(static_cast<int64_t>(one.columns.size() + 1))}), ""});
    }
    const TranslatedSelect next = this->core(one, nullptr);
    if (row == 0) {
      made = next;
    } else {
      unite(made, next, sql::Compound::unite_all);
    }
    if (failed()) break;
  }
  return made;
}

std::string Translator::results(const sql::SelectCore& core, TranslatedSelect& made) {
  std::string list;
  for (const auto& result : core.columns) {
    const auto& expression = result.expression;
    if (expression.kind != ExpressionKind::star) {
      const Typed value = translate(expression);
      std::string name = result.alias;
      if (name.empty() && value.column != nullptr && expression.kind == ExpressionKind::name) {
        name = value.column->name;
      }
      if (name.empty()) name = result.text;
      add_result(value, std::move(name), made, list);
      continue;
    }
    bool any = false;
    for (const Source& source : scopes_.back().sources) {
      if (!expression.table.empty() && !same_name(source.alias, expression.table)) continue;
      if (source.has_more_columns) no("* of json_each");
      for (const ColumnName& column : source.table.columns) {
        const bool merged = std::ranges::any_of(
            source.merged, [&](const std::string& one) { return same_name(one, column.name); });
        if (merged && expression.table.empty()) continue;
        add_result(column_of(scopes_.back(), source, column), column.name, made, list);
        any = true;
      }
    }
    if (!any) no("* of no table");
  }
  return list;
}

void Translator::add_result(Typed value, std::string name, TranslatedSelect& made,
                            std::string& list) {
  auto& columns = made.as_table.columns;
  const auto taken = [&](const std::string& one) {
    return std::ranges::any_of(
        columns, [&](const ColumnName& column) { return same_name(column.name, one); });
  };
  // SQLite tells columns of the same name apart by a number.
  const std::string first = name;
  for (int64_t number = 1; taken(name); ++number) name = cat({first, ":", decimal(number)});
  if (!value.json.empty()) value = json_as_text(value);
  if (value.is_condition && value.kind == Kind::boolean) value = as_number(std::move(value));
  if (value.kind == Kind::boolean && value.column == nullptr) value = as_number(std::move(value));
  ColumnName column;
  if (value.column != nullptr) column = *value.column;
  if (value.column == nullptr && value.affinity == Affinity::text) column.declared_type = "TEXT";
  if (value.column == nullptr && value.affinity == Affinity::numeric) {
    column.declared_type = "NUMERIC";
  }
  column.collation = value.collation == "binary" ? "" : value.collation;
  column.holds = class_of(value);
  column.name = column.target_name = name;
  if (name.size() > name_bytes_max) {
    column.target_name = cat({to_utf8(name, name_bytes_max - 8), "_",
                              decimal(static_cast<int64_t>(columns.size() + 1))});
    note(cat(
        {"A column without a name of its own is called ", quoted_name(column.target_name), "."}));
  }
  name = column.target_name;
  columns.push_back(std::move(column));
  made.nulls.push_back(is_null_literal(value));
  made.are_columns.push_back(value.column != nullptr || value.collation_is_explicit);
  if (value.literal != nullptr && value.kind == Kind::integer) value.sql += "::bigint";
  if (value.literal != nullptr && value.kind == Kind::text) value.sql += "::text";
  list += cat({list.empty() ? "" : ", ", value.sql, " AS ", quoted_name(name)});
}

std::string Translator::limits(const sql::Select& select) {
  std::string made;
  if (select.limit.empty()) return made;
  const auto limit = integer_value(select.limit[0]);
  const auto offset = select.offset.empty() ? 0 : integer_value(select.offset[0]);
  if (!limit || !offset) {
    no("LIMIT that is no constant");
    return made;
  }
  if (*limit >= 0) made += cat({" LIMIT ", decimal(*limit)});
  if (*offset > 0) made += cat({" OFFSET ", decimal(*offset)});
  if (!made.empty() && select.order_by.empty()) {
    note("Which rows LIMIT takes is not defined without ORDER BY.");
  }
  return made;
}

Outcome<TranslatedView> translate_view(const sql::CreateView& view, const Names& names) {
  Translator translator(names);
  translator.rows_are_compared();
  TranslatedSelect made = translator.select(view.select);
  if (!view.columns.empty() && view.columns.size() != made.as_table.columns.size()) {
    translator.no("a view with another number of names than columns");
  }
  if (translator.failed()) return translator.failure();
  TranslatedView result;
  result.select = std::move(made.sql);
  result.as_table = std::move(made.as_table);
  result.as_table.name = result.as_table.target_name = view.name;
  for (size_t i = 0; i < view.columns.size(); ++i) {
    ColumnName& column = result.as_table.columns[i];
    column.name = column.target_name = view.columns[i];
  }
  result.ordered = !view.select.order_by.empty();
  result.notes = translator.notes();
  return result;
}

}  // namespace fairway::postgres

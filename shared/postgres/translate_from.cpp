// FROM, and SELECTs inside of expressions.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/translator.h"

namespace fairway::postgres {
namespace {

const ColumnName* column_named(const TableName& table, std::string_view name) {
  for (const ColumnName& column : table.columns) {
    if (same_name(column.name, name)) return &column;
  }
  return nullptr;
}

std::string_view word_of(sql::JoinKind join) {
  switch (join) {
    case sql::JoinKind::left:
      return " LEFT JOIN ";
    case sql::JoinKind::right:
      return " RIGHT JOIN ";
    case sql::JoinKind::full:
      return " FULL JOIN ";
    default:
      return " JOIN ";
  }
}

}  // namespace

// Every table joins what stands before it, commas too: so SQLite reads it.
std::string Translator::from(const std::vector<sql::FromItem>& items) {
  std::string made;
  for (size_t i = 0; i < items.size() && !failed(); ++i) {
    const sql::FromItem& item = items[i];
    const size_t first = scopes_.back().sources.size();
    const std::string text = from_item(item);
    if (i == 0) {
      made = text;
      if (!item.on.empty() || !item.using_columns.empty()) no("ON behind the first table");
      continue;
    }
    const std::string condition = join_condition(item, first);
    const bool inner = item.join == sql::JoinKind::comma || item.join == sql::JoinKind::cross ||
                       item.join == sql::JoinKind::inner;
    if (condition.empty()) {
      made += cat({inner ? " CROSS JOIN " : word_of(item.join), text, inner ? "" : " ON true"});
    } else {
      made += cat({word_of(item.join), text, " ON ", condition});
    }
  }
  return made;
}

std::string Translator::from_item(const sql::FromItem& item) {
  if (!item.schema.empty() && !same_name(item.schema, "main")) {
    no(cat({"the schema ", quoted_name(item.schema)}));
    return "";
  }
  if (!item.group.empty()) {
    if (!item.alias.empty()) no("an alias of several tables");
    return cat({"(", from(item.group), ")"});
  }
  if (item.query) return from_query(item);
  if (item.is_call && same_name(item.table, "json_each")) return json_each(item);
  if (item.is_call) {
    no(cat({"the table-valued function ", item.table}));
    return "";
  }
  const TableName* table = table_named(item.table);
  if (table == nullptr) {
    no(cat({"the table ", quoted_name(item.table), ", which is not known over there"}));
    return "";
  }
  const std::string name = quoted_name(table->target_name);
  const bool renamed = !item.alias.empty();
  scopes_.back().sources.push_back({renamed ? item.alias : item.table,
                                    renamed ? quoted_name(item.alias) : name,
                                    *table,
                                    {},
                                    false});
  return renamed ? cat({name, " AS ", quoted_name(item.alias)}) : name;
}

std::string Translator::from_query(const sql::FromItem& item) {
  // It does not see the tables beside it.
  const size_t own = scopes_.size() - 1;
  std::vector<Source> beside = std::move(scopes_[own].sources);
  scopes_[own].sources.clear();
  TranslatedSelect made = select(*item.query);
  scopes_[own].sources = std::move(beside);
  const std::string alias = item.alias.empty() ? cat({"query ", decimal(++queries_)}) : item.alias;
  scopes_[own].sources.push_back(
      {item.alias, quoted_name(alias), std::move(made.as_table), {}, false});
  return cat({"(", made.sql, ") AS ", quoted_name(alias)});
}

// ON, USING, NATURAL; empty when there is none.
std::string Translator::join_condition(const sql::FromItem& item, size_t first_source) {
  std::vector<std::string> shared = item.using_columns;
  auto& sources = scopes_.back().sources;
  if (item.natural) {
    for (size_t i = first_source; i < sources.size(); ++i) {
      for (const ColumnName& column : sources[i].table.columns) {
        for (size_t before = 0; before < first_source; ++before) {
          if (column_named(sources[before].table, column.name) == nullptr) continue;
          shared.push_back(column.name);
          break;
        }
      }
    }
  }
  if (shared.empty()) return item.on.empty() ? "" : condition(item.on[0]).sql;
  if (item.join == sql::JoinKind::right || item.join == sql::JoinKind::full ||
      sources.size() != first_source + 1) {
    no("USING or NATURAL in this join");
    return "";
  }
  std::string made;
  for (const std::string& name : shared) {
    const ColumnName* right = column_named(sources[first_source].table, name);
    const ColumnName* left = nullptr;
    size_t at = 0;
    for (; at < first_source && left == nullptr; ++at) left = column_named(sources[at].table, name);
    if (left == nullptr || right == nullptr) {
      no(cat({"USING with the column ", quoted_name(name)}));
      return "";
    }
    const Typed equal = compared(column_of(scopes_.back(), sources[at - 1], *left),
                                 column_of(scopes_.back(), sources[first_source], *right), "=");
    made += cat({made.empty() ? "" : " AND ", equal.sql});
  }
  sources[first_source].merged = std::move(shared);
  return made;
}

Typed Translator::scalar_query(const sql::Expression& expression) {
  TranslatedSelect made = select(*expression.query);
  if (failed() || made.as_table.columns.size() != 1) return no("a SELECT of several columns here");
  // SQLite takes the first of several rows.
  const bool limited = made.one_row || !expression.query->limit.empty();
  Typed value = result_of(made.as_table, 0);
  value.sql = cat({"(", made.sql, limited ? ")" : " LIMIT 1)"});
  if (made.nulls[0]) value.kind = Kind::null;
  value.change = Change::with_settings;
  if (value.kind != Kind::foreign) value.column = nullptr;
  return value;
}

Typed Translator::exists(const sql::Expression& expression) {
  const TranslatedSelect made = select(*expression.query);
  Typed value{cat({"EXISTS (", made.sql, ")"}), Kind::boolean};
  value.is_condition = true;
  value.change = Change::with_settings;
  return value;
}

Typed Translator::in_query(const sql::Expression& expression) {
  const Typed left = translate(expression.operands[0]);
  const TranslatedSelect made = select(*expression.query);
  if (failed() || made.as_table.columns.size() != 1) return no("IN with rows of values");
  const Typed right = result_of(made.as_table, 0);
  const auto pair = comparable(left, right, "IN");
  const bool nocase = left.collation == "nocase" || left.collation == "rtrim";
  if (pair.right.sql != right.sql || nocase) return no("IN with values of another type");
  Typed value{cat({"(", pair.left.sql, expression.negated ? " NOT IN (" : " IN (", made.sql, "))"}),
              Kind::boolean};
  value.is_condition = true;
  value.change = Change::with_settings;
  return value;
}

}  // namespace fairway::postgres

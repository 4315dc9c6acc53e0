#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/compare_catalogs.h"
#include "shared/sql/tokens.h"

namespace fairway::postgres {
namespace {

enum class Loss { none, something };

std::string place_of(const CatalogTable& table, const CatalogColumn& column) {
  return cat({quoted_name(table.name), ".", quoted_name(column.name)});
}

std::string type_of(const CatalogColumn& column) {
  return cat({column.type, column.collation.empty() ? "" : " COLLATE ", column.collation});
}

// The value of `column` as another type, by way of its text where a plain cast would write bytes as
// hex digits, or there is none.
std::string cast_of(const CatalogColumn& column, std::string_view from) {
  const std::string name = quoted_name(column.name);
  if (from == "bytea") {
    return cat({"pg_catalog.convert_from(", name, ", 'UTF8')::", column.type});
  }
  if (column.type == "bytea") return cat({"pg_catalog.convert_to(", name, "::text, 'UTF8')"});
  const bool from_whole = holds("numeric", from);
  if (column.type == "boolean" && from_whole) return cat({name, " <> 0"});
  if (from == "boolean" && holds("numeric", column.type)) {
    return cat({name, "::integer::", column.type});
  }
  return cat({name, "::", column.type});
}

// One column of a table that is on both sides.
class ColumnComparison {
 public:
  ColumnComparison(CatalogComparison& comparison, const CatalogTable& table)
      : comparison_(comparison), table_(table) {}

  void add(const CatalogColumn& now);
  void drop(const CatalogColumn& then);
  void change(const CatalogColumn& now, const CatalogColumn& then);

 private:
  void apply(std::string_view kind, const CatalogColumn& column, std::string sql,
             std::string words) {
    apply(kind, column, std::move(sql), std::move(words), Loss::none, 0);
  }
  void apply(std::string_view kind, const CatalogColumn& column, std::string sql, std::string words,
             Loss loss, int64_t rows);
  std::string altered(const CatalogColumn& column, std::string_view action) const {
    return alter(table_.name, cat({"ALTER COLUMN ", quoted_name(column.name), " ", action}));
  }
  void make_anew(const CatalogColumn& now, const CatalogColumn& then);
  // Whether the type stays as it is in production.
  bool change_type(const CatalogColumn& now, const CatalogColumn& then);
  void change_identity(const CatalogColumn& now, const CatalogColumn& then);
  void change_null(const CatalogColumn& now, const CatalogColumn& then);
  void say_not_null(const CatalogColumn& now);

  CatalogComparison& comparison_;
  const CatalogTable& table_;
};

void ColumnComparison::apply(std::string_view kind, const CatalogColumn& column, std::string sql,
                             std::string words, Loss loss, int64_t rows) {
  comparison_.run(ChangeStep::columns, sql);
  comparison_.note({std::string(kind), table_.name, column.name, "", loss == Loss::something, rows,
                    std::move(words), std::move(sql)});
}

void ColumnComparison::add(const CatalogColumn& now) {
  const std::string place = place_of(table_, now);
  const bool fills_itself =
      !now.default_sql.empty() || !now.identity.empty() || !now.generated_sql.empty();
  const int64_t rows = now.is_not_null && !fills_itself ? comparison_.rows_of(table_.name) : 0;
  CatalogColumn made = now;
  std::string words = cat({"The column ", place, " is new."});
  if (rows > 0) {
    made.is_not_null = false;
    words = cat({"The new column ", place, " is NOT NULL and has no default: ",
                 counted(rows, "row gets", "rows get"), " NULL there, so NOT NULL is left out."});
  }
  apply("add_column", now, alter(table_.name, cat({"ADD COLUMN ", column_definition(made)})),
        std::move(words), rows > 0 ? Loss::something : Loss::none, rows);
}

void ColumnComparison::drop(const CatalogColumn& then) {
  const int64_t values = comparison_.values_of(table_.name, then.name);
  std::string sql = alter(table_.name, cat({"DROP COLUMN ", quoted_name(then.name)}));
  comparison_.touch(table_.name, then.name);
  comparison_.run(then.generated_sql.empty() ? ChangeStep::columns : ChangeStep::drop_computed,
                  sql);
  comparison_.note({"drop_column", table_.name, then.name, "", true, values,
                    cat({"The column ", place_of(table_, then), " is not in the preview: ",
                         counted(values, "value is", "values are"), " lost."}),
                    std::move(sql)});
}

void ColumnComparison::make_anew(const CatalogColumn& now, const CatalogColumn& then) {
  const bool is_computed = !then.generated_sql.empty();
  const int64_t values = is_computed ? 0 : comparison_.values_of(table_.name, then.name);
  const std::string drop = alter(table_.name, cat({"DROP COLUMN ", quoted_name(then.name)}));
  std::string add = alter(table_.name, cat({"ADD COLUMN ", column_definition(now)}));
  comparison_.touch(table_.name, then.name);
  comparison_.run(ChangeStep::drop_computed, drop);
  comparison_.run(ChangeStep::columns, add);
  comparison_.note(
      {"change_generated", table_.name, now.name, "", !is_computed, values,
       is_computed
           ? cat({"The column ", place_of(table_, now), " is computed in another way."})
           : cat({"The column ", place_of(table_, now), " is computed now: ",
                  counted(values, "value of production is", "values of production are"), " lost."}),
       cat({drop, ";\n", add})});
}

bool ColumnComparison::change_type(const CatalogColumn& now, const CatalogColumn& then) {
  if (now.type == then.type && now.collation == then.collation) return false;
  const std::string place = place_of(table_, now);
  if (now.type != then.type && holds(then.type, now.type)) {
    Decision decision;
    decision.outcome = Treatment::report;
    decision.table = table_.name;
    decision.column = now.name;
    decision.kind = "type_kept";
    decision.why = cat({"The column is ", now.type, " in the preview and ", then.type,
                        " in production, which holds all of its values: it stays."});
    decision.count = 1;
    comparison_.keep(std::move(decision));
    return true;
  }
  const bool is_wider =
      now.type == then.type || (holds(now.type, then.type) &&
                                (now.type != "text" || then.type.starts_with("character varying")));
  const int64_t values = is_wider ? 0 : comparison_.values_of(table_.name, now.name);
  const bool is_empty = !is_wider && values == 0;  // then there need be no way between the types
  std::string sql;
  if (!then.default_sql.empty()) sql = cat({altered(then, "DROP DEFAULT"), ";\n"});
  sql += altered(now, cat({"TYPE ", type_of(now), " USING ",
                           is_empty ? std::string("NULL") : cast_of(now, then.type)}));
  if (!now.default_sql.empty()) {
    sql += cat({";\n", altered(now, cat({"SET DEFAULT ", now.default_sql}))});
  }
  comparison_.touch(table_.name, now.name);
  apply("change_type", now, std::move(sql),
        cat({"The column ", place, " becomes ", type_of(now), "; it was ", type_of(then),
             values == 0 ? std::string()
                         : cat({": ", counted(values, "value is", "values are"), " converted"}),
             "."}),
        values == 0 ? Loss::none : Loss::something, values);
  return false;
}

void ColumnComparison::change_identity(const CatalogColumn& now, const CatalogColumn& then) {
  const std::string place = place_of(table_, now);
  if (now.identity == then.identity) return;
  if (now.identity.empty()) {
    return apply("drop_identity", now, altered(now, "DROP IDENTITY"),
                 cat({"The column ", place, " does not count by itself any more."}));
  }
  if (!then.identity.empty()) {
    return apply("change_identity", now, altered(now, cat({"SET GENERATED ", now.identity})),
                 cat({"The column ", place, " is GENERATED ", now.identity, " AS IDENTITY."}));
  }
  std::string sql;
  if (!then.default_sql.empty()) sql += cat({altered(now, "DROP DEFAULT"), ";\n"});
  if (!then.is_not_null) sql += cat({altered(now, "SET NOT NULL"), ";\n"});
  const std::string name = quoted_name(table_.name);
  sql += cat({altered(now, cat({"ADD GENERATED ", now.identity, " AS IDENTITY"})),
              ";\nSELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(", quoted_text(name),
              ", ", quoted_text(now.name), "), greatest(1, (SELECT max(", quoted_name(now.name),
              ") FROM ", name, ")), EXISTS (SELECT FROM ", name, " WHERE ", quoted_name(now.name),
              " > 0))"});
  apply("add_identity", now, std::move(sql),
        cat({"The column ", place, " counts by itself, behind the highest number there is."}));
}

void ColumnComparison::say_not_null(const CatalogColumn& now) {
  const std::string place = place_of(table_, now);
  const int64_t rows = comparison_.rows_of(table_.name);
  const int64_t nulls = rows == 0 ? 0 : rows - comparison_.values_of(table_.name, now.name);
  if (nulls > 0) {
    Decision decision;
    decision.outcome = Treatment::report;
    decision.table = table_.name;
    decision.column = now.name;
    decision.kind = "not_null";
    decision.why = cat({"The column is NOT NULL in the preview; production has ",
                        counted(nulls, "row", "rows"), " with NULL there, so it is left out."});
    decision.count = nulls;
    return comparison_.keep(std::move(decision));
  }
  const bool waits = rows > 0 && now.default_sql.empty();
  apply(
      "set_not_null", now, altered(now, "SET NOT NULL"),
      cat({"The column ", place, " becomes NOT NULL",
           waits ? cat({", without a default, where production has ", counted(rows, "row", "rows"),
                        ": an app that writes NULL there is refused from then on."})
                 : "."}),
      waits ? Loss::something : Loss::none, rows);
}

void ColumnComparison::change_null(const CatalogColumn& now, const CatalogColumn& then) {
  const bool identity_says_so = !now.identity.empty() && then.identity.empty();
  if (now.is_not_null == then.is_not_null || identity_says_so) return;
  if (now.is_not_null) return say_not_null(now);
  // What a primary key says goes with it.
  apply("drop_not_null", now, altered(now, "DROP NOT NULL"),
        cat({"The column ", place_of(table_, now), " takes NULL."}));
}

void ColumnComparison::change(const CatalogColumn& now, const CatalogColumn& then) {
  const bool is_computed = !now.generated_sql.empty();
  if (is_computed && (now.generated_sql != then.generated_sql || now.type != then.type)) {
    return make_anew(now, then);
  }
  if (!is_computed && !then.generated_sql.empty()) {
    apply("change_generated", now, altered(now, "DROP EXPRESSION"),
          cat({"The column ", place_of(table_, now),
               " is not computed any more; it keeps its "
               "values."}));
  }
  // An identity is of whole numbers only: it goes before the type changes, and comes behind.
  const bool identity_goes = now.identity.empty();
  if (identity_goes) change_identity(now, then);
  const size_t changes = comparison_.changes();
  const bool type_stays = change_type(now, then);
  const bool default_done = type_stays || comparison_.changes() > changes;
  if (!identity_goes && !type_stays) change_identity(now, then);
  if (!default_done && now.default_sql != then.default_sql && now.identity.empty()) {
    apply("change_default", now,
          altered(now, now.default_sql.empty() ? std::string("DROP DEFAULT")
                                               : cat({"SET DEFAULT ", now.default_sql})),
          now.default_sql.empty()
              ? cat({"The column ", place_of(table_, now), " has no default any more."})
              : cat({"The column ", place_of(table_, now),
                     " has another default: ", now.default_sql, "."}));
  }
  change_null(now, then);
}

bool have_same_shape(const CatalogTable& one, const CatalogTable& other) {
  return std::ranges::equal(one.columns, other.columns, [](const auto& a, const auto& b) {
    return a.name == b.name && a.type == b.type;
  });
}

void guess_rename(CatalogComparison& comparison, const SchemaChange& place, std::string_view what,
                  std::string_view from, std::string_view to, std::string_view sql) {
  SchemaChange guess = place;
  guess.kind = "rename_guess";
  guess.is_destructive = true;
  guess.words = cat({"Perhaps the ", what, " ", from, " was renamed to ", to,
                     ", which is new and of the same shape. If so, keep what is in it by running "
                     "this there first: ",
                     sql, ";"});
  comparison.note(std::move(guess));
}

const CatalogColumn* only_one_of_type(const std::vector<const CatalogColumn*>& columns,
                                      std::string_view type) {
  const CatalogColumn* found = nullptr;
  for (const CatalogColumn* column : columns) {
    if (column->type != type) continue;
    if (found != nullptr) return nullptr;
    found = column;
  }
  return found;
}

std::vector<const CatalogColumn*> columns_missing(const CatalogTable& there,
                                                  const CatalogTable& here) {
  std::vector<const CatalogColumn*> missing;
  for (const auto& column : there.columns) {
    if (here.find(column.name) == nullptr) missing.push_back(&column);
  }
  return missing;
}

// One of a type is gone, and one of this type is new.
void guess_renamed_columns(CatalogComparison& comparison, const CatalogTable& now,
                           const CatalogTable& then) {
  const auto come = columns_missing(now, then);
  const auto gone = columns_missing(then, now);
  for (const CatalogColumn* to : come) {
    const CatalogColumn* from = only_one_of_type(gone, to->type);
    if (from == nullptr || only_one_of_type(come, to->type) == nullptr) continue;
    const int64_t values = comparison.values_of(now.name, from->name);
    guess_rename(comparison, {"", now.name, from->name, to->name, true, values, "", ""}, "column",
                 place_of(then, *from), place_of(now, *to),
                 alter(now.name, cat({"RENAME COLUMN ", quoted_name(from->name), " TO ",
                                      quoted_name(to->name)})));
  }
}

void add_table(CatalogComparison& comparison, const CatalogTable& table) {
  std::vector<std::string> lines;
  for (const auto& column : table.columns) {
    lines.push_back(cat({"  ", column_definition(column)}));
  }
  std::string sql =
      cat({"CREATE TABLE ", quoted_name(table.name), " (\n", join(lines, ",\n"), "\n)"});
  comparison.run(ChangeStep::tables, sql);
  comparison.add_new_table(table.name);
  comparison.note(
      {"add_table", table.name, "", "", false, 0,
       cat({"The table ", quoted_name(table.name), " is new; it comes with the preview's rows."}),
       std::move(sql)});
}

void drop_table(CatalogComparison& comparison, const CatalogTable& table) {
  const int64_t rows = comparison.rows_of(table.name);
  std::string sql = cat({"DROP TABLE ", quoted_name(table.name)});
  comparison.run(ChangeStep::drop_tables, sql);
  comparison.note({"drop_table", table.name, "", "", true, rows,
                   cat({"The table ", quoted_name(table.name),
                        " is not in the preview: ", counted(rows, "row is", "rows are"), " lost."}),
                   std::move(sql)});
  for (const auto& now : comparison.preview().tables) {
    if (!comparison.is_new(now.name) || !have_same_shape(now, table)) continue;
    guess_rename(comparison, {"", table.name, "", now.name, true, rows, "", ""}, "table",
                 quoted_name(table.name), quoted_name(now.name),
                 alter(table.name, cat({"RENAME TO ", quoted_name(now.name)})));
  }
}

}  // namespace

std::string alter(std::string_view table, std::string_view action) {
  return cat({"ALTER TABLE ", quoted_name(table), " ", action});
}

std::string column_definition(const CatalogColumn& column) {
  std::string text = cat({quoted_name(column.name), " ", type_of(column)});
  if (!column.generated_sql.empty()) {
    text += cat({" GENERATED ALWAYS AS (", column.generated_sql, ") STORED"});
  } else if (!column.identity.empty()) {
    text += cat({" GENERATED ", column.identity, " AS IDENTITY (SEQUENCE NAME ",
                 quoted_name(column.sequence), ")"});
  } else if (!column.default_sql.empty()) {
    text += cat({" DEFAULT ", column.default_sql});
  }
  return column.is_not_null ? cat({text, " NOT NULL"}) : text;
}

void compare_columns(CatalogComparison& comparison, const CatalogTable& now,
                     const CatalogTable& then) {
  ColumnComparison columns(comparison, now);
  for (const auto& column : then.columns) {
    if (now.find(column.name) == nullptr) columns.drop(column);
  }
  guess_renamed_columns(comparison, now, then);
  // Computed ones last: they may be computed from others that are new.
  for (const bool computed : {false, true}) {
    for (const auto& column : now.columns) {
      if (column.generated_sql.empty() == computed) continue;
      const CatalogColumn* found = then.find(column.name);
      if (found == nullptr) {
        columns.add(column);
      } else {
        columns.change(column, *found);
      }
    }
  }
}

void compare_tables(CatalogComparison& comparison) {
  for (const auto& table : comparison.production().tables) {
    if (comparison.is_gone(table.name)) drop_table(comparison, table);
  }
  for (const auto& table : comparison.preview().tables) {
    const CatalogTable* then = comparison.production().find(table.name);
    if (then == nullptr) {
      add_table(comparison, table);
    } else {
      compare_columns(comparison, table, *then);
    }
  }
}

}  // namespace fairway::postgres

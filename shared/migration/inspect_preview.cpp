#include <algorithm>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

bool is_date_type(std::string_view type) {
  const std::string lower = lower_ascii(type);
  return lower == "date" || lower.starts_with("datetime") || lower.starts_with("timestamp");
}

Generated generated_of(int64_t hidden) {
  if (hidden == 2) return Generated::computed;
  return hidden == 3 ? Generated::stored : Generated::no;
}

std::optional<Failure> read_columns(const Connection& connection, TableReading& table) {
  Statement rows(connection, cat({"PRAGMA table_xinfo(", quoted_name(table.sum.name), ")"}));
  while (rows.step()) {
    ColumnReading column;
    column.name = rows.text(1);
    column.type = rows.text(2);
    column.generated = generated_of(rows.integer(6));
    column.is_date = is_date_type(column.type);
    if (column.generated != Generated::computed) {
      table.sum.columns.push_back({column.name, column.type, 0});
    }
    table.columns.push_back(std::move(column));
  }
  if (!rows.ended()) return connection.failure(rows.result(), "reading the columns of");
  return std::nullopt;
}

bool has_unique_index(const std::vector<SchemaObject>& schema, const TableDefinition& table) {
  const auto is_unique = [](const std::string& constraint) {
    return constraint.starts_with("unique") || constraint.find(" unique (") != std::string::npos;
  };
  if (std::ranges::any_of(table.constraints, is_unique)) return true;
  if (std::ranges::any_of(table.columns, &ColumnDefinition::unique)) return true;
  return std::ranges::any_of(schema, [&](const SchemaObject& object) {
    return object.type == "index" && same_name(object.table, table.name) &&
           normal_form(object.sql).starts_with("create unique");
  });
}

Outcome<TableReading> read_table(Preview& preview, const SchemaObject& object,
                                 const TableDefinition& definition, Sums sums) {
  TableReading table;
  table.sum.name = object.name;
  table.key = row_key_of(definition);
  table.strict = definition.strict;
  table.without_key =
      definition.primary_key.empty() && !has_unique_index(preview.schema(), definition);
  const Connection& connection = preview.state().connection;
  if (auto failure = read_columns(connection, table)) return *failure;
  auto failure = sums == Sums::make ? sum_table(connection, table.key, table.sum, &table)
                                    : count_table(connection, table);
  if (failure) return *failure;
  return table;
}

// Rows whose foreign key points nowhere. Tables with computed columns are left out: the check would
// run their expressions.
void warn_of_orphans(const Connection& connection, const TableReading& table,
                     std::vector<Warning>& warnings) {
  const bool computed = std::ranges::any_of(table.columns, [](const ColumnReading& column) {
    return column.generated == Generated::computed;
  });
  if (computed) return;
  Statement rows(connection, cat({"PRAGMA foreign_key_check(", quoted_name(table.sum.name), ")"}));
  int64_t count = 0;
  std::string parent;
  std::string first;
  while (rows.step()) {
    if (count++ != 0) continue;
    parent = rows.text(2);
    first = rows.storage_class(1) == SQLITE_NULL
                ? ""
                : cat({", the first at rowid ", decimal(rows.integer(1))});
  }
  if (!rows.ended()) {
    warnings.push_back({"foreign_key_mismatch", table.sum.name,
                        cat({"A foreign key of ", quoted_name(table.sum.name),
                             " does not fit its parent table; it is carried as it is."})});
  } else if (count > 0) {
    warnings.push_back({"orphans", table.sum.name,
                        cat({counted(count, "row", "rows"), " of ", quoted_name(table.sum.name),
                             " point to nothing in ", quoted_name(parent), first,
                             ". They are carried as they are."})});
  }
}

void warn_of_column(const TableReading& table, const ColumnReading& column,
                    std::vector<Warning>& warnings) {
  const std::string name = cat({quoted_name(table.sum.name), ".", quoted_name(column.name)});
  if (column.is_date && column.dates.form() == "mixed") {
    warnings.push_back({"dates_mixed", table.sum.name,
                        cat({"The dates of ", name,
                             " have several forms, so they do not sort or "
                             "compare. They are carried as they are."})});
  }
  if (column.broken_texts > 0) {
    warnings.push_back({"text_not_utf8", table.sum.name,
                        cat({counted(column.broken_texts, "text", "texts"), " of ", name,
                             " are not valid UTF-8. They are carried byte by byte; clients that "
                             "speak JSON cannot show them."})});
  }
}

void warn_of_table(const Connection& connection, const TableReading& table, bool has_references,
                   std::vector<Warning>& warnings) {
  if (table.without_key && table.sum.name != "sqlite_sequence") {
    warnings.push_back({"no_key", table.sum.name,
                        cat({"The table ", quoted_name(table.sum.name),
                             " has no primary key and no unique index; its hidden rowids are "
                             "kept."})});
  }
  for (const auto& column : table.columns) warn_of_column(table, column, warnings);
  if (has_references) warn_of_orphans(connection, table, warnings);
}

void warn_of_file(const PreviewHeader& header, std::vector<Warning>& warnings) {
  if (header.write_ahead_log) {
    warnings.push_back({"wal_mark", "",
                        "The file was written in WAL mode. Rows that were still in a -wal file "
                        "beside it are not part of it."});
  }
  if (header.bytes_behind) {
    warnings.push_back({"bytes_behind", "",
                        "The file goes on behind its last page; that rest is not data and is left "
                        "out."});
  }
}

std::optional<Failure> add_table(Preview& preview, const SchemaObject& object, Sums sums,
                                 Inspection& inspection) {
  if (auto virtual_table = parse_virtual_table(object.sql)) {
    inspection.virtual_tables.push_back(std::move(*virtual_table));
    return std::nullopt;
  }
  const auto definition = parse_table(object.sql);
  if (!definition) {
    return report_bug("schema_not_understood",
                      cat({"Fairway does not understand the definition of the table ",
                           quoted_name(object.name), "."}),
                      "Fairway: please report this. Nothing was changed.");
  }
  auto table = read_table(preview, object, *definition, sums);
  if (!table.ok()) return table.failure();
  inspection.rows += table->sum.rows;
  inspection.cells += table->sum.rows * static_cast<int64_t>(table->sum.columns.size());
  const bool has_references = normal_form(object.sql).find("references") != std::string::npos;
  warn_of_table(preview.state().connection, *table, has_references, inspection.warnings);
  inspection.tables.push_back(std::move(*table));
  return std::nullopt;
}

void add_other(const SchemaObject& object, Inspection& inspection) {
  if (object.type == "index") ++inspection.indexes;
  if (object.type == "view") {
    ++inspection.views;
    inspection.warnings.push_back(
        {"view_kept", object.name,
         cat({"The view ", quoted_name(object.name), " is carried as it is; it was not run."})});
  }
  if (object.type == "trigger") {
    ++inspection.triggers;
    inspection.warnings.push_back({"trigger_kept", object.name,
                                   cat({"The trigger ", quoted_name(object.name),
                                        " is carried as it is; it does not fire while data is "
                                        "carried, and fires in production."})});
  }
}

}  // namespace

Outcome<Inspection> inspect(Preview& preview, Sums sums) {
  Inspection inspection;
  inspection.size_bytes = static_cast<int64_t>(preview.bytes().size());
  warn_of_file(preview.header(), inspection.warnings);
  for (const auto& object : preview.schema()) {
    if (object.type != "table") {
      add_other(object, inspection);
      continue;
    }
    if (auto failure = add_table(preview, object, sums, inspection)) return *failure;
  }
  return inspection;
}

}  // namespace fairway

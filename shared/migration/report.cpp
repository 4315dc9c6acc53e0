#include "shared/migration/report.h"

#include <algorithm>

#include "shared/base/limits.h"
#include "shared/base/text.h"

namespace fairway {
namespace {

const TableSum* table_named(const std::vector<TableSum>& tables, std::string_view name) {
  const auto found = std::ranges::find(tables, name, &TableSum::name);
  return found == tables.end() ? nullptr : &*found;
}

// The columns of one side with nothing in them, for a table that the other side lacks.
TableSum absent(const TableSum& present) {
  TableSum sum{present.name, -1, 0, present.columns};
  for (auto& column : sum.columns) column.checksum = 0;
  return sum;
}

const SchemaObject* object_like(const std::vector<SchemaObject>& schema,
                                const SchemaObject& wanted) {
  const auto found = std::ranges::find_if(schema, [&](const SchemaObject& object) {
    return object.type == wanted.type && same_name(object.name, wanted.name);
  });
  return found == schema.end() ? nullptr : &*found;
}

std::string_view name_of_kind(SchemaFinding::Kind kind) {
  switch (kind) {
    case SchemaFinding::Kind::missing:
      return "missing";
    case SchemaFinding::Kind::changed:
      return "changed";
    case SchemaFinding::Kind::unexpected:
      return "unexpected";
  }
  return "";
}

Json table_json(const MigrationReport::Table& table) {
  Json columns = Json::array();
  for (size_t i = 0; i < table.source.columns.size(); ++i) {
    const ColumnSum& column = table.source.columns[i];
    const bool there = i < table.target.columns.size();
    columns.push_back({{"name", column.name},
                       {"type", column.type},
                       {"checksum_source", hex_of(column.checksum)},
                       {"checksum_target", hex_of(there ? table.target.columns[i].checksum : 0)}});
  }
  return {{"name", table.source.name},
          {"rows_source", table.source.rows},
          {"rows_target", table.target.rows},
          {"row_checksum_source", hex_of(table.source.row_checksum)},
          {"row_checksum_target", hex_of(table.target.row_checksum)},
          {"same", table.same()},
          {"columns", std::move(columns)}};
}

uint64_t checksum_field(Fields& fields, std::string_view name) {
  const std::string text = fields.text(name, {.size_max = 16});
  const auto word = word_of_hex(text);
  if (!word) fields.refuse(name, "must be 16 hex digits");
  return word.value_or(0);
}

MigrationReport::Table read_table(Fields& fields) {
  MigrationReport::Table table;
  table.source.name = table.target.name = fields.text("name", {.size_max = 4'096});
  table.source.rows = fields.integer("rows_source", {.min = -1});
  table.target.rows = fields.integer("rows_target", {.min = -1});
  table.source.row_checksum = checksum_field(fields, "row_checksum_source");
  table.target.row_checksum = checksum_field(fields, "row_checksum_target");
  for (Fields& item : fields.objects("columns", limits::columns_max)) {
    const std::string name = item.text("name", {.size_max = 4'096});
    const std::string type = item.text("type", {.size_max = 4'096});
    table.source.columns.push_back({name, type, checksum_field(item, "checksum_source")});
    table.target.columns.push_back({name, type, checksum_field(item, "checksum_target")});
    fields.adopt(item);
  }
  return table;
}

SchemaFinding read_finding(Fields& fields) {
  SchemaFinding finding{SchemaFinding::Kind::missing, fields.text("type"), fields.text("name")};
  const std::string kind = fields.text("kind");
  if (kind == "changed") finding.kind = SchemaFinding::Kind::changed;
  if (kind == "unexpected") finding.kind = SchemaFinding::Kind::unexpected;
  return finding;
}

}  // namespace

std::string hex_of(uint64_t word) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift);
  return hex(bytes);
}

std::optional<uint64_t> word_of_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  if (text.size() != 16 || !bytes) return std::nullopt;
  uint64_t word = 0;
  for (char byte : *bytes) word = (word << 8) | static_cast<uint8_t>(byte);
  return word;
}

void to_json(Json& json, const TableSum& table) {
  Json columns = Json::array();
  for (const auto& column : table.columns) {
    columns.push_back(
        {{"name", column.name}, {"type", column.type}, {"checksum", hex_of(column.checksum)}});
  }
  json = {{"name", table.name},
          {"rows", table.rows},
          {"row_checksum", hex_of(table.row_checksum)},
          {"columns", std::move(columns)}};
}

Outcome<std::vector<TableSum>> read_table_sums(const Json& json) {
  std::vector<TableSum> tables;
  const Json wrapped = {{"tables", json}};
  Fields fields(wrapped);
  for (Fields& item : fields.objects("tables", limits::tables_max)) {
    TableSum table;
    table.name = item.text("name", {.size_max = 4'096});
    table.rows = item.integer("rows");
    table.row_checksum = checksum_field(item, "row_checksum");
    for (Fields& column : item.objects("columns", limits::columns_max)) {
      const std::string name = column.text("name", {.size_max = 4'096});
      const std::string type = column.text("type", {.size_max = 4'096});
      table.columns.push_back({name, type, checksum_field(column, "checksum")});
      item.adopt(column);
    }
    fields.adopt(item);
    tables.push_back(std::move(table));
  }
  if (auto failure = fields.failure()) return *failure;
  return tables;
}

std::vector<SchemaFinding> compare_schemas(const std::vector<SchemaObject>& source,
                                           const std::vector<SchemaObject>& target) {
  std::vector<SchemaFinding> findings;
  for (const auto& object : source) {
    if (is_internal_name(object.name)) continue;
    const SchemaObject* there = object_like(target, object);
    if (there == nullptr) {
      findings.push_back({SchemaFinding::Kind::missing, object.type, object.name});
    } else if (normal_form(there->sql) != normal_form(object.sql)) {
      findings.push_back({SchemaFinding::Kind::changed, object.type, object.name});
    }
  }
  for (const auto& object : target) {
    if (is_internal_name(object.name) || object_like(source, object) != nullptr) continue;
    findings.push_back({SchemaFinding::Kind::unexpected, object.type, object.name});
  }
  return findings;
}

MigrationReport compare_sides(const std::vector<TableSum>& source,
                              const std::vector<TableSum>& target,
                              const std::vector<SchemaObject>& source_schema,
                              const std::vector<SchemaObject>& target_schema) {
  MigrationReport report;
  for (const TableSum& table : source) {
    const TableSum* there = table_named(target, table.name);
    report.tables.push_back({table, there != nullptr ? *there : absent(table)});
    if (table.name == "sqlite_sequence") continue;
    ++report.tables_total;
    report.rows_total += table.rows;
    report.cells_total += table.rows * static_cast<int64_t>(table.columns.size());
  }
  for (const TableSum& table : target) {
    if (table_named(source, table.name) == nullptr) report.tables.push_back({absent(table), table});
  }
  report.schema = compare_schemas(source_schema, target_schema);
  report.differences =
      std::ranges::count_if(report.tables, [](const auto& table) { return !table.same(); }) +
      static_cast<int64_t>(report.schema.size());
  return report;
}

void to_json(Json& json, const MigrationReport& report) {
  json = {{"tables", Json::array()},
          {"tables_total", report.tables_total},
          {"rows_total", report.rows_total},
          {"cells_total", report.cells_total},
          {"differences", report.differences},
          {"schema", Json::array()},
          {"snapshot_sha256", report.snapshot_sha256},
          {"content_sha256", report.content_sha256}};
  for (const auto& table : report.tables) json["tables"].push_back(table_json(table));
  for (const auto& finding : report.schema) {
    json["schema"].push_back(
        {{"kind", name_of_kind(finding.kind)}, {"type", finding.type}, {"name", finding.name}});
  }
}

Outcome<MigrationReport> read_report(const Json& json) {
  MigrationReport report;
  Fields fields(json);
  for (Fields& item : fields.objects("tables", limits::tables_max)) {
    report.tables.push_back(read_table(item));
    fields.adopt(item);
  }
  for (Fields& item : fields.objects("schema", limits::schema_objects_max)) {
    report.schema.push_back(read_finding(item));
    fields.adopt(item);
  }
  report.tables_total = fields.integer("tables_total");
  report.rows_total = fields.integer("rows_total");
  report.cells_total = fields.integer("cells_total");
  report.differences = fields.integer("differences");
  report.snapshot_sha256 = fields.text("snapshot_sha256");
  report.content_sha256 = fields.text("content_sha256");
  if (auto failure = fields.failure()) return *failure;
  return report;
}

std::string report_content(const MigrationReport& report) {
  Json json = report;
  json.erase("content_sha256");
  return to_text(json);
}

std::optional<Failure> difference_of(const MigrationReport& report) {
  if (report.differences == 0) return std::nullopt;
  std::string first;
  for (const auto& table : report.tables) {
    if (table.same()) continue;
    first = cat({"the table ", quoted_name(table.source.name), " has ",
                 counted(std::max<int64_t>(table.target.rows, 0), "row", "rows"), " there and ",
                 counted(std::max<int64_t>(table.source.rows, 0), "row", "rows"),
                 " in the preview, and their checksums differ"});
    break;
  }
  if (first.empty()) {
    const SchemaFinding& finding = report.schema.front();
    first = cat({"the ", finding.type, " ", quoted_name(finding.name), " is ",
                 name_of_kind(finding.kind), " there"});
  }
  return report_bug("data_differs", cat({"What arrived is not equal to the preview: ", first, "."}),
                    "Fairway: what arrived is removed again; nothing of the preview was changed. "
                    "Try again, and report this if it happens twice.");
}

}  // namespace fairway

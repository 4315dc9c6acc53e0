// The migration report: both sides of every table, so that any program can check what was carried.
// Pure. The JSON has the shape of GET /api/deployments/<id>/report.
#pragma once

#include <string>
#include <vector>

#include "shared/migration/checksum.h"
#include "shared/migration/schema.h"

namespace fairway {

// 16 lower-case hex digits, as checksums are written.
std::string hex_of(uint64_t word);
std::optional<uint64_t> word_of_hex(std::string_view text);

// A table as manifests have it:
// {"name","rows","row_checksum","columns":[{"name","type","checksum"}]}.
void to_json(Json& json, const TableSum& table);
// An array of them that somebody sent; fix_input `invalid_field`.
Outcome<std::vector<TableSum>> read_table_sums(const Json& json);

struct SchemaFinding {
  enum class Kind { missing, changed, unexpected };
  Kind kind = Kind::missing;
  std::string type;
  std::string name;

  bool operator==(const SchemaFinding&) const = default;
};

struct MigrationReport {
  struct Table {
    TableSum source;
    TableSum target;
    bool same() const { return source == target; }
    bool operator==(const Table&) const = default;
  };
  std::vector<Table> tables;
  std::vector<SchemaFinding> schema;
  // Of the source. SQLite's own sqlite_sequence is compared like all, but not counted: people know
  // what they made.
  int64_t tables_total = 0;
  int64_t rows_total = 0;
  int64_t cells_total = 0;
  int64_t differences = 0;      // tables that are not the same, and schema findings
  std::string snapshot_sha256;  // of the preview's file
  std::string content_sha256;   // of report_content()

  bool operator==(const MigrationReport&) const = default;
};

// Pairs the tables of both sides by name; a table that one side lacks counts as empty and
// different.
MigrationReport compare_sides(const std::vector<TableSum>& source,
                              const std::vector<TableSum>& target,
                              const std::vector<SchemaObject>& source_schema,
                              const std::vector<SchemaObject>& target_schema);

// Objects that are not on both sides with the same meaning; internal names are left out.
std::vector<SchemaFinding> compare_schemas(const std::vector<SchemaObject>& source,
                                           const std::vector<SchemaObject>& target);

void to_json(Json& json, const MigrationReport& report);
Outcome<MigrationReport> read_report(const Json& json);

// The bytes whose SHA-256 is content_sha256: the report's JSON without that member, compact,
// members in the order of their names. The caller hashes them through the Crypto port.
std::string report_content(const MigrationReport& report);

// What to say when the report is not clean: report_bug `data_differs`, naming the first difference.
std::optional<Failure> difference_of(const MigrationReport& report);

}  // namespace fairway

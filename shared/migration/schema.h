// The schema of a SQLite database as text: rows of sqlite_schema, taken apart far enough to know a
// table's columns and key, and to say what must happen so that one schema becomes another.
//
// Not a SQL parser: it reads definitions that SQLite itself has accepted and stored. Anything else
// gives "nothing", never a guess. Pure, linked at the edge too. Cost: linear in the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json.h"
#include "shared/sql/tokens.h"

namespace fairway {

// A row of sqlite_schema that has a definition (indexes made by constraints have none).
struct SchemaObject {
  std::string type;  // table, index, view, trigger
  std::string name;
  std::string table;
  std::string sql;

  bool operator==(const SchemaObject&) const = default;
};

void to_json(Json& json, const SchemaObject& object);
// What somebody sent, as an array of {"type","name","table","sql"}.
Outcome<std::vector<SchemaObject>> read_schema(const Json& json);

// True when type, name and table of the row are those that its definition names. SQLite always
// writes them so; a damaged or forged schema may not.
bool agrees_with_itself(const SchemaObject& object);

// Names that are not the app's: SQLite's own, the provider's, and our markers.
bool is_internal_name(std::string_view name);

// Equal for two texts that SQLite reads the same way: names without case and quotes, no comments.
std::string normal_form(const std::vector<SqlToken>& tokens, size_t begin, size_t end);
std::string normal_form(std::string_view sql);

enum class Generated { no, stored, computed };  // computed: GENERATED ALWAYS AS (...) VIRTUAL

struct ColumnDefinition {
  std::string name;
  std::string type;         // "" when none is declared
  std::string constraints;  // normal form of what follows the type
  std::string text;         // the whole definition as written
  Generated generated = Generated::no;
  // What ALTER TABLE ADD COLUMN has to know:
  enum class Default { none, null, constant, computed };
  Default otherwise = Default::none;
  // Set when the definition says NOT NULL, PRIMARY KEY, UNIQUE, REFERENCES.
  bool not_null = false;
  bool primary_key = false;
  bool unique = false;
  bool references = false;
};

struct TableDefinition {
  std::string name;
  std::vector<ColumnDefinition> columns;
  std::vector<std::string> constraints;  // normal forms of the table's own constraints, sorted
  std::vector<std::string> primary_key;  // names of its columns, in order; empty when there is none
  bool without_rowid = false;
  bool strict = false;
  bool collated = false;  // COLLATE stands somewhere in it
};

// CREATE TABLE; nothing when the text is something else.
std::optional<TableDefinition> parse_table(std::string_view sql);

struct VirtualTable {
  std::string name;
  std::string module;  // lower case
  std::vector<std::string> arguments;
};

// CREATE VIRTUAL TABLE; nothing when the text is something else.
std::optional<VirtualTable> parse_virtual_table(std::string_view sql);

// The collations that the text names, lower case, without the three that every SQLite has.
std::vector<std::string> foreign_collations(std::string_view sql);

// How the rows of a table are told apart and read page by page.
struct RowKey {
  enum class Kind {
    rowid,        // by the hidden integer, under a name that no column hides
    primary_key,  // WITHOUT ROWID
    position,     // all three names of the rowid are columns: only by counting
  };
  Kind kind = Kind::rowid;
  std::string rowid_name;
  std::vector<std::string> columns;
  bool collated = false;
};
RowKey row_key_of(const TableDefinition& table);

}  // namespace fairway

// What stands in a schema of PostgreSQL, in the server's own words: its catalog writes every
// definition in one normal form, so two schemas are compared by these texts, and what one has the
// other gets by running them. Pure: here are the questions and how their answers are read.
//
// The texts name other things without their schema as long as the schema that is read stands first
// in search_path. What extensions made is left out, and so are sequences, types, rights and
// comments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/outcome.h"

namespace fairway::postgres {

struct CatalogColumn {
  std::string name;
  std::string type;       // "timestamp(3) with time zone"
  std::string collation;  // quoted, where it is not the type's own: "\"C\""
  bool is_not_null = false;
  std::string default_sql;    // "" for none
  std::string identity;       // "", "BY DEFAULT", "ALWAYS"
  std::string sequence;       // the identity's, without its schema
  std::string generated_sql;  // "" when it is not computed

  bool operator==(const CatalogColumn&) const = default;
};

struct CatalogTable {
  std::string name;
  std::vector<CatalogColumn> columns;

  const CatalogColumn* find(std::string_view column) const;
};

enum class CatalogKind { primary_key, unique, check, exclusion, foreign_key, index, view, trigger };
std::string_view name_of(CatalogKind kind);  // "primary key", for people

struct CatalogObject {
  CatalogKind kind = CatalogKind::index;
  std::string table;  // that it stands at; "" for views
  std::string name;
  std::string definition;  // constraints: what stands behind their name; others: the statement
  std::string parent;      // of a foreign key
  // Of a trigger: the function that it alone calls.
  std::string function;
  std::string function_sql;

  bool is_constraint() const { return kind <= CatalogKind::foreign_key; }
  bool operator==(const CatalogObject&) const = default;
};

struct Catalog {
  std::vector<CatalogTable> tables;
  std::vector<CatalogObject> objects;  // in the order in which they were made

  const CatalogTable* find(std::string_view table) const;
};

std::string catalog_columns_query(std::string_view schema);
std::string catalog_objects_query(std::string_view schema);
// Their answers; report_bug `target_answer` when they are something else.
Outcome<Catalog> read_catalog(const std::vector<std::vector<std::string>>& columns,
                              const std::vector<std::vector<std::string>>& objects);

}  // namespace fairway::postgres

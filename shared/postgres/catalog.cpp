#include "shared/postgres/catalog.h"

#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/sql/tokens.h"

namespace fairway::postgres {
namespace {

using Row = std::vector<std::string>;

constexpr size_t column_fields = 9;
constexpr size_t object_fields = 7;

constexpr std::array<std::string_view, 8> kind_names = {"primary key", "unique constraint",
                                                        "check",       "exclusion constraint",
                                                        "foreign key", "index",
                                                        "view",        "trigger"};
constexpr std::string_view kind_letters = "pucxfivt";

// Not what an extension made.
std::string own(std::string_view catalog, std::string_view alias) {
  return cat({"NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.",
              catalog, "'::pg_catalog.regclass AND d.objid = ", alias,
              ".oid AND d.deptype = 'e')"});
}

std::string schema_oid(std::string_view schema) {
  return cat({"(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = ",
              quoted_text(schema), ")"});
}

std::string constraints_query(std::string_view here) {
  return cat(
      {"SELECT c.oid, c.contype::text AS kind, t.relname, c.conname, "
       "pg_catalog.pg_get_constraintdef(c.oid), coalesce(p.relname, ''), '', '' "
       "FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class t ON t.oid = c.conrelid "
       "LEFT JOIN pg_catalog.pg_class p ON p.oid = c.confrelid "
       "WHERE t.relnamespace = ",
       here, " AND c.contype IN ('p', 'u', 'c', 'x', 'f') AND c.conparentid = 0 AND ",
       own("pg_class", "t")});
}

std::string indexes_query(std::string_view here) {
  return cat(
      {"SELECT i.oid, 'i', t.relname, i.relname, pg_catalog.pg_get_indexdef(i.oid, 0, true),"
       " '', '', '' FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i "
       "ON i.oid = x.indexrelid JOIN pg_catalog.pg_class t ON t.oid = x.indrelid "
       "WHERE t.relnamespace = ",
       here,
       " AND t.relkind IN ('r', 'p') AND NOT i.relispartition AND NOT EXISTS (SELECT FROM "
       "pg_catalog.pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u', "
       "'x')) AND ",
       own("pg_class", "t")});
}

std::string views_query(std::string_view here) {
  return cat(
      {"SELECT v.oid, 'v', '', v.relname, pg_catalog.concat('CREATE VIEW ', "
       "pg_catalog.quote_ident(v.relname), ' AS', chr(10), "
       "pg_catalog.rtrim(pg_catalog.pg_get_viewdef(v.oid), ';')), '', '', '' "
       "FROM pg_catalog.pg_class v WHERE v.relkind = 'v' AND v.relnamespace = ",
       here, " AND ", own("pg_class", "v")});
}

// A function that looks for names where it was made does so in the other schema too.
std::string triggers_query(std::string_view here) {
  return cat(
      {"SELECT g.oid, 't', t.relname, g.tgname, pg_catalog.pg_get_triggerdef(g.oid, true), '', "
       "CASE WHEN ours THEN p.proname ELSE '' END, CASE WHEN ours THEN pg_catalog.concat("
       "'CREATE FUNCTION ', pg_catalog.quote_ident(p.proname), '() RETURNS trigger "
       "LANGUAGE plpgsql', CASE WHEN pg_catalog.array_to_string(p.proconfig, ',') LIKE "
       "'%search_path=%' THEN ' SET search_path FROM CURRENT' ELSE '' END, ' AS ', "
       "pg_catalog.quote_literal(p.prosrc)) ELSE '' END "
       "FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class t ON t.oid = g.tgrelid "
       "JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid JOIN pg_catalog.pg_language l "
       "ON l.oid = p.prolang, LATERAL (SELECT p.pronamespace = t.relnamespace AND "
       "l.lanname = 'plpgsql' AND (SELECT count(*) FROM pg_catalog.pg_trigger o WHERE "
       "o.tgfoid = p.oid) = 1 AS ours) q WHERE NOT g.tgisinternal AND t.relnamespace = ",
       here, " AND ", own("pg_class", "t")});
}

Failure strange() {
  return report_bug("target_answer", "The catalog came back in a form that nobody asked for.");
}

}  // namespace

std::string_view name_of(CatalogKind kind) { return kind_names[static_cast<size_t>(kind)]; }

const CatalogColumn* CatalogTable::find(std::string_view column) const {
  const auto found = std::ranges::find(columns, column, &CatalogColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

const CatalogTable* Catalog::find(std::string_view table) const {
  const auto found = std::ranges::find(tables, table, &CatalogTable::name);
  return found == tables.end() ? nullptr : &*found;
}

std::string catalog_columns_query(std::string_view schema) {
  return cat(
      {"SELECT t.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN "
       "a.attcollation NOT IN (0, y.typcollation) THEN pg_catalog.quote_ident(o.collname) ELSE '' "
       "END, CASE WHEN a.attnotnull THEN '1' ELSE '' END, CASE a.attidentity WHEN 'd' THEN "
       "'BY DEFAULT' WHEN 'a' THEN 'ALWAYS' ELSE '' END, CASE WHEN a.attidentity <> '' THEN "
       "(SELECT s.relname FROM pg_catalog.pg_class s WHERE s.oid = "
       "pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, t.relname), "
       "a.attname)::pg_catalog.regclass) ELSE '' END, a.attgenerated::text, "
       "coalesce(pg_catalog.pg_get_expr(e.adbin, e.adrelid), '') "
       "FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace "
       "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT "
       "a.attisdropped LEFT JOIN pg_catalog.pg_type y ON y.oid = a.atttypid "
       "LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation "
       "LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = t.oid AND e.adnum = a.attnum "
       "WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND n.nspname = ",
       quoted_text(schema), " AND ", own("pg_class", "t"), " ORDER BY t.oid, a.attnum"});
}

std::string catalog_objects_query(std::string_view schema) {
  const std::string here = schema_oid(schema);
  return cat(
      {"SELECT kind, relname, conname, pg_get_constraintdef, parent, function, function_sql "
       "FROM (",
       constraints_query(here), " UNION ALL ", indexes_query(here), " UNION ALL ",
       views_query(here), " UNION ALL ", triggers_query(here),
       ") AS found (oid, kind, relname, conname, pg_get_constraintdef, parent, function, "
       "function_sql) ORDER BY oid"});
}

Outcome<Catalog> read_catalog(const std::vector<Row>& columns, const std::vector<Row>& objects) {
  Catalog catalog;
  for (const Row& row : columns) {
    if (row.size() != column_fields) return strange();
    if (catalog.tables.empty() || catalog.tables.back().name != row[0]) {
      catalog.tables.push_back({row[0], {}});
    }
    if (row[1].empty()) continue;  // a table without columns
    CatalogColumn column{row[1], row[2], row[3], !row[4].empty(), "", row[5], row[6], ""};
    (row[7].empty() ? column.default_sql : column.generated_sql) = row[8];
    catalog.tables.back().columns.push_back(std::move(column));
  }
  for (const Row& row : objects) {
    const size_t kind = row.size() == object_fields && row[0].size() == 1
                            ? kind_letters.find(row[0])
                            : std::string_view::npos;
    if (kind == std::string_view::npos) return strange();
    catalog.objects.push_back(
        {static_cast<CatalogKind>(kind), row[1], row[2], row[3], row[4], row[5], row[6]});
  }
  return catalog;
}

}  // namespace fairway::postgres

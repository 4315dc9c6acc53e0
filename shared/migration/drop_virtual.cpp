#include <algorithm>

#include "shared/base/text.h"
#include "shared/migration/rebuild.h"

namespace fairway {

std::vector<std::string> shadow_tables_of(const std::vector<SchemaObject>& schema,
                                          std::string_view virtual_table) {
  std::vector<std::string> names;
  for (const std::string_view ending : shadow_endings) {
    const std::string wanted = cat({virtual_table, ending});
    const auto found = std::ranges::find_if(schema, [&](const SchemaObject& object) {
      return object.type == "table" && same_name(object.name, wanted);
    });
    if (found != schema.end()) names.push_back(found->name);
  }
  return names;
}

TableRebuild drop_virtual_table(const TableOnBothSides& table) {
  TableRebuild made;
  made.restore_tables.push_back(table.there.sql);
  for (const auto& name : shadow_tables_of(table.production, table.there.name)) {
    // Each of them has its number or key among its columns.
    const std::string kept = cat({table.kept, name.substr(table.there.name.size())});
    made.kept_tables.push_back(kept);
    made.statements.push_back(
        cat({"CREATE TABLE ", quoted_name(kept), " AS SELECT * FROM ", quoted_name(name)}));
    made.restore_tables.push_back(cat({"DELETE FROM ", quoted_name(name)}));
    made.restore_tables.push_back(
        cat({"INSERT INTO ", quoted_name(name), " SELECT * FROM ", quoted_name(kept)}));
    made.drop_kept.push_back(drop_kept_sql(kept));
  }
  made.statements.push_back(cat({"DROP TABLE ", quoted_name(table.there.name)}));
  return made;
}

}  // namespace fairway

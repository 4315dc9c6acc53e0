#include "web/state/preview.h"

#include "shared/base/text.h"
#include "shared/migration/difference.h"

namespace fairway {

std::string redeployment_words(const LocalPreview& preview,
                               const std::vector<std::string>& production_tables) {
  constexpr std::string_view stay = "Rows in production stay as they are.";
  const auto added = new_tables_of(preview.schema, production_tables);
  if (added.empty()) return cat({"No table is new. ", stay});
  int64_t rows = 0;
  for (const std::string& name : added) {
    for (const LocalTable& table : preview.tables) {
      if (table.name == name) rows += table.rows;
    }
  }
  const auto count = static_cast<int64_t>(added.size());
  return cat({counted(count, "new table", "new tables"), " with ", counted(rows, "row", "rows"),
              count == 1 ? " is added. " : " are added. ", stay});
}

}  // namespace fairway

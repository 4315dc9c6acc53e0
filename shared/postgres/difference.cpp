#include "shared/postgres/difference.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/compare_catalogs.h"
#include "shared/sql/tokens.h"

namespace fairway::postgres {
namespace {

constexpr size_t shown_max = 20;

}  // namespace

void to_json(Json& json, const SchemaChange& change) {
  json = {{"kind", change.kind},     {"table", change.table},
          {"column", change.column}, {"object", change.object},
          {"rows", change.rows},     {"destructive", change.is_destructive},
          {"words", change.words},   {"sql", change.sql}};
}

bool CatalogDifference::is_destructive() const {
  return std::ranges::any_of(changes, &SchemaChange::is_destructive);
}

CatalogDifference catalog_difference(const Catalog& production, const Catalog& preview,
                                     const CountRows& count_rows) {
  CatalogComparison comparison(production, preview, count_rows);
  compare_tables(comparison);
  compare_objects(comparison);
  return comparison.finish();
}

Failure waiting_failure(const std::vector<SchemaChange>& changes) {
  std::vector<std::string> words;
  int64_t count = 0;
  for (const SchemaChange& change : changes) {
    if (!change.is_destructive) continue;
    ++count;
    if (words.size() < shown_max) words.push_back(change.words);
  }
  const int64_t more = count - static_cast<int64_t>(words.size());
  if (more > 0) words.push_back(cat({"And ", decimal(more), " more."}));
  return fix_input("schema_change_refused",
                   cat({counted(count, "change", "changes"),
                        " would lose something in production. ", join(words, " ")}),
                   "You: run it again with --yes to have them made, or change the preview. Nothing "
                   "was changed.");
}

}  // namespace fairway::postgres

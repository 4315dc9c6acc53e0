// A view, executed on both sides and compared: SQLite's answer here, PostgreSQL's there, as counts
// and sums that do not depend on the order of rows.
//
// Values of views have no declared type, so each is compared in the form of PostgreSQL's column:
// numbers as numbers (to 12 digits, because sums of doubles depend on their order), truth values
// as 0 and 1, instants as instants, everything else as text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/migration/preview.h"
#include "shared/postgres/hash_text.h"
#include "shared/postgres/plan.h"

namespace fairway::postgres {

struct ViewSum {
  int64_t rows = 0;
  HashSum sum;

  bool operator==(const ViewSum&) const = default;
};

// Adds a row that PostgreSQL answered as text; `types` are the OIDs of its columns.
void add_view_row(ViewSum& sum, std::span<const unsigned> types,
                  std::span<const std::optional<std::string>> cells);

// Executes the view in SQLite. Fails as reading the preview does; a view that does not run here, or
// has another number of columns, is report_bug `view_not_comparable`.
Outcome<ViewSum> sum_view(Preview& preview, const ViewPlan& view, std::span<const unsigned> types);

}  // namespace fairway::postgres

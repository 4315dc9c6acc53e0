// A whole migration as one SQL text: settings, `before`, the rows, `after`, and a proof of every
// table, in one transaction. Loading it twice fails at the first table that is there; a load that
// breaks off leaves nothing.
//
// With RowForm::copy it is for psql; with RowForm::insert for anything that runs SQL, and larger.
// Memory: the buffer of OutBuffer; the same input gives the same bytes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shared/postgres/plan.h"
#include "shared/postgres/write_rows.h"

namespace fairway::postgres {

struct ScriptOptions {
  RowForm form = RowForm::copy;
  std::string schema;  // made when it is missing; "": where search_path points
};

// Told now and then how far the rows of a table are; an answer stops with it.
using Progress = std::function<std::optional<Failure>(const TablePlan& table, int64_t rows)>;

// The tables as written, in the plan's order.
Outcome<std::vector<WrittenTable>> write_script(Preview& preview, const Plan& plan,
                                                const ScriptOptions& options, const Write& write,
                                                const Progress& progress);

// The statements that choose the schema, "" when none is named.
std::string schema_settings(std::string_view schema);

}  // namespace fairway::postgres

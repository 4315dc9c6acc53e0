#include "tests/unit/plan_support.h"

#include "shared/base/text.h"
#include "tests/unit/migration_support.h"

namespace fairway::test {

DatabaseProfile profile_of(std::string_view sql) {
  PreviewLimits limits;
  limits.tables_min = 0;
  limits.foreign_parts = ForeignParts::leave_out;
  auto preview = open_preview(image_of(sql), limits);
  FAIRWAY_ASSERT(preview.ok());
  auto profile = profile_preview(*preview);
  FAIRWAY_ASSERT(profile.ok());
  return std::move(*profile);
}

postgres::Plan plan_of(std::string_view sql, const std::vector<postgres::Choice>& choices) {
  auto plan = postgres::make_plan(profile_of(sql), choices);
  FAIRWAY_ASSERT(plan.ok());
  return std::move(*plan);
}

std::string types_of(const postgres::Plan& plan, std::string_view table) {
  std::vector<std::string> types;
  for (const auto& one : plan.tables) {
    if (one.name != table) continue;
    for (const auto& column : one.columns) types.push_back(column.target_type);
  }
  return join(types, ", ");
}

std::string ddl_of(const postgres::Plan& plan) {
  std::string text;
  for (const auto* list : {&plan.before, &plan.after}) {
    for (const auto& ddl : *list) text += cat({ddl.sql, "\n"});
  }
  return text;
}

std::string decisions_of(const postgres::Plan& plan, std::string_view kind) {
  std::vector<std::string> lines;
  for (const auto& one : plan.decisions) {
    if (one.kind != kind) continue;
    std::string line =
        cat({postgres::name_of(one.outcome), " ", one.kind, " ", one.table, ".", one.column,
             one.object.empty() ? "" : " ", one.object, " n=", decimal(one.count)});
    for (const auto& example : one.examples) line += cat({" [", example, "]"});
    lines.push_back(std::move(line));
  }
  return join(lines, "\n");
}

}  // namespace fairway::test

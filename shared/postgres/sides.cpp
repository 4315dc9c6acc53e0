#include "shared/postgres/sides.h"

#include <algorithm>

#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

Json renames_json(const Plan& plan) {
  Json tables = Json::object();
  Json columns = Json::object();
  for (const TablePlan& table : plan.tables) {
    if (table.name != table.target_name) tables[table.name] = table.target_name;
    for (const ColumnPlan& column : table.columns) {
      if (column.name != column.target_name) columns[table.name][column.name] = column.target_name;
    }
  }
  for (const ViewPlan& view : plan.views) {
    if (view.name != view.target_name) tables[view.name] = view.target_name;
  }
  return {{"tables", tables}, {"columns", columns}};
}

Json sum_or_null(const Checksums* sums, bool is_computed, size_t place) {
  if (sums == nullptr) return nullptr;
  const auto& list = is_computed ? sums->computed : sums->columns;
  return place < list.size() ? Json(list[place]) : Json();
}

Json table_json(const TablePlan& table, const Checksums& source, const Checksums* target) {
  Json columns = Json::array();
  size_t loaded = 0;
  size_t computed = 0;
  for (const ColumnPlan& column : table.columns) {
    Json json = {
        {"name", column.name}, {"target_name", column.target_name}, {"type", column.target_type}};
    if (column.is_generated) json["generated"] = true;
    const size_t place = column.is_generated ? computed++ : loaded++;
    json["checksum_source"] = sum_or_null(&source, column.is_generated, place);
    json["checksum_target"] = sum_or_null(target, column.is_generated, place);
    columns.push_back(std::move(json));
  }
  const bool there = target != nullptr;
  return {{"name", table.name},
          {"target_name", table.target_name},
          {"rows_source", source.rows},
          {"rows_target", there ? Json(target->rows) : Json()},
          {"row_checksum_source", source.row_checksum},
          {"row_checksum_target", there ? Json(target->row_checksum) : Json()},
          {"columns", columns}};
}

Decision decision_of(const SchemaChange& change) {
  Decision decision;
  decision.outcome = change.is_destructive ? Treatment::ask : Treatment::derive;
  decision.table = change.table;
  decision.column = change.column;
  decision.object = change.object;
  decision.kind = change.kind;
  decision.why = change.words;
  decision.count = change.rows;
  if (change.is_destructive) decision.choices = {"yes"};
  if (change.is_destructive) decision.choice = "yes";
  return decision;
}

Json view_json(const ViewSides& view) {
  return {{"name", view.name},
          {"rows_source", view.rows_source},
          {"rows_target", view.rows_target},
          {"checksum_source", view.checksum_source},
          {"checksum_target", view.checksum_target},
          {"same", view.same()}};
}

}  // namespace

int64_t differences_of(const Sides& sides) {
  int64_t differences = 0;
  for (size_t i = 0; i < sides.target.size(); ++i) {
    if (sides.target[i] != sides.source[i].checksums) ++differences;
  }
  return differences + std::ranges::count_if(sides.views, [](const auto& v) { return !v.same(); });
}

std::vector<Choice> doubted_columns(const TablePlan& table, std::string_view why) {
  std::vector<Choice> choices;
  for (const ColumnPlan& column : table.columns) {
    if (!column.is_generated) continue;
    choices.push_back({table.name, column.name, "", "generated", "materialize", std::string(why)});
  }
  return choices;
}

std::vector<Choice> differing_columns(const Sides& sides) {
  std::vector<Choice> choices;
  for (size_t i = 0; i < sides.target.size(); ++i) {
    const TablePlan& table = sides.plan->tables[i];
    const auto all = doubted_columns(table, "PostgreSQL computes other values by its expression.");
    const auto& source = sides.source[i].checksums.computed;
    const auto& target = sides.target[i].computed;
    for (size_t j = 0; j < all.size() && j < source.size() && j < target.size(); ++j) {
      if (source[j] != target[j]) choices.push_back(all[j]);
    }
  }
  return choices;
}

Failure difference_failure(const Sides& sides) {
  std::string first = "the sums of a view differ";
  for (size_t i = 0; i < sides.target.size(); ++i) {
    const Checksums& source = sides.source[i].checksums;
    if (sides.target[i] == source) continue;
    first = cat({"the table ", quoted_name(sides.plan->tables[i].name), " has ",
                 counted(source.rows, "row", "rows"), " here and ",
                 counted(std::max<int64_t>(sides.target[i].rows, 0), "row", "rows"), " there"});
    if (source.rows == sides.target[i].rows) first += ", whose cells differ";
    break;
  }
  return report_bug("data_differs", cat({"The two sides are not equal: ", first, "."}));
}

Json report_json(const Sides& sides) {
  const Plan& plan = *sides.plan;
  Json declared = Json::array();
  Json tables = Json::array();
  for (size_t i = 0; i < sides.source.size(); ++i) {
    for (const DeclaredCell& cell : sides.source[i].declared) {
      declared.push_back(
          {{"table", cell.table}, {"column", cell.column}, {"rowid", cell.row}, {"why", cell.why}});
    }
    tables.push_back(table_json(plan.tables[i], sides.source[i].checksums,
                                i < sides.target.size() ? &sides.target[i] : nullptr));
  }
  Json decisions = Json::array();
  for (const Decision& decision : plan.decisions) decisions.push_back(decision);
  for (const Decision& decision : sides.refused) decisions.push_back(decision);
  for (const Decision& decision : sides.kept) decisions.push_back(decision);
  for (const SchemaChange& change : sides.changes) decisions.push_back(decision_of(change));
  Json views = Json::array();
  for (const ViewSides& view : sides.views) views.push_back(view_json(view));
  return {{"target", "postgres"},
          {"already_there", sides.target_exists == 1},
          {"redeployment", sides.is_redeployment},
          {"changes", sides.changes},
          {"kept_schema", sides.kept_schema.empty() ? Json() : Json(sides.kept_schema)},
          {"dropped_schemas", sides.dropped_schemas},
          {"differences", differences_of(sides)},
          {"renames", renames_json(plan)},
          {"declared", declared},
          {"decisions", decisions},
          {"tables", tables},
          {"views", views},
          {"snapshot_sha256", sides.snapshot_sha256}};
}

}  // namespace fairway::postgres

#include <array>

#include "shared/postgres/plan.h"

namespace fairway::postgres {
namespace {

constexpr size_t columns_max = 2'000;
constexpr size_t decisions_max = 200'000;

Json json_of(const ColumnPlan& column) {
  return {{"name", column.name},
          {"target_name", column.target_name},
          {"declared_type", column.declared_type},
          {"type", column.target_type},
          {"conversion", name_of(column.conversion)},
          {"choice", column.choice},
          {"choices", column.choices},
          {"generated", column.is_generated},
          {"cells",
           {{"null", column.cells.nulls},
            {"integer", column.cells.integers},
            {"real", column.cells.reals},
            {"text", column.cells.texts},
            {"blob", column.cells.blobs}}}};
}

Json json_of(const TablePlan& table) {
  Json columns = Json::array();
  for (const auto& column : table.columns) columns.push_back(json_of(column));
  return {{"name", table.name},
          {"target_name", table.target_name},
          {"rows", table.rows},
          {"columns", std::move(columns)}};
}

Json json_of(const ViewPlan& view) {
  return {{"name", view.name},
          {"target_name", view.target_name},
          {"sqlite_sql", view.sqlite_sql},
          {"postgres_sql", view.postgres_sql}};
}

Json json_of(const DateDecision& date) {
  return {
      {"table", date.table}, {"column", date.column}, {"form", date.form}, {"choice", date.choice}};
}

template <typename T>
Json array_of(const std::vector<T>& items) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(json_of(item));
  return json;
}

Json statements_of(const std::vector<Ddl>& list) {
  Json json = Json::array();
  for (const auto& one : list) json.push_back(one.sql);
  return json;
}

void read_columns(Fields& table, std::vector<Choice>& choices) {
  const std::string name = table.text("name");
  for (auto& column : table.objects("columns", columns_max)) {
    Choice choice{name, column.text("name"), "", "", column.text_or("choice", "")};
    if (!choice.choice.empty()) choices.push_back(std::move(choice));
    table.adopt(column);
  }
}

}  // namespace

std::string_view name_of(Treatment treatment) {
  constexpr std::array<std::string_view, 6> names = {"EXACT",  "MAP",    "ASK",
                                                     "REFUSE", "REPORT", "DERIVE"};
  return names[static_cast<size_t>(treatment)];
}

std::string_view name_of(Conversion conversion) {
  constexpr std::array<std::string_view, 17> names = {"bigint",
                                                      "real",
                                                      "numeric",
                                                      "text",
                                                      "bytes",
                                                      "boolean",
                                                      "timestamp_text",
                                                      "timestamp_milliseconds",
                                                      "timestamp_seconds",
                                                      "timestamp_julian",
                                                      "date_text",
                                                      "time_text",
                                                      "json",
                                                      "jsonb_blob",
                                                      "uuid",
                                                      "jsonb",
                                                      "tagged"};
  return names[static_cast<size_t>(conversion)];
}

void to_json(Json& json, const Decision& decision) {
  json = {{"outcome", name_of(decision.outcome)},
          {"table", decision.table},
          {"column", decision.column},
          {"object", decision.object},
          {"kind", decision.kind},
          {"why", decision.why},
          {"count", decision.count},
          {"examples", decision.examples},
          {"choices", decision.choices},
          {"choice", decision.choice}};
}

void to_json(Json& json, const Plan& plan) {
  json = {{"target", "postgres"},
          {"tables", array_of(plan.tables)},
          {"views", array_of(plan.views)},
          {"decisions", plan.decisions},
          {"dates", array_of(plan.dates)},
          {"before", statements_of(plan.before)},
          {"after", statements_of(plan.after)}};
  if (plan.refusal) json["refusal"] = *plan.refusal;
}

Outcome<std::vector<Choice>> read_choices(const Json& json) {
  Fields fields(json);
  std::vector<Choice> choices;
  if (const std::string target = fields.text_or("target", "postgres"); target != "postgres") {
    return fix_input("invalid_plan", "The plan is for another target: " + target + ".",
                     "You: take a plan that was written for PostgreSQL.");
  }
  if (!fields.any("tables").is_null()) {
    for (auto& table : fields.objects("tables", columns_max)) {
      read_columns(table, choices);
      fields.adopt(table);
    }
  }
  if (!fields.any("decisions").is_null()) {
    for (auto& decision : fields.objects("decisions", decisions_max)) {
      Choice choice{decision.text_or("table", ""), decision.text_or("column", ""),
                    decision.text_or("object", ""), decision.text("kind"),
                    decision.text_or("choice", "")};
      if (!choice.choice.empty()) choices.push_back(std::move(choice));
      fields.adopt(decision);
    }
  }
  if (auto failure = fields.failure()) {
    return fix_input("invalid_plan", failure->message, failure->hint);
  }
  return choices;
}

}  // namespace fairway::postgres

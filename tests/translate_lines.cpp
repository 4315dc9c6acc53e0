// Translates what stands on its standard input, for tests that compare both databases: JSON
// {"tables": [...], "lines": [{"kind", "text"}]} in, JSON [{"sql"} or {"no"}] out.
#include <array>
#include <cstdio>

#include "shared/base/json.h"
#include "shared/postgres/translate.h"

using namespace fairway;
using namespace fairway::postgres;

namespace {

constexpr std::array classes = std::to_array<std::string_view>(
    {"bigint", "real", "numeric", "text", "bytes", "boolean", "timestamp_text",
     "timestamp_milliseconds", "timestamp_seconds", "timestamp_julian", "date_text", "time_text",
     "json", "jsonb_blob", "uuid", "mixed"});

ColumnName read_column(const Json& json) {
  ColumnName column;
  column.name = json["name"].get<std::string>();
  column.target_name = json.value("target", column.name);
  column.declared_type = json["type"].get<std::string>();
  column.collation = json.value("collation", "");
  column.text_form = json.value("form", "");
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] == json["holds"].get<std::string>()) column.holds = static_cast<ValueClass>(i);
  }
  return column;
}

Names read_names(const Json& json) {
  Names names;
  for (const Json& one : json["tables"]) {
    TableName table;
    table.name = one["name"].get<std::string>();
    table.target_name = one.value("target", table.name);
    table.rowid_column = one.value("rowid", "");
    for (const Json& column : one["columns"]) table.columns.push_back(read_column(column));
    names.tables.push_back(std::move(table));
  }
  return names;
}

Json shown(const Outcome<std::string>& made) {
  if (!made.ok()) return Json{{"no", made.failure().message}};
  return Json{{"sql", *made}};
}

Json translated(const Json& line, Names& names) {
  const std::string kind = line["kind"].get<std::string>();
  const std::string text = line["text"].get<std::string>();
  if (kind == "trigger") {
    const auto trigger = sql::parse_create_trigger(text);
    if (!trigger.ok()) return shown(trigger.failure());
    const auto made = translate_trigger(*trigger, names, line["function"].get<std::string>());
    if (!made.ok()) return shown(made.failure());
    return Json{{"sql", made->create_function + ";\n" + made->create_trigger}};
  }
  if (kind == "select") {
    const auto select = sql::parse_select(text);
    if (!select.ok()) return shown(select.failure());
    sql::CreateView view;
    view.name = line.value("view", "v");
    view.select = *select;
    auto made = translate_view(view, names);
    if (!made.ok()) return shown(made.failure());
    if (line.contains("view")) names.tables.push_back(made->as_table);
    return Json{{"sql", made->select}, {"ordered", made->ordered}};
  }
  const auto expression = sql::parse_expression(text);
  if (!expression.ok()) return shown(expression.failure());
  if (kind == "condition") return shown(translate_condition(*expression, names.tables[0]));
  if (kind == "default") return shown(translate_default(*expression, read_column(line["column"])));
  if (kind == "generated") {
    return shown(translate_generated(*expression, names.tables[0], read_column(line["column"])));
  }
  return shown(report_bug("unknown_kind", kind));
}

}  // namespace

int main() {
  std::string text;
  std::array<char, 65536> buffer;
  for (size_t size = 1; size > 0;) {
    size = std::fread(buffer.data(), 1, buffer.size(), stdin);
    text.append(buffer.data(), size);
  }
  const Json json = Json::parse(text, nullptr, false);
  FAIRWAY_ASSERT(!json.is_discarded());
  Names names = read_names(json);
  Json answers = Json::array();
  for (const Json& line : json["lines"]) answers.push_back(translated(line, names));
  std::printf("%s\n", answers.dump().c_str());
  return 0;
}

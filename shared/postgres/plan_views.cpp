#include <algorithm>

#include "shared/base/text.h"
#include "shared/postgres/ddl.h"

namespace fairway::postgres {
namespace {

struct WaitingView {
  const SchemaObject* object;
  sql::CreateView tree;
  std::string why;  // what stopped it the last time
};

std::vector<std::string> quoted_columns(const TableName& view) {
  std::vector<std::string> columns;
  for (const auto& column : view.columns) columns.push_back(quoted_name(column.target_name));
  return columns;
}

void write_view(Draft& draft, const WaitingView& view, TranslatedView translated) {
  const std::string& name = view.object->name;
  const std::string target = draft.target_of(name);
  const std::string sql =
      cat({"CREATE VIEW ", quoted_name(target), " (",
           join(quoted_columns(translated.as_table), ", "), ") AS ", translated.select});
  draft.decide(about(Treatment::map, "view", "", "", name,
                     cat({"The view is made over there, and its rows are compared. ",
                          join(translated.notes, " ")})));
  draft.after(
      sql,
      about(Treatment::report, "view", "", "", name,
            cat({"PostgreSQL refuses the view, so it is lost: ", shown_sql(view.object->sql)})));
  draft.plan.views.push_back({name, target, view.object->sql, sql});
  translated.as_table.name = name;
  translated.as_table.target_name = target;
  draft.names.tables.push_back(std::move(translated.as_table));
}

std::vector<WaitingView> read_views(Draft& draft) {
  std::vector<WaitingView> views;
  for (const auto& object : draft.profile.schema) {
    if (object.type != "view") continue;
    auto tree = sql::parse_create_view(object.sql);
    if (tree.ok()) {
      views.push_back({&object, std::move(*tree), ""});
      continue;
    }
    draft.decide(about(Treatment::report, "view", "", "", object.name,
                       cat({"The view is not understood (", tree.failure().message,
                            ") and is left out: ", shown_sql(object.sql)})));
  }
  return views;
}

std::string function_name(Draft& draft, std::string_view trigger) {
  return draft.functions.take(cat({trigger, "_trigger"}));
}

void write_trigger(Draft& draft, const SchemaObject& object) {
  const auto lose = [&](std::string_view why) {
    draft.decide(about(Treatment::report, "trigger", object.table, "", object.name,
                       cat({"The trigger cannot be translated (", why,
                            ") and is left out: ", shown_sql(object.sql)})));
  };
  const auto tree = sql::parse_create_trigger(object.sql);
  if (!tree.ok()) return lose(tree.failure().message);
  const std::string function = function_name(draft, object.name);
  const auto trigger = translate_trigger(*tree, draft.names, function);
  if (!trigger.ok()) return lose(trigger.failure().message);
  draft.decide(about(Treatment::map, "trigger", object.table, "", object.name,
                     cat({"The trigger becomes the function ", quoted_name(function),
                          " and a trigger that calls it; it did not fire while rows were loaded. ",
                          join(trigger->notes, " ")})));
  const Decision refused =
      about(Treatment::report, "trigger", object.table, "", object.name,
            cat({"PostgreSQL refuses the trigger, so it is lost: ", shown_sql(object.sql)}));
  draft.after(trigger->create_function, refused);
  draft.after(trigger->create_trigger, refused);
}

}  // namespace

void write_views(Draft& draft) {
  std::vector<WaitingView> waiting = read_views(draft);
  // A view over views can be translated once those are. Nobody stacks them higher than this.
  constexpr int rounds_max = 100;
  bool moved = true;
  for (int round = 0; moved && !waiting.empty() && round < rounds_max; ++round) {
    moved = false;
    std::vector<WaitingView> left;
    for (auto& view : waiting) {
      auto translated = translate_view(view.tree, draft.names);
      if (translated.ok()) {
        write_view(draft, view, std::move(*translated));
        moved = true;
      } else {
        view.why = translated.failure().message;
        left.push_back(std::move(view));
      }
    }
    waiting = std::move(left);
  }
  for (const auto& view : waiting) {
    draft.decide(about(Treatment::report, "view", "", "", view.object->name,
                       cat({"The view cannot be translated (", view.why,
                            ") and is left out: ", shown_sql(view.object->sql)})));
  }
}

void write_triggers(Draft& draft) {
  for (const auto& object : draft.profile.schema) {
    if (object.type == "trigger") write_trigger(draft, object);
  }
}

}  // namespace fairway::postgres

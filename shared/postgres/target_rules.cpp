#include "shared/postgres/target_rules.h"

#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

constexpr int64_t version_min = 150'000;
constexpr size_t names_shown = 10;

}  // namespace

std::optional<Failure> too_old(int64_t server_version) {
  if (server_version >= version_min) return std::nullopt;
  return fix_input("target_too_old",
                   cat({"The server is PostgreSQL ", decimal(server_version / 10'000),
                        "; 15 or later is needed."}),
                   "You: choose a newer server. Nothing was changed.");
}

Failure not_empty(const std::vector<std::string>& taken) {
  std::vector<std::string> shown;
  for (const std::string& name : taken) {
    if (shown.size() < names_shown) shown.push_back(quoted_name(name));
  }
  const auto more = static_cast<int64_t>(taken.size() - shown.size());
  return fix_input(
      "target_not_empty",
      cat({"The target has ", taken.size() == 1 ? "this table" : "these tables",
           " already, with other rows or columns: ", join(shown, ", "),
           more > 0 ? cat({" and ", decimal(more), " more"}) : "", "."}),
      "You: choose another schema with --schema, another database, or drop them. Nothing was "
      "changed.");
}

Decision refused_by_server(Decision if_refused, std::string_view words) {
  if_refused.why += cat({" (PostgreSQL says: ", words, ")"});
  return if_refused;
}

std::vector<Decision> dropped_view(const Plan& plan, const ViewPlan& view, std::string_view why) {
  Decision decision;
  decision.outcome = Treatment::report;
  decision.object = view.name;
  decision.kind = "view";
  decision.why = cat({"Its translation does not answer the same rows, so it was not kept: ", why,
                      " ", view.sqlite_sql});
  decision.count = 1;
  std::vector<Decision> decisions = {std::move(decision)};
  for (const Ddl& ddl : plan.after) {
    const bool is_on_it =
        ddl.part == Part::triggers && ddl.if_refused && same_name(ddl.if_refused->table, view.name);
    // A trigger is two statements.
    if (!is_on_it || decisions.back().object == ddl.if_refused->object) continue;
    decisions.push_back(*ddl.if_refused);
    decisions.back().why = cat({"Its view was not kept. ", ddl.if_refused->why});
  }
  return decisions;
}

}  // namespace fairway::postgres

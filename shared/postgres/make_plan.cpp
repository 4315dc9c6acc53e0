#include <algorithm>
#include <array>
#include <utility>

#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {

namespace {

// PostgreSQL looks into its own catalog first, unless the path names it elsewhere: a table called
// pg_class would be made, and then not be found.
void look_here_first(Draft& draft) {
  if (names_hide_types(draft.profile)) return;  // those that start with pg_ are renamed then
  for (const auto& object : draft.profile.schema) {
    if (!object.name.starts_with("pg_")) continue;
    draft.before(
        "DO 'BEGIN PERFORM set_config(''search_path'', quote_ident(current_schema()) || "
        "'', pg_catalog'', true); END'");
    draft.decide(about(Treatment::report, "catalog_name", object.type == "table" ? object.name : "",
                       "", object.name,
                       "PostgreSQL has names of its own that start with pg_ and finds those "
                       "first: say the schema before this one, or set search_path."));
    return;
  }
}

// What cannot be refused builds on nothing that can.
void sure_ones_first(std::vector<Ddl>& statements) {
  std::ranges::stable_partition(statements, [](const Ddl& one) { return !one.if_refused; });
}

Plan refused(Draft& draft, Failure why) {
  Plan plan;
  plan.decisions = std::move(draft.plan.decisions);
  plan.refusal = std::move(why);
  return plan;
}

}  // namespace

Outcome<Plan> make_plan(const DatabaseProfile& profile, const std::vector<Choice>& choices) {
  Draft draft(profile, choices);
  if (auto why = draft_tables(draft)) return refused(draft, *why);
  draft_virtual_tables(draft);
  if (auto why = draft_types(draft)) return refused(draft, *why);
  draft_names(draft);
  draft_computed(draft);
  draft_orphans(draft);
  look_here_first(draft);
  write_tables(draft);
  constexpr auto parts = std::to_array<std::pair<Part, void (*)(Draft&)>>({
      {Part::keys, write_keys},
      {Part::indexes, write_indexes},
      {Part::checks, write_checks},
      {Part::defaults, write_defaults},
      {Part::numbers, write_identities},
      {Part::foreign_keys, write_foreign_keys},
      {Part::full_text, write_full_text},
      {Part::views, write_views},
      {Part::triggers, write_triggers},
      {Part::settings, write_settings},
  });
  for (const auto& [part, write] : parts) {
    draft.part = part;
    write(draft);
  }
  sure_ones_first(draft.plan.after);
  if (auto failure = draft.book.unknown_place(profile)) return *failure;
  if (draft.plan.refusal) return refused(draft, *draft.plan.refusal);
  return std::move(draft.plan);
}

}  // namespace fairway::postgres

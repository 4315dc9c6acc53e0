#include "shared/postgres/plan_draft.h"

namespace fairway::postgres {

namespace {

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
  draft_generated(draft);
  write_tables(draft);
  write_keys(draft);
  write_indexes(draft);
  write_checks(draft);
  write_defaults(draft);
  write_identities(draft);
  write_foreign_keys(draft);
  write_full_text(draft);
  write_views(draft);
  write_triggers(draft);
  write_settings(draft);
  if (auto failure = draft.book.unknown_place(profile)) return *failure;
  if (draft.plan.refusal) return refused(draft, *draft.plan.refusal);
  return std::move(draft.plan);
}

}  // namespace fairway::postgres

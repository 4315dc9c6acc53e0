#include "shared/base/text.h"
#include "shared/deployment/deployment.h"
#include "shared/migration/difference.h"
#include "shared/migration/target.h"

namespace fairway {

namespace {

std::vector<HranaStatement> statements_of(const std::vector<std::string>& texts) {
  std::vector<HranaStatement> statements;
  for (const auto& text : texts) statements.push_back({text, {}});
  return statements;
}

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& text : list) texts.push_back(text.get<std::string>());
  return texts;
}

}  // namespace

Task<SchemaChange> plan_schema_change(Host& host, DatabaseAccess access, Json preview_schema) {
  auto preview = read_schema(preview_schema);
  if (!preview.ok()) co_return preview.failure();
  auto production = co_await read_target_schema(host, std::move(access));
  auto difference = schema_difference(production, *preview);
  co_return SchemaChange{difference.statements, difference.undo, difference.refused};
}

Task<Done> change_schema(Host& host, Journal& journal, Deployment deployment,
                         DatabaseAccess access, PreviewManifest preview) {
  auto change = co_await plan_schema_change(host, access, preview.schema);
  if (!change.refused.empty()) {
    co_return fix_input("schema_would_lose_data", join(change.refused, "; "));
  }
  if (change.statements.empty()) {
    write_note(journal, "detail.migrate_data", "Production rows kept, schema as it was");
    co_return Done{};
  }
  // The whole change is one transaction: what a lost answer did is seen in the schema itself, so a
  // repeated run finds nothing left to do.
  Resource resource = intend(host, deployment, ResourceKind::schema,
                             cat({"release ", decimal(deployment.release)}),
                             {{"undo", change.undo}});
  set_state(host, resource, ResourceState::sent);
  co_await run_transaction(host, access, statements_of(change.statements));
  set_state(host, resource, ResourceState::exists);
  for (const auto& statement : change.statements) {
    write_log(journal, "migrate_data", LogLevel::info, to_utf8(statement, 200));
  }
  write_note(journal, "detail.migrate_data",
             cat({"Production rows kept, ",
                  counted(int64_t(change.statements.size()), "addition", "additions")}));
  co_return Done{};
}

Task<Done> undo_schema(Host& host, Deployment deployment, Resource resource) {
  if (resource.state == ResourceState::sent) {  // it may still be on its way
    int64_t settles_at_ms = resource.updated_at_ms + settling_ms;
    int64_t wait_ms = settles_at_ms - host.clock.now_ms();
    if (wait_ms > 0) co_await host.clock.sleep_ms(wait_ms);
  }
  auto app = find_app(host.database, deployment.app_id);
  if (app && !app->database_token_sealed.empty()) {
    auto access = co_await open_database(host, deployment, *app);
    for (auto& statement : statements_of(texts_of(member(resource.detail, "undo")))) {
      auto undone = co_await outcome_of(run_statement(host, access, std::move(statement)));
      // Nothing to take back where the change itself never arrived.
      bool is_settled = undone.ok() || undone.failure().code == "sql_refused";
      if (!is_settled) co_return undone.failure();
    }
  }
  set_state(host, resource, ResourceState::gone);
  co_return Done{};
}

}  // namespace fairway

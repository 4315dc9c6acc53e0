#include "shared/base/text.h"
#include "shared/deployment/deployment.h"
#include "shared/migration/load.h"
#include "shared/migration/target.h"

namespace fairway {

namespace {

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> texts;
  for (const Json& text : list) texts.push_back(text.get<std::string>());
  return texts;
}

// The schema that the live release was deployed with.
Task<std::vector<SchemaObject>> deployed_schema(Host& host, Deployment deployment) {
  auto live = find_live_deployment(host.database, deployment.project_id);
  if (!live) co_return std::vector<SchemaObject>();
  auto preview = co_await load_preview(host, deployment.account, live->preview_sha256);
  co_return read_schema(preview.schema);
}

// Each batch enters its key before its rows, so one that was sent before is not loaded again.
Task<Done> load_added_rows(Host& host, Journal& journal, Deployment deployment,
                           DatabaseAccess access, PreviewManifest::AddedRows added) {
  for (const auto& key : blob_keys(deployment.account, added.batches)) {
    auto answer = co_await send_pipeline_blob(host, access, key);
    auto loaded = read_load_answer(answer);
    if (!loaded.ok()) co_return loaded.failure();
  }
  write_log(journal, "migrate_data", LogLevel::info,
            cat({"new table ", added.table, ": ", counted(added.rows, "row", "rows"), " loaded"}));
  co_return Done{};
}

// Statements of their own transaction; running a change that is there already finds nothing to do,
// because the change is planned from what production has.
Task<Done> apply(Host& host, DatabaseAccess access, std::vector<std::string> statements) {
  if (statements.empty()) co_return Done{};
  co_return co_await run_transaction(host, std::move(access), std::string(foreign_keys_off_sql),
                                     std::move(statements));
}

// Unlike any name that another release of the app keeps tables under, and not to be guessed: a
// preview that brings a table of that name could pass for what was kept.
std::string keep_as(const Deployment& deployment) {
  return cat({"_fairway_kept_", decimal(deployment.release), "_", deployment.id, "_"});
}

// What production's rows do not meet is the user's to change.
Outcome<Done> explained(Outcome<Done> applied, const SchemaDifference& difference) {
  bool is_about_rows =
      !applied.ok() && applied.failure().code == "sql_refused" && !difference.kept_tables.empty();
  if (!is_about_rows) return applied;
  return fix_input(
      "schema_change_refused",
      cat({"Production's rows do not fit the new schema. ", applied.failure().message}),
      "You: change these rows in production, or undo the change in the builder. "
      "Production and its rows are unchanged.");
}

}  // namespace

const PreviewManifest::AddedRows* find_added_rows(const PreviewManifest& preview,
                                                  std::string_view table) {
  for (const auto& added : preview.added_rows) {
    if (same_name(added.table, table)) return &added;
  }
  return nullptr;
}

int64_t rows_of_table(const PreviewManifest& preview, std::string_view table) {
  for (const Json& item : preview.tables) {
    if (same_name(text_or(item, "name", ""), table)) return integer_or(item, "rows", 0);
  }
  return 0;
}

Task<SchemaDifference> plan_schema_change(Host& host, Deployment deployment, DatabaseAccess access,
                                          Json preview_schema) {
  auto preview = read_schema(preview_schema);
  if (!preview.ok()) co_return preview.failure();
  auto deployed = co_await deployed_schema(host, deployment);
  auto production = co_await read_target_schema(host, std::move(access));
  auto difference = schema_difference(production, *preview, &deployed, keep_as(deployment));
  if (auto refusal = refusal_of(difference, deployment.accepted_losses)) co_return *refusal;
  co_return difference;
}

Task<SchemaPreview> look_at_schema_change(Host& host, std::string account, std::string project_id,
                                          Json preview_schema) {
  SchemaPreview look;
  auto app = find_app_of(host.database, project_id);
  if (!app || app->release == 0) co_return look;
  auto preview = read_schema(preview_schema);
  if (!preview.ok()) co_return preview.failure();
  Deployment deployment;
  deployment.account = std::move(account);
  deployment.project_id = std::move(project_id);
  deployment.app_id = app->id;
  auto deployed = co_await deployed_schema(host, deployment);
  auto access = co_await open_database(host, deployment, *app);
  auto production = co_await read_target_schema(host, access);
  look.difference = schema_difference(production, *preview, &deployed);
  for (const auto& loss : look.difference.losses) {
    if (look.rows.size() == losses_counted_max) break;
    auto counted = co_await run_statement(host, access, {loss.count_sql, {}});
    const int64_t* rows = counted.rows.empty() || counted.rows[0].empty()
                              ? nullptr
                              : std::get_if<int64_t>(&counted.rows[0][0]);
    look.rows.push_back(rows == nullptr ? -1 : *rows);
  }
  look.rows.resize(look.difference.losses.size(), -1);
  co_return look;
}

namespace {

// The part of the change that is not there yet, as one transaction: before or after the rows.
Task<Done> apply_before_rows(Host& host, DatabaseAccess access, SchemaDifference difference) {
  difference.statements.resize(difference.before_rows);
  auto applied = co_await outcome_of(apply(host, std::move(access), difference.statements));
  co_return explained(std::move(applied), difference);
}

Task<Done> apply_after_rows(Host& host, DatabaseAccess access, SchemaDifference difference) {
  auto& statements = difference.statements;
  statements.erase(statements.begin(), statements.begin() + ptrdiff_t(difference.before_rows));
  co_return co_await apply(host, std::move(access), std::move(statements));
}

// "1 new table with 12 rows added"
std::string added_words(const PreviewManifest& preview, const std::vector<std::string>& tables) {
  if (tables.empty()) return "schema changed";
  int64_t rows = 0;
  for (const auto& table : tables) rows += rows_of_table(preview, table);
  return cat({counted(int64_t(tables.size()), "new table", "new tables"), " with ",
              counted(rows, "row", "rows"), " added"});
}

// What this deployment set out to change, as its first run has seen it; later runs find a part of
// it done already.
Json kept_change(Journal& journal, const SchemaDifference& difference) {
  Json kept = read_note(journal.host.database, journal.job_id, "schema_change");
  if (!kept.is_null()) return kept;
  auto undo = difference.undo;
  undo.push_back(std::string(finish_loads_sql));
  const SchemaRestore& restore = difference.restore;
  kept = {{"undo", std::move(undo)},
          {"new_tables", difference.new_tables},
          {"restore", {{"kept", restore.kept}, {"statements", restore.statements}}},
          {"kept_tables", difference.kept_tables}};
  write_note(journal, "schema_change", kept);
  return kept;
}

}  // namespace

Task<Done> change_schema(Host& host, Journal& journal, Deployment deployment, DatabaseAccess access,
                         PreviewManifest preview) {
  auto difference = co_await plan_schema_change(host, deployment, access, preview.schema);
  Json kept = kept_change(journal, difference);
  auto new_tables = texts_of(kept.at("new_tables"));
  if (difference.identical() && new_tables.empty()) {
    write_note(journal, "detail.migrate_data", "Production rows kept, schema as it was");
    co_return Done{};
  }
  std::string name = cat({"release ", decimal(deployment.release)});
  Resource resource = intend(host, deployment, ResourceKind::schema, name, kept);
  set_state(host, resource, ResourceState::sent);
  co_await apply_before_rows(host, access, difference);
  for (const auto& table : new_tables) {
    const auto* added = find_added_rows(preview, table);
    if (added != nullptr) co_await load_added_rows(host, journal, deployment, access, *added);
  }
  if (!new_tables.empty()) {
    co_await verify_new_tables(host, journal, access, preview, new_tables);
  }
  difference = co_await plan_schema_change(host, deployment, access, preview.schema);
  co_await apply_after_rows(host, access, difference);
  co_await run_statement(host, access, {std::string(finish_loads_sql), {}});
  set_state(host, resource, ResourceState::exists);
  write_note(journal, "detail.migrate_data",
             cat({"Production rows kept, ", added_words(preview, new_tables)}));
  co_return Done{};
}

namespace {

// Rebuilt and dropped tables as they were, with what was written since. Nothing to do where the
// kept rows are not there: nothing was changed, or all is back already.
Task<Done> restore_tables(Host& host, DatabaseAccess access, Json restore) {
  std::string kept = text_or(restore, "kept", "");
  if (kept.empty()) co_return Done{};
  auto found = co_await run_statement(host, access, {look_for_kept_sql(kept), {}});
  if (found.rows.empty()) co_return Done{};
  co_return co_await run_transaction(host, std::move(access), std::string(foreign_keys_off_sql),
                                     texts_of(member(restore, "statements")));
}

}  // namespace

Task<Done> undo_schema(Host& host, Deployment deployment, Resource resource) {
  if (resource.state == ResourceState::sent) {  // it may still be on its way
    int64_t wait_ms = resource.updated_at_ms + settling_ms - host.clock.now_ms();
    if (wait_ms > 0) co_await host.clock.sleep_ms(wait_ms);
  }
  auto app = find_app(host.database, deployment.app_id);
  if (app && !app->database_token_sealed.empty()) {
    auto access = co_await open_database(host, deployment, *app);
    co_await restore_tables(host, access, member(resource.detail, "restore"));
    for (auto& text : texts_of(member(resource.detail, "undo"))) {
      auto undone = co_await outcome_of(run_statement(host, access, {std::move(text), {}}));
      // Nothing to take back where the change itself never arrived.
      bool is_settled = undone.ok() || undone.failure().code == "sql_refused";
      if (!is_settled) co_return undone.failure();
    }
  }
  set_state(host, resource, ResourceState::gone);
  co_return Done{};
}

}  // namespace fairway

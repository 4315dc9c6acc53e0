// Preflight: whatever can be known to fail is found here, before the first provider is asked to
// make anything.
#include <algorithm>

#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

Task<Done> check_schema(Host& host, Deployment deployment, App app, PreviewManifest preview) {
  auto access = co_await open_database(host, deployment, std::move(app));
  auto change = co_await plan_schema_change(host, deployment, std::move(access), preview.schema);
  for (const auto& table : change.new_tables) {
    if (find_added_rows(preview, table) != nullptr || rows_of_table(preview, table) == 0) continue;
    co_return fix_input("rows_missing",
                        cat({"The rows of the new table ", table, " were not uploaded."}),
                        "Open the deploy dialog again, so that the tab can send them.");
  }
  co_return Done{};
}

// What an earlier deployment made, did not bring live, and could not undo to its end.
Task<Done> remove_left_over(Host& host, Journal& journal, Deployment deployment) {
  auto resources = resources_of_app(host.database, deployment.app_id);
  std::reverse(resources.begin(), resources.end());
  for (auto& resource : resources) {
    auto maker = find_deployment(host.database, resource.deployment_id);
    FAIRWAY_ASSERT(maker);
    bool is_left_over = maker->id != deployment.id && maker->status != Status::live;
    if (is_left_over) co_await undo_resource(host, journal, deployment, std::move(resource));
  }
  co_return Done{};
}

}  // namespace

Task<CheckedProject> check_project(Host& host, Journal& journal, Deployment deployment,
                                   SharedSite site) {
  auto project = find_project(host.database, deployment.project_id);
  auto app = find_app(host.database, deployment.app_id);
  FAIRWAY_ASSERT(project && app);
  co_await prepare_site(host, deployment, site);
  const PreviewManifest& preview = (*site)->preview;
  CheckedProject checked{project->name, int64_t(preview.tables.size()), rows_of(preview),
                         app->release == 0,
                         app->release > 0 && deployment.data == DataChoice::replace};
  co_await remove_left_over(host, journal, deployment);
  if (!checked.carries_all()) co_await check_schema(host, deployment, *app, preview);
  write_note(journal, "detail.check_project", "Nothing stands in the way");
  write_log(
      journal, "check_project", LogLevel::info,
      cat({counted(checked.tables, "table", "tables"), ", ", counted(checked.rows, "row", "rows"),
           ", ", counted(int64_t((*site)->upload.assets.size()), "file", "files")}));
  co_return checked;
}

}  // namespace fairway

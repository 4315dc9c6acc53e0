// From the bundle to what is uploaded; and the step that shows the edits.
#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

const StoredFile& stored_file(const Bundle& bundle, const std::string& path) {
  for (const auto& file : bundle.files) {
    if (file.path == path) return file;
  }
  broken_promise("a planned file that is not in the bundle", __FILE__, __LINE__);
}

SiteUpload site_upload(const Deployment& deployment, const Bundle& bundle, UploadPlan& plan) {
  SiteUpload upload;
  for (const auto& asset : plan.assets) {
    const StoredFile& file = stored_file(bundle, asset.source_path);
    auto keys = blob_keys(deployment.account, file.parts);
    upload.assets.push_back({asset.path, "", std::move(keys), asset.size_bytes});
  }
  for (auto& module : plan.modules) {
    upload.modules.push_back({std::move(module.name), std::move(module.text)});
  }
  upload.headers_text = std::move(plan.headers_text);
  upload.redirects_text = std::move(plan.redirects_text);
  upload.routes_json = std::move(plan.routes_json);
  upload.compatibility_flags = std::move(plan.compatibility_flags);
  upload.release = deployment.id;
  return upload;
}

}  // namespace

Task<Done> prepare_site(Host& host, Deployment deployment, SharedSite prepared) {
  if (*prepared) co_return Done{};
  auto bundle = co_await load_bundle(host, deployment.account, deployment.bundle_sha256);
  std::vector<BundleFile> files;
  for (const auto& file : bundle.files) {
    BundleFile entry{file.path, file.size_bytes, std::nullopt};
    if (needs_text(file.path, file.size_bytes)) {
      entry.text = co_await load_file(host, deployment.account, file);
    }
    files.push_back(std::move(entry));
  }
  TransformSettings settings;
  settings.release_id = deployment.id;
  for (const auto& variable : list_environment(host.database, deployment.project_id)) {
    settings.environment_names.push_back(variable.name);
  }
  auto preview = co_await load_preview(host, deployment.account, deployment.preview_sha256);
  for (const auto& column : preview.dates) {
    settings.dates.push_back({column.table, column.column, column.form});
  }
  auto plan = plan_upload(files, settings);
  if (!plan.ok()) co_return plan.failure();
  PreparedSite site;
  site.upload = site_upload(deployment, bundle, *plan);
  site.edits = std::move(plan->edits);
  site.warnings = std::move(plan->warnings);
  site.environment_names = std::move(plan->environment_names);
  site.preview = std::move(preview);
  *prepared = std::move(site);
  co_return Done{};
}

Task<Done> transform_source(Host& host, Journal& journal, Deployment deployment,
                            SharedSite prepared) {
  co_await prepare_site(host, std::move(deployment), prepared);
  const PreparedSite& site = **prepared;
  for (const auto& edit : site.edits) {
    write_log(journal, "transform_source", LogLevel::info,
              cat({edit.file, ":", decimal(edit.line), " ", edit.why}));
  }
  for (const auto& warning : site.warnings) {
    write_log(journal, "transform_source", LogLevel::warn,
              cat({warning.file, warning.file.empty() ? "" : ": ", warning.message}));
  }
  write_note(journal, "detail.transform_source",
             counted(int64_t(site.edits.size()), "change", "changes"));
  co_return Done{};
}

}  // namespace fairway

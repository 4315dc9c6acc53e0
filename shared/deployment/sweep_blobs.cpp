// Blobs that nothing names any more are removed, by the account's alarm, a day after they were last
// wanted.
#include <set>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

void add_parts(std::set<std::string>& named, const std::vector<Part>& parts) {
  for (const auto& part : parts) named.insert(part.sha256);
}

// The manifests that may still be deployed, retried or compared with.
std::set<std::pair<std::string, std::string>> manifests_in_use(Database& database) {
  std::set<std::pair<std::string, std::string>> manifests;
  for (const auto& project : list_projects(database)) {
    manifests.emplace(project.bundle_sha256, project.preview_sha256);
    for (const auto& deployment : {find_active_deployment(database, project.id),
                                   find_live_deployment(database, project.id)}) {
      if (deployment) manifests.emplace(deployment->bundle_sha256, deployment->preview_sha256);
    }
  }
  return manifests;
}

// Fails where a manifest cannot be read: then nothing is removed.
Task<std::set<std::string>> blobs_in_use(Host& host, std::string account) {
  std::set<std::string> named;
  for (const auto& [bundle_sha256, preview_sha256] : manifests_in_use(host.database)) {
    if (!bundle_sha256.empty() && named.insert(bundle_sha256).second) {
      auto bundle = co_await load_bundle(host, account, bundle_sha256);
      for (const auto& file : bundle.files) add_parts(named, file.parts);
    }
    if (!preview_sha256.empty() && named.insert(preview_sha256).second) {
      auto preview = co_await load_preview(host, account, preview_sha256);
      add_parts(named, preview.image_parts);
      for (const auto& added : preview.added_rows) add_parts(named, added.batches);
    }
  }
  co_return named;
}

}  // namespace

void plan_sweep(Host& host, const std::string& account) {
  int64_t day = host.clock.now_ms() / day_ms;
  add_job_at(host, cat({"sweep-", decimal(day)}), "sweep_blobs", {{"account", account}},
             (day + 2) * day_ms);
}

Task<Done> sweep_blobs(Host& host, Journal& journal, Json input) {
  if (journal.is_stuck()) co_return Done{};  // a later sweep finds what is left
  std::string account = input.at("account");
  int64_t since_ms = host.clock.now_ms() - day_ms;
  auto candidates = blobs_not_wanted_since(host.database, since_ms);
  auto named = co_await blobs_in_use(host, account);
  for (const auto& sha256 : candidates) {
    if (named.contains(sha256) || !begin_removal(host.database, sha256, since_ms)) continue;
    co_await host.blobs.remove(blob_key(account, sha256));
    end_removal(host.database, sha256);
  }
  co_return Done{};
}

}  // namespace fairway

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

constexpr int64_t look_ms = 3 * second_ms;

Task<bool> find(Host& host, std::string name) {
  auto found = co_await find_pages_project(host, std::move(name));
  co_return found.has_value();
}

Task<Making> make(Host& host, std::string name) {
  co_return co_await make_pages_project(host, std::move(name));
}

Task<Done> set_variables(Host& host, Deployment deployment, App app, std::string project,
                         CompatibilityFlags flags) {
  Resource resource =
      intend(host, deployment, ResourceKind::pages_variables, project, Json::object());
  if (resource.state == ResourceState::exists) co_return Done{};
  auto variables = co_await site_variables(host, deployment, std::move(app));
  std::vector<SiteVariable> wanted;
  for (auto& [name, value] : variables) {
    wanted.push_back({std::move(name), std::move(value), SiteVariable::Kind::secret});
  }
  set_state(host, resource, ResourceState::sent);
  co_await set_pages_variables(host, project, std::move(wanted), std::move(flags));
  set_state(host, resource, ResourceState::exists);
  co_return Done{};
}

// Where it is not known whether a release reached the provider: look until it must have appeared.
Task<std::optional<PagesDeployment>> look_for_release(Host& host, Resource resource,
                                                      std::string project) {
  for (;;) {
    auto found = co_await find_pages_deployment(host, project, resource.name);
    if (found || host.clock.now_ms() > resource.updated_at_ms + settling_ms) co_return found;
    co_await host.clock.sleep_ms(look_ms);
  }
}

// Makes the release at the provider once, whatever happened before.
Task<PagesDeployment> make_release(Host& host, Deployment deployment, App app, std::string project,
                                   SiteUpload upload, AssetManifest manifest) {
  Json detail{{"project", project}, {"previous", app.live_deployment_id}};
  Resource resource =
      intend(host, deployment, ResourceKind::pages_deployment, deployment.id, detail);
  if (resource.state != ResourceState::intended) {
    auto found = co_await look_for_release(host, resource, project);
    if (found) {
      set_state(host, resource, ResourceState::exists);
      co_return std::move(*found);
    }
  }
  set_state(host, resource, ResourceState::sent);
  resource.updated_at_ms = host.clock.now_ms();
  auto made = co_await outcome_of(
      make_pages_deployment(host, project, std::move(upload), std::move(manifest)));
  if (!made.ok()) {
    if (made.failure().reaction != Reaction::retry_later) co_return made.failure();
    auto found = co_await look_for_release(host, resource, project);
    if (!found) co_return made.failure();
    made = std::move(*found);
  }
  set_state(host, resource, ResourceState::exists);
  co_return std::move(*made);
}

}  // namespace

Task<PagesProject> publish_site(Host& host, Journal& journal, Deployment deployment,
                                CheckedProject checked, SharedSite prepared) {
  co_await prepare_site(host, deployment, prepared);
  const PreparedSite& site = **prepared;
  Maker maker{ResourceKind::pages_project, &find, &make};
  auto name = co_await claim_name(host, journal, deployment, checked.project_name, maker);
  co_await give_app_key(host, journal, deployment);
  auto app = app_of_release(host.database, deployment);
  co_await set_variables(host, deployment, app, name, site.upload.compatibility_flags);
  size_t files = site.upload.assets.size();
  auto manifest = co_await upload_pages_assets(host, name, site.upload.assets);
  write_log(journal, "publish_site", LogLevel::info,
            cat({counted(int64_t(files), "file", "files"), " at Cloudflare"}));
  auto made = co_await make_release(host, deployment, app, name, site.upload, std::move(manifest));
  auto release = co_await await_pages_deployment(host, name, made.id);
  if (release.state == PagesDeployment::State::failed) {
    co_return report_bug("publish_failed",
                         cat({"Cloudflare could not publish the site (", release.why, ")."}),
                         "Try again; if it fails again, send the report.");
  }
  auto project = co_await find_pages_project(host, name);
  if (!project)
    co_return report_bug("site_vanished", "Cloudflare does not know the site any more.");
  project->canonical_deployment_id = release.id;
  write_note(journal, "detail.publish_site", counted(int64_t(files), "file", "files"));
  co_return std::move(*project);
}

Task<std::string> attach_domain(Host& host, Journal& journal, PagesProject site) {
  std::string url = fill(host.settings.cloudflare_pages_url, "{subdomain}", site.subdomain);
  write_note(journal, "detail.attach_domain", site.subdomain);
  write_log(journal, "attach_domain", LogLevel::info, cat({"free address ", url}));
  co_return url;
}

}  // namespace fairway

// What the tests of deployment share: an account's host with a project whose files and data are
// uploaded, as far as rows know.
#pragma once

#include "shared/api/api.h"
#include "shared/base/text.h"
#include "shared/deployment/deployment.h"
#include "tests/unit/host_support.h"

namespace fairway::test {

struct DeploymentLab : TestHost {
  DeploymentLab() {
    bring_schema_up(database);
    save_project(host, "shop", "Shop", "");
    save_bundle_summary(host, "shop", std::string(64, 'a'), {});
    save_preview_summary(host, "shop", std::string(64, 'b'), {});
  }

  Outcome<std::string> request(const std::string& project_id, const std::string& key = "") {
    return request_deployment(host, {"ann", project_id, key});
  }
  Deployment requested() {
    auto id = request("shop");
    FAIRWAY_ASSERT(id.ok());
    return *find_deployment(database, *id);
  }
  // The deployment's end as its workflow would write it.
  void end(const std::string& id, Status status) {
    end_deployment(host, id, status, "https://shop.example", std::nullopt);
    end_job(host, id);
  }
  // The app after its first release.
  App live_app() {
    Deployment deployment = requested();
    end(deployment.id, Status::live);
    App app = *find_app(database, deployment.app_id);
    app.release = 1;
    app.status = Status::live;
    app.url = "https://shop.example";
    save_app(host, app);
    return app;
  }
};

}  // namespace fairway::test

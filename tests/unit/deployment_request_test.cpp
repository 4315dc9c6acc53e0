// From a click to a queued job: who gets a deployment, who gets the one there is, who gets a no.
#include <doctest/doctest.h>

#include "tests/unit/deployment_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

TEST_CASE("A request writes deployment, app and job, and holds on to what was uploaded") {
  DeploymentLab lab;
  auto id = lab.request("shop", "click-1");
  REQUIRE(id.ok());
  auto deployment = find_deployment(lab.database, *id);
  REQUIRE(deployment.has_value());
  CHECK(deployment->status == Status::queued);
  CHECK(deployment->release == 1);
  CHECK(deployment->bundle_sha256 == std::string(64, 'a'));
  CHECK(deployment->preview_sha256 == std::string(64, 'b'));
  auto app = find_app_of(lab.database, "shop");
  REQUIRE(app.has_value());
  CHECK(app->id == deployment->app_id);
  auto job = find_job(lab.database, *id);
  REQUIRE(job.has_value());
  CHECK(job->kind == "deploy_web");
  CHECK(job->input == Json{{"deployment_id", *id}});
  save_bundle_summary(lab.host, "shop", std::string(64, 'c'), {});
  CHECK(find_deployment(lab.database, *id)->bundle_sha256 == std::string(64, 'a'));
}

TEST_CASE("A yes and a choice belong to the deployment that they were given for") {
  DeploymentLab lab;
  auto id = request_deployment(lab.host, {"ann", "shop", "", "a digest", DataChoice::replace});
  REQUIRE(id.ok());
  CHECK(find_deployment(lab.database, *id)->accepted_losses == "a digest");
  CHECK(find_deployment(lab.database, *id)->data == DataChoice::replace);
  lab.end(*id, Status::failed);
  auto next = lab.request("shop");
  CHECK(find_deployment(lab.database, *next)->accepted_losses.empty());
  CHECK(find_deployment(lab.database, *next)->data == DataChoice::keep);
}

TEST_CASE("What was looked at is what is deployed, whatever becomes of production's rows") {
  for (const DataChoice data : {DataChoice::keep, DataChoice::replace}) {
    DeploymentLab lab;
    const std::string reviewed(64, 'b');
    const DeploymentRequest request{"ann", "shop", "", "", data, "", reviewed};
    save_preview_summary(lab.host, "shop", std::string(64, 'c'), {});
    CHECK(code_of(request_deployment(lab.host, request)) == "preview_changed");
    CHECK(!find_last_deployment(lab.database, "shop"));
    save_preview_summary(lab.host, "shop", reviewed, {});
    auto id = request_deployment(lab.host, request);
    REQUIRE(id.ok());
    CHECK(find_deployment(lab.database, *id)->preview_sha256 == reviewed);
  }
}

TEST_CASE("Another try takes the yes and the choice along while they are about the same") {
  struct Choice {
    std::string accepted;
    DataChoice data;
  };
  for (const Choice& choice : {Choice{"a digest", DataChoice::keep}, {"", DataChoice::replace}}) {
    DeploymentLab lab;
    auto id = request_deployment(lab.host, {"ann", "shop", "", choice.accepted, choice.data});
    auto again = [&] { return request_again(lab.host, *find_deployment(lab.database, *id), ""); };
    CHECK(*again() == *id);  // while it goes on
    lab.end(*id, Status::failed);
    lab.world.now += 1;
    auto next = again();
    REQUIRE(next.ok());
    CHECK(find_deployment(lab.database, *next)->accepted_losses == choice.accepted);
    CHECK(find_deployment(lab.database, *next)->data == choice.data);
    CHECK(*again() == *next);
    lab.end(*next, Status::failed);
    CHECK(code_of(again()) == "choices_outdated");  // another one was the last
    id = next;
    save_preview_summary(lab.host, "shop", std::string(64, 'c'), {});
    CHECK(code_of(again()) == "choices_outdated");
    save_preview_summary(lab.host, "shop", std::string(64, 'b'), {});
    lab.world.now += 1;
    id = again();
    lab.end(*id, Status::live);
    CHECK(code_of(again()) == "choices_outdated");
  }
}

TEST_CASE("Another try without a yes or a choice takes what is there by now") {
  DeploymentLab lab;
  auto id = lab.requested().id;
  lab.end(id, Status::live);
  save_preview_summary(lab.host, "shop", std::string(64, 'c'), {});
  auto next = request_again(lab.host, *find_deployment(lab.database, id), "");
  REQUIRE(next.ok());
  CHECK(find_deployment(lab.database, *next)->preview_sha256 == std::string(64, 'c'));
}

TEST_CASE("What cannot be deployed is refused in words, and nothing is written") {
  DeploymentLab lab;
  CHECK(code_of(lab.request("unknown")) == "project_not_found");
  save_project(lab.host, "bare", "Bare", "");
  CHECK(code_of(lab.request("bare")) == "nothing_uploaded");
  save_bundle_summary(lab.host, "bare", std::string(64, 'a'), {});
  CHECK(code_of(lab.request("bare")) == "nothing_uploaded");
  for (auto member : {&Settings::turso_api_token, &Settings::cloudflare_account_id,
                      &Settings::credentials_encryption_key}) {
    std::string kept = std::exchange(lab.settings.*member, "");
    auto refused = lab.request("shop");
    CHECK(code_of(refused) == "provider_off");
    CHECK(refused.failure().reaction == Reaction::ask_permission);
    CHECK(refused.failure().hint.find("docs/operate.md") != std::string::npos);
    lab.settings.*member = kept;
  }
  CHECK(list_deployments(lab.database).empty());
  CHECK(!find_app_of(lab.database, "shop").has_value());
  CHECK(!next_due_at_ms(lab.database).has_value());
}

TEST_CASE("A second click while one is active gets the same deployment, whatever its key") {
  DeploymentLab lab;
  auto first = lab.request("shop", "one");
  for (Status status : {Status::queued, Status::running, Status::cancelling}) {
    set_status(lab.host, *first, status);
    CHECK(*lab.request("shop", "two") == *first);
    CHECK(*lab.request("shop") == *first);
  }
  CHECK(list_deployments(lab.database).size() == 1);
}

TEST_CASE("A key names its request for good; another project's same key is another") {
  DeploymentLab lab;
  auto first = lab.request("shop", "one");
  for (Status status : {Status::live, Status::failed}) {
    lab.end(*first, status);
    CHECK(*lab.request("shop", "one") == *first);
  }
  auto second = lab.request("shop", "two");
  CHECK(*second != *first);
  save_project(lab.host, "other", "Other", "");
  save_bundle_summary(lab.host, "other", std::string(64, 'a'), {});
  save_preview_summary(lab.host, "other", std::string(64, 'b'), {});
  CHECK(*lab.request("other", "one") != *first);
}

TEST_CASE("A deployment's end is written once") {
  DeploymentLab lab;
  std::string id = lab.requested().id;
  end_deployment(lab.host, id, Status::failed, "", fix_input("no", "No."));
  end_deployment(lab.host, id, Status::live, "https://x", std::nullopt);
  set_status(lab.host, id, Status::running);
  auto ended = find_deployment(lab.database, id);
  CHECK(ended->status == Status::failed);
  CHECK(ended->failure->code == "no");
}

TEST_CASE("A redeployment belongs to the same app and is its next release") {
  DeploymentLab lab;
  App app = lab.live_app();
  auto again = find_deployment(lab.database, *lab.request("shop"));
  CHECK(again->app_id == app.id);
  CHECK(again->release == 2);
  CHECK(again->url == "https://shop.example");
  CHECK(find_app(lab.database, app.id)->release == 1);
}

TEST_CASE("Deleting an app: once, not while it is deployed, and no deployment meanwhile") {
  DeploymentLab lab;
  CHECK(code_of(request_tear_down(lab.host, "ann", "unknown")) == "app_not_found");
  std::string app_id = lab.requested().app_id;
  CHECK(code_of(request_tear_down(lab.host, "ann", app_id)) == "deployment_active");
  lab.end(find_active_deployment(lab.database, "shop")->id, Status::live);

  auto removal = request_tear_down(lab.host, "ann", app_id);
  REQUIRE(removal.ok());
  CHECK(find_job(lab.database, *removal)->kind == "tear_down");
  CHECK(*request_tear_down(lab.host, "ann", app_id) == *removal);
  auto refused = lab.request("shop");
  CHECK(code_of(refused) == "deployment_active");
  CHECK(refused.failure().message.find("deleted") != std::string::npos);
  CHECK(code_of(request_cancel_of(lab.host, *removal)) == "cannot_cancel");
  lab.end(*removal, Status::removed);
  CHECK(lab.request("shop").ok());
}

TEST_CASE("Cancelling: an active deployment is asked to stop, an ended one stays as it is") {
  DeploymentLab lab;
  CHECK(code_of(request_cancel_of(lab.host, "unknown")) == "deployment_not_found");
  std::string id = lab.requested().id;
  CHECK(request_cancel_of(lab.host, id).ok());
  CHECK(request_cancel_of(lab.host, id).ok());
  CHECK(find_deployment(lab.database, id)->status == Status::cancelling);
  CHECK(is_cancel_requested(lab.database, id));
  lab.end(id, Status::cancelled);
  CHECK(request_cancel_of(lab.host, id).ok());
  CHECK(find_deployment(lab.database, id)->status == Status::cancelled);
}

TEST_CASE("Statuses, steps and resources have their names") {
  for (int i = 0; i < 8; ++i) CHECK(status_of(name_of(Status(i))) == Status(i));
  CHECK(is_active(Status::queued));
  CHECK(is_active(Status::running));
  CHECK(is_active(Status::cancelling));
  for (Status status :
       {Status::live, Status::failed, Status::cancelled, Status::needs_you, Status::removed}) {
    CHECK(!is_active(status));
  }
  CHECK(deploy_steps().size() == 8);
  CHECK(deploy_steps().front().name == "check_project");
  CHECK(deploy_steps().back().name == "record_deployed");
  CHECK(name_of(ResourceKind::schema) == "schema");
  CHECK(name_of(ResourceState::foreign) == "foreign");
  CheckedProject checked{"Shop", 3, 48, false};
  CHECK(Json(Json(checked).get<CheckedProject>()) == Json(checked));
}

}  // namespace

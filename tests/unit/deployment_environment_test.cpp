// Variables and the database's token: sealed in rows, opened for the site only.
#include <doctest/doctest.h>

#include "tests/unit/deployment_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

TEST_CASE("Variables are kept sealed and come back as they were") {
  DeploymentLab lab;
  Variables variables = {{"A", "one"}, {"EMPTY", ""}, {"KEY", "line\nline \"x\" ü"}};
  REQUIRE(lab.run(keep_environment(lab.host, "ann", "shop", variables)).ok());
  CHECK(*lab.run(open_environment(lab.host, "ann", "shop")) == variables);
  for (const auto& kept : list_environment(lab.database, "shop")) {
    CHECK(kept.sealed_value.starts_with("s1.k1."));
  }
  CHECK(code_of(lab.run(open_environment(lab.host, "bob", "shop"))) == "seal_broken");
}

TEST_CASE("A value that is moved to another name or project does not open") {
  DeploymentLab lab;
  REQUIRE(lab.run(keep_environment(lab.host, "ann", "shop", {{"A", "one"}})).ok());
  std::string sealed = list_environment(lab.database, "shop").at(0).sealed_value;
  save_variable(lab.host, "shop", {"B", sealed, 0});
  CHECK(code_of(lab.run(open_environment(lab.host, "ann", "shop"))) == "seal_broken");
  save_variable(lab.host, "other", {"A", sealed, 0});
  CHECK(code_of(lab.run(open_environment(lab.host, "ann", "other"))) == "seal_broken");
}

TEST_CASE("Without a key nothing of a set of variables is kept") {
  DeploymentLab lab;
  lab.settings.credentials_encryption_key = "";
  CHECK(code_of(lab.run(keep_environment(lab.host, "ann", "shop", {{"A", "1"}, {"B", "2"}}))) ==
        "no_encryption_key");
  CHECK(list_environment(lab.database, "shop").empty());
}

TEST_CASE("A site is given its variables and the way to its own database") {
  DeploymentLab lab;
  Deployment deployment = lab.requested();
  App app = *find_app(lab.database, deployment.app_id);
  app.database_hostname = "fw-shop-acme.turso.io";
  app.database_token_sealed = *lab.run(seal(lab.host, token_place(deployment), "database-token"));
  REQUIRE(lab.run(keep_environment(lab.host, "ann", "shop", {{"A", "one"}})).ok());
  auto given = lab.run(site_variables(lab.host, deployment, app));
  REQUIRE(given.ok());
  CHECK(*given == Variables{{"A", "one"},
                            {"TURSO_DATABASE_URL", "https://fw-shop-acme.turso.io"},
                            {"TURSO_AUTH_TOKEN", "database-token"}});
  Deployment stranger = deployment;
  stranger.app_id = "app_other";
  CHECK(code_of(lab.run(site_variables(lab.host, stranger, app))) == "seal_broken");
}

}  // namespace

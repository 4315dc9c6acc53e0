// Variables and the database's token: sealed in rows, opened for the site only.
#include <doctest/doctest.h>

#include "shared/gateway/app_key.h"
#include "shared/gateway/services.h"
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

TEST_CASE("An app gets its key once, and the variables of the services that are on") {
  DeploymentLab lab;
  Deployment deployment = lab.requested();
  deployment.origin = "https://fairway.example";
  App app = *find_app(lab.database, deployment.app_id);
  app.database_hostname = "fw-shop-acme.turso.io";
  app.database_token_sealed = *lab.run(seal(lab.host, token_place(deployment), "database-token"));
  auto choose = [&](std::string service, Payer payer) {
    ServiceChoice choice{std::move(service), payer, "", ""};
    return lab.run(choose_service(lab.host, "ann", "shop", choice, ""));
  };
  Journal journal{lab.host, deployment.id};
  REQUIRE(lab.run(give_app_key(lab.host, journal, deployment)).ok());
  CHECK(list_app_keys(lab.database, app.id).empty());
  CHECK(code_of(choose("openai", Payer::own)) == "own_key_missing");
  CHECK(code_of(choose("telegrams", Payer::platform)) == "service_not_found");
  REQUIRE(choose("openai", Payer::platform).ok());
  for (int release = 0; release < 2; ++release) {
    REQUIRE(lab.run(give_app_key(lab.host, journal, deployment)).ok());
  }
  REQUIRE(list_app_keys(lab.database, app.id).size() == 1);
  auto given = *lab.run(site_variables(lab.host, deployment, app));
  REQUIRE(given.size() == 4);
  CHECK(given[0].first == "OPENAI_API_KEY");
  auto key = parse_app_key(given[0].second);
  REQUIRE(key.has_value());
  AppKeyRow row = list_app_keys(lab.database, app.id)[0];
  CHECK(row.secret_hash == key->secret_hash);
  CHECK(row.sealed_text.find(given[0].second) == std::string::npos);
  CHECK(given[1].second == "https://fairway.example/api/proxy/openai/v1");
  CHECK(off_services(lab.database, row, {}) == std::vector<std::string>{"anthropic"});

  REQUIRE(lab.run(keep_environment(lab.host, "ann", "shop", {{"OPENAI_API_KEY", "mine"}})).ok());
  auto kept = *lab.run(site_variables(lab.host, deployment, app));
  CHECK(kept.size() == 3);
  CHECK(kept[0] == std::pair<std::string, std::string>("OPENAI_API_KEY", "mine"));

  remove_app(lab.host, app.id);
  CHECK(find_app_key(lab.database, row.id)->revoked_at_ms > 0);
  CHECK(untold_keys(lab.database) == std::vector<std::string>{row.id});
}

}  // namespace

#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/unit/transform_support.h"

using namespace fairway;
using namespace fairway::test;

namespace {

constexpr const char* answers = "export function handle() { return new Response('a'); }";

TransformSettings settings(std::vector<std::string> names = {}) {
  return {"dep-1", DatabaseKind::turso, std::move(names)};
}

Failure refused(const std::vector<BundleFile>& bundle) {
  const auto plan = plan_upload(bundle, settings());
  REQUIRE(!plan.ok());
  CHECK(plan.failure().reaction == Reaction::fix_input);
  CHECK(!plan.failure().hint.empty());
  return plan.failure();
}

std::string refused_path(std::string path) {
  return refused(project(answers, {file(std::move(path), "")})).code;
}

UploadPlan planned(const std::vector<BundleFile>& bundle, std::vector<std::string> names = {}) {
  auto plan = plan_upload(bundle, settings(std::move(names)));
  if (!plan.ok()) FAIL(plan.failure().message);
  return *plan;
}

std::vector<std::string> codes(const UploadPlan& plan) {
  std::vector<std::string> codes;
  for (const auto& warning : plan.warnings) codes.push_back(warning.code);
  return codes;
}

Json golden_of(const UploadPlan& plan) {
  Json golden{
      {"edits", plan.edits}, {"warnings", plan.warnings}, {"reads", plan.environment_names}};
  for (const auto& asset : plan.assets) golden["assets"].push_back(asset.path);
  for (const auto& module : plan.modules) {
    golden["modules"].push_back(module.name);
    for (const auto& edit : plan.edits) {
      if (edit.file == module.name) golden["texts"][module.name] = split(module.text, '\n');
    }
  }
  return golden;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("plan: the builder's three apps") {
  for (const char* id : {"guestbook", "shop", "notes"}) {
    CAPTURE(id);
    const auto bundle = builder_app(id);
    REQUIRE(bundle.size() > 5);
    const std::string path = cat({FAIRWAY_TEST_DATA, "/transform/", id, ".json"});
    const std::string text = golden_of(planned(bundle)).dump(1) + "\n";
    if (std::getenv("FAIRWAY_WRITE_GOLDEN") != nullptr) write_file_text(path, text);
    CHECK(text == file_text(path));
    CHECK(golden_of(planned(bundle)) == golden_of(planned(bundle)));
  }
}

TEST_CASE("plan: modules and assets are laid out in a fixed order") {
  const auto plan = planned(
      project("import './b.js';\nexport const handle = () => 1;",
              {file("public/z.css", "a"), file("b.js", ""), file("public/a/index.html", "b"),
               file("README.md", ""), file("public/_headers", "/*\n  A: b"),
               file("public/.DS_Store", ""), file("public/_redirects", "/a /b")}));
  Names names;
  for (const auto& module : plan.modules) names.push_back(module.name);
  CHECK(names ==
        Names{"_worker.js", "server.js", "b.js", "fairway/database.js", "fairway/release.js"});
  CHECK(module_text(plan, "fairway/release.js") == "export const release = \"dep-1\";\n");
  CHECK(module_text(plan, "_worker.js").find("/.well-known/fairway.json") != std::string::npos);
  REQUIRE(plan.assets.size() == 2);
  CHECK(plan.assets[0].path == "/a/index.html");
  CHECK(plan.assets[1].source_path == "public/z.css");
  CHECK(plan.headers_text == "/*\n  A: b");
  CHECK(plan.redirects_text == "/a /b");
  CHECK(plan.routes_json.empty());
}

TEST_CASE("plan: a site of files only still answers for its release") {
  const auto plan = planned({file("public/index.html", "<p>hi</p>")});
  CHECK(plan.modules.size() == 4);
  CHECK(module_text(plan, "server.js").find("404") != std::string::npos);
}

TEST_CASE("plan: what has nothing to publish, or too much, is refused") {
  CHECK(refused({}).code == "no_entry");
  CHECK(refused({file("server.ts", "")}).message ==
        "The server is TypeScript; Fairway publishes JavaScript (server.js).");
  CHECK(refused(project("export function other() {}")).code == "no_handle");
  CHECK(refused(project("import 'zod'; export const handle = 1;")).message ==
        "server.js, line 1: the package \"zod\" is not part of the project, and Fairway installs "
        "none.");
  std::vector<BundleFile> many(20'001, file("public/a", ""));
  CHECK(refused(many).message == "The project has 20,001 files; 20,000 are possible.");
  BundleFile large{"public/a.mp4", (25 << 20) + 1, std::nullopt};
  CHECK(refused(project(answers, {large})).code == "file_too_large");
}

TEST_CASE("plan: names that would leave their place or take ours are refused") {
  for (const char* path :
       {"", "/a", "../a", "a/../b", "a//b", "a/.", "a\\b", "a\nb", "\xFF", "a/"}) {
    CAPTURE(path);
    CHECK(refused_path(path) == "bad_path");
  }
  CHECK(refused_path(std::string(401, 'a')) == "bad_path");
  CHECK(refused_path(std::string("a\0b", 3)) == "bad_path");
  CHECK(refused_path("public/_worker.js") == "reserved_name");
  CHECK(refused_path("fairway/database.js") == "reserved_name");
  CHECK(refused_path("public/.well-known/fairway.json") == "reserved_name");
  CHECK(refused_path("public/.env.local") == "secret_file");
  CHECK(refused(project(answers, {file("public/a.js", "\xC3\x28")})).code == "not_utf8");
  CHECK(refused(project(answers, {file("public/a", ""), file("public/a", "")})).code ==
        "duplicate_path");
}

TEST_CASE("plan: the app's own routes keep the server reachable") {
  auto routes = [](std::string text) {
    return project(answers, {file("public/_routes.json", text)});
  };
  CHECK(planned(routes(R"({"version":1,"include":["/*"],"exclude":["/img/*"]})")).routes_json ==
        R"({"exclude":["/img/*"],"include":["/*"],"version":1})");
  const auto plan = planned(routes(R"({"version":1,"include":["/api/*"],"exclude":[]})"));
  CHECK(plan.routes_json ==
        R"({"exclude":[],"include":["/api/*","/.well-known/fairway.json"],"version":1})");
  CHECK(plan.edits.size() == 1);
  CHECK(refused(routes(R"({"version":1,"include":["/*"],"exclude":["/*"]})")).code == "bad_routes");
  CHECK(refused(routes("{")).code == "bad_routes");
  CHECK(refused(routes(R"({"include":[1]})")).code == "bad_routes");
}

TEST_CASE("plan: variables without a value and secrets in the open are told") {
  const std::string server = cat({"process.env.A; process.env.TURSO_AUTH_TOKEN; ", answers});
  CHECK(codes(planned(project(server))) == Names{"variable_not_set"});
  CHECK(planned(project(server)).environment_names == Names{"A"});
  CHECK(codes(planned(project(server), {"A"})).empty());
  CHECK(codes(planned(project(answers), {"VITE_API_KEY"})) == Names{"public_secret_name"});
  CHECK(codes(planned(project(answers), {"VITE_TITLE", "API_KEY"})).empty());

  const std::string key = cat({"sk_", "live_", "0123456789abcdefABCDEF"});
  const auto plan =
      planned(project(answers, {file("public/a.js", cat({"\nconst k = '", key, "';"}))}));
  REQUIRE(codes(plan) == Names{"secret_in_source"});
  CHECK(plan.warnings[0].line == 2);
  CHECK(to_text(Json(plan.warnings)).find(key) == std::string::npos);
  CHECK(codes(planned(project(cat({"const k = '", key, "'; ", answers})))) ==
        Names{"secret_in_source"});

  const auto vite =
      planned(project(answers, {file("public/a.js", "f(import.meta.env.VITE_SECRET_TOKEN)"),
                                file("public/min.js", "broken ("),
                                {"public/data.db", 10, std::nullopt}}));
  CHECK(codes(vite) ==
        Names{"environment_in_static_file", "public_database", "public_secret_name"});
}

TEST_CASE("plan: long lists are told short") {
  std::string server = answers;
  for (int i = 0; i < 700; ++i) server += cat({"\nprocess.env.A", decimal(i)});
  const auto plan = planned(project(server));
  CHECK(plan.edits.size() == edits_max);
  CHECK(plan.warnings.size() == warnings_max);
  CHECK(plan.environment_names.size() == 700);
}

TEST_CASE("plan: which files must be read") {
  for (const char* path : {"server.js", "lib/a.mjs", "package.json", "prisma/schema.prisma",
                           "public/_headers", "public/app.js", "public/index.html"}) {
    CHECK(needs_text(path, 10));
  }
  for (const char* path : {"public/a.png", "preview.db", ".env", ".env.example", "README.md"}) {
    CHECK(!needs_text(path, 10));
  }
  CHECK(!needs_text("server.js", (1 << 20) + 1));
}

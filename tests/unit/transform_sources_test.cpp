#include <doctest/doctest.h>

#include "tests/unit/transform_support.h"

using namespace fairway;
using namespace fairway::test;

namespace {

constexpr std::string_view env_import = "import { env } from 'cloudflare:workers';\n";

EditedSources edited(std::string server, std::vector<BundleFile> others = {}) {
  auto sources = edit_sources(project(std::move(server), std::move(others)));
  REQUIRE(sources.ok());
  return *sources;
}

std::vector<std::string> codes(const std::vector<TransformWarning>& warnings) {
  std::vector<std::string> codes;
  for (const auto& warning : warnings) codes.push_back(warning.code);
  return codes;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("sources: the environment in its forms") {
  CHECK(edited_server("a(process.env.A);") == cat({env_import, "a(env.A);"}));
  CHECK(edited_server("a(process.env['A-B'], process.env[`C`]);") ==
        cat({env_import, "a(env['A-B'], env[`C`]);"}));
  CHECK(edited_server("a(process?.env?.A ?? 1, globalThis.process.env.B);") ==
        cat({env_import, "a(env.A ?? 1, env.B);"}));
  CHECK(edited_server("a(import.meta.env.A, import.meta.env.MODE, import.meta.env.PROD);") ==
        cat({env_import, "a(env.A, 'production', true);"}));
  CHECK(edited_server("x = process.env.NODE_ENV === 'a';") == "x = 'production' === 'a';");
  CHECK(edited_server("const { A, B = f(1, 2), C: d, 'E': g } = process.env;") ==
        cat({env_import, "const { A, B = f(1, 2), C: d, 'E': g } = env;"}));
  const auto sources =
      edited("const { A, B = f(1, 2), C: d, 'E': g } = process.env; h(process.env.A)");
  CHECK(sources.environment_names == Names{"A", "B", "C", "E"});
  CHECK(sources.warnings.empty());
}

TEST_CASE("sources: strings, comments, templates, regular expressions and other names stay") {
  const std::string text =
      "// process.env.A\nconst a = 'process.env.B', b = `process.env.C`, c = /process.env.D/;\n"
      "a.process.env.E; my.process; const o = { process: 1 };";
  CHECK(edited_server(text) == text);
  CHECK(edited_server("f(`a ${process.env.A} b`)") == cat({env_import, "f(`a ${env.A} b`)"}));
  const std::string own = "const process = { env: { A: 1 } };\nf(process.env.A);";
  CHECK(edited_server(own) == own);
}

TEST_CASE("sources: a module that has its own env keeps it") {
  CHECK(edited_server("const env = process.env;\nf(env.A);") ==
        "import { env as fairwayEnv } from 'cloudflare:workers';\n"
        "const env = fairwayEnv;\nf(env.A);");
  CHECK(edited_server("import { env as e } from 'cloudflare:workers';\nf(process.env.A, e.B);") ==
        "import { env as e } from 'cloudflare:workers';\nf(e.A, e.B);");
  const auto sources = edited("import { env } from 'node:process';\nf(env.A);");
  CHECK(module_text(sources, "server.js") ==
        "import { env } from 'cloudflare:workers';\nf(env.A);");
  CHECK(sources.environment_names == Names{"A"});
}

TEST_CASE("sources: what cannot be read from the text is a warning") {
  CHECK(codes(edited("f(process.env[name]);").warnings) == Names{"computed_environment_name"});
  CHECK(codes(edited("f({ ...process.env });").warnings) == Names{"whole_environment"});
  CHECK(codes(edited("const { A, ...rest } = process.env;").warnings) ==
        Names{"whole_environment"});
  CHECK(codes(edited("process.env.A = '1';").warnings) == Names{"environment_write"});
  CHECK(codes(edited("x = process.env.A == '1';").warnings).empty());
  CHECK(codes(edited("await import(name);").warnings) == Names{"computed_import"});
  CHECK(codes(edited("export { openDatabase } from '@builder/preview-database';").warnings) ==
        Names{"database_not_opened"});
}

TEST_CASE("sources: the preview database becomes the one at Turso") {
  const std::string settings = "{ url: env.TURSO_DATABASE_URL, authToken: env.TURSO_AUTH_TOKEN }";
  const std::string server =
      "import { database } from './lib/data.js';\nexport const handle = () => database;";
  const auto sources = edited(
      server,
      {file("lib/data.js",
            "import { openDatabase as open } from '@builder/preview-database';\n"
            "export const database = open(process.env.DATABASE_URL ?? f('preview.db'));\n")});
  CHECK(module_text(sources, "server.js") == server);
  CHECK(module_text(sources, "lib/data.js") ==
        cat({env_import, "import { openDatabase as open } from '../fairway/database.js';\n",
             "export const database = open(", settings, ");\n"}));
  CHECK(sources.environment_names.empty());
  REQUIRE(sources.edits.size() == 3);
  CHECK(sources.edits[2].line == 2);
  CHECK(sources.edits[2].before ==
        "export const database = open(process.env.DATABASE_URL ?? f('preview.db'));");

  CHECK(edited_server("import * as d from '@builder/preview-database';\nd.openDatabase('x');") ==
        cat({env_import, "import * as d from './fairway/database.js';\nd.openDatabase(", settings,
             ");"}));
}

TEST_CASE("sources: imports are followed and named in full") {
  const auto sources = edited(
      "import a from './a';\nimport './b/index.js';\nexport * from './c.mjs';\n"
      "const d = await import('./d.js');\nimport e from './e.json' with { type: 'json' };\n"
      "import { createHash } from 'crypto';\nimport('node:fs');",
      {file("a.js", "import './server.js';"), file("b/index.js", "import c from '../c.mjs';"),
       file("c.mjs", "export default 1;"), file("d.js", ""), file("e.json", "{\"a\": \"\\\"\"}"),
       file("not_reached.js", "syntax error (")});
  CHECK(module_text(sources, "server.js") ==
        "import a from './a.js';\nimport './b/index.js';\nexport * from './c.mjs';\n"
        "const d = await import('./d.js');\nimport e from './e.json.js';\n"
        "import { createHash } from 'node:crypto';\nimport('node:fs');");
  CHECK(module_text(sources, "e.json.js") ==
        "export default JSON.parse(\"{\\\"a\\\": \\\"\\\\\\\"\\\"}\");\n");
  CHECK(module_text(sources, "not_reached.js") == "(no such module)");
  CHECK(sources.modules.size() == 6);
  CHECK(sources.compatibility_flags == Names{"nodejs_compat"});
  CHECK(codes(sources.warnings) == Names{"files_are_not_kept"});
}

TEST_CASE("sources: what cannot be published is refused with its place") {
  CHECK(edited_server("import './gone.js';") ==
        "missing_module: server.js, line 1: the import \"./gone.js\" is no JavaScript file of the "
        "project.");
  CHECK(edited_server("\nimport '../out.js';").starts_with("missing_module: server.js, line 2"));
  CHECK(edited_server("import './a.js';", {file("a.ts", "")}) ==
        "missing_module: server.js, line 1: the import \"./a.js\" is TypeScript; Fairway publishes "
        "JavaScript.");
  CHECK(edited_server("const a = require('a');") ==
        "common_js: server.js, line 1: require() is CommonJS; server code must use import and "
        "export.");
  CHECK(edited_server("module.exports = {};").starts_with("common_js"));
  CHECK(edited_server("let a = 'b;\n") == "bad_source: server.js, line 1: a string has no end.");
  CHECK(edited_server("import a from './a.json';", {file("a.json", "{")}) ==
        "bad_source: a.json is not valid JSON.");
  BundleFile large{"a.js", 2 << 20, std::nullopt};
  CHECK(edited_server("import './a.js';", {large}).starts_with("source_too_large: a.js"));
  CHECK(edited_server("1", {file("package.json", "[]")}).starts_with("bad_package_json"));
  const auto packages =
      edited("import { z } from 'zod';\nimport 'https://a.example/b.js';").packages;
  REQUIRE(packages.size() == 2);
  CHECK(packages[0].name == "zod");
  CHECK(packages[1].line == 2);
}

TEST_CASE("sources: Prisma 7 and 6 get their adapter, the provider stays sqlite") {
  const std::string server =
      "import { PrismaClient } from '@prisma/client';\nconst a = new PrismaClient();\n"
      "const b = new PrismaClient({ log: ['warn'] });\nconst c = new PrismaClient(options);\n"
      "const d = new PrismaClient;";
  const std::string made =
      "({ url: env.TURSO_DATABASE_URL, authToken: env.TURSO_AUTH_TOKEN }, "
      "{ timestampFormat: 'unixepoch-ms' })";
  auto expected = [&made](std::string_view name) {
    std::string adapter = cat({"new ", name, made});
    return cat({"import { env } from 'cloudflare:workers';\n", "import { ", name,
                " } from '@prisma/adapter-libsql/web';\n",
                "import { PrismaClient } from '@prisma/client';\n",
                "const a = new PrismaClient({ adapter: ", adapter, " });\n",
                "const b = new PrismaClient({ adapter: ", adapter, ", log: ['warn'] });\n",
                "const c = new PrismaClient({ ...(options), adapter: ", adapter, " });\n",
                "const d = new PrismaClient({ adapter: ", adapter, " });"});
  };
  auto package = [](std::string_view version) {
    return file("package.json", cat({R"({"dependencies":{"@prisma/client":")", version, "\"}}"}));
  };
  CHECK(edited_server(server, {package("^7.1.0")}) == expected("PrismaLibSql"));
  CHECK(edited_server(server, {package("~6.19.2")}) == expected("PrismaLibSQL"));
  CHECK(edited_server(server, {package("5.22.0")}) == server);

  // The adapter goes on in the form that the rows have.
  const auto files = project(server, {package("^7.1.0")});
  auto formats = [&](const std::vector<DateColumn>& dates) {
    const auto sources = edit_sources(files, dates);
    REQUIRE(sources.ok());
    const std::string& text = sources->modules.front().text;
    return text.find("'iso8601'") != std::string::npos
               ? std::string("iso8601")
               : cat({"ms ", join(codes(sources->warnings), ",")});
  };
  CHECK(formats({{"User", "createdAt", "ISO text"}}) == "iso8601");
  CHECK(formats({{"User", "createdAt", "milliseconds"}}) == "ms ");
  CHECK(formats({{"User", "createdAt", "ISO text"}, {"Post", "at", "milliseconds"}}) == "ms ");
  CHECK(formats({{"User", "createdAt", "mixed"}}) == "ms dates_mixed");

  const auto old = edited(server, {package("5.22.0")});
  CHECK(codes(old.warnings) == Names{"prisma_too_old"});
  const auto schema = [](std::string_view provider) {
    return file("prisma/schema.prisma",
                cat({"generator client {\n  provider = \"prisma-client-js\"\n}\n",
                     "datasource db {\n  provider = \"", provider, "\"\n  url = env(\"A\")\n}\n"}));
  };
  const auto preview = edited(server, {package("6.8.0"), schema("sqlite")});
  REQUIRE(!preview.edits.empty());
  CHECK(preview.edits.back().file == "prisma/schema.prisma");
  CHECK(preview.edits.back().after == "previewFeatures = [\"driverAdapters\"]");
  CHECK(preview.edits.back().line == 2);
  CHECK(codes(edited(server, {package("6.19.0"), schema("libsql")}).warnings) ==
        Names{"prisma_provider"});
  CHECK(codes(edited(server, {package("7.0.0"), schema("sqlite")}).warnings) ==
        Names{"prisma_url"});
}

TEST_CASE("sources: an edit shows whole lines before and after") {
  const auto sources =
      edited("const a = 1;\n  f(process.env.A, process.env.B);\ng(process.env.C);\n");
  REQUIRE(sources.edits.size() == 3);
  CHECK(sources.edits[0] == SourceEdit{"server.js", 1, "",
                                       "import { env } from 'cloudflare:workers';",
                                       "env is what Cloudflare calls the environment"});
  CHECK(sources.edits[1] == SourceEdit{"server.js", 2, "f(process.env.A, process.env.B);",
                                       "f(env.A, env.B);",
                                       "the environment of a published app is env"});
  CHECK(sources.edits[2].line == 3);
}

TEST_CASE("sources: editing what was edited changes nothing") {
  const std::string once = edited_server(
      "import { openDatabase } from '@builder/preview-database';\n"
      "const { A } = process.env;\nopenDatabase('x');",
      {});
  CHECK(edited_server(once, {file("fairway/database.js", "export {};")}) == once);
}

// Manifests from the tab: paths, sizes and hashes that may be, and the many that may not.
#include <doctest/doctest.h>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/projects/projects.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

const std::string hash_a(64, 'a'), hash_b(64, 'b');

Json part(const std::string& sha256, int64_t size_bytes) {
  return {{"sha256", sha256}, {"size_bytes", size_bytes}};
}

Json file(const std::string& path, int64_t size_bytes = 5) {
  Json parts = size_bytes == 0 ? Json::array() : Json::array({part(hash_a, size_bytes)});
  return {{"path", path}, {"size_bytes", size_bytes}, {"parts", parts}};
}

// What is wrong with a bundle of these files, "" when nothing is.
std::string wrong_list(const Json& files) {
  auto bundle = read_bundle({{"files", files}});
  if (bundle.ok()) return "";
  CHECK(bundle.failure().code == "invalid_field");
  CHECK(bundle.failure().reaction == Reaction::fix_input);
  return bundle.failure().message;
}
std::string wrong(std::vector<Json> files) { return wrong_list(Json(std::move(files))); }

TEST_CASE("Paths that a site has are taken, paths that lead elsewhere are not") {
  for (const char* path : {"index.html", "public/a b.txt", "public/ü/日本.png", ".env.example",
                           "a..b", "...", "a/.well-known/x", "con", "a\"b'c", "%2e%2e/x"}) {
    CHECK_MESSAGE(why_bad_path(path) == "", path);
  }
  for (const std::string& path :
       {std::string(""), std::string("/etc/passwd"), std::string(".."), std::string("../x"),
        std::string("a/../b"), std::string("a/.."), std::string("."), std::string("./a"),
        std::string("a//b"), std::string("a/"), std::string("a\\b"), std::string("C:\\x"),
        std::string("a\nb"), std::string("a\0b", 3), std::string("a\x7f"), std::string("\xFF"),
        std::string("a/\xC0\xAE\xC0\xAE/b"), std::string(1'001, 'a')}) {
    CHECK_MESSAGE(why_bad_path(path) != "", path);
    CHECK_MESSAGE(wrong({file(path)}) != "", path);
  }
  CHECK(wrong({file("../x")}) == "files[0].path cannot be used: it holds an empty, . or .. part.");
}

TEST_CASE("A path is one file: not two, and not a folder at the same time") {
  CHECK(wrong({file("a"), file("b"), file("c/d"), file("c/e")}) == "");
  CHECK(wrong({file("a"), file("b"), file("a")}) == "files name a twice.");
  CHECK(wrong({file("a/b"), file("a.txt"), file("a"), file("a-b")}) == "files name a twice.");
  CHECK(wrong({file("a"), file("A")}) == "");
}

TEST_CASE("Sizes and parts add up, and stay within their limits") {
  const int64_t full = limits::part_bytes_max;
  auto with_parts = [](int64_t size_bytes, std::vector<Json> parts) {
    return Json{{"path", "a"}, {"size_bytes", size_bytes}, {"parts", std::move(parts)}};
  };
  CHECK(wrong({file("a", 0)}) == "");
  CHECK(wrong({with_parts(full + 7, {part(hash_a, full), part(hash_b, 7)})}) == "");
  CHECK(wrong({with_parts(full, {part(hash_a, full)})}) == "");
  CHECK(wrong({with_parts(8, {part(hash_a, 7)})}) == "files[0].parts must add up to size_bytes.");
  CHECK(wrong({with_parts(0, {part(hash_a, 7)})}) != "");
  CHECK(wrong({with_parts(7, {})}) != "");
  CHECK(wrong({with_parts(full + 7, {part(hash_a, 7), part(hash_b, full)})})
            .starts_with("files[0].parts[0].size_bytes must be the full size"));
  CHECK(wrong({with_parts(full + 1, {part(hash_a, full + 1)})})
            .starts_with("files[0].parts[0].size_bytes must be an integer from 1 to"));
  CHECK(wrong({with_parts(0, {part(hash_a, 0)})}) != "");
  CHECK(wrong({with_parts(-1, {})}) != "");
  CHECK(wrong({with_parts(7, {part(std::string(64, 'A'), 7)})}) ==
        "files[0].parts[0].sha256 must be 64 hex digits.");
  CHECK(wrong({with_parts(7, {part("../" + std::string(61, 'a'), 7)})}) != "");
  CHECK(wrong({with_parts(7, {part(std::string(63, 'a'), 7)})}) != "");

  Json parts = Json::array();
  for (int64_t left = limits::file_bytes_max + 1; left > 0; left -= full) {
    parts.push_back(part(hash_a, std::min(left, full)));
  }
  CHECK(wrong({with_parts(limits::file_bytes_max + 1, parts.get<std::vector<Json>>())})
            .starts_with("files[0].size_bytes must be an integer from 0 to"));
}

TEST_CASE("A bundle has bounds of its own") {
  Json parts = Json::array();
  for (int64_t left = limits::file_bytes_max; left > 0; left -= limits::part_bytes_max) {
    parts.push_back(part(hash_a, std::min(left, limits::part_bytes_max)));
  }
  Json files = Json::array();
  for (int64_t i = 0; i < 21; ++i) {
    files.push_back(
        {{"path", decimal(i)}, {"size_bytes", limits::file_bytes_max}, {"parts", parts}});
  }
  CHECK(wrong_list(files) == "files are larger than 512 MB together.");
  files.erase(20);
  CHECK(wrong_list(files) == "");
  Json many = Json::array();
  for (int64_t i = 0; i <= limits::files_max; ++i) many.push_back(file(decimal(i), 0));
  CHECK(wrong_list(many) == "files must be a list of at most 20000 items.");
}

TEST_CASE("Manifests of any other shape are refused, and the field is named") {
  for (const char* text :
       {"null", "7", "[]", "{}", R"({"files":null})", R"({"files":{}})", R"({"files":[7]})",
        R"({"files":[{}]})", R"({"files":[{"path":7,"size_bytes":0,"parts":[]}]})",
        R"({"files":[{"path":"a","size_bytes":"0","parts":[]}]})",
        R"({"files":[{"path":"a","size_bytes":0.5,"parts":[]}]})",
        R"({"files":[{"path":"a","size_bytes":18446744073709551615,"parts":[]}]})",
        R"({"files":[{"path":"a","size_bytes":0,"parts":{}}]})",
        R"({"files":[{"path":"a","size_bytes":0}]})"}) {
    auto bundle = read_bundle(parse_json(text).value());
    REQUIRE_MESSAGE(!bundle.ok(), text);
    CHECK(bundle.failure().code == "invalid_field");
    auto preview = read_preview(parse_json(text).value());
    CHECK(!preview.ok());
  }
}

Json preview() {
  return {{"image", {{"size_bytes", 8'192}, {"sha256", hash_a}, {"parts", {part(hash_b, 8'192)}}}},
          {"source", {{"size_bytes", 9'000}, {"sha256", hash_b}}},
          {"schema",
           {{{"type", "table"}, {"name", "t"}, {"table", "t"}, {"sql", "CREATE TABLE t(a)"}}}},
          {"tables",
           {{{"name", "t"}, {"rows", 12}, {"row_checksum", "0"}, {"columns", Json::array()}}}},
          {"added_rows",
           {{{"table", "t"}, {"rows", 12}, {"batches", {part(hash_a, 10), part(hash_b, 20)}}}}},
          {"dates", {{{"table", "t"}, {"column", "at"}, {"form", "milliseconds"}}}}};
}

std::string wrong_preview(const Json::json_pointer& at, Json value) {
  Json changed = preview();
  changed[at] = std::move(value);
  auto read = read_preview(changed);
  return read.ok() ? "" : read.failure().message;
}

TEST_CASE("A preview's manifest is read whole and written again the same") {
  auto read = read_preview(preview());
  REQUIRE(read.ok());
  CHECK(preview_json(*read) == preview());
  CHECK(rows_of(*read) == 12);
  Json without = preview();
  without.erase("added_rows");
  without.erase("dates");
  CHECK(read_preview(without).ok());
}

TEST_CASE("Each wrong member of a preview's manifest is named") {
  using At = Json::json_pointer;
  CHECK(wrong_preview(At("/image/size_bytes"), 0).starts_with("image.size_bytes"));
  CHECK(wrong_preview(At("/image/size_bytes"), 8'193).starts_with("image.parts"));
  CHECK(wrong_preview(At("/image/sha256"), std::string(64, 'g')).starts_with("image.sha256"));
  CHECK(wrong_preview(At("/image/parts/0/sha256"), "x").starts_with("image.parts[0].sha256"));
  CHECK(wrong_preview(At("/source/sha256"), std::string(64, '/')).starts_with("source.sha256"));
  CHECK(wrong_preview(At("/source"), nullptr).starts_with("source must be an object"));
  CHECK(wrong_preview(At("/schema"), "CREATE TABLE").starts_with("schema"));
  CHECK(wrong_preview(At("/tables"), 7).starts_with("tables"));
  CHECK(wrong_preview(At("/tables/0/rows"), -1).starts_with("tables[0].rows"));
  CHECK(wrong_preview(At("/tables/0/rows"), int64_t{1} << 52).starts_with("tables[0].rows"));
  CHECK(wrong_preview(At("/added_rows/0/batches/1/sha256"), "x")
            .starts_with("added_rows[0].batches[1].sha256"));
  CHECK(wrong_preview(At("/added_rows/0/rows"), "x").starts_with("added_rows[0].rows"));
  CHECK(wrong_preview(At("/dates/0/form"), 3).starts_with("dates[0].form"));
}

TEST_CASE("A manifest is kept only when every part that it names was uploaded, in its size") {
  TestHost lab;
  create_project_tables(lab.database);
  save_project(lab.host, "shop", "Shop", "");
  std::string bytes = "hello", name = hex(sha256_of(bytes));
  Bundle bundle{{{"index.html", 5, {{name, 5}}}}};
  auto missing = lab.run(keep_bundle(lab.host, "ann", "shop", bundle));
  CHECK(code_of(missing) == "part_missing");
  CHECK(missing.failure().message.find(name) != std::string::npos);
  CHECK(find_project(lab.database, "shop")->bundle_sha256 == "");
  lab.world.blobs[blob_key("bob", name)] = bytes;
  CHECK(code_of(lab.run(keep_bundle(lab.host, "ann", "shop", bundle))) == "part_missing");
  lab.world.blobs[blob_key("ann", name)] = bytes + "x";
  CHECK(code_of(lab.run(keep_bundle(lab.host, "ann", "shop", bundle))) == "part_missing");
  lab.world.blobs[blob_key("ann", name)] = bytes;
  REQUIRE(lab.run(keep_bundle(lab.host, "ann", "shop", bundle)).ok());
  auto project = find_project(lab.database, "shop");
  CHECK(project->files == 1);
  auto loaded = lab.run(load_bundle(lab.host, "ann", project->bundle_sha256));
  REQUIRE(loaded.ok());
  CHECK(bundle_json(*loaded) == bundle_json(bundle));
  CHECK(*lab.run(load_file(lab.host, "ann", loaded->files.at(0))) == bytes);
  CHECK(!lab.run(load_bundle(lab.host, "bob", project->bundle_sha256)).ok());
}

TEST_CASE("Projects: kept, renamed, listed newest first; variables by name") {
  TestHost lab;
  create_project_tables(lab.database);
  save_project(lab.host, "one1", "One", "first");
  lab.world.now += 5;
  save_project(lab.host, "two2", "Two", "");
  CHECK(list_projects(lab.database).at(0).id == "two2");
  lab.world.now += 5;
  save_project(lab.host, "one1", "Eins", "renamed");
  CHECK(list_projects(lab.database).at(0).name == "Eins");
  CHECK(find_project(lab.database, "one1")->created_at_ms <
        find_project(lab.database, "one1")->updated_at_ms);
  CHECK(count_projects(lab.database) == 2);
  CHECK(!find_project(lab.database, "' OR 1=1").has_value());
  save_variable(lab.host, "one1", {"B", "s1", 0});
  save_variable(lab.host, "one1", {"A", "s2", 0});
  save_variable(lab.host, "one1", {"B", "s3", 0});
  auto variables = list_environment(lab.database, "one1");
  REQUIRE(variables.size() == 2);
  CHECK(variables[0].name == "A");
  CHECK(variables[1].sealed_value == "s3");
  CHECK(list_environment(lab.database, "two2").empty());
  remove_variable(lab.host, "one1", "B");
  remove_variable(lab.host, "one1", "unknown");
  CHECK(list_environment(lab.database, "one1").size() == 1);
}

}  // namespace

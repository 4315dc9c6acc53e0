// Cloudflare Pages: the same calls that Cloudflare's own client makes (recorded in
// tests/data/pages), and what each kind of answer becomes.
#include <doctest/doctest.h>

#include <algorithm>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/provisioning.h"
#include "tests/unit/host_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

// One recorded call: "POST /pages/assets/upload", and its lines without their margin of two.
struct Recorded {
  std::string call;
  std::vector<std::string> lines;

  Json json(std::string_view label) const {
    for (const auto& line : lines) {
      if (line.starts_with(label)) return parse_json(line.substr(label.size())).value();
    }
    return Json();
  }
  bool has(std::string_view line) const {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
};

std::vector<Recorded> recorded_calls() {
  std::vector<Recorded> calls;
  std::string text = test_data("pages/wrangler_pages_deploy.txt");
  for (auto line : split(text, '\n')) {
    if (line.empty()) continue;
    if (line[0] != ' ') {
      calls.push_back({std::string(line), {}});
    } else {
      calls.back().lines.emplace_back(line.substr(2));
    }
  }
  return calls;
}

const Recorded& last_recorded(const std::vector<Recorded>& calls, std::string_view call) {
  auto found = std::find_if(calls.rbegin(), calls.rend(),
                            [&](const Recorded& one) { return one.call == call; });
  REQUIRE(found != calls.rend());
  return *found;
}

// A multipart body as the recording writes it: "field name: value", "file name: filename=...
// type=".
std::vector<std::string> form_lines(std::string_view body, std::string_view content_type) {
  std::vector<std::string> lines;
  std::string boundary = cat({"--", content_type.substr(content_type.find('=') + 1)});
  REQUIRE(body.ends_with(cat({boundary, "--\r\n"})));
  size_t at = boundary.size() + 2;
  for (size_t end; (end = body.find(cat({"\r\n", boundary}), at)) != std::string::npos;) {
    std::string_view part = body.substr(at, end - at);
    size_t blank = part.find("\r\n\r\n");
    REQUIRE(blank != std::string_view::npos);
    std::string_view head = part.substr(0, blank), content = part.substr(blank + 4);
    size_t name_at = head.find("name=\"") + 6;
    auto name = head.substr(name_at, head.find('"', name_at) - name_at);
    size_t file_at = head.find("filename=\""), type_at = head.find("Content-Type: ");
    if (file_at == std::string_view::npos) {
      lines.push_back(cat({"field ", name, ": ", content}));
    } else {
      file_at += 10;
      lines.push_back(cat({"file ", name,
                           ": filename=", head.substr(file_at, head.find('"', file_at) - file_at),
                           " type=", head.substr(type_at + 14)}));
    }
    at = end + boundary.size() + 4;
  }
  return lines;
}

std::string header_of(const Script::Received& received, std::string_view name) {
  for (const auto& header : received.request.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

constexpr std::string_view project_body =
    R"({"success":true,"errors":[],"result":{"name":"demo","subdomain":"demo.pages.dev",
        "canonical_deployment":{"id":"dep-1"},
        "deployment_configs":{"production":{"env_vars":{"OLD":{"type":"secret_text"}}}}}})";

// Answers as Cloudflare does when it has none of the files.
HttpResponse cloudflare(const Script::Received& received) {
  const std::string& url = received.request.url;
  auto result = [](std::string_view json) {
    return answer_of(200, cat({R"({"success":true,"errors":[],"result":)", json, "}"}));
  };
  if (url.ends_with("/upload-token")) return result(R"({"jwt":"upload-jwt"})");
  if (url.ends_with("/check-missing")) {
    return result(to_text(parse_json(received.body).value()["hashes"]));
  }
  if (url.ends_with("/deployments")) return result(R"({"id":"dep-2","url":"https://x.pages.dev"})");
  if (url.find("/pages/assets/") != std::string::npos) return result("null");
  return answer_of(200, std::string(project_body));
}

SiteUpload demo_upload() {
  SiteUpload upload;
  upload.assets = {{"/index.html", "<h1>hi</h1>\n", {}, 12}, {"/sub/x.txt", "abc", {}, 3}};
  upload.modules = {{"_worker.js", "export default {};"}, {"lib/other.js", "export {};"}};
  upload.headers_text = "/*\n  X-Test: 1\n";
  upload.redirects_text = "/a /sub/x.txt 301\n";
  upload.routes_json = R"({"version":1,"include":["/api/*"],"exclude":[]})";
  upload.release = "words";
  return upload;
}

TEST_CASE("Assets go as wrangler sends them: hashes, tokens, bodies") {
  auto calls = recorded_calls();
  TestHost lab;
  lab.script.reply = cloudflare;
  auto manifest = lab.run(upload_pages_assets(lab.host, "demo", demo_upload().assets));
  REQUIRE(manifest.ok());
  const auto& received = lab.script.received;
  REQUIRE(received.size() == 4);
  CHECK(received[0].request.url ==
        "https://api.cloudflare.com/client/v4/accounts/account-1/pages/"
        "projects/demo/upload-token");
  CHECK(header_of(received[0], "authorization") == "Bearer cloudflare-api-token");
  for (size_t i = 1; i < 4; ++i) {
    CHECK(header_of(received[i], "authorization") == "Bearer upload-jwt");
    CHECK(header_of(received[i], "content-type") == "application/json");
    CHECK(
        received[i].request.url.starts_with("https://api.cloudflare.com/client/v4/pages/assets/"));
  }
  auto sent = [&](size_t i) { return parse_json(received[i].body).value(); };
  CHECK(sent(1) == last_recorded(calls, "POST /pages/assets/check-missing").json("body: "));
  CHECK(sent(3) == last_recorded(calls, "POST /pages/assets/upsert-hashes").json("body: "));
  Json uploaded = Json::array();
  for (const auto& call : calls) {
    if (call.call != "POST /pages/assets/upload") continue;
    for (const Json& file : call.json("body: ")) uploaded.push_back(file);
  }
  CHECK(sent(2) == uploaded);
}

TEST_CASE("A deployment's form has wrangler's parts in wrangler's order") {
  auto calls = recorded_calls();
  const Recorded& recorded =
      last_recorded(calls, "POST /accounts/<account>/pages/projects/demo/deployments");
  TestHost lab;
  lab.script.reply = cloudflare;
  auto manifest = lab.run(upload_pages_assets(lab.host, "demo", demo_upload().assets));
  auto made = lab.run(make_pages_deployment(lab.host, "demo", demo_upload(), *manifest));
  REQUIRE(made.ok());
  CHECK(made->id == "dep-2");
  const auto& sent = lab.script.received.back();
  auto lines = form_lines(sent.body, header_of(sent, "content-type"));
  for (const auto& line : lines) {
    // What the recording's command line had said otherwise.
    bool differs =
        line.starts_with("field commit_hash: ") || line.starts_with("field commit_dirty");
    if (!differs) CHECK_MESSAGE(recorded.has(line), line);
  }
  auto name_of_line = [](std::string_view line) {
    return std::string(line.substr(0, line.find(':')));
  };
  std::vector<std::string> ours, theirs;
  for (const auto& line : lines) ours.push_back(name_of_line(line));
  for (const auto& line : recorded.lines) {
    if (line.starts_with("field ") || line.starts_with("file "))
      theirs.push_back(name_of_line(line));
  }
  CHECK(ours == theirs);
}

TEST_CASE("The worker's modules are a form inside of the form, the main one named first") {
  TestHost lab;
  lab.script.reply = cloudflare;
  REQUIRE(lab.run(make_pages_deployment(lab.host, "demo", demo_upload(), {})).ok());
  const std::string& body = lab.script.received.back().body;
  CHECK(body.find(R"({"main_module":"_worker.js"})") != std::string::npos);
  CHECK(body.find("name=\"_worker.js\"; filename=\"_worker.js\"\r\nContent-Type: "
                  "application/javascript+module\r\n\r\nexport default {};") != std::string::npos);
  CHECK(body.find("name=\"lib/other.js\"; filename=\"lib/other.js\"") != std::string::npos);
}

TEST_CASE("A site without a server sends no worker and no routes") {
  TestHost lab;
  lab.script.reply = cloudflare;
  SiteUpload upload;
  upload.release = "dep_1";
  REQUIRE(lab.run(make_pages_deployment(lab.host, "demo", upload, {})).ok());
  const auto& sent = lab.script.received.back();
  auto lines = form_lines(sent.body, header_of(sent, "content-type"));
  CHECK(lines.size() == 5);
  CHECK(lines[0] == "field manifest: {}");
  CHECK(lines[2] == "field commit_message: dep_1");
}

TEST_CASE("A file that holds a boundary gets another boundary") {
  TestHost lab;
  lab.script.reply = cloudflare;
  SiteUpload upload = demo_upload();
  REQUIRE(lab.run(make_pages_deployment(lab.host, "demo", upload, {})).ok());
  std::string first = header_of(lab.script.received.back(), "content-type");
  std::string boundary = first.substr(first.find('=') + 1);
  upload.headers_text = boundary;  // a hostile builder knows how boundaries are made
  upload.headers_text.resize(demo_upload().headers_text.size(), ' ');
  upload.redirects_text = boundary;
  REQUIRE(lab.run(make_pages_deployment(lab.host, "demo", upload, {})).ok());
  const auto& sent = lab.script.received.back();
  auto lines = form_lines(sent.body, header_of(sent, "content-type"));
  CHECK(lines.size() == 9);
}

TEST_CASE("A module's name cannot write headers of its own") {
  TestHost lab;
  lab.script.reply = cloudflare;
  SiteUpload upload = demo_upload();
  upload.modules.push_back({"a\"; filename=\"_worker.js\"\r\nX: y.js", "export {};"});
  REQUIRE(lab.run(make_pages_deployment(lab.host, "demo", upload, {})).ok());
  const std::string& body = lab.script.received.back().body;
  CHECK(body.find("\r\nX: y") == std::string::npos);
  CHECK(body.find("name=\"a%22; filename=%22_worker.js%22%0D%0AX: y.js\";") != std::string::npos);
}

// What node's path.extname and blake3-wasm 3.0.0 gave, as wrangler combines them.
TEST_CASE("Asset hashes are wrangler's") {
  CHECK(pages_asset_hash("<h1>hi</h1>\n", "/index.html") == "17453d0cfb9bacc76d9f30d3cb9ca048");
  CHECK(pages_asset_hash("abc", "/sub/x.txt") == "70b5408031ff6f55ff45333b760cd94f");
  CHECK(pages_asset_hash("", "/a.js") == "a6afb12e4123b716c459ec5064b4061c");
  for (const char* path : {"/noext", "/.env", "/a.", "/dir.d/file", "/a/.b"}) {
    CHECK_MESSAGE(pages_asset_hash("abc", path) == "c67219c1e9271fde4f573e4a3a12a0e4", path);
  }
  CHECK(pages_asset_hash("abc", "/.x.txt") == "70b5408031ff6f55ff45333b760cd94f");
  CHECK(pages_asset_hash("abc", "/x.tar.txt") == "70b5408031ff6f55ff45333b760cd94f");
  CHECK(pages_asset_hash("abc", "/x.TXT") != "70b5408031ff6f55ff45333b760cd94f");
}

std::string pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = char(i % 251);
  return bytes;
}

TEST_CASE("A file in the blob store has the same hash and the same base64, however it was cut") {
  const std::string content = pattern(800'000);
  for (size_t cut : {size_t{1}, size_t{2}, size_t{3}, size_t{399'999}, size_t{786'432}}) {
    TestHost lab;
    lab.script.reply = cloudflare;
    size_t whole = cut / 3 * 3;  // parts but the last are multiples of 3
    lab.world.blobs = {{"ann/1", content.substr(0, whole)}, {"ann/2", content.substr(whole)}};
    SiteAsset asset{"/p.png", "", {"ann/1", "ann/2"}, int64_t(content.size())};
    auto manifest = lab.run(upload_pages_assets(lab.host, "demo", {asset}));
    REQUIRE(manifest.ok());
    CHECK(manifest->at(0).second == "6ba4f5e412070532b368179ecbee755b");
    auto sent = parse_json(lab.script.received.at(2).body);
    REQUIRE(sent.ok());
    CHECK(from_base64((*sent)[0]["value"].get<std::string>()) == content);
  }
}

TEST_CASE("Only missing files are sent, each content once, in buckets of bounded size") {
  TestHost lab;
  std::string known = pages_asset_hash("known", "/known.txt");
  lab.script.reply = [&](const Script::Received& received) {
    if (!received.request.url.ends_with("/check-missing")) return cloudflare(received);
    Json missing = Json::array();
    for (const Json& hash : parse_json(received.body).value()["hashes"]) {
      if (hash != known) missing.push_back(hash);
    }
    missing.push_back("0123456789abcdef0123456789abcdef");  // nobody asked for this one
    return answer_of(200, to_text({{"success", true}, {"result", missing}}));
  };
  std::vector<SiteAsset> assets = {{"/known.txt", "known", {}, 5}, {"/twin.txt", "twin", {}, 4}};
  assets.push_back({"/other/twin.txt", "twin", {}, 4});
  for (int64_t i = 0; i < 1'200; ++i) {
    assets.push_back({cat({"/", decimal(i), ".txt"}), decimal(i), {}, 4});
  }
  for (char c : {'a', 'b', 'c'}) {
    assets.push_back({cat({"/", std::string(1, c), ".bin"}), std::string(5 << 20, c), {}, 5 << 20});
  }
  auto manifest = lab.run(upload_pages_assets(lab.host, "demo", assets));
  REQUIRE(manifest.ok());
  CHECK(manifest->size() == assets.size());
  std::vector<std::string> sent;
  for (const auto& received : lab.script.received) {
    if (!received.request.url.ends_with("/pages/assets/upload")) continue;
    Json files = parse_json(received.body).value();
    CHECK(files.size() <= 500);
    CHECK(received.body.size() < 12 << 20);
    for (const Json& file : files) sent.push_back(file["key"]);
  }
  std::sort(sent.begin(), sent.end());
  CHECK(std::adjacent_find(sent.begin(), sent.end()) == sent.end());
  CHECK(sent.size() == 1'200 + 3 + 1);
  CHECK(!std::binary_search(sent.begin(), sent.end(), known));
}

TEST_CASE("Content types are told by the ending, in any case") {
  CHECK(content_type_of("/index.html") == "text/html");
  CHECK(content_type_of("/A.PNG") == "image/png");
  CHECK(content_type_of("/app.min.js") == "text/javascript");
  CHECK(content_type_of("/site.webmanifest") == "application/manifest+json");
  for (const char* path : {"/LICENSE", "/.html", "/a.", "/html", "/a.html/b", "/a.\"x"}) {
    CHECK_MESSAGE(content_type_of(path) == "application/octet-stream", path);
  }
}

}  // namespace

// Blobs that nothing names any more: removed a day later, never one that something still needs.
#include <doctest/doctest.h>

#include "shared/base/time.h"
#include "tests/unit/deployment_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

struct SweepLab : TestHost {
  SweepLab() {
    bring_schema_up(database);
    save_project(host, "shop", "Shop", "");
  }

  std::string key(const std::string& text) { return blob_key("ann", hex(sha256_of(text))); }
  bool has(const std::string& text) { return world.blobs.contains(key(text)); }
  Part put(const std::string& text) {
    world.blobs[key(text)] = text;
    note_wanted(host, hex(sha256_of(text)));
    return {hex(sha256_of(text)), int64_t(text.size())};
  }
  // The project's next version: one file, one image.
  void upload(const std::string& file, const std::string& image) {
    Part part = put(file);
    CHECK(run(keep_bundle(host, "ann", "shop", {{{"server.js", part.size_bytes, {part}}}})).ok());
    PreviewManifest preview;
    preview.image_parts = {put(image)};
    preview.image_bytes = int64_t(image.size());
    preview.image_sha256 = preview.source_sha256 = std::string(64, 'a');
    preview.source_bytes = 1;
    preview.schema = preview.tables = Json::array();
    preview.added_rows = {{"t", 1, {put(image + " rows")}}};
    CHECK(run(keep_preview(host, "ann", "shop", preview)).ok());
    plan_sweep(host, "ann");
  }
  Deployment deploy() {
    auto id = request_deployment(host, {"ann", "shop", ""});
    FAIRWAY_ASSERT(id.ok());
    return *find_deployment(database, *id);
  }
  void end(const Deployment& deployment, Status status) {
    end_deployment(host, deployment.id, status, "", std::nullopt);
    end_job(host, deployment.id);
  }
  void sweep() {
    while (auto due_ms = next_due_at_ms(database)) {
      world.now = std::max(world.now, *due_ms);
      CHECK(run(run_due_jobs(host, {{"sweep_blobs", &sweep_blobs}})).ok());
    }
  }
};

TEST_CASE("What a newer version replaced goes, and not before a day has passed") {
  SweepLab lab;
  lab.upload("old file", "old image");
  lab.put("never named");
  lab.upload("new file", "new image");
  size_t blobs = lab.world.blobs.size();
  int64_t uploaded_at_ms = lab.world.now;
  CHECK(*next_due_at_ms(lab.database) >= uploaded_at_ms + day_ms);
  CHECK(*next_due_at_ms(lab.database) <= uploaded_at_ms + 2 * day_ms);
  lab.sweep();
  for (const char* gone : {"old file", "old image", "old image rows", "never named"}) {
    CHECK_MESSAGE(!lab.has(gone), gone);
  }
  for (const char* kept : {"new file", "new image", "new image rows"}) {
    CHECK_MESSAGE(lab.has(kept), kept);
  }
  CHECK(lab.world.blobs.size() == blobs - 4 - 2);  // the two old manifests, too
  CHECK(!next_due_at_ms(lab.database).has_value());
}

TEST_CASE("What is live, or is being deployed, stays") {
  SweepLab lab;
  lab.upload("first file", "first image");
  lab.end(lab.deploy(), Status::live);
  lab.upload("second file", "second image");
  Deployment second = lab.deploy();
  end_job(lab.host, second.id);  // nobody works on it, and it is active
  lab.upload("third file", "third image");
  lab.sweep();
  for (const char* kept : {"first file", "second file", "third file", "second image rows"}) {
    CHECK_MESSAGE(lab.has(kept), kept);
  }
  lab.end(second, Status::failed);
  lab.upload("fourth file", "fourth image");
  lab.sweep();
  CHECK(lab.has("first file"));
  CHECK(!lab.has("second file"));
  CHECK(!lab.has("third file"));
}

TEST_CASE("Where a manifest cannot be read nothing is removed") {
  SweepLab lab;
  lab.upload("old file", "old image");
  lab.upload("file", "image");
  lab.world.blobs.erase(blob_key("ann", find_project(lab.database, "shop")->preview_sha256));
  lab.sweep();
  CHECK(lab.has("old file"));
}

TEST_CASE("A blob on its way out is refused until it is gone, then it may come again") {
  SweepLab lab;
  lab.put("text");
  const std::string sha256 = hex(sha256_of("text"));
  CHECK(!begin_removal(lab.database, sha256, lab.world.now));
  REQUIRE(begin_removal(lab.database, sha256, lab.world.now + 1));
  Part part{sha256, 4};
  auto refused = lab.run(keep_bundle(lab.host, "ann", "shop", {{{"server.js", 4, {part}}}}));
  CHECK(code_of(refused) == "part_missing");
  end_removal(lab.database, sha256);
  CHECK(lab.run(keep_bundle(lab.host, "ann", "shop", {{{"server.js", 4, {part}}}})).ok());
}

TEST_CASE("A manifest that names old blobs again keeps them from the sweep under way") {
  SweepLab lab;
  lab.put("old");
  const std::string sha256 = hex(sha256_of("old"));
  lab.world.now += 2 * day_ms;
  int64_t since_ms = lab.world.now - day_ms;
  CHECK(blobs_not_wanted_since(lab.database, since_ms).size() == 1);
  Part part{sha256, 3};
  CHECK(lab.run(keep_bundle(lab.host, "ann", "shop", {{{"server.js", 3, {part}}}})).ok());
  CHECK(!begin_removal(lab.database, sha256, since_ms));
}

}  // namespace

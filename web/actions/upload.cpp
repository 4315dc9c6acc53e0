#include "web/actions/upload.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/migration/preview.h"
#include "web/actions/preview.h"
#include "web/api_client/api_client.h"

namespace fairway {
namespace {

// Where the bytes of a part come from: a file of the project, the prepared image, or a batch of
// rows for a table that production lacks.
struct PartSource {
  std::string sha256;
  int64_t size_bytes = 0;
  int64_t offset = 0;
  std::string path = "";  // Of a file.
  std::shared_ptr<const std::string> batch = nullptr;
  // Neither: a part of the image.
};

// What one upload has read, cut and named. `image` is held until its last part has been sent.
struct Package {
  std::string project_id;
  MemoryFile image;
  std::vector<PartSource> parts;
  Json bundle_files = Json::array();
  std::string reviewed_sha256;
  Json preview;  // Null when the project has no preview database.
};

void enter_stage(Dashboard& dashboard, const std::string& project_id, Upload::Stage stage) {
  dashboard.state.uploads[project_id].stage = stage;
}

// Cuts `file` into parts, names each, notes where it came from, and answers the manifest's list.
Task<Json> name_parts(Dashboard& dashboard, Package& package, MemoryFile& file, std::string path) {
  Json list = Json::array();
  for (int64_t offset = 0; offset < file.size(); offset += limits::part_bytes_max) {
    std::string part = file.read(offset, limits::part_bytes_max);
    const auto part_size = static_cast<int64_t>(part.size());
    auto digest = co_await dashboard.host.crypto.sha256(std::move(part));
    PartSource source{
        .sha256 = hex(digest), .size_bytes = part_size, .offset = offset, .path = path};
    list.push_back(Json{{"sha256", source.sha256}, {"size_bytes", part_size}});
    package.parts.push_back(std::move(source));
  }
  co_return list;
}

Task<Done> read_files(Dashboard& dashboard, Package& package, BuilderProject project) {
  int64_t total_bytes = 0;
  for (const BuilderFile& file : project.files) {
    total_bytes += file.size_bytes;
    if (file.size_bytes > limits::file_bytes_max) {
      co_return fix_input("file_too_large",
                          cat({"The file ", file.path, " is larger than ",
                               decimal(limits::file_bytes_max >> 20), " MiB."}),
                          "You must act: make it smaller in the Builder, then deploy again.");
    }
  }
  if (total_bytes > limits::bundle_bytes_max) {
    co_return fix_input("project_too_large", "The project's files are larger than 512 MiB.",
                        "You must act: remove large files in the Builder, then deploy again.");
  }
  for (const BuilderFile& file : project.files) {
    auto bytes = co_await dashboard.browser.read_file(project.id, file.path);
    MemoryFile content(share(std::move(bytes)));
    auto parts = co_await name_parts(dashboard, package, content, file.path);
    package.bundle_files.push_back(
        Json{{"path", file.path}, {"size_bytes", content.size()}, {"parts", std::move(parts)}});
  }
  co_return Done{};
}

// Names each batch as a part, and answers the manifest's list of rows to add.
Task<Json> name_batches(Dashboard& dashboard, Package& package, std::vector<NewTable> tables) {
  Json list = Json::array();
  for (NewTable& table : tables) {
    Json parts = Json::array();
    for (std::string& batch : table.batches) {
      const auto size = static_cast<int64_t>(batch.size());
      auto digest = co_await dashboard.host.crypto.sha256(batch);
      auto held = std::make_shared<const std::string>(std::move(batch));
      parts.push_back(Json{{"sha256", hex(digest)}, {"size_bytes", size}});
      package.parts.push_back(
          {.sha256 = hex(digest), .size_bytes = size, .batch = std::move(held)});
    }
    list.push_back(
        Json{{"table", table.name}, {"rows", table.rows}, {"batches", std::move(parts)}});
  }
  co_return list;
}

// What production has already; nothing before the first deployment. Asked anew for each upload, for
// the plan on screen may be older than another tab's deployment.
Task<std::optional<Redeployment>> look_at_production(Dashboard& dashboard, std::string project_id,
                                                     std::string load_id) {
  auto plan = co_await api_client::fetch_plan(dashboard.host, std::move(project_id));
  if (plan.first_deployment) co_return std::optional<Redeployment>();
  co_return std::optional<Redeployment>({std::move(plan.production_tables), std::move(load_id)});
}

Failure preview_changed() {
  return fix_input("preview_changed", "The Builder has saved other data since you looked at it.",
                   "You must act: look at the tables and choices again, then deploy. Nothing was "
                   "changed.");
}

Task<Done> read_preview_database(Dashboard& dashboard, Package& package, int64_t size_bytes) {
  if (auto failure = why_too_large(size_bytes)) co_return *failure;
  auto database = co_await dashboard.browser.read_database(package.project_id);
  enter_stage(dashboard, package.project_id, Upload::Stage::preparing);
  auto source_digest = co_await dashboard.host.crypto.sha256(database);
  if (!package.reviewed_sha256.empty() && hex(source_digest) != package.reviewed_sha256) {
    co_return preview_changed();
  }
  const auto source_size = static_cast<int64_t>(database.size());
  auto redeployment =
      co_await look_at_production(dashboard, package.project_id, hex(source_digest));
  auto prepared = prepare_preview(std::move(database), redeployment);
  if (!prepared.ok()) co_return prepared.failure();
  package.image = std::move(prepared.value().image);
  package.preview = std::move(prepared.value().manifest);
  std::string whole_image = package.image.read(0, package.image.size());
  auto image_digest = co_await dashboard.host.crypto.sha256(std::move(whole_image));
  auto parts = co_await name_parts(dashboard, package, package.image, "");
  package.preview["image"] = Json{{"size_bytes", package.image.size()},
                                  {"sha256", hex(image_digest)},
                                  {"parts", std::move(parts)}};
  package.preview["added_rows"] =
      co_await name_batches(dashboard, package, std::move(prepared.value().new_tables));
  package.preview["source"] = Json{{"size_bytes", source_size}, {"sha256", hex(source_digest)}};
  co_return Done{};
}

// One entry a name, however often the same bytes occur.
std::vector<std::string> names_of(const std::vector<PartSource>& parts) {
  std::set<std::string> names;
  for (const PartSource& part : parts) names.insert(part.sha256);
  return {names.begin(), names.end()};
}

Task<Done> send_part(Dashboard& dashboard, Package& package, PartSource part) {
  std::string bytes;
  if (part.batch != nullptr) {
    bytes = *part.batch;
  } else if (part.path.empty()) {
    bytes = package.image.read(part.offset, part.size_bytes);
  } else {
    auto file = co_await dashboard.browser.read_file(package.project_id, part.path);
    // The builder may have saved anew meanwhile; the edge refuses bytes that do not fit the name.
    if (part.offset < static_cast<int64_t>(file.size())) {
      bytes = file.substr(static_cast<size_t>(part.offset), static_cast<size_t>(part.size_bytes));
    }
  }
  co_await api_client::put_part(dashboard.host, part.sha256, std::move(bytes));
  dashboard.state.uploads[package.project_id].bytes_done += part.size_bytes;
  co_return Done{};
}

// One of the lanes: takes the next part until none is left.
Task<Done> send_lane(Dashboard& dashboard, Package& package, std::vector<PartSource>& queue) {
  while (!queue.empty()) {
    PartSource part = std::move(queue.back());
    queue.pop_back();
    co_await send_part(dashboard, package, std::move(part));
  }
  co_return Done{};
}

std::vector<PartSource> parts_to_send(const Package& package,
                                      const std::vector<std::string>& missing) {
  std::set<std::string> wanted(missing.begin(), missing.end());
  std::vector<PartSource> queue;
  for (const PartSource& part : package.parts) {
    if (wanted.erase(part.sha256) > 0) queue.push_back(part);
  }
  std::reverse(queue.begin(), queue.end());
  return queue;
}

Task<std::vector<std::string>> find_missing(Dashboard& dashboard, std::vector<std::string> names) {
  std::vector<std::string> missing;
  for (size_t first = 0; first < names.size(); first += limits::asked_parts_max) {
    const size_t end = std::min(names.size(), first + limits::asked_parts_max);
    std::vector<std::string> asked(names.begin() + static_cast<ptrdiff_t>(first),
                                   names.begin() + static_cast<ptrdiff_t>(end));
    auto some = co_await api_client::ask_missing(dashboard.host, std::move(asked));
    missing.insert(missing.end(), some.begin(), some.end());
  }
  co_return missing;
}

Task<Done> send_missing(Dashboard& dashboard, Package& package) {
  enter_stage(dashboard, package.project_id, Upload::Stage::comparing);
  auto missing = co_await find_missing(dashboard, names_of(package.parts));
  std::vector<PartSource> queue = parts_to_send(package, missing);
  Upload& upload = dashboard.state.uploads[package.project_id];
  upload.stage = Upload::Stage::sending;
  upload.parts_total = static_cast<int64_t>(package.parts.size());
  upload.parts_kept = upload.parts_total - static_cast<int64_t>(queue.size());
  upload.bytes_total = 0;
  upload.bytes_done = 0;
  for (const PartSource& part : queue) upload.bytes_total += part.size_bytes;
  std::vector<Task<Done>> lanes;
  const size_t lanes_count = std::min(parts_at_once, queue.size());
  for (size_t lane = 0; lane < lanes_count; ++lane) {
    lanes.push_back(send_lane(dashboard, package, queue));
  }
  auto outcomes = co_await outcomes_of(std::move(lanes));
  for (const auto& outcome : outcomes) {
    if (!outcome.ok()) co_return outcome.failure();
  }
  co_return Done{};
}

Task<BuilderProject> find_stored(Dashboard& dashboard, std::string project_id) {
  auto projects = co_await dashboard.browser.list_projects();
  for (BuilderProject& project : projects) {
    if (project.id == project_id) co_return std::move(project);
  }
  co_return fix_input("not_stored", "This browser does not have the project's files.",
                      "You must act: open the project in the Builder of the browser in which it "
                      "was made, and press Deploy there.");
}

}  // namespace

Task<std::string> upload_project(Dashboard& dashboard, std::string project_id,
                                 std::string reviewed_sha256) {
  enter_stage(dashboard, project_id, Upload::Stage::reading);
  auto project = co_await find_stored(dashboard, project_id);
  Package package;
  package.project_id = project_id;
  package.reviewed_sha256 = std::move(reviewed_sha256);
  co_await read_files(dashboard, package, project);
  co_await api_client::register_project(dashboard.host, project.id, project.name,
                                        project.description);
  if (project.database_size_bytes >= 0) {
    co_await read_preview_database(dashboard, package, project.database_size_bytes);
  }
  co_await send_missing(dashboard, package);
  enter_stage(dashboard, project_id, Upload::Stage::describing);
  Json bundle{{"files", package.bundle_files}};
  co_await api_client::put_bundle(dashboard.host, project_id, std::move(bundle));
  if (package.preview.is_null()) co_return std::string();
  co_return co_await api_client::put_preview(dashboard.host, project_id, package.preview);
}

}  // namespace fairway

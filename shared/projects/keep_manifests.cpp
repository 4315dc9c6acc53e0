// Manifests as blobs.
#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/projects/projects.h"

namespace fairway {

namespace {

constexpr size_t at_once_max = 6;  // Cloudflare: six connections of one request

Failure part_missing(const Part& part) {
  return fix_input("part_missing", cat({"Part ", part.sha256, " was not uploaded."}),
                   "Upload the missing parts, then send the manifest again.");
}

// Fails unless every part lies in the blob store with the size that the manifest says.
Task<Done> require_parts(Host& host, std::string account, std::vector<Part> parts) {
  for (const auto& part : parts) {
    if (is_being_removed(host.database, part.sha256)) co_return part_missing(part);
    note_wanted(host, part.sha256);
  }
  for (size_t first = 0; first < parts.size(); first += at_once_max) {
    std::vector<Task<int64_t>> sizes;
    size_t end = std::min(parts.size(), first + at_once_max);
    for (size_t i = first; i < end; ++i) {
      sizes.push_back(host.blobs.size(blob_key(account, parts[i].sha256)));
    }
    auto found = co_await outcomes_of(std::move(sizes));
    for (size_t i = first; i < end; ++i) {
      if (!found[i - first].ok()) co_return found[i - first].failure();
      if (*found[i - first] == parts[i].size_bytes) continue;
      co_return part_missing(parts[i]);
    }
  }
  co_return Done{};
}

Task<std::string> keep_blob(Host& host, std::string account, std::string bytes) {
  std::string sha256 = hex(co_await host.crypto.sha256(bytes));
  if (is_being_removed(host.database, sha256)) co_return busy_part();
  note_wanted(host, sha256);
  co_await host.blobs.write(blob_key(account, sha256), std::move(bytes));
  co_return sha256;
}

Task<Json> load_json(Host& host, std::string account, std::string sha256) {
  std::string text;
  for (;;) {
    auto piece = co_await host.blobs.read(blob_key(account, sha256), int64_t(text.size()),
                                          limits::body_bytes_max);
    text += piece;
    if (int64_t(piece.size()) < limits::body_bytes_max) break;
  }
  co_return parse_json(text);
}

}  // namespace

Failure busy_part() {
  return retry_later("part_busy", "A part that nothing needed is being cleared away.",
                     "Send it again in a moment.");
}

std::string blob_key(std::string_view account, std::string_view sha256) {
  return cat({account, "/", sha256});
}

std::vector<std::string> blob_keys(std::string_view account, const std::vector<Part>& parts) {
  std::vector<std::string> keys;
  for (const auto& part : parts) keys.push_back(blob_key(account, part.sha256));
  return keys;
}

Task<Done> keep_bundle(Host& host, std::string account, std::string project_id, Bundle bundle) {
  std::vector<Part> parts;
  for (const auto& file : bundle.files) {
    parts.insert(parts.end(), file.parts.begin(), file.parts.end());
  }
  co_await require_parts(host, account, std::move(parts));
  auto sha256 = co_await keep_blob(host, account, to_text(bundle_json(bundle)));
  save_bundle_summary(host, project_id, sha256, bundle);
  co_return Done{};
}

Task<std::string> keep_preview(Host& host, std::string account, std::string project_id,
                               PreviewManifest preview) {
  std::vector<Part> parts = preview.image_parts;
  for (const auto& added : preview.added_rows) {
    parts.insert(parts.end(), added.batches.begin(), added.batches.end());
  }
  co_await require_parts(host, account, std::move(parts));
  auto sha256 = co_await keep_blob(host, account, to_text(preview_json(preview)));
  save_preview_summary(host, project_id, sha256, preview);
  co_return sha256;
}

Task<Bundle> load_bundle(Host& host, std::string account, std::string sha256) {
  auto json = co_await load_json(host, std::move(account), std::move(sha256));
  co_return read_bundle(json);
}

Task<PreviewManifest> load_preview(Host& host, std::string account, std::string sha256) {
  auto json = co_await load_json(host, std::move(account), std::move(sha256));
  co_return read_preview(std::move(json));
}

Task<std::string> load_file(Host& host, std::string account, StoredFile file) {
  std::string content;
  for (const auto& part : file.parts) {
    content += co_await host.blobs.read(blob_key(account, part.sha256), 0, part.size_bytes);
  }
  co_return content;
}

}  // namespace fairway

// The content side of Cloudflare Pages' Direct Upload: hashes, types, and the upload of what the
// provider does not have yet (cloudflare/workers-sdk, packages/wrangler/src/pages/upload.ts).
#include <algorithm>
#include <utility>

#include "shared/base/hash.h"
#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/provisioning/pages_api.h"

namespace fairway {

using namespace provisioning_detail;

namespace {

constexpr int64_t read_bytes = 3 << 18;  // a multiple of 3, so that base64 needs no carry
constexpr int64_t bucket_bytes_max = 8 << 20;
constexpr size_t bucket_files_max = 500;

// Node's path.extname without the dot, which is what wrangler appends.
std::string_view extension_of(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  return name.substr(dot + 1);
}

std::string finish(const Blake3& hash) { return hex(hash.digest(16)); }

// Hashes a file in the blob store without ever holding more than one piece of it.
Task<std::string> hash_blobs(Host& host, SiteAsset asset) {
  Blake3 hash;
  std::string carry;
  for (const auto& key : asset.blob_keys) {
    for (int64_t offset = 0;; offset += read_bytes) {
      auto piece = co_await host.blobs.read(key, offset, read_bytes);
      carry += piece;
      size_t whole = carry.size() / 3 * 3;
      hash.add(base64(std::string_view(carry).substr(0, whole)));
      carry.erase(0, whole);
      if (int64_t(piece.size()) < read_bytes) break;
    }
  }
  hash.add(base64(carry));
  hash.add(extension_of(asset.path));
  co_return finish(hash);
}

struct HashedAsset {
  SiteAsset asset;
  std::string hash;
};

Task<std::vector<HashedAsset>> hash_assets(Host& host, std::vector<SiteAsset> assets) {
  std::vector<HashedAsset> hashed;
  for (auto& asset : assets) {
    std::string hash;
    if (asset.blob_keys.empty()) {
      hash = pages_asset_hash(asset.text, asset.path);
    } else {
      hash = co_await hash_blobs(host, asset);
    }
    hashed.push_back({std::move(asset), std::move(hash)});
  }
  co_return hashed;
}

// One upload request: JSON whose values are base64, of which the blobs' part is made by the host.
HttpRequest bucket_request(const Settings& settings, std::string_view jwt,
                           const std::vector<const HashedAsset*>& bucket) {
  auto request = plain_request("POST", pages_assets_url(settings, "/upload"), jwt);
  request.headers.push_back({"content-type", "application/json"});
  request.timeout_ms = 5 * minute_ms;
  std::string text = "[";
  std::string_view separator;
  for (const auto* hashed : bucket) {
    text += cat({separator, "{\"key\":\"", hashed->hash, "\",\"metadata\":{\"contentType\":\"",
                 content_type_of(hashed->asset.path), "\"},\"base64\":true,\"value\":\""});
    separator = ",";
    if (hashed->asset.blob_keys.empty()) text += base64(hashed->asset.text);
    if (!hashed->asset.blob_keys.empty()) {
      request.body.push_back(bytes_piece(std::exchange(text, "")));
    }
    for (const auto& key : hashed->asset.blob_keys) {
      request.body.push_back(blob_base64_piece(key));
    }
    text += "\"}";
  }
  request.body.push_back(bytes_piece(text + "]"));
  return request;
}

std::vector<std::vector<const HashedAsset*>> buckets_of(const std::vector<HashedAsset>& hashed,
                                                        const std::vector<std::string>& missing) {
  std::vector<std::vector<const HashedAsset*>> buckets;
  std::vector<std::string> left = missing;
  std::sort(left.begin(), left.end());
  left.erase(std::unique(left.begin(), left.end()), left.end());
  int64_t bytes = 0;
  for (const auto& item : hashed) {
    auto found = std::lower_bound(left.begin(), left.end(), item.hash);
    if (found == left.end() || *found != item.hash) continue;
    left.erase(found);  // the same content under two paths is sent once
    bool is_full = buckets.empty() || bytes + item.asset.size_bytes > bucket_bytes_max ||
                   buckets.back().size() == bucket_files_max;
    if (is_full) {
      buckets.emplace_back();
      bytes = 0;
    }
    buckets.back().push_back(&item);
    bytes += item.asset.size_bytes;
  }
  return buckets;
}

Task<std::vector<std::string>> missing_hashes(Host& host, std::string jwt, Json hashes) {
  auto request = json_request("POST", pages_assets_url(host.settings, "/check-missing"), jwt,
                              {{"hashes", std::move(hashes)}});
  auto result =
      co_await send_to_pages(host, std::move(request), "compare the files", Repeat::harmless);
  std::vector<std::string> missing;
  if (!result.is_array()) co_return pages_unexpected("no list of missing files");
  for (const Json& hash : result) {
    if (hash.is_string()) missing.push_back(hash.get<std::string>());
  }
  co_return missing;
}

}  // namespace

std::string pages_asset_hash(std::string_view content, std::string_view path) {
  Blake3 hash;
  hash.add(base64(content));
  hash.add(extension_of(path));
  return finish(hash);
}

std::string content_type_of(std::string_view path) {
  struct Known {
    std::string_view extension, type;
  };
  static constexpr Known known[] = {
      {"html", "text/html"},        {"htm", "text/html"},
      {"css", "text/css"},          {"js", "text/javascript"},
      {"mjs", "text/javascript"},   {"json", "application/json"},
      {"map", "application/json"},  {"svg", "image/svg+xml"},
      {"png", "image/png"},         {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},       {"gif", "image/gif"},
      {"webp", "image/webp"},       {"avif", "image/avif"},
      {"ico", "image/x-icon"},      {"woff", "font/woff"},
      {"woff2", "font/woff2"},      {"ttf", "font/ttf"},
      {"otf", "font/otf"},          {"txt", "text/plain"},
      {"md", "text/markdown"},      {"xml", "application/xml"},
      {"wasm", "application/wasm"}, {"pdf", "application/pdf"},
      {"mp4", "video/mp4"},         {"webm", "video/webm"},
      {"mp3", "audio/mpeg"},        {"webmanifest", "application/manifest+json"}};
  std::string extension = lower_ascii(extension_of(path));
  for (const auto& entry : known) {
    if (entry.extension == extension) return std::string(entry.type);
  }
  return "application/octet-stream";
}

Task<AssetManifest> upload_pages_assets(Host& host, std::string project,
                                        std::vector<SiteAsset> assets) {
  auto hashed = co_await hash_assets(host, std::move(assets));
  auto jwt = co_await pages_upload_token(host, project);
  Json hashes = Json::array();
  AssetManifest manifest;
  for (const auto& item : hashed) {
    hashes.push_back(item.hash);
    manifest.emplace_back(item.asset.path, item.hash);
  }
  auto missing = co_await missing_hashes(host, jwt, hashes);
  for (const auto& bucket : buckets_of(hashed, missing)) {
    auto request = bucket_request(host.settings, jwt, bucket);
    co_await send_to_pages(host, std::move(request), "take the files", Repeat::harmless);
  }
  auto request = json_request("POST", pages_assets_url(host.settings, "/upsert-hashes"), jwt,
                              {{"hashes", std::move(hashes)}});
  co_await send_to_pages(host, std::move(request), "keep the files", Repeat::harmless);
  co_return manifest;
}

}  // namespace fairway

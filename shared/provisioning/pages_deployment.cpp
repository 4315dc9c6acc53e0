// The request that makes a deployment: a multipart form, in which the worker's modules are a
// multipart form of their own (`_worker.bundle`).
#include "shared/base/hash.h"
#include "shared/base/text.h"
#include "shared/provisioning/pages_api.h"

namespace fairway {

using namespace provisioning_detail;

namespace {

struct FormPart {
  std::string name;
  std::string filename;      // "" for a field
  std::string content_type;  // "" for a field
  std::string content;
};

// A boundary that stands in none of the parts.
std::string boundary_for(const std::vector<FormPart>& parts) {
  for (int64_t attempt = 0;; ++attempt) {
    std::string seed = decimal(attempt);
    for (const auto& part : parts) seed += cat({part.name, decimal(int64_t(part.content.size()))});
    std::string boundary = cat({"----fairway", blake3_hex(seed, 24)});
    bool is_free = true;
    for (const auto& part : parts) {
      if (part.content.find(boundary) != std::string::npos) is_free = false;
    }
    if (is_free) return boundary;
  }
}

// As browsers write names into a form (WHATWG HTML, multipart/form-data).
std::string form_name(std::string_view name) {
  std::string text = replace_all(std::string(name), "\r", "%0D");
  return replace_all(replace_all(std::move(text), "\n", "%0A"), "\"", "%22");
}

std::string form_text(const std::vector<FormPart>& parts, std::string_view boundary) {
  std::string text;
  for (const auto& part : parts) {
    text += cat({"--", boundary, "\r\nContent-Disposition: form-data; name=\"",
                 form_name(part.name), "\""});
    if (!part.filename.empty()) text += cat({"; filename=\"", form_name(part.filename), "\""});
    if (!part.content_type.empty()) text += cat({"\r\nContent-Type: ", part.content_type});
    text += cat({"\r\n\r\n", part.content, "\r\n"});
  }
  text += cat({"--", boundary, "--\r\n"});
  return text;
}

std::string worker_bundle(const std::vector<WorkerModule>& modules) {
  std::vector<FormPart> parts;
  parts.push_back({"metadata", "", "", to_text(Json{{"main_module", modules.front().name}})});
  for (const auto& module : modules) {
    parts.push_back({module.name, module.name, "application/javascript+module", module.text});
  }
  return form_text(parts, boundary_for(parts));
}

std::vector<FormPart> deployment_form(const SiteUpload& upload, const AssetManifest& manifest) {
  Json manifest_json = Json::object();
  for (const auto& [path, hash] : manifest) manifest_json[path] = hash;
  std::vector<FormPart> parts = {
      {"manifest", "", "", to_text(manifest_json)},
      {"branch", "", "", "main"},
      {"commit_message", "", "", upload.release},
      {"commit_hash", "", "", blake3_hex(upload.release, 40)},
      {"commit_dirty", "", "", "false"},
  };
  auto file = [&](std::string name, const std::string& content) {
    if (content.empty()) return;
    parts.push_back({name, name, "application/octet-stream", content});
  };
  file("_headers", upload.headers_text);
  file("_redirects", upload.redirects_text);
  if (!upload.modules.empty()) {
    file("_worker.bundle", worker_bundle(upload.modules));
    file("_routes.json", upload.routes_json);
  }
  return parts;
}

}  // namespace

Task<PagesDeployment> make_pages_deployment(Host& host, std::string project, SiteUpload upload,
                                            AssetManifest manifest) {
  auto parts = deployment_form(upload, manifest);
  std::string boundary = boundary_for(parts);
  auto url = cat({host.settings.cloudflare_api_url, "/accounts/",
                  url_encode(host.settings.cloudflare_account_id), "/pages/projects/",
                  url_encode(project), "/deployments"});
  auto request = plain_request("POST", std::move(url), host.settings.cloudflare_api_token);
  request.headers.push_back({"content-type", cat({"multipart/form-data; boundary=", boundary})});
  request.body.push_back(bytes_piece(form_text(parts, boundary)));
  auto result =
      co_await send_to_pages(host, std::move(request), "publish the site", Repeat::unknown);
  std::string id = text_or(result, "id", "");
  if (id.empty()) co_return pages_unexpected("a deployment without an id");
  co_return PagesDeployment{id, text_or(result, "url", ""), PagesDeployment::State::working, ""};
}

}  // namespace fairway

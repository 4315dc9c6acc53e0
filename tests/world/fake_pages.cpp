#include "tests/world/fake_pages.h"

#include <algorithm>

#include "shared/base/text.h"
#include "shared/provisioning/provisioning.h"

namespace fairway::test {

namespace {

constexpr std::string_view api_url = "https://api.cloudflare.test/client/v4";
constexpr std::string_view projects_path = "/accounts/acc/pages/projects";
constexpr std::string_view sites_host = ".pages.test";

// Answers are written as text: the models are asked often, and trees cost more than they tell.
std::string text_json(std::string_view text) { return to_text(Json(text)); }

HttpResponse good(std::string_view result) {
  return {200, {}, cat({R"({"errors":[],"result":)", result, R"(,"success":true})"})};
}
HttpResponse bad(int status, int64_t code, std::string_view message) {
  return {status,
          {},
          cat({R"({"errors":[{"code":)", decimal(code), R"(,"message":)", text_json(message),
               R"(}],"success":false})"})};
}

// The content of a field in a multipart form.
std::string field_of(const std::string& form, std::string_view name) {
  std::string head = cat({"form-data; name=\"", name, "\""});
  size_t start = form.find(head);
  if (start == std::string::npos) return "";
  start = form.find("\r\n\r\n", start) + 4;
  return form.substr(start, form.find("\r\n--", start) - start);
}

std::string site_json(const std::string& name, const FakePages::Site& site) {
  std::string variables;
  for (const auto& [variable, value] : site.variables) {
    variables += cat({variables.empty() ? "" : ",", text_json(variable),
                      R"(:{"type":"secret_text","value":""})"});
  }
  std::string canonical = "null";
  if (!site.canonical.empty()) canonical = cat({R"({"id":)", text_json(site.canonical), "}"});
  return cat({R"({"name":)", text_json(name), R"(,"subdomain":)",
              text_json(cat({name, sites_host})), R"(,"canonical_deployment":)", canonical,
              R"(,"deployment_configs":{"production":{"env_vars":{)", variables, "}}}}"});
}

}  // namespace

bool FakePages::owns(std::string_view url) const {
  return url.starts_with(api_url) || url.find(sites_host) != std::string_view::npos;
}

std::map<std::string, const FakePages::Site*> FakePages::standing() const {
  std::map<std::string, const Site*> found;
  for (const auto& [name, site] : sites_) {
    if (site.stands_at(world_.now)) found[name] = &site;
  }
  return found;
}

FakePages::Site* FakePages::find(const std::string& name) {
  auto found = sites_.find(name);
  if (found == sites_.end()) return nullptr;
  if (!found->second.stands_at(world_.now)) {
    sites_.erase(found);
    return nullptr;
  }
  return &found->second;
}

HttpResponse FakePages::answer(const HttpRequest& request, const std::string& bytes) {
  std::string_view url = request.url;
  if (!url.starts_with(api_url)) return visit(request.url);
  url.remove_prefix(api_url.size());
  return api(request, url.substr(0, url.find('?')), bytes);
}

HttpResponse FakePages::api(const HttpRequest& request, std::string_view path,
                            const std::string& bytes) {
  Json body;
  if (bytes.starts_with('{') || bytes.starts_with('[')) {  // else it is a form, or nothing
    auto parsed = parse_json(bytes);
    if (parsed.ok()) body = std::move(*parsed);
  }
  if (path.starts_with("/pages/assets/")) return assets(path, body);
  FAIRWAY_ASSERT(path.starts_with(projects_path));
  path.remove_prefix(projects_path.size());
  if (!path.empty()) {
    auto parts = split(path.substr(1), '/');
    std::string name(parts[0]);
    return project(request, name, {parts.begin() + 1, parts.end()}, bytes);
  }
  std::string name = text_or(body, "name", "");
  if (find(name) != nullptr) return bad(409, 8000002, "A project with this name already exists");
  return good(site_json(name, sites_[name]));
}

HttpResponse FakePages::project(const HttpRequest& request, const std::string& name,
                                const std::vector<std::string_view>& rest,
                                const std::string& bytes) {
  Site* site = find(name);
  if (site == nullptr) return bad(404, 8000007, "Project not found");
  settle(*site);
  if (rest.empty() && request.method == "GET") return good(site_json(name, *site));
  FAIRWAY_ASSERT(!site->is_strangers);
  if (rest.empty() && request.method == "DELETE") {
    if (site->gone_from_ms == 0) {
      site->gone_from_ms = world_.now + (is_quirky ? world_.chance.below(3'000) : 0);
    }
    return good("null");
  }
  if (rest.empty()) {
    auto body = parse_json(bytes);
    for (const auto& [variable, value] :
         body->at("deployment_configs").at("production").at("env_vars").items()) {
      if (value.is_null()) site->variables.erase(variable);
      if (!value.is_null()) site->variables[variable] = value.at("value").get<std::string>();
    }
    return good(site_json(name, *site));
  }
  if (rest[0] == "upload-token") return good(R"({"jwt":"CANARY-upload"})");
  return deployments(request, *site, {rest.begin() + 1, rest.end()}, bytes);
}

// What has become of the releases by now: the newest finished one is what visitors get.
void FakePages::settle(Site& site) {
  for (auto& release : site.releases) {
    bool is_done = release.done_at_ms > 0 && world_.now >= release.done_at_ms;
    if (!is_done) continue;
    release.done_at_ms = 0;
    if (!release.fails) site.canonical = release.id;
  }
}

std::string FakePages::release_json(Site& site, Release& release) {
  settle(site);
  bool is_done = release.done_at_ms == 0;
  std::string_view status = !is_done ? "active" : release.fails ? "failure" : "success";
  return cat({R"({"id":)", text_json(release.id), R"(,"url":)",
              text_json(cat({"https://", release.id, sites_host})),
              R"(,"latest_stage":{"name":"deploy","status":)", text_json(status),
              R"(},"deployment_trigger":{"metadata":{"commit_message":)",
              text_json(release.release), "}}}"});
}

HttpResponse FakePages::deployments(const HttpRequest& request, Site& site,
                                    const std::vector<std::string_view>& rest,
                                    const std::string& bytes) {
  if (rest.empty() && request.method == "POST") return create_release(site, bytes);
  if (rest.empty()) {
    std::string list;
    for (auto& release : site.releases) {
      if (world_.now < release.listed_from_ms) continue;
      list += cat({list.empty() ? "" : ",", release_json(site, release)});
    }
    return good(cat({"[", list, "]"}));
  }
  auto is_it = [&](const Release& release) { return release.id == rest[0]; };
  auto found = std::find_if(site.releases.begin(), site.releases.end(), is_it);
  if (found == site.releases.end()) return bad(404, 8000009, "Deployment not found");
  if (rest.size() > 1) {  // rollback
    site.canonical = found->id;
    return good(release_json(site, *found));
  }
  if (request.method == "DELETE") {
    if (site.canonical == found->id) return bad(400, 8000034, "Cannot delete the live deployment");
    site.releases.erase(found);
    return good("null");
  }
  return good(release_json(site, *found));
}

HttpResponse FakePages::create_release(Site& site, const std::string& form) {
  Release release;
  release.id = cat({"d", decimal(++made_)});
  release.release = field_of(form, "commit_message");
  auto manifest = parse_json(field_of(form, "manifest"));
  FAIRWAY_ASSERT(manifest.ok());
  for (const auto& [path, hash] : manifest->items()) {
    FAIRWAY_ASSERT(contents_.contains(hash.get<std::string>()));
    release.files[path] = hash.get<std::string>();
  }
  release.variables = site.variables;
  release.listed_from_ms = world_.now + (is_quirky ? world_.chance.below(800) : 0);
  release.done_at_ms = world_.now + 200 + world_.chance.below(6'000);
  release.fails = world_.chance.percent(fail_deployments_percent);
  site.releases.push_back(release);
  return good(release_json(site, site.releases.back()));
}

HttpResponse FakePages::assets(std::string_view path, const Json& body) {
  if (path.ends_with("/check-missing")) {
    Json missing = Json::array();
    for (const Json& hash : body.at("hashes")) {
      if (!contents_.contains(hash.get<std::string>())) missing.push_back(hash);
    }
    return good(to_text(missing));
  }
  if (path.ends_with("/upload")) {
    for (const Json& file : body) {
      contents_[file.at("key").get<std::string>()] =
          *from_base64(file.at("value").get<std::string>());
    }
  }
  return good("{}");
}

// A visitor: the start page, or the release with one round trip to its database.
HttpResponse FakePages::visit(const std::string& url) {
  size_t start = std::string_view("https://").size();
  std::string name = url.substr(start, url.find(sites_host) - start);
  Site* site = find(name);
  if (site == nullptr) return {404, {}, ""};
  settle(*site);
  auto is_live = [&](const Release& release) { return release.id == site->canonical; };
  auto live = std::find_if(site->releases.begin(), site->releases.end(), is_live);
  if (live == site->releases.end()) return {404, {}, ""};
  if (!url.ends_with("/.well-known/fairway.json")) {
    auto page = live->files.find("/index.html");
    if (page == live->files.end()) return {404, {}, ""};
    return {200, {}, contents_.at(page->second)};
  }
  std::string database = live->variables["TURSO_DATABASE_URL"];
  size_t end = database.find(".db.test");
  bool answers = end != std::string::npos && turso_.holds_data(database.substr(start, end - start));
  return {200, {}, to_text({{"release", live->release}, {"database", answers ? "ok" : "gone"}})};
}

}  // namespace fairway::test

// The proof that visitors get this release: its id, one database round trip, and the start page's
// very bytes, all by the public address (whose certificate the fetch itself checks).
#include <algorithm>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

constexpr int64_t patience_ms = 2 * minute_ms;  // new names and releases take time to spread
constexpr int64_t look_ms_max = 8 * second_ms;
constexpr std::string_view start_page = "/index.html";

Failure not_live(std::string why) {
  return report_bug("not_live", cat({"The published site does not answer as it should: ", why}),
                    "Try again; if it fails again, send the report.");
}

Task<HttpResponse> fetch(Host& host, std::string url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers.push_back({"cache-control", "no-cache"});
  co_return co_await host.http.send(std::move(request));
}

// Empty when the running release says what it should, else what is wrong.
Task<std::string> why_release_differs(Host& host, Deployment deployment, std::string url) {
  auto answer = co_await outcome_of(fetch(host, cat({url, "/.well-known/fairway.json"})));
  if (!answer.ok()) co_return std::string("it does not answer");
  auto json = parse_json(answer->body);
  if (answer->status != 200 || !json.ok()) {
    co_return cat({"its release cannot be read (", decimal(answer->status), ")"});
  }
  if (text_or(*json, "release", "") != deployment.id) {
    co_return std::string("it is still an earlier release");
  }
  std::string database = text_or(*json, "database", "");
  if (database != "ok") co_return cat({"its database fails: ", to_utf8(database, 300)});
  co_return std::string();
}

Task<std::string> why_page_differs(Host& host, SiteAsset asset, std::string url) {
  auto answer = co_await outcome_of(fetch(host, cat({url, "/"})));
  if (!answer.ok()) co_return std::string("its start page does not answer");
  if (answer->status != 200) {
    co_return cat({"its start page answers ", decimal(answer->status)});
  }
  std::string content;
  for (const auto& key : asset.blob_keys) {
    content += co_await host.blobs.read(key, 0, asset.size_bytes);
  }
  if (answer->body != content) co_return std::string("its start page is not the one uploaded");
  co_return std::string();
}

Task<std::string> why_not_live(Host& host, Deployment deployment, SiteUpload upload,
                               std::string url) {
  if (!upload.modules.empty()) {
    auto why = co_await why_release_differs(host, deployment, url);
    if (!why.empty()) co_return why;
  }
  auto is_start = [](const SiteAsset& asset) { return asset.path == start_page; };
  auto start = std::find_if(upload.assets.begin(), upload.assets.end(), is_start);
  if (start == upload.assets.end()) co_return std::string();
  co_return co_await why_page_differs(host, *start, url);
}

}  // namespace

Task<Done> verify_live(Host& host, Journal& journal, Deployment deployment, std::string url,
                       SharedSite prepared) {
  co_await prepare_site(host, deployment, prepared);
  const PreparedSite& site = **prepared;
  int64_t deadline_ms = host.clock.now_ms() + patience_ms;
  for (int64_t pause_ms = second_ms;; pause_ms = std::min(pause_ms * 2, look_ms_max)) {
    auto why = co_await why_not_live(host, deployment, site.upload, url);
    if (why.empty()) break;
    if (host.clock.now_ms() >= deadline_ms) co_return not_live(why);
    write_log(journal, "verify_live", LogLevel::warn, cat({why, ", looking again"}));
    co_await host.clock.sleep_ms(pause_ms);
  }
  write_note(journal, "detail.verify_live", "Page, release and database answer");
  write_log(journal, "verify_live", LogLevel::info, cat({url, " answers with this release"}));
  co_return Done{};
}

}  // namespace fairway

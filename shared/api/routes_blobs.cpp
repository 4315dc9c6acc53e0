// Content-addressed parts, uploaded by the tab; repeating is harmless.
#include "shared/api/routes.h"
#include "shared/base/limits.h"
#include "shared/base/text.h"

namespace fairway::routes {

namespace {
constexpr size_t at_once_max = 6;
}  // namespace

Task<ApiResponse> post_missing(Host& host, Call call) {
  auto body = parse_json(call.request.body);
  if (!body.ok()) co_return body.failure();
  Fields fields(*body);
  auto asked = fields.texts("sha256", limits::asked_parts_max);
  for (const auto& sha256 : asked) {
    if (!is_hex(sha256, 64)) fields.refuse("sha256", "must hold 64 hex digits each");
  }
  if (auto failure = fields.failure()) co_return *failure;
  Json missing = Json::array();
  for (size_t first = 0; first < asked.size(); first += at_once_max) {
    size_t end = std::min(asked.size(), first + at_once_max);
    std::vector<Task<int64_t>> sizes;
    for (size_t i = first; i < end; ++i) {
      sizes.push_back(host.blobs.size(blob_key(call.account(), asked[i])));
    }
    auto found = co_await outcomes_of(std::move(sizes));
    for (size_t i = first; i < end; ++i) {
      if (!found[i - first].ok()) co_return found[i - first].failure();
      bool is_there = *found[i - first] >= 0 && !is_being_removed(host.database, asked[i]);
      if (is_there) note_wanted(host, asked[i]);
      if (!is_there) missing.push_back(asked[i]);
    }
  }
  co_return json_response({{"missing", std::move(missing)}});
}

Task<ApiResponse> put_blob(Host& host, Call call) {
  if (!is_hex(call.id, 64)) {
    co_return fix_input("invalid_field", "The address must end in 64 hex digits.");
  }
  if (call.request.body.empty() || int64_t(call.request.body.size()) > limits::part_bytes_max) {
    co_return fix_input("part_too_large", "A part has 1 byte to 3 MB.");
  }
  std::string bytes = std::move(call.request.body);
  std::string sha256 = hex(co_await host.crypto.sha256(bytes));
  if (sha256 != call.id) {
    co_return fix_input("hash_mismatch", "The part was cut off or changed on its way.",
                        "Send it again; nothing was kept.");
  }
  if (is_being_removed(host.database, sha256)) co_return busy_part();
  note_wanted(host, sha256);
  plan_sweep(host, call.account());
  co_await host.blobs.write(blob_key(call.account(), sha256), std::move(bytes));
  co_return empty_response();
}

}  // namespace fairway::routes

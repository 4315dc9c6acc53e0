// What the two files of Cloudflare Pages share: addresses and the decoding of the API's envelope.
// Only for provisioning/*.cpp.
#pragma once

#include "shared/provisioning/answers.h"
#include "shared/provisioning/provisioning.h"

namespace fairway::provisioning_detail {

// The assets' routes stand under no account: .../pages/assets/...
std::string pages_assets_url(const Settings& settings, std::string_view rest);

// The token by which one project's assets are uploaded.
Task<std::string> pages_upload_token(Host& host, std::string project);

// Sends, and takes `result` out of {success, errors, result}. 404 is the failure `not_found`, a
// name that exists already the failure `name_taken`; both fix_input.
Task<Json> send_to_pages(Host& host, HttpRequest request, std::string doing, Repeat repeat);

Failure pages_unexpected(std::string_view why);

}  // namespace fairway::provisioning_detail

// The browser's session: the token in a cookie that scripts cannot read. Only for api/*.cpp.
#pragma once

#include <string>
#include <string_view>

namespace fairway {

// "__Host-" binds the cookie to this very host and to https; on http (a local machine) browsers
// refuse that prefix.
std::string session_cookie_name(std::string_view scheme);

}  // namespace fairway

#include "shared/api/api.h"
#include "shared/api/session.h"
#include "shared/base/text.h"

namespace fairway {

namespace {

std::string_view bearer_of(const ApiRequest& request) {
  std::string_view value = request.header("authorization");
  constexpr std::string_view word = "Bearer ";
  return value.starts_with(word) ? value.substr(word.size()) : std::string_view();
}

std::string_view cookie_of(const ApiRequest& request, std::string_view name) {
  for (auto pair : split(request.header("cookie"), ';')) {
    pair = trim(pair);
    size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

// Whether a page of our own origin has made the request, as far as the browser tells.
bool is_from_our_page(const ApiRequest& request) {
  std::string_view site = request.header("sec-fetch-site");
  bool is_same_site = site.empty() || site == "same-origin" || site == "none";
  return is_same_site && request.header("x-fairway") == "1";
}

}  // namespace

std::string session_cookie_name(std::string_view scheme) {
  return scheme == "https" ? "__Host-fairway_session" : "fairway_session";
}

Task<User> authenticate(Host& host, KeyCache& keys, ApiRequest request) {
  std::string token(bearer_of(request));
  if (token.empty()) {
    token = cookie_of(request, session_cookie_name(request.scheme));
    bool is_reading = request.method == "GET" || request.method == "HEAD";
    if (!token.empty() && !is_reading && !is_from_our_page(request)) {
      co_return ask_permission("forged_request", "The request did not come from Fairway's page.",
                               "Use the dashboard, or send the token as a bearer.");
    }
  }
  if (token.empty()) {
    co_return ask_permission("signed_out", "You are not signed in.", "Sign in to go on.");
  }
  co_return co_await verify_token(host, keys, std::move(token));
}

}  // namespace fairway

// Signing in and out, and the first minute of a tab.
//
// The sign-in page is the identity provider's; it sends the person back with a token in the
// address's fragment. The token is taken out of the address bar at once, exchanged for a cookie
// that scripts cannot read, and kept nowhere.
#pragma once

#include <string>
#include <string_view>

#include "web/actions/dashboard.h"

namespace fairway {

// The parts of this page's address that mean something here.
struct PageAddress {
  std::string path_and_query;  // Without scheme, host and fragment.
  std::string deploy;          // ?deploy=<project id>, empty unless it is one.
  std::string page;            // ?page=activity, usage, app
  std::string project;         // &project=<project id>, with page=app
  bool review = false;         // &review=data, with deploy
  std::string access_token;    // #access_token=...
  std::string sign_in_error;   // #error_description=... (or error=) of a refused sign-in.
};
PageAddress read_address(std::string_view url);

// Shows the page that an address names, and asks for what it needs.
void follow_page(Dashboard& dashboard, const PageAddress& address);

// Where signing in starts: the sign-in page with redirect_to = this page without its fragment.
std::string sign_in_address(const State& state, std::string_view here);

// The first task of a tab: session, lists, and the dialog that the address names.
Task<Done> start_up(Dashboard& dashboard);

// Leaves for the sign-in page (nobody is signed in, so nothing is lost), or opens it in another tab
// and waits for its cookie (the session ended while something is on screen).
void sign_in(Dashboard& dashboard);
void sign_in_elsewhere(Dashboard& dashboard);
Task<Done> sign_out(Dashboard& dashboard);

}  // namespace fairway

// The lists: projects at the edge, projects of the builder in this browser, and what happened.
//
// Loading again keeps what is on screen until the new answer is here. While a deployment goes on,
// the projects are asked again every few seconds, so that cards and the tab's title count along;
// otherwise an idle tab asks nothing.
#pragma once

#include "web/actions/dashboard.h"

namespace fairway {

Task<Done> load_projects(Dashboard& dashboard);

// Lists the builder's projects, then looks into each preview database, one after another.
Task<Done> load_builder(Dashboard& dashboard);

Task<Done> load_activity(Dashboard& dashboard);

void refresh_all(Dashboard& dashboard);

// Asks for what the page that is shown needs, besides the lists.
void load_page(Dashboard& dashboard);

// Changes the page and the address bar.
void show_page(Dashboard& dashboard, Page page);

}  // namespace fairway

// The page of an app: its keys and its limit.
#pragma once

#include "web/actions/dashboard.h"

namespace fairway {

// Shows the page of a project's app; nothing for a project without one.
void open_app_page(Dashboard& dashboard, const std::string& project_id);
// The same once the projects have come: the page's address names a project.
Task<Done> follow_app_page(Dashboard& dashboard, std::string project_id);
Task<Done> load_app_keys(Dashboard& dashboard);

// Makes the key that is being typed. Its text stays in the editor until that is closed.
void make_key(Dashboard& dashboard);
// Revokes the key that a yes was asked for.
void revoke_key(Dashboard& dashboard);

}  // namespace fairway

// Who pays for the services of the project in the deploy dialog or on the app's page.
#pragma once

#include "web/actions/dashboard.h"

namespace fairway {

// Chooses for a service; with `own` and no key kept so far the field for it opens first.
void choose_payer(Dashboard& dashboard, const std::string& service, message::Payer payer);
// Seals the typed key of one's own, and chooses it.
void seal_own_key(Dashboard& dashboard);

}  // namespace fairway

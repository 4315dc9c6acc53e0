// The migration review: looking into the preview, choosing, accepting, and exports.
//
// Everything happens in this tab; nothing is sent, so it works without a connection once the page
// is here. The preview stays open while the review is, so what is exported is what is on screen.
// Tables are read one after another with frames in between. Closing drops everything but the
// accepted choices, which stay with the project as long as the tab lives.
#pragma once

#include <string>

#include "shared/migration/preview.h"
#include "web/actions/dashboard.h"

namespace fairway {

struct ReviewSource {
  Preview preview;
  DatabaseProfile profile;
  postgres::Plan plan;  // by the choices of the review
};

// Opens the page and starts looking; at the choices that were accepted before.
void open_review(Dashboard& dashboard, const std::string& project_id);
// Back to where it was opened from; choices that were not accepted are forgotten.
void close_review(Dashboard& dashboard);
void look_again(Dashboard& dashboard);

// Answers a question of the review for PostgreSQL; what follows from it is counted anew.
void choose_in_review(Dashboard& dashboard, const ReviewRow& row, const std::string& choice);
void use_safe_choices(Dashboard& dashboard);
void accept_review(Dashboard& dashboard);

// Writes one file and gives it to the browser as a download. One at a time.
void export_preview(Dashboard& dashboard, ReviewExport what);

}  // namespace fairway

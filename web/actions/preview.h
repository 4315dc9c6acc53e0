// Looking into a preview database of the builder, in this tab's SQLite.
//
// Counting and converting are synchronous work of the core (shared/migration); reading the bytes is
// the browser's. Fails with fix_input and words that say what is wrong with the preview (there is
// none, empty, not a database, damaged, encrypted, too large, no tables), who must act and how.
#pragma once

#include <string>

#include "shared/base/json.h"
#include "web/actions/browser.h"
#include "web/state/preview.h"

namespace fairway {

Task<LocalPreview> look_into_preview(Browser& browser, std::string project_id,
                                     int64_t size_bytes);

// The image as the target wants it, and the manifest without its list of parts.
struct PreparedPreview {
  std::string image;
  Json manifest;
};
Outcome<PreparedPreview> prepare_preview(std::string database);

}  // namespace fairway

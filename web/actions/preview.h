// Looking into a preview database of the builder, in this tab's SQLite.
//
// Counting and converting are synchronous work of the core (shared/migration/preview.h, whose codes
// and words the failures keep); reading the bytes is the browser's. Nothing here is sent anywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shared/base/json.h"
#include "shared/host/host.h"
#include "shared/migration/memory_file.h"
#include "web/actions/browser.h"
#include "web/state/preview.h"

namespace fairway {

// Fails with fix_input `preview_missing` when the project has no preview database, else as
// open_preview does.
Task<LocalPreview> look_into_preview(Host& host, Browser& browser, std::string project_id,
                                     int64_t size_bytes);

// The rows of a table that production lacks, as batches that its database takes one after another.
struct NewTable {
  std::string name;
  int64_t rows = 0;
  std::vector<std::string> batches;
};

// The image as the target wants it, and the manifest without the lists of parts and their sums.
struct PreparedPreview {
  MemoryFile image;
  Json manifest;
  std::vector<NewTable> new_tables;  // with rows; empty before the first deployment
};

// What production has already. `load_id` is the same for the same preview, so that batches which
// were sent before a failure are known again.
struct Redeployment {
  std::vector<std::string> production_tables;
  std::string load_id;
};
Outcome<PreparedPreview> prepare_preview(std::string database,
                                         const std::optional<Redeployment>& redeployment);

}  // namespace fairway

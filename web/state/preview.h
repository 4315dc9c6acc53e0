// What the builder left in this browser, as far as the screen needs it.
//
// The files and the preview database themselves stay in the browser's own store; here is what was
// found when looking into them. A preview that cannot be carried says why in words for people:
// what is wrong, who must act and how. Sizes in bytes, times in milliseconds. No errors of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/migration/schema.h"
#include "web/state/remote.h"

namespace fairway {

struct LocalTable {
  std::string name;
  int64_t rows = 0;
};

// What looking into a preview database found.
struct LocalPreview {
  std::vector<LocalTable> tables;
  int64_t rows = 0;
  int64_t size_bytes = 0;
  int64_t saved_at_ms = 0;
  std::vector<SchemaObject> schema = {};
  std::string sha256 = "";  // Of the bytes that were looked into.
};

// What a redeployment does to rows: "1 new table with 12 rows is added. Rows in production stay."
std::string redeployment_words(const LocalPreview& preview,
                               const std::vector<std::string>& production_tables);

// A project as the builder saved it, without the bytes of its files.
struct LocalProject {
  std::string id;
  std::string name;
  std::string description;
  int64_t saved_at_ms = 0;
  int64_t files_served = 0;  // Those that the site serves as they are.
  int64_t size_bytes = 0;
  // Names of the variables that `.env.example` lists: what the code reads.
  std::vector<std::string> variables;
  // 0 where the project has no preview database.
  int64_t database_size_bytes = 0;
  int64_t database_saved_at_ms = 0;
  Remote<LocalPreview> preview;
};

}  // namespace fairway

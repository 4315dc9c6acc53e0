// What the users of worlds upload: two small previews, the second one wider than the first.
#pragma once

#include <map>

#include "shared/projects/projects.h"
#include "tests/world/scenario.h"

namespace fairway::test {

struct PreviewData {
  Bundle bundle;
  PreviewManifest manifest;
  std::map<std::string, std::string> blobs;  // by sha256
};

struct Previews {
  PreviewData first;
  PreviewData wider;     // one table and one column more
  PreviewData narrower;  // one column less than the first one, and a rule more
  int64_t visits = 0;    // rows of the table `visits` in the first one
  int64_t notes = 0;     // rows of the table `notes` that the wider one adds
};

}  // namespace fairway::test

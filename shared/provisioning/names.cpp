#include "shared/base/hash.h"
#include "shared/base/id.h"
#include "shared/base/text.h"
#include "shared/provisioning/provisioning.h"

namespace fairway {

std::string resource_name(std::string_view project_name, std::string_view account,
                          std::string_view project_id, int attempt) {
  // Pages allows 58 characters, Turso 64: "fw-" + 32 + "-" + 8 + "-" + 2.
  std::string seed = cat({account, "|", project_id});
  std::string name = cat({"fw-", slug(project_name, 32), "-", blake3_hex(seed, 8)});
  return attempt == 1 ? name : cat({name, "-", decimal(attempt)});
}

}  // namespace fairway

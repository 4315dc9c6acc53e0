// libFuzzer: any bytes go through everything that the tab does with a preview. The databases of
// tests/data/migration are the corpus to start from.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "shared/migration/difference.h"
#include "shared/migration/preview.h"

namespace {

// Small budgets keep single inputs fast; the limits themselves are tested elsewhere.
const fairway::PreviewLimits fuzz_limits = {
    .bytes_max = 4 << 20, .steps_base = 2'000'000, .steps_per_byte = 50};

void use(std::string bytes) {
  auto preview = fairway::open_preview(std::move(bytes), fuzz_limits);
  if (!preview.ok()) return;
  auto inspection = fairway::inspect(*preview);
  if (!inspection.ok()) return;
  fairway::schema_difference({}, preview->schema());
  auto image = fairway::make_turso_image(*preview, *inspection);
  // An image that is not equal to its preview is a bug of ours, whatever the input was.
  if (!image.ok() && image.failure().code == "image_differs") std::abort();
  for (const auto& table : inspection->tables) {
    (void)fairway::make_insert_batches(*preview, table, "fuzz");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  use(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}

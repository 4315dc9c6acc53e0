// libFuzzer: any text as server.js, any JSON and routes beside it. The plan must end in a value or
// a failure that fix_input can mend, and editing the edited sources again must change nothing more.
#include <cstddef>
#include <cstdint>

#include "shared/base/text.h"
#include "shared/transform/transform.h"

using namespace fairway;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t half = size / 2;
  const auto file = [](std::string path, std::string content) {
    const auto size_bytes = int64_t(content.size());
    return BundleFile{std::move(path), size_bytes, std::move(content)};
  };
  std::vector<BundleFile> bundle = {
      file("server.js", text),
      file("a.js", text.substr(half)),
      file("b.json", text.substr(0, half)),
      file("public/a.js", text),
  };
  const auto plan = plan_upload(bundle, {"dep-1", DatabaseKind::turso, {}});
  if (!plan.ok()) FAIRWAY_ASSERT(plan.failure().reaction == Reaction::fix_input);

  const auto sources = edit_sources(bundle);
  if (!sources.ok()) return 0;
  for (const auto& module : sources->modules) {
    if (module.name == "server.js") bundle[0] = file("server.js", module.text);
  }
  bundle.push_back(file("fairway/database.js", "export {};"));
  bundle.push_back(file("b.json.js", "export default 1;"));
  (void)edit_sources(bundle);
  return 0;
}

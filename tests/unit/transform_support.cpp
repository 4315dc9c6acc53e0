#include "tests/unit/transform_support.h"

#include <cstdio>

namespace fairway::test {

std::string file_text(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "test data is missing: %s\n", path.c_str());
    std::abort();
  }
  std::string bytes;
  char buffer[65'536];
  while (const size_t count = std::fread(buffer, 1, sizeof buffer, file)) {
    bytes.append(buffer, count);
  }
  std::fclose(file);
  return bytes;
}

void write_file_text(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  FAIRWAY_ASSERT(file != nullptr);
  FAIRWAY_ASSERT(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
}

BundleFile file(std::string path, std::string text) {
  const auto size_bytes = int64_t(text.size());
  return {std::move(path), size_bytes, std::move(text)};
}

std::vector<BundleFile> project(std::string server, std::vector<BundleFile> others) {
  others.insert(others.begin(), file("server.js", std::move(server)));
  return others;
}

std::vector<BundleFile> builder_app(std::string_view id) {
  const std::string apps = cat({FAIRWAY_TEST_DATA, "/../../public/builder/apps/"});
  const auto manifest = parse_json(file_text(apps + "manifest.json"));
  FAIRWAY_ASSERT(manifest.ok());
  std::vector<BundleFile> bundle;
  for (const Json& app : member(*manifest, "apps")) {
    if (text_or(app, "id", "") != id) continue;
    for (const auto& [path, source] : member(app, "files").items()) {
      BundleFile entry = file(path, file_text(apps + source.get_ref<const std::string&>()));
      if (!needs_text(entry.path, entry.size_bytes)) entry.text.reset();
      bundle.push_back(std::move(entry));
    }
  }
  return bundle;
}

std::string module_text(const EditedSources& sources, std::string_view name) {
  for (const auto& module : sources.modules) {
    if (module.name == name) return module.text;
  }
  return "(no such module)";
}

std::string module_text(const UploadPlan& plan, std::string_view name) {
  for (const auto& module : plan.modules) {
    if (module.name == name) return module.text;
  }
  return "(no such module)";
}

std::string edited_server(std::string server, std::vector<BundleFile> others) {
  const auto sources = edit_sources(project(std::move(server), std::move(others)));
  if (!sources.ok()) return cat({sources.failure().code, ": ", sources.failure().message});
  return module_text(*sources, "server.js");
}

}  // namespace fairway::test

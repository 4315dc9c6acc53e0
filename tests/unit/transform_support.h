// Bundles for the tests of transform/: written here, or the builder's own apps.
#pragma once

#include "shared/base/text.h"
#include "shared/transform/transform.h"

namespace fairway::test {

std::string file_text(const std::string& path);
void write_file_text(const std::string& path, const std::string& text);

BundleFile file(std::string path, std::string text);
// server.js, and whatever else is given.
std::vector<BundleFile> project(std::string server, std::vector<BundleFile> others = {});
// An app of public/builder/apps as the builder saves it.
std::vector<BundleFile> builder_app(std::string_view id);

// The text of one module of the edited sources.
std::string module_text(const EditedSources& sources, std::string_view name);
std::string module_text(const UploadPlan& plan, std::string_view name);
// server.js after the edits, with `others` beside it.
std::string edited_server(std::string server, std::vector<BundleFile> others = {});

}  // namespace fairway::test

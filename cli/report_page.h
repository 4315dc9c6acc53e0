// A report (the JSON of `migrate`, `verify` or `export`) as a page for people: one HTML file
// without scripts or anything from elsewhere. Pure; whatever the report holds is shown as text,
// never run.
#pragma once

#include <string>

#include "shared/base/json.h"

namespace fairway::cli {

enum class Seal { unbroken, broken };  // whether content_sha256 is that of the content

std::string report_page(const Json& report, Seal seal);

}  // namespace fairway::cli

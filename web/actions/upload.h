// From the builder's store to the edge: parts, manifests, and the project's name.
//
// Everything is cut into parts of at most limits::part_bytes_max and named by its SHA-256, so parts
// that arrived before a reload, a crash or an earlier deployment are not sent again. Up to
// parts_at_once travel at the same time. Progress is in State::uploads, bytes of parts. Fails
// with what stopped it, in words for people; starting again continues. One part per lane is held
// besides the preview's image.
#pragma once

#include <string>

#include "web/actions/dashboard.h"

namespace fairway {

inline constexpr size_t parts_at_once = 3;

// `reviewed_sha256` is that of the preview's bytes that were looked at, "" when none were; others
// fail with fix_input `preview_changed`, and nothing is sent. Answers how the edge names the
// preview, "" where there is none.
Task<std::string> upload_project(Dashboard& dashboard, std::string project_id,
                                 std::string reviewed_sha256);

}  // namespace fairway

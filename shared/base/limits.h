// Every limit has a name, and limits that depend on each other are checked against each other here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairway::limits {

// Uploads from the tab: content-addressed parts, small enough to pass through a wasm instance. A
// multiple of 3, so that the base64 of consecutive parts joins without padding between them: every
// part of a file but its last has exactly this size.
constexpr int64_t part_bytes_max = 3 << 20;
constexpr int64_t body_bytes_max = 8 << 20;
constexpr int64_t answer_bytes_max = 8 << 20;

// A project's bundle. Cloudflare Pages: 25 MiB a file, 20,000 files
// (developers.cloudflare.com/pages/platform/limits).
constexpr int64_t file_bytes_max = 25 << 20;
constexpr int64_t files_max = 20'000;
constexpr int64_t bundle_bytes_max = int64_t{512} << 20;

// The preview database. A tab's memory has 2 GB: for the file, its converted copy, and one of them
// once more while it is hashed.
constexpr int64_t preview_bytes_max = int64_t{512} << 20;
// Turso takes a file in one piece up to here (docs.turso.tech, upload a database).
constexpr int64_t single_upload_bytes_max = 100 << 20;
// The converted copy: a file of small pages, or without free ones, changes its size.
constexpr int64_t image_bytes_max = int64_t{1} << 30;

constexpr int64_t tables_max = 2'000;
constexpr int64_t columns_max = 2'000;
constexpr int64_t schema_objects_max = 10'000;
constexpr int64_t parts_max = 512;
// Names of parts in one question for what is missing.
constexpr size_t asked_parts_max = 2'000;
// Rows of one new table at a redeployment, in batches of about 1 MB.
constexpr int64_t batches_max = 4'000;
// All new tables of a redeployment together, as the tab holds them beside preview and image.
constexpr int64_t added_bytes_max = 256 << 20;

constexpr int64_t environment_variables_max = 200;
constexpr int64_t environment_value_bytes_max = 32'768;
constexpr int64_t projects_max = 2'000;

// Name of a project as people write it.
constexpr size_t project_name_bytes_max = 200;
constexpr size_t project_description_bytes_max = 2'000;

static_assert(part_bytes_max < body_bytes_max && part_bytes_max % 3 == 0);
static_assert(image_bytes_max <= parts_max * part_bytes_max);
static_assert(bundle_bytes_max <= parts_max * part_bytes_max);

}  // namespace fairway::limits

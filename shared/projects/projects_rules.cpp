#include <algorithm>

#include "shared/base/limits.h"
#include "shared/base/text.h"
#include "shared/projects/projects.h"

namespace fairway {

namespace {

constexpr size_t date_columns_max = 20'000;

constexpr size_t path_bytes_max = 1'000;

std::vector<Part> read_parts(Fields& owner, int64_t size_bytes) {
  std::vector<Part> parts;
  int64_t total = 0;
  auto items = owner.objects("parts", size_t(limits::parts_max));
  for (size_t i = 0; i < items.size(); ++i) {
    Fields& item = items[i];
    Part part{item.text("sha256", {64, 64}),
              item.integer("size_bytes", {1, limits::part_bytes_max})};
    bool is_last = i + 1 == items.size();
    if (!is_hex(part.sha256, 64)) item.refuse("sha256", "must be 64 hex digits");
    if (!is_last && part.size_bytes != limits::part_bytes_max) {
      item.refuse("size_bytes", "must be the full size of a part, as it is not the last one");
    }
    total += part.size_bytes;
    owner.adopt(item);
    parts.push_back(std::move(part));
  }
  if (total != size_bytes) owner.refuse("parts", "must add up to size_bytes");
  return parts;
}

Json parts_json(const std::vector<Part>& parts) {
  Json list = Json::array();
  for (const auto& part : parts) {
    list.push_back({{"sha256", part.sha256}, {"size_bytes", part.size_bytes}});
  }
  return list;
}

PreviewManifest::AddedRows read_added_rows(Fields& fields) {
  PreviewManifest::AddedRows added{fields.text("table", {0, 1'000}), fields.integer("rows"), {}};
  for (Fields& item : fields.objects("batches", size_t(limits::batches_max))) {
    Part part{item.text("sha256", {64, 64}),
              item.integer("size_bytes", {1, limits::part_bytes_max})};
    if (!is_hex(part.sha256, 64)) item.refuse("sha256", "must be 64 hex digits");
    fields.adopt(item);
    added.batches.push_back(std::move(part));
  }
  return added;
}

// A path that two files have, or one as a file and another as a folder; "" when there is none.
std::string path_that_clashes(const Bundle& bundle) {
  std::vector<std::string> paths;
  for (const auto& file : bundle.files) paths.push_back(file.path + "/");
  std::sort(paths.begin(), paths.end());
  auto clash =
      std::adjacent_find(paths.begin(), paths.end(),
                         [](const auto& one, const auto& next) { return next.starts_with(one); });
  return clash == paths.end() ? "" : clash->substr(0, clash->size() - 1);
}

}  // namespace

std::string why_bad_path(std::string_view path) {
  if (path.empty() || path.size() > path_bytes_max) return "it is empty or too long";
  if (!is_utf8(path)) return "it is not UTF-8";
  if (path.front() == '/') return "it is absolute";
  for (char c : path) {
    if (uint8_t(c) < 32 || c == 127 || c == '\\') return "it holds a control character or \\";
  }
  for (auto folder : split(path, '/')) {
    if (folder.empty() || folder == "." || folder == "..") return "it holds an empty, . or .. part";
  }
  return "";
}

Outcome<Bundle> read_bundle(const Json& json) {
  Fields fields(json);
  Bundle bundle;
  int64_t total = 0;
  for (Fields& item : fields.objects("files", size_t(limits::files_max))) {
    StoredFile file;
    file.path = item.text("path", {1, path_bytes_max});
    file.size_bytes = item.integer("size_bytes", {0, limits::file_bytes_max});
    file.parts = read_parts(item, file.size_bytes);
    std::string why = why_bad_path(file.path);
    if (!item.failure() && !why.empty()) item.refuse("path", cat({"cannot be used: ", why}));
    fields.adopt(item);
    total += file.size_bytes;
    bundle.files.push_back(std::move(file));
  }
  std::string twice = path_that_clashes(bundle);
  if (!twice.empty()) fields.refuse("files", cat({"name ", twice, " twice"}));
  if (total > limits::bundle_bytes_max) fields.refuse("files", "are larger than 512 MB together");
  if (auto failure = fields.failure()) return *failure;
  return bundle;
}

Outcome<PreviewManifest> read_preview(Json json) {
  Fields fields(json);
  PreviewManifest preview;
  Fields image = fields.object("image");
  preview.image_bytes = image.integer("size_bytes", {1, limits::image_bytes_max});
  preview.image_sha256 = image.text("sha256", {64, 64});
  if (!is_hex(preview.image_sha256, 64)) image.refuse("sha256", "must be 64 hex digits");
  preview.image_parts = read_parts(image, preview.image_bytes);
  fields.adopt(image);
  Fields source = fields.object("source");
  preview.source_bytes = source.integer("size_bytes", {1, limits::preview_bytes_max});
  preview.source_sha256 = source.text("sha256", {64, 64});
  if (!is_hex(preview.source_sha256, 64)) source.refuse("sha256", "must be 64 hex digits");
  fields.adopt(source);
  const Json& schema = fields.any("schema");
  if (!schema.is_array() || schema.size() > size_t(limits::schema_objects_max)) {
    fields.refuse("schema", "must be a list of at most 10,000 objects");
  }
  for (Fields& table : fields.objects("tables", size_t(limits::tables_max))) {
    table.integer("rows", {0, limits::preview_bytes_max});  // a row has a byte at least
    fields.adopt(table);
  }
  if (!fields.any("added_rows").is_null()) {
    for (Fields& item : fields.objects("added_rows", size_t(limits::tables_max))) {
      preview.added_rows.push_back(read_added_rows(item));
      fields.adopt(item);
    }
  }
  if (!fields.any("dates").is_null()) {
    for (Fields& item : fields.objects("dates", date_columns_max)) {
      preview.dates.push_back(
          {item.text("table"), item.text("column"), item.text("form", {.size_max = 40})});
      fields.adopt(item);
    }
  }
  if (auto failure = fields.failure()) return *failure;
  preview.schema = std::move(json["schema"]);
  preview.tables = std::move(json["tables"]);
  return preview;
}

Json bundle_json(const Bundle& bundle) {
  Json files = Json::array();
  for (const auto& file : bundle.files) {
    files.push_back(
        {{"path", file.path}, {"size_bytes", file.size_bytes}, {"parts", parts_json(file.parts)}});
  }
  return {{"files", std::move(files)}};
}

Json preview_json(const PreviewManifest& preview) {
  Json added_rows = Json::array();
  for (const auto& added : preview.added_rows) {
    added_rows.push_back(
        {{"table", added.table}, {"rows", added.rows}, {"batches", parts_json(added.batches)}});
  }
  Json dates = Json::array();
  for (const auto& column : preview.dates) {
    dates.push_back({{"table", column.table}, {"column", column.column}, {"form", column.form}});
  }
  return {{"image",
           {{"size_bytes", preview.image_bytes},
            {"sha256", preview.image_sha256},
            {"parts", parts_json(preview.image_parts)}}},
          {"source", {{"size_bytes", preview.source_bytes}, {"sha256", preview.source_sha256}}},
          {"schema", preview.schema},
          {"tables", preview.tables},
          {"added_rows", std::move(added_rows)},
          {"dates", std::move(dates)}};
}

int64_t rows_of(const PreviewManifest& preview) {
  int64_t rows = 0;
  for (const Json& table : preview.tables) rows += integer_or(table, "rows", 0);
  return rows;
}

}  // namespace fairway

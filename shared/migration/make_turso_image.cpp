#include <algorithm>
#include <tuple>

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway {
namespace {

// VACUUM INTO copies each table's records as they are, rowids included (SQLite since 3.33 keeps
// hidden rowids there, other than plain VACUUM), and lays the pages out anew.
std::optional<Failure> rewrite(Preview& preview, int64_t page_bytes, const DatabasePlace& place) {
  Connection& connection = preview.state().connection;
  for (const auto& name : preview.state().statistics) {
    const std::string drop = cat({"DROP TABLE IF EXISTS ", quoted_name(name)});
    if (auto failure = connection.execute(drop)) return failure;
  }
  return connection.execute(
      cat({"PRAGMA page_size=", decimal(page_bytes), "; PRAGMA auto_vacuum=0; VACUUM INTO ",
           quoted_text(cat({place.uri(), "&reserve=0"}))}));
}

// --- Proof
// ----------------------------------------------------------------------------------------

Failure image_differs(std::string_view what) {
  return report_bug(
      "image_differs",
      cat({"The converted database is not equal to the preview (", what, "), so it is not used."}),
      "Fairway: please report this. Nothing was changed.");
}

// In one order, each definition in its normal form: SQLite writes "CREATE TABLE" its own way.
std::vector<SchemaObject> comparable(std::vector<SchemaObject> schema) {
  for (auto& object : schema) {
    object.sql = normal_form(object.sql);
    object.table = lower_ascii(object.table);
  }
  std::ranges::sort(schema, {}, [](const SchemaObject& object) {
    return std::tie(object.type, object.name, object.table, object.sql);
  });
  return schema;
}

std::optional<Failure> compare_tables(const Connection& image, const Inspection& inspection) {
  for (const auto& table : inspection.tables) {
    TableSum sum{table.sum.name, 0, 0, table.sum.columns};
    for (auto& column : sum.columns) column.checksum = 0;
    if (auto failure = sum_table(image, table.key, sum, nullptr)) return failure;
    if (sum == table.sum) continue;
    return image_differs(cat({"table ", quoted_name(sum.name)}));
  }
  return std::nullopt;
}

std::optional<Failure> compare_image(const Preview& preview, const Inspection& inspection,
                                     const Connection& image) {
  auto schema = read_schema_of(image);
  if (!schema.ok()) return schema.failure();
  if (comparable(*schema) != comparable(preview.schema())) return image_differs("schema");
  return compare_tables(image, inspection);
}

std::optional<Failure> prove_image(Preview& preview, const Inspection& inspection,
                                   const ImageRules& rules, const DatabasePlace& place) {
  auto& state = preview.state();
  std::optional<Failure> damage;
  std::optional<Failure> difference;
  StepBudget budget = state.budget;
  rules.run_both(
      [&] {
        Connection image;
        damage = image.open(place, budget, state.length_max);
        if (!damage) damage = check_integrity(image);
      },
      [&] {
        Connection image;
        difference = image.open(place, state.budget, state.length_max);
        if (!difference) difference = compare_image(preview, inspection, image);
      });
  return damage ? damage : difference;
}

std::optional<Failure> check_header(const Preview& preview, const MemoryFile& file) {
  const auto header = read_preview_header(file.read(0, 1'024), file.size());
  if (!header.ok()) return header.failure();
  const bool same = header->user_version == preview.header().user_version &&
                    header->application_id == preview.header().application_id;
  if (!is_ready_for_turso(*header) || !same) return image_differs("header");
  return std::nullopt;
}

}  // namespace

std::optional<Failure> make_image(Preview& preview, const Inspection& inspection,
                                  const ImageRules& rules, const DatabasePlace& place) {
  const bool is_recoded = rules.is_utf8 && preview.header().encoding != TextEncoding::utf8;
  auto failure = is_recoded ? recode_preview(preview, inspection, place)
                            : rewrite(preview, rules.page_bytes, place);
  return failure ? failure : prove_image(preview, inspection, rules, place);
}

bool keeps_pages(const Preview& preview) {
  return is_ready_for_turso(preview.header()) && preview.state().statistics.empty();
}

Outcome<DatabaseImage> make_turso_image(Preview& preview, const Inspection& inspection) {
  auto& state = preview.state();
  DatabaseImage image;
  if (keeps_pages(preview)) {
    image.file = MemoryFile(state.bytes);
  } else {
    const bool utf8 = preview.header().encoding == TextEncoding::utf8;
    image.made = utf8 ? DatabaseImage::Made::rewritten : DatabaseImage::Made::recoded;
    state.files.mount(image_file, image.file);
    const DatabasePlace place{std::string(image_file), state.files.name()};
    auto failure = make_image(preview, inspection, {}, place);
    state.files.unmount(image_file);
    if (failure) return *failure;
  }
  if (!image.file.write(18, "\x02\x02")) {
    return fix_input("preview_no_memory", "There is no memory left for the converted database.");
  }
  if (auto failure = check_header(preview, image.file)) return *failure;
  return image;
}

}  // namespace fairway

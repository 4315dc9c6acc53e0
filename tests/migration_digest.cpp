// fairway_migration_digest FILE...: one digest over what migration makes of many databases: the
// plan, the PostgreSQL script in both forms, the libSQL script and the image for Turso. Every kind
// of machine prints the same one.
//
// A database stands in a file of the matrix (tests/data/migration/matrix): the SQL between the line
// "-- sqlite" and the next line that starts with "-- " or "== ". A script in which SQLite finds a
// mistake counts as far as it got.
#include <cstdio>

#include "shared/base/text.h"
#include "shared/libsql/script.h"
#include "shared/postgres/script.h"
#include "tests/unit/migration_support.h"

namespace {

using namespace fairway;

class Digest {
 public:
  std::optional<Failure> add(std::string_view bytes) {
    for (char c : bytes) value_ = (value_ ^ static_cast<uint8_t>(c)) * 1099511628211ull;
    return std::nullopt;
  }
  void add(const Failure& failure) { add(cat({failure.code, " ", failure.message})); }
  unsigned long long value() const { return value_; }

 private:
  uint64_t value_ = 14695981039346656037ull;
};

Outcome<Preview> open(const std::string& image) {
  PreviewLimits limits;
  limits.tables_min = 0;
  limits.foreign_parts = ForeignParts::leave_out;
  return open_preview(image, limits);
}

void add_postgres(Digest& digest, Preview& preview) {
  auto profile = profile_preview(preview);
  if (!profile.ok()) return digest.add(profile.failure());
  auto plan = postgres::make_plan(*profile, {});
  if (!plan.ok()) return digest.add(plan.failure());
  const Json json = *plan;
  digest.add(json.dump(2, ' ', false, Json::error_handler_t::replace));
  if (plan->refusal) return digest.add(*plan->refusal);
  for (const auto form : {postgres::RowForm::copy, postgres::RowForm::insert}) {
    auto written = postgres::write_script(
        preview, *plan, {form, ""}, [&](std::string_view bytes) { return digest.add(bytes); },
        [](const auto&, int64_t) { return std::nullopt; });
    if (!written.ok()) digest.add(written.failure());
  }
}

void add_libsql(Digest& digest, Preview& preview) {
  auto inspection = inspect(preview);
  if (!inspection.ok()) return digest.add(inspection.failure());
  postgres::OutBuffer out([&](std::string_view bytes) { return digest.add(bytes); },
                          postgres::OutBuffer::file_bytes);
  auto written =
      libsql::write_script(preview, *inspection, out, [](int64_t) { return std::nullopt; });
  if (!written.ok()) digest.add(written.failure());
  auto image = make_turso_image(preview, *inspection);
  if (!image.ok()) return digest.add(image.failure());
  digest.add(test::bytes_of(*image));
}

void add_database(Digest& digest, const std::string& sql) {
  test::Scratch scratch;
  sqlite3_exec(scratch.get(), sql.c_str(), nullptr, nullptr, nullptr);
  digest.add(sqlite3_errmsg(scratch.get()));
  const std::string image = scratch.image();
  auto for_postgres = open(image);
  if (!for_postgres.ok()) return digest.add(for_postgres.failure());
  add_postgres(digest, *for_postgres);
  auto for_libsql = open_preview(image);
  if (!for_libsql.ok()) return digest.add(for_libsql.failure());
  add_libsql(digest, *for_libsql);
}

std::string text_of(const char* path) {
  std::string text;
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return text;
  char piece[4096];
  while (const size_t size = std::fread(piece, 1, sizeof piece, file)) text.append(piece, size);
  std::fclose(file);
  return text;
}

std::vector<std::string> scripts_in(const char* path) {
  std::vector<std::string> scripts;
  bool is_script = false;
  const std::string text = text_of(path);
  for (const auto line : split(text, '\n')) {
    if (line.starts_with("-- ") || line.starts_with("== ")) {
      is_script = line == "-- sqlite";
      if (is_script) scripts.emplace_back();
    } else if (is_script) {
      scripts.back() += cat({line, "\n"});
    }
  }
  return scripts;
}

}  // namespace

int main(int count, char** words) {
  Digest all;
  size_t databases = 0;
  for (int i = 1; i < count; ++i) {
    Digest of_file;
    for (const auto& sql : scripts_in(words[i])) {
      add_database(of_file, sql);
      ++databases;
    }
    const std::string_view path = words[i];
    std::printf("%s %016llx\n", std::string(path.substr(path.rfind('/') + 1)).c_str(),
                of_file.value());
    all.add(decimal(static_cast<int64_t>(of_file.value() >> 1)));
  }
  std::printf("%zu databases, digest %016llx\n", databases, all.value());
  return databases > 0 ? 0 : 1;
}

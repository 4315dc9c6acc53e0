#include "tests/unit/migration_support.h"

#include <bit>
#include <cstdio>
#include <cstring>

#include "shared/base/text.h"

namespace fairway::test {
namespace {

void fail_on(sqlite3* database, int result, std::string_view sql) {
  if (result == SQLITE_OK) return;
  std::fprintf(stderr, "test SQL failed: %s\nin: %.400s\n", sqlite3_errmsg(database),
               std::string(sql).c_str());
  std::abort();
}

std::string cell_text(sqlite3_stmt* row, int column) {
  const int kind = sqlite3_column_type(row, column);
  if (kind == SQLITE_NULL) return "NULL";
  if (kind == SQLITE_FLOAT) {
    const auto bits = std::bit_cast<uint64_t>(sqlite3_column_double(row, column));
    char text[24];
    std::snprintf(text, sizeof text, "r%016llx", static_cast<unsigned long long>(bits));
    return text;
  }
  const auto* bytes = kind == SQLITE_BLOB
                          ? static_cast<const char*>(sqlite3_column_blob(row, column))
                          : reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  const int size = sqlite3_column_bytes(row, column);
  const std::string text = bytes == nullptr ? "" : std::string(bytes, static_cast<size_t>(size));
  return kind == SQLITE_BLOB ? cat({"x", hex(text)}) : text;
}

}  // namespace

Scratch::Scratch(std::string_view sql) {
  sqlite3_open(":memory:", &database_);
  run(sql);
}

Scratch::Scratch(const std::string& image, std::string_view sql) {
  sqlite3_open(":memory:", &database_);
  auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(image.size()));
  std::memcpy(bytes, image.data(), image.size());
  const auto size = static_cast<sqlite3_int64>(image.size());
  fail_on(database_,
          sqlite3_deserialize(database_, "main", bytes, size, size,
                              SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE),
          "(opening an image)");
  run(sql);
}

Scratch::~Scratch() { sqlite3_close(database_); }

void Scratch::run(std::string_view sql) {
  const std::string text(sql);
  fail_on(database_, sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr), sql);
}

std::string Scratch::ask(std::string_view sql) {
  sqlite3_stmt* row = nullptr;
  fail_on(database_,
          sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &row, nullptr),
          sql);
  std::string lines;
  while (sqlite3_step(row) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(row); ++i) {
      if (i > 0) lines += '|';
      lines += cell_text(row, i);
    }
    lines += '\n';
  }
  fail_on(database_, sqlite3_finalize(row), sql);
  return lines;
}

std::string Scratch::image() {
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(database_, "main", &size, 0);
  std::string image(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  sqlite3_free(bytes);
  return image;
}

std::string image_of(std::string_view sql) {
  Scratch scratch(sql);
  return scratch.image();
}

std::string bytes_of(const DatabaseImage& image) {
  std::string bytes = image.file.read(0, image.file.size());
  bytes[18] = bytes[19] = 1;
  return bytes;
}

std::string data_file(std::string_view name) {
  const std::string path = cat({FAIRWAY_TEST_DATA, "/migration/", name});
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

uint64_t Dice::next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace fairway::test

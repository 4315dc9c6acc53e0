// fairway_migration_bench FILE: how fast the core carries a database that lies in memory, step by
// step on one thread, the same code natively and as wasm. As wasm it tells the memory that it took
// beside the input, too. What is written goes nowhere.
#include <chrono>
#include <cstdio>

#include "shared/base/text.h"
#include "shared/libsql/script.h"
#include "shared/postgres/script.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

struct Input {
  SharedBytes bytes;
  int64_t rows = 0;

  double megabytes() const { return static_cast<double>(bytes.bytes.size()) / 1e6; }
};

std::optional<Failure> drop(std::string_view) { return std::nullopt; }

// A buffer of the file's size from the beginning: growing would count as memory.
std::string bytes_in(const char* path) {
  std::string bytes;
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return bytes;
  std::fseek(file, 0, SEEK_END);
  bytes.resize(static_cast<size_t>(std::ftell(file)));
  std::rewind(file);
  if (std::fread(bytes.data(), 1, bytes.size(), file) != bytes.size()) bytes.clear();
  std::fclose(file);
  return bytes;
}

std::optional<Failure> read(Preview& preview, Input& input) {
  auto inspection = inspect(preview);
  if (!inspection.ok()) return inspection.failure();
  input.rows = inspection->rows;
  return std::nullopt;
}

std::optional<Failure> write_postgres(Preview& preview, postgres::RowForm form) {
  auto profile = profile_preview(preview);
  if (!profile.ok()) return profile.failure();
  auto plan = postgres::make_plan(*profile, {});
  if (!plan.ok()) return plan.failure();
  auto written = postgres::write_script(preview, *plan, {form, ""}, drop,
                                        [](const auto&, int64_t) { return std::nullopt; });
  if (!written.ok()) return written.failure();
  return std::nullopt;
}

std::optional<Failure> write_libsql(Preview& preview) {
  auto inspection = inspect(preview, Sums::leave_out);
  if (!inspection.ok()) return inspection.failure();
  postgres::OutBuffer out(drop, postgres::OutBuffer::file_bytes);
  auto written = libsql::write_script(preview, *inspection, out, nullptr);
  if (!written.ok()) return written.failure();
  return std::nullopt;
}

std::optional<Failure> make_image(Preview& preview) {
  auto inspection = inspect(preview);
  if (!inspection.ok()) return inspection.failure();
  auto image = make_turso_image(preview, *inspection);
  if (!image.ok()) return image.failure();
  return std::nullopt;
}

// Prints one step, from the bytes to its end; answers whether it came there.
template <typename Work>
bool measure(const char* name, const Input& input, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  PreviewLimits limits;
  limits.bytes_max = MemoryFile::size_max;
  limits.foreign_parts = ForeignParts::leave_out;
  auto preview = open_preview(input.bytes, limits);
  const auto failure = preview.ok() ? work(*preview) : preview.failure();
  if (failure) {
    std::printf("%-28s %s\n", name, failure->message.c_str());
    return false;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%-28s %6.2f s %12.0f rows/s %7.1f MB/s", name, took.count(),
              static_cast<double>(input.rows) / took.count(), input.megabytes() / took.count());
#ifdef __wasm__
  const double memory = static_cast<double>(__builtin_wasm_memory_size(0)) * 65'536 / 1e6;
  std::printf("  %6.1f MB beside the input so far", memory - input.megabytes());
#endif
  std::printf("\n");
  return true;
}

int run(const char* path) {
  Input input{share(bytes_in(path)), 0};
  if (!measure("check, read and sum", input, [&](Preview& one) { return read(one, input); })) {
    return 1;
  }
  const bool written =
      measure("PostgreSQL, COPY", input,
              [](Preview& one) { return write_postgres(one, postgres::RowForm::copy); }) &&
      measure("PostgreSQL, INSERT", input,
              [](Preview& one) { return write_postgres(one, postgres::RowForm::insert); });
  if (!written) return 1;
  // A database that libSQL refuses goes nowhere else.
  measure("libSQL text", input, write_libsql);
  measure("image for Turso", input, make_image);
  return 0;
}

}  // namespace
}  // namespace fairway

int main(int count, char** words) {
  if (count == 2) return fairway::run(words[1]);
  std::fprintf(stderr, "usage: fairway_migration_bench FILE\n");
  return 2;
}

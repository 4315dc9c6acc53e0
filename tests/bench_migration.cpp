// fairway_migration_bench [ROWS]: how fast a preview is opened, read and summed, and made into an
// image. One table of six columns with an index, like an app's; default 300,000 rows.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "shared/base/text.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print(const char* what, double seconds, int64_t rows, int64_t bytes) {
  std::printf("%-28s %7.3f s %12.0f rows/s %8.1f MB/s\n", what, seconds,
              static_cast<double>(rows) / seconds, static_cast<double>(bytes) / 1e6 / seconds);
}

std::string app_like(std::string_view settings, int64_t rows) {
  return test::image_of(
      cat({settings,
           "CREATE TABLE items(id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, "
           "created DATETIME, done BOOLEAN, note TEXT); CREATE INDEX by_name ON items(name);"
           "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<",
           decimal(rows),
           ") INSERT INTO items SELECT x, 'item ' || x, x * 0.37, 1700000000000 + x, "
           "x % 2, 'a note of some length about item ' || x FROM n;"}));
}

int measure(const char* name, std::string_view settings, int64_t rows) {
  std::string bytes = app_like(settings, rows);
  const auto size = static_cast<int64_t>(bytes.size());
  std::printf("%s: %lld rows, %.1f MB\n", name, static_cast<long long>(rows),
              static_cast<double>(size) / 1e6);
  auto start = std::chrono::steady_clock::now();
  auto preview = open_preview(std::move(bytes));
  if (!preview.ok()) return 1;
  print("open, with integrity check", seconds_since(start), rows, size);
  start = std::chrono::steady_clock::now();
  auto inspection = inspect(*preview);
  if (!inspection.ok()) return 1;
  print("inspect, with all sums", seconds_since(start), rows, size);
  start = std::chrono::steady_clock::now();
  auto image = make_turso_image(*preview, *inspection);
  if (!image.ok()) return 1;
  print("make the image, and prove it", seconds_since(start), rows, size);
  return 0;
}

}  // namespace
}  // namespace fairway

int main(int count, char** words) {
  const auto rows = fairway::parse_decimal(count > 1 ? words[1] : "300000").value_or(300'000);
  return fairway::measure("pages kept", "", rows) ||
         fairway::measure("rewritten", "PRAGMA page_size=1024;", rows) ||
         fairway::measure("recoded", "PRAGMA encoding='UTF-16le';", rows);
}

#include <utility>

#include "shared/base/text.h"
#include "shared/libsql/script.h"
#include "shared/postgres/script.h"
#include "web/actions/review.h"
#include "web/state/words.h"

namespace fairway {
namespace {

constexpr int64_t toast_ms = 6'000;
constexpr int64_t piece_bytes = 1 << 20;

struct ExportKind {
  std::string_view ending;
  std::string_view media_type;
};

ExportKind kind_of(ReviewExport what) {
  if (what == ReviewExport::sqlite_file) return {".sqlite", "application/vnd.sqlite3"};
  if (what == ReviewExport::libsql_script) return {"-libsql.sql", "application/sql"};
  return {"-postgres.sql", "application/sql"};
}

Outcome<Done> write_postgres(ReviewSource& source, const postgres::Write& write) {
  if (source.plan.refusal) return *source.plan.refusal;
  auto written = postgres::write_script(source.preview, source.plan, {}, write, {});
  if (!written.ok()) return written.failure();
  return Done{};
}

Outcome<Done> write_libsql(ReviewSource& source, const postgres::Write& write) {
  auto inspection = inspect(source.preview);
  if (!inspection.ok()) return inspection.failure();
  postgres::OutBuffer out(write, postgres::OutBuffer::file_bytes);
  return libsql::write_script(source.preview, *inspection, out, {});
}

// The image that a SQLite database takes, without the mark that it was last written in WAL mode:
// such a file cannot be opened where nothing may be written beside it.
Outcome<Done> write_file(ReviewSource& source, const postgres::Write& write) {
  auto inspection = inspect(source.preview);
  if (!inspection.ok()) return inspection.failure();
  auto image = make_turso_image(source.preview, *inspection);
  if (!image.ok()) return image.failure();
  MemoryFile& file = image->file;
  if (!file.write(18, "\x01\x01")) {
    return fix_input("preview_no_memory", "There is no memory left for the file.");
  }
  for (int64_t at = 0; at < file.size(); at += piece_bytes) {
    if (auto failure = write(file.read(at, piece_bytes))) return *failure;
  }
  return Done{};
}

Outcome<Done> write_export(ReviewSource& source, ReviewExport what, const postgres::Write& write) {
  switch (what) {
    case ReviewExport::postgres_script:
      return write_postgres(source, write);
    case ReviewExport::libsql_script:
      return write_libsql(source, write);
    case ReviewExport::sqlite_file:
      return write_file(source, write);
    case ReviewExport::none:
      break;
  }
  return Done{};
}

Task<Done> make_export(Dashboard& dashboard, std::shared_ptr<ReviewSource> source,
                       std::string project_id, ReviewExport what) {
  // The button says that it is at work before SQLite takes its time.
  co_await dashboard.host.clock.sleep_ms(0);
  Browser& browser = dashboard.browser;
  browser.drop_pieces();
  int64_t bytes_total = 0;
  const auto written =
      write_export(*source, what, [&](std::string_view bytes) -> std::optional<Failure> {
        browser.download_piece(bytes);
        bytes_total += static_cast<int64_t>(bytes.size());
        return std::nullopt;
      });
  auto& review = dashboard.state.review;
  if (review) review->exporting = ReviewExport::none;
  if (!written.ok()) {
    browser.drop_pieces();
    if (review) review->export_problem = written.failure();
    co_return Done{};
  }
  const ExportKind kind = kind_of(what);
  const std::string name = cat({project_id, kind.ending});
  browser.download(name, kind.media_type, "");
  add_toast(dashboard.state, {ToastMessage::Mood::ok, cat({name, " is written"}),
                              cat({size_words(bytes_total), ", made in this tab"}),
                              dashboard.host.clock.now_ms() + toast_ms});
  co_return Done{};
}

}  // namespace

void export_preview(Dashboard& dashboard, ReviewExport what) {
  auto& review = dashboard.state.review;
  if (!review || !review->source || review->exporting != ReviewExport::none) return;
  review->exporting = what;
  review->export_problem = {};
  dashboard.running.restart("export",
                            make_export(dashboard, review->source, review->project_id, what));
}

}  // namespace fairway

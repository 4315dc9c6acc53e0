#include "shared/libsql/decisions.h"

#include "shared/base/text.h"
#include "shared/migration/preview_sqlite.h"

namespace fairway::libsql {
namespace {

using postgres::Decision;
using postgres::Treatment;

Decision about(Treatment outcome, std::string object, std::string kind, std::string why) {
  Decision decision;
  decision.outcome = outcome;
  decision.object = std::move(object);
  decision.kind = std::move(kind);
  decision.why = std::move(why);
  decision.count = 1;
  return decision;
}

void add_file_facts(const PreviewHeader& header, Way way, std::vector<Decision>& decisions) {
  if (way == Way::sqlite_file) return;
  if (header.encoding != TextEncoding::utf8) {
    decisions.push_back(about(Treatment::derive, "encoding", "text_encoding",
                              "The file keeps its texts as UTF-16; over there they are UTF-8."));
  }
  if (header.auto_vacuum) {
    decisions.push_back(about(Treatment::derive, "auto_vacuum", "auto_vacuum",
                              "Auto-vacuum is off over there, as Turso asks."));
  }
  if (way == Way::turso_image &&
      (header.page_bytes != turso_page_bytes || header.reserved_bytes != 0)) {
    decisions.push_back(
        about(Treatment::derive, "page_size", "page_size",
              cat({"Pages of ", decimal(header.page_bytes), " bytes with ",
                   decimal(header.reserved_bytes),
                   " reserved become pages of 4096 bytes without reserve, as Turso asks."})));
  }
}

// The wire cannot set them: they are part of the file there.
void add_settings(const PreviewHeader& header, Way way, std::vector<Decision>& decisions) {
  if (way != Way::wire) return;
  const std::pair<std::string_view, int64_t> settings[] = {
      {"user_version", header.user_version}, {"application_id", header.application_id}};
  for (const auto& [name, value] : settings) {
    if (value == 0) continue;
    decisions.push_back(about(Treatment::report, std::string(name), "setting",
                              cat({name, " is ", decimal(value),
                                   " here and is not set over there: statements over the network "
                                   "cannot. The table _fairway_settings notes it; an image "
                                   "(fairway export --to libsql --image) keeps it."})));
  }
}

}  // namespace

std::vector<Decision> decisions_of(Preview& preview, const Inspection& inspection, Way way) {
  std::vector<Decision> decisions;
  add_file_facts(preview.header(), way, decisions);
  add_settings(preview.header(), way, decisions);
  for (const auto& name : preview.state().statistics) {
    decisions.push_back(about(Treatment::derive, name, "statistics",
                              cat({name,
                                   " holds statistics of SQLite's query planner; ANALYZE makes "
                                   "them anew."})));
  }
  for (const auto& warning : inspection.warnings) {
    const bool is_about_data = warning.code == "dates_mixed" || warning.code == "text_not_utf8" ||
                               warning.code == "orphans" || warning.code == "no_key" ||
                               warning.code == "bytes_behind" ||
                               warning.code == "foreign_key_mismatch";
    if (!is_about_data) continue;
    auto decision = about(Treatment::report, "", warning.code, warning.message);
    decision.table = warning.object;
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

}  // namespace fairway::libsql

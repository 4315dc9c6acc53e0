#include "shared/base/text.h"
#include "shared/postgres/plan_draft.h"

// What belongs to the database as a whole.
namespace fairway::postgres {
namespace {

void keep_setting(Draft& draft, std::string_view name, int64_t value) {
  if (value == 0) return;
  draft.decide(about(Treatment::report, "setting", "", "", name,
                     cat({"PRAGMA ", name, " is ", decimal(value),
                          "; it is kept as a row of fairway.settings."})));
  draft.after(cat({"INSERT INTO fairway.settings (name, value) VALUES (", quoted_text(name), ", '",
                   decimal(value), "') ON CONFLICT (name) DO UPDATE SET value = excluded.value"}));
}

bool has_object(const DatabaseProfile& profile, std::string_view name) {
  for (const auto& object : profile.schema) {
    if (object.name == name) return true;
  }
  return false;
}

void tell_of_file(Draft& draft) {
  const PreviewHeader& header = draft.profile.header;
  if (header.encoding != TextEncoding::utf8) {
    draft.decide(about(Treatment::derive, "encoding", "", "", "encoding",
                       "The database's texts are UTF-16; they become UTF-8."));
  }
  if (!draft.profile.statistics.empty()) {
    draft.decide(about(Treatment::derive, "statistics", "", "",
                       join(draft.profile.statistics, ", "),
                       "SQLite's statistics are not carried; PostgreSQL gathers its own."));
  }
  if (has_object(draft.profile, "sqlite_sequence")) {
    draft.decide(about(Treatment::derive, "sequence_table", "", "", "sqlite_sequence",
                       "Not carried as a table: the identities go on where it stands."));
  }
  for (const auto& table : draft.tables) {
    if (table.module) continue;
    for (const auto& column : table.columns) {
      if (column.plan.conversion != Conversion::text) continue;
      draft.decide(about(Treatment::map, "text_order", "", "", "",
                         "Texts are compared and ordered by their bytes, as in SQLite: every "
                         "column of text is COLLATE \"C\"."));
      return;
    }
  }
}

}  // namespace

void write_settings(Draft& draft) {
  const PreviewHeader& header = draft.profile.header;
  const bool has_settings = header.user_version != 0 || header.application_id != 0;
  if (has_settings || draft.needs_exact_cells) draft.before("CREATE SCHEMA IF NOT EXISTS fairway");
  if (draft.needs_exact_cells) {
    draft.before(
        "CREATE TABLE IF NOT EXISTS fairway.exact_cells (table_name text NOT NULL, column_name "
        "text NOT NULL, row_key text NOT NULL, bytes bytea NOT NULL)");
  }
  if (has_settings) {
    draft.before("CREATE TABLE IF NOT EXISTS fairway.settings (name text PRIMARY KEY, value text)");
  }
  keep_setting(draft, "user_version", header.user_version);
  keep_setting(draft, "application_id", header.application_id);
  tell_of_file(draft);
}

}  // namespace fairway::postgres

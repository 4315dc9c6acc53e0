// The steps of a staged load (staging.h) sent over HTTP, in the order in which they happen. Every
// step may be sent again after a lost answer, and a load that broke off anywhere goes on:
// look_at_load tells what has happened already.
//
// Failures besides those of neon_sql.cpp: fix_input `load_superseded` where another load into the
// same schema has removed this one, report_bug `target_refused` with the server's words.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/postgres/staging.h"

namespace fairway::postgres {

struct LoadStanding {
  enum class Stage { nothing, under_way };
  Stage stage = Stage::nothing;
  std::vector<std::vector<NeonCell>> marks;  // of a load under way
  std::set<std::string> keys;                // of these marks
  std::vector<std::string> left_overs;       // notes schemas of other loads into the same schema
  std::vector<std::string> names_taken;
};

// The schema that is meant. fix_input `target_too_old`, `no_schema` where search_path has none.
Task<std::string> find_target_schema(Host& host, NeonAccess access, std::string wanted);
Task<LoadStanding> look_at_load(Host& host, NeonAccess access, StagedLoad load,
                                NeonStatement names_taken);
// Removes left-overs, then sends what begin_load has written.
Task<Done> send_begin(Host& host, NeonAccess access, std::vector<std::string> left_overs,
                      std::vector<NeonStatement> begin);
Task<Done> send_keyed(Host& host, NeonAccess access, StagedLoad load, KeyedStatements keyed);
// A body of batches.h in the blob store.
Task<Done> send_row_batch(Host& host, NeonAccess access, StagedLoad load, std::string blob_key);
Task<std::vector<std::vector<NeonCell>>> read_marks(Host& host, NeonAccess access, StagedLoad load);
Task<Done> remove_load(Host& host, NeonAccess access, StagedLoad load);

// The answer of one question behind the settings; nothing where it names a table or a column that
// is not there.
Task<std::optional<NeonResult>> ask_with(Host& host, NeonAccess access,
                                         std::vector<NeonStatement> settings,
                                         NeonStatement question);

// gone: the load is not there (any more). It has been settled by an earlier try, or removed: look.
enum class Settling { settled, gone, name_taken };
Task<Settling> send_settle(Host& host, NeonAccess access, std::vector<NeonStatement> settle);

}  // namespace fairway::postgres

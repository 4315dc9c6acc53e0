// What the database says to a batch of rows that make_insert_batches (preview.h) has written, and
// the marker table by which a batch that is sent twice is loaded once. Pure, linked at the edge.
#pragma once

#include <string>
#include <string_view>

#include "shared/base/outcome.h"

namespace fairway {

// Remembers the keys of the batches that were loaded; dropped when all of them were.
constexpr std::string_view loads_table = "_fairway_loads";
constexpr std::string_view finish_loads_sql = "DROP TABLE IF EXISTS \"_fairway_loads\"";

enum class Load { loaded, already_loaded };

// The places of the steps in a batch; statements that insert rows lie between guard and commit.
namespace load_steps {
constexpr size_t foreign_keys_off = 0;
constexpr size_t marker_table = 1;
constexpr size_t begin = 2;
constexpr size_t guard = 3;
constexpr size_t first_insert = 4;
}  // namespace load_steps

// `body` is the answer of /v2/pipeline with status 200. Nothing was kept of a batch that failed:
// retry_later `database_busy`, ask_permission `provider_quota`, report_bug `load_refused` with the
// database's words, report_bug `target_answer`.
Outcome<Load> read_load_answer(std::string_view body);

}  // namespace fairway

// A migration into PostgreSQL in many short transactions, for where there is no connection that
// lasts (SQL over HTTP): everything is made in a schema of its own and moved to its place at the
// end, in one transaction. Until then nobody sees it, and a load that broke off goes on.
//
//   fairway_staging_<id>   the tables, their rows, indexes, views
//   fairway_load_<id>      what is known about the load: marks of what has happened (a transaction
//                          enters its own key first, so repeating it does nothing), pieces of large
//                          cells, exact cells. Gone when the load has ended.
//
// Pure: texts of statements. Sending them is http_load.h; rows are batches.h. `id` stands for file,
// plan and target schema, so the same migration finds its own traces and no others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/postgres/plan.h"
#include "shared/provisioning/provisioning.h"

namespace fairway::postgres {

struct StagedLoad {
  std::string id;             // staged_load_id
  std::string target_schema;  // where it belongs in the end
};

// What the id is the hash of: 16 hex digits of SHA-256 over this. Changes with whatever decides
// which rows stand in which batch.
std::string identity_of_load(std::string_view snapshot_sha256, const Plan& plan,
                             std::string_view target_schema);
constexpr size_t staged_load_id_digits = 16;

std::string staging_schema(const StagedLoad& load);
std::string notes_schema(const StagedLoad& load);
// A table of fairway_load_<id>, quoted.
std::string notes_table(const StagedLoad& load, std::string_view table);

// Statements that do something once, however often they are sent.
struct KeyedStatements {
  std::string key;
  std::vector<NeonStatement> statements;  // the first enters the key
};
NeonStatement enter_key(const StagedLoad& load, std::string_view key);
// True when this is what the server says to a key that is there.
bool is_known_key(const StagedLoad& load, const SqlRefusal& refusal);

// Settings of the session and the search path, as every transaction on staged tables needs them.
std::vector<NeonStatement> staged_settings(const StagedLoad& load);
// The same for tables in their place.
std::vector<NeonStatement> settled_settings(std::string_view target_schema);

// The server's version, the schema that `wanted` ("": the first of search_path) means (NULL: none).
NeonStatement ask_schema(std::string_view wanted);
// Two columns: other loads into the same schema and this one (name of its notes schema, "1" when it
// is this one).
NeonStatement ask_loads(const StagedLoad& load);
// One column: which of the plan's tables and views have a namesake in the target schema.
NeonStatement ask_names_taken(const StagedLoad& load, const Plan& plan);
// Two columns: keys and words of the marks.
NeonStatement ask_marks(const StagedLoad& load);

// Removes what another load has left behind; `notes` as ask_loads names it.
std::vector<NeonStatement> drop_load(std::string_view notes);
// Both schemas and the tables without indexes; all of it or none. Fails on a second try.
std::vector<NeonStatement> begin_load(const StagedLoad& load, const Plan& plan);
// Keys, indexes, constraints, views, triggers: behind the rows.
std::vector<KeyedStatements> complete_load(const StagedLoad& load, const Plan& plan);
// The statements of `complete_load` that the server refused, read from the marks: a decision each.
std::vector<Decision> refused_in(const Plan& plan, const std::vector<std::vector<NeonCell>>& marks);
// Moves everything to its place and removes both schemas. Fails on a second try, and where a name
// is taken.
std::vector<NeonStatement> settle_load(const StagedLoad& load, const Plan& plan);

// Leaves out a view that does not answer the same rows; `why` is kept as a mark.
KeyedStatements drop_view(const StagedLoad& load, const ViewPlan& view, std::string_view why);
constexpr std::string_view view_mark = "view ";  // in front of the view's name

}  // namespace fairway::postgres

#include "shared/postgres/http_load.h"

#include "shared/base/text.h"
#include "shared/postgres/target_rules.h"

namespace fairway::postgres {
namespace {

bool is_missing(const SqlRefusal& refusal) {
  return refusal.state == "42P01" || refusal.state == "3F000" || refusal.state == "42703";
}

bool is_taken(const SqlRefusal& refusal) {
  return refusal.state == "42P07" || refusal.state == "42723" || refusal.state == "42710";
}

Failure superseded() {
  return fix_input("load_superseded",
                   "Another migration into the same schema has begun and removed what this one had "
                   "loaded so far.",
                   "You: let one of them end, then run this one again.");
}

Outcome<Done> ended(const StagedLoad& load, const NeonAnswer& answer) {
  if (!answer.refusal || is_known_key(load, *answer.refusal)) return Done{};
  const bool is_gone =
      is_missing(*answer.refusal) && answer.refusal->message.find(load.id) != std::string::npos;
  return is_gone ? superseded() : failure_of(*answer.refusal);
}

Failure strange() {
  return report_bug("target_answer", "The database answered a question with something else.");
}

// The rows of the last result, each with that many columns.
Outcome<std::vector<std::vector<NeonCell>>> rows_of(NeonAnswer answer, size_t columns) {
  if (answer.refusal) return failure_of(*answer.refusal);
  if (answer.results.empty() || answer.results.back().types.size() != columns) return strange();
  return std::move(answer.results.back().rows);
}

}  // namespace

Task<std::string> find_target_schema(Host& host, NeonAccess access, std::string wanted) {
  std::vector<NeonStatement> question = {ask_schema(wanted)};
  auto answer = co_await read_neon(host, std::move(access), std::move(question));
  auto rows = rows_of(std::move(answer), 2);
  if (!rows.ok()) co_return rows.failure();
  if (rows->size() != 1) co_return strange();
  const auto version = parse_decimal((*rows)[0][0].value_or(""));
  if (auto failure = too_old(version.value_or(0))) co_return *failure;
  if (!(*rows)[0][1]) {
    co_return fix_input("no_schema", "The search_path of this database names no schema.",
                        "You: name one with --schema.");
  }
  co_return *(*rows)[0][1];
}

Task<std::vector<std::vector<NeonCell>>> read_marks(Host& host, NeonAccess access,
                                                    StagedLoad load) {
  std::vector<NeonStatement> question = {ask_marks(load)};
  auto answer = co_await read_neon(host, std::move(access), std::move(question));
  if (answer.refusal && is_missing(*answer.refusal)) co_return superseded();
  co_return rows_of(std::move(answer), 2);
}

Task<LoadStanding> look_at_load(Host& host, NeonAccess access, StagedLoad load,
                                NeonStatement names_taken) {
  LoadStanding standing;
  std::vector<NeonStatement> names_question;
  names_question.push_back(std::move(names_taken));
  auto names_answer = co_await read_neon(host, access, std::move(names_question));
  auto names = rows_of(std::move(names_answer), 1);
  if (!names.ok()) co_return names.failure();
  for (auto& row : *names) standing.names_taken.push_back(row[0].value_or(""));
  std::vector<NeonStatement> loads_question = {ask_loads(load)};
  auto loads_answer = co_await read_neon(host, access, std::move(loads_question));
  auto loads = rows_of(std::move(loads_answer), 2);
  if (!loads.ok()) co_return loads.failure();
  for (auto& row : *loads) {
    if (row[1] == "1") {
      standing.stage = LoadStanding::Stage::under_way;
    } else {
      standing.left_overs.push_back(row[0].value_or(""));
    }
  }
  if (standing.stage == LoadStanding::Stage::nothing) co_return standing;
  standing.marks = co_await read_marks(host, std::move(access), load);
  for (const auto& mark : standing.marks) standing.keys.insert(mark[0].value_or(""));
  co_return standing;
}

Task<Done> send_begin(Host& host, NeonAccess access, std::vector<std::string> left_overs,
                      std::vector<NeonStatement> begin) {
  for (const auto& notes : left_overs) {
    auto removed = co_await run_neon_transaction(host, access, drop_load(notes), Repeat::harmless);
    if (removed.refusal) co_return failure_of(*removed.refusal);
  }
  auto begun =
      co_await run_neon_transaction(host, std::move(access), std::move(begin), Repeat::harmless);
  // Schemas that are there were made by this very transaction, sent before.
  const bool is_there = begun.refusal && begun.refusal->state == "42P06";
  if (begun.refusal && !is_there) co_return failure_of(*begun.refusal);
  co_return Done{};
}

Task<Done> send_keyed(Host& host, NeonAccess access, StagedLoad load, KeyedStatements keyed) {
  auto answer = co_await run_neon_transaction(host, std::move(access), std::move(keyed.statements),
                                              Repeat::harmless);
  co_return ended(load, answer);
}

Task<Done> send_row_batch(Host& host, NeonAccess access, StagedLoad load, std::string blob_key) {
  auto answer = co_await send_neon_blob(host, std::move(access), std::move(blob_key));
  co_return ended(load, answer);
}

Task<Done> remove_load(Host& host, NeonAccess access, StagedLoad load) {
  auto statements = drop_load(notes_schema(load));
  auto answer = co_await run_neon_transaction(host, std::move(access), std::move(statements),
                                              Repeat::harmless);
  if (answer.refusal) co_return failure_of(*answer.refusal);
  co_return Done{};
}

Task<std::optional<NeonResult>> ask_with(Host& host, NeonAccess access,
                                         std::vector<NeonStatement> settings,
                                         NeonStatement question) {
  settings.push_back(std::move(question));
  auto answer = co_await read_neon(host, std::move(access), std::move(settings));
  if (answer.refusal && is_missing(*answer.refusal)) co_return std::optional<NeonResult>();
  if (answer.refusal) co_return failure_of(*answer.refusal);
  if (answer.results.empty()) co_return strange();
  co_return std::optional<NeonResult>(std::move(answer.results.back()));
}

Task<Settling> send_settle(Host& host, NeonAccess access, std::vector<NeonStatement> settle) {
  auto answer =
      co_await run_neon_transaction(host, std::move(access), std::move(settle), Repeat::harmless);
  if (!answer.refusal) co_return Settling::settled;
  if (is_missing(*answer.refusal)) co_return Settling::gone;
  if (is_taken(*answer.refusal)) co_return Settling::name_taken;
  co_return failure_of(*answer.refusal);
}

}  // namespace fairway::postgres

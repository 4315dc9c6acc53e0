#include "cli/neon_target.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "shared/base/text.h"
#include "shared/postgres/batches.h"
#include "shared/postgres/http_load.h"
#include "shared/postgres/target_rules.h"
#include "shared/postgres/verify_sql.h"
#include "shared/postgres/view_sums.h"

namespace fairway::cli {
namespace {

using postgres::Checksums;
using postgres::LoadStanding;
using postgres::OutBuffer;
using postgres::Plan;
using postgres::RowForm;
using postgres::Settling;
using postgres::Sides;
using postgres::StagedLoad;
using postgres::TablePlan;
using postgres::ViewPlan;
using postgres::ViewSides;
using postgres::ViewSum;
using Settings = std::vector<NeonStatement>;

constexpr size_t view_rows_at_once = 1'000;

// One migration on its way.
struct Walk {
  NativeHost& native;
  const NeonAccess& access;
  const NeonWork& work;
  StagedLoad load;
};

Sides new_sides(const Plan& plan) {
  Sides sides;
  sides.plan = &plan;
  return sides;
}

std::optional<Failure> send(const Walk& walk, postgres::KeyedStatements keyed) {
  if (cancelled()) return cancelled_failure();
  auto sent =
      walk.native.run(send_keyed(walk.native.host, walk.access, walk.load, std::move(keyed)));
  if (sent.ok()) return std::nullopt;
  return sent.failure();
}

Outcome<Walk> find_walk(NativeHost& native, const NeonAccess& access, const NeonWork& work) {
  auto schema = native.run(postgres::find_target_schema(native.host, access, work.schema));
  if (!schema.ok()) return schema.failure();
  const std::string id =
      sha256_hex(postgres::identity_of_load(work.snapshot_sha256, work.plan, *schema));
  return Walk{native, access, work, {id.substr(0, postgres::staged_load_id_digits), *schema}};
}

// The source's sums alone.
std::optional<Failure> sum_source_only(const NeonWork& work, Sides& sides) {
  OutBuffer nowhere([](std::string_view) { return std::nullopt; }, OutBuffer::socket_bytes);
  for (const TablePlan& table : work.plan.tables) {
    auto written = postgres::write_rows(work.preview, table, RowForm::copy, nowhere,
                                        [](int64_t) { return std::nullopt; });
    if (!written.ok()) return written.failure();
    sides.source.push_back(std::move(*written));
  }
  return std::nullopt;
}

Outcome<Checksums> sum_table(const Walk& walk, const Settings& settings, const TablePlan& table) {
  auto answer = walk.native.run(postgres::ask_with(walk.native.host, walk.access, settings,
                                                   {postgres::checksums_query(table), {}}));
  if (!answer.ok()) return answer.failure();
  if (!*answer) return Checksums{};
  std::vector<std::string> texts;
  for (const auto& row : (*answer)->rows) {
    for (const auto& cell : row) texts.push_back(cell.value_or(""));
  }
  return postgres::read_checksums(table, texts);
}

std::optional<Failure> sum_tables(const Walk& walk, const Settings& settings, Sides& sides) {
  for (const TablePlan& table : walk.work.plan.tables) {
    if (cancelled()) return cancelled_failure();
    auto sums = sum_table(walk, settings, table);
    if (!sums.ok()) return sums.failure();
    sides.target.push_back(std::move(*sums));
  }
  return std::nullopt;
}

// The tables stand where they belong: are they what we would load?
Outcome<Sides> compare_settled(const Walk& walk) {
  Sides sides = new_sides(walk.work.plan);
  if (auto failure = sum_source_only(walk.work, sides)) return *failure;
  if (auto failure = sum_tables(walk, postgres::settled_settings(walk.load.target_schema), sides)) {
    return *failure;
  }
  return sides;
}

Outcome<Sides> look_at_taken(const Walk& walk, const std::vector<std::string>& taken) {
  if (taken.size() < walk.work.plan.tables.size()) return postgres::not_empty(taken);
  auto sides = compare_settled(walk);
  if (!sides.ok()) return sides;
  if (differences_of(*sides) > 0) return postgres::not_empty(taken);
  sides->target_exists = 1;
  return sides;
}

void doubt(const Walk& walk, const std::vector<postgres::Choice>& choices) {
  if (walk.work.otherwise != nullptr) *walk.work.otherwise = choices;
}

std::optional<Failure> load_rows(const Walk& walk, const LoadStanding& standing, Sides& sides) {
  const Plan& plan = walk.work.plan;
  int64_t rows = 0;
  for (size_t i = 0; i < plan.tables.size(); ++i) {
    auto take = [&](postgres::RowBatch batch) -> std::optional<Failure> {
      if (cancelled()) return cancelled_failure();
      rows += batch.rows;
      walk.work.progress.show(plan.tables[i].name, rows);
      if (standing.keys.contains(batch.key)) return std::nullopt;
      const std::string blob = "batch";
      (void)walk.native.run(walk.native.blobs.write(blob, std::move(batch.body)));
      auto sent =
          walk.native.run(postgres::send_row_batch(walk.native.host, walk.access, walk.load, blob));
      if (!sent.ok()) return sent.failure();
      return std::nullopt;
    };
    auto written = postgres::write_row_batches(walk.work.preview, plan, i, walk.load, take);
    if (!written.ok()) {
      if (written.failure().code == "target_refused") {
        doubt(walk, postgres::doubted_columns(plan.tables[i], written.failure().message));
      }
      return written.failure();
    }
    sides.source.push_back(std::move(*written));
  }
  return std::nullopt;
}

// --- Views
// ----------------------------------------------------------------------------------------

// An answer of any size: the view's rows are kept with numbers, and read page by page.
Outcome<ViewSum> sum_large_view(const Walk& walk, const Settings& settings, const ViewPlan& view,
                                std::vector<unsigned>& types) {
  const std::string rows = postgres::notes_table(walk.load, cat({"rows of ", view.name}));
  const std::string number = "\"fairway row\"";
  postgres::KeyedStatements keep{cat({"rows of ", view.name}), {}};
  keep.statements = {postgres::enter_key(walk.load, keep.key)};
  for (const auto& setting : settings) keep.statements.push_back(setting);
  keep.statements.push_back({cat({"CREATE TABLE ", rows, " AS SELECT row_number() OVER () AS ",
                                  number, ", * FROM ", quoted_name(view.target_name)}),
                             {}});
  keep.statements.push_back({cat({"CREATE INDEX ON ", rows, " (", number, ")"}), {}});
  if (auto failure = send(walk, std::move(keep))) return *failure;
  ViewSum sum;
  std::string last = "0";
  while (true) {
    if (cancelled()) return cancelled_failure();
    auto page = walk.native.run(postgres::ask_with(
        walk.native.host, walk.access, settings,
        {cat({"SELECT * FROM ", rows, " WHERE ", number, " > $1::bigint ORDER BY ", number,
              " LIMIT ", decimal(view_rows_at_once)}),
         {last}}));
    if (!page.ok()) return page.failure();
    if (!*page || (*page)->types.empty()) return ViewSum{-1, {}};
    types.assign((*page)->types.begin() + 1, (*page)->types.end());
    for (auto& row : (*page)->rows) {
      last = row.front().value_or("");
      row.erase(row.begin());
      postgres::add_view_row(sum, types, row);
    }
    if ((*page)->rows.size() < view_rows_at_once) return sum;
  }
}

Outcome<ViewSides> compare_view(const Walk& walk, const ViewPlan& view) {
  const Settings settings = postgres::staged_settings(walk.load);
  auto answer =
      walk.native.run(postgres::ask_with(walk.native.host, walk.access, settings,
                                         {cat({"SELECT * FROM ", quoted_name(view.target_name),
                                               " LIMIT ", decimal(view_rows_at_once + 1)}),
                                          {}}));
  if (!answer.ok()) return answer.failure();
  if (!*answer) {
    return report_bug("view_not_comparable", "It is not there, or reads what is not there.");
  }
  std::vector<unsigned> types = (*answer)->types;
  ViewSum there;
  if ((*answer)->rows.size() <= view_rows_at_once) {
    for (const auto& row : (*answer)->rows) postgres::add_view_row(there, types, row);
  } else {
    auto large = sum_large_view(walk, settings, view, types);
    if (!large.ok()) return large.failure();
    there = *large;
  }
  auto here = postgres::sum_view(walk.work.preview, view, types);
  if (!here.ok()) return here.failure();
  return ViewSides{view.name, here->rows, there.rows, here->sum.text(), there.sum.text()};
}

// A view that answers something else over there is worse than none: it is dropped again, with those
// that read it, and reported.
std::optional<Failure> check_view(const Walk& walk, const LoadStanding& standing,
                                  const ViewPlan& view, Sides& sides) {
  const std::string mark = cat({postgres::view_mark, view.name});
  for (const auto& one : standing.marks) {
    if (one[0] != mark) continue;
    std::ranges::move(postgres::dropped_view(walk.work.plan, view, one[1].value_or("")),
                      std::back_inserter(sides.refused));
    return std::nullopt;
  }
  auto compared = compare_view(walk, view);
  if (!compared.ok() && compared.failure().reaction != Reaction::report_bug) {
    return compared.failure();
  }
  if (compared.ok() && compared->same()) {
    sides.views.push_back(std::move(*compared));
    return std::nullopt;
  }
  const std::string why = compared.ok()
                              ? cat({counted(compared->rows_source, "row", "rows"), " here, ",
                                     counted(compared->rows_target, "row", "rows"), " there."})
                              : compared.failure().message;
  std::ranges::move(postgres::dropped_view(walk.work.plan, view, why),
                    std::back_inserter(sides.refused));
  return send(walk, postgres::drop_view(walk.load, view, why));
}

// --- The whole way
// --------------------------------------------------------------------------------

// Everything but the last step.
std::optional<Failure> load_all(const Walk& walk, const LoadStanding& standing, Sides& sides) {
  if (auto failure = load_rows(walk, standing, sides)) return failure;
  for (auto& keyed : postgres::complete_load(walk.load, walk.work.plan)) {
    if (standing.keys.contains(keyed.key)) continue;
    if (auto failure = send(walk, std::move(keyed))) return failure;
  }
  auto marks = walk.native.run(postgres::read_marks(walk.native.host, walk.access, walk.load));
  if (!marks.ok()) return marks.failure();
  sides.refused = postgres::refused_in(walk.work.plan, *marks);
  for (const ViewPlan& view : walk.work.plan.views) {
    if (auto failure = check_view(walk, standing, view, sides)) return failure;
  }
  if (auto failure = sum_tables(walk, postgres::staged_settings(walk.load), sides)) return failure;
  if (differences_of(sides) == 0) return walk.work.why_not_settle();
  doubt(walk, postgres::differing_columns(sides));
  Failure failure = difference_failure(sides);
  failure.hint = "Fairway: nothing was kept. Please report this.";
  return failure;
}

std::optional<Failure> begin(const Walk& walk, const LoadStanding& standing) {
  if (standing.stage == LoadStanding::Stage::under_way) return std::nullopt;
  auto begun =
      walk.native.run(postgres::send_begin(walk.native.host, walk.access, standing.left_overs,
                                           postgres::begin_load(walk.load, walk.work.plan)));
  if (begun.ok()) return std::nullopt;
  return begun.failure();
}

// What can only fail again is removed; what may go on stays.
Failure given_up(const Walk& walk, Failure failure) {
  if (failure.reaction != Reaction::retry_later) {
    (void)walk.native.run(postgres::remove_load(walk.native.host, walk.access, walk.load));
  }
  return failure;
}

Outcome<Sides> settle(const Walk& walk, Sides sides) {
  auto settled = walk.native.run(postgres::send_settle(
      walk.native.host, walk.access, postgres::settle_load(walk.load, walk.work.plan)));
  if (!settled.ok()) return given_up(walk, settled.failure());
  if (*settled == Settling::settled) return sides;
  if (*settled == Settling::name_taken) {
    return given_up(walk, fix_input("target_not_empty",
                                    "While rows were loaded, somebody has made a table or a "
                                    "function of the same name in the target.",
                                    "You: drop it, or choose another schema with --schema. Nothing "
                                    "was kept."));
  }
  auto looked = compare_settled(walk);
  if (!looked.ok()) return looked;
  if (differences_of(*looked) > 0) return difference_failure(*looked);
  return sides;
}

}  // namespace

Outcome<NeonAccess> neon_access(const std::string& connection) {
  auto access = neon_access_of(connection);
  const char* url = std::getenv("FAIRWAY_NEON_URL");
  if (access.ok() && url != nullptr && *url != '\0') access->url = url;
  return access;
}

Outcome<Sides> migrate_over_http(NativeHost& native, const NeonAccess& access,
                                 const NeonWork& work) {
  auto walk = find_walk(native, access, work);
  if (!walk.ok()) return walk.failure();
  auto standing = native.run(postgres::look_at_load(
      native.host, access, walk->load, postgres::ask_names_taken(walk->load, work.plan)));
  if (!standing.ok()) return standing.failure();
  if (!standing->names_taken.empty()) return look_at_taken(*walk, standing->names_taken);
  if (auto failure = begin(*walk, *standing)) return given_up(*walk, *failure);
  Sides sides = new_sides(work.plan);
  auto failure = load_all(*walk, *standing, sides);
  work.progress.end();
  if (failure) return given_up(*walk, *failure);
  return settle(*walk, std::move(sides));
}

Outcome<Sides> verify_over_http(NativeHost& native, const NeonAccess& access,
                                const NeonWork& work) {
  auto walk = find_walk(native, access, work);
  if (!walk.ok()) return walk.failure();
  auto sides = compare_settled(*walk);
  work.progress.end();
  return sides;
}

}  // namespace fairway::cli

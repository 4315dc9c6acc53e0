#include <algorithm>

#include "shared/base/text.h"
#include "shared/migration/profile_cells.h"
#include "shared/postgres/cells.h"
#include "shared/postgres/hash_text.h"
#include "shared/postgres/write_rows.h"

namespace fairway::postgres {
namespace {

// Stands for the sum of a column in doubt, and is equal to none.
constexpr const char* no_sum = "-";

class ColumnReader {
 public:
  explicit ColumnReader(Preview& preview, const TablePlan& table)
      : connection_(preview.state().connection), table_(table) {}

  std::optional<Failure> read(const ColumnPlan& column, uint64_t seed) {
    HashSum sum;
    Statement row(connection_, cat({"SELECT ", quoted_name(column.name), " FROM ",
                                    quoted_name(table_.name), " NOT INDEXED"}));
    while (row.step()) {
      const Carried carried = make_canonical(column, cell_at(row, 0), text_);
      if (carried == Carried::null) continue;
      if (carried == Carried::whole) {
        sum.add(text_.form == CanonicalText::Form::hex ? add_copy_hex(nowhere_, text_.text, seed)
                                                       : TextHash::of(text_.text, seed));
        continue;
      }
      doubt(column, ComputedColumns::Doubt::Kind::does_not_fit,
            cat({"SQLite computes ", shown_value(row, 0), " there, which is no ",
                 column.target_type}));
      return std::nullopt;
    }
    if (row.ended()) {
      found.sums.push_back(sum.text());
      return std::nullopt;
    }
    const std::string words = sqlite3_errmsg(connection_.get());
    if ((row.result() & 0xff) != SQLITE_ERROR) return connection_.failure(row.result(), words);
    doubt(column, ComputedColumns::Doubt::Kind::unreadable,
          cat({"SQLite itself cannot compute it for each row: ", words}));
    return std::nullopt;
  }

  ComputedColumns found;

 private:
  void doubt(const ColumnPlan& column, ComputedColumns::Doubt::Kind kind, std::string why) {
    found.sums.emplace_back(no_sum);
    found.doubts.push_back({kind, column.name, std::move(why)});
  }

  const Connection& connection_;
  const TablePlan& table_;
  CanonicalText text_;
  OutBuffer nowhere_{[](std::string_view) { return std::nullopt; }, OutBuffer::socket_bytes};
};

Choice choice_of(const TablePlan& table, const ComputedColumns::Doubt& doubt) {
  const bool fits_none = doubt.kind == ComputedColumns::Doubt::Kind::unreadable;
  return {table.name, doubt.column, "", "generated", fits_none ? "empty" : "materialize",
          doubt.why};
}

bool is_virtual(const DatabaseProfile& profile, const TablePlan& table, const ColumnPlan& column) {
  for (const TableProfile& one : profile.tables) {
    if (one.name != table.name) continue;
    for (const ColumnProfile& found : one.columns) {
      if (found.name == column.name) return found.generated == Generated::computed;
    }
  }
  return false;
}

// Of the virtual columns that are read as they are: the first that SQLite cannot compute.
Outcome<std::optional<Choice>> unreadable_column(Preview& preview, const DatabaseProfile& profile,
                                                 const TablePlan& table,
                                                 const std::vector<Choice>& choices) {
  for (const ColumnPlan& column : table.columns) {
    if (column.is_generated || !is_virtual(profile, table, column)) continue;
    const bool is_empty = std::ranges::any_of(choices, [&](const Choice& one) {
      return one.table == table.name && one.column == column.name && one.choice == "empty";
    });
    if (is_empty) continue;
    TablePlan alone = table;
    alone.columns = {column};
    alone.columns.front().is_generated = true;
    auto read = read_computed(preview, alone);
    if (!read.ok()) return read.failure();
    for (const auto& doubt : read->doubts) {
      if (doubt.kind == ComputedColumns::Doubt::Kind::unreadable) return {choice_of(table, doubt)};
    }
  }
  return std::optional<Choice>();
}

// Puts what has to be chosen in front, where it is found first.
Outcome<bool> choose(Preview& preview, const DatabaseProfile& profile, const Plan& plan,
                     std::vector<Choice>& choices) {
  const size_t before = choices.size();
  for (const TablePlan& table : plan.tables) {
    auto computed = read_computed(preview, table);
    if (!computed.ok()) return computed.failure();
    for (const auto& doubt : computed->doubts) {
      choices.insert(choices.begin(), choice_of(table, doubt));
    }
    auto unreadable = unreadable_column(preview, profile, table, choices);
    if (!unreadable.ok()) return unreadable.failure();
    if (*unreadable) choices.insert(choices.begin(), **unreadable);
  }
  return choices.size() > before;
}

}  // namespace

Outcome<Plan> plan_preview(Preview& preview, const DatabaseProfile& profile,
                           std::vector<Choice>& choices) {
  while (true) {
    auto plan = make_plan(profile, choices);
    if (!plan.ok()) return plan;
    const auto is_new = choose(preview, profile, *plan, choices);
    if (!is_new.ok()) return is_new.failure();
    if (!*is_new) return plan;
  }
}

Outcome<ComputedColumns> read_computed(Preview& preview, const TablePlan& table) {
  ColumnReader reader(preview, table);
  uint64_t seed = 1;
  for (const ColumnPlan& column : table.columns) seed += column.is_generated ? 0 : 1;
  for (const ColumnPlan& column : table.columns) {
    if (!column.is_generated) continue;
    if (auto failure = reader.read(column, seed++)) return *failure;
  }
  return std::move(reader.found);
}

}  // namespace fairway::postgres

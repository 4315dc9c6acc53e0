#include <algorithm>
#include <array>
#include <optional>

#include "shared/base/text.h"
#include "shared/postgres/compare_catalogs.h"
#include "shared/sql/tokens.h"

namespace fairway::postgres {
namespace {

constexpr std::string_view not_valid = " NOT VALID";

std::string_view without_not_valid(std::string_view definition) {
  return definition.ends_with(not_valid)
             ? definition.substr(0, definition.size() - not_valid.size())
             : definition;
}

bool is_key(const CatalogObject& object) {
  return object.kind == CatalogKind::primary_key || object.kind == CatalogKind::unique;
}

std::string create_sql(const CatalogObject& object) {
  if (object.is_constraint()) {
    return alter(object.table,
                 cat({"ADD CONSTRAINT ", quoted_name(object.name), " ", object.definition}));
  }
  return object.function.empty() ? object.definition
                                 : cat({object.function_sql, ";\n", object.definition});
}

std::string drop_sql(const CatalogObject& object) {
  const std::string name = quoted_name(object.name);
  if (object.is_constraint()) return alter(object.table, cat({"DROP CONSTRAINT ", name}));
  if (object.kind == CatalogKind::index) return cat({"DROP INDEX ", name});
  if (object.kind == CatalogKind::view) return cat({"DROP VIEW ", name});
  const std::string drop = cat({"DROP TRIGGER ", name, " ON ", quoted_name(object.table)});
  return object.function.empty()
             ? drop
             : cat({drop, ";\nDROP FUNCTION ", quoted_name(object.function), "()"});
}

ChangeStep drop_step(CatalogKind kind) {
  switch (kind) {
    case CatalogKind::foreign_key:
      return ChangeStep::drop_foreign_keys;
    case CatalogKind::index:
      return ChangeStep::drop_indexes;
    case CatalogKind::view:
      return ChangeStep::drop_views;
    case CatalogKind::trigger:
      return ChangeStep::drop_triggers;
    default:
      return ChangeStep::drop_constraints;
  }
}

ChangeStep create_step(CatalogKind kind) {
  switch (kind) {
    case CatalogKind::foreign_key:
      return ChangeStep::foreign_keys;
    case CatalogKind::index:
      return ChangeStep::indexes;
    case CatalogKind::view:
      return ChangeStep::views;
    case CatalogKind::trigger:
      return ChangeStep::triggers;
    default:
      return ChangeStep::constraints;
  }
}

std::string shown(const CatalogObject& object) {
  return cat({"The ", name_of(object.kind), " ", quoted_name(object.name),
              object.table.empty() ? "" : " of ",
              object.table.empty() ? std::string() : quoted_name(object.table)});
}

class ObjectComparison {
 public:
  explicit ObjectComparison(CatalogComparison& comparison);

  void compare();

 private:
  struct Pair {
    const CatalogObject* now = nullptr;   // of the preview
    const CatalogObject* then = nullptr;  // of production
    bool is_changed = false;
    bool is_made_anew = false;  // though it is the same: something below it is
  };

  const CatalogObject* partner_of(const CatalogObject& now) const;
  bool is_taken(const CatalogObject& then) const;
  bool differs(const CatalogObject& now, const CatalogObject& then) const;
  // Of a table or view that goes, and takes it along.
  bool goes_along(const CatalogObject& then) const;
  void find_pairs();
  void find_made_anew();
  void add(const CatalogObject& now);
  void drop(const CatalogObject& then);
  void change(const Pair& pair);
  void keep_not_valid(const CatalogObject& then);

  CatalogComparison& comparison_;
  std::vector<Pair> pairs_;
  bool views_anew_ = false;
};

ObjectComparison::ObjectComparison(CatalogComparison& comparison) : comparison_(comparison) {}

bool ObjectComparison::is_taken(const CatalogObject& then) const {
  return std::ranges::any_of(pairs_, [&](const Pair& pair) { return pair.then == &then; });
}

const CatalogObject* ObjectComparison::partner_of(const CatalogObject& now) const {
  const CatalogObject* alike = nullptr;
  for (const auto& then : comparison_.production().objects) {
    const bool same_place = then.table == now.table && then.kind == now.kind;
    if (same_place && then.name == now.name) return &then;
    // A constraint under another name is the same constraint.
    if (same_place && now.is_constraint() && then.definition == now.definition && !is_taken(then)) {
      alike = &then;
    }
  }
  return alike;
}

void ObjectComparison::keep_not_valid(const CatalogObject& then) {
  Decision decision;
  decision.outcome = Treatment::report;
  decision.table = then.table;
  decision.object = then.name;
  decision.kind = "not_valid_kept";
  decision.why = cat({shown(then),
                      " is NOT VALID in production, where rows may break it; it stays so. ALTER "
                      "TABLE ... VALIDATE CONSTRAINT makes it whole."});
  decision.count = 1;
  comparison_.keep(std::move(decision));
}

bool ObjectComparison::differs(const CatalogObject& now, const CatalogObject& then) const {
  if (now.function_sql != then.function_sql) return true;
  return without_not_valid(now.definition) != without_not_valid(then.definition);
}

void ObjectComparison::find_pairs() {
  for (const auto& now : comparison_.preview().objects) {
    const CatalogObject* then = partner_of(now);
    pairs_.push_back({&now, then, then != nullptr && differs(now, *then), false});
    if (then != nullptr && !pairs_.back().is_changed && then->definition.ends_with(not_valid) &&
        !now.definition.ends_with(not_valid)) {
      keep_not_valid(*then);
    }
  }
  for (const auto& then : comparison_.production().objects) {
    if (!is_taken(then)) pairs_.push_back({nullptr, &then, false, false});
  }
}

// Keys that are dropped take foreign keys with them, columns their indexes, views each other.
void ObjectComparison::find_made_anew() {
  std::set<std::string> keys_dropped;
  for (Pair& pair : pairs_) {
    if (pair.then == nullptr) continue;
    const bool gone = pair.now == nullptr || pair.is_changed;
    if (!gone && comparison_.touches(*pair.then)) pair.is_made_anew = true;
    if (is_key(*pair.then) && (gone || pair.is_made_anew)) keys_dropped.insert(pair.then->table);
    if (pair.then->kind == CatalogKind::view && gone) views_anew_ = true;
  }
  views_anew_ = views_anew_ || comparison_.touches_any() || comparison_.drops_tables();
  for (Pair& pair : pairs_) {
    if (pair.then == nullptr || pair.now == nullptr || pair.is_changed) continue;
    if (keys_dropped.contains(pair.then->parent)) pair.is_made_anew = true;
    const bool at_view = comparison_.preview().find(pair.now->table) == nullptr;
    const bool of_view =
        pair.now->kind == CatalogKind::view || (pair.now->kind == CatalogKind::trigger && at_view);
    if (of_view && views_anew_) pair.is_made_anew = true;
  }
}

bool ObjectComparison::goes_along(const CatalogObject& then) const {
  return !then.table.empty() && comparison_.is_gone(then.table);
}

void ObjectComparison::add(const CatalogObject& now) {
  std::string sql = create_sql(now);
  comparison_.run(create_step(now.kind), sql);
  if (now.kind != CatalogKind::trigger) comparison_.depend_on_rows();
  if (comparison_.is_new(now.table)) return;  // the table says it for all that stands at it
  comparison_.note({"add_object", now.table, "", now.name, false, 0, cat({shown(now), " is new."}),
                    std::move(sql)});
}

void ObjectComparison::drop(const CatalogObject& then) {
  std::string sql = drop_sql(then);
  if (then.kind != CatalogKind::view) comparison_.run(drop_step(then.kind), sql);
  if (goes_along(then)) return;
  comparison_.note(
      {"drop_object", then.table, "", then.name, true, 0,
       cat({shown(then), " is not in the preview: it is dropped. It was: ", then.definition}),
       std::move(sql)});
}

void ObjectComparison::change(const Pair& pair) {
  const std::string drop = drop_sql(*pair.then);
  const std::string create = create_sql(*pair.now);
  if (pair.then->kind != CatalogKind::view) comparison_.run(drop_step(pair.then->kind), drop);
  comparison_.run(create_step(pair.now->kind), create);
  if (!pair.is_changed) return;
  if (pair.now->kind != CatalogKind::trigger) comparison_.depend_on_rows();
  comparison_.note({"change_object", pair.now->table, "", pair.now->name, false, 0,
                    cat({shown(*pair.now), " is made anew: it differs from production's."}),
                    cat({drop, ";\n", create})});
}

void ObjectComparison::compare() {
  find_pairs();
  find_made_anew();
  std::vector<std::string> views;
  for (const Pair& pair : pairs_) {
    if (pair.then != nullptr && pair.then->kind == CatalogKind::view && views_anew_) {
      views.push_back(quoted_name(pair.then->name));
    }
    if (pair.then == nullptr) {
      add(*pair.now);
    } else if (pair.now == nullptr) {
      drop(*pair.then);
    } else if (pair.is_changed || pair.is_made_anew) {
      change(pair);
    }
  }
  // All at once: they may stand on each other.
  if (!views.empty()) {
    comparison_.run(ChangeStep::drop_views, cat({"DROP VIEW ", join(views, ", ")}));
  }
}

}  // namespace

CatalogComparison::CatalogComparison(const Catalog& production, const Catalog& preview,
                                     const CountRows& count_rows)
    : production_(production), preview_(preview), count_rows_(count_rows) {}

void CatalogComparison::run(ChangeStep step, std::string sql) {
  statements_[static_cast<size_t>(step)].push_back(std::move(sql));
}

bool CatalogComparison::touches(const CatalogObject& object) const {
  return std::ranges::any_of(touched_, [&](const auto& touched) {
    return (object.table == touched.first || object.parent == touched.first) &&
           object.definition.contains(touched.second);
  });
}

bool CatalogComparison::is_new(const std::string& table) const {
  return preview_.find(table) != nullptr && production_.find(table) == nullptr;
}

bool CatalogComparison::is_gone(const std::string& table) const {
  return production_.find(table) != nullptr && preview_.find(table) == nullptr;
}

CatalogDifference CatalogComparison::finish() {
  // What changes production's own tables locks them until the end. It comes behind the rows of new
  // tables, unless one of those takes the name of something that goes.
  using enum ChangeStep;
  const bool names_go = std::ranges::any_of(
      std::array{drop_views, drop_constraints, drop_indexes, drop_tables},
      [&](ChangeStep step) { return !statements_[static_cast<size_t>(step)].empty(); });
  for (size_t i = 0; i < change_steps; ++i) {
    const bool before =
        names_go ? i < static_cast<size_t>(constraints) : i == static_cast<size_t>(tables);
    std::ranges::move(statements_[i], std::back_inserter(before ? difference_.before_rows
                                                                : difference_.after_rows));
  }
  return std::move(difference_);
}

void compare_objects(CatalogComparison& comparison) { ObjectComparison(comparison).compare(); }

}  // namespace fairway::postgres

#include "shared/postgres/plan_draft.h"

#include <algorithm>

#include "shared/base/hash.h"
#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

constexpr size_t name_bytes_max = 63;

bool is_start(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// The longest start of `text` of at most `size` bytes that ends with a whole character.
std::string_view cut(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && !is_start(text[size])) --size;
  return text.substr(0, size);
}

std::string place(std::string_view table, std::string_view column, std::string_view object) {
  std::vector<std::string> parts;
  if (!table.empty()) parts.push_back(cat({"the table ", quoted_name(table)}));
  if (!column.empty()) parts.push_back(cat({"the column ", quoted_name(column)}));
  if (!object.empty()) parts.push_back(cat({"the object ", quoted_name(object)}));
  return parts.empty() ? std::string("the database") : join(parts, ", ");
}

std::vector<std::string> names_of(const TypeVerdict& verdict) {
  std::vector<std::string> names;
  for (const auto& option : verdict.options) names.push_back(option.choice);
  return names;
}

}  // namespace

std::string short_name(std::string_view name) {
  if (name.empty()) return "unnamed";
  if (name.size() <= name_bytes_max) return std::string(name);
  return cat({cut(name, name_bytes_max - 9), "_", blake3_hex(name, 8)});
}

std::string NameSpace::take(std::string_view wanted) {
  std::string name = short_name(wanted);
  for (int64_t number = 2; !taken_.insert(name).second; ++number) {
    const std::string ending = cat({"_", decimal(number)});
    name = cat({cut(short_name(wanted), name_bytes_max - ending.size()), ending});
  }
  return name;
}

const Choice* ChoiceBook::find(std::string_view table, std::string_view column,
                               std::string_view object, std::string_view kind) {
  for (size_t i = 0; i < choices_.size(); ++i) {
    const Choice& choice = choices_[i];
    if (choice.table != table || choice.column != column || choice.object != object ||
        choice.kind != kind) {
      continue;
    }
    used_[i] = true;
    return &choice;
  }
  return nullptr;
}

void ChoiceBook::refuse(const Choice& choice, const std::vector<std::string>& allowed) {
  if (failure_) return;
  failure_ = fix_input("unknown_choice",
                       cat({"The plan chooses ", quoted_text(choice.choice), " for ",
                            place(choice.table, choice.column, choice.object),
                            ", which can be: ", join(allowed, ", "), "."}),
                       "You: take one of these.");
}

bool ChoiceBook::names(std::string_view table, std::string_view kind) const {
  return std::ranges::any_of(choices_, [&](const Choice& choice) {
    return choice.kind == kind && same_name(choice.table, table);
  });
}

void ChoiceBook::ask(Decision& decision) {
  const Choice* choice = find(decision.table, decision.column, decision.object, decision.kind);
  if (choice == nullptr || choice->choice == decision.choice) return;
  if (std::ranges::find(decision.choices, choice->choice) == decision.choices.end()) {
    return refuse(*choice, decision.choices);
  }
  decision.choice = choice->choice;
  if (!choice->why.empty()) decision.why = choice->why;
}

size_t ChoiceBook::ask_type(std::string_view table, std::string_view column,
                            const TypeVerdict& verdict) {
  const Choice* by_column = find(table, column, "", "");
  const Choice* by_decision =
      verdict.decision ? find(table, column, "", verdict.decision->kind) : nullptr;
  for (const Choice* choice : {by_column, by_decision}) {
    if (choice == nullptr || choice->choice == verdict.options.front().choice) continue;
    const auto names = names_of(verdict);
    const auto found = std::ranges::find(names, choice->choice);
    if (found != names.end()) return static_cast<size_t>(found - names.begin());
    refuse(*choice, names);
  }
  return 0;
}

std::optional<Failure> ChoiceBook::unknown_place(const DatabaseProfile& profile) const {
  if (failure_) return failure_;
  for (size_t i = 0; i < choices_.size(); ++i) {
    const Choice& choice = choices_[i];
    if (used_[i] || choice.table.empty()) continue;
    const auto is_named = [&](const auto& one) { return same_name(one.name, choice.table); };
    const auto table = std::ranges::find_if(profile.tables, is_named);
    if (table == profile.tables.end()) {
      if (std::ranges::any_of(profile.schema, is_named)) continue;
      std::vector<std::string> known;
      for (const auto& one : profile.tables) known.push_back(quoted_name(one.name));
      return fix_input("unknown_choice",
                       cat({"The plan names the table ", quoted_name(choice.table),
                            ", which is not in the database. It has: ", join(known, ", "), "."}));
    }
    const auto is_column = [&](const ColumnProfile& one) {
      return same_name(one.name, choice.column);
    };
    if (choice.column.empty() || std::ranges::any_of(table->columns, is_column)) continue;
    std::vector<std::string> known;
    for (const auto& one : table->columns) known.push_back(quoted_name(one.name));
    return fix_input("unknown_choice",
                     cat({"The plan names the column ", quoted_name(choice.column), " of ",
                          quoted_name(choice.table), ", which has: ", join(known, ", "), "."}));
  }
  return std::nullopt;
}

const ColumnDraft* TableDraft::find(std::string_view column) const {
  const auto found = std::ranges::find_if(
      columns, [&](const ColumnDraft& one) { return same_name(one.plan.name, column); });
  return found == columns.end() ? nullptr : &*found;
}

std::string TableDraft::target_of(std::string_view column) const {
  const ColumnDraft* found = find(column);
  return quoted_name(found == nullptr ? column : std::string_view(found->plan.target_name));
}

std::string TableDraft::targets_of(const std::vector<std::string>& names_wanted) const {
  std::vector<std::string> quoted;
  for (const auto& one : names_wanted) quoted.push_back(target_of(one));
  return join(quoted, ", ");
}

bool TableDraft::is_rowid(const ColumnDraft& column) const {
  if (column.profile == nullptr) return true;
  return profile->rowid_alias && same_name(*profile->rowid_alias, column.profile->name);
}

TableDraft* Draft::find(std::string_view table) {
  const auto found = std::ranges::find_if(
      tables, [&](const TableDraft& one) { return same_name(one.name, table); });
  return found == tables.end() ? nullptr : &*found;
}

std::string Draft::target_of(std::string_view object) const {
  const auto found = object_names.find(lower_ascii(object));
  return found == object_names.end() ? std::string(object) : found->second;
}

Decision about(Treatment outcome, std::string_view kind, std::string_view table,
               std::string_view column, std::string_view object, std::string why) {
  Decision decision;
  decision.outcome = outcome;
  decision.kind = kind;
  decision.table = table;
  decision.column = column;
  decision.object = object;
  decision.why = std::move(why);
  return decision;
}

}  // namespace fairway::postgres

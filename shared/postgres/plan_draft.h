// A plan while it is made: only for the plan_*.cpp and ddl.cpp files. Each of the functions below
// adds its part to the draft; make_plan calls them in the order in which they stand here.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/postgres/plan.h"
#include "shared/postgres/translate.h"
#include "shared/sql/sql.h"

namespace fairway::postgres {

// A type that holds every value of a column.
struct TypeOption {
  std::string choice;       // the word a person chooses it by
  std::string target_type;  // as DDL says it
  Conversion conversion = Conversion::text;
  bool strays_become_null = false;
};

struct TypeVerdict {
  std::vector<TypeOption> options;   // at least one; the first is the default
  std::optional<Decision> decision;  // nothing when the mapping is plain
  std::string date_form;             // of columns that are declared as dates
};

struct TypeDemands {
  bool is_rowid = false;  // the INTEGER PRIMARY KEY
  bool is_keyed = false;  // part of a key or an index: must be comparable
};
TypeVerdict judge_type(const ColumnProfile& column, TypeDemands demands);
// Of a column that is declared as a date or time; `by_values` is what its values alone would give.
TypeVerdict judge_date(const ColumnProfile& column, TypeVerdict by_values);

// Tables, indexes, views and sequences share one name space in PostgreSQL.
class NameSpace {
 public:
  // `wanted`, or what is nearest to it: at most 63 bytes, not empty, not taken.
  std::string take(std::string_view wanted);

 private:
  std::set<std::string> taken_;
};
// At most 63 bytes: a longer one is cut at a character and ends in a hash of the whole.
std::string short_name(std::string_view name);

struct ColumnDraft {
  ColumnPlan plan;
  TypeVerdict verdict;
  size_t chosen = 0;  // among the options of the verdict
  bool is_chosen_by_hand = false;
  const ColumnProfile* profile = nullptr;
  const sql::Column* tree = nullptr;  // null for columns that the definition does not name
  std::string source;                 // the expression that reads it
  std::string generated_as;           // the translated expression

  const TypeOption& type() const { return verdict.options[chosen]; }
};

struct TableDraft {
  const TableProfile* profile = nullptr;
  sql::CreateTable tree;
  std::string name;
  std::string target_name;
  std::string source;                  // the table that is read; another one for full text
  std::optional<VirtualTable> module;  // the virtual table whose content this is
  std::vector<ColumnDraft> columns;
  std::string select;  // where the rows are not simply those of `source`
  std::vector<std::string> primary_key;
  std::vector<EmptiedCells> emptied;
  bool has_added_rowid = false;  // a column is made from the hidden rowid; it has no profile
  NameSpace constraints;         // names of its checks and foreign keys
  TableName names;

  const ColumnDraft* find(std::string_view column) const;
  bool is_rowid(const ColumnDraft& column) const;        // the target numbers it by itself
  std::string target_of(std::string_view column) const;  // quoted
  // "a", "b"
  std::string targets_of(const std::vector<std::string>& columns) const;
};

class ChoiceBook {
 public:
  explicit ChoiceBook(const std::vector<Choice>& choices)
      : choices_(choices), used_(choices.size()) {}

  // Lets a choice of the book take the place of the decision's default.
  void ask(Decision& decision);
  // Whether a choice of this kind is made for the table.
  bool names(std::string_view table, std::string_view kind) const;
  // The chosen type of a column among `options`; the default, which is the first one, when nobody
  // chose another.
  size_t ask_type(std::string_view table, std::string_view column, const TypeVerdict& verdict);
  // The first choice that was none of those allowed, or that names what is not in the database.
  std::optional<Failure> unknown_place(const DatabaseProfile& profile) const;

 private:
  const Choice* find(std::string_view table, std::string_view column, std::string_view object,
                     std::string_view kind);
  void refuse(const Choice& choice, const std::vector<std::string>& allowed);

  const std::vector<Choice>& choices_;
  std::vector<bool> used_;
  std::optional<Failure> failure_;
};

struct Draft {
  Draft(const DatabaseProfile& database, const std::vector<Choice>& choices)
      : profile(database), book(choices) {}

  const DatabaseProfile& profile;
  ChoiceBook book;
  Plan plan;
  std::vector<TableDraft> tables;
  NameSpace relations;
  NameSpace functions;
  Names names;
  std::map<std::string, std::string> object_names;  // views and indexes, lower case -> target
  std::deque<ColumnProfile> made_columns;           // of columns that no ordinary table has
  bool needs_exact_cells = false;
  Part part = Part::tables;  // of the statements that are added now

  TableDraft* find(std::string_view table);
  std::string target_of(std::string_view object) const;  // of a view or an index
  void decide(Decision decision) { plan.decisions.push_back(std::move(decision)); }
  void before(std::string sql) {
    plan.before.push_back({std::move(sql), std::nullopt, Part::tables});
  }
  // `lost` of a statement that the server may refuse says what is missing then.
  void after(std::string sql, std::optional<Decision> lost = std::nullopt) {
    plan.after.push_back({std::move(sql), std::move(lost), part});
  }
};

Decision about(Treatment outcome, std::string_view kind, std::string_view table,
               std::string_view column, std::string_view object, std::string why);

TableDraft draft_table(const TableProfile& profile);
std::optional<Failure> draft_tables(Draft& draft);  // plan_tables.cpp
void draft_virtual_tables(Draft& draft);            // plan_virtual.cpp
std::optional<Failure> draft_types(Draft& draft);   // plan_columns.cpp
void draft_names(Draft& draft);
// True where a table is called like a type ("text"): then the catalog has to be looked into first,
// and no relation can keep a name that starts with pg_.
bool names_hide_types(const DatabaseProfile& profile);
void draft_computed(Draft& draft);  // plan_computed.cpp
void draft_orphans(Draft& draft);   // ddl_foreign_keys.cpp
void write_tables(Draft& draft);    // ddl.cpp
void write_keys(Draft& draft);      // ddl_keys.cpp
void write_indexes(Draft& draft);
void write_checks(Draft& draft);  // ddl_checks.cpp
void write_defaults(Draft& draft);
void write_identities(Draft& draft);
void write_foreign_keys(Draft& draft);  // ddl_foreign_keys.cpp
void write_full_text(Draft& draft);     // plan_virtual.cpp
void write_views(Draft& draft);         // plan_views.cpp
void write_triggers(Draft& draft);
void write_settings(Draft& draft);  // plan_settings.cpp

std::string collation_of(const ColumnDraft& column);  // as declared; may be empty
// Child columns get the types of the parent columns that they point to, where they can.
void unify_foreign_keys(Draft& draft);
bool is_comparable(const TypeOption& one, const TypeOption& other);
// The tables that hold the rows of virtual tables' modules and are not carried as tables.
bool is_shadow_table(const DatabaseProfile& profile, std::string_view table);

}  // namespace fairway::postgres

// The translator behind translate.h: one per definition. Every step gives PostgreSQL's text with
// what is known of its value; the first thing without an equal stops it, with the reason in words.
// Used by shared/postgres/translate*.cpp only.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/postgres/translate.h"

namespace fairway::postgres {

// What a value is in SQLite, and how PostgreSQL holds it.
enum class Kind {
  null,     // the literal
  integer,  // bigint
  real,     // float8
  number,   // float8 here; integer or real there
  numeric,  // numeric here; integer or real there
  text,     // text
  bytes,    // bytea
  boolean,  // boolean here; 0 or 1 there
  foreign,  // a type of PostgreSQL's own, see `column`
};

enum class Affinity { none, text, numeric };
enum class Change { never, with_settings, with_time };  // immutable, stable, volatile

struct Typed {
  std::string sql;
  Kind kind = Kind::null;
  Affinity affinity = Affinity::none;
  Change change = Change::never;
  std::string collation = {};  // lower case; empty is binary
  bool collation_is_explicit = false;
  const ColumnName* column = nullptr;        // when it is nothing but a column
  const sql::Expression* literal = nullptr;  // when it is nothing but a literal
  bool is_digits = false;                    // a text of decimal digits
  bool is_not_negative = false;              // an integer
  bool is_no_number = false;                 // a text that no affinity takes for a number
  bool is_condition = false;                 // a boolean that was computed, not a column
  std::string json = {};                     // when it was taken out of JSON: that JSON
};

// One table in FROM.
struct Source {
  std::string alias;   // how SQLite's text calls it
  std::string target;  // how ours calls it, quoted; empty: columns stand alone
  TableName table;
  std::vector<std::string> merged;  // columns that USING made one with an earlier table's
  bool only_qualified = false;      // NEW and OLD are never meant by a column's name alone
  bool has_more_columns = false;    // than are known here, so that * cannot be said
};

struct Scope {
  std::vector<Source> sources;
  const std::vector<sql::ResultColumn>* results = nullptr;  // whose aliases may be used
  const std::vector<sql::Window>* windows = nullptr;        // of the clause WINDOW
  bool is_grouped = false;                                  // GROUP BY, or aggregates without it
  std::vector<std::string> groups;
  std::vector<std::string> bare;  // columns used outside of aggregates and groups
  int in_aggregate = 0;
  bool in_alias = false;
};

// A time value: a PostgreSQL timestamp without zone, in UTC.
struct Moment {
  std::string sql;
  Change change = Change::never;
  bool is_now = false;  // nothing but the present
  bool with_milliseconds = false;
};

struct TranslatedSelect {
  std::string sql;
  TableName as_table;
  std::vector<bool> nulls;        // for each column: nothing but NULL
  std::vector<bool> are_columns;  // nothing but a column, or with an explicit collation
  bool one_row = false;           // aggregates without GROUP BY
};

class Translator {
 public:
  explicit Translator(const Names& names) : names_(names) {}
  // For a view: its rows are compared, so that what differs in rare rows only may be tried.
  void rows_are_compared() { is_compared_ = true; }
  // For an index: what SQLite took for JSON in every row is JSON, whatever its column says.
  void texts_may_be_json() { takes_json_texts_ = true; }

  Typed translate(const sql::Expression& expression);
  // As a boolean.
  Typed condition(const sql::Expression& expression);
  // As the column's type, as if it were stored in it.
  std::string stored(const Typed& value, const ColumnName& column);
  TranslatedSelect select(const sql::Select& select);
  // Adds the tables to the innermost scope.
  std::string from(const std::vector<sql::FromItem>& items);
  // A column of a finished SELECT, by its name alone.
  Typed result_of(const TableName& table, size_t at);

  std::vector<Scope>& scopes() { return scopes_; }
  std::vector<std::string>& notes() { return notes_; }
  void note(std::string text);
  // The first reason counts.
  Typed no(std::string reason);
  bool failed() const { return !reason_.empty(); }
  // Counts the work, which a hostile tree can double at every level.
  void step();
  Failure failure() const;
  const TableName* table_named(std::string_view name) const;

  // Conversions between kinds.
  Typed plain(Typed value);       // without Kind::foreign
  Typed as_boolean(Typed value);  // SQLite's truth
  Typed as_text(Typed value);
  Typed as_number(Typed value);  // something to compute with
  Typed as_kind(Typed value, Kind kind);
  void make_alike(std::vector<Typed>& values);
  Kind common_kind(const std::vector<Typed>& values);

 private:
  // Expressions.
  Typed inner(const sql::Expression& expression);
  Typed literal(const sql::Expression& expression);
  Typed name(const sql::Expression& expression);
  std::optional<Typed> column_in(Scope& scope, const sql::Expression& expression);
  Typed column_of(Scope& scope, const Source& source, const ColumnName& column);
  Typed apply(const sql::Expression& expression);
  Typed logical(const sql::Expression& expression);
  Typed concatenate(const sql::Expression& expression);
  Typed arithmetic(const sql::Expression& expression);
  Typed bits(const sql::Expression& expression);
  Typed negate(const sql::Expression& expression);
  Typed compare(const sql::Expression& expression);
  Typed is(const sql::Expression& expression);
  Typed like(const sql::Expression& expression);
  Typed glob(const sql::Expression& expression);
  Typed between(const sql::Expression& expression);
  Typed in_list(const sql::Expression& expression);
  Typed in_query(const sql::Expression& expression);
  Typed cases(const sql::Expression& expression);
  Typed cast(const sql::Expression& expression);
  Typed scalar_query(const sql::Expression& expression);
  Typed exists(const sql::Expression& expression);
  Typed rows_equal(const sql::Expression& expression);

  struct Pair {
    Typed left;
    Typed right;
  };
  // Both sides as they are compared: affinities and collations applied.
  Pair comparable(Typed left, Typed right, std::string_view what);
  Pair comparable_texts(Typed left, Typed right);
  Typed compared(Typed left, Typed right, std::string_view operation);

  // Functions.
  Typed call(const sql::Expression& expression);
  std::optional<Typed> choosing(const std::string& name, const sql::Expression& call);
  std::optional<Typed> of_text(const std::string& name, const sql::Expression& call);
  std::optional<Typed> of_number(const std::string& name, const sql::Expression& call);
  std::optional<Typed> of_bytes(const std::string& name, const sql::Expression& call);
  std::optional<Typed> of_json(const std::string& name, const sql::Expression& call);
  std::optional<Typed> of_time(const std::string& name, const sql::Expression& call);
  std::optional<Typed> aggregate(const std::string& name, const sql::Expression& call);
  std::optional<Typed> ranking(const std::string& name, const sql::Expression& call);
  Typed least_or_greatest(const std::string& name, const sql::Expression& call);
  Typed first_not_null(const sql::Expression& call);
  Typed substring(const sql::Expression& call);
  Typed length(const sql::Expression& call);
  Typed rounded(const sql::Expression& call);
  Typed random_bytes(const sql::Expression& call);
  Typed type_name(const sql::Expression& call);
  Typed formatted(const sql::Expression& call);
  std::optional<Typed> formatted_part(const sql::Expression& argument, std::string_view format,
                                      size_t& at);
  // JSON.
  enum class JsonStep { path, path_or_label };  // what -> and ->> take besides paths
  std::optional<Typed> json_inside(const std::vector<sql::Expression>& operands, JsonStep step);
  std::optional<Typed> json_value(const std::string& name, const sql::Expression& call);
  Typed json_as_text(const Typed& value);
  std::optional<Typed> json_equals(const Typed& left, const Typed& right,
                                   std::string_view operation);
  // A column of no certain class, for a value that has none.
  const ColumnName* several_classes();
  std::string json_each(const sql::FromItem& item);
  Typed joined_texts(const sql::Expression& call);
  Typed aggregated(const std::string& name, const sql::Expression& call, Typed argument);
  std::string call_tail(const sql::Expression& call);
  std::string window(const sql::Window& window);
  std::string order_terms(const std::vector<sql::OrderTerm>& terms);
  std::string order_term(const Typed& value, const sql::OrderTerm& term);

  // Times.
  enum class Unit { as_stored, epoch };  // epoch: the modifier 'unixepoch' follows
  std::optional<Moment> moment(const std::vector<sql::Expression>& arguments, size_t first);
  std::optional<Moment> moment_start(const sql::Expression& value, Unit unit);
  bool modify(Moment& moment, std::string_view modifier);
  Typed written(const Moment& moment, std::string_view format);

  // Queries. The innermost scope is that of the SELECT being translated.
  TranslatedSelect core(const sql::SelectCore& core, const sql::Select* ordered_by);
  TranslatedSelect compound(const sql::Select& select);
  TranslatedSelect values(const sql::SelectCore& core);
  void unite(TranslatedSelect& made, const TranslatedSelect& next, sql::Compound how);
  std::string with(const sql::Select& select);
  std::string common_table(const sql::CommonTable& table, const sql::Select& around);
  std::string from_item(const sql::FromItem& item);
  std::string from_query(const sql::FromItem& item);
  std::string join_condition(const sql::FromItem& item, size_t first_source);
  std::string results(const sql::SelectCore& core, TranslatedSelect& made);
  void add_result(Typed value, std::string name, TranslatedSelect& made, std::string& list);
  std::string groups(const sql::SelectCore& core);
  std::string core_order(const sql::SelectCore& core, const sql::Select& select);
  void order_results(TranslatedSelect& made, const sql::Select& select);
  std::string limits(const sql::Select& select);
  std::string body(const sql::SelectCore& core, const sql::Select* ordered_by,
                   TranslatedSelect& made);

  const Names& names_;
  std::vector<TableName> common_;  // WITH
  std::list<ColumnName> kept_;     // columns that outlive their SELECT
  std::vector<Scope> scopes_;
  bool is_compared_ = false;
  bool takes_json_texts_ = false;
  int queries_ = 0;
  int steps_ = 0;
  std::vector<std::string> notes_;
  std::string reason_;
};

// How SQLite's names are compared with keywords: lower case.
std::string lower_name(std::string_view name);
Affinity affinity_of(std::string_view declared_type);
bool is_null_literal(const Typed& value);
Change later(Change one, Change other);
// A value made of others: the latest of their changes, their explicit collation.
Typed made_of(std::string sql, Kind kind, std::initializer_list<const Typed*> parts);
std::string float_literal(std::string_view digits);
// ("j" -> 'a' -> 0) as ("j" -> 'a' ->> 0), which is how queries over there ask; "" where it cannot.
std::string indexed_json(std::string json);
std::string bytes_literal(std::string_view bytes);
// The present, whatever the unit in which SQLite had it: CURRENT_TIMESTAMP for a column of times.
bool is_now(const sql::Expression& value, ValueClass holds);
bool has_aggregate(const sql::Expression& expression);
std::optional<int64_t> integer_value(const sql::Expression& expression);

}  // namespace fairway::postgres

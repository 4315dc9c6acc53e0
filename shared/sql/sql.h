// SQLite's SQL as a tree: the definitions that stand in sqlite_schema, and the SELECT, INSERT,
// UPDATE and DELETE inside of them.
//
// For definitions that SQLite accepted; grammar, precedence and the words that may be names are
// SQLite's own. Names are as written, without quotes. What a name means is not decided here: "x" in
// double quotes stays `double_quoted`, because SQLite reads it as a text when no column is called
// so.
//
// Pure, includes only base. Hostile texts end in a failure "sql_not_understood" that names the
// place; trees are never higher than `tree_height_max`. Cost: linear in the text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/outcome.h"
#include "shared/sql/tokens.h"

namespace fairway::sql {

inline constexpr int tree_height_max = 200;

enum class Quoting { none, double_quotes, brackets /* or backticks */, text_quotes };

enum class Operator {
  none,
  // One operand.
  negate,
  plus,
  bit_not,
  logical_not,
  is_null,   // ISNULL
  not_null,  // NOTNULL, NOT NULL
  // Two operands; the first three take any number of them: a AND b AND c.
  logical_or,
  logical_and,
  concatenate,
  arrow,       // ->
  long_arrow,  // ->>
  multiply,
  divide,
  modulo,
  add,
  subtract,
  bit_and,
  bit_or,
  shift_left,
  shift_right,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,      // = and ==
  not_equal,  // <> and !=
  is,         // also IS NOT DISTINCT FROM
  is_not,     // also IS DISTINCT FROM
  like,       // like, glob, regexp, match: a third operand is that of ESCAPE
  glob,
  regexp,
  match,
};

enum class ExpressionKind {
  null,
  integer,   // text: as written, decimal or 0x..
  real,      // text: as written
  text,      // text: its content
  blob,      // text: its bytes
  name,      // schema, table, text; TRUE, FALSE and "double quoted" too
  star,      // * in count(*), in a result list also table.*
  current,   // text: current_time, current_date, current_timestamp
  apply,     // operation on operands
  collate,   // operands[0] COLLATE text
  cast,      // CAST(operands[0] AS text)
  call,      // text(operands)
  between,   // operands[0] BETWEEN operands[1] AND operands[2]
  in_list,   // operands[0] IN (operands[1..])
  in_query,  // operands[0] IN (query)
  in_table,  // operands[0] IN schema.table, or IN table(operands[1..])
  exists,    // EXISTS (query)
  query,     // (query)
  row,       // (a, b, ...)
  cases,     // CASE operands: [base] when then when then ... [otherwise]
  raise,     // RAISE(text, operands[0]); text: ignore, rollback, abort, fail
};

struct Select;
struct Window;
struct OrderTerm;

struct Expression {
  ExpressionKind kind = ExpressionKind::null;
  Operator operation = Operator::none;
  bool negated = false;  // NOT BETWEEN, NOT IN, NOT LIKE, NOT EXISTS stays logical_not
  std::string text;
  std::string table;                // of a name, of t.*
  std::string schema;               // of a name
  Quoting quoting = Quoting::none;  // of `text` when it is a name
  std::vector<Expression> operands;
  std::shared_ptr<const Select> query;
  // cases: whether the first and the last operand are the base and the ELSE.
  bool has_base = false;
  bool has_otherwise = false;
  // Calls.
  bool distinct = false;
  std::vector<OrderTerm> order_by;  // inside the parentheses
  std::vector<Expression> filter;   // FILTER (WHERE ...): none or one
  std::shared_ptr<const Window> over;
  int height = 1;    // of the tree below
  size_t begin = 0;  // where it stands in the source; parentheses around it not included
  size_t end = 0;
};

enum class NullsOrder { unstated, first, last };

struct OrderTerm {
  Expression expression;
  bool descending = false;
  NullsOrder nulls = NullsOrder::unstated;
};

struct Window {
  std::string name;           // its own in WINDOW name AS; the one used in OVER name
  std::string base;           // (base PARTITION ...)
  bool is_reference = false;  // OVER name
  std::vector<Expression> partition_by;
  std::vector<OrderTerm> order_by;
  std::string frame;           // words as written, with its expressions; empty when unstated
  bool frame_is_plain = true;  // only constants and keywords in `frame`
};

enum class JoinKind { comma, inner, cross, left, right, full };

// One thing in FROM, with the join that stands before it (the first one's means nothing).
struct FromItem {
  JoinKind join = JoinKind::comma;
  bool natural = false;
  std::string schema;
  std::string table;  // a table's, view's, CTE's or function's name; empty for the other two
  std::string alias;
  bool is_call = false;  // table-valued function
  std::vector<Expression> arguments;
  std::shared_ptr<const Select> query;
  std::vector<FromItem> group;  // ( a JOIN b ... )
  std::vector<Expression> on;   // none or one
  std::vector<std::string> using_columns;
};

struct ResultColumn {
  Expression expression;
  std::string alias;
  std::string text;  // the expression as written, which is its name when it has no other
};

enum class Compound { none, unite, unite_all, intersect, except };

// One SELECT or VALUES of a compound.
struct SelectCore {
  Compound compound = Compound::none;  // how it is joined with the ones before it
  bool distinct = false;
  std::vector<ResultColumn> columns;
  std::vector<std::vector<Expression>> values;  // VALUES: rows; then nothing else is set
  std::vector<FromItem> from;
  std::vector<Expression> where;  // none or one; `having` too
  std::vector<Expression> group_by;
  std::vector<Expression> having;
  std::vector<Window> windows;
};

struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  std::shared_ptr<const Select> query;
  enum class Materialized { unstated, yes, no };
  Materialized materialized = Materialized::unstated;
};

struct Select {
  bool recursive = false;
  std::vector<CommonTable> with;
  std::vector<SelectCore> cores;  // at least one
  std::vector<OrderTerm> order_by;
  std::vector<Expression> limit;  // none or one; `offset` too
  std::vector<Expression> offset;
};

// ON CONFLICT of a constraint, OR of INSERT and UPDATE.
enum class ConflictRule { unstated, rollback, abort, fail, ignore, replace };

enum class KeyAction { unstated, no_action, restrict, set_null, set_default, cascade };

struct ForeignKey {
  std::vector<std::string> columns;     // of this table
  std::string table;                    // the parent
  std::vector<std::string> references;  // the parent's columns; empty: its primary key
  KeyAction on_delete = KeyAction::unstated;
  KeyAction on_update = KeyAction::unstated;
  std::string match;        // MATCH name, which SQLite ignores
  bool deferrable = false;  // DEFERRABLE
  bool deferred = false;    // DEFERRABLE INITIALLY DEFERRED: the one that SQLite defers
};

// A column of PRIMARY KEY (...), UNIQUE (...), CREATE INDEX.
struct IndexedColumn {
  Expression expression;  // a name for a plain column
  std::string collation;  // empty: the column's own
  bool descending = false;
};

enum class ConstraintKind {
  primary_key,
  unique,
  not_null,
  null,
  check,
  default_value,
  collate,
  foreign_key,
  generated,
};

// Of a column or of a table; a column's PRIMARY KEY, UNIQUE and REFERENCES name their column too.
struct Constraint {
  ConstraintKind kind = ConstraintKind::check;
  std::string name;  // CONSTRAINT name
  ConflictRule conflict = ConflictRule::unstated;
  std::vector<IndexedColumn> columns;  // primary_key, unique
  bool autoincrement = false;
  std::vector<Expression> expression;  // check, default_value, generated: exactly one
  std::string collation;
  ForeignKey key;
  bool stored = false;  // generated: STORED, else VIRTUAL
  std::string text;     // as written
};

struct Column {
  std::string name;
  std::string type;                     // as written, "" when none is declared
  std::vector<Constraint> constraints;  // in order of their text; the last DEFAULT counts
};

struct CreateTable {
  std::string name;
  std::vector<Column> columns;
  std::vector<Constraint> constraints;
  bool without_rowid = false;
  bool strict = false;
};

struct CreateIndex {
  std::string name;
  std::string table;
  bool unique = false;
  std::vector<IndexedColumn> columns;
  std::vector<Expression> where;  // none or one
};

struct CreateView {
  std::string name;
  std::vector<std::string> columns;  // CREATE VIEW name(a, b); often empty
  Select select;
};

struct Assignment {
  std::vector<std::string> columns;  // more than one: (a, b) = ...
  Expression value;
};

struct Upsert {
  std::vector<IndexedColumn> target;
  std::vector<Expression> target_where;
  bool nothing = false;  // DO NOTHING, else DO UPDATE
  std::vector<Assignment> set;
  std::vector<Expression> where;
};

struct Statement {
  enum class Kind { select, insert, update, remove };
  Kind kind = Kind::select;
  ConflictRule conflict = ConflictRule::unstated;  // REPLACE INTO is INSERT OR REPLACE
  std::string table;
  std::string alias;
  std::vector<std::string> columns;     // INSERT INTO t (...)
  std::shared_ptr<const Select> query;  // select; rows of an insert, nothing for DEFAULT VALUES
  std::vector<Upsert> upserts;
  std::vector<Assignment> set;
  std::vector<FromItem> from;
  std::vector<Expression> where;
  size_t begin = 0;  // where it stands in the source
  size_t end = 0;
};

enum class TriggerTime { before, after, instead_of };
enum class TriggerEvent { insert, update, remove };

struct CreateTrigger {
  std::string name;
  TriggerTime time = TriggerTime::before;  // also when unstated
  TriggerEvent event = TriggerEvent::insert;
  std::vector<std::string> columns;  // UPDATE OF
  std::string table;
  std::vector<Expression> when;
  std::vector<Statement> body;
};

struct CreateVirtualTable {
  std::string name;
  std::string module;                  // as written
  std::vector<std::string> arguments;  // texts between the commas, trimmed
};

Outcome<CreateTable> parse_create_table(std::string_view text);
Outcome<CreateIndex> parse_create_index(std::string_view text);
Outcome<CreateView> parse_create_view(std::string_view text);
Outcome<CreateTrigger> parse_create_trigger(std::string_view text);
Outcome<CreateVirtualTable> parse_create_virtual_table(std::string_view text);
// The whole text as one expression, one SELECT.
Outcome<Expression> parse_expression(std::string_view text);
Outcome<Select> parse_select(std::string_view text);

// The constraint of this kind that counts (SQLite takes the last one), or nothing.
const Constraint* constraint_of(const Column& column, ConstraintKind kind);

}  // namespace fairway::sql

// The parser behind sql.h, one per text: a place among its tokens, and whether it still
// understands. After the first failure it stands at the end and every question is answered "no", so
// that no step has to look at the one before. Used by shared/sql only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/sql/sql.h"

namespace fairway::sql {

class Parser {
 public:
  explicit Parser(std::string_view text);

  Expression expression();
  Select select();
  Statement statement();
  CreateTable create_table();
  CreateIndex create_index();
  CreateView create_view();
  CreateTrigger create_trigger();
  CreateVirtualTable create_virtual_table();

  // Semicolons may follow; anything else is a failure.
  void end();
  bool failed() const { return failed_; }
  Failure failure() const { return failure_; }

 private:
  struct Infix {
    Operator operation;
    int level;      // 0: not an operator
    size_t tokens;  // how many it takes
    bool negated;   // NOT LIKE
  };
  class Nested;  // counts how deep the parser is inside of itself

  // Where it stands.
  const SqlToken& peek(size_t ahead = 0) const;
  bool at_word(std::string_view word, size_t ahead = 0) const { return peek(ahead).is(word); }
  bool at_symbol(char symbol, size_t ahead = 0) const { return peek(ahead).is_symbol(symbol); }
  bool at_symbols(std::string_view symbols) const;  // without blanks between them
  bool at_select() const;
  bool at_name(size_t ahead = 0) const;   // nm: a word that may be a name, or anything in quotes
  bool at_alias(size_t ahead = 0) const;  // what may be an alias without AS
  bool take(std::string_view word);
  bool take_symbol(char symbol);
  bool take_words(std::string_view one, std::string_view two);
  void expect(std::string_view word);
  void expect_symbol(char symbol);
  std::string name();
  std::vector<std::string> names_in_parentheses();
  void skip(size_t count) { at_ += failed_ ? 0 : count; }
  void fail();
  std::string text_since(size_t begin) const;  // from that byte to the last token taken
  size_t here() const { return peek().begin; }
  size_t last_end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  // Expressions.
  Expression binary(int level_min);
  Expression prefix();
  Expression primary();
  Expression literal();
  Expression word_or_call();
  Expression in_parentheses();
  Expression cases();
  Expression cast();
  Expression raise();
  Expression exists();
  void call(Expression& made);
  void arguments(Expression& made);
  void call_tail(Expression& made);
  Infix infix() const;
  Infix symbol_infix() const;
  Infix word_infix() const;
  Expression apply_infix(Expression left, Infix infix);
  Expression between(Expression left, Infix infix);
  Expression in(Expression left, Infix infix);
  Expression is(Expression left);
  Expression like(Expression left, Infix infix);
  std::vector<Expression> expressions_in_parentheses();
  std::vector<Expression> expressions();
  std::shared_ptr<const Select> query(Expression& around);
  Expression finished(Expression made, size_t begin);

  // Queries.
  void with(std::vector<CommonTable>& tables);
  SelectCore core();
  std::vector<std::vector<Expression>> values();
  ResultColumn result_column();
  std::vector<FromItem> from();
  bool next_join(FromItem& item);
  FromItem from_item();
  void from_source(FromItem& item);
  std::vector<OrderTerm> order_terms();
  Window window_body();
  void frame(Window& window);

  // Statements of triggers.
  void insert(Statement& made);
  void update(Statement& made);
  void remove(Statement& made);
  std::vector<Assignment> assignments();
  Upsert upsert();
  ConflictRule conflict_word();

  // Definitions.
  std::string create_head(std::initializer_list<std::string_view> kind);
  Column column();
  std::string type();
  void column_constraint(Column& column);
  bool key_constraint(const Column& column, Constraint& made);
  bool value_constraint(Constraint& made);
  void generated(Constraint& made);
  Expression default_value();
  Constraint table_constraint();
  void table_options(CreateTable& table);
  void references(ForeignKey& key);
  KeyAction key_action();
  bool deferrable(ForeignKey& key);
  ConflictRule on_conflict();
  std::vector<IndexedColumn> indexed_columns();

  std::string_view text_;
  std::vector<SqlToken> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int tallest_ = 0;  // of the trees finished in the SELECT that is being read
  bool failed_ = false;
  Failure failure_;
};

// Counts one level of nesting while it lives; too deep is a failure.
class Parser::Nested {
 public:
  explicit Nested(Parser& parser) : parser_(parser) {
    if (++parser_.depth_ > tree_height_max) parser_.fail();
  }
  ~Nested() { --parser_.depth_; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  Parser& parser_;
};

}  // namespace fairway::sql

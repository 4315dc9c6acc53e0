#include "tests/unit/migration_random.h"

#include <array>

#include "shared/base/text.h"

namespace fairway::test {
namespace {

template <typename T, size_t n>
T pick(Dice& dice, const std::array<T, n>& items) {
  return items[dice.below(n)];
}

std::string random_name(Dice& dice, int64_t number) {
  static constexpr std::array<std::string_view, 10> words = {
      "id", "userName", "Grösse", "we\"ird", "select", "a b", "x'y", "[z]", "日本", "Order"};
  return cat({pick(dice, words), decimal(number)});
}

std::string random_type(Dice& dice) {
  static constexpr std::array<std::string_view, 14> types = {"",
                                                             "INTEGER",
                                                             "INT",
                                                             "TEXT",
                                                             "REAL",
                                                             "BLOB",
                                                             "NUMERIC",
                                                             "BOOLEAN",
                                                             "VARCHAR(20)",
                                                             "DATETIME",
                                                             "DECIMAL(10,2)",
                                                             "JSON",
                                                             "DOUBLE PRECISION",
                                                             "UNSIGNED BIG INT"};
  return std::string(pick(dice, types));
}

std::string random_bytes(Dice& dice, size_t size_max) {
  std::string bytes;
  for (size_t left = dice.below(size_max + 1); left > 0; --left) {
    bytes += static_cast<char>(dice.next());
  }
  return bytes;
}

std::string random_text(Dice& dice) {
  static constexpr std::array<std::string_view, 8> texts = {
      "", "plain", "Zürich 🚀", "it's \"quoted\"", "line\nbreak\ttab", "123", "1e3", "null"};
  if (dice.one_in(6)) return cat({"CAST(x'", hex(random_bytes(dice, 12)), "' AS TEXT)"});
  if (dice.one_in(20))
    return cat({"printf('%.*c', ", decimal(int64_t(dice.below(9'000))), ", 'x')"});
  return quoted_text(pick(dice, texts));
}

std::string random_number(Dice& dice) {
  static constexpr std::array<std::string_view, 16> numbers = {"0",
                                                               "1",
                                                               "-1",
                                                               "9223372036854775807",
                                                               "-9223372036854775808",
                                                               "9007199254740993",
                                                               "0.1",
                                                               "1.7976931348623157e308",
                                                               "5e-324",
                                                               "2.2250738585072014e-308",
                                                               "9e999",
                                                               "-9e999",
                                                               "123456789.123456789",
                                                               "CAST('-0.0' AS REAL)",
                                                               "1.0",
                                                               "1e15"};
  if (dice.one_in(2)) return decimal(static_cast<int64_t>(dice.next()) >> dice.below(60));
  return std::string(pick(dice, numbers));
}

struct Table {
  std::string name;
  std::vector<std::string> columns;
  bool without_rowid = false;
  bool integer_key = false;
  size_t key_columns = 0;  // of a WITHOUT ROWID table
};

std::string random_key(Dice& dice, const Table& table) {
  static constexpr std::array<std::string_view, 5> orders = {"", " DESC", " COLLATE NOCASE",
                                                             " COLLATE BINARY", " ASC"};
  std::vector<std::string> terms;
  for (size_t i = 0; i < table.key_columns; ++i) {
    terms.push_back(cat({quoted_name(table.columns[i]), pick(dice, orders)}));
  }
  return cat({", PRIMARY KEY(", join(terms, ", "), ")"});
}

std::string create_table(Dice& dice, const Table& table) {
  std::vector<std::string> columns;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const std::string name = quoted_name(table.columns[i]);
    if (i == 0 && table.integer_key) {
      columns.push_back(
          cat({name, " INTEGER PRIMARY KEY", dice.one_in(2) ? " AUTOINCREMENT" : ""}));
      continue;
    }
    const std::string collation = dice.one_in(5) ? " COLLATE NOCASE" : "";
    const std::string otherwise = dice.one_in(6) ? " DEFAULT 'it''s'" : "";
    columns.push_back(cat({name, " ", random_type(dice), otherwise, collation}));
  }
  if (dice.one_in(4)) {
    columns.push_back(cat({"made AS (length(", quoted_name(table.columns.back()), "))",
                           dice.one_in(2) ? " STORED" : ""}));
  }
  return cat({"CREATE TABLE ", quoted_name(table.name), "(", join(columns, ", "),
              table.without_rowid ? random_key(dice, table) : "", ")",
              table.without_rowid ? " WITHOUT ROWID" : "", ";\n"});
}

std::string insert_row(Dice& dice, const Table& table, int64_t number) {
  std::vector<std::string> names;
  std::vector<std::string> values;
  if (!table.without_rowid && !table.integer_key && dice.one_in(2)) {
    names.emplace_back("rowid");
    values.push_back(decimal(number * 7 - 20));
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    names.push_back(quoted_name(table.columns[i]));
    const bool is_key = table.integer_key && i == 0;
    values.push_back(is_key ? decimal(number * 3 - 50) : random_literal(dice));
  }
  return cat({"INSERT OR IGNORE INTO ", quoted_name(table.name), "(", join(names, ", "),
              ") VALUES(", join(values, ", "), ");\n"});
}

std::string random_index(Dice& dice, const Table& table, int64_t number) {
  return cat({"CREATE INDEX ", quoted_name(cat({"index ", decimal(number)})), " ON ",
              quoted_name(table.name), "(",
              quoted_name(pick(
                  dice, std::array<std::string, 2>{table.columns.front(), table.columns.back()})),
              dice.one_in(2) ? " DESC" : "", ")",
              dice.one_in(3) ? cat({" WHERE ", quoted_name(table.columns[0]), " IS NOT NULL"}) : "",
              ";\n"});
}

}  // namespace

std::string random_literal(Dice& dice) {
  switch (dice.below(6)) {
    case 0:
      return "NULL";
    case 1:
      return cat({"x'", hex(random_bytes(dice, 40)), "'"});
    case 2:
    case 3:
      return random_text(dice);
    default:
      return random_number(dice);
  }
}

std::string random_database(uint64_t seed) {
  Dice dice(seed);
  static constexpr std::array<std::string_view, 6> settings = {"",
                                                               "",
                                                               "PRAGMA page_size=512;",
                                                               "PRAGMA page_size=1024;",
                                                               "PRAGMA page_size=65536;",
                                                               "PRAGMA auto_vacuum=2;"};
  std::string sql = cat({pick(dice, settings), "\n"});
  const auto tables = static_cast<int64_t>(1 + dice.below(4));
  for (int64_t number = 0; number < tables; ++number) {
    Table table{random_name(dice, number), {}};
    const auto columns = static_cast<int64_t>(1 + dice.below(7));
    for (int64_t i = 0; i < columns; ++i) table.columns.push_back(random_name(dice, i));
    table.without_rowid = dice.one_in(3);
    table.integer_key = !table.without_rowid && dice.one_in(2);
    table.key_columns = 1 + dice.below(table.columns.size());
    sql += create_table(dice, table);
    if (dice.one_in(2)) sql += random_index(dice, table, number);
    const auto rows = static_cast<int64_t>(dice.below(dice.one_in(4) ? 400 : 30));
    for (int64_t row = 0; row < rows; ++row) sql += insert_row(dice, table, row);
    if (dice.one_in(3))
      sql += cat({"DELETE FROM ", quoted_name(table.name), " WHERE random()%3=0;"});
  }
  if (dice.one_in(3)) sql += "ANALYZE;";
  return sql;
}

}  // namespace fairway::test

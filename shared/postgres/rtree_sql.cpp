#include "shared/base/text.h"
#include "shared/postgres/plan_virtual.h"

// A node is two bytes of depth, two of its count of cells, then the cells: eight bytes of rowid and
// four for each coordinate, all big-endian, coordinates as floats or integers.
namespace fairway::postgres {
namespace {

constexpr int64_t cells_max = 52;  // of a node, as the module makes them

// The unsigned number that eight hex digits of `h` from `start` are.
std::string number_at(int64_t start) {
  std::vector<std::string> digits;
  for (int64_t i = 0; i < 8; ++i) {
    digits.push_back(cat({"(instr('123456789ABCDEF', substr(h, ", decimal(start + i), ", 1)) << ",
                          decimal(28 - 4 * i), ")"}));
  }
  return join(digits, " | ");
}

std::string as_integer(std::string_view u) {
  return cat({"CASE WHEN ", u, " >= 2147483648 THEN ", u, " - 4294967296 ELSE ", u, " END"});
}

// 2^k for k from -149 to 127, exact.
std::string power_of_two(std::string_view k) {
  return cat({"(1.0 * (1 << max(0, min(", k, ", 62))) * (1 << max(0, min(", k,
              " - 62, 62))) * (1 << max(0, ", k, " - 124)) / (1 << max(0, min(-(", k,
              "), 62))) / (1 << max(0, min(-(", k, ") - 62, 62))) / (1 << max(0, -(", k,
              ") - 124)))"});
}

// The float whose bits are the number `u`.
std::string as_real(std::string_view u) {
  const std::string exponent = cat({"((", u, " >> 23) & 255)"});
  const std::string mantissa = cat({"(", u, " & 8388607)"});
  return cat({"CASE WHEN ", u, " >= 2147483648 THEN -1.0 ELSE 1.0 END * CASE ", exponent,
              " WHEN 0 THEN ", mantissa, " * ", power_of_two("-149"), " ELSE (", mantissa,
              " + 8388608) * ", power_of_two(cat({"(", exponent, " - 150)"})), " END"});
}

}  // namespace

TreeColumns read_tree_columns(const VirtualTable& module) {
  TreeColumns columns;
  columns.is_integer = module.module == "rtree_i32";
  for (const auto& argument : module.arguments) {
    const auto tokens = tokens_of(argument);
    if (tokens.empty()) continue;
    if (tokens.front().is_symbol('+')) {
      if (tokens.size() > 1) columns.extra.push_back(tokens[1].text);
    } else if (columns.id.empty()) {
      columns.id = tokens.front().text;
    } else {
      columns.coordinates.push_back(tokens.front().text);
    }
  }
  return columns;
}

std::string select_tree(std::string_view table, const TreeColumns& columns) {
  const auto coordinates = static_cast<int64_t>(columns.coordinates.size());
  const std::string bytes = decimal(8 + 4 * coordinates);
  const std::string place = cat({"5 + i.n * ", bytes});
  std::string values;
  std::string numbers;
  for (int64_t i = 0; i < coordinates; ++i) {
    const std::string u = cat({"u", decimal(i)});
    numbers += cat({", ", number_at(17 + 8 * i), " AS ", u});
    values += cat({", ", columns.is_integer ? as_integer(u) : as_real(u)});
  }
  std::string extra;
  for (size_t i = 0; i < columns.extra.size(); ++i) {
    const std::string name = cat({"a", decimal(static_cast<int64_t>(i))});
    values += cat({", ", name});
    numbers += cat({", ", name});
    extra += cat({", r.", name});
  }
  return cat({"WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < ",
              decimal(cells_max), ") SELECT id, id", values, " FROM (SELECT id", numbers,
              " FROM (SELECT r.rowid AS id", extra, ", hex(substr(b.data, ", place, ", ", bytes,
              ")) AS h FROM ", quoted_name(cat({table, "_rowid"})), " r JOIN ",
              quoted_name(cat({table, "_node"})),
              " b ON b.nodeno = r.nodeno JOIN i ON hex(substr(b.data, ", place,
              ", 8)) = printf('%016X', r.rowid)))"});
}

}  // namespace fairway::postgres

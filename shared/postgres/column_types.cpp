#include <algorithm>
#include <array>

#include "shared/base/text.h"
#include "shared/postgres/difference.h"

namespace fairway::postgres {
namespace {

// Each takes all of those before it.
constexpr std::array<std::string_view, 4> whole_numbers = {"smallint", "integer", "bigint",
                                                           "numeric"};
constexpr std::string_view varying = "character varying";
constexpr int64_t digits_of_moments = 6;

size_t width_of(std::string_view type) {
  return static_cast<size_t>(std::ranges::find(whole_numbers, type) - whole_numbers.begin());
}

// "timestamp(3) with time zone": the type without its number, and the number.
struct MomentType {
  std::string name;
  int64_t digits = digits_of_moments;
};

MomentType moment_type_of(std::string_view type) {
  const size_t open = type.find('(');
  const size_t close = type.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return {std::string(type)};
  }
  return {cat({type.substr(0, open), type.substr(close + 1)}),
          parse_decimal(type.substr(open + 1, close - open - 1)).value_or(0)};
}

bool is_text(std::string_view type) { return type == "text" || type == varying; }

}  // namespace

bool holds(std::string_view type, std::string_view other) {
  if (type == other) return true;
  if (is_text(type)) return other != "bytea";
  const size_t width = width_of(type);
  const size_t wanted = width_of(other);
  if (width < whole_numbers.size() && wanted < whole_numbers.size()) return width > wanted;
  if (type == "double precision") return other == "real" || wanted <= width_of("integer");
  if (type.starts_with("time")) {
    const MomentType one = moment_type_of(type);
    const MomentType two = moment_type_of(other);
    return one.name == two.name && one.digits >= two.digits;
  }
  return false;
}

}  // namespace fairway::postgres

#include "shared/postgres/computed_range.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "shared/base/text.h"

namespace fairway::postgres {
namespace {

using sql::Expression;
using sql::ExpressionKind;
using sql::Operator;

// Numbers between two ends, none of which but zero is smaller in size than `least`. Of integers in
// doubles, too: far beyond 64 bits, and exact enough to tell that.
struct Range {
  double low = 0;
  double high = 0;
  double least = 1;
  bool has_integers = true;
  bool has_reals = false;
};
using MaybeRange = std::optional<Range>;

// A little less than 2^63 and the largest double, so that what rounding hides counts as too large.
constexpr double integer_max = 9.2233720368547e18;
constexpr double real_max = 1.7976931348623e308;
constexpr double real_min = 1e-307;  // PostgreSQL stops where a product comes to zero

MaybeRange hull(const MaybeRange& one, const MaybeRange& other) {
  if (!one || !other) return one ? one : other;
  return Range{std::min(one->low, other->low), std::max(one->high, other->high),
               std::min(one->least, other->least), one->has_integers || other->has_integers,
               one->has_reals || other->has_reals};
}

double size_of(const Range& range) { return std::max(std::fabs(range.low), std::fabs(range.high)); }

Range of_integers(double low, double high) { return {low, high, 1, true, false}; }

Range of_reals(double least, double size) { return {-size, size, least, false, true}; }

MaybeRange range_of(const ColumnProfile& profile) {
  MaybeRange range;
  if (profile.cells.integers > 0) {
    range = of_integers(static_cast<double>(profile.integer_min),
                        static_cast<double>(profile.integer_max));
  }
  if (profile.infinities > 0) range = hull(range, of_reals(1, INFINITY));
  if (profile.real_size_max == 0) return range;
  return hull(range, of_reals(profile.real_size_min, profile.real_size_max));
}

class RangeFinder {
 public:
  explicit RangeFinder(const TableDraft& table) : table_(table) {}

  MaybeRange find(const Expression& expression) {
    switch (expression.kind) {
      case ExpressionKind::integer:
      case ExpressionKind::real:
        return of_literal(expression);
      case ExpressionKind::name: {
        const ColumnDraft* column = table_.find(expression.text);
        if (column == nullptr || column->profile == nullptr) return std::nullopt;
        return range_of(*column->profile);
      }
      case ExpressionKind::collate:
        return find(expression.operands[0]);
      case ExpressionKind::apply:
        return of_operation(expression);
      case ExpressionKind::cases:
        return of_all(expression);
      case ExpressionKind::call:
        return of_call(expression);
      default:
        of_all(expression);
        return std::nullopt;
    }
  }

  bool overflows = false;

 private:
  static MaybeRange of_literal(const Expression& expression) {
    const double number = std::strtod(expression.text.c_str(), nullptr);
    if (expression.kind == ExpressionKind::integer) return of_integers(number, number);
    return Range{number, number, number > 0 ? number : 1, false, true};
  }

  // The hull of all operands: at least that of each branch of a CASE.
  MaybeRange of_all(const Expression& expression) {
    MaybeRange all;
    for (const Expression& one : expression.operands) all = hull(all, find(one));
    return all;
  }

  MaybeRange of_call(const Expression& call) {
    const MaybeRange all = of_all(call);
    const std::string name = lower_ascii(call.text);
    if (name == "abs" && all) {
      Range range = *all;
      range.high = size_of(range);
      range.low = 0;
      return computed(range);
    }
    const bool answers_one = name == "coalesce" || name == "ifnull" || name == "max" ||
                             name == "min" || name == "iif" || name == "nullif";
    return answers_one ? all : std::nullopt;
  }

  MaybeRange of_operation(const Expression& expression) {
    const bool is_unary = expression.operands.size() == 1;
    const MaybeRange left = find(expression.operands[0]);
    const MaybeRange right = is_unary ? std::nullopt : find(expression.operands[1]);
    for (size_t i = 2; i < expression.operands.size(); ++i) find(expression.operands[i]);
    switch (expression.operation) {
      case Operator::plus:
        return left;
      case Operator::negate: {
        if (!left) return left;
        Range range = *left;
        range.low = -left->high;
        range.high = -left->low;
        return computed(range);
      }
      case Operator::add:
      case Operator::subtract:
      case Operator::multiply:
      case Operator::divide:
      case Operator::modulo:
        return left && right ? of_numbers(expression.operation, *left, *right)
                             : of_unknown(left, right);
      default:
        return std::nullopt;
    }
  }

  MaybeRange of_unknown(const MaybeRange& left, const MaybeRange& right) {
    for (const MaybeRange& one : {left, right}) {
      if (one && std::isinf(size_of(*one))) overflows = true;
    }
    return std::nullopt;
  }

  // An integer and a real give a real.
  MaybeRange of_numbers(Operator operation, const Range& left, const Range& right) {
    const bool has_reals = left.has_reals || right.has_reals;
    Range range{0, 0, 1, left.has_integers && right.has_integers, has_reals};
    const double size = size_of(left) * size_of(right);
    switch (operation) {
      case Operator::add:
      case Operator::subtract: {
        const bool adds = operation == Operator::add;
        range.low = left.low + (adds ? right.low : -right.high);
        range.high = left.high + (adds ? right.high : -right.low);
        // The last digits of the smaller one may be all that is left.
        if (has_reals) range.least = std::min(left.least, right.least) * 1e-17;
        return computed(range);
      }
      case Operator::multiply: {
        const double ends[] = {left.low * right.low, left.low * right.high, left.high * right.low,
                               left.high * right.high};
        range.low = std::isnan(size) ? -INFINITY : std::ranges::min(ends);
        range.high = std::isnan(size) ? INFINITY : std::ranges::max(ends);
        range.least = left.least * right.least;
        if (has_reals && range.least < real_min) overflows = true;
        return computed(range);
      }
      default:
        // Of integers only -2^63 / -1 leaves the range.
        range.high = size_of(left) / std::min(right.least, 1.0);
        range.low = -range.high;
        if (has_reals) range.least = left.least / size_of(right);
        if (has_reals && range.least < real_min) overflows = true;
        return computed(range);
    }
  }

  MaybeRange computed(Range range) {
    const double size = size_of(range);
    const double size_max = range.has_integers ? integer_max : real_max;
    if (std::isnan(size) || size > size_max) overflows = true;
    return range;
  }

  const TableDraft& table_;
};

}  // namespace

bool may_overflow(const sql::Expression& expression, const TableDraft& table) {
  RangeFinder finder(table);
  finder.find(expression);
  return finder.overflows;
}

}  // namespace fairway::postgres

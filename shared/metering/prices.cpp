// The price book: prices.txt, read by the compiler, and what is looked up in it.
#include <iterator>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/metering/exact.h"
#include "shared/metering/metering.h"

namespace fairway {

namespace {

// Not constexpr on purpose: reaching it while the book is read stops the compiler.
[[noreturn]] void bad_price_book() { std::abort(); }

consteval int64_t whole_number(std::string_view digits) {
  int64_t number = 0;
  if (digits.empty()) bad_price_book();
  for (char c : digits) {
    if (c < '0' || c > '9') bad_price_book();
    number = number * 10 + (c - '0');
  }
  return number;
}

// "6.25" with so many digits behind the point: 6250000000 with nine.
consteval int64_t fixed_point(std::string_view text, size_t digits) {
  size_t point = text.find('.');
  std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (fraction.size() > digits) bad_price_book();
  int64_t number = whole_number(text.substr(0, point));
  for (size_t i = 0; i < digits; ++i) {
    number = number * 10 + (i < fraction.size() ? whole_number(fraction.substr(i, 1)) : 0);
  }
  return number;
}

consteval int64_t nanos(std::string_view dollars) { return fixed_point(dollars, 9); }
consteval int64_t nanos_or_none(std::string_view dollars) {
  return dollars == "-" ? no_rate : nanos(dollars);
}
consteval int64_t basis_points(std::string_view factor) {
  return factor == "-" ? no_rate : fixed_point(factor, 4);
}

// Midnight UTC. Days since 1970 as in the civil calendar, years from March.
consteval int64_t midnight_ms(std::string_view date) {
  if (date == "always") return 0;
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') bad_price_book();
  int64_t year = whole_number(date.substr(0, 4));
  int64_t month = whole_number(date.substr(5, 2));
  int64_t day = whole_number(date.substr(8, 2));
  if (month <= 2) --year;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719'468;
  return days * day_ms;
}

struct ModelLine {
  std::string_view provider, model, context, output, batch, flex, priority;
};
struct RatesLine {
  std::string_view input, cache_read, cache_write_5m, cache_write_1h, output;
  std::string_view web_search = {};
};
struct ModelName {
  std::string_view name;
  int32_t first_row;
  int32_t row_count;
};
struct UnitPrice {
  std::string_view service, unit_type;
  int64_t from_ms;
  int64_t price_nanos;
  int64_t per_units;
};
struct NumberPrefix {
  std::string_view digits, unit_type;
};

consteval int64_t rate(std::string_view dollars, std::string_view input_dollars) {
  return nanos_or_none(dollars == "=" ? input_dollars : dollars);
}

consteval TokenRates rates(const RatesLine& line, std::string_view web_search) {
  return {
      .input = nanos(line.input),
      .cache_read = rate(line.cache_read, line.input),
      .cache_write_5m = rate(line.cache_write_5m, line.input),
      .cache_write_1h = rate(line.cache_write_1h, line.input),
      .output = nanos_or_none(line.output),
      // Listed per thousand.
      .web_search = web_search == "-" ? no_rate : nanos(web_search) / 1'000,
  };
}

consteval ModelPrice row(const ModelLine& model, std::string_view from, const RatesLine& base,
                         int64_t long_input_from_tokens, const RatesLine& long_input) {
  ModelPrice price;
  price.provider = model.provider;
  price.model = model.model;
  price.from_ms = midnight_ms(from);
  price.base = rates(base, base.web_search);
  price.long_input_from_tokens = long_input_from_tokens;
  if (long_input_from_tokens > 0) price.long_input = rates(long_input, base.web_search);
  price.output_tokens_max = whole_number(model.output);
  price.context_tokens_max = whole_number(model.context);
  price.batch_basis_points = basis_points(model.batch);
  price.flex_basis_points = basis_points(model.flex);
  price.priority_basis_points = basis_points(model.priority);
  return price;
}

consteval UnitPrice unit(std::string_view service, std::string_view unit_type,
                         std::string_view from, std::string_view price,
                         std::string_view per_units) {
  return {service, unit_type, midnight_ms(from), nanos(price), whole_number(per_units)};
}

}  // namespace

}  // namespace fairway

#include "shared/metering/price_table.h"

namespace fairway {

namespace {

constexpr std::string_view any_date = "-DATE";

bool has_form(std::string_view text, std::string_view form) {
  if (text.size() < form.size()) return false;
  text.remove_prefix(text.size() - form.size());
  for (size_t i = 0; i < form.size(); ++i) {
    bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (form[i] == '0' ? !is_digit : text[i] != form[i]) return false;
  }
  return true;
}

// How much of a model's name is the date of its snapshot; 0 when it has none.
size_t date_size(std::string_view model) {
  for (std::string_view form : {"-0000-00-00", "-00000000"}) {
    if (has_form(model, form)) return form.size();
  }
  return 0;
}

const ModelName* named(std::string_view provider, std::string_view model, size_t date) {
  std::string_view stem = model.substr(0, model.size() - date);
  for (const ModelName& one : price_table::names) {
    std::string_view name = one.name;
    if (date > 0 && name.ends_with(any_date))
      name.remove_suffix(any_date.size());
    else if (date > 0)
      continue;
    if (name == stem && price_table::rows[one.first_row].provider == provider) return &one;
  }
  return nullptr;
}

Failure unknown_price(std::string_view service, std::string_view unit_type) {
  return fix_input("unknown_price",
                   cat({"There is no price for ", unit_type, " of ", service, "."}));
}

}  // namespace

std::span<const ModelPrice> price_book() { return price_table::rows; }

Outcome<const ModelPrice*> find_price(std::string_view provider, std::string_view model,
                                      int64_t now_ms) {
  const ModelName* name = model.ends_with(any_date) ? nullptr : named(provider, model, 0);
  if (size_t date = date_size(model); name == nullptr && date > 0)
    name = named(provider, model, date);
  const ModelPrice* found = nullptr;
  for (int32_t i = 0; name != nullptr && i < name->row_count; ++i) {
    const ModelPrice& price = price_table::rows[name->first_row + i];
    if (price.from_ms <= now_ms) found = &price;
  }
  if (found != nullptr) return found;
  return fix_input("unknown_model",
                   cat({"The price book does not know ", to_utf8(model, 100), " of ",
                        to_utf8(provider, 100), ", so it cannot be called."}),
                   "Choose a model of the price book.");
}

Outcome<std::string_view> sms_unit_type(std::string_view to) {
  const NumberPrefix* longest = nullptr;
  std::string_view digits = to.starts_with('+') ? to.substr(1) : std::string_view();
  bool is_number = digits.size() >= 8 && digits.size() <= 15 &&
                   digits.find_first_not_of("0123456789") == std::string_view::npos;
  // All of the North American plan have eleven.
  if (digits.starts_with('1') && digits.size() != 11) is_number = false;
  if (!is_number) digits = {};
  for (const NumberPrefix& one : price_table::prefixes) {
    if (!digits.starts_with(one.digits)) continue;
    if (longest == nullptr || one.digits.size() > longest->digits.size()) longest = &one;
  }
  if (longest != nullptr && longest->unit_type != "-") return longest->unit_type;
  return fix_input("unknown_price", "There is no price for messages to that number.");
}

Outcome<int64_t> price_units(std::string_view service, std::string_view unit_type, int64_t units,
                             int64_t now_ms, int64_t markup_basis_points) {
  // A byte-month is small: a petabyte is 10^15.
  constexpr int64_t units_max = 1'000'000'000'000'000'000;
  if (units < 0 || units > units_max || markup_basis_points < 0 ||
      markup_basis_points > markup_basis_points_max) {
    return amount_out_of_range();
  }
  const UnitPrice* found = nullptr;
  for (const UnitPrice& one : price_table::units) {
    if (one.service == service && one.unit_type == unit_type && one.from_ms <= now_ms) found = &one;
  }
  if (found == nullptr) return unknown_price(service, unit_type);
  Wide cost = Wide(units) * Wide(found->price_nanos);
  return rounded(cost * Wide(whole_basis_points + markup_basis_points),
                 Wide(found->per_units) * whole_basis_points);
}

Outcome<int64_t> with_markup(int64_t nanos, int64_t markup_basis_points) {
  bool is_in_range =
      nanos >= 0 && markup_basis_points >= 0 && markup_basis_points <= markup_basis_points_max;
  if (!is_in_range) return amount_out_of_range();
  return rounded(Wide(nanos) * Wide(whole_basis_points + markup_basis_points), whole_basis_points);
}

}  // namespace fairway

#include "shared/postgres/canonical.h"

#include <algorithm>
#include <cmath>

#include "shared/base/text.h"
#include "shared/migration/value_forms.h"

namespace fairway::postgres {
namespace {

constexpr std::string_view symbol_for_null = "\xe2\x90\x80";        // U+2400
constexpr std::string_view replacement_character = "\xef\xbf\xbd";  // U+FFFD

// NULLs, reals and the like end here; texts that need work go on to a function of their type.
Carried end_at(const char* end, CanonicalText& out) {
  if (end == nullptr) return Carried::inconvertible;
  out.text = {out.small.data(), static_cast<size_t>(end - out.small.data())};
  return Carried::whole;
}

bool is_plain(std::string_view text) {
  constexpr size_t step = 8;
  size_t at = 0;
  for (; at + step <= text.size(); at += step) {
    uint64_t word;
    __builtin_memcpy(&word, text.data() + at, step);
    // A byte of 0x80 or more, or a zero byte.
    if (((word | ((word - 0x0101010101010101) & ~word)) & 0x8080808080808080) != 0) return false;
  }
  return std::ranges::all_of(text.substr(at), [](char c) { return c > 0; });
}

Carried as_text(const ColumnPlan& column, const Cell& cell, CanonicalText& out) {
  switch (cell.kind) {
    case Cell::Kind::integer:
      return end_at(write_integer(out.small.data(), cell.integer), out);
    case Cell::Kind::real:
      return end_at(write_real_as_text(out.small.data(), cell.real), out);
    default:
      break;
  }
  out.text = cell.bytes;
  if (is_plain(cell.bytes)) return Carried::whole;
  if (cell.bytes.find('\0') == std::string_view::npos && is_utf8(cell.bytes)) return Carried::whole;
  if (!column.may_be_broken) return Carried::inconvertible;
  out.large = repaired_text(cell.bytes);
  out.text = out.large;
  return Carried::repaired;
}

Carried as_bytes(const Cell& cell, CanonicalText& out) {
  out.form = CanonicalText::Form::hex;
  switch (cell.kind) {
    case Cell::Kind::integer:
      return end_at(write_integer(out.small.data(), cell.integer), out);
    case Cell::Kind::real:
      return end_at(write_real_as_text(out.small.data(), cell.real), out);
    default:
      out.text = cell.bytes;
      return Carried::whole;
  }
}

Carried as_boolean(const Cell& cell, CanonicalText& out) {
  const bool number = cell.kind == Cell::Kind::integer && (cell.integer == 0 || cell.integer == 1);
  if (number || (cell.kind == Cell::Kind::real && (cell.real == 0 || cell.real == 1))) {
    out.text = (number ? cell.integer == 1 : cell.real == 1) ? "true" : "false";
    return Carried::whole;
  }
  const auto word = cell.kind == Cell::Kind::text ? boolean_of(cell.bytes) : std::nullopt;
  if (!word) return Carried::inconvertible;
  out.text = *word ? "true" : "false";
  return Carried::whole;
}

// JSON that tells the classes apart: 7, 7.0, "text", {"blob":"00ff"}.
Carried as_tagged(const Cell& cell, CanonicalText& out) {
  const bool is_text = cell.kind == Cell::Kind::text;
  if (cell.kind == Cell::Kind::integer) {
    return end_at(write_integer(out.small.data(), cell.integer), out);
  }
  if (cell.kind == Cell::Kind::real && std::isfinite(cell.real)) {
    return end_at(write_real_as_text(out.small.data(), cell.real), out);
  }
  if (cell.kind == Cell::Kind::real) {
    out.large = cell.real > 0 ? R"({"real":"Infinity"})" : R"({"real":"-Infinity"})";
  } else if (is_text && is_utf8(cell.bytes)) {
    out.large = json_quoted(cell.bytes);
  } else {
    out.large = cat({is_text ? R"({"text":")" : R"({"blob":")", hex(cell.bytes), R"("})"});
  }
  out.text = out.large;
  return Carried::whole;
}

// As jsonb prints it; a number is JSON too.
Carried as_jsonb(const ColumnPlan& column, const Cell& cell, CanonicalText& out) {
  if (as_text(column, cell, out) != Carried::whole) return Carried::inconvertible;
  auto made = jsonb_text(out.text);
  if (!made) return Carried::inconvertible;
  out.large = std::move(*made);
  out.text = out.large;
  return Carried::whole;
}

Carried decimal_text(std::string_view text, CanonicalText& out) {
  auto made = plain_decimal(trim(text));
  if (!made) return Carried::inconvertible;
  out.large = std::move(*made);
  out.text = out.large;
  return Carried::whole;
}

Carried integer_text(std::string_view text, CanonicalText& out) {
  text = trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = parse_decimal(text);
  if (!number) return Carried::inconvertible;
  return end_at(write_integer(out.small.data(), *number), out);
}

Carried as_number(const ColumnPlan& column, const Cell& cell, CanonicalText& out) {
  char* const begin = out.small.data();
  const bool numeric = column.conversion == Conversion::numeric;
  switch (cell.kind) {
    case Cell::Kind::integer:
      if (column.conversion != Conversion::real)
        return end_at(write_integer(begin, cell.integer), out);
      return end_at(write_real(begin, static_cast<double>(cell.integer)), out);
    case Cell::Kind::real:
      if (numeric) return end_at(write_real_as_numeric(begin, cell.real), out);
      if (column.conversion == Conversion::real) return end_at(write_real(begin, cell.real), out);
      if (std::fabs(cell.real) > 9e15 || cell.real != std::trunc(cell.real)) break;
      return end_at(write_integer(begin, static_cast<int64_t>(cell.real)), out);
    case Cell::Kind::text:
      if (numeric) return decimal_text(cell.bytes, out);
      if (column.conversion == Conversion::bigint) return integer_text(cell.bytes, out);
      break;
    default:
      break;
  }
  return Carried::inconvertible;
}

std::optional<Instant> instant_of(const ColumnPlan& column, const Cell& cell) {
  if (cell.kind == Cell::Kind::text) return read_instant(cell.bytes);
  if (cell.kind == Cell::Kind::blob) return std::nullopt;
  const bool integer = cell.kind == Cell::Kind::integer;
  switch (column.conversion) {
    case Conversion::timestamp_milliseconds:
      return integer ? instant_of_milliseconds(cell.integer) : instant_of_milliseconds(cell.real);
    case Conversion::timestamp_seconds:
      return integer ? instant_of_seconds(cell.integer) : instant_of_seconds(cell.real);
    case Conversion::timestamp_julian:
      return instant_of_julian_day(integer ? static_cast<double>(cell.integer) : cell.real);
    default:
      return std::nullopt;
  }
}

Carried as_uuid(const Cell& cell, CanonicalText& out) {
  char* end = out.small.data();
  const std::string_view text = cell.bytes;
  const bool hyphens = text.size() == 36;
  if (cell.kind != Cell::Kind::text || (!hyphens && text.size() != 32)) {
    return Carried::inconvertible;
  }
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (hyphens && (i == 8 || i == 13 || i == 18 || i == 23)) {
      if (text[i] != '-') return Carried::inconvertible;
      continue;
    }
    char c = text[i];
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c + ('a' - 'A'));
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return Carried::inconvertible;
    if (digits == 8 || digits == 12 || digits == 16 || digits == 20) *end++ = '-';
    *end++ = c;
    ++digits;
  }
  return end_at(end, out);
}

Carried convert(const ColumnPlan& column, const Cell& cell, CanonicalText& out) {
  switch (column.conversion) {
    case Conversion::bigint:
    case Conversion::real:
    case Conversion::numeric:
      return as_number(column, cell, out);
    case Conversion::text:
    case Conversion::json:
    case Conversion::jsonb_blob:
      return as_text(column, cell, out);
    case Conversion::bytes:
      return as_bytes(cell, out);
    case Conversion::boolean:
      return as_boolean(cell, out);
    case Conversion::uuid:
      return as_uuid(cell, out);
    case Conversion::jsonb:
      return as_jsonb(column, cell, out);
    case Conversion::tagged:
      return as_tagged(cell, out);
    case Conversion::date_text:
      if (cell.kind != Cell::Kind::text) return Carried::inconvertible;
      return end_at(write_date(out.small.data(), cell.bytes), out);
    case Conversion::time_text:
      if (cell.kind != Cell::Kind::text) return Carried::inconvertible;
      return end_at(write_time(out.small.data(), cell.bytes), out);
    default:
      break;
  }
  const auto instant = instant_of(column, cell);
  if (!instant) return Carried::inconvertible;
  return end_at(write_instant(out.small.data(), *instant), out);
}

}  // namespace

Carried make_canonical(const ColumnPlan& column, const Cell& cell, CanonicalText& out) {
  if (cell.kind == Cell::Kind::null) return Carried::null;
  out.form = CanonicalText::Form::plain;
  const Carried carried = convert(column, cell, out);
  const bool stray = carried == Carried::inconvertible && column.strays_become_null;
  return stray ? Carried::stray : carried;
}

std::string repaired_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + 16);
  for (size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<uint8_t>(bytes[at]);
    if (lead == 0) text += symbol_for_null;
    if (lead < 0x80) {
      if (lead != 0) text += bytes[at];
      ++at;
      continue;
    }
    const size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead >= 0xc2 && lead <= 0xf4 && is_utf8(bytes.substr(at, wanted))) {
      text += bytes.substr(at, wanted);
      at += wanted;
      continue;
    }
    // The second byte decides whether what follows can belong to the lead.
    uint8_t low = 0x80;
    uint8_t high = 0xbf;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    size_t part = 1;
    const size_t follow = lead < 0xc2 || lead > 0xf4 ? 1 : wanted - 1;
    for (; part < follow && at + part < bytes.size(); ++part) {
      const auto next = static_cast<uint8_t>(bytes[at + part]);
      if (next < low || next > high) break;
      low = 0x80;
      high = 0xbf;
    }
    text += replacement_character;
    at += part;
  }
  return text;
}

}  // namespace fairway::postgres

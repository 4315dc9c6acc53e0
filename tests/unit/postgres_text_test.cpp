#include <doctest/doctest.h>

#include <bit>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "shared/base/text.h"
#include "shared/postgres/canonical.h"
#include "shared/postgres/copy_text.h"
#include "shared/postgres/hash_text.h"

// Answers are those of a PostgreSQL 15 server, unless something else is said.
namespace fairway::postgres {
namespace {

template <typename Number, typename WriteNumber>
std::string text_of(Number number, WriteNumber write) {
  char text[plain_text_bytes_max];
  return {text, write(text, number)};
}
std::string real(double number) { return text_of(number, write_real); }
std::string among_texts(double number) { return text_of(number, write_real_as_text); }
std::string numeric(double number) { return text_of(number, write_real_as_numeric); }

TEST_CASE("doubles are printed as PostgreSQL prints them") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(real(0.1) == "0.1");
  CHECK(real(0.1 + 0.2) == "0.30000000000000004");
  CHECK(real(-0.0) == "-0");
  CHECK(real(5) == "5");
  CHECK(real(1e14) == "100000000000000");
  CHECK(real(1e15) == "1e+15");
  CHECK(real(123456789012345678.0) == "1.2345678901234568e+17");
  CHECK(real(0.0001) == "0.0001");
  CHECK(real(0.00001) == "1e-05");
  CHECK(real(5e-324) == "5e-324");
  CHECK(real(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(real(infinity) == "Infinity");
  CHECK(real(-infinity) == "-Infinity");
}

TEST_CASE("a decimal between two doubles gets another digit, as in PostgreSQL") {
  CHECK(real(1e23) == "9.999999999999999e+22");
  CHECK(real(9007199254740992.0) == "9.007199254740992e+15");
  CHECK(real(9.5367431640625e-07) == "9.5367431640625e-07");
  CHECK(real(5e22) == "4.9999999999999996e+22");
}

TEST_CASE("doubles read back as themselves in every notation") {
  uint64_t bits = 0x9e3779b97f4a7c15;
  for (int i = 0; i < 5'000; ++i) {
    bits = bits * 6364136223846793005 + 1442695040888963407;
    const auto number = std::bit_cast<double>(bits);
    if (number != number || real(number).ends_with("Infinity")) continue;
    CHECK(std::strtod(real(number).c_str(), nullptr) == number);
    CHECK(std::strtod(among_texts(number).c_str(), nullptr) == number);
    CHECK(std::strtod(numeric(number).c_str(), nullptr) == number);
    CHECK(numeric(number).find('e') == std::string::npos);
  }
}

TEST_CASE("reals among texts and numerics tell that they are no integers") {
  CHECK(among_texts(5) == "5.0");
  CHECK(among_texts(1e15) == "1.0e+15");
  CHECK(among_texts(-2.5e-7) == "-2.5e-07");
  CHECK(numeric(5) == "5.0");
  CHECK(numeric(1e15) == "1000000000000000.0");
  CHECK(numeric(1.5e-7) == "0.00000015");
  CHECK(numeric(-0.0) == "0.0");
}

TEST_CASE("integers") {
  for (const int64_t number : {int64_t{0}, int64_t{7}, int64_t{-10}, int64_t{99}, int64_t{100},
                               INT64_MAX, INT64_MIN, int64_t{-1'000'001}}) {
    CHECK(text_of(number, write_integer) == std::to_string(number));
  }
}

TEST_CASE("texts are hashed as the server hashes them") {
  CHECK(TextHash::of("hello", 0) == 3449563369152288809);
  CHECK(TextHash::of("", 0) == -6939563903564495251);
  CHECK(TextHash::of("abcdefghijklmnopqrstuvwxyz", 77) == -928463370120640249);
  CHECK(TextHash::of_integer(-5) == -9082176226831438310);
  const std::string text(1'000, 'q');
  TextHash pieces(text.size(), 5);
  pieces.add_blocks(std::string_view(text).substr(0, 600));
  CHECK(pieces.end(std::string_view(text).substr(600)) == TextHash::of(text, 5));
}

TEST_CASE("sums of hashes are exact beyond 64 bits") {
  HashSum sum;
  CHECK(sum.text() == "0");
  for (int i = 0; i < 3; ++i) sum.add(INT64_MAX);
  CHECK(sum.text() == "27670116110564327421");
  for (int i = 0; i < 6; ++i) sum.add(INT64_MIN);
  CHECK(sum.text() == "-27670116110564327427");
}

std::string moment(std::string_view text) {
  const auto instant = read_instant(text);
  return instant ? text_of(*instant, write_instant) : "nothing";
}

TEST_CASE("instants are read strictly and printed in UTC") {
  CHECK(moment("2000-02-29") == "2000-02-29 00:00:00+00");
  CHECK(moment("2024-01-01") == "2024-01-01 00:00:00+00");
  CHECK(moment("2024-02-29T23:59:59.123Z") == "2024-02-29 23:59:59.123+00");
  CHECK(moment("2024-01-01 10:00") == "2024-01-01 10:00:00+00");
  CHECK(moment("2024-01-01T00:30:00.500000+02:00") == "2023-12-31 22:30:00.5+00");
  CHECK(moment("0001-01-01 00:00:00+0100") == "0001-12-31 23:00:00+00 BC");
  CHECK(moment("9999-12-31 23:59:59-01") == "10000-01-01 00:59:59+00");
  for (const char* text :
       {"", "soon", "0000-00-00", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01",
        "2024-01-01 25:00", "2024-01-01 10:60:00", "2024-01-01 10:00:60",
        "2024-01-01 10:00:00.1234567", "2024-01-01 10:00:00 ", "2024-1-1", "2024-01-01T",
        "2024-01-01 10:00:00+", "x2024-01-01", "2024-01-01x"}) {
    CHECK_MESSAGE(moment(text) == "nothing", text);
  }
}

TEST_CASE("numbers become instants to the edges of PostgreSQL's range") {
  const auto of = [](auto instant) {
    return instant ? text_of(*instant, write_instant) : std::string("nothing");
  };
  CHECK(of(instant_of_milliseconds(int64_t{1'627'303'906'122})) == "2021-07-26 12:51:46.122+00");
  CHECK(of(instant_of_milliseconds(int64_t{-1})) == "1969-12-31 23:59:59.999+00");
  CHECK(of(instant_of_seconds(int64_t{0})) == "1970-01-01 00:00:00+00");
  CHECK(of(instant_of_seconds(int64_t{-210'866'803'200})) == "4714-11-24 00:00:00+00 BC");
  CHECK(of(instant_of_seconds(int64_t{-210'866'803'201})) == "nothing");
  CHECK(of(instant_of_seconds(int64_t{9'224'318'015'999})) == "294276-12-31 23:59:59+00");
  CHECK(of(instant_of_seconds(int64_t{9'224'318'016'000})) == "nothing");
  CHECK(of(instant_of_seconds(1.5)) == "1970-01-01 00:00:01.5+00");
  CHECK(of(instant_of_julian_day(2440587.5)) == "1970-01-01 00:00:00+00");
  CHECK(of(instant_of_milliseconds(std::numeric_limits<double>::quiet_NaN())) == "nothing");
}

std::string written(std::string_view text, void (*add)(OutBuffer&, std::string_view)) {
  std::string all;
  OutBuffer out(
      [&](std::string_view bytes) {
        all += bytes;
        return std::nullopt;
      },
      OutBuffer::socket_bytes);
  add(out, text);
  out.flush();
  return all;
}

// Byte by byte, from COPY's definition.
std::string escaped_plainly(std::string_view text) {
  std::string all;
  for (const char c : text) {
    constexpr std::string_view marks = "\\\b\t\n\v\f\r";
    constexpr std::string_view letters = "\\btnvfr";
    const size_t at = marks.find(c);
    if (at == std::string_view::npos) {
      all += c;
    } else {
      all += '\\';
      all += letters[at];
    }
  }
  return all;
}

TEST_CASE("every byte at every place of a block is escaped, in texts of any size") {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t place = 0; place < 35; ++place) {
      std::string text(35, 'x');
      text[place] = static_cast<char>(byte);
      CHECK(written(text, add_copy_text) == escaped_plainly(text));
    }
  }
  for (const size_t size : {size_t{32'735}, size_t{32'736}, size_t{32'737}, size_t{200'000}}) {
    const std::string text(size, '\\');
    CHECK(written(text, add_copy_text) == text + text);
    CHECK(written(std::string(size, 'y'), add_copy_text) == std::string(size, 'y'));
  }
  CHECK(written("it's", add_quoted) == "'it''s'");
}

TEST_CASE("bytes become digits with the hash of the whole, however many pieces it takes") {
  for (const size_t size : {0, 1, 5, 16'370, 16'371, 16'372, 32'749, 100'000}) {
    std::string bytes;
    for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 7);
    int64_t hash = 0;
    std::string all;
    OutBuffer out(
        [&](std::string_view piece) {
          all += piece;
          return std::nullopt;
        },
        OutBuffer::socket_bytes);
    hash = add_copy_hex(out, bytes, 9);
    out.flush();
    const std::string canonical = "\\x" + hex(bytes);
    CHECK(all == "\\" + canonical);
    CHECK(hash == TextHash::of(canonical, 9));
  }
}

TEST_CASE("broken texts are repaired by whole broken sequences") {
  CHECK(repaired_text(std::string("a\0b", 3)) == "a\u2400b");
  CHECK(repaired_text("\xff") == "\ufffd");
  CHECK(repaired_text("\xc0\xaf") == "\ufffd\ufffd");
  CHECK(repaired_text("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
  CHECK(repaired_text("\xe2\x82") == "\ufffd");
  CHECK(repaired_text("\xf0\x9f\x98x") == "\ufffdx");
  CHECK(repaired_text("ä€😀") == "ä€😀");
}

std::string canonical(Conversion conversion, const Cell& cell) {
  ColumnPlan column;
  column.conversion = conversion;
  CanonicalText out;
  const Carried carried = make_canonical(column, cell, out);
  return carried == Carried::whole ? std::string(out.text) : "nothing";
}
Cell text_cell(std::string_view text) {
  Cell cell;
  cell.kind = Cell::Kind::text;
  cell.bytes = text;
  return cell;
}

TEST_CASE("texts become values in the server's own form") {
  const auto as = [](Conversion conversion, std::string_view text) {
    return canonical(conversion, text_cell(text));
  };
  CHECK(as(Conversion::numeric, "007.50") == "7.50");
  CHECK(as(Conversion::numeric, "-0.0") == "0.0");
  CHECK(as(Conversion::numeric, "1e3") == "1000");
  CHECK(as(Conversion::numeric, "1.50e-3") == "0.00150");
  CHECK(as(Conversion::numeric, ".5") == "0.5");
  CHECK(as(Conversion::numeric, "12a") == "nothing");
  CHECK(as(Conversion::boolean, "TRUE") == "true");
  CHECK(as(Conversion::boolean, "Yes") == "true");
  CHECK(as(Conversion::boolean, "perhaps") == "nothing");
  CHECK(as(Conversion::uuid, "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11") ==
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  CHECK(as(Conversion::uuid, "not a uuid") == "nothing");
  CHECK(as(Conversion::date_text, "2024-02-30") == "nothing");
  CHECK(as(Conversion::time_text, "10:00") == "10:00:00");
  CHECK(as(Conversion::bigint, "-12") == "-12");
  CHECK(as(Conversion::bigint, "1.5") == "nothing");
}

}  // namespace
}  // namespace fairway::postgres

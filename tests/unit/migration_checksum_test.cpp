#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "shared/migration/checksum.h"
#include "tests/unit/migration_support.h"

namespace fairway {
namespace {

// Of the reference implementation (vectors_sip64): key 00 01 .. 0f, message 00 01 .. (n-1).
constexpr uint64_t vectors[] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
    0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
    0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
    0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
};
constexpr SipHash::Key reference_key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string counting(size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST_CASE("SipHash-2-4 answers the reference vectors, in one piece or many") {
  for (size_t size = 0; size < std::size(vectors); ++size) {
    SipHash whole(reference_key);
    whole.add(counting(size));
    CHECK(whole.end() == vectors[size]);
    SipHash pieces(reference_key);
    for (char byte : counting(size)) pieces.add(std::string_view(&byte, 1));
    CHECK(pieces.end() == vectors[size]);
  }
}

TEST_CASE("SipHash takes words and bytes in any mixture") {
  for (size_t before = 0; before < 9; ++before) {
    SipHash mixed(reference_key);
    mixed.add(counting(before));
    mixed.add_word(0x0807060504030201);
    mixed.add("tail");
    SipHash plain(reference_key);
    plain.add(counting(before) + "\x01\x02\x03\x04\x05\x06\x07\x08tail");
    CHECK(mixed.end() == plain.end());
  }
}

TEST_CASE("the hash of a cell is the hash of its class and its bytes") {
  SipHash by_hand(cell_key);
  by_hand.add(std::string_view("i\x02\0\0\0\0\0\0\0", 9));
  CHECK(hash_of_integer(2) == by_hand.end());
  SipHash real(cell_key);
  real.add(std::string_view("r\0\0\0\0\0\0\xf8\x3f", 9));
  CHECK(hash_of_real(1.5) == real.end());
  SipHash text(cell_key);
  text.add("thello");
  CHECK(hash_of_text("hello") == text.end());
}

TEST_CASE("cells that look alike are told apart") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<uint64_t> hashes = {hash_of_null(),
                                        hash_of_integer(0),
                                        hash_of_real(0.0),
                                        hash_of_real(-0.0),
                                        hash_of_text(""),
                                        hash_of_blob(""),
                                        hash_of_text("0"),
                                        hash_of_blob("0"),
                                        hash_of_text("NULL"),
                                        hash_of_integer(1),
                                        hash_of_real(1.0),
                                        hash_of_real(5e-324),
                                        hash_of_real(infinity),
                                        hash_of_real(-infinity),
                                        hash_of_text(std::string("a\0b", 3)),
                                        hash_of_text("a"),
                                        hash_of_integer(INT64_MAX),
                                        hash_of_integer(INT64_MIN),
                                        hash_of_integer((int64_t{1} << 53) + 1),
                                        hash_of_integer(int64_t{1} << 53)};
  for (size_t i = 0; i < hashes.size(); ++i) {
    for (size_t j = 0; j < i; ++j) CHECK(hashes[i] != hashes[j]);
  }
}

TableSum two_columns() { return {"t", 0, 0, {{"a", "", 0}, {"b", "", 0}}}; }

void add(TableSum& sum, int64_t rowid, int64_t a, int64_t b) {
  RowAdder row(sum);
  row.add_rowid(rowid);
  row.add_cell(hash_of_integer(a));
  row.add_cell(hash_of_integer(b));
  row.end();
}

TEST_CASE("sums do not depend on the order of rows, and find values that changed places") {
  TableSum one = two_columns();
  add(one, 1, 10, 20);
  add(one, 2, 11, 21);
  TableSum other_order = two_columns();
  add(other_order, 2, 11, 21);
  add(other_order, 1, 10, 20);
  CHECK(one == other_order);

  TableSum swapped_in_column = two_columns();
  add(swapped_in_column, 1, 11, 20);
  add(swapped_in_column, 2, 10, 21);
  CHECK(swapped_in_column.columns == one.columns);
  CHECK(swapped_in_column.row_checksum != one.row_checksum);

  TableSum swapped_in_row = two_columns();
  add(swapped_in_row, 1, 20, 10);
  add(swapped_in_row, 2, 11, 21);
  CHECK(swapped_in_row.columns != one.columns);
  CHECK(swapped_in_row.row_checksum != one.row_checksum);

  TableSum other_rowid = two_columns();
  add(other_rowid, 1, 10, 20);
  add(other_rowid, 3, 11, 21);
  CHECK(other_rowid.columns == one.columns);
  CHECK(other_rowid.row_checksum != one.row_checksum);

  TableSum twice = two_columns();
  for (int i = 0; i < 2; ++i) add(twice, 1, 10, 20);
  CHECK(twice.row_checksum != two_columns().row_checksum);
}

}  // namespace
}  // namespace fairway

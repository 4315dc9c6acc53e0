// Checksums that prove that data arrived: the same function in the tab (over SQLite) and at the
// edge (over what the new database answers), so that two sums are equal exactly when the cells are.
//
// A cell is its storage class and its bytes, nothing is rounded, trimmed or recoded:
//   'n'                            NULL
//   'i' + 8 bytes, little endian   INTEGER, two's complement
//   'r' + 8 bytes, little endian   REAL, the bits of the double (so -0.0 is not 0.0)
//   't' + bytes                    TEXT, its UTF-8 bytes as stored, valid or not, NUL included
//   'b' + bytes                    BLOB
// Its hash is SipHash-2-4 of these bytes under cell_key. A column's checksum is the sum of its
// cells' hashes modulo 2^64, so the order in which rows are read does not matter. A row's hash is
// SipHash-2-4 under row_key over the hashes of its cells (each 8 bytes, little endian), preceded by
// the cell hash of its rowid where the table has one that SQL can name; a table's row checksum is
// the sum of them. Columns find a changed value, rows find values that changed places.
//
// SipHash: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012 (test vectors in the
// tests). The keys are public: the sums guard against mistakes and faults, not against somebody who
// writes both sides. Cost: about 15 ns for a number, 1 ns a byte for long texts.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/outcome.h"

namespace fairway {

// SipHash-2-4 over any number of pieces.
class SipHash {
 public:
  struct Key {
    uint64_t first;
    uint64_t second;
  };

  explicit SipHash(Key key)
      : v0_(key.first ^ 0x736f6d6570736575),
        v1_(key.second ^ 0x646f72616e646f6d),
        v2_(key.first ^ 0x6c7967656e657261),
        v3_(key.second ^ 0x7465646279746573) {}

  void add(std::string_view bytes) {
    while (!bytes.empty() && (size_ & 7) != 0) {
      add_byte(static_cast<uint8_t>(bytes.front()));
      bytes.remove_prefix(1);
    }
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
      compress(little_endian(bytes.data()));
      size_ += 8;
    }
    for (char byte : bytes) add_byte(static_cast<uint8_t>(byte));
  }

  void add_byte(uint8_t byte) {
    rest_ |= uint64_t{byte} << (8 * (size_ & 7));
    if ((++size_ & 7) == 0) {
      compress(rest_);
      rest_ = 0;
    }
  }

  // Eight bytes, little endian.
  void add_word(uint64_t word) {
    const unsigned filled = 8 * (size_ & 7);
    size_ += 8;
    if (filled == 0) {
      compress(word);
      return;
    }
    compress(rest_ | (word << filled));
    rest_ = word >> (64 - filled);
  }

  // Ends the hash; the object is used up.
  uint64_t end() {
    compress(rest_ | (size_ << 56));
    v2_ ^= 0xff;
    for (int round = 0; round < 4; ++round) mix();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  static uint64_t little_endian(const char* bytes) {
    static_assert(std::endian::native == std::endian::little);
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    return word;
  }
  void compress(uint64_t word) {
    v3_ ^= word;
    mix();
    mix();
    v0_ ^= word;
  }
  void mix() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  uint64_t v0_, v1_, v2_, v3_;
  uint64_t rest_ = 0;  // the bytes of an unfinished word
  uint64_t size_ = 0;
};

constexpr SipHash::Key cell_key = {0x2d79617772696166, 0x31762d2d6c6c6563};  // "fairway-cell--v1"
constexpr SipHash::Key row_key = {0x2d79617772696166, 0x31762d2d2d776f72};   // "fairway-row---v1"

// The hash of a cell whose text or bytes come in pieces.
class CellHash {
 public:
  explicit CellHash(char storage_class) : hash_(cell_key) {
    hash_.add_byte(static_cast<uint8_t>(storage_class));
  }
  void add(std::string_view bytes) { hash_.add(bytes); }
  uint64_t end() { return hash_.end(); }

 private:
  SipHash hash_;
};

inline uint64_t hash_of_null() { return CellHash('n').end(); }
inline uint64_t hash_of_word(char storage_class, uint64_t word) {
  SipHash hash(cell_key);
  hash.add_byte(static_cast<uint8_t>(storage_class));
  hash.add_word(word);
  return hash.end();
}
inline uint64_t hash_of_integer(int64_t number) {
  return hash_of_word('i', static_cast<uint64_t>(number));
}
inline uint64_t hash_of_real(double number) {
  return hash_of_word('r', std::bit_cast<uint64_t>(number));
}
inline uint64_t hash_of_bytes(char storage_class, std::string_view bytes) {
  CellHash hash(storage_class);
  hash.add(bytes);
  return hash.end();
}
inline uint64_t hash_of_text(std::string_view text) { return hash_of_bytes('t', text); }
inline uint64_t hash_of_blob(std::string_view bytes) { return hash_of_bytes('b', bytes); }

struct ColumnSum {
  std::string name;
  std::string type;  // as declared, "" when the column has no type
  uint64_t checksum = 0;

  bool operator==(const ColumnSum&) const = default;
};

// What both sides say about a table. Generated columns that are not stored are no cells; a proof
// has them all the same, where both sides can compute them (sum_with_computed).
struct TableSum {
  std::string name;
  int64_t rows = 0;
  uint64_t row_checksum = 0;
  std::vector<ColumnSum> columns;

  bool operator==(const TableSum&) const = default;
};

// Adds one row to the sums of its table: begin, one cell for each column in order, end.
class RowAdder {
 public:
  explicit RowAdder(TableSum& table) : table_(table), row_(row_key) {}

  void add_rowid(int64_t rowid) { row_.add_word(hash_of_integer(rowid)); }
  void add_cell(uint64_t hash) {
    table_.columns[column_++].checksum += hash;
    row_.add_word(hash);
  }
  void end() {
    FAIRWAY_ASSERT(column_ == table_.columns.size());
    table_.row_checksum += row_.end();
    ++table_.rows;
  }

 private:
  TableSum& table_;
  SipHash row_;
  size_t column_ = 0;
};

}  // namespace fairway

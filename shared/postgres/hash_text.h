// PostgreSQL's hashtextextended(text COLLATE "C", seed), computed here: both sides of a migration
// sum the same function, there in SQL, here over the text that is sent. Exactly hash_bytes_extended
// of PostgreSQL 11 and later (Bob Jenkins' lookup3 over little-endian words), so that a sum that
// differs means a cell that differs. Guards against mistakes and faults, not against forgery.
// Cost: about 6 ns and 0.5 ns a byte.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fairway::postgres {

// hashtextextended(text COLLATE "C", seed), as the bigint that PostgreSQL answers.
class TextHash {
 public:
  static constexpr size_t block_bytes = 12;

  static int64_t of(std::string_view text, uint64_t seed) {
    return TextHash(text.size(), seed).end(text);
  }

  // For texts that come in pieces: `size` is that of the whole. Whole blocks, then end() with what
  // is left.
  TextHash(size_t size, uint64_t seed)
      : a_(0x9e3779b9U + static_cast<uint32_t>(size) + 3923095U), b_(a_), c_(a_) {
    if (seed == 0) return;
    add(static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(seed), 0);
  }

  void add_blocks(std::string_view blocks) {
    const char* at = blocks.data();
    for (size_t left = blocks.size(); left >= block_bytes; left -= block_bytes, at += block_bytes) {
      add(word(at), word(at + 4), word(at + 8));
    }
  }

  int64_t end(std::string_view text) {
    add_blocks(text);
    const size_t left = text.size() % block_bytes;
    char rest[block_bytes] = {};
    std::memcpy(rest, text.data() + (text.size() - left), left);
    a_ += word(rest);
    b_ += word(rest + 4);
    c_ += word(rest + 8) << 8;  // the lowest byte is left to the length
    finish();
    return value();
  }

  // hashint8extended(number, 0).
  static int64_t of_integer(int64_t number) {
    const auto high = static_cast<uint32_t>(static_cast<uint64_t>(number) >> 32);
    const auto low = static_cast<uint32_t>(number) ^ (number >= 0 ? high : ~high);
    TextHash hash(4, 0);
    hash.a_ += low;
    hash.finish();
    return hash.value();
  }

 private:
  static uint32_t word(const char* bytes) {
    static_assert(std::endian::native == std::endian::little);
    uint32_t word;
    std::memcpy(&word, bytes, 4);
    return word;
  }

  void add(uint32_t first, uint32_t second, uint32_t third) {
    a_ += first;
    b_ += second;
    c_ += third;
    a_ = (a_ - c_) ^ std::rotl(c_, 4);
    c_ += b_;
    b_ = (b_ - a_) ^ std::rotl(a_, 6);
    a_ += c_;
    c_ = (c_ - b_) ^ std::rotl(b_, 8);
    b_ += a_;
    a_ = (a_ - c_) ^ std::rotl(c_, 16);
    c_ += b_;
    b_ = (b_ - a_) ^ std::rotl(a_, 19);
    a_ += c_;
    c_ = (c_ - b_) ^ std::rotl(b_, 4);
    b_ += a_;
  }

  void finish() {
    c_ = (c_ ^ b_) - std::rotl(b_, 14);
    a_ = (a_ ^ c_) - std::rotl(c_, 11);
    b_ = (b_ ^ a_) - std::rotl(a_, 25);
    c_ = (c_ ^ b_) - std::rotl(b_, 16);
    a_ = (a_ ^ c_) - std::rotl(c_, 4);
    b_ = (b_ ^ a_) - std::rotl(a_, 14);
    c_ = (c_ ^ b_) - std::rotl(b_, 24);
  }

  int64_t value() const { return static_cast<int64_t>((uint64_t{b_} << 32) | c_); }

  uint32_t a_, b_, c_;
};

// A sum of hashes as PostgreSQL's sum(bigint) gives it: exact, so wider than 64 bits.
class HashSum {
 public:
  void add(int64_t hash) {
    const uint64_t before = low_;
    low_ += static_cast<uint64_t>(hash);
    high_ += (hash < 0 ? -1 : 0) + (low_ < before ? 1 : 0);
  }
  // Decimal digits, as the server prints the numeric.
  std::string text() const;

  bool operator==(const HashSum&) const = default;

 private:
  uint64_t low_ = 0;
  int64_t high_ = 0;
};

}  // namespace fairway::postgres

#include "shared/postgres/copy_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "shared/postgres/hash_text.h"

namespace fairway::postgres {
namespace {

constexpr size_t piece_bytes = OutBuffer::room_max / 2;  // each byte may need two

using Bytes16 = uint8_t __attribute__((vector_size(16)));
using Words2 = uint64_t __attribute__((vector_size(16)));

Bytes16 load(const char* bytes) {
  Bytes16 block;
  std::memcpy(&block, bytes, sizeof block);
  return block;
}

// Which bytes of a block have to be escaped; all ones where so.
struct CopyMarks {
  static Bytes16 in(Bytes16 block) {
    return std::bit_cast<Bytes16>((block - 8 < 6) | (block == '\\'));
  }
  static char* escape(char* out, char byte) {
    constexpr std::string_view letters = "btnvfr";
    *out++ = '\\';
    *out++ = byte == '\\' ? byte : letters[static_cast<size_t>(byte - 8)];
    return out;
  }
};

struct QuoteMarks {
  static Bytes16 in(Bytes16 block) { return std::bit_cast<Bytes16>(block == '\''); }
  static char* escape(char* out, char byte) {
    *out++ = byte;
    *out++ = byte;
    return out;
  }
};

// How many bytes of the block stand before the first mark; 16 when there is none.
size_t clean_bytes(Bytes16 marks) {
  const auto words = std::bit_cast<Words2>(marks);
  if ((words[0] | words[1]) == 0) return 16;
  if (words[0] != 0) return static_cast<size_t>(std::countr_zero(words[0])) / 8;
  return 8 + static_cast<size_t>(std::countr_zero(words[1])) / 8;
}

// `out` has room for twice as many bytes and a block.
template <typename Marks>
char* escape(char* out, std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (end - at >= 16) {
    const Bytes16 block = load(at);
    const size_t clean = clean_bytes(Marks::in(block));
    std::memcpy(out, &block, sizeof block);
    out += clean;
    at += clean;
    if (clean < 16) out = Marks::escape(out, *at++);
  }
  char rest[16] = {};
  while (at != end) {
    const auto left = static_cast<size_t>(end - at);
    std::memcpy(rest, at, left);
    const size_t clean = std::min(left, clean_bytes(Marks::in(load(rest))));
    std::memcpy(out, rest, sizeof rest);
    out += clean;
    at += clean;
    if (at != end) out = Marks::escape(out, *at++);
  }
  return out;
}

template <typename Marks>
void add_escaped(OutBuffer& out, std::string_view text) {
  while (true) {
    const std::string_view piece = text.substr(0, piece_bytes - 32);
    out.end_at(escape<Marks>(out.room(2 * piece.size() + 32), piece));
    if (piece.size() == text.size()) return;
    text.remove_prefix(piece.size());
  }
}

constexpr auto hex_pairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  constexpr std::string_view digits = "0123456789abcdef";
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = {digits[i / 16], digits[i % 16]};
  return pairs;
}();

char* write_hex(char* out, std::string_view bytes) {
  for (const char byte : bytes) {
    std::memcpy(out, hex_pairs[static_cast<uint8_t>(byte)].data(), 2);
    out += 2;
  }
  return out;
}

// Digits in pieces whose ends, counted from the backslash of "\x", are multiples of the hash's
// blocks.
int64_t add_hex(OutBuffer& out, std::string_view bytes, uint64_t seed) {
  constexpr size_t blocks = piece_bytes / TextHash::block_bytes - 1;
  constexpr size_t first_piece = (blocks * TextHash::block_bytes - 2) / 2;
  constexpr size_t next_piece = blocks * TextHash::block_bytes / 2;
  TextHash hash(2 * bytes.size() + 2, seed);
  char* at = out.room(piece_bytes);
  char* end = at;
  *end++ = '\\';
  *end++ = 'x';
  for (size_t piece = first_piece; bytes.size() > piece; piece = next_piece) {
    end = write_hex(end, bytes.substr(0, piece));
    bytes.remove_prefix(piece);
    hash.add_blocks({at, static_cast<size_t>(end - at)});
    out.end_at(end);
    at = out.room(piece_bytes);
    end = at;
  }
  end = write_hex(end, bytes);
  out.end_at(end);
  return hash.end({at, static_cast<size_t>(end - at)});
}

}  // namespace

OutBuffer::OutBuffer(Write write, size_t capacity)
    : write_(std::move(write)),
      capacity_(capacity),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity)) {}

void OutBuffer::flush() {
  if (size_ > 0 && !failure_) failure_ = write_({buffer_.get(), size_});
  flushed_ += static_cast<int64_t>(size_);
  size_ = 0;
}

void OutBuffer::add(std::string_view text) {
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, room_max);
    char* const out = room(piece.size());
    std::memcpy(out, piece.data(), piece.size());
    end_at(out + piece.size());
    text.remove_prefix(piece.size());
  }
}

void add_copy_text(OutBuffer& out, std::string_view text) { add_escaped<CopyMarks>(out, text); }

int64_t add_copy_hex(OutBuffer& out, std::string_view bytes, uint64_t seed) {
  out.add('\\');
  return add_hex(out, bytes, seed);
}

void add_quoted(OutBuffer& out, std::string_view text) {
  out.add('\'');
  add_escaped<QuoteMarks>(out, text);
  out.add('\'');
}

int64_t add_quoted_hex(OutBuffer& out, std::string_view bytes, uint64_t seed) {
  out.add('\'');
  const int64_t hash = add_hex(out, bytes, seed);
  out.add('\'');
  return hash;
}

}  // namespace fairway::postgres

// Text on its way out: a buffer of fixed size in front of whoever takes the bytes, and the two
// notations of a value, as a field of COPY's text format and as a quoted SQL literal.
//
// Scanning and escaping take sixteen bytes at a time, in the same code on every machine (clang's
// vector types become SSE2, NEON or wasm SIMD). Values of any size pass in pieces: memory stays at
// the buffer's size.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "shared/base/outcome.h"

namespace fairway::postgres {

// Takes bytes; a failure ends the writing.
using Write = std::function<std::optional<Failure>(std::string_view bytes)>;

class OutBuffer {
 public:
  static constexpr size_t room_max = 64 << 10;
  static constexpr size_t file_bytes = 1 << 20;
  // A socket takes less at once; what it has taken is worked on while the next piece is made.
  static constexpr size_t socket_bytes = 2 * room_max;

  OutBuffer(Write write, size_t capacity);

  // Where up to `size` (at most room_max) bytes can be written; end_at tells how many were.
  char* room(size_t size) {
    if (capacity_ - size_ < size) flush();
    return buffer_.get() + size_;
  }
  void end_at(const char* end) { size_ = static_cast<size_t>(end - buffer_.get()); }

  void add(std::string_view text);
  void add(char byte) {
    char* const out = room(1);
    *out = byte;
    ++size_;
  }
  void flush();
  // The first failure of `write`; after it bytes are dropped.
  const std::optional<Failure>& failure() const { return failure_; }
  int64_t written() const { return flushed_ + static_cast<int64_t>(size_); }

 private:
  Write write_;
  size_t capacity_;
  std::unique_ptr<char[]> buffer_;
  size_t size_ = 0;
  int64_t flushed_ = 0;
  std::optional<Failure> failure_;
};

// A field of COPY: backslash, tab, LF, CR, VT, FF and BS behind a backslash. NULL is \N.
void add_copy_text(OutBuffer& out, std::string_view text);
// bytea as hex digits; answers the hash of its canonical text "\x...".
int64_t add_copy_hex(OutBuffer& out, std::string_view bytes, uint64_t seed);

// 'text' with quotes doubled, for standard_conforming_strings = on.
void add_quoted(OutBuffer& out, std::string_view text);
int64_t add_quoted_hex(OutBuffer& out, std::string_view bytes, uint64_t seed);

}  // namespace fairway::postgres

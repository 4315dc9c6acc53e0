// BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), computed in place: for deterministic names
// and for the asset hashes of Cloudflare Pages. Not for secrets or proofs: those go through the
// Crypto port. The official portable C implementation does the work.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace fairway {

// Takes any number of pieces; memory stays under 2 KB whatever their size.
class Blake3 {
 public:
  Blake3();
  ~Blake3();
  Blake3(const Blake3&) = delete;
  Blake3& operator=(const Blake3&) = delete;

  void add(std::string_view bytes);
  // The first `size` bytes of the digest; may be asked in the middle and again.
  std::string digest(size_t size = 32) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The first `length` hex digits of BLAKE3 over `text`.
std::string blake3_hex(std::string_view text, size_t length);

}  // namespace fairway

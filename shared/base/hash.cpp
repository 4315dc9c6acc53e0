#include "shared/base/hash.h"

#include <blake3.h>

#include "shared/base/text.h"

namespace fairway {

struct Blake3::State {
  blake3_hasher hasher;
};

Blake3::Blake3() : state_(std::make_unique<State>()) { blake3_hasher_init(&state_->hasher); }
Blake3::~Blake3() = default;

void Blake3::add(std::string_view bytes) {
  blake3_hasher_update(&state_->hasher, bytes.data(), bytes.size());
}

std::string Blake3::digest(size_t size) const {
  std::string bytes(size, '\0');
  blake3_hasher_finalize(&state_->hasher, reinterpret_cast<uint8_t*>(bytes.data()), size);
  return bytes;
}

std::string blake3_hex(std::string_view text, size_t length) {
  Blake3 hash;
  hash.add(text);
  return hex(hash.digest((length + 1) / 2)).substr(0, length);
}

}  // namespace fairway

#include "shared/migration/memory_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace fairway {
namespace {

constexpr std::array<char, MemoryFile::chunk_bytes> zeros{};

size_t chunk_of(int64_t offset) { return static_cast<size_t>(offset / MemoryFile::chunk_bytes); }

}  // namespace

SharedBytes share(std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const std::string_view view = *owner;
  return {std::move(owner), view};
}

MemoryFile::MemoryFile(SharedBytes base)
    : base_(std::move(base)),
      base_size_(static_cast<int64_t>(base_.bytes.size())),
      size_(base_size_) {}

std::string_view MemoryFile::piece(int64_t offset) const {
  const size_t index = chunk_of(offset);
  const int64_t start = static_cast<int64_t>(index) * chunk_bytes;
  const auto skipped = static_cast<size_t>(offset - start);
  const auto held = static_cast<size_t>(std::min(chunk_bytes, size_ - start));
  if (index < chunks_.size() && chunks_[index]) {
    return std::string_view(chunks_[index].get(), held).substr(skipped);
  }
  if (offset < base_size_) {
    const int64_t count = std::min(static_cast<int64_t>(held - skipped), base_size_ - offset);
    return base_.bytes.substr(static_cast<size_t>(offset), static_cast<size_t>(count));
  }
  return std::string_view(zeros.data(), held).substr(skipped);
}

int64_t MemoryFile::read_into(int64_t offset, char* bytes, int64_t size) const {
  const int64_t end = std::min(offset + size, size_);
  int64_t position = offset;
  while (position < end) {
    const std::string_view held = piece(position).substr(0, static_cast<size_t>(end - position));
    std::memcpy(bytes + (position - offset), held.data(), held.size());
    position += static_cast<int64_t>(held.size());
  }
  return std::max<int64_t>(position - offset, 0);
}

std::string MemoryFile::read(int64_t offset, int64_t size) const {
  std::string bytes(static_cast<size_t>(std::clamp<int64_t>(size_ - offset, 0, size)), '\0');
  read_into(offset, bytes.data(), static_cast<int64_t>(bytes.size()));
  return bytes;
}

char* MemoryFile::own_chunk(size_t index) {
  if (index >= chunks_.size()) chunks_.resize(index + 1);
  auto& chunk = chunks_[index];
  if (chunk) return chunk.get();
  std::unique_ptr<char[]> made(new (std::nothrow) char[chunk_bytes]);
  if (!made) return nullptr;
  const int64_t start = static_cast<int64_t>(index) * chunk_bytes;
  const int64_t copied = read_into(start, made.get(), chunk_bytes);
  std::memset(made.get() + copied, 0, static_cast<size_t>(chunk_bytes - copied));
  chunk = std::move(made);
  return chunk.get();
}

bool MemoryFile::write(int64_t offset, std::string_view bytes) {
  if (offset < 0 || offset + static_cast<int64_t>(bytes.size()) > size_max) return false;
  while (!bytes.empty()) {
    const size_t index = chunk_of(offset);
    char* chunk = own_chunk(index);
    if (chunk == nullptr) return false;
    const int64_t skipped = offset - static_cast<int64_t>(index) * chunk_bytes;
    const auto count = static_cast<size_t>(
        std::min<int64_t>(chunk_bytes - skipped, static_cast<int64_t>(bytes.size())));
    std::memcpy(chunk + skipped, bytes.data(), count);
    bytes.remove_prefix(count);
    offset += static_cast<int64_t>(count);
    size_ = std::max(size_, offset);
  }
  return true;
}

void MemoryFile::truncate(int64_t size) {
  if (size >= size_) return;
  const size_t kept = static_cast<size_t>((size + chunk_bytes - 1) / chunk_bytes);
  chunks_.resize(std::min(chunks_.size(), kept));
  // What is cut off reads as zeros if the file grows again.
  const int64_t left = size % chunk_bytes;
  if (left != 0 && chunks_.size() == kept && chunks_.back()) {
    std::memset(chunks_.back().get() + left, 0, static_cast<size_t>(chunk_bytes - left));
  }
  base_size_ = std::min(base_size_, size);
  size_ = size;
}

}  // namespace fairway

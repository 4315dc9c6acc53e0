// A file in memory that starts as a view of bytes it does not copy: chunks are copied when they are
// written. For: reading an untrusted database image without touching it, and making the image that
// is uploaded. Not for sharing between threads.
//
// Memory beside the base: the chunks that were written, 256 KiB each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fairway {

// Bytes, and what keeps them where they are: a string, or the mapping of a file.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};
SharedBytes share(std::string bytes);

class MemoryFile {
 public:
  static constexpr int64_t chunk_bytes = 256 << 10;
  static constexpr int64_t size_max = int64_t{1} << 40;

  MemoryFile() = default;
  explicit MemoryFile(SharedBytes base);
  MemoryFile(MemoryFile&&) = default;
  MemoryFile& operator=(MemoryFile&&) = default;

  int64_t size() const { return size_; }

  // At most `size` bytes from `offset`; fewer at the end of the file.
  std::string read(int64_t offset, int64_t size) const;
  // The same into memory of the caller; answers how many bytes there were.
  int64_t read_into(int64_t offset, char* bytes, int64_t size) const;

  // False when there is no memory left or the file would grow over size_max; then nothing is
  // written beyond what was.
  bool write(int64_t offset, std::string_view bytes);
  // Only makes the file smaller.
  void truncate(int64_t size);

 private:
  // Readable bytes from `offset`, at least one, at most to the end of its chunk; zeros where
  // nothing was ever written.
  std::string_view piece(int64_t offset) const;
  char* own_chunk(size_t index);

  SharedBytes base_;
  std::vector<std::unique_ptr<char[]>> chunks_;  // null: as in the base
  int64_t base_size_ = 0;                        // how much of the base is still part of the file
  int64_t size_ = 0;
};

}  // namespace fairway

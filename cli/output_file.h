// A file that is there wholly or not at all: written under another name beside it, brought to disk,
// and renamed at the end. Or standard output, which has no such care.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "shared/base/outcome.h"

namespace fairway::cli {

class OutputFile {
 public:
  // "" and "-" are standard output. Fails with fix_input `file_not_writable`.
  static Outcome<OutputFile> open(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  // Removes what was written unless it was kept.
  ~OutputFile();

  std::optional<Failure> write(std::string_view bytes);
  // Lets the machine bring what was written to disk meanwhile: keep() then waits for little.
  void begin_to_keep() const;
  // Where it is written meanwhile, for those who write by name; "" for a device or standard output.
  const std::string& temporary() const { return temporary_; }
  // Makes it the file. Nothing is written afterwards.
  std::optional<Failure> keep();

 private:
  OutputFile(int descriptor, std::string path, std::string temporary);

  int descriptor_;
  std::string path_;
  std::string temporary_;  // "" for standard output, and once it was kept
};

// Writes to a file on a thread of its own, while the next bytes are made. Memory: two pieces.
class WriteBehind {
 public:
  explicit WriteBehind(OutputFile& file);
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  ~WriteBehind() { end(); }

  // Takes a copy and answers the first failure so far.
  std::optional<Failure> write(std::string_view bytes);
  // Waits until all is written; nothing is written afterwards.
  std::optional<Failure> end();

 private:
  void write_all();

  OutputFile& file_;
  std::mutex mutex_;  // of what stands below
  std::condition_variable changed_;
  std::string waiting_;  // "" when the thread may be given the next piece
  bool ended_ = false;
  std::optional<Failure> failure_;
  std::thread thread_;
};

}  // namespace fairway::cli

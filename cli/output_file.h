// A file that is there wholly or not at all: written under another name beside it, brought to disk,
// and renamed at the end. Or standard output, which has no such care.
#pragma once

#include <string>
#include <string_view>

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

}  // namespace fairway::cli

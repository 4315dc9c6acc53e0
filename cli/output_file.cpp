#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shared/base/text.h"

namespace fairway::cli {
namespace {

Failure not_writable(std::string_view path) {
  return fix_input("file_not_writable",
                   cat({"The file ", path.empty() ? "on standard output" : path,
                        " cannot be written: ", std::strerror(errno), "."}),
                   "You: choose another place, or make room there.");
}

}  // namespace

OutputFile::OutputFile(int descriptor, std::string path, std::string temporary)
    : descriptor_(descriptor), path_(std::move(path)), temporary_(std::move(temporary)) {}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, "")) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && descriptor_ != STDOUT_FILENO) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Outcome<OutputFile> OutputFile::open(const std::string& path) {
  if (path.empty() || path == "-") return OutputFile(STDOUT_FILENO, "", "");
  // A device or a pipe takes the bytes as they come.
  struct stat there = {};
  if (stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return not_writable(path);
    return OutputFile(descriptor, path, "");
  }
  if (S_ISDIR(there.st_mode)) errno = EISDIR;
  std::string temporary = cat({path, ".XXXXXX"});
  const int descriptor = S_ISDIR(there.st_mode) ? -1 : mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return not_writable(path);
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666 & ~mask);
  return OutputFile(descriptor, path, std::move(temporary));
}

std::optional<Failure> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return not_writable(path_);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return std::nullopt;
}

std::optional<Failure> OutputFile::keep() {
  if (temporary_.empty()) return std::nullopt;
  if (fsync(descriptor_) != 0) return not_writable(path_);
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return not_writable(path_);
  temporary_.clear();
  return std::nullopt;
}

void OutputFile::begin_to_keep() const {
  if (!temporary_.empty()) sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
}

WriteBehind::WriteBehind(OutputFile& file) : file_(file), thread_([this] { write_all(); }) {}

std::optional<Failure> WriteBehind::write(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty(); });
  if (failure_) return failure_;
  waiting_ = bytes;
  changed_.notify_all();
  return std::nullopt;
}

std::optional<Failure> WriteBehind::end() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  return failure_;
}

void WriteBehind::write_all() {
  constexpr size_t bytes_between_syncs = 16 << 20;
  std::string piece;
  size_t written = 0;
  for (std::unique_lock lock(mutex_);;) {
    changed_.wait(lock, [&] { return !waiting_.empty() || ended_; });
    if (waiting_.empty()) return;
    piece.clear();
    piece.swap(waiting_);
    changed_.notify_all();
    lock.unlock();
    auto failure = file_.write(piece);
    written += piece.size();
    if (written >= bytes_between_syncs) {
      file_.begin_to_keep();
      written = 0;
    }
    lock.lock();
    if (failure && !failure_) failure_ = std::move(failure);
  }
}

}  // namespace fairway::cli

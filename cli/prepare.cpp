#include "cli/prepare.h"

#include <sys/stat.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <thread>

#include "cli/output_file.h"
#include "cli/terminal.h"
#include "shared/base/text.h"
#include "shared/postgres/write_rows.h"

namespace fairway::cli {
namespace {

constexpr size_t file_bytes_max = 256 << 20;

bool is_there(const std::string& path) {
  struct stat found = {};
  return stat(path.c_str(), &found) == 0;
}

Outcome<std::vector<postgres::Choice>> choices_in(const std::string& path) {
  auto text = read_file(path, "plan");
  if (!text.ok()) return text.failure();
  auto json = parse_json(*text);
  if (!json.ok()) {
    return fix_input("invalid_plan", cat({"The plan ", path, " is not JSON."}),
                     "You: correct it, or remove it to have a new one written.");
  }
  return postgres::read_choices(*json);
}

std::optional<Failure> keep_plan(const std::string& path, const postgres::Plan& plan) {
  auto file = OutputFile::open(path);
  if (!file.ok()) return file.failure();
  const Json json = plan;
  const std::string text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  if (auto failure = file->write(text)) return failure;
  return file->keep();
}

class CheckAside {
 public:
  CheckAside(const SharedBytes& bytes, const PreviewLimits& limits)
      : thread_([this, bytes, limits] {
          failure_ = why_damaged(bytes, limits);
          *is_damaged_ = failure_.has_value();
        }) {}
  CheckAside(const CheckAside&) = delete;
  CheckAside& operator=(const CheckAside&) = delete;
  ~CheckAside() { end(); }

  // True once damage was found: what is read is of no use.
  std::shared_ptr<const std::atomic<bool>> is_damaged() const { return is_damaged_; }
  // Waits for its end.
  const std::optional<Failure>& end() {
    if (thread_.joinable()) thread_.join();
    return failure_;
  }

 private:
  std::shared_ptr<std::atomic<bool>> is_damaged_ = std::make_shared<std::atomic<bool>>(false);
  std::optional<Failure> failure_;
  std::thread thread_;
};

}  // namespace

Outcome<std::string> read_file(const std::string& path, std::string_view what) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  std::string text;
  if (file != nullptr) {
    char piece[65'536];
    for (size_t size = 1; size > 0 && text.size() < file_bytes_max;) {
      size = std::fread(piece, 1, sizeof piece, file);
      text.append(piece, size);
    }
    const bool whole = std::ferror(file) == 0;
    std::fclose(file);
    if (whole) return text;
  }
  return fix_input("file_not_readable", cat({"The ", what, " ", path, " cannot be read."}),
                   "You: check the path and its permissions.");
}

Outcome<Opened> open_database(const std::string& path, ForeignParts foreign_parts,
                              const Read& read) {
  auto source = open_source_file(path);
  if (!source.ok()) return source.failure();
  PreviewLimits limits;
  limits.bytes_max = MemoryFile::size_max;
  limits.foreign_parts = foreign_parts;
  limits.tables_min = 0;
  CheckAside check(source->bytes, limits);
  limits.integrity = Integrity::checked_aside;
  limits.stop = check.is_damaged();
  auto preview = open_preview(source->bytes, limits);
  const auto failure = preview.ok() ? read(*preview) : preview.failure();
  if (check.end()) return *check.end();
  if (failure) return *failure;
  return Opened{std::move(*source), std::move(*preview)};
}

Outcome<Planned> open_planned(const Arguments& arguments, const std::string& path) {
  std::vector<postgres::Choice> choices;
  const bool has_choices = arguments.plan && is_there(*arguments.plan);
  if (has_choices) {
    auto read = choices_in(*arguments.plan);
    if (!read.ok()) return read.failure();
    choices = std::move(*read);
  }
  std::optional<DatabaseProfile> profile;
  auto opened =
      open_database(path, ForeignParts::leave_out, [&](Preview& preview) -> std::optional<Failure> {
        auto read = profile_preview(preview);
        if (!read.ok()) return read.failure();
        profile = std::move(*read);
        return std::nullopt;
      });
  if (!opened.ok()) return opened.failure();
  auto plan = postgres::plan_preview(opened->preview, *profile, choices);
  if (!plan.ok()) return plan.failure();
  if (arguments.plan && !has_choices) {
    if (auto failure = keep_plan(*arguments.plan, *plan)) return *failure;
  }
  return Planned{std::move(opened->source), std::move(opened->preview), std::move(*profile),
                 std::move(*plan), std::move(choices)};
}

}  // namespace fairway::cli

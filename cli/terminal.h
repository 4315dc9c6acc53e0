// What people see: failures, a progress line for long work, colours on terminals only. Results go
// to standard output, everything else to standard error.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cli/arguments.h"
#include "shared/base/json.h"

namespace fairway::cli {

enum class Colour { plain, bold, red, yellow, green, dim };
// Wrapped in a colour where standard output is a terminal (and NO_COLOR is not set).
std::string coloured(Colour colour, std::string_view text);
// Control characters become '?', so that a name in a file cannot steer the terminal.
std::string visible(std::string_view text);

void print(std::string_view text);
void print_json(const Json& json);

// Says what stopped, why, who must act and how; as {"failure": ...} where `json` is on. Answers the
// exit code that the failure stands for.
Exit report_failure(const Failure& failure, Switch json);

// True after Ctrl-C or SIGTERM; `watch_for_cancel` is called once, early.
void watch_for_cancel();
bool cancelled();
Failure cancelled_failure();
// Something to call from the signal handler too (a request to the server to stop); null: nothing.
// `cancel` must be safe in a signal handler.
void on_cancel(void (*cancel)(void*), void* context);

// "items  1,200,000 of 3,000,000 rows   612,000 rows/s   4 s left", rewritten in place. Shows
// itself only on a terminal and only for work that takes longer than a second.
class ProgressLine {
 public:
  explicit ProgressLine(int64_t rows_total);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(std::string_view doing, int64_t rows_done);
  void end();

 private:
  using Clock = std::chrono::steady_clock;
  int64_t rows_total_;
  Clock::time_point start_;
  Clock::time_point shown_;
  bool terminal_;
  bool visible_ = false;
};

}  // namespace fairway::cli

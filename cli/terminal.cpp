#include "cli/terminal.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "shared/base/text.h"
#include "shared/base/time.h"

namespace fairway::cli {
namespace {

std::atomic<bool> cancel_flag = false;
std::atomic<void (*)(void*)> cancel_call = nullptr;
std::atomic<void*> cancel_context = nullptr;

void note_cancel(int) {
  cancel_flag = true;
  if (auto* call = cancel_call.load()) call(cancel_context.load());
}

bool colours_on(int descriptor) {
  return isatty(descriptor) == 1 && std::getenv("NO_COLOR") == nullptr;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::bold:
      return "\033[1m";
    case Colour::red:
      return "\033[31m";
    case Colour::yellow:
      return "\033[33m";
    case Colour::green:
      return "\033[32m";
    case Colour::dim:
      return "\033[2m";
    default:
      return "";
  }
}

Exit exit_of(const Failure& failure) {
  if (failure.code == "usage" || failure.code == "invalid_plan") return Exit::usage;
  if (failure.code == "unknown_choice") return Exit::usage;
  if (failure.code.starts_with("file_") && failure.code != "file_changed") return Exit::usage;
  if (failure.code == "data_differs") return Exit::differs;
  const bool refused =
      failure.reaction == Reaction::fix_input || failure.reaction == Reaction::ask_permission;
  return refused ? Exit::refused : Exit::broken;
}

}  // namespace

std::string coloured(Colour colour, std::string_view text) {
  if (!colours_on(STDOUT_FILENO) || colour == Colour::plain) return std::string(text);
  return cat({code_of(colour), text, "\033[0m"});
}

std::string visible(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return shown;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_json(const Json& json) {
  print(to_text(json));
  print("\n");
}

Exit report_failure(const Failure& failure, Switch json) {
  if (json == Switch::on) print_json({{"failure", failure}});
  const bool colours = colours_on(STDERR_FILENO);
  std::fprintf(stderr, "%sfairway: %s%s\n", colours ? "\033[31m" : "",
               visible(failure.message).c_str(), colours ? "\033[0m" : "");
  if (!failure.hint.empty()) std::fprintf(stderr, "%s\n", visible(failure.hint).c_str());
  return exit_of(failure);
}

void watch_for_cancel() {
  struct sigaction action = {};
  action.sa_handler = note_cancel;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

bool cancelled() { return cancel_flag; }

Failure cancelled_failure() {
  return retry_later("cancelled", "Stopped, as you asked. Nothing was kept.");
}

void on_cancel(void (*cancel)(void*), void* context) {
  cancel_call = nullptr;
  cancel_context = context;
  cancel_call = cancel;
}

ProgressLine::ProgressLine(int64_t rows_total)
    : rows_total_(rows_total),
      start_(Clock::now()),
      shown_(start_ + std::chrono::milliseconds(900)),
      terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { end(); }

void ProgressLine::show(std::string_view doing, int64_t rows_done) {
  const auto now = Clock::now();
  if (!terminal_ || now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  visible_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(rows_done) / std::max(seconds, 0.001);
  const int64_t left = std::max<int64_t>(rows_total_ - rows_done, 0);
  const auto left_ms =
      static_cast<int64_t>(1'000 * static_cast<double>(left) / std::max(rate, 1.0));
  std::string line =
      cat({visible(doing), "  ", grouped(rows_done), " of ", grouped(rows_total_), " rows   ",
           grouped(static_cast<int64_t>(rate)), " rows/s   ", span_text(left_ms), " left"});
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

void ProgressLine::end() {
  if (visible_) std::fprintf(stderr, "\r\033[K");
  visible_ = false;
}

}  // namespace fairway::cli

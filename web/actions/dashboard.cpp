#include "web/actions/dashboard.h"

#include <algorithm>
#include <utility>

namespace fairway {

void Running::start_once(std::string_view key, Task<Done> task) {
  if (has(key)) return;
  entries_.push_back({std::string(key), std::move(task), false});
  entries_.back().task.start(loop_);
}

void Running::restart(std::string_view key, Task<Done> task) {
  stop(key);
  entries_.push_back({std::string(key), std::move(task), false});
  entries_.back().task.start(loop_);
}

void Running::stop(std::string_view key) {
  for (Entry& entry : entries_) {
    if (entry.key == key) entry.stopped = true;
  }
}

bool Running::has(std::string_view key) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.key == key && !entry.stopped && !entry.task.ended();
  });
}

void Running::sweep() {
  std::erase_if(entries_, [](const Entry& entry) { return entry.stopped || entry.task.ended(); });
}

void run_tasks(Dashboard& dashboard) {
  do {
    dashboard.running.sweep();
  } while (dashboard.loop.turn());
  dashboard.running.sweep();
}

bool leaving_loses_work(const Dashboard& dashboard) {
  const auto& uploads = dashboard.state.uploads;
  return std::any_of(uploads.begin(), uploads.end(),
                     [](const auto& upload) { return upload.second.active(); });
}

}  // namespace fairway

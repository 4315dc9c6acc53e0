// The dashboard as its actions see it, and the tasks that are under way.
//
// An action is a coroutine that asks the outside and writes State; a view starts it by a click.
// Each task on its way has a key: starting one under a taken key replaces it (`restart`) or does
// nothing
// (`start_once`), so double clicks and impatient people cost nothing. Actions put every failure
// into State; their own outcome is never looked at. The Dashboard outlives all its tasks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/base/task.h"
#include "shared/host/host.h"
#include "web/actions/browser.h"
#include "web/state/state.h"

namespace fairway {

class Running {
 public:
  explicit Running(Loop& loop) : loop_(loop) {}

  void start_once(std::string_view key, Task<Done> task);
  // The task under this key is dropped, which cancels what it waits for.
  void restart(std::string_view key, Task<Done> task);
  void stop(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;
  // Frees what ended or was stopped. Never from within a task.
  void sweep();

 private:
  struct Entry {
    std::string key;
    Task<Done> task;
    bool stopped = false;
  };

  Loop& loop_;
  std::vector<Entry> entries_;
};

struct Dashboard {
  Loop& loop;
  Host& host;
  Browser& browser;
  State& state;
  Running running;

  Dashboard(Loop& loop_, Host& host_, Browser& browser_, State& state_)
      : loop(loop_), host(host_), browser(browser_), state(state_), running(loop_) {}
};

// Lets all tasks go on that can, then frees the ended ones. The shell calls it after every answer
// of the outside and every frame in which something was pressed.
void run_tasks(Dashboard& dashboard);

// True while a task that must not be forgotten is under way (an upload): the shell lets the browser
// ask the person before the tab is closed.
bool leaving_loses_work(const Dashboard& dashboard);

}  // namespace fairway

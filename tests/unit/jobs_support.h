// What the tests of jobs share: a host with the tables of jobs, and a list of effects outside.
#pragma once

#include <algorithm>

#include "tests/unit/host_support.h"

namespace fairway::test {

// What workflows have done to the world outside, in order; a crash does not take it back.
inline std::vector<std::string>& effects() {
  static std::vector<std::string> list;
  return list;
}

struct JobLab : TestHost {
  JobLab() {
    create_job_tables(database);
    effects().clear();
  }
  // Runs every due job, as the edge's alarm does.
  void pump(const Workflows& workflows) {
    world.start(run_due_jobs(host, workflows));
    while (!world.is_idle() && world.turn()) {
    }
  }
};

}  // namespace fairway::test

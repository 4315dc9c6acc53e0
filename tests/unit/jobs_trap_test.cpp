// Jobs whose turn traps: counted, kept apart from their neighbours, and told when it is enough.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/jobs/jobs.h"
#include "tests/unit/jobs_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

int64_t count_of(std::string_view what) {
  return std::count(effects().begin(), effects().end(), what);
}

// World's trap: whoever sends this brings the machine down, and takes the turn back.
Task<Done> trap(Host& host) {
  HttpRequest request;
  request.url = "https://trap.test/";
  co_await host.http.send(std::move(request));
  co_return Done{};
}

Task<Done> poison(Host& host, Journal& journal, Json) {
  effects().push_back(journal.is_stuck() ? "gave up" : "tried");
  if (!journal.is_stuck()) co_await trap(host);
  co_return Done{};
}

Task<Done> pause(Host& host, int64_t span_ms) {
  co_await host.clock.sleep_ms(span_ms);
  co_return Done{};
}

// The first step traps until it was tried three times; the second one always does.
Task<Done> two_steps(Host& host, Journal& journal, Json) {
  effects().push_back(journal.is_stuck() ? "gave up" : "tried");
  if (journal.is_stuck()) co_return Done{};
  co_await step(journal, "one", count_of("tried") < 4 ? trap(host) : pause(host, 1));
  co_await step(journal, "two", trap(host));
  co_return Done{};
}

// Gets a little further in each run, but never to an end.
Task<Done> creeping(Host& host, Journal& journal, Json) {
  effects().push_back(journal.is_stuck() ? "gave up" : "tried");
  if (count_of("tried") == 20) co_return Done{};
  mark_progress(journal);
  co_await host.clock.sleep_ms(1);
  co_await trap(host);
  co_return Done{};
}

Task<Done> good(Host& host, Journal& journal, Json) {
  co_await host.clock.sleep_ms(10);
  effects().push_back(journal.job_id);
  if (journal.fruitless_runs > 2) effects().push_back("taken along again");
  co_return Done{};
}

const Workflows workflows = {
    {"poison", &poison}, {"two_steps", &two_steps}, {"creeping", &creeping}, {"good", &good}};

// The edge's alarms, until no job is left.
void run_to_the_end(JobLab& lab) {
  lab.world.trap_on = "https://trap.test/";
  for (int alarms = 0; alarms < 100; ++alarms) {
    auto due_ms = next_due_at_ms(lab.database);
    if (!due_ms) return;
    lab.world.now = std::max(lab.world.now, *due_ms);
    lab.pump(workflows);
  }
  FAIL("the jobs never end");
}

TEST_CASE("A workflow is told when five runs in a row came to nothing") {
  JobLab lab;
  add_job(lab.host, "job", "poison", {});
  run_to_the_end(lab);
  CHECK(count_of("tried") == fruitless_runs_max);
  CHECK(count_of("gave up") == 1);
  CHECK(find_job(lab.database, "job")->ended_at_ms > 0);
}

TEST_CASE("A finished step starts the count anew, and so does progress within one") {
  JobLab lab;
  add_job(lab.host, "job", "two_steps", {});
  run_to_the_end(lab);
  CHECK(count_of("tried") == 4 + fruitless_runs_max);
  CHECK(count_of("gave up") == 1);

  JobLab other;
  add_job(other.host, "job", "creeping", {});
  run_to_the_end(other);
  CHECK(count_of("tried") == 20);
  CHECK(count_of("gave up") == 0);
}

TEST_CASE("Neighbours of a job that traps are taken along once, and then come to their end") {
  JobLab lab;
  for (std::string_view id : {"a", "c"}) add_job(lab.host, std::string(id), "good", {});
  add_job(lab.host, "b", "poison", {});
  run_to_the_end(lab);
  CHECK(count_of("a") == 1);
  CHECK(count_of("c") == 1);
  CHECK(count_of("taken along again") == 0);
  CHECK(count_of("tried") == fruitless_runs_max);
}

}  // namespace

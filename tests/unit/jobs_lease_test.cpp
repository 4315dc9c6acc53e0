// Claims, leases, cancelling and pauses: one job has one runner, and every job has an end.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/jobs/jobs.h"
#include "tests/unit/jobs_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

Task<Done> instant(Host&, Journal& journal, Json) {
  effects().push_back(journal.job_id);
  co_return Done{};
}

// Works for a minute; leaves a trace each second.
Task<Done> slow(Host& host, Journal& journal, Json) {
  if (journal.cancelled) {
    effects().push_back("undone");
    co_return Done{};
  }
  for (int second = 0; second < 60; ++second) {
    effects().push_back(journal.job_id);
    co_await host.clock.sleep_ms(second_ms);
  }
  effects().push_back("done");
  co_return Done{};
}

Task<Done> busy(Host&, Journal& journal, Json) {
  effects().push_back(journal.cancelled ? "cancelled" : "busy");
  if (journal.cancelled) co_return Done{};
  co_return retry_later("busy", "The provider is busy.");
}

Task<Done> wrong(Host&, Journal&, Json) {
  effects().push_back("wrong");
  co_return report_bug("wrong", "Nobody foresaw this.");
}

const Workflows workflows = {
    {"instant", &instant}, {"slow", &slow}, {"busy", &busy}, {"wrong", &wrong}};

int64_t count_of(std::string_view what) {
  return std::count(effects().begin(), effects().end(), what);
}

TEST_CASE("A job is claimed once, the oldest first, and not before it is due") {
  JobLab lab;
  add_job(lab.host, "b", "instant", {});
  lab.world.now += 10;
  add_job(lab.host, "a", "instant", {});
  auto first = claim_job(lab.host, "r1");
  REQUIRE(first.has_value());
  CHECK(first->id == "b");
  CHECK(first->attempts == 1);
  CHECK(claim_job(lab.host, "r2")->id == "a");
  CHECK(!claim_job(lab.host, "r1").has_value());
  end_job(lab.host, "a");
  reschedule_job(lab.host, *first);
  CHECK(!claim_job(lab.host, "r3").has_value());
  lab.world.now = *next_due_at_ms(lab.database);
  CHECK(claim_job(lab.host, "r3")->attempts == 2);
}

TEST_CASE("Adding a job twice keeps the first") {
  JobLab lab;
  add_job(lab.host, "job", "instant", {{"n", 1}});
  add_job(lab.host, "job", "wrong", {{"n", 2}});
  CHECK(find_job(lab.database, "job")->kind == "instant");
  CHECK(find_job(lab.database, "job")->input == Json{{"n", 1}});
  lab.pump(workflows);
  add_job(lab.host, "job", "instant", {});
  lab.pump(workflows);
  CHECK(count_of("job") == 1);
  CHECK(!find_job(lab.database, "nobody").has_value());
}

TEST_CASE("A lease that is renewed holds; one that ran out belongs to the next") {
  JobLab lab;
  add_job(lab.host, "job", "slow", {});
  claim_job(lab.host, "r1");
  CHECK(*next_due_at_ms(lab.database) == lab.world.now + lease_ms);
  lab.world.now += lease_ms - 1;
  CHECK(!claim_job(lab.host, "r2").has_value());
  CHECK(renew_lease(lab.host, "job", "r1"));
  lab.world.now += lease_ms - 1;
  CHECK(!claim_job(lab.host, "r2").has_value());
  lab.world.now += 1;
  CHECK(claim_job(lab.host, "r2").has_value());
  CHECK(!renew_lease(lab.host, "job", "r1"));
  CHECK(renew_lease(lab.host, "job", "r2"));
  end_job(lab.host, "job");
  CHECK(!renew_lease(lab.host, "job", "r2"));
}

TEST_CASE("Ending leases makes the jobs of a dead runner due at once, and only those") {
  JobLab lab;
  add_job(lab.host, "running", "slow", {});
  claim_job(lab.host, "dead");
  add_job(lab.host, "later", "busy", {});
  reschedule_job(lab.host, *claim_job(lab.host, "dead"));
  end_leases(lab.database);
  CHECK(claim_job(lab.host, "next")->id == "running");
  CHECK(!claim_job(lab.host, "next").has_value());
}

TEST_CASE("Two pumps at once: every job is run by one of them") {
  JobLab lab;
  for (int64_t i = 0; i < 20; ++i) add_job(lab.host, cat({"job", decimal(i)}), "instant", {});
  add_job(lab.host, "long", "slow", {});
  lab.world.start(run_due_jobs(lab.host, workflows));
  lab.world.start(run_due_jobs(lab.host, workflows));
  while (!lab.world.is_idle() && lab.world.turn()) {
  }
  for (int64_t i = 0; i < 20; ++i) CHECK(count_of(cat({"job", decimal(i)})) == 1);
  CHECK(count_of("long") == 60);
  CHECK(count_of("done") == 1);
}

TEST_CASE("A long job keeps its lease by itself") {
  JobLab lab;
  add_job(lab.host, "job", "slow", {});
  lab.world.start(run_due_jobs(lab.host, workflows));
  int64_t ends_at_ms = lab.world.now + 59 * second_ms;
  while (lab.world.now < ends_at_ms) {
    REQUIRE(lab.world.turn());
    CHECK(!claim_job(lab.host, "thief").has_value());
  }
}

TEST_CASE("A runner that lost its lease stops, writes no end, and the thief's run goes on") {
  JobLab lab;
  add_job(lab.host, "job", "slow", {});
  lab.world.start(run_due_jobs(lab.host, workflows));
  for (int i = 0; i < 20; ++i) lab.world.turn();
  end_leases(lab.database);
  REQUIRE(claim_job(lab.host, "thief").has_value());
  int64_t seconds_before = count_of("job");
  for (int i = 0; i < 200 && !lab.world.is_idle(); ++i) {
    lab.world.turn();
    renew_lease(lab.host, "job", "thief");
  }
  CHECK(lab.world.is_idle());
  CHECK(count_of("job") - seconds_before <= 11);
  CHECK(find_job(lab.database, "job")->ended_at_ms == 0);
  CHECK(renew_lease(lab.host, "job", "thief"));
}

TEST_CASE("Only retry_later puts a job back; its pauses grow to a minute") {
  JobLab lab;
  add_job(lab.host, "busy", "busy", {});
  add_job(lab.host, "wrong", "wrong", {});
  const std::vector<int64_t> pauses_ms = {2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000};
  for (int64_t pause_ms : pauses_ms) {
    lab.pump(workflows);
    auto due = next_due_at_ms(lab.database);
    REQUIRE(due.has_value());
    CHECK(*due - lab.world.now == pause_ms);
    lab.world.now = *due;
  }
  CHECK(count_of("busy") == int64_t(pauses_ms.size()));
  CHECK(count_of("wrong") == 1);
  CHECK(find_job(lab.database, "wrong")->ended_at_ms > 0);
}

TEST_CASE("Cancelling stops a running job within a second or so and lets it undo") {
  JobLab lab;
  add_job(lab.host, "job", "slow", {});
  lab.world.start(run_due_jobs(lab.host, workflows));
  for (int i = 0; i < 20; ++i) lab.world.turn();
  int64_t asked_at_ms = lab.world.now;
  request_cancel(lab.host, "job");
  request_cancel(lab.host, "job");
  while (!lab.world.is_idle() && lab.world.turn()) {
  }
  CHECK(count_of("undone") == 1);
  CHECK(count_of("done") == 0);
  int64_t ended_at_ms = find_job(lab.database, "job")->ended_at_ms;
  CHECK(ended_at_ms >= asked_at_ms);
  CHECK(ended_at_ms - asked_at_ms <= 2 * heartbeat_ms);
}

TEST_CASE("Cancelling a job that waits makes it due now; it starts with the word cancelled") {
  JobLab lab;
  add_job(lab.host, "job", "busy", {});
  lab.pump(workflows);
  CHECK(*next_due_at_ms(lab.database) > lab.world.now);
  request_cancel(lab.host, "job");
  CHECK(*next_due_at_ms(lab.database) <= lab.world.now);
  lab.pump(workflows);
  CHECK(join(effects(), " ") == "busy cancelled");
  CHECK(!next_due_at_ms(lab.database).has_value());
}

TEST_CASE("Cancelling what has ended or never was changes nothing") {
  JobLab lab;
  add_job(lab.host, "job", "instant", {});
  lab.pump(workflows);
  request_cancel(lab.host, "job");
  request_cancel(lab.host, "nobody");
  CHECK(!is_cancel_requested(lab.database, "job"));
  CHECK(!is_cancel_requested(lab.database, "nobody"));
  lab.pump(workflows);
  CHECK(effects().size() == 1);
}

TEST_CASE("A job that is added while others run is run by the same pump, one after them") {
  JobLab lab;
  add_job(lab.host, "long", "slow", {});
  lab.world.start(run_due_jobs(lab.host, workflows));
  for (int i = 0; i < 20; ++i) lab.world.turn();
  add_job(lab.host, "late", "instant", {});
  while (!lab.world.is_idle() && lab.world.turn()) {
  }
  CHECK(count_of("late") == 1);
}

}  // namespace

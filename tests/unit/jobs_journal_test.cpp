// The journal: a workflow that dies after any of its turns is carried on, and what it had finished
// is not done again.
#include <doctest/doctest.h>

#include "shared/base/text.h"
#include "shared/jobs/jobs.h"
#include "tests/unit/jobs_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

// An effect at a provider that needs two turns; it may be seen twice, never not at all.
Task<int64_t> effect(Host& host, std::string name, int64_t result) {
  co_await host.clock.sleep_ms(5);
  effects().push_back(name);
  co_return result;
}

Task<Done> three_steps(Host& host, Journal& journal, Json input) {
  auto first = co_await step(journal, "first", effect(host, "first", input.at("from")));
  auto second = co_await step(journal, "second", effect(host, "second", first + 1));
  co_await step(journal, "third", effect(host, "third", second * 10));
  co_return Done{};
}

constexpr Workflow failing = [](Host&, Journal&, Json) -> Task<Done> {
  co_return fix_input("no", "No.");
};

const Workflows workflows = {{"three", &three_steps}, {"failing", failing}};

// The results of the journal in the order of the steps.
std::string journal_text(Database& database, const std::string& id) {
  std::string text;
  for (const auto& record : steps_of(database, id)) {
    text += cat({record.name, record.ended_at_ms > 0 ? "=" : "?", to_text(record.result), " "});
  }
  return text;
}

TEST_CASE("A workflow runs through and its journal keeps what each step gave") {
  JobLab lab;
  add_job(lab.host, "job", "three", {{"from", 4}});
  lab.pump(workflows);
  CHECK(join(effects(), " ") == "first second third");
  CHECK(journal_text(lab.database, "job") == "first=4 second=5 third=50 ");
  CHECK(find_job(lab.database, "job")->ended_at_ms > 0);
  CHECK(!next_due_at_ms(lab.database).has_value());
  lab.pump(workflows);
  CHECK(effects().size() == 3);
}

TEST_CASE(
    "Killed after each of its turns, a workflow ends, and a finished step is never repeated") {
  for (int64_t turns = 1; turns < 400; ++turns) {
    JobLab lab;
    add_job(lab.host, "job", "three", {{"from", 4}});
    lab.world.start(run_due_jobs(lab.host, workflows));
    for (int64_t i = 0; i < turns && !lab.world.is_idle(); ++i) lab.world.turn();
    bool had_ended = lab.world.is_idle();
    std::string before = journal_text(lab.database, "job");
    lab.world.crash();
    auto finished = std::count(before.begin(), before.end(), '=');
    size_t effects_before = effects().size();
    end_leases(lab.database);
    lab.pump(workflows);
    CHECK(journal_text(lab.database, "job") == "first=4 second=5 third=50 ");
    CHECK(find_job(lab.database, "job")->ended_at_ms > 0);
    CHECK(int64_t(effects().size() - effects_before) == 3 - finished);
    CHECK(effects().size() <= 4);  // at most the step under way is done twice
    if (had_ended) return;
  }
  FAIL("the workflow never ended");
}

TEST_CASE("Killed inside of each of its turns: what the turn wrote is gone, and the job ends") {
  for (int64_t turns = 1; turns < 400; ++turns) {
    JobLab lab;
    add_job(lab.host, "job", "three", {{"from", 4}});
    lab.world.start(run_due_jobs(lab.host, workflows));
    for (int64_t i = 1; i < turns && !lab.world.is_idle(); ++i) lab.world.turn();
    bool had_ended = lab.world.is_idle();
    lab.database.run("SAVEPOINT doomed");
    lab.world.turn();
    lab.database.run("ROLLBACK TO doomed");
    lab.database.run("RELEASE doomed");
    lab.world.crash();
    end_leases(lab.database);
    lab.pump(workflows);
    CHECK(journal_text(lab.database, "job") == "first=4 second=5 third=50 ");
    CHECK(find_job(lab.database, "job")->ended_at_ms > 0);
    CHECK(effects().size() <= 4);
    if (had_ended) return;
  }
  FAIL("the workflow never ended");
}

TEST_CASE("A saved step is not even begun: its task is dropped unstarted") {
  JobLab lab;
  add_job(lab.host, "job", "three", {{"from", 4}});
  Journal journal{lab.host, "job"};
  journal_detail::begin_step(journal, "first");
  CHECK(!journal_detail::saved_result(journal, "first").has_value());
  journal_detail::end_step(journal, "first", 70);
  CHECK(*journal_detail::saved_result(journal, "first") == Json(70));
  auto again = lab.run(step(journal, "first", effect(lab.host, "first", 1)));
  CHECK(*again == 70);
  CHECK(effects().empty());
}

TEST_CASE("A step that fails leaves no result, and its failure is the workflow's") {
  JobLab lab;
  Journal journal{lab.host, "job"};
  auto refused = [](Host&) -> Task<int64_t> { co_return fix_input("no", "No."); };
  CHECK(code_of(lab.run(step(journal, "one", refused(lab.host)))) == "no");
  CHECK(journal_text(lab.database, "job") == "one?null ");
  CHECK(*lab.run(step(journal, "one", effect(lab.host, "one", 3))) == 3);
  CHECK(journal_text(lab.database, "job") == "one=3 ");
}

TEST_CASE("Two jobs have two journals, logs and notes") {
  JobLab lab;
  Journal one{lab.host, "one"}, other{lab.host, "other"};
  REQUIRE(lab.run(step(one, "same", effect(lab.host, "a", 1))).ok());
  REQUIRE(lab.run(step(other, "same", effect(lab.host, "b", 2))).ok());
  CHECK(journal_text(lab.database, "one") == "same=1 ");
  CHECK(journal_text(lab.database, "other") == "same=2 ");
  write_note(one, "cursor", {{"row", 5}});
  write_note(one, "cursor", {{"row", 6}});
  CHECK(read_note(lab.database, "one", "cursor") == Json{{"row", 6}});
  CHECK(read_note(lab.database, "other", "cursor").is_null());
  write_log(one, "same", LogLevel::info, "first");
  write_log(other, "same", LogLevel::warn, "elsewhere");
  write_log(one, "", LogLevel::error, "it's \"second\"; DROP TABLE jobs");
  auto lines = log_of(lab.database, "one");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == "first");
  CHECK(lines[1].level == LogLevel::error);
  CHECK(lines[1].text == "it's \"second\"; DROP TABLE jobs");
}

}  // namespace

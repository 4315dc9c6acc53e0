// Tasks: failures walk up, dropping cancels, and everything happens in the queue's order.
#include <doctest/doctest.h>

#include "shared/base/task.h"
#include "shared/base/text.h"
#include "tests/unit/dies_support.h"

namespace {

using namespace fairway;

// What has happened, in order.
std::vector<std::string>& events() {
  static std::vector<std::string> list;
  return list;
}

std::string told() { return join(events(), " "); }

// Leaves a word when its frame goes away.
struct Witness {
  explicit Witness(std::string of) : name(std::move(of)) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { events().push_back("~" + name); }
  std::string name;
};

// A door that a task waits at until the test opens it.
class Door final : public Waiting {
 public:
  void await_resume() {}
  bool has_guest = false;

 protected:
  void suspended() override { has_guest = true; }
};

Task<int> value(int number) { co_return number; }
Task<int> failing(std::string code) { co_return fix_input(std::move(code), "No."); }

Task<int> named(std::string name, Door* door) {
  Witness witness(name);
  events().push_back(name);
  if (door != nullptr) co_await *door;
  events().push_back(name + "!");
  co_return int(name.size());
}

Task<Done> at(Door* door) {
  Witness witness("limit");
  co_await *door;
  co_return Done{};
}

struct Lab {
  Lab() { events().clear(); }
  Loop loop;

  template <typename T>
  Outcome<T> run(Task<T> task) {
    task.start(loop);
    loop.run();
    REQUIRE(task.ended());
    return task.take();
  }
};

TEST_CASE("A task does nothing until it is started, and nothing at once") {
  Lab lab;
  {
    auto never = named("never", nullptr);
  }
  auto task = named("a", nullptr);
  task.start(lab.loop);
  CHECK(told() == "");
  lab.loop.run();
  CHECK(told() == "a a! ~a");
  CHECK(*task.take() == 1);
}

Task<int> sum_of_two() {
  int one = co_await value(1);
  int two = co_await value(2);
  co_return one + two;
}

Task<int> walks_through() {
  Witness witness("outer");
  int one = co_await failing("inner");
  events().push_back("not reached");
  co_return one;
}

Task<std::string> keeps() {
  auto outcome = co_await outcome_of(walks_through());
  co_return outcome.ok() ? "ok" : outcome.failure().code;
}

TEST_CASE("Values come back; a failure ends every task above it, until one asks for the outcome") {
  Lab lab;
  CHECK(*lab.run(sum_of_two()) == 3);
  auto failed = lab.run(walks_through());
  REQUIRE(!failed.ok());
  CHECK(failed.failure().code == "inner");
  CHECK(told() == "~outer");
  CHECK(*lab.run(keeps()) == "inner");
  CHECK(told() == "~outer ~outer");
}

Task<int> deep(int depth) {
  if (depth == 0) co_return 0;
  int below = co_await deep(depth - 1);
  co_return below + 1;
}
Task<int> deep_failure(int depth) {
  if (depth == 0) co_return report_bug("bottom", "");
  co_return co_await deep_failure(depth - 1);
}
Task<int> many_awaits(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await value(1);
  co_return sum;
}

TEST_CASE("Stacks stay flat: deep chains and long loops end, with values and with failures") {
  Lab lab;
  CHECK(*lab.run(deep(2'000)) == 2'000);
  CHECK(lab.run(deep_failure(2'000)).failure().code == "bottom");
  CHECK(*lab.run(many_awaits(200'000)) == 200'000);
}

Task<std::string> all_of(std::vector<Door>* doors) {
  std::vector<Task<int>> tasks;
  tasks.push_back(named("a", &doors->at(0)));
  tasks.push_back(failing("no"));
  tasks.push_back(named("ccc", &doors->at(1)));
  std::string text;
  for (auto& outcome : co_await outcomes_of(std::move(tasks))) {
    text += outcome.ok() ? decimal(*outcome) : outcome.failure().code;
    text += " ";
  }
  co_return text;
}

TEST_CASE("Several at once: all are waited for, and come in the order of the tasks") {
  Lab lab;
  std::vector<Door> doors(2);
  auto task = all_of(&doors);
  task.start(lab.loop);
  lab.loop.run();
  CHECK(told() == "a ccc");
  doors[1].wake();
  lab.loop.run();
  CHECK(!task.ended());
  doors[0].wake();
  lab.loop.run();
  REQUIRE(task.ended());
  CHECK(*task.take() == "1 no 3 ");
}

Task<int> none() {
  std::vector<Task<int>> tasks;
  auto outcomes = co_await outcomes_of(std::move(tasks));
  co_return int(outcomes.size());
}

TEST_CASE("None at once is done at once") {
  Lab lab;
  CHECK(*lab.run(none()) == 0);
}

Task<std::string> race(Door* door, Door* limit) {
  auto first = co_await first_of(named("task", door), at(limit));
  events().push_back("decided");
  if (!first) co_return std::string("limit");
  co_return first->ok() ? std::string("task") : first->failure().code;
}

TEST_CASE("The first of two drops the other where it stands, however it came to its end") {
  for (int winner : {0, 1}) {
    Lab lab;
    std::vector<Door> doors(2);
    auto task = race(&doors[0], &doors[1]);
    task.start(lab.loop);
    lab.loop.run();
    REQUIRE(doors[0].has_guest);
    REQUIRE(doors[1].has_guest);
    doors[size_t(winner)].wake();
    lab.loop.run();
    REQUIRE(task.ended());
    CHECK(*task.take() == (winner == 0 ? "task" : "limit"));
    CHECK(told() ==
          (winner == 0 ? "task task! ~task ~limit decided" : "task ~limit ~task decided"));
  }
}

TEST_CASE("Both of two in one turn: the task counts") {
  Lab lab;
  std::vector<Door> doors(2);
  auto task = race(&doors[0], &doors[1]);
  task.start(lab.loop);
  lab.loop.run();
  doors[1].wake();
  doors[0].wake();
  lab.loop.run();
  CHECK(*task.take() == "task");
}

Task<std::string> race_with_failure(Door* limit) {
  auto first = co_await first_of(failing("lost"), at(limit));
  co_return first->failure().code;
}

TEST_CASE("A failure wins a race as a value does") {
  Lab lab;
  Door limit;
  CHECK(*lab.run(race_with_failure(&limit)) == "lost");
}

Task<int> outer(Door* door) {
  Witness witness("outer");
  co_return co_await named("inner", door);
}

TEST_CASE("Dropping a task takes everything with it that it waits for, and it leaves the queue") {
  Lab lab;
  Door door;
  {
    auto task = outer(&door);
    task.start(lab.loop);
    lab.loop.run();
    CHECK(told() == "inner");
  }
  CHECK(told() == "inner ~inner ~outer");
  events().clear();
  {
    auto task = outer(&door);
    task.start(lab.loop);
    lab.loop.run();
    door.wake();  // queued, and dropped before its turn
  }
  CHECK(!lab.loop.turn());
  CHECK(told() == "inner ~inner ~outer");
}

TEST_CASE("Waking twice is waking once; the queue keeps the order of waking") {
  Lab lab;
  std::vector<Door> doors(3);
  std::vector<Task<int>> tasks;
  for (size_t i = 0; i < 3; ++i) {
    tasks.push_back(named(decimal(int64_t(i)), &doors[i]));
    tasks.back().start(lab.loop);
  }
  lab.loop.run();
  events().clear();
  for (size_t i : {2, 0, 2, 1, 0}) doors[i].wake();
  lab.loop.run();
  CHECK(told() == "2! ~2 0! ~0 1! ~1");
}

TEST_CASE("A loop that ends before its tasks leaves them be") {
  events().clear();
  Door door;
  {
    auto task = named("a", &door);
    {
      Loop loop;
      task.start(loop);
      loop.run();
      door.wake();
    }
    CHECK(told() == "a");
  }
  CHECK(told() == "a ~a");
}

TEST_CASE("Outcomes: a value or a failure, never both") {
  Outcome<std::string> good = std::string("x");
  Outcome<std::string> bad = ask_permission("sign_in", "m", "h");
  CHECK(good.ok());
  CHECK(good->size() == 1);
  CHECK(!bad);
  CHECK(bad.failure() == Failure{Reaction::ask_permission, "sign_in", "m", "h"});
}

#if FAIRWAY_CAN_SPLIT
TEST_CASE("Asking an outcome for what it does not have ends the program") {
  Outcome<int> good = 1;
  Outcome<int> bad = report_bug("x", "");
  CHECK(test::dies([&] { (void)bad.value(); }));
  CHECK(test::dies([&] { (void)good.failure(); }));
  CHECK(test::dies([] { (void)value(1).take(); }));
  CHECK(!test::dies([&] { (void)good.value(); }));
}
#endif

}  // namespace

// A Host for tests of one module: World's clock, network, blobs and dice, real SQLite, the real
// algorithms of cryptography, and a provider whose answers the test writes down.
#pragma once

#include <deque>

#include "tests/unit/crypto_support.h"
#include "tests/world/world.h"

namespace fairway::test {

// Answers whatever is asked: by `reply` where the test has set it, else with the next of `answers`;
// 501 once those are used up.
class Script final : public Provider {
 public:
  struct Received {
    HttpRequest request;
    std::string body;
  };

  bool owns(std::string_view) const override { return true; }
  HttpResponse answer(const HttpRequest& request, const std::string& bytes) override;

  // Every request that arrived, in its order.
  std::vector<Received> received;
  std::deque<HttpResponse> answers;
  std::function<HttpResponse(const Received&)> reply;
};

HttpResponse answer_of(int status, std::string body);

// What the sandbox would be given: every setting that Fairway needs, with recognisable tokens.
Settings working_settings();

struct TestHost {
  TestHost() : world(7, database, {}) { world.providers.push_back(&script); }

  Settings settings = working_settings();
  SqliteDatabase database;
  World world;
  Script script;
  PlainCrypto crypto;
  Host host{world, database, world, world, world, crypto, settings};

  // Starts the task and lets the world go on until it has ended. A task that waits for what never
  // comes ends the program.
  template <typename T>
  Outcome<T> run(Task<T> task) {
    std::optional<Outcome<T>> outcome;
    world.start(keep(std::move(task), &outcome));
    while (!outcome && world.turn()) {
    }
    FAIRWAY_ASSERT(outcome.has_value());
    while (!world.is_idle() && world.turn()) {
    }
    return std::move(*outcome);
  }

 private:
  template <typename T>
  static Task<Done> keep(Task<T> task, std::optional<Outcome<T>>* kept) {
    auto outcome = co_await outcome_of(std::move(task));
    kept->emplace(std::move(outcome));
    co_return Done{};
  }
};

// The code of the failure, "" where there is a value: for one-line checks.
template <typename T>
std::string code_of(const Outcome<T>& outcome) {
  return outcome.ok() ? "" : outcome.failure().code;
}

// The whole file under tests/data.
std::string test_data(std::string_view path);

}  // namespace fairway::test

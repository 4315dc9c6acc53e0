// World: the Host simulated from one seed. Virtual time jumps from event to event; the network
// delays, refuses, loses answers; machines crash between and inside of turns; providers are models
// that keep state and have the quirks of the real ones. The same seed gives the same world on every
// platform, byte for byte.
//
// What survives a crash: the account's SQLite (a turn is whole or gone), the blobs, the providers,
// and requests that are already on their way. What does not: every coroutine.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "shared/jobs/jobs.h"
#include "tests/world/sqlite_database.h"

namespace fairway::test {

// xorshift64*: small, and the same everywhere.
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull + 0xD1B54A32D192ED03ull) {}
  uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Dull;
  }
  int64_t below(int64_t limit) { return int64_t(next() >> 11) % limit; }
  bool percent(int64_t percentage) { return below(100) < percentage; }

 private:
  uint64_t state_;
};

// How badly a world behaves, each in percent of requests or turns.
struct Faults {
  int64_t refuse = 0;          // the connection breaks before the request arrives
  int64_t lose_answer = 0;     // the request has its effect, the answer is lost
  int64_t busy = 0;            // 429, 500 or 503 without an effect
  int64_t late_error = 0;      // 500 after the effect
  int64_t slow = 0;            // up to 30 s on the way
  int64_t crash_permille = 0;  // of turns
};

// A provider's model: answers at the moment when the request arrives. `bytes` is the whole body,
// blobs included.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual bool owns(std::string_view url) const = 0;
  virtual HttpResponse answer(const HttpRequest& request, const std::string& bytes) = 0;
};

class World final : public Http, public Blobs, public Clock, public Random, public Crypto {
 public:
  World(uint64_t seed, SqliteDatabase& database, Settings settings);
  ~World();

  Chance chance;
  Faults faults;
  int64_t now = 1'700'000'000'000;
  std::vector<Provider*> providers;
  std::map<std::string, std::string> blobs;
  std::string* trace = nullptr;  // when set, a line for every request and crash
  // Called when a request arrives, before its provider answers: for the checkers.
  std::function<void(const HttpRequest&)> on_arrival;
  // Fail the n-th request once (lose its answer), or all from the n-th on; 0: never.
  int64_t fail_request = 0;
  int64_t fail_requests_from = 0;
  int64_t requests = 0;
  int64_t crashes = 0;
  // A machine that never lives for a whole step gets nowhere, in any world: then it holds.
  int64_t crashes_max = 16;
  // A turn that sends "METHOD url" with this text in it traps, every time; "": none does.
  std::string trap_on;
  int64_t traps = 0;

  Host host() { return {*this, database_, *this, *this, *this, *this, settings_}; }

  // --- A machine: one loop and its tasks ---

  // Starts a task on the machine; it is dropped when the machine crashes.
  void start(Task<Done> task);
  // One step of the world: a turn of the loop, or the next event. False when nothing is left to do.
  bool turn();
  bool is_idle() const { return tasks_.empty(); }
  // The machine dies: its tasks are gone; what is on its way may still arrive.
  void crash();
  // Lets time pass without anything else happening before it.
  void at(int64_t at_ms, std::function<void()> event);

  // --- The ports ---

  Task<HttpResponse> send(HttpRequest request) override;
  Task<Done> write(std::string key, std::string bytes) override;
  Task<std::string> read(std::string key, int64_t offset, int64_t size) override;
  Task<int64_t> size(std::string key) override;
  Task<Done> remove(std::string key) override;
  int64_t now_ms() override { return now; }
  Task<Done> sleep_ms(int64_t span_ms) override;
  std::string bytes(size_t size) override;
  Task<std::string> sha256(std::string bytes) override;
  Task<std::string> hmac_sha256(std::string key, std::string bytes) override;
  Task<std::string> seal(std::string key, std::string nonce, std::string additional_data,
                         std::string plaintext) override;
  Task<std::string> open(std::string key, std::string nonce, std::string additional_data,
                         std::string sealed) override;
  Task<Verdict> es256_verify(P256PublicKey key, std::string signature, std::string bytes) override;

 private:
  class Pause;
  class Flight;
  struct Request {
    HttpRequest request;
    Flight* waiting = nullptr;  // null once nobody waits
    bool is_lost = false;
    HttpResponse response = {};  // once it is on its way back
  };

  // What happens at a time, in the order of time and then of `made`. `id` tells the request, the
  // place in pauses_, or the key in others_.
  struct Event {
    enum class Kind { arrival, answer, time_limit, wake, other };
    int64_t at_ms = 0;
    int64_t made = 0;
    Kind kind = Kind::other;
    int64_t id = 0;
    bool operator<(const Event& other) const {  // the heap has its largest first
      return at_ms != other.at_ms ? at_ms > other.at_ms : made > other.made;
    }
  };

  void expect(int64_t at_ms, Event::Kind kind, int64_t id);
  void happen(const Event& event);
  void wake(size_t place);
  void arrive(int64_t id);
  void answer(int64_t id);
  void finish(int64_t id, std::optional<HttpResponse> response);
  bool traps_at(const HttpRequest& request) const;
  std::string body_of(const HttpRequest& request) const;
  bool run_doomed_turn();
  bool run_trapping_turn();
  void collect_ended();
  void note(std::string_view what, std::string_view detail);

  SqliteDatabase& database_;
  Settings settings_;
  std::unique_ptr<Loop> loop_;
  std::vector<Task<Done>> tasks_;
  std::vector<Event> events_;  // a heap
  int64_t events_made_ = 0;
  std::map<int64_t, Request> flights_;
  std::vector<Pause*> pauses_;  // null: dropped meanwhile, or free
  std::vector<size_t> free_pauses_;
  std::map<int64_t, std::function<void()>> others_;
  bool is_doomed_ = false;  // the turn under way will never have happened
  bool is_trapped_ = false;
};

}  // namespace fairway::test

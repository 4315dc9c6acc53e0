// The edge worker's side of the border: exports that JavaScript enters by, imports that it answers.
// One instance serves one run at a time; worker/instance.mjs is the other side.
#include <cstdlib>
#include <cstring>

#include "shared/host/wall.h"
#include "shared/jobs/jobs.h"
#include "worker/edge_database.h"
#include "worker/meter_runs.h"
#include "worker/runs.h"

#define FAIRWAY_IMPORT(name) extern "C" __attribute__((import_module("host"), import_name(#name)))
#define FAIRWAY_EXPORT(name) extern "C" __attribute__((export_name(#name)))

FAIRWAY_IMPORT(ask) void host_ask(uint32_t call, const char* frame, size_t size);
FAIRWAY_IMPORT(abandon) void host_abandon(uint32_t call);
FAIRWAY_IMPORT(finish) void host_finish(const char* frame, size_t size);
FAIRWAY_IMPORT(query) char* host_query(const char* question, size_t size);
FAIRWAY_IMPORT(now_ms) double host_now_ms();
FAIRWAY_IMPORT(random) void host_random(char* room, size_t size);

namespace {

using namespace fairway;

class EdgeRandom final : public Random {
 public:
  std::string bytes(size_t size) override {
    std::string bytes(size, '\0');
    host_random(bytes.data(), size);
    return bytes;
  }
};

int64_t now_ms() { return int64_t(host_now_ms()); }

// Everything that one instance is.
struct Edge {
  Settings settings;
  Loop loop;
  Wall wall{{.ask = host_ask, .abandon = host_abandon, .now_ms = now_ms}};
  worker::EdgeDatabase database{host_query};
  EdgeRandom random;
  Host host{wall, database, wall, wall, random, wall, settings};
  std::optional<Task<Frame>> run;
  worker::MeterRuns meter{host};
};

Edge& edge() {
  static Edge edge;
  return edge;
}

// Memory for JavaScript, which releases it.
char* allocated(size_t size) {
  auto* room = static_cast<char*>(std::malloc(size));
  FAIRWAY_ASSERT(room != nullptr);
  return room;
}

// Bytes for JavaScript, behind their length and a word.
char* given(uint32_t word, std::string_view bytes) {
  char* room = allocated(8 + bytes.size());
  auto size = uint32_t(bytes.size());
  std::memcpy(room, &size, 4);
  std::memcpy(room + 4, &word, 4);
  std::memcpy(room + 8, bytes.data(), bytes.size());
  return room;
}

// A frame that JavaScript laid into memory of ours.
Frame take_frame(char* bytes, size_t size) {
  Frame frame = decode_frame({bytes, size});
  std::free(bytes);
  return frame;
}

// Goes on as far as it can; the run's end leaves nothing of it behind.
void settle() {
  Edge& here = edge();
  here.loop.run();
  if (!here.run || !here.run->ended()) return;
  auto outcome = here.run->take();
  here.run.reset();
  FAIRWAY_ASSERT(outcome.ok());
  std::string frame = encode_frame(outcome->control, outcome->bytes);
  host_finish(frame.data(), frame.size());
}

}  // namespace

FAIRWAY_EXPORT(allocate) char* allocate(size_t size) { return allocated(size); }

FAIRWAY_EXPORT(release) void release(char* room) { std::free(room); }

FAIRWAY_EXPORT(configure) void configure(char* bytes, size_t size) {
  Frame frame = take_frame(bytes, size);
  for (const auto& [name, value] : frame.control.items()) {
    FAIRWAY_ASSERT(set(edge().settings, name, value.get<std::string>()));
  }
}

FAIRWAY_EXPORT(start) void start(char* bytes, size_t size) {
  FAIRWAY_ASSERT(!edge().run);
  Frame frame = take_frame(bytes, size);
  edge().run = worker::run_named(edge().host, std::move(frame.control), std::move(frame.bytes));
  edge().run->start(edge().loop);
  settle();
}

FAIRWAY_EXPORT(answer) void answer(uint32_t call, char* bytes, size_t size) {
  edge().wall.answer(call, {bytes, size});
  std::free(bytes);
  settle();
}

// One question of a Meter object (worker/meter_runs.h), inside a turn of it.
FAIRWAY_EXPORT(ask_meter) char* ask_meter(char* bytes, size_t size) {
  Frame question = take_frame(bytes, size);
  Frame answer = edge().meter.answer(question.control, std::move(question.bytes));
  return given(0, encode_frame(answer.control, answer.bytes));
}

// A stream's next bytes; gives what the caller gets of them, and 1 when the provider has said all.
FAIRWAY_EXPORT(feed_meter) char* feed_meter(uint32_t number, char* bytes, size_t size) {
  std::string passed;
  bool is_complete = edge().meter.meter().feed(number, {bytes, size}, passed);
  std::free(bytes);
  return given(is_complete ? 1 : 0, passed);
}

// When the pump is wanted next, -1: not at all. Called inside a turn of an account.
FAIRWAY_EXPORT(next_job_ms) double next_job_ms() {
  auto due = next_due_at_ms(edge().database);
  return due ? double(*due) : -1;
}

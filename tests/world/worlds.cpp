// fairway_worlds COUNT [FIRST_SEED]        that many worlds, and one digest over all of them
// fairway_worlds --trace SEED              one world, a line for each event
// fairway_worlds --fail-each               every request of a calm world fails, once and for good
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "shared/api/api.h"
#include "shared/base/text.h"
#include "tests/world/pool.h"
#include "tests/world/previews.h"
#include "tests/world/scenario.h"

namespace {

using namespace fairway;
using namespace fairway::test;

constexpr int64_t requests_of_a_calm_world = 60;

void add_to_digest(uint64_t& digest, std::string_view text) {
  for (char c : text) digest = (digest ^ uint8_t(c)) * 1099511628211ull;
}

int fail(const Verdict& verdict) {
  std::printf("BROKEN %s  %s", verdict.broken.c_str(), verdict.line.c_str());
  return 1;
}

// What worlds are played with.
struct Theatre {
  Theatre() {
    bring_schema_up(database);
    opening = make_opening(database, previews);
  }
  Verdict play(const Play& world) {
    return fairway::test::play(world, database, previews, opening);
  }

  SqliteDatabase database;
  Previews previews = make_previews();
  Opening opening;
};

int play_many(int64_t count, int64_t first_seed, Theatre& theatre) {
  uint64_t digest = 14695981039346656037ull;
  for (int64_t i = 0; i < count; ++i) {
    Play world;
    world.seed = uint64_t(first_seed + i);
    Verdict verdict = theatre.play(world);
    if (!verdict.broken.empty()) return fail(verdict);
    bool is_replayed = i % 1000 == 0;
    if (is_replayed && theatre.play(world).line != verdict.line) {
      std::printf("BROKEN seed %lld does not replay\n", static_cast<long long>(world.seed));
      return 1;
    }
    add_to_digest(digest, verdict.line);
  }
  std::printf("%lld worlds, digest %016llx\n", static_cast<long long>(count),
              static_cast<unsigned long long>(digest));
  return 0;
}

int trace_one(uint64_t seed, Theatre& theatre) {
  std::string trace;
  Play world;
  world.seed = seed;
  world.trace = &trace;
  Verdict verdict = theatre.play(world);
  std::fputs(trace.c_str(), stdout);
  std::fputs(verdict.line.c_str(), stdout);
  return verdict.broken.empty() ? 0 : fail(verdict);
}

int fail_each(Theatre& theatre) {
  int64_t played = 0;
  for (int64_t n = 1; n <= requests_of_a_calm_world; ++n) {
    for (bool for_good : {false, true}) {
      Play world;
      world.fail_request = for_good ? 0 : n;
      world.fail_requests_from = for_good ? n : 0;
      Verdict verdict = theatre.play(world);
      if (!verdict.broken.empty()) return fail(verdict);
      ++played;
    }
  }
  std::printf("%lld worlds with one failing request each\n", static_cast<long long>(played));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  give_sqlite_the_pool();
  Theatre theatre;
  if (!theatre.opening.broken.empty()) return fail({"before any seed\n", theatre.opening.broken});
  std::string_view first = argc > 1 ? argv[1] : "1000";
  int64_t second = argc > 2 ? parse_decimal(argv[2]).value_or(1) : 1;
  if (first == "--fail-each") return fail_each(theatre);
  if (first == "--trace") return trace_one(uint64_t(second), theatre);
  return play_many(parse_decimal(first).value_or(1000), second, theatre);
}

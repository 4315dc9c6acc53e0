// One world from its seed: a user deploys, clicks twice, cancels, deploys again, deletes; machines
// and networks fail meanwhile; then the faults end and everything must come to rest as it should.
#pragma once

#include <map>
#include <string>

#include "tests/world/sqlite_database.h"

namespace fairway::test {

// The previews that users of worlds have, made once: they cost far more than a world.
struct Previews;
Previews make_previews();

struct Verdict {
  std::string line;    // what happened, for the digest
  std::string broken;  // "" or the invariant that does not hold, with the moment
};

struct Play {
  uint64_t seed = 1;
  // Instead of chance: exactly this request fails, once or for good (0: chance decides).
  int64_t fail_request = 0;
  int64_t fail_requests_from = 0;
  std::string* trace = nullptr;
};

// Where every world begins, made once: the user has a project with a sealed variable, and the tab
// has uploaded the first preview. Its rows are in the database.
struct Opening {
  std::map<std::string, std::string> blobs;
  std::string broken;  // "" or what does not hold even here
};
Opening make_opening(SqliteDatabase& database, const Previews& previews);

// Plays one world on `database`, which has the opening's rows and is left as it was.
Verdict play(const Play& play, SqliteDatabase& database, const Previews& previews,
             const Opening& opening);

}  // namespace fairway::test

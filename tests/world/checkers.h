// What must hold in every world (DESIGN of the product, invariants G1 to G10). Each check answers
// "" or what is broken.
#pragma once

#include "shared/deployment/deployment.h"
#include "tests/world/fake_pages.h"

namespace fairway::test {

// A user's project in a world, and what the checkers remember of it.
struct Stage {
  World& world;
  Database& database;
  FakeTurso& turso;
  FakePages& pages;
  std::string account;
  std::string project_id;
  std::map<std::string, std::string> progress;  // deployment -> its journal, as last seen
};

// G1: at most one active deployment; G7: the journal only grows, and finished steps stay as they
// are. Looked at again and again while a world runs.
std::string why_progress_is_wrong(Stage& stage);

// G2: a request that changes something at a provider finds its intent in the ledger.
std::string why_not_intended(Stage& stage, const HttpRequest& request);

// G6: what was made last is removed first, and what a release put aside not before its time; asked
// when a removal arrives at a provider.
std::string why_removed_too_early(Stage& stage, const HttpRequest& request);

// G5: the deployment has ended, in time, as one of four.
std::string why_not_ended(Stage& stage, const Deployment& deployment);

// G6 and G3: what stands at the providers is what the app has, or nothing; what could not be
// removed is listed. Strangers' things are there as before.
std::string why_left_over(Stage& stage);

// G8: no secret stands in any table in clear.
std::string why_secret_is_open(Stage& stage);

// A live app answers visitors with its release, from the database that the ledger names.
std::string why_not_serving(Stage& stage);

// G10: the rows that visitors wrote are there.
std::string why_rows_are_lost(Stage& stage, int64_t visitors);

// G10: production's schema is that of the live release, and nothing is put aside any more.
std::string why_schema_differs(Stage& stage);

// The key that the app calls services with is there once, in use, and the one that the live site
// has; an app that is gone has none in use. `is_on`: services were switched on for the last
// release.
std::string why_app_key_is_wrong(Stage& stage, bool is_on);

// The rows of the table that a redeployment added are there, each of them once.
std::string why_added_rows_differ(Stage& stage, int64_t notes);

}  // namespace fairway::test

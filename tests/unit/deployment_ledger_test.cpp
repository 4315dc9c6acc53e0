// The ledger: intent before effect, one thing whatever gets lost, strangers left alone, and undoing
// newest first until the provider says that it is gone.
#include <doctest/doctest.h>

#include "shared/base/time.h"
#include "tests/unit/deployment_support.h"

namespace {

using namespace fairway;
using namespace fairway::test;

// A provider of names: what it has, and how it answers the next tries to make something.
struct Names {
  std::vector<std::string> existing;
  std::vector<Outcome<Making>> answers;  // one for each try; made and taken when used up
  std::vector<std::string> asked;        // "find x", "make x"
  bool makes_although_it_fails = false;
};
Names& names() {
  static Names all;
  return all;
}

bool has(const std::string& name) {
  const auto& all = names().existing;
  return std::find(all.begin(), all.end(), name) != all.end();
}

Task<bool> find_name(Host&, std::string name) {
  names().asked.push_back("find " + name);
  co_return has(name);
}

Task<Making> make_name(Host&, std::string name) {
  names().asked.push_back("make " + name);
  Outcome<Making> answer = has(name) ? Making::taken : Making::made;
  if (!names().answers.empty()) {
    answer = names().answers.front();
    names().answers.erase(names().answers.begin());
  }
  bool is_made = answer.ok() ? *answer == Making::made : names().makes_although_it_fails;
  if (is_made && !has(name)) names().existing.push_back(name);
  co_return answer;
}

constexpr Maker maker{ResourceKind::turso_database, &find_name, &make_name};

struct LedgerLab : DeploymentLab {
  LedgerLab() : deployment(requested()), journal{host, deployment.id} { names() = {}; }

  Outcome<std::string> claim() { return run(claim_name(host, journal, deployment, "Shop", maker)); }
  std::string name(int attempt) { return resource_name("Shop", "ann", "shop", attempt); }
  ResourceState state(int attempt) {
    return intend(host, deployment, ResourceKind::turso_database, name(attempt), Json::object())
        .state;
  }
  std::string asked() { return join(names().asked, ", "); }

  Deployment deployment;
  Journal journal;
};

TEST_CASE("A free name is looked at, made once, and ours") {
  LedgerLab lab;
  CHECK(*lab.claim() == lab.name(1));
  CHECK(lab.asked() == cat({"find ", lab.name(1), ", make ", lab.name(1)}));
  CHECK(lab.state(1) == ResourceState::exists);
  CHECK(*lab.claim() == lab.name(1));
  CHECK(names().asked.size() == 2);
}

TEST_CASE("A name that was there before is a stranger's: left alone, the next is tried") {
  LedgerLab lab;
  names().existing = {lab.name(1), lab.name(2)};
  CHECK(*lab.claim() == lab.name(3));
  CHECK(lab.state(1) == ResourceState::foreign);
  CHECK(lab.state(2) == ResourceState::foreign);
  CHECK(lab.state(3) == ResourceState::exists);
  auto kept = resources_of_app(lab.database, lab.deployment.app_id);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].name == lab.name(3));
}

TEST_CASE("A name that was taken between look and make is a stranger's too") {
  LedgerLab lab;
  names().answers = {Making::taken};
  CHECK(*lab.claim() == lab.name(2));
  CHECK(lab.state(1) == ResourceState::foreign);
}

TEST_CASE("All names taken: said so, and nothing of theirs is kept for undoing") {
  LedgerLab lab;
  for (int attempt = 1; attempt <= name_attempts_max; ++attempt) {
    names().existing.push_back(lab.name(attempt));
  }
  auto refused = lab.claim();
  CHECK(code_of(refused) == "names_taken");
  CHECK(refused.failure().reaction == Reaction::fix_input);
  CHECK(resources_of_app(lab.database, lab.deployment.app_id).empty());
}

TEST_CASE("A lost answer: the name is looked at again before anything is sent again") {
  LedgerLab lab;
  names().answers = {retry_later("no_answer", "")};
  names().makes_although_it_fails = true;
  CHECK(*lab.claim() == lab.name(1));
  std::string name = lab.name(1);
  CHECK(lab.asked() == cat({"find ", name, ", make ", name, ", find ", name}));

  LedgerLab other;
  names().answers = {retry_later("no_answer", "")};
  CHECK(*other.claim() == other.name(1));
  CHECK(other.asked() == cat({"find ", name, ", make ", name, ", find ", name, ", make ", name}));
  CHECK(other.state(1) == ResourceState::exists);
}

TEST_CASE("A name of which we sent something is ours, also after a crash") {
  LedgerLab lab;
  Resource resource =
      intend(lab.host, lab.deployment, ResourceKind::turso_database, lab.name(1), Json::object());
  set_state(lab.host, resource, ResourceState::sent);
  names().existing = {lab.name(1)};
  CHECK(*lab.claim() == lab.name(1));
  CHECK(lab.state(1) == ResourceState::exists);
}

TEST_CASE(
    "A provider that stays unclear is asked a bounded number of times, and the intent stays") {
  LedgerLab lab;
  names().answers.assign(20, retry_later("no_answer", ""));
  auto unknown = lab.claim();
  CHECK(code_of(unknown) == "outcome_unknown");
  CHECK(unknown.failure().reaction == Reaction::retry_later);
  CHECK(names().asked.size() <= 10);
  CHECK(lab.state(1) == ResourceState::sent);
}

TEST_CASE("A refusal ends the claim; what was sent stays in the ledger for undoing") {
  LedgerLab lab;
  names().answers = {ask_permission("provider_refused", "Turso refused.")};
  CHECK(code_of(lab.claim()) == "provider_refused");
  CHECK(resources_of_app(lab.database, lab.deployment.app_id).size() == 1);
}

// What was sent to the providers: "DELETE fw-x" for every removal.
std::string removals(const Script& script) {
  std::vector<std::string> list;
  for (const auto& received : script.received) {
    const std::string& url = received.request.url;
    if (received.request.method == "DELETE") list.push_back(url.substr(url.rfind('/') + 1));
  }
  return join(list, " ");
}

Resource made(LedgerLab& lab, ResourceKind kind, const std::string& name, ResourceState state) {
  Resource resource = intend(lab.host, lab.deployment, kind, name, Json::object());
  set_state(lab.host, resource, state);
  return resource;
}

TEST_CASE("Undoing goes newest first and leaves strangers and mere intents alone") {
  LedgerLab lab;
  made(lab, ResourceKind::turso_database, "database", ResourceState::exists);
  made(lab, ResourceKind::turso_database, "stranger", ResourceState::foreign);
  made(lab, ResourceKind::pages_project, "site", ResourceState::sent);
  made(lab, ResourceKind::pages_project, "planned", ResourceState::intended);
  made(lab, ResourceKind::turso_database, "gone", ResourceState::gone);
  lab.script.reply = [](const Script::Received&) { return answer_of(404, R"({"error":"no"})"); };
  REQUIRE(lab.run(undo_deployment(lab.host, lab.journal, lab.deployment)).ok());
  std::string order = removals(lab.script);
  CHECK(order.starts_with("site"));
  CHECK(order.ends_with("database"));
  CHECK(order.find("stranger") == std::string::npos);
  CHECK(order.find("planned") == std::string::npos);
  CHECK(order.find("gone") == std::string::npos);
  CHECK(resources_of_app(lab.database, lab.deployment.app_id).empty());
}

TEST_CASE("What was only sent is looked at until its request can have no effect any more") {
  LedgerLab lab;
  made(lab, ResourceKind::turso_database, "late", ResourceState::sent);
  int64_t sent_at_ms = lab.world.now;
  bool is_there = false;
  lab.script.reply = [&](const Script::Received& received) {
    // The request arrives 20 s after it was sent, long after the first look.
    if (lab.world.now >= sent_at_ms + 20'000 && lab.world.now < sent_at_ms + 23'000)
      is_there = true;
    bool was_there = is_there;
    if (received.request.method == "DELETE") is_there = false;
    if (!was_there) return answer_of(404, R"({"error":"no"})");
    return answer_of(200, R"({"database":{"Name":"late","DbId":"1","Hostname":"h"}})");
  };
  REQUIRE(lab.run(undo_deployment(lab.host, lab.journal, lab.deployment)).ok());
  CHECK(!is_there);
  CHECK(lab.world.now - sent_at_ms >= settling_ms);
}

TEST_CASE("What does not let go holds nothing else up, and stays in the ledger") {
  LedgerLab lab;
  made(lab, ResourceKind::turso_database, "database", ResourceState::exists);
  made(lab, ResourceKind::pages_project, "site", ResourceState::exists);
  lab.script.reply = [](const Script::Received& received) {
    bool is_site = received.request.url.find("/pages/") != std::string::npos;
    return answer_of(is_site ? 403 : 404, R"({"error":"no"})");
  };
  auto undone = lab.run(undo_deployment(lab.host, lab.journal, lab.deployment));
  CHECK(code_of(undone) == "provider_refused");
  auto left = resources_of_app(lab.database, lab.deployment.app_id);
  REQUIRE(left.size() == 1);
  CHECK(describe(left[0]) == "site site at Cloudflare");
  CHECK(left[0].state == ResourceState::removing);
  bool is_logged = false;
  for (const auto& line : log_of(lab.database, lab.deployment.id)) {
    is_logged = is_logged || line.level == LogLevel::error;
  }
  CHECK(is_logged);
}

TEST_CASE("Of an app that is live, only what this deployment made is undone") {
  LedgerLab lab;
  made(lab, ResourceKind::turso_database, "first-release", ResourceState::exists);
  lab.end(lab.deployment.id, Status::live);
  App app = *find_app(lab.database, lab.deployment.app_id);
  app.release = 1;
  save_app(lab.host, app);
  lab.world.now += 5;
  Deployment second = lab.requested();
  Journal journal{lab.host, second.id};
  Resource fresh =
      intend(lab.host, second, ResourceKind::turso_database, "second-release", Json::object());
  set_state(lab.host, fresh, ResourceState::exists);
  lab.script.reply = [](const Script::Received&) { return answer_of(404, R"({"error":"no"})"); };
  REQUIRE(lab.run(undo_deployment(lab.host, journal, second)).ok());
  CHECK(removals(lab.script).find("first-release") == std::string::npos);
  CHECK(resources_of_app(lab.database, app.id).size() == 1);
}

}  // namespace

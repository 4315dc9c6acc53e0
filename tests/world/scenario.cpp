#include "tests/world/scenario.h"

#include "shared/api/api.h"
#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/services.h"
#include "tests/world/checkers.h"
#include "tests/world/previews.h"

namespace fairway::test {

namespace {

constexpr std::string_view account = "5b9f1c1e-user";
constexpr std::string_view project = "guestbook-1";
constexpr int64_t turns_max = 400'000;

// In some worlds the provider takes images in chunks only.
Settings world_settings(uint64_t seed) {
  Settings settings;
  if (seed % 4 == 1) settings.turso_single_upload_bytes = "4096";
  settings.turso_org_id = "org";
  settings.turso_api_token = FakeTurso::token;
  settings.turso_api_url = "https://api.turso.test";
  settings.cloudflare_account_id = "acc";
  settings.cloudflare_api_token = FakePages::token;
  settings.cloudflare_api_url = "https://api.cloudflare.test/client/v4";
  settings.credentials_encryption_key = cat({"k1:", base64(std::string(32, 'k'))});
  return settings;
}

// A few crashes at any turn find more than many at the same one: 1, 2, 4 or 8 permille.
int64_t draw_crashes(Chance& chance) { return int64_t{1} << chance.below(4); }

// How bad a world is: some are quiet, some have one kind of fault, some have all.
Faults draw_faults(Chance& chance) {
  Faults faults;
  switch (chance.below(8)) {
    case 0:
      break;
    case 1:
      faults.lose_answer = 5 + chance.below(30);
      break;
    case 2:
      faults.crash_permille = draw_crashes(chance);
      break;
    case 3:
      faults.busy = 10 + chance.below(40);
      break;
    case 4:
      faults.slow = 5 + chance.below(20);
      faults.lose_answer = chance.below(10);
      break;
    default:
      faults = {chance.below(15), chance.below(15), chance.below(15),
                chance.below(8),  chance.below(8),  draw_crashes(chance)};
  }
  return faults;
}

// Where the core traps in some worlds, on the way forward and on the way back.
std::string draw_trap(uint64_t seed) {
  constexpr std::string_view places[] = {"POST https://api.turso.test",
                                         "/v1/upload",
                                         "/v2/pipeline",
                                         "/upload-token",
                                         "/deployments",
                                         "fairway.json",
                                         "PATCH ",
                                         "DELETE "};
  if (seed % 32 != 5) return "";
  return std::string(places[seed / 32 % std::size(places)]);
}

// The outcome of something that never waits for the outside.
template <typename T>
Outcome<T> done_at_once(Task<T> task) {
  Loop loop;
  task.start(loop);
  loop.run();
  FAIRWAY_ASSERT(task.ended());
  return task.take();
}

// Something of the user's side that always works, done at once.
template <typename T>
void run_quietly(Task<T> task) {
  FAIRWAY_ASSERT(done_at_once(std::move(task)).ok());
}

// What the tab does before a click.
void upload(World& world, const PreviewData& data) {
  Host host = world.host();
  const std::string user(account), id(project);
  for (const auto& [sha256, bytes] : data.blobs) world.blobs[blob_key(user, sha256)] = bytes;
  run_quietly(keep_bundle(host, user, id, data.bundle));
  run_quietly(keep_preview(host, user, id, data.manifest));
  plan_sweep(host, user);
}

class Drama {
 public:
  Drama(const Play& play, SqliteDatabase& database, const Previews& previews,
        const Opening& opening)
      : play_(play),
        previews_(previews),
        world_(play.seed, database, world_settings(play.seed)),
        turso_(world_),
        pages_(world_, turso_),
        host_(world_.host()),
        stage_{world_, database, turso_, pages_, std::string(account), std::string(project), {}} {
    world_.providers = {&turso_, &pages_};
    world_.blobs = opening.blobs;
    world_.trace = play.trace;
    world_.fail_request = play.fail_request;
    world_.fail_requests_from = play.fail_requests_from;
    world_.on_arrival = [this](const HttpRequest& request) {
      report(why_not_intended(stage_, request));
      report(why_removed_too_early(stage_, request));
    };
  }

  Verdict run() {
    Faults faults;
    if (!is_chosen_) {
      set_scene();
      faults = draw_faults(world_.chance);
    }
    world_.faults = faults;
    world_.trap_on = draw_trap(play_.seed);
    deploy_uploaded();
    if (play_.fail_request > 0 && !is_live()) report("one lost answer ended a deployment");
    check_traps();
    calm();
    if (!is_live() && (is_chosen_ || world_.chance.percent(50))) {
      deploy(previews_.first);
      if (!is_live() && pages_.fail_deployments_percent == 0) report("a calm deployment failed");
    }
    go_on(faults);
    if (world_.chance.percent(5)) tear_down(faults);
    if (is_hasty_) let_days_pass();
    return {summary(), broken_};
  }

 private:
  void report(const std::string& why) {
    if (why.empty() || !broken_.empty()) return;
    broken_ = cat({why, " (at ", decimal(world_.now), ", request ", decimal(world_.requests), ")"});
  }

  // What becomes of the app after its first deployment: mostly nothing, rarely a long story.
  void go_on(const Faults& faults) {
    int64_t story = world_.chance.below(1'000);
    if (story >= 45 || !is_live() || !broken_.empty()) return;
    is_hasty_ = world_.chance.percent(50);
    visitors_ = previews_.visits;
    visit(1 + world_.chance.below(5));
    if (story < 24) return story < 12 ? narrow(faults) : replace(faults);
    redeploy(faults);
    if (story < 36) return;
    lose_something(faults);
    if (!is_hasty_) return;
    widen();
    lose_something(faults);
  }

  void lose_something(const Faults& faults) {
    world_.chance.percent(50) ? narrow(faults) : replace(faults);
  }

  bool is_live() {
    auto app = find_app_of(host_.database, stage_.project_id);
    return app && app->release > 0;
  }

  void set_scene() {
    if (world_.chance.percent(10)) turso_.add_stranger(name(1));
    if (world_.chance.percent(3)) turso_.add_stranger(name(2));
    if (world_.chance.percent(10)) pages_.add_stranger(name(1));
    if (world_.chance.percent(10)) pages_.fail_deployments_percent = 30;
  }

  static std::string name(int attempt) {
    return resource_name("Guest Book", account, project, attempt);
  }

  // Sometimes the app is to have a service, with the platform's key or the user's own.
  void choose_services() {
    if (!world_.chance.percent(30)) return;
    auto payer = Payer(world_.chance.below(3));
    std::string own_key = payer == Payer::own ? "CANARY-own-key" : "";
    has_service_ = payer != Payer::off;
    run_quietly(choose_service(host_, stage_.account, stage_.project_id,
                               {.service = "openai", .payer = payer, .sealed_key = "", .hint = ""},
                               own_key));
  }

  std::string click() {
    auto id = request_deployment(host_, {stage_.account, stage_.project_id, "", accepted_losses_,
                                         data_, "https://fairway.test"});
    FAIRWAY_ASSERT(id.ok());
    return *id;
  }

  // One deployment from the click to its end, with what the user does meanwhile.
  void deploy(const PreviewData& data) {
    upload(world_, data);
    deploy_uploaded();
  }

  void deploy_uploaded() {
    choose_services();
    std::string id = click();
    if (!is_chosen_) disturb(id);
    run_machine();
    auto deployment = find_deployment(host_.database, id);
    report(why_not_ended(stage_, *deployment));
    check_cancelled(*deployment);
    check_rest();
    story_ += cat({" ", name_of(deployment->status)});
    if (play_.trace != nullptr) write_trace(*deployment);
  }

  // What the user does, and the platform, while a deployment is under way.
  void disturb(const std::string& id) {
    if (world_.chance.percent(20)) {
      world_.at(world_.now + world_.chance.below(5'000), [this, id] {
        auto active = find_active_deployment(host_.database, stage_.project_id);
        if (active && click() != id) report("G1: a second click made a second deployment");
      });
    }
    if (!is_calm_ && world_.chance.percent(25)) {
      world_.at(world_.now + world_.chance.below(40'000), [this, id] {
        cancelled_at_ms_[id] = world_.now;
        FAIRWAY_ASSERT(request_cancel_of(host_, id).ok());
      });
    }
    if (world_.chance.percent(10)) {  // an alarm that goes off twice
      world_.at(world_.now + world_.chance.below(20'000),
                [this] { world_.start(run_due_jobs(host_, deployment_workflows())); });
    }
  }

  // Cancelling is seen within a second; what went live in the same second may stay.
  void check_cancelled(const Deployment& deployment) {
    auto cancelled = cancelled_at_ms_.find(deployment.id);
    if (cancelled == cancelled_at_ms_.end() || deployment.status != Status::live) return;
    bool is_late = deployment.ended_at_ms > cancelled->second + 2'000;
    if (is_late) report("a cancelled deployment went live");
  }

  void write_trace(const Deployment& deployment) {
    for (const auto& line : log_of(host_.database, deployment.id)) {
      *play_.trace += cat({decimal(line.at_ms), " log ", line.step, " ", line.text, "\n"});
    }
  }

  // The edge: an alarm starts the pump whenever a job is due and no machine is at work.
  void run_machine() {
    for (int64_t turns = 0; turns < turns_max; ++turns) {
      if (world_.is_idle()) {
        auto due_ms = next_due_ms();
        if (!due_ms) break;
        if (*due_ms <= world_.now) world_.start(run_due_jobs(host_, deployment_workflows()));
        if (*due_ms > world_.now) world_.at(*due_ms, [] {});
      }
      world_.turn();
      if (turns % 512 == 0) report(why_progress_is_wrong(stage_));
      if (!broken_.empty()) return;
    }
    report(why_progress_is_wrong(stage_));
    if (next_due_ms()) report("G5: the machine never comes to rest");
  }

  // When the next job is due; in a hasty world without what waits for days.
  std::optional<int64_t> next_due_ms() {
    auto due_ms = next_due_at_ms(host_.database);
    bool waits = due_ms && is_hasty_ && *due_ms > world_.now + day_ms;
    return waits ? std::nullopt : due_ms;
  }

  void let_days_pass() {
    is_hasty_ = false;
    calm();
    run_machine();
    auto last = find_last_deployment(host_.database, stage_.project_id);
    if (last->status != Status::needs_you) check_rest();
  }

  // Lets what is still on its way arrive, then looks at everything.
  void check_rest() {
    int64_t until_ms = world_.now + 45'000;
    world_.at(until_ms, [] {});
    while (world_.now < until_ms && world_.turn()) {
    }
    auto last = find_last_deployment(host_.database, stage_.project_id);
    report(why_left_over(stage_));
    report(why_secret_is_open(stage_));
    report(why_app_key_is_wrong(stage_, has_service_));
    report(why_not_serving(stage_));
    report(why_rows_are_lost(stage_, visitors_));
    report(why_schema_differs(stage_));
  }

  // The way forward is tried a few times; the way back until its time is over, once in each lease.
  void check_traps() {
    constexpr int64_t tries_max = undo_ms_max / lease_ms + forward_ms_max / lease_ms;
    if (world_.traps > tries_max) {
      report(cat({"a turn that traps was tried ", decimal(world_.traps), " times"}));
    }
    auto last = find_last_deployment(host_.database, stage_.project_id);
    bool has_stopped = last->failure && last->failure->code == "stuck";
    if (has_stopped && last->failure->reaction != Reaction::report_bug) {
      report("a deployment that is stuck is no mistake of the person");
    }
    // Undoing that traps keeps the reason for which it had to be undone.
    bool is_forward = world_.crashes == world_.traps && last->status == Status::failed;
    if (is_forward && world_.traps >= fruitless_runs_max && !has_stopped) {
      report("a deployment trapped again and again and does not say so");
    }
  }

  void calm() {
    world_.faults = {};
    world_.trap_on.clear();
    world_.fail_request = world_.fail_requests_from = 0;
    pages_.fail_deployments_percent = 0;
    is_calm_ = true;
  }

  void redeploy(const Faults& faults) {
    world_.faults = faults;
    is_calm_ = false;
    deploy(world_.chance.percent(50) ? previews_.first : previews_.wider);
    calm();
    deploy(previews_.wider);
    auto now = find_app_of(host_.database, stage_.project_id);
    if (!now || now->release < 2) report("a calm redeployment failed");
    report(why_added_rows_differ(stage_, previews_.notes));
  }

  void visit(int64_t guests) {
    auto app = find_app_of(host_.database, stage_.project_id);
    for (int64_t i = 0; i < guests; ++i) {
      turso_.visit(app->database_name, "INSERT INTO visits(who) VALUES('a visitor')");
    }
    visitors_ += guests;
  }

  // What a yes to the losses of this preview is said to.
  std::string digest_for(const PreviewData& data) {
    auto app = find_app_of(host_.database, stage_.project_id);
    auto live = find_live_deployment(host_.database, stage_.project_id);
    auto production = turso_.schema_of(app->database_name);
    auto deployed = done_at_once(load_preview(host_, stage_.account, live->preview_sha256));
    auto deployed_schema = read_schema(deployed->schema);
    return digest_of(
        schema_difference(production, *read_schema(data.manifest.schema), &*deployed_schema)
            .losses);
  }

  // A redeployment that loses a column and a table: not without a yes to exactly that.
  void narrow(const Faults& faults) {
    if (!is_live() || !broken_.empty()) return;
    // No yes, or one that was said to other losses.
    std::string other = digest_for(previews_.first);
    if (other.empty()) other = std::string(32, '0');
    accepted_losses_ = world_.chance.percent(50) ? "" : other;
    deploy(previews_.narrower);
    auto refused = find_last_deployment(host_.database, stage_.project_id);
    if (!refused->failure || refused->failure->code != "schema_change_waits") {
      report("G10: something was lost without a yes");
    }
    accepted_losses_ = digest_for(previews_.narrower);
    world_.faults = faults;
    is_calm_ = false;
    world_.at(world_.now + world_.chance.below(30'000), [this] { visit(1); });
    deploy(previews_.narrower);
    calm();
    deploy(previews_.narrower);
    auto last = find_last_deployment(host_.database, stage_.project_id);
    if (last->status != Status::live) report("a calm redeployment with a yes failed");
    accepted_losses_.clear();
  }

  // The wider preview again, with the yes that it may need, beside what is put aside.
  void widen() {
    if (!is_live() || !broken_.empty()) return;
    accepted_losses_ = digest_for(previews_.wider);
    deploy(previews_.wider);
    accepted_losses_.clear();
    auto last = find_last_deployment(host_.database, stage_.project_id);
    if (last->status != Status::live) report("a calm redeployment failed");
  }

  // The user asks for the preview's rows in place of production's.
  void replace(const Faults& faults) {
    if (!is_live() || !broken_.empty()) return;
    data_ = DataChoice::replace;
    int64_t release = find_app_of(host_.database, stage_.project_id)->release;
    world_.faults = faults;
    is_calm_ = false;
    int64_t before = visitors_;
    visitors_ = 0;  // which of the two holds is known at the end
    deploy(previews_.first);
    auto now = find_app_of(host_.database, stage_.project_id);
    visitors_ = now->release > release ? previews_.visits : before;
    calm();
    check_rest();
    deploy_replacing();
    data_ = DataChoice::keep;
  }

  void deploy_replacing() {
    visitors_ = 0;
    deploy(previews_.first);
    visitors_ = previews_.visits;
    auto last = find_last_deployment(host_.database, stage_.project_id);
    if (last->status != Status::live) report("a calm replacement failed");
    check_rest();
  }

  void tear_down(const Faults& faults) {
    auto app = find_app_of(host_.database, stage_.project_id);
    if (!app || !broken_.empty()) return;
    world_.faults = faults;
    auto id = request_tear_down(host_, stage_.account, app->id);
    FAIRWAY_ASSERT(id.ok());
    run_machine();
    auto deployment = find_deployment(host_.database, *id);
    report(why_not_ended(stage_, *deployment));
    story_ += cat({" ", name_of(deployment->status)});
    if (deployment->status == Status::needs_you) return;
    visitors_ = 0;
    check_rest();
  }

  std::string summary() {
    return cat({"seed ", decimal(int64_t(play_.seed)), ":", story_, ", ", decimal(world_.requests),
                " requests, ", decimal(world_.crashes), " crashes, ", decimal(world_.now), "\n"});
  }

  const Play& play_;
  const Previews& previews_;
  World world_;
  FakeTurso turso_;
  FakePages pages_;
  Host host_;
  Stage stage_;
  std::string broken_;
  std::string story_;
  int64_t visitors_ = 0;
  std::string accepted_losses_;
  DataChoice data_ = DataChoice::keep;
  std::map<std::string, int64_t> cancelled_at_ms_;
  const bool is_chosen_ = play_.fail_request > 0 || play_.fail_requests_from > 0;
  bool is_calm_ = false;
  bool has_service_ = false;
  bool is_hasty_ = false;  // the next deployment comes before what is put aside goes
};

}  // namespace

Opening make_opening(SqliteDatabase& database, const Previews& previews) {
  World world(0, database, world_settings(0));
  Host host = world.host();
  const std::string user(account), id(project);
  Opening opening;
  save_project(host, id, "Guest Book", "");
  if (done_at_once(keep_bundle(host, user, id, previews.first.bundle)).ok()) {
    opening.broken = "a bundle is taken without its files";
  }
  run_quietly(keep_environment(host, user, id, {{"ADMIN_PASSWORD", "CANARY-password"}}));
  std::string sealed = list_environment(database, id).at(0).sealed_value;
  SealPlace elsewhere{user, "project_variables", "sealed_value", "other/ADMIN_PASSWORD"};
  if (done_at_once(unseal(host, elsewhere, sealed)).ok()) {
    opening.broken = "G8: a sealed value opens in another place";
  }
  upload(world, previews.first);
  opening.blobs = std::move(world.blobs);
  return opening;
}

Verdict play(const Play& play, SqliteDatabase& database, const Previews& previews,
             const Opening& opening) {
  database.run("SAVEPOINT world", {});
  Verdict verdict;
  {
    Drama drama(play, database, previews, opening);
    verdict = drama.run();
  }
  database.run("ROLLBACK TO world", {});
  database.run("RELEASE world", {});
  return verdict;
}

}  // namespace fairway::test

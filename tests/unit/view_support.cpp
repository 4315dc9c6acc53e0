#include "tests/unit/view_support.h"

#include <algorithm>
#include <utility>

#include <sqlite3.h>

#include "shared/base/text.h"

namespace fairway::view_tests {

void FakeEdge::answer(const std::string& what, int status, const std::string& body) {
  answers_[what] = [status, body](const Sent&) {
    HttpResponse response;
    response.status = status;
    response.body = body;
    return response;
  };
}

Task<HttpResponse> FakeEdge::send(HttpRequest request) {
  Sent one{request.method, request.url, "", request.headers};
  for (const BodyPiece& piece : request.body) one.body += piece.text;
  sent.push_back(one);
  const std::string what = cat({one.method, " ", one.path});
  const Answer* best = nullptr;
  size_t best_size = 0;
  for (const auto& [beginning, answer] : answers_) {
    if (what.starts_with(beginning) && beginning.size() >= best_size) {
      best = &answer;
      best_size = beginning.size();
    }
  }
  if (best == nullptr) co_return retry_later("no_answer", "Fairway did not answer.");
  co_return (*best)(one);
}

size_t FakeEdge::count(const std::string& what) const {
  return static_cast<size_t>(std::count_if(sent.begin(), sent.end(), [&](const Sent& one) {
    return cat({one.method, " ", one.path}).starts_with(what);
  }));
}

class FakeClock::Sleep final : public Waiting {
 public:
  Sleep(FakeClock& clock, int64_t due_ms) : due_ms_(due_ms), clock_(clock) {}
  ~Sleep() { std::erase(clock_.sleepers_, this); }
  void await_resume() {}
  bool wake_if_due(int64_t now_ms) {
    if (due_ms_ > now_ms) return false;
    wake();
    return true;
  }

 protected:
  void suspended() override { clock_.sleepers_.push_back(this); }

 private:
  int64_t due_ms_;
  FakeClock& clock_;
};

Task<Done> FakeClock::sleep_ms(int64_t span_ms) {
  Sleep sleep(*this, now_ms_ + span_ms);
  co_await sleep;
  co_return Done{};
}

void FakeClock::pass(int64_t span_ms) {
  now_ms_ += span_ms;
  std::erase_if(sleepers_, [&](Sleep* sleep) { return sleep->wake_if_due(now_ms_); });
}

Task<std::string> FakeCrypto::sha256(std::string bytes) {
  std::string digest =
      std::to_string(bytes.size()) + "-" + std::to_string(std::hash<std::string>{}(bytes));
  digest.resize(32, '.');
  co_return digest;
}

void FakeBrowser::put(const std::string& id, const std::string& name,
                      std::map<std::string, std::string> files,
                      std::optional<std::string> database) {
  Stored one;
  one.project.id = id;
  one.project.name = name;
  one.project.description = "A page with visitors' words.";
  one.project.saved_at_ms = test_now_ms - 120'000;
  for (const auto& [path, bytes] : files) {
    one.project.files.push_back({path, static_cast<int64_t>(bytes.size())});
  }
  one.project.database_size_bytes = database ? static_cast<int64_t>(database->size()) : -1;
  one.project.database_saved_at_ms = test_now_ms - 120'000;
  one.files = std::move(files);
  one.database = database.value_or("");
  stored[id] = std::move(one);
}

Task<std::vector<BuilderProject>> FakeBrowser::list_projects() {
  std::vector<BuilderProject> projects;
  for (const auto& [id, one] : stored) projects.push_back(one.project);
  co_return projects;
}

Task<std::string> FakeBrowser::read_file(std::string project_id, std::string path) {
  const auto found = stored.find(project_id);
  if (found == stored.end() || !found->second.files.contains(path)) {
    co_return fix_input("not_stored", "There is no such file.");
  }
  co_return found->second.files.at(path);
}

Task<std::string> FakeBrowser::read_database(std::string project_id) {
  const auto found = stored.find(project_id);
  if (found == stored.end()) co_return fix_input("not_stored", "There is no such project.");
  co_return found->second.database;
}

std::string FakeBrowser::recall(std::string_view key) {
  const auto found = kept.find(key);
  return found == kept.end() ? "" : found->second;
}
void FakeBrowser::keep(std::string_view key, std::string_view text) {
  kept[std::string(key)] = text;
}
void FakeBrowser::forget(std::string_view key) {
  const auto found = kept.find(key);
  if (found != kept.end()) kept.erase(found);
}
void FakeBrowser::show_address(std::string_view path) {
  page = cat({"http://localhost:8787", path});
}

World::World() { state.now_ms = test_now_ms; }

void World::pass(int64_t span_ms) {
  clock.pass(span_ms);
  state.now_ms = clock.now_ms();
  settle();
}

namespace {

constexpr std::string_view step_names[] = {
    "check_project", "provision_database", "migrate_data", "transform_source",
    "publish_site",  "attach_domain",      "verify_live",  "record_deployed"};
constexpr std::string_view step_titles[] = {"Check project", "Create database", "Carry data",
                                            "Prepare code",  "Publish site",    "Attach domain",
                                            "Check it live", "Record release"};

Json project_json(std::string_view id, std::string_view name, std::string_view app_status,
                  Json deployment) {
  Json app;
  if (!app_status.empty()) {
    app = Json{{"id", cat({"app_", id})},
               {"platform", "web"},
               {"status", app_status},
               {"url", app_status == "live" ? cat({"https://", id, ".pages.dev"}) : ""},
               {"last_deployed_at_ms", test_now_ms - 2 * 86'400'000}};
  }
  return Json{{"id", id},
              {"name", name},
              {"description", cat({"What ", name, " is for."})},
              {"updated_at_ms", test_now_ms - 7'200'000},
              {"preview", Json{{"tables", 3}, {"rows", 48}, {"size_bytes", 20'480}}},
              {"app", std::move(app)},
              {"deployment", std::move(deployment)}};
}

Json summary(std::string_view id, std::string_view status, int at, Json failure) {
  return Json{{"id", id},
              {"status", status},
              {"step_index", at},
              {"steps_total", 8},
              {"step_title", step_titles[at]},
              {"detail", ""},
              {"started_at_ms", test_now_ms - 400'000},
              {"ended_at_ms", status == "running" ? 0 : test_now_ms - 360'000},
              {"failure", std::move(failure)}};
}

}  // namespace

void answer_usual(World& world) {
  world.edge.answer("GET /api/health", 200,
                    R"({"status":"ok","version":"1","providers":{"turso":{"enabled":true},
                       "cloudflare":{"enabled":true}},"sign_in_url":"http://id.test/sign-in"})");
  world.edge.answer("GET /api/me", 200, R"({"user_id":"u1","email":"mira.kern@example.org"})");
  Json failure{{"reaction", "retry_later"},
               {"code", "provider_busy"},
               {"message", "Cloudflare did not answer. It was asked four times."},
               {"hint", "Try again in a few minutes."}};
  Json projects = Json::array();
  projects.push_back(
      project_json("night-market", "Night Market", "live", summary("dep_n", "live", 7, Json())));
  projects.push_back(project_json("clinic-queue", "Clinic Queue", "failed",
                                  summary("dep_c", "failed", 4, failure)));
  projects.push_back(project_json("parcel-shelf", "Parcel Shelf", "", Json()));
  world.edge.answer("GET /api/projects", 200, to_text(Json{{"projects", projects}}));
  world.edge.answer("POST /api/projects", 200, "{}");
  world.edge.answer("GET /api/deployments", 200, R"({"deployments":[]})");
  world.edge.answer("GET /api/activity", 200,
                    R"({"activity":[{"at_ms":1795424100000,"text":"Night Market is live",
                       "kind":"deployed","project_id":"night-market"}]})");
  for (const std::string id : {"night-market", "clinic-queue", "parcel-shelf", "guestbook"}) {
    world.edge.answer(cat({"GET /api/projects/", id, "/plan"}), 200, to_text(plan_json()));
  }
}

Json deployment_json(std::string_view status, int at) {
  const bool is_live = status == "live";
  const bool has_stopped = status == "failed" || status == "needs_you" || status == "cancelled";
  Json steps = Json::array();
  for (int i = 0; i < 8; ++i) {
    const bool is_done = is_live || i < at;
    std::string_view state = is_done ? "done" : "waiting";
    if (!is_done && i == at) state = has_stopped ? "failed" : "running";
    steps.push_back(Json{{"name", step_names[i]},
                         {"title", step_titles[i]},
                         {"state", state},
                         {"detail", i <= at ? "some detail" : ""},
                         {"started_at_ms", i <= at ? test_now_ms - 9'000 + i * 1000 : 0},
                         {"ended_at_ms", is_done ? test_now_ms - 8'000 + i * 1000 : 0},
                         {"progress", Json()}});
  }
  Json failure;
  if (has_stopped && status != "cancelled") {
    failure = Json{{"reaction", "retry_later"},
                   {"code", "provider_busy"},
                   {"message", "Cloudflare did not answer. It was asked four times."},
                   {"hint", "Try again in a few minutes."},
                   {"request_id", "req_123"}};
  }
  return Json{
      {"id", "dep_1"},
      {"project_id", "guestbook"},
      {"project_name", "Guestbook"},
      {"status", status},
      {"started_at_ms", test_now_ms - 9'000},
      {"ended_at_ms", is_live || has_stopped ? test_now_ms - 1'000 : 0},
      {"now_ms", test_now_ms},
      {"release", is_live ? 1 : 0},
      {"url", is_live ? "https://fw-guestbook.pages.dev" : ""},
      {"steps", std::move(steps)},
      {"tables", Json::array({Json{{"name", "entries"}, {"rows_done", 20}, {"rows_total", 40}}})},
      {"log", Json::array({Json{{"at_ms", test_now_ms - 8'500},
                                {"step", "check_project"},
                                {"level", "info"},
                                {"text", "project checked"}},
                           Json{{"at_ms", test_now_ms - 8'000},
                                {"step", "publish_site"},
                                {"level", "warn"},
                                {"text", "provider busy, trying again"}}})},
      {"failure", std::move(failure)},
      {"left_over", Json::array()},
      {"report", is_live}};
}

Json plan_json() {
  Json steps = Json::array();
  for (int i = 0; i < 8; ++i) {
    steps.push_back(
        Json{{"name", step_names[i]}, {"title", step_titles[i]}, {"detail", "planned"}});
  }
  return Json{
      {"address", "fw-guestbook-1a2b.pages.dev"},
      {"database_name", "fw-guestbook-1a2b"},
      {"first_deployment", true},
      {"data", "carry"},
      {"steps", std::move(steps)},
      {"costs", Json::array({Json{{"label", "Database, Turso"}, {"amount_nanos", 100'000'000}},
                             Json{{"label", "Hosting, Cloudflare"}, {"amount_nanos", 0}}})},
      {"month_total_nanos", 100'000'000},
      {"blockers", Json::array()},
      {"environment", Json::array({Json{{"name", "SESSION_SECRET"}, {"sealed", true}}})}};
}

Json report_json() {
  Json columns = Json::array({Json{{"name", "id"},
                                   {"type", "INTEGER"},
                                   {"checksum_source", "00000000000000aa"},
                                   {"checksum_target", "00000000000000aa"}}});
  Json tables = Json::array({Json{{"name", "entries"},
                                  {"rows_source", 40},
                                  {"rows_target", 40},
                                  {"row_checksum_source", "00000000000000bb"},
                                  {"row_checksum_target", "00000000000000bb"},
                                  {"same", true},
                                  {"columns", std::move(columns)}}});
  return Json{{"tables", std::move(tables)}, {"tables_total", 1}, {"rows_total", 40},
              {"cells_total", 40},           {"differences", 0},  {"snapshot_sha256", "9f2c41d0ff"},
              {"content_sha256", "77"}};
}

std::string guestbook_database() {
  sqlite3* database = nullptr;
  sqlite3_open(":memory:", &database);
  sqlite3_exec(database,
               "create table entries(id integer primary key, words text);"
               "create table visitors(name text);"
               "insert into entries(words) values ('hello'), ('again');"
               "insert into visitors values ('Ada');",
               nullptr, nullptr, nullptr);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(database, "main", &size, 0);
  std::string image(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  sqlite3_free(bytes);
  sqlite3_close(database);
  return image;
}

void put_guestbook(World& world) {
  world.browser.put("guestbook", "Guestbook",
                    {{"server.js", "export async function handle() {}"},
                     {"public/index.html", "<h1>Guestbook</h1>"},
                     {".env.example", "SESSION_SECRET=\nMAIL_FROM=\n"}},
                    guestbook_database());
}

NullBackend page_of(World& world) {
  return NullBackend([&world](ui::Ui& ui) {
    world.state.now_ms = world.clock.now_ms();
    world.settle();
    draw_app(ui, world.desk);
    world.settle();
  });
}

}  // namespace fairway::view_tests

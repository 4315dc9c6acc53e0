// A dashboard without a page: a scripted edge, a browser in memory, a clock that moves when told,
// and State made by hand for the tests of views and actions.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/json.h"
#include "web/actions/dashboard.h"
#include "web/app.h"
#include "web/backend/null_backend.h"
#include "web/views/views.h"

namespace fairway::view_tests {

struct Sent {
  std::string method;
  std::string path;
  std::string body;
  std::vector<Header> headers;
};

// Answers by "METHOD /path"; the longest beginning that fits wins. Without an answer the request
// fails as a lost connection does.
class FakeEdge final : public Http {
 public:
  using Answer = std::function<HttpResponse(const Sent&)>;
  void answer(const std::string& what, Answer answer) { answers_[what] = std::move(answer); }
  void answer(const std::string& what, int status, const std::string& body);
  void stay_silent(const std::string& what) { answers_.erase(what); }
  Task<HttpResponse> send(HttpRequest request) override;

  size_t count(const std::string& what) const;

  std::vector<Sent> sent;

 private:
  std::map<std::string, Answer> answers_;
};

// Sleepers wait until the time has come.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(int64_t now_ms) : now_ms_(now_ms) {}
  int64_t now_ms() override { return now_ms_; }
  Task<Done> sleep_ms(int64_t span_ms) override;
  // Wakes whoever is due.
  void pass(int64_t span_ms);
  bool anyone_sleeps() const { return !sleepers_.empty(); }

 private:
  class Sleep;
  int64_t now_ms_;
  std::vector<Sleep*> sleepers_;
};

class FakeDatabase final : public Database {
 public:
  Rows run(std::string_view, std::vector<Value>) override { return {}; }
};

class FakeBlobs final : public Blobs {
 public:
  Task<Done> write(std::string, std::string) override { co_return Done{}; }
  Task<std::string> read(std::string, int64_t, int64_t) override { co_return std::string(); }
  Task<int64_t> size(std::string) override { co_return int64_t{-1}; }
  Task<Done> remove(std::string) override { co_return Done{}; }
};

class FakeRandom final : public Random {
 public:
  std::string bytes(size_t size) override { return std::string(size, static_cast<char>(++made)); }
  int made = 0;
};

// SHA-256 stands in as 32 bytes made of size and contents: distinct where the bytes are.
class FakeCrypto final : public Crypto {
 public:
  Task<std::string> sha256(std::string bytes) override;
  Task<std::string> hmac_sha256(std::string, std::string) override { co_return std::string(); }
  Task<std::string> seal(std::string, std::string, std::string, std::string) override {
    co_return std::string();
  }
  Task<std::string> open(std::string, std::string, std::string, std::string) override {
    co_return std::string();
  }
  Task<Verdict> es256_verify(P256PublicKey, std::string, std::string) override {
    co_return Verdict::invalid;
  }
};

class FakeBrowser final : public Browser {
 public:
  struct Stored {
    BuilderProject project;
    std::map<std::string, std::string> files;
    std::string database;
  };
  void put(const std::string& id, const std::string& name, std::map<std::string, std::string> files,
           std::optional<std::string> database);

  Task<std::vector<BuilderProject>> list_projects() override;
  Task<std::string> read_file(std::string project_id, std::string path) override;
  Task<std::string> read_database(std::string project_id) override;
  std::string recall(std::string_view key) override;
  void keep(std::string_view key, std::string_view text) override;
  void forget(std::string_view key) override;
  std::string address() override { return page; }
  void show_address(std::string_view path) override;
  void go_to(std::string_view url) override { left_for = url; }
  void open_tab(std::string_view url) override { tab = url; }
  void set_title(std::string_view text) override { title = text; }
  void copy(std::string_view text) override { copied = text; }
  void download(std::string_view file_name, std::string_view, std::string_view text) override {
    downloaded_name = file_name;
    downloaded = std::exchange(pieces, {}).append(text);
  }
  void download_piece(std::string_view bytes) override { pieces += bytes; }
  void drop_pieces() override { pieces.clear(); }

  std::map<std::string, Stored> stored;
  std::map<std::string, std::string, std::less<>> kept;
  std::string page = "http://localhost:8787/app/dashboard";
  std::string left_for, tab, title, copied, pieces, downloaded_name, downloaded;
};

class FakeShell final : public Shell {
 public:
  ui::ThemeChoice theme() const override { return choice; }
  void set_theme(ui::ThemeChoice chosen) override { choice = chosen; }
  float scale() const override { return size; }
  void set_scale(float scale) override { size = scale; }
  void wake() override {}
  void ask_for_file(std::string_view) override {}

  ui::ThemeChoice choice = ui::ThemeChoice::system;
  float size = 1;
};

inline constexpr int64_t test_now_ms = 1'795'424'400'000;  // 23 November 2026

// Everything together. `settle` lets all tasks go on; `pass` moves the clock, then settles.
struct World {
  FakeEdge edge;
  FakeClock clock{test_now_ms};
  FakeDatabase database;
  FakeBlobs blobs;
  FakeRandom random;
  FakeCrypto crypto;
  Settings settings;
  FakeBrowser browser;
  FakeShell shell;
  Loop loop;
  Host host{edge, database, blobs, clock, random, crypto, settings};
  State state;
  Dashboard dashboard{loop, host, browser, state};
  Desk desk{dashboard, state, shell};

  World();
  void settle() { run_tasks(dashboard); }
  void pass(int64_t span_ms);
};

// Health, a person and one live, one failed, one fresh project at the edge.
void answer_usual(World& world);

// A deployment of project "guestbook" as GET /api/deploy/status gives it. `at` is the index of the
// step that runs or failed.
Json deployment_json(std::string_view status, int at);
Json plan_json();
Json report_json();

// A small SQLite database as the builder writes it: two tables, three rows.
std::string guestbook_database();
// Puts project "guestbook" with that database into the browser's store.
void put_guestbook(World& world);

// Draws `world` as the product does, at the size of a desktop.
NullBackend page_of(World& world);

}  // namespace fairway::view_tests

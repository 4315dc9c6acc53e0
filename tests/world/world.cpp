#include "tests/world/world.h"

#include <algorithm>
#include <bit>

#include "shared/base/text.h"

namespace fairway::test {

// A task that sleeps. Its event stays behind when it is dropped, and then finds nobody.
class World::Pause final : public Waiting {
 public:
  Pause(World& world, int64_t at_ms) : world_(world), at_ms_(at_ms) {}
  ~Pause() {
    if (is_pending_) world_.pauses_[place_] = nullptr;
  }
  void await_resume() {}
  void end() {
    is_pending_ = false;
    wake();
  }

 protected:
  void suspended() override {
    auto& free = world_.free_pauses_;
    place_ = free.empty() ? world_.pauses_.size() : free.back();
    if (free.empty()) world_.pauses_.emplace_back();
    if (!free.empty()) free.pop_back();
    world_.pauses_[place_] = this;
    is_pending_ = true;
    world_.expect(at_ms_, Event::Kind::wake, int64_t(place_));
  }

 private:
  World& world_;
  int64_t at_ms_;
  size_t place_ = 0;
  bool is_pending_ = false;
};

// A task that waits for an answer.
class World::Flight final : public Waiting {
 public:
  Flight(World& world, HttpRequest request) : world_(world), request_(std::move(request)) {}
  ~Flight() {
    auto found = world_.flights_.find(id_);
    if (found != world_.flights_.end()) found->second.waiting = nullptr;
  }
  std::optional<HttpResponse> await_resume() { return std::move(response_); }
  void answered(std::optional<HttpResponse> response) {
    response_ = std::move(response);
    wake();
  }

 protected:
  void suspended() override {
    id_ = ++world_.requests;
    Request& flight = world_.flights_[id_];
    flight.request = std::move(request_);
    flight.waiting = this;
    bool is_trap = world_.traps_at(flight.request);
    world_.is_trapped_ |= is_trap;
    flight.is_lost = world_.is_doomed_ || is_trap;  // the turn that sent it never was
    Chance& luck = world_.chance;
    int64_t way_ms = 5 + luck.below(100);
    if (luck.percent(world_.faults.slow)) way_ms += luck.below(30'000);
    world_.expect(world_.now + way_ms, Event::Kind::arrival, id_);
    world_.expect(world_.now + flight.request.timeout_ms, Event::Kind::time_limit, id_);
  }

 private:
  World& world_;
  HttpRequest request_;
  std::optional<HttpResponse> response_;
  int64_t id_ = 0;
};

World::World(uint64_t seed, SqliteDatabase& database, Settings settings)
    : chance(seed),
      database_(database),
      settings_(std::move(settings)),
      loop_(std::make_unique<Loop>()) {}

World::~World() { tasks_.clear(); }

void World::note(std::string_view what, std::string_view detail) {
  if (trace != nullptr) *trace += cat({decimal(now), " ", what, " ", detail, "\n"});
}

bool World::traps_at(const HttpRequest& request) const {
  if (trap_on.empty()) return false;
  return cat({request.method, " ", request.url}).find(trap_on) != std::string::npos;
}

void World::at(int64_t at_ms, std::function<void()> event) {
  expect(at_ms, Event::Kind::other, events_made_ + 1);
  others_.emplace(events_made_, std::move(event));
}

void World::expect(int64_t at_ms, Event::Kind kind, int64_t id) {
  events_.push_back({at_ms, ++events_made_, kind, id});
  std::push_heap(events_.begin(), events_.end());
}

void World::happen(const Event& event) {
  switch (event.kind) {
    case Event::Kind::arrival:
      return arrive(event.id);
    case Event::Kind::answer:
      return answer(event.id);
    case Event::Kind::time_limit:
      return finish(event.id, std::nullopt);
    case Event::Kind::wake:
      return wake(size_t(event.id));
    case Event::Kind::other:
      return others_.extract(event.id).mapped()();
  }
}

void World::wake(size_t place) {
  Pause* pause = std::exchange(pauses_[place], nullptr);
  free_pauses_.push_back(place);
  if (pause != nullptr) pause->end();
}

void World::start(Task<Done> task) {
  tasks_.push_back(std::move(task));
  tasks_.back().start(*loop_);
}

void World::collect_ended() {
  std::erase_if(tasks_, [](const Task<Done>& task) { return task.ended(); });
}

void World::crash() {
  ++crashes;
  note("crash", "");
  tasks_.clear();
  loop_ = std::make_unique<Loop>();
  for (auto& [id, flight] : flights_) {
    flight.waiting = nullptr;
    if (chance.percent(50)) flight.is_lost = true;
  }
}

// The machine dies inside of a turn: what the turn wrote is gone, and so is what it sent.
bool World::run_doomed_turn() {
  database_.mark_turn();
  is_doomed_ = true;
  bool turned = loop_->turn();
  is_doomed_ = false;
  database_.take_turn_back();
  crash();
  return turned;
}

// A trap of the core: the same turn traps again, however often it is tried.
bool World::run_trapping_turn() {
  database_.mark_turn();
  is_trapped_ = false;
  bool turned = loop_->turn();
  if (!is_trapped_) {
    database_.keep_turn();
    return turned;
  }
  database_.take_turn_back();
  ++traps;
  crash();
  return turned;
}

bool World::turn() {
  bool dies = faults.crash_permille > 0 && crashes < crashes_max && !tasks_.empty() &&
              chance.below(1000) < faults.crash_permille;
  if (dies && chance.percent(50)) return run_doomed_turn() || true;
  if (dies) {
    crash();
    return true;
  }
  if (trap_on.empty() ? loop_->turn() : run_trapping_turn()) {
    collect_ended();
    return true;
  }
  if (events_.empty()) return false;
  std::pop_heap(events_.begin(), events_.end());
  Event event = events_.back();
  events_.pop_back();
  now = std::max(now, event.at_ms);
  happen(event);
  return true;
}

std::string World::body_of(const HttpRequest& request) const {
  std::string whole;
  std::string carry;  // consecutive base64 pieces are one text
  auto flush = [&] {
    whole += base64(carry);
    carry.clear();
  };
  for (const auto& piece : request.body) {
    if (piece.kind == BodyPiece::Kind::bytes) {
      flush();
      whole += piece.text;
      continue;
    }
    auto found = blobs.find(piece.text);
    FAIRWAY_ASSERT(found != blobs.end());
    if (piece.kind == BodyPiece::Kind::blob) whole += found->second;
    if (piece.kind == BodyPiece::Kind::blob_part) {
      FAIRWAY_ASSERT(piece.offset + piece.size_bytes <= int64_t(found->second.size()));
      whole += found->second.substr(size_t(piece.offset), size_t(piece.size_bytes));
    }
    if (piece.kind == BodyPiece::Kind::blob_base64) carry += found->second;
  }
  flush();
  return whole;
}

namespace {

HttpResponse plain(int status) { return {status, {}, "{}"}; }

}  // namespace

void World::arrive(int64_t id) {
  auto found = flights_.find(id);
  if (found == flights_.end() || found->second.is_lost) return;
  HttpRequest request = std::move(found->second.request);
  bool is_cut = id == fail_request || (fail_requests_from > 0 && id >= fail_requests_from);
  if (chance.percent(faults.refuse)) {
    note("refused", request.url);
    return finish(id, std::nullopt);
  }
  if (chance.percent(faults.busy)) {
    note("busy", request.url);
    static constexpr int statuses[] = {429, 500, 503};
    return finish(id, plain(statuses[chance.below(3)]));
  }
  if (on_arrival) on_arrival(request);
  HttpResponse response = plain(404);
  for (Provider* provider : providers) {
    if (!provider->owns(request.url)) continue;
    response = provider->answer(request, body_of(request));
    break;
  }
  if (trace != nullptr) note(request.method, cat({request.url, " ", decimal(response.status)}));
  if (is_cut || chance.percent(faults.lose_answer)) {
    note("lost", request.url);
    return;  // the time limit will tell
  }
  if (chance.percent(faults.late_error)) response = plain(500);
  // The time limit may have been first.
  found = flights_.find(id);
  int64_t at_ms = now + 5 + chance.below(60);
  if (found != flights_.end()) found->second.response = std::move(response);
  expect(at_ms, Event::Kind::answer, id);
}

void World::answer(int64_t id) {
  auto found = flights_.find(id);
  if (found != flights_.end()) finish(id, std::move(found->second.response));
}

void World::finish(int64_t id, std::optional<HttpResponse> response) {
  auto found = flights_.extract(id);
  if (found.empty() || found.mapped().waiting == nullptr) return;
  found.mapped().waiting->answered(std::move(response));
}

Task<HttpResponse> World::send(HttpRequest request) {
  std::string url = request.url;
  Flight flight(*this, std::move(request));
  auto response = co_await flight;
  if (!response) co_return retry_later("no_answer", cat({url, " did not answer"}));
  co_return std::move(*response);
}

Task<Done> World::sleep_ms(int64_t span_ms) {
  Pause pause(*this, now + span_ms);
  co_await pause;
  co_return Done{};
}

Task<Done> World::write(std::string key, std::string bytes) {
  blobs[key] = std::move(bytes);
  co_return Done{};
}

Task<std::string> World::read(std::string key, int64_t offset, int64_t size) {
  auto found = blobs.find(key);
  if (found == blobs.end()) co_return report_bug("blob_missing", cat({"no blob ", key}));
  if (offset >= int64_t(found->second.size())) co_return std::string();
  co_return found->second.substr(size_t(offset), size_t(size));
}

Task<int64_t> World::size(std::string key) {
  auto found = blobs.find(key);
  co_return found == blobs.end() ? -1 : int64_t(found->second.size());
}

Task<Done> World::remove(std::string key) {
  blobs.erase(key);
  co_return Done{};
}

std::string World::bytes(size_t size) {
  std::string made(size, '\0');
  for (char& byte : made) byte = char(chance.next() >> 40);
  return made;
}

namespace {

// Stands in for every hash: bytes that depend on all parts and where each of them ends.
std::string keyed(std::initializer_list<std::string_view> parts, size_t size) {
  uint64_t low = 0x9E3779B97F4A7C15ull, high = 0xD1B54A32D192ED03ull;
  auto mix = [&](uint64_t word) {
    low = (low ^ word) * 0xFF51AFD7ED558CCDull;
    high = std::rotl(high ^ low, 29) * 0xC4CEB9FE1A85EC53ull;
    low ^= high >> 32;
  };
  for (auto part : parts) {
    mix(part.size());
    for (size_t at = 0; at < part.size(); at += 8) {
      uint64_t word = 0;
      for (size_t i = at; i < std::min(at + 8, part.size()); ++i)
        word = word << 8 | uint8_t(part[i]);
      mix(word);
    }
  }
  std::string digest(size, '\0');
  for (size_t at = 0; at < size; ++at) {
    if (at % 8 == 0) mix(at);
    digest[at] = char((low ^ high) >> (at % 8 * 8));
  }
  return digest;
}

// Stands in for AES-256-GCM: a key stream and a tag that depend on all of it. Hides the text and
// refuses what was moved or changed; is not cryptography.
std::string mask(std::string_view key, std::string_view nonce, std::string text) {
  std::string stream = keyed({"stream", key, nonce}, text.size());
  for (size_t i = 0; i < text.size(); ++i) text[i] = char(text[i] ^ stream[i]);
  return text;
}

}  // namespace

Task<std::string> World::sha256(std::string bytes) { co_return keyed({"sha256", bytes}, 32); }

Task<std::string> World::hmac_sha256(std::string key, std::string bytes) {
  co_return keyed({"hmac", key, bytes}, 32);
}

Task<std::string> World::seal(std::string key, std::string nonce, std::string additional_data,
                              std::string plaintext) {
  std::string tag = keyed({"tag", key, nonce, additional_data, plaintext}, 16);
  co_return mask(key, nonce, std::move(plaintext)) + tag;
}

Task<std::string> World::open(std::string key, std::string nonce, std::string additional_data,
                              std::string sealed) {
  if (sealed.size() < 16) co_return report_bug("seal_broken", "too short");
  std::string tag = sealed.substr(sealed.size() - 16);
  sealed.resize(sealed.size() - 16);
  std::string text = mask(key, nonce, std::move(sealed));
  if (tag != keyed({"tag", key, nonce, additional_data, text}, 16)) {
    co_return report_bug("seal_broken", "the tag is wrong");
  }
  co_return text;
}

Task<Crypto::Verdict> World::es256_verify(P256PublicKey key, std::string signature,
                                          std::string bytes) {
  std::string expected = keyed({"es256", key.x, key.y, bytes}, 64);
  co_return signature == expected ? Verdict::valid : Verdict::invalid;
}

}  // namespace fairway::test

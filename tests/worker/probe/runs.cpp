// The worker under test: the product's shell around routes that misbehave on purpose. Never
// shipped.
//
// Anybody is who they say they are in their bearer token. What the routes do is told by
// their names; POST bodies are JSON.
#include "worker/runs.h"

#include "shared/base/text.h"
#include "shared/jobs/jobs.h"

namespace fairway::worker {

namespace {

// What a probe is asked.
struct Probe {
  Host& host;
  Json control;
  std::string body;
};
using Answer = Frame (*)(Probe);
using SlowAnswer = Task<Frame> (*)(Probe);

Frame reply(const Json& body, int status = 200) {
  Json headers = Json::array({Json::array({"content-type", "application/json"})});
  return {{{"status", status}, {"headers", std::move(headers)}}, to_text(body)};
}

Json json_of(const std::string& body) {
  auto json = parse_json(body);
  return json.ok() ? std::move(*json) : Json::object();
}

void create_tables(Database& database) {
  auto there = database.run("SELECT 1 FROM sqlite_schema WHERE name = 'jobs'");
  if (!there.rows.empty()) return;
  create_job_tables(database);
  database.run("CREATE TABLE probe(at_ms INTEGER NOT NULL, text TEXT NOT NULL)");
}

// As a broken promise does.
void end_by_a_trap() {
  bool was_asked_to_trap = true;
  FAIRWAY_ASSERT(!was_asked_to_trap);
}

HttpRequest request_to(std::string method, std::string url) {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  return request;
}

void write_row(Host& host, const std::string& text) {
  host.database.run("INSERT INTO probe(at_ms, text) VALUES(?1, ?2)", {host.clock.now_ms(), text});
}

Json to_json_value(const Value& value) {
  struct Writer {
    Json operator()(std::monostate) { return {{"null", true}}; }
    Json operator()(int64_t number) { return {{"integer", decimal(number)}}; }
    Json operator()(double number) { return {{"real", number}}; }
    Json operator()(const std::string& text) { return {{"text", text}}; }
    Json operator()(const Bytes& blob) { return {{"blob", hex(blob.bytes)}}; }
  };
  return std::visit(Writer{}, value);
}

Value from_json_value(const Json& json) {
  if (json.contains("integer")) return *parse_decimal(json["integer"].get<std::string>());
  if (json.contains("real")) return json["real"].get<double>();
  if (json.contains("text")) return json["text"].get<std::string>();
  if (json.contains("blob")) return Bytes{*from_hex(json["blob"].get<std::string>())};
  return std::monostate{};
}

Task<Frame> echo(Probe probe) {
  Json told = probe.control;
  told["body_bytes"] = probe.body.size();
  co_return reply(told);
}

Task<Frame> rows(Probe probe) {
  Json list = Json::array();
  auto found = probe.host.database.run("SELECT at_ms, text FROM probe ORDER BY rowid");
  for (const Row& row : found.rows)
    list.push_back({{"at_ms", row.integer(0)}, {"text", row.text(1)}});
  co_return reply(list);
}

Task<Frame> write(Probe probe) {
  write_row(probe.host, probe.body);
  co_return reply(Json::object());
}

Task<Frame> write_then_trap(Probe probe) {
  write_row(probe.host, probe.body);
  end_by_a_trap();
  co_return reply(Json::object());
}

// The first turn ends at the sleep and is kept; the second one is taken back.
Task<Frame> write_wait_write_trap(Probe probe) {
  write_row(probe.host, probe.body + " first turn");
  co_await probe.host.clock.sleep_ms(1);
  write_row(probe.host, probe.body + " second turn");
  end_by_a_trap();
  co_return reply(Json::object());
}

// The call is asked for in the turn that traps: it must never leave.
Task<Frame> call_then_trap(Probe probe) {
  auto call = probe.host.http.send(request_to("POST", probe.body));
  auto trap = [](Host& host) -> Task<HttpResponse> {
    write_row(host, "never kept");
    end_by_a_trap();
    co_return HttpResponse{};
  };
  std::vector<Task<HttpResponse>> both;
  both.push_back(std::move(call));
  both.push_back(trap(probe.host));
  co_await outcomes_of(std::move(both));
  co_return reply(Json::object());
}

Task<Frame> overflow(Probe probe) {
  struct Deep {
    static size_t dig(volatile char* above, size_t depth) {
      volatile char room[1024];
      room[0] = above[0];
      return depth == 0 ? size_t(room[0]) : dig(room, depth - 1) + size_t(room[depth % 1024]);
    }
  };
  volatile char top[1] = {1};
  co_return reply({{"deep", Deep::dig(top, probe.body.size() + 100'000)}});
}

Task<Frame> grow(Probe probe) {
  std::string large(size_t(16) << 20, 'x');
  co_return reply({{"size", large.size() + probe.body.size()}});
}

Task<Frame> sleep(Probe probe) {
  co_await probe.host.clock.sleep_ms(*parse_decimal(probe.body));
  co_return reply(Json::object());
}

Task<Frame> run_sql(Probe probe) {
  Json asked = json_of(probe.body);
  std::vector<Value> values;
  for (const Json& value : asked["values"]) values.push_back(from_json_value(value));
  auto found = probe.host.database.run(asked["sql"].get<std::string>(), std::move(values));
  Json list = Json::array();
  for (const Row& row : found.rows) {
    Json cells = Json::array();
    for (size_t i = 0; i < row.size(); ++i) cells.push_back(to_json_value(row.value(i)));
    list.push_back(cells);
  }
  co_return reply({{"rows", list}, {"changes", found.changes}});
}

// {"url","method","timeout_ms","body":[{"text"}|{"blob"}|{"blob_base64"}]}
Task<Frame> send(Probe probe) {
  Json asked = json_of(probe.body);
  HttpRequest request = request_to(asked["method"], asked["url"]);
  request.headers.push_back({"x-asked-by", "probe"});
  request.timeout_ms = integer_or(asked, "timeout_ms", 5'000);
  for (const Json& piece : member(asked, "body")) {
    if (piece.contains("text")) request.body.push_back(bytes_piece(piece["text"]));
    if (piece.contains("blob")) request.body.push_back(blob_piece(piece["blob"]));
    if (piece.contains("blob_base64")) {
      request.body.push_back(blob_base64_piece(piece["blob_base64"]));
    }
  }
  auto answer = co_await outcome_of(probe.host.http.send(std::move(request)));
  if (!answer.ok()) co_return reply({{"failure", answer.failure()}});
  Json headers = Json::object();
  for (const auto& header : answer->headers) headers[header.name] = header.value;
  co_return reply({{"status", answer->status},
                   {"headers", headers},
                   {"size", answer->body.size()},
                   {"body", answer->body.substr(0, 2'000)}});
}

// The sooner of two tasks wins, and the other one is dropped.
Task<Frame> race(Probe probe) {
  auto slow = [](Host& host, HttpRequest request) -> Task<Done> {
    co_await host.http.send(std::move(request));
    co_return Done{};
  };
  auto first = co_await first_of(slow(probe.host, request_to("GET", probe.body)),
                                 probe.host.clock.sleep_ms(50));
  co_return reply({{"http_was_first", first.has_value()}});
}

Task<Frame> blobs(Probe probe) {
  Blobs& blobs = probe.host.blobs;
  std::string verb = probe.control["query"].get<std::string>();
  Json asked = json_of(probe.body);
  std::string key = asked["key"];
  Json told = Json::object();
  std::optional<Failure> failure;
  if (verb == "write") {
    auto done =
        co_await outcome_of(blobs.write(key, *from_base64(asked["base64"].get<std::string>())));
    if (!done.ok()) failure = done.failure();
  } else if (verb == "read") {
    auto bytes = co_await outcome_of(blobs.read(key, asked["offset"], asked["size"]));
    if (bytes.ok()) told["base64"] = base64(*bytes);
    if (!bytes.ok()) failure = bytes.failure();
  } else if (verb == "size") {
    told["size"] = co_await blobs.size(key);
  } else {
    co_await blobs.remove(key);
  }
  if (failure) told["failure"] = *failure;
  co_return reply(told);
}

// {"verb", and hex values by the names of the Crypto port}
Task<Frame> crypto(Probe probe) {
  Json asked = json_of(probe.body);
  Crypto& crypto = probe.host.crypto;
  auto part = [&](const char* name) { return *from_hex(text_or(asked, name, "")); };
  std::string verb = asked["verb"];
  Outcome<std::string> result = std::string();
  if (verb == "sha256") {
    result = co_await outcome_of(crypto.sha256(part("text")));
  } else if (verb == "hmac_sha256") {
    result = co_await outcome_of(crypto.hmac_sha256(part("key"), part("text")));
  } else if (verb == "seal") {
    auto task = crypto.seal(part("key"), part("nonce"), part("additional"), part("text"));
    result = co_await outcome_of(std::move(task));
  } else if (verb == "open") {
    auto task = crypto.open(part("key"), part("nonce"), part("additional"), part("text"));
    result = co_await outcome_of(std::move(task));
  } else {
    Crypto::P256PublicKey key{part("x"), part("y")};
    auto verdict = co_await crypto.es256_verify(key, part("signature"), part("text"));
    co_return reply({{"valid", verdict == Crypto::Verdict::valid}});
  }
  if (!result.ok()) co_return reply({{"failure", result.failure()}});
  co_return reply({{"hex", hex(*result)}});
}

Task<Frame> random(Probe probe) {
  std::string bytes = probe.host.random.bytes(size_t(*parse_decimal(probe.body)));
  co_return reply({{"hex", hex(bytes)}});
}

// Queues a job: {"id","kind":"steps"|"trap","steps":n,"step_ms":n}
Task<Frame> queue_job(Probe probe) {
  Json asked = json_of(probe.body);
  add_job(probe.host, asked["id"], asked["kind"], asked);
  co_return reply(Json::object(), 202);
}

Task<Frame> find_probe_job(Probe probe) {
  auto job = find_job(probe.host.database, probe.body);
  if (!job) co_return reply({{"there", false}});
  Json steps = Json::array();
  for (const auto& step : steps_of(probe.host.database, job->id)) steps.push_back(step.name);
  co_return reply({{"there", true},
                   {"ended", job->ended_at_ms != 0},
                   {"attempts", job->attempts},
                   {"steps", steps}});
}

Task<Done> one_step(Host& host, std::string text, int64_t span_ms) {
  co_await host.clock.sleep_ms(span_ms);
  write_row(host, text);
  co_return Done{};
}

Task<Done> steps_workflow(Host& host, Journal& journal, Json input) {
  std::string id = input["id"];
  int64_t count = input["steps"];
  for (int64_t i = 0; i < count; ++i) {
    std::string name = cat({"step ", decimal(i)});
    auto work = one_step(host, cat({id, " ", name}), input["step_ms"]);
    co_await step(journal, name, std::move(work));
  }
  co_return Done{};
}

Task<Done> trap_workflow(Host& host, Journal& journal, Json input) {
  co_await host.clock.sleep_ms(1);
  write_row(host, cat({journal.job_id, " never kept ", to_text(input)}));
  end_by_a_trap();
  co_return Done{};
}

struct Route {
  std::string_view name;
  SlowAnswer answer;
};
constexpr Route routes[] = {
    {"echo", echo},
    {"rows", rows},
    {"write", write},
    {"write-then-trap", write_then_trap},
    {"write-wait-write-trap", write_wait_write_trap},
    {"call-then-trap", call_then_trap},
    {"overflow", overflow},
    {"grow", grow},
    {"sleep", sleep},
    {"sql", run_sql},
    {"send", send},
    {"race", race},
    {"blobs", blobs},
    {"crypto", crypto},
    {"random", random},
    {"queue-job", queue_job},
    {"job", find_probe_job},
};

Frame authenticate(const Json& control) {
  for (const Json& header : control["headers"]) {
    if (header[0] != "authorization") continue;
    std::string id = header[1].get<std::string>().substr(sizeof "Bearer");
    Json user{{"id", id}, {"email", id + "@example.com"}};
    return {{{"user", std::move(user)}, {"valid_until_ms", 1e15}}, ""};
  }
  return reply({{"error", {{"code", "signed_out"}}}}, 401);
}

}  // namespace

Task<Frame> run_named(Host& host, Json control, std::string body) {
  std::string run = control["run"];
  if (run == "authenticate") co_return authenticate(control);
  if (control["user"].is_null() && run == "request") co_return reply({{"status", "ok"}});
  create_tables(host.database);
  if (run == "open") co_return Frame{Json::object(), ""};
  if (run == "jobs") {
    if (control["alone"].get<bool>()) end_leases(host.database);
    co_await run_due_jobs(host, {{"steps", steps_workflow}, {"trap", trap_workflow}});
    co_return Frame{Json::object(), ""};
  }
  std::string path = control["path"];
  for (const Route& route : routes) {
    if (path != cat({"/api/probe/", route.name})) continue;
    Probe probe{host, std::move(control), std::move(body)};
    co_return co_await route.answer(std::move(probe));
  }
  co_return reply({{"error", {{"code", "no_such_probe"}}}}, 404);
}

}  // namespace fairway::worker

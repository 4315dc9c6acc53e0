#include "tests/world/fake_turso.h"

#include <array>

#include "shared/base/text.h"

namespace fairway::test {

namespace {

constexpr std::string_view api = "https://api.turso.test/v1/organizations/org/databases";
constexpr std::string_view hosts = ".db.test";

HttpResponse json_answer(int status, const Json& json) { return {status, {}, to_text(json)}; }
HttpResponse error(int status, std::string_view text) {
  return {status, {}, cat({R"({"error":)", to_text(Json(text)), "}"})};
}

std::string name_of_host(std::string_view url) {
  url.remove_prefix(std::string_view("https://").size());
  return std::string(url.substr(0, url.find(hosts)));
}

std::string_view path_of_host(std::string_view url) {
  return url.substr(url.find(hosts) + hosts.size());
}

std::string bearer(const HttpRequest& request) {
  for (const auto& header : request.headers) {
    if (header.name == "authorization") return header.value;
  }
  return "";
}

Value value_of(const Json& json) {
  std::string type = text_or(json, "type", "");
  if (type == "integer") return *parse_decimal(json.at("value").get<std::string>());
  if (type == "float") return json.at("value").get<double>();
  if (type == "text") return json.at("value").get<std::string>();
  if (type == "blob") return Bytes{*from_base64(json.at("base64").get<std::string>())};
  return Value{};
}

Json json_of(const Value& value) {
  if (auto* number = std::get_if<int64_t>(&value)) {
    return {{"type", "integer"}, {"value", decimal(*number)}};
  }
  if (auto* real = std::get_if<double>(&value)) return {{"type", "float"}, {"value", *real}};
  if (auto* text = std::get_if<std::string>(&value)) return {{"type", "text"}, {"value", *text}};
  if (auto* blob = std::get_if<Bytes>(&value)) {
    return {{"type", "blob"}, {"base64", base64(blob->bytes)}};
  }
  return {{"type", "null"}};
}

struct Ran {
  Json result;
  Json error;  // null when it worked
};

Ran run(SqliteDatabase& database, const Json& statement) {
  std::vector<Value> values;
  for (const Json& arg : member(statement, "args")) values.push_back(value_of(arg));
  auto attempt = database.attempt(statement.at("sql").get<std::string>(), values);
  if (!attempt.error.empty()) {
    return {Json(), {{"message", attempt.error}, {"code", "SQLITE_ERROR"}}};
  }
  Json rows = Json::array();
  for (const Row& row : attempt.rows.rows) {
    Json cells = Json::array();
    for (size_t i = 0; i < row.size(); ++i) cells.push_back(json_of(row.value(i)));
    rows.push_back(std::move(cells));
  }
  return {{{"cols", Json::array()},
           {"rows", std::move(rows)},
           {"affected_row_count", attempt.rows.changes},
           {"last_insert_rowid", nullptr}},
          Json()};
}

bool holds(const Json& condition, const std::vector<bool>& worked) {
  if (condition.is_null()) return true;
  if (condition.at("type") == "not") return !holds(condition.at("cond"), worked);
  return worked.at(condition.at("step").get<size_t>());
}

Json run_batch(SqliteDatabase& database, const Json& steps) {
  Json results = Json::array(), errors = Json::array();
  std::vector<bool> worked;
  for (const Json& step : steps) {
    bool runs = holds(member(step, "condition"), worked);
    Ran ran;
    if (runs) ran = run(database, step.at("stmt"));
    worked.push_back(runs && ran.error.is_null());
    results.push_back(ran.result);
    errors.push_back(ran.error);
  }
  return {{"step_results", std::move(results)}, {"step_errors", std::move(errors)}};
}

}  // namespace

namespace {

Json run_request(SqliteDatabase& database, const Json& request) {
  std::string type = text_or(request, "type", "");
  Json response{{"type", type}};
  if (type == "execute") {
    Ran ran = run(database, request.at("stmt"));
    if (!ran.error.is_null()) return {{"type", "error"}, {"error", std::move(ran.error)}};
    response["result"] = std::move(ran.result);
  }
  if (type == "batch") {
    response["result"] = run_batch(database, request.at("batch").at("steps"));
  }
  return {{"type", "ok"}, {"response", std::move(response)}};
}

std::string run_pipeline(SqliteDatabase& database, const std::string& bytes) {
  auto body = parse_json(bytes);
  FAIRWAY_ASSERT(body.ok());
  Json results = Json::array();
  for (const Json& request : body->at("requests")) {
    results.push_back(run_request(database, request));
  }
  return to_text({{"baton", nullptr}, {"base_url", nullptr}, {"results", std::move(results)}});
}

// A content that some database has had: a file, or another content and what was run on it.
struct Content {
  size_t before = 0;  // 0: `bytes` is the file
  std::string bytes;
  struct Answer {
    std::string text;
    size_t after = 0;
  };
  std::map<std::string, Answer> answers;                            // by pipeline
  std::map<std::string, std::vector<int64_t>, std::less<>> counts;  // by query
  std::optional<std::vector<SchemaObject>> schema;
};

// Every content that was seen in this program's worlds; the first one is none.
struct Contents {
  std::vector<Content> all = std::vector<Content>(1);
  std::map<std::string, size_t> files;
  // Images of those that were met last, in a ring: all of them would be gigabytes.
  struct Image {
    size_t content = 0;
    std::string bytes;
  };
  std::array<Image, 64> images;
  size_t next_image = 0;
};

Contents& contents() {
  static Contents seen;
  return seen;
}

constexpr size_t contents_max = 20'000;

size_t content_of_file(const std::string& bytes) {
  auto [found, is_new] = contents().files.try_emplace(bytes, contents().all.size());
  if (is_new) contents().all.push_back({0, bytes, {}, {}, {}});
  return found->second;
}

void keep_image(size_t index, std::string bytes) {
  auto& image = contents().images.at(contents().next_image++ % contents().images.size());
  image = {index, std::move(bytes)};
}

std::unique_ptr<SqliteDatabase> open_content(size_t index) {
  const Content& content = contents().all.at(index);
  if (content.before == 0) return std::make_unique<SqliteDatabase>(content.bytes);
  for (const auto& image : contents().images) {
    if (image.content == index) return std::make_unique<SqliteDatabase>(image.bytes);
  }
  auto database = open_content(content.before);
  run_pipeline(*database, content.bytes);
  keep_image(index, database->image());
  return database;
}

const Content::Answer& answer_of(size_t index, const std::string& pipeline) {
  auto known = contents().all.at(index).answers.find(pipeline);
  if (known != contents().all[index].answers.end()) return known->second;
  auto database = open_content(index);
  std::string image = database->image();
  Content::Answer answer{run_pipeline(*database, pipeline), index};
  std::string changed = database->image();
  if (changed != image) {
    answer.after = contents().all.size();
    contents().all.push_back({index, pipeline, {}, {}, {}});
    keep_image(answer.after, std::move(changed));
  }
  return contents().all[index].answers.emplace(pipeline, std::move(answer)).first->second;
}

}  // namespace

FakeTurso::FakeTurso(World& world) : world_(world) {
  if (contents().all.size() > contents_max) contents() = {};
}

bool FakeTurso::owns(std::string_view url) const {
  return url.starts_with(api) || url.find(hosts) != std::string_view::npos;
}

std::map<std::string, const FakeTurso::Base*> FakeTurso::standing() const {
  std::map<std::string, const Base*> found;
  for (const auto& [name, base] : bases_) {
    if (base.stands_at(world_.now)) found[name] = &base;
  }
  return found;
}

void FakeTurso::add_stranger(const std::string& name) {
  bases_[name].is_strangers = true;
  bases_[name].is_draft = false;
}

FakeTurso::Base* FakeTurso::find(const std::string& name) {
  auto found = bases_.find(name);
  if (found == bases_.end()) return nullptr;
  if (!found->second.stands_at(world_.now)) {
    bases_.erase(found);
    return nullptr;
  }
  return &found->second;
}

bool FakeTurso::holds_data(const std::string& name) {
  Base* base = find(name);
  return base != nullptr && base->content != 0;
}

std::vector<SchemaObject> FakeTurso::schema_of(const std::string& name) {
  if (!holds_data(name)) return {};
  size_t index = find(name)->content;
  if (auto& known = contents().all.at(index).schema) return *known;
  std::vector<SchemaObject> schema;
  auto found = open_content(index)->run(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL", {});
  for (const Row& row : found.rows) {
    schema.push_back({row.text(0), row.text(1), row.text(2), row.text(3)});
  }
  contents().all[index].schema = schema;
  return schema;
}

std::vector<int64_t> FakeTurso::counts_in(const std::string& name, std::string_view sql) {
  if (!holds_data(name)) return {};
  size_t index = find(name)->content;
  auto known = contents().all.at(index).counts.find(sql);
  if (known != contents().all[index].counts.end()) return known->second;
  auto attempt = open_content(index)->attempt(sql, {});
  std::vector<int64_t> counts;
  if (attempt.error.empty()) {
    const Row& row = attempt.rows.rows.at(0);
    for (size_t i = 0; i < row.size(); ++i) counts.push_back(row.integer(i));
  }
  return contents().all[index].counts.emplace(sql, std::move(counts)).first->second;
}

void FakeTurso::visit(const std::string& name, std::string_view sql) {
  if (!holds_data(name)) return;
  Json request{{"type", "execute"}, {"stmt", {{"sql", sql}}}};
  pipeline(*find(name), to_text({{"requests", Json::array({request})}}));
}

HttpResponse FakeTurso::answer(const HttpRequest& request, const std::string& bytes) {
  if (request.url.starts_with(api)) {
    Json body;
    if (!bytes.empty()) body = *parse_json(bytes);
    if (bearer(request) != cat({"Bearer ", token})) return error(401, "bad token");
    return platform(request, std::string_view(request.url).substr(api.size()), body);
  }
  std::string name = name_of_host(request.url);
  Base* base = find(name);
  if (base == nullptr) return error(404, cat({"Namespace `", name, "` doesn't exist"}));
  if (bearer(request) != cat({"Bearer CANARY-database-", name})) return error(401, "Unauthorized");
  std::string_view path = path_of_host(request.url);
  constexpr std::string_view chunked = "/v2/upload/";
  if (path == "/v1/upload") return upload(*base, bytes);
  if (path.starts_with(chunked)) return upload_in_chunks(*base, path.substr(chunked.size()), bytes);
  return pipeline(*base, bytes);
}

HttpResponse FakeTurso::platform(const HttpRequest& request, std::string_view path,
                                 const Json& body) {
  if (path.empty()) return create(text_or(body, "name", ""));
  auto parts = split(path.substr(1), '/');
  std::string name(parts[0]);
  Base* base = find(name);
  bool is_hidden = base != nullptr && world_.now < base->visible_from_ms;
  if (base == nullptr || is_hidden) return error(404, "could not find database");
  if (request.method == "DELETE") {
    FAIRWAY_ASSERT(!base->is_strangers);
    if (base->gone_from_ms == 0) {
      base->gone_from_ms = world_.now + (is_quirky ? world_.chance.below(4'000) : 0);
    }
    return json_answer(200, {{"database", name}});
  }
  if (parts.size() > 1) return json_answer(200, {{"jwt", cat({"CANARY-database-", name})}});
  return json_answer(
      200, {{"database",
             {{"Name", name}, {"DbId", cat({"id-", name})}, {"Hostname", cat({name, hosts})}}}});
}

HttpResponse FakeTurso::create(const std::string& name) {
  if (find(name) != nullptr) {
    return error(409, cat({"database with name [", name, "] already exists"}));
  }
  Base& base = bases_[name];
  base.visible_from_ms = world_.now + (is_quirky ? world_.chance.below(600) : 0);
  return json_answer(200, {{"database", {{"Name", name}}}});
}

HttpResponse FakeTurso::upload(Base& base, const std::string& bytes) {
  if (!base.is_draft) return error(409, "database is not a draft");
  if (bytes.size() < 100 || !bytes.starts_with("SQLite format 3") || bytes[18] != 2) {
    return error(400, "invalid file");
  }
  base.is_draft = false;
  ++base.uploads;
  base.content = content_of_file(bytes);
  return {200, {}, ""};
}

HttpResponse FakeTurso::upload_in_chunks(Base& base, std::string_view verb,
                                         const std::string& bytes) {
  constexpr int64_t chunk_bytes = 5'000;
  if (!base.is_draft) return error(409, "database is not a draft");
  if (verb == "start") {
    base.chunked_bytes = integer_or(*parse_json(bytes), "db_size_bytes", 0);
    base.chunks.clear();
    return json_answer(200, {{"chunk_size", chunk_bytes}});
  }
  if (base.chunked_bytes == 0) return error(400, "no upload was started");
  if (verb == "finalize") {
    std::string whole;
    for (const auto& [number, chunk] : base.chunks) whole += chunk;
    if (int64_t(whole.size()) != base.chunked_bytes) return error(400, "chunks are missing");
    return upload(base, whole);
  }
  int64_t number = *parse_decimal(verb.substr(verb.find('/') + 1));
  int64_t expected = std::min(chunk_bytes, base.chunked_bytes - number * chunk_bytes);
  if (int64_t(bytes.size()) != expected) return error(400, "a chunk of another size");
  base.chunks[number] = bytes;
  return {201, {}, ""};
}

HttpResponse FakeTurso::pipeline(Base& base, const std::string& bytes) {
  if (base.content == 0) return error(400, "the database is a draft");
  const auto& answer = answer_of(base.content, bytes);
  base.content = answer.after;
  return {200, {}, answer.text};
}

}  // namespace fairway::test

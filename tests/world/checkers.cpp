#include "tests/world/checkers.h"

#include <set>

#include "shared/base/text.h"
#include "shared/base/time.h"
#include "shared/gateway/app_key.h"
#include "shared/gateway/services.h"

namespace fairway::test {

namespace {

bool holds_all(const std::string& now, const std::string& before) {
  if (now == before) return true;
  for (auto line : split(before, '\n')) {
    if (now.find(cat({line, "\n"})) == std::string::npos && !line.empty()) return false;
  }
  return true;
}

// What changes or removes a thing may arrive when it is gone already; what makes one may not.
enum class Request { makes, changes };
bool is_in_ledger(Database& database, std::string_view name, Request request) {
  auto found =
      database.run("SELECT count(*) FROM resources WHERE name = ?1 AND state BETWEEN 1 AND 3 + ?2",
                   {std::string(name), int64_t(request == Request::changes)});
  return found.rows[0].integer(0) > 0;
}

std::string part_after(std::string_view url, std::string_view before) {
  size_t start = url.find(before);
  if (start == std::string_view::npos) return "";
  start += before.size();
  return std::string(url.substr(start, url.find_first_of("/?", start) - start));
}

}  // namespace

std::string why_progress_is_wrong(Stage& stage) {
  auto active = stage.database.run("SELECT count(*) FROM deployments WHERE ended_at_ms = 0");
  if (active.rows[0].integer(0) > 1) return "G1: two deployments are active";
  // The finished steps of every job, a line each. Asked again, it is the same text mostly.
  auto found = stage.database.run(
      "SELECT job_id, group_concat(name || '=' || result || char(10), '') FROM journal"
      " WHERE ended_at_ms > 0 GROUP BY job_id");
  std::map<std::string, std::string> now;
  for (const Row& row : found.rows) now[row.text(0)] = row.text(1);
  for (const auto& [job, before] : stage.progress) {
    if (!holds_all(now[job], before)) return "G7: a finished step changed or vanished";
  }
  stage.progress = std::move(now);
  return "";
}

std::string why_not_intended(Stage& stage, const HttpRequest& request) {
  if (request.method == "GET") return "";
  std::string_view url = request.url;
  std::string name;
  Request kind = Request::changes;
  if (url.ends_with("/organizations/org/databases") || url.ends_with("/pages/projects")) {
    auto body = parse_json(request.body.at(0).text);
    name = text_or(*body, "name", "");
    kind = Request::makes;
  } else if (url.find("/organizations/org/databases/") != std::string_view::npos) {
    name = part_after(url, "/organizations/org/databases/");
  } else if (url.ends_with("/deployments")) {
    kind = Request::makes;
    for (const Row& row : stage.database.run("SELECT id FROM deployments").rows) {
      if (request.body.at(0).text.find(row.text(0)) != std::string::npos) name = row.text(0);
    }
  } else if (url.find("/pages/projects/") != std::string_view::npos) {
    name = part_after(url, "/pages/projects/");
  } else {
    return "";
  }
  if (is_in_ledger(stage.database, name, kind)) return "";
  return cat({"G2: no intent for ", request.method, " ", url});
}

namespace {

// Whether a release put it aside less than seven days ago, while nobody asks to tear down.
bool is_kept_for_now(Stage& stage, const std::string& name) {
  auto released = stage.database.run(
      "SELECT max(release.ended_at_ms) FROM resources JOIN deployments AS release"
      " ON release.id = json_extract(detail, '$.kept_by') WHERE name = ?1",
      {name});
  if (released.rows[0].integer_or(0, 0) <= stage.world.now - 7 * day_ms) return false;
  auto tear_down = stage.database.run(
      "SELECT count(*) FROM deployments WHERE project_id = ?1 AND ended_at_ms = 0 AND verb = 1",
      {stage.project_id});
  return tear_down.rows[0].integer(0) == 0;
}

}  // namespace

std::string why_removed_too_early(Stage& stage, const HttpRequest& request) {
  if (request.method != "DELETE") return "";
  bool is_site = request.url.find("/pages/projects/") != std::string::npos;
  if (is_site && request.url.find("/deployments/") != std::string::npos) return "";
  auto kind = is_site ? ResourceKind::pages_project : ResourceKind::turso_database;
  std::string name =
      part_after(request.url, is_site ? "/pages/projects/" : "/organizations/org/databases/");
  if (is_kept_for_now(stage, name)) return cat({"G10: ", name, " is removed before its time"});
  auto found = stage.database.run(
      "SELECT later.name FROM resources AS earlier JOIN resources AS later"
      " ON later.app_id = earlier.app_id AND later.number > earlier.number"
      " WHERE earlier.name = ?1 AND earlier.kind = ?2 AND earlier.state = 3"
      " AND json_extract(earlier.detail, '$.kept_by') IS NULL"
      " AND later.kind IN (0, 1, 3) AND later.state BETWEEN 1 AND 2",
      {name, int64_t(kind)});
  if (found.rows.empty()) return "";
  return cat({"G6: ", name, " is removed before ", found.rows[0].text(0)});
}

std::string why_not_ended(Stage& stage, const Deployment& deployment) {
  if (is_active(deployment.status)) return cat({"G5: ", deployment.id, " never ended"});
  int64_t took_ms = deployment.ended_at_ms - deployment.created_at_ms;
  // Each bound is looked at after a step, and a step is bounded by its own patience.
  constexpr int64_t slack_ms = 25 * 60'000;
  if (took_ms > forward_ms_max + undo_ms_max + slack_ms) {
    return cat({"G5: ", deployment.id, " took ", decimal(took_ms / 1000), " s"});
  }
  if (deployment.status != Status::live && deployment.verb == Verb::deploy_web &&
      !deployment.failure) {
    return "G5: a deployment ended without saying why";
  }
  (void)stage;
  return "";
}

namespace {

// What the ledger says the app has.
struct Ledger {
  std::map<ResourceKind, std::set<std::string>> names;
  // How many of a kind it keeps although a release has replaced them: their time is not over.
  std::map<ResourceKind, size_t> kept_aside;
};

Ledger read_ledger(Stage& stage) {
  Ledger ledger;
  auto found = stage.database.run(
      "SELECT kind, name, json_extract(detail, '$.kept_until_ms') FROM resources"
      " WHERE state BETWEEN 1 AND 3");
  for (const Row& row : found.rows) {
    auto kind = ResourceKind(row.integer(0));
    ledger.names[kind].insert(row.text(1));
    if (row.integer_or(2, 0) > stage.world.now) ++ledger.kept_aside[kind];
  }
  return ledger;
}

}  // namespace

std::string why_left_over(Stage& stage) {
  Ledger ledger = read_ledger(stage);
  const auto& databases = ledger.names[ResourceKind::turso_database];
  const auto& sites = ledger.names[ResourceKind::pages_project];
  auto app = find_app_of(stage.database, stage.project_id);
  for (const auto& [name, base] : stage.turso.standing()) {
    if (!base->is_strangers && !databases.contains(name)) return cat({"G6: database ", name});
    if (base->uploads > 1) return cat({"G3: ", name, " was loaded twice"});
  }
  std::set<std::string> published;
  for (const auto& [name, site] : stage.pages.standing()) {
    if (site->is_strangers) continue;
    if (!sites.contains(name)) return cat({"G6: site ", name});
    for (const auto& release : site->releases) {
      if (!ledger.names[ResourceKind::pages_deployment].contains(release.release)) {
        return cat({"G6: release ", release.release});
      }
      if (!published.insert(release.release).second) {
        return cat({"G3: release ", release.release, " was published twice"});
      }
    }
  }
  if (databases.size() > 1 + ledger.kept_aside[ResourceKind::turso_database])
    return "G3: two databases for one app";
  if (sites.size() > 1) return "G3: two sites for one app";
  if (app && app->release > 0 && published.empty()) return "the live release vanished";
  auto last = find_last_deployment(stage.database, stage.project_id);
  bool is_settled = last && !is_active(last->status) && last->status != Status::needs_you;
  if (app && app->release == 0 && is_settled) return "G6: an app that was never live";
  if (!app && !(databases.empty() && sites.empty())) return "G6: things without an app";
  return "";
}

std::string why_secret_is_open(Stage& stage) {
  constexpr std::string_view columns[][2] = {
      {"input", "jobs"},
      {"coalesce(result, '')", "journal"},
      {"text", "job_log"},
      {"value", "job_notes"},
      {"detail", "resources"},
      {"text", "activity"},
      {"sealed_value", "project_variables"},
      {"sealed_key", "service_choices"},
      {"sealed_text", "app_keys"},
      {"url || coalesce(failure, '')", "deployments"},
      {"database_token_sealed || environment_vars_encrypted || deployment_url", "deployed_apps"}};
  static const auto queries = [&] {
    std::vector<std::string> made;
    for (const auto& [column, table] : columns) {
      made.push_back(cat({"SELECT max(instr(", column, ", 'CANARY') + instr(", column,
                          ", 'fw_live_')) FROM ", table}));
    }
    return made;
  }();
  for (const auto& sql : queries) {
    if (stage.database.run(sql).rows[0].integer_or(0, 0) > 0) return cat({"G8: by ", sql});
  }
  return "";
}

std::string why_not_serving(Stage& stage) {
  auto app = find_app_of(stage.database, stage.project_id);
  if (!app || app->release == 0) return "";
  HttpRequest visit;
  visit.url = cat({app->url, "/.well-known/fairway.json"});
  auto answer = stage.pages.answer(visit, "");
  auto json = parse_json(answer.body);
  if (!json.ok()) return cat({"the live site does not answer at ", app->url});
  if (text_or(*json, "database", "") != "ok") return "the live site has no database";
  auto deployment = find_deployment(stage.database, text_or(*json, "release", ""));
  if (!deployment || deployment->status != Status::live || deployment->release != app->release) {
    return "visitors get a release that is not the live one";
  }
  return "";
}

std::string why_rows_are_lost(Stage& stage, int64_t visitors) {
  auto app = find_app_of(stage.database, stage.project_id);
  if (!app || app->release == 0 || visitors == 0) return "";
  auto counts = stage.turso.counts_in(app->database_name, "SELECT count(*) FROM visits");
  if (counts.empty()) return "G10: the production database is gone";
  int64_t kept = counts[0];
  return kept == visitors ? "" : cat({"G10: ", decimal(visitors - kept), " rows are lost"});
}

namespace {

// Most worlds end with one of a few schemas, and comparing costs more than all other checks.
std::string why_not_the_schema(const std::vector<SchemaObject>& production,
                               const std::string& manifest) {
  static std::map<std::string, std::string> known;
  std::string key = manifest;
  for (const auto& object : production) key += cat({"\n", object.name, " ", object.sql});
  auto found = known.find(key);
  if (found != known.end()) return found->second;
  auto json = parse_json(manifest);
  auto schema = read_schema(member(*json, "schema"));
  FAIRWAY_ASSERT(schema.ok());
  auto difference = schema_difference(production, *schema);
  std::string why;
  if (!difference.identical()) {
    why = cat({"G10: the live release is not served with its schema: ", difference.statements[0]});
  }
  constexpr size_t known_max = 1'000;
  if (known.size() == known_max) known.clear();
  return known[key] = why;
}

}  // namespace

std::string why_schema_differs(Stage& stage) {
  auto app = find_app_of(stage.database, stage.project_id);
  auto live = find_live_deployment(stage.database, stage.project_id);
  auto last = find_last_deployment(stage.database, stage.project_id);
  bool is_settled = last && last->status != Status::needs_you;
  if (!app || app->release == 0 || !live || !is_settled) return "";
  auto production = stage.turso.schema_of(app->database_name);
  if (production.empty()) return "G10: the production database is gone";
  bool is_over = read_ledger(stage).kept_aside[ResourceKind::schema] == 0;
  for (const auto& object : production) {
    if (is_over && object.name.starts_with("_fairway_kept")) {
      return cat({"G6: the table ", object.name});
    }
  }
  auto manifest = stage.world.blobs.find(blob_key(stage.account, live->preview_sha256));
  FAIRWAY_ASSERT(manifest != stage.world.blobs.end());
  return why_not_the_schema(production, manifest->second);
}

namespace {

// What the live site calls services with; nothing where there is no site.
std::optional<std::string> key_of_site(Stage& stage) {
  for (const auto& [name, site] : stage.pages.standing()) {
    if (site->is_strangers) continue;
    for (const auto& release : site->releases) {
      auto found = release.variables.find("OPENAI_API_KEY");
      bool has_key = found != release.variables.end();
      if (release.id == site->canonical) return has_key ? found->second : "";
    }
  }
  return std::nullopt;
}

}  // namespace

std::string why_app_key_is_wrong(Stage& stage, bool is_on) {
  auto last = find_last_deployment(stage.database, stage.project_id);
  if (!last || is_active(last->status) || last->status == Status::needs_you) return "";
  auto keys = active_keys_of_project(stage.database, stage.project_id);
  auto app = find_app_of(stage.database, stage.project_id);
  if (!app || app->release == 0) return keys.empty() ? "" : "a key outlives its app";
  if (keys.size() > 1) return "two keys for one app";
  std::string text = key_of_site(stage).value_or("");
  if (last->status == Status::live && is_on == text.empty()) {
    return is_on ? "the app did not get its key" : "the app got a key for a service that is off";
  }
  if (text.empty()) return "";
  auto key = parse_app_key(text);
  auto row = key ? find_app_key(stage.database, key->key_id) : std::nullopt;
  bool is_it = row && row->secret_hash == key->secret_hash && row->app_id == app->id;
  if (!is_it) return "the app has a key that nobody knows";
  return row->revoked_at_ms == 0 ? "" : "the live app's key is revoked";
}

std::string why_added_rows_differ(Stage& stage, int64_t notes) {
  auto app = find_app_of(stage.database, stage.project_id);
  if (!app) return "the app is gone";
  auto counts =
      stage.turso.counts_in(app->database_name, "SELECT count(*), count(DISTINCT text) FROM notes");
  if (counts.empty()) return "the new table is not in production";
  int64_t rows = counts[0], texts = counts[1];
  if (rows == notes && texts == notes) return "";
  return cat({"of ", decimal(notes), " new rows ", decimal(rows), " are in production"});
}

}  // namespace fairway::test

// SQL of jobs, journal, log and notes.
#include "shared/jobs/jobs.h"

#include <algorithm>

#include "shared/base/time.h"

namespace fairway {

void create_job_tables(Database& database) {
  database.run(
      "CREATE TABLE jobs(id TEXT PRIMARY KEY, kind TEXT NOT NULL, input TEXT NOT NULL,"
      " state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, runner TEXT,"
      " lease_until_ms INTEGER NOT NULL DEFAULT 0, run_at_ms INTEGER NOT NULL,"
      " cancel_requested INTEGER NOT NULL DEFAULT 0, created_at_ms INTEGER NOT NULL,"
      " ended_at_ms INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID");
  database.run("CREATE INDEX jobs_open ON jobs(run_at_ms) WHERE state <> 'ended'");
  database.run(
      "CREATE TABLE journal(job_id TEXT NOT NULL, name TEXT NOT NULL,"
      " started_at_ms INTEGER NOT NULL, ended_at_ms INTEGER NOT NULL DEFAULT 0, result TEXT,"
      " PRIMARY KEY(job_id, name)) WITHOUT ROWID");
  database.run(
      "CREATE TABLE job_log(job_id TEXT NOT NULL, line INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
      " step TEXT NOT NULL, level INTEGER NOT NULL, text TEXT NOT NULL,"
      " PRIMARY KEY(job_id, line)) WITHOUT ROWID");
  database.run(
      "CREATE TABLE job_notes(job_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
      " PRIMARY KEY(job_id, name)) WITHOUT ROWID");
}

namespace {

constexpr std::string_view job_columns =
    "id, kind, input, attempts, created_at_ms, run_at_ms, ended_at_ms, cancel_requested";

Json own_json(const std::string& text) {
  auto json = parse_json(text);
  FAIRWAY_ASSERT(json.ok());
  return std::move(json.value());
}

Job job_of(const Row& row) {
  return {.id = row.text(0),
          .kind = row.text(1),
          .input = own_json(row.text(2)),
          .attempts = int(row.integer(3)),
          .created_at_ms = row.integer(4),
          .run_at_ms = row.integer(5),
          .ended_at_ms = row.integer(6),
          .cancel_requested = row.integer(7) != 0};
}

// The count of fruitless runs stands beside the job's notes: it is there only while it counts.
const std::string fruitless_note = "fruitless_runs";

int fruitless_runs_of(Database& database, const std::string& id) {
  Json note = read_note(database, id, fruitless_note);
  return note.is_number_integer() ? note.get<int>() : 0;
}

void forget_fruitless_runs(Database& database, const std::string& id) {
  database.run("DELETE FROM job_notes WHERE job_id = ?1 AND name = ?2", {id, fruitless_note});
}

std::string select_job(std::string_view where) {
  return std::string("SELECT ") + std::string(job_columns) + " FROM jobs WHERE " +
         std::string(where);
}

}  // namespace

void add_job(Host& host, std::string id, std::string kind, const Json& input) {
  add_job_at(host, std::move(id), std::move(kind), input, host.clock.now_ms());
}

void add_job_at(Host& host, std::string id, std::string kind, const Json& input,
                int64_t run_at_ms) {
  host.database.run(
      "INSERT INTO jobs(id, kind, input, state, run_at_ms, created_at_ms)"
      " VALUES(?1, ?2, ?3, 'queued', ?4, ?5) ON CONFLICT DO NOTHING",
      {std::move(id), std::move(kind), to_text(input), run_at_ms, host.clock.now_ms()});
}

std::optional<Job> find_job(Database& database, const std::string& id) {
  static const std::string sql = select_job("id = ?1");
  auto found = database.run(sql, {id});
  if (found.rows.empty()) return std::nullopt;
  return job_of(found.rows[0]);
}

void request_cancel(Host& host, const std::string& id) {
  host.database.run(
      "UPDATE jobs SET cancel_requested = 1, run_at_ms = min(run_at_ms, ?2)"
      " WHERE id = ?1 AND state <> 'ended'",
      {id, host.clock.now_ms()});
}

std::optional<int64_t> next_due_at_ms(Database& database) {
  auto found =
      database.run("SELECT min(max(run_at_ms, lease_until_ms)) FROM jobs WHERE state <> 'ended'");
  if (found.rows[0].is_null(0)) return std::nullopt;
  return found.rows[0].integer(0);
}

bool Journal::is_stuck() const { return fruitless_runs > fruitless_runs_max; }

std::optional<Job> claim_job(Host& host, const std::string& runner, Claim which) {
  int64_t now_ms = host.clock.now_ms();
  static const std::string sql = select_job(
      "state <> 'ended' AND run_at_ms <= ?1 AND lease_until_ms <= ?1 AND (?2 OR NOT EXISTS("
      "SELECT 1 FROM job_notes WHERE job_id = jobs.id AND name = 'fruitless_runs'))"
      " ORDER BY run_at_ms, id LIMIT 1");
  auto found = host.database.run(sql, {now_ms, int64_t(which == Claim::any)});
  if (found.rows.empty()) return std::nullopt;
  Job job = job_of(found.rows[0]);
  job.attempts += 1;
  job.fruitless_runs = fruitless_runs_of(host.database, job.id) + 1;
  Journal journal{host, job.id};
  write_note(journal, fruitless_note, job.fruitless_runs);
  host.database.run(
      "UPDATE jobs SET state = 'running', runner = ?2, lease_until_ms = ?3, attempts = ?4"
      " WHERE id = ?1",
      {job.id, runner, now_ms + lease_ms, int64_t(job.attempts)});
  return job;
}

bool renew_lease(Host& host, const std::string& id, const std::string& runner) {
  auto renewed = host.database.run(
      "UPDATE jobs SET lease_until_ms = ?3 WHERE id = ?1 AND runner = ?2 AND state = 'running'",
      {id, runner, host.clock.now_ms() + lease_ms});
  return renewed.changes == 1;
}

void end_leases(Database& database) {
  database.run("UPDATE jobs SET lease_until_ms = 0 WHERE state = 'running'");
}

bool is_cancel_requested(Database& database, const std::string& id) {
  auto found = database.run("SELECT cancel_requested FROM jobs WHERE id = ?1", {id});
  return !found.rows.empty() && found.rows[0].integer(0) != 0;
}

void end_job(Host& host, const std::string& id) {
  host.database.run(
      "UPDATE jobs SET state = 'ended', lease_until_ms = 0, ended_at_ms = ?2 WHERE id = ?1",
      {id, host.clock.now_ms()});
}

void reschedule_job(Host& host, const Job& job) {
  int64_t pause_ms = std::min<int64_t>(second_ms << std::min(job.attempts, 6), minute_ms);
  host.database.run(
      "UPDATE jobs SET state = 'queued', lease_until_ms = 0, run_at_ms = ?2 WHERE id = ?1",
      {job.id, host.clock.now_ms() + pause_ms});
  forget_fruitless_runs(host.database, job.id);
}

std::vector<StepRecord> steps_of(Database& database, const std::string& job_id) {
  auto found = database.run(
      "SELECT name, started_at_ms, ended_at_ms, result FROM journal WHERE job_id = ?1"
      " ORDER BY started_at_ms, ended_at_ms",
      {job_id});
  std::vector<StepRecord> steps;
  for (const Row& row : found.rows) {
    Json result = row.is_null(3) ? Json() : own_json(row.text(3));
    steps.push_back({row.text(0), row.integer(1), row.integer(2), std::move(result)});
  }
  return steps;
}

std::vector<LogLine> log_of(Database& database, const std::string& job_id) {
  auto found = database.run(
      "SELECT at_ms, step, level, text FROM job_log WHERE job_id = ?1 ORDER BY line", {job_id});
  std::vector<LogLine> lines;
  for (const Row& row : found.rows) {
    lines.push_back({row.integer(0), row.text(1), LogLevel(row.integer(2)), row.text(3)});
  }
  return lines;
}

void write_log(Journal& journal, std::string step, LogLevel level, std::string text) {
  journal.host.database.run(
      "INSERT INTO job_log(job_id, line, at_ms, step, level, text) VALUES(?1,"
      " (SELECT coalesce(max(line), 0) + 1 FROM job_log WHERE job_id = ?1), ?2, ?3, ?4, ?5)",
      {journal.job_id, journal.host.clock.now_ms(), std::move(step), int64_t(level),
       std::move(text)});
}

void write_note(Journal& journal, const std::string& name, const Json& value) {
  journal.host.database.run(
      "INSERT INTO job_notes(job_id, name, value) VALUES(?1, ?2, ?3)"
      " ON CONFLICT(job_id, name) DO UPDATE SET value = excluded.value",
      {journal.job_id, name, to_text(value)});
}

Json read_note(Database& database, const std::string& job_id, const std::string& name) {
  auto found =
      database.run("SELECT value FROM job_notes WHERE job_id = ?1 AND name = ?2", {job_id, name});
  return found.rows.empty() ? Json() : own_json(found.rows[0].text(0));
}

void mark_progress(Journal& journal) {
  forget_fruitless_runs(journal.host.database, journal.job_id);
}

namespace journal_detail {

std::optional<Json> saved_result(Journal& journal, const std::string& name) {
  auto found = journal.host.database.run(
      "SELECT result FROM journal WHERE job_id = ?1 AND name = ?2 AND ended_at_ms > 0",
      {journal.job_id, name});
  if (found.rows.empty()) return std::nullopt;
  return own_json(found.rows[0].text(0));
}

void begin_step(Journal& journal, const std::string& name) {
  journal.host.database.run(
      "INSERT INTO journal(job_id, name, started_at_ms) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING",
      {journal.job_id, name, journal.host.clock.now_ms()});
}

void end_step(Journal& journal, const std::string& name, const Json& result) {
  journal.host.database.run(
      "UPDATE journal SET ended_at_ms = ?3, result = ?4 WHERE job_id = ?1 AND name = ?2",
      {journal.job_id, name, journal.host.clock.now_ms(), to_text(result)});
  mark_progress(journal);
}

}  // namespace journal_detail

}  // namespace fairway

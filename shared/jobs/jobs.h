// Durable work: jobs, their journal, and the pump that runs them.
//
// A job is a workflow (a coroutine) that is started again from its first line until it has ended.
// What it has finished is in its journal, so a second run only does what is left. The rows lie in
// the same SQLite as everything else of the user: a step's result and the state it changed are kept
// in one turn, or neither is.
//
//   auto site = co_await step(journal, "publish_site", publish_site(host, plan));
//
// States: queued (due at run_at_ms) -> running (under a lease) -> ended. A runner that died leaves
// a lease that runs out; the next pump claims the job. A failure of `retry_later` puts the job back
// into the queue with growing pauses; any other outcome ends it. A job must end by itself in
// bounded time: the pump never gives up for it.
//
// A run that traps takes its turn back, and would do so for ever. So each claim is a turn of its
// own, and counts: `fruitless_runs` are the claims since a run of the job last finished a step,
// marked progress or came to an end. A workflow that sees more than fruitless_runs_max does not try
// the same again, unless its time is bounded in another way; a job that has begun to fail so is run
// apart from others, which it would take along.
//
// Cancel: `cancel_requested` is seen within a second at any await: the pump drops the workflow
// where it stands and starts it again with journal.cancelled set; the workflow then undoes.
#pragma once

#include <map>

#include "shared/base/json.h"
#include "shared/host/host.h"

namespace fairway {

struct Journal {
  Host& host;
  std::string job_id;
  bool cancelled = false;  // the user asked to stop: undo instead of going on
  int fruitless_runs = 0;  // of this job, this one included

  bool is_stuck() const;
};

constexpr int fruitless_runs_max = 5;

enum class LogLevel { info, warn, error };

struct LogLine {
  int64_t at_ms = 0;
  std::string step;
  LogLevel level = LogLevel::info;
  std::string text;
};

struct StepRecord {
  std::string name;
  int64_t started_at_ms = 0;
  int64_t ended_at_ms = 0;  // 0: not yet
  Json result;
};

struct Job {
  std::string id;
  std::string kind;
  Json input;
  int attempts = 0;
  int fruitless_runs = 0;
  int64_t created_at_ms = 0;
  int64_t run_at_ms = 0;
  int64_t ended_at_ms = 0;  // 0: not yet
  bool cancel_requested = false;
};

// --- jobs_store.cpp ---

void create_job_tables(Database& database);
// Queues a job, due now. The id is the caller's; queueing the same id twice keeps the first.
void add_job(Host& host, std::string id, std::string kind, const Json& input);
std::optional<Job> find_job(Database& database, const std::string& id);
// The same, due at a time.
void add_job_at(Host& host, std::string id, std::string kind, const Json& input, int64_t run_at_ms);
// Asks a job to stop; harmless when it has ended or was asked already. Makes it due now.
void request_cancel(Host& host, const std::string& id);
// When the pump is wanted next: the earliest due job or the earliest end of a lease.
std::optional<int64_t> next_due_at_ms(Database& database);

// Which jobs may be claimed: all, or those alone of which no run is known to have failed.
enum class Claim { any, sound };
// Takes a due job whose lease is free for `runner`, until now + lease_ms.
std::optional<Job> claim_job(Host& host, const std::string& runner, Claim which = Claim::any);
// Ends every lease, so that jobs of a runner that died are due at once. Only for a caller who knows
// that no other runner lives: the first run of an account's object.
void end_leases(Database& database);
// False when the job is no longer this runner's.
bool renew_lease(Host& host, const std::string& id, const std::string& runner);
bool is_cancel_requested(Database& database, const std::string& id);
void end_job(Host& host, const std::string& id);
// Back into the queue after a failure that may pass; the pause grows with the attempts, 1 to 60 s.
void reschedule_job(Host& host, const Job& job);

// Progress that survives: monotone, replayable, without secrets (G7, G8).
std::vector<StepRecord> steps_of(Database& database, const std::string& job_id);
std::vector<LogLine> log_of(Database& database, const std::string& job_id);
void write_log(Journal& journal, std::string step, LogLevel level, std::string text);
// Small values that a running step shows or resumes from (rows done, a cursor); null when none.
void write_note(Journal& journal, const std::string& name, const Json& value);
Json read_note(Database& database, const std::string& job_id, const std::string& name);
// Tells that a run got further within a step than any before it.
void mark_progress(Journal& journal);

namespace journal_detail {
std::optional<Json> saved_result(Journal& journal, const std::string& name);
void begin_step(Journal& journal, const std::string& name);
void end_step(Journal& journal, const std::string& name, const Json& result);
}  // namespace journal_detail

// --- run_jobs.cpp ---

constexpr int64_t lease_ms = 30'000;
constexpr int64_t heartbeat_ms = 1'000;

// One function for each kind of job. The Journal outlives the task.
using Workflow = Task<Done> (*)(Host& host, Journal& journal, Json input);
using Workflows = std::map<std::string, Workflow, std::less<>>;

// Runs every due job, all of them at once, until each has ended or was put back into the queue.
// Safe to call at any time, any number of times at once: a lease has one holder.
Task<Done> run_due_jobs(Host& host, Workflows workflows);

// Runs `work` unless an earlier run of the job has finished this step. A task is lazy: a step that
// is already in the journal never starts. `work` must be safe to repeat, for a crash may come
// between its last effect and the journal.
template <typename T>
Task<T> step(Journal& journal, std::string name, Task<T> work) {
  if (auto saved = journal_detail::saved_result(journal, name)) co_return saved->template get<T>();
  journal_detail::begin_step(journal, name);
  T result = co_await std::move(work);
  journal_detail::end_step(journal, name, Json(result));
  co_return result;
}

}  // namespace fairway

// The pump.
#include "shared/jobs/jobs.h"

namespace fairway {

namespace {

enum class Watch { lease, lease_and_cancel };

// Ends when the lease is lost, or somebody asks the job to stop; renews the lease until then.
Task<Done> watch(Host& host, std::string job_id, std::string runner, Watch what) {
  for (int64_t beats = 1;; ++beats) {
    co_await host.clock.sleep_ms(heartbeat_ms);
    if (what == Watch::lease_and_cancel && is_cancel_requested(host.database, job_id)) {
      co_return Done{};
    }
    bool is_renewal_due = beats % 10 == 0;
    if (is_renewal_due && !renew_lease(host, job_id, runner)) co_return Done{};
  }
}

// Runs the workflow until it has ended or the watch has; drops the other one.
Task<Done> run_watched(Host& host, Journal& journal, Workflow workflow, Json input,
                       std::string runner) {
  Watch what = journal.cancelled ? Watch::lease : Watch::lease_and_cancel;
  auto first = co_await first_of(workflow(host, journal, std::move(input)),
                                 watch(host, journal.job_id, runner, what));
  if (first) co_return std::move(*first);
  co_return retry_later("interrupted", "The job was stopped where it stood.");
}

Task<Done> run_job(Host& host, Workflow workflow, Job job, std::string runner) {
  Journal journal{host, job.id, job.cancel_requested, job.fruitless_runs};
  auto outcome = co_await outcome_of(run_watched(host, journal, workflow, job.input, runner));
  if (!journal.cancelled && !outcome.ok() && is_cancel_requested(host.database, job.id)) {
    journal.cancelled = true;
    outcome = co_await outcome_of(run_watched(host, journal, workflow, job.input, runner));
  }
  if (!renew_lease(host, job.id, runner)) co_return Done{};  // somebody else's by now
  if (outcome.ok() || outcome.failure().reaction != Reaction::retry_later) {
    end_job(host, job.id);
  } else {
    reschedule_job(host, job);
  }
  co_return Done{};
}

}  // namespace

Task<Done> run_due_jobs(Host& host, Workflows workflows) {
  for (;;) {
    std::string runner = new_id(host, "run");
    std::vector<Task<Done>> running;
    bool is_sound = true;
    for (auto job = claim_job(host, runner); job; job = claim_job(host, runner, Claim::sound)) {
      is_sound = job->fruitless_runs == 1;
      auto workflow = workflows.find(job->kind);
      FAIRWAY_ASSERT(workflow != workflows.end());
      running.push_back(run_job(host, workflow->second, std::move(*job), runner));
      if (!is_sound) break;
    }
    if (running.empty()) co_return Done{};
    co_await host.clock.sleep_ms(0);  // the claims are kept, whatever the runs do
    co_await outcomes_of(std::move(running));
  }
}

}  // namespace fairway

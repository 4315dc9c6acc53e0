// One deploy, in a straight line; and what happens when it cannot go on.
#include "shared/base/text.h"
#include "shared/deployment/deployment.h"

namespace fairway {

namespace {

Task<Done> go_live(Host& host, Journal& journal, Deployment deployment) {
  auto prepared = std::make_shared<std::optional<PreparedSite>>();
  auto checked =
      co_await step(journal, "check_project", check_project(host, journal, deployment, prepared));
  auto database = co_await step(journal, "provision_database",
                                provision_database(host, journal, deployment, checked));
  co_await step(journal, "migrate_data",
                migrate_data(host, journal, deployment, checked, database));
  co_await step(journal, "transform_source", transform_source(host, journal, deployment, prepared));
  auto site = co_await step(journal, "publish_site",
                            publish_site(host, journal, deployment, checked, prepared));
  auto url = co_await step(journal, "attach_domain", attach_domain(host, journal, site));
  co_await step(journal, "verify_live", verify_live(host, journal, deployment, url, prepared));
  co_await step(journal, "record_deployed", record_deployed(host, deployment, checked, url));
  co_return Done{};
}

// Why and as what a deployment ends that does not go live; kept before the first undo.
struct Ending {
  Status status = Status::failed;
  Failure failure;
  int64_t at_ms = 0;
};

void keep_ending(Journal& journal, const Ending& ending) {
  write_note(
      journal, "ending",
      {{"status", name_of(ending.status)}, {"failure", ending.failure}, {"at_ms", ending.at_ms}});
}

std::optional<Ending> kept_ending(Journal& journal) {
  Json note = read_note(journal.host.database, journal.job_id, "ending");
  if (note.is_null()) return std::nullopt;
  return Ending{status_of(note.at("status").get<std::string>()), note.at("failure"),
                note.at("at_ms")};
}

Ending cancelled_ending(Host& host) {
  return {
      Status::cancelled,
      fix_input("cancelled", "You cancelled the deployment.", "Deploy again whenever you like."),
      host.clock.now_ms()};
}

// An app that was never live leaves no row; a live one is as live as before.
void settle_app(Host& host, const Deployment& deployment, Status status) {
  auto app = find_app(host.database, deployment.app_id);
  if (!app) return;
  bool was_live = app->release > 0;
  if (!was_live && status != Status::needs_you) return remove_app(host, app->id);
  app->status = was_live ? Status::live : status;
  if (!was_live) app->database_id = app->database_token_sealed = "";
  save_app(host, *app);
}

std::string left_over_text(const std::vector<Resource>& resources) {
  std::vector<std::string> names;
  for (const auto& resource : resources) {
    if (resource.state != ResourceState::gone && resource.state != ResourceState::foreign) {
      names.push_back(describe(resource));
    }
  }
  return join(names, ", ");
}

// Where it stopped again and again without an answer: our own mistake, told with the place.
Failure stuck_failure(Journal& journal) {
  std::string title = "its first step";
  for (const auto& record : steps_of(journal.host.database, journal.job_id)) {
    if (record.ended_at_ms > 0) continue;
    for (const auto& step : deploy_steps()) {
      if (step.name == record.name) title = cat({"\"", step.title, "\""});
    }
  }
  return report_bug("stuck",
                    cat({"Fairway broke off ", decimal(fruitless_runs_max), " times at ", title,
                         " without getting any further, so it stopped trying."}),
                    "Fairway must act: send the report.");
}

// Undoes, then writes the end. Fails with retry_later while undoing may still succeed.
Task<Done> wind_up(Host& host, Journal& journal, Deployment deployment, Ending ending) {
  if (ending.status == Status::cancelled) set_status(host, deployment.id, Status::cancelling);
  Outcome<Done> undone = retry_later("took_too_long", "Undoing takes too long.");
  bool may_try = host.clock.now_ms() < ending.at_ms + undo_ms_max;
  if (may_try) undone = co_await outcome_of(undo_deployment(host, journal, deployment));
  Status status = ending.status;
  Failure failure = ending.failure;
  if (!undone.ok()) {
    bool may_pass_later = undone.failure().reaction == Reaction::retry_later &&
                          host.clock.now_ms() < ending.at_ms + undo_ms_max;
    if (may_pass_later) co_return undone.failure();
    status = Status::needs_you;
    failure.hint = cat({"These could not be removed and must be removed at the provider: ",
                        left_over_text(resources_of_deployment(host.database, deployment.id)), ". ",
                        failure.hint});
  }
  auto app = find_app(host.database, deployment.app_id);
  settle_app(host, deployment, status);
  end_deployment(host, deployment.id, status, app ? app->url : "", failure);
  write_activity(host, std::string(name_of(status)), deployment.project_id, failure.message);
  co_return Done{};
}

bool is_time_left(Host& host, const Deployment& deployment) {
  return host.clock.now_ms() < deployment.created_at_ms + forward_ms_max;
}

bool may_pass(Host& host, const Deployment& deployment, const Failure& failure) {
  return failure.reaction == Reaction::retry_later && is_time_left(host, deployment);
}

// However often the machine died meanwhile: a deployment has an end.
Ending late_ending(Host& host) {
  return {Status::failed,
          retry_later("took_too_long", "The deployment was not done after 20 minutes.",
                      "Try again; Fairway has undone what it had made."),
          host.clock.now_ms()};
}

}  // namespace

Task<Done> deploy_web(Host& host, Journal& journal, Json input) {
  auto deployment = find_deployment(host.database, input.at("deployment_id"));
  FAIRWAY_ASSERT(deployment);
  if (!is_active(deployment->status)) co_return Done{};
  auto ending = kept_ending(journal);
  if (!ending && journal.is_stuck()) {
    ending = Ending{Status::failed, stuck_failure(journal), host.clock.now_ms()};
    write_log(journal, "", LogLevel::error, ending->failure.message);
    keep_ending(journal, *ending);
    co_await host.clock.sleep_ms(0);  // kept, whatever the undoing does; that has its own bound
  }
  if (!ending && journal.cancelled) ending = cancelled_ending(host);
  if (!ending && !is_time_left(host, *deployment)) ending = late_ending(host);
  if (!ending) {
    set_status(host, deployment->id, Status::running);
    auto outcome = co_await outcome_of(go_live(host, journal, *deployment));
    if (outcome.ok()) co_return Done{};
    const Failure& failure = outcome.failure();
    write_log(journal, "", LogLevel::error, failure.message);
    if (may_pass(host, *deployment, failure)) co_return failure;
    ending = Ending{Status::failed, failure, host.clock.now_ms()};
  }
  keep_ending(journal, *ending);
  co_return co_await wind_up(host, journal, *deployment, *ending);
}

Workflows deployment_workflows() {
  return {{"deploy_web", &deploy_web},
          {"tear_down", &tear_down},
          {"sweep_blobs", &sweep_blobs},
          {"remove_kept", &remove_kept}};
}

}  // namespace fairway

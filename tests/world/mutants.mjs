// Bugs that the worlds must find. Each replaces one place of the core, which must be there exactly
// once: whole statements by whole statements, or an expression by an expression.

/** @typedef {{name: string, file: string, find: string, replace: string}} Mutant */

/** @type {Mutant[]} */
export const mutants = [
  {
    name: 'a release makes its app another key',
    file: 'shared/deployment/environment.cpp',
    find: 'if (deployed_key_of(host.database, deployment.app_id)) co_return Done{};',
    replace: '(void)0;',
  },
  {
    name: 'an undone key stays in use',
    file: 'shared/gateway/ledger_store.cpp',
    find: 'WHERE app_id = ?1 AND revoked_at_ms = 0',
    replace: 'WHERE app_id = ?1 AND revoked_at_ms = -1',
  },
  {
    name: 'a lease lasts no time',
    file: 'shared/jobs/jobs_store.cpp',
    find: 'now_ms + lease_ms',
    replace: 'now_ms',
  },
  {
    name: 'a failure that may pass ends the job',
    file: 'shared/jobs/run_jobs.cpp',
    find: 'outcome.ok() || outcome.failure().reaction != Reaction::retry_later',
    replace: 'outcome.ok() || !outcome.ok()',
  },
  {
    name: 'a cancelled job goes on',
    file: 'shared/deployment/request_deployment.cpp',
    find: 'request_cancel(host, deployment_id);',
    replace: '(void)0;',
  },
  {
    name: 'a second click makes a second deployment',
    file: 'shared/deployment/request_deployment.cpp',
    find: 'find_active_deployment(host.database, request.project_id)',
    replace: 'std::optional<Deployment>()',
  },
  {
    name: 'no intent before something is made',
    file: 'shared/deployment/claim_name.cpp',
    find: 'set_state(host, resource, ResourceState::sent);',
    replace: '(void)0;',
  },
  {
    name: 'a lost answer is not reconciled',
    file: 'shared/deployment/claim_name.cpp',
    find: 'if (is_there) break;',
    replace: '(void)0;',
  },
  {
    name: "a stranger's name is used",
    file: 'shared/deployment/claim_name.cpp',
    find: 'set_state(host, resource, ResourceState::foreign);\n    co_return false;',
    replace: 'set_state(host, resource, ResourceState::exists);\n    co_return true;',
  },
  {
    name: 'an image that was loaded already is an error',
    file: 'shared/deployment/migrate_data.cpp',
    find: 'loaded.failure().code == "not_a_draft"',
    replace: 'loaded.failure().code == "never"',
  },
  {
    name: 'a redeployment loads the image again',
    file: 'shared/deployment/migrate_data.cpp',
    find: '!checked.carries_all()',
    replace: '!checked.carries_all() && false',
  },
  {
    name: 'a release is published again without a look',
    file: 'shared/deployment/publish_site.cpp',
    find: 'resource.state != ResourceState::intended',
    replace: 'resource.state == ResourceState::gone',
  },
  {
    name: 'a release is not recorded',
    file: 'shared/deployment/record_deployed.cpp',
    find: 'app.release = deployment.release;',
    replace: '(void)0;',
  },
  {
    name: 'undone in the wrong order',
    file: 'shared/deployment/undo.cpp',
    find: 'std::reverse(resources.begin(), resources.end());',
    replace: '(void)0;',
  },
  {
    name: 'undo does not wait for late effects',
    file: 'shared/deployment/undo.cpp',
    find: 'host.clock.now_ms() < settles_at_ms',
    replace: 'settles_at_ms < 0',
  },
  {
    name: 'what was sent counts as never sent',
    file: 'shared/deployment/undo.cpp',
    find: 'resource.state == ResourceState::intended',
    replace: 'resource.state <= ResourceState::sent',
  },
  {
    name: 'a tombstone is forgotten',
    file: 'shared/deployment/undo.cpp',
    find: '!is_there && !may_still_appear(host, resource)',
    replace: 'look > 0',
  },
  {
    name: 'a release that went live is not rolled back',
    file: 'shared/deployment/undo.cpp',
    find: 'co_await roll_back_pages_deployment(host, project, previous);',
    replace: '(void)0;',
  },
  {
    name: 'an app that was never live keeps its row',
    file: 'shared/deployment/deploy_web.cpp',
    find: '!was_live && status != Status::needs_you',
    replace: '!was_live && status == Status::live',
  },
  {
    name: 'undoing never gives up',
    file: 'shared/deployment/deploy_web.cpp',
    find: 'if (may_pass_later) co_return undone.failure();',
    replace: 'if (undone.failure().reaction == Reaction::retry_later) co_return undone.failure();',
  },
  {
    name: 'a value is kept as it is',
    file: 'shared/deployment/environment.cpp',
    find: 'co_await seal(host, std::move(place), std::move(value))',
    replace: 'std::string(value)',
  },
  {
    name: 'a seal is not bound to its place',
    file: 'shared/secrets/secrets.cpp',
    find: 'data += cat({decimal(int64_t(part.size())), ":", part, "|"});',
    replace: '(void)part;',
  },
  {
    name: 'a bundle is taken without its files',
    file: 'shared/projects/keep_manifests.cpp',
    find: '*found[i - first] == parts[i].size_bytes',
    replace: '*found[i - first] == parts[i].size_bytes || true',
  },
  {
    name: 'a yes holds for any loss',
    file: 'shared/migration/losses.cpp',
    find: 'digest_of(difference.losses) == accepted || difference.losses.empty()',
    replace: '!accepted.empty() || difference.losses.empty()',
  },
  {
    name: 'rebuilt tables are not taken back',
    file: 'shared/deployment/migrate_schema.cpp',
    find: 'if (found.rows.empty()) co_return Done{};',
    replace: 'co_return Done{};',
  },
  {
    name: 'a replaced database is removed at once',
    file: 'shared/deployment/remove_kept.cpp',
    find: 'host.clock.now_ms() + kept_ms',
    replace: 'host.clock.now_ms()',
  },
  {
    name: 'what was put aside stays for ever',
    file: 'shared/deployment/record_deployed.cpp',
    find: 'if (is_old_database || has_tables) keep_aside(host, deployment, std::move(resource));',
    replace: '(void)is_old_database, (void)has_tables;',
  },
  {
    name: 'the app takes the new database before it is live',
    file: 'shared/deployment/provision_database.cpp',
    find: 'co_await keep_beside(host, deployment, *database);',
    replace: 'co_await keep_database(host, deployment, *database);',
  },
];

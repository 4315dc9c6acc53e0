// Custom domains of a project. The sandbox has no DNS, so validation always finds the record in
// place; it takes its time by the clock: initializing, then pending, then active.

import { randomUUID } from 'node:crypto';
import { ApiError, invalid } from './answers.mjs';

/**
 * @typedef {object} Domain
 * @property {string} id
 * @property {string} name
 * @property {string} project
 * @property {number} created_ms
 * @property {number} checked_ms  When validation was last begun.
 */

/**
 * @typedef {object} Domains
 * @property {(project: string) => string[]} names
 * @property {(project: string) => object[]} list
 * @property {(project: string, name: string) => object} get
 * @property {(project: string, name: unknown) => object} add
 * @property {(project: string, name: string) => object} revalidate
 * @property {(project: string, name: string) => void} remove
 */

const validation_ms = 1000;
const domainShape =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * @param {import('../frame/store.mjs').Store} store
 * @param {import('../frame/clock.mjs').Clock} clock
 * @returns {Domains}
 */
export function openDomains(store, clock) {
  /** @type {import('../frame/store.mjs').Collection<Domain>} */
  const domains = store.collection('cloudflare_domains');
  const of = (/** @type {string} */ project) =>
    domains.list().filter((domain) => domain.project === project);
  const find = (/** @type {string} */ project, /** @type {string} */ name) => {
    const domain = domains.get(name.toLowerCase());
    if (domain === undefined || domain.project !== project) {
      throw new ApiError(404, 8000021, 'The domain is not one of this project.');
    }
    return domain;
  };
  const show = (/** @type {Domain} */ domain) => showDomain(domain, clock.now_ms());
  return {
    names: (project) => of(project).map(({ name }) => name),
    list: (project) => of(project).map(show),
    get: (project, name) => show(find(project, name)),
    add(project, given) {
      const name = typeof given === 'string' ? given.toLowerCase() : '';
      if (!domainShape.test(name) || name.endsWith('.pages.dev')) {
        throw invalid('name must be a domain of your own, such as www.example.com');
      }
      if (domains.get(name) !== undefined) {
        throw new ApiError(409, 8000018, 'You have already added this custom domain.');
      }
      const now_ms = clock.now_ms();
      const domain = { id: randomUUID(), name, project, created_ms: now_ms, checked_ms: now_ms };
      domains.put(name, domain);
      return show(domain);
    },
    revalidate(project, name) {
      const domain = find(project, name);
      const isActive = statusAt(domain, clock.now_ms()) === 'active';
      const again = isActive ? domain : { ...domain, checked_ms: clock.now_ms() };
      domains.put(domain.name, again);
      return show(again);
    },
    remove: (project, name) => void domains.remove(find(project, name).name),
  };
}

/**
 * @param {Domain} domain
 * @param {number} now_ms
 */
function statusAt({ checked_ms }, now_ms) {
  const steps = Math.floor((now_ms - checked_ms) / validation_ms);
  return steps < 1 ? 'initializing' : steps < 2 ? 'pending' : 'active';
}

/**
 * @param {Domain} domain
 * @param {number} now_ms
 */
function showDomain(domain, now_ms) {
  const status = statusAt(domain, now_ms);
  return {
    id: domain.id,
    domain_id: domain.id,
    name: domain.name,
    status,
    zone_tag: '',
    certificate_authority: 'google',
    created_on: new Date(domain.created_ms).toISOString(),
    validation_data: { method: 'http', status },
    verification_data: { status: status === 'initializing' ? 'pending' : status },
  };
}

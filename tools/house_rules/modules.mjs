// Which folder of the core may include which. The order is the order of rank.

const foundation = ['base', 'host'];

/** @type {Record<string, string[]>} */
export const mayInclude = {
  base: [],
  sql: ['base'],
  host: ['base'],
  jobs: foundation,
  secrets: foundation,
  subscriptions: foundation,
  projects: foundation,
  transform: foundation,
  provisioning: [...foundation, 'secrets'],
  migration: [...foundation, 'sql', 'provisioning'],
  postgres: [...foundation, 'sql', 'provisioning', 'migration'],
  libsql: [...foundation, 'sql', 'migration', 'postgres'],
  domains: [...foundation, 'jobs', 'subscriptions'],
  builds: [...foundation, 'jobs'],
  metering: foundation,
};
mayInclude.gateway = [...foundation, 'secrets', 'subscriptions', 'metering'];
mayInclude.deployment = Object.keys(mayInclude);
mayInclude.agents = Object.keys(mayInclude);
mayInclude.billing = [...foundation, 'jobs', 'subscriptions', 'metering'];
mayInclude.api = Object.keys(mayInclude);

// base is a set of small tools; migration, postgres, libsql and gateway are chains of nouns
// (preview, target, load; plan, translate, script; call, answer, meter, ledger), each with its
// header; every other module has one header that tells what it is.
export const modulesWithoutOwnHeader = ['base', 'migration', 'postgres', 'libsql', 'gateway'];

// What the operator reads: one JSON object a line. No secrets, no user data: only our own words,
// ids, and where in the code a trap happened.

/** @param {'info' | 'error'} level @param {string} event @param {Record<string, unknown>} facts */
export function log(level, event, facts) {
  const line = JSON.stringify({ event, ...facts });
  if (level === 'error') console.error(line);
  else console.log(line);
}

/** @param {unknown} error */
export function describe(error) {
  if (!(error instanceof Error)) return { what: String(error) };
  const where = 'where' in error ? String(error.where) : (error.stack ?? '');
  return { what: error.message, where: where.split('\n').slice(1, 9).join(' | ') };
}

// Jobs move on by the alarm of their account: at once, side by side, past traps and past SIGKILL.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { runtimePids, startTestEdge, until } from './support.mjs';

/** @type {Awaited<ReturnType<typeof startTestEdge>>} */
let edge;
before(async () => {
  edge = await startTestEdge('probe');
});
after(() => edge.stop());

/** @param {import('./support.mjs').Caller} person @param {string} id */
const jobOf = async (person, id) => (await person.post('/api/probe/job', id)).json;

test('a queued job begins by itself and its steps are journalled', async () => {
  const ann = edge.as('job-ann');
  await ann.post('/api/probe/queue-job', { id: 'one', kind: 'steps', steps: 3, step_ms: 5 });
  const job = await until(
    () => jobOf(ann, 'one'),
    (found) => found.ended,
  );
  assert.deepEqual(job.steps, ['step 0', 'step 1', 'step 2']);
  assert.equal(job.attempts, 1);
});

test('a job that is queued while another one runs does not wait for it', async () => {
  const ann = edge.as('beside-ann');
  await ann.post('/api/probe/queue-job', { id: 'long', kind: 'steps', steps: 40, step_ms: 100 });
  await until(
    () => jobOf(ann, 'long'),
    (found) => found.steps.length > 1,
  );
  await ann.post('/api/probe/queue-job', { id: 'short', kind: 'steps', steps: 1, step_ms: 1 });
  await until(
    () => jobOf(ann, 'short'),
    (found) => found.ended,
  );
  assert.equal((await jobOf(ann, 'long')).ended, false);
});

test('a job that traps is left for later and does not stop its neighbours', async () => {
  const ann = edge.as('poison-ann');
  await ann.post('/api/probe/queue-job', { id: 'poison', kind: 'trap' });
  await until(
    async () => edge.lines,
    (lines) => lines.some((line) => line.event === 'jobs_trapped'),
  );
  assert.equal((await ann.post('/api/probe/write', 'requests go on')).status, 200);
  const poison = await jobOf(ann, 'poison');
  assert.deepEqual([poison.ended, poison.attempts], [false, 1]);
  const rows = (await ann.get('/api/probe/rows')).json;
  assert.deepEqual(
    rows.map((/** @type {{text: string}} */ row) => row.text),
    ['requests go on'],
  );
});

test('after SIGKILL the alarm fires by itself and finished steps are not repeated', async () => {
  const ann = edge.as('kill-ann');
  await ann.post('/api/probe/queue-job', { id: 'tough', kind: 'steps', steps: 12, step_ms: 60 });
  await until(
    () => jobOf(ann, 'tough'),
    (found) => found.steps.length >= 3,
  );
  for (const pid of runtimePids()) process.kill(pid, 'SIGKILL');
  await until(
    async () => edge.restarts(),
    (restarts) => restarts > 0,
  );
  const job = await until(
    () => jobOf(ann, 'tough').catch(() => ({ ended: false })),
    (found) => found.ended,
  );
  assert.equal(job.steps.length, 12);
  const rows = (await ann.get('/api/probe/rows')).json;
  const texts = rows.map((/** @type {{text: string}} */ row) => row.text);
  assert.deepEqual(
    texts,
    Array.from({ length: 12 }, (_, i) => `tough step ${i}`),
  );
});

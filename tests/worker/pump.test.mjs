// The pump by itself, under a clock that is moved by hand.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Pump } from '../../worker/pump.mjs';

/** A pump whose runs end when told to. */
function stage() {
  /** @type {{isAlone: boolean, end: (value?: unknown) => void, trap: (error: Error) => void}[]} */
  const runs = [];
  /** @type {number[]} */
  const alarms = [];
  /** @type {unknown[]} */
  const traps = [];
  const pump = new Pump({
    run: (isAlone) =>
      new Promise((end, trap) => {
        runs.push({ isAlone, end, trap });
      }),
    setAlarm: (at_ms) => void alarms.push(at_ms),
    trapped: (error) => void traps.push(error),
  });
  return { pump, runs, alarms, traps };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test.beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 }));
test.afterEach(() => mock.timers.reset());

test('a queued job sets the alarm, never in the past', () => {
  const { pump, alarms } = stage();
  pump.due(1_005_000);
  pump.due(900_000);
  pump.due(-1);
  assert.deepEqual(alarms, [1_005_000, 1_000_000]);
});

test('during an alarm a due job begins at once and a later one in its time', async () => {
  const { pump, runs, alarms } = stage();
  const handled = pump.handleAlarm();
  assert.equal(runs.length, 1);
  pump.due(1_000_000);
  assert.equal(runs.length, 2);
  pump.due(1_002_000);
  mock.timers.tick(1_999);
  assert.equal(runs.length, 2);
  mock.timers.tick(1);
  assert.equal(runs.length, 3);
  assert.deepEqual(alarms, []);
  pump.due(1_060_000);
  for (const run of runs) run.end();
  await handled;
  assert.deepEqual(alarms, [1_060_000]);
});

test('only the first run of an object is alone', async () => {
  const { pump, runs } = stage();
  const first = pump.handleAlarm();
  pump.due(1_000_000);
  for (const run of runs) run.end();
  await first;
  const second = pump.handleAlarm();
  runs[2].end();
  await second;
  assert.deepEqual(
    runs.map((run) => run.isAlone),
    [true, false, false],
  );
});

test('nothing is left to do: no alarm', async () => {
  const { pump, runs, alarms } = stage();
  const handled = pump.handleAlarm();
  pump.due(-1);
  runs[0].end();
  await handled;
  assert.deepEqual(alarms, []);
});

test('after a trap the pump rests, longer each time until a run was good', async () => {
  const { pump, runs, alarms, traps } = stage();
  for (const rest_s of [30, 60, 120, 240, 300, 300]) {
    const handled = pump.handleAlarm();
    runs[runs.length - 1].trap(new Error('trap'));
    await handled;
    assert.equal(alarms[alarms.length - 1], Date.now() + rest_s * 1000);
    mock.timers.tick(rest_s * 1000);
  }
  assert.equal(traps.length, 6);
  const good = pump.handleAlarm();
  runs[runs.length - 1].end();
  await good;
  const bad = pump.handleAlarm();
  runs[runs.length - 1].trap(new Error('trap'));
  await bad;
  assert.equal(alarms[alarms.length - 1], Date.now() + 30_000);
});

test('a job that is due while the pump rests does not begin before', async () => {
  const { pump, runs, alarms } = stage();
  const handled = pump.handleAlarm();
  pump.due(1_000_000);
  runs[0].trap(new Error('trap'));
  await settled();
  pump.due(1_000_000);
  assert.equal(runs.length, 2);
  runs[1].end();
  await handled;
  assert.deepEqual(alarms, [1_030_000]);
  pump.due(1_000_001);
  assert.deepEqual(alarms, [1_030_000, 1_030_000]);
});

test('in its last minute an alarm begins no further run', async () => {
  const { pump, runs, alarms } = stage();
  const handled = pump.handleAlarm();
  mock.timers.tick(14 * 60_000 + 1);
  pump.due(1_000_000);
  assert.equal(runs.length, 1);
  runs[0].end();
  await handled;
  assert.deepEqual(alarms, [Date.now()]);
});

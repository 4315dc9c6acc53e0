// The price book and the readers of usage against @pydantic/genai-prices, which reads answers of
// the providers and prices them in floating point: every model, at every date at which a price
// changed, with random usage. Where both differ: tests/data/metering/differences.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { calcPrice, extractUsage, findProvider } from '@pydantic/genai-prices';
import { ask, newDice, root } from './support.mjs';

/** @typedef {import('./support.mjs').Dice} Dice */
/** @typedef {{provider: string, model: string, from_ms: number,
 *   long_input_from_tokens: number}} Row */
/** @typedef {{provider: string, model: string, now_ms: number, usage: any, flavor: string}} Case */

const differences = JSON.parse(
  readFileSync(join(root, 'tests/data/metering/differences.json'), 'utf8'),
);
const now = Date.UTC(2026, 10, 23);
const casesOfRow = 2000;

/** When the book says something else than the reference, from when on. @param {string} model */
function differsFrom(model) {
  const from = differences.newer.rows[model] ?? differences.unlisted.rows[model];
  if (from === undefined) return Infinity;
  return from === 'always' ? 0 : Date.parse(from);
}

/** Amounts of all sizes, often near the long input. @param {Dice} dice @param {Row} row */
function amountOf(dice, row) {
  const edge = row.long_input_from_tokens;
  if (edge > 0 && dice.below(3) === 0) return edge + dice.below(5) - 2;
  return dice.below(2 ** dice.below(21));
}

/** Breaks an amount into a part and the rest. @param {Dice} dice @param {number} whole */
function partOf(dice, whole) {
  return dice.one([0, whole, dice.below(whole + 1)]);
}

/** @param {Dice} dice @param {Row} row @returns {{usage: any, flavor: string}} */
function openaiUsage(dice, row) {
  const input = amountOf(dice, row);
  if (row.model.startsWith('text-embedding')) {
    return { usage: { prompt_tokens: input, total_tokens: input }, flavor: 'embeddings' };
  }
  const output = dice.below(2 ** dice.below(18));
  const cached = partOf(dice, input);
  const inputDetails = {
    cached_tokens: cached,
    ...(dice.below(2) === 0 && { cache_write_tokens: partOf(dice, input - cached) }),
  };
  const outputDetails = { reasoning_tokens: partOf(dice, output) };
  if (dice.below(2) === 0) {
    const usage = { input_tokens: input, output_tokens: output, total_tokens: input + output };
    if (dice.below(8) === 0) return { usage, flavor: 'responses' };
    return {
      usage: { ...usage, input_tokens_details: inputDetails, output_tokens_details: outputDetails },
      flavor: 'responses',
    };
  }
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  if (dice.below(8) === 0) return { usage, flavor: 'chat' };
  return {
    usage: {
      ...usage,
      prompt_tokens_details: { ...inputDetails, audio_tokens: 0 },
      completion_tokens_details: { ...outputDetails, audio_tokens: 0 },
    },
    flavor: 'chat',
  };
}

/** @param {Dice} dice @param {Row} row @returns {{usage: any, flavor: string}} */
function anthropicUsage(dice, row) {
  const whole = amountOf(dice, row);
  const read = partOf(dice, whole);
  const written = partOf(dice, whole - read);
  const inAnHour = partOf(dice, written);
  const inMinutes = dice.one([written - inAnHour, partOf(dice, written - inAnHour)]);
  const usage = {
    input_tokens: whole - read - written,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: written,
    output_tokens: dice.below(2 ** dice.below(18)),
    service_tier: 'standard',
    ...(dice.below(3) > 0 && {
      cache_creation: {
        ephemeral_5m_input_tokens: inMinutes,
        ephemeral_1h_input_tokens: inAnHour,
      },
    }),
    ...(dice.below(4) === 0 && { server_tool_use: { web_search_requests: dice.below(9) } }),
  };
  return { usage, flavor: 'default' };
}

/** In nano-dollars, not rounded; null when the reference does not know. @param {Case} one */
function referenceNanos({ provider: id, model, now_ms, usage, flavor }) {
  const provider = findProvider({ providerId: id });
  assert.ok(provider);
  const read = extractUsage(provider, { model, usage }, flavor);
  const timestamp = new Date(now_ms);
  const price = calcPrice(read.usage, model, { providerId: id, timestamp });
  return price === null ? null : price.total_price * 1e9;
}

describe('the price book against the reference', () => {
  /** @type {Row[]} */
  let rows = [];
  before(() => {
    [rows] = ask([{ ask: 'book' }]);
  });

  test('every model costs the same at every date, to the nano-dollar', () => {
    const dice = newDice(1);
    /** @type {Case[]} */
    const cases = [];
    for (const row of rows) {
      const dates = rows.filter(({ model }) => model === row.model).map(({ from_ms }) => from_ms);
      const moments = [now, ...dates.flatMap((date) => [date, Math.max(0, date - 1)])];
      for (let i = 0; i < casesOfRow; i++) {
        const made = row.provider === 'openai' ? openaiUsage(dice, row) : anthropicUsage(dice, row);
        cases.push({
          provider: row.provider,
          model: row.model,
          now_ms: dice.one(moments),
          ...made,
        });
      }
    }
    const answers = ask(cases.map((one) => ({ ask: 'cost', ...one })));
    let compared = 0;
    cases.forEach((one, index) => {
      if (one.now_ms >= differsFrom(one.model)) return;
      const reference = referenceNanos(one);
      assert.ok(reference !== null, `${one.model} is not in the reference`);
      // Half a nano-dollar for the rounding, and what floating point may have lost.
      const slack = 0.5 + Math.abs(reference) * 2 ** -48;
      const said = JSON.stringify({ ...one, ours: answers[index], reference });
      assert.equal(typeof answers[index], 'number', said);
      assert.ok(Math.abs(answers[index] - reference) <= slack, said);
      compared++;
    });
    assert.ok(compared > 100_000, `${compared} were compared`);
  });

  test('what is declared different is different', () => {
    const declared = { ...differences.newer.rows, ...differences.unlisted.rows };
    for (const model of Object.keys(declared)) {
      const row = rows.find((one) => one.model === model);
      assert.ok(row, `${model} is not in the book`);
      const usage =
        row.provider === 'openai'
          ? {
              prompt_tokens: 4e5,
              completion_tokens: 3,
              prompt_tokens_details: { cached_tokens: 7 },
            }
          : { input_tokens: 4e5, output_tokens: 3, cache_read_input_tokens: 7 };
      const flavor = row.provider === 'openai' ? 'chat' : 'default';
      const one = { provider: row.provider, model, now_ms: now, usage, flavor };
      const [ours] = ask([{ ask: 'cost', ...one }]);
      assert.notEqual(referenceNanos(one), ours, `${model} is not different any more`);
    }
  });

  test('every name of the book has the price that the reference gives it', () => {
    const lines = readFileSync(join(root, 'shared/metering/prices.txt'), 'utf8').split('\n');
    let names = 0;
    let [provider, model] = ['', ''];
    for (const line of lines) {
      const words = line.split(' ');
      if (words[0] === 'model') [provider, model] = words.slice(1, 3);
      if (words[0] !== 'name' || differsFrom(model) <= now) continue;
      for (const word of words.slice(1)) {
        const date = provider === 'openai' ? '2026-09-09' : '20260909';
        const name = word.replace('DATE', date);
        const usage = { input_tokens: 1000, output_tokens: 2000 };
        const flavor = provider === 'openai' ? 'responses' : 'default';
        const one = { provider, model: name, now_ms: now, usage, flavor };
        const [found, cost] = ask([
          { ask: 'find', ...one },
          { ask: 'cost', ...one },
        ]);
        assert.equal(found.model, model, name);
        assert.equal(Math.round(referenceNanos(one) ?? NaN), cost, name);
        names++;
      }
    }
    assert.ok(names > 40);
  });

  test('what the reference has and the book has not is left out for a reason', () => {
    const leftOut = new Set(
      Object.values(differences.left_out).flatMap((/** @type {any} */ { models }) => models),
    );
    const ours = new Set(rows.map(({ model }) => model));
    for (const id of ['openai', 'anthropic']) {
      for (const model of findProvider({ providerId: id })?.models ?? []) {
        const [found] = ask([{ ask: 'find', provider: id, model: model.id, now_ms: now }]);
        assert.notEqual(found.model !== undefined, leftOut.has(model.id), model.id);
        if (ours.has(model.id)) assert.equal(found.model, model.id);
      }
    }
  });
});

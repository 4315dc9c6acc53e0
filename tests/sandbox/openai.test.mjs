// OpenAI in the sandbox, asked by its official client.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { addFault, chargesOf, newSandbox, set } from './help.mjs';

/** @param {import('node:test').TestContext} t @param {string} [apiKey] */
async function open(t, apiKey = 'sandbox-openai-key') {
  const { origin } = await newSandbox(t);
  const client = new OpenAI({ apiKey, baseURL: `${origin}/openai/v1`, maxRetries: 0 });
  return { origin, client };
}

const user = (/** @type {string} */ content) => [{ role: /** @type {const} */ ('user'), content }];
const weather = {
  type: /** @type {const} */ ('function'),
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
};

test('the same prompt gives the same answer, counted by the real vocabulary', async (t) => {
  const { origin, client } = await open(t);
  const ask = () =>
    client.chat.completions.create({ model: 'gpt-4o', messages: user('How are you?') });
  const [one, two] = [await ask(), await ask()];
  const said = one.choices[0]?.message.content ?? '';
  assert.match(said, /^You wrote: "How are you\?"/);
  assert.equal(two.choices[0]?.message.content, said);
  assert.equal(one.model, 'gpt-4o-2024-08-06');
  assert.equal(one.choices[0]?.finish_reason, 'stop');
  // Three marks, one token of the role, three before the answer.
  const input = encode('How are you?').length + 7;
  assert.deepEqual(
    [one.usage?.prompt_tokens, one.usage?.completion_tokens, one.usage?.total_tokens],
    [input, encode(said).length, input + encode(said).length],
  );
  const [charge] = await chargesOf(origin, 'openai');
  assert.equal(charge?.id, one.id);
  assert.equal(charge?.key, 'sandbox-openai-key');
  assert.equal(charge?.model, 'gpt-4o-2024-08-06');
  assert.equal(charge?.usage.uncached_tokens, input);
  assert.equal(charge?.usage.output_tokens, encode(said).length);
  assert.equal(charge?.units, one.usage?.total_tokens);
});

test('max_tokens, n and stop hold', async (t) => {
  const { client } = await open(t);
  const asked = { model: 'gpt-4o', messages: user('Write 300 tokens, please') };
  const whole = await client.chat.completions.create(asked);
  assert.equal(whole.usage?.completion_tokens, 300);
  for (const limit of [{ max_tokens: 7 }, { max_completion_tokens: 7 }]) {
    const cut = await client.chat.completions.create({ ...asked, ...limit, n: 3 });
    assert.deepEqual(
      cut.choices.map(({ finish_reason }) => finish_reason),
      ['length', 'length', 'length'],
    );
    assert.equal(cut.usage?.completion_tokens, 21);
    assert.equal(encode(cut.choices[1]?.message.content ?? '').length, 7);
    assert.notEqual(cut.choices[0]?.message.content, cut.choices[1]?.message.content);
  }
  const stopped = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: user('Repeat: one, two, three'),
    stop: ['three', 'two'],
  });
  assert.equal(stopped.choices[0]?.message.content, 'one, ');
  const thinking = await client.chat.completions.create({
    model: 'gpt-5',
    messages: user('hello'),
    max_completion_tokens: 20,
  });
  assert.equal(thinking.usage?.completion_tokens_details?.reasoning_tokens, 20);
  assert.equal(thinking.choices[0]?.message.content, '');
});

test('a stream says the same, with usage in a chunk of its own', async (t) => {
  const { origin, client } = await open(t);
  const asked = { model: 'gpt-4.1-mini', messages: user('Repeat: Grüße, 世界 🚀🚀!') };
  const stream = await client.chat.completions.create({
    ...asked,
    n: 2,
    stream: true,
    service_tier: 'flex',
    stream_options: { include_usage: true },
  });
  const said = ['', ''];
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    for (const { index, delta } of chunk.choices) said[index] += delta.content ?? '';
  }
  assert.deepEqual(said, ['Grüße, 世界 🚀🚀!', 'Grüße, 世界 🚀🚀!']);
  const last = chunks.pop();
  assert.deepEqual(last?.choices, []);
  assert.equal(last?.usage?.completion_tokens, 2 * encode('Grüße, 世界 🚀🚀!').length);
  assert.ok(chunks.every((chunk) => chunk.usage === null && chunk.service_tier === 'flex'));
  assert.ok(chunks.every((chunk) => Object.hasOwn(chunk, 'obfuscation')));
  const [charge] = await chargesOf(origin, 'openai');
  assert.equal(charge?.usage.output_tokens, last?.usage?.completion_tokens);

  const quiet = await client.chat.completions.create({
    ...asked,
    stream: true,
    stream_options: { include_obfuscation: false },
  });
  for await (const chunk of quiet) {
    assert.equal(Object.hasOwn(chunk, 'usage') || Object.hasOwn(chunk, 'obfuscation'), false);
  }
});

test('a tool that the prompt names is called, and its result is taken up', async (t) => {
  const { client } = await open(t);
  const asked = { model: 'gpt-4o', tools: [weather], messages: user('Use get_weather now') };
  const once = await client.chat.completions.create(asked);
  const [choice] = once.choices;
  assert.equal(choice?.finish_reason, 'tool_calls');
  const [call] = choice?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.equal(call.function.name, 'get_weather');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Use get_weather now' });
  const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
  assert.deepEqual(
    streamed.choices[0]?.message.tool_calls?.map((one) => 'function' in one && one.function),
    [call.function],
  );
  const after = await client.chat.completions.create({
    ...asked,
    messages: [
      ...asked.messages,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: call.id, content: 'sunny' },
    ],
  });
  assert.equal(after.choices[0]?.message.content, 'The tool answered: sunny');
});

test('a long beginning is cached, and written to the cache where that costs', async (t) => {
  const { origin, client } = await open(t);
  const long = 'river stone '.repeat(700);
  const ask = async (/** @type {string} */ model, /** @type {string} */ end) =>
    (await client.chat.completions.create({ model, messages: user(long + end) })).usage;
  const first = await ask('gpt-4o', 'one');
  assert.equal(first?.prompt_tokens_details?.cached_tokens, 0);
  const second = await ask('gpt-4o', 'two');
  const cached = second?.prompt_tokens_details?.cached_tokens ?? 0;
  assert.ok(cached >= 1280 && cached % 128 === 0 && cached < (second?.prompt_tokens ?? 0));
  assert.equal((await ask('gpt-4o-mini', 'two'))?.prompt_tokens_details?.cached_tokens, 0);
  const written = await ask('gpt-5.6-sol', 'one');
  const wrote = written?.prompt_tokens_details?.cache_write_tokens ?? 0;
  assert.ok(wrote >= cached && wrote % 128 === 0, `${wrote}`);
  const charges = await chargesOf(origin, 'openai');
  const sums = charges.map(({ usage: u }) => [u.cache_read_tokens, u.cache_write_tokens]);
  assert.deepEqual(sums, [
    [0, 0],
    [cached, 0],
    [0, 0],
    [0, wrote],
  ]);
  assert.equal(charges[1]?.usage.uncached_tokens, (second?.prompt_tokens ?? 0) - cached);
});

test('responses: whole, streamed, cut, with a tool, continued', async (t) => {
  const { origin, client } = await open(t);
  const asked = { model: 'gpt-5-mini', input: 'Repeat: Ünïcödé 🙂' };
  const whole = await client.responses.create(asked);
  assert.equal(whole.output_text, 'Ünïcödé 🙂');
  assert.equal(whole.usage?.output_tokens_details.reasoning_tokens, 64);
  const stream = client.responses.stream(asked);
  const types = [];
  for await (const event of stream) {
    types.push(event.type);
    const isLast = event.type === 'response.completed';
    if ('response' in event) assert.equal(event.response.usage != null, isLast, event.type);
  }
  const final = await stream.finalResponse();
  assert.equal(final.output_text, whole.output_text);
  assert.deepEqual(final.usage, whole.usage);
  assert.deepEqual(types.filter((type) => type !== 'response.output_text.delta').slice(2), [
    'response.output_item.added',
    'response.output_item.done',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  const cut = await client.responses
    .stream({ model: 'gpt-4o', input: 'Say 90 tokens', max_output_tokens: 16 })
    .finalResponse();
  assert.deepEqual([cut.status, cut.usage?.output_tokens], ['incomplete', 16]);
  const called = await client.responses
    .stream({
      model: 'gpt-4o',
      input: 'get_weather',
      tools: [{ type: 'function', strict: false, ...weather.function }],
    })
    .finalResponse();
  const [item] = called.output;
  assert.ok(item?.type === 'function_call' && item.name === 'get_weather');
  assert.deepEqual(JSON.parse(item.arguments), { city: 'get_weather' });
  const next = await client.responses.create({ ...asked, previous_response_id: whole.id });
  assert.ok((next.usage?.input_tokens ?? 0) > 2 * (whole.usage?.input_tokens ?? 0) - 4);
  assert.equal((await client.responses.retrieve(whole.id)).output_text, whole.output_text);
  const counted = await client.responses.inputTokens.count(asked);
  assert.equal(counted.input_tokens, whole.usage?.input_tokens);
  assert.equal((await chargesOf(origin, 'openai')).length, 5);
});

test('embeddings: vectors of length one, as base64 or as numbers', async (t) => {
  const { origin, client } = await open(t);
  const input = ['river', 'stone'];
  const asked = { model: 'text-embedding-3-small', input };
  const packed = await client.embeddings.create(asked);
  const plain = await client.embeddings.create({ ...asked, encoding_format: 'float' });
  assert.deepEqual(packed.data, plain.data);
  assert.equal(packed.data[0]?.embedding.length, 1536);
  const length = Math.hypot(...(packed.data[1]?.embedding ?? []));
  assert.ok(Math.abs(length - 1) < 1e-4, `${length}`);
  assert.equal(packed.usage.prompt_tokens, 2);
  const short = await client.embeddings.create({ ...asked, dimensions: 8 });
  assert.equal(short.data[0]?.embedding.length, 8);
  assert.equal((await chargesOf(origin, 'openai')).length, 3);
});

test('models are listed', async (t) => {
  const { client } = await open(t);
  const { data } = await client.models.list();
  assert.ok(data.some(({ id }) => id === 'gpt-4o'));
  assert.equal((await client.models.retrieve('gpt-4o')).object, 'model');
});

test('errors are of their classes, and cost nothing', async (t) => {
  const { origin, client } = await open(t);
  const create = (/** @type {any} */ more) =>
    client.chat.completions.create({ model: 'gpt-4o', messages: user('x'), ...more });
  const stranger = new OpenAI({ apiKey: 'sk-x', baseURL: `${origin}/openai/v1`, maxRetries: 0 });
  await assert.rejects(stranger.models.list(), { status: 401, code: 'invalid_api_key' });
  await assert.rejects(create({ model: 'gpt-9' }), { status: 404, code: 'model_not_found' });
  await assert.rejects(create({ messages: undefined }), {
    status: 400,
    param: 'messages',
    code: 'missing_required_parameter',
    type: 'invalid_request_error',
  });
  await assert.rejects(create({ max_tokens: 0 }), { code: 'integer_below_min_value' });
  await assert.rejects(create({ max_tokens: 1e6 }), { status: 400, param: 'max_tokens' });
  await assert.rejects(create({ model: 'o3', max_tokens: 9 }), { code: 'unsupported_parameter' });
  const long = user('river stone '.repeat(5000));
  const code = 'context_length_exceeded';
  await assert.rejects(create({ model: 'gpt-4', messages: long }), { status: 400, code });
  await assert.rejects(
    client.responses.create({ model: 'gpt-4o', input: 'x', max_output_tokens: 15 }),
    {
      status: 400,
      param: 'max_output_tokens',
    },
  );
  await set(origin, { openai: { requests_per_minute: 1 } });
  const { response } = await create({ model: 'gpt-4o-mini' }).withResponse();
  assert.match(response.headers.get('x-request-id') ?? '', /^req_/);
  assert.equal(response.headers.get('x-ratelimit-remaining-requests'), '0');
  await assert.rejects(create({ model: 'gpt-4o-mini' }), (/** @type {any} */ error) => {
    assert.deepEqual([error.status, error.code], [429, 'rate_limit_exceeded']);
    return Number(error.headers.get('retry-after')) > 0;
  });
  await set(origin, { openai: { quota_is_used_up: true } });
  await assert.rejects(create({}), { status: 429, code: 'insufficient_quota' });
  assert.equal((await chargesOf(origin, 'openai')).length, 1);
});

test('a call to be answered 429 once succeeds by the retry of the client', async (t) => {
  const { origin, client } = await open(t);
  await addFault(origin, { match: { provider: 'openai' }, kind: 'status', status: 429 });
  const patient = client.withOptions({ maxRetries: 1 });
  await patient.chat.completions.create({ model: 'gpt-4o', messages: user('x') });
  assert.equal((await chargesOf(origin, 'openai')).length, 1);
});

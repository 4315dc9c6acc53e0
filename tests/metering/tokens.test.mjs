// Tokens against gpt-tokenizer: its own vectors, random texts, real ones, and texts that are hard
// to split. The vocabularies are made as tools/publish makes them.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { characterClasses } from '../../tools/metering/character_classes.mjs';
import { makeTokenRanks } from '../../tools/serve/token_ranks.mjs';
import { ask, newDice, root } from './support.mjs';

const plainText = { disallowedSpecial: new Set() };
/** @type {Record<string, (text: string) => number[]>} */
const reference = {
  cl100k_base: (text) => encodeCl100k(text, plainText),
  o200k_base: (text) => encodeO200k(text, plainText),
};
const encodings = Object.keys(reference);

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway-tokens-'));
  makeTokenRanks(root, folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

// The patterns that the models' makers published, for what JavaScript calls white space.
const contraction = `'(?:[sS]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])`;
const notLower = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const notUpper = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const patterns = {
  cl100k_base: [
    contraction,
    String.raw`[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*`,
    String.raw`\s+$|\s*[\r\n]|\s+(?!\S)|\s`,
  ],
  o200k_base: [
    String.raw`[^\r\n\p{L}\p{N}]?${notLower}*${notUpper}+(?:${contraction})?`,
    String.raw`[^\r\n\p{L}\p{N}]?${notLower}+${notUpper}*(?:${contraction})?`,
    String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ],
};

/** @param {string[]} texts */
function comparePieces(texts) {
  for (const [encoding, parts] of Object.entries(patterns)) {
    const pattern = new RegExp(parts.join('|'), 'gu');
    const answers = ask(texts.map((text) => ({ ask: 'pieces', encoding, text })));
    texts.forEach((text, index) => {
      assert.deepEqual(answers[index], text.match(pattern) ?? [], JSON.stringify(text));
    });
  }
}

/** @param {string[]} texts */
function compare(texts) {
  for (const encoding of encodings) {
    const answers = ask(
      texts.map((text) => ({ ask: 'tokens', encoding, text })),
      [folder],
    );
    texts.forEach((text, index) => {
      assert.deepEqual(
        answers[index],
        reference[encoding]?.(text),
        `${encoding}: ${JSON.stringify(text.slice(0, 300))}`,
      );
    });
  }
}

test('the vectors that come with the reference', () => {
  const plans = readFileSync(join(root, 'node_modules/gpt-tokenizer/data/TestPlans.txt'), 'utf8');
  const vector = /^EncodingName: (\w+)\nSample: ([^]*?)\nEncoded: (\[.*\])$/gm;
  let compared = 0;
  for (const [, encoding = '', sample = '', encoded = ''] of plans.matchAll(vector)) {
    if (!encodings.includes(encoding)) continue;
    const [answer] = ask([{ ask: 'tokens', encoding, text: sample }], [folder]);
    assert.deepEqual(answer, JSON.parse(encoded), JSON.stringify(sample));
    compared++;
  }
  assert.ok(compared > 20, `${compared} vectors`);
});

// U+0085 and U+FEFF are left out: JavaScript takes the second for white space and not the first,
// the original (and Unicode) the other way round.
const letters = [...'abcXYZéßÄжДяあ漢字กขαΩǅʰªºñµﬁİıſ𝒳𐐀'];
const marks = ['\u0301', '\u0308', '\u093e', '\u20dd', '\u200d'];
const numbers = [...'0123456789٣४½²Ⅷ𝟙'];
const spaces = [...' \t\n\r\v\f\u00a0\u2003\u3000\u2028'];
const signs = [...'.,;:!?\'"-_/\\()[]{}<>@#$%^&*+=|~`´’“”…—😀👍🏽🇩\u0000\u001b\ufffd'];
const words = [
  ...["'s", "'S", "'ll", "'LL", "'re", "'ve", "'d", "'m", "'t", "don't", "I'VE", "l'l", "''s"],
  ...['hello', 'World', 'HTTP', 'getElementById', 'ABCdef', 'ÀÉÎ', 'straße', '中文ABC', 'ABC中文'],
  ...['<|endoftext|>', '<|im_start|>', '//', '/\n/', '\r\n', '    ', '\n\n\n', '1234567', '3.14'],
];

/** @param {import('./support.mjs').Dice} dice */
function randomText(dice) {
  const all = [letters, marks, numbers, spaces, signs, words];
  const some = dice.below(2) === 0 ? all : [dice.one(all), dice.one(all)];
  const size = dice.below(2) === 0 ? dice.below(8) : dice.below(60);
  return Array.from({ length: size }, () => dice.one(dice.one(some))).join('');
}

test('12,000 random texts', () => {
  const dice = newDice(3);
  const texts = Array.from({ length: 12_000 }, () => randomText(dice));
  compare(texts);
  comparePieces(texts);
});

test('every character of Unicode between letters', () => {
  const texts = [];
  for (let at = 0; at < 0x110000; at += 16) {
    const characters = Array.from({ length: 16 }, (_, i) => at + i)
      .filter((code) => (code < 0xd800 || code > 0xdfff) && code !== 0x85 && code !== 0xfeff)
      .map((code) => String.fromCodePoint(code));
    texts.push(characters.map((one) => `a${one}B ${one}`).join(''));
  }
  comparePieces(texts);
});

test('the files of this project', () => {
  const files = ['README.md', 'ARCHITECTURE.md', 'tools/setup', 'public/index.html'];
  const sources = readdirSync(join(root, 'shared/metering')).map((one) => `shared/metering/${one}`);
  compare([...files, ...sources].map((path) => readFileSync(join(root, path), 'utf8')));
});

test('a long piece has its tokens while it is not cut, and bounded time always', () => {
  const ones = ['a', ' ', '\n', '=', '漢', 'ab', "'", '0', '-='];
  compare(ones.map((one) => one.repeat(4000 / one.length)));
  for (const one of ones) {
    const text = one.repeat(2_000_000 / Buffer.byteLength(one));
    const [{ count, ms }] = ask([{ ask: 'count', encoding: 'o200k_base', text }], [folder]);
    assert.ok(count >= text.length / 128 && count <= text.length, `${one}: ${count}`);
    assert.ok(ms < 10_000, `${JSON.stringify(one)}: ${ms} ms`);
  }
});

test("the table of characters is that of this node's Unicode", () => {
  const made = readFileSync(join(root, 'shared/metering/character_classes.h'), 'utf8');
  assert.equal(made, characterClasses(), 'make it again with tools/metering/character_classes.mjs');
});

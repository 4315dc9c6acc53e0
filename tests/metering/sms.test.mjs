// Segments of messages against Twilio's own calculator.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SegmentedMessage } from 'sms-segments-calculator';
import { ask, newDice } from './support.mjs';

const gsm = [...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0129:;<=>?¡AZÄÖÑÜ§¿azäöñüà'];
const escaped = [...'\f^{}\\[~]|€'];
const beyond = [...'`Áçяжあ漢ẞ’“”…—\t\0'];
const astral = [...'😀🚀𝒳𐍈🀄'];
// What people see as one character. The calculator knows Unicode 10 and joins less than is joined
// today, so a joiner stands only where it belongs.
const clusters = [
  ...['e\u0301', 'a\u0308\u0323', 'नि', 'กำ', '각', '\u1112\u1161\u11ab', '가\u11a8', '1️⃣', '☝🏿'],
  ...['👍🏽', '👩‍🚀', '👨‍👩‍👧‍👦', '❤️', '🇩🇪', '🇫🇷🇮', '👩‍❤️‍💋‍👨', '\u0301', '\u200b'],
];

/** @param {import('./support.mjs').Dice} dice */
function randomText(dice) {
  const alphabet = [...gsm, ...(dice.below(2) === 0 ? escaped : [])];
  if (dice.below(2) === 0)
    alphabet.push(...dice.one([beyond, astral, clusters, [...beyond, ...astral, ...clusters]]));
  const few = Array.from({ length: 1 + dice.below(5) }, () => dice.one(alphabet));
  const used = dice.below(2) === 0 ? few : alphabet;
  // Sizes around one, two and three segments of either kind.
  const size = dice.one([0, 35, 67, 70, 134, 153, 160, 201, 306, 459, 612]) + dice.below(7) - 3;
  return Array.from({ length: Math.max(0, size) }, () => dice.one(used)).join('');
}

test('random messages have the segments that the calculator counts', () => {
  const dice = newDice(2);
  const texts = Array.from({ length: 20_000 }, () => randomText(dice));
  const answers = ask(texts.map((text) => ({ ask: 'sms', text })));
  texts.forEach((text, index) => {
    const message = new SegmentedMessage(text);
    const units = message.encodingName === 'UCS-2' ? text.length : message.numberOfCharacters;
    assert.deepEqual(
      answers[index],
      { encoding: message.encodingName, units, segments: message.segmentsCount },
      JSON.stringify(text),
    );
  });
});

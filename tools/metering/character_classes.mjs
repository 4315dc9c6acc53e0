// node tools/metering/character_classes.mjs >shared/metering/character_classes.h: the classes of
// Unicode that splitting into tokens tells apart, from the Unicode of this node. A test makes it
// again and compares.

/** @type {[string, RegExp][]} the names of the C++ enumeration, in its order */
const classes = [
  ['other', /[^]/u],
  ['upper', /[\p{Lu}\p{Lt}]/u],
  ['lower', /\p{Ll}/u],
  ['letter', /[\p{Lm}\p{Lo}]/u],
  ['mark', /\p{M}/u],
  ['number', /\p{N}/u],
  ['space', /\p{White_Space}/u],
];
const alternating = classes.length;
const alternatingMin = 4;

/** @param {number} codePoint */
function classOf(codePoint) {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 0;
  const character = String.fromCodePoint(codePoint);
  return Math.max(
    0,
    classes.findLastIndex(([, form]) => form.test(character)),
  );
}

/** Runs of code points of one class, or of upper and lower in turns. */
function runs() {
  const found = [];
  for (let at = 0x80; at < 0x110000;) {
    let end = at + 1;
    let kind = classOf(at);
    while (end < 0x110000 && classOf(end) === kind) end++;
    if (end === at + 1 && kind === 1) {
      let turns = at;
      while (classOf(turns) === 1 && classOf(turns + 1) === 2) turns += 2;
      if (turns - at >= alternatingMin) [end, kind] = [turns, alternating];
    }
    found.push({ start: at, kind });
    at = end;
  }
  return found;
}

export function characterClasses() {
  const made = runs();
  const numbers = made.map(({ start, kind }) => `0x${((start << 3) | kind).toString(16)}`);
  const lines = [''];
  for (const number of numbers) {
    const last = lines.length - 1;
    const longer = `${lines[last]}${lines[last] === '' ? '' : ' '}${number},`;
    if (longer.length > 96) lines.push(`${number},`);
    else lines[last] = longer;
  }
  return `// What a character beyond ASCII is when text is split into tokens: letter, mark, number
// or white space. Made by tools/metering/character_classes.mjs.
#pragma once

#include <cstdint>

namespace fairway {

// \`alternating\`: upper and lower in turns, from the first of the run on.
enum class CharacterClass : uint8_t {
${classes.map(([name]) => `  ${name},`).join('\n')}
  alternating,
};

// Where a run begins, times 8, plus its class; it ends where the next one begins.
// clang-format off
inline constexpr uint32_t character_runs[${numbers.length}] = {
${lines.map((line) => `    ${line}`).join('\n')}
};
// clang-format on

}  // namespace fairway
`;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(characterClasses());

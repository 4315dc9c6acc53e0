// Reading source text without a parser: comments and literals are told apart from code, well enough
// for house rules.

/**
 * A string literal's content and the line where it starts.
 * @typedef {{line: number, text: string}} Literal
 * @typedef {{code: string, literals: Literal[]}} Split
 */

/**
 * Splits C++ or JavaScript into code and literals. `code` has the same lines as the source, with
 * comments and the contents of literals blanked out.
 * @param {string} source
 * @param {'cpp' | 'js'} language
 * @returns {Split}
 */
export function splitSource(source, language) {
  /** @type {Split} */
  const split = { code: '', literals: [] };
  let at = 0;
  while (at < source.length) {
    const piece = nextPiece(source, at, language, split.code);
    const text = source.slice(at, piece.end);
    if (piece.kind === 'code') {
      split.code += text;
    } else {
      if (piece.kind === 'literal') {
        split.literals.push({ line: lineOf(source, at), text: source.slice(piece.from, piece.to) });
      }
      split.code += piece.kind === 'literal' ? blank(text, '"') : blank(text, ' ');
    }
    at = piece.end;
  }
  return split;
}

/**
 * @typedef {{kind: 'code' | 'comment' | 'literal', end: number, from: number, to: number}} Piece
 * @param {string} source
 * @param {number} at
 * @param {'cpp' | 'js'} language
 * @param {string} before the code so far
 * @returns {Piece}
 */
function nextPiece(source, at, language, before) {
  const two = source.slice(at, at + 2);
  if (two === '//') return comment(indexOrEnd(source, '\n', at));
  if (two === '/*') return comment(indexOrEnd(source, '*/', at + 2) + 2);
  if (language === 'cpp') {
    const raw = /^R"([^(\s]{0,16})\(/.exec(source.slice(at, at + 20));
    if (raw !== null && !/\w/.test(before.at(-1) ?? '')) {
      const from = at + raw[0].length;
      const to = indexOrEnd(source, `)${raw[1]}"`, from);
      return { kind: 'literal', from, to, end: to + (raw[1] ?? '').length + 2 };
    }
    if (source[at] === "'" && /[0-9a-fA-F]/.test(before.at(-1) ?? '')) return code(at + 1);
  }
  if (source[at] === '"' || source[at] === "'" || (language === 'js' && source[at] === '`')) {
    const to = endOfQuoted(source, at);
    return { kind: 'literal', from: at + 1, to, end: to + 1 };
  }
  if (language === 'js' && source[at] === '/' && startsRegularExpression(before)) {
    return comment(endOfRegularExpression(source, at));
  }
  return code(at + 1);
}

/** @param {number} end @returns {Piece} */
function comment(end) {
  return { kind: 'comment', end, from: 0, to: 0 };
}

/** @param {number} end @returns {Piece} */
function code(end) {
  return { kind: 'code', end, from: 0, to: 0 };
}

/** @param {string} source @param {string} word @param {number} from */
function indexOrEnd(source, word, from) {
  const index = source.indexOf(word, from);
  return index < 0 ? source.length : index;
}

/** @param {string} source @param {number} at */
function endOfQuoted(source, at) {
  const quote = source[at];
  let end = at + 1;
  while (end < source.length && source[end] !== quote) {
    if (source[end] === '\n' && quote !== '`') return end - 1;
    end += source[end] === '\\' ? 2 : 1;
  }
  return end;
}

// A slash divides after a value and starts a regular expression everywhere else.
/** @param {string} before */
function startsRegularExpression(before) {
  const word = /(\w+)\s*$/.exec(before.slice(-40))?.[1];
  if (word !== undefined) return /^(return|typeof|case|in|of|await|yield)$/.test(word);
  return !/[)\]}"]\s*$/.test(before.slice(-40));
}

/** @param {string} source @param {number} at */
function endOfRegularExpression(source, at) {
  let end = at + 1;
  let inClass = false;
  while (end < source.length && source[end] !== '\n' && (inClass || source[end] !== '/')) {
    if (source[end] === '[') inClass = true;
    if (source[end] === ']') inClass = false;
    end += source[end] === '\\' ? 2 : 1;
  }
  return Math.min(end + 1, source.length);
}

/** @param {string} text @param {string} edge what stands for the first and last character */
function blank(text, edge) {
  const inner = text.replace(/[^\n]/g, ' ');
  if (text.length < 2 || edge === ' ') return inner;
  return edge + inner.slice(1, -1) + edge;
}

/** @param {string} source @param {number} index */
export function lineOf(source, index) {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < index; at = source.indexOf('\n', at + 1))
    line++;
  return line;
}

// Finds functions and their lengths by their braces.
import { lineOf } from './text.mjs';

/**
 * Where a function's head is, and how many lines head and body have.
 * @typedef {{line: number, lines: number}} Found
 */

/**
 * Functions of C++ code that stand in no other function; what is nested counts as part of the outer
 * one.
 * @param {string} code comments and literals blanked out
 * @returns {Found[]}
 */
export function cppFunctions(code) {
  return blocks(code)
    .filter((block) => block.parents.every(isScope) && isCppFunction(block.head))
    .map((block) => measure(code, block));
}

/**
 * Functions of JavaScript, nested ones too. The callback of describe() is a list of tests, and a
 * function around a whole script is its scope: neither counts.
 * @param {string} code comments and literals blanked out
 * @returns {Found[]}
 */
export function jsFunctions(code) {
  return blocks(code)
    .filter((block) => isJsFunction(block.head) && !isJsScope(block))
    .map((block) => measure(code, block));
}

/**
 * @typedef {{head: string, headStart: number, end: number, parents: string[]}} Block
 * @param {string} code
 */
function blocks(code) {
  /** @type {Block[]} */
  const found = [];
  /** @type {Block[]} */
  const open = [];
  let headStart = 0;
  for (let at = 0; at < code.length; at++) {
    const character = code[at];
    if (character === '{') {
      const head = code.slice(headStart, at);
      const block = { head, headStart, end: code.length, parents: open.map((outer) => outer.head) };
      found.push(block);
      open.push(block);
    } else if (character === '}') {
      const block = open.pop();
      if (block !== undefined) block.end = at;
    }
    if (character === '{' || character === '}' || character === ';') headStart = at + 1;
  }
  return found;
}

/** @param {string} head */
function isScope(head) {
  return /\b(namespace|class|struct|union|extern)\b/.test(head) && !/\)\s*$/.test(head);
}

/** @param {string} head */
function isCppFunction(head) {
  return head.includes('(') && !/=\s*$/.test(head) && !isScope(head) && !/\benum\b/.test(head);
}

/** @param {Block} block */
function isJsScope({ head, parents }) {
  return /\b(describe|suite)\(/.test(head) || (parents.length === 0 && /^\s*\(/.test(head));
}

/** @param {string} head */
function isJsFunction(head) {
  if (/=>\s*$/.test(head)) return true;
  if (!/\)\s*$/.test(head)) return false;
  return !/(^|[\s}])(if|for|while|switch|catch|with)\b[^{;]*$/.test(head);
}

/** @param {string} code @param {Block} block @returns {Found} */
function measure(code, block) {
  const first = block.headStart + (block.head.length - block.head.trimStart().length);
  const line = lineOf(code, first);
  return { line, lines: lineOf(code, block.end) - line + 1 };
}

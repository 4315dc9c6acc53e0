// The synchronous database port: one SQL statement in, its rows out, as compact bytes.
//
// Question: u32 sql size, sql, u16 count of values, values.
// Answer:   u32 size of the whole answer, u32 changes, u16 columns, u32 rows, then the cells.
//           A refused statement: u32 size, 0xFFFFFFFF, then SQLite's words.
// A value:  tag 0 null | 1 integer (i64) | 2 real (f64) | 3 text (u32 size, UTF-8)
//           | 4 blob (u32 size, bytes). Everything little-endian.
//
// A Durable Object binds every number as REAL: right for INTEGER columns, comparisons and LIMIT,
// not for text made inside SQL (`? || ''` gives "5.0"). Numbers come back as integers wherever they
// have no fraction. At most 100 values a statement.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const refusedMark = 0xffffffff;

/** What of the Durable Object's SqlStorage is used here.
 * @typedef {{raw(): Iterable<SqlValue[]>, columnNames: string[], rowsWritten: number}} Cursor
 * @typedef {{exec(sql: string, ...values: SqlValue[]): Cursor}} Sql
 * @typedef {null | number | string | ArrayBuffer | Bytes} SqlValue
 */

/** Bytes that are read or written one after another; grows when written to. */
class Tape {
  /** @param {Bytes} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }
  /** @param {number} size */
  reserve(size) {
    if (this.at + size <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
  /** @param {number} size */
  take(size) {
    const from = this.at;
    this.at += size;
    return this.bytes.subarray(from, this.at);
  }
  takeSized() {
    const size = this.view.getUint32(this.at, true);
    this.at += 4;
    return this.take(size);
  }
}

/** @param {Tape} tape @returns {SqlValue} */
function readValue(tape) {
  const tag = tape.bytes[tape.at++];
  switch (tag) {
    case 0:
      return null;
    case 1: {
      const low = tape.view.getUint32(tape.at, true);
      const high = tape.view.getInt32(tape.at + 4, true);
      tape.at += 8;
      const number = high * 0x100000000 + low;
      if (!Number.isSafeInteger(number)) throw new Error('an integer beyond 2^53 in SQL');
      return number;
    }
    case 2:
      tape.at += 8;
      return tape.view.getFloat64(tape.at - 8, true);
    case 3:
      return decoder.decode(tape.takeSized());
    case 4:
      return tape.takeSized().slice();
    default:
      throw new Error(`an unknown tag in SQL: ${tag}`);
  }
}

/** @param {Tape} tape @param {SqlValue} value */
function writeValue(tape, value) {
  if (value === null) {
    tape.reserve(1);
    tape.bytes[tape.at++] = 0;
  } else if (typeof value === 'number') {
    tape.reserve(9);
    writeNumber(tape, value);
  } else if (typeof value === 'string') {
    tape.reserve(5 + value.length * 3);
    tape.bytes[tape.at] = 3;
    const { written } = encoder.encodeInto(value, tape.bytes.subarray(tape.at + 5));
    tape.view.setUint32(tape.at + 1, written, true);
    tape.at += 5 + written;
  } else {
    const bytes = value instanceof Uint8Array ? value : new Uint8Array(value);
    tape.reserve(5 + bytes.length);
    tape.bytes[tape.at] = 4;
    tape.view.setUint32(tape.at + 1, bytes.length, true);
    tape.bytes.set(bytes, tape.at + 5);
    tape.at += 5 + bytes.length;
  }
}

/** @param {Tape} tape @param {number} value */
function writeNumber(tape, value) {
  if (Number.isSafeInteger(value)) {
    tape.bytes[tape.at] = 1;
    tape.view.setUint32(tape.at + 1, value >>> 0, true);
    tape.view.setInt32(tape.at + 5, Math.floor(value / 0x100000000), true);
  } else {
    tape.bytes[tape.at] = 2;
    tape.view.setFloat64(tape.at + 1, value, true);
  }
  tape.at += 9;
}

// Kept between calls: answers are copied out before the next question is asked.
let scratch = new Uint8Array(65_536);
const scratchSizeMax = 1 << 20;

/**
 * Runs one statement. The answer is valid until the next call. Where only reading is meant, other
 * statements than SELECT are refused.
 * @param {Sql} sql
 * @param {Bytes} question
 * @param {'read' | 'write'} use
 * @returns {{answer: Bytes, changed: boolean}}
 */
export function runSql(sql, question, use) {
  const tape = new Tape(question);
  const text = decoder.decode(tape.takeSized());
  const count = tape.view.getUint16(tape.at, true);
  tape.at += 2;
  /** @type {SqlValue[]} */
  const values = [];
  for (let i = 0; i < count; ++i) values.push(readValue(tape));

  const answer = new Tape(scratch);
  let changed = false;
  try {
    if (use === 'read' && !text.startsWith('SELECT ')) throw new Error(`a reading run: ${text}`);
    changed = writeRows(answer, sql, text, values);
  } catch (refused) {
    writeRefusal(answer, String(refused instanceof Error ? refused.message : refused));
  }
  answer.view.setUint32(0, answer.at, true);
  if (answer.bytes.length <= scratchSizeMax) scratch = answer.bytes;
  return { answer: answer.bytes.subarray(0, answer.at), changed };
}

/** @param {Tape} answer @param {Sql} sql @param {string} text @param {SqlValue[]} values */
function writeRows(answer, sql, text, values) {
  const cursor = sql.exec(text, ...values);
  let rows = 0;
  answer.at = 14;
  for (const row of cursor.raw()) {
    for (const value of row) writeValue(answer, value);
    ++rows;
  }
  const changed = cursor.rowsWritten > 0;
  answer.view.setUint32(4, changed ? countChanges(sql) : 0, true);
  answer.view.setUint16(8, cursor.columnNames.length, true);
  answer.view.setUint32(10, rows, true);
  return changed;
}

// rowsWritten counts the rows of indexes too.
/** @param {Sql} sql @returns {number} */
function countChanges(sql) {
  for (const [changes] of sql.exec('SELECT changes()').raw()) return Number(changes);
  return 0;
}

/** @param {Tape} answer @param {string} words */
function writeRefusal(answer, words) {
  const text = encoder.encode(words);
  answer.at = 0;
  answer.reserve(8 + text.length);
  answer.view.setUint32(4, refusedMark, true);
  answer.bytes.set(text, 8);
  answer.at = 8 + text.length;
}

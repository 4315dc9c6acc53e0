// What the wasm module may ask of the page: the wall's ports, and a few short synchronous calls.

import { decodeFrame, encodeFrame, noBytes } from './frame.mjs';
import { rasterize } from './glyphs.mjs';
import { PortFailure, answerPort } from './ports.mjs';

/** @typedef {import('./frame.mjs').Bytes} Bytes */

const prefix = 'fairway.';

/**
 * Private windows may refuse the store: what is kept here is a comfort only.
 * @param {() => string | null | void} act
 */
function quietly(act) {
  try {
    return act() ?? '';
  } catch {
    return '';
  }
}

/** @type {Record<string, (first: string, second: string) => string | void>} */
const calls = {
  recall: (key) => quietly(() => localStorage.getItem(prefix + key)),
  keep: (key, text) => void quietly(() => localStorage.setItem(prefix + key, text)),
  forget: (key) => void quietly(() => localStorage.removeItem(prefix + key)),
  address: () => location.href,
  show_address: (path) => {
    // A sign-in's tokens stand behind the '#': they leave the address bar and the history.
    if (location.hash !== '') history.replaceState(null, '', path);
    else if (location.pathname + location.search !== path) history.pushState(null, '', path);
  },
  go_to: (url) => location.assign(url),
  open_tab: (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
  set_title: (title) => {
    document.title = title;
  },
  copy: (text) => copyText(text),
  keep_settings: (theme, scale) => {
    quietly(() => localStorage.setItem(`${prefix}theme`, theme));
    quietly(() => localStorage.setItem(`${prefix}scale`, scale));
  },
};

/** @param {string} text */
function copyText(text) {
  const written = navigator.clipboard?.writeText(text);
  written?.catch(() => copyBySelection(text));
  if (!written) copyBySelection(text);
}

/** Where the page may not use the clipboard directly. @param {string} text */
function copyBySelection(text) {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'aside';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
}

export class Page {
  /** @param {(call: number, frame: Bytes) => void} answer @param {(file: File) => void} given */
  constructor(answer, given) {
    this.answer = answer;
    this.given = given;
    this.rasterize = rasterize;
    /** @type {Map<number, AbortController>} */
    this.underWay = new Map();
    /** @type {Blob[]} */
    this.pieces = [];
  }

  /** @param {number} call @param {Bytes} frame */
  async ask(call, frame) {
    const { control, bytes } = decodeFrame(frame);
    const stop = new AbortController();
    this.underWay.set(call, stop);
    let answer;
    try {
      answer = await answerPort(control, bytes, stop.signal);
    } catch (error) {
      answer = { control: { failure: failureOf(error) }, bytes: noBytes };
    }
    if (this.underWay.delete(call)) this.answer(call, encodeFrame(answer.control, answer.bytes));
  }

  /** @param {number} call */
  abandon(call) {
    this.underWay.get(call)?.abort();
    this.underWay.delete(call);
  }

  /** @param {string} verb @param {string} first @param {string} second */
  call(verb, first, second) {
    if (verb === 'ask_for_file') return this.#askForFile(first);
    if (verb === 'drop_pieces') this.pieces = [];
    return calls[verb]?.(first, second) ?? '';
  }

  // The beginning of a file, until `download` brings its end. A blob's bytes are the browser's, so
  // they do not weigh on the page's memory.
  /** @param {Bytes} bytes */
  addPiece(bytes) {
    this.pieces.push(new Blob([bytes]));
  }

  /** @param {string} name @param {string} type @param {Bytes} bytes */
  download(name, type, bytes) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([...this.pieces, bytes], { type }));
    this.pieces = [];
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  /** @param {string} accept */
  #askForFile(accept) {
    const field = document.createElement('input');
    field.type = 'file';
    field.accept = accept;
    field.addEventListener('change', () => {
      for (const file of field.files ?? []) this.given(file);
    });
    field.click();
    return '';
  }
}

/** @param {unknown} error */
function failureOf(error) {
  if (error instanceof PortFailure) return error.failure;
  return {
    reaction: 'report_bug',
    code: 'page_failed',
    message: `The page could not do what the dashboard asked for: ${error}`,
    hint: 'Reload the page. Nothing that was sent is lost.',
  };
}

// Starts the dashboard: loads the wasm module, keeps the mirror in step, gives it what happens.
//
// A turn is: what happened is told to the module, the module runs its loop and draws, the
// difference of its tree is put into the DOM. Turns happen on events, on answers of the wall and at
// the time the module asked for; an idle tab has none.

import { Mirror, isField } from './mirror.mjs';
import { Page } from './page.mjs';

const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('canvas'));
const root = /** @type {HTMLElement} */ (document.getElementById('mirror'));
const polite = /** @type {HTMLElement} */ (document.getElementById('said'));
const themes = ['system', 'light', 'dark'];
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** @param {string} name @param {string} otherwise */
function kept(name, otherwise) {
  try {
    return localStorage.getItem(`fairway.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** @param {BeforeUnloadEvent} event */
function askBeforeLeaving(event) {
  event.preventDefault();
}

class Tab {
  /** @param {any} module */
  constructor(module) {
    this.module = module;
    this.mirror = new Mirror(root, polite);
    this.attention = { hovered: 0, held: 0, focused: 0, visible: false };
    this.timer = 0;
    this.frameRequest = 0;
    this.turnPlanned = false;
    this.isGuarded = false;
    this.frames = 0;
    this.frameMs = 0;
  }

  // --- Turns ------------------------------------------------------------------------------------

  turn() {
    cancelAnimationFrame(this.frameRequest);
    clearTimeout(this.timer);
    this.frameRequest = this.timer = 0;
    const begin = performance.now();
    const next = this.module._fairway_frame(begin);
    const text = this.module.UTF8ToString(this.module._fairway_difference());
    this.frames += 1;
    this.frameMs = performance.now() - begin;
    if (text !== '') this.mirror.apply(JSON.parse(text));
    this.#guardLeaving();
    this.#plan(next);
  }

  /** While parts are being sent the browser asks before the tab is closed. */
  #guardLeaving() {
    const isGuarded = this.module._fairway_leaving_loses_work() !== 0;
    if (isGuarded === this.isGuarded) return;
    this.isGuarded = isGuarded;
    if (isGuarded) addEventListener('beforeunload', askBeforeLeaving);
    else removeEventListener('beforeunload', askBeforeLeaving);
  }

  /** @param {number} next */
  #plan(next) {
    if (this.frameRequest || next === Infinity) return;
    const wait = next - performance.now();
    if (wait <= 16) this.soon();
    else this.timer = window.setTimeout(() => this.soon(), Math.min(wait, 2 ** 30));
  }

  /** A turn with the next picture of the screen. */
  soon() {
    this.frameRequest ||= requestAnimationFrame(() => this.turn());
  }

  /**
   * A turn at the end of this task: also where no pictures are drawn, in a tab in the background.
   */
  promptly() {
    if (this.turnPlanned) return;
    this.turnPlanned = true;
    setTimeout(() => {
      this.turnPlanned = false;
      this.turn();
    });
  }

  /** @template T @param {string} text @param {(at: number) => T} use */
  withText(text, use) {
    const at = this.module.stringToNewUTF8(text);
    const result = use(at);
    this.module._free(at);
    return result;
  }

  /** @param {Uint8Array} bytes @param {(at: number) => void} use */
  withBytes(bytes, use) {
    const at = this.module._malloc(bytes.length || 1);
    this.module.HEAPU8.set(bytes, at);
    use(at);
    this.module._free(at);
  }

  // --- Surroundings -----------------------------------------------------------------------------

  measure() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [window.innerWidth, window.innerHeight];
    const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== columns) canvas.width = columns;
    if (canvas.height !== rows) canvas.height = rows;
    const matches = (/** @type {string} */ query) => Number(matchMedia(query).matches);
    this.module._fairway_surroundings(
      width,
      height,
      ratio,
      matches('(prefers-color-scheme: dark)'),
      matches('(pointer: coarse)'),
      matches('(prefers-reduced-motion: reduce)'),
      Number(isMac),
    );
  }

  watchSurroundings() {
    const changed = () => {
      this.measure();
      this.turn();
    };
    addEventListener('resize', changed);
    for (const query of [
      '(prefers-color-scheme: dark)',
      '(prefers-reduced-motion: reduce)',
      '(pointer: coarse)',
    ]) {
      matchMedia(query).addEventListener('change', changed);
    }
    addEventListener('popstate', () => {
      this.module._fairway_address_changed();
      this.turn();
    });
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.module._fairway_context_lost();
    });
    canvas.addEventListener('webglcontextrestored', () => {
      this.module._fairway_context_restored();
      this.turn();
    });
  }

  // --- Attention --------------------------------------------------------------------------------

  #tellAttention() {
    const { hovered, held, focused, visible } = this.attention;
    this.module._fairway_attention(hovered, held, focused, Number(visible), performance.now());
    this.soon();
  }

  watchAttention() {
    root.addEventListener('pointerover', (event) => {
      this.attention.hovered = event.pointerType === 'touch' ? 0 : this.#idOf(event.target);
      this.#tellAttention();
    });
    root.addEventListener('pointerleave', () => {
      this.attention.hovered = 0;
      this.#tellAttention();
    });
    root.addEventListener('pointerdown', (event) => {
      this.attention.held = this.#idOf(event.target);
      this.#tellAttention();
    });
    for (const name of ['pointerup', 'pointercancel']) {
      addEventListener(name, () => {
        if (this.attention.held === 0) return;
        this.attention.held = 0;
        this.#tellAttention();
      });
    }
    root.addEventListener('focusin', (event) => {
      const element = /** @type {Element} */ (event.target);
      this.attention.focused = this.#idOf(element);
      this.attention.visible = element.matches(':focus-visible');
      this.#tellAttention();
      this.#tellSelection(element);
    });
    root.addEventListener('focusout', () => {
      this.attention.focused = 0;
      this.attention.visible = false;
      this.#tellAttention();
    });
  }

  /** @param {EventTarget | null} target */
  #idOf(target) {
    return this.mirror.nodeOf(target)?.id ?? 0;
  }

  // --- Acting -----------------------------------------------------------------------------------

  watchActions() {
    root.addEventListener('click', (event) => this.#click(event));
    root.addEventListener('scroll', (event) => this.#scrolled(event), true);
    addEventListener('keydown', (event) => this.#key(event));
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
      for (const file of event.dataTransfer?.files ?? []) this.give(file);
    });
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const node = this.mirror.nodeOf(event.target);
    const outside = this.mirror.modalRootOf(event.target);
    if (node && isField(node)) return;
    if (node?.role === 'link') {
      const leaves =
        !/^(\/app|#|$)/.test(node.href ?? '') || event.ctrlKey || event.metaKey || event.shiftKey;
      if (leaves) return;
      event.preventDefault();
    }
    if (node) this.module._fairway_click(node.id);
    else if (outside) this.module._fairway_outside(outside);
    else return;
    this.turn();
  }

  /** @param {Event} event */
  #scrolled(event) {
    const element = /** @type {HTMLElement} */ (event.target);
    const node = this.mirror.nodeOf(element);
    if (node?.role === 'scroll') this.module._fairway_scroll(node.id, element.scrollTop);
    else this.#tellSelection(element);
    this.soon();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const node = this.mirror.nodeOf(event.target);
    const activates = event.key === 'Enter' || event.key === ' ';
    if (node && !isField(node) && activates && !event.ctrlKey && !event.metaKey) return;
    if (event.key === 'Tab' && !this.#isInPopup(node)) {
      this.#keepInside(event);
      return;
    }
    const command = Number(isMac ? event.metaKey : event.ctrlKey);
    this.withText(event.key, (at) => {
      this.module._fairway_key(node?.id ?? 0, at, command, Number(event.shiftKey));
    });
    this.turn();
    if (this.module._fairway_key_was_used()) event.preventDefault();
  }

  /** @param {import('./mirror.mjs').NodeData | undefined} node */
  #isInPopup(node) {
    return node?.role === 'menuitem' || node?.role === 'option';
  }

  /** Tab goes round within a dialog. @param {KeyboardEvent} event */
  #keepInside(event) {
    const layer = this.mirror.layers.findLast((each) => each.classList.contains('modal'));
    if (!layer) return;
    const stops = /** @type {HTMLElement[]} */ ([...layer.querySelectorAll('[tabindex="0"]')]);
    const [first, last] = [stops[0], stops.at(-1)];
    const at = document.activeElement;
    const inside = at !== null && layer.contains(at);
    if (event.shiftKey ? at === first || !inside : at === last || !inside) {
      (event.shiftKey ? last : first)?.focus();
      event.preventDefault();
    }
  }

  // --- Text -------------------------------------------------------------------------------------

  watchText() {
    root.addEventListener('input', (event) => this.#typed(event.target));
    root.addEventListener('compositionstart', (event) => {
      if (event.target instanceof HTMLElement) event.target.dataset.composing = 'yes';
    });
    root.addEventListener('compositionend', (event) => {
      if (event.target instanceof HTMLElement) delete event.target.dataset.composing;
    });
    document.addEventListener('selectionchange', () => this.#tellSelection(document.activeElement));
  }

  /** @param {EventTarget | null} target */
  #typed(target) {
    const node = this.mirror.nodeOf(target);
    if (!node || !isField(node)) return;
    const field = /** @type {HTMLInputElement} */ (target);
    const end = field.selectionEnd ?? field.value.length;
    const start = field.selectionStart ?? end;
    this.withText(field.value, (at) => {
      this.module._fairway_input(node.id, at, start, end, field.scrollLeft, field.scrollTop);
    });
    this.turn();
  }

  /** @param {Element | null} element */
  #tellSelection(element) {
    const node = this.mirror.nodeOf(element);
    if (!node || !isField(node)) return;
    const field = /** @type {HTMLInputElement} */ (element);
    const end = field.selectionEnd ?? field.value.length;
    const start = field.selectionStart ?? end;
    const { scrollLeft, scrollTop } = field;
    this.module._fairway_selection(node.id, start, end, scrollLeft, scrollTop);
    this.soon();
  }

  // --- Files and answers ------------------------------------------------------------------------

  /** @param {File} file */
  async give(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.withText(file.name, (name) => {
      this.withBytes(bytes, (at) => this.module._fairway_file(name, at, bytes.length));
    });
    this.promptly();
  }

  /** @param {number} call @param {Uint8Array} frame */
  answer(call, frame) {
    this.withBytes(frame, (at) => this.module._fairway_answer(call, at, frame.length));
    if (document.hidden) this.promptly();
    else this.soon();
  }

  /** The fields measure text with the very faces that the canvas draws. */
  async loadFonts() {
    const faces = [
      ['Fairway Inter', '400'],
      ['Fairway Inter', '600'],
      ['Fairway Mono', '400'],
    ];
    await Promise.all(
      faces.map(([family, weight], i) => {
        const at = this.module._fairway_font(i);
        const bytes = this.module.HEAPU8.slice(at, at + this.module._fairway_font_size(i));
        const face = new FontFace(family, bytes, { weight });
        document.fonts.add(face);
        return face.load();
      }),
    );
  }
}

async function start() {
  /** @type {Tab | undefined} */
  let tab;
  const page = new Page(
    (call, frame) => tab?.answer(call, frame),
    (file) => void tab?.give(file),
  );
  const address = '/dashboard.mjs';
  const { default: create } = await import(address);
  tab = new Tab(await create({ page, canvas }));
  const theme = Math.max(0, themes.indexOf(kept('theme', 'system')));
  const scale = Math.min(1.5, Math.max(1, Number(kept('scale', '100')) / 100 || 1));
  const gallery = new URLSearchParams(location.search).has('gallery');
  if (!tab.module._fairway_open(theme, scale, Number(gallery))) {
    fail(
      'This browser does not draw with WebGL 2, which Fairway needs.',
      'Switch hardware acceleration on in the browser’s settings, or open Fairway in another one.',
    );
    return;
  }
  tab.measure();
  tab.watchSurroundings();
  tab.watchAttention();
  tab.watchActions();
  tab.watchText();
  tab.turn();
  document.documentElement.classList.add('drawn');
  performance.mark('fairway-drawn');
  await tab.loadFonts();
  Object.assign(globalThis, { fairway: tab });
}

/** @param {string} what @param {string} advice */
function fail(what, advice) {
  const place = /** @type {HTMLElement} */ (document.getElementById('trouble'));
  place.replaceChildren(
    ...[what, advice].map((words) => {
      const line = document.createElement('p');
      line.textContent = words;
      return line;
    }),
  );
  place.hidden = false;
}

start().catch((error) => {
  console.error(error);
  fail(
    `Fairway could not start in this browser: ${error?.message ?? error}`,
    'Reload the page. If that does not help, the browser may be too old for WebAssembly.',
  );
});

// The mirror: a DOM tree over the canvas that says what the canvas shows.
//
// The widget layer sends differences of its node tree (web/ui/mirror.h); this module turns them
// into real buttons, links, fields, headings, tables and dialogs at the places of their drawings.
// The tree is invisible and on top, so the browser does the hit testing, the focus, the scrolling
// and the text editing on it, for mouse, finger, keyboard, screen reader and tests alike.

/** @typedef {[number, number, number, number]} Box */
/**
 * @typedef {object} NodeData
 * @property {number} id
 * @property {string} role
 * @property {number} kind
 * @property {number} state
 * @property {number} layer
 * @property {Box} box
 * @property {number} [parent]
 * @property {number} [level]
 * @property {string} [name]
 * @property {string} [value]
 * @property {string} [description]
 * @property {string} [href]
 * @property {string} [placeholder]
 * @property {string} [autocomplete]
 * @property {string} [shortcuts]
 * @property {number} [font]
 * @property {[number, number]} [padding]
 * @property {number} [position]
 * @property {number} [total]
 * @property {number} [controls]
 * @property {number} [content]
 */
/**
 * @typedef {object} Difference
 * @property {NodeData[]} [set]
 * @property {number[]} [gone]
 * @property {[number, number[]][]} [order]
 * @property {{root: number, modal: boolean}[]} [layers]
 * @property {number} [focus]
 * @property {[number, number][]} [scroll]
 * @property {string[]} [say]
 */

// The bits of NodeState in web/ui/node.h.
const State = {
  disabled: 1 << 0,
  checked: 1 << 1,
  unchecked: 1 << 2,
  selected: 1 << 3,
  expanded: 1 << 4,
  collapsed: 1 << 5,
  busy: 1 << 6,
  invalid: 1 << 7,
  required: 1 << 8,
  readOnly: 1 << 9,
  focusable: 1 << 10,
  skipTab: 1 << 11,
  modal: 1 << 12,
  hasPopup: 1 << 13,
  livePolite: 1 << 14,
  liveAssertive: 1 << 15,
  current: 1 << 16,
  newTab: 1 << 17,
  mono: 1 << 19,
};

// The numbers of Role in web/ui/node.h that need more than a role.
const Kind = { textbox: 13, searchbox: 14, textarea: 15, password: 16 };

/** @type {Record<string, string>} */
const tags = {
  main: 'main',
  navigation: 'nav',
  banner: 'header',
  region: 'section',
  form: 'form',
  paragraph: 'p',
  link: 'a',
  button: 'button',
  checkbox: 'button',
  switch: 'button',
  radio: 'button',
  tab: 'button',
  combobox: 'button',
  option: 'button',
  menuitem: 'button',
  list: 'ul',
  listitem: 'li',
  table: 'table',
  row: 'tr',
  columnheader: 'th',
  rowheader: 'th',
  cell: 'td',
};
const ownRole = new Set([
  'main',
  'navigation',
  'banner',
  'form',
  'paragraph',
  'link',
  'button',
  'heading',
  'textbox',
  'searchbox',
  'scroll',
]);
const namedByText = new Set([
  'paragraph',
  'heading',
  'link',
  'button',
  'checkbox',
  'switch',
  'radio',
  'tab',
  'option',
  'menuitem',
  'columnheader',
  'rowheader',
  'cell',
  'status',
  'alert',
  'tooltip',
]);

/** @param {NodeData} node */
export const isField = (node) => node.kind >= Kind.textbox && node.kind <= Kind.password;

/** @param {Element} element @param {string} name @param {string | undefined} value */
function attribute(element, name, value) {
  if (value === undefined || value === '') element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @param {NodeData} node */
function tagOf(node) {
  if (node.role === 'heading') return `h${node.level ?? 2}`;
  if (node.kind === Kind.textarea) return 'textarea';
  if (isField(node)) return 'input';
  return tags[node.role] ?? 'div';
}

/** @param {number} state @param {number} yes @param {number} no */
function twoWay(state, yes, no) {
  if (state & yes) return 'true';
  return state & no ? 'false' : undefined;
}

export class Mirror {
  /** @param {HTMLElement} root @param {HTMLElement} polite where sentences are said */
  constructor(root, polite) {
    this.root = root;
    this.polite = polite;
    /** @type {Map<number, HTMLElement>} */
    this.elements = new Map();
    /** @type {WeakMap<Element, NodeData>} */
    this.nodes = new WeakMap();
    /** @type {HTMLElement[]} */
    this.layers = [];
    /** @type {number[]} */
    this.roots = [];
  }

  /** The node under an event, or undefined on bare ground. @param {EventTarget | null} target */
  nodeOf(target) {
    const element = target instanceof Element ? target.closest('[data-id]') : null;
    return element ? this.nodes.get(element) : undefined;
  }

  /** The root of the modal layer whose empty ground this is. @param {EventTarget | null} target */
  modalRootOf(target) {
    const at = this.layers.findIndex((layer) => layer === target);
    return at < 0 ? undefined : this.roots[at];
  }

  /** @param {Difference} difference */
  apply(difference) {
    for (const id of difference.gone ?? []) this.#remove(id);
    if (difference.layers) this.#setLayers(difference.layers);
    for (const node of difference.set ?? []) this.#set(node);
    for (const [parent, ids] of difference.order ?? []) this.#arrange(parent, ids);
    for (const [id, top] of difference.scroll ?? []) {
      const area = this.elements.get(id);
      if (area) area.scrollTop = top;
    }
    if (difference.focus !== undefined) this.elements.get(difference.focus)?.focus();
    for (const sentence of difference.say ?? []) this.#say(sentence);
  }

  /** @param {{root: number, modal: boolean}[]} layers */
  #setLayers(layers) {
    while (this.layers.length < layers.length) {
      const layer = document.createElement('div');
      layer.className = 'layer';
      this.root.append(layer);
      this.layers.push(layer);
    }
    while (this.layers.length > layers.length) this.layers.pop()?.remove();
    this.roots = layers.map((layer) => layer.root);
    const top = layers.findLastIndex((layer) => layer.modal);
    this.layers.forEach((element, i) => {
      element.classList.toggle('modal', layers[i].modal);
      element.inert = i < top;
    });
  }

  /** @param {number} id */
  #remove(id) {
    this.elements.get(id)?.remove();
    this.elements.delete(id);
  }

  /** @param {NodeData} node */
  #set(node) {
    let element = this.elements.get(node.id);
    const tag = tagOf(node);
    if (!element || element.localName !== tag) {
      const made = document.createElement(tag);
      if (element) {
        made.append(...element.children);
        element.replaceWith(made);
      }
      element = made;
      element.dataset.id = String(node.id);
      this.elements.set(node.id, element);
    }
    this.nodes.set(element, node);
    place(element, node);
    describe(element, node);
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
      fillField(element, node);
    }
    if (element instanceof HTMLAnchorElement) fillLink(element, node);
    if (node.role === 'scroll') fillScroll(element, node);
  }

  /**
   * @param {number} parent a node, or minus one minus the number of a layer
   * @param {number[]} ids
   */
  #arrange(parent, ids) {
    const home = parent < 0 ? this.layers[-1 - parent] : this.elements.get(parent);
    if (!home) return;
    /** @type {Element | null} */
    let next = null;
    for (let i = ids.length - 1; i >= 0; i -= 1) {
      const element = this.elements.get(ids[i]);
      if (!element) continue;
      if (element.parentNode !== home || element.nextElementSibling !== next) {
        move(home, element, next);
      }
      next = element;
    }
  }

  /** @param {string} sentence */
  #say(sentence) {
    const line = document.createElement('p');
    line.textContent = sentence;
    this.polite.append(line);
    while (this.polite.childElementCount > 3) this.polite.firstElementChild?.remove();
  }
}

/**
 * Moving keeps the focus where the browser can do it.
 * @param {Element} home @param {Element} element @param {Element | null} next
 */
function move(home, element, next) {
  const mover = /** @type {any} */ (home).moveBefore;
  if (mover && element.isConnected && home.isConnected) mover.call(home, element, next);
  else home.insertBefore(element, next);
}

/** @param {HTMLElement} element @param {NodeData} node */
function place(element, node) {
  const [x, y, width, height] = node.box;
  const style = element.style;
  style.left = `${x}px`;
  style.top = `${y}px`;
  style.width = `${width}px`;
  style.height = `${height}px`;
}

/** @param {HTMLElement} element @param {NodeData} node */
function describe(element, node) {
  const { state } = node;
  const text = namedByText.has(node.role);
  const isScroll = node.role === 'scroll';
  if (text) setText(element, node.name ?? '');
  if (node.role === 'combobox') setText(element, node.value ?? '');
  const spoken = isScroll && !(state & State.focusable) ? undefined : node.name;
  attribute(element, 'aria-label', text ? undefined : spoken);
  const role = isScroll ? (state & State.focusable ? 'log' : undefined) : node.role;
  attribute(element, 'role', ownRole.has(node.role) && !isScroll ? undefined : role);
  attribute(element, 'aria-description', node.description);
  attribute(element, 'aria-disabled', state & State.disabled ? 'true' : undefined);
  attribute(element, 'aria-checked', twoWay(state, State.checked, State.unchecked));
  attribute(element, 'aria-selected', selectedOf(node));
  attribute(element, 'aria-expanded', twoWay(state, State.expanded, State.collapsed));
  attribute(element, 'aria-busy', state & State.busy ? 'true' : undefined);
  attribute(element, 'aria-modal', state & State.modal ? 'true' : undefined);
  attribute(element, 'aria-current', state & State.current ? 'page' : undefined);
  attribute(element, 'aria-keyshortcuts', node.shortcuts);
  attribute(element, 'aria-haspopup', popupOf(node));
  attribute(element, 'aria-live', state & State.livePolite ? 'polite' : undefined);
  attribute(element, 'aria-setsize', rowsOf(node, 'option') ? String(node.total) : undefined);
  attribute(element, 'aria-rowcount', node.role === 'table' ? `${node.total ?? 0}` : undefined);
  attribute(element, 'aria-rowindex', node.role === 'row' ? `${node.position ?? ''}` : undefined);
  if (node.role === 'progressbar') progress(element, node);
  if (element instanceof HTMLButtonElement) element.type = 'button';
  const focusable = state & State.focusable;
  attribute(element, 'tabindex', focusable ? (state & State.skipTab ? '-1' : '0') : undefined);
  element.classList.toggle('solid', Boolean(focusable) || isScroll);
}

/** @param {NodeData} node */
function selectedOf(node) {
  if (node.role !== 'tab' && node.role !== 'option') return undefined;
  return node.state & State.selected ? 'true' : 'false';
}

/** @param {NodeData} node */
function popupOf(node) {
  if (node.role === 'combobox') return 'listbox';
  return node.state & State.hasPopup ? 'menu' : undefined;
}

/** @param {NodeData} node @param {string} role */
const rowsOf = (node, role) => node.role === role && node.total !== undefined;

/** @param {HTMLElement} element @param {NodeData} node */
function progress(element, node) {
  attribute(element, 'aria-valuemin', '0');
  attribute(element, 'aria-valuemax', '100');
  attribute(element, 'aria-valuenow', node.value);
}

/**
 * The element's own words stand before its children.
 * @param {HTMLElement} element
 * @param {string} words
 */
function setText(element, words) {
  const first = element.firstChild;
  if (first?.nodeType === Node.TEXT_NODE) {
    if (first.nodeValue !== words) first.nodeValue = words;
  } else if (words !== '') {
    element.prepend(words);
  }
}

/** @param {HTMLInputElement | HTMLTextAreaElement} field @param {NodeData} node */
function fillField(field, node) {
  if (field instanceof HTMLInputElement) {
    const type =
      node.kind === Kind.password ? 'password' : node.kind === Kind.searchbox ? 'search' : 'text';
    if (field.type !== type) field.type = type;
  } else {
    attribute(field, 'wrap', 'off');
  }
  attribute(field, 'placeholder', node.placeholder);
  attribute(field, 'autocomplete', node.autocomplete);
  attribute(field, 'aria-invalid', node.state & State.invalid ? 'true' : undefined);
  attribute(field, 'name', node.autocomplete === 'off' ? undefined : node.autocomplete);
  attribute(field, 'spellcheck', 'false');
  attribute(field, 'autocapitalize', 'off');
  field.readOnly = Boolean(node.state & State.readOnly);
  field.disabled = Boolean(node.state & State.disabled);
  field.classList.toggle('mono', Boolean(node.state & State.mono));
  const [left, right] = node.padding ?? [0, 0];
  field.style.paddingLeft = `${left}px`;
  field.style.paddingRight = `${right}px`;
  field.style.fontSize = `${node.font ?? 14}px`;
  // What the person typed is the truth: it is replaced only when the dashboard changed it.
  const value = node.value ?? '';
  if (field.value !== value && !field.dataset.composing) field.value = value;
}

/** @param {HTMLAnchorElement} link @param {NodeData} node */
function fillLink(link, node) {
  attribute(link, 'href', node.href || '#');
  attribute(link, 'target', node.state & State.newTab ? '_blank' : undefined);
  attribute(link, 'rel', node.state & State.newTab ? 'noopener noreferrer' : undefined);
}

/** @param {HTMLElement} area @param {NodeData} node */
function fillScroll(area, node) {
  area.classList.add('scroll');
  let filler = /** @type {HTMLElement | null} */ (area.querySelector(':scope > .filler'));
  if (!filler) {
    filler = document.createElement('div');
    filler.className = 'filler';
    area.prepend(filler);
  }
  filler.style.height = `${node.content ?? 0}px`;
}

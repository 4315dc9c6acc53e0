// HTML from templates in which every value is escaped. Names of tables, cells and addresses come
// from strangers, so there is no way to put text in unescaped.

/** A piece of markup that is safe to put into another one. */
class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/** @type {Record<string, string>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * @param {unknown} value
 * @returns {string}
 */
function escaped(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(escaped).join('');
  return String(value).replace(/[&<>"']/g, (mark) => entities[mark] ?? '');
}

/**
 * @param {TemplateStringsArray} parts
 * @param {...unknown} values
 * @returns {Markup}
 */
export function html(parts, ...values) {
  return new Markup(
    parts.map((part, index) => (index === 0 ? part : escaped(values[index - 1]) + part)).join(''),
  );
}

/**
 * @param {Markup} markup
 * @returns {string}
 */
export function document(markup) {
  return `<!doctype html>\n${markup.text}`;
}

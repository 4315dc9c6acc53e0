// The little XML that S3's clients send and read.

/** @param {string} text */
export function escaped(text) {
  const marks = /[&<>"\u0000-\u001f]/g;
  return text.replace(marks, (mark) => entities[mark] ?? `&#${mark.charCodeAt(0)};`);
}

/** @type {Record<string, string>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** @type {Record<string, string>} */
const marks = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** @param {string} text */
function unescaped(text) {
  return text.replace(/&(#x?)?([0-9a-z]+);/gi, (whole, number, name) => {
    if (number === undefined) return marks[name] ?? whole;
    return String.fromCodePoint(parseInt(name, number === '#' ? 10 : 16) || 0xfffd);
  });
}

/** What the elements of this name hold. @param {string} xml @param {string} name */
export function elements(xml, name) {
  return [...xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))].map(
    ([, content]) => content ?? '',
  );
}

/** @param {string} xml @param {string} name */
export function textIn(xml, name) {
  return unescaped(elements(xml, name)[0] ?? '');
}

/** @param {string} name @param {string} content @param {number} [status] */
export function xmlResponse(name, content, status = 200) {
  const space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${name} ${space}>${content}</${name}>`;
  return new Response(body, { status, headers: { 'content-type': 'application/xml' } });
}

/** @param {string} code @param {number} status @param {string} [message] */
export function errorResponse(code, status, message = code) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return new Response(body, { status, headers: { 'content-type': 'application/xml' } });
}

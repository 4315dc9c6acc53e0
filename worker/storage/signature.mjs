// Signatures of S3's clients (AWS Signature Version 4), in headers or in the address itself. The
// front reads who claims what, which needs no secret; the key's object checks it.

/**
 * @typedef {object} Claim
 * @property {string} id who
 * @property {string} scope "<day>/<region>/s3/aws4_request"
 * @property {string} toSign what the client signed, if it signed this request
 * @property {string} signature
 * @property {string} payload x-amz-content-sha256
 * @property {boolean} isLate
 */

const skewMax_ms = 15 * 60_000;
const lifeMax_s = 7 * 86_400;
const headerName = /^[a-z0-9-]+$/;
const algorithm = 'AWS4-HMAC-SHA256';
const encoder = new TextEncoder();

/** @param {Request} request @param {URL} url @returns {Promise<Claim | null>} */
export async function readClaim(request, url) {
  const { searchParams } = url;
  const isPresigned = searchParams.has('X-Amz-Signature');
  const said = isPresigned ? fromQuery(searchParams) : fromHeader(request.headers);
  if (said === null) return null;
  const { credential, signed, signature, date, life_s } = said;
  const [id, ...scope] = credential.split('/');
  if (scope.length !== 4 || scope[2] !== 's3' || !date.startsWith(scope[0] ?? ' ')) return null;
  if (!covers(signed, request.headers, isPresigned)) return null;
  const payload = request.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url.search),
    ...signed.map((name) => `${name}:${valueOf(request, url, name)}`),
    '',
    signed.join(';'),
    payload,
  ].join('\n');
  const toSign = [algorithm, date, scope.join('/'), await sha256Hex(canonical)].join('\n');
  const at_ms = instantOf(date);
  const now_ms = Date.now();
  const until_ms = at_ms + (isPresigned ? life_s * 1000 : skewMax_ms);
  const isLate = Number.isNaN(at_ms) || at_ms > now_ms + skewMax_ms || now_ms > until_ms;
  return { id: id ?? '', scope: scope.join('/'), toSign, signature, payload, isLate };
}

/** @param {Headers} headers */
function fromHeader(headers) {
  const text = headers.get('authorization') ?? '';
  if (!text.startsWith(`${algorithm} `)) return null;
  const part = (/** @type {string} */ name) =>
    new RegExp(`[ ,]${name}=([^, ]+)`).exec(text)?.[1] ?? '';
  return {
    credential: part('Credential'),
    signed: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    date: headers.get('x-amz-date') ?? '',
    life_s: 0,
  };
}

/** @param {URLSearchParams} query */
function fromQuery(query) {
  const part = (/** @type {string} */ name) => query.get(`X-Amz-${name}`) ?? '';
  const life_s = Number(part('Expires'));
  if (part('Algorithm') !== algorithm || !(life_s > 0 && life_s <= lifeMax_s)) return null;
  return {
    credential: part('Credential'),
    signed: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    date: part('Date'),
    life_s,
  };
}

/** What says how a request is meant has to be signed.
 * @param {string[]} signed @param {Headers} headers @param {boolean} isPresigned */
function covers(signed, headers, isPresigned) {
  if (!signed.includes('host') || !signed.every((name) => headerName.test(name))) return false;
  if (!isPresigned && !headers.has('x-amz-content-sha256')) return false;
  return [...headers.keys()].every((name) => !name.startsWith('x-amz-') || signed.includes(name));
}

/** @param {Request} request @param {URL} url @param {string} name */
function valueOf(request, url, name) {
  if (name === 'host') return url.host;
  return (request.headers.get(name) ?? '').trim().replace(/ +/g, ' ');
}

/** Names and values as they were sent, in order. @param {string} search */
function canonicalQuery(search) {
  const pairs = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !pair.startsWith('X-Amz-Signature='))
    .map((pair) => {
      const [name, ...value] = pair.split('=');
      return [encoded(name ?? ''), encoded(value.join('='))];
    });
  pairs.sort(([name, value], [other, otherValue]) =>
    name === other ? compare(value, otherValue) : compare(name, other),
  );
  return pairs.map((pair) => pair.join('=')).join('&');
}

/** @param {string} [one] @param {string} [other] */
function compare(one = '', other = '') {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** @param {string} text */
function encoded(text) {
  let decoded = text;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    // As it is: then the signature will not match.
  }
  const more = (/** @type {string} */ mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(decoded).replace(/[!'()*]/g, more);
}

/** "20261124T011415Z" @param {string} text */
function instantOf(text) {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1) ?? [];
  const [year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? NaN, (month ?? 0) - 1, day, hour, minute, second);
}

/** Whether one of the secrets signed it. @param {Claim} claim @param {string[]} secrets */
export async function isSigned({ scope, toSign, signature }, secrets) {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  for (const secret of secrets) {
    let key = encoder.encode(`AWS4${secret}`);
    for (const step of scope.split('/')) key = await hmac(key, step);
    const last = await hmacKey(key);
    if (await crypto.subtle.verify('HMAC', last, bytes, encoder.encode(toSign))) return true;
  }
  return false;
}

/** @param {Bytes} key */
function hmacKey(key) {
  const kind = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', key, kind, false, ['sign', 'verify']);
}

/** @param {Bytes} key @param {string} text @returns {Promise<Bytes>} */
async function hmac(key, text) {
  return new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(key), encoder.encode(text)));
}

/** @param {string} text */
async function sha256Hex(text) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

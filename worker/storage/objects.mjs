// S3's operations on R2. Every app has a part of the bucket of its own, which no key leads out of:
// "<app>/<the client's bucket>/<the client's key>". Client's buckets are names and need no making.

import { readAtMost } from '../body.mjs';
import { BadUpload, codingsOf, crcName, passUpload } from './upload.mjs';
import { elements, errorResponse, escaped, textIn, xmlResponse } from './xml.mjs';

const xmlBytesMax = 1 << 20;
const deletedMax = 1000;
const metaBytesMax = 2000;
const kept = /** @type {const} */ ([
  ['content-type', 'contentType'],
  ['content-language', 'contentLanguage'],
  ['content-disposition', 'contentDisposition'],
  ['content-encoding', 'contentEncoding'],
  ['cache-control', 'cacheControl'],
]);

/**
 * A call whose signature was right.
 * @typedef {object} StorageCall
 * @property {string} operation @property {Request} request @property {URLSearchParams} query
 * @property {string} root "<app>/<bucket>/" @property {string} key @property {string} payload
 */
/** @typedef {(bucket: R2Bucket, call: StorageCall) => Promise<Response>} Operation */

/** @type {Record<string, Operation>} */
const operations = {
  GetObject: getObject,
  HeadObject: getObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  ListObjects: listObjects,
  HeadBucket: async () => new Response(null, { status: 200 }),
  CreateBucket: async () => new Response(null, { status: 200 }),
  GetBucketLocation: async () => xmlResponse('LocationConstraint', 'auto'),
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
};

/** @param {R2Bucket} bucket @param {StorageCall} call */
export async function runOperation(bucket, call) {
  try {
    const run = operations[call.operation];
    if (run === undefined) return errorResponse('NotImplemented', 501);
    return await run(bucket, call);
  } catch (error) {
    if (error instanceof BadUpload) return errorResponse(error.code, error.status);
    return storeError(error);
  }
}

/** What R2 refuses, in S3's words; anything else is thrown on. @param {unknown} error */
function storeError(error) {
  const words = error instanceof Error ? error.message : '';
  if (/sha-?256|checksum|digest/i.test(words))
    return errorResponse('XAmzContentSHA256Mismatch', 400);
  if (/10024|NoSuchUpload|does not exist/i.test(words)) return errorResponse('NoSuchUpload', 404);
  if (/10025|InvalidPart|part/i.test(words)) return errorResponse('InvalidPart', 400);
  if (/10011|EntityTooSmall|smaller/i.test(words)) return errorResponse('EntityTooSmall', 400);
  throw error;
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function getObject(bucket, { request, root, key, query }) {
  const isHead = request.method === 'HEAD';
  const conditions = new Headers();
  for (const name of ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']) {
    const value = request.headers.get(name);
    if (value !== null) conditions.set(name, value);
  }
  const range = request.headers.get('range');
  const options = { onlyIf: conditions, ...(range ? { range: new Headers({ range }) } : {}) };
  const found = isHead ? await bucket.head(root + key) : await bucket.get(root + key, options);
  if (found === null) return errorResponse('NoSuchKey', 404, 'The key does not exist.');
  const headers = describedBy(found);
  for (const [name, value] of query) {
    const plain = /^response-(content-(type|disposition|language|encoding))$/.exec(name)?.[1];
    if (plain !== undefined) headers.set(plain, value);
  }
  if (isHead) {
    headers.set('content-length', String(found.size));
    return new Response(null, { headers });
  }
  const { body } = /** @type {Partial<R2ObjectBody>} */ (found);
  if (body === undefined) {
    const isRead = conditions.has('if-match') || conditions.has('if-unmodified-since');
    return isRead
      ? errorResponse('PreconditionFailed', 412)
      : new Response(null, { status: 304, headers });
  }
  const part = range && found.range;
  // As it is kept: also what is compressed already.
  if (!part) return new Response(body, { headers, encodeBody: 'manual' });
  const offset = part.offset ?? found.size - (part.suffix ?? 0);
  const length = part.length ?? part.suffix ?? found.size - offset;
  headers.delete(crcName); // of the whole
  headers.set('content-range', `bytes ${offset}-${offset + length - 1}/${found.size}`);
  return new Response(body, { status: 206, headers, encodeBody: 'manual' });
}

/** @param {R2Object} object */
function describedBy({ httpEtag, uploaded, httpMetadata = {}, customMetadata = {} }) {
  const headers = new Headers({
    etag: httpEtag,
    'last-modified': uploaded.toUTCString(),
    'accept-ranges': 'bytes',
  });
  for (const [header, name] of kept) {
    const value = httpMetadata[name];
    if (value !== undefined) headers.set(header, value);
  }
  for (const [name, value] of Object.entries(customMetadata)) headers.set(name, value);
  return headers;
}

/** What is kept beside an object. @param {Headers} headers */
function metadataOf(headers) {
  /** @type {Record<string, string>} */
  const httpMetadata = {};
  const own = codingsOf(headers).filter((coding) => coding !== 'aws-chunked');
  for (const [header, name] of kept) {
    const value = header === 'content-encoding' ? own.join(', ') : (headers.get(header) ?? '');
    if (value !== '') httpMetadata[name] = value;
  }
  /** @type {Record<string, string>} */
  const customMetadata = {};
  let size = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith('x-amz-meta-') && name !== crcName) continue;
    customMetadata[name] = value;
    size += name.length + value.length;
  }
  if (size > metaBytesMax) throw new BadUpload('MetadataTooLarge');
  return { httpMetadata, customMetadata };
}

/** R2 itself checks what was signed of the bytes. @param {string} payload */
function digestOf(payload) {
  return /^[0-9a-f]{64}$/.test(payload) ? { sha256: payload } : {};
}

/** @param {string} payload @param {Headers} headers */
function checkKind(payload, headers) {
  const isPlain = /^[0-9a-f]{64}$/.test(payload) || payload === 'UNSIGNED-PAYLOAD';
  if (!isPlain && payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new BadUpload('NotImplemented', 501);
  }
  const trailer = headers.get('x-amz-trailer') ?? crcName;
  const isCopy = headers.has('x-amz-copy-source');
  if (trailer !== crcName || isCopy) throw new BadUpload('NotImplemented', 501);
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function putObject(bucket, { request, root, key, payload }) {
  const { headers } = request;
  checkKind(payload, headers);
  const onlyIf = new Headers();
  for (const name of ['if-match', 'if-none-match']) {
    const value = headers.get(name);
    if (value !== null) onlyIf.set(name, value);
  }
  const options = { ...metadataOf(headers), ...digestOf(payload), onlyIf };
  const stored = await passUpload(request.body, headers, (value) =>
    bucket.put(root + key, value, options),
  );
  if (stored === null) return errorResponse('PreconditionFailed', 412);
  return new Response(null, { headers: { etag: stored.httpEtag } });
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function deleteObject(bucket, { root, key }) {
  await bucket.delete(root + key);
  return new Response(null, { status: 204 });
}

/** @param {StorageCall} call */
async function xmlOf({ request }) {
  const { body } = request;
  if (body === null) throw new BadUpload('MalformedXML');
  const bytes = await readAtMost(request, xmlBytesMax);
  if (bytes === null) throw new BadUpload('EntityTooLarge', 413);
  return new TextDecoder().decode(bytes);
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function deleteObjects(bucket, call) {
  const xml = await xmlOf(call);
  const keys = elements(xml, 'Object').map((object) => textIn(object, 'Key'));
  if (keys.length === 0 || keys.length > deletedMax) throw new BadUpload('MalformedXML');
  await bucket.delete(keys.map((key) => call.root + key));
  if (textIn(xml, 'Quiet') === 'true') return xmlResponse('DeleteResult', '');
  const deleted = keys.map((key) => `<Deleted><Key>${escaped(key)}</Key></Deleted>`);
  return xmlResponse('DeleteResult', deleted.join(''));
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function listObjects(bucket, { query, root }) {
  const value = (/** @type {string} */ name) => query.get(name) ?? '';
  const isSecond = value('list-type') === '2';
  const shown = (/** @type {string} */ text) =>
    value('encoding-type') === 'url'
      ? encodeURIComponent(text).replaceAll('%2F', '/')
      : escaped(text);
  const limit = Math.min(1000, Number(value('max-keys') || 1000) || 0);
  const after = value(isSecond ? 'start-after' : 'marker');
  const cursor = value('continuation-token');
  const found =
    limit === 0
      ? { objects: [], delimitedPrefixes: [], truncated: false, cursor: undefined }
      : await bucket.list({
          prefix: root + value('prefix'),
          limit,
          ...(value('delimiter') ? { delimiter: value('delimiter') } : {}),
          ...(cursor ? { cursor } : after ? { startAfter: root + after } : {}),
        });
  const named = (/** @type {string} */ key) => key.slice(root.length);
  const contents = found.objects.map(
    ({ key, size, httpEtag, uploaded }) =>
      `<Contents><Key>${shown(named(key))}</Key><LastModified>${uploaded.toISOString()}` +
      `</LastModified><ETag>${escaped(httpEtag)}</ETag><Size>${size}</Size>` +
      '<StorageClass>STANDARD</StorageClass></Contents>',
  );
  const prefixes = found.delimitedPrefixes.map(
    (prefix) => `<CommonPrefixes><Prefix>${shown(named(prefix))}</Prefix></CommonPrefixes>`,
  );
  const last = [...found.objects.map(({ key }) => key), ...found.delimitedPrefixes].sort().at(-1);
  const next = !found.truncated
    ? ''
    : isSecond
      ? `<NextContinuationToken>${escaped(found.cursor ?? '')}</NextContinuationToken>`
      : `<NextMarker>${shown(named(last ?? root))}</NextMarker>`;
  return xmlResponse(
    'ListBucketResult',
    `<Name>${escaped(root.split('/')[1] ?? '')}</Name><Prefix>${shown(value('prefix'))}</Prefix>` +
      `<Delimiter>${shown(value('delimiter'))}</Delimiter><MaxKeys>${limit}</MaxKeys>` +
      (isSecond ? `<KeyCount>${contents.length + prefixes.length}</KeyCount>` : '') +
      (value('encoding-type') ? '<EncodingType>url</EncodingType>' : '') +
      `<IsTruncated>${found.truncated}</IsTruncated>${next}` +
      [...contents, ...prefixes].join(''),
  );
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function createUpload(bucket, { request, root, key }) {
  const upload = await bucket.createMultipartUpload(root + key, metadataOf(request.headers));
  const id = `<UploadId>${escaped(upload.uploadId)}</UploadId>`;
  return xmlResponse('InitiateMultipartUploadResult', `<Key>${escaped(key)}</Key>${id}`);
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function uploadPart(bucket, { request, root, key, query, payload }) {
  checkKind(payload, request.headers);
  const number = Number(query.get('partNumber'));
  if (!(Number.isInteger(number) && number >= 1 && number <= 10_000)) {
    throw new BadUpload('InvalidArgument');
  }
  const upload = bucket.resumeMultipartUpload(root + key, query.get('uploadId') ?? '');
  const part = await passUpload(request.body, request.headers, (value) =>
    upload.uploadPart(number, value),
  );
  return new Response(null, { headers: { etag: `"${part.etag}"` } });
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function completeUpload(bucket, call) {
  const parts = elements(await xmlOf(call), 'Part').map((part) => ({
    partNumber: Number(textIn(part, 'PartNumber')),
    etag: textIn(part, 'ETag').replaceAll('"', ''),
  }));
  const { root, key, query } = call;
  const upload = bucket.resumeMultipartUpload(root + key, query.get('uploadId') ?? '');
  const object = await upload.complete(parts);
  const etag = `<ETag>${escaped(object.httpEtag)}</ETag>`;
  return xmlResponse('CompleteMultipartUploadResult', `<Key>${escaped(key)}</Key>${etag}`);
}

/** @param {R2Bucket} bucket @param {StorageCall} call */
async function abortUpload(bucket, { root, key, query }) {
  await bucket.resumeMultipartUpload(root + key, query.get('uploadId') ?? '').abort();
  return new Response(null, { status: 204 });
}

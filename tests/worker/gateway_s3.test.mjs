// Storage through the gateway, by AWS's own client for S3, on the local R2.

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

import { charged, makeKey, ownerOf } from './gateway_support.mjs';
import { startProduct } from './product.mjs';
import { until } from './support.mjs';

// Nanodollars an operation.
const classA = 4500;
const classB = 360;
const Bucket = 'pictures';

/** @param {string} base @param {{access_key_id: string, secret_access_key: string}} storage */
function clientOf(base, { access_key_id, secret_access_key }) {
  return new S3Client({
    endpoint: `${base}/api/proxy/storage`,
    region: 'auto',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key },
  });
}

/** @param {import('node:test').TestContext} t @param {Record<string, string>} [settings] */
async function open(t, settings = {}) {
  const product = await startProduct(t, settings);
  const owner = await ownerOf(product, 'ann');
  const key = await makeKey(owner);
  const { base } = product.edge;
  return { product, owner, key, base, client: clientOf(base, key.storage) };
}

/** @param {any} answer */
const textOf = (answer) => answer.Body.transformToString();

test('objects are put, read, listed and deleted, and every operation is charged', async (t) => {
  const { client, owner, key, product } = await open(t);
  const Key = "a folder/grüße & 'more' (1)+2.txt";
  const put = await client.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: 'Grüße 🚀',
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      Metadata: { color: 'blue' },
    }),
  );
  // The client itself compares the sum that comes with it.
  const got = await client.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await textOf(got), 'Grüße 🚀');
  assert.ok(got.ChecksumCRC32);
  assert.deepEqual(
    [got.ContentType, got.CacheControl, got.Metadata, got.ETag],
    ['text/plain', 'max-age=60', { color: 'blue' }, put.ETag],
  );
  const part = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-3' }));
  assert.equal(await textOf(part), 'Grü');
  assert.match(part.ContentRange ?? '', /^bytes 0-3\/12$/);
  const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
  assert.equal(head.ContentLength, 12);
  const same = client.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: put.ETag }));
  await assert.rejects(same, (/** @type {any} */ error) => {
    return error.$metadata.httpStatusCode === 304;
  });
  await client.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }));
  assert.equal(await textOf(await client.send(new GetObjectCommand({ Bucket, Key: 'empty' }))), '');
  await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key })), { name: 'NoSuchKey' });
  await assert.rejects(client.send(new HeadObjectCommand({ Bucket, Key })), { name: 'NotFound' });
  await client.send(new HeadBucketCommand({ Bucket }));
  const rows = await charged(owner, 11);
  const cost = rows.reduce(
    (/** @type {number} */ sum, /** @type {any} */ row) => sum + row.cost_nanos,
    0,
  );
  assert.equal(cost, 2 * classA + 8 * classB);
  assert.equal(rows[0].service, 'storage');
  const shown = JSON.stringify(product.edge.lines);
  assert.equal(shown.includes(key.storage.secret_access_key), false);
});

test('lists have pages, prefixes and delimiters', async (t) => {
  const { client } = await open(t);
  const keys = ['a/1', 'a/2', 'b/1', 'c&<', 'd'];
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const seen = [];
  /** @type {string | undefined} */
  let ContinuationToken;
  do {
    /** @type {any} */
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, MaxKeys: 2, ContinuationToken }),
    );
    for (const { Key } of page.Contents) seen.push(Key);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  assert.deepEqual(seen, keys);
  const folders = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
  assert.deepEqual(folders.CommonPrefixes, [{ Prefix: 'a/' }, { Prefix: 'b/' }]);
  assert.deepEqual(
    folders.Contents?.map(({ Key, Size }) => [Key, Size]),
    [
      ['c&<', 3],
      ['d', 1],
    ],
  );
  const old = await client.send(new ListObjectsCommand({ Bucket, Prefix: 'a/', MaxKeys: 1 }));
  assert.equal(old.IsTruncated, true);
  const Objects = keys.map((Key) => ({ Key }));
  const gone = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  assert.equal(gone.Deleted?.length, 5);
  assert.equal((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
});

test('streams come in frames, their sum behind them, and a wrong sum keeps nothing', async (t) => {
  const { client, base, key } = await open(t);
  const bytes = Buffer.alloc(3_000_000, 'river stone ');
  const Body = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]);
  const ContentLength = bytes.length;
  await client.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength }));
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'stream' }));
  assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), bytes);

  const spoiled = clientOf(base, key.storage);
  spoiled.middlewareStack.add(
    (next) => (args) => {
      const { request } = /** @type {any} */ (args);
      assert.equal(request.headers['x-amz-trailer'], 'x-amz-checksum-crc32');
      const source = request.body;
      request.body = Readable.from(
        (async function* () {
          for await (const piece of source) {
            yield Buffer.from(
              Buffer.from(piece).toString('latin1').replace('abc', 'abd'),
              'latin1',
            );
          }
        })(),
      );
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const wrong = new PutObjectCommand({
    Bucket,
    Key: 'wrong',
    Body: Readable.from([Buffer.from('abc')]),
    ContentLength: 3,
  });
  await assert.rejects(spoiled.send(wrong), { name: 'BadDigest' });
  await assert.rejects(client.send(new GetObjectCommand({ Bucket, Key: 'wrong' })), {
    name: 'NoSuchKey',
  });
});

test('what is compressed already comes back as it was put', async (t) => {
  const { client } = await open(t);
  const body = gzipSync('again and again and again and again');
  const object = { Bucket, Key: 'log.gz' };
  const coding = { ContentEncoding: 'gzip', ContentType: 'text/plain' };
  await client.send(new PutObjectCommand({ ...object, ...coding, Body: body }));
  for (const Range of [undefined, `bytes=0-${body.length - 1}`]) {
    const got = await client.send(new GetObjectCommand({ ...object, Range }));
    assert.equal(got.ContentEncoding, 'gzip');
    assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), body);
  }
});

test('large objects come in parts', async (t) => {
  const { client } = await open(t);
  const Key = 'large';
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'image/png' }),
  );
  const pieces = [Buffer.alloc(5 << 20, 'a'), Buffer.from('the end')];
  const Parts = [];
  for (const [index, Body] of pieces.entries()) {
    const PartNumber = index + 1;
    const { ETag } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    );
    Parts.push({ PartNumber, ETag });
  }
  const MultipartUpload = { Parts };
  await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
  const got = await client.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=5242878-' }));
  assert.equal(await textOf(got), 'aathe end');
  assert.equal(got.ContentType, 'image/png');
  const other = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'x' }));
  await client.send(
    new AbortMultipartUploadCommand({ Bucket, Key: 'x', UploadId: other.UploadId }),
  );
});

test('addresses are signed for others, until their time', async (t) => {
  const { client } = await open(t);
  const put = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'a b' }), {
    expiresIn: 60,
  });
  assert.equal((await fetch(put, { method: 'PUT', body: 'hello' })).status, 200);
  const get = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a b' }), {
    expiresIn: 60,
  });
  const shown = await fetch(get);
  assert.equal(await shown.text(), 'hello');
  // A page among the files must not run as one of Fairway's own.
  assert.match(shown.headers.get('content-security-policy') ?? '', /^sandbox;/);
  assert.equal(shown.headers.get('x-content-type-options'), 'nosniff');
  assert.equal((await fetch(get.replace('a%20b', 'other'))).status, 403);
  assert.equal((await fetch(get, { method: 'DELETE' })).status, 403);
  const signingDate = new Date(Date.now() - 120_000);
  const late = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a b' }), {
    expiresIn: 60,
    signingDate,
  });
  const refused = await fetch(late);
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /<Code>RequestTimeTooSkewed<\/Code>/);
});

test('no app sees what another keeps, and nobody signs without the secret', async (t) => {
  const { client, product, base, key, owner } = await open(t);
  await client.send(new PutObjectCommand({ Bucket, Key: 'mine', Body: 'x' }));
  const bob = await ownerOf(product, 'bob');
  const other = clientOf(base, (await makeKey(bob)).storage);
  await assert.rejects(other.send(new GetObjectCommand({ Bucket, Key: 'mine' })), {
    name: 'NoSuchKey',
  });
  assert.equal((await other.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  // Another key of the same app does see it.
  const second = await makeKey(owner);
  const friend = clientOf(base, second.storage);
  assert.equal(await textOf(await friend.send(new GetObjectCommand({ Bucket, Key: 'mine' }))), 'x');
  const get = new GetObjectCommand({ Bucket, Key: 'mine' });
  const guesses = [
    { ...key.storage, secret_access_key: key.key },
    { ...key.storage, secret_access_key: second.storage.secret_access_key },
  ];
  for (const guess of guesses) {
    await assert.rejects(clientOf(base, guess).send(get), { name: 'SignatureDoesNotMatch' });
  }
  const stranger = { access_key_id: 'AKIA0000', secret_access_key: 'x' };
  await assert.rejects(clientOf(base, stranger).send(get), { name: 'InvalidAccessKeyId' });
  await assert.rejects(client.send(new GetObjectAclCommand({ Bucket, Key: 'mine' })), {
    name: 'NotImplemented',
  });
  const gone = await owner.person.call(`/api/keys/${second.id}`, { method: 'DELETE' });
  assert.equal(gone.status, 200);
  await assert.rejects(friend.send(get), { name: 'InvalidAccessKeyId' });
});

test('fifty at once never pass the limit', async (t) => {
  const { client, owner } = await open(t);
  const put = { method: 'PUT', body: JSON.stringify({ limit_nanos: 20 * classA }) };
  assert.equal((await owner.person.call('/api/limits', put)).status, 200);
  const ends = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) =>
      client.send(new PutObjectCommand({ Bucket, Key: `${i}`, Body: 'x' })),
    ),
  );
  const stored = ends.filter(({ status }) => status === 'fulfilled').length;
  assert.ok(stored > 0 && stored <= 20, `${stored} were stored`);
  for (const end of ends) {
    if (end.status === 'rejected') assert.equal(end.reason.name, 'SpendLimitReached');
  }
  await charged(owner, stored);
  assert.equal((await owner.person.get('/api/usage/current')).json.cost_nanos, stored * classA);
});

test('what lies there is charged by the time that it lies there', async (t) => {
  const { client, owner } = await open(t, { STORAGE_SAMPLE_MS: '1000' });
  const Body = Buffer.alloc(4_000_000, 'x');
  await client.send(new PutObjectCommand({ Bucket, Key: 'heavy', Body }));
  const rows = await until(
    async () => (await owner.person.get('/api/usage/history')).json.calls,
    (calls) => calls.filter((/** @type {any} */ row) => row.endpoint === 'stored').length >= 2,
    60_000,
  );
  const [row] = rows.filter((/** @type {any} */ one) => one.endpoint === 'stored');
  assert.equal(row.unit_type, 'byte_months');
  // 4 MB for a second and a bit, of 30 days.
  const second = 4_000_000 / (30 * 86_400);
  assert.ok(row.units >= second && row.units < 60 * second, `${row.units}`);
  assert.equal(row.cost_nanos, Math.round(row.units * 0.015));
});

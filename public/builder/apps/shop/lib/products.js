// Products: price, weight, stock, barcode, and a small picture kept in the database.
import { database } from '../database.js';
import { Fields } from './fields.js';
import {
  Problem,
  idFrom,
  isConstraint,
  json,
  readBytes,
  readJson,
  requirePassword,
} from './http.js';

const thumbnail_bytes_max = 200 * 1024;
const columns = `id, sku, name, description, price_cents, weight_kg, stock, barcode,
  coalesce(length(thumbnail), 0) > 0 AS has_thumbnail`;

/** @typedef {import('./http.js').Call} Call */

/** @type {import('./http.js').Route[]} */
export const productRoutes = [
  { method: 'GET', path: /^\/api\/products$/, answer: listProducts },
  { method: 'POST', path: /^\/api\/products$/, answer: addProduct },
  { method: 'PUT', path: /^\/api\/products\/(\d{1,16})$/, answer: changeProduct },
  { method: 'DELETE', path: /^\/api\/products\/(\d{1,16})$/, answer: removeProduct },
  { method: 'GET', path: /^\/api\/products\/(\d{1,16})\/thumbnail$/, answer: readThumbnail },
  { method: 'PUT', path: /^\/api\/products\/(\d{1,16})\/thumbnail$/, answer: changeThumbnail },
];

async function listProducts() {
  return json({
    products: await database.all(
      `SELECT ${columns} FROM products ORDER BY name COLLATE NOCASE, id`,
    ),
  });
}

/** @param {Call} call */
async function addProduct({ request }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const product = checkedProduct(await readJson(request));
  const { lastInsertRowid } = await orTaken(
    database.run(
      `INSERT INTO products (sku, name, description, price_cents, weight_kg, stock, barcode)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
      Object.values(product),
    ),
    product.sku,
  );
  return json(await productWith(Number(lastInsertRowid)), 201);
}

/** @param {Call} call */
async function changeProduct({ request, params }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const id = idFrom(params[0] ?? '');
  const product = checkedProduct(await readJson(request));
  await orTaken(
    database.run(
      `UPDATE products SET sku = ?, name = ?, description = ?, price_cents = ?, weight_kg = ?,
       stock = ?, barcode = ?
     WHERE id = ?`,
      [...Object.values(product), id],
    ),
    product.sku,
  );
  return json(await productWith(id));
}

/** @param {Call} call */
async function removeProduct({ request, params }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const id = idFrom(params[0] ?? '');
  const [used] = await database.all(
    'SELECT 1 AS used FROM order_lines WHERE product_id = ? LIMIT 1',
    [id],
  );
  if (used) throw new Problem(409, 'This product is part of an order. Set its stock to 0 instead.');
  const { changes } = await database.run('DELETE FROM products WHERE id = ?', [id]);
  if (changes === 0) throw new Problem(404, 'There is no such product.');
  return json({ removed: true });
}

/** @param {Call} call */
async function readThumbnail({ params }) {
  const [row] = await database.all(
    'SELECT thumbnail FROM products WHERE id = ? AND length(thumbnail) > 0',
    [idFrom(params[0] ?? '')],
  );
  if (!row || !(row.thumbnail instanceof Uint8Array))
    throw new Problem(404, 'This product has no picture.');
  return new Response(new Uint8Array(row.thumbnail), {
    headers: {
      'content-type': imageType(row.thumbnail) ?? 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    },
  });
}

/** @param {Call} call */
async function changeThumbnail({ request, params }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const id = idFrom(params[0] ?? '');
  const bytes = await readBytes(request, thumbnail_bytes_max);
  if (imageType(bytes) === undefined)
    throw new Problem(400, 'The picture must be PNG, JPEG, GIF or WebP.');
  await database.run('UPDATE products SET thumbnail = ? WHERE id = ?', [bytes, id]);
  return json(await productWith(id));
}

/** @param {number} id */
async function productWith(id) {
  const [row] = await database.all(`SELECT ${columns} FROM products WHERE id = ?`, [id]);
  if (!row) throw new Problem(404, 'There is no such product.');
  return row;
}

/** @param {Record<string, unknown>} values */
function checkedProduct(values) {
  const fields = new Fields(values);
  const product = {
    sku: fields.text('sku', { label: 'Article number', max: 40, required: true }),
    name: fields.text('name', { label: 'Name', max: 120, required: true }),
    description: fields.text('description', { label: 'Description', max: 2000 }),
    price_cents: fields.integer('price_cents', {
      label: 'Price in cents',
      min: 0,
      max: 100_000_000,
    }),
    weight_kg: fields.real('weight_kg', { label: 'Weight in kg', min: 0, max: 1000 }),
    stock: fields.integer('stock', { label: 'Stock', min: 0, max: 1_000_000 }),
    barcode: barcode(fields),
  };
  fields.done();
  return product;
}

/**
 * Barcodes are kept as 64-bit integers and travel as text.
 * @param {Fields} fields
 */
function barcode(fields) {
  const digits = fields.text('barcode', { label: 'Barcode', max: 18 });
  if (digits === '') return null;
  if (!/^\d+$/.test(digits)) return fields.refuse('barcode', 'Barcode may have digits only.', null);
  return BigInt(digits);
}

/**
 * @template Result
 * @param {Promise<Result>} write
 * @param {string} sku
 */
async function orTaken(write, sku) {
  try {
    return await write;
  } catch (error) {
    if (!isConstraint(error)) throw error;
    throw new Problem(409, `The article number "${sku}" is taken already.`, { sku: 'taken' });
  }
}

/** @param {Uint8Array} bytes */
function imageType(bytes) {
  const starts = [...bytes.subarray(0, 12)].map((byte) => String.fromCharCode(byte)).join('');
  if (starts.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (starts.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (starts.startsWith('GIF8')) return 'image/gif';
  if (starts.startsWith('RIFF') && starts.endsWith('WEBP')) return 'image/webp';
  return undefined;
}

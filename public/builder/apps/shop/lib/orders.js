// Orders: one atomic batch makes the customer, the order and its lines; a trigger takes the stock.
import { database } from '../database.js';
import { Fields } from './fields.js';
import { Problem, idFrom, isConstraint, json, readJson, requirePassword } from './http.js';

const states = ['new', 'paid', 'sent', 'cancelled'];

/** @typedef {import('./http.js').Call} Call */

/** @type {import('./http.js').Route[]} */
export const orderRoutes = [
  { method: 'GET', path: /^\/api\/orders$/, answer: listOrders },
  { method: 'POST', path: /^\/api\/orders$/, answer: placeOrder },
  { method: 'PATCH', path: /^\/api\/orders\/(\d{1,16})$/, answer: changeState },
  { method: 'DELETE', path: /^\/api\/orders\/(\d{1,16})$/, answer: removeOrder },
];

/** @param {Call} call */
async function listOrders({ request }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const orders = await database.all(
    `SELECT id, code, customer, email, state, note, placed_at, pieces, total_cents, weight_kg
     FROM order_totals ORDER BY id DESC LIMIT 200`,
  );
  return json({ orders });
}

/** @param {Call} call */
async function placeOrder({ request }) {
  const values = await readJson(request);
  const fields = new Fields(values);
  const name = fields.text('name', { label: 'Name', max: 120, required: true });
  const email = fields.text('email', { label: 'E-mail', max: 200, required: true });
  const note = fields.text('note', { label: 'Note', max: 500 }) || null;
  if (email !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    fields.refuse('email', 'E-mail needs the form name@example.org.', '');
  }
  const lines = checkedLines(fields);
  fields.done();
  const code = crypto.randomUUID();
  try {
    await database.batch([
      {
        sql: `INSERT INTO customers (email, name) VALUES (?, ?)
              ON CONFLICT (email) DO UPDATE SET name = excluded.name`,
        values: [email, name],
      },
      {
        sql: `INSERT INTO orders (code, customer_id, note)
            SELECT ?, id, ? FROM customers WHERE email = ?`,
        values: [code, note, email],
      },
      ...lines.map((line) => ({
        sql: `INSERT INTO order_lines (order_id, product_id, quantity, unit_price_cents)
              SELECT (SELECT id FROM orders WHERE code = ?), ?, ?, 
                   (SELECT price_cents FROM products WHERE id = ?)`,
        values: [code, line.product_id, line.quantity, line.product_id],
      })),
    ]);
  } catch (error) {
    if (!isConstraint(error)) throw error;
    throw new Problem(
      409,
      'Nothing was ordered: a product is gone, or there is not enough of it in stock.',
    );
  }
  const [order] = await database.all(
    'SELECT id, code, total_cents FROM order_totals WHERE code = ?',
    [code],
  );
  return json(order, 201);
}

/** @param {Call} call */
async function changeState({ request, params }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const { state } = await readJson(request);
  if (typeof state !== 'string' || !states.includes(state)) {
    throw new Problem(400, `The state must be one of: ${states.join(', ')}.`);
  }
  const id = idFrom(params[0] ?? '');
  const { changes } = await database.run('UPDATE orders SET state = ? WHERE id = ?', [state, id]);
  if (changes === 0) throw new Problem(404, 'There is no such order.');
  return json({ id, state });
}

/** @param {Call} call */
async function removeOrder({ request, params }) {
  requirePassword(request, process.env.ADMIN_PASSWORD);
  const id = idFrom(params[0] ?? '');
  const [order] = await database.all('SELECT id FROM orders WHERE id = ?', [id]);
  if (!order) throw new Problem(404, 'There is no such order.');
  await database.batch([
    { sql: 'DELETE FROM order_lines WHERE order_id = ?', values: [id] },
    { sql: 'DELETE FROM orders WHERE id = ?', values: [id] },
  ]);
  return json({ removed: true });
}

/** @param {Fields} fields */
function checkedLines(fields) {
  const given = fields.values.lines;
  if (!Array.isArray(given) || given.length === 0 || given.length > 50) {
    return fields.refuse('lines', 'The basket must hold 1 to 50 products.', []);
  }
  const lines = given.map((line) => ({ product_id: line?.product_id, quantity: line?.quantity }));
  const right = lines.every(
    (line) =>
      Number.isSafeInteger(line.product_id) &&
      Number.isInteger(line.quantity) &&
      line.quantity >= 1 &&
      line.quantity <= 999,
  );
  if (!right)
    return fields.refuse('lines', 'Each product of the basket needs a quantity from 1 to 999.', []);
  if (new Set(lines.map((line) => line.product_id)).size !== lines.length) {
    return fields.refuse('lines', 'A product may be in the basket only once.', []);
  }
  return lines;
}

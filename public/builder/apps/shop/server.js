// Shop: products with stock and pictures, customers, orders. Money is whole cents, weight is
// kilograms.
import { database } from './database.js';
import { answerWith, json, mayEdit } from './lib/http.js';
import { orderRoutes } from './lib/orders.js';
import { productRoutes } from './lib/products.js';

/** @param {Request} request */
export async function handle(request) {
  return answerWith(request, [
    { method: 'GET', path: /^\/api\/shop$/, answer: readShop },
    ...productRoutes,
    ...orderRoutes,
  ]);
}

/** @param {import('./lib/http.js').Call} call */
async function readShop({ request }) {
  const [figures] = await database.all(
    'SELECT count(*) AS orders, coalesce(sum(total_cents), 0) AS total_cents FROM order_totals',
  );
  return json({
    name: process.env.SHOP_NAME ?? 'Shop',
    currency: process.env['CURRENCY'] ?? 'EUR',
    may_edit: mayEdit(request, process.env.ADMIN_PASSWORD),
    ...figures,
  });
}

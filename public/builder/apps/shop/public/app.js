import {
  act,
  byId,
  call,
  carefulButton,
  dateWords,
  element,
  listenForPassword,
  Refused,
  say,
} from './ui.js';

/**
 * @typedef {{ id: number, sku: string, name: string, description: string, price_cents: number,
 * weight_kg: number,
 *   stock: number, barcode: number | string | null, has_thumbnail: number }} Product
 * @typedef {{ id: number, code: string, customer: string, email: string, state: string, note:
 * string | null,
 *   placed_at: string, pieces: number, total_cents: number, weight_kg: number }} Order
 */

const states = ['new', 'paid', 'sent', 'cancelled'];
const orderForm = byId('order', HTMLFormElement);
const productForm = byId('product', HTMLFormElement);
const place = byId('place', HTMLButtonElement);
const save = byId('save', HTMLButtonElement);
const cancel = byId('cancel', HTMLButtonElement);
/** @type {Product[]} */
let products = [];
/** @type {Map<number, number>} product id -> pieces */
const basket = new Map();
/** @type {Map<number, string>} product id -> address of the picture in this tab */
const pictures = new Map();
let currency = 'EUR';
let changing = 0;

/** @param {number} cents */
function money(cents) {
  try {
    return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(cents / 100);
  } catch {
    return `${(cents / 100).toFixed(2)} ${currency}`;
  }
}

/** @param {Product} product */
async function picture(product) {
  if (!product.has_thumbnail) return;
  if (!pictures.has(product.id)) {
    const response = await fetch(`/api/products/${product.id}/thumbnail`);
    if (!response.ok) return;
    pictures.set(product.id, URL.createObjectURL(await response.blob()));
  }
  const image = document.getElementById(`picture-${product.id}`);
  if (image instanceof HTMLImageElement) image.src = pictures.get(product.id) ?? '';
}

/** @param {Product} product */
function card(product) {
  const add = element(
    'button',
    { type: 'button', 'aria-label': `Add to basket: ${product.name}` },
    'Add to basket',
  );
  add.addEventListener('click', () => {
    basket.set(product.id, Math.min((basket.get(product.id) ?? 0) + 1, 999));
    showBasket();
    say(`${product.name} is in the basket.`);
  });
  const edit = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Edit ${product.name}` },
    'Edit',
  );
  edit.addEventListener('click', () => startChange(product));
  const remove = carefulButton('Remove', 'Remove it?', async () => {
    await call('DELETE', `/api/products/${product.id}`);
    basket.delete(product.id);
    await load();
    say(`${product.name} is removed.`);
  });
  const facts = [
    `${product.weight_kg} kg`,
    product.stock > 0 ? `${product.stock} in stock` : 'sold out',
    `No. ${product.sku}`,
  ];
  if (product.barcode !== null) facts.push(`barcode ${product.barcode}`);
  return element(
    'li',
    { class: 'card' },
    product.has_thumbnail
      ? element('img', { class: 'picture', id: `picture-${product.id}`, alt: '' })
      : null,
    element('h3', {}, product.name),
    element('p', { class: 'price' }, money(product.price_cents)),
    element('p', { class: 'small lead' }, facts.join(' · ')),
    product.description === '' ? null : element('p', { class: 'small' }, product.description),
    element('div', { class: 'row' }, product.stock > 0 ? add : null, edit, remove),
  );
}

function showBasket() {
  const rows = [...basket].map(([id, pieces]) => {
    const product = products.find((one) => one.id === id);
    const name = product?.name ?? 'A product that is gone';
    const less = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': `One ${name} less` },
      '−',
    );
    less.addEventListener('click', () => {
      if (pieces > 1) basket.set(id, pieces - 1);
      else basket.delete(id);
      showBasket();
    });
    return element(
      'li',
      {},
      element('span', {}, `${pieces} × ${name}`),
      money(pieces * (product?.price_cents ?? 0)),
      less,
    );
  });
  byId('basket', HTMLElement).replaceChildren(...rows);
  let sum = 0;
  for (const [id, pieces] of basket)
    sum += pieces * (products.find((one) => one.id === id)?.price_cents ?? 0);
  byId('total', HTMLElement).textContent =
    basket.size === 0 ? 'The basket is empty.' : `Together ${money(sum)}`;
}

/** @param {Order} order */
function orderCard(order) {
  const state = element(
    'select',
    { 'aria-label': `State of order ${order.id}` },
    ...states.map((name) => element('option', { selected: name === order.state }, name)),
  );
  state.addEventListener('change', () =>
    act(null, async () => {
      if (state instanceof HTMLSelectElement)
        await call('PATCH', `/api/orders/${order.id}`, { state: state.value });
      say(`Order ${order.id} is changed.`);
    }),
  );
  const remove = carefulButton('Remove', 'Remove it, stock returns?', async () => {
    await call('DELETE', `/api/orders/${order.id}`);
    await load();
    say(`Order ${order.id} is removed and its stock is back.`);
  });
  return element(
    'li',
    { class: 'card' },
    element(
      'div',
      { class: 'row' },
      element('h3', {}, `Order ${order.id} · ${order.customer}`),
      element('span', { class: 'price' }, money(order.total_cents)),
    ),
    element(
      'p',
      { class: 'small lead' },
      `${order.pieces} pieces · ${order.weight_kg.toFixed(3)} kg · ${order.email} · ` +
        dateWords(order.placed_at),
    ),
    order.note === null ? null : element('p', { class: 'small' }, order.note),
    element('div', { class: 'row' }, state, remove),
  );
}

async function loadOrders() {
  const list = byId('orders', HTMLElement);
  try {
    const { orders } = await call('GET', '/api/orders');
    list.replaceChildren(...orders.map(orderCard));
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    byId('password-box', HTMLElement).hidden = false;
    list.replaceChildren(
      element('li', { class: 'small lead' }, 'Orders are shown after the password of the shop.'),
    );
  }
}

async function load() {
  const shop = await call('GET', '/api/shop');
  currency = shop.currency;
  document.title = shop.name;
  byId('title', HTMLElement).textContent = shop.name;
  byId('figures', HTMLElement).textContent =
    `${shop.orders} orders, ${money(shop.total_cents)} together`;
  products = (await call('GET', '/api/products')).products;
  byId('products', HTMLElement).replaceChildren(...products.map(card));
  showBasket();
  await loadOrders();
  await Promise.all(products.map(picture));
}

/** @param {Product} product */
function startChange(product) {
  changing = product.id;
  const values = {
    sku: product.sku,
    name: product.name,
    description: product.description,
    barcode: String(product.barcode ?? ''),
    price: (product.price_cents / 100).toFixed(2),
    weight_kg: String(product.weight_kg),
    stock: String(product.stock),
  };
  for (const [name, value] of Object.entries(values)) {
    const field = productForm.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  byId('product-title', HTMLElement).textContent = `Change ${product.name}`;
  save.textContent = 'Save the product';
  cancel.hidden = false;
  byId('product-name', HTMLInputElement).focus();
}

function endChange() {
  changing = 0;
  productForm.reset();
  byId('product-title', HTMLElement).textContent = 'Add a product';
  save.textContent = 'Add the product';
  cancel.hidden = true;
}

/**
 * @param {string} text "12.50" or "12,50"; NaN when it is no amount, and the server then says so
 */
function cents(text) {
  const parts = /^\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(text);
  return parts ? Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0')) : Number.NaN;
}

productForm.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(save, async () => {
    const typed = new FormData(productForm);
    /** @param {string} name */
    const text = (name) => String(typed.get(name) ?? '').trim();
    /** @param {string} name */
    const number = (name) =>
      text(name) === '' ? Number.NaN : Number(text(name).replace(',', '.'));
    const product = await call(
      changing === 0 ? 'POST' : 'PUT',
      changing === 0 ? '/api/products' : `/api/products/${changing}`,
      {
        sku: text('sku'),
        name: text('name'),
        description: text('description'),
        barcode: text('barcode'),
        price_cents: cents(text('price')),
        weight_kg: number('weight_kg'),
        stock: number('stock'),
      },
    );
    const file = byId('picture', HTMLInputElement).files?.[0];
    if (file) {
      await call('PUT', `/api/products/${product.id}/thumbnail`, file);
      pictures.delete(product.id);
    }
    endChange();
    await load();
    say(`${product.name} is saved.`);
  });
});
orderForm.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(place, async () => {
    const lines = [...basket].map(([product_id, quantity]) => ({ product_id, quantity }));
    const order = await call('POST', '/api/orders', {
      ...Object.fromEntries(new FormData(orderForm)),
      lines,
    });
    basket.clear();
    orderForm.reset();
    await load();
    say(`Thank you. Order ${order.id} over ${money(order.total_cents)} is placed.`);
  });
});
cancel.addEventListener('click', endChange);
listenForPassword();
byId('password', HTMLInputElement).addEventListener('change', () => act(null, load));
void act(null, load);

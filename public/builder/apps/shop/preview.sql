CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name TEXT NOT NULL,
  phone TEXT,
  loyalty_points BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE products (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sku TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  weight_kg REAL NOT NULL CHECK (weight_kg >= 0),
  stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
  barcode BIGINT,
  thumbnail BLOB,
  created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
  state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'paid', 'sent', 'cancelled')),
  note TEXT,
  placed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE RESTRICT,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_price_cents INTEGER NOT NULL CHECK (unit_price_cents >= 0),
  PRIMARY KEY (order_id, product_id)
) WITHOUT ROWID;
CREATE INDEX orders_customer_id ON orders (customer_id, placed_at DESC);
CREATE INDEX order_lines_product_id ON order_lines (product_id);
CREATE INDEX products_name ON products (name COLLATE NOCASE);
CREATE VIEW order_totals AS
  SELECT orders.id, orders.code, customers.name AS customer, customers.email, orders.state, orders.note, orders.placed_at,
    coalesce(sum(order_lines.quantity), 0) AS pieces,
    coalesce(sum(order_lines.quantity * order_lines.unit_price_cents), 0) AS total_cents,
    coalesce(sum(order_lines.quantity * products.weight_kg), 0.0) AS weight_kg
  FROM orders
  JOIN customers ON customers.id = orders.customer_id
  LEFT JOIN order_lines ON order_lines.order_id = orders.id
  LEFT JOIN products ON products.id = order_lines.product_id
  GROUP BY orders.id;
INSERT INTO customers (id, email, name, phone, loyalty_points) VALUES
(1, 'mette.lund@example.dk', 'Mette Lund', '+45 20 12 34 56', 120),
(2, 'Sean.OBrien@example.ie', 'Seán O''Brien', NULL, 0),
(3, 'yuki@example.jp', '佐藤 ゆき', '', 9007199254740993),
(4, 'zofia@example.pl', 'Zofia Żółć', '+48 600 000 000', -5);
INSERT INTO products (id, sku, name, description, price_cents, weight_kg, stock, barcode, thumbnail, created_at) VALUES
(1, 'APL-GRA-01', 'Apple tree "Gråsten" 🍎', 'Two years old, bare root. The only apple we would take to an island.', 24900, 3.75, 14, 5701234567899, x'89504e470d0a1a0a0000000d49484452000000180000001808020000006f15aaaf000000584944415478da63f8f2e1057e94eaac0841f895310c65836c7a6c90d14018744443038828320862042e446c18e1370597590c649882d52cda1844bc2998668d1a34e40d1a7c09929a798d9ab91f8f711415b54422aa190400d836922f45af89060000000049454e44ae426082', '2025-03-01 08:00:00'),
(2, 'POT-TER-20', 'Terracotta pot, 20 cm', '', 1295, 1.1, 62, 4006381333931, x'89504e470d0a1a0a0000000d49484452000000180000001808020000006f15aaaf0000003e4944415478da6378f3e90d5510c3a8410364d086282392d0483408888ee4d8118908c71a19a68c3883089a45421619c606e1318be462846a060dfd12120071e742e4081406310000000049454e44ae426082', '2025-03-01 08:05:00'),
(3, 'TOO-SPA-07', 'Spade, ash handle', 'Forged in Sheffield; 10-year warranty <on the blade>.', 4490, 1.8499999999999999, 9, 5012345678900, x'89504e470d0a1a0a0000000d49484452000000180000001808020000006f15aaaf000000524944415478da6378f7e10b5694e7a601413d49964004e7e252cf407383e00862104165a3068d1a34040caa68e881238841c822641a8489460d1a9c06e1318b9c0449bc2944a56c8246106b1091886a0601005b78a84e876014490000000049454e44ae426082', '2025-03-04 10:30:00'),
(4, 'GLV-LEA-M', 'Gloves, size M', 'Goat leather. It''s what the gardener wears.', 1950, 0.18, 0, NULL, x'89504e470d0a1a0a0000000d49484452000000180000001808020000006f15aaaf000000344944415478da63f8f6e50d551003cd0d7ab6ca06887031460d1a1106e142f43208bfe65183a86ad0e08bfe5183483368c06a1100bbb39306447d17090000000049454e44ae426082', '2025-03-09 14:11:21'),
(5, 'SED-POP-1G', 'Poppy seeds, 1 g', 'About 10,000 seeds 🌺', 249, 0.001, 480, 999999999999999999, NULL, '2025-03-15 09:00:00'),
(6, 'STR-TWN-50', 'Jute twine 50 m', '', 0, 0.1, 33, 0, x'', '2025-04-02 17:45:00');
INSERT INTO orders (id, code, customer_id, state, note, placed_at) VALUES
(1001, '5f0c5d0e-6f0e-4d55-8a5c-0a1c5a1f0001', 1, 'sent', NULL, '2025-04-11 06:12:45'),
(1002, '5f0c5d0e-6f0e-4d55-8a5c-0a1c5a1f0002', 3, 'paid', '玄関に置いてください 🙏', '2025-04-12 13:00:00'),
(1003, '5f0c5d0e-6f0e-4d55-8a5c-0a1c5a1f0003', 2, 'cancelled', 'Changed my mind; "sorry"!', '2025-04-13 19:59:59'),
(1004, '5f0c5d0e-6f0e-4d55-8a5c-0a1c5a1f0004', 1, 'new', '', '2025-05-02 10:10:10');
INSERT INTO order_lines (order_id, product_id, quantity, unit_price_cents) VALUES
(1001, 1, 2, 22900), (1001, 2, 6, 1295), (1002, 3, 1, 4490), (1002, 5, 10, 249), (1003, 4, 1, 1950), (1004, 2, 1, 1295);
CREATE TRIGGER order_lines_take_stock AFTER INSERT ON order_lines
BEGIN
  UPDATE products SET stock = stock - NEW.quantity WHERE id = NEW.product_id;
END;
CREATE TRIGGER order_lines_give_stock AFTER DELETE ON order_lines
BEGIN
  UPDATE products SET stock = stock + OLD.quantity WHERE id = OLD.product_id;
END;

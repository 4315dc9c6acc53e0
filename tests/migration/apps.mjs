// Databases as apps have them: five apps, made by Prisma, by Drizzle or by hand, with dates as
// milliseconds, as ISO texts or as CURRENT_TIMESTAMP writes them. The same ones in every run.

/**
 * A field is [name, kind, reference's table]; kinds are below.
 * @typedef {[string, string, string?]} Field
 * @typedef {'milliseconds' | 'iso' | 'current'} Dates
 * @typedef {'prisma' | 'drizzle' | 'hand'} Maker
 * @typedef {{name: string, sql: string}} AppDatabase
 */

/** @type {Record<string, Record<string, Field[]>>} */
const apps = {
  todo: {
    User: [
      ['email', 'unique'],
      ['name', 'maybe'],
      ['createdAt', 'now'],
    ],
    List: [
      ['title', 'text'],
      ['ownerId', 'parent', 'User'],
      ['color', 'maybe'],
    ],
    Task: [
      ['title', 'text'],
      ['done', 'flag'],
      ['dueAt', 'moment'],
      ['rank', 'real'],
      ['listId', 'parent', 'List'],
      ['updatedAt', 'now'],
    ],
  },
  shop: {
    Customer: [
      ['email', 'unique'],
      ['balance', 'money'],
      ['vip', 'flag'],
      ['createdAt', 'now'],
    ],
    Product: [
      ['sku', 'unique'],
      ['title', 'text'],
      ['price', 'money'],
      ['tags', 'json'],
    ],
    Order: [
      ['customerId', 'parent', 'Customer'],
      ['state', 'text'],
      ['placedAt', 'now'],
    ],
    Item: [
      ['orderId', 'parent', 'Order'],
      ['productId', 'parent', 'Product'],
      ['count', 'count'],
      ['price', 'money'],
    ],
  },
  blog: {
    Author: [
      ['handle', 'unique'],
      ['bio', 'maybe'],
      ['avatar', 'bytes'],
      ['joinedAt', 'now'],
    ],
    Post: [
      ['slug', 'unique'],
      ['title', 'text'],
      ['body', 'text'],
      ['published', 'flag'],
      ['publishedAt', 'moment'],
      ['authorId', 'parent', 'Author'],
    ],
    Comment: [
      ['postId', 'parent', 'Post'],
      ['parentId', 'optional', 'Comment'],
      ['text', 'text'],
    ],
  },
  chat: {
    Member: [
      ['nick', 'unique'],
      ['settings', 'json'],
      ['seenAt', 'moment'],
    ],
    Room: [
      ['name', 'unique'],
      ['topic', 'maybe'],
      ['createdAt', 'now'],
    ],
    Message: [
      ['roomId', 'parent', 'Room'],
      ['senderId', 'optional', 'Member'],
      ['text', 'text'],
      ['sentAt', 'now'],
      ['edited', 'flag'],
    ],
  },
  booking: {
    Guest: [
      ['email', 'unique'],
      ['phone', 'maybe'],
      ['createdAt', 'now'],
    ],
    Place: [
      ['name', 'text'],
      ['latitude', 'real'],
      ['longitude', 'real'],
      ['beds', 'count'],
    ],
    Stay: [
      ['guestId', 'parent', 'Guest'],
      ['placeId', 'parent', 'Place'],
      ['fromAt', 'moment'],
      ['toAt', 'moment'],
      ['price', 'money'],
      ['paid', 'flag'],
    ],
  },
};
/** @type {Dates[]} */
const styles = ['milliseconds', 'iso', 'current'];
/** @type {Maker[]} */
const makers = ['prisma', 'drizzle', 'hand'];

/** @returns {AppDatabase[]} */
export function appDatabases() {
  return Object.entries(apps).flatMap(([app, tables], number) =>
    styles.map((dates, style) => {
      const maker = makers[(number + style) % makers.length] ?? 'hand';
      const name = `${app} by ${maker}, dates as ${dates}`;
      return { name, sql: databaseOf(tables, maker, dates, number * 3 + style) };
    }),
  );
}

/**
 * @param {Record<string, Field[]>} tables @param {Maker} maker @param {Dates} dates
 * @param {number} seed
 */
function databaseOf(tables, maker, dates, seed) {
  const random = randomOf(seed);
  const statements = ['PRAGMA user_version = 3'];
  for (const [table, fields] of Object.entries(tables)) {
    statements.push(...definitionOf(table, fields, maker, dates));
  }
  const counts = new Map();
  for (const [table, fields] of Object.entries(tables)) {
    const rows = 20 + random(30);
    counts.set(table, rows);
    statements.push(rowsOf(table, fields, rows, { dates, counts, random }));
  }
  const [first = ''] = Object.keys(tables);
  // Ids that were given once and are free again.
  if (maker !== 'hand')
    statements.push(`UPDATE sqlite_sequence SET seq = 500 WHERE name = '${first}'`);
  statements.push(...extrasOf(tables, maker));
  return `${statements.join(';\n')};`;
}

/** @param {string} table @param {Field[]} fields @param {Maker} maker @param {Dates} dates */
function definitionOf(table, fields, maker, dates) {
  const ids = {
    prisma: '"id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT',
    drizzle: '`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL',
    hand: 'id INTEGER PRIMARY KEY',
  };
  const columns = fields.map((field) => columnOf(field, maker, dates));
  const keys = fields.flatMap((field) => foreignKeyOf(table, field, maker));
  const after = fields
    .filter(([, kind]) => kind === 'unique' && maker !== 'hand')
    .map(([name]) => `CREATE UNIQUE INDEX "${table}_${name}_key" ON "${table}"("${name}")`);
  const all = [ids[maker], ...columns, ...keys].join(',\n  ');
  return [`CREATE TABLE "${table}"(\n  ${all}\n)`, ...after];
}

/** @param {Field} field @param {Maker} maker @param {Dates} dates */
function columnOf([name, kind], maker, dates) {
  const quoted = maker === 'drizzle' ? `\`${name}\`` : `"${name}"`;
  return `${quoted} ${typeOf(kind, maker, dates)}`;
}

/** @param {string} kind @param {Maker} maker @param {Dates} dates */
function typeOf(kind, maker, dates) {
  const byHand = maker === 'hand';
  /** @type {Record<string, string>} */
  const types = {
    text: byHand ? "VARCHAR(40) NOT NULL DEFAULT ''" : 'TEXT NOT NULL',
    unique: byHand ? 'TEXT NOT NULL UNIQUE COLLATE NOCASE' : 'TEXT NOT NULL',
    maybe: 'TEXT',
    flag: maker === 'drizzle' ? 'integer DEFAULT false NOT NULL' : 'BOOLEAN NOT NULL DEFAULT false',
    real: byHand ? 'DOUBLE PRECISION' : 'REAL NOT NULL DEFAULT 0',
    money: byHand ? 'DECIMAL(10,2) NOT NULL DEFAULT 0.5' : 'DECIMAL NOT NULL DEFAULT 0',
    count: byHand ? 'INT NOT NULL DEFAULT 1' : 'INTEGER NOT NULL DEFAULT 1',
    json: maker === 'prisma' ? 'JSONB' : "JSON DEFAULT '[]'",
    bytes: 'BLOB',
    parent: 'INTEGER NOT NULL',
    optional: 'INTEGER',
    now: `${dateType(maker, dates)} NOT NULL DEFAULT ${nowOf(maker, dates)}`,
    moment: dateType(maker, dates),
  };
  return types[kind] ?? 'TEXT';
}

/** @param {Maker} maker @param {Dates} dates */
function dateType(maker, dates) {
  if (maker !== 'drizzle')
    return maker === 'hand' && dates === 'current' ? 'TIMESTAMP' : 'DATETIME';
  return dates === 'milliseconds' ? 'integer' : 'text';
}

/** @param {Maker} maker @param {Dates} dates */
function nowOf(maker, dates) {
  if (maker === 'prisma' || dates === 'current') return 'CURRENT_TIMESTAMP';
  if (dates === 'iso') return "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))";
  return maker === 'drizzle' ? '(unixepoch() * 1000)' : '1700000000000';
}

/** @param {string} table @param {Field} field @param {Maker} maker */
function foreignKeyOf(table, [name, kind, parent], maker) {
  if (parent === undefined) return [];
  const onDelete = kind === 'optional' ? 'SET NULL' : 'CASCADE';
  const key = `FOREIGN KEY ("${name}") REFERENCES "${parent}"("id")`;
  if (maker === 'prisma') {
    const rule = kind === 'optional' ? 'SET NULL' : 'RESTRICT';
    return [`CONSTRAINT "${table}_${name}_fkey" ${key} ON DELETE ${rule} ON UPDATE CASCADE`];
  }
  if (maker === 'drizzle') return [`${key} ON UPDATE no action ON DELETE ${onDelete}`];
  return [`FOREIGN KEY ("${name}") REFERENCES "${parent}" ON DELETE ${onDelete}`];
}

/** @param {Record<string, Field[]>} tables @param {Maker} maker */
function extrasOf(tables, maker) {
  if (maker === 'prisma') {
    return [
      'CREATE TABLE "_prisma_migrations"("id" TEXT PRIMARY KEY NOT NULL, ' +
        '"checksum" TEXT NOT NULL, ' +
        '"finished_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, ' +
        '"applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)',
      `INSERT INTO "_prisma_migrations" VALUES ('a', 'b', 1700000000123, 1700000000000, 1)`,
    ];
  }
  if (maker === 'drizzle') {
    return [
      'CREATE TABLE `__drizzle_migrations`(id SERIAL PRIMARY KEY, ' +
        'hash text NOT NULL, created_at numeric)',
      "INSERT INTO __drizzle_migrations VALUES (NULL, 'abc', 1700000000000)",
    ];
  }
  return Object.entries(tables).flatMap(([table, fields]) => {
    const parent = fields.find((field) => field[1] === 'parent');
    if (parent === undefined) return [];
    const [name = '', , other = ''] = parent;
    return [
      `CREATE INDEX "${table} by ${name}" ON "${table}"("${name}" DESC)`,
      `CREATE VIEW "${table}_of_${other}" AS SELECT p.id AS parent, count(*) AS children, ` +
        `max(c.id) AS last FROM "${other}" p LEFT JOIN "${table}" c ON c."${name}" = p.id ` +
        'GROUP BY p.id',
    ];
  });
}

const words = ['alpha', 'Größe', "it's", 'tab\there', '日本', 'back\\slash', '', '{"x":1}', '😀'];

/**
 * @param {string} table @param {Field[]} fields @param {number} rows
 * @param {{dates: Dates, counts: Map<string, number>, random: (below: number) => number}} setting
 */
function rowsOf(table, fields, rows, setting) {
  const lines = Array.from({ length: rows }, (_, i) => {
    const cells = fields.map((field) => cellOf(field, i, setting));
    return `(${[i + 1, ...cells].join(', ')})`;
  });
  return `INSERT INTO "${table}" VALUES ${lines.join(',\n')}`;
}

/**
 * @param {Field} field @param {number} row
 * @param {{dates: Dates, counts: Map<string, number>, random: (below: number) => number}} setting
 */
function cellOf([name, kind, parent], row, { dates, counts, random }) {
  const word = `'${(words[random(words.length)] ?? '').replaceAll("'", "''")}'`;
  const some = (/** @type {string} */ text) => (random(4) === 0 ? 'NULL' : text);
  /** @type {Record<string, () => string>} */
  const makes = {
    text: () => word,
    unique: () => `'${name}${row}@example.org'`,
    maybe: () => some(word),
    flag: () => String(random(2)),
    real: () => String(random(1_000_000) / 7),
    money: () => String(random(100_000) / 100),
    count: () => String(random(9)),
    json: () => `'{"n": ${random(9)}, "list": [1, "a"]}'`,
    bytes: () => some(`x'00ff${row.toString(16).padStart(4, '0')}'`),
    parent: () => String(1 + random(counts.get(parent ?? '') ?? 1)),
    optional: () => some(String(1 + random(Math.max(1, counts.get(parent ?? '') ?? row)))),
    now: () => moment(dates, random),
    moment: () => some(moment(dates, random)),
  };
  return makes[kind]?.() ?? 'NULL';
}

/** @param {Dates} dates @param {(below: number) => number} random */
function moment(dates, random) {
  const milliseconds = 1_600_000_000_000 + random(2_000_000_000) * 100 + random(100);
  if (dates === 'milliseconds') return String(milliseconds);
  const text = new Date(milliseconds).toISOString();
  return dates === 'iso' ? `'${text}'` : `'${text.slice(0, 19).replace('T', ' ')}'`;
}

/** Numbers from a seed (Mulberry32). @param {number} seed */
function randomOf(seed) {
  return (/** @type {number} */ below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

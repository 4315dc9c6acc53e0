// Enough of SQL to treat a text as a server does before SQLite sees it: cut it into statements, say
// what kind each one is, list its parameters. Not a parser: SQLite itself finds the other mistakes.

/** A text that is refused before it runs. */
export class SqlRefused extends Error {
  /**
   * @param {string} code  Hrana error code.
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * begin, end, savepoint, release: transactions; ddl: schema changes; write: rows; read: all else.
 *
 * @typedef {'begin' | 'end' | 'savepoint' | 'release' | 'read' | 'write' | 'ddl'} StatementKind
 */

/**
 * @typedef {object} Statement
 * @property {string} sql        Without the closing semicolon.
 * @property {StatementKind} kind
 * @property {boolean} isExplain
 * @property {boolean} isQuery   Starts as SELECT, VALUES or WITH ... SELECT, without EXPLAIN.
 * @property {boolean} isInsert
 * @property {boolean} isChange  INSERT, UPDATE or DELETE.
 * @property {(string | null)[]} parameters  Name by position, null for a bare `?`.
 */

/** @typedef {{type: 'word' | 'text' | 'parameter' | 'mark', text: string, start: number}} Token */

const space = /[\s\f]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)/y;
const quoted = new RegExp(
  [
    `'[^']*(?:''[^']*)*(?:'|$)`,
    `"[^"]*(?:""[^"]*)*(?:"|$)`,
    '`[^`]*(?:``[^`]*)*(?:`|$)',
    String.raw`\[[^\]]*(?:\]|$)`,
  ].join('|'),
  'y',
);
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const parameter = /\?\d*|[:@#][\w$\u0080-\uffff]+|\$(?:[\w$\u0080-\uffff]|::)+(?:\([^)\s]*\))?/y;
const number = /\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?/y;

/**
 * @param {string} sql
 * @returns {Token[]}
 */
function tokenize(sql) {
  /** @type {Token[]} */
  const tokens = [];
  let at = 0;
  /** @type {(pattern: RegExp) => string} */
  const take = (pattern) => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0] ?? '';
  };
  while (at < sql.length) {
    const blank = take(space);
    if (blank !== '') {
      at += blank.length;
      continue;
    }
    /** @type {[Token['type'], string]} */
    let found = ['mark', sql[at] ?? ''];
    for (const [type, pattern] of /** @type {[Token['type'], RegExp][]} */ ([
      ['text', quoted],
      ['word', word],
      ['parameter', parameter],
      ['text', number],
    ])) {
      const text = take(pattern);
      if (text === '') continue;
      found = [type, text];
      break;
    }
    tokens.push({ type: found[0], text: found[1], start: at });
    at += found[1].length;
  }
  return tokens;
}

/**
 * All statements of a text, empty ones left out. Throws SqlRefused for a statement that the server
 * does not run.
 *
 * @param {string} sql
 * @returns {Statement[]}
 */
export function parseStatements(sql) {
  if (sql.includes('\0')) {
    throw new SqlRefused('SQL_PARSE_ERROR', 'SQL string could not be parsed: unexpected nul byte');
  }
  return cut(tokenize(sql)).map((tokens) => {
    const last = /** @type {Token} */ (tokens[tokens.length - 1]);
    const start = /** @type {Token} */ (tokens[0]).start;
    return describe(tokens, sql.slice(start, last.start + last.text.length));
  });
}

/**
 * The only statement of a text; throws SqlRefused when there is none, or more than one.
 *
 * @param {string} sql
 * @returns {Statement}
 */
export function parseStatement(sql) {
  const [statement, ...more] = parseStatements(sql);
  if (statement === undefined) {
    throw new SqlRefused('SQL_NO_STATEMENT', 'SQL string does not contain any statement');
  }
  if (more.length > 0) {
    throw new SqlRefused('SQL_MANY_STATEMENTS', 'SQL string contains more than one statement');
  }
  return statement;
}

/**
 * @param {Token[]} tokens
 * @returns {Token[][]}
 */
function cut(tokens) {
  /** @type {Token[][]} */
  const statements = [];
  /** @type {Token[]} */
  let current = [];
  for (const token of tokens) {
    if (token.type !== 'mark' || token.text !== ';') {
      current.push(token);
    } else if (isInsideTrigger(current)) {
      current.push(token);
    } else {
      if (current.length > 0) statements.push(current);
      current = [];
    }
  }
  if (current.length > 0) statements.push(current);
  return statements;
}

/**
 * A trigger's body ends with `; END`, so a semicolon before that belongs to the body.
 *
 * @param {Token[]} tokens
 */
function isInsideTrigger(tokens) {
  const head = tokens.slice(0, 6).map(upper);
  if (head[0] === 'EXPLAIN') head.splice(0, head[1] === 'QUERY' ? 3 : 1);
  if (head[0] !== 'CREATE') return false;
  if (head[/^TEMP(ORARY)?$/.test(head[1] ?? '') ? 2 : 1] !== 'TRIGGER') return false;
  const end = tokens[tokens.length - 1];
  const before = tokens[tokens.length - 2];
  return !(end !== undefined && upper(end) === 'END' && before?.text === ';');
}

/** @param {Token | undefined} token */
function upper(token) {
  return token?.type === 'word' ? token.text.toUpperCase() : '';
}

/**
 * @param {Token[]} tokens
 * @param {string} sql
 * @returns {Statement}
 */
function describe(tokens, sql) {
  const isExplain = upper(tokens[0]) === 'EXPLAIN';
  const skip = !isExplain ? 0 : upper(tokens[1]) === 'QUERY' ? 3 : 1;
  const body = tokens.slice(skip);
  const verb = mainVerb(body);
  const kind = isExplain && verb !== 'PRAGMA' ? 'read' : kindOf(verb, body);
  if (kind === null) {
    throw new SqlRefused(
      'SQL_PARSE_ERROR',
      `SQL string could not be parsed: unsupported statement: ${sql.slice(0, 500)}`,
    );
  }
  const isChange = !isExplain && ['INSERT', 'REPLACE', 'UPDATE', 'DELETE'].includes(verb);
  return {
    sql,
    kind,
    isExplain,
    isChange,
    parameters: parameterNames(tokens),
    isQuery: !isExplain && (verb === 'SELECT' || verb === 'VALUES'),
    isInsert: isChange && (verb === 'INSERT' || verb === 'REPLACE'),
  };
}

/**
 * The verb that a statement does; behind WITH the first verb outside of brackets.
 *
 * @param {Token[]} tokens
 */
function mainVerb(tokens) {
  const first = upper(tokens[0]);
  if (first !== 'WITH') return first;
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    const found = upper(token);
    if (depth === 0 && /^(SELECT|VALUES|INSERT|REPLACE|UPDATE|DELETE)$/.test(found)) return found;
  }
  return first;
}

/**
 * @param {string} verb
 * @param {Token[]} tokens
 * @returns {StatementKind | null}  Null for what a server does not run.
 */
function kindOf(verb, tokens) {
  switch (verb) {
    case 'BEGIN':
      return 'begin';
    case 'COMMIT':
    case 'END':
      return 'end';
    case 'ROLLBACK':
      return tokens.some((token) => upper(token) === 'TO') ? 'release' : 'end';
    case 'SAVEPOINT':
      return 'savepoint';
    case 'RELEASE':
      return 'release';
    case 'SELECT':
    case 'VALUES':
      return 'read';
    case 'INSERT':
    case 'REPLACE':
    case 'UPDATE':
    case 'DELETE':
      return 'write';
    case 'ALTER':
    case 'DROP':
      return 'ddl';
    case 'CREATE':
      return /^TEMP(ORARY)?$/.test(upper(tokens[1])) ? null : 'ddl';
    case 'PRAGMA':
      return pragmaKind(tokens);
    // A word that no verb is: SQLite names the mistake. What it knows but a server must not run
    // (ATTACH, VACUUM, ...) is refused here.
    default:
      return /^(ATTACH|DETACH|VACUUM|ANALYZE|REINDEX)$/.test(verb) ? null : 'read';
  }
}

const pragmasToRead = new Set(
  `table_list index_list table_info table_xinfo index_info index_xinfo
  pragma_list compile_options database_list function_list module_list encoding foreign_key_list
  foreign_key_check collation_list data_version freelist_count integrity_check legacy_file_format
  page_count quick_check stats`.split(/\s+/),
);
const pragmasToSet = new Set(['defer_foreign_keys', 'foreign_keys']);
const pragmasToAsk = new Set(
  `analysis_limit application_id auto_vacuum automatic_index busy_timeout
  cache_size cache_spill cell_size_check checkpoint_fullfsync fullfsync hard_heap_limit journal_mode
  journal_size_limit legacy_alter_table locking_mode max_page_count mmap_size page_size query_only
  read_uncommitted recursive_triggers reverse_unordered_selects schema_version secure_delete
  soft_heap_limit synchronous temp_store threads trusted_schema user_version
  wal_autocheckpoint`.split(/\s+/),
);

/**
 * @param {Token[]} tokens
 * @returns {StatementKind | null}
 */
function pragmaKind(tokens) {
  const at = tokens[2]?.text === '.' ? 3 : 1;
  const name = tokens[at]?.text.toLowerCase() ?? '';
  const isAssigned = tokens.length > at + 1;
  if (pragmasToRead.has(name) || pragmasToSet.has(name)) return 'read';
  return pragmasToAsk.has(name) && !isAssigned ? 'read' : null;
}

/**
 * SQLite's numbering: `?` takes the next number, `?7` its own, a name the first one it got.
 *
 * @param {Token[]} tokens
 * @returns {(string | null)[]}
 */
function parameterNames(tokens) {
  /** @type {(string | null)[]} */
  const names = [];
  for (const { type, text } of tokens) {
    if (type !== 'parameter') continue;
    if (text === '?') names.push(null);
    else if (text.startsWith('?')) {
      const position = Number(text.slice(1));
      if (position < 1 || position > 32766) continue;
      while (names.length < position) names.push(null);
      names[position - 1] = text;
    } else if (!names.includes(text)) names.push(text);
  }
  return names;
}

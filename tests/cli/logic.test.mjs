// Scripts run in SQLite and are carried to libSQL, where every query has the same answer.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { checkQueries, logicScripts, runInSqlite } from '../migration/logic.mjs';
import { askClient, askFile, contentOf } from '../migration/sqlite_cells.mjs';
import { newClient, newDatabase, newSandbox } from '../sandbox/help.mjs';
import { fairwayAside, newFolder } from './help.mjs';

/** @type {Awaited<ReturnType<typeof newSandbox>>} */
let sandbox;
before(async (context) => {
  sandbox = await newSandbox(/** @type {any} */ (context));
});

for (const [index, script] of logicScripts().entries()) {
  test(`${script.name} on libSQL`, async (context) => {
    const file = join(newFolder(context), 'app.db');
    await runInSqlite(file, script);
    const target = await newDatabase(sandbox.origin, `logic${index}`);
    const token = { TURSO_AUTH_TOKEN: target.token };
    const ended = await fairwayAside(['migrate', file, '--into', target.url], token);
    assert.equal(ended.code, 0, ended.out + ended.err);
    const ask = askClient(newClient(target));
    const database = new DatabaseSync(file, { readOnly: true });
    assert.deepEqual(await contentOf(ask), await contentOf(askFile(database)));
    database.close();
    await checkQueries(script, ask, () => true);
  });
}

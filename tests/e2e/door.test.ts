import { readTable } from '@snowmelt/core/pipeline';
import { parseDatasetName } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestProject, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

let project: TestProject;

beforeAll(async () => {
  project = await openTestProject({});
});
afterAll(() => project.close());

/** A project of one extract. */
async function declare(extract: string, source = ''): Promise<void> {
  await project.write(
    'snowmelt.config.ts',
    `import { definePipeline } from '@snowmelt/core';
export default definePipeline({
  name: 'door',
  source: { kind: 'snowflake', account: 'TEST', user: 'TESTER', url: process.env['SNOWFLAKE_URL'] ?? 'http://127.0.0.1:9', privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP'${source} },
  bronze: { orders: { table: 'ORDERS', ${extract} } },
});
`,
  );
}

const act = (command: string, ...rest: readonly string[]) =>
  snowmelt([command, '--project', project.folder, '--lake', project.lake, ...rest], { env: project.env });
const runDay = (date: string, ...rest: readonly string[]) => act('run', '--date', date, ...rest);

const table = () => readTable(fsObjectStore({ root: project.lake }), parseDatasetName('bronze.orders'));

const COLUMNS = "id: { type: 'NUMBER(10,0)', required: true }, note: 'VARCHAR', changed_at: 'TIMESTAMP_NTZ'";

describe('what a batch must be like', () => {
  let date = 1;
  const nextDay = () => `2026-01-${String(date++).padStart(2, '0')}`;

  beforeEach(async () => {
    await project.server.database.run('CREATE OR REPLACE TABLE ORDERS (ID DECIMAL(10,0), NOTE VARCHAR, CHANGED_AT TIMESTAMP)');
    await project.server.database.run("INSERT INTO ORDERS VALUES (1, 'a', '2026-01-01 10:00:00'), (2, NULL, '2026-01-01 11:00:00')");
  });

  it('a good batch is published with the results', async () => {
    await declare(
      `mode: 'full', key: ['id'], rows: { min: 1, max: 2 }, freshness: { column: 'changed_at', maxAge: '100 days' }, columns: { ${COLUMNS} }`,
    );
    expect(await runDay(nextDay())).toMatchObject({ code: 0 });
    expect((await table()).checks).toEqual([
      { check: 'notNull(id)', severity: 'error', violations: 0 },
      { check: 'rowCount', severity: 'error', violations: 0 },
      { check: 'freshness(changed_at)', severity: 'error', violations: 0 },
      { check: 'unique(id)', severity: 'error', violations: 0 },
    ]);
    expect((await act('show', 'bronze.orders')).out).toContain('checks notNull(id), rowCount, freshness(changed_at), unique(id)');
  });

  it.each([
    ['a missing value', "INSERT INTO ORDERS VALUES (NULL, 'c', NULL), (NULL, 'secret', NULL)", `columns: { ${COLUMNS} }`, 'notNull(id): 2'],
    ['a key that is none', "INSERT INTO ORDERS VALUES (2, 'secret', NULL)", `key: ['id'], columns: { ${COLUMNS} }`, 'unique(id): 1'],
    ['too few rows', 'DELETE FROM ORDERS', `rows: { min: 1 }, columns: { ${COLUMNS} }`, 'rowCount: 0 rows, expected at least 1'],
    [
      'old rows',
      '',
      `freshness: { column: 'changed_at', maxAge: '1 hour' }, columns: { ${COLUMNS} }`,
      'freshness(changed_at): the newest row is ',
    ],
  ])('%s stops it, and the table stays as it was', async (_name, sql, rest, message) => {
    await declare(`mode: 'full', columns: { ${COLUMNS} }`);
    expect(await runDay(nextDay())).toMatchObject({ code: 0 });
    const before = (await table()).version;
    if (sql !== '') await project.server.database.run(sql);
    await declare(`mode: 'full', ${rest}`);
    const ended = await runDay(nextDay());
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('quality/check-failed') });
    expect(ended.err).toContain(message);
    expect(ended.err).not.toContain('secret');
    expect((await table()).version).toBe(before);
  });

  it('footers count what is missing in columns of every type', async () => {
    const types = {
      n: 'NUMBER(38,0)',
      d: 'NUMBER(12,3)',
      f: 'FLOAT',
      b: 'BOOLEAN',
      v: 'VARCHAR',
      dt: 'DATE',
      t: 'TIME',
      ts: 'TIMESTAMP_NTZ',
      bin: 'BINARY',
      j: 'VARIANT',
    };
    await project.server.database.run(
      `CREATE OR REPLACE TABLE ORDERS (N DECIMAL(38,0), D DECIMAL(12,3), F DOUBLE, B BOOLEAN, V VARCHAR, DT DATE, T TIME, TS TIMESTAMP, BIN BLOB, J JSON)`,
    );
    await project.server.database.run('INSERT INTO ORDERS VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)');
    await declare(
      `mode: 'full', columns: { ${Object.entries(types)
        .map(([name, type]) => `${name}: { type: '${type}', required: true }`)
        .join(', ')} }`,
    );
    const { err } = await runDay(nextDay());
    for (const name of Object.keys(types)) expect(err).toContain(`notNull(${name}): 1`);
  });

  it('a warning is told and published', async () => {
    await declare(`mode: 'full', rows: { max: 1, severity: 'warn' }, columns: { ${COLUMNS} }`);
    const ended = await runDay(nextDay(), '--json');
    expect(ended.code).toBe(0);
    expect(jsonLines(ended.out)).toContainEqual(
      expect.objectContaining({ code: 'check/warned', check: 'rowCount', detail: '2 rows, expected at most 1' }),
    );
  });
});

import { rm } from 'node:fs/promises';
import { readTable } from '@snowmelt/core/pipeline';
import { parseDatasetName } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestProject, runOverTheWire, type TestProject } from './project.ts';
import { jsonLines, snowmelt } from './run-snowmelt.ts';

let project: TestProject;

beforeAll(async () => {
  project = await openTestProject({});
});
afterAll(() => project.close());

/** A project of one extract. */
async function declare(extract: string, name = 'ORDERS'): Promise<void> {
  await project.write(
    'snowmelt.config.ts',
    `import { definePipeline } from '@snowmelt/core';
export default definePipeline({
  name: 'door',
  source: { kind: 'snowflake', account: 'TEST', user: 'TESTER', url: process.env['SNOWFLAKE_URL'] ?? 'http://127.0.0.1:9', privateKey: { env: 'SNOWFLAKE_PRIVATE_KEY' }, database: 'SHOP' },
  bronze: { orders: { table: '${name}', ${extract} } },
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

describe('a source that changes', () => {
  const columns = "columns: { id: 'NUMBER(18,0)', note: 'VARCHAR', amount: 'NUMBER(12,2)', changed_at: 'TIMESTAMP_NTZ' }";
  const WINDOW = `mode: 'window', watermark: 'changed_at', key: ['id'], ${columns}`;
  const sql = (text: string) => project.server.database.run(text);
  const ask = (text: string) => runOverTheWire(project, text);
  const drift = (out: string) =>
    jsonLines(out)
      .filter(({ code }) => code === 'source/drifted')
      .map(({ change, column }) => `${change} ${column}`);
  const rows = async (query: string) => {
    const { code, out, err } = await act('query', query, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return jsonLines(out);
  };

  beforeEach(async () => {
    await rm(project.lake, { recursive: true, force: true });
    await sql('CREATE OR REPLACE TABLE ORDERS (ID DECIMAL(18,0) NOT NULL, NOTE VARCHAR, AMOUNT DECIMAL(12,2), CHANGED_AT TIMESTAMP)');
    await sql("INSERT INTO ORDERS VALUES (1, 'a', 1.50, '2026-01-01 10:00:00')");
  });

  it('freeze: what comes is announced once and not taken, what goes stops the extract', async () => {
    await declare(WINDOW);
    expect(drift((await runDay('2026-01-01', '--json')).out)).toEqual(['nullable changed_at']);
    await sql('ALTER TABLE ORDERS ADD COLUMN COLOUR VARCHAR');
    await sql("INSERT INTO ORDERS VALUES (2, 'b', 2, '2026-01-02 10:00:00', 'red')");
    const second = await runDay('2026-01-02');
    expect(second).toMatchObject({
      code: 0,
      err: expect.stringContaining('the source has `COLOUR` (VARCHAR), which is not declared; it is not taken'),
    });
    expect(drift((await runDay('2026-01-03', '--json')).out)).toEqual([]);
    expect((await table()).columns.map(({ name }) => name)).toEqual(['id', 'note', 'amount', 'changed_at']);
    await sql('ALTER TABLE ORDERS DROP COLUMN NOTE');
    const before = (await table()).version;
    expect(await runDay('2026-01-04')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/source\/column-missing[\s\S]*`NOTE`, declared as `note`/),
    });
    expect((await table()).version).toBe(before);
  });

  it('evolve: columns come, grow and go without loss, and older files stay readable', async () => {
    await declare(`drift: 'evolve', ${WINDOW}`);
    expect((await act('plan', '--date', '2026-01-01')).out).toContain('drift evolve');
    expect((await runDay('2026-01-01')).code).toBe(0);
    await sql('ALTER TABLE ORDERS ADD COLUMN COLOUR VARCHAR');
    await sql('ALTER TABLE ORDERS ADD COLUMN "Bad Name" VARCHAR');
    await sql('ALTER TABLE ORDERS ADD COLUMN SEEN_AT TIMESTAMPTZ');
    await sql('ALTER TABLE ORDERS ALTER COLUMN AMOUNT TYPE DECIMAL(20,2)');
    await sql("INSERT INTO ORDERS VALUES (2, 'b', 123456789012345678.25, '2026-01-02 10:00:00', 'red', 'x', '2026-01-02 12:00:00+02')");
    expect(drift((await runDay('2026-01-02', '--json')).out)).toEqual([
      'retyped amount',
      'taken COLOUR',
      'added Bad Name',
      'taken SEEN_AT',
    ]);
    await sql('ALTER TABLE ORDERS DROP COLUMN NOTE');
    await sql("INSERT INTO ORDERS VALUES (3, 3, '2026-01-03 10:00:00', 'blue', NULL, NULL)");
    expect(drift((await runDay('2026-01-03', '--json')).out)).toEqual(['dropped note']);
    expect((await runDay('2026-01-04', '--json')).code).toBe(0);
    expect(await rows('select id, note, amount, colour, seen_at from bronze.orders order by id')).toMatchObject([
      { id: 1, note: 'a', amount: '1.50', colour: null, seen_at: null },
      { id: 2, note: 'b', amount: '123456789012345678.25', colour: 'red', seen_at: '2026-01-02 10:00:00' },
      { id: 3, note: null, amount: '3.00', colour: 'blue', seen_at: null },
    ]);
    await sql('ALTER TABLE ORDERS DROP COLUMN ID');
    expect(await runDay('2026-01-05')).toMatchObject({ code: 2, err: expect.stringContaining('source/column-missing') });
  });

  it('evolve: a changelog takes new columns, too', async () => {
    const columnsOf = "columns: { id: 'NUMBER(18,0)', note: 'VARCHAR' }";
    await declare(`drift: 'evolve', mode: 'changes', key: ['id'], ${columnsOf}`, 'TRACKED');
    await sql('CREATE OR REPLACE TABLE TRACKED (ID DECIMAL(18,0), NOTE VARCHAR)');
    await ask('ALTER TABLE TRACKED SET CHANGE_TRACKING = TRUE');
    await ask("INSERT INTO TRACKED VALUES (1, 'a'), (2, 'b')");
    const today = new Date().toISOString().slice(0, 10);
    expect(await runDay(today)).toMatchObject({ code: 0 });
    await ask('ALTER TABLE TRACKED ADD COLUMN COLOUR VARCHAR');
    await ask("INSERT INTO TRACKED VALUES (3, 'c', 'red')");
    await ask('DELETE FROM TRACKED WHERE ID = 1');
    const second = await runDay(today, '--json');
    expect(drift(second.out), second.out).toEqual(['taken COLOUR']);
    expect(await rows('select id, note, colour, _deleted from bronze.orders order by id, _deleted')).toEqual([
      { id: 1, note: 'a', colour: null, _deleted: false },
      { id: 1, note: 'a', colour: null, _deleted: true },
      { id: 2, note: 'b', colour: null, _deleted: false },
      { id: 3, note: 'c', colour: 'red', _deleted: false },
    ]);
  });

  it('evolve: columns of every type may go', async () => {
    const types =
      "n: 'NUMBER(38,0)', d: 'NUMBER(12,3)', f: 'FLOAT', b: 'BOOLEAN', v: 'VARCHAR', dt: 'DATE', t: 'TIME', ts: 'TIMESTAMP_NTZ', ns: { type: 'TIMESTAMP_NTZ', nanoseconds: 'epoch' }, bin: 'BINARY', j: 'VARIANT'";
    await declare(`drift: 'evolve', mode: 'full', columns: { id: 'NUMBER(18,0)', ${types} }`);
    await sql(
      'CREATE OR REPLACE TABLE ORDERS (ID DECIMAL(18,0), N DECIMAL(38,0), D DECIMAL(12,3), F DOUBLE, B BOOLEAN, V VARCHAR, DT DATE, T TIME, TS TIMESTAMP, NS TIMESTAMP, BIN BLOB, J JSON)',
    );
    await sql('INSERT INTO ORDERS (ID) VALUES (1)');
    expect(await runDay('2026-01-01')).toMatchObject({ code: 0 });
    await sql('CREATE OR REPLACE TABLE ORDERS (ID DECIMAL(18,0))');
    await sql('INSERT INTO ORDERS VALUES (1), (2)');
    const second = await runDay('2026-01-02', '--json');
    expect(second.code, second.out).toBe(0);
    expect(drift(second.out)).toHaveLength(11);
    expect(await rows('select count(*) as n, count(columns(* exclude (id))) from bronze.orders')).toMatchObject([
      { n: 2, v: 0, ns: 0, j: 0 },
    ]);
  });

  it('evolve: a smaller or other type is still an error, and so is more scale', async () => {
    await declare(`drift: 'evolve', ${WINDOW}`);
    expect((await runDay('2026-01-01')).code).toBe(0);
    for (const type of ['DECIMAL(18,4)', 'VARCHAR']) {
      await sql(`ALTER TABLE ORDERS ALTER COLUMN AMOUNT TYPE ${type}`);
      expect(await runDay('2026-01-02')).toMatchObject({ code: 2, err: expect.stringContaining('source/type-mismatch') });
    }
  });

  it('quarantine: of a column that changed its type, rows that do not fit are set aside, and every row is accounted for', async () => {
    const quarantine = (maxPercent: number) => `drift: 'quarantine', quarantine: { maxPercent: ${maxPercent} }, ${WINDOW}`;
    await declare(quarantine(50));
    expect((await act('plan', '--date', '2026-01-01')).out).toContain('drift quarantine');
    expect((await runDay('2026-01-01')).code).toBe(0);
    await sql('ALTER TABLE ORDERS ALTER COLUMN AMOUNT TYPE VARCHAR');
    await sql(
      "INSERT INTO ORDERS VALUES (2, 'b', '2.50', '2026-01-02 10:00:00'), (3, 'c', 'n/a', '2026-01-02 11:00:00'), (4, 'd', '1.505', '2026-01-02 12:00:00'), (5, NULL, NULL, '2026-01-02 13:00:00')",
    );
    const second = await runDay('2026-01-02', '--json');
    expect(second.code, second.out).toBe(0);
    expect(drift(second.out)).toEqual(['retyped amount']);
    expect(jsonLines(second.out).find(({ code }) => code === 'step/finished')).toMatchObject({
      outcome: { rowsRead: 4, rowsWritten: 2, rowsRefused: 2 },
    });
    expect(await rows('select id, amount from bronze.orders order by id')).toEqual([
      { id: 1, amount: '1.50' },
      { id: 2, amount: '2.50' },
      { id: 5, amount: null },
    ]);
    expect(await rows('select * exclude (_dataset, _batch, _run, _day) from bronze.orders__quarantine order by id')).toEqual([
      { id: '3', note: 'c', amount: 'n/a', changed_at: '2026-01-02 11:00:00', _reasons: 'amount: cast' },
      { id: '4', note: 'd', amount: '1.505', changed_at: '2026-01-02 12:00:00', _reasons: 'amount: cast' },
    ]);
    const [entry] = [...(await table()).partitions.values()].slice(-1);
    const [batch] = entry?.batches ?? [];
    expect([batch?.rows, batch?.refused?.rows, entry?.refused.rows]).toEqual([2, 2, 2]);
    const folders = new Set((entry?.files ?? []).map(({ key }) => key.split('/').at(-2)));
    expect([...folders]).toEqual([batch?.id]);

    await sql(
      "INSERT INTO ORDERS VALUES (6, 'e', 'much', '2026-01-03 10:00:00'), (7, 'f', 'more', '2026-01-03 11:00:00'), (8, 'g', '8', '2026-01-03 12:00:00')",
    );
    const before = (await table()).version;
    const third = await runDay('2026-01-03');
    expect(third).toMatchObject({
      code: 1,
      err: expect.stringMatching(/quality\/quarantine-budget[\s\S]*2 of 3 rows of [0-9-]+ \(66\.7 %\) were refused/),
    });
    expect(third.err).not.toMatch(/much|more/);
    expect((await table()).version).toBe(before);
    await declare(quarantine(70));
    expect((await runDay('2026-01-03')).code).toBe(0);
    expect(await rows('select count(*) as kept from bronze.orders')).toEqual([{ kept: 4 }]);
    expect(await rows('select count(*) as refused from bronze.orders__quarantine')).toEqual([{ refused: 4 }]);
    await sql('CREATE OR REPLACE TABLE ORDERS (ID DECIMAL(18,0) NOT NULL, NOTE VARCHAR, AMOUNT DECIMAL(12,2), CHANGED_AT TIMESTAMP)');
    await sql("INSERT INTO ORDERS VALUES (9, 'h', 9, '2026-01-04 10:00:00')");
    expect((await runDay('2026-01-04')).code).toBe(0);
    expect(await rows('select count(*) as kept from bronze.orders')).toEqual([{ kept: 5 }]);
  });

  it('check --source tells all that differs at once, of all extracts, and writes nothing', async () => {
    await declare(`${WINDOW.replace('note:', "nothing: 'DATE', note:")} }, others: { table: 'OTHERS', mode: 'full', ${columns}`);
    await sql('ALTER TABLE ORDERS ADD COLUMN COLOUR VARCHAR');
    await sql('CREATE OR REPLACE TABLE OTHERS (ID VARCHAR, NOTE VARCHAR, AMOUNT DOUBLE, CHANGED_AT TIMESTAMP)');
    const wrong = await act('check', '--source');
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(
      /column-missing[\s\S]*`NOTHING`[\s\S]*type-mismatch[\s\S]*`ID`[\s\S]*type-mismatch[\s\S]*`AMOUNT`[\s\S]*3 errors/,
    );
    await declare(WINDOW);
    const right = await act('check', '--source');
    expect(right).toMatchObject({ code: 0, out: expect.stringContaining('1 of 1 extracts fit the source') });
    expect(right.out).toContain('! bronze.orders: the source has `COLOUR` (VARCHAR), which is not declared; it is not taken');
    expect((await table()).version).toBe(0);
  });
});

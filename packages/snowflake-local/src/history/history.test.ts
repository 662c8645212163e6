import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rowTypeOf, startTestServer, type TestServer } from '../testing/sql-api.ts';

const START = Date.parse('2024-01-15T06:00:00Z');
let origin = START;
const MINUTE = 60_000;

let server: TestServer;
let clock: number;

beforeEach(async () => {
  origin = START;
  clock = START;
  server = await startTestServer({ now: () => new Date(clock) });
});

afterEach(() => server.close());

/** A minute passes, then the statement runs; gives its handle. */
async function at(minute: number, statement: string): Promise<string> {
  clock = origin + minute * MINUTE;
  const answer = await server.submit(statement);
  if (answer.status !== 200) throw new Error(answer.text);
  return String(answer.body['statementHandle']);
}

const time = (minute: number, seconds = 0): string =>
  `TIMESTAMP => '${new Date(origin + minute * MINUTE + seconds * 1000).toISOString().slice(0, 19)}'::TIMESTAMP_NTZ`;

async function failure(statement: string): Promise<[unknown, string]> {
  const { body } = await server.submit(statement);
  return [body['code'], String(body['message'])];
}

describe('AT and BEFORE', () => {
  test('give a table as it was', async () => {
    await at(0, 'CREATE TABLE T (ID NUMBER(38,0), NAME VARCHAR(10), SEEN TIMESTAMP_TZ)');
    const insert = await at(1, "INSERT INTO T VALUES (1, 'a', '2024-01-01 00:00:00+00'), (2, 'b', NULL)");
    const update = await at(2, "UPDATE T SET NAME = 'A' WHERE ID = 1");
    const remove = await at(3, 'DELETE FROM T WHERE ID = 2');
    clock = START + 10 * MINUTE;
    const names = async (clause: string): Promise<unknown> => (await server.rows(`SELECT NAME FROM T ${clause} ORDER BY ID`)).flat();
    expect(await names(`AT(${time(0, 30)})`)).toEqual([]);
    expect(await names(`BEFORE(${time(1)})`)).toEqual([]);
    expect(await names(`AT(${time(1)})`)).toEqual(['a', 'b']);
    expect(await names(`AT(OFFSET => -8 * 60)`)).toEqual(['A', 'b']);
    expect(await names(`AT(OFFSET => -8.5 * 60)`)).toEqual(['a', 'b']);
    expect(await names('')).toEqual(['A']);
    expect(await names(`AT(STATEMENT => '${insert}')`)).toEqual(['a', 'b']);
    expect(await names(`BEFORE(STATEMENT => '${insert}')`)).toEqual([]);
    expect(await names(`BEFORE(STATEMENT => '${remove}')`)).toEqual(['A', 'b']);
    expect(await names(`AT(STATEMENT => '${update}') X`)).toEqual(['A', 'b']);
    expect(await names('AT(TIMESTAMP => CURRENT_TIMESTAMP())')).toEqual(['A']);
    const joined = `SELECT O.NAME, N.NAME FROM T AT(${time(1)}) O LEFT JOIN T N ON N.ID = O.ID ORDER BY O.ID`;
    expect(await server.rows(joined)).toEqual([
      ['a', 'A'],
      ['b', null],
    ]);
  });

  test('keep the exact types, and work wherever a query stands', async () => {
    await at(0, 'CREATE TABLE T (ID NUMBER(38,0), NAME VARCHAR(10), SEEN TIMESTAMP_TZ)');
    await at(1, "INSERT INTO T VALUES (1, 'a', NULL)");
    await at(2, 'DELETE FROM T');
    const answer = await server.submit(`SELECT * FROM T AT(${time(1)})`);
    expect(rowTypeOf(answer.body).map(({ type, length }) => [type, length])).toEqual([
      ['fixed', null],
      ['text', 10],
      ['timestamp_tz', null],
    ]);
    await at(3, `CREATE TABLE COPY_OF_T AS SELECT * FROM T AT(${time(1)})`);
    await at(4, `INSERT INTO T SELECT * FROM T AT(${time(1)})`);
    expect(await server.rows('SELECT (SELECT COUNT(*) FROM COPY_OF_T), (SELECT COUNT(*) FROM T)')).toEqual([['1', '1']]);
    expect((await failure(`CREATE VIEW V AS SELECT * FROM T AT(${time(1)})`))[0]).toBe('000002');
  });

  test('see what a query saw that ran in between', async () => {
    await at(0, 'CREATE TABLE T (ID INT)');
    await at(1, 'INSERT INTO T VALUES (1)');
    const read = await at(2, 'SELECT * FROM T');
    await at(2, 'INSERT INTO T VALUES (2)');
    expect(await server.rows(`SELECT * FROM T AT(STATEMENT => '${read}')`)).toEqual([['1']]);
    expect(await failure("SELECT * FROM T AT(STATEMENT => 'nobody')")).toEqual(['000709', expect.stringContaining('nobody not found')]);
  });

  test('end at the retention and at the creation', async () => {
    await at(0, 'CREATE TABLE T (ID INT)');
    await at(1, 'INSERT INTO T VALUES (1)');
    clock = START + 60 * MINUTE;
    const tooEarly = await failure(`SELECT * FROM T AT(${time(-1)})`);
    expect(tooEarly).toEqual(['000707', expect.stringContaining('Time travel data is not available for table T.')]);
    expect(await server.rows(`SELECT COUNT(*) FROM T AT(${time(0)})`)).toEqual([['0']]);
    clock = START + 24 * 60 * MINUTE + 30_000;
    expect((await failure(`SELECT * FROM T AT(${time(0)})`))[0]).toBe('000707');
    expect(await server.rows(`SELECT COUNT(*) FROM T AT(${time(1)})`)).toEqual([['1']]);
    await server.rows('ALTER TABLE T SET DATA_RETENTION_TIME_IN_DAYS = 2');
    expect(await server.rows(`SELECT COUNT(*) FROM T AT(${time(0)})`)).toEqual([['0']]);
    expect((await failure('ALTER TABLE T SET DATA_RETENTION_TIME_IN_DAYS = 91'))[0]).toBe('001008');
    await server.rows('CREATE OR REPLACE TABLE T (ID INT)');
    expect((await failure(`SELECT * FROM T AT(${time(5)})`))[0]).toBe('000707');
  });

  test('follow the table through new columns and a new name', async () => {
    await at(0, 'CREATE TABLE T (ID INT, OLD VARCHAR)');
    await at(1, "INSERT INTO T VALUES (1, 'x')");
    await at(2, 'ALTER TABLE T ADD COLUMN EXTRA VARCHAR');
    await at(3, "UPDATE T SET EXTRA = 'y'");
    await at(4, 'ALTER TABLE T RENAME COLUMN OLD TO NEWER');
    await at(5, 'ALTER TABLE T RENAME TO U');
    await at(6, 'DELETE FROM U');
    expect(await server.rows(`SELECT * FROM U AT(${time(1)})`)).toEqual([['1', 'x', null]]);
    expect(await server.rows(`SELECT NEWER, EXTRA FROM U AT(${time(5)})`)).toEqual([['x', 'y']]);
    await at(7, 'ALTER TABLE U DROP COLUMN NEWER');
    expect(await server.rows(`SELECT * FROM U AT(${time(5)})`)).toEqual([['1', 'y']]);
  });

  test('refuse to guess what direct changes did before a history was kept', async () => {
    await server.database.run('CREATE TABLE D (ID INTEGER); INSERT INTO D VALUES (1)');
    clock += MINUTE;
    expect(await server.rows(`SELECT * FROM D AT(${time(0)})`)).toEqual([['1']]);
    await server.database.run('INSERT INTO D VALUES (2)');
    expect(await failure(`SELECT * FROM D AT(${time(0)})`)).toEqual(['000002', expect.stringContaining('changed directly')]);
    expect(await server.rows(`SELECT COUNT(*) FROM D AT(${time(1)})`)).toEqual([['2']]);
  });
});

describe('CHANGES', () => {
  const changes = (from: string, to = '', information = 'DEFAULT'): string =>
    `SELECT ID, NAME, METADATA$ACTION, METADATA$ISUPDATE FROM T CHANGES(INFORMATION => ${information}) AT(${from}) ${to === '' ? '' : `END(${to})`} ORDER BY ID, METADATA$ACTION`;

  beforeEach(async () => {
    await at(0, 'CREATE TABLE T (ID INT, NAME VARCHAR) CHANGE_TRACKING = TRUE');
    await at(1, "INSERT INTO T VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    await at(2, "UPDATE T SET NAME = 'B' WHERE ID = 2");
    await at(
      3,
      "MERGE INTO T USING (SELECT 3 AS ID UNION ALL SELECT 4) S ON T.ID = S.ID WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (S.ID, 'd')",
    );
    await at(4, "INSERT INTO T VALUES (5, 'e')");
    await at(5, 'DELETE FROM T WHERE ID = 5');
    clock = START + 10 * MINUTE;
  });

  test('DEFAULT gives the net effect', async () => {
    expect(await server.rows(changes(time(1)))).toEqual([
      ['2', 'b', 'DELETE', 'true'],
      ['2', 'B', 'INSERT', 'true'],
      ['3', 'c', 'DELETE', 'false'],
      ['4', 'd', 'INSERT', 'false'],
    ]);
    expect(await server.rows(changes(time(0)))).toEqual([
      ['1', 'a', 'INSERT', 'false'],
      ['2', 'B', 'INSERT', 'false'],
      ['4', 'd', 'INSERT', 'false'],
    ]);
    expect(await server.rows(changes(time(3), time(4)))).toEqual([['5', 'e', 'INSERT', 'false']]);
    expect(await server.rows(changes(time(4), time(5)))).toEqual([['5', 'e', 'DELETE', 'false']]);
    expect(await server.rows(changes(time(5)))).toEqual([]);
  });

  test('APPEND_ONLY gives every inserted row as it came', async () => {
    const rows = await server.rows(changes(time(0), '', 'APPEND_ONLY'));
    expect(rows.map(([id, name]) => [id, name])).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'c'],
      ['4', 'd'],
      ['5', 'e'],
    ]);
    expect(new Set(rows.map(([, , action, isUpdate]) => `${action} ${isUpdate}`))).toEqual(new Set(['INSERT false']));
  });

  test('an update keeps the row id, and * has the metadata behind the columns', async () => {
    const answer = await server.submit(`SELECT * FROM T CHANGES(INFORMATION => DEFAULT) AT(${time(1)}) END(${time(2)})`);
    expect(rowTypeOf(answer.body).map(({ name, type }) => [name, type])).toEqual([
      ['ID', 'fixed'],
      ['NAME', 'text'],
      ['METADATA$ACTION', 'text'],
      ['METADATA$ISUPDATE', 'boolean'],
      ['METADATA$ROW_ID', 'text'],
    ]);
    const ids = (answer.body['data'] as string[][]).map((row) => row[4]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(new Set(ids).size).toBe(1);
  });

  test('need tracking, for the whole range', async () => {
    await at(20, 'CREATE TABLE PLAIN (ID INT)');
    await at(21, 'INSERT INTO PLAIN VALUES (1)');
    const query = (minute: number): string => `SELECT ID FROM PLAIN CHANGES(INFORMATION => DEFAULT) AT(${time(minute)})`;
    const message = expect.stringContaining('Change tracking is not enabled or has been missing for the time range requested');
    expect(await failure(query(21))).toEqual(['091930', message]);
    await at(22, 'ALTER TABLE PLAIN SET CHANGE_TRACKING = TRUE');
    await at(23, 'INSERT INTO PLAIN VALUES (2)');
    expect(await failure(query(21))).toEqual(['091930', message]);
    expect(await server.rows(query(22))).toEqual([['2']]);
    clock = START + 48 * 60 * MINUTE;
    expect((await failure(query(22)))[0]).toBe('000707');
    await at(3000, 'ALTER TABLE PLAIN SET CHANGE_TRACKING = FALSE');
    expect((await failure(query(3000)))[0]).toBe('091930');
  });

  test('SHOW TABLES tells who is tracked and how long the past is kept', async () => {
    await server.rows('CREATE TABLE OTHER (ID INT) DATA_RETENTION_TIME_IN_DAYS = 7');
    const answer = await server.submit('SHOW TABLES');
    const names = rowTypeOf(answer.body).map(({ name }) => String(name));
    const rows = (answer.body['data'] as string[][]).map((row) =>
      ['name', 'change_tracking', 'retention_time'].map((name) => row[names.indexOf(name)]),
    );
    expect(rows).toEqual([
      ['OTHER', 'OFF', '7'],
      ['T', 'ON', '1'],
    ]);
  });
});

describe('commits from outside', () => {
  test('have the time that is given, also when their rows say an earlier one', async () => {
    await server.rows('CREATE TABLE T (ID INT, LOADED_AT TIMESTAMP_NTZ) CHANGE_TRACKING = TRUE');
    await server.database.commit("INSERT INTO T VALUES (1, '2024-01-15 06:01:00')", { at: new Date(START + 2 * MINUTE) });
    await server.database.commit("INSERT INTO T VALUES (2, '2024-01-15 06:00:30')", { at: new Date(START + 5 * MINUTE) });
    clock = START + 10 * MINUTE;
    expect(await server.rows(`SELECT ID FROM T AT(${time(3)})`)).toEqual([['1']]);
    const late = `SELECT ID FROM T CHANGES(INFORMATION => DEFAULT) AT(${time(3)}) WHERE LOADED_AT < '2024-01-15 06:01:00'`;
    expect(await server.rows(late)).toEqual([['2']]);
    await expect(server.database.commit('DELETE FROM T', { at: new Date(START) })).rejects.toThrow(/before/);
    expect(await server.rows('SELECT COUNT(*) FROM T')).toEqual([['2']]);
  });

  test('through run are found, updates as updates', async () => {
    await server.rows('CREATE TABLE T (ID INT, NAME VARCHAR) CHANGE_TRACKING = TRUE');
    await at(1, "INSERT INTO T VALUES (1, 'a'), (2, 'b'), (2, 'b')");
    clock = START + 2 * MINUTE;
    await server.database.run("UPDATE T SET NAME = 'z' WHERE ID = 1; DELETE FROM T WHERE ID = 2; INSERT INTO T VALUES (3, 'c')");
    const rows = await server.rows(
      `SELECT ID, METADATA$ACTION, METADATA$ISUPDATE FROM T CHANGES(INFORMATION => DEFAULT) AT(${time(1)}) ORDER BY 1, 2`,
    );
    expect(rows).toEqual([
      ['1', 'DELETE', 'true'],
      ['1', 'INSERT', 'true'],
      ['2', 'DELETE', 'false'],
      ['2', 'DELETE', 'false'],
      ['3', 'INSERT', 'false'],
    ]);
    await server.database.run('CREATE OR REPLACE TABLE T (OTHER INTEGER); INSERT INTO T VALUES (1)');
    expect((await failure(`SELECT * FROM T CHANGES(INFORMATION => DEFAULT) AT(${time(1)})`))[0]).toBe('091930');
    await server.database.run('DROP TABLE T');
    expect((await failure('SELECT * FROM T'))[0]).toBe('002003');
  });

  test('as a fault come between two requests', async () => {
    await server.rows('CREATE TABLE T (ID INT) CHANGE_TRACKING = TRUE');
    server.faults.add({ match: { body: 'END' }, kind: 'late-commit', sql: 'INSERT INTO T VALUES (9)', at: '2024-01-15T06:00:30Z' });
    clock = START + MINUTE;
    expect(await server.rows(`SELECT ID FROM T CHANGES(INFORMATION => DEFAULT) AT(${time(0)}) END(${time(1)})`)).toEqual([['9']]);
  });
});

type Rows = readonly (readonly (string | null)[])[];

const sorted = (rows: Rows): readonly string[] => rows.map((row) => row.join('|')).toSorted();

/** Does to a state what the changes say. */
function applyChanges(state: readonly string[], changes: Rows): readonly string[] {
  const left = [...state];
  for (const [id, value, action] of changes) if (action === 'DELETE') left.splice(left.indexOf(`${id}|${value}`), 1);
  const inserted = changes.filter(([, , action]) => action === 'INSERT').map(([id, value]) => `${id}|${value}`);
  return [...left, ...inserted].toSorted();
}

/** Runs the steps a minute apart, some of them directly on DuckDB, and gives the state before, between and after them. */
async function runSteps(steps: readonly (readonly [sql: string, isDirect: boolean])[]): Promise<readonly (readonly string[])[]> {
  const states: (readonly string[])[] = [[]];
  for (const [number, [sql, isDirect]] of steps.entries()) {
    clock = origin + (number + 1) * MINUTE;
    // A duplicate key in MERGE's target is an error, after which the state is what it was.
    if (isDirect && !sql.startsWith('MERGE')) await server.database.run(sql.replace('TRUNCATE TABLE', 'DELETE FROM'));
    else await server.submit(sql);
    states.push(sorted(await server.rows('SELECT * FROM T')));
  }
  return states;
}

test('after any history the versions are the states, and changes lead from one to the other', async () => {
  const id = fc.integer({ min: 0, max: 5 });
  const row = fc.tuple(id, fc.integer({ min: 0, max: 2 }));
  const merge =
    'MERGE INTO T USING (SELECT $ID AS ID) S ON T.ID = S.ID WHEN MATCHED THEN UPDATE SET V = $V WHEN NOT MATCHED THEN INSERT VALUES ($ID, $V)';
  const step = fc.oneof(
    row.map(([key, cell]) => `INSERT INTO T VALUES (${key}, ${cell})`),
    row.map(([key, cell]) => `UPDATE T SET V = ${cell} WHERE ID = ${key}`),
    id.map((key) => `DELETE FROM T WHERE ID = ${key}`),
    row.map(([key, cell]) => merge.replaceAll('$ID', String(key)).replaceAll('$V', String(cell))),
    fc.constant('TRUNCATE TABLE T'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 6 }), async (steps) => {
      origin += 24 * 60 * MINUTE;
      await at(0, 'CREATE OR REPLACE TABLE T (ID INT, V INT) CHANGE_TRACKING = TRUE');
      const states = await runSteps(steps);
      for (const [number, state] of states.entries()) {
        expect(sorted(await server.rows(`SELECT * FROM T AT(${time(number)})`))).toEqual(state);
        const range = `AT(${time(number)}) END(${time(steps.length)})`;
        const changes = await server.rows(`SELECT ID, V, METADATA$ACTION FROM T CHANGES(INFORMATION => DEFAULT) ${range}`);
        expect(applyChanges(state, changes)).toEqual(states.at(-1));
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

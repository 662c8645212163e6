import { describe, expect, it } from 'vitest';
import { isSnowmeltError, type SnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';

const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' };
const ORDERS = { table: 'ORDERS', mode: 'window', watermark: 'loaded_at', columns: { id: 'NUMBER(10,0)', loaded_at: 'TIMESTAMP_NTZ' } };
const FACT = {
  kind: 'event',
  eventTime: 'loaded_at',
  from: 'bronze.orders',
  key: ['id'],
  version: 'loaded_at',
  columns: { id: { type: 'NUMBER(10,0)' }, loaded_at: { type: 'TIMESTAMP_NTZ' } },
};
const GOOD = { name: 'shop', source: SOURCE, bronze: { orders: ORDERS }, silver: { fact: FACT } };
const FILE = {
  path: 'snowmelt.config.ts',
  text: "export default definePipeline({\n  bronze: {\n    orders: {\n      watermrk: 'loaded_at',\n    },\n  },\n});\n",
};

function errorsOf(declaration: unknown): SnowmeltError[] {
  try {
    parsePipeline(declaration, FILE);
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others];
  }
}

describe('parsePipeline', () => {
  it('fills in defaults and turns types into lake types', () => {
    const pipeline = parsePipeline(GOOD, FILE);
    expect(pipeline.retention).toEqual({ days: 30 });
    expect(pipeline.bronze['orders']?.columns['id']).toEqual({ type: { kind: 'bigint' } });
  });

  it('names the nearest key for a misspelt one, and where it stands', () => {
    const { watermark: _gone, ...rest } = ORDERS;
    const [error] = errorsOf({ ...GOOD, bronze: { orders: { ...rest, watermrk: 'loaded_at' } } });
    expect(error).toMatchObject({
      code: 'config/unknown-key',
      hint: 'Did you mean `watermark`?',
      at: { file: 'snowmelt.config.ts', line: 4, column: 7, dataset: 'bronze.orders', field: 'watermrk' },
    });
  });

  it.each([
    ['nested keys', { ...GOOD, silver: { fact: { ...FACT, columns: { id: { type: 'NUMBER', trimm: true } } } } }, 'Did you mean `trim`?'],
    ['top-level keys', { ...GOOD, glod: {} }, 'Did you mean `gold`?'],
    ['keys of a source', { ...GOOD, source: { ...SOURCE, usr: 'x' } }, 'Did you mean `user`?'],
    [
      'keys of a check',
      { ...GOOD, silver: { fact: { ...FACT, checks: [{ kind: 'notNull', colunm: 'id', column: 'id' }] } } },
      'Did you mean `column`?',
    ],
  ])('knows %s', (_what, declaration, hint) => {
    expect(errorsOf(declaration).map((error) => [error.code, error.hint])).toContainEqual(['config/unknown-key', hint]);
  });

  it.each([
    ['both table and query', { ...GOOD, bronze: { orders: { ...ORDERS, query: 'select 1' } } }],
    ['a window without watermark', { ...GOOD, bronze: { orders: { ...ORDERS, watermark: undefined } } }],
    ['a watermark that is no column', { ...GOOD, bronze: { orders: { ...ORDERS, watermark: 'nope' } } }],
    ['a key that is no column', { ...GOOD, bronze: { orders: { ...ORDERS, key: ['nope'] } } }],
    ['an event without event time', { ...GOOD, silver: { fact: { ...FACT, eventTime: undefined } } }],
    ['a snapshot with event time', { ...GOOD, silver: { fact: { ...FACT, kind: 'snapshot' } } }],
    [
      'a snapshot of windows without version',
      { ...GOOD, silver: { fact: { ...FACT, kind: 'snapshot', eventTime: undefined, version: undefined } } },
    ],
    [
      'from and expr',
      { ...GOOD, silver: { fact: { ...FACT, columns: { ...FACT.columns, x: { type: 'VARCHAR', from: 'id', expr: 'id' } } } } },
    ],
    ['a type that does not exist', { ...GOOD, bronze: { orders: { ...ORDERS, columns: { ...ORDERS.columns, x: 'NUMBR' } } } }],
    ['a table name that cannot be', { ...GOOD, bronze: { Orders: ORDERS } }],
    ['a lag that is no duration', { ...GOOD, bronze: { orders: { ...ORDERS, lag: '10' } } }],
  ])('refuses %s', (_what, declaration) => {
    expect(errorsOf(declaration).map(({ code }) => code)).toContain('config/invalid');
  });

  it('reports all that is wrong at once', () => {
    expect(errorsOf({ ...GOOD, glod: {}, source: { ...SOURCE, usr: 'x' } })).toHaveLength(2);
  });
});

describe('the source and its extracts', () => {
  const messages = (source: object, orders: object = {}) =>
    errorsOf({ ...GOOD, source: { ...SOURCE, ...source }, bronze: { orders: { ...ORDERS, ...orders } } }).map(({ message }) => message);
  const column = (loaded_at: object) => ({ columns: { id: 'NUMBER(10,0)', loaded_at: { type: 'TIMESTAMP_NTZ', ...loaded_at } } });

  it('take every kind of credentials, and exactly one', () => {
    const token = { command: ['print-token', '--fresh'] };
    for (const auth of [
      { kind: 'keyPair', privateKey: { env: 'K' }, passphrase: { file: 'p' } },
      { kind: 'oauth', token },
      { kind: 'programmaticToken', token },
      { kind: 'workloadIdentity', provider: 'AWS', token },
    ]) {
      expect(messages({ privateKey: undefined, auth })).toEqual([]);
    }
    expect(messages({ auth: { kind: 'oauth', token } })).toEqual(['`source` needs exactly one of `auth` and `privateKey`.']);
    expect(messages({ user: undefined })).toEqual(['A key pair needs the `user` that it belongs to.']);
    expect(messages({ privateKey: undefined, user: undefined, auth: { kind: 'oauth', token } })).toEqual([]);
    expect(messages({ auth: { kind: 'password' }, privateKey: undefined })).not.toEqual([]);
  });

  it('unload to a stage', () => {
    expect(messages({}, { transport: 'unload' })).toEqual(['Transport unload needs a `stage` in `source`.']);
    expect(messages({ stage: { name: 'LAKE', url: 's3://bucket/lake' } }, { transport: 'unload' })).toEqual([]);
  });

  it('tell what was deleted by their key, in any source or as Snowflake knows it', () => {
    const orders = { ...ORDERS, key: ['id'] };
    const errors = (source: object, extract: object) =>
      errorsOf({ ...GOOD, source, bronze: { orders: extract } }).map(({ message }) => message);
    expect(errors(SOURCE, { ...orders, mode: 'keys-diff' })).toEqual([]);
    expect(errors({ kind: 'duckdb', database: 'd.duckdb' }, { ...orders, mode: 'keys-diff' })).toEqual([]);
    const changes = { ...orders, watermark: undefined, mode: 'changes' };
    expect(errors(SOURCE, { ...changes, onGap: 'fail' })).toEqual([]);
    expect(errors({ kind: 'duckdb', database: 'd.duckdb' }, changes)).toEqual(['Mode changes is for Snowflake sources.']);
  });

  it('fetch chunks, if the credentials open a session', () => {
    expect(messages({}, { transport: 'chunks' })).toEqual([]);
    const auth = { kind: 'workloadIdentity', provider: 'AWS', token: { env: 'T' } };
    const refusal = ['Transport chunks cannot log in by workload identity.'];
    expect(messages({ privateKey: undefined, auth }, { transport: 'chunks' })).toEqual(refusal);
    expect(messages({ privateKey: undefined, auth }, { transport: 'raw' })).toEqual([]);
  });

  it('say what becomes of rows without a watermark only where there is one', () => {
    expect(messages({}, { watermark: undefined, mode: 'full', nullWatermark: 'exclude' })).toEqual(['Mode full reads by no watermark.']);
    expect(messages({}, { nullWatermark: 'exclude' })).toEqual([]);
  });

  it('read limits as they are written', () => {
    const source = { ...SOURCE, statementTimeout: '30 minutes', maxStatements: 4, fileMegabytes: 32, maxFetches: 8 };
    expect(parsePipeline({ ...GOOD, source }, FILE).source).toMatchObject({
      statementTimeout: 1800,
      maxStatements: 4,
      fileMegabytes: 32,
      maxFetches: 8,
    });
    expect(messages({ maxStatements: 0 })).toHaveLength(1);
    expect(messages({ fileMegabytes: 0 })).toHaveLength(1);
    expect(messages({ maxFetches: 0 })).toHaveLength(1);
  });

  it.each([
    [
      { columns: { id: { type: 'NUMBER(10,0)', nanoseconds: 'truncate' }, loaded_at: 'TIMESTAMP_NTZ' } },
      '`nanoseconds` is for TIMESTAMP_NTZ and TIME.',
    ],
    [{ columns: { id: { type: 'NUMBER(10,0)', offset: 'drop' }, loaded_at: 'TIMESTAMP_NTZ' } }, '`offset` is for TIMESTAMP_NTZ.'],
    [column({ nanoseconds: 'epoch' }), 'A watermark cannot be kept as epoch nanoseconds.'],
    [
      { columns: { ...column({ offset: 'keep' }).columns, loaded_at_offset_minutes: 'NUMBER(4,0)' } },
      'The offset goes to `loaded_at_offset_minutes`, which is declared already.',
    ],
    [{ mode: 'keys-diff', key: ['id'], onGap: 'fail' }, '`onGap` is for mode changes.'],
    [{ mode: 'keys-diff', key: ['id'], watermark: undefined }, '`bronze.orders` has mode keys-diff but no `watermark`.'],
    [{ mode: 'keys-diff' }, '`bronze.orders` has mode keys-diff but no `key`.'],
    [{ mode: 'changes', watermark: undefined }, '`bronze.orders` has mode changes but no `key`.'],
    [{ mode: 'changes', key: ['id'] }, 'A watermark has no meaning in mode changes.'],
    [
      { mode: 'changes', key: ['id'], watermark: undefined, table: undefined, query: 'SELECT 1' },
      'Snowflake tells the changes of a table, not of a query.',
    ],
  ])('refuse %o', (orders, message) => {
    expect(messages({}, orders)).toEqual([message]);
  });
});

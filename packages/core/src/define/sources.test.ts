import { describe, expect, it } from 'vitest';
import { isSnowmeltError } from '../errors/snowmelt-error.ts';
import { parsePipeline } from './parse-pipeline.ts';
import { fileKindOf, isInsideFolder } from './sources.ts';

const FILE = { path: 'snowmelt.config.ts', text: '' };
const FILES = { kind: 'files', folder: 'data' };
const DUCKDB = { kind: 'duckdb', database: 'shop.duckdb' };
const EXTRACT = { table: 'orders/*.csv', mode: 'full', columns: { id: 'INT' } };

function problemsOf(source: unknown, extract: unknown = EXTRACT): readonly (readonly [string, string, string | undefined])[] {
  try {
    parsePipeline({ name: 'shop', source, bronze: { orders: extract } }, FILE);
    return [];
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return [error, ...error.others].map(({ code, message, hint }) => [code, message, hint]);
  }
}

describe('a source', () => {
  it('may be files or a DuckDB database', () => {
    expect(problemsOf(FILES)).toEqual([]);
    expect(problemsOf(DUCKDB, { ...EXTRACT, table: 'main.orders' })).toEqual([]);
    expect(problemsOf(DUCKDB, { ...EXTRACT, table: undefined, query: 'select 1 as id' })).toEqual([]);
  });

  it('fills in how CSV files are usually written', () => {
    const parse = (format: object) => parsePipeline({ name: 's', source: FILES, bronze: { t: { ...EXTRACT, format } } }, FILE).bronze['t'];
    expect(parse({ delimiter: ';' })?.format).toEqual({ delimiter: ';', header: true, nullText: '' });
  });

  it.each([
    ['no kind that is known', { kind: 'oracle' }, 'must have a `kind`: `snowflake`, `files` or `duckdb`', undefined],
    ['no kind', {}, 'must have a `kind`', undefined],
    ['a misspelt key', { ...FILES, foldr: 'x' }, '`foldr` is not a key of `source`.', 'Did you mean `folder`?'],
    ['a key of another kind', { ...FILES, database: 'x' }, '`database` is not a key', 'Known: kind, folder.'],
    ['no folder', { kind: 'files' }, '`source.folder`', undefined],
  ])('with %s is refused', (_what, source, message, hint) => {
    const [problem] = problemsOf(source);
    expect(problem?.[1]).toContain(message);
    if (hint !== undefined) expect(problem?.[2]).toBe(hint);
  });
});

describe('an extract', () => {
  it.each([
    ['a query over files', FILES, { ...EXTRACT, table: undefined, query: 'select 1' }, 'cannot be queried'],
    ['files of no known kind', FILES, { ...EXTRACT, table: 'orders/*' }, 'what kind of files'],
    ['files elsewhere', FILES, { ...EXTRACT, table: '../orders.csv' }, 'outside'],
    ['files by an absolute path', FILES, { ...EXTRACT, table: '/data/orders.csv' }, 'outside'],
    ['a format of Parquet', FILES, { ...EXTRACT, table: 'a.parquet', format: {} }, 'no meaning'],
    ['a format of a database', DUCKDB, { ...EXTRACT, format: {} }, 'A duckdb source has no `format`'],
    ['a delimiter of two characters', FILES, { ...EXTRACT, format: { delimiter: '||' } }, 'one character'],
  ])('that says %s is refused', (_what, source, extract, message) => {
    expect(problemsOf(source, extract)).toEqual([['config/invalid', expect.stringContaining(message), expect.any(String)]]);
  });

  it.each([
    ['a.CSV', 'csv'],
    ['**/x.csv.gz', 'csv'],
    ['x.jsonl.gz', 'jsonl'],
    ['x.ndjson', 'jsonl'],
    ['x.parquet', 'parquet'],
    ['x.json', undefined],
    ['parquet', undefined],
  ])('%s means files of kind %s', (pattern, kind) => {
    expect(fileKindOf(pattern)).toBe(kind);
  });

  it.each([
    ['a/b..c/*.csv', true],
    ['a/../b.csv', false],
    ['..\\b.csv', false],
    ['C:\\b.csv', false],
  ])('%s stays inside its folder: %s', (pattern, expected) => {
    expect(isInsideFolder(pattern)).toBe(expected);
  });
});

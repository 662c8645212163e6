import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../packages/cli/src/main.ts';
import { listFiles } from './compare-lakes.ts';
import { jsonLines } from './run-snowmelt.ts';

/** A row as the source has it. */
interface Fact {
  readonly id: number | null;
  readonly code: string | null;
  readonly amount: number | null;
  readonly dim: number | null;
  readonly happened_at: string;
}

const COLUMNS = { id: 'NUMBER(10,0)', code: 'VARCHAR', amount: 'NUMBER(10,2)', dim: 'NUMBER(10,0)', happened_at: 'TIMESTAMP_NTZ' };
const COPIES = 'select a.id from silver.facts a join silver.facts b on a.id = b.id and a.code <> b.code';

/** Every kind of check, as it holds on good data. */
const CHECKS = {
  schema: { kind: 'schema', columns: COLUMNS },
  'schema at least': { kind: 'schema', match: 'atLeast', columns: { amount: COLUMNS.amount } },
  notNull: { kind: 'notNull', column: 'code' },
  'notNull in per cent': { kind: 'notNull', column: 'dim', maxPercent: 20 },
  unique: { kind: 'unique', columns: ['id'] },
  acceptedValues: { kind: 'acceptedValues', column: 'dim', values: [1, 2, 3] },
  range: { kind: 'range', column: 'amount', min: 0, max: 1000 },
  'range of rows': { kind: 'range', column: 'amount', max: 100, maxRows: 2 },
  pattern: { kind: 'pattern', column: 'code', pattern: '[A-Z][0-9]+' },
  relationship: { kind: 'relationship', column: 'dim', to: 'silver.dims', toColumn: 'id' },
  rowCount: { kind: 'rowCount', min: 5, max: 20 },
  'rowCount against the day before': { kind: 'rowCount', change: { maxPercent: 50, direction: 'drop' } },
  'rowCount against what it replaces': { kind: 'rowCount', change: { maxPercent: 10, against: 'replaced' } },
  freshness: { kind: 'freshness', column: 'happened_at', maxAge: '1 day' },
  mean: { kind: 'aggregate', column: 'amount', function: 'mean', min: 5, max: 50 },
  sum: { kind: 'aggregate', column: 'amount', function: 'sum', change: { maxPercent: 100 } },
  max: { kind: 'aggregate', column: 'amount', function: 'max', max: 500 },
  distinct: { kind: 'aggregate', column: 'code', function: 'distinct', min: 5 },
  anomaly: { kind: 'anomaly', metric: 'rowCount' },
  'anomaly of nulls': { kind: 'anomaly', metric: 'nullRate', column: 'dim', direction: 'rise' },
  'sql condition': { kind: 'sql', name: 'sane', condition: "amount > 0 or code = 'FREE'" },
  'sql query': { kind: 'sql', name: 'copies', query: COPIES },
} as const;
type Kind = keyof typeof CHECKS;

/** A fault on one day of the source, and the severities that its check may have. */
interface Fault {
  readonly kind: Kind;
  readonly name: string;
  readonly severities?: readonly ('warn' | 'error' | 'quarantine')[];
  readonly plant: (rows: readonly Fact[]) => readonly Fact[];
  /** For faults that are not in the data. */
  readonly columns?: Readonly<Record<string, string>>;
}

const DAY = '2024-01-09';
const change = (count: number, fields: Partial<Fact>) => (rows: readonly Fact[]) =>
  rows.map((row, index) => (index < count ? { ...row, ...fields } : row));
const same = (rows: readonly Fact[]) => rows;
const three = ['error', 'warn', 'quarantine'] as const;

const FAULTS: readonly Fault[] = [
  { kind: 'schema', name: 'schema', plant: same, columns: { ...COLUMNS, id: 'NUMBER(20,0)' } },
  { kind: 'schema at least', name: 'schema', plant: same, columns: { ...COLUMNS, amount: 'NUMBER(12,4)' } },
  { kind: 'notNull', name: 'notNull(code)', severities: three, plant: change(1, { code: null }) },
  { kind: 'notNull in per cent', name: 'notNull(dim)', plant: change(3, { dim: null }) },
  { kind: 'unique', name: 'unique(id)', plant: change(2, { id: 7 }) },
  { kind: 'acceptedValues', name: 'acceptedValues(dim)', severities: three, plant: change(1, { dim: 4 }) },
  { kind: 'range', name: 'range(amount)', severities: three, plant: change(1, { amount: -0.01 }) },
  { kind: 'range of rows', name: 'range(amount)', plant: change(3, { amount: 100.01 }) },
  { kind: 'pattern', name: 'pattern(code)', severities: three, plant: change(1, { code: 'b1' }) },
  { kind: 'relationship', name: 'relationship(dim, silver.dims)', plant: change(1, { dim: 9 }) },
  { kind: 'rowCount', name: 'rowCount', plant: (rows) => rows.slice(0, 4) },
  { kind: 'rowCount against the day before', name: 'rowCount', plant: (rows) => rows.slice(0, 4) },
  { kind: 'rowCount against what it replaces', name: 'rowCount', plant: same },
  { kind: 'freshness', name: 'freshness(happened_at)', plant: () => [] },
  { kind: 'mean', name: 'mean(amount)', plant: change(10, { amount: 51 }) },
  { kind: 'sum', name: 'sum(amount)', plant: change(1, { amount: 999 }) },
  { kind: 'max', name: 'max(amount)', plant: change(1, { amount: 500.01 }) },
  { kind: 'distinct', name: 'distinct(code)', plant: change(10, { code: 'A1' }) },
  { kind: 'anomaly', name: 'anomaly(rowCount)', plant: (rows) => [...rows, ...rows.map((row) => ({ ...row, id: (row.id ?? 0) + 50 }))] },
  { kind: 'anomaly of nulls', name: 'anomaly(nullRate, dim)', plant: change(2, { dim: null }) },
  { kind: 'sql condition', name: 'sql(sane)', severities: three, plant: change(1, { amount: 0 }) },
  { kind: 'sql query', name: 'sql(copies)', plant: change(2, { id: 7 }) },
];

function goodRows(day: string): readonly Fact[] {
  const dayOfMonth = Number(day.slice(-2));
  return Array.from({ length: 10 }, (_, i) => ({
    id: dayOfMonth * 100 + i,
    code: `A${i}`,
    amount: 10 + i,
    dim: (i % 3) + 1,
    happened_at: `${day} 12:00:00`,
  }));
}

const DAYS = Array.from({ length: 8 }, (_, i) => `2024-01-0${i + 1}`);
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function config(checks: readonly object[], columns: Readonly<Record<string, string>> = COLUMNS): string {
  const typed = Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type }]));
  return `import { definePipeline } from '@snowmelt/core';
export default definePipeline({
  name: 'faults',
  source: { kind: 'files', folder: 'data' },
  bronze: {
    facts: { table: 'facts.jsonl', mode: 'full', columns: ${JSON.stringify(COLUMNS)} },
    dims: { table: 'dims.jsonl', mode: 'full', columns: { id: 'NUMBER(10,0)' } },
  },
  silver: {
    dims: { kind: 'snapshot', from: 'bronze.dims', columns: { id: { type: 'NUMBER(10,0)' } } },
    facts: {
      kind: 'event', eventTime: 'happened_at', from: 'bronze.facts',
      columns: ${JSON.stringify(typed)},
      checks: ${JSON.stringify(checks)},
    },
  },
});
`;
}

let folder = '';
let projects = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-faults-'));
  const good = await project(config(Object.values(CHECKS)), DAYS.flatMap(goodRows));
  expect(await run(good, join(folder, 'lake'), '2024-01-08')).toMatchObject({ code: 0, warned: [] });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function project(text: string, rows: readonly Fact[]): Promise<string> {
  projects += 1;
  const path = join(folder, `project-${projects}`);
  await mkdir(join(path, 'data'), { recursive: true });
  await writeFile(join(path, 'snowmelt.config.ts'), text);
  await writeFile(join(path, 'data', 'facts.jsonl'), lines(rows));
  await writeFile(join(path, 'data', 'dims.jsonl'), lines([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]));
  return path;
}

async function command(argv: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = '';
  const take = (text: string) => {
    out += text;
  };
  const terminal = {
    out: take,
    err: take,
    isInteractive: false,
    hasColor: false,
    columns: 100,
    cwd: folder,
    onInterrupt: () => () => undefined,
  };
  return { code: await main(argv, terminal), out };
}

async function run(path: string, lake: string, date: string) {
  const { code, out } = await command(['run', '--project', path, '--lake', lake, '--date', date, '--json', '--retries', '0']);
  const messages = jsonLines(out);
  const warned = messages.filter((message) => message['code'] === 'check/warned').map(({ check }) => check);
  const outcomes = messages.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome as Record<string, unknown>]));
  return { code, warned, facts: outcomes.find(({ dataset }) => dataset === 'silver.facts'), out };
}

/** The bytes of all files of the published table and its log. */
async function bytesOf(lake: string): Promise<Readonly<Record<string, string>>> {
  const hashes: Record<string, string> = {};
  for (const file of await listFiles(lake)) {
    if (!/(\/facts\/|silver\.facts|facts__quarantine)/.test(file) || file.startsWith('bronze/') || file.includes('logs/checks/')) continue;
    hashes[file] = createHash('sha256')
      .update(await readFile(join(lake, file)))
      .digest('hex');
  }
  return hashes;
}

const cases = FAULTS.flatMap(({ severities = ['error', 'warn'], ...fault }) => severities.map((severity) => ({ ...fault, severity })));

describe('a planted fault', () => {
  it('is there for every kind of check and severity', () => {
    expect(new Set(FAULTS.map(({ kind }) => kind))).toEqual(new Set(Object.keys(CHECKS)));
    expect(cases.length).toBeGreaterThanOrEqual(25);
  });

  it.each(cases)('$kind, severity $severity', async ({ kind, name, severity, plant, columns }) => {
    // What is replaced is there already: the fault is in a day that has been published.
    const isRestated = kind === 'rowCount against what it replaces';
    const days = isRestated ? DAYS.slice(0, 7).flatMap(goodRows) : DAYS.flatMap(goodRows);
    const last = isRestated ? goodRows('2024-01-08').slice(0, 8) : goodRows(DAY);
    const path = await project(config([{ ...CHECKS[kind], severity }], columns), [...days, ...plant(last)]);
    const lake = join(path, 'lake');
    await cp(join(folder, 'lake'), lake, { recursive: true });
    const before = await bytesOf(lake);
    expect(Object.keys(before).length).toBeGreaterThan(8);
    const ended = await run(path, lake, DAY);
    const results = await command(['checks', 'silver.facts', '--project', path, '--lake', lake, '--json']);
    const found = jsonLines(results.out).filter((result) => result['check_name'] === name && result['outcome'] !== 'passed');
    const outcome = { error: 'failed', warn: 'warned', quarantine: 'set aside' }[severity];
    expect(found).toMatchObject([{ outcome, severity, is_blocked: severity === 'error' }]);
    if (severity === 'error') {
      expect(ended).toMatchObject({ code: 1, facts: { status: 'failed', error: { code: 'quality/check-failed' } } });
      expect(ended.out).toContain(name);
      expect(await bytesOf(lake)).toEqual(before);
      return;
    }
    expect(ended).toMatchObject({ code: 0, warned: [name], facts: { status: 'done', version: 2 } });
    expect(ended.facts).toMatchObject({ rowsRefused: severity === 'quarantine' ? 1 : 0 });
  });
});

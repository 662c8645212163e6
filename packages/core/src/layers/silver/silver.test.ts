import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../../local/src/duckdb/duckdb-binder.ts';
import { openDuckdb } from '../../../../local/src/duckdb/duckdb-session.ts';
import { manualClock } from '../../../../testkit/src/fakes/manual-clock.ts';
import { memoryObjectStore } from '../../../../testkit/src/fakes/memory-object-store.ts';
import { recordingHost } from '../../../../testkit/src/fakes/recording-host.ts';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '../../compile.ts';
import { type Graph, publishedFiles, readTable, runPipeline } from '../../pipeline.ts';
import {
  addDays,
  type BuildOutput,
  type BuildStage,
  type Column,
  type DataFile,
  datasetName,
  type InputRelation,
  type LogicalDate,
  logicalDate,
  type ObjectKey,
  objectKey,
  renderColumnType,
  type Source,
  type SqlEngine,
  type WrittenPartition,
} from '../../ports.ts';

const session = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

type Run = (sql: string) => Promise<readonly (readonly unknown[])[]>;

async function withConnection<T>(act: (run: Run) => Promise<T>): Promise<T> {
  const connection = await session.connect();
  try {
    return await act(async (sql) => (await connection.runAndReadAll(sql)).getRowsJson());
  } finally {
    connection.closeSync();
  }
}

const quote = (name: string) => `"${name}"`;
const cast = (value: string, { name, type }: Column) => `CAST(${value} AS ${renderColumnType(type, 'duckdb')}) AS ${quote(name)}`;
const fileOf = (key: ObjectKey, rows: number): DataFile => ({ key, rows, bytes: 1, checksum: 'sha256:0', columns: {} });

function viewOf({ relation, columns, files, batchColumn }: InputRelation): string {
  const batch = (file: string) => (batchColumn === true ? `, '${file.split('/').at(-2)}' AS _batch` : '');
  const nothing = `SELECT ${columns.map((column) => cast('NULL', column)).join(', ')}${batch('')} WHERE FALSE`;
  const reads = files.map((file) => `SELECT ${columns.map(({ name }) => quote(name)).join(', ')}${batch(file)} FROM ${quote(file)}`);
  return `CREATE TEMP VIEW ${relation} AS ${[nothing, ...reads].join(' UNION ALL ')}`;
}

async function stageSql(stage: BuildStage, run: Run): Promise<string> {
  if (stage.kind === 'table' || stage.kind === 'view') return `CREATE TEMP ${stage.kind} ${stage.name} AS ${stage.sql.duckdb}`;
  if (stage.kind === 'input') return viewOf(stage.input);
  const days = await run(stage.input.daysFrom.duckdb);
  return viewOf({ ...stage.input, files: [...new Set(days.flatMap(([day]) => stage.input.filesByDay[String(day) as LogicalDate] ?? []))] });
}

async function writeOutput({ from, columns, partition, prefix }: BuildOutput, attempt: string, run: Run): Promise<WrittenPartition[]> {
  const days = partition.kind === 'day' ? [[partition.day]] : await run(`SELECT DISTINCT _day FROM ${from}`);
  const partitions: WrittenPartition[] = [];
  for (const day of days.map(([text]) => logicalDate(String(text)))) {
    const key = objectKey(`${prefix.replace('{day}', day).replace('{attempt}', attempt)}/part-0.parquet`);
    const rows = `SELECT ${columns.map(({ name }) => quote(name)).join(', ')} FROM ${from}${partition.kind === 'day' ? '' : ` WHERE _day = '${day}'`}`;
    const made = Number((await run(`CREATE TABLE ${quote(key)} AS ${rows}`))[0]?.[0]);
    partitions.push({ day, rows: made, files: made === 0 ? [] : [fileOf(key, made)] });
  }
  return partitions;
}

/** Runs steps as they are planned, but keeps each data file as a table of the test's database. */
const engine: SqlEngine = {
  dialect: 'duckdb',
  build: (request, { attempt }, judge) =>
    withConnection(async (run) => {
      for (const stage of request.stages) await run(await stageSql(stage, run));
      const violations: Record<string, number> = {};
      for (const { checks, sql } of request.checks) {
        const [counts = []] = await run(sql.duckdb);
        for (const [i, check] of checks.entries()) violations[check] = Number(counts[i]);
      }
      const counted = await run(request.accounting?.duckdb ?? '');
      const accounts = counted.map(([day, rows, batches]) => ({
        day: logicalDate(String(day)),
        rowsRead: Number(rows),
        batches: String(batches).split(','),
      }));
      const outputs = [];
      for (const output of request.outputs) outputs.push({ part: output.part, partitions: await writeOutput(output, attempt, run) });
      const report = { violations, accounts, outputs };
      judge(report);
      return report;
    }),
};

/** Source rows as they arrive by day: cells in the order of the bronze columns, NULL as null. */
type Batches = Record<string, readonly (readonly (string | null)[])[]>;

function sourceOf(batches: Batches): Source {
  return {
    describe: async () => ({ described: [], notes: [] }),
    ping: async () => 'here',
    extract: async ({ columns, day, prefix }) => {
      const rows = batches[day] ?? [];
      const key = objectKey(`${prefix}/part-0.parquet`);
      const text = (cell: string | null) => (cell === null ? 'NULL' : `'${cell}'`);
      const selects = rows.map((cells) => `SELECT ${columns.map((column, i) => cast(text(cells[i] ?? null), column)).join(', ')}`);
      if (rows.length > 0) await withConnection((run) => run(`CREATE TABLE ${quote(key)} AS ${selects.join(' UNION ALL ')}`));
      const files = rows.length === 0 ? [] : [fileOf(key, rows.length)];
      return { files, rows: rows.length, window: { high: `${addDays(day, 1)} 00:00:00` }, statements: [], bytesFetched: 0 };
    },
    digest: () => Promise.reject(new Error('No rows are shown again.')),
  };
}

let lakes = 0;

/** A lake of its own, and what a test wants to know of it. */
function openLake(batches: Batches) {
  let runs = 0;
  const lake = ++lakes;
  const store = memoryObjectStore();
  const ports = {
    store,
    // Tables of several lakes are in one database: their names must differ.
    clock: { ...manualClock(), newId: () => `lake${lake}run${++runs}` },
    catalog: { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] },
    host: recordingHost(),
    engine: async () => engine,
    source: async () => sourceOf(batches),
    digests: () => Promise.reject(new Error('Nothing is compared.')),
  };
  return {
    run: (graph: Graph, day: string) =>
      runPipeline(graph, logicalDate(day), ports, { concurrency: 1, retries: 0, signal: new AbortController().signal }),
    state: () => readTable(store, SALES),
    /** Published rows as sorted texts, so that their order does not matter. */
    rows: async (kind: 'event' | 'snapshot', part: 'rows' | 'refused' = 'rows') => {
      const files = publishedFiles(await readTable(store, SALES), part === 'rows' ? kind : 'event', part);
      if (files.length === 0) return [];
      // Each lake has its own runs.
      const names = part === 'rows' ? '*' : '* EXCLUDE (_batch, _run)';
      const all = await withConnection((run) => run(files.map(({ key }) => `SELECT ${names} FROM ${quote(key)}`).join(' UNION ALL ')));
      return all.map((cells) => cells.map(String).join('|')).sort();
    },
  };
}

const SALES = datasetName('silver', 'sales');
const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' } as const;
const FILE = { path: 'snowmelt.config.ts', text: '' };
type Layers = Pick<PipelineDeclaration, 'bronze' | 'silver'>;

const translator = loadTranslator();

async function compile(layers: Layers): Promise<Graph> {
  const pipeline = parsePipeline({ name: 'shop', source: SOURCE, ...layers }, FILE);
  const files = { read: async () => undefined };
  return await compilePipeline(pipeline, { declaration: FILE, files, binder: duckdbBinder({ session }), loadTranslator: () => translator });
}

const bronzeFrom = (relation: { table: string } | { query: string }): Layers['bronze'] => ({
  sales: {
    ...relation,
    mode: 'window',
    watermark: 'changed_at',
    columns: { id: 'VARCHAR', changed_at: 'TIMESTAMP_NTZ', sold_on: 'DATE', quantity: 'VARCHAR', note: 'VARCHAR' },
  },
});
const bronze = bronzeFrom({ table: 'SALES' });
const columns = {
  id: { type: 'NUMBER(9,0)' },
  changed_at: { type: 'TIMESTAMP_NTZ' },
  sold_on: { type: 'DATE' },
  quantity: { type: 'NUMBER(9,0)', required: true },
  note: { type: 'VARCHAR', trim: true, case: 'lower' },
} as const;
const merge = { from: 'bronze.sales', key: ['id'], version: 'changed_at', columns };
const asEvent: Layers = { bronze, silver: { sales: { kind: 'event', eventTime: 'sold_on', distinct: ['quantity', 'note'], ...merge } } };
const asSnapshot: Layers = { bronze, silver: { sales: { kind: 'snapshot', ...merge } } };

const LAST = '2024-01-18';
const DAYS = ['2024-01-15', '2024-01-16', '2024-01-17', LAST];
type Sale = readonly [id: string | null, changedAt: string, soldOn: string, quantity: string | null, note: string | null];
type Arrival = readonly [day: string, sale: Sale];
const sale: fc.Arbitrary<Sale> = fc.tuple(
  fc.constantFrom('1', '2', '3', 'x', null),
  fc.constantFrom('2024-01-15 08:00:00', '2024-01-15 09:00:00', '2024-01-16 00:00:00'),
  fc.constantFrom('2024-01-13', '2024-01-14', '2024-01-15'),
  fc.constantFrom('1', '2', 'many', null),
  fc.constantFrom('gift', ' GIFT', '', 'Ünïcödé', null),
);
const history = fc.array(fc.tuple(fc.constantFrom(...DAYS), sale), { minLength: 1, maxLength: 14 });

const byDay = (arrivals: readonly Arrival[]): Batches =>
  Object.fromEntries(DAYS.map((day) => [day, arrivals.flatMap(([on, row]) => (on === day ? [row] : []))]));
const atOnce = (arrivals: readonly Arrival[]): Batches => ({ [LAST]: arrivals.map(([, row]) => row) });

const isGood = ([id, , , quantity]: Sale) => /^\d$/.test(id ?? '') && /^\d$/.test(quantity ?? '');
const row = (id: string, soldOn: string): Sale => [id, '2024-01-15 08:00:00', soldOn, id, 'gift'];

/** What the rules ask for, computed without SQL. */
function expectedRows(arrivals: readonly Arrival[], kind: 'event' | 'snapshot'): string[] {
  const good = arrivals.map(([, row]) => row).filter(isGood);
  const clean = good.map(([id, at, on, quantity, note]) => ({ id, at, on, quantity, note: note?.trim().toLowerCase() ?? null }));
  const rank = ({ at, on, quantity, note }: (typeof clean)[number]) => [at, on, quantity, note === null ? '' : `~${note}`].join('|');
  const greatest = new Map<string, (typeof clean)[number]>();
  for (const row of clean) {
    const key = kind === 'event' ? `${row.id} ${row.on}` : String(row.id);
    const best = greatest.get(key);
    if (best === undefined || rank(row) > rank(best)) greatest.set(key, row);
  }
  const first = new Map<string, (typeof clean)[number]>();
  for (const row of [...greatest.values()].sort((a, b) => Number(a.id) - Number(b.id))) {
    const copy = kind === 'event' ? `${row.on} ${row.quantity} ${row.note}` : String(row.id);
    if (!first.has(copy)) first.set(copy, row);
  }
  return [...first.values()].map(({ id, at, on, quantity, note }) => [id, at, on, quantity, note].map(String).join('|')).sort();
}

describe.each([
  ['event', asEvent],
  ['snapshot', asSnapshot],
] as const)('silver of kind %s over windows', (kind, layers) => {
  it('holds what the rules ask for, however the rows arrived', async () => {
    const graph = await compile(layers);
    await fc.assert(
      fc.asyncProperty(history, async (arrivals) => {
        const [split, whole] = [openLake(byDay(arrivals)), openLake(atOnce(arrivals.toReversed()))];
        for (const day of DAYS) expect((await split.run(graph, day)).status).toBe('done');
        await whole.run(graph, LAST);
        const expected = expectedRows(arrivals, kind);
        expect(await split.rows(kind)).toEqual(expected);
        expect(await whole.rows(kind)).toEqual(expected);
        expect(await split.rows(kind, 'refused')).toEqual(await whole.rows(kind, 'refused'));
      }),
      { numRuns: 20 },
    );
  });

  it('does nothing when it is run again', async () => {
    const graph = await compile(layers);
    const lake = openLake(byDay([['2024-01-15', ['1', '2024-01-15 08:00:00', '2024-01-14', '1', 'gift']]]));
    await lake.run(graph, '2024-01-15');
    const before = await lake.state();
    expect((await lake.run(graph, '2024-01-15')).status).toBe('nothing-to-do');
    expect(await lake.state()).toEqual(before);
  });
});

describe('silver of kind event', () => {
  it('accounts for every row: kept, refused, or a copy', async () => {
    const graph = await compile(asEvent);
    await fc.assert(
      fc.asyncProperty(history, async (arrivals) => {
        const lake = openLake(byDay(arrivals));
        for (const day of DAYS) await lake.run(graph, day);
        const partitions = [...(await lake.state()).partitions.values()];
        const total = (part: (entry: (typeof partitions)[number]) => number) => partitions.reduce((sum, entry) => sum + part(entry), 0);
        expect(total(({ rowsRead = 0 }) => rowsRead)).toBe(arrivals.length);
        expect(total(({ rows }) => rows)).toBe(expectedRows(arrivals, 'event').length);
        expect(total(({ refused }) => refused.rows)).toBe(arrivals.filter(([, row]) => !isGood(row)).length);
        for (const { rowsRead = 0, rows, refused } of partitions) expect(rowsRead).toBeGreaterThanOrEqual(rows + refused.rows);
      }),
      { numRuns: 10 },
    );
  });

  it('writes again exactly the days that late rows belong to', async () => {
    const graph = await compile(asEvent);
    const lake = openLake({
      '2024-01-15': [row('1', '2024-01-13'), row('2', '2024-01-14'), row('3', '2024-01-15')],
      '2024-01-16': [row('9', '2024-01-14'), row('8', '2024-01-16')],
    });
    await lake.run(graph, '2024-01-15');
    const { steps } = await lake.run(graph, '2024-01-16');
    const { partitions } = await lake.state();
    const written = [...partitions].map(([day, { version, rows }]) => `${day} v${version}: ${rows}`);
    expect(written).toEqual(['2024-01-13 v1: 1', '2024-01-14 v2: 2', '2024-01-15 v1: 1', '2024-01-16 v2: 1']);
    expect(steps.at(-1)).toMatchObject({ reason: 'stale: 2 new rows in 1 batch of bronze.sales', rowsRead: 3, rowsWritten: 3 });
  });
});

describe('silver of kind snapshot over windows', () => {
  const days = DAYS.slice(0, 3);
  const arriving = Object.fromEntries(days.map((day, i) => [day, [row(String(i + 1), day)]]));

  it('misses nothing when it is declared after its source was extracted, and built day by day', async () => {
    const lake = openLake(arriving);
    for (const day of days) await lake.run(await compile({ bronze, silver: {} }), day);
    const graph = await compile(asSnapshot);
    for (const day of days) await lake.run(graph, day);
    expect(await lake.rows('snapshot')).toHaveLength(3);
  });

  it('forgets the snapshots made of batches that were replaced', async () => {
    const batches: Batches = { ...arriving };
    const lake = openLake(batches);
    for (const day of days.slice(0, 2)) await lake.run(await compile(asSnapshot), day);
    batches['2024-01-17'] = [row('2', '2024-01-16'), row('3', '2024-01-17')];
    await lake.run(await compile({ ...asSnapshot, bronze: bronzeFrom({ query: 'SELECT * FROM SALES WHERE ID <> 1' }) }), '2024-01-17');
    expect((await lake.rows('snapshot')).map((text) => text[0])).toEqual(['2', '3']);
  });
});

it('keeps with every refused row why, which dataset refused it, and the batch and the run that brought it', async () => {
  const graph = await compile(asEvent);
  const bad: Sale = ['x', '2024-01-15 08:00:00', '2024-01-15', 'many', null];
  const lake = openLake({ '2024-01-15': [row('1', '2024-01-15')], '2024-01-16': [bad] });
  for (const day of ['2024-01-15', '2024-01-16']) await lake.run(graph, day);
  const [, entry] = [...(await lake.state()).partitions][0] ?? [];
  const [file] = entry?.refused.files ?? [];
  const [refused] = await withConnection((run) => run(`SELECT _reasons, _dataset, _batch, _run FROM ${quote(file?.key ?? '')}`));
  const batch = entry?.fromBatches?.find((id) => id.startsWith('2024-01-16'));
  expect(refused).toEqual(['id: cast, quantity: cast', 'silver.sales', batch, batch?.slice(11, -2)]);
  expect(batch).toMatch(/^2024-01-16-lake\d+run2-1$/);
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duckdbBinder } from '../../../../local/src/duckdb/duckdb-binder.ts';
import { type DuckdbSession, openDuckdb } from '../../../../local/src/duckdb/duckdb-session.ts';
import { manualClock } from '../../../../testkit/src/fakes/manual-clock.ts';
import { memoryObjectStore } from '../../../../testkit/src/fakes/memory-object-store.ts';
import { recordingHost } from '../../../../testkit/src/fakes/recording-host.ts';
import { compilePipeline, loadTranslator, type PipelineDeclaration, parsePipeline } from '../../compile.ts';
import { findDataset, type Graph, publishedFiles, readTable, refusedShapeOf, runPipeline, shapeOf } from '../../pipeline.ts';
import type { DataFile, InputRelation, ObjectStore, Source, SqlEngine } from '../../ports.ts';
import {
  addDays,
  type DatasetName,
  type LogicalDate,
  logicalDate,
  type ObjectKey,
  objectKey,
  parseDatasetName,
  renderColumnType,
} from '../../ports.ts';

const session: DuckdbSession = openDuckdb({ memoryLimit: '500MB', threads: 1, tempFolder: 'node_modules/.cache/core-tests' });
afterAll(() => session.close());

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

async function query(sql: string): Promise<readonly (readonly unknown[])[]> {
  const connection = await session.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
  }
}

const fileOf = (key: ObjectKey, rows: number): DataFile => ({ key, rows, bytes: 1, checksum: 'sha256:0', columns: {} });

function viewOf(input: InputRelation): string {
  const names = input.columns.map(({ name }) => quote(name)).join(', ');
  const batch = (file: string) => (input.batchColumn === true ? `, '${file.split('/').at(-2)}' AS _batch` : '');
  if (input.files.length > 0) return input.files.map((file) => `SELECT ${names}${batch(file)} FROM ${quote(file)}`).join(' UNION ALL ');
  return `SELECT ${input.columns.map(({ name, type }) => `CAST(NULL AS ${renderColumnType(type, 'duckdb')}) AS ${quote(name)}`).join(', ')}${batch('/-/')} WHERE FALSE`;
}

/** Runs steps as they are planned, but keeps each data file as a table of the test's database. */
const engine: SqlEngine = {
  dialect: 'duckdb',
  build: async (request, { attempt }, judge) => {
    const connection = await session.connect();
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    try {
      for (const stage of request.stages) {
        if (stage.kind === 'table' || stage.kind === 'view') await rows(`CREATE TEMP ${stage.kind} ${stage.name} AS ${stage.sql.duckdb}`);
        else if (stage.kind === 'input') await rows(`CREATE TEMP VIEW ${stage.input.relation} AS ${viewOf(stage.input)}`);
        else {
          const days = await rows(stage.input.daysFrom.duckdb);
          const files = new Set(days.flatMap(([day]) => stage.input.filesByDay[String(day) as LogicalDate] ?? []));
          await rows(`CREATE TEMP VIEW ${stage.input.relation} AS ${viewOf({ ...stage.input, files: [...files] })}`);
        }
      }
      const violations: Record<string, number> = {};
      for (const { checks, sql } of request.checks) {
        const [counts = []] = await rows(sql.duckdb);
        for (const [i, check] of checks.entries()) violations[check] = Number(counts[i]);
      }
      const counted = request.accounting === undefined ? [] : await rows(request.accounting.duckdb);
      const accounts = counted.map(([day, rowsRead, batches]) => ({
        day: logicalDate(String(day)),
        rowsRead: Number(rowsRead),
        batches: String(batches ?? '').split(','),
      }));
      judge({ violations, accounts });
      const outputs = [];
      for (const { part, from, columns, partition, prefix } of request.outputs) {
        const names = columns.map(({ name }) => quote(name)).join(', ');
        const days = partition.kind === 'day' ? [partition.day] : (await rows(`SELECT DISTINCT _day FROM ${from}`)).map(([day]) => day);
        const partitions = [];
        for (const day of days.map((text) => logicalDate(String(text)))) {
          const key = objectKey(`${prefix.replace('{day}', day).replace('{attempt}', attempt)}/part-0.parquet`);
          const where = partition.kind === 'day' ? '' : ` WHERE _day = '${day}'`;
          const [[made] = []] = await rows(`CREATE TABLE ${quote(key)} AS SELECT ${names} FROM ${from}${where}`);
          partitions.push({ day, rows: Number(made), files: Number(made) === 0 ? [] : [fileOf(key, Number(made))] });
        }
        outputs.push({ part, partitions });
      }
      return { violations, accounts, outputs };
    } finally {
      connection.closeSync();
    }
  },
};

/** Source rows as they arrive by day: cells in the order of the bronze columns, NULL as null. */
type Batches = Readonly<Record<string, readonly (readonly (string | null)[])[]>>;

function sourceOf(batches: () => Batches): Source {
  return {
    ping: async () => 'here',
    extract: async ({ columns, day, prefix, window }) => {
      const reads = Object.entries(batches()).filter(
        ([other]) => other === day || (window.kind === 'window' && window.low === undefined && other < day),
      );
      const rows = reads.flatMap(([, cells]) => cells);
      const key = objectKey(`${prefix}/part-0.parquet`);
      const values = rows.map(
        (cells) => `(${cells.map((cell) => (cell === null ? 'NULL' : `'${cell.replaceAll("'", "''")}'`)).join(', ')})`,
      );
      const names = columns.map(({ name }) => quote(name)).join(', ');
      const casts = columns.map(({ name, type }) => `CAST(${quote(name)} AS ${renderColumnType(type, 'duckdb')}) AS ${quote(name)}`);
      const nothing = `(${columns.map(() => 'NULL').join(', ')})`;
      await query(
        `CREATE TABLE ${quote(key)} AS SELECT ${casts.join(', ')} FROM (VALUES ${values.join(', ') || nothing}) AS t(${names})${rows.length === 0 ? ' WHERE FALSE' : ''}`,
      );
      const files = rows.length === 0 ? [] : [fileOf(key, rows.length)];
      return { files, rows: rows.length, window: { high: `${addDays(day, 1)} 00:00:00` }, statements: [], bytesFetched: 0 };
    },
  };
}

let lakes = 0;

/** A lake of its own, and what a test wants to know of it. */
function openLake(arriving: Batches) {
  let batches = arriving;
  const objects: ObjectStore = memoryObjectStore();
  lakes += 1;
  // Tables of several lakes are in one database: keep their names apart.
  const clock = { ...manualClock(), newId: () => `lake${lakes}run${++runs}` };
  let runs = 0;
  const catalog = { register: async () => undefined, get: async () => undefined, listPartitions: async () => [] };
  const host = recordingHost();
  const ports = { store: objects, catalog, clock, host, engine: async () => engine, source: async () => sourceOf(() => batches) };
  const name = (text: string) => parseDatasetName(text);
  const settings = { concurrency: 1, retries: 0, signal: new AbortController().signal };
  const files = async (graph: Graph, dataset: DatasetName, part: 'rows' | 'refused') => {
    const found = findDataset(graph, dataset);
    if (found === undefined) throw new Error(`no ${dataset}`);
    return publishedFiles(await readTable(objects, dataset), part === 'rows' ? shapeOf(found) : refusedShapeOf(found), part);
  };
  return {
    host,
    arrive: (more: Batches) => {
      batches = more;
    },
    run: (graph: Graph, day: string) => runPipeline(graph, logicalDate(day), ports, settings),
    state: (dataset: string) => readTable(objects, name(dataset)),
    /** Rows as sorted texts, so that order does not matter. */
    rows: async (graph: Graph, dataset: string, part: 'rows' | 'refused' = 'rows') => {
      const found = await files(graph, name(dataset), part);
      if (found.length === 0) return [];
      const all = await query(found.map(({ key }) => `SELECT * FROM ${quote(key)}`).join(' UNION ALL '));
      return all.map((row) => row.map(String).join('|')).sort();
    },
  };
}

const SOURCE = { kind: 'snowflake', account: 'A', user: 'U', privateKey: { env: 'K' }, database: 'D' } as const;
const FILE = { path: 'snowmelt.config.ts', text: '' };
type Layers = Pick<PipelineDeclaration, 'bronze' | 'silver'>;

let translator: ReturnType<typeof loadTranslator>;
beforeAll(() => {
  translator = loadTranslator();
});

async function compile(layers: Layers): Promise<Graph> {
  const pipeline = parsePipeline({ name: 'shop', source: SOURCE, ...layers }, FILE);
  const files = { read: async () => undefined };
  return await compilePipeline(pipeline, { declaration: FILE, files, binder: duckdbBinder({ session }), loadTranslator: () => translator });
}

const bronze: Layers['bronze'] = {
  sales: {
    table: 'SALES',
    mode: 'window',
    watermark: 'changed_at',
    columns: { id: 'VARCHAR', changed_at: 'TIMESTAMP_NTZ', sold_on: 'DATE', quantity: 'VARCHAR', note: 'VARCHAR' },
  },
};
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
const sale: fc.Arbitrary<Sale> = fc.tuple(
  fc.constantFrom('1', '2', '3', 'x', null),
  fc.constantFrom('2024-01-15 08:00:00', '2024-01-15 09:00:00', '2024-01-16 00:00:00'),
  fc.constantFrom('2024-01-13', '2024-01-14', '2024-01-15'),
  fc.constantFrom('1', '2', 'many', null),
  fc.constantFrom('gift', ' GIFT', '', 'Ünïcödé', null),
);
const history = fc.array(fc.tuple(fc.constantFrom(...DAYS), sale), { minLength: 1, maxLength: 14 });

const byDay = (arrivals: readonly (readonly [string, Sale])[]): Batches =>
  Object.fromEntries(DAYS.map((day) => [day, arrivals.flatMap(([on, row]) => (on === day ? [row] : []))]));
const atOnce = (arrivals: readonly (readonly [string, Sale])[]): Batches => ({ [LAST]: arrivals.map(([, row]) => row) });

const isGood = ([id, , , quantity]: Sale) => /^\d$/.test(id ?? '') && /^\d$/.test(quantity ?? '');
const row = (id: string, soldOn: string): Sale => [id, '2024-01-15 08:00:00', soldOn, id, 'gift'];

/** What the rules ask for, computed without SQL. */
function expectedRows(arrivals: readonly (readonly [string, Sale])[], kind: 'event' | 'snapshot'): string[] {
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
        expect(await split.rows(graph, 'silver.sales')).toEqual(expected);
        expect(await whole.rows(graph, 'silver.sales')).toEqual(expected);
        expect(await split.rows(graph, 'silver.sales', 'refused')).toEqual(await whole.rows(graph, 'silver.sales', 'refused'));
      }),
      { numRuns: 20 },
    );
  });

  it('does nothing when it is run again', async () => {
    const graph = await compile(layers);
    const lake = openLake(byDay([['2024-01-15', ['1', '2024-01-15 08:00:00', '2024-01-14', '1', 'gift']]]));
    await lake.run(graph, '2024-01-15');
    const before = await lake.state('silver.sales');
    expect((await lake.run(graph, '2024-01-15')).status).toBe('nothing-to-do');
    expect(await lake.state('silver.sales')).toEqual(before);
  });
});

describe('silver of kind event', () => {
  it('accounts for every row: kept, refused, or a copy', async () => {
    const graph = await compile(asEvent);
    await fc.assert(
      fc.asyncProperty(history, async (arrivals) => {
        const lake = openLake(byDay(arrivals));
        for (const day of DAYS) await lake.run(graph, day);
        const partitions = [...(await lake.state('silver.sales')).partitions.values()];
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
    const { partitions } = await lake.state('silver.sales');
    expect([...partitions].map(([day, { version, rows }]) => [day, version, rows])).toEqual([
      ['2024-01-13', 1, 1],
      ['2024-01-14', 2, 2],
      ['2024-01-15', 1, 1],
      ['2024-01-16', 2, 1],
    ]);
    expect(steps.at(-1)).toMatchObject({
      reason: 'stale: 2 new rows in 1 batch of bronze.sales',
      rowsRead: 3,
      rowsWritten: 3,
      partitions: 2,
    });
  });
});

describe('silver of kind snapshot over windows', () => {
  const arriving = {
    '2024-01-15': [row('1', '2024-01-15')],
    '2024-01-16': [row('2', '2024-01-16')],
    '2024-01-17': [row('3', '2024-01-17')],
  };

  it('misses nothing when it is declared after its source was extracted, and built day by day', async () => {
    const lake = openLake(arriving);
    for (const day of Object.keys(arriving)) await lake.run(await compile({ bronze, silver: {} }), day);
    const graph = await compile(asSnapshot);
    for (const day of Object.keys(arriving)) await lake.run(graph, day);
    expect(await lake.rows(graph, 'silver.sales')).toHaveLength(3);
  });

  it('forgets the snapshots made of batches that were replaced', async () => {
    const lake = openLake(arriving);
    for (const day of ['2024-01-15', '2024-01-16']) await lake.run(await compile(asSnapshot), day);
    const { table: _table, ...sales } = bronze['sales'] ?? {};
    const redefined = await compile({
      ...asSnapshot,
      bronze: { sales: { ...sales, query: 'SELECT * FROM SALES WHERE ID <> 1' } as never },
    });
    lake.arrive({ ...arriving, '2024-01-15': [] });
    await lake.run(redefined, '2024-01-17');
    expect((await lake.rows(redefined, 'silver.sales')).map((text) => text[0])).toEqual(['2', '3']);
  });
});

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { compilePipeline, loadTranslator, parsePipeline } from '@snowmelt/core/compile';
import { findDataset, type GraphDataset } from '@snowmelt/core/pipeline';
import { type BuildReport, type BuildRequest, objectKey } from '@snowmelt/core/ports';
import { duckdbBinder, duckdbEngine, fsObjectStore, openDuckdb } from '@snowmelt/local';
import { type Figure, median } from '../figures.ts';
import { EVENTS, THIRTY_AGGREGATES, THIRTY_CHECKS } from './thirty-checks.ts';

const ROWS = Number(process.env['SNOWMELT_BENCH_ROWS'] ?? 10_000_000);
const ROUNDS = 7;
const KEY = objectKey('silver/events.parquet');

/** Thirty checks through the engine, as a run has them, against one hand-written scan with thirty aggregates over the same file. */
export async function measureScan(folder: string, log: (line: string) => void): Promise<Figure[]> {
  log(`${ROWS} rows, ${ROUNDS} interleaved rounds; the comparator has one plain aggregate for each check, over its column`);
  const lake = join(folder, 'lake');
  const session = openDuckdb({ memoryLimit: '2GB', threads: availableParallelism(), tempFolder: join(folder, 'tmp') });
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()), memory_limit: '2GB' });
  const connection = await instance.connect();
  try {
    const store = fsObjectStore({ root: lake });
    await mkdir(join(lake, 'silver'), { recursive: true });
    const path = store.locate(KEY);
    const columns = Object.entries(EVENTS).map(([name, { value }]) => `${value} AS ${name}`);
    const typed = Object.entries(EVENTS).map(
      ([name, { type }]) => `CAST(${name} AS ${type.replace('_NTZ', '').replace('NUMBER', 'DECIMAL')}) AS ${name}`,
    );
    await connection.run(
      `COPY (SELECT ${typed.join(', ')} FROM (SELECT ${columns.join(', ')} FROM range(${ROWS}) r(i))) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    const dataset = await compileChecked(duckdbBinder({ session }));
    const engine = duckdbEngine({ session, store });
    const request = requestOf(dataset);
    const [checked, plain] = [[] as number[], [] as number[]];
    for (let round = 0; round < ROUNDS; round++) {
      plain.push(await timed(() => connection.runAndReadAll(`SELECT ${THIRTY_AGGREGATES.join(', ')} FROM read_parquet('${path}')`)));
      let found: BuildReport | undefined;
      const judge = (report: BuildReport): void => {
        found = report;
      };
      checked.push(await timed(() => engine.build(request, { attempt: `a${round}`, signal: new AbortController().signal }, judge)));
      refuseWrong(found);
    }
    return [
      { name: `one scan with ${THIRTY_AGGREGATES.length} plain aggregates`, value: median(plain), unit: 'ms' },
      { name: `${THIRTY_CHECKS.length} checks`, value: median(checked), unit: 'ms' },
      { name: 'checks / scan', value: median(checked) / median(plain), unit: 'x', limit: { kind: 'at most', value: 1.25 } },
    ];
  } finally {
    connection.closeSync();
    instance.closeSync();
    session.close();
  }
}

async function compileChecked(binder: ReturnType<typeof duckdbBinder>): Promise<GraphDataset> {
  const columns = Object.fromEntries(Object.entries(EVENTS).map(([name, { type }]) => [name, type]));
  const declaration = { path: 'snowmelt.config.ts', text: '' };
  const pipeline = parsePipeline(
    {
      name: 'bench',
      source: { kind: 'files', folder: 'data' },
      bronze: { events: { table: 'events.parquet', mode: 'full', columns } },
      silver: { events: { kind: 'snapshot', sql: 'events.sql', checks: THIRTY_CHECKS } },
    },
    declaration,
  );
  const files = { read: async () => 'select * from bronze.events' };
  const dataset = findDataset(await compilePipeline(pipeline, { declaration, files, binder, loadTranslator }), 'silver.events');
  if (dataset === undefined) throw new Error('The dataset was not compiled.');
  return dataset;
}

function requestOf({ name, columns, checkScans, measurement }: GraphDataset): BuildRequest {
  const input = { relation: '_rows', dataset: name, columns, files: [KEY] };
  return {
    dataset: name,
    stages: [{ kind: 'input', input }],
    outputs: [],
    checks: checkScans,
    ...(measurement === undefined ? {} : { measurement }),
  };
}

// A benchmark of checks that do not look is worth nothing.
function refuseWrong(report: BuildReport | undefined): void {
  const figures = report?.measured?.[0]?.figures ?? {};
  const violated = Object.entries(figures).filter(([id, value]) => /^(notNull|range|acceptedValues|pattern|sql)\(/.test(id) && value !== 0);
  if (Object.keys(figures).length < THIRTY_CHECKS.length - 2 || violated.length > 0)
    throw new Error(`Unexpected: ${JSON.stringify(figures)}`);
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark, Figure } from './figures.ts';
import { watchMemory } from './peak-memory.ts';
import { timeSnowmelt } from './process-time.ts';
import { countRows, runOnce } from './scratch-duckdb.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const KEYS = ['few', 'many'] as const;

const CONFIG = `import { definePipeline } from '@snowmelt/core';

const columns = { order_id: 'NUMBER(18,0)', customer_id: 'NUMBER(18,0)', status: 'VARCHAR', amount: 'NUMBER(12,2)', changed_at: 'TIMESTAMP_NTZ' } as const;
const cleaned = {
  order_id: { type: 'NUMBER(18,0)' }, customer_id: { type: 'NUMBER(18,0)' }, status: { type: 'VARCHAR', trim: true, case: 'upper' },
  amount: { type: 'NUMBER(12,2)', required: true }, changed_at: { type: 'TIMESTAMP_NTZ', required: true },
} as const;

export default definePipeline({
  name: 'dedupe',
  source: { kind: 'files', folder: 'data' },
  bronze: { orders: { table: 'orders.parquet', mode: 'full', columns } },
  silver: { orders: { kind: 'snapshot', from: 'bronze.orders', key: ['order_id'], version: 'changed_at', columns: cleaned } },
});
`;

// `few`: one row in ten is a newer version of another; `many`: each key has ten versions.
const ORDERS: Readonly<Record<(typeof KEYS)[number], (rows: number) => string>> = {
  few: (rows) => `CASE WHEN i % 10 = 0 THEN (i + 1) ELSE i END % ${rows}`,
  many: (rows) => `i % ${Math.ceil(rows / 10)}`,
};

/** Of many rows the latest per key, in no more memory than was allowed: 30 million rows under 1 GB. */
export const dedupe: Benchmark = (log) =>
  inTemporaryFolder(async (folder) => {
    const { SNOWMELT_DEDUPE_ROWS: wanted = '30000000', SNOWMELT_DEDUPE_MEMORY: memory = '1GB' } = process.env;
    const rows = Number(wanted);
    log(`${rows} rows (SNOWMELT_DEDUPE_ROWS), --memory ${memory} (SNOWMELT_DEDUPE_MEMORY)`);
    const figures: Figure[] = [];
    for (const kind of KEYS) figures.push(...(await measure(join(folder, kind), kind, rows, memory)));
    return figures;
  });

async function measure(folder: string, kind: (typeof KEYS)[number], rows: number, memory: string): Promise<Figure[]> {
  await makeProject(folder, ORDERS[kind](rows), rows);
  const keys = kind === 'few' ? rows - Math.ceil(rows / 10) : Math.ceil(rows / 10);
  const run = ['run', '--project', folder, '--date', '2026-01-01', '--memory', memory, '-q'];
  let peak = (): number => 0;
  const ms = await timeSnowmelt(run, {}, (child) => {
    peak = watchMemory(child);
  });
  const kept = await countRows(join(folder, 'lake', 'silver'));
  if (kept !== keys) throw new Error(`${keys} keys, but ${kept} rows were kept.`);
  return [
    { name: `${kind} copies: extract and dedupe`, value: ms / 1000, unit: 's' },
    { name: `${kind} copies: greatest resident memory`, value: peak(), unit: 'MB' },
    { name: `${kind} copies: rows kept, one per key`, value: kept, unit: 'rows' },
  ];
}

async function makeProject(folder: string, key: string, rows: number): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(join(folder, 'snowmelt.config.ts'), CONFIG);
  await runOnce(`COPY (
    SELECT (${key})::BIGINT AS order_id, hash(i)::UBIGINT % 3000000 AS customer_id, ' status ' || (i % 7) AS status,
      ((i * 7919) % 100000 / 100)::DECIMAL(12,2) AS amount, TIMESTAMP '2024-01-01' + INTERVAL (i) SECOND AS changed_at
    FROM range(${rows}) r(i)
  ) TO '${join(folder, 'data', 'orders.parquet')}' (FORMAT parquet, COMPRESSION zstd)`);
}

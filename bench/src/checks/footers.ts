import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Figure, median } from '../figures.ts';
import { timeSnowmelt } from '../process-time.ts';

const FILES = 1000;
const ROUNDS = 5;

const CONFIG = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'footers',
  source: { kind: 'files', folder: 'data' },
  bronze: { events: { table: 'events.parquet', mode: 'full', columns: { id: 'NUMBER(10,0)', amount: 'NUMBER(12,2)', happened_at: 'TIMESTAMP_NTZ' } } },
  silver: {
    events: {
      kind: 'event', eventTime: 'happened_at', from: 'bronze.events',
      columns: { id: { type: 'NUMBER(10,0)' }, amount: { type: 'NUMBER(12,2)' }, happened_at: { type: 'TIMESTAMP_NTZ', required: true } },
      checks: [
        { kind: 'rowCount', min: 1, max: 1000, change: { maxPercent: 50 } },
        { kind: 'aggregate', column: 'amount', function: 'min', min: 0 },
        { kind: 'aggregate', column: 'amount', function: 'max', max: 100000 },
        { kind: 'anomaly', metric: 'rowCount' },
        { kind: 'anomaly', metric: 'nullRate', column: 'amount' },
        { kind: 'anomaly', metric: 'max', column: 'amount' },
      ],
    },
  },
});
`;

/** Checks that footers answer, of all partitions of a table of 1,000 files, as a process of its own; its data files are away meanwhile. */
export async function measureFooters(folder: string, log: (line: string) => void): Promise<Figure[]> {
  const project = join(folder, 'footers');
  await mkdir(join(project, 'data'), { recursive: true });
  await writeFile(join(project, 'snowmelt.config.ts'), CONFIG);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = `SELECT i::DECIMAL(10,0) AS id, (i % 977)::DECIMAL(12,2) AS amount, TIMESTAMP '2022-01-01' + INTERVAL (i % ${FILES}) DAY AS happened_at FROM range(${FILES * 20}) r(i)`;
  await connection.run(`COPY (${rows}) TO '${join(project, 'data', 'events.parquet')}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  log(`a table of ${FILES} files, one a day; six checks of every day, ${ROUNDS} processes`);
  await timeSnowmelt(['run', '--project', project, '--date', '2026-01-01', '-q']);
  await rename(join(project, 'lake', 'silver'), join(project, 'lake', 'silver-moved-away'));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await timeSnowmelt(['checks', 'backtest', '--project', project]));
  return [
    { name: `checks that footers answer, of ${FILES} files`, value: median(times), unit: 'ms', limit: { kind: 'at most', value: 1000 } },
  ];
}

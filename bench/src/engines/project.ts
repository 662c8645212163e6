import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOnce } from '../scratch-duckdb.ts';

const CONFIG = `import { definePipeline } from '@snowmelt/core';

export default definePipeline({
  name: 'engines',
  source: { kind: 'files', folder: 'data' },
  bronze: {
    lines: { table: 'lines.parquet', mode: 'full', columns: {
      line_id: 'NUMBER(18,0)', order_id: 'NUMBER(18,0)', product: 'VARCHAR', quantity: 'NUMBER(18,0)', unit_price: 'NUMBER(10,2)',
      ordered_at: 'TIMESTAMP_NTZ', changed_at: 'TIMESTAMP_NTZ' } },
  },
  silver: {
    order_lines: { kind: 'event', eventTime: 'ordered_at', from: 'bronze.lines', key: ['line_id'], version: 'changed_at', columns: {
      line_id: { type: 'NUMBER(18,0)', required: true }, order_id: { type: 'NUMBER(18,0)' }, product: { type: 'VARCHAR', trim: true, case: 'upper' },
      quantity: { type: 'NUMBER(18,0)', required: true }, unit_price: { type: 'NUMBER(10,2)' },
      ordered_at: { type: 'TIMESTAMP_NTZ', required: true }, changed_at: { type: 'TIMESTAMP_NTZ' } } },
  },
  gold: { daily_sales: { kind: 'event', eventTime: 'sale_date', sql: 'daily_sales.sql' } },
});
`;

const SALES = `select ordered_at::date as sale_date, product, sum(quantity)::number(18,0) as pieces,
  sum((quantity * unit_price)::number(18,2))::number(18,2) as sales
from silver.order_lines
group by 1, 2
`;

/** Writes a project of so many order lines over sixty days; of one in twenty there is a newer version. Returns its source's file. */
export async function makeEnginesProject(folder: string, rows: number): Promise<string> {
  await mkdir(join(folder, 'data'), { recursive: true });
  await writeFile(join(folder, 'snowmelt.config.ts'), CONFIG);
  await writeFile(join(folder, 'daily_sales.sql'), SALES);
  const file = join(folder, 'data', 'lines.parquet');
  await runOnce(`COPY (
    SELECT (CASE WHEN i % 20 = 0 THEN i + 1 ELSE i END)::BIGINT AS line_id, (i // 4)::BIGINT AS order_id, ' product ' || hash(i) % 5000 AS product,
      (1 + i % 7)::BIGINT AS quantity, ((i * 7919) % 100000 / 100)::DECIMAL(10,2) AS unit_price,
      TIMESTAMP '2024-01-01' + INTERVAL ((CASE WHEN i % 20 = 0 THEN i + 1 ELSE i END) % 60) DAY AS ordered_at,
      TIMESTAMP '2024-03-01' + INTERVAL (i % 86400) SECOND AS changed_at
    FROM range(${rows}) r(i)
  ) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
  return file;
}

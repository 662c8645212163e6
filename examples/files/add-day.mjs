// Writes one day's orders, as the till would: node add-day.mjs 2024-05-04 [FOLDER]
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const day = process.argv[2] ?? '';
if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error('Which day? node add-day.mjs 2024-05-04');

const folder = process.argv[3] ?? fileURLToPath(new URL('data/orders', import.meta.url));
const PRICES = { 'YIRG-250': 9.5, 'SIDA-250': 8.9, 'HUIL-250': 8.4, 'SANT-500': 12, 'DECA-250': 9, 'haus-1000': 19.9 };
const skus = Object.keys(PRICES);
const start = Date.parse(`${day}T00:00:00Z`) / 86_400_000;

// The same day gives the same orders: numbers come from the day and the row alone.
const rows = Array.from({ length: 60 }, (_, i) => {
  const chance = (start * 7919 + i * 104_729) % 9973;
  const sku = skus[chance % skus.length] ?? '';
  const quantity = i === 17 ? 0 : 1 + (chance % 5);
  const customer = i % 9 === 0 ? 'NULL' : 1001 + (chance % 7);
  // Two orders were taken the evening before, after the till had closed its books.
  const minutes = i < 2 ? -30 + i : 8 * 60 + i * 9;
  const amount = (quantity * (PRICES[sku] ?? 0)).toFixed(2);
  const at = `TIMESTAMP '${day} 00:00:00' + to_minutes(${minutes})`;
  return `(${start * 1000 + i}, ${customer}, '${sku}', ${quantity}, ${amount}, ${at}, TIMESTAMP '${day} 23:15:00')`;
});

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const columns = 'order_id, customer_id, sku, quantity, amount, ordered_at, loaded_at';
const types = `order_id::BIGINT AS order_id, customer_id::INTEGER AS customer_id, sku, quantity::SMALLINT AS quantity,
  amount::DECIMAL(10,2) AS amount, ordered_at, loaded_at`;
// Under another name until it is complete: whoever reads meanwhile sees a whole file or none.
const unfinished = join(folder, `_${day}.parquet`);
await connection.run(
  `COPY (SELECT ${types} FROM (VALUES ${rows.join(', ')}) AS t(${columns})) TO '${unfinished.replaceAll("'", "''")}' (FORMAT parquet)`,
);
connection.closeSync();
await rename(unfinished, join(folder, `${day}.parquet`));

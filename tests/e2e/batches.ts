import { cp, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { publishedFiles, readTable, removeUnreferenced } from '@snowmelt/core/pipeline';
import { datasetName } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';
import type { TestProject } from './project.ts';
import { snowmelt } from './run-snowmelt.ts';

/** A logical date that is never over: every run of it reads what is new, as one more batch of one partition. */
export const ENDLESS_DAY = '2099-01-01';

/** Runs for {@link ENDLESS_DAY}. */
export async function runEndlessDay(project: TestProject, lake = project.lake): Promise<void> {
  const ended = await snowmelt(['run', '--date', ENDLESS_DAY, '--project', project.folder, '--lake', lake, '-q'], { env: project.env });
  if (ended.code !== 0) throw new Error(ended.err);
}

/** Makes the source table of `SMALL_PIPELINE`, and so many batches of it in the lake. */
export async function bringBatches(project: TestProject, count: number): Promise<void> {
  await project.server.database.run(
    'CREATE TABLE ORDERS (ID DECIMAL(10,0), AMOUNT DECIMAL(12,2), ORDERED_AT TIMESTAMP, LOADED_AT TIMESTAMP)',
  );
  for (let batch = 1; batch <= count; batch++) await bringBatch(project, batch);
}

/** Adds to the source three orders, one of them a correction of the batch before and one refused, and runs. */
export async function bringBatch(project: TestProject, batch: number): Promise<void> {
  const loaded = new Date().toISOString().slice(0, 23).replace('T', ' ');
  const row = (id: number, amount: number, day: number) => `(${id}, ${amount}, '2026-01-0${day} 10:00:00', '${loaded}')`;
  const rows = [
    row(batch * 10, batch + 0.5, 1 + (batch % 3)),
    row(batch * 10 - 10, batch + 0.25, 1 + ((batch + 2) % 3)),
    row(batch * 10 + 1, -1, 4),
  ];
  await project.server.database.run(`INSERT INTO ORDERS VALUES ${rows.join(', ')}`);
  await runEndlessDay(project);
}

/** Rows and the sum of amounts, as a reader of the published files sees them just now. */
export async function countAndSum(lake: string): Promise<string> {
  const store = fsObjectStore({ root: lake });
  const state = await readTable(store, datasetName('bronze', 'orders'));
  const paths = publishedFiles(state, 'event', 'rows').map(({ key }) => `'${store.locate(key)}'`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(
      `SELECT count(*), sum(amount), sum(id) FROM read_parquet([${paths.join(', ')}], union_by_name = true)`,
    );
    return JSON.stringify(rows.getRowsJson());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Copies a lake as if everything in it had happened years ago. */
export async function copyAsOld(lake: string, to: string): Promise<void> {
  await cp(lake, to, { recursive: true });
  const entries = await readdir(to, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    if (path.endsWith('.json')) {
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(/"committedAt":"\d{4}/g, '"committedAt":"2020'));
    }
    await utimes(path, new Date('2020-12-31'), new Date('2020-12-31'));
  }
}

/** Removes at once what no present version refers to. */
export async function vacuumNow(lake: string): Promise<number> {
  const { files } = await removeUnreferenced(fsObjectStore({ root: lake }), new Date(Date.now() + 60_000));
  return files.length;
}

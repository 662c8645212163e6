import { join } from 'node:path';
import { type Commit, commitToTable, type PartitionEntry, readTable } from '@snowmelt/core/pipeline';
import { addDays, datasetName, type LogicalDate, logicalDate, objectKey } from '@snowmelt/core/ports';
import { fsObjectStore } from '@snowmelt/local';
import { type Benchmark, type Figure, median } from './figures.ts';
import { inTemporaryFolder } from './temporary-folder.ts';

const SIZES = [10, 100, 1000, 3650, 10_000] as const;
// Two snapshots fall into every measurement, so what a commit costs includes its share of them.
const ROUNDS = 32;
const COLUMNS = 12;
const dataset = datasetName('silver', 'fact_orders');

/** What opening a table of 10 to 10,000 daily partitions and committing a day to it cost. */
export const log: Benchmark = (print) =>
  inTemporaryFolder(async (folder) => {
    print(`a table of N days, made by one commit; then ${ROUNDS} days, each committed after opening the table anew`);
    const measured: Measured[] = [];
    for (const size of SIZES) measured.push(await measure(join(folder, `lake-${size}`), size));
    return measured.flatMap((one) => figuresOf(one, measured[0]));
  });

interface Measured {
  readonly size: number;
  readonly openMs: number;
  readonly commitMs: number;
}

async function measure(root: string, size: number): Promise<Measured> {
  await commitToTable(fsObjectStore({ root }), await readTable(fsObjectStore({ root }), dataset), commitOf(1, 0, size));
  const opens: number[] = [];
  const commits: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const store = fsObjectStore({ root });
    const startedAt = performance.now();
    const before = await readTable(store, dataset);
    const openedAt = performance.now();
    await commitToTable(store, before, commitOf(before.version + 1, size + round, 1));
    opens.push(openedAt - startedAt);
    commits.push(performance.now() - openedAt);
  }
  return { size, openMs: median(opens), commitMs: commits.reduce((sum, ms) => sum + ms, 0) / ROUNDS };
}

function entryOf(version: number, day: LogicalDate): PartitionEntry {
  const columns = Array.from({ length: COLUMNS }, (_, i) => [
    `column_${i}`,
    { nulls: i, min: `least value ${day}`, max: `greatest value ${day}` },
  ]);
  const file = {
    key: objectKey(
      `silver/year=${day.slice(0, 4)}/month=${day.slice(5, 7)}/day=${day.slice(8)}/fact_orders/${day}-mi3k9d2x-1/part-0.parquet`,
    ),
    rows: 1000,
    bytes: 20_000,
    checksum: `sha256:${'ab'.repeat(32)}`,
    columns: Object.fromEntries(columns),
  };
  return {
    version,
    fingerprint: 'cd'.repeat(32),
    rows: 1000,
    files: [file],
    refused: { rows: 0, files: [] },
    rowsRead: 1000,
    fromBatches: [`${day}-mi3k9d2x-1`],
    inputs: { 'bronze.orders': version },
  };
}

function commitOf(version: number, from: number, days: number): Commit {
  const all = Array.from({ length: days }, (_, i) => addDays(logicalDate('2010-01-01'), from + i));
  return {
    format: 1,
    dataset,
    version,
    run: 'mi3k9d2x',
    committedAt: new Date(Date.UTC(2026, 0, 1) + version * 1000).toISOString(),
    columns: Array.from({ length: COLUMNS }, (_, i) => ({ name: `column_${i}`, type: { kind: 'varchar' } })),
    refusedColumns: [],
    fingerprint: 'cd'.repeat(32),
    partitions: Object.fromEntries(all.map((day) => [day, entryOf(version, day)])),
    replaceAll: false,
    inputs: { 'bronze.orders': version },
    checks: [],
  };
}

function figuresOf({ size, openMs, commitMs }: Measured, smallest: Measured | undefined): readonly Figure[] {
  const name = `${size.toLocaleString('en')} partitions`;
  const times = [
    { name: `open, ${name}`, value: openMs, unit: 'ms', ...(size === 3650 ? { limit: { kind: 'at most', value: 30 } as const } : {}) },
    { name: `commit, ${name}`, value: commitMs, unit: 'ms' },
  ];
  if (smallest === undefined || smallest.size === size) return times;
  return [
    ...times,
    { name: `open, ${name} / ${smallest.size}`, value: openMs / smallest.openMs, unit: 'x' },
    {
      name: `commit, ${name} / ${smallest.size}`,
      value: commitMs / smallest.commitMs,
      unit: 'x',
      ...(size === 3650 ? { limit: { kind: 'at most', value: 2 } as const } : {}),
    },
  ];
}

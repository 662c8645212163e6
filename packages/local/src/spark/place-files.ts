import {
  type BuildOutput,
  bucketFile,
  type DataFile,
  fillTemplate,
  type LogicalDate,
  logicalDate,
  type ObjectKey,
  type WrittenPartition,
} from '@snowmelt/core/ports';
import { outsidePartition } from '../duckdb/count-days.ts';
import { dayKey, type OutputWriter } from '../duckdb/output-writer.ts';
import { placeFile } from '../duckdb/place-file.ts';
import { forEachLimited, syncFolders } from '../fs/durable.ts';
import { withLakeErrors } from '../fs/fs-errors.ts';
import type { StagedFile } from './staged-files.ts';

const FILES_AT_ONCE = 8;

/** What giving files their place needs. */
export type Placing = Pick<OutputWriter, 'dataset' | 'attempt' | 'store' | 'onKey'>;

/** Seals the files of one output and moves them to their place; they are durable when this returns. @throws build/row-outside-partition */
export async function placeFiles(
  placing: Placing,
  output: BuildOutput,
  staged: readonly StagedFile[],
  touched: readonly number[],
): Promise<readonly WrittenPartition[]> {
  const { partition } = output;
  refuseOutside(placing, output, staged);
  const numbers = new Map<string, number>();
  const wanted = staged.map((file) => {
    const number = numbers.get(file.folder) ?? 0;
    numbers.set(file.folder, number + 1);
    return { file, day: partition.kind === 'by' ? logicalDate(file.folder) : partition.day, number };
  });
  const placed: { day: LogicalDate; file: DataFile; at: number }[] = [];
  const changed = new Set<string>();
  await forEachLimited(wanted.entries(), FILES_AT_ONCE, async ([at, { file, day, number }]) => {
    const key = keyOf(placing, output, { day, folder: file.folder, number });
    placed.push({ day, at, file: await placeFile(placing, file, key, changed) });
  });
  await withLakeErrors(output.prefix, 'sync folders', () => syncFolders(changed));
  placed.sort((a, b) => a.at - b.at);
  return daysOf(output, placed).map((day) => {
    const files = placed.filter((one) => one.day === day).map(({ file }) => file);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    return { day, rows, files, ...(partition.kind === 'buckets' ? { buckets: touched } : {}) };
  });
}

function refuseOutside({ dataset }: Placing, { partition }: BuildOutput, staged: readonly StagedFile[]): void {
  if (partition.kind !== 'by') return;
  const only = partition.only === undefined ? undefined : new Set<string>(partition.only);
  const isInside = (day: string): boolean => (only === undefined ? /^\d{4}-\d\d-\d\d$/.test(day) : only.has(day));
  const outside = staged.filter(({ folder }) => !isInside(folder)).reduce((sum, { rows }) => sum + rows, 0);
  if (outside > 0) throw outsidePartition(dataset, outside, partition.only);
}

interface Placed {
  readonly day: LogicalDate;
  readonly folder: string;
  readonly number: number;
}

function keyOf(placing: Placing, output: BuildOutput, { day, folder, number }: Placed): ObjectKey {
  return output.partition.kind === 'buckets'
    ? bucketFile(fillTemplate(output.prefix, day, placing.attempt), Number(folder))
    : dayKey(placing, output, day, number);
}

function daysOf({ partition }: BuildOutput, placed: readonly { readonly day: LogicalDate }[]): readonly LogicalDate[] {
  if (partition.kind !== 'by') return [partition.day];
  return [...new Set([...placed.map(({ day }) => day), ...(partition.only ?? [])])].sort();
}

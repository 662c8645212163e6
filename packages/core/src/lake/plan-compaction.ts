import type { LogicalDate } from '../layout/logical-date.ts';
import type { DataFile } from '../ports/data-file.ts';
import { filesOf } from './batch-files.ts';
import type { Batch, PartitionEntry, TableState } from './commit.ts';

/** Which files are put together. */
export interface CompactionRules {
  /** Files below this size are small. */
  readonly smallBytes: number;
  /** New files become about so large. */
  readonly targetBytes: number;
  /** Fewer small files than this in a partition are left as they are. */
  readonly minFiles: number;
}

/** Files of one partition that are to become one. */
export interface CompactionGroup {
  readonly day: LogicalDate;
  readonly files: readonly DataFile[];
  /** Bronze: the batches that these files, and no others, hold the rows of. */
  readonly batches: readonly Batch[];
}

/** What stays together: a file, or batches with all their files. */
type Unit = Omit<CompactionGroup, 'day'>;

/** Finds the files that are worth putting together, partition by partition. Pure. */
export function planCompaction(state: TableState, rules: CompactionRules): readonly CompactionGroup[] {
  return [...state.partitions].flatMap(([day, entry]) => {
    const small = unitsOf(entry).filter((unit) => isSmall(unit, rules));
    if (small.reduce((sum, { files }) => sum + files.length, 0) < rules.minFiles) return [];
    return groups(small, rules).map((group) => ({ day, ...group }));
  });
}

function unitsOf(entry: PartitionEntry): readonly Unit[] {
  // A keyed table's files are told apart by their keys, and are as few as it wants.
  if (entry.buckets !== undefined) return [];
  if (entry.batches === undefined) return entry.files.map((file) => ({ files: [file], batches: [] }));
  const units: Unit[] = [];
  for (const batch of entry.batches.filter(isWhole)) {
    const last = units.at(-1);
    const isTogether = last?.files.some(({ key }) => batch.files.some((file) => file.key === key)) === true;
    if (last !== undefined && isTogether)
      units[units.length - 1] = { files: filesOf([...last.batches, batch]), batches: [...last.batches, batch] };
    else units.push({ files: batch.files, batches: [batch] });
  }
  return units;
}

// Of a batch that was compared with its source in part, the proof says which of its files it is about.
function isWhole({ files, reconciled }: Batch): boolean {
  return files.length > 0 && (reconciled === undefined || reconciled.files === 0 || reconciled.files >= files.length);
}

function isSmall({ files }: Unit, { smallBytes }: CompactionRules): boolean {
  return files.every(({ bytes }) => bytes < smallBytes);
}

function groups(units: readonly Unit[], { targetBytes }: CompactionRules): readonly Unit[] {
  const found: { files: DataFile[]; batches: Batch[] }[] = [];
  for (const unit of units) {
    const last = found.at(-1);
    const fits = last !== undefined && bytesOf(last.files) + bytesOf(unit.files) <= targetBytes && hasSameColumns(last.files, unit.files);
    if (last !== undefined && fits) {
      last.files.push(...unit.files);
      last.batches.push(...unit.batches);
    } else found.push({ files: [...unit.files], batches: [...unit.batches] });
  }
  return found.filter(({ files }) => files.length > 1);
}

// Columns that came or went in the course of time keep files apart: together they would get columns they never had.
function hasSameColumns([a]: readonly DataFile[], others: readonly DataFile[]): boolean {
  const own = (name: string): boolean => name !== '_batch';
  const names = (file: DataFile | undefined): string =>
    Object.keys(file?.columns ?? {})
      .filter(own)
      .sort()
      .join();
  return others.every((other) => names(other) === names(a));
}

function bytesOf(files: readonly DataFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

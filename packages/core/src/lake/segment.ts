import type { LogicalDate } from '../layout/logical-date.ts';
import type { ObjectKey } from '../layout/object-key.ts';
import type { DataFile } from '../ports/data-file.ts';
import type { PartitionEntry } from './commit.ts';
import { decodeJson } from './json-object.ts';

type Entries = readonly (readonly [LogicalDate, PartitionEntry])[];

/** What hardly anybody asks of a file, and most of a log's bytes: it is on a line of its own, which is parsed when somebody does. */
type Details = Pick<DataFile, 'checksum' | 'columns'>;
type StoredFile = Omit<DataFile, keyof Details>;

/** Files stand as numbers until they are put in: in place, since a copy of every entry would take as long as parsing them. */
interface StoredRefused {
  readonly rows: number;
  files: readonly unknown[];
}
interface StoredBatch {
  files: readonly unknown[];
  readonly refused?: StoredRefused;
}
interface StoredEntry extends StoredBatch {
  readonly refused: StoredRefused;
  readonly batches?: readonly StoredBatch[];
}
interface StoredEntries {
  readonly files: readonly StoredFile[];
  readonly entries: Readonly<Record<string, StoredEntry>>;
}

const encoder = new TextEncoder();
const NEWLINE = 10;

/** The bytes of some partitions: one line of JSON with what everybody needs, and one with the details of the files. A file is kept once, however often it is named. */
export function encodeSegment(entries: Entries): Uint8Array {
  const numbers = new Map<string, number>();
  const files: DataFile[] = [];
  const numberOf = (file: DataFile): number => {
    const known = numbers.get(file.key);
    if (known !== undefined) return known;
    numbers.set(file.key, files.length);
    return files.push(file) - 1;
  };
  const stored = Object.fromEntries(entries.map(([day, entry]) => [day, numbered(entry, numberOf)]));
  const lean = { files: files.map(({ checksum: _checksum, columns: _columns, ...file }) => file), entries: stored };
  const details = files.map(({ checksum, columns }): Details => ({ checksum, columns }));
  return encoder.encode(`${JSON.stringify(lean)}\n${JSON.stringify(details)}\n`);
}

/** Reads what {@link encodeSegment} wrote. @throws lake/corrupt-log */
export function decodeSegment(key: ObjectKey, body: Uint8Array): Entries {
  const end = body.indexOf(NEWLINE);
  const { files: stored, entries } = decodeJson<StoredEntries>(key, body.subarray(0, Math.max(end, 0)));
  let parsed: readonly Details[] | undefined;
  const details = (index: number): Details => {
    parsed ??= decodeJson<readonly Details[]>(key, body.subarray(end + 1));
    return parsed[index] ?? { checksum: '', columns: {} };
  };
  const files = stored.map((file, index) => withDetails(file, () => details(index)));
  for (const entry of Object.values(entries)) putFiles(entry, files);
  // The shapes that were stored now hold files instead of numbers: they are entries again.
  return Object.entries(entries as unknown as Record<LogicalDate, PartitionEntry>) as unknown as Entries;
}

function numbered({ files, refused, batches, ...rest }: PartitionEntry, numberOf: (file: DataFile) => number): object {
  const numbersOf = (all: readonly DataFile[]) => all.map(numberOf);
  const bare = (bad: PartitionEntry['refused']) => ({ rows: bad.rows, files: numbersOf(bad.files) });
  const stored = batches?.map((batch) => ({
    ...batch,
    files: numbersOf(batch.files),
    ...(batch.refused === undefined ? {} : { refused: bare(batch.refused) }),
  }));
  return { ...rest, files: numbersOf(files), refused: bare(refused), ...(stored === undefined ? {} : { batches: stored }) };
}

function withDetails(file: StoredFile, details: () => Details): DataFile {
  return {
    ...file,
    get checksum() {
      return details().checksum;
    },
    get columns() {
      return details().columns;
    },
  };
}

function putFiles(entry: StoredEntry | StoredBatch, files: readonly DataFile[]): void {
  entry.files = entry.files.map((number) => files[Number(number)]);
  if (entry.refused !== undefined) entry.refused.files = entry.refused.files.map((number) => files[Number(number)]);
  if ('batches' in entry) for (const batch of entry.batches ?? []) putFiles(batch, files);
}

import * as z from 'zod';
import { text } from './columns.ts';

/** A folder of files to read from. */
export const filesSource = z.strictObject({
  kind: z.literal('files'),
  /** Relative to the project, or absolute. */
  folder: text,
});

/** An existing DuckDB database to read from. */
export const duckdbSource = z.strictObject({
  kind: z.literal('duckdb'),
  /** The database file, relative to the project, or absolute. */
  database: text,
  schema: text.default('main'),
});

/** How the CSV files of an extract are written. */
export const csvFormat = z.strictObject({
  delimiter: z.string().length(1, 'must be one character').default(','),
  /** Whether the first line of each file names the columns; if not, they are `column0`, `column1`, … */
  header: z.boolean().default(true),
  /** The text without quotes that means "no value". */
  nullText: z.string().default(''),
});

const ENDINGS = { csv: ['.csv', '.csv.gz'], jsonl: ['.jsonl', '.jsonl.gz', '.ndjson', '.ndjson.gz'], parquet: ['.parquet'] } as const;

/** The endings of files that can be read. */
export const FILE_ENDINGS: readonly string[] = Object.values(ENDINGS).flat();

/** What kind of file a name or pattern means, by its ending; undefined if that is none of {@link FILE_ENDINGS}. */
export function fileKindOf(pattern: string): keyof typeof ENDINGS | undefined {
  const kinds = ['csv', 'jsonl', 'parquet'] as const;
  return kinds.find((kind) => ENDINGS[kind].some((ending) => pattern.toLowerCase().endsWith(ending)));
}

/** Tells whether a pattern stays inside the folder that it is relative to. */
export function isInsideFolder(pattern: string): boolean {
  return !/^([/\\]|[A-Za-z]:)/.test(pattern) && !pattern.split(/[/\\]/).includes('..');
}

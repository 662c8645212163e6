import { compilationError, unsupported } from '../errors/snowflake-error.ts';
import type { StoredPartition } from '../results/partition-writer.ts';
import { demandResult } from '../results/read-partition.ts';
import type { StoredResult } from '../results/render-query.ts';
import { FRAMES, type ResultFormat } from '../results/result-format.ts';
import type { RowTypeColumn } from '../results/row-type.ts';
import { quoteName, quoteText } from '../sql/identifiers.ts';
import type { ResultScan } from '../sql/result-scans.ts';

/** A finished statement's result, as it was written for the client that ran it. */
export interface FinishedResult {
  readonly result: StoredResult;
  readonly format: ResultFormat;
}

/** Finds the finished result of an earlier statement; undefined if there is none. */
export type FindResult = (handle: string) => FinishedResult | undefined;

/** Puts queries over stored results in the place of scans. @throws SnowflakeError for a result that is not there. */
export function resolveScans(sql: string, scans: readonly ResultScan[], find: FindResult): string {
  let resolved = sql;
  for (const { handle, token } of scans) {
    const found = find(handle);
    if (found === undefined) throw compilationError('000709', '02000', `Statement ${handle} not found`);
    demandResult(found.result);
    resolved = resolved.replaceAll(token, () => `(${resultQuery(found)})`);
  }
  return resolved;
}

function resultQuery({ result: { columns, partitions }, format }: FinishedResult): string {
  const cells = columns.map((column, at) => `${decode(`row[${at + 1}]`, column)} AS ${quoteName(column.name)}`);
  const rows = [...fileQueries(partitions, format), ...memoryQueries(partitions, format)].join(' UNION ALL ');
  return `SELECT ${cells.join(', ')} FROM (${rows})`;
}

function fileQueries(partitions: readonly StoredPartition[], format: ResultFormat): readonly string[] {
  const files = partitions.flatMap(({ content }) => (content.kind === 'gzip-file' ? [quoteText(content.path)] : []));
  if (files.length === 0) return [];
  const largest = Math.max(...partitions.map(({ uncompressedSize }) => uncompressedSize)) + 1024;
  return [format === 'session' ? rowsOfLines(files, largest) : rowsOfObjects(files, largest)];
}

function rowsOfObjects(files: readonly string[], largest: number): string {
  const options = `format = 'unstructured', columns = {data: 'VARCHAR[][]'}, maximum_object_size = ${largest}`;
  return `SELECT unnest(data) AS row FROM read_json([${files.join(', ')}], ${options})`;
}

// Rows that are only joined by commas are no JSON yet. JSON escapes every control character, so each file is one line.
function rowsOfLines(files: readonly string[], largest: number): string {
  const options = `columns = {line: 'VARCHAR'}, header = false, quote = '', escape = '', delim = '\u0001', max_line_size = ${largest}`;
  return `SELECT unnest(CAST(CAST('[' || line || ']' AS JSON) AS VARCHAR[][])) AS row FROM read_csv([${files.join(', ')}], ${options})`;
}

function memoryQueries(partitions: readonly StoredPartition[], format: ResultFormat): readonly string[] {
  const { head, tail } = FRAMES[format];
  return partitions.flatMap(({ content }) => {
    if (content.kind !== 'memory') return [];
    const rows = content.body.subarray(head.length, content.body.length - tail.length).toString('utf8');
    return [`SELECT unnest(CAST(CAST(${quoteText(`[${rows}]`)} AS JSON) AS VARCHAR[][])) AS row`];
  });
}

// The inverse of encodeCell. Drivers are given truth as 0 and 1, which DuckDB casts as well.
function decode(text: string, { type, precision, scale }: RowTypeColumn): string {
  switch (type) {
    case 'fixed': {
      const number = `DECIMAL(${precision ?? 38},${scale ?? 0})`;
      // DuckDB's own cast of text to a wide DECIMAL is a hundred times as slow.
      return (scale ?? 0) === 0 ? `CAST(CAST(${text} AS HUGEINT) AS ${number})` : `CAST(${text} AS ${number})`;
    }
    case 'real':
      return `CAST(${text} AS DOUBLE)`;
    case 'boolean':
      return `CAST(${text} AS BOOLEAN)`;
    case 'text':
      return text;
    case 'binary':
      return `unhex(${text})`;
    case 'date':
      return `CAST(DATE '1970-01-01' + CAST(${text} AS INTEGER) AS DATE)`;
    case 'variant':
      return `CAST(${text} AS JSON)`;
    default:
      throw unsupported(`RESULT_SCAN of a result with ${type.toUpperCase()}`);
  }
}

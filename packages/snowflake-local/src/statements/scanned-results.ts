import { compilationError, unsupported } from '../errors/snowflake-error.ts';
import type { StoredPartition } from '../results/partition-writer.ts';
import { demandResult } from '../results/read-partition.ts';
import type { StoredResult } from '../results/render-query.ts';
import type { RowTypeColumn } from '../results/row-type.ts';
import { quoteName, quoteText } from '../sql/identifiers.ts';
import type { ResultScan } from '../sql/result-scans.ts';

/** Finds the finished result of an earlier statement; undefined if there is none. */
export type FindResult = (handle: string) => StoredResult | undefined;

/** Puts queries over stored results in the place of scans. @throws SnowflakeError for a result that is not there. */
export function resolveScans(sql: string, scans: readonly ResultScan[], find: FindResult): string {
  let resolved = sql;
  for (const { handle, token } of scans) {
    const result = find(handle);
    if (result === undefined) throw compilationError('000709', '02000', `Statement ${handle} not found`);
    demandResult(result);
    resolved = resolved.replaceAll(token, () => `(${resultQuery(result)})`);
  }
  return resolved;
}

function resultQuery({ columns, partitions }: StoredResult): string {
  const cells = columns.map((column, at) => `${decode(`row[${at + 1}]`, column)} AS ${quoteName(column.name)}`);
  const rows = [...filesQuery(partitions), ...memoryQueries(partitions)].join(' UNION ALL ');
  return `SELECT ${cells.join(', ')} FROM (${rows})`;
}

function filesQuery(partitions: readonly StoredPartition[]): readonly string[] {
  const files = partitions.flatMap(({ content }) => (content.kind === 'gzip-file' ? [quoteText(content.path)] : []));
  if (files.length === 0) return [];
  const largest = Math.max(...partitions.map(({ uncompressedSize }) => uncompressedSize));
  const options = `format = 'unstructured', columns = {data: 'VARCHAR[][]'}, maximum_object_size = ${largest + 1024}`;
  return [`SELECT unnest(data) AS row FROM read_json([${files.join(', ')}], ${options})`];
}

function memoryQueries(partitions: readonly StoredPartition[]): readonly string[] {
  return partitions.flatMap(({ content }) => {
    if (content.kind !== 'memory') return [];
    const data = `json_extract(${quoteText(content.body.toString('utf8'))}, '$.data')`;
    return [`SELECT unnest(CAST(${data} AS VARCHAR[][])) AS row`];
  });
}

// The inverse of encodeCell, for the formats of the SQL API.
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

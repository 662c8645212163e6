import { listOf, memberOf, numberOf, textOf } from './answer-fields.ts';

/** A column of a result as Snowflake describes it. `type` in lower case, e.g. `fixed`, `text`, `timestamp_ntz`. */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  readonly precision: number;
  readonly scale: number;
  /** Absent: Snowflake does not say. */
  readonly nullable?: boolean;
}

/** One part of a result, to be fetched on its own. */
export interface ResultPartition {
  readonly rows: number;
  readonly bytes: number;
}

/** What a finished statement says of its result. */
export interface ResultMetadata {
  /** Snowflake's identifier of the statement. */
  readonly handle: string;
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
  readonly partitions: readonly ResultPartition[];
}

const FINEST_TIME_SCALE = 9;

/** Reads the metadata out of a finished statement's answer; undefined if it has another shape. */
export function parseResultMetadata(answer: unknown): ResultMetadata | undefined {
  const handle = textOf(answer, 'statementHandle');
  const metadata = memberOf(answer, 'resultSetMetaData');
  const rows = numberOf(metadata, 'numRows');
  const columns = parseResultColumns(memberOf(metadata, 'rowType'));
  const partitions = listOf(memberOf(metadata, 'partitionInfo'), parsePartition);
  if (handle === undefined || rows === undefined || columns === undefined || partitions === undefined) return undefined;
  return { handle, rows, columns, partitions };
}

/** Reads how Snowflake describes a result's columns; undefined if it has another shape. */
export function parseResultColumns(described: unknown): readonly ResultColumn[] | undefined {
  return listOf(described, parseColumn);
}

/** Reads the rows of a small result out of its answer; undefined if it has another shape. */
export function parseResultRows(answer: unknown): readonly (readonly (string | null)[])[] | undefined {
  return parseRows(memberOf(answer, 'data'));
}

/** Reads rows of texts; undefined if they are anything else. */
export function parseRows(rows: unknown): readonly (readonly (string | null)[])[] | undefined {
  return listOf(rows, (row) => listOf(row, (cell) => (typeof cell === 'string' || cell === null ? { cell } : undefined)))?.map((row) =>
    row.map(({ cell }) => cell),
  );
}

/** Reads the identifier out of the answer about a running statement. */
export function parseHandle(answer: unknown): string | undefined {
  return textOf(answer, 'statementHandle');
}

function parseColumn(value: unknown): ResultColumn | undefined {
  const name = textOf(value, 'name');
  // Geography arrives in the dress of another type, which depends on the account; this member says what it is.
  const type = (textOf(value, 'extTypeName') ?? textOf(value, 'type'))?.toLowerCase();
  if (name === undefined || type === undefined) return undefined;
  const scale = numberOf(value, 'scale') ?? (type.startsWith('time') ? FINEST_TIME_SCALE : 0);
  const nullable = memberOf(value, 'nullable');
  return {
    name,
    type,
    precision: numberOf(value, 'precision') ?? 38,
    scale,
    ...(typeof nullable === 'boolean' ? { nullable } : {}),
  };
}

function parsePartition(value: unknown): ResultPartition | undefined {
  const rows = numberOf(value, 'rowCount');
  return rows === undefined ? undefined : { rows, bytes: numberOf(value, 'uncompressedSize') ?? 0 };
}

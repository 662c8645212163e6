import { listOf, memberOf, numberOf, textOf } from './answer-fields.ts';
import { parseResultColumns, parseRows, type ResultColumn } from './result-metadata.ts';

/** Rows of a result that are fetched from an object store, by an address that is valid for some hours. */
export interface ResultChunk {
  readonly url: string;
  readonly rows: number;
  /** Bytes of text, unpacked. */
  readonly bytes: number;
}

/** What the session protocol answers of a finished statement. */
export interface SessionResult {
  /** Snowflake's identifier of the statement. */
  readonly handle: string;
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
  /** The first rows, a megabyte or so; the chunks hold the others. */
  readonly data: readonly (readonly (string | null)[])[];
  readonly chunks: readonly ResultChunk[];
  /** Headers without which chunks are not given. */
  readonly chunkHeaders: Readonly<Record<string, string>>;
}

/** Reads a finished statement's answer; undefined if it has another shape. */
export function parseSessionResult(data: unknown): SessionResult | undefined {
  const handle = textOf(data, 'queryId');
  const rows = numberOf(data, 'total');
  const columns = parseResultColumns(memberOf(data, 'rowtype'));
  const first = parseRows(memberOf(data, 'rowset'));
  const chunks = listOf(memberOf(data, 'chunks') ?? [], parseChunk);
  if (handle === undefined || rows === undefined || columns === undefined || first === undefined || chunks === undefined) return undefined;
  return { handle, rows, columns, data: first, chunks, chunkHeaders: parseHeaders(data) };
}

function parseChunk(value: unknown): ResultChunk | undefined {
  const url = textOf(value, 'url');
  const rows = numberOf(value, 'rowCount');
  if (url === undefined || rows === undefined || !URL.canParse(url)) return undefined;
  return { url, rows, bytes: numberOf(value, 'uncompressedSize') ?? 0 };
}

const ENCRYPTION = 'x-amz-server-side-encryption-customer';

function parseHeaders(data: unknown): Readonly<Record<string, string>> {
  const given = memberOf(data, 'chunkHeaders');
  if (typeof given === 'object' && given !== null) {
    return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
  }
  // Without them the key alone comes, of which the headers are made.
  const key = textOf(data, 'qrmk');
  return key === undefined ? {} : { [`${ENCRYPTION}-algorithm`]: 'AES256', [`${ENCRYPTION}-key`]: key };
}

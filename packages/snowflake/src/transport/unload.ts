import { type DataFile, type LandedFile, type ParquetWriter, quoteLiteral, type SqlText, sqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SmallResult, SqlApiClient } from '../client/sql-api-client.ts';
import type { SnowflakeStage } from '../snowflake-connection.ts';
import { ifStillThere } from './still-there.ts';
import type { Transport, TransportRequest } from './transport.ts';

/** What the unload transport works with. */
export interface UnloadTransportOptions {
  readonly client: SqlApiClient;
  readonly writer: ParquetWriter;
  readonly stage: SnowflakeStage;
  /** The stage's name as SQL writes it. */
  readonly stageName: string;
  /** About how large Snowflake makes a file. */
  readonly fileBytes?: number | undefined;
}

interface Unloaded {
  readonly manifest: SmallResult;
  readonly landing: string;
}

const FILE_BYTES = 256 * 1024 * 1024;

/**
 * Lets Snowflake write Parquet files itself. The statement's handle is noted before it is waited for, so that the attempt after
 * a killed one waits for the same statement; what it reports file by file is the manifest, and no file is taken for granted.
 */
export function unloadTransport(options: UnloadTransportOptions): Transport {
  const { client, writer, stage } = options;
  return {
    async read(request, context) {
      const { sql, columns } = request.query('parquet');
      const { manifest, landing } = (await attach(client, request, sql, context)) ?? (await unload(options, request, sql, context));
      const files = parseManifest(manifest, `${stage.url.replace(/\/+$/, '')}/${landing}`);
      if (files === undefined) throw client.unexpected(context, 'an unload without a list of its files');
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      const kept = await keepFiles(options, request, manifest.handle, rows);
      const written = kept ?? (await writer.land({ files, columns, prefix: request.prefix, name: request.name }, context.signal));
      // What was taken over is no longer on the stage.
      if (kept === undefined) await request.progress.note({ sql, handle: manifest.handle, landing, files: { 0: written } });
      return { files: written, rows, statement: manifest.handle, bytesFetched: 0 };
    },
  };
}

async function attach(client: SqlApiClient, { progress }: TransportRequest, sql: SqlText, context: StatementContext) {
  const { earlier } = progress;
  if (earlier?.landing === undefined || earlier.sql !== sql) return undefined;
  const { handle, landing } = earlier;
  const manifest = await ifStillThere(() => client.attachQuery(handle, context));
  return manifest === undefined ? undefined : { manifest, landing };
}

// The files that an earlier attempt has taken over, if all are as they were.
async function keepFiles({ writer }: UnloadTransportOptions, { progress, prefix }: TransportRequest, handle: string, rows: number) {
  // Without rows Snowflake writes no file.
  if (rows === 0) return [];
  const { earlier } = progress;
  const noted = earlier?.handle === handle ? (earlier.files[0] ?? []) : [];
  const kept: DataFile[] = [];
  for (const file of noted) {
    const again = await writer.keep(file, prefix);
    if (again !== undefined) kept.push(again);
  }
  return kept.length > 0 && kept.reduce((sum, file) => sum + file.rows, 0) === rows ? kept : undefined;
}

async function unload(
  { client, stageName, fileBytes = FILE_BYTES }: UnloadTransportOptions,
  { progress }: TransportRequest,
  sql: SqlText,
  context: StatementContext,
): Promise<Unloaded> {
  // A place of its own for each attempt: whatever another one left behind is never among the files.
  const landing = `snowmelt/${context.dataset ?? 'result'}/${context.attempt}`;
  const statement = unloadStatement(sql, `${stageName}/${landing}/`, fileBytes);
  const manifest = await client.longQuery(statement, context, (handle) => progress.note({ sql, handle, landing, files: {} }));
  return { manifest, landing };
}

/** The statement that writes a query's rows to a stage, with a row about each file as its result. */
function unloadStatement(query: SqlText, location: string, fileBytes: number): SqlText {
  const options = [
    'FILE_FORMAT = (TYPE = PARQUET COMPRESSION = SNAPPY)',
    // Without it, columns are called _COL_0, _COL_1, …
    'HEADER = TRUE',
    // Names files after the statement, and lets Snowflake clear up when it repeats a part of it.
    'INCLUDE_QUERY_ID = TRUE',
    'DETAILED_OUTPUT = TRUE',
    `MAX_FILE_SIZE = ${fileBytes}`,
  ];
  return sqlText(`COPY INTO ${quoteLiteral(`@${location}`, 'snowflake')} FROM (${query}) ${options.join(' ')}`);
}

/** Reads the result of {@link unloadStatement}; undefined if it is not one. */
function parseManifest({ columns, data }: SmallResult, landingUrl: string): readonly LandedFile[] | undefined {
  const positionOf = (name: string): number => columns.findIndex((column) => column.name.toUpperCase() === name);
  const [nameAt, bytesAt, rowsAt] = [positionOf('FILE_NAME'), positionOf('FILE_SIZE'), positionOf('ROW_COUNT')];
  if (data[0]?.[positionOf('ROWS_UNLOADED')] === '0') return [];
  if (data.length > 0 && (nameAt < 0 || bytesAt < 0 || rowsAt < 0)) return undefined;
  const files = data.map((row) => ({
    name: row[nameAt] ?? '',
    bytes: Number(row[bytesAt] ?? Number.NaN),
    rows: Number(row[rowsAt] ?? Number.NaN),
  }));
  if (files.some(({ name, bytes, rows }) => name === '' || !Number.isSafeInteger(bytes) || !Number.isSafeInteger(rows))) return undefined;
  return (
    files
      .filter(({ rows }) => rows > 0)
      // Some accounts report the name within the stage, others that within the location; the last part is the same.
      .map(({ name, ...file }) => ({ ...file, url: `${landingUrl}/${name.slice(name.lastIndexOf('/') + 1)}` }))
  );
}

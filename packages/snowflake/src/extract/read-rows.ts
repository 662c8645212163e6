import {
  ATTEMPT,
  type ExtractReport,
  type ExtractRequest,
  type RowsReference,
  type Slices,
  SnowmeltError,
  sqlText,
  type Transport as TransportName,
} from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { atInstant, pinInstant } from '../reconcile/pin-instant.ts';
import { type SnowflakeConnection, statementLimit } from '../snowflake-connection.ts';
import { chooseTransport } from '../transport/choose-transport.ts';
import { inParallel } from '../transport/in-parallel.ts';
import type { ProgressBook } from '../transport/progress.ts';
import type { Transport, TransportReport, TransportRequest } from '../transport/transport.ts';
import { withDeleted } from './changelog.ts';
import { lossyChoices, type MatchedColumn } from './contract.ts';
import { projectColumns } from './projection.ts';
import { explainNoSnapshot, type SnapshotRequest, sliceCondition, takeSnapshot, whereAll } from './slices.ts';
import type { FixedWindow } from './window.ts';

/** What rows are read with, and how. */
export interface RowsReader {
  readonly client: SqlApiClient;
  /** @throws config/invalid for one that the connection has no stage for */
  readonly transport: (name: TransportName) => Transport;
  readonly connection: SnowflakeConnection;
  readonly request: ExtractRequest;
  readonly context: StatementContext;
  readonly from: string;
  readonly progress: ProgressBook;
  /** SQL that says of a row whether it is no more; undefined: there is no column for that. */
  readonly deleted: string | undefined;
  /** Undefined: one statement reads all. */
  readonly slices: Slices | undefined;
}

/** Which rows are read, and what was done before. */
export interface RowsToRead {
  readonly statements: readonly string[];
  readonly window?: FixedWindow;
  readonly condition?: string;
  /** The instant at which `from` shows the table; absent: the present. */
  readonly at?: string;
}

interface ReadRows extends Omit<TransportReport, 'statement'> {
  readonly statements: readonly string[];
  readonly reference?: RowsReference | undefined;
}

/** Reads rows into files, by one statement or by one for each slice. @throws source/*, lake/* */
export async function readRows(reader: RowsReader, matched: readonly MatchedColumn[], rows: RowsToRead): Promise<ExtractReport> {
  const { request, context, progress, slices } = reader;
  const transport = progress.earlier?.transport ?? (await chooseTransport(reader, request, context));
  const read =
    slices === undefined ? await readWhole(reader, matched, rows, transport) : await readSliced(reader, slices, matched, rows, transport);
  return {
    files: read.files,
    rows: read.rows,
    window: rows.window ?? {},
    statements: [...rows.statements, ...read.statements],
    bytesFetched: read.bytesFetched,
    transport,
    choices: lossyChoices(matched),
    ...(read.reference === undefined ? {} : { reference: read.reference }),
  };
}

async function readWhole(
  reader: RowsReader,
  matched: readonly MatchedColumn[],
  rows: RowsToRead,
  transport: TransportName,
): Promise<ReadRows> {
  const { client, request, from, progress, context } = reader;
  // Fetched results are kept by Snowflake; what it unloads can be seen again only where it can go back to an instant.
  const isPinned = transport !== 'unload' || request.window.kind === 'changes';
  const instant = isPinned ? undefined : (progress.earlier?.instant ?? (await pinInstant(client, request, from, context)));
  const source = instant === undefined ? from : `${from}${atInstant(instant)}`;
  const query = queryOf(reader, matched, `${source}${whereAll([rows.condition])}`);
  const read = await reader
    .transport(transport)
    .read({ query, prefix: prefixOf(reader), name: 'part', progress: progress.open(transport, rows.window, instant) }, context);
  return { ...read, statements: [read.statement], reference: referenceTo(transport, read.statement, instant) };
}

function referenceTo(transport: TransportName, statement: string, instant: string | undefined): RowsReference | undefined {
  if (transport !== 'unload') return { kind: 'result', statements: [statement] };
  return instant === undefined ? undefined : { kind: 'instant', at: instant };
}

// The reference is the table, not the results: that each row is in one slice is a part of what is to be proved.
async function readSliced(
  reader: RowsReader,
  slices: Slices,
  matched: readonly MatchedColumn[],
  rows: RowsToRead,
  transport: TransportName,
): Promise<ReadRows> {
  const { client, connection, context, from, progress } = reader;
  const snapshot = await takeSnapshot(client, { from, ...instantOf(reader, rows), condition: rows.condition }, context);
  await progress.open(transport, rows.window, snapshot.instant).note({ sql: snapshot.from, handle: '', files: {} });
  const readSlice = async (index: number, signal: AbortSignal): Promise<TransportReport> => {
    const book = await progress.part(`slice-${index}`);
    const name = `slice-${String(index).padStart(2, '0')}`;
    const where = whereAll([rows.condition, sliceCondition(matched, slices, index)]);
    return reader.transport(transport).read(
      {
        query: queryOf(reader, matched, `${snapshot.from}${where}`),
        prefix: prefixOf(reader),
        name,
        progress: book.open(transport, rows.window, snapshot.instant),
      },
      // Spool folders and places on a stage are called after the attempt.
      { ...context, attempt: `${context.attempt}-${name}`, signal },
    );
  };
  const indexes = Array.from({ length: slices.count }, (_, index) => index);
  const reports = await inParallel(indexes, statementLimit(connection), context.signal, readSlice).catch((error: unknown) => {
    throw explainNoSnapshot(error, context);
  });
  const found = sum(reports.map((report) => report.rows));
  if (found !== snapshot.rows) throw slicesDiffer(snapshot.rows, found, context);
  return {
    files: reports.flatMap(({ files }) => files),
    rows: found,
    bytesFetched: sum(reports.map(({ bytesFetched }) => bytesFetched)),
    statements: reports.map(({ statement }) => statement),
    reference: { kind: 'instant', at: snapshot.instant },
  };
}

// An attempt that was killed has fixed the instant; where changes are followed, it would be before the end of the window.
function instantOf({ request, progress }: RowsReader, { at }: RowsToRead): Pick<SnapshotRequest, 'at' | 'isShown'> {
  if (at !== undefined) return { at, isShown: true };
  return { at: request.window.kind === 'changes' ? undefined : progress.earlier?.instant };
}

function queryOf({ deleted }: RowsReader, matched: readonly MatchedColumn[], source: string): TransportRequest['query'] {
  return (carrier) => {
    const { select, columns } = withDeleted(projectColumns(matched, carrier), carrier, deleted);
    return { sql: sqlText(`SELECT ${select} FROM ${source}`), columns };
  };
}

function prefixOf({ request, context }: RowsReader): string {
  return request.prefix.replaceAll(ATTEMPT, context.attempt);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function slicesDiffer(expected: number, found: number, { dataset }: StatementContext): SnowmeltError {
  return new SnowmeltError('source/rows-differ', {
    message: `The table had ${expected} rows at the instant that was read; its slices together have ${found}.`,
    hint: 'Nothing was published. Run again; if it stays so, report it with the statements from the query history, and remove `slices`.',
    at: dataset === undefined ? {} : { dataset },
  });
}

import {
  type AttemptNotes,
  type CallContext,
  type Clock,
  type ContractRequest,
  type ExtractReport,
  type ExtractRequest,
  isSnowmeltError,
  type SourceColumn,
  type SourceContract,
  sqlText,
  type Transport as TransportName,
} from '@snowmelt/core/ports';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { openProgress } from '../transport/progress.ts';
import type { Transport } from '../transport/transport.ts';
import { keyColumns, keysExtraction, withKeys } from './changelog.ts';
import { type ChangesTools, extractChanges } from './changes.ts';
import type { ContractPlace, MatchedColumn } from './contract.ts';
import { type RowsReader, readRows } from './read-rows.ts';
import { describeRelation, renderRelation } from './relation.ts';
import { type SettledContract, settleContract } from './settle-contract.ts';
import {
  boundsStatement,
  type FixedWindow,
  fixWindow,
  isEmptyWindow,
  parseBounds,
  refuseNulls,
  type WatermarkWindow,
  watermarkColumn,
  windowCondition,
} from './window.ts';

/** What an extraction works with. */
export interface ExtractTools {
  readonly client: SqlApiClient;
  /** @throws config/invalid for one that the connection has no stage for */
  readonly transport: (name: TransportName) => Transport;
  readonly connection: SnowflakeConnection;
  readonly clock: Clock;
  /** Where the next attempt finds how far one was that is killed; without, it begins again. */
  readonly attempts?: AttemptNotes | undefined;
}

/** One extraction while it runs. */
interface Extraction extends ExtractTools, RowsReader {
  readonly place: ContractPlace;
}

/** Runs one extraction: describe, compare with the contract, fix the window, read. @throws source/*, lake/* */
export async function extract(tools: ExtractTools, request: ExtractRequest, context: CallContext): Promise<ExtractReport> {
  const progress = await openProgress(request, tools.attempts, tools.clock);
  const extraction: Extraction = {
    ...tools,
    request,
    context: { ...context, dataset: request.dataset },
    from: renderRelation(request.relation, tools.connection),
    place: { dataset: request.dataset, relation: describeRelation(request.relation) },
    progress,
    deleted: request.changelog === undefined ? undefined : 'FALSE',
    slices: request.slices,
  };
  try {
    const report = await extractRows(extraction);
    await progress.close();
    return report;
  } catch (error) {
    // What could not be used is not taken up again; after a fault of the network or a stop it is.
    if (!isSnowmeltError(error) || !PASSING.has(error.code)) await progress.close();
    throw error;
  }
}

const PASSING = new Set<string>(['source/unreachable', 'source/throttled', 'run/interrupted', 'lake/disk-full', 'lake/io']);

async function extractRows(extraction: Extraction): Promise<ExtractReport> {
  const { window, columns, dataset } = extraction.request;
  if (window.kind === 'full') {
    const described = await describe(extraction);
    return { ...(await readRows(extraction, described.columns, { statements: [described.handle] })), contract: described.contract };
  }
  if (window.kind === 'changes') return extractChanges(changesTools(extraction), window);
  return extractWindow(extraction, window, watermarkColumn(window, columns, dataset));
}

function changesTools(extraction: Extraction): ChangesTools {
  const { client, context, from: table, progress } = extraction;
  return {
    table,
    earlier: progress.earlier?.window,
    query: (sql) => client.query(sql, context),
    describe: (from) => describe({ ...extraction, from }),
    read: async ({ from, deleted, columns, contract, ...done }) => {
      // What changed is no table: only that can be seen by several statements as of one instant.
      const slices = done.window.low === undefined ? extraction.slices : undefined;
      const report = await readRows({ ...extraction, from, deleted, slices }, columns, done);
      const isPast = from !== table && report.reference === undefined;
      return { ...report, contract, ...(isPast ? { reference: { kind: 'instant', at: done.window.high } } : {}) };
    },
    nothing: (window, statements) => ({ ...NOTHING, window, statements }),
  };
}

async function extractWindow(extraction: Extraction, window: WatermarkWindow, watermark: SourceColumn): Promise<ExtractReport> {
  const [described, bounds] = await bothOrFirst(describe(extraction), fixBounds(extraction, window, watermark));
  const statements = [described.handle, ...bounds.statements];
  const rows = { ...(await readWindow(extraction, described.columns, watermark, { ...bounds, statements })), contract: described.contract };
  if (extraction.request.changelog?.listKeys !== true) return rows;
  // Last, so that no key is missing of a row that was read.
  const keys = keysExtraction(extraction.request, extraction.context);
  return withKeys(rows, await readRows({ ...extraction, ...keys }, keyColumns(extraction.request, described.columns), { statements: [] }));
}

async function readWindow(
  extraction: Extraction,
  columns: readonly MatchedColumn[],
  watermark: SourceColumn,
  { window, statements }: { readonly window: FixedWindow; readonly statements: readonly string[] },
): Promise<ExtractReport> {
  if (isEmptyWindow(window)) return { ...NOTHING, window, statements };
  const matched = columns.find(({ declared }) => declared === watermark);
  if (matched === undefined) throw extraction.client.unexpected(extraction.context, 'a description without the watermark');
  return readRows(extraction, columns, { statements, window, condition: windowCondition(matched.actual, window) });
}

// Both questions are on their way at once. Where both fail, the first one's failure explains the other.
async function bothOrFirst<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

interface Described extends SettledContract {
  readonly handle: string;
}

async function describe({ client, context, from, place, request }: Extraction): Promise<Described> {
  const result = await client.query(sqlText(`SELECT * FROM ${from} LIMIT 0`), context);
  // With CHANGES, the columns that say what happened to a row come along.
  const columns = result.columns.filter(({ name }) => !name.startsWith('METADATA$'));
  return { ...settleContract(request, columns, place), handle: result.handle };
}

/** Describes what would be read and compares it with the contract; reads no row. @throws source/* */
export async function describeSource(
  { client, connection }: Pick<ExtractTools, 'client' | 'connection'>,
  request: ContractRequest,
  context: CallContext,
): Promise<SourceContract> {
  const from = renderRelation(request.relation, connection);
  const result = await client.query(sqlText(`SELECT * FROM ${from} LIMIT 0`), { ...context, dataset: request.dataset });
  return settleContract(request, result.columns, { dataset: request.dataset, relation: describeRelation(request.relation) }).contract;
}

async function fixBounds(
  { client, context, from, place, progress }: Extraction,
  window: WatermarkWindow,
  watermark: SourceColumn,
): Promise<{ readonly window: FixedWindow; readonly statements: readonly string[] }> {
  const fixed = progress.earlier?.window;
  if (fixed !== undefined) return { window: fixed, statements: [] };
  const result = await client.query(boundsStatement(window, watermark, from), context);
  const bounds = parseBounds(result);
  if (bounds === undefined) throw client.unexpected(context, 'an upper end of the window that is not a timestamp');
  refuseNulls(window, bounds, place);
  return { window: fixWindow(window, bounds), statements: [result.handle] };
}

const NOTHING = { files: [], rows: 0, bytesFetched: 0, transport: 'raw', choices: [] } as const;

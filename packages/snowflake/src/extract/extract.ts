import { ATTEMPT, type CallContext, type ExtractReport, type ExtractRequest, type SourceColumn, sqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import type { Transport } from '../transport/transport.ts';
import { type ContractPlace, type MatchedColumn, matchColumns } from './contract.ts';
import { projectColumns } from './projection.ts';
import { describeRelation, renderRelation } from './relation.ts';
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
  readonly transport: Transport;
  readonly connection: SnowflakeConnection;
}

/** One extraction while it runs. */
interface Extraction extends ExtractTools {
  readonly request: ExtractRequest;
  readonly context: StatementContext;
  readonly from: string;
  readonly place: ContractPlace;
}

/** Runs one extraction: describe, compare with the contract, fix the window, read. @throws source/*, lake/* */
export async function extract(tools: ExtractTools, request: ExtractRequest, context: CallContext): Promise<ExtractReport> {
  const extraction: Extraction = {
    ...tools,
    request,
    context: { ...context, dataset: request.dataset },
    from: renderRelation(request.relation, tools.connection),
    place: { dataset: request.dataset, relation: describeRelation(request.relation) },
  };
  const { window } = request;
  if (window.kind === 'full') {
    const { columns, handle } = await describe(extraction);
    return readRows(extraction, columns, { statements: [handle] });
  }
  return extractWindow(extraction, window, watermarkColumn(window, request.columns, request.dataset));
}

async function extractWindow(extraction: Extraction, window: WatermarkWindow, watermark: SourceColumn): Promise<ExtractReport> {
  const [described, bounds] = await bothOrFirst(describe(extraction), fixBounds(extraction, window, watermark));
  const statements = [described.handle, bounds.handle];
  if (isEmptyWindow(bounds.window)) return { files: [], rows: 0, window: bounds.window, statements, bytesFetched: 0 };
  const matched = described.columns.find(({ declared }) => declared === watermark);
  if (matched === undefined) throw extraction.client.unexpected(extraction.context, 'a description without the watermark');
  return readRows(extraction, described.columns, {
    statements,
    window: bounds.window,
    condition: windowCondition(matched.actual, bounds.window),
  });
}

// Both questions are on their way at once. Where both fail, the first one's failure explains the other.
async function bothOrFirst<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

async function describe({
  client,
  context,
  from,
  place,
  request,
}: Extraction): Promise<{ readonly columns: readonly MatchedColumn[]; readonly handle: string }> {
  const result = await client.query(sqlText(`SELECT * FROM ${from} LIMIT 0`), context);
  return { columns: matchColumns(request.columns, result.columns, place), handle: result.handle };
}

async function fixBounds(
  { client, context, from, place }: Extraction,
  window: WatermarkWindow,
  watermark: SourceColumn,
): Promise<{ readonly window: FixedWindow; readonly handle: string }> {
  const result = await client.query(boundsStatement(window, watermark, from), context);
  const bounds = parseBounds(result);
  if (bounds === undefined) throw client.unexpected(context, 'an upper end of the window that is not a timestamp');
  refuseNulls(window, bounds, place);
  return { window: fixWindow(window, bounds), handle: result.handle };
}

async function readRows(
  { transport, request, context, from }: Extraction,
  matched: readonly MatchedColumn[],
  done: { readonly statements: readonly string[]; readonly window?: FixedWindow; readonly condition?: string },
): Promise<ExtractReport> {
  const { select, columns } = projectColumns(matched);
  const where = done.condition === undefined ? '' : ` WHERE ${done.condition}`;
  const read = await transport.read(
    { sql: sqlText(`SELECT ${select} FROM ${from}${where}`), columns, prefix: request.prefix.replaceAll(ATTEMPT, context.attempt) },
    context,
  );
  return {
    files: read.files,
    rows: read.rows,
    window: done.window ?? {},
    statements: [...done.statements, read.statement],
    bytesFetched: read.bytesFetched,
  };
}

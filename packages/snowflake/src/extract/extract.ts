import { ATTEMPT, type CallContext, type ExtractReport, type ExtractRequest, sqlText } from '@snowmelt/core/ports';
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
  const described = await tools.client.query(sqlText(`SELECT * FROM ${extraction.from} LIMIT 0`), extraction.context);
  const columns = matchColumns(request.columns, described.columns, extraction.place);
  const { window } = request;
  if (window.kind === 'full') return readRows(extraction, columns, { statements: [described.handle] });
  const watermark = watermarkColumn(window, columns, extraction.place);
  const bounds = await fixBounds(extraction, window, watermark);
  const statements = [described.handle, bounds.handle];
  if (isEmptyWindow(bounds.window)) return { files: [], rows: 0, window: bounds.window, statements, bytesFetched: 0 };
  return readRows(extraction, columns, { statements, window: bounds.window, condition: windowCondition(watermark, bounds.window) });
}

async function fixBounds(
  { client, context, from, place }: Extraction,
  window: WatermarkWindow,
  watermark: MatchedColumn,
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

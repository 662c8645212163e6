import { type ExtractRequest, quoteIdentifier, quoteLiteral, sqlText, type Transport } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { qualifiedName } from '../extract/relation.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';

// An unload costs some seconds whatever its size, and what Snowflake keeps in so many bytes is fetched in less than a minute.
const UNLOAD_FROM_BYTES = 256 * 1024 * 1024;

/** What a choice is made with. */
export interface ChoiceTools {
  readonly client: SqlApiClient;
  readonly connection: SnowflakeConnection;
}

/**
 * Decides how the rows of an extraction leave Snowflake, where that is left open: a large table is unloaded. A further window
 * of a table is small as a rule and is fetched. What is not known to be small, a query or a view, is unloaded.
 */
export async function chooseTransport(tools: ChoiceTools, request: ExtractRequest, context: StatementContext): Promise<Transport> {
  if (request.transport !== 'auto') return request.transport ?? 'raw';
  if (tools.connection.stage === undefined) return 'raw';
  if (request.window.kind !== 'full' && request.window.low !== undefined) return 'raw';
  if (request.relation.kind === 'query') return 'unload';
  const bytes = await tableBytes(tools, request.relation.table, context);
  return bytes !== undefined && bytes < UNLOAD_FROM_BYTES ? 'raw' : 'unload';
}

async function tableBytes({ client, connection }: ChoiceTools, table: string, context: StatementContext): Promise<number | undefined> {
  const [database = '', schema = '', name = ''] = qualifiedName(table, connection);
  const tables = `${quoteIdentifier(database, 'snowflake')}.INFORMATION_SCHEMA.TABLES`;
  const isIt = `TABLE_SCHEMA = ${quoteLiteral(schema, 'snowflake')} AND TABLE_NAME = ${quoteLiteral(name, 'snowflake')}`;
  const { data } = await client.query(sqlText(`SELECT BYTES FROM ${tables} WHERE ${isIt}`), context);
  const [bytes] = data[0] ?? [];
  return typeof bytes === 'string' ? Number(bytes) : undefined;
}

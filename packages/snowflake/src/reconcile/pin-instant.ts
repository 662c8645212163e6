import { type ExtractRequest, isSnowmeltError, quoteLiteral, sqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { instantText } from '../extract/instant.ts';

/** What follows a table's name to see it as it was at an instant in UTC. */
export function atInstant(instant: string): string {
  return ` AT(TIMESTAMP => ${quoteLiteral(`${instantText(instant)}+00:00`, 'snowflake')}::TIMESTAMP_LTZ)`;
}

/** The present by Snowflake's own clock. */
export async function presentInstant(client: SqlApiClient, context: StatementContext): Promise<string> {
  const { data } = await client.query(sqlText("SELECT TO_CHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF9')"), context);
  const [now] = data[0] ?? [];
  if (typeof now !== 'string') throw client.unexpected(context, 'no time of its own');
  return now;
}

/**
 * Fixes the instant at which a table is to be unloaded, so that the same rows can be looked at again; undefined where Snowflake
 * cannot go back: a query, or a table without time travel.
 */
export async function pinInstant(
  client: SqlApiClient,
  request: ExtractRequest,
  from: string,
  context: StatementContext,
): Promise<string | undefined> {
  if (request.reconcile === undefined || request.relation.kind !== 'table') return undefined;
  const now = await presentInstant(client, context);
  try {
    await client.query(sqlText(`SELECT 1 FROM ${from}${atInstant(now)} LIMIT 0`), context);
    return now;
  } catch (error) {
    if (isSnowmeltError(error) && NO_PAST.has(error.code)) return undefined;
    throw error;
  }
}

const NO_PAST = new Set<string>(['source/statement-failed', 'source/history-unavailable']);

import {
  assertNever,
  type CallContext,
  digestQuery,
  isSnowmeltError,
  parseDigest,
  quoteLiteral,
  type RowsReference,
  SnowmeltError,
  type SourceDigest,
  type SourceDigestRequest,
  sqlText,
} from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { changesBetween } from '../extract/changes.ts';
import type { MatchedColumn } from '../extract/contract.ts';
import { projectColumns } from '../extract/projection.ts';
import { describeRelation, renderRelation } from '../extract/relation.ts';
import { settleContract } from '../extract/settle-contract.ts';
import { windowCondition } from '../extract/window.ts';
import type { SnowflakeConnection } from '../snowflake-connection.ts';
import { atInstant } from './pin-instant.ts';

/** What asks Snowflake. */
export interface DigestTools {
  readonly client: SqlApiClient;
  readonly connection: SnowflakeConnection;
}

/** Lets Snowflake sum up the rows of an extraction, where it can still show them. @throws source/* */
export async function digestSource(tools: DigestTools, request: SourceDigestRequest, call: CallContext): Promise<SourceDigest> {
  const context: StatementContext = { ...call, dataset: request.dataset };
  let reason: SnowmeltError | undefined;
  for (const reference of request.references) {
    try {
      return { groups: await sumUp(tools, request, reference, context), reference };
    } catch (error) {
      // The result or the past of the table is kept no longer.
      if (!isSnowmeltError(error) || error.code !== 'source/statement-failed') throw error;
      reason = error;
    }
  }
  throw (
    reason ?? new SnowmeltError('internal/unexpected', { message: 'Nothing says which rows are meant.', at: { dataset: request.dataset } })
  );
}

async function sumUp(tools: DigestTools, request: SourceDigestRequest, reference: RowsReference, context: StatementContext) {
  const { client } = tools;
  const { arrived: columns, level, split } = request;
  const from = `${await rowsOf(tools, request, reference, context)} AS "x"`;
  const query = { dialect: 'snowflake', from, columns, level, split } as const;
  const { data, rows } = await client.query(digestQuery(query), context);
  const groups = data.length === rows ? parseDigest(data, query) : undefined;
  if (groups === undefined) throw client.unexpected(context, 'sums of hashes that are none');
  return groups;
}

// The rows as a result carries them, whether it is still there or has to be made again.
async function rowsOf(
  tools: DigestTools,
  request: SourceDigestRequest,
  reference: RowsReference,
  context: StatementContext,
): Promise<string> {
  switch (reference.kind) {
    case 'result': {
      const results = reference.statements.map((id) => `SELECT * FROM TABLE(RESULT_SCAN(${quoteLiteral(id, 'snowflake')}))`);
      return `(${results.join(' UNION ALL ')})`;
    }
    case 'instant':
      return projectedRows(tools, request, atInstant(reference.at), context);
    case 'present':
      return projectedRows(tools, request, '', context);
    case 'files':
      throw new SnowmeltError('internal/unexpected', { message: 'Snowflake has no files.', at: { dataset: request.dataset } });
    default:
      return assertNever(reference);
  }
}

async function projectedRows({ client, connection }: DigestTools, request: SourceDigestRequest, at: string, context: StatementContext) {
  const { window, ends } = request;
  const table = renderRelation(request.relation, connection);
  const from = window.kind === 'changes' && ends.low !== undefined ? changesBetween(table, ends.low, ends.high ?? '') : `${table}${at}`;
  const described = await client.query(sqlText(`SELECT * FROM ${table} LIMIT 0`), context);
  const place = { dataset: request.dataset, relation: describeRelation(request.relation) };
  const names = new Set(request.columns.map(({ name }) => name));
  const matched = settleContract(request, described.columns, place).columns.filter(({ declared }) => names.has(declared.name));
  return `(SELECT ${projectColumns(matched, 'cells').select} FROM ${from}${conditionOf(request, matched)})`;
}

function conditionOf({ window, ends: { low, high } }: SourceDigestRequest, matched: readonly MatchedColumn[]): string {
  const watermark = window.kind === 'window' ? matched.find(({ declared }) => declared.name === window.watermark) : undefined;
  if (watermark === undefined || high === undefined) return '';
  return ` WHERE ${windowCondition(watermark.actual, { high, ...(low === undefined ? {} : { low }) })}`;
}

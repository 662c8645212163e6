import { isSnowmeltError, quoteIdentifier, type Slices, SnowmeltError, sqlText } from '@snowmelt/core/ports';
import type { StatementContext } from '../client/request-sender.ts';
import type { SqlApiClient } from '../client/sql-api-client.ts';
import { atInstant, presentInstant } from '../reconcile/pin-instant.ts';
import { GEOGRAPHIES, type MatchedColumn } from './contract.ts';

/** A table as it was at one instant, which several statements see alike. */
export interface Snapshot {
  readonly instant: string;
  /** What stands behind FROM to see it. */
  readonly from: string;
  /** How many of its rows are wanted. */
  readonly rows: number;
}

/** What is to be seen as of one instant. */
export interface SnapshotRequest {
  readonly from: string;
  /** The instant, if it is fixed. */
  readonly at?: string | undefined;
  /** True: `from` says it already. */
  readonly isShown?: boolean;
  readonly condition?: string | undefined;
}

/**
 * Fixes the instant that all slices are read at, and counts what they must bring together.
 * @throws source/history-unavailable where the table cannot be seen as of an instant
 */
export async function takeSnapshot(client: SqlApiClient, request: SnapshotRequest, context: StatementContext): Promise<Snapshot> {
  const instant = request.at ?? (await presentInstant(client, context));
  const from = request.isShown === true ? request.from : `${request.from}${atInstant(instant)}`;
  try {
    const { data } = await client.query(sqlText(`SELECT COUNT(*) FROM ${from}${whereAll([request.condition])}`), context);
    const [rows] = data[0] ?? [];
    if (typeof rows !== 'string' || !/^\d+$/.test(rows)) throw client.unexpected(context, 'a number of rows that is none');
    return { instant, from, rows: Number(rows) };
  } catch (error) {
    // The table may have been made anew since an attempt that was killed fixed the instant.
    const isEarlier = request.at !== undefined && request.isShown !== true;
    if (isEarlier && isLost(error)) return await takeSnapshot(client, { ...request, at: undefined }, context);
    throw explainNoSnapshot(error, context);
  }
}

/** Where a table cannot be seen as it was at an instant, the error that says what slices have to do with it. */
export function explainNoSnapshot(cause: unknown, { dataset }: StatementContext): unknown {
  if (!isLost(cause)) return cause;
  return new SnowmeltError('source/history-unavailable', {
    message: `Slices are read at one instant, and the table cannot be seen as of it: ${cause.message}`,
    hint: 'Let its owner set DATA_RETENTION_TIME_IN_DAYS to 1 or more, or remove `slices`: one statement needs no history.',
    at: dataset === undefined ? {} : { dataset },
    cause,
  });
}

function isLost(error: unknown): error is SnowmeltError {
  return isSnowmeltError(error) && error.code === 'source/history-unavailable';
}

/**
 * The condition that holds for the rows of one slice. HASH is never NULL, whatever its arguments are, and of one row the same in
 * every statement; its remainder carries its sign, so it is made positive: every row is in exactly one slice.
 */
export function sliceCondition(columns: readonly MatchedColumn[], { count, by }: Slices, index: number): string {
  const present = columns.filter(({ isDropped }) => isDropped !== true);
  const chosen = by.length === 0 ? present : present.filter(({ declared }) => by.includes(declared.name));
  const values = [...new Set(chosen.map(hashedValue))];
  // Without a column that has values, all rows are of the same slice.
  return `MOD(MOD(HASH(${values.length === 0 ? 'NULL' : values.join(', ')}), ${count}) + ${count}, ${count}) = ${index}`;
}

function hashedValue({ actual: { name, type } }: MatchedColumn): string {
  const column = quoteIdentifier(name, 'snowflake');
  return GEOGRAPHIES.includes(type) ? `ST_ASWKB(${column})` : column;
}

/** WHERE for all of these that there are. */
export function whereAll(conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? '' : ` WHERE ${given.join(' AND ')}`;
}

import type { DuckDBConnection } from '@duckdb/node-api';
import { compilationError, unsupported } from '../errors/snowflake-error.ts';
import { quoteTable, quoteText, showTable, type TableName } from '../sql/identifiers.ts';
import type { Moment, PastTable } from '../sql/past-tables.ts';
import type { Session } from '../sql/session.ts';
import { stateTable } from '../sql/state-schema.ts';
import type { History } from './history.ts';
import { readTableHistory, type TableHistory } from './history-tables.ts';
import { changesQuery, versionQuery } from './row-versions.ts';

/** What the past is looked up with. */
export interface TimeTravel {
  readonly connection: DuckDBConnection;
  readonly history: History;
  readonly session: Session;
}

/** Puts queries over versions in the place of tables that are asked for as they were. @throws SnowflakeError */
export async function resolvePast(sql: string, past: readonly PastTable[], travel: TimeTravel): Promise<string> {
  let resolved = sql;
  for (const table of past) {
    const query = await pastQuery(table, travel);
    resolved = resolved.replaceAll(table.token, () => `(${query})`);
  }
  return resolved;
}

async function pastQuery({ table, moment, changes }: PastTable, travel: TimeTravel): Promise<string> {
  const history = await readTableHistory(travel.connection, table);
  const from = await findPoint(moment, travel);
  demandWithin(history, from, travel.session);
  if (changes === undefined) return stateQuery(history, from.commit);
  const upTo = changes.end === undefined ? Number.MAX_SAFE_INTEGER : (await findPoint(changes.end, travel)).commit;
  if (history.trackedFrom === undefined || from.commit < history.trackedFrom) throw notTracked(table);
  return changesQuery(history, from.commit, upTo, changes.appendOnly);
}

interface Point {
  /** The last commit that is seen. */
  readonly commit: number;
  /** In milliseconds; undefined for the time of a statement that changed nothing. */
  readonly time: number | undefined;
}

async function findPoint({ word, by, expression }: Moment, travel: TimeTravel): Promise<Point> {
  const commits = stateTable(travel.session.database, 'COMMITS');
  const value = await evaluate(expression, travel.connection);
  if (value === null) throw compilationError('001007', '22023', 'invalid type for the time of AT or BEFORE: NULL');
  if (by === 'statement') return findStatement(value, word === 'before', travel);
  const microseconds = by === 'timestamp' ? value : String(BigInt(travel.session.now.getTime()) * 1000n + BigInt(value));
  const isSeen = `committed_at ${word === 'before' ? '<' : '<='} make_timestamp(${microseconds})`;
  const commit = await evaluate(`coalesce((SELECT max(seq) FROM ${commits} WHERE ${isSeen}), 0)`, travel.connection);
  return { commit: Number(commit), time: Number(microseconds) / 1000 };
}

async function findStatement(id: string, isBefore: boolean, { connection, history, session }: TimeTravel): Promise<Point> {
  const condition = `FROM ${stateTable(session.database, 'COMMITS')} WHERE statement = ${quoteText(id)}`;
  const commit = await evaluate(`(SELECT ${isBefore ? 'min(seq) - 1' : 'max(seq)'} ${condition})`, connection);
  if (commit !== null)
    return { commit: Number(commit), time: Number(await evaluate(`(SELECT max(epoch_ms(committed_at)) ${condition})`, connection)) };
  const read = history.commitOfRead(id);
  if (read === undefined) throw compilationError('000709', '02000', `Statement ${id} not found`);
  return { commit: read, time: undefined };
}

async function evaluate(expression: string, connection: DuckDBConnection): Promise<string | null> {
  const found = await connection.runAndReadAll(`SELECT CAST(${expression} AS VARCHAR)`);
  const value = found.getRowsJson()[0]?.[0];
  return typeof value === 'string' ? value : null;
}

const DAY_MS = 86_400_000;

function demandWithin({ table, created, retentionDays, changed, keptFrom }: TableHistory, { commit, time }: Point, session: Session): void {
  const isTooOld = time !== undefined && time < session.now.getTime() - retentionDays * DAY_MS;
  // Without retention only what is there still can be seen.
  if (commit < created || (isTooOld && !(retentionDays === 0 && keptFrom === undefined && commit >= changed))) {
    const range = 'The requested time is either beyond the allowed time travel period or before the object creation time.';
    throw compilationError('000707', '02000', `Time travel data is not available for table ${table.name}. ${range}`);
  }
}

function stateQuery(history: TableHistory, commit: number): string {
  const since = history.keptFrom ?? history.changed;
  if (commit < since) throw unsupported(`the past of ${history.table.name}, which was changed directly while no history of it was kept`);
  return history.keptFrom === undefined ? `SELECT * FROM ${quoteTable(history.table)}` : versionQuery(history, commit);
}

function notTracked(table: TableName): Error {
  const detail = `Change tracking is not enabled or has been missing for the time range requested on table '${showTable(table)}'.`;
  return compilationError('091930', '55000', detail);
}
